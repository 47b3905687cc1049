//! The items that are read from each row. Every struct is destructured whole, so that a new column does not compile
//! until it is listed here.

use std::collections::BTreeSet;

use pillarbox_access::evidence::hexadecimal;
use pillarbox_access::reading::read;
use pillarbox_access::{Blank, Item, ItemAnswer, RelayHoldings};
use pillarbox_relay::store::{
    AccountRow, AttachmentRow, ChannelRow, Counters, DepositRow, DeviceListRow, DeviceRow, EventRow,
    GroupMemberRow, GroupRow, LeafRow, LinkedDeviceRow, MessageRow, PreKeyRow, PublishedRow,
};
use pillarbox_relay::{Holdings, Logged};
use pillarbox_wire::{AccountId, DepositKind};
use serde::Serialize;

use super::papers::{Papers, Shows};

/// A row must be among the exhibits of an item's line about an account.
struct Wanted {
    account: AccountId,
    item: Item,
    place: &'static str,
    how: Shows,
}

/// One row: its name in a failure, and the lines whose exhibits must contain it.
pub(crate) struct Row {
    is: String,
    wanted: Vec<Wanted>,
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// Returns rows that are missing from an answer in which they must be.
pub(crate) fn missing(all: &[Row], holdings: &RelayHoldings, papers: &Papers) -> Vec<String> {
    let here: BTreeSet<AccountId> = holdings.rows().accounts.iter().map(|row| row.account).collect();
    let mut missing = Vec::new();
    for Row { is, wanted } in all {
        if wanted.is_empty() {
            missing.push(format!("no item is read from {is}"));
        }
        for Wanted { account, item, place, how } in wanted {
            let there = if here.contains(account) {
                papers.shows(*account, *item, place, how)
            } else {
                // The log outlives the account. The answer says that rows exist, with their number.
                says_closed(holdings, papers, *account, *item)
            };
            if !there {
                missing.push(format!("{} about {account} lacks {is}", item.as_str()));
            }
        }
    }
    missing.extend(words_for_several(&here, papers));
    missing
}

fn says_closed(holdings: &RelayHoldings, papers: &Papers, account: AccountId, item: Item) -> bool {
    let events = holdings.rows().events.iter();
    let rows = events.filter(|event| event.account == Some(account) || event.about == Some(account)).count();
    let says = ItemAnswer::NoneHeld { reason: Blank::ClosedAndLogged { rows: rows as u64 } };
    papers.line(account, item).is_some_and(|line| line.answer == says)
}

/// Checks that a collective item rests on the rows of its parts.
fn words_for_several(here: &BTreeSet<AccountId>, papers: &Papers) -> Vec<String> {
    let mut missing = Vec::new();
    for item in Item::ALL.iter().copied().filter(|item| item.is_several()) {
        for account in here {
            let parts = item.contains().iter().filter_map(|part| papers.line(*account, *part));
            let parts = parts.filter(|line| matches!(line.answer, ItemAnswer::Returned { .. }));
            let whole = papers.line(*account, item);
            for exhibit in parts.flat_map(|line| &line.exhibits) {
                if !whole.is_some_and(|whole| whole.exhibits.contains(exhibit)) {
                    missing.push(format!("{} about {account} lacks {exhibit:?}", item.as_str()));
                }
            }
        }
    }
    missing
}

/// Returns every row, with the lines whose exhibits must contain it.
pub(crate) fn of_holdings(holdings: &RelayHoldings) -> Vec<Row> {
    let Holdings {
        // The relay's own rule and its beginning are about nobody.
        keeping: _,
        keeping_since: _,
        // This is a finding about the copy, and not a row.
        completeness: _,
        counters,
        accounts,
        devices,
        device_lists,
        linked_devices,
        prekeys,
        messages,
        deposits,
        events,
        channels,
        posts,
        leaves,
        groups,
        group_members,
        attachments,
    } = holdings.rows();
    let mut rows: Vec<Row> = Vec::new();
    counts(counters, holdings);
    rows.extend(accounts.iter().map(of_account));
    rows.extend(devices.iter().map(of_device));
    rows.extend(device_lists.iter().map(of_list));
    rows.extend(linked_devices.iter().map(of_linked));
    rows.extend(prekeys.iter().map(|row| of_prekey(row, holdings)));
    rows.extend(messages.iter().map(|row| of_message(row, holdings)));
    rows.extend(deposits.iter().map(|row| of_deposit(row, holdings)));
    rows.extend(events.iter().map(of_event));
    rows.extend(addresses(holdings));
    rows.extend(channels.iter().map(of_channel));
    rows.extend(posts.iter().map(|row| of_post(row, holdings)));
    rows.extend(leaves.iter().filter_map(|row| of_leaf(row, holdings)));
    rows.extend(groups.iter().map(|row| of_group(row, holdings)));
    rows.extend(group_members.iter().map(of_group_member));
    rows.extend(attachments.iter().map(of_attachment));
    rows
}

/// The relay's own numbering is about everybody together. Each paper states the number of messages. The rest are
/// numbers that the relay must not use twice, and its own clock.
fn counts(counters: &Counters, holdings: &RelayHoldings) {
    let Counters { next_message, next_device: _, next_event: _, ageing_clock: _ } = counters;
    assert_eq!(holdings.passed(), next_message.0 - 1);
}

fn of_account(row: &AccountRow) -> Row {
    let AccountRow {
        account,
        handle,
        registered_at,
        identity_signing,
        identity_agreement,
        identity_cross_signature,
        delivery_verifier,
    } = row;
    let wanted =
        |item, value: String| Wanted { account: *account, item, place: "accounts", how: Shows::Has(value) };
    let mut all = vec![wanted(Item::AccountRecord, account.to_string())];
    all.extend(handle.iter().map(|number| wanted(Item::PhoneNumber, number.to_string())));
    for at in registered_at.iter() {
        all.push(wanted(Item::RegisteredDate, json(&at.day())));
        all.extend((*at != at.day()).then(|| wanted(Item::RegisteredAt, json(at))));
    }
    let keys =
        [identity_signing, identity_agreement, delivery_verifier].map(|key| hexadecimal(key.as_bytes()));
    let cross_signature = hexadecimal(identity_cross_signature.as_bytes());
    all.extend(keys.into_iter().chain([cross_signature]).map(|key| wanted(Item::PublicKey, key)));
    Row { is: json(row), wanted: all }
}

fn of_device(row: &DeviceRow) -> Row {
    let DeviceRow {
        device_number,
        account,
        device: _, // The first of its account's, as every device here.
        device_key,
        last_seen,
        last_address,
        next_one_time,
        next_one_time_kem,
    } = row;
    let wanted =
        |item, value: String| Wanted { account: *account, item, place: "devices", how: Shows::Is(value) };
    let uploaded = (next_one_time, next_one_time_kem);
    let keys = json(&(device_number, hexadecimal(device_key.as_bytes()), uploaded));
    let mut all = vec![wanted(Item::PublicKey, keys)];
    all.extend(last_seen.iter().map(|at| wanted(Item::LastSeenDate, json(at))));
    all.extend(last_address.iter().map(|address| wanted(Item::IpAddress, json(address))));
    Row { is: json(row), wanted: all }
}

fn of_list(row: &DeviceListRow) -> Row {
    let DeviceListRow { account, version: _, signature: _ } = row;
    let how = Shows::Is(json(row));
    let wanted = Wanted { account: *account, item: Item::PublicKey, place: "device_lists", how };
    Row { is: json(row), wanted: vec![wanted] }
}

fn of_linked(row: &LinkedDeviceRow) -> Row {
    let LinkedDeviceRow {
        account,
        device: _,
        identity_signing: _,
        identity_agreement: _,
        identity_cross_signature: _,
        consent: _,
    } = row;
    let how = Shows::Is(json(row));
    let wanted = Wanted { account: *account, item: Item::PublicKey, place: "linked_devices", how };
    Row { is: json(row), wanted: vec![wanted] }
}

fn of_prekey(row: &PreKeyRow, holdings: &RelayHoldings) -> Row {
    // The key itself is public, and its signature is the owner's. The row shows which keys remain.
    let PreKeyRow { device_number, kind, id, key: _, signature: _ } = row;
    let owner = holdings.rows().address(*device_number);
    let how = || Shows::Has(json(&(kind, id)));
    let wanted = owner.map(|owner| Wanted {
        account: owner.account,
        item: Item::PublicKey,
        place: "prekeys",
        how: how(),
    });
    Row { is: format!("prekey {kind} {id:?} of {device_number:?}"), wanted: wanted.into_iter().collect() }
}

fn of_message(row: &MessageRow, holdings: &RelayHoldings) -> Row {
    let MessageRow { message, mailbox, accepted_at: _, sender, delivered_at, payload } = row;
    let to = holdings.rows().address(*mailbox).map(|address| address.account);
    let from = sender.map(|address| address.account);
    let mut all = Vec::new();
    let is_logged = holdings
        .rows()
        .events
        .iter()
        .any(|event| event.what == Logged::Sent && event.message == Some(*message));
    let is_readable = read(payload.as_slice(), holdings).readable.is_some();
    // A party that has closed its account is still a party, but only the other party's answer has the row.
    let here = |account: &AccountId| holdings.rows().accounts.iter().any(|row| row.account == *account);
    for account in [from, to].into_iter().flatten().filter(here).collect::<BTreeSet<_>>() {
        let mut wants = |item, how| all.push(Wanted { account, item, place: "messages", how });
        let header = || Shows::Begins(format!("[{},", message.0));
        let whole = || Shows::Is(hexadecimal(payload.as_slice()));
        wants(Item::MessageContent, whole());
        if delivered_at.is_some() {
            wants(Item::DeliveredMessages, whole());
        }
        if is_readable {
            wants(Item::RealVsNoiseMessages, header());
        }
        // The row need not repeat what the log says of a message.
        if !is_logged {
            wants(Item::MessageTimes, header());
            wants(Item::MessageCount, header());
            if from.is_some() && to.is_some() {
                wants(Item::MessageSourceDestination, header());
            }
            if to == Some(account) {
                wants(Item::QueueMessageCount, header());
            }
        }
    }
    Row { is: format!("message {message:?}"), wanted: all }
}

fn of_attachment(row: &AttachmentRow) -> Row {
    let AttachmentRow { attachment: _, number: _, owner, left_at: _, part: _ } = row;
    let how = Shows::Is(json(row));
    let wanted = Wanted { account: *owner, item: Item::MessageContent, place: "attachments", how };
    Row { is: json(row), wanted: vec![wanted] }
}

fn of_deposit(row: &DepositRow, holdings: &RelayHoldings) -> Row {
    let DepositRow { account, kind, subject, value: _, left_at: _ } = row;
    // The person whom an entry of an address book or of a block list is about.
    let about = || {
        let accounts = holdings.rows().accounts.iter();
        accounts
            .filter(|row| {
                row.handle.as_ref().is_some_and(|number| number.as_str().as_bytes() == subject.as_slice())
            })
            .map(|row| row.account)
            .filter(|about| about != account)
            .collect::<Vec<_>>()
    };
    let (own, others): (&[Item], Option<Item>) = match kind {
        DepositKind::Name => (&[Item::Name], None),
        DepositKind::DisplayName => (&[Item::DisplayName], None),
        DepositKind::UserName => (&[Item::UserId], None),
        DepositKind::Email => (&[Item::Email], None),
        DepositKind::EmailHash => (&[Item::EmailHash], None),
        DepositKind::NumberHash => (&[Item::PhoneNumberHash], None),
        DepositKind::About => (&[Item::AboutText], None),
        DepositKind::ProfileImage => (&[Item::ProfileImage], None),
        DepositKind::Avatar => (&[Item::AvatarImage], None),
        DepositKind::DeviceType => (&[Item::DeviceTypes], None),
        DepositKind::AppVersion => (&[Item::AppVersion], None),
        DepositKind::PushToken => (&[Item::PushToken], None),
        DepositKind::ExternalId => (&[Item::ExternalIdCount], None),
        DepositKind::Contact => (&[Item::AddressBookContacts], Some(Item::UsersWithTargetInAddressBook)),
        DepositKind::Blocked => (&[Item::BlockedUsers], Some(Item::BlockedByUsers)),
        DepositKind::Group => (&[Item::GroupInfo, Item::GroupMembership], None),
        DepositKind::Follows => (&[Item::ChannelsRead], None),
        DepositKind::BackupPart => (&[Item::DeviceBackup, Item::MessageContent], None),
        DepositKind::BackupKey => (&[Item::BackupKeys, Item::MessageContent], None),
    };
    let wanted = |account, item| Wanted { account, item, place: "deposits", how: Shows::Is(json(row)) };
    let mut all: Vec<Wanted> = own.iter().map(|item| wanted(*account, *item)).collect();
    all.extend(
        others
            .into_iter()
            .flat_map(|item| about().into_iter().map(move |account| (account, item)))
            .map(|(account, item)| wanted(account, item)),
    );
    Row { is: json(row), wanted: all }
}

fn of_event(row: &EventRow) -> Row {
    let EventRow { event: _, at: _, what, account, about, name: _, address, bytes: _, message: _ } = row;
    let with_address = |items: &'static [Item]| if address.is_some() { items } else { &[] };
    let (by, of): (Vec<&[Item]>, Vec<&[Item]>) = match what {
        Logged::Registered => {
            (vec![&[Item::RegisteredAt, Item::RegisteredDate], with_address(&[Item::RegistrationIp])], vec![])
        }
        Logged::Connected => (vec![&[Item::QueueRecipientOnline], with_address(&[Item::IpLog])], vec![]),
        Logged::LookedUp | Logged::Fetched => (vec![&[Item::LookupLog]], vec![&[Item::LookupLog]]),
        Logged::Sent => {
            const EACH: &[Item] = &[Item::MessageTimes, Item::MessageCount];
            let both: &[Item] =
                if account.is_some() && about.is_some() { &[Item::MessageSourceDestination] } else { &[] };
            let came: &[Item] = &[Item::QueueMessageCount, Item::QueueSenderOnline];
            (vec![EACH, both], vec![EACH, both, came])
        }
        Logged::Delivered => (vec![&[Item::MessageCount]], vec![]),
        Logged::Changed => (vec![&[Item::SettingsChanges]], vec![]),
        Logged::Read => (vec![&[Item::ChannelsRead]], vec![&[Item::ChannelsRead]]),
    };
    let wanted = |account, item| Wanted { account, item, place: "events", how: Shows::Is(json(row)) };
    let mut all = Vec::new();
    for (who, items) in [(account, by), (about, of)] {
        for account in who.iter() {
            all.extend(items.iter().copied().flatten().map(|item| wanted(*account, *item)));
        }
    }
    Row { is: json(row), wanted: all }
}

/// Accounts that were used from one internet address are joined by it.
fn addresses(holdings: &RelayHoldings) -> Vec<Row> {
    let rows = holdings.rows();
    let of_devices = rows.devices.iter().filter_map(|row| Some((row.account, row.last_address?)));
    let of_events = rows.events.iter().filter_map(|row| Some((row.account?, row.address?)));
    let uses: BTreeSet<_> = of_devices.chain(of_events).collect();
    let here = |account: &AccountId| rows.accounts.iter().any(|row| row.account == *account);
    let joined = uses.iter().filter(|(account, address)| {
        here(account) && uses.iter().any(|(other, same)| same == address && other != account)
    });
    joined
        .map(|(account, address)| Row {
            is: format!("{account} at {address}"),
            wanted: vec![Wanted {
                account: *account,
                item: Item::QueueCorrelation,
                place: "addresses",
                how: Shows::Is(json(&(account.to_string(), address))),
            }],
        })
        .collect()
}

fn of_channel(row: &ChannelRow) -> Row {
    let ChannelRow { channel: _, owner, opened_at: _, posted: _, taken_down: _ } = row;
    let how = Shows::Is(json(row));
    let wanted = Wanted { account: *owner, item: Item::ChannelsOpened, place: "channels", how };
    Row { is: json(row), wanted: vec![wanted] }
}

/// An entry of the public log. Entries of a closed account are kept, and the rows do not show whose they were.
fn of_leaf(row: &LeafRow, holdings: &RelayHoldings) -> Option<Row> {
    let LeafRow { place: _, label, count: _, binding: _, at: _ } = row;
    let mut accounts = holdings.rows().accounts.iter().map(|row| row.account);
    let account = accounts.find(|account| pillarbox_crypto::log::label(&account.0) == label.0)?;
    let how = Shows::Is(json(row));
    let wanted = Wanted { account, item: Item::PublicKey, place: "directory_log", how };
    Some(Row { is: json(row), wanted: vec![wanted] })
}

/// A group is part of the answers about everybody who is or was in it.
fn of_group(row: &GroupRow, holdings: &RelayHoldings) -> Row {
    let GroupRow { group_id, version: _, name: _ } = row;
    let members = holdings.rows().group_members.iter().filter(|member| member.group_id == *group_id);
    let wanted = members.flat_map(|member| in_group(member.account, "groups", json(row)));
    Row { is: json(row), wanted: wanted.collect() }
}

fn of_group_member(row: &GroupMemberRow) -> Row {
    let GroupMemberRow { group_id: _, account, standing: _, acted_by: _, at: _ } = row;
    Row { is: json(row), wanted: in_group(*account, "group_members", json(row)).into() }
}

fn in_group(account: AccountId, place: &'static str, row: String) -> [Wanted; 2] {
    [Item::GroupInfo, Item::GroupMembership].map(|item| Wanted {
        account,
        item,
        place,
        how: Shows::Is(row.clone()),
    })
}

fn of_post(row: &PublishedRow, holdings: &RelayHoldings) -> Row {
    let PublishedRow { channel, number: _, posted_at: _, content: _ } = row;
    let of = holdings.rows().channels.iter().filter(|known| known.channel == *channel);
    let wanted = of.map(|known| Wanted {
        account: known.owner,
        item: Item::ChannelPosts,
        place: "posts",
        how: Shows::Is(json(row)),
    });
    Row { is: json(row), wanted: wanted.collect() }
}
