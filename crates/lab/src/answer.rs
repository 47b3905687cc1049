//! The sentences about a result. Nothing else in this crate makes sentences about what a demand brought.

use crate::matrix::cell::Evidence;
use crate::score::{Counts, Measures, State, What};

/// What a cell says, in as few words as fit a table: the state with its numbers, and what else is there.
#[must_use]
pub fn says(evidence: &Evidence, state: State, counts: &Counts, measures: &Measures) -> String {
    match (state, state.counted()) {
        (_, Some(_)) => format!("{state} {}", evidence.unit),
        (State::Unreadable { .. }, None) => format!("{state}: {}", count(counts.closed, &evidence.container)),
        (State::None { .. }, None) => {
            let mut parts = vec![state.to_string()];
            parts.extend(besides(evidence.what, measures));
            parts.join("; ")
        }
        (_, None) => state.to_string(),
    }
}

/// What is there beside what a column counts, named as what it is.
fn besides(what: What, measures: &Measures) -> Vec<String> {
    let mut parts = Vec::new();
    match what {
        What::Texts | What::TextsAfter if measures.sealed.ciphertexts > 0 => {
            parts.push(format!("{} that no text is in", count(measures.sealed.ciphertexts, "ciphertext")));
        }
        What::Messages | What::MessagesAfter if measures.times.found > measures.times.right => {
            parts.push(format!("{} of no text", count(measures.times.found - measures.times.right, "row")));
        }
        _ => {}
    }
    match measures.besides.len() as u64 {
        0 => {}
        1 => parts.push("1 other kind of data".into()),
        many => parts.push(format!("{many} other kinds of data")),
    }
    parts
}

/// A number with its noun.
fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
