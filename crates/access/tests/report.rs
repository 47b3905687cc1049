//! A report proves what was carried and nothing else. An altered report fails, and so does a report of a ciphertext
//! that opens to two texts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use pillarbox_access::RelayHoldings;
use pillarbox_access::attribution::Attribution;
use pillarbox_access::demand::report::{NotProven, serve};
use pillarbox_access::view::ReportedMessage;
use pillarbox_client::BodyId;
use pillarbox_client::body::{Body, Content, Text};
use pillarbox_crypto::salamander::salamander;
use pillarbox_crypto::{AeadKey, Padding, SigningSecret, aead};
use pillarbox_relay::stamp::StampKey;
use pillarbox_relay::{Relay, RelaySettings, SqliteStore};
use pillarbox_session::{Opening, franking, kind};
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId, FixedBytes, Timestamp, encode};
use proptest::prelude::*;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

const AT: Timestamp = Timestamp(1_490_193_420_000);

fn holdings() -> RelayHoldings {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let relay =
        Relay::open(SqliteStore::in_memory().unwrap(), RelaySettings::default(), AT, &mut rng).unwrap();
    RelayHoldings::of_relay(&relay, None).unwrap()
}

fn key() -> StampKey {
    StampKey::derive(&SigningSecret::from_bytes([7; 32]))
}

fn address(seed: u8) -> DeviceAddress {
    DeviceAddress { account: AccountId([seed; 16]), device: DeviceId::FIRST }
}

fn body(words: &str) -> Vec<u8> {
    let text = Text { id: BodyId(FixedBytes([7; 16])), sent_at: AT, text: words.into(), expires_after: None };
    encode(&Body { introduction: None, content: Content::Text(text) }).unwrap()
}

/// Builds a message of a running session around a ciphertext: kind, commitment, header, body (docs/protocol.md). The
/// header only needs the right length, because the party that checks a report cannot open it.
fn message(commitment: &[u8; 32], ciphertext: &[u8]) -> Vec<u8> {
    [&[kind::RATCHET][..], commitment, &[0; 54], ciphertext].concat()
}

/// Builds a recipient's report of a message with the text `words`.
fn reported(words: &str) -> ReportedMessage {
    let body = body(words);
    let opening = Opening::from_bytes([2; 32]);
    let commitment = franking::commit(&opening, &body, Padding::BLOCKS_80);
    let payload = message(commitment.as_bytes(), &vec![9; Padding::BLOCKS_80.padded_len(body.len())]);
    let stamp = key().stamp(&payload, address(1), address(2), AT);
    ReportedMessage {
        payload,
        from: address(1),
        to: address(2),
        accepted_at: AT,
        stamp,
        body,
        opening: *opening.as_bytes(),
    }
}

#[test]
fn a_genuine_report_proves_who_said_what() {
    let proven = serve(&reported("I know where you live"), &key(), &holdings()).unwrap();
    assert_eq!(proven.facts.said[0].text, "I know where you live");
    assert_eq!(proven.facts.said[0].from, Some(format!("account {}", address(1).account)));
    assert_eq!(proven.attribution, Attribution::StampedByOperator);
}

proptest! {
    #[test]
    fn an_altered_report_proves_nothing(part in 0..7_usize, at: prop::sample::Index, bit in 0..8_u32) {
        let genuine = reported("I know where you live");
        let mut altered = genuine.clone();
        let flip = |bytes: &mut [u8]| {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        };
        match part {
            0 => flip(&mut altered.payload),
            1 => flip(&mut altered.from.account.0),
            2 => flip(&mut altered.to.account.0),
            3 => altered.accepted_at = Timestamp(AT.0 ^ (1 << bit)),
            4 => flip(&mut altered.stamp),
            5 => flip(&mut altered.body),
            _ => flip(&mut altered.opening),
        }
        let expected = if part < 5 { NotProven::Stamp } else { NotProven::Commitment };
        prop_assert_eq!(serve(&altered, &key(), &holdings()), Err(expected));
        prop_assert!(serve(&genuine, &key(), &holdings()).is_ok());
    }
}

#[test]
fn a_message_that_shows_no_commitment_is_not_proven() {
    let mut sealed = reported("words");
    sealed.payload[0] = kind::SEALED;
    sealed.stamp = key().stamp(&sealed.payload, sealed.from, sealed.to, AT);
    assert_eq!(serve(&sealed, &key(), &holdings()), Err(NotProven::NoCommitment));
}

#[test]
fn a_message_in_the_clear_proves_itself() {
    let body = body("in the clear");
    let payload = [&[kind::SERVER_READABLE][..], &body].concat();
    let stamp = key().stamp(&payload, address(1), address(2), AT);
    let mut report = ReportedMessage { payload, stamp, body, ..reported("") };
    assert!(serve(&report, &key(), &holdings()).is_ok());
    report.body.push(0);
    assert_eq!(serve(&report, &key(), &holdings()), Err(NotProven::Commitment));
}

/// Reports one ciphertext under two keys with two texts. ChaCha20-Poly1305 opens to both, and the stamp is the relay's
/// own. Only the words that the sender committed to are proven.
#[test]
fn a_ciphertext_that_opens_to_two_texts_is_proven_for_neither_but_the_one_committed_to() {
    let keys = [[1; 32], [2; 32]];
    let nonce = [0; 12];
    let start = Padding::pad_to(&body("a threat"), 96).unwrap();
    let sealed = aead::seal(&AeadKey::from_bytes(keys[0]), &nonce, b"", &start);
    let ciphertext = salamander(&keys, &sealed[..start.len()]).unwrap();
    let [said, shown] =
        keys.map(|key| aead::open(&AeadKey::from_bytes(key), &nonce, b"", &ciphertext).unwrap());
    assert_eq!(said[..start.len() - 1], start[..start.len() - 1], "without a commitment both open");
    assert_ne!(*said, *shown);

    let [own, other] = keys.map(Opening::from_bytes);
    let threat = body("a threat");
    let commitment = franking::commit(&own, &threat, Padding::BLOCKS_80);
    let length = Padding::BLOCKS_80.padded_len(threat.len());
    let payload = message(commitment.as_bytes(), &ciphertext[..length]);
    let stamp = key().stamp(&payload, address(1), address(2), AT);
    let report = |opening: &Opening, body: &[u8]| {
        let (payload, opening) = (payload.clone(), *opening.as_bytes());
        serve(
            &ReportedMessage { payload, stamp, body: body.to_vec(), opening, ..reported("") },
            &key(),
            &holdings(),
        )
    };
    assert_eq!(report(&own, &threat).unwrap().facts.said[0].text, "a threat");
    // The report shows the text under the second key, whole and cut to any length, and a text of the liar's choice,
    // under either opening.
    let harmless = body("no threat");
    for opening in [&own, &other] {
        for end in 0..=length {
            assert_eq!(report(opening, &shown[..end]), Err(NotProven::Commitment));
        }
        assert_eq!(report(opening, &harmless), Err(NotProven::Commitment));
    }
    assert_eq!(report(&other, &threat), Err(NotProven::Commitment));
}
