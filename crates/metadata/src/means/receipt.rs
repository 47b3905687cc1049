//! The receipt that follows. A phone answers a message with a receipt to its sender, at once. If exactly one other
//! person receives a message in the window after somebody received one, that person is taken for the sender. A pair
//! is named when this happened twice.

use super::epochs::{Following, beginnings, events};
use super::leads::Leads;
use super::{Lead, MeansRefusal, MeansSettings};
use crate::trace::{RowKind, Trace};

/// The number of observations after which a pair is named. Two messages of strangers often fall into one window,
/// but seldom are they the same two strangers again.
pub(super) const NEEDED: u64 = 2;

pub(super) fn find(trace: &Trace, settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    let sent = events(trace, RowKind::Sent);
    if sent.is_empty() {
        return Err(MeansRefusal::NoRecipients);
    }
    let mut leads = Leads::after(NEEDED);
    let mut following = Following::new(&sent, settings.window);
    for begins in beginnings(trace) {
        let mut others = following.after(begins.at).iter().filter(|event| event.who != begins.who);
        if let (Some(receipt), None) = (others.next(), others.next()) {
            leads.observe(receipt.who, begins.who, receipt.row, receipt.passed);
        }
    }
    Ok(leads.named())
}
