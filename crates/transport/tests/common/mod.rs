//! A phone, a relay, and the channel between them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use std::future::Future;

use pillarbox_crypto::AgreementSecret;
use pillarbox_transport::handshake::{AwaitingAnswer, AwaitingOffer};
use pillarbox_transport::{Channel, Established, HandshakeError, Versions, accept, connect};
use pillarbox_wire::{Bytes, ClientFrame, Deliver, MessageId, Ping, RelayFrame, RequestId, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tokio::io::{DuplexStream, duplex};

/// Returns a generator that yields the same bytes each time.
pub(crate) fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// Returns a relay's key.
pub(crate) fn relay_key(seed: u64) -> AgreementSecret {
    AgreementSecret::generate(&mut rng(seed))
}

/// Returns the versions from `lowest` to `highest`.
pub(crate) fn versions(lowest: u8, highest: u8) -> Versions {
    Versions::new(lowest, highest).unwrap()
}

/// Lengths of the four messages of a handshake, in order.
pub(crate) const STEPS: [usize; 4] = [10, 11, 48, 48];

/// The outcome of a handshake, at the phone and at the relay. A side that the handshake never reaches has no outcome.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) phone: Option<Result<Established, HandshakeError>>,
    pub(crate) relay: Option<Result<Established, HandshakeError>>,
    pub(crate) sent: Vec<Vec<u8>>,
}

/// Both sides in one process, with somebody between them who may alter each message.
pub(crate) struct Handshake {
    pub(crate) relay: AgreementSecret,
    pub(crate) expected: AgreementSecret,
    pub(crate) phone_speaks: Versions,
    pub(crate) relay_speaks: Versions,
    pub(crate) seed: u64,
}

impl Default for Handshake {
    fn default() -> Self {
        Self {
            relay: relay_key(1),
            expected: relay_key(1),
            phone_speaks: Versions::SUPPORTED,
            relay_speaks: Versions::SUPPORTED,
            seed: 7,
        }
    }
}

impl Handshake {
    /// Runs the handshake. Calls `way` with each step's number and bytes, which it may alter.
    pub(crate) fn run(&self, mut way: impl FnMut(usize, &mut [u8])) -> Outcome {
        let mut outcome = Outcome { phone: None, relay: None, sent: Vec::new() };
        let mut rng = rng(self.seed);
        let mut carry = |step: usize, bytes: &mut [u8], sent: &mut Vec<Vec<u8>>| {
            sent.push(bytes.to_vec());
            way(step, bytes);
        };

        let (phone, mut offer) = AwaitingAnswer::begin(&self.expected.public(), self.phone_speaks, &mut rng);
        let relay = AwaitingOffer::begin(&self.relay, self.relay_speaks, &mut rng);
        carry(0, &mut offer, &mut outcome.sent);
        let (relay, mut answer) = match relay.offered(&offer) {
            Ok((relay, answer)) => (Some(relay), answer),
            Err(refused) => {
                outcome.relay = Some(Err(refused.reason));
                let Ok(answer) = refused.farewell.try_into() else { return outcome };
                (None, answer)
            }
        };
        carry(1, &mut answer, &mut outcome.sent);
        let (phone, mut opening) = match phone.answered(&answer) {
            Ok(next) => next,
            Err(error) => {
                outcome.phone = Some(Err(error));
                return outcome;
            }
        };
        carry(2, &mut opening, &mut outcome.sent);
        let mut reply = match relay.expect("an answer that was no refusal").opened(&opening) {
            Ok((established, reply)) => {
                outcome.relay = Some(Ok(established));
                reply
            }
            Err(refused) => {
                outcome.relay = Some(Err(refused.reason));
                refused.farewell.try_into().unwrap()
            }
        };
        carry(3, &mut reply, &mut outcome.sent);
        outcome.phone = Some(phone.replied(&reply));
        outcome
    }

    /// Returns both sides of an undisturbed handshake: phone, relay.
    pub(crate) fn established(&self) -> (Established, Established) {
        let outcome = self.run(|_, _| {});
        (outcome.phone.unwrap().unwrap(), outcome.relay.unwrap().unwrap())
    }
}

/// Builds the shortest frame.
pub(crate) fn ping(request: u32) -> ClientFrame {
    ClientFrame::Ping(Ping { request: RequestId(request) })
}

/// Builds a frame of about `length` bytes.
pub(crate) fn deliver(length: usize) -> RelayFrame {
    RelayFrame::Deliver(Deliver {
        message: MessageId(1),
        from: None,
        accepted_at: Timestamp(0),
        payload: Bytes(vec![0xa5; length]),
        stamp: None,
    })
}

/// Runs on a clock that moves only when nothing else does.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(work)
}

/// Returns both ends of a channel over a pipe that holds `capacity` bytes: phone, relay.
pub(crate) async fn channels(capacity: usize) -> (Channel<DuplexStream>, Channel<DuplexStream>) {
    let (here, there) = duplex(capacity);
    let relay = relay_key(1);
    let phone = connect(here, &relay.public(), &mut rng(2));
    let relay = accept(there, &relay, &mut rng(3));
    let (phone, relay) = tokio::join!(phone, relay);
    (phone.unwrap(), relay.unwrap())
}
