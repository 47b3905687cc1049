//! Device lists in the directory's public log: each change is an entry, together with the list or not at all.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_crypto::log::{binding, label};
use pillarbox_relay::log_audit::audit;
use pillarbox_relay::{Keeping, Limits, Rate, RelaySettings, StoreError};
use pillarbox_testkit::frames::{authenticate, device_key, identity_key};
use pillarbox_testkit::owner::{Owner, offer};
use pillarbox_testkit::relay::{LoneRelay, handshake};
use pillarbox_wire::{AccountId, DeviceList, LogLeaf, RelayFrame};
use proptest::prelude::*;
use rusqlite::Connection;

fn keeping() -> Keeping {
    Keeping { directory_log: true, ..Keeping::LEAST }
}

fn settings() -> RelaySettings {
    let limits = Limits { device_changes: Rate::UNLIMITED, ..Limits::default() };
    RelaySettings { keeping: keeping(), limits, ..RelaySettings::default() }
}

fn entries(world: &mut LoneRelay) -> Vec<LogLeaf> {
    world.holdings().leaves.iter().map(pillarbox_relay::store::LeafRow::leaf).collect()
}

/// Returns the entries of an account: the number of each, and its digest.
fn entries_of(world: &mut LoneRelay, account: AccountId) -> Vec<(u32, [u8; 32])> {
    let label = label(&account.0);
    let of = entries(world).into_iter().filter(|leaf| leaf.label.0 == label);
    of.map(|leaf| (leaf.count, leaf.binding.0)).collect()
}

/// The digest of an account's keys with a list; those of version 0 have no list.
fn bound(owner: &Owner, list: &DeviceList) -> [u8; 32] {
    let keys = identity_key(&owner.identity.public());
    let signed = if list.version == 0 { Vec::new() } else { list.signed_bytes() };
    binding(&keys.signing.0, &keys.agreement.0, list.version, &signed)
}

/// Connects the account's first phone to the relay again.
fn reconnect(world: &mut LoneRelay, owner: &mut Owner, seed: u8) {
    owner.connection = world.open();
    let (request, hash) = (world.request(), handshake(owner.connection));
    let answer = world.ask(owner.connection, authenticate(&device_key(seed), owner.address, &hash, request));
    assert!(matches!(answer[0], RelayFrame::Authenticated(_)), "{answer:?}");
}

fn add(world: &mut LoneRelay, owner: &mut Owner, seed: u8, device: u8) -> RelayFrame {
    let offer = offer(owner, seed);
    owner.add(world, owner.with(device, &offer), offer)
}

#[test]
fn each_link_and_removal_is_an_entry_that_binds_the_list() {
    let mut world = LoneRelay::in_memory(settings());
    let mut anne = Owner::register(&mut world, 1);
    let ben = Owner::register(&mut world, 2);
    let mut expected = vec![(1, bound(&anne, &anne.list))];
    for (seed, device) in [(3, 128), (4, 129)] {
        assert!(matches!(add(&mut world, &mut anne, seed, device), RelayFrame::DevicesPublished(_)));
        expected.push((expected.len() as u32 + 1, bound(&anne, &anne.list)));
    }
    let removed = anne.without(128);
    assert!(matches!(anne.publish(&mut world, removed, [7; 32]), RelayFrame::DevicesPublished(_)));
    expected.push((4, bound(&anne, &anne.list)));
    assert_eq!(entries_of(&mut world, anne.address.account), expected);
    assert_eq!(entries_of(&mut world, ben.address.account).len(), 1);
    // The same list again, from a phone that did not receive the answer, and a refused one, add nothing.
    let (again, older) = (anne.list.clone(), anne.with(130, &offer(&anne, 5)));
    assert!(matches!(anne.publish(&mut world, again, [7; 32]), RelayFrame::DevicesPublished(_)));
    let older = DeviceList { version: 1, ..older };
    assert!(matches!(anne.publish(&mut world, older, [7; 32]), RelayFrame::Refused(_)));
    assert_eq!(entries_of(&mut world, anne.address.account), expected);
    let entries = entries(&mut world);
    assert_eq!(audit(&entries, None, &[]).unwrap().entries, 5);
}

#[test]
fn a_list_and_its_entry_are_stored_together_or_not_at_all() {
    let mut world = LoneRelay::on_disk(settings());
    let mut anne = Owner::register(&mut world, 1);
    let account = anne.address.account;
    world.fail(Some(StoreError::Full));
    assert!(matches!(add(&mut world, &mut anne, 3, 128), RelayFrame::Refused(_)));
    world.fail(None);
    world.crash();
    assert_eq!(entries_of(&mut world, account).len(), 1);
    assert!(world.holdings().device_lists.is_empty());
    reconnect(&mut world, &mut anne, 1);
    assert!(matches!(add(&mut world, &mut anne, 3, 128), RelayFrame::DevicesPublished(_)));
    world.crash();
    let held = world.holdings();
    assert_eq!((held.device_lists.len(), held.leaves.len()), (1, 2));
    assert_eq!(entries_of(&mut world, account).pop(), Some((2, bound(&anne, &anne.list))));
}

#[test]
fn a_log_from_before_lists_were_entries_opens_takes_them_in_once_and_goes_on() {
    let mut world = LoneRelay::on_disk(settings());
    let mut anne = Owner::register(&mut world, 1);
    let ben = Owner::register(&mut world, 2);
    for (seed, device) in [(3, 128), (4, 129)] {
        add(&mut world, &mut anne, seed, device);
    }
    // As an earlier relay left it: an entry of version 0 for each account, whatever devices they had linked.
    let file = Connection::open(world.folder().join("relay.sqlite3")).unwrap();
    file.execute("DELETE FROM directory_log WHERE place >= 2", []).unwrap();
    drop(file);
    let account = anne.address.account;
    for _ in 0..2 {
        world.crash();
        let expected = vec![
            (1, bound(&anne, &DeviceList { version: 0, ..anne.list.clone() })),
            (2, bound(&anne, &anne.list)),
        ];
        assert_eq!(entries_of(&mut world, account), expected);
        assert_eq!(entries_of(&mut world, ben.address.account).len(), 1);
    }
    reconnect(&mut world, &mut anne, 1);
    assert!(matches!(add(&mut world, &mut anne, 5, 130), RelayFrame::DevicesPublished(_)));
    assert_eq!(entries_of(&mut world, account).pop(), Some((3, bound(&anne, &anne.list))));
    let entries = entries(&mut world);
    assert_eq!(audit(&entries, None, &[]).unwrap().entries, 4);
}

#[test]
fn a_rule_that_begins_a_log_writes_down_the_lists_that_are_there() {
    let mut world = LoneRelay::in_memory(RelaySettings { keeping: Keeping::LEAST, ..settings() });
    let mut anne = Owner::register(&mut world, 1);
    add(&mut world, &mut anne, 3, 128);
    assert!(entries(&mut world).is_empty());
    let now = world.now;
    for _ in 0..2 {
        world.engine().set_keeping(keeping(), now).unwrap();
        let expected = vec![(1, bound(&anne, &anne.list))];
        assert_eq!(entries_of(&mut world, anne.address.account), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// After any changes, refusals, failures of the disk and crashes, the latest entry of each account binds the list
    /// that the relay hands out, and the entries are in order.
    #[test]
    fn the_latest_entry_always_binds_the_list_that_is_there(steps in proptest::collection::vec((0..6_u8, 0..2_usize), 1..30)) {
        let mut world = LoneRelay::on_disk(settings());
        let mut people = [Owner::register(&mut world, 1), Owner::register(&mut world, 2)];
        let mut next = 128_u8;
        for (what, who) in steps {
            let owner = &mut people[who];
            world.fail((what == 4).then_some(StoreError::Full));
            match what {
                0..=2 | 4 if owner.list.devices.len() < 3 => {
                    add(&mut world, owner, next, next);
                    next += 1;
                }
                3 if !owner.list.devices.is_empty() => {
                    let list = owner.without(owner.list.devices[0].device.0);
                    owner.publish(&mut world, list, [next; 32]);
                }
                5 => {
                    world.crash();
                    reconnect(&mut world, &mut people[0], 1);
                    reconnect(&mut world, &mut people[1], 2);
                }
                _ => {}
            }
            world.fail(None);
            for owner in &people {
                let latest = entries_of(&mut world, owner.address.account).pop().unwrap();
                prop_assert_eq!(latest, (owner.list.version + 1, bound(owner, &owner.list)));
            }
        }
        let entries = entries(&mut world);
        prop_assert!(audit(&entries, None, &[]).is_ok());
    }
}
