//! Epochs of a trace: an event at one person, and the people who receive a message within a window after it.

use crate::trace::{RowKind, Trace, TracePerson, TraceRow};

/// An event that happened to a person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) at: u64,
    pub(super) who: TracePerson,
    pub(super) bytes: Option<u32>,
    /// The index of its row.
    pub(super) row: usize,
    /// The number of messages that had passed by then.
    pub(super) passed: u64,
}

/// Returns the events of one kind, in order of time.
pub(super) fn events(trace: &Trace, kind: RowKind) -> Vec<Event> {
    let counted = trace.counted();
    let mut passed = 0;
    let mut events = Vec::new();
    for (place, row) in trace.rows.iter().enumerate() {
        passed += u64::from(Some(row.kind) == counted);
        let TraceRow { at, to: Some(who), bytes, .. } = *row else { continue };
        if row.kind == kind {
            events.push(Event { at, who, bytes, row: place, passed });
        }
    }
    events
}

/// Returns the events that begin epochs: deliveries, because a phone answers what it received. If there are none,
/// it returns submissions.
pub(super) fn beginnings(trace: &Trace) -> Vec<Event> {
    let deliveries = events(trace, RowKind::Delivered);
    if deliveries.is_empty() { events(trace, RowKind::Sent) } else { deliveries }
}

/// A search for the events within a window after each moment. Moments have to come in ascending order.
pub(super) struct Following<'e> {
    events: &'e [Event],
    first: usize,
    window: u64,
}

impl<'e> Following<'e> {
    pub(super) const fn new(events: &'e [Event], window: u64) -> Self {
        Self { events, first: 0, window }
    }

    /// Returns the events from `at` on, until the window closes.
    pub(super) fn after(&mut self, at: u64) -> &'e [Event] {
        while self.events.get(self.first).is_some_and(|event| event.at < at) {
            self.first += 1;
        }
        let rest = self.events.get(self.first..).unwrap_or_default();
        let until = at.saturating_add(self.window);
        // Windows are short in comparison with a trace, so a walk is quicker than a search.
        let length = rest.iter().take_while(|event| event.at <= until).count();
        rest.get(..length).unwrap_or_default()
    }
}
