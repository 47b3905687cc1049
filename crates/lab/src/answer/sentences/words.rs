//! Words: numbers with their nouns, names in a list, the first letter of a sentence.

pub(super) use crate::english::capital;
use crate::english::grouped;

/// The largest number of people whom a headline names. It counts a larger number.
pub(super) const NAMES_SHOWN: usize = 3;

/// Formats a fraction.
pub(super) fn part(n: u64, of: u64, unit: &str) -> String {
    match (n, of) {
        (0, 0) => format!("no {unit}"),
        (0, 1) => format!("no {}", counted_noun(1, unit)),
        (0, 2) => format!("neither of the 2 {unit}"),
        (0, _) => format!("none of the {of} {unit}"),
        (1, 1) => format!("the only {}", counted_noun(1, unit)),
        (2, 2) => format!("both {unit}"),
        (n, of) if n == of => format!("all {of} {unit}"),
        _ => format!("{n} of {of} {unit}"),
    }
}

/// Formats a number with its noun.
pub(crate) fn counted_by(number: u64, unit: &str) -> String {
    format!("{number} {}", counted_noun(number, unit))
}

/// Returns the noun for a number of things. A unit is a plural whose first word ends in s.
pub(super) fn counted_noun(number: u64, unit: &str) -> String {
    if number != 1 {
        return unit.to_owned();
    }
    let (head, rest) =
        unit.split_once(' ').map_or((unit, String::new()), |(head, rest)| (head, format!(" {rest}")));
    format!("{}{rest}", head.strip_suffix('s').unwrap_or(head))
}

/// Formats a number with a noun whose last word takes the plural.
pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Formats a number with its noun in the same way, but with an article for a single thing.
pub(super) fn a_count(number: u64, noun: &str) -> String {
    if number == 1 { format!("the {noun}") } else { count(number, noun) }
}

pub(super) fn possessive(name: &str) -> String {
    format!("{name}'s")
}

pub(super) const fn them(number: u64) -> &'static str {
    if number == 1 { "it" } else { "them" }
}

pub(super) fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// Lists things, with `word` before the last one.
pub(crate) fn listed(all: &[String], word: &str) -> String {
    match all {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}

/// Names people, or counts them if there are more than [`NAMES_SHOWN`].
pub(super) fn people(names: &[String]) -> String {
    match names {
        many if many.len() > NAMES_SHOWN => format!("{} other people", many.len()),
        some => listed(some, "and"),
    }
}

/// Names people, or counts them, without the word "other".
pub(super) fn crowd(names: &[String]) -> String {
    match names.len() {
        0..=NAMES_SHOWN => listed(names, "and"),
        many => format!("{many} people"),
    }
}

/// Formats a number of passcodes: in full as long as people read such numbers, and as a power of ten if it is
/// larger.
pub(super) fn many(codes: &str) -> String {
    match codes.parse::<u128>() {
        Ok(number) if number < 1_000_000_000_000_000 => grouped(number),
        Ok(number) => format!("more than 10^{}", number.ilog10()),
        Err(_) => codes.to_owned(),
    }
}

/// Returns a source as it appears in a sentence: a name takes no article, and the chart takes one.
pub(crate) fn with_article(from: &str) -> String {
    if from.starts_with("FBI Lawful Access chart") { format!("the {from}") } else { from.to_owned() }
}
