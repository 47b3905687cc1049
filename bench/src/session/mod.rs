//! The end-to-end protocol beside one X25519 operation and beside vodozemac's Olm.
//!
//! Both sides carry the same 300 bytes from a text in memory to a payload on the wire and back to a text that is
//! compared. If the two sides do not do the same work, the row says so.

mod olm;
mod parts;
mod pillarbox;
mod sizes;

use crate::{
    Failure,
    measure::{Sample, Stopwatch, alternate},
    report::{Bounds, Report, Row},
};
use std::hint::black_box;
use x25519_dalek::{PublicKey, StaticSecret};

/// A message of about the length of a short text once encoded.
const TEXT: [u8; 300] = [b'p'; 300];

/// Operations in one measurement. With this many, each measurement takes a few tenths of a second.
const UNITS: u32 = 3_000;
const MESSAGES: u32 = 40_000;
const ROUNDS: u32 = 1_500;
const STARTS: u32 = 1_000;
const ENVELOPES: u32 = 1_500;
const JUMPS: u32 = 20;

/// Runs all measurements.
pub(crate) fn run() -> Result<Report, Failure> {
    let (mut ours, mut theirs) = (pillarbox::Pair::new()?, olm::Pair::new()?);
    let envelope = pillarbox::Envelope::new();
    let sizes = sizes::table(&mut ours, &mut theirs, &envelope)?;
    let rows = vec![
        row(
            "encrypt + decrypt, running chain",
            Some(Bounds { must: 0.15, aim: 0.065 }),
            &mut || ours.chain(MESSAGES),
            Some(&mut || theirs.chain(MESSAGES)),
            "ours encrypts and opens a header, commits to the text (an HMAC over it on each side) and returns each \
             state as a new value; Olm encrypts with AES-CBC, has a MAC of 8 bytes and changes its state",
        )?,
        row(
            "ping-pong: 2 messages, 2 ratchet steps",
            Some(Bounds { must: 4.9, aim: 4.3 }),
            &mut || ours.ping_pong(ROUNDS),
            Some(&mut || theirs.ping_pong(ROUNDS)),
            "as above; both do 4 agreements and make 2 keys",
        )?,
        row(
            "session start, initiator",
            Some(Bounds { must: 7.0, aim: 5.5 }),
            &mut || pillarbox::initiate(STARTS),
            Some(&mut || olm::initiate(STARTS)),
            "ours is PQXDH: 2 signatures checked, 4 agreements, ML-KEM-768, and the ratchet's first agreement; \
             Olm's is 3 agreements without KEM, and its caller checks signatures; both make 2 keys",
        )?,
        row(
            "session start, responder",
            Some(Bounds { must: 7.0, aim: 5.5 }),
            &mut || pillarbox::respond(STARTS),
            Some(&mut || olm::respond(STARTS)),
            "ours: 1 signature checked, 4 agreements, ML-KEM-768 from its seed, and a whole ratchet step (2 \
             agreements, 1 new key); Olm's is 3 agreements, and it takes its step when it answers",
        )?,
        row(
            "decrypt after 25,000 lost messages",
            None,
            &mut || ours.jump(JUMPS),
            None,
            "the longest gap that opens: 50,000 HMACs, of which the keys of 2,000 messages are kept; Olm opens \
             none after more than 2,000",
        )?,
        row(
            "sealed sender: seal + open",
            None,
            &mut || envelope.post(ENVELOPES),
            None,
            "4 agreements, 1 new key, 1 signature checked; Olm has nothing like it",
        )?,
    ];
    Ok(Report { rows, sizes, parts: parts::table()? })
}

fn row(
    what: &'static str,
    bounds: Option<Bounds>,
    ours: Sample<'_>,
    peer: Option<Sample<'_>>,
    differs: &'static str,
) -> Result<Row, Failure> {
    let mut unit = unit();
    let ([unit, ours], peer) = match peer {
        Some(peer) => {
            let [unit, ours, peer] = alternate([&mut unit, ours, peer])?;
            ([unit, ours], Some(peer))
        }
        None => (alternate([&mut unit, ours])?, None),
    };
    Ok(Row::new(what, bounds, &unit, &ours, peer.as_ref(), differs))
}

/// Measures one X25519 operation, the unit of every figure.
fn unit() -> impl FnMut() -> Result<f64, Failure> {
    let secret = StaticSecret::from(rand::random::<[u8; 32]>());
    let public = PublicKey::from(&StaticSecret::from(rand::random::<[u8; 32]>()));
    move || {
        let start = Stopwatch::start();
        for _ in 0..UNITS {
            black_box(black_box(&secret).diffie_hellman(black_box(&public)));
        }
        Ok(start.each(UNITS))
    }
}
