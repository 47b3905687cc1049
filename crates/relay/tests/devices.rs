//! Linked devices at the relay: places, lists, their own mailboxes, and what is deleted with a removed device.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::collections::BTreeMap;

use pillarbox_crypto::SigningSecret;
use pillarbox_relay::{ConnectionId, Limits, RelaySettings, StoreError};
use pillarbox_testkit::frames::{self, deliveries, device_key, identity_key};
use pillarbox_testkit::owner::{Owner, offer, secret, signed};
use pillarbox_testkit::relay::{LoneRelay, handshake};
use pillarbox_transport::sign_handshake;
use pillarbox_wire::{
    AccountId, ClientFrame, CloseAccount, DeviceId, DeviceList, DeviceOffer, Farewell, FetchDevice,
    FetchDevices, FixedBytes, OpenPlace, PreKeyUpload, ReadPlace, Refusal, Register, RelayFrame,
    RequestCertificate,
};
use proptest::prelude::*;

fn refusal(frame: &RelayFrame) -> Refusal {
    let RelayFrame::Refused(refused) = frame else { panic!("{frame:?}") };
    refused.reason
}

const PLACE: FixedBytes<16> = FixedBytes([9; 16]);

fn open_place(
    world: &mut LoneRelay,
    connection: ConnectionId,
    key: &SigningSecret,
    offer: &DeviceOffer,
) -> Vec<RelayFrame> {
    let request = world.request();
    let signature = sign_handshake(key, &handshake(connection));
    let frame = OpenPlace { request, place: PLACE, offer: offer.clone(), signature };
    world.ask(connection, ClientFrame::OpenPlace(Box::new(frame)))
}

fn read_place(world: &mut LoneRelay, connection: ConnectionId) -> RelayFrame {
    let request = world.request();
    world.ask_one(connection, ClientFrame::ReadPlace(ReadPlace { request, place: PLACE }))
}

/// Links a device in all steps, and returns its connection.
fn link(world: &mut LoneRelay, owner: &mut Owner, seed: u8, device: u8) -> ConnectionId {
    let offer = offer(owner, seed);
    let there = world.open();
    let opened = open_place(world, there, &device_key(seed), &offer);
    assert!(matches!(opened[..], [RelayFrame::PlaceOpened(_)]), "{opened:?}");
    let RelayFrame::PlaceRead(read) = read_place(world, owner.connection) else { panic!() };
    assert_eq!(read.offer, offer);
    let answer = owner.add(world, owner.with(device, &offer), offer);
    assert!(matches!(answer, RelayFrame::DevicesPublished(_)), "{answer:?}");
    let told = world.take(there);
    let [RelayFrame::Linked(linked)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(linked.address, owner.device(device));
    there
}

fn devices_of(world: &mut LoneRelay, connection: ConnectionId, account: AccountId) -> Option<DeviceList> {
    let request = world.request();
    let frame = ClientFrame::FetchDevices(FetchDevices { request, account, delivery_key: None });
    let answer = world.ask_one(connection, frame);
    let RelayFrame::Devices(devices) = answer else { panic!("{answer:?}") };
    devices.list
}

#[test]
fn a_device_is_linked_over_a_place_and_has_a_mailbox_and_prekeys_of_its_own() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let mut anne = Owner::register(&mut world, 1);
    let ben = Owner::register(&mut world, 2);
    assert_eq!(devices_of(&mut world, ben.connection, anne.address.account), None);
    let laptop = link(&mut world, &mut anne, 3, 128);
    assert_eq!(devices_of(&mut world, ben.connection, anne.address.account), Some(anne.list.clone()));

    world.submit(ben.connection, anne.address, b"phone");
    world.submit(ben.connection, anne.device(128), b"laptop");
    let at_phone = world.take(anne.connection);
    assert_eq!(deliveries(&at_phone).iter().map(|it| it.payload.as_slice()).collect::<Vec<_>>(), [b"phone"]);
    let at_laptop = world.take(laptop);
    assert_eq!(deliveries(&at_laptop)[0].payload.as_slice(), b"laptop");

    // The bundles of the account begin with its first phone, and the linked device announces the list.
    let RelayFrame::Bundles(bundles) = world.fetch(ben.connection, anne.address.account) else { panic!() };
    let numbers: Vec<_> = bundles.devices.iter().map(|bundle| bundle.device).collect();
    assert_eq!(numbers, [DeviceId::FIRST, DeviceId(128)]);
    let request = world.request();
    let frame = FetchDevice { request, address: anne.device(128), delivery_key: None };
    let answer = world.ask_one(ben.connection, ClientFrame::FetchDevice(frame));
    let RelayFrame::Bundles(bundles) = answer else { panic!("{answer:?}") };
    assert_eq!(bundles.devices.len(), 1);
    assert_eq!(bundles.devices[0].signed.key, FixedBytes([3; 32]));

    // The sender certificate of each device names the key that the device has.
    for (connection, seed) in [(anne.connection, 1), (laptop, 3)] {
        let request = world.request();
        let frame = ClientFrame::RequestCertificate(RequestCertificate { request });
        let RelayFrame::Certificate(answer) = world.ask_one(connection, frame) else { panic!() };
        assert_eq!(answer.certificate.agreement, identity_key(&secret(seed).public()).agreement);
    }
}

#[test]
fn a_device_that_did_not_hear_the_answer_is_told_when_it_asks_again_even_after_a_restart() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let mut anne = Owner::register(&mut world, 1);
    link(&mut world, &mut anne, 3, 128);
    world.crash();
    let there = world.open();
    let offer = offer(&anne, 3);
    let answer = open_place(&mut world, there, &device_key(3), &offer);
    let [RelayFrame::Linked(linked)] = &answer[..] else { panic!("{answer:?}") };
    assert_eq!(linked.address, anne.device(128));
    // So is the first phone: the same list again is answered as the first time.
    let phone = world.open();
    let request = world.request();
    let frame = frames::authenticate(&device_key(1), anne.address, &handshake(phone), request);
    world.ask(phone, frame);
    anne.connection = phone;
    let again = anne.add(&mut world, anne.list.clone(), offer);
    assert!(matches!(again, RelayFrame::DevicesPublished(_)), "{again:?}");
    assert_eq!(world.holdings().devices.len(), 2);
}

#[test]
fn a_removed_device_gets_nothing_more_and_nothing_of_it_is_held() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let mut anne = Owner::register(&mut world, 1);
    let ben = Owner::register(&mut world, 2);
    let laptop = link(&mut world, &mut anne, 3, 128);
    let tablet = link(&mut world, &mut anne, 4, 129);
    world.submit(ben.connection, anne.device(128), b"not fetched");
    let answer = anne.publish(&mut world, anne.without(128), [7; 32]);
    assert!(matches!(answer, RelayFrame::DevicesPublished(_)), "{answer:?}");
    assert_eq!(world.closed.get(&laptop), Some(&Farewell::DeviceRemoved));
    assert_eq!(world.closed.get(&tablet), None);
    let refused = world.submit(ben.connection, anne.device(128), b"to nobody");
    assert_eq!(refusal(&refused), Refusal::KeysReplaced);
    let held = world.holdings();
    assert_eq!((held.devices.len(), held.linked_devices.len(), held.messages.len()), (3, 1, 0));
    assert_eq!(held.device_lists[0].version, 3);
    let of_laptop = |number| held.devices.iter().all(|device| device.device_number != number);
    assert!(held.prekeys.iter().all(|row| !of_laptop(row.device_number)), "no prekey without its device");
    // The former delivery key, which the device knew, admits nobody; the new one does.
    let nameless = world.open();
    for (key, admitted) in [([1; 32], false), ([7; 32], true)] {
        let request = world.request();
        let frame = frames::submission(request, anne.address, Some(key), b"sealed");
        let answer = world.ask_one(nameless, frame);
        assert_eq!(matches!(answer, RelayFrame::Accepted(_)), admitted, "{answer:?}");
    }
    let back = world.open();
    let request = world.request();
    let frame = frames::authenticate(&device_key(3), anne.device(128), &handshake(back), request);
    assert_eq!(refusal(&world.ask_one(back, frame)), Refusal::NotAuthentic);
}

#[test]
fn a_list_that_is_forged_older_out_of_order_or_somebody_elses_is_refused_and_the_true_one_is_taken() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (mut anne, ben) = (Owner::register(&mut world, 1), Owner::register(&mut world, 2));
    let offered = offer(&anne, 3);
    let good = anne.with(128, &offered);
    let forged = signed(&ben.identity, good.clone());
    let unsigned = DeviceList { version: 9, ..good.clone() };
    let foreign = signed(&ben.identity, DeviceList { account: ben.address.account, ..good.clone() });
    let first = anne.with(1, &offered);
    let other = offer(&anne, 5);
    for wrong in [forged, unsigned, foreign, first, anne.with(128, &other), anne.list.clone()] {
        let answer = anne.add(&mut world, wrong, offered.clone());
        assert_eq!(refusal(&answer), Refusal::NotWellFormed);
    }
    let bare = DeviceOffer { prekeys: PreKeyUpload::default(), ..offered.clone() };
    let answer = anne.add(&mut world, good.clone(), bare);
    assert_eq!(refusal(&answer), Refusal::NotWellFormed);
    assert_eq!(world.holdings().devices.len(), 2);
    let answer = anne.add(&mut world, good.clone(), offered.clone());
    assert!(matches!(answer, RelayFrame::DevicesPublished(_)), "{answer:?}");
    // A removal cannot hide in an addition, nor an addition in a removal, and no version is reused.
    let next = anne.without(128);
    let swapped =
        signed(&anne.identity, DeviceList { devices: anne.with(129, &other).devices, ..next.clone() });
    let swapped = signed(&anne.identity, DeviceList { devices: swapped.devices[1..].to_vec(), ..swapped });
    let answer = anne.add(&mut world, swapped.clone(), other);
    assert_eq!(refusal(&answer), Refusal::NotWellFormed);
    let answer = anne.publish(&mut world, swapped, [1; 32]);
    assert_eq!(refusal(&answer), Refusal::NotWellFormed);
    anne.publish(&mut world, next, [1; 32]);
    let answer = anne.add(&mut world, good, offered);
    assert_eq!(refusal(&answer), Refusal::OlderDevices);
}

#[test]
fn a_linked_device_may_neither_change_the_devices_nor_close_the_account() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let mut anne = Owner::register(&mut world, 1);
    let laptop = link(&mut world, &mut anne, 3, 128);
    let phone = std::mem::replace(&mut anne.connection, laptop);
    let offered = offer(&anne, 4);
    let list = anne.with(129, &offered);
    let answer = anne.add(&mut world, list, offered);
    assert_eq!(refusal(&answer), Refusal::NotFirstPhone);
    let answer = anne.publish(&mut world, anne.without(128), [1; 32]);
    assert_eq!(refusal(&answer), Refusal::NotFirstPhone);
    let request = world.request();
    let close = ClientFrame::CloseAccount(CloseAccount { request });
    assert_eq!(refusal(&world.ask_one(laptop, close.clone())), Refusal::NotFirstPhone);
    assert!(matches!(world.ask_one(phone, close), RelayFrame::Closed(_)));
    let held = world.holdings();
    assert!(held.devices.is_empty() && held.device_lists.is_empty() && held.linked_devices.is_empty());
    assert_eq!(world.closed.get(&laptop), Some(&Farewell::AccountClosed));
}

#[test]
fn a_place_is_read_by_one_account_and_ends_with_its_connection_and_its_time() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, ben) = (Owner::register(&mut world, 1), Owner::register(&mut world, 2));
    let (offered, there) = (offer(&anne, 3), world.open());
    assert_eq!(refusal(&read_place(&mut world, anne.connection)), Refusal::UnknownPlace);
    assert_eq!(refusal(&open_place(&mut world, there, &device_key(4), &offered)[0]), Refusal::NotAuthentic);
    open_place(&mut world, there, &device_key(3), &offered);
    assert!(matches!(read_place(&mut world, anne.connection), RelayFrame::PlaceRead(_)));
    assert_eq!(refusal(&read_place(&mut world, ben.connection)), Refusal::UnknownPlace);
    let nameless = world.open();
    assert_eq!(refusal(&read_place(&mut world, nameless)), Refusal::NotAuthenticated);
    world.now = world.now + Limits::default().place_lifetime;
    assert_eq!(refusal(&read_place(&mut world, anne.connection)), Refusal::UnknownPlace);
    open_place(&mut world, there, &device_key(3), &offered);
    assert!(matches!(read_place(&mut world, anne.connection), RelayFrame::PlaceRead(_)));
    world.process(vec![(there, pillarbox_relay::Input::Closed)]);
    assert_eq!(refusal(&read_place(&mut world, anne.connection)), Refusal::UnknownPlace);
}

#[test]
fn changes_of_devices_are_counted_and_a_full_disk_refuses_them_without_a_trace() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let mut anne = Owner::register(&mut world, 1);
    world.fail(Some(StoreError::Full));
    let offered = offer(&anne, 3);
    let answer = anne.add(&mut world, anne.with(128, &offered), offered.clone());
    assert_eq!(refusal(&answer), Refusal::StorageFailed);
    world.fail(None);
    assert_eq!(devices_of(&mut world, anne.connection, anne.address.account), None);
    let mut taken = 1;
    for number in 128..=255_u8 {
        let offered = offer(&anne, number);
        let answer = anne.add(&mut world, anne.with(number, &offered), offered);
        if let RelayFrame::Refused(refused) = answer {
            assert!(matches!(refused.reason, Refusal::RateLimited { .. }), "{:?}", refused.reason);
            break;
        }
        let answer = anne.publish(&mut world, anne.without(number), [1; 32]);
        taken += 2;
        if let RelayFrame::Refused(refused) = answer {
            assert!(matches!(refused.reason, Refusal::RateLimited { .. }), "{:?}", refused.reason);
            taken -= 1;
            break;
        }
    }
    assert_eq!(taken, Limits::default().device_changes.burst);
}

#[test]
fn whoever_takes_the_number_over_gets_no_linked_device_with_it() {
    const NUMBER: &str = "+447700900001";
    let mut world = LoneRelay::in_memory(RelaySettings { verify_numbers: true, ..RelaySettings::default() });
    let with_number = |world: &mut LoneRelay, seed: u8| {
        let connection = world.open();
        let mut rng = world.rng.clone();
        let handle = Some(frames::handle(NUMBER));
        let (identity, key) = (secret(seed), device_key(seed));
        let frame = frames::session_registration(&identity, &key, handle, &handshake(connection), &mut rng);
        world.ask(connection, frame.clone());
        let code = world.codes.pop().unwrap().1;
        let ClientFrame::Register(registration) = frame else { panic!() };
        let registration = Register { ..*registration };
        let frame = pillarbox_wire::RegisterWithCode { registration, code };
        (connection, world.ask(connection, ClientFrame::RegisterWithCode(Box::new(frame))))
    };
    let (connection, answer) = with_number(&mut world, 1);
    let RelayFrame::Registered(registered) = &answer[0] else { panic!("{answer:?}") };
    let address = registered.address;
    let list = DeviceList {
        account: address.account,
        version: 0,
        devices: Vec::new(),
        signature: FixedBytes([0; 64]),
    };
    let mut anne = Owner { identity: secret(1), address, connection, list };
    let laptop = link(&mut world, &mut anne, 3, 128);
    let (_, answer) = with_number(&mut world, 2);
    let RelayFrame::Reregistered(again) = &answer[0] else { panic!("{answer:?}") };
    assert_eq!(again.address.device, DeviceId(2));
    assert_eq!(world.closed.get(&laptop), Some(&Farewell::DeviceRemoved));
    let held = world.holdings();
    assert_eq!((held.devices.len(), held.device_lists.len(), held.linked_devices.len()), (1, 0, 0));
}

#[derive(Clone, Debug)]
enum Step {
    Link,
    Remove(usize),
    Write { to: usize, sealed: bool },
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Link),
        1 => (0_usize..4).prop_map(Step::Remove),
        6 => (0_usize..5, any::<bool>()).prop_map(|(to, sealed)| Step::Write { to, sealed }),
        1 => Just(Step::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Each device of an account gets what was accepted for it, and nothing that was for another; nothing is stored
    /// for a removed device.
    #[test]
    fn devices_come_and_go_and_each_gets_its_own(steps in proptest::collection::vec(step(), 1..40)) {
        let limits = Limits { device_changes: pillarbox_relay::Rate::UNLIMITED, ..Limits::default() };
        let settings = RelaySettings { limits, ..RelaySettings::default() };
        let mut world = LoneRelay::in_memory(settings);
        let mut anne = Owner::register(&mut world, 1);
        let (mut nameless, mut next, mut key) = (world.open(), 128_u8, [1_u8; 32]);
        let ben = Owner::register(&mut world, 2);
        let mut ben_here = ben.connection;
        let mut model: BTreeMap<u8, Vec<u8>> = BTreeMap::from([(1, Vec::new())]);
        for (number, step) in (0_u8..).zip(steps) {
            match step {
                Step::Link if model.len() < 5 => {
                    let offered = offer(&anne, next);
                    let answer = anne.add(&mut world, anne.with(next, &offered), offered);
                    prop_assert!(matches!(answer, RelayFrame::DevicesPublished(_)), "{:?}", answer);
                    model.insert(next, Vec::new());
                    next += 1;
                }
                Step::Remove(at) if at + 1 < model.len() => {
                    let gone = *model.keys().nth(at + 1).unwrap();
                    key = [number.wrapping_add(2); 32];
                    let answer = anne.publish(&mut world, anne.without(gone), key);
                    prop_assert!(matches!(answer, RelayFrame::DevicesPublished(_)), "{:?}", answer);
                    model.remove(&gone);
                }
                Step::Write { to, sealed } => {
                    let device = model.keys().nth(to).copied().unwrap_or(200);
                    let request = world.request();
                    let (from, shown) = if sealed { (nameless, Some(key)) } else { (ben_here, None) };
                    let frame = frames::submission(request, anne.device(device), shown, &[number]);
                    let answer = world.ask_one(from, frame);
                    match model.get_mut(&device) {
                        Some(mailbox) => {
                            prop_assert!(matches!(answer, RelayFrame::Accepted(_)), "{:?}", answer);
                            mailbox.push(number);
                        }
                        None => prop_assert_eq!(refusal(&answer), Refusal::KeysReplaced),
                    }
                }
                Step::Crash => {
                    world.crash();
                    nameless = world.open();
                    for (connection, seed, address) in
                        [(&mut anne.connection, 1, anne.address), (&mut ben_here, 2, ben.address)]
                    {
                        *connection = world.open();
                        let request = world.request();
                        let key = device_key(seed);
                        let frame = frames::authenticate(&key, address, &handshake(*connection), request);
                        world.ask(*connection, frame);
                    }
                }
                _ => {}
            }
            let held = world.holdings();
            prop_assert_eq!(held.devices.len(), model.len() + 1);
            prop_assert_eq!(held.linked_devices.len(), model.len() - 1);
            let mut waiting: BTreeMap<u8, Vec<u8>> = model.keys().map(|device| (*device, Vec::new())).collect();
            for row in &held.messages {
                let address = held.address(row.mailbox).unwrap();
                waiting.get_mut(&address.device.0).unwrap().extend(row.payload.as_slice());
            }
            prop_assert_eq!(&waiting, &model);
        }
    }
}
