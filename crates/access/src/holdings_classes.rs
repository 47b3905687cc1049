//! The holdings of a design in three classes: fields that pass its relay, fields that are kept for a time, and
//! fields that could be logged.
//!
//! Every line comes from the inventory of the wire and of the relay's own tables, under the design's rules. None is
//! written by hand.

use std::fmt;

use pillarbox_relay::inventory::{KeptFor, whole};
use pillarbox_wire::inventory::Class;

use crate::design::Design;

/// The fate of a field at the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// It passes through, and reveals nothing about anybody that would be worth keeping. Request numbers are an
    /// example.
    Seen,
    /// The relay stores it.
    Kept(KeptFor),
    /// It passes through and the relay does not store it, but the relay could be made to.
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
    /// The frame or row that contains the field.
    pub record: &'static str,
    /// The field's name, as in the inventory of the wire or of the relay's tables.
    pub field: &'static str,
    /// The kind of data in the field.
    pub class: Class,
    /// The fate of the field.
    pub holding: Holding,
    /// The field's purpose.
    pub why: &'static str,
}

/// Returns every field that the relay of a design sees, in the order of the inventory.
#[must_use]
pub fn holdings_classes(design: &Design) -> Vec<HoldingLine> {
    let lines = whole(&design.relay, &[]).into_iter();
    lines
        .map(|line| HoldingLine {
            record: line.record,
            field: line.field,
            class: line.class,
            holding: match (line.kept, line.class) {
                (kept, _) if kept.is_kept() => Holding::Kept(kept),
                (_, Class::Protocol) => Holding::Seen,
                // A column that this relay leaves empty counts too, because its value passes through.
                _ => Holding::Loggable,
            },
            why: line.why,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::inventory::FrameDirection;

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
    fn every_relay_sees_the_same_frames_whatever_it_keeps() {
        let lines = whole(&designs::plain_server().relay, &[]);
        let on_the_wire: Vec<_> = lines
            .iter()
            .filter(|line| line.direction != FrameDirection::Own)
            .map(|line| (line.record, line.field))
            .collect();
        assert!(on_the_wire.len() > 90);
        for design in designs::all() {
            let classes = holdings_classes(design);
            for field in &on_the_wire {
                let found = classes.iter().filter(|line| (line.record, line.field) == *field).count();
                assert_eq!(found, 1, "{}: {field:?}", design.name);
            }
        }
    }
}
