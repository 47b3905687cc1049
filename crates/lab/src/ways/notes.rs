//! Footnotes of the screen, in words.

use pillarbox_wire::Timestamp;

use super::row::{WayInRow, WaysIn};
use crate::answer::listed;

/// The footnotes about single rows, each with a letter.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    notes: Vec<String>,
}

impl Marks {
    /// Returns the letter of a footnote. Two equal footnotes are one.
    pub(super) fn letter(&mut self, note: String) -> char {
        let place = self.notes.iter().position(|known| *known == note).unwrap_or_else(|| {
            self.notes.push(note);
            self.notes.len() - 1
        });
        ('a'..='z').nth(place).unwrap_or('z')
    }
}

/// Returns the number of people who can tell that a way is used, and the footnote that says how; none if nobody can.
pub(super) fn about(row: &WayInRow) -> Option<(usize, String)> {
    let first = row.first_noticed();
    let could = row.could_tell();
    if let Some(earliest) = first.values().min_by_key(|noticed| noticed.at) {
        let told: Vec<&str> = first.keys().copied().collect();
        let others: Vec<&str> = could.iter().copied().filter(|who| !told.contains(who)).collect();
        let others = match others.as_slice() {
            [] => String::new(),
            others => format!(" {} could have.", few(others, 3, "others")),
        };
        let note = format!(
            "{}: their phones say so, first {}'s on {}: \"{}\"{others}",
            names(&told),
            earliest.who,
            moment(earliest.at),
            earliest.says
        );
        return Some((told.len(), note));
    }
    if !row.took_part.is_empty() {
        let took_part: Vec<&str> = row.took_part.iter().map(String::as_str).collect();
        return Some((
            took_part.len(),
            format!("{}: they are asked, and show their own phones.", names(&took_part)),
        ));
    }
    if !row.without_their_phone.is_empty() {
        let without: Vec<&str> = row.without_their_phone.iter().map(String::as_str).collect();
        return Some((without.len(), format!("{}: the phone is not in their hands.", names(&without))));
    }
    let could: Vec<&str> = could.into_iter().collect();
    let note = || {
        format!(
            "{} could: their phones receive or send something else. No screen says so.",
            few(&could, 6, "people")
        )
    };
    if could.is_empty() && !row.other_program.is_empty() {
        let note = format!(
            "{} people have the program for it. Nobody can say that it is used: no phone receives anything else for that.",
            row.other_program.len()
        );
        return Some((0, note));
    }
    (!could.is_empty()).then(|| (could.len(), note()))
}

/// Formats a moment for a sentence: `22 March 2017 18:34`.
pub(super) fn moment(at: u64) -> String {
    let at = Timestamp(at);
    let (_, _, _, hour, minute, ..) = at.calendar();
    format!("{} {hour:02}:{minute:02}", pillarbox_access::day::Day::of(at))
}

/// Returns the same in a few words, for the foot of the table.
pub(super) fn in_short(row: &WayInRow) -> Option<(usize, String)> {
    let (count, _) = about(row)?;
    let first = row.first_noticed();
    let note = match first.values().min_by_key(|noticed| noticed.at) {
        Some(earliest) => {
            format!("Their phones say so, first {}'s on {}.", earliest.who, moment(earliest.at))
        }
        None if !row.took_part.is_empty() => "They are asked, and show their own phones.".to_owned(),
        None if !row.without_their_phone.is_empty() => "The phone is not in their hands.".to_owned(),
        None if count == 0 => {
            format!("{} have the program for it; nobody can say that it is used.", row.other_program.len())
        }
        None => "They could, by what their phones receive or send. No screen says so.".to_owned(),
    };
    Some((count, note))
}

/// Returns the notes at the foot of the table: one about columns, and one about rows.
pub(super) fn of(ways: &WaysIn, marks: &Marks) -> [String; 2] {
    let columns = format!(
        "phone gone: after {0}'s was destroyed. thief: without an order, with what can be stolen; of phones, one (--full). \
         others: read, named. false lines: became so, were so. evader: {0} knows; against escrow, with all contacts.",
        ways.target
    );
    let rows = ('a'..='z').zip(&marks.notes).map(|(letter, note)| format!("({letter}) {note}"));
    [columns, rows.collect::<Vec<_>>().join(" ")]
}

/// Lists people, or counts them if there are many.
fn few(people: &[&str], most: usize, word: &str) -> String {
    match people.len() {
        many if many > most => format!("{many} {word}"),
        _ => names(people),
    }
}

/// Lists people.
pub(super) fn names(people: &[&str]) -> String {
    listed(&people.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), "and")
}
