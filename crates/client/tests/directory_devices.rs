//! Device lists in the public log: an honest change is noticed by nobody, and a list that the log does not bind is
//! refused, or reported to the owner to whom it is attributed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::cell::RefCell;
use std::rc::Rc;

use pillarbox_client::{DeliveryState, Notice, Unproved};
use pillarbox_relay::log_audit::{AuditFinding, audit};
use pillarbox_testkit::forged_log::{FORGED, answer_from, forged, settings, watch};
use pillarbox_testkit::world::{Who, World, altering};
use pillarbox_wire::{
    AccountId, ClientFrame, DeviceId, DeviceList, Duration, FixedBytes, IdentityKey, ListedDevice, RelayFrame,
};
use proptest::prelude::*;

/// Notices about the log, and about lists and devices that are refused.
fn told(world: &mut World, who: Who) -> Vec<Notice> {
    let mut told = world.take_notices(who);
    told.retain(|notice| {
        matches!(
            notice,
            Notice::DirectoryUnproved { .. } | Notice::NotMyEntry { .. } | Notice::DeviceRefused { .. }
        )
    });
    told
}

fn other_devices(world: &World, contact: Who) -> Notice {
    let why = Unproved::OtherDevices;
    Notice::DirectoryUnproved { contact: Some(world.id(contact)), handle: None, why }
}

fn again(world: &mut World, who: Who) {
    world.cut(who);
    world.run();
}

fn remove(world: &mut World, owner: Who, device: u8) {
    let mut rng = world.fork();
    world.at(owner).remove_device(DeviceId(device), &mut rng).unwrap();
    world.run();
}

/// The lists that phones have published, in order.
fn published(world: &World) -> Vec<DeviceList> {
    let list = |frame: &ClientFrame| match frame {
        ClientFrame::AddDevice(add) => Some(add.list.clone()),
        ClientFrame::PublishDevices(publish) => Some(publish.list.clone()),
        _ => None,
    };
    world.received.iter().filter_map(|(_, frame)| list(frame)).collect()
}

/// Alice and Bob, who know each other and check an honest log.
fn pair() -> (World, Who, Who) {
    let mut world = World::with(settings());
    let (alice, bob) = world.pair();
    watch(&mut world, alice);
    watch(&mut world, bob);
    (world, alice, bob)
}

/// A list of Bob's with a ghost on it that nobody has signed.
fn ghost_list(account: AccountId, version: u32, ghost: IdentityKey) -> DeviceList {
    let listed = ListedDevice { device: DeviceId(200), identity: ghost, consent: FixedBytes([0; 64]) };
    DeviceList { account, version, devices: vec![listed], signature: FixedBytes([0; 64]) }
}

#[test]
fn an_honest_link_and_removal_are_in_the_log_and_nothing_is_noticed_on_either_side() {
    let (mut world, alice, bob) = pair();
    let laptop = world.link_device(bob, false);
    watch(&mut world, laptop);
    let contact = world.id(bob);
    assert_eq!(world.see(alice).devices_of(contact), Ok(2));
    world.tell(alice, bob, "to both");
    world.tell(laptop, alice, "from the laptop");
    assert_eq!(world.heard(laptop, alice), ["to both"]);
    assert_eq!(world.heard(alice, bob).last().unwrap(), "from the laptop");
    assert_eq!(world.states(alice, bob).last(), Some(&DeliveryState::Delivered));
    for who in [alice, bob, laptop] {
        again(&mut world, who);
    }
    let size = |world: &World| world.see(alice).directory_heads()[0].head.size;
    assert_eq!(size(&world), 3, "two accounts, and a list of one of them");
    remove(&mut world, bob, 128);
    assert_eq!(world.see(alice).devices_of(contact), Ok(1));
    world.pass(Duration::from_seconds(3_601));
    world.run();
    for who in [alice, bob] {
        again(&mut world, who);
        assert_eq!(told(&mut world, who), []);
    }
    assert_eq!(size(&world), 4);
}

#[test]
fn somebody_who_meets_an_account_with_linked_devices_writes_to_all_of_them() {
    let mut world = World::with(settings());
    let number = "+447700900002";
    let (alice, bob) = (world.phone("Alice"), world.phone_with_number("Bob", number));
    let laptop = world.link_device(bob, false);
    for who in [alice, bob, laptop] {
        watch(&mut world, who);
    }
    world.invite(bob, alice);
    world.look_up(alice, number);
    world.tell(alice, bob, "to both");
    let carol = world.phone("Carol");
    watch(&mut world, carol);
    world.invite(carol, bob);
    world.invite(bob, carol);
    world.tell(carol, bob, "by invitation");
    assert_eq!(world.heard(bob, alice), ["to both"]);
    assert_eq!(world.heard(laptop, alice), ["to both"]);
    assert_eq!(world.heard(laptop, carol), ["by invitation"]);
    let contact = world.id(bob);
    for who in [alice, carol] {
        assert_eq!(world.see(who).devices_of(contact), Ok(2));
    }
    for who in [alice, bob, carol, laptop] {
        assert_eq!(told(&mut world, who), []);
    }
}

#[test]
fn a_false_list_published_in_the_owner_s_name_is_noticed_by_its_owner() {
    let (mut world, forger, _, bob, ghost) = forged();
    let (account, own) = (world.id(bob), world.identity(bob));
    forger.borrow_mut().publish_list(&own, &ghost_list(account, 1, ghost));
    again(&mut world, bob);
    assert_eq!(told(&mut world, bob), [Notice::NotMyEntry { at: FORGED }]);
    // An entry that restores the owner's devices does not hide the one before it.
    forger.borrow_mut().publish(account, &own);
    again(&mut world, bob);
    assert_eq!(told(&mut world, bob), [Notice::NotMyEntry { at: FORGED }]);
    again(&mut world, bob);
    assert_eq!(told(&mut world, bob), []);
}

#[test]
fn a_false_list_beside_the_owner_s_own_change_is_noticed_by_phone_and_linked_device() {
    let (mut world, forger, _, bob, ghost) = forged();
    let (account, own) = (world.id(bob), world.identity(bob));
    let laptop = world.link_device(bob, false);
    let list = published(&world).pop().unwrap();
    forger.borrow_mut().publish_list(&own, &list);
    watch(&mut world, laptop);
    for who in [bob, laptop] {
        again(&mut world, who);
        assert_eq!(told(&mut world, who), [], "the change is the owner's");
    }
    // The second change is the owner's too, but one more entry has been added with it.
    remove(&mut world, bob, 128);
    let list = published(&world).pop().unwrap();
    forger.borrow_mut().publish_list(&own, &ghost_list(account, 2, ghost));
    again(&mut world, laptop);
    forger.borrow_mut().publish_list(&own, &list);
    again(&mut world, bob);
    assert_eq!(told(&mut world, bob), [Notice::NotMyEntry { at: FORGED }]);
}

#[test]
fn a_linked_device_notices_a_false_list_that_its_account_did_not_sign() {
    let (mut world, forger, _, bob, ghost) = forged();
    let (account, own) = (world.id(bob), world.identity(bob));
    let laptop = world.link_device(bob, false);
    let list = published(&world).pop().unwrap();
    forger.borrow_mut().publish_list(&own, &list);
    watch(&mut world, laptop);
    assert_eq!(told(&mut world, laptop), []);
    let false_list = ghost_list(account, 2, ghost);
    forger.borrow_mut().publish_list(&own, &false_list);
    world.down = {
        let shown = RefCell::new(std::mem::replace(&mut world.down, pillarbox_testkit::world::honest()));
        Box::new(move |way, mut frame| {
            if let RelayFrame::Devices(devices) = &mut frame {
                devices.list = Some(false_list.clone());
            }
            (shown.borrow_mut())(way, frame)
        })
    };
    again(&mut world, laptop);
    assert_eq!(told(&mut world, laptop), [Notice::NotMyEntry { at: FORGED }]);
    assert_eq!(world.see(laptop).devices().unwrap().len(), 2, "the ghost is not taken over");
}

#[test]
fn a_told_list_that_the_log_does_not_have_is_refused_in_words_and_taken_over_once_it_has() {
    let (mut world, forger, alice, bob, _) = forged();
    world.introduce(alice, bob);
    world.tell(alice, bob, "hello");
    world.tell(bob, alice, "and back");
    world.take_notices(alice);
    let (contact, own) = (world.id(bob), world.identity(bob));
    let laptop = world.link_device(bob, false);
    assert_eq!(told(&mut world, alice), [other_devices(&world, bob)]);
    assert_eq!(world.see(alice).devices_of(contact), Ok(1));
    // Alice's messages go to the phone that she knew, which forwards what the laptop writes to her.
    world.tell(alice, bob, "to the phone");
    world.tell(laptop, alice, "over the phone");
    assert_eq!(world.heard(alice, bob).last().unwrap(), "over the phone");
    // Nothing in it is lost when the program ends, and each connection tries again.
    world.crash(alice);
    world.run();
    assert_eq!(told(&mut world, alice), [other_devices(&world, bob)]);
    let list = published(&world).pop().unwrap();
    forger.borrow_mut().publish_list(&own, &list);
    again(&mut world, alice);
    let changed = Notice::DevicesChanged { contact, added: 1, removed: 0, blocked: false };
    assert!(world.take_notices(alice).contains(&changed));
    world.tell(alice, bob, "to both");
    assert_eq!(world.heard(laptop, alice).last().unwrap(), "to both");
    let texts = world.heard(alice, bob).len();
    world.tell(laptop, alice, "directly");
    assert_eq!(world.heard(alice, bob).len(), texts + 1);
    again(&mut world, alice);
    assert_eq!(told(&mut world, alice), []);
}

#[test]
fn a_stale_list_of_the_relay_is_not_written_to() {
    let mut world = World::with(settings());
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    let laptop = world.link_device(bob, false);
    let stale = published(&world).pop().unwrap();
    remove(&mut world, bob, 128);
    watch(&mut world, alice);
    world.down = altering(move |_, frame: &mut RelayFrame| {
        if let RelayFrame::Devices(devices) = frame {
            devices.list = Some(stale.clone());
        }
    });
    world.invite(alice, bob);
    world.invite(bob, alice);
    world.tell(alice, bob, "not to the laptop");
    let why = Unproved::OtherKeys;
    let expected = Notice::DirectoryUnproved { contact: Some(world.id(bob)), handle: None, why };
    assert_eq!(told(&mut world, alice), [expected]);
    let (account, laptop) = (world.id(bob), world.at(laptop).devices().unwrap().len());
    assert_eq!(laptop, 2, "the laptop knows of no removal");
    let sent = |frame: &ClientFrame| matches!(frame, ClientFrame::Submit(to) if to.to.account == account);
    assert!(!world.received.iter().any(|(way, frame)| way.who == alice && sent(frame)));
}

#[test]
fn a_list_that_the_relay_holds_back_is_refused_when_the_log_binds_a_later_one() {
    let (mut world, alice, bob) = pair();
    world.link_device(bob, false);
    let first = published(&world).pop().unwrap();
    // The relay withholds the removal from Alice: Bob's message about it does not arrive intact, and the list that
    // the relay returns to her, when it no longer knows the laptop, is the former one.
    world.offline(alice);
    remove(&mut world, bob, 128);
    let contact = world.id(bob);
    world.down = altering(move |who: Who, frame: &mut RelayFrame| match frame {
        RelayFrame::Devices(devices) => devices.list = Some(first.clone()),
        RelayFrame::Deliver(deliver) if who == alice => deliver.payload.0.clear(),
        _ => {}
    });
    world.online(alice);
    world.run();
    world.tell(alice, bob, "after the removal");
    assert_eq!(told(&mut world, alice), [other_devices(&world, bob)]);
    assert_eq!(
        world.see(alice).devices_of(contact),
        Ok(2),
        "the list of before is kept, and not taken for news"
    );
}

#[test]
fn a_list_that_is_shown_to_one_side_only_is_found_by_an_audit_with_that_side_s_head() {
    let (mut world, honest_log, alice, bob, ghost) = forged();
    let (account, own) = (world.id(bob), world.identity(bob));
    let shown_to_alice = Rc::new(RefCell::new(honest_log.borrow().clone()));
    shown_to_alice.borrow_mut().publish_list(&own, &ghost_list(account, 1, ghost));
    let (one, other) = (Rc::clone(&shown_to_alice), Rc::clone(&honest_log));
    answer_from(&mut world, move |who| Rc::clone(if who == alice { &one } else { &other }));
    for who in [alice, bob] {
        again(&mut world, who);
        assert_eq!(told(&mut world, who), [], "each log is in order by itself");
    }
    let heads: Vec<_> = [alice, bob].iter().flat_map(|who| world.see(*who).directory_heads()).collect();
    honest_log.borrow_mut().publish(AccountId([8; 16]), &ghost);
    let entries = honest_log.borrow().leaves.clone();
    assert!(audit(&entries, None, &heads[1..]).is_ok(), "Bob's head agrees");
    assert_eq!(audit(&entries, None, &heads), Err(AuditFinding::OtherEntries { size: 4, from: 3 }));
}

#[test]
fn nobody_looks_and_a_false_list_is_not_noticed() {
    let (mut world, forger, alice, bob, ghost) = forged();
    let mut rng = world.fork();
    for who in [alice, bob] {
        world.at(who).check_directory(false, &mut rng).unwrap();
    }
    let (account, own) = (world.id(bob), world.identity(bob));
    forger.borrow_mut().publish_list(&own, &ghost_list(account, 1, ghost));
    for who in [alice, bob] {
        again(&mut world, who);
        assert_eq!(told(&mut world, who), []);
    }
}

#[test]
fn a_phone_that_stops_checking_takes_over_the_lists_that_it_held() {
    let (mut world, _, alice, bob, _) = forged();
    world.introduce(alice, bob);
    world.tell(alice, bob, "hello");
    world.tell(bob, alice, "and back");
    let laptop = world.link_device(bob, false);
    let contact = world.id(bob);
    assert_eq!(world.see(alice).devices_of(contact), Ok(1));
    let mut rng = world.fork();
    world.at(alice).check_directory(false, &mut rng).unwrap();
    world.crash(alice);
    world.run();
    assert_eq!(world.see(alice).devices_of(contact), Ok(2));
    world.tell(alice, bob, "to both");
    assert_eq!(world.heard(laptop, alice).last().unwrap(), "to both");
}

#[test]
fn changes_that_a_phone_did_not_look_at_one_by_one_are_all_the_owner_s() {
    let mut world = World::with(settings());
    let bob = world.phone("Bob");
    watch(&mut world, bob);
    for _ in 0..3 {
        let laptop = world.link_device(bob, false);
        world.offline(laptop);
        let device = world.see(bob).devices().unwrap().last().unwrap().device;
        remove(&mut world, bob, device.0);
    }
    again(&mut world, bob);
    assert_eq!(told(&mut world, bob), []);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn honest_changes_of_devices_cause_no_notice_whatever_happens(steps in proptest::collection::vec((0..7_u8, 0..3_usize), 1..20)) {
        let mut world = World::with(settings());
        let people: Vec<_> = ["Alice", "Bob", "Carol"].map(|name| world.phone(name)).to_vec();
        for (one, other) in [(0, 1), (1, 2), (2, 0)] {
            world.introduce(people[one], people[other]);
        }
        people.iter().for_each(|who| watch(&mut world, *who));
        let mut all = people.clone();
        for (number, (what, one)) in steps.into_iter().enumerate() {
            let (one, other) = (people[one], people[(one + 1) % 3]);
            let devices = world.see(one).devices().unwrap();
            match what {
                0 if devices.len() < 4 => {
                    let linked = world.link_device(one, number % 2 == 0);
                    watch(&mut world, linked);
                    all.push(linked);
                }
                1 if devices.len() > 1 => remove(&mut world, one, devices[devices.len() - 1].device.0),
                2 => again(&mut world, one),
                3 => {
                    world.crash(other);
                    world.run();
                }
                4 => {
                    world.pass(Duration::from_seconds(3_601));
                    world.run();
                }
                5 => {
                    world.offline(one);
                    world.tell(other, one, &format!("text {number}"));
                    world.online(one);
                    world.run();
                }
                _ => world.tell(one, other, &format!("text {number}")),
            }
        }
        for who in all {
            prop_assert_eq!(told(&mut world, who), []);
        }
    }
}
