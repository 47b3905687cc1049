//! Linked devices between phones: linked, written to, kept in step, refused and removed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::{DeliveryState, DeviceFault, EntryDirection, Notice, PhoneError, Trust};
use pillarbox_testkit::forged_log::{settings, watch};
use pillarbox_testkit::world::{Fault, Who, World, altering};
use pillarbox_wire::{ClientFrame, DeviceAddress, DeviceId, DeviceList, Duration, FixedBytes, RelayFrame};

/// Two phones that know each other, and a linked device of the second one.
fn pair_and_laptop() -> (World, Who, Who, Who) {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let laptop = world.link_device(bob, false);
    (world, alice, bob, laptop)
}

fn remove(world: &mut World, owner: Who, device: u8) {
    let mut rng = world.fork();
    world.at(owner).remove_device(DeviceId(device), &mut rng).unwrap();
    world.run();
}

fn texts(world: &World, who: Who, with: Who) -> Vec<String> {
    let history = world.history(who, world.id(with));
    history.iter().filter_map(|entry| entry.text().map(str::to_owned)).collect()
}

#[test]
fn what_is_written_to_an_account_reaches_each_device_once_and_one_receipt_says_delivered() {
    let (mut world, alice, bob, laptop) = pair_and_laptop();
    let told = world.take_notices(alice);
    let contact = world.id(bob);
    let expected = Notice::DevicesChanged { contact, added: 1, removed: 0, blocked: false };
    assert!(told.contains(&expected), "{told:?}");
    world.tell(alice, bob, "to both");
    assert_eq!(world.heard(bob, alice).last().unwrap(), "to both");
    assert_eq!(world.heard(laptop, alice), ["to both"], "history does not move by itself");
    assert_eq!(world.states(alice, bob).last(), Some(&DeliveryState::Delivered));
    assert_eq!(world.see(alice).devices_of(contact), Ok(2));
}

#[test]
fn what_a_linked_device_writes_comes_from_the_account_and_is_kept_on_all_its_devices() {
    let (mut world, alice, bob, laptop) = pair_and_laptop();
    world.take_notices(alice);
    world.tell(laptop, alice, "from the laptop");
    assert_eq!(world.heard(alice, bob).last().unwrap(), "from the laptop");
    assert_eq!(texts(&world, bob, alice).last().unwrap(), "from the laptop");
    assert_eq!(world.states(laptop, alice), [DeliveryState::Delivered]);
    assert_eq!(world.states(bob, alice).last(), Some(&DeliveryState::Delivered));
    let told = world.take_notices(alice);
    assert!(!told.iter().any(|notice| matches!(notice, Notice::KeyChanged { .. })), "{told:?}");
    world.tell(bob, alice, "from the phone");
    assert_eq!(texts(&world, laptop, alice), ["from the laptop", "from the phone"]);
    world.tell(alice, bob, "an answer");
    assert_eq!(world.heard(laptop, alice), ["an answer"]);
}

#[test]
fn sealed_senders_stay_sealed_to_and_from_linked_devices() {
    let (mut world, alice, bob, laptop) = pair_and_laptop();
    world.received.clear();
    world.tell(alice, bob, "one");
    world.tell(laptop, alice, "two");
    world.tell(bob, alice, "three");
    let submissions = world.received.iter().filter(|(_, frame)| matches!(frame, ClientFrame::Submit(_)));
    let links: Vec<_> = submissions.map(|(way, _)| way.link).collect();
    assert!(
        links.len() >= 6 && links.iter().all(|link| *link == pillarbox_client::Link::Nameless),
        "{links:?}"
    );
}

#[test]
fn three_devices_keep_in_step_with_contacts_trust_and_what_was_shown() {
    let (mut world, alice, bob, laptop) = pair_and_laptop();
    let tablet = world.link_device(bob, false);
    let contact = world.id(alice);
    let (mut rng, now) = (world.fork(), world.now);
    world.at(laptop).rename(contact, "Alice from work", &mut rng).unwrap();
    world.run();
    for who in [bob, laptop, tablet] {
        assert_eq!(world.see(who).contact(contact).unwrap().name, "Alice from work");
    }
    let number = world.see(bob).safety_number(contact).unwrap();
    assert_eq!(world.see(tablet).safety_number(contact).unwrap(), number, "it is the account's");
    world.at(tablet).confirm(contact, &number.to_string(), &mut rng).unwrap();
    world.run();
    assert_eq!(world.see(bob).contact(contact).unwrap().trust, Trust::Verified);
    world.tell(alice, bob, "seen once");
    let entry = world.history(laptop, contact).pop().unwrap();
    world.at(laptop).mark_shown(contact, entry.place, now, &mut rng).unwrap();
    world.run();
    for who in [bob, laptop, tablet] {
        assert!(world.history(who, contact).pop().unwrap().shown, "{who}");
    }
    world.at(bob).block(contact, true, &mut rng).unwrap();
    world.run();
    assert_eq!(world.see(tablet).blocked().unwrap(), [contact]);
    world.at(tablet).block(contact, false, &mut rng).unwrap();
    world.run();
    assert!(world.see(bob).blocked().unwrap().is_empty());
    world.at(laptop).remove_contact(contact, &mut rng).unwrap();
    world.run();
    assert_eq!(world.see(bob).contact(contact).err(), Some(PhoneError::UnknownContact));
}

#[test]
fn the_history_moves_to_a_new_device_only_if_the_owner_says_so() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let before = texts(&world, bob, alice);
    let without = world.link_device(bob, false);
    assert!(texts(&world, without, alice).is_empty());
    let with = world.link_device(bob, true);
    assert_eq!(texts(&world, with, alice), before);
    let history = world.history(with, world.id(alice));
    assert!(
        history.iter().any(|entry| matches!(entry.direction, EntryDirection::Sent(DeliveryState::Delivered)))
    );
}

#[test]
fn a_removed_device_gets_nothing_more_and_its_messages_are_refused() {
    let (mut world, alice, bob, laptop) = pair_and_laptop();
    world.tell(alice, bob, "while linked");
    world.take_notices(alice);
    remove(&mut world, bob, 128);
    let contact = world.id(bob);
    let told = world.take_notices(alice);
    let expected = Notice::DevicesChanged { contact, added: 0, removed: 1, blocked: false };
    assert!(told.contains(&expected), "{told:?}");
    world.tell(alice, bob, "after");
    world.tell(bob, alice, "after, too");
    assert_eq!(world.heard(bob, alice).last().unwrap(), "after");
    assert_eq!(world.heard(laptop, alice), ["while linked"], "it keeps what it had");
    assert!(!texts(&world, laptop, alice).contains(&"after, too".to_owned()));
    // Everything that the removed device still says stays with it.
    world.say(laptop, alice, "from outside");
    world.run();
    assert!(!world.heard(alice, bob).contains(&"from outside".to_owned()));
    // The delivery key that it knew is another one now.
    assert_ne!(world.delivery_key(bob), world.delivery_key(laptop));
    assert_eq!(world.states(alice, bob).last(), Some(&DeliveryState::Delivered));
}

#[test]
fn a_verified_contacts_new_device_stops_sending_until_the_owner_chooses() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let contact = world.id(bob);
    let (mut rng, now) = (world.fork(), world.now);
    let number = world.see(alice).safety_number(contact).unwrap().to_string();
    world.at(alice).confirm(contact, &number, &mut rng).unwrap();
    let laptop = world.link_device(bob, false);
    let told = world.take_notices(alice);
    let expected = Notice::DevicesChanged { contact, added: 1, removed: 0, blocked: true };
    assert!(told.contains(&expected), "{told:?}");
    let refused = world.at(alice).queue_text(contact, "no", now, &mut rng);
    assert_eq!(refused.err(), Some(PhoneError::KeyChanged));
    // Messages from the new device are shown as not verified.
    world.tell(laptop, alice, "it is me");
    let entry = world.history(alice, contact).pop().unwrap();
    assert!(matches!(entry.direction, EntryDirection::Received { verified: false, .. }));
    world.at(alice).confirm(contact, &number, &mut rng).unwrap();
    world.tell(alice, bob, "yes");
    assert_eq!(world.heard(laptop, alice), ["yes"]);
    assert_eq!(world.see(alice).contact(contact).unwrap().trust, Trust::Verified);
}

#[test]
fn a_linked_device_reaches_a_new_contact_and_a_group_through_the_first_phone() {
    let (mut world, alice, bob, laptop) = pair_and_laptop();
    let carol = world.phone("Carol");
    world.invite(laptop, carol);
    world.tell(laptop, carol, "hello Carol");
    assert_eq!(world.heard(carol, bob), ["hello Carol"]);
    assert_eq!(world.states(laptop, carol), [DeliveryState::Sent], "a stranger confirms nothing yet");
    let (mut rng, now, account) = (world.fork(), world.now, world.id(bob));
    world.at(carol).accept_request(account, now, &mut rng).unwrap();
    world.tell(carol, bob, "hello Bob");
    assert_eq!(world.heard(laptop, carol), ["hello Bob"]);
    assert_eq!(world.states(laptop, carol), [DeliveryState::Delivered]);

    let members = [world.id(alice), world.id(carol)];
    let group = world.at(bob).make_group("Harbour", &members, now, &mut rng).unwrap();
    world.run();
    assert_eq!(world.see(laptop).groups().unwrap()[0].id, group);
    world.at(laptop).queue_group_text(group, "to all", now, &mut rng).unwrap();
    world.run();
    for who in [alice, carol] {
        let heard = world.see(who).group_history(group).unwrap();
        assert_eq!(heard.last().unwrap().entry.text(), Some("to all"));
    }
    assert_eq!(world.see(bob).group_history(group).unwrap().last().unwrap().entry.text(), Some("to all"));
    world.at(alice).queue_group_text(group, "from Alice", now, &mut rng).unwrap();
    world.run();
    assert_eq!(
        world.see(laptop).group_history(group).unwrap().last().unwrap().entry.text(),
        Some("from Alice")
    );
}

#[test]
fn phones_that_check_the_public_log_write_to_linked_devices_and_are_told_nothing() {
    let mut world = World::with(settings());
    let (alice, bob) = world.pair();
    watch(&mut world, alice);
    watch(&mut world, bob);
    let laptop = world.link_device(bob, false);
    watch(&mut world, laptop);
    world.tell(alice, bob, "to both");
    world.tell(laptop, alice, "from the laptop");
    assert_eq!(world.heard(laptop, alice), ["to both"]);
    assert_eq!(world.heard(alice, bob).last().unwrap(), "from the laptop");
    for who in [alice, bob, laptop] {
        world.cut(who);
        world.run();
        let about_the_log =
            |notice: &Notice| matches!(notice, Notice::DirectoryUnproved { .. } | Notice::NotMyEntry { .. });
        assert!(!world.take_notices(who).iter().any(about_the_log), "{who:?}");
        assert_eq!(world.see(who).directory_heads().len(), 1, "each has looked");
    }
}

#[test]
fn a_text_that_disappears_disappears_on_every_device() {
    let (mut world, alice, bob, laptop) = pair_and_laptop();
    let (mut rng, now, contact) = (world.fork(), world.now, world.id(bob));
    world.at(alice).set_timer(contact, Some(60), now, &mut rng).unwrap();
    world.tell(alice, bob, "for a minute");
    let from = world.id(alice);
    let entry = world.history(laptop, from).pop().unwrap();
    world.at(laptop).mark_shown(from, entry.place, now, &mut rng).unwrap();
    world.run();
    world.pass(Duration::from_seconds(61));
    let now = world.now;
    for who in [alice, bob, laptop] {
        world.at(who).remove_expired(now, &mut rng).unwrap();
    }
    for (who, with) in [(alice, bob), (bob, alice), (laptop, alice)] {
        assert!(!texts(&world, who, with).contains(&"for a minute".to_owned()), "{who}");
    }
}

/// Has the relay name this list as Bob's whenever somebody asks, and hand out keys of a device that is on no list.
fn named_by_the_relay(world: &mut World, list: DeviceList) {
    world.down = altering(move |_, frame: &mut RelayFrame| match frame {
        RelayFrame::Devices(devices) => devices.list = Some(list.clone()),
        RelayFrame::Bundles(bundles) if bundles.devices.len() == 1 => {
            let mut ghost = bundles.devices[0].clone();
            ghost.device = DeviceId(200);
            bundles.devices.push(ghost);
        }
        _ => {}
    });
}

#[test]
fn a_device_that_the_relay_adds_is_refused_and_told_and_gets_nothing() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    world.invite(bob, alice);
    // The relay adds its own device, with real keys, to its answer about Bob.
    let ghost = world.phone("Ghost");
    let identity = world.identity(ghost);
    let device = DeviceId(200);
    let listed = pillarbox_wire::ListedDevice { device, identity, consent: FixedBytes([0; 64]) };
    let list = DeviceList {
        account: world.id(bob),
        version: 7,
        devices: vec![listed],
        signature: FixedBytes([0; 64]),
    };
    named_by_the_relay(&mut world, list);
    world.received.clear();
    world.tell(alice, bob, "only to Bob");
    let contact = world.id(bob);
    let told = world.take_notices(alice);
    let expected = Notice::DeviceRefused { contact, fault: DeviceFault::Unsigned };
    assert!(told.contains(&expected), "{told:?}");
    assert_eq!(world.see(alice).devices_of(contact), Ok(1));
    let to_ghost = |frame: &ClientFrame| match frame {
        ClientFrame::Submit(submit) => submit.to.device == device,
        ClientFrame::FetchDevice(fetch) => fetch.address.device == device,
        _ => false,
    };
    assert!(!world.received.iter().any(|(_, frame)| to_ghost(frame)));
    assert_eq!(world.heard(bob, alice), ["only to Bob"]);
}

#[test]
fn a_list_that_the_relay_holds_back_reaches_contacts_inside_the_encryption() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    world.down = altering(|_, frame: &mut RelayFrame| match frame {
        RelayFrame::Devices(devices) => devices.list = None,
        RelayFrame::Bundles(bundles) => bundles.devices.truncate(1),
        _ => {}
    });
    let laptop = world.link_device(bob, false);
    world.tell(alice, bob, "to both all the same");
    assert_eq!(world.heard(laptop, alice), ["to both all the same"]);
}

#[test]
fn a_message_from_a_device_that_was_removed_or_never_listed_is_refused() {
    let (mut world, alice, bob, laptop) = pair_and_laptop();
    world.take_notices(alice);
    // The relay continues to carry what the removed device sends, as if nothing had happened.
    let mallory = world.phone("Mallory");
    world.invite(mallory, alice);
    let from = DeviceAddress { device: DeviceId(200), ..world.address(bob) };
    world.down = altering(move |who, frame: &mut RelayFrame| {
        if let (true, RelayFrame::Deliver(deliver)) = (who == alice, frame)
            && deliver.from.is_some()
        {
            deliver.from = Some(from);
        }
    });
    let (mut rng, now, contact) = (world.fork(), world.now, world.id(alice));
    // A named sender, whose message the relay attributes to another device of Bob's.
    let mut habits = world.see(mallory).account().habits.clone();
    habits.sealed_sender = false;
    world.at(mallory).set_habits(habits, &mut rng).unwrap();
    world.at(mallory).queue_text(contact, "I am Bob's new tablet", now, &mut rng).unwrap();
    world.run();
    let told = world.take_notices(alice);
    let expected = Notice::DeviceRefused { contact: world.id(bob), fault: DeviceFault::Unlisted };
    assert!(told.contains(&expected), "{told:?}");
    assert!(!texts(&world, alice, bob).contains(&"I am Bob's new tablet".to_owned()));
    world.down = pillarbox_testkit::world::honest();
    world.tell(laptop, alice, "a listed device is heard");
    assert_eq!(world.heard(alice, bob).last().unwrap(), "a listed device is heard");
}

#[test]
fn a_code_with_other_keys_links_nothing_and_neither_does_a_device_made_for_another_account() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let device = world.waiting_device(bob);
    let code = world.see(device).device_code().unwrap();
    let wrong = pillarbox_client::DeviceCode { digest: FixedBytes([1; 32]), ..code };
    for (owner, code, reason) in [
        (bob, wrong, pillarbox_client::DeviceFailure::OtherKeys),
        (alice, code, pillarbox_client::DeviceFailure::Relay(pillarbox_wire::Refusal::UnknownPlace)),
    ] {
        world.at(owner).link_device(code, false).unwrap();
        world.run();
        let told = world.take_notices(owner);
        assert!(told.contains(&Notice::DeviceNotChanged { reason }), "{told:?}");
    }
    let other = world.waiting_device(bob);
    let code = world.see(other).device_code().unwrap();
    world.at(alice).link_device(code, false).unwrap();
    world.run();
    let told = world.take_notices(alice);
    let reason = pillarbox_client::DeviceFailure::NoConsent;
    assert!(told.contains(&Notice::DeviceNotChanged { reason }), "{told:?}");
    let code = world.see(device).device_code().unwrap();
    world.at(bob).link_device(code, false).unwrap();
    world.run();
    assert!(world.take_notices(device).contains(&Notice::LinkComplete));
}

#[test]
fn a_linked_device_neither_links_nor_removes_devices_and_an_account_has_four() {
    let (mut world, _, bob, laptop) = pair_and_laptop();
    let code = world.see(laptop).device_code().unwrap();
    assert_eq!(world.at(laptop).link_device(code, false).err(), Some(PhoneError::FirstPhoneOnly));
    let mut rng = world.fork();
    assert_eq!(
        world.at(laptop).remove_device(DeviceId(128), &mut rng).err(),
        Some(PhoneError::FirstPhoneOnly)
    );
    for _ in 0..3 {
        world.link_device(bob, false);
    }
    assert_eq!(world.at(bob).link_device(code, false).err(), Some(PhoneError::TooManyDevices));
    assert_eq!(world.at(bob).remove_device(DeviceId(99), &mut rng).err(), Some(PhoneError::UnknownDevice));
    remove(&mut world, bob, 129);
    world.link_device(bob, false);
    let numbers: Vec<u8> = world.see(bob).devices().unwrap().iter().map(|device| device.device.0).collect();
    assert_eq!(numbers, [1, 128, 130, 131, 132], "no number is used twice");
}

#[test]
fn whoever_takes_the_account_over_takes_no_linked_device_and_contacts_forget_them() {
    let mut world =
        World::with(pillarbox_relay::RelaySettings { verify_numbers: true, ..Default::default() });
    let number = "+447700900101";
    let bob = world.phone_with_number("Bob", number);
    world.show_code(bob);
    let alice = world.phone("Alice");
    world.introduce(alice, bob);
    world.link_device(bob, false);
    assert_eq!(world.see(alice).devices_of(world.id(bob)), Ok(2));
    let other = world.phone_with_number("Bob", number);
    world.show_code(other);
    world.tell(alice, bob, "who is there?");
    assert_eq!(world.see(alice).devices_of(world.id(bob)), Ok(1));
    let told = world.take_notices(alice);
    assert!(told.iter().any(|notice| matches!(notice, Notice::KeyChanged { .. })), "{told:?}");
}

/// Programs that end, and connections that break, at every step of linking and talking: everything arrives once.
#[test]
fn programs_that_end_at_any_step_of_linking_and_talking_lose_nothing() {
    let mut total = 0;
    let mut at = 1;
    loop {
        let mut world = World::new();
        let (alice, bob) = world.pair();
        let device = world.waiting_device(bob);
        let start = world.steps;
        let faults =
            [Fault::Crash(alice), Fault::Crash(bob), Fault::Crash(device), Fault::Cut(bob), Fault::Restart];
        let fault = faults[at % faults.len()];
        world.fault = Box::new(move |step| (step == start + at).then_some(fault));
        let code = world.see(device).device_code().unwrap();
        world.at(bob).link_device(code, false).unwrap();
        world.run();
        if !world.take_notices(bob).iter().any(|notice| matches!(notice, Notice::DeviceLinked { .. })) {
            // The owner's request ended with the program before the keys were read; it is repeated.
            world.at(bob).link_device(code, false).unwrap();
            world.run();
        }
        world.say(alice, bob, "one");
        world.say(bob, alice, "two");
        world.run();
        world.pass(Duration::from_seconds(120));
        world.run();
        world.say(device, alice, "three");
        world.run();
        world.pass(Duration::from_seconds(120));
        world.run();
        let heard: Vec<String> = world.heard(alice, bob).into_iter().skip(1).collect();
        assert_eq!(heard, ["two", "three"], "{fault:?} at {at}");
        assert_eq!(world.heard(bob, alice).last().unwrap(), "one", "{fault:?} at {at}");
        let mut here = texts(&world, device, alice);
        here.sort();
        assert_eq!(here, ["one", "three", "two"], "{fault:?} at {at}");
        if world.steps < start + at {
            break;
        }
        total += 1;
        at += 7;
    }
    assert!(total > 20, "the loop reaches into the talk: {total}");
}

/// Returns the number of frames with messages that the relay has received since the last call, and their bytes.
fn submitted(world: &mut World) -> (usize, usize) {
    let received: Vec<_> = world.received.drain(..).map(|(_, frame)| frame).collect();
    let frames = received.iter().filter(|frame| matches!(frame, ClientFrame::Submit(_)));
    frames.fold((0, 0), |(count, len), frame| (count + 1, len + pillarbox_wire::encode(frame).unwrap().len()))
}

/// As in docs/measured.md. `--nocapture` prints bytes and time.
#[test]
fn a_second_device_costs_a_message_for_each_text_and_one_for_each_step_of_its_progress() {
    const TEXTS: usize = 50;
    let mut frames = Vec::new();
    for linked in 0..3 {
        let mut world = World::new();
        let (alice, bob) = world.pair();
        for _ in 0..linked {
            world.link_device(bob, false);
        }
        world.tell(alice, bob, "sessions begin");
        world.tell(bob, alice, "and devices are known");
        submitted(&mut world);
        for (from, to, says) in [(alice, bob, "to"), (bob, alice, "from")] {
            let began = std::time::Instant::now();
            for _ in 0..TEXTS {
                world.tell(from, to, "Shall we meet at seven at the bridge?");
            }
            let took = began.elapsed() / u32::try_from(TEXTS).unwrap();
            let (count, bytes) = submitted(&mut world);
            let (count, bytes) = (count / TEXTS, bytes / TEXTS);
            println!("{linked} linked, {says}: {count} frames, {bytes} bytes a text, {took:?}");
            frames.push(count);
        }
    }
    // To the account: a text and a receipt for each of its devices. From it: the entry, *sent* and *delivered* for each
    // of its other devices, and a receipt for each of these.
    assert_eq!(frames, [2, 2, 4, 8, 6, 14]);
}
