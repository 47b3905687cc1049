//! A demand and its answer as a paper of 80 columns: what came back, what is held and stays closed, and in one line what is not held.
//!
//! Every paper of this program is made here, whoever was asked: a relay's folder ([`folder`](crate::folder)), a story
//! ([`story`]), or the two relays of the demonstration.

pub mod story;

use pillarbox_access::demand::Demand;
use pillarbox_access::law::{self, Country, Day};
use pillarbox_access::served::ItemLine;
use pillarbox_access::{Answer, Item};

use crate::columns::{WIDTH, paragraph, side_by_side};

/// Widths of the columns of a paper: asked, returned.
pub const WIDTHS: [usize; 2] = [26, 52];

/// The part of a paper that a line belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It came back.
    Returned,
    /// It is held and stays closed, or it could only be had in another way.
    Closed,
    /// It was asked for, and nothing of the kind is held.
    NotHeld,
    /// The demand does not reach it.
    NotReached,
}

/// One line of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperLine {
    /// The item, unless the line is about something that is none.
    pub item: Option<Item>,
    /// The question in words.
    pub asked: String,
    /// The answer in words.
    pub says: String,
    /// Its part of the paper.
    pub standing: Standing,
    /// Entries that came back.
    pub entries: u64,
}

impl PaperLine {
    /// The line of one item.
    #[must_use]
    pub fn of(item: Item, answer: &Answer) -> Self {
        Self {
            item: Some(item),
            asked: item.wording().to_owned(),
            says: in_words(answer, usize::MAX),
            standing: match answer {
                Answer::Returned { .. } => Standing::Returned,
                Answer::NoneHeld { .. } => Standing::NotHeld,
                Answer::NotCovered => Standing::NotReached,
                _ => Standing::Closed,
            },
            entries: match answer {
                Answer::Returned { count, .. } => *count,
                _ => 0,
            },
        }
    }

    /// The lines of a whole answer.
    #[must_use]
    pub fn of_each(lines: &[ItemLine]) -> Vec<Self> {
        lines.iter().map(|line| Self::of(line.item, &line.answer)).collect()
    }

    /// Returns true if another line that came back says as much: an item that is a word for several others is answered by them, and the
    /// date of a registration by its time.
    pub(crate) fn is_repeated_in(&self, lines: &[Self]) -> bool {
        let Some(item) = self.item else { return false };
        let says_it = |other: &Self| {
            other.standing == Standing::Returned
                && other.entries >= self.entries
                && other.item.is_some_and(|other| !other.is_several() && other.contains().contains(&item))
        };
        item.is_several() || lines.iter().any(says_it)
    }
}

/// An answer in words, with at most `most` of the lines that came back.
#[must_use]
pub fn in_words(answer: &Answer, most: usize) -> String {
    match answer {
        Answer::Returned { count, lines } => {
            let mut shown: Vec<String> = Vec::new();
            if *count > 1 {
                shown.push(format!("returned {count}:"));
            }
            shown.extend(lines.iter().take(most).cloned());
            if lines.len() > most {
                shown.push(format!("and {} more", lines.len() - most));
            }
            shown.join("\n")
        }
        other => other.to_string(),
    }
}

/// The heading of a paper: the demand, whom it is about, and the powers that it rests on on the day `on`.
#[must_use]
pub fn heading(name: &str, about: &str, demand: Option<&Demand>, on: Day) -> String {
    let mut out = title(&format!("DEMAND: {name}, about {about}"));
    if let Some(demand) = demand {
        out.push_str(&legal_names(demand, on));
    }
    out
}

/// The demand in one phrase, and the powers that it rests on in two countries on a day.
#[must_use]
pub fn legal_names(demand: &Demand, on: Day) -> String {
    let mut out = paragraph(&format!("{}.", capital(demand.plain)));
    for power in [Country::GB, Country::US].into_iter().flat_map(|country| powers(demand, country, on)) {
        out.push_str(&paragraph(&power));
    }
    out
}

/// The powers of a country on a day, and those that came later, a sentence each.
#[must_use]
pub fn powers(demand: &Demand, country: Country, on: Day) -> Vec<String> {
    let now = law::powers(demand.name, country, on).into_iter();
    let now = now.map(|power| format!("{country}, {on}: {}.", power.phrase(on)));
    let later = law::not_yet(demand.name, country, on).into_iter().map(|power| {
        let from = power.from.map_or_else(String::new, |from| format!(", from {from}"));
        format!("{country}, not yet: {}{from}.", power.phrase(on))
    });
    now.chain(later).collect()
}

/// The lines of a paper. What came back stands first; what is held and stays closed next; what is not held is counted.
/// Lines about `always` stand in full whatever came of them: the question was about them.
#[must_use]
pub fn lines(lines: &[PaperLine], always: &[Item]) -> String {
    let is_asked_about = |line: &PaperLine| line.item.is_some_and(|item| always.contains(&item));
    let mut out = String::new();
    for (heading, standing) in [("CAME BACK", Standing::Returned), ("DID NOT COME BACK", Standing::Closed)] {
        let shown = lines.iter().filter(|line| line.standing == standing && !line.is_repeated_in(lines));
        section(&mut out, heading, shown);
    }
    let not_held = |line: &&PaperLine| line.standing == Standing::NotHeld;
    section(&mut out, "NOT HELD", lines.iter().filter(not_held).filter(|line| is_asked_about(line)));
    let others = lines.iter().filter(not_held).filter(|line| !is_asked_about(line)).count();
    let not_reached = lines.iter().filter(|line| line.standing == Standing::NotReached).count();
    let mut folded = Vec::new();
    if others > 0 {
        folded.push(format!("Asked and not held: {}.", kinds(others, "other kind", "other kinds")));
    }
    if not_reached > 0 {
        folded.push(format!("Not reached by this demand: {}.", kinds(not_reached, "kind", "kinds")));
    }
    if !folded.is_empty() {
        folded.push("--json names each, and why.".into());
        out.push('\n');
        out.push_str(&paragraph(&folded.join(" ")));
    }
    out
}

fn kinds(count: usize, one: &str, many: &str) -> String {
    format!("{count} {} of data", if count == 1 { one } else { many })
}

fn section<'l>(out: &mut String, heading: &str, lines: impl Iterator<Item = &'l PaperLine>) {
    for (position, line) in lines.enumerate() {
        if position == 0 {
            out.push_str(&title(heading));
        }
        out.push_str(&side_by_side(&WIDTHS, &[line.asked.clone(), line.says.clone()]));
    }
}

/// A sentence's first letter in capitals.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A heading: a line, underlined.
#[must_use]
pub fn title(text: &str) -> String {
    format!("\n{text}\n{}\n", "-".repeat(text.chars().count().min(WIDTH)))
}

/// Makes headings bold: the lines above a line of dashes. Without colour the dashes still tell.
#[must_use]
pub fn headed(text: &str) -> String {
    let bold = anstyle::Style::new().bold();
    let lines: Vec<&str> = text.lines().collect();
    let mut out = String::with_capacity(text.len());
    for (position, line) in lines.iter().enumerate() {
        let underlined = lines
            .get(position + 1)
            .is_some_and(|next| !next.is_empty() && next.bytes().all(|byte| byte == b'-'));
        if underlined && !line.is_empty() {
            out.push_str(&format!("{bold}{line}{bold:#}\n"));
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use pillarbox_access::Blank;

    use super::*;

    fn returned(item: Item, lines: &[&str]) -> PaperLine {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        PaperLine::of(item, &Answer::of(lines, Blank::NotWrittenDown))
    }

    #[test]
    fn what_came_back_stands_once_and_what_did_not_is_counted() {
        let paper = lines(
            &[
                returned(Item::BasicSubscriberRecord, &["telephone number: +447700900101"]),
                returned(Item::RegisteredAt, &["2017-03-20 08:00:00 UTC"]),
                returned(Item::RegisteredDate, &["2017-03-20 (day only)"]),
                returned(Item::MessageTimes, &["14:00", "14:01"]),
                returned(Item::MessageSourceDestination, &["14:00: a to b"]),
                returned(Item::Name, &[]),
                returned(Item::Email, &[]),
                PaperLine::of(Item::PushToken, &Answer::NotCovered),
                PaperLine::of(
                    Item::MessageContent,
                    &Answer::HeldUnreadable { count: 2, private_keys: 1, public_values: 3 },
                ),
            ],
            &[Item::Name],
        );
        assert_eq!(
            paper,
            "
CAME BACK
---------
date and time of            2017-03-20 08:00:00 UTC
  registration
date and time of each       returned 2:
  message                   14:00
                            14:01
who wrote to whom, message  14:00: a to b
  by message

DID NOT COME BACK
-----------------
what the messages say       held but unreadable: 2. Not opened by any of the
                              relay's 1 private keys, nor by its 3 public values
                              tried as keys

NOT HELD
--------
name of the holder          none held: the relay does not write this down

Asked and not held: 1 other kind of data. Not reached by this demand: 1 kind of
data. --json names each, and why.
"
        );
    }
}
