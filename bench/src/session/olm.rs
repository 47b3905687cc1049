//! The peer: vodozemac's Olm, in version 1, which its users run.

use super::TEXT;
use crate::{
    Failure,
    measure::{Stopwatch, microseconds},
};
use std::time::Duration;
use vodozemac::{
    Curve25519PublicKey,
    olm::{Account, OlmMessage, Session, SessionConfig},
};

fn config() -> SessionConfig {
    SessionConfig::version_1()
}

/// Publishes a fresh one-time key of `bob`.
fn publish(bob: &mut Account) -> Result<Curve25519PublicKey, Failure> {
    let made = bob.generate_one_time_keys(1).created;
    bob.mark_keys_as_published();
    made.into_iter().next().ok_or_else(|| "no one-time key".into())
}

/// Starts Alice's session with Bob. Returns it with her first message, as it goes over the wire.
fn start(
    alice: &Account,
    bob: &Account,
    one_time: Curve25519PublicKey,
) -> Result<(Vec<u8>, Session), Failure> {
    let mut session = alice.create_outbound_session(config(), bob.curve25519_key(), one_time)?;
    let payload = to_wire(&session.encrypt(TEXT)?);
    Ok((payload, session))
}

/// Creates Bob's session from Alice's first message.
fn answer(bob: &mut Account, alice: &Account, payload: &[u8]) -> Result<Session, Failure> {
    let OlmMessage::PreKey(message) = OlmMessage::from_parts(0, payload)? else {
        return Err("not a first message".into());
    };
    let made = bob.create_inbound_session(config(), alice.curve25519_key(), &message)?;
    check(&made.plaintext)?;
    Ok(made.session)
}

fn to_wire(message: &OlmMessage) -> Vec<u8> {
    message.to_parts().1
}

fn check(text: &[u8]) -> Result<(), Failure> {
    if text == TEXT { Ok(()) } else { Err("another text came out".into()) }
}

/// Two sessions in which both sides have written.
pub(crate) struct Pair {
    at_alice: Session,
    at_bob: Session,
}

impl Pair {
    pub(crate) fn new() -> Result<Self, Failure> {
        let (alice, mut bob) = (Account::new(), Account::new());
        let one_time = publish(&mut bob)?;
        let (first, at_alice) = start(&alice, &bob, one_time)?;
        let at_bob = answer(&mut bob, &alice, &first)?;
        let mut pair = Self { at_alice, at_bob };
        pair.answer()?;
        Ok(pair)
    }

    /// Sends a message from Alice to Bob. Returns its length on the wire.
    pub(crate) fn ask(&mut self) -> Result<usize, Failure> {
        send(&mut self.at_alice, &mut self.at_bob)
    }

    fn answer(&mut self) -> Result<usize, Failure> {
        send(&mut self.at_bob, &mut self.at_alice)
    }

    /// Measures `count` messages in one chain. Returns the microseconds for encrypting and decrypting one.
    pub(crate) fn chain(&mut self, count: u32) -> Result<f64, Failure> {
        let start = Stopwatch::start();
        for _ in 0..count {
            self.ask()?;
        }
        Ok(start.each(count))
    }

    /// Measures `count` messages each way, in turns. Returns the microseconds for one message each way.
    pub(crate) fn ping_pong(&mut self, count: u32) -> Result<f64, Failure> {
        let start = Stopwatch::start();
        for _ in 0..count {
            self.ask()?;
            self.answer()?;
        }
        Ok(start.each(count))
    }
}

fn send(from: &mut Session, to: &mut Session) -> Result<usize, Failure> {
    let payload = to_wire(&from.encrypt(TEXT)?);
    check(&to.decrypt(&OlmMessage::from_parts(1, &payload)?)?)?;
    Ok(payload.len())
}

/// Measures `count` new sessions at the initiator. Returns the microseconds for one, first message included.
pub(crate) fn initiate(count: u32) -> Result<f64, Failure> {
    let (alice, mut bob) = (Account::new(), Account::new());
    let mut took = Duration::ZERO;
    for _ in 0..count {
        let one_time = publish(&mut bob)?;
        let begun = Stopwatch::start();
        let started = start(&alice, &bob, one_time)?;
        took += begun.elapsed();
        drop(started);
    }
    Ok(microseconds(took, count))
}

/// Measures `count` new sessions at the responder. Returns the microseconds for one, first message included.
pub(crate) fn respond(count: u32) -> Result<f64, Failure> {
    let (alice, mut bob) = (Account::new(), Account::new());
    let mut took = Duration::ZERO;
    for _ in 0..count {
        let one_time = publish(&mut bob)?;
        let (payload, _) = start(&alice, &bob, one_time)?;
        let begun = Stopwatch::start();
        let opened = answer(&mut bob, &alice, &payload)?;
        took += begun.elapsed();
        drop(opened);
    }
    Ok(microseconds(took, count))
}

/// Returns the length of a first message.
pub(crate) fn first_len() -> Result<usize, Failure> {
    let (alice, mut bob) = (Account::new(), Account::new());
    let one_time = publish(&mut bob)?;
    Ok(start(&alice, &bob, one_time)?.0.len())
}
