//! Pictures: what the relay that keeps them sees, and what it cannot do to them.

use pillarbox_client::body::{Body, Content};
use pillarbox_client::picture::PictureTold;
use pillarbox_client::{BodyId, Link, PictureBytes, PictureFault, PicturePointer};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::{Who, World, altering, contains};
use pillarbox_wire::limits::MAX_ATTACHMENT_PART_LEN;
use pillarbox_wire::{Bytes, ClientFrame, Duration, FixedBytes, LeaveAttachment, RelayFrame};

use super::forger::{Forger, REQUEST};
use super::world;

/// A picture of more than one part.
fn picture() -> Vec<u8> {
    b"the cliff path above the harbour, by daylight".repeat(1_000)
}

/// Returns Alice and Bob, who have written to each other and whose phones show pictures, at a relay that keeps them.
fn pair() -> (World, Who, Who) {
    let mut settings = RelaySettings::default();
    settings.keeping.attachments = Some(Duration::from_days(30));
    let mut world = world::with(settings);
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    [alice, bob].into_iter().for_each(|who| world.at(who).show_pictures());
    world.introduce(alice, bob);
    world.run();
    (world, alice, bob)
}

fn send(world: &mut World, from: Who, to: Who, picture: &[u8]) {
    let (to, now, mut rng) = (world.id(to), world.clock(from), world.fork());
    world.at(from).queue_picture(to, picture, now, &mut rng).unwrap();
    world.run();
}

fn last(world: &World, who: Who, with: Who) -> PictureBytes {
    let with = world.id(with);
    let entry = world.history(who, with).into_iter().rev().find(|entry| entry.picture().is_some()).unwrap();
    world.see(who).picture(with, entry.id).unwrap()
}

fn fetches(world: &World) -> usize {
    world.seen().filter(|frame| matches!(frame, ClientFrame::FetchAttachment(_))).count()
}

#[test]
fn the_relay_can_see_who_leaves_a_picture_and_when_and_about_how_long_it_is() {
    let (mut world, alice, bob) = pair();
    send(&mut world, alice, bob, &picture());
    let rows = world.holdings().attachments;
    assert!(rows.iter().all(|row| row.owner == world.id(alice) && row.left_at == world.clock(alice)));
    let kept: usize = rows.iter().map(|row| row.part.len()).sum();
    assert!((picture().len()..picture().len() * 112 / 100).contains(&kept), "{kept}");
}

#[test]
fn the_relay_can_see_from_which_address_a_picture_is_fetched() {
    let (mut world, alice, bob) = pair();
    send(&mut world, alice, bob, &picture());
    let fetched: Vec<_> = world.passed.iter().filter(|event| event.frame == "FetchAttachment").collect();
    assert!(!fetched.is_empty());
    for event in fetched {
        assert_eq!((event.peer, event.from), (world.peer(bob), None), "an address, and no account");
    }
    let links = world.received.iter().filter(|(_, frame)| matches!(frame, ClientFrame::FetchAttachment(_)));
    assert!(links.into_iter().all(|(way, _)| way.link == Link::Nameless));
}

#[test]
fn the_relay_can_lose_a_picture_that_it_has_taken() {
    let (mut world, alice, bob) = pair();
    world.offline(bob);
    send(&mut world, alice, bob, &picture());
    let (now, keeping) = (world.now, RelaySettings::default().keeping);
    world.relay.engine().set_keeping(keeping, now).unwrap();
    world.sweep();
    world.online(bob);
    world.run();
    assert!(matches!(last(&world, bob, alice), PictureBytes::Lost(_)), "and his phone says so");
}

#[test]
fn the_relay_cannot_read_a_picture() {
    let (mut world, alice, bob) = pair();
    send(&mut world, alice, bob, &picture());
    assert_eq!(last(&world, bob, alice), PictureBytes::Here(picture().into()));
    let words = &picture()[..24];
    assert!(!world.relay_has(words));
    // What Bob's phone was given opens with the key in his message, and the same search then finds the words.
    let parts = world.holdings().attachments.into_iter().flat_map(|row| row.part.0).collect::<Vec<_>>();
    let entry = world.history(bob, world.id(alice)).into_iter().find(|entry| entry.picture().is_some());
    let pointer = entry.unwrap().picture().unwrap().clone();
    let open = |key: &[u8; 32]| pillarbox_client::picture::open_with(&pointer.attachment, key, &parts);
    assert!(contains(&open(&pointer.key.0).unwrap(), words));
    assert!(open(&[7; 32]).is_none());
}

#[test]
fn the_relay_cannot_change_a_picture_unnoticed() {
    for alters in [true, false] {
        let (mut world, alice, bob) = pair();
        world.down = altering(move |_, frame| {
            if let (true, RelayFrame::AttachmentPart(answer)) = (alters, frame) {
                answer.part.0[100] ^= 1;
            }
        });
        send(&mut world, alice, bob, &picture());
        let whole = PictureBytes::Here(picture().into());
        let expected = if alters { PictureBytes::Lost(PictureFault::OtherBytes) } else { whole };
        assert_eq!(last(&world, bob, alice), expected);
    }
}

#[test]
fn the_relay_cannot_make_a_phone_fetch_more_than_the_picture_that_it_was_told_of() {
    for endless in [true, false] {
        let (mut world, alice, bob) = pair();
        world.down = altering(move |_, frame| {
            if let (true, RelayFrame::AttachmentPart(answer)) = (endless, frame) {
                answer.part.0 = vec![7; 60_000];
            }
        });
        send(&mut world, alice, bob, &picture());
        let expected = if endless { 1 } else { 2 };
        assert_eq!(fetches(&world), expected);
    }
}

#[test]
fn a_stranger_cannot_make_a_phone_fetch_a_picture_before_its_owner_answers() {
    let (mut world, _, bob) = pair();
    let mallory = Forger::new(&mut world);
    let pointer = PicturePointer::to(&picture(), FixedBytes([0x6a; 32]), FixedBytes([3; 32]));
    for (part, number) in pointer.sealed(&picture()).chunks(MAX_ATTACHMENT_PART_LEN).zip(0..) {
        let (request, attachment, part) = (REQUEST, pointer.attachment, Bytes(part.to_vec()));
        let frame = ClientFrame::LeaveAttachment(LeaveAttachment { request, attachment, number, part });
        let answer = world.ask(mallory.connection, frame);
        assert!(matches!(answer[..], [RelayFrame::AttachmentLeft(_)]), "{answer:?}");
    }
    let (id, sent_at) = (BodyId::generate(&mut world.fork()), world.now);
    let content = Content::Picture(PictureTold { id, sent_at, picture: pointer, expires_after: None });
    let body = Body { introduction: None, content };
    let payload = mallory.first_message(&mut world, bob, &body);
    mallory.submit(&mut world, bob, payload);
    let (from, mut rng) = (mallory.address.account, world.fork());
    let held = |world: &World| world.see(bob).picture(from, id).unwrap();
    assert_eq!((fetches(&world), held(&world)), (0, PictureBytes::AtRelay));
    let now = world.now;
    world.at(bob).accept_request(from, now, &mut rng).unwrap();
    world.run();
    assert_eq!(held(&world), PictureBytes::Here(picture().into()));
}
