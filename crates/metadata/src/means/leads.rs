//! Observations of pairs, added up to leads.

use std::collections::BTreeMap;

use super::Lead;
use crate::trace::{Trace, TracePerson, TraceRow};

/// The number of rows that a lead shows as evidence.
const MOST_ROWS: usize = 3;

/// Counts the messages of a trace as its rows are read.
pub(super) struct Passed {
    counted: Option<crate::trace::RowKind>,
    number: u64,
}

impl Passed {
    pub(super) fn of(trace: &Trace) -> Self {
        Self { counted: trace.counted(), number: 0 }
    }

    /// Returns the number of messages that have passed with this row.
    pub(super) fn with(&mut self, row: &TraceRow) -> u64 {
        self.number += u64::from(Some(row.kind) == self.counted);
        self.number
    }
}

/// The observations so far.
#[derive(Default)]
pub(super) struct Leads {
    pairs: BTreeMap<(TracePerson, TracePerson), Lead>,
    /// The number of observations after which a pair is named.
    needed: u64,
}

impl Leads {
    /// Creates leads that name a pair after `needed` observations.
    pub(super) fn after(needed: u64) -> Self {
        Self { needed, ..Self::default() }
    }

    /// Records that `from` was observed to write to `to`.
    pub(super) fn observe(&mut self, from: TracePerson, to: TracePerson, row: usize, passed: u64) {
        if from == to {
            return;
        }
        let (one, other) = if from < to { (from, to) } else { (to, from) };
        let lead = self.pairs.entry((one, other)).or_insert_with(|| Lead {
            one,
            other,
            there: 0,
            back: 0,
            after: passed,
            rows: Vec::new(),
        });
        if from == one {
            lead.there += 1
        } else {
            lead.back += 1
        }
        if lead.there + lead.back == self.needed {
            lead.after = passed;
        }
        if lead.rows.len() < MOST_ROWS {
            lead.rows.push(row);
        }
    }

    /// Returns the named pairs, by index.
    pub(super) fn named(self) -> Vec<Lead> {
        let needed = self.needed;
        self.pairs.into_values().filter(|lead| lead.there + lead.back >= needed).collect()
    }
}
