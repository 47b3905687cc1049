//! Pictures: left at the relay before their message, fetched after it, and refused unless they are what was left.

use pillarbox_client::picture::MAX_PICTURE_LEN;
use pillarbox_client::{
    DeliveryState, EntryKind, Link, Notice, PhoneError, PictureBytes, PictureFault, Protection,
};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::{Fault, Who, World, altering, honest};
use pillarbox_wire::{ClientFrame, Duration, Refusal, RelayFrame, encode};

/// Bytes that stand for a picture, with words that a search finds.
const PICTURE: &[u8] = b"the cliff path above the harbour, by daylight";

fn settings() -> RelaySettings {
    let mut settings = RelaySettings::default();
    settings.keeping.attachments = Some(Duration::from_days(30));
    settings
}

/// Two phones that have written to each other and show pictures.
fn pair_at(mut world: World) -> (World, Who, Who) {
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    [alice, bob].into_iter().for_each(|who| world.at(who).show_pictures());
    world.introduce(alice, bob);
    world.run();
    (world, alice, bob)
}

fn pair() -> (World, Who, Who) {
    pair_at(World::with(settings()))
}

fn show(world: &mut World, from: Who, to: Who, picture: &[u8]) -> Result<(), PhoneError> {
    let (to, now, mut rng) = (world.id(to), world.clock(from), world.fork());
    world.at(from).queue_picture(to, picture, now, &mut rng).map(drop)
}

/// The last picture of a conversation.
fn last(world: &World, who: Who, with: Who) -> PictureBytes {
    let with = world.id(with);
    let entry = world.history(who, with).into_iter().rev().find(|entry| entry.picture().is_some()).unwrap();
    world.see(who).picture(with, entry.id).unwrap()
}

fn here(bytes: &[u8]) -> PictureBytes {
    PictureBytes::Here(bytes.to_vec().into())
}

#[test]
fn a_picture_of_many_parts_arrives_whole_and_the_relay_sees_no_byte_of_it() {
    let (mut world, alice, bob) = pair_at(World::on_disk(settings()));
    let picture = PICTURE.repeat(2_000);
    show(&mut world, alice, bob, &picture).unwrap();
    world.run();
    assert_eq!(last(&world, bob, alice), here(&picture));
    assert_eq!(last(&world, alice, bob), here(&picture));
    assert_eq!(world.states(alice, bob).last(), Some(&DeliveryState::Delivered));
    assert!(world.take_notices(bob).iter().any(|notice| matches!(notice, Notice::PictureArrived { .. })));
    assert!(!world.relay_has(&PICTURE[..16]));
    let rows = world.holdings().attachments;
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.owner == world.id(alice)));
    // Left over the link that names the account, fetched over the one that names nobody.
    let links = |such: fn(&ClientFrame) -> bool| -> Vec<Link> {
        world.received.iter().filter(|(_, frame)| such(frame)).map(|(way, _)| way.link).collect()
    };
    assert_eq!(links(|frame| matches!(frame, ClientFrame::LeaveAttachment(_))), [Link::Named; 3]);
    assert_eq!(links(|frame| matches!(frame, ClientFrame::FetchAttachment(_))), [Link::Nameless; 3]);
    // The control: a text that the relay can read is found by the same search.
    let (carol, dave) = (world.readable_phone("Carol"), world.readable_phone("Dave"));
    world.introduce(carol, dave);
    world.say(carol, dave, "the cliff path above the harbour");
    world.run();
    assert!(world.relay_has(&PICTURE[..16]));
}

#[test]
fn the_message_waits_until_the_whole_picture_is_at_the_relay_and_texts_after_it_wait_too() {
    let (mut world, alice, bob) = pair();
    world.received.clear();
    show(&mut world, alice, bob, &[7; 70_000]).unwrap();
    world.say(alice, bob, "that was the path");
    world.run();
    let order: Vec<_> = world
        .received
        .iter()
        .filter(|(way, _)| way.who == alice)
        .filter_map(|(_, frame)| match frame {
            ClientFrame::LeaveAttachment(_) => Some("part"),
            ClientFrame::Submit(_) => Some("message"),
            _ => None,
        })
        .collect();
    assert_eq!(order[..5], ["part", "part", "part", "message", "message"]);
    assert_eq!(world.heard(bob, alice).last().unwrap(), "that was the path");
}

#[test]
fn a_program_killed_at_any_step_loses_no_picture_and_shows_none_twice() {
    let (mut step, mut steps) = (0, 1);
    while step < steps {
        for killed in [0, 1] {
            let (mut world, alice, bob) = pair();
            let from = world.steps;
            world.fault = Box::new(move |at| (at == from + step).then_some(Fault::Crash(killed)));
            show(&mut world, alice, bob, &[7; 40_000]).unwrap();
            world.run();
            steps = world.steps - from;
            assert_eq!(last(&world, bob, alice), here(&[7; 40_000]), "step {step}, phone {killed}");
            let shown = world.history(bob, world.id(alice));
            assert_eq!(shown.iter().filter(|entry| entry.picture().is_some()).count(), 1);
            assert_eq!(world.see(alice).unsent(), 0);
        }
        step += 1;
    }
    assert!(step > 15, "the search ends after the last step: {step}");
}

/// A world whose relay does this to each part that it hands out, and the end of the picture there.
fn given(alter: impl FnMut(usize, &mut Vec<u8>) + 'static) -> (World, Who, Who) {
    let (mut world, alice, bob) = pair();
    let mut alter = alter;
    let mut handed = 0;
    world.down = altering(move |_, frame| {
        if let RelayFrame::AttachmentPart(answer) = frame {
            alter(handed, &mut answer.part.0);
            handed += 1;
            assert!(handed < 100, "a phone asks for no more parts than a picture has");
        }
    });
    show(&mut world, alice, bob, &[7; 70_000]).unwrap();
    world.run();
    (world, alice, bob)
}

#[test]
fn a_relay_that_garbles_cuts_or_lengthens_a_picture_is_found_out_and_nothing_is_kept() {
    type Alteration = fn(usize, &mut Vec<u8>);
    let cases: [(Alteration, PictureFault); 5] = [
        (|_, part| part[9] ^= 1, PictureFault::OtherBytes),
        (|_, part| part.truncate(100), PictureFault::OtherSize),
        (|_, part| part.clear(), PictureFault::OtherSize),
        (|_, part| part.push(0), PictureFault::OtherSize),
        (|_, part| part.fill(0), PictureFault::OtherBytes),
    ];
    for (alter, fault) in cases {
        let (mut world, alice, bob) = given(alter);
        assert_eq!(last(&world, bob, alice), PictureBytes::Lost(fault));
        let told = world.take_notices(bob);
        let lost =
            |notice: &Notice| matches!(notice, Notice::PictureLost { fault: told, .. } if *told == fault);
        assert!(told.iter().any(lost), "{told:?}");
        // It is not asked for again, and what follows arrives.
        world.down = honest();
        world.received.clear();
        world.say(alice, bob, "did you get it?");
        world.run();
        assert!(!world.seen().any(|frame| matches!(frame, ClientFrame::FetchAttachment(_))));
        assert_eq!(world.heard(bob, alice).last().unwrap(), "did you get it?");
    }
    // The control: a relay that alters nothing.
    let (world, alice, bob) = given(|_, _| {});
    assert_eq!(last(&world, bob, alice), here(&[7; 70_000]));
}

#[test]
fn a_relay_that_hands_out_another_attachment_is_found_out() {
    let (mut world, alice, bob) = pair();
    show(&mut world, alice, bob, &[1; 5_000]).unwrap();
    world.run();
    let other = world.relay.holdings().attachments[0].part.clone();
    world.down = altering(move |_, frame| {
        if let RelayFrame::AttachmentPart(answer) = frame {
            answer.part = other.clone();
        }
    });
    show(&mut world, alice, bob, &[2; 5_000]).unwrap();
    world.run();
    assert_eq!(last(&world, bob, alice), PictureBytes::Lost(PictureFault::OtherBytes));
}

#[test]
fn a_picture_whose_time_is_over_is_gone_and_the_recipient_is_told() {
    let (mut world, alice, bob) = pair();
    let keeping =
        pillarbox_relay::Keeping { attachments: Some(Duration::from_days(3)), ..settings().keeping };
    let now = world.now;
    world.relay.engine().set_keeping(keeping, now).unwrap();
    world.offline(bob);
    show(&mut world, alice, bob, PICTURE).unwrap();
    world.run();
    world.age(5);
    assert_eq!(world.relay.holdings().attachments, []);
    world.online(bob);
    world.run();
    assert_eq!(last(&world, bob, alice), PictureBytes::Lost(PictureFault::Gone));
}

#[test]
fn a_relay_that_keeps_no_pictures_sends_none_and_the_sender_is_told() {
    let (mut world, alice, bob) = pair_at(World::new());
    show(&mut world, alice, bob, PICTURE).unwrap();
    world.run();
    let reason = Refusal::NotOffered;
    let told = world.take_notices(alice);
    assert!(
        told.iter().any(|notice| matches!(notice, Notice::NotSent { reason: told, .. } if *told == reason))
    );
    assert_eq!(world.states(alice, bob).last(), Some(&DeliveryState::Refused));
    assert!(world.history(bob, world.id(alice)).iter().all(|entry| entry.picture().is_none()));
    world.say(alice, bob, "no pictures here");
    world.run();
    assert_eq!(world.heard(bob, alice).last().unwrap(), "no pictures here");
}

#[test]
fn only_a_phone_that_has_said_so_is_sent_a_picture() {
    let mut world = World::with(settings());
    let (alice, bob) = world.pair();
    assert_eq!(show(&mut world, alice, bob, PICTURE), Err(PhoneError::NoPictures));
    world.at(bob).show_pictures();
    world.say(alice, bob, "and now?");
    world.run();
    show(&mut world, alice, bob, PICTURE).unwrap();
    world.run();
    assert_eq!(last(&world, bob, alice), here(PICTURE));
    // His next program is one that shows none, and says so with its next receipt.
    world.crash(bob);
    world.say(alice, bob, "still there?");
    world.run();
    assert_eq!(show(&mut world, alice, bob, PICTURE), Err(PhoneError::NoPictures));
}

#[test]
fn a_picture_for_a_phone_that_no_longer_shows_any_becomes_a_sentence() {
    let (mut world, alice, bob) = pair();
    world.offline(bob);
    world.say(alice, bob, "one moment");
    world.run();
    // The relay loses what is left there until Bob's next program, which shows none, has confirmed the text.
    world.up = Box::new(|_, frame| match frame {
        ClientFrame::LeaveAttachment(_) => Vec::new(),
        frame => vec![frame],
    });
    show(&mut world, alice, bob, PICTURE).unwrap();
    world.crash(bob);
    world.online(bob);
    world.run();
    world.up = honest();
    world.cut(alice);
    world.run();
    let words = "[A picture of 45 bytes. This version of Pillarbox cannot show it.]";
    assert_eq!(world.heard(bob, alice).last().unwrap(), words);
    assert_eq!(world.states(alice, bob).last(), Some(&DeliveryState::Delivered));
}

#[test]
fn empty_and_oversized_pictures_are_refused_before_anything_is_stored() {
    let (mut world, alice, bob) = pair();
    assert_eq!(show(&mut world, alice, bob, &[]), Err(PhoneError::EmptyPicture));
    let got = MAX_PICTURE_LEN + 1;
    assert_eq!(show(&mut world, alice, bob, &vec![7; got]), Err(PhoneError::PictureTooLong { got }));
    assert_eq!(world.see(alice).unsent(), 0);
    show(&mut world, alice, bob, &vec![7; MAX_PICTURE_LEN]).unwrap();
    world.run();
    assert_eq!(last(&world, bob, alice), here(&vec![7; MAX_PICTURE_LEN]));
}

#[test]
fn a_stranger_s_picture_stays_at_the_relay_until_the_owner_answers() {
    let mut world = World::with(settings());
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    [alice, bob].into_iter().for_each(|who| world.at(who).show_pictures());
    world.invite(alice, bob);
    world.say(alice, bob, "hello");
    world.run();
    // A stranger's phone gets no receipt, so this one sends its picture without the mark.
    let (to, mut rng) = (world.id(bob), world.fork());
    assert!(!world.see(alice).may_get_pictures(to).unwrap());
    let now = world.clock(alice);
    let refused = world.at(alice).queue_picture(to, PICTURE, now, &mut rng);
    assert_eq!(refused, Err(PhoneError::NoPictures));
    assert!(!world.seen().any(|frame| matches!(frame, ClientFrame::FetchAttachment(_))));
    world.say(bob, alice, "hello yourself");
    world.run();
    show(&mut world, alice, bob, PICTURE).unwrap();
    world.run();
    assert_eq!(last(&world, bob, alice), here(PICTURE));
}

#[test]
fn a_picture_goes_with_its_message_when_the_timer_ends() {
    let (mut world, alice, bob) = pair();
    let (to, now, mut rng) = (world.id(bob), world.clock(alice), world.fork());
    world.at(alice).set_timer(to, Some(60), now, &mut rng).unwrap();
    show(&mut world, alice, bob, PICTURE).unwrap();
    world.run();
    let from = world.id(alice);
    let entry = world.history(bob, from).into_iter().find(|entry| entry.picture().is_some()).unwrap();
    let now = world.clock(bob);
    world.at(bob).mark_shown(from, entry.place, now, &mut rng).unwrap();
    world.pass(Duration::from_seconds(120));
    for (who, with) in [(alice, to), (bob, from)] {
        let now = world.clock(who);
        assert_eq!(world.at(who).remove_expired(now, &mut rng).unwrap(), 1);
        assert_eq!(world.see(who).picture(with, entry.id).unwrap(), PictureBytes::Elsewhere);
    }
}

#[test]
fn a_relay_that_reads_messages_reads_the_key_too() {
    let mut world = World::with(settings());
    let (alice, bob) = (world.readable_phone("Alice"), world.readable_phone("Bob"));
    [alice, bob].into_iter().for_each(|who| world.at(who).show_pictures());
    world.introduce(alice, bob);
    world.say(bob, alice, "hello");
    world.run();
    world.say(alice, bob, "hello yourself");
    world.run();
    show(&mut world, alice, bob, PICTURE).unwrap();
    world.run();
    assert_eq!(last(&world, bob, alice), here(PICTURE));
    assert_eq!(world.see(alice).account().protection, Protection::ServerReadable);
    let entry = world.history(alice, world.id(bob)).into_iter().find(|entry| entry.picture().is_some());
    let Some(EntryKind::Picture(pointer)) = entry.map(|entry| entry.kind) else { panic!("no picture") };
    let submitted = world
        .submissions()
        .any(|(_, submit)| submit.payload.as_slice().windows(32).any(|window| window == pointer.key.0));
    assert!(submitted, "the key is in the clear in a message");
}

/// The bytes in `docs/measured.md`, of frames without the records around them.
#[test]
fn a_picture_of_100_000_bytes_costs_these_bytes() {
    let (mut world, alice, bob) = pair();
    (world.received, world.sent) = (Vec::new(), Vec::new());
    show(&mut world, alice, bob, &[7; 100_000]).unwrap();
    world.run();
    let up = |such: fn(&ClientFrame) -> bool| -> Vec<usize> {
        let frames = world.seen().filter(|frame| such(frame));
        frames.map(|frame| encode(frame).unwrap().len()).collect()
    };
    let down = |such: fn(&RelayFrame) -> bool| -> Vec<usize> {
        let frames = world.sent.iter().map(|(_, frame)| frame).filter(|frame| such(frame));
        frames.map(|frame| encode(frame).unwrap().len()).collect()
    };
    let left = up(|frame| matches!(frame, ClientFrame::LeaveAttachment(_)));
    assert_eq!((left.len(), left.iter().sum::<usize>()), (4, 100_584));
    assert_eq!(down(|frame| matches!(frame, RelayFrame::AttachmentLeft(_))), [9; 4]);
    assert_eq!(up(|frame| matches!(frame, ClientFrame::FetchAttachment(_))), [42; 4]);
    let given = down(|frame| matches!(frame, RelayFrame::AttachmentPart(_)));
    assert_eq!((given.len(), given.iter().sum::<usize>()), (4, 100_452));
}
