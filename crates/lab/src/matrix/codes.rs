//! The numbers and letters of a cell on a screen, and their legend.

use std::collections::BTreeSet;

use super::cell::Cell;
use crate::answer::counted_by;
use crate::score::{Absence, State};

/// Describes the unit of a column's numbers, and the total. If some cells count messages and others something else, it
/// describes both.
pub(super) fn counts_what<'c>(cells: impl Iterator<Item = &'c Cell>) -> String {
    let (of_messages, others): (Vec<&Cell>, Vec<&Cell>) = cells.partition(|cell| cell.state.is_of_messages());
    let units = others.iter().filter_map(|cell| Some((cell.state.counted()?.1, cell.unit()?)));
    let messages = of_messages.iter().filter_map(|cell| Some((cell.state.counted()?.1, "messages")));
    let [units, messages] = [units.collect::<Vec<_>>(), messages.collect()];
    let signs: BTreeSet<&str> = of_messages.iter().map(|cell| sign(cell.state)).collect();
    let signs: Vec<&str> = signs.into_iter().collect();
    match (of_what(&units), of_what(&messages)) {
        (None, None) => String::new(),
        (Some(units), None) => units,
        (None, Some(messages)) => messages,
        (Some(units), Some(messages)) => format!("{units}, {}: {messages}", signs.join(" and ")),
    }
}

/// Returns a unit, and its total if the total is the same everywhere.
fn of_what(counted: &[(u64, &str)]) -> Option<String> {
    let (of, unit) = counted.first().copied()?;
    Some(if counted.iter().all(|(other, _)| *other == of) {
        format!("of {}", counted_by(of, unit))
    } else {
        unit.to_owned()
    })
}

/// Writes a cell in as few characters as distinguish it from others: its number, and a sign for its state.
pub(super) fn code(cell: &Cell) -> String {
    let kinds = &cell.measures;
    if !kinds.kinds.is_empty() || !kinds.kinds_withheld.is_empty() {
        let came = kinds.kinds.len();
        return match kinds.kinds_withheld.len() {
            0 => came.to_string(),
            kept => format!("{came} {}{kept}", sign(State::Withheld { n: 0, of: 0 })),
        };
    }
    let number = cell.state.counted().map_or_else(String::new, |(n, _)| n.to_string());
    format!("{}{number}", sign(cell.state))
}

/// Returns the sign of a state.
const fn sign(state: State) -> &'static str {
    match state {
        State::Returned { .. } => "",
        State::FromNowOn { .. } => "+",
        State::Unreadable { .. } => "u",
        State::Withheld { .. } => "w",
        State::InPlace { .. } => "=",
        State::Removed { .. } => "x",
        State::CutOff { .. } => "c",
        State::Withdrawn { .. } => "f",
        State::Left { .. } => "L",
        State::Refused { .. } => "R",
        State::None { why: Absence::NothingKept } => "-",
        State::None { why: Absence::NotKnown } => "?",
        State::None { why: Absence::NotInStory } => "/",
        State::None { why: Absence::NotAsked } => "o",
        State::NotModelled => "m",
    }
}

/// Writes a line of the legend: the sign and the state's name.
pub(super) fn meaning(state: State) -> String {
    if let State::None { why: Absence::NothingKept } = state {
        // Data that a column does not count may still exist.
        return format!("{} nothing kept of what is counted", sign(state));
    }
    // A locked container has no number, and has the same sign.
    let number = if matches!(state, State::None { .. } | State::NotModelled) { "" } else { "n" };
    let of = if state.is_of_messages() { " (n messages do not arrive)" } else { "" };
    format!("{}{number} {}{of}", sign(state), state.word())
}

/// Returns the rank of a state's name, so that all legends list the states in the same order.
pub(super) fn place(state: State) -> Option<usize> {
    State::WORDS.iter().position(|word| *word == state.word())
}
