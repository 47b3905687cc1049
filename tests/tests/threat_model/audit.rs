//! The audit of a relay: what it finds of words that a phone hides in messages, and what it cannot find.

use std::iter;

use pillarbox_lab::audit::form::Form;
use pillarbox_lab::audit::needle::{Needle, NeedleRole, Planted};
use pillarbox_lab::audit::report::Finding;
use pillarbox_lab::audit::seam::Patch;
use pillarbox_lab::audit::search::Search;
use pillarbox_lab::audit::selftest::{self, Sent};
use pillarbox_lab::audit::{self, AuditPlan};
use pillarbox_lab::progress::Progress;
use pillarbox_testkit::program::programs;
use tokio::runtime::Runtime;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn plan() -> AuditPlan {
    AuditPlan { phone_program: programs().phone(), ..AuditPlan::new(programs().relay()) }
}

/// Returns a relay's rows from a phone that alters its messages in this way, and the audit's findings about the words
/// in them.
fn send(words: &str, patches: &[Patch]) -> Sent {
    let search =
        Search::new(vec![Needle::new(NeedleRole::Said, "the words", words.as_bytes()).unwrap()]).unwrap();
    let plan = plan();
    runtime().block_on(selftest::send(&plan, &plan.unreadable, patches, &search)).unwrap()
}

fn under(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    bytes.iter().zip(iter::repeat(key).flatten()).map(|(byte, key)| byte ^ key).collect()
}

#[test]
fn the_audit_can_find_words_that_a_phone_puts_behind_a_message_backwards_and_under_one_byte_too() {
    let words = Planted::draw(&mut rand::rng()).words;
    let backwards: Vec<u8> = words.bytes().rev().collect();
    let patches =
        [words.as_bytes(), &backwards, &under(&[0x5a], words.as_bytes()), &under(&[0xa7], &backwards)]
            .map(|bytes| Patch::Append(bytes.to_vec()));
    let sent = send(&words, &patches);
    for (backwards, xor) in [(false, 0), (true, 0), (false, 0x5a), (true, 0xa7)] {
        let is = |form: Form| (form.backwards, form.xor) == (backwards, xor);
        assert!(sent.on_disk.iter().any(|hit| is(hit.form)), "{backwards}, {xor}: {:?}", sent.on_disk);
    }
    let other = Planted::draw(&mut rand::rng()).words;
    assert_eq!(send(&other, &patches).on_disk, []);
}

#[test]
fn the_audit_can_find_that_a_message_is_longer_than_the_protocol_has_it_whatever_stands_in_it() {
    // The words are sent in pieces of three letters with noise between, which no search finds.
    let pieces = |text: &str| {
        let piece = |piece: &[u8]| [piece, &rand::random::<[u8; 4]>()].concat();
        Patch::Append(text.as_bytes().chunks(3).flat_map(piece).collect())
    };
    let plan = AuditPlan { patch: Some(pieces), ..plan() };
    let report = runtime().block_on(audit::run(&plan, &Progress::none())).unwrap();
    assert_eq!(report.finding, Finding::NotAsClaimed);
    let broken: Vec<&str> =
        report.claims.iter().filter(|claim| !claim.holds).map(|claim| claim.claim.as_str()).collect();
    assert_eq!(broken, ["all: no row or payload is of another length than the protocol's"]);
    // One byte is enough to be noticed.
    assert_eq!(send("not sent", &[Patch::Append(vec![0])]).noticed, 1);
}

#[test]
fn the_audit_cannot_find_words_that_a_phone_puts_in_the_place_of_padding_under_a_key_that_the_relay_has() {
    let words = Planted::draw(&mut rand::rng()).words;
    let key: [u8; 16] = rand::random();
    // The hidden words overwrite the end of the message, where the encrypted padding and the tag are. The length is
    // unchanged, and the form is lost.
    let sent = send(&words, &[Patch::Overwrite(under(&key, words.as_bytes()))]);
    assert_eq!((sent.on_disk.len(), sent.in_memory.len(), sent.noticed), (0, 0, 0));
    // The relay reads the hidden words.
    let payload = sent.rows.first().unwrap();
    let (_, end) = payload.split_at(payload.len() - words.len());
    assert_eq!(under(&key, end), words.as_bytes());
    // Without the key, the same words are found in the same place.
    let clear = send(&words, &[Patch::Overwrite(words.clone().into_bytes())]);
    assert!(clear.on_disk.iter().any(|hit| hit.form.xor == 0), "{:?}", clear.on_disk);
}
