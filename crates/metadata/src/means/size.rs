//! Size. To an operator, the smallest messages are receipts: of everything that follows a longer message, only the
//! smallest counts. A tap on the wire sees no names. To a tap, a row that goes up from one address and a row of the
//! same size that comes down at another address are one message.

use super::epochs::{Event, Following, beginnings, events};
use super::leads::{Leads, Passed};
use super::receipt::NEEDED;
use super::{Lead, MeansRefusal, MeansSettings};
use crate::trace::{RowKind, Trace};

pub(super) fn find(trace: &Trace, settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    if !trace.of(RowKind::Sent).any(|row| row.bytes.is_some()) {
        return Err(MeansRefusal::NoSizes);
    }
    let sent = events(trace, RowKind::Sent);
    if sent.is_empty() { through_the_relay(trace, settings) } else { receipts(trace, &sent, settings) }
}

fn receipts(trace: &Trace, sent: &[Event], settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    let smallest = sent.iter().filter_map(|event| event.bytes).min();
    let small: Vec<Event> = sent.iter().filter(|event| event.bytes == smallest).copied().collect();
    let mut leads = Leads::after(NEEDED);
    let mut following = Following::new(&small, settings.window);
    for begins in beginnings(trace).into_iter().filter(|event| event.bytes != smallest) {
        let mut others = following.after(begins.at).iter().filter(|event| event.who != begins.who);
        if let (Some(receipt), None) = (others.next(), others.next()) {
            leads.observe(receipt.who, begins.who, receipt.row, receipt.passed);
        }
    }
    Ok(leads.named())
}

/// Finds messages that go up and come down again with the same size.
fn through_the_relay(trace: &Trace, settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    let down = events(trace, RowKind::Delivered);
    if down.is_empty() {
        return Err(MeansRefusal::NoRecipients);
    }
    let (mut leads, mut passed) = (Leads::after(NEEDED), Passed::of(trace));
    let mut following = Following::new(&down, settings.window);
    for (place, row) in trace.rows.iter().enumerate() {
        let number = passed.with(row);
        let (RowKind::Sent, Some(from)) = (row.kind, row.from) else { continue };
        let same = following.after(row.at).iter().filter(|event| event.bytes == row.bytes);
        let mut same = same.filter(|event| event.who != from);
        if let (Some(came), None) = (same.next(), same.next()) {
            leads.observe(from, came.who, place, number);
        }
    }
    Ok(leads.named())
}
