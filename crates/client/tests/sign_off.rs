//! Linked devices that sign themselves off: the first phone takes them off the list, and contacts are told.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

use pillarbox_client::{Notice, PhoneError};
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::World;
use pillarbox_wire::DeviceId;

/// Alice, and Bob with this many linked devices; all know of each other.
fn scene(world: &mut World, linked: usize) -> (usize, usize, Vec<usize>) {
    let (alice, bob) = world.pair();
    let devices: Vec<_> = (0..linked).map(|_| world.link_device(bob, false)).collect();
    world.tell(alice, bob, "sessions begin");
    world.tell(bob, alice, "and devices are known");
    drop(world.take_notices(alice));
    drop(world.take_notices(bob));
    (alice, bob, devices)
}

fn sign_off(world: &mut World, device: usize) {
    let mut rng = world.fork();
    world.at(device).sign_off(&mut rng).unwrap();
    world.run();
    assert!(world.see(device).has_told_first_phone());
    world.at(device).note_left(&mut rng).unwrap();
    assert!(world.see(device).has_left().unwrap());
}

#[test]
fn the_first_phone_takes_a_device_off_that_signed_off_while_it_was_away_and_contacts_are_told() {
    let mut world = World::on_disk(RelaySettings::default());
    let (alice, bob, devices) = scene(&mut world, 1);
    world.offline(bob);
    sign_off(&mut world, devices[0]);
    world.crash(devices[0]);
    assert!(world.see(devices[0]).has_left().unwrap(), "it stays so");
    assert_eq!(world.see(bob).devices().unwrap().len(), 2, "nobody else changes the list");
    assert_eq!(world.holdings().linked_devices.len(), 1);

    world.crash(bob);
    world.online(bob);
    world.run();
    let device = DeviceId::FIRST_LINKED;
    let told = world.take_notices(bob);
    let told: Vec<_> = told.into_iter().filter(|notice| !matches!(notice, Notice::Received { .. })).collect();
    assert!(told.contains(&Notice::DeviceSignedOff { device }), "{told:?}");
    assert!(told.contains(&Notice::DeviceRemoved { device }), "{told:?}");
    assert_eq!(world.see(bob).devices().unwrap().len(), 1);
    assert!(world.holdings().linked_devices.is_empty());
    let contact = world.id(bob);
    let removed = Notice::DevicesChanged { contact, added: 0, removed: 1, blocked: false };
    assert!(world.take_notices(alice).contains(&removed));
    world.tell(alice, bob, "to one device again");
    assert_eq!(world.heard(bob, alice).last().unwrap(), "to one device again");
}

#[test]
fn two_devices_sign_off_at_once_and_the_list_is_shortened_twice() {
    let mut world = World::on_disk(RelaySettings::default());
    let (_alice, bob, devices) = scene(&mut world, 3);
    world.offline(bob);
    sign_off(&mut world, devices[0]);
    sign_off(&mut world, devices[2]);
    world.online(bob);
    world.run();
    let left: Vec<u8> = world.see(bob).devices().unwrap().iter().map(|one| one.device.0).collect();
    assert_eq!(left, [1, 129]);
    let lists = world.holdings().device_lists;
    assert_eq!(lists.first().unwrap().version, 5, "three devices linked and two removed");
}

#[test]
fn a_first_phone_does_not_sign_off() {
    let mut world = World::on_disk(RelaySettings::default());
    let (_alice, bob, _devices) = scene(&mut world, 1);
    let mut rng = world.fork();
    assert_eq!(world.at(bob).sign_off(&mut rng), Err(PhoneError::LinkedDeviceOnly));
    assert!(!world.see(bob).has_left().unwrap());
}
