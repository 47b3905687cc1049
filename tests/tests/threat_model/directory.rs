//! The relay and its public log of keys.

use std::cell::RefCell;
use std::rc::Rc;

use pillarbox_client::{Notice, Unproved};
use pillarbox_relay::log_audit::audit;
use pillarbox_testkit::forged_log::{answer_from, forged, settings, swap_keys, watch};
use pillarbox_testkit::world::{Who, World, altering};
use pillarbox_wire::{
    AccountId, ClientFrame, DeviceId, DeviceList, FixedBytes, IdentityKey, ListedDevice, RelayFrame,
};

fn about_the_log(world: &mut World, who: Who) -> Vec<Notice> {
    let mut told = world.take_notices(who);
    told.retain(|notice| matches!(notice, Notice::DirectoryUnproved { .. } | Notice::NotMyEntry { .. }));
    told
}

fn look_again(world: &mut World, who: Who) {
    world.cut(who);
    world.run();
}

#[test]
fn the_relay_can_answer_a_number_with_another_account_whose_entry_in_its_public_log_is_honest() {
    let mut world = World::with(settings());
    let (alice, mallory) = (world.phone("Alice"), world.phone("Mallory"));
    watch(&mut world, alice);
    let number = "+447700900001";
    let bob = world.phone_with_number("Bob", number);
    let (account, keys) = (world.id(mallory), world.identity(mallory));
    world.down = altering(move |_, frame| {
        if let RelayFrame::Found(found) = frame {
            (found.account, found.identity) = (account, keys);
        }
    });
    world.look_up(alice, number);
    let found = world.take_notices(alice);
    let contact = Notice::Found { contact: account, handle: pillarbox_testkit::frames::handle(number) };
    assert!(found.contains(&contact), "{found:?}");
    world.tell(alice, mallory, "for Bob");
    assert_eq!(world.heard(mallory, alice), ["for Bob"]);
    assert!(world.heard(bob, alice).is_empty() && about_the_log(&mut world, alice).is_empty());
}

#[test]
fn the_relay_can_show_one_phone_another_public_log_until_somebody_compares_their_heads() {
    let (mut world, everybodys, alice, bob, mallory) = forged();
    let hers = Rc::new(RefCell::new(everybodys.borrow().clone()));
    hers.borrow_mut().publish(world.id(bob), &mallory);
    let (one, other) = (Rc::clone(&hers), Rc::clone(&everybodys));
    answer_from(&mut world, move |who| Rc::clone(if who == alice { &one } else { &other }));
    for who in [alice, bob] {
        look_again(&mut world, who);
        assert_eq!(about_the_log(&mut world, who), []);
    }
    let entries = everybodys.borrow().leaves.clone();
    let heads = |who: Who| world.see(who).directory_heads();
    assert!(audit(&entries, None, &heads(bob)).is_ok());
    assert!(audit(&entries, None, &heads(alice)).is_err(), "whoever has her head finds it");
}

#[test]
fn the_relay_cannot_give_a_phone_that_checks_its_public_log_keys_that_the_log_does_not_have() {
    for checks in [true, false] {
        let (mut world, _, alice, bob, mallory) = forged();
        let mut rng = world.fork();
        world.at(alice).check_directory(checks, &mut rng).unwrap();
        let account = world.id(bob);
        swap_keys(&mut world, account, mallory, alice);
        world.invite(alice, bob);
        world.tell(alice, bob, "for Bob alone");
        world.pass(pillarbox_wire::Duration::from_seconds(61));
        world.run();
        let told = about_the_log(&mut world, alice);
        let why = Unproved::OtherKeys;
        let unproved = Notice::DirectoryUnproved { contact: Some(account), handle: None, why };
        assert_eq!(told, if checks { vec![unproved] } else { Vec::new() });
        let to_bob =
            |frame: &ClientFrame| matches!(frame, ClientFrame::Submit(sent) if sent.to.account == account);
        assert!(!world.received.iter().any(|(way, frame)| way.who == alice && to_bob(frame)));
    }
}

#[test]
fn the_relay_cannot_publish_keys_in_the_name_of_a_phone_that_checks_its_public_log_without_the_phone_telling()
{
    let (mut world, log, alice, bob, mallory) = forged();
    log.borrow_mut().publish(world.id(alice), &mallory);
    look_again(&mut world, bob);
    assert_eq!(about_the_log(&mut world, bob), [], "it is not his entry");
    look_again(&mut world, alice);
    let told = about_the_log(&mut world, alice);
    assert!(matches!(told[..], [Notice::NotMyEntry { .. }]), "{told:?}");
}

#[test]
fn the_relay_cannot_take_an_entry_out_of_its_public_log_without_a_phone_that_had_seen_it_telling() {
    let (mut world, log, alice, _, _) = forged();
    look_again(&mut world, alice);
    assert_eq!(about_the_log(&mut world, alice), []);
    log.borrow_mut().leaves.remove(1);
    look_again(&mut world, alice);
    let why = Unproved::OtherLog;
    let told = about_the_log(&mut world, alice);
    assert_eq!(told, [Notice::DirectoryUnproved { contact: None, handle: None, why }]);
}

/// A list with a device of the relay's, which its account has not signed.
fn false_list(account: AccountId, ghost: IdentityKey) -> DeviceList {
    let listed = ListedDevice { device: DeviceId(200), identity: ghost, consent: FixedBytes([0; 64]) };
    DeviceList { account, version: 1, devices: vec![listed], signature: FixedBytes([0; 64]) }
}

#[test]
fn the_relay_cannot_give_a_phone_that_checks_its_public_log_a_device_list_that_the_log_does_not_bind() {
    for checks in [true, false] {
        let (mut world, _, alice, bob, _) = forged();
        world.introduce(alice, bob);
        world.tell(alice, bob, "hello");
        world.tell(bob, alice, "and back");
        let mut rng = world.fork();
        world.at(alice).check_directory(checks, &mut rng).unwrap();
        about_the_log(&mut world, alice);
        // The list is Bob's own, and the log does not contain it.
        world.link_device(bob, false);
        let account = world.id(bob);
        let told = about_the_log(&mut world, alice);
        let why = Unproved::OtherDevices;
        let unproved = Notice::DirectoryUnproved { contact: Some(account), handle: None, why };
        assert_eq!(told, if checks { vec![unproved] } else { Vec::new() });
        assert_eq!(world.see(alice).devices_of(account), Ok(if checks { 1 } else { 2 }));
    }
}

#[test]
fn the_relay_cannot_publish_a_device_list_in_the_name_of_a_phone_that_checks_its_public_log_without_the_phone_telling()
 {
    let (mut world, log, alice, bob, ghost) = forged();
    let list = false_list(world.id(alice), ghost);
    log.borrow_mut().publish_list(&world.identity(alice), &list);
    look_again(&mut world, bob);
    assert_eq!(about_the_log(&mut world, bob), [], "it is not his entry");
    look_again(&mut world, alice);
    let told = about_the_log(&mut world, alice);
    assert!(matches!(told[..], [Notice::NotMyEntry { .. }]), "{told:?}");
}

#[test]
fn the_relay_can_publish_a_device_list_in_the_name_of_a_phone_that_does_not_look() {
    let (mut world, log, alice, bob, ghost) = forged();
    let mut rng = world.fork();
    world.at(alice).check_directory(false, &mut rng).unwrap();
    let list = false_list(world.id(alice), ghost);
    log.borrow_mut().publish_list(&world.identity(alice), &list);
    for who in [alice, bob] {
        look_again(&mut world, who);
        assert_eq!(about_the_log(&mut world, who), []);
    }
}

#[test]
fn the_relay_cannot_show_two_public_logs_to_contacts_who_check_it_and_write_to_each_other_without_their_phones_telling()
 {
    for bob_checks in [true, false] {
        let (mut world, everybodys, alice, bob, mallory) = forged();
        world.introduce(alice, bob);
        let hers = Rc::new(RefCell::new(everybodys.borrow().clone()));
        hers.borrow_mut().publish(world.id(bob), &mallory);
        everybodys.borrow_mut().publish(AccountId([8; 16]), &mallory);
        let (one, other) = (Rc::clone(&hers), Rc::clone(&everybodys));
        answer_from(&mut world, move |who| Rc::clone(if who == alice { &one } else { &other }));
        let mut rng = world.fork();
        world.at(bob).check_directory(bob_checks, &mut rng).unwrap();
        // They compared heads when they met.
        world.pass(pillarbox_wire::Duration::from_days(1));
        for who in [alice, bob] {
            look_again(&mut world, who);
        }
        for text in ["one", "two", "three"] {
            world.tell(alice, bob, text);
            world.tell(bob, alice, text);
        }
        for who in [alice, bob] {
            let told = world.take_notices(who);
            let tells = told.iter().any(|notice| matches!(notice, Notice::SplitView { .. }));
            assert_eq!(tells, bob_checks, "{told:?}");
        }
    }
}

#[test]
fn a_contact_can_see_when_a_phone_that_checks_the_public_log_last_looked_at_it() {
    let (mut world, everybodys, alice, bob, mallory) = forged();
    world.introduce(alice, bob);
    // Her log is another one, so that Bob's program keeps and prints the head that her phone sends.
    let hers = Rc::new(RefCell::new(everybodys.borrow().clone()));
    hers.borrow_mut().publish(world.id(bob), &mallory);
    // They compared heads when they met, and do so again on the next day.
    world.pass(pillarbox_wire::Duration::from_days(1));
    hers.borrow_mut().at = world.now;
    everybodys.borrow_mut().publish(AccountId([8; 16]), &mallory);
    let (one, other) = (Rc::clone(&hers), Rc::clone(&everybodys));
    answer_from(&mut world, move |who| Rc::clone(if who == alice { &one } else { &other }));
    let looked = world.now;
    for who in [alice, bob] {
        look_again(&mut world, who);
    }
    world.pass(pillarbox_wire::Duration::from_seconds(600));
    for text in ["one", "two", "three"] {
        world.tell(alice, bob, text);
        world.tell(bob, alice, text);
    }
    let heads = world.see(bob).directory_heads();
    assert_eq!(heads.last().unwrap().head.at, looked);
}
