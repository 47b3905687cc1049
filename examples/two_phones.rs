//! Two phones and a relay in one process exchange a message: no sockets, no clock, no disk.
//!
//! Phones and relay are state machines. Frames go in and out; time and randomness are arguments. This program is
//! the whole network: it carries frames until none are left, and prints the bytes that the relay saw pass.

#![allow(clippy::print_stdout, reason = "an example prints its result")]

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_client::{EntryKind, Habits, Link, NewAccount, PaddingRule, Phone, Protection, Vault};
use pillarbox_crypto::AgreementSecret;
use pillarbox_relay::{ConnectionId, Effect, Input, Relay, RelaySettings, SqliteStore};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::Timestamp;
use rand::{SeedableRng, rngs::StdRng};

/// 22 March 2017, 14:40 UTC, for everybody and all the time.
const NOW: Timestamp = Timestamp(1_490_193_600_000);

/// The two connections of each phone. On one the phone names itself; the other carries sealed messages and is
/// anonymous.
const LINKS: [Link; 2] = [Link::Named, Link::Nameless];

fn main() -> Result<(), Box<dyn Error>> {
    // Seeded, so that every run prints the same. A real phone gets its randomness from the system.
    let mut rng = StdRng::from_seed([7; 32]);
    let mut relay = Relay::open(SqliteStore::in_memory()?, RelaySettings::default(), NOW, &mut rng)?;
    let address = RelayAddress::new("relay.example", 7455, AgreementSecret::generate(&mut rng).public())?;
    let mut person = |name: &str| {
        let new = NewAccount {
            relay: address.clone(),
            handle: None,
            name: name.to_owned(),
            protection: Protection::EndToEnd,
            padding: PaddingRule::Blocks80,
            habits: Habits::default(),
        };
        Phone::create_in(Vault::in_memory(&mut rng)?, new, NOW, &mut rng)
    };
    let mut phones = [person("Alice")?, person("Bob")?];
    let mut arrived = Vec::new();
    for (at, phone) in phones.iter_mut().enumerate() {
        for (link, number) in LINKS.into_iter().zip(2 * at as u64..) {
            // Over a network this is the hash of the Noise handshake, which both ends know.
            let handshake_hash = [number as u8; 32];
            phone.connected(link, handshake_hash);
            let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
            arrived.push((ConnectionId(number), Input::Opened { peer, handshake_hash }));
        }
    }
    carry(&mut relay, &mut phones, arrived, &mut rng)?;

    relay.follow(Some(usize::MAX));
    let [alice, bob] = &mut phones;
    bob.add_invited(&alice.invitation()?, None, NOW, &mut rng)?;
    let contact = alice.add_invited(&bob.invitation()?, None, NOW, &mut rng)?;
    alice.queue_text(contact.account, "See you at six.", NOW, &mut rng)?;
    carry(&mut relay, &mut phones, Vec::new(), &mut rng)?;

    for (from, entry) in phones[1].unshown()? {
        let EntryKind::Text(text) = &entry.kind else { continue };
        println!("Bob's phone shows: {text} ({})", phones[1].contact(from)?.name);
    }
    Ok(())
}

/// Carries frames between the phones and the relay until none are left.
fn carry(
    relay: &mut Relay<SqliteStore>,
    phones: &mut [Phone; 2],
    mut to_relay: Vec<(ConnectionId, Input)>,
    rng: &mut StdRng,
) -> Result<(), Box<dyn Error>> {
    loop {
        for (at, phone) in phones.iter_mut().enumerate() {
            for (link, number) in LINKS.into_iter().zip(2 * at as u64..) {
                let frames = phone.outgoing(link, NOW, rng)?.into_iter();
                to_relay.extend(frames.map(|frame| (ConnectionId(number), Input::Frame(frame))));
            }
        }
        let outcome = relay.process(std::mem::take(&mut to_relay), NOW, rng)?;
        for seen in outcome.passed.iter().filter(|seen| seen.bytes > 0) {
            let from = seen.from.map_or("nobody it could name".to_owned(), |device| device.to_string());
            println!("The relay saw: {} of {} bytes, from {from}", seen.frame, seen.bytes);
        }
        if outcome.effects.is_empty() && !outcome.more {
            return Ok(());
        }
        for effect in outcome.effects {
            let Effect::Send(ConnectionId(number), frame) = effect else { continue };
            let (at, link) = (number as usize / LINKS.len(), number as usize % LINKS.len());
            let Some((phone, link)) = phones.get_mut(at).zip(LINKS.get(link)) else { continue };
            phone.on_frame(*link, frame, NOW, rng)?;
        }
    }
}
