//! The whole inventory of a relay: every field of every frame, every column of its own rows, what a connection shows;
//! with what the relay does with it and for how long, under a given [`Keeping`].
//!
//! Nothing here is a list by hand: the fields come from the exhaustive destructuring of the frames and rows, and how long each
//! stays comes from the same [`Keeping`] that decides what is written.

use std::fmt;

use pillarbox_wire::Duration;
use pillarbox_wire::inventory::{Class, Direction, Entry, Field, Place, WIRE};

use crate::keeping::{Granularity, Keeping};
use crate::passing::PASSING;
use crate::store::{ACCOUNT, COUNTERS, DEVICE, MESSAGE, PREKEY};

/// The relay's own tables: its rows, and what it sees of a connection.
pub const OWN: &[Entry] = &[
    Entry { direction: Direction::Own, fields: ACCOUNT },
    Entry { direction: Direction::Own, fields: DEVICE },
    Entry { direction: Direction::Own, fields: PREKEY },
    Entry { direction: Direction::Own, fields: MESSAGE },
    Entry { direction: Direction::Own, fields: COUNTERS },
    Entry { direction: Direction::Own, fields: PASSING },
];

/// How long a relay keeps a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Not at all: it passes through.
    No,
    /// While the account is there.
    WithAccount,
    /// While the account is there, to the day only.
    WithAccountByDay,
    /// Until it is handed out or replaced, or the account is closed.
    UntilHandedOut,
    /// Until the message is delivered, and at most so long.
    UntilDelivered {
        /// The most.
        at_most: Duration,
    },
    /// After the message was delivered, so long; undelivered at most so long.
    AfterDelivery {
        /// How long after.
        stays: Duration,
        /// The most while undelivered.
        at_most: Duration,
    },
    /// As long as the relay's database.
    WithRelay,
    /// As long as whoever runs the relay keeps what it prints.
    WithLog,
    /// In memory only, until the relay stops.
    InMemory,
}

impl Kept {
    /// Whether it is written down at all.
    #[must_use]
    pub const fn is_kept(self) -> bool {
        !matches!(self, Self::No)
    }
}

impl fmt::Display for Kept {
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
            Self::WithRelay => f.write_str("as long as the relay"),
            Self::WithLog => f.write_str("as long as its log is kept"),
            Self::InMemory => f.write_str("in memory, until it stops"),
        }
    }
}

/// One line of the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which way it goes.
    pub direction: Direction,
    /// The frame or record.
    pub record: &'static str,
    /// The field in it.
    pub field: &'static str,
    /// What kind of thing it tells.
    pub class: Class,
    /// Whether it is kept, and how long.
    pub kept: Kept,
    /// Why it is there.
    pub why: &'static str,
}

/// Every field that a relay set up like this can see. `operations` are the tables of the program around it: its logs and
/// its metrics.
#[must_use]
pub fn whole(keeping: &Keeping, operations: &[Entry]) -> Vec<Line> {
    let entries = WIRE.iter().chain(OWN).chain(operations);
    let lines =
        entries.flat_map(|entry| entry.fields.iter().map(|field| line(entry.direction, field, keeping)));
    lines.collect()
}

fn line(direction: Direction, field: &Field, keeping: &Keeping) -> Line {
    let Field { record, name, class, place, why } = *field;
    Line { direction, record, field: name, class, kept: kept(field, place, keeping), why }
}

fn kept(field: &Field, place: Place, keeping: &Keeping) -> Kept {
    match (field.record, field.name) {
        ("AccountRow", "registered_at") => by_account(keeping.registered),
        ("DeviceRow", "last_seen") => by_account(keeping.last_seen),
        ("DeviceRow", "last_address") if !keeping.last_address => Kept::No,
        ("MessageRow", "sender") | ("Deliver", "from") if !keeping.sender => Kept::No,
        ("MessageRow", "delivered_at") if keeping.delivered.is_none() => Kept::No,
        _ => match place {
            Place::Passing => Kept::No,
            Place::Account | Place::Device => Kept::WithAccount,
            Place::PreKeys => Kept::UntilHandedOut,
            Place::Deposits | Place::Channels => Kept::No,
            Place::Mailbox => match keeping.delivered {
                None => Kept::UntilDelivered { at_most: keeping.undelivered },
                Some(stays) => Kept::AfterDelivery { stays, at_most: keeping.undelivered },
            },
            Place::Counters => Kept::WithRelay,
            Place::Log => Kept::WithLog,
            Place::Metrics => Kept::InMemory,
        },
    }
}

const fn by_account(granularity: Granularity) -> Kept {
    match granularity {
        Granularity::Nothing => Kept::No,
        Granularity::Day => Kept::WithAccountByDay,
        Granularity::Exact => Kept::WithAccount,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(keeping: &Keeping, record: &str, field: &str) -> Kept {
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
            assert_eq!(find(&nothing, record, field), Kept::No, "{record}.{field}");
            assert!(find(&Keeping::HISTORY, record, field).is_kept(), "{record}.{field}");
        }
        let year = Duration::from_days(365);
        assert_eq!(
            find(&Keeping::HISTORY, "MessageRow", "payload"),
            Kept::AfterDelivery { stays: year, at_most: year }
        );
        assert_eq!(find(&Keeping::LEAST, "DeviceRow", "last_seen"), Kept::WithAccountByDay);
    }

    #[test]
    fn an_address_that_connects_is_seen_and_not_kept() {
        assert_eq!(find(&Keeping::LEAST, "Passing", "peer"), Kept::No);
        assert_eq!(find(&Keeping::LEAST, "Authenticate", "signature"), Kept::No);
    }
}
