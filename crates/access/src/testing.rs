//! Rows for this crate's unit tests: two accounts and, if wanted, everything that a relay can have about one of them.

use std::net::IpAddr;

use pillarbox_client::BodyId;
use pillarbox_client::body::{Body, Content, Text};
use pillarbox_relay::store::{
    AccountRow, ChannelRow, Counters, DepositRow, DeviceNumber, DeviceRow, EventNumber, EventRow, MessageRow,
    PublishedRow,
};
use pillarbox_relay::{Holdings, Keeping, Logged};
use pillarbox_session::kind::SERVER_READABLE;
use pillarbox_wire::{
    AccountId, Bytes, ChannelName, DepositKind, DeviceAddress, DeviceId, FixedBytes, Handle, MessageId,
    Timestamp, encode,
};

use crate::view::RelayHoldings;

/// The person whom demands name: the seed of the account's id, and its number.
pub(crate) const TARGET: (u8, &str) = (1, "+447700900101");
/// The other person. See [`TARGET`].
pub(crate) const OTHER: (u8, &str) = (2, "+447700900102");
/// The network address of both accounts. The two people sit at one table.
pub(crate) const ADDRESS: &str = "192.0.2.7";
/// The text of the message.
pub(crate) const WORDS: &str = "under the clock at six";
/// 22 March 2017, 14:37 UTC.
pub(crate) const AT: Timestamp = Timestamp(1_490_193_420_000);

pub(crate) fn account((seed, _): (u8, &str)) -> AccountId {
    AccountId([seed; 16])
}

pub(crate) fn number((_, number): (u8, &str)) -> Handle {
    Handle::parse(number).unwrap()
}

/// Encodes a message in the clear.
pub(crate) fn readable(words: &str) -> Vec<u8> {
    let text = Text { id: BodyId(FixedBytes([7; 16])), sent_at: AT, text: words.into(), expires_after: None };
    let body = encode(&Body { introduction: None, content: Content::Text(text) }).unwrap();
    [&[SERVER_READABLE][..], &body].concat()
}

fn address() -> Option<IpAddr> {
    Some(ADDRESS.parse().unwrap())
}

fn account_row(who: (u8, &str), whole: bool) -> AccountRow {
    AccountRow {
        account: account(who),
        handle: Some(number(who)),
        registered_at: whole.then_some(AT),
        identity_signing: FixedBytes([who.0; 32]),
        identity_agreement: FixedBytes([who.0; 32]),
        identity_cross_signature: FixedBytes([who.0; 64]),
        delivery_verifier: FixedBytes([who.0; 32]),
    }
}

fn device_row(who: (u8, &str), whole: bool) -> DeviceRow {
    DeviceRow {
        device_number: DeviceNumber(who.0.into()),
        account: account(who),
        device: DeviceId::FIRST,
        device_key: FixedBytes([who.0; 32]),
        last_seen: whole.then_some(AT),
        last_address: whole.then(address).flatten(),
        next_one_time: 0,
        next_one_time_kem: 0,
    }
}

fn event(number: u64, what: Logged, by: AccountId, about: Option<AccountId>, name: Option<&str>) -> EventRow {
    let of_message = matches!(what, Logged::Sent | Logged::Delivered);
    EventRow {
        event: EventNumber(number),
        at: AT,
        what,
        account: Some(by),
        about,
        name: name.map(str::to_owned),
        address: address(),
        bytes: of_message.then_some(40),
        message: of_message.then_some(MessageId(number)),
    }
}

fn deposit(by: (u8, &str), kind: DepositKind, subject: &[u8], value: &[u8]) -> DepositRow {
    DepositRow {
        account: account(by),
        kind,
        subject: Bytes(subject.to_vec()),
        value: Bytes(value.to_vec()),
        left_at: AT,
    }
}

fn holdings(rows: Holdings) -> RelayHoldings {
    RelayHoldings::of(rows, None, Vec::new())
}

/// Returns two accounts about which the relay has the least that it can work with.
pub(crate) fn least() -> RelayHoldings {
    let keeping = Keeping { registered: pillarbox_relay::Granularity::Nothing, ..Keeping::LEAST };
    let accounts = [TARGET, OTHER].map(|who| AccountRow { handle: None, ..account_row(who, false) });
    holdings(Holdings {
        keeping: Some(keeping),
        accounts: accounts.into(),
        devices: [TARGET, OTHER].map(|who| device_row(who, false)).into(),
        ..Holdings::default()
    })
}

/// Returns the same two accounts, with everything that a relay can have.
pub(crate) fn everything() -> RelayHoldings {
    let (target, other) = (account(TARGET), account(OTHER));
    let mut deposits = Vec::new();
    for kind in DepositKind::ALL {
        let (subject, value): (&[u8], &[u8]) = match kind {
            DepositKind::Contact | DepositKind::Blocked => (OTHER.1.as_bytes(), b"Bob"),
            DepositKind::Group => (b"g", b"The Clock\n+447700900101\n+447700900102\n"),
            _ => (b"", b"something"),
        };
        deposits.push(deposit(TARGET, kind, subject, value));
    }
    deposits.push(deposit(OTHER, DepositKind::Contact, TARGET.1.as_bytes(), b"Ann"));
    deposits.push(deposit(OTHER, DepositKind::Blocked, TARGET.1.as_bytes(), b""));
    let events = vec![
        event(1, Logged::Registered, target, None, None),
        event(2, Logged::Connected, target, None, None),
        event(3, Logged::LookedUp, other, Some(target), Some(TARGET.1)),
        event(4, Logged::Changed, target, None, Some("name")),
        event(5, Logged::Sent, target, Some(other), None),
        event(6, Logged::Sent, other, Some(target), None),
        event(7, Logged::Connected, other, None, None),
        event(8, Logged::Read, other, Some(target), Some("@clock")),
        event(9, Logged::Fetched, other, Some(target), None),
    ];
    let message = MessageRow {
        message: MessageId(6),
        mailbox: DeviceNumber(TARGET.0.into()),
        accepted_at: AT,
        sender: Some(DeviceAddress { account: other, device: DeviceId::FIRST }),
        delivered_at: Some(AT),
        payload: Bytes(readable(WORDS)),
    };
    let name = ChannelName::try_from("@clock".to_owned()).unwrap();
    let channel =
        ChannelRow { channel: name.clone(), owner: target, opened_at: AT, posted: 1, taken_down: None };
    let post = PublishedRow { channel: name, number: 1, posted_at: AT, content: Bytes(b"Tick.".to_vec()) };
    holdings(Holdings {
        keeping: Some(Keeping { deposits: DepositKind::ALL.to_vec(), channels: true, ..Keeping::HISTORY }),
        counters: Counters { next_message: MessageId(8), ..Counters::default() },
        accounts: [TARGET, OTHER].map(|who| account_row(who, true)).into(),
        devices: [TARGET, OTHER].map(|who| device_row(who, true)).into(),
        messages: vec![message],
        deposits,
        events,
        channels: vec![channel],
        posts: vec![post],
        ..Holdings::default()
    })
}
