//! Push wakes: the service that wakes phones knows when it woke which, and nothing of the messages. Somebody who is woken, writes back, and
//! by that wakes the other leaves a pair in its rows, after enough of them.

use super::epochs::events;
use super::statistics::disclosed;
use super::{Lead, Refusal, Settings};
use crate::trace::{Kind, Trace};

/// Milliseconds within which an answer is expected at the least: a person writes it, no program.
const ANSWERED_WITHIN: u64 = 300_000;

pub(super) fn find(trace: &Trace, settings: Settings) -> Result<Vec<Lead>, Refusal> {
    let wakes = events(trace, Kind::Woken);
    if wakes.is_empty() {
        return Err(Refusal::NoRows(Kind::Woken));
    }
    let settings = Settings { window: settings.window.max(ANSWERED_WITHIN), ..settings };
    Ok(disclosed(trace.people.len(), &wakes, &wakes, settings))
}
