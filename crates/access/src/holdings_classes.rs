//! The holdings of a design in three classes: what passes its relay, what stays and for how long, and what could be made to stay.
//!
//! Every line comes from the inventory of the wire and of the relay's own tables under the design's rules; none is written by hand.

use std::fmt;

use pillarbox_relay::inventory::{Kept, whole};
use pillarbox_wire::inventory::{Class, Direction};

use crate::design::Design;

/// What becomes of a field at the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// It passes through, and tells nothing about anybody that could be worth keeping: request numbers and the like.
    Seen,
    /// It is written down.
    Kept(Kept),
    /// It passes through and is not written down. The relay could be made to.
    Loggable,
}

impl fmt::Display for Holding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seen => f.write_str("seen"),
            Self::Kept(kept) => write!(f, "kept {kept}"),
            Self::Loggable => f.write_str("seen, not kept; loggable"),
        }
    }
}

/// One field that a relay of a design sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldingLine {
    /// The frame or row.
    pub record: &'static str,
    /// The field in it.
    pub field: &'static str,
    /// What kind of thing it tells.
    pub class: Class,
    /// What becomes of it.
    pub holding: Holding,
    /// Why it is there.
    pub why: &'static str,
}

/// Every field that the relay of a design sees, in the order of the inventory.
#[must_use]
pub fn holdings_classes(design: &Design) -> Vec<HoldingLine> {
    let lines = whole(&design.relay, &[]).into_iter();
    lines
        .map(|line| HoldingLine {
            record: line.record,
            field: line.field,
            class: line.class,
            holding: match (line.kept, line.class, line.direction) {
                (kept, _, _) if kept.is_kept() => Holding::Kept(kept),
                // A column that this relay leaves empty: what would stand in it passes by.
                (_, Class::Protocol, _) => Holding::Seen,
                (_, _, Direction::FromPhone | Direction::ToPhone | Direction::Own) => Holding::Loggable,
            },
            why: line.why,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::designs;

    fn find(design: &Design, record: &str, field: &str) -> Holding {
        let lines = holdings_classes(design);
        lines.iter().find(|line| line.record == record && line.field == field).unwrap().holding
    }

    #[test]
    fn what_one_design_keeps_another_could_be_made_to_keep() {
        let (plain, quiet) = (designs::plain_server(), designs::end_to_end());
        assert!(matches!(find(plain, "DeviceRow", "last_address"), Holding::Kept(_)));
        assert_eq!(find(quiet, "DeviceRow", "last_address"), Holding::Loggable);
        assert_eq!(find(quiet, "Passing", "peer"), Holding::Loggable);
        assert_eq!(find(quiet, "Ping", "request"), Holding::Seen);
        assert!(matches!(find(quiet, "MessageRow", "payload"), Holding::Kept(_)));
    }

    #[test]
    fn every_design_has_the_same_fields_and_each_has_one_class() {
        let fields = |design: &Design| -> Vec<_> {
            holdings_classes(design).iter().map(|line| (line.record, line.field)).collect()
        };
        let first = fields(designs::plain_server());
        assert!(first.len() > 100);
        for design in designs::all() {
            assert_eq!(fields(design), first, "{}", design.name);
        }
    }
}
