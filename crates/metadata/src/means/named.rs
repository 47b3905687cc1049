//! Named by the phone: a row of a message names sender and recipient. Nothing is inferred.

use super::leads::{Leads, Passed};
use super::{Lead, Refusal};
use crate::trace::{Kind, Trace};

pub(super) fn find(trace: &Trace) -> Result<Vec<Lead>, Refusal> {
    if trace.messages() == 0 {
        return Err(Refusal::NoRows(Kind::Sent));
    }
    let (mut leads, mut passed) = (Leads::after(1), Passed::of(trace));
    for (place, row) in trace.rows.iter().enumerate() {
        let number = passed.with(row);
        if let (Kind::Sent, Some(from), Some(to)) = (row.kind, row.from, row.to) {
            leads.observe(from, to, place, number);
        }
    }
    let named = leads.named();
    if named.is_empty() { Err(Refusal::NamesNobody) } else { Ok(named) }
}
