//! Rows that the suite writes, and a short form of messages that wait.

use pillarbox_wire::{
    AccountId, Bytes, DeviceAddress, DeviceId, FixedBytes, Handle, KemPreKey, MessageId, OneTimePreKey,
    PreKeyId, PreKeyUpload, SignedPreKey, Timestamp,
};

use crate::store::{AccountRow, DeviceNumber, DeviceRow, MessageRow, Registration, Store};

pub(super) fn account(name: u8, number: u32) -> Registration {
    let account = AccountId([name; 16]);
    Registration {
        account: AccountRow {
            account,
            handle: Handle::parse(&format!("+44770090{:04}", u32::from(name))).ok(),
            registered_at: Some(Timestamp(1_000 + u64::from(name))),
            identity_signing: FixedBytes([name; 32]),
            identity_agreement: FixedBytes([name.wrapping_add(1); 32]),
            identity_cross_signature: FixedBytes([name; 64]),
            delivery_verifier: FixedBytes([name.wrapping_add(2); 32]),
        },
        device: DeviceRow {
            device_number: DeviceNumber(number),
            account,
            device: DeviceId::FIRST,
            device_key: FixedBytes([name; 32]),
            last_seen: None,
            last_address: None,
            next_one_time: 3,
            next_one_time_kem: 3,
        },
        prekeys: PreKeyUpload {
            signed: Some(SignedPreKey {
                id: PreKeyId(9),
                key: FixedBytes([9; 32]),
                signature: FixedBytes([9; 64]),
            }),
            last_resort: Some(kem(10)),
            one_time: vec![one_time(2), one_time(1)],
            one_time_kem: vec![kem(1), kem(2)],
        },
    }
}

pub(super) fn one_time(id: u32) -> OneTimePreKey {
    OneTimePreKey { id: PreKeyId(id), key: FixedBytes([id as u8; 32]) }
}

pub(super) fn kem(id: u32) -> KemPreKey {
    KemPreKey {
        id: PreKeyId(id),
        key: Box::new(FixedBytes([id as u8; 1184])),
        signature: FixedBytes([id as u8; 64]),
    }
}

pub(super) fn message(number: u64, mailbox: u32, sender: Option<u8>) -> MessageRow {
    MessageRow {
        message: MessageId(number),
        mailbox: DeviceNumber(mailbox),
        accepted_at: Timestamp(5_000_000 + number),
        sender: sender.map(|name| DeviceAddress { account: AccountId([name; 16]), device: DeviceId(3) }),
        delivered_at: None,
        payload: Bytes(vec![number as u8; number as usize * 1_000]),
    }
}

pub(super) fn waiting<S: Store>(store: &mut S) -> Vec<(u32, u64, u16)> {
    let mut all = Vec::new();
    store.waiting(&mut |mailbox, waiting| all.push((mailbox.0, waiting.message.0, waiting.size))).unwrap();
    all
}
