//! The suite that every store backend has to pass, as one function. It panics where a backend does not do what
//! [`Store`] says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "this is a test, only kept where every backend can call it"
)]

mod additions;
mod rows;

use pillarbox_crypto::SecretBytes;
use pillarbox_wire::{AccountId, FixedBytes, MessageId, PreKeyId, PreKeyUpload, SignedPreKey, Timestamp};

use crate::store::{
    Changes, Closing, Counters, DeviceNumber, EventNumber, Forget, Holdings, LastSeen, PreKeyKind, Set, Skip,
    Stock, Store, StoreError, Taken, Upload,
};
use rows::{account, kem, message, one_time, waiting};

/// Runs the suite. `open` returns a new, empty store. `reopen` ends a store without notice and returns a store with
/// what it had written. `look` reads everything that is kept.
///
/// # Panics
/// If the backend fails.
pub fn store_suite<S: Store>(
    mut open: impl FnMut() -> S,
    mut reopen: impl FnMut(S) -> S,
    look: impl Fn(&S) -> Holdings,
) {
    what_is_written_is_there_after_a_restart(open(), &mut reopen);
    messages_wait_in_order_and_are_read_as_asked(open(), &mut reopen);
    changes_are_written_whole_or_not_at_all(open(), &mut reopen);
    prekeys_go_lowest_first_and_once(open(), &mut reopen);
    a_closed_account_leaves_nothing(open(), &mut reopen);
    delivered_messages_are_forgotten_oldest_first(open(), &mut reopen);
    additions::devices_are_linked_and_removed_with_all_that_is_held_of_them(open(), &mut reopen, &look);
    additions::deposits_are_replaced_taken_back_and_counted(open(), &mut reopen, &look);
    additions::channels_are_read_in_order_and_taken_down(open(), &mut reopen, &look);
    additions::events_lapse_by_kind_time_and_account(open(), &mut reopen, &look);
    additions::the_directory_s_log_is_read_in_order_and_goes_only_as_a_whole(open(), &mut reopen, &look);
    additions::groups_are_replaced_whole_and_go_when_nobody_is_in_them(open(), &mut reopen, &look);
    additions::attachments_stay_as_they_were_left_and_go_by_age_owner_and_rule(open(), &mut reopen, &look);
    additions::what_is_beyond_the_rule_is_trimmed(open(), &mut reopen, &look);
}

fn what_is_written_is_there_after_a_restart<S: Store>(mut store: S, reopen: &mut impl FnMut(S) -> S) {
    let empty = store.contents().unwrap();
    assert!(empty.certificate_key.is_none() && empty.accounts.is_empty() && empty.devices.is_empty());
    assert_eq!(empty.counters, Counters::default());
    assert!(waiting(&mut store).is_empty());

    let counters = Counters {
        next_message: MessageId(77),
        next_device: DeviceNumber(3),
        next_event: EventNumber(12),
        ageing_clock: Some(Timestamp(123)),
    };
    let mut nameless = account(2, 2);
    nameless.account.handle = None;
    nameless.account.registered_at = None;
    let accounts = vec![account(1, 1), nameless];
    let seen =
        LastSeen { device: DeviceNumber(1), at: Some(Timestamp(99)), address: Some([192, 0, 2, 1].into()) };
    let changes = Changes {
        certificate_key: Some(SecretBytes::from_bytes([5; 32])),
        keeping: Some(Set { keeping: "{}".to_owned(), at: Timestamp(5) }),
        accounts: accounts.clone(),
        seen: vec![seen],
        counters,
        ..Changes::default()
    };
    store.apply(&changes).unwrap();
    let mut store = reopen(store);
    let contents = store.contents().unwrap();
    assert_eq!(*contents.certificate_key.unwrap().to_bytes(), [5; 32]);
    assert_eq!(contents.counters, counters);
    let mut found = contents.accounts;
    found.sort_by_key(|row| row.account);
    assert_eq!(found, accounts.iter().map(|registration| registration.account.clone()).collect::<Vec<_>>());
    let mut first = accounts[0].device.clone();
    (first.last_seen, first.last_address) = (seen.at, seen.address);
    assert_eq!(contents.devices, [first, accounts[1].device.clone()]);
}

fn messages_wait_in_order_and_are_read_as_asked<S: Store>(mut store: S, reopen: &mut impl FnMut(S) -> S) {
    let rows = [message(1, 1, Some(4)), message(2, 2, None), message(3, 1, None), message(40, 1, None)];
    store.apply(&Changes { messages: rows[..2].to_vec(), ..Changes::default() }).unwrap();
    store.apply(&Changes { messages: rows[2..].to_vec(), ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    assert_eq!(waiting(&mut store), [(1, 1, 1_000), (2, 2, 2_000), (1, 3, 3_000), (1, 40, 40_000)]);
    let asked = [MessageId(40), MessageId(1), MessageId(2)];
    let expected = [rows[3].clone(), rows[0].clone(), rows[1].clone()];
    assert_eq!(store.messages(&asked).unwrap(), expected);

    let delivered = vec![(MessageId(1), Timestamp(6_000_000)), (MessageId(999), Timestamp(0))];
    let removed = vec![MessageId(2), MessageId(998)];
    store.apply(&Changes { delivered, removed, ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    assert_eq!(waiting(&mut store), [(1, 3, 3_000), (1, 40, 40_000)]);
    assert_eq!(store.messages(&[MessageId(2)]), Err(StoreError::Damaged));
    let kept = store.messages(&[MessageId(1)]).unwrap();
    assert_eq!(kept[0].delivered_at, Some(Timestamp(6_000_000)));
    assert_eq!(kept[0].payload, rows[0].payload);
}

fn changes_are_written_whole_or_not_at_all<S: Store>(mut store: S, reopen: &mut impl FnMut(S) -> S) {
    store.apply(&Changes { accounts: vec![account(1, 1)], ..Changes::default() }).unwrap();
    let not_there = Taken { device: DeviceNumber(1), kind: PreKeyKind::OneTime, id: PreKeyId(77) };
    let there = Taken { id: PreKeyId(1), ..not_there };
    let counters = Counters { next_message: MessageId(500), ..Counters::default() };
    let bad = Changes {
        accounts: vec![account(2, 2)],
        taken: vec![there, not_there],
        messages: vec![message(1, 1, None)],
        counters,
        ..Changes::default()
    };
    assert_eq!(store.apply(&bad), Err(StoreError::Damaged));
    for _ in 0..2 {
        let contents = store.contents().unwrap();
        assert_eq!((contents.accounts.len(), contents.devices.len()), (1, 1));
        assert_eq!(contents.counters, Counters::default());
        assert!(waiting(&mut store).is_empty());
        assert_eq!(store.stock(DeviceNumber(1)).unwrap(), Stock { one_time: 2, one_time_kem: 2 });
        store = reopen(store);
    }
    // A second registration of the same number or key is a mistake of the caller's, and it leaves nothing behind
    // either.
    let mut twin = account(3, 3);
    twin.account.handle = account(1, 1).account.handle;
    assert_eq!(
        store.apply(&Changes { accounts: vec![twin], ..Changes::default() }),
        Err(StoreError::Damaged)
    );
    assert_eq!(store.contents().unwrap().accounts.len(), 1);
}

fn prekeys_go_lowest_first_and_once<S: Store>(mut store: S, reopen: &mut impl FnMut(S) -> S) {
    let device = DeviceNumber(1);
    let accounts = vec![account(1, 1), account(2, 2)];
    store.apply(&Changes { accounts, ..Changes::default() }).unwrap();
    assert_eq!(store.stock(device).unwrap(), Stock { one_time: 2, one_time_kem: 2 });
    let first = store.prekeys(device, Skip::default()).unwrap();
    assert_eq!((first.one_time, first.one_time_kem), (Some(one_time(1)), Some(kem(1))));
    assert_eq!((first.signed.id, first.last_resort), (PreKeyId(9), kem(10)));
    let third = store.prekeys(device, Skip { one_time: 2, one_time_kem: 1 }).unwrap();
    assert_eq!((third.one_time, third.one_time_kem), (None, Some(kem(2))));

    let one = Taken { device, kind: PreKeyKind::OneTime, id: PreKeyId(1) };
    let taken = vec![one, Taken { kind: PreKeyKind::OneTimeKem, ..one }];
    store.apply(&Changes { taken, ..Changes::default() }).unwrap();
    assert_eq!(store.apply(&Changes { taken: vec![one], ..Changes::default() }), Err(StoreError::Damaged));
    let signed = SignedPreKey { id: PreKeyId(20), key: FixedBytes([3; 32]), signature: FixedBytes([4; 64]) };
    let upload = Upload {
        device,
        prekeys: PreKeyUpload {
            signed: Some(signed),
            last_resort: Some(kem(21)),
            one_time: vec![one_time(30)],
            one_time_kem: Vec::new(),
        },
        next_one_time: 31,
        next_one_time_kem: 3,
    };
    store.apply(&Changes { prekeys: vec![upload], ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let now = store.prekeys(device, Skip::default()).unwrap();
    assert_eq!((now.signed, now.last_resort), (signed, kem(21)));
    assert_eq!((now.one_time, now.one_time_kem), (Some(one_time(2)), Some(kem(2))));
    assert_eq!(store.stock(device).unwrap(), Stock { one_time: 2, one_time_kem: 1 });
    assert_eq!(store.contents().unwrap().devices[0].next_one_time, 31);
    assert_eq!(store.stock(DeviceNumber(2)).unwrap(), Stock { one_time: 2, one_time_kem: 2 });
}

fn a_closed_account_leaves_nothing<S: Store>(mut store: S, reopen: &mut impl FnMut(S) -> S) {
    let messages = vec![message(1, 1, None), message(2, 2, Some(1)), message(3, 1, None)];
    let accounts = vec![account(1, 1), account(2, 2)];
    store.apply(&Changes { accounts, messages, ..Changes::default() }).unwrap();
    let delivered = vec![(MessageId(3), Timestamp(9_000_000))];
    store.apply(&Changes { delivered, ..Changes::default() }).unwrap();
    let closing = Closing {
        account: AccountId([1; 16]),
        devices: vec![DeviceNumber(1)],
        waiting: vec![MessageId(1)],
        groups: Vec::new(),
    };
    store.apply(&Changes { closed: vec![closing], ..Changes::default() }).unwrap();
    let mut store = reopen(store);
    let contents = store.contents().unwrap();
    assert_eq!((contents.accounts.len(), contents.devices.len()), (1, 1));
    assert_eq!(contents.accounts[0].account, AccountId([2; 16]));
    assert_eq!(waiting(&mut store), [(2, 2, 2_000)]);
    assert_eq!(store.messages(&[MessageId(3)]), Err(StoreError::Damaged));
    assert_eq!(store.stock(DeviceNumber(1)).unwrap(), Stock::default());
    assert_eq!(store.prekeys(DeviceNumber(1), Skip::default()), Err(StoreError::Damaged));
}

fn delivered_messages_are_forgotten_oldest_first<S: Store>(mut store: S, reopen: &mut impl FnMut(S) -> S) {
    let messages = (1..=5).map(|number| message(number, 1, None)).collect();
    store.apply(&Changes { messages, ..Changes::default() }).unwrap();
    // The messages were delivered in another order than accepted. The fourth is not delivered.
    let delivered = [(1, 400), (2, 100), (3, 300), (5, 200)];
    let delivered = delivered.map(|(number, time)| (MessageId(number), Timestamp(time))).to_vec();
    store.apply(&Changes { delivered, ..Changes::default() }).unwrap();
    let forget = |store: &mut S, time, most| {
        let forget = Some(Forget { delivered_by: Timestamp(time), attachments_by: None, most });
        store.apply(&Changes { forget, ..Changes::default() }).unwrap().forgotten
    };
    assert_eq!(forget(&mut store, 99, 10), 0);
    assert_eq!(forget(&mut store, 300, 2), 2);
    let mut store = reopen(store);
    assert_eq!(store.messages(&[MessageId(2)]), Err(StoreError::Damaged));
    assert_eq!(store.messages(&[MessageId(5)]), Err(StoreError::Damaged));
    assert_eq!(forget(&mut store, 300, 2), 1);
    assert_eq!(store.messages(&[MessageId(1), MessageId(4)]).unwrap().len(), 2);
}
