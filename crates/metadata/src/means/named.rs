//! Named by the phone: a row of a message names sender and recipient. Nothing is inferred.

use super::leads::{Leads, Passed};
use super::{Lead, MeansRefusal};
use crate::trace::{RowKind, Trace};

pub(super) fn find(trace: &Trace) -> Result<Vec<Lead>, MeansRefusal> {
    if trace.messages() == 0 {
        return Err(MeansRefusal::NoRows(RowKind::Sent));
    }
    let (mut leads, mut passed) = (Leads::after(1), Passed::of(trace));
    for (place, row) in trace.rows.iter().enumerate() {
        let number = passed.with(row);
        if let (RowKind::Sent, Some(from), Some(to)) = (row.kind, row.from, row.to) {
            leads.observe(from, to, place, number);
        }
    }
    let named = leads.named();
    if named.is_empty() { Err(MeansRefusal::NamesNobody) } else { Ok(named) }
}
