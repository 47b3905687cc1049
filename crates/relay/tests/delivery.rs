//! Mailboxes: admission, order, windows, quotas, age, and the rows that are kept after delivery.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::{FrameSubject, Holdings, Input, Keeping, Limits, RelaySettings};
use pillarbox_testkit::frames;
use pillarbox_testkit::frames::{deliveries, submission};
use pillarbox_testkit::relay::LoneRelay;
use pillarbox_wire::{Duration, Farewell, MessageId, Refusal, RelayFrame, RequestId, Timestamp};

fn reason(frame: &RelayFrame) -> Refusal {
    let RelayFrame::Refused(refused) = frame else { panic!("{frame:?}") };
    refused.reason
}

fn payloads(frames: &[RelayFrame]) -> Vec<&[u8]> {
    deliveries(frames).into_iter().map(|deliver| deliver.payload.as_slice()).collect()
}

#[test]
fn a_named_sender_is_attached_and_a_sealed_one_stands_nowhere() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    let nameless = world.open();
    assert!(matches!(world.submit(ben_here, anne.address, b"named"), RelayFrame::Accepted(_)));
    let sealed = submission(RequestId(7), anne.address, Some(anne.delivery_key), b"sealed");
    assert!(matches!(world.ask_one(nameless, sealed), RelayFrame::Accepted(_)));
    let frames = world.take(anne_here);
    let came = deliveries(&frames);
    assert_eq!((came[0].from, came[0].payload.as_slice()), (Some(ben.address), &b"named"[..]));
    assert_eq!((came[1].from, came[1].payload.as_slice()), (None, &b"sealed"[..]));
    let held = Holdings::read(world.folder()).unwrap();
    assert_eq!(held.messages[0].sender, Some(ben.address));
    assert_eq!(held.messages[1].sender, None);
}

#[test]
fn a_sealed_message_needs_the_delivery_key_and_a_connection_without_a_name() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, _) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    let nameless = world.open();
    let right = Some(anne.delivery_key);
    for (connection, to, key, expected) in [
        (nameless, anne.address, None, Refusal::NotAuthenticated),
        (nameless, anne.address, Some([9; 32]), Refusal::DeliveryKeyRefused),
        (nameless, frames::nobody(), right, Refusal::DeliveryKeyRefused),
        (ben_here, anne.address, right, Refusal::AlreadyAuthenticated),
        (ben_here, frames::nobody(), None, Refusal::UnknownRecipient),
    ] {
        let frame = submission(RequestId(1), to, key, b"payload");
        assert_eq!(reason(&world.ask_one(connection, frame)), expected);
    }
    assert_eq!(world.engine().counts().waiting, 0);
}

#[test]
fn a_relay_that_does_not_keep_senders_does_not_tell_them_either() {
    let keeping = Keeping { sender: false, ..Keeping::LEAST };
    let mut world = LoneRelay::on_disk(RelaySettings { keeping, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, b"payload");
    assert_eq!(deliveries(&world.take(anne_here))[0].from, None);
    assert_eq!(Holdings::read(world.folder()).unwrap().messages[0].sender, None);
}

#[test]
fn the_window_holds_back_what_is_not_acknowledged() {
    let limits = Limits { window_messages: 3, window_bytes: 1_000, ..Limits::default() };
    let mut world = LoneRelay::in_memory(RelaySettings { limits, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    for at in 0..8_u8 {
        world.submit(ben_here, anne.address, &[at; 10]);
    }
    let first = world.take(anne_here);
    assert_eq!(payloads(&first), [[0; 10], [1; 10], [2; 10]]);
    let ids: Vec<_> = deliveries(&first).into_iter().map(|deliver| deliver.message).collect();
    // The numbers are out of order, one is unknown, and one is repeated. Only messages that wait count.
    let next = world.acknowledge(anne_here, &[ids[1], MessageId(9_999), ids[1]]);
    assert_eq!(payloads(&next), [[3; 10]]);
    let next = world.acknowledge(anne_here, &[ids[0], ids[2]]);
    assert_eq!(payloads(&next), [[4; 10], [5; 10]]);
    // A new connection gets everything that is not acknowledged, from the first on.
    let (_, again) = world.connect(&anne);
    assert_eq!(payloads(&again), [[3; 10], [4; 10], [5; 10]]);
    assert_eq!(world.closed[&anne_here], Farewell::Replaced);
}

#[test]
fn what_a_device_leaves_is_kept_and_what_is_behind_it_comes() {
    let limits = Limits { window_messages: 3, ..Limits::default() };
    let mut world = LoneRelay::on_disk(RelaySettings { limits, ..RelaySettings::default() });
    let (anne, before) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    for at in 0..8_u8 {
        world.submit(ben_here, anne.address, &[at; 10]);
    }
    let (anne_here, first) = world.connect(&anne);
    assert_eq!(payloads(&first), [[0; 10], [1; 10], [2; 10]]);
    // An acknowledgement has no effect if it arrives on a connection that another one has replaced, or on somebody
    // else's.
    for other in [before, ben_here] {
        world.acknowledge(other, &[]);
        assert_eq!(payloads(&world.take(anne_here)), [[0; 10]; 0]);
    }
    let next = world.acknowledge(anne_here, &[]);
    assert_eq!(payloads(&next), [[3; 10], [4; 10], [5; 10]]);
    let next = world.acknowledge(anne_here, &[deliveries(&first)[1].message, deliveries(&next)[0].message]);
    assert_eq!(payloads(&next), [[6; 10]], "what was left had no place in the window");
    assert_eq!(payloads(&world.acknowledge(anne_here, &[])), [[7; 10]]);
    assert_eq!(world.holdings().messages.len(), 6);
    let (_, again) = world.connect(&anne);
    assert_eq!(payloads(&again), [[0; 10], [2; 10], [4; 10]]);
}

#[test]
fn a_window_of_bytes_lets_one_large_message_through_and_no_second() {
    let limits = Limits { window_bytes: 100, ..Limits::default() };
    let mut world = LoneRelay::in_memory(RelaySettings { limits, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, &[1; 500]);
    world.submit(ben_here, anne.address, &[2; 500]);
    let frames = world.take(anne_here);
    assert_eq!(payloads(&frames), [[1; 500]]);
    let next = world.acknowledge(anne_here, &[deliveries(&frames)[0].message]);
    assert_eq!(payloads(&next), [[2; 500]]);
}

#[test]
fn everybody_who_comes_back_at_once_is_served_in_turns() {
    let limits = Limits { read_ahead_bytes: 250, ..Limits::default() };
    let mut world = LoneRelay::in_memory(RelaySettings { limits, ..RelaySettings::default() });
    let (_, sender) = world.register(100, None);
    let phones: Vec<_> = (1..6).map(|seed| world.register(seed, None).0).collect();
    world.crash();
    let (sender, _) = {
        let (phone, _) = (world.register(101, None).0, sender);
        world.connect(&phone)
    };
    for phone in &phones {
        for at in 0..3_u8 {
            world.submit(sender, phone.address, &[at; 50]);
        }
    }
    let mut batch = Vec::new();
    let mut connections = Vec::new();
    for phone in &phones {
        let (connection, opened) = world.opening();
        batch.push((connection, opened));
        let frame = pillarbox_testkit::relay::authenticate(phone, connection, RequestId(1));
        batch.push((connection, Input::Frame(frame)));
        connections.push(connection);
    }
    let outcome = world.process(batch);
    assert!(outcome.more);
    let served = |world: &LoneRelay| {
        connections.iter().filter(|connection| !deliveries(&world.sent[*connection]).is_empty()).count()
    };
    assert_eq!(served(&world), 2);
    world.finish();
    assert_eq!(served(&world), 5);
    for connection in &connections {
        assert_eq!(payloads(&world.sent[connection]), [[0; 50], [1; 50], [2; 50]]);
    }
}

#[test]
fn a_full_mailbox_refuses_even_within_one_batch_and_takes_again_after_an_acknowledgement() {
    let limits = Limits { mailbox_messages: 4, mailbox_reserved_messages: 0, ..Limits::default() };
    let mut world = LoneRelay::in_memory(RelaySettings { limits, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    let batch =
        (0..6).map(|at| (ben_here, Input::Frame(submission(RequestId(at), anne.address, None, b"payload"))));
    let batch = batch.collect();
    world.process(batch);
    let answers = world.take(ben_here);
    assert_eq!(answers.iter().filter(|frame| matches!(frame, RelayFrame::Accepted(_))).count(), 4);
    assert_eq!(reason(&answers[4]), Refusal::MailboxFull);
    let came = world.take(anne_here);
    world.acknowledge(anne_here, &[deliveries(&came)[0].message]);
    assert!(matches!(world.submit(ben_here, anne.address, b"payload"), RelayFrame::Accepted(_)));
    assert_eq!(reason(&world.submit(ben_here, anne.address, b"payload")), Refusal::MailboxFull);
}

#[test]
fn strangers_get_part_of_a_mailbox_and_whoever_has_the_delivery_key_the_rest() {
    for sender in [true, false] {
        let limits = Limits { mailbox_messages: 6, mailbox_reserved_messages: 2, ..Limits::default() };
        let keeping = Keeping { sender, ..Keeping::LEAST };
        let mut world = LoneRelay::on_disk(RelaySettings { limits, keeping, ..RelaySettings::default() });
        let (anne, anne_here) = world.register(1, None);
        let (ben, mut ben_here) = world.register(2, None);
        world.process(vec![(anne_here, Input::Closed)]);
        let accepted = |frame: &RelayFrame| matches!(frame, RelayFrame::Accepted(_));
        let by_stranger = |world: &mut LoneRelay, from| accepted(&world.submit(from, anne.address, b"x"));
        let by_contact = |world: &mut LoneRelay| {
            let (nameless, request) = (world.open(), world.request());
            accepted(&world.ask_one(nameless, submission(request, anne.address, Some([1; 32]), b"x")))
        };
        assert_eq!([(); 5].map(|()| by_stranger(&mut world, ben_here)), [true, true, true, true, false]);
        assert!(by_contact(&mut world));
        // The shares are the same after a restart. The relay then distinguishes them by whether a row names its
        // sender.
        world.crash();
        (ben_here, _) = world.connect(&ben);
        assert!(!by_stranger(&mut world, ben_here));
        assert_eq!([by_contact(&mut world), by_contact(&mut world)], [true, false], "six in all");
        // A deleted message of a stranger makes room for a message from a stranger or from a contact.
        let (anne_here, came) = world.connect(&anne);
        let first = deliveries(&came)[0].message;
        world.acknowledge(anne_here, &[first]);
        assert_eq!([by_contact(&mut world), by_contact(&mut world)], [true, false]);
    }
}

#[test]
fn nobody_acknowledges_for_somebody_else() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, b"payload");
    let message = deliveries(&world.take(anne_here))[0].message;
    world.acknowledge(ben_here, &[message]);
    assert_eq!(world.engine().counts().waiting, 1);
    let nameless = world.open();
    world.acknowledge(nameless, &[message]);
    assert_eq!(world.closed[&nameless], Farewell::Unreadable);
    assert_eq!(world.engine().counts().waiting, 1);
}

#[test]
fn delivered_rows_go_at_once_or_stay_as_long_as_the_design_says() {
    let two_days = Keeping { delivered: Some(Duration::from_days(2)), ..Keeping::LEAST };
    for (keeping, kept) in [(Keeping::LEAST, 0), (two_days, 1)] {
        let mut world = LoneRelay::on_disk(RelaySettings { keeping, ..RelaySettings::default() });
        let (anne, anne_here) = world.register(1, None);
        let (_, ben_here) = world.register(2, None);
        world.submit(ben_here, anne.address, b"a payload");
        let frames = world.take(anne_here);
        world.acknowledge(anne_here, &[deliveries(&frames)[0].message]);
        let held = Holdings::read(world.folder()).unwrap();
        assert_eq!(held.messages.len(), kept);
        for row in &held.messages {
            assert_eq!((row.delivered_at, row.payload.as_slice()), (Some(world.now), &b"a payload"[..]));
        }
        // A row that is kept after delivery waits for nobody. It is not delivered again, not even after a restart.
        world.crash();
        assert_eq!(world.connect(&anne).1, []);
        world.pass(Duration::from_days(1));
        assert_eq!(Holdings::read(world.folder()).unwrap().messages.len(), kept);
        world.pass(Duration::from_days(2));
        assert_eq!(Holdings::read(world.folder()).unwrap().messages, []);
    }
}

#[test]
fn undelivered_messages_go_after_their_time_and_not_before() {
    let keeping = Keeping { undelivered: Duration::from_days(3), ..Keeping::LEAST };
    let mut world = LoneRelay::on_disk(RelaySettings { keeping, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    world.process(vec![(anne_here, Input::Closed)]);
    world.submit(ben_here, anne.address, b"old");
    world.pass(Duration::from_days(2));
    world.submit(ben_here, anne.address, b"new");
    assert_eq!(Holdings::read(world.folder()).unwrap().messages.len(), 2);
    world.pass(Duration::from_days(2));
    assert_eq!(payloads(&world.connect(&anne).1), [b"new"]);
    assert_eq!(Holdings::read(world.folder()).unwrap().messages.len(), 1);
}

#[test]
fn a_clock_that_leaps_ahead_and_back_deletes_nothing() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    world.process(vec![(anne_here, Input::Closed)]);
    world.submit(ben_here, anne.address, b"payload");
    let right = world.now;
    for wrong in [Timestamp(right.0 + Duration::from_days(400).0), Timestamp(0), Timestamp(u64::MAX)] {
        world.now = wrong;
        world.finish();
        world.crash();
        world.pass(Duration::from_days(1));
        world.finish();
        assert_eq!(Holdings::read(world.folder()).unwrap().messages.len(), 1);
    }
    world.now = right;
    world.finish();
    assert_eq!(payloads(&world.connect(&anne).1), [b"payload"]);
}

#[test]
fn a_design_that_stops_keeping_history_lets_it_go_at_the_next_start() {
    let mut world =
        LoneRelay::on_disk(RelaySettings { keeping: Keeping::HISTORY, ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, b"history");
    let frames = world.take(anne_here);
    world.acknowledge(anne_here, &[deliveries(&frames)[0].message]);
    assert_eq!(Holdings::read(world.folder()).unwrap().keeping, Some(Keeping::HISTORY));
    world.restart_with(RelaySettings::default());
    world.finish();
    let held = Holdings::read(world.folder()).unwrap();
    assert_eq!((held.messages.len(), held.keeping), (0, Some(Keeping::LEAST)));
}

#[test]
fn message_numbers_are_not_used_again_after_everything_was_fetched() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, mut anne_here) = world.register(1, None);
    let (ben, mut ben_here) = world.register(2, None);
    let mut last = MessageId(0);
    for _ in 0..5 {
        world.submit(ben_here, anne.address, b"payload");
        let message = deliveries(&world.take(anne_here))[0].message;
        assert!(message > last);
        last = message;
        world.acknowledge(anne_here, &[message]);
        world.crash();
        anne_here = world.connect(&anne).0;
        ben_here = world.connect(&ben).0;
    }
}

#[test]
fn what_passes_is_shown_only_while_somebody_follows() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    let submit = |at| submission(RequestId(at), anne.address, None, b"payload");
    assert!(world.process(vec![(ben_here, Input::Frame(submit(1)))]).passed.is_empty());
    world.engine().follow(Some(usize::MAX));
    let passed = world.process(vec![(ben_here, Input::Frame(submit(2)))]).passed;
    let shown: Vec<_> = passed.iter().map(|passing| (passing.connection, passing.frame)).collect();
    assert_eq!(shown, [(ben_here, "Submit"), (ben_here, "Accepted"), (anne_here, "Deliver")]);
    assert_eq!((passed[0].from, passed[0].bytes), (Some(ben.address), 7));
    assert_eq!(passed[0].about, Some(FrameSubject::Device(anne.address)));
    // The relay sees the internet address that a sealed message came from, and no name.
    let nameless = world.open();
    let sealed = submission(RequestId(3), anne.address, Some(anne.delivery_key), b"sealed");
    let passed = world.process(vec![(nameless, Input::Frame(sealed))]).passed;
    assert!(passed.iter().all(|passing| passing.from.is_none()));
}

#[test]
fn what_passes_beyond_the_room_that_there_is_is_counted() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, _) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    let batch = |first: u32| {
        let submit = |at| Input::Frame(submission(RequestId(at), anne.address, None, b"payload"));
        (first..first + 5).map(|at| (ben_here, submit(at))).collect()
    };
    for (most, seen) in [(Some(usize::MAX), 15), (Some(4), 4), (Some(0), 0)] {
        world.engine().follow(most);
        let outcome = world.process(batch(1));
        assert_eq!((outcome.passed.len(), outcome.unseen), (seen, 15 - seen as u64));
    }
    world.engine().follow(None);
    let outcome = world.process(batch(6));
    assert_eq!((outcome.passed.len(), outcome.unseen), (0, 0));
}
