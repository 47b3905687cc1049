//! Linked devices: what the relay learns about them, and what it cannot do with them.

use pillarbox_client::{DeviceFault, Notice};
use pillarbox_testkit::world::{World, altering};
use pillarbox_wire::{
    ClientFrame, DeviceAddress, DeviceId, DeviceList, FixedBytes, ListedDevice, RelayFrame,
};

/// The number that a relay assigns to its own device.
const GHOST: DeviceId = DeviceId(200);

#[test]
fn the_relay_can_see_how_many_devices_an_account_has_and_when_each_is_linked_or_removed() {
    let mut world = World::new();
    let (_, bob) = world.pair();
    let account = world.id(bob);
    let of_bob = |world: &mut World| {
        let held = world.relay.holdings();
        held.devices.iter().filter(|device| device.account == account).count()
    };
    assert_eq!(of_bob(&mut world), 1);
    world.received.clear();
    world.link_device(bob, false);
    assert_eq!(of_bob(&mut world), 2);
    assert!(world.received.iter().any(|(_, frame)| matches!(frame, ClientFrame::AddDevice(_))));
    let mut rng = world.fork();
    world.at(bob).remove_device(DeviceId::FIRST_LINKED, &mut rng).unwrap();
    world.run();
    assert_eq!(of_bob(&mut world), 1);
    assert!(world.received.iter().any(|(_, frame)| matches!(frame, ClientFrame::PublishDevices(_))));
}

#[test]
fn the_relay_cannot_add_a_device_that_a_phone_writes_to() {
    let mut world = World::new();
    let (alice, bob) = (world.phone("Alice"), world.phone("Bob"));
    world.invite(alice, bob);
    world.invite(bob, alice);
    // A phone of the relay's, named as another device of Bob's.
    let ghost = world.phone("Ghost");
    let listed =
        ListedDevice { device: GHOST, identity: world.identity(ghost), consent: FixedBytes([0; 64]) };
    let (account, signature) = (world.id(bob), FixedBytes([0; 64]));
    let list = DeviceList { account, version: 7, devices: vec![listed], signature };
    world.down = altering(move |_, frame: &mut RelayFrame| match frame {
        RelayFrame::Devices(devices) => devices.list = Some(list.clone()),
        RelayFrame::Bundles(bundles) if bundles.devices.len() == 1 => {
            let mut ghost = bundles.devices[0].clone();
            ghost.device = GHOST;
            bundles.devices.push(ghost);
        }
        _ => {}
    });
    world.received.clear();
    world.tell(alice, bob, "only to Bob");
    let told = world.take_notices(alice);
    let refused = Notice::DeviceRefused { contact: account, fault: DeviceFault::Unsigned };
    assert!(told.contains(&refused), "{told:?}");
    let to = |frame: &ClientFrame, device| match frame {
        ClientFrame::Submit(submit) => submit.to == DeviceAddress { account, device },
        _ => false,
    };
    assert!(!world.received.iter().any(|(_, frame)| to(frame, GHOST)));
    assert!(world.received.iter().any(|(_, frame)| to(frame, DeviceId::FIRST)), "the search finds texts");
    // A device that the account has signed is written to.
    world.down = pillarbox_testkit::world::honest();
    let laptop = world.link_device(bob, false);
    world.tell(alice, bob, "to both");
    assert_eq!(world.heard(laptop, alice), ["to both"]);
}

#[test]
fn the_relay_cannot_speak_as_another_device_of_a_contact() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let mallory = world.phone("Mallory");
    world.invite(mallory, alice);
    let mut rng = world.fork();
    let mut habits = world.see(mallory).account().habits.clone();
    habits.sealed_sender = false;
    world.at(mallory).set_habits(habits, &mut rng).unwrap();
    let from = DeviceAddress { device: GHOST, ..world.address(bob) };
    world.down = altering(move |who, frame: &mut RelayFrame| {
        if let (true, RelayFrame::Deliver(deliver)) = (who == alice, frame)
            && deliver.from.is_some()
        {
            deliver.from = Some(from);
        }
    });
    world.tell(mallory, alice, "I am Bob's new tablet");
    let told = world.take_notices(alice);
    let refused = Notice::DeviceRefused { contact: world.id(bob), fault: DeviceFault::Unlisted };
    assert!(told.contains(&refused), "{told:?}");
    assert!(!world.heard(alice, bob).contains(&"I am Bob's new tablet".to_owned()));
    // The same text opens where the relay names its true sender.
    world.down = pillarbox_testkit::world::honest();
    world.tell(mallory, alice, "I am Mallory");
    assert!(world.heard(alice, mallory).contains(&"I am Mallory".to_owned()));
}
