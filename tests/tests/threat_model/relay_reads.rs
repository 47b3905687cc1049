//! A relay cannot read messages, alter them, or have them shown again.

use pillarbox_client::{EntryDirection, NewAccount, Notice, PaddingRule, Protection};
use pillarbox_session::kind::SERVER_READABLE;
use pillarbox_testkit::world::{Who, World, contains};
use pillarbox_wire::{Bytes, Deliver, Duration, MessageId, RelayFrame, encode};

use super::forger::text_body;
use super::world;

const NUMBER: &str = "+44 7700 900123";

/// Returns two phones of one protection that have each other's invitation. One of them calls itself `name`.
fn meet(world: &mut World, protection: Protection, name: &str) -> (Who, Who) {
    let new = NewAccount { protection, ..world.new_account(name) };
    let (one, other) =
        (world.phone_of(new), world.phone_of(NewAccount { protection, ..world.new_account("Bob") }));
    world.invite(one, other);
    world.invite(other, one);
    (one, other)
}

#[test]
fn the_relay_cannot_read_a_message() {
    for (protection, readable) in [(Protection::ServerReadable, true), (Protection::EndToEnd, false)] {
        let mut world = world::new();
        let (alice, bob) = meet(&mut world, protection, "Alice");
        let spoken: Vec<String> = (0..4).map(|_| world.words()).collect();
        for (turn, words) in spoken.iter().enumerate() {
            // The last one stays in the mailbox, so that the relay's file contains it.
            if turn == 3 {
                world.offline(bob);
            }
            world.tell(if turn == 1 { bob } else { alice }, if turn == 1 { alice } else { bob }, words);
        }
        for words in &spoken {
            assert_eq!(world.relay_has(words.as_bytes()), readable, "{protection:?}");
        }
        let waiting = &world.holdings().messages;
        assert_eq!(waiting.len(), 1);
        assert_eq!(contains(waiting[0].payload.as_slice(), spoken[3].as_bytes()), readable);
        world.online(bob);
        world.run();
        assert_eq!(world.heard(bob, alice), [&*spoken[0], &spoken[2], &spoken[3]]);
        assert_eq!(world.heard(alice, bob), [&*spoken[1]]);
    }
}

#[test]
fn the_relay_cannot_learn_what_a_phone_calls_itself() {
    for (protection, readable) in [(Protection::ServerReadable, true), (Protection::EndToEnd, false)] {
        let mut world = world::new();
        let name = world.words();
        let (alice, bob) = meet(&mut world, protection, &name);
        world.tell(alice, bob, "hello");
        world.tell(bob, alice, "hello yourself");
        let suggested = world.see(bob).contact(world.id(alice)).unwrap().suggested_name;
        assert_eq!(suggested.as_deref(), Some(&*name));
        assert_eq!(world.relay_has(name.as_bytes()), readable, "{protection:?}");
    }
}

#[test]
fn the_relay_cannot_find_the_sender_in_a_sealed_message() {
    let mut world = world::new();
    let (alice, bob) = (world.phone("Alice"), world.phone_with_number("Bob", NUMBER));
    let carol = world.phone("Carol");
    world.invite(alice, bob);
    world.look_up(carol, NUMBER);
    world.offline(bob);
    world.tell(alice, bob, "sealed");
    world.tell(carol, bob, "not sealed");

    // Everything in the messages, in their rows, and beside them on their connections.
    let [sealed, named] = [alice, carol].map(|who| {
        let at = world.submissions().position(|(way, _)| way.who == who).unwrap();
        let (way, _) = world.submissions().nth(at).unwrap();
        let frames = world.received.iter().filter(|(other, _)| *other == way);
        let mut bytes: Vec<u8> = frames.flat_map(|(_, frame)| encode(frame).unwrap()).collect();
        let row = &world.holdings().messages[at];
        bytes.extend(row.payload.as_slice());
        bytes.extend(row.sender.iter().flat_map(|sender| sender.account.0));
        bytes
    });
    let marks = |who: Who| {
        let identity = world.identity(who);
        let marks: [Vec<u8>; 4] = [
            world.id(who).0.to_vec(),
            identity.signing.0.to_vec(),
            identity.agreement.0.to_vec(),
            world.delivery_key(who).to_vec(),
        ];
        marks
    };
    assert!(marks(alice).iter().all(|mark| !contains(&sealed, mark)));
    let found: Vec<bool> = marks(carol).iter().map(|mark| contains(&named, mark)).collect();
    assert_eq!(found, [true, true, true, false], "by number: account and identity stand there");

    // The recipient finds the sender in the same bytes.
    world.online(bob);
    world.run();
    let entry = world.history(bob, world.id(alice)).remove(0);
    assert_eq!(entry.text(), Some("sealed"));
    assert_eq!(entry.direction, EntryDirection::Received { sealed: true, verified: false });
}

#[test]
fn the_relay_cannot_tell_texts_of_one_padding_bucket_apart_by_their_length() {
    const TEXTS: usize = 48;
    let lengths = |padding| {
        let mut world = world::new();
        let alice = world.phone_of(NewAccount { padding, ..world.new_account("Alice") });
        let bob = world.phone("Bob");
        world.introduce(alice, bob);
        world.offline(bob);
        (1..=TEXTS).for_each(|length| world.tell(alice, bob, &"x".repeat(length)));
        let mut lengths: Vec<usize> = world.holdings().messages.iter().map(|row| row.payload.len()).collect();
        lengths.dedup();
        lengths
    };
    assert_eq!(lengths(PaddingRule::None).len(), TEXTS, "without padding every length shows");
    // Padmé keeps the first bits of a length. It rounds a body here up to a multiple of 4, or of 8 from 64 bytes on.
    let padded = lengths(PaddingRule::Padme).len();
    assert!((2..=TEXTS / 4).contains(&padded), "{padded} lengths");
}

/// Returns copies of a message: with each of its bytes altered in turn, truncated, and lengthened.
fn altered(deliver: &Deliver, step: usize) -> Vec<Deliver> {
    let payload = deliver.payload.as_slice();
    let flipped = (0..payload.len()).step_by(step).map(|at| {
        let mut payload = payload.to_vec();
        payload[at] ^= 1 << (at % 8);
        payload
    });
    let others = [payload[..payload.len() - 1].to_vec(), [payload, &[0]].concat(), Vec::new()];
    let number = |(at, payload)| Deliver {
        message: MessageId(1_000_000 + at as u64),
        payload: Bytes(payload),
        ..deliver.clone()
    };
    flipped.chain(others).enumerate().map(number).collect()
}

#[test]
fn the_relay_cannot_change_a_message_unnoticed() {
    // One message is sealed. The other is a first message that names its sender, and its many bytes are tried in steps.
    for (sealed, step) in [(true, 1), (false, 13)] {
        let mut world = world::new();
        let (alice, bob) = (world.phone("Alice"), world.phone_with_number("Bob", NUMBER));
        if sealed {
            world.introduce(alice, bob);
        } else {
            world.look_up(alice, NUMBER);
        }
        world.offline(bob);
        world.tell(alice, bob, "as it was said");
        world.take_notices(bob);
        let before = world.heard(bob, alice).len();

        let (count, told) = (std::rc::Rc::new(std::cell::Cell::new(0)), "one notice for each");
        let copies = std::rc::Rc::clone(&count);
        world.down = Box::new(move |way, frame| match frame {
            RelayFrame::Deliver(deliver) if way.who == bob => {
                let altered = altered(&deliver, step);
                copies.set(altered.len());
                altered.into_iter().chain([deliver]).map(RelayFrame::Deliver).collect()
            }
            frame => vec![frame],
        });
        world.online(bob);
        world.run();
        let notices = world.take_notices(bob);
        let failed = |notice: &&Notice| {
            matches!(
                notice,
                Notice::Undecryptable { .. }
                    | Notice::RequestUnopened { .. }
                    | Notice::StrangerUnopened { .. }
                    | Notice::OtherProtection { .. }
            )
        };
        assert!(count.get() > 100);
        assert_eq!(notices.iter().filter(failed).count(), count.get(), "{told}");
        assert_eq!(world.heard(bob, alice)[before..], ["as it was said"], "only the true one is shown");
    }
}

#[test]
fn the_relay_cannot_make_a_phone_show_a_message_twice() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    world.tell(alice, bob, "once");
    let delivered = world.deliveries(bob);
    let shown = world.heard(bob, alice);
    assert_eq!(shown, ["hello", "once"]);
    let again = |world: &mut World| {
        delivered.iter().for_each(|deliver| world.repeat(bob, deliver));
        assert_eq!(world.heard(bob, alice), shown);
    };
    again(&mut world);
    world.restart(bob);
    again(&mut world);
    // After 91 days a phone has forgotten what it has seen. The keys are deleted all the same.
    world.pass(Duration::from_days(91));
    world.restart(bob);
    world.take_notices(bob);
    again(&mut world);
    let tried = world.take_notices(bob);
    assert!(tried.iter().any(|notice| matches!(notice, Notice::Undecryptable { .. })), "{tried:?}");
    // The same words, said again, are shown again.
    world.tell(alice, bob, "once");
    assert_eq!(world.heard(bob, alice), ["hello", "once", "once"]);
}

#[test]
fn the_relay_cannot_make_a_phone_take_a_readable_message_for_an_encrypted_one() {
    for protection in [Protection::ServerReadable, Protection::EndToEnd] {
        let mut world = world::new();
        let (alice, bob) = meet(&mut world, protection, "Alice");
        world.tell(alice, bob, "hello");
        world.take_notices(bob);
        let body = encode(&text_body("made up by the relay", &mut world)).unwrap();
        let forged = Deliver {
            message: MessageId(1_000_000),
            from: Some(world.address(alice)),
            accepted_at: world.now,
            payload: Bytes([&[SERVER_READABLE], &*body].concat()),
            stamp: None,
        };
        world.inject(bob, RelayFrame::Deliver(forged));
        let told = world.take_notices(bob);
        let refused = told.contains(&Notice::OtherProtection { contact: Some(world.id(alice)) });
        let heard = world.heard(bob, alice);
        match protection {
            Protection::ServerReadable => assert_eq!(heard, ["hello", "made up by the relay"]),
            Protection::EndToEnd => assert!(refused && heard == ["hello"], "{told:?}"),
        }
    }
}
