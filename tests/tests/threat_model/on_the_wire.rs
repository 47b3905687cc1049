//! An attacker between phone and relay, who reads, drops, repeats, alters and adds bytes.

use pillarbox_client::Link;
use pillarbox_crypto::AgreementSecret;
use pillarbox_testkit::world::{PhoneLink, contains};
use pillarbox_transport::{Established, HandshakeError, RecordOpenError, Versions};
use pillarbox_wire::{ClientFrame, Ping, Refusal, Refused, RelayFrame, RequestId};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::forger::{Forger, REQUEST, login};
use super::world;
use pillarbox_testkit::world::{Parties, Shaken};

fn rng(seed: u8) -> StdRng {
    StdRng::from_seed([seed; 32])
}

fn key(seed: u8) -> AgreementSecret {
    AgreementSecret::generate(&mut rng(seed))
}

/// Performs an undisturbed handshake with the relay of seed 1.
fn channel(draws: u8) -> Shaken {
    let relay = key(1);
    Parties::honest(&relay, &relay.public()).shake_hands(&mut rng(draws), &mut |_, _| {})
}

fn ping(request: u32) -> ClientFrame {
    ClientFrame::Ping(Ping { request: RequestId(request) })
}

#[test]
fn somebody_on_the_wire_can_see_that_a_phone_talks_to_a_relay_and_how_much() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    let first = world.tapped.iter().find(|tapped| tapped.way.who == alice).unwrap();
    assert!(first.bytes.starts_with(b"pillarbx"), "every connection says so in the clear");
    let sealed = PhoneLink { who: alice, link: Link::Nameless };
    let mut sent = |length: usize| {
        let from = world.tapped.len();
        world.tell(alice, bob, &"x".repeat(length));
        let own = world.tapped[from..].iter().filter(|tapped| tapped.way == sealed && tapped.to_relay);
        own.map(|tapped| tapped.bytes.len()).sum::<usize>()
    };
    let (short, long) = (sent(100), sent(5_100));
    assert!((4_900..5_500).contains(&(long - short)), "{short} and {long} bytes");
}

#[test]
fn somebody_on_the_wire_can_hold_everything_up() {
    let mut world = world::new();
    let (alice, bob) = world.pair();
    world.offline(alice);
    world.tell(alice, bob, "not today");
    assert_eq!(world.heard(bob, alice), ["hello"]);
    assert_eq!(world.see(alice).unsent(), 1, "it waits, and the phone says so");
    world.online(alice);
    world.run();
    assert_eq!(world.heard(bob, alice), ["hello", "not today"]);
}

#[test]
fn somebody_on_the_wire_cannot_read_a_frame() {
    // The relay can read these phones' messages, so only the channel is between the words and the wire.
    let mut world = world::new();
    let words = world.words();
    let (alice, bob) = (world.readable_phone("Alice"), world.readable_phone("Bob"));
    world.invite(alice, bob);
    world.tell(alice, bob, &words);
    assert_eq!(world.heard(bob, alice), std::slice::from_ref(&words));
    let tapped: Vec<u8> = world.tapped.iter().flat_map(|tapped| tapped.bytes.clone()).collect();
    for mark in [words.as_bytes(), &world.id(alice).0, &world.id(bob).0] {
        assert!(world.relay_has(mark));
        assert!(!contains(&tapped, mark));
    }
}

#[test]
fn somebody_on_the_wire_cannot_change_a_frame_unnoticed() {
    let Shaken { phone, .. } = channel(2);
    let mut sealer = phone.unwrap().sealer;
    let records = [1, 2, 3].map(|request| sealer.seal(&[ping(request)]).unwrap());
    // The same draws yield the same channel, so each attempt meets a relay that has received nothing yet.
    let hear = |bytes: &[u8]| {
        let mut opener = channel(2).relay.unwrap().opener;
        opener.feed(bytes);
        let mut heard = Vec::new();
        loop {
            match opener.next_frame::<ClientFrame>() {
                Ok(Some(frame)) => heard.push(frame),
                Ok(None) => return (heard, opener.is_idle().then_some(())),
                Err(error) => {
                    assert_eq!(error, RecordOpenError::NotAuthentic);
                    return (heard, None);
                }
            }
        }
    };
    let [one, two, three] = &records;
    assert_eq!(hear(&records.concat()), (vec![ping(1), ping(2), ping(3)], Some(())));
    for at in 0..one.len() {
        for bit in 0..8 {
            let mut altered = records.concat();
            altered[at] ^= 1 << bit;
            assert_eq!(hear(&altered), (vec![], None), "byte {at}, bit {bit}");
        }
    }
    // Records are left out, repeated, reordered, added, and truncated in the middle.
    assert_eq!(hear(&[&one[..], three].concat()), (vec![ping(1)], None));
    assert_eq!(hear(&[&one[..], one, two].concat()), (vec![ping(1)], None));
    assert_eq!(hear(&[&two[..], one].concat()), (vec![], None));
    assert_eq!(hear(&[&one[..], &[0, 16], &[0; 16], two].concat()), (vec![ping(1)], None));
    assert_eq!(hear(&one[..one.len() - 1]), (vec![], None));
}

#[test]
fn somebody_on_the_wire_cannot_pose_as_the_relay() {
    let (relay, impostor) = (key(1), key(2));
    let answer = |answers: &AgreementSecret| {
        Parties::honest(answers, &relay.public()).shake_hands(&mut rng(3), &mut |_, _| {}).phone.err()
    };
    assert_eq!(answer(&relay), None);
    assert_eq!(answer(&impostor), Some(HandshakeError::WrongKey));
    // An impostor that repeats what the true relay once said does not succeed either.
    let once = channel(4).messages;
    let mut replay = |step: usize, message: &mut [u8]| {
        if step % 2 == 1 {
            message.copy_from_slice(&once[step]);
        }
    };
    let shaken = Parties::honest(&impostor, &relay.public()).shake_hands(&mut rng(5), &mut replay);
    assert_eq!(shaken.phone.err(), Some(HandshakeError::WrongKey));
}

#[test]
fn somebody_on_the_wire_cannot_log_in_with_a_login_that_they_recorded() {
    // The recorded bytes do not open, because the relay draws a new key for each connection.
    let Shaken { phone, messages, .. } = channel(2);
    let Established { mut sealer, handshake_hash, .. } = phone.unwrap();
    let mut world = world::new();
    let Forger { device, address, .. } = Forger::new(&mut world);
    let recorded = sealer.seal(&[login(&device, address, &handshake_hash)]).unwrap();
    let replayed = |draws: u8| {
        let relay = key(1);
        let mut between = |step: usize, message: &mut [u8]| {
            if step.is_multiple_of(2) {
                message.copy_from_slice(&messages[step]);
            }
        };
        let shaken = Parties::honest(&relay, &relay.public()).shake_hands(&mut rng(draws), &mut between);
        let mut opener = shaken.relay.unwrap().opener;
        opener.feed(&recorded);
        opener.next_frame::<ClientFrame>()
    };
    assert!(replayed(2).unwrap().is_some(), "the same draws: the connection that was recorded");
    assert_eq!(replayed(3), Err(RecordOpenError::NotAuthentic));

    // Even in the clear, the proof would be useless to the attacker, because it names the connection that it was made
    // for.
    let (first, hash) = world.guest();
    let frame = login(&device, address, &hash);
    let (second, _) = world.guest();
    let refused = RelayFrame::Refused(Refused { request: REQUEST, reason: Refusal::NotAuthentic });
    assert_eq!(world.ask(second, frame.clone()), [refused]);
    assert!(matches!(world.ask(first, frame)[..], [RelayFrame::Authenticated(_)]));
}

#[test]
fn somebody_on_the_wire_cannot_talk_a_phone_into_an_older_version_unnoticed() {
    let [old, new] = [Versions::new(1, 1).unwrap(), Versions::new(1, 3).unwrap()];
    let relay = key(1);
    let expected = relay.public();
    let parties = Parties { relay: &relay, expected: &expected, phone_speaks: new, relay_speaks: new };
    assert_eq!(parties.shake_hands(&mut rng(2), &mut |_, _| {}).phone.unwrap().version, 3);
    // A relay that is really older is met at its version.
    let older = Parties { relay_speaks: old, ..parties };
    assert_eq!(older.shake_hands(&mut rng(2), &mut |_, _| {}).phone.unwrap().version, 1);
    // An offer has its highest version at byte 9. An answer has its highest at byte 9 and its choice at byte 10.
    for (offer, answer) in [(true, false), (false, true), (true, true)] {
        let mut between = |step: usize, message: &mut [u8]| match step {
            0 if offer => message[9] = 1,
            1 if answer => message[9..].copy_from_slice(&[1, 1]),
            _ => {}
        };
        let parties = Parties { relay: &relay, expected: &expected, phone_speaks: new, relay_speaks: new };
        let shaken = parties.shake_hands(&mut rng(2), &mut between);
        let told = shaken.phone.err();
        assert!(
            matches!(told, Some(HandshakeError::Inconsistent | HandshakeError::WrongKey)),
            "offer {offer}, answer {answer}: {told:?}"
        );
    }
}
