//! Push wakes. The service that wakes phones knows which phone it woke and when, and nothing about the messages. A
//! person who is woken and writes back wakes the other person. After enough such wakes, the service's rows show the
//! pair.

use super::epochs::events;
use super::statistics::disclosed;
use super::{Lead, MeansRefusal, MeansSettings};
use crate::trace::{RowKind, Trace};

/// The shortest window within which an answer is expected, in milliseconds. A person writes the answer, and not a
/// program.
const ANSWERED_WITHIN: u64 = 300_000;

pub(super) fn find(trace: &Trace, settings: MeansSettings) -> Result<Vec<Lead>, MeansRefusal> {
    let wakes = events(trace, RowKind::Woken);
    if wakes.is_empty() {
        return Err(MeansRefusal::NoRows(RowKind::Woken));
    }
    let settings = MeansSettings { window: settings.window.max(ANSWERED_WITHIN), ..settings };
    Ok(disclosed(trace.people.len(), &wakes, &wakes, settings))
}
