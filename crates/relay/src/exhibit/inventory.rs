//! The whole inventory of a relay: every field of every frame, every column of its own rows, and what a connection
//! shows. It says what the relay does with each field and for how long, under a given [`Keeping`].
//!
//! Nothing here is a list by hand. The fields come from the exhaustive destructuring of the frames and rows. The
//! retention of each comes from the same [`Keeping`] that decides what is written.

use std::fmt;

use pillarbox_wire::Duration;
use pillarbox_wire::inventory::{Class, FrameDirection, InventoryEntry, InventoryField, StoragePlace, WIRE};

use crate::exhibit::passing::PASSING;
use crate::rules::keeping::{Granularity, Keeping, Logged, span};
use crate::store::{
    ACCOUNT, ATTACHMENT, CHANNEL, COMMIT_COUNT, COUNTERS, DEPOSIT, DEVICE, DEVICE_LISTS, EVENT, GROUP,
    GROUP_MEMBER, LEAF, LINKED_DEVICE, MESSAGE, PREKEY, PUBLISHED,
};

/// The relay's own tables: its rows, and what it sees of a connection.
pub const OWN: &[InventoryEntry] = &[
    InventoryEntry { direction: FrameDirection::Own, fields: ACCOUNT },
    InventoryEntry { direction: FrameDirection::Own, fields: DEVICE },
    InventoryEntry { direction: FrameDirection::Own, fields: DEVICE_LISTS },
    InventoryEntry { direction: FrameDirection::Own, fields: LINKED_DEVICE },
    InventoryEntry { direction: FrameDirection::Own, fields: PREKEY },
    InventoryEntry { direction: FrameDirection::Own, fields: MESSAGE },
    InventoryEntry { direction: FrameDirection::Own, fields: DEPOSIT },
    InventoryEntry { direction: FrameDirection::Own, fields: EVENT },
    InventoryEntry { direction: FrameDirection::Own, fields: CHANNEL },
    InventoryEntry { direction: FrameDirection::Own, fields: PUBLISHED },
    InventoryEntry { direction: FrameDirection::Own, fields: LEAF },
    InventoryEntry { direction: FrameDirection::Own, fields: GROUP },
    InventoryEntry { direction: FrameDirection::Own, fields: GROUP_MEMBER },
    InventoryEntry { direction: FrameDirection::Own, fields: ATTACHMENT },
    InventoryEntry { direction: FrameDirection::Own, fields: COUNTERS },
    InventoryEntry { direction: FrameDirection::Own, fields: COMMIT_COUNT },
    InventoryEntry { direction: FrameDirection::Own, fields: PASSING },
];

/// The time for which a relay keeps a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptFor {
    /// Not at all: it passes through.
    No,
    /// While the account exists.
    WithAccount,
    /// While the account exists, but only to the day.
    WithAccountByDay,
    /// Until it is handed out or replaced, or the account is closed.
    UntilHandedOut,
    /// Until the message is delivered, and no longer than a limit.
    UntilDelivered {
        /// The longest time that it waits undelivered.
        at_most: Duration,
    },
    /// For a time after the message was delivered; undelivered no longer than a limit.
    AfterDelivery {
        /// The time for which it is kept after delivery.
        stays: Duration,
        /// The longest time that it waits undelivered.
        at_most: Duration,
    },
    /// Until the phone withdraws it, or the account is closed.
    UntilTakenBack,
    /// Until the owner's account is closed or the operator takes the channel down.
    Published,
    /// For a time after it was left, or until the account is closed.
    ForTime(Duration),
    /// Until nobody is left in the group.
    WithGroup,
    /// In the log of events, whatever happens to the account.
    InLog {
        /// The longest time among the rules that have it logged.
        at_most: Duration,
        /// True if the rules concern everybody, and not only the accounts that they name.
        everybody: bool,
    },
    /// As long as the relay's database exists.
    WithRelay,
    /// As long as the operator keeps what the relay prints.
    WithLog,
    /// In memory only, until the relay stops.
    InMemory,
}

impl KeptFor {
    /// Returns whether the field is stored at all.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        !matches!(self, Self::No)
    }
}

impl fmt::Display for KeptFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::No => f.write_str("not kept"),
            Self::WithAccount => f.write_str("until the account is closed"),
            Self::WithAccountByDay => f.write_str("until the account is closed, to the day"),
            Self::UntilHandedOut => f.write_str("until handed out or replaced"),
            Self::UntilDelivered { at_most } => {
                write!(f, "until delivered, at most {} days", at_most.as_days())
            }
            Self::AfterDelivery { stays, at_most } => {
                write!(f, "{} days after delivery, undelivered {}", stays.as_days(), at_most.as_days())
            }
            Self::UntilTakenBack => f.write_str("until taken back, or the account is closed"),
            Self::Published => f.write_str("until the account is closed or the channel taken down"),
            Self::ForTime(time) => write!(f, "{}, or until the account is closed", span::words(*time)),
            Self::WithGroup => f.write_str("until nobody is in the group any more"),
            Self::InLog { at_most, everybody } => {
                let whose = if *everybody { "" } else { ", of some accounts" };
                write!(f, "in the log, {}{whose}", span::words(*at_most))
            }
            Self::WithRelay => f.write_str("as long as the relay"),
            Self::WithLog => f.write_str("as long as its log is kept"),
            Self::InMemory => f.write_str("in memory, until it stops"),
        }
    }
}

/// One line of the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InventoryLine {
    /// The direction of the frame.
    pub direction: FrameDirection,
    /// The frame or record.
    pub record: &'static str,
    /// The field in it.
    pub field: &'static str,
    /// The kind of data.
    pub class: Class,
    /// The time for which it is kept.
    pub kept: KeptFor,
    /// The reason for keeping it.
    pub why: &'static str,
}

/// Lists every field that a relay with these settings can see. Fields of a table that stays empty are left out.
/// `operations` are the tables of the program around the relay: its logs and its metrics.
#[must_use]
pub fn whole(keeping: &Keeping, operations: &[InventoryEntry]) -> Vec<InventoryLine> {
    let own = OWN.iter().filter(|entry| may_hold(entry, keeping));
    let entries = WIRE.iter().chain(own).chain(operations);
    let lines =
        entries.flat_map(|entry| entry.fields.iter().map(|field| line(entry.direction, field, keeping)));
    lines.collect()
}

/// Returns whether one of the relay's own tables has anything in it. The tables for additions stay empty unless the
/// rule says otherwise.
fn may_hold(entry: &InventoryEntry, keeping: &Keeping) -> bool {
    entry.fields.iter().any(|field| match field.place {
        StoragePlace::Deposits
        | StoragePlace::Channels
        | StoragePlace::EventLog
        | StoragePlace::Groups
        | StoragePlace::Attachments
        | StoragePlace::DirectoryLog => kept(field, field.place, keeping).is_kept(),
        _ => true,
    })
}

fn line(direction: FrameDirection, field: &InventoryField, keeping: &Keeping) -> InventoryLine {
    let InventoryField { record, name, class, place, why } = *field;
    InventoryLine { direction, record, field: name, class, kept: kept(field, place, keeping), why }
}

/// Returns the events that log a field, and whether only a rule that keeps addresses does so.
///
/// A frame's field is stored with the frame's content, and also in the log. Of these two, the log outlasts the
/// account.
fn written_by(field: &InventoryField) -> (&'static [Logged], bool) {
    match (field.record, field.name) {
        ("EventRow", "about") => (&[Logged::LookedUp, Logged::Fetched, Logged::Sent, Logged::Read], false),
        ("EventRow", "name") => (&[Logged::LookedUp, Logged::Changed, Logged::Read], false),
        ("EventRow" | "Passing", "bytes") | ("Submit", "to") => (&[Logged::Sent], false),
        ("EventRow", "message") => (&[Logged::Sent, Logged::Delivered], false),
        ("EventRow", "address") | ("Passing", "peer") => (&Logged::ALL, true),
        ("EventRow", _) | ("Passing", "time" | "frame" | "from" | "about") => (&Logged::ALL, false),
        ("LookUp", "handle") | ("Found", "account") => (&[Logged::LookedUp], false),
        ("FetchBundles", "account") => (&[Logged::Fetched], false),
        ("Authenticate", "address") => (&[Logged::Connected], false),
        ("Acknowledge", "messages") => (&[Logged::Delivered], false),
        ("ReadChannel", "channel") => (&[Logged::Read], false),
        _ => (&[], false),
    }
}

fn in_log(field: &InventoryField, keeping: &Keeping) -> Option<KeptFor> {
    let (events, with_address) = written_by(field);
    let rules =
        keeping.log.iter().filter(|rule| events.contains(&rule.what) && (rule.address || !with_address));
    let everybody = rules.clone().any(|rule| rule.only.is_empty());
    rules.map(|rule| rule.keep).max().map(|at_most| KeptFor::InLog { at_most, everybody })
}

fn kept(field: &InventoryField, place: StoragePlace, keeping: &Keeping) -> KeptFor {
    if let Some(kept) = in_log(field, keeping) {
        return kept;
    }
    match (field.record, field.name) {
        ("AccountRow", "registered_at") => by_account(keeping.registered),
        ("DeviceRow", "last_seen") => by_account(keeping.last_seen),
        ("DeviceRow", "last_address") if !keeping.last_address => KeptFor::No,
        ("MessageRow", "sender") | ("Deliver", "from") if !keeping.sender => KeptFor::No,
        ("MessageRow", "delivered_at") if keeping.delivered.is_none() => KeptFor::No,
        _ => match place {
            StoragePlace::Passing | StoragePlace::EventLog => KeptFor::No,
            StoragePlace::Account | StoragePlace::Device => KeptFor::WithAccount,
            StoragePlace::PreKeys => KeptFor::UntilHandedOut,
            StoragePlace::Deposits if keeping.deposits.is_empty() => KeptFor::No,
            StoragePlace::Deposits => KeptFor::UntilTakenBack,
            StoragePlace::Channels if !keeping.channels => KeptFor::No,
            StoragePlace::Channels => KeptFor::Published,
            StoragePlace::Mailbox => match keeping.delivered {
                None => KeptFor::UntilDelivered { at_most: keeping.undelivered },
                Some(stays) => KeptFor::AfterDelivery { stays, at_most: keeping.undelivered },
            },
            StoragePlace::Attachments => keeping.attachments.map_or(KeptFor::No, KeptFor::ForTime),
            StoragePlace::Groups if !keeping.groups => KeptFor::No,
            StoragePlace::Groups => KeptFor::WithGroup,
            StoragePlace::DirectoryLog if !keeping.directory_log => KeptFor::No,
            StoragePlace::DirectoryLog | StoragePlace::Counters => KeptFor::WithRelay,
            StoragePlace::Log => KeptFor::WithLog,
            StoragePlace::Metrics => KeptFor::InMemory,
        },
    }
}

const fn by_account(granularity: Granularity) -> KeptFor {
    match granularity {
        Granularity::Nothing => KeptFor::No,
        Granularity::Day => KeptFor::WithAccountByDay,
        Granularity::Exact => KeptFor::WithAccount,
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::{AccountId, DepositKind};

    use super::*;
    use crate::rules::keeping::LogRule;

    fn find(keeping: &Keeping, record: &str, field: &str) -> KeptFor {
        let lines = whole(keeping, &[]);
        lines.into_iter().find(|line| line.record == record && line.field == field).unwrap().kept
    }

    #[test]
    fn what_a_setting_decides_shows_in_the_inventory() {
        let nothing = Keeping {
            delivered: None,
            last_seen: Granularity::Nothing,
            registered: Granularity::Nothing,
            sender: false,
            ..Keeping::LEAST
        };
        for (record, field) in [
            ("AccountRow", "registered_at"),
            ("DeviceRow", "last_seen"),
            ("DeviceRow", "last_address"),
            ("MessageRow", "sender"),
            ("MessageRow", "delivered_at"),
            ("Deliver", "from"),
        ] {
            assert_eq!(find(&nothing, record, field), KeptFor::No, "{record}.{field}");
            assert!(find(&Keeping::HISTORY, record, field).is_kept(), "{record}.{field}");
        }
        let year = Duration::from_days(365);
        assert_eq!(
            find(&Keeping::HISTORY, "MessageRow", "payload"),
            KeptFor::AfterDelivery { stays: year, at_most: year }
        );
        assert_eq!(find(&Keeping::LEAST, "DeviceRow", "last_seen"), KeptFor::WithAccountByDay);
    }

    #[test]
    fn what_a_rule_of_the_log_writes_down_shows_in_the_inventory() {
        let rule = |what, days, address, only: &[AccountId]| LogRule {
            what,
            keep: Duration::from_days(days),
            address,
            only: only.to_vec(),
        };
        let log = vec![
            rule(Logged::LookedUp, 90, false, &[]),
            rule(Logged::Sent, 7, true, &[AccountId([1; 16])]),
            rule(Logged::Sent, 30, false, &[AccountId([1; 16])]),
        ];
        let keeping = Keeping { log, ..Keeping::LEAST };
        let days = |days, everybody| KeptFor::InLog { at_most: Duration::from_days(days), everybody };
        assert_eq!(find(&keeping, "LookUp", "handle"), days(90, true));
        assert_eq!(find(&keeping, "EventRow", "at"), days(90, true));
        assert_eq!(find(&keeping, "EventRow", "bytes"), days(30, false));
        assert_eq!(find(&keeping, "EventRow", "address"), days(7, false));
        assert_eq!(find(&keeping, "Passing", "peer"), days(7, false));
        assert_eq!(find(&keeping, "FetchBundles", "account"), KeptFor::No);
        assert_eq!(days(30, false).to_string(), "in the log, 30 days, of some accounts");
        assert!(whole(&Keeping::LEAST, &[]).iter().all(|line| line.record != "EventRow"));
    }

    #[test]
    fn deposits_and_channels_are_kept_only_where_they_are_taken() {
        let keeping = Keeping {
            deposits: vec![DepositKind::Name],
            channels: true,
            directory_log: true,
            groups: true,
            attachments: Some(Duration::from_days(30)),
            ..Keeping::LEAST
        };
        for (record, field, kept) in [
            ("DepositRow", "value", KeptFor::UntilTakenBack),
            ("Deposit", "subject", KeptFor::UntilTakenBack),
            ("PublishedRow", "content", KeptFor::Published),
            ("ChannelRow", "owner", KeptFor::Published),
            ("LeafRow", "binding", KeptFor::WithRelay),
            ("GroupRow", "name", KeptFor::WithGroup),
            ("GroupMemberRow", "acted_by", KeptFor::WithGroup),
            ("ActOnGroup", "act", KeptFor::WithGroup),
            ("AttachmentRow", "owner", KeptFor::ForTime(Duration::from_days(30))),
            ("LeaveAttachment", "part", KeptFor::ForTime(Duration::from_days(30))),
        ] {
            assert_eq!(find(&keeping, record, field), kept);
            let of_record = |line: &InventoryLine| line.record == record && line.kept.is_kept();
            assert!(!whole(&Keeping::LEAST, &[]).iter().any(of_record), "{record}");
        }
    }

    #[test]
    fn an_address_that_connects_is_seen_and_not_kept() {
        assert_eq!(find(&Keeping::LEAST, "Passing", "peer"), KeptFor::No);
        assert_eq!(find(&Keeping::LEAST, "Authenticate", "signature"), KeptFor::No);
    }
}
