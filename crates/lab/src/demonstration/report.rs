//! The findings of the demonstration, as data. The text on the terminal and the JSON are views of them.

use pillarbox_access::{Item, ItemAnswer, Served};
use serde::Serialize;

use crate::answer::{Server, due_to_encryption};

/// The whole demonstration: one conversation, once under each design.
#[derive(Clone, Debug, Serialize)]
pub struct DemonstrationReport {
    /// The version of this layout.
    pub v: u8,
    /// The people who took part.
    pub people: Vec<DemonstratedPerson>,
    /// The number of texts in each run.
    pub texts_said: usize,
    /// The person whose phone was switched off before the last text. The demands are about the same person.
    pub switched_off: &'static str,
    /// The text that was said after the phone was switched off.
    pub switched_off_before: &'static str,
    /// The runs, one for each design, in the same order everywhere.
    pub runs: Vec<DemonstrationRun>,
}

impl DemonstrationReport {
    /// Returns the differences that are due to the encryption, and the others.
    #[must_use]
    pub fn verdict(&self) -> String {
        let [open, closed] = self.runs.as_slice() else { return String::new() };
        due_to_encryption([open.server(), closed.server()], self.texts_said)
    }
}

impl DemonstrationRun {
    /// Counts the texts that a thief reads from a copy of the relay's files, without any demand.
    #[must_use]
    pub fn texts_for_a_thief(&self) -> usize {
        self.kept.iter().filter(|row| row.is_text).count()
    }

    /// Returns the largest count among the demands.
    pub(super) fn most(&self, count: &dyn Fn(&Served) -> usize) -> usize {
        self.returns.iter().map(count).max().unwrap_or(0)
    }

    fn server(&self) -> Server {
        Server {
            texts: self.most(&|served| served.facts.said.len()),
            keeps_delivered: self.kept.len() >= self.saw.len(),
            is_told_senders: self.saw.iter().any(|sight| sight.from.is_some()),
        }
    }
}

/// Counts the lines of the paper that were returned for an item. Facts cannot be counted instead, because several
/// of them can be about one message.
pub(super) fn lines_of(served: &Served, item: Item) -> usize {
    match served.answer(item) {
        Some(ItemAnswer::Returned { lines, .. }) => lines.len(),
        _ => 0,
    }
}

/// A person with a phone.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct DemonstratedPerson {
    /// The first name, invented.
    pub name: &'static str,
    /// A number that the regulator reserves for drama.
    pub number: &'static str,
}

/// The conversation under one design.
#[derive(Clone, Debug, Serialize)]
pub struct DemonstrationRun {
    /// The design's name.
    pub design: &'static str,
    /// The design in one plain phrase.
    pub plain: &'static str,
    /// The screen of each phone at the end, in the order of the people.
    pub phones: Vec<PhoneScreen>,
    /// The messages that passed through the relay, in order of arrival.
    pub saw: Vec<Sight>,
    /// The number of other frames that the relay saw, each with its time and the network address it came from.
    pub saw_besides: usize,
    /// The message rows in the relay's database at the end.
    pub kept: Vec<KeptRow>,
    /// The demands served about the person whose phone was switched off, and what was returned.
    pub returns: Vec<Served>,
    /// The same demands served about everybody else, and what was returned.
    pub returns_about_others: Vec<Served>,
    /// Messages that the relay has accepted, by its own counter.
    pub accepted_in_all: u64,
}

/// The screen of one phone.
#[derive(Clone, Debug, Serialize)]
pub struct PhoneScreen {
    /// The owner of the phone.
    pub owner: &'static str,
    /// The lines.
    pub lines: Vec<ScreenLine>,
}

/// One text as a phone shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ScreenLine {
    /// `you`, or the contact's name.
    pub who: String,
    /// The words.
    pub text: String,
    /// The state of one of the owner's texts; `None` for a received one.
    pub state: Option<&'static str>,
}

/// One message as it passed through the relay.
#[derive(Clone, Debug, Serialize)]
pub struct Sight {
    /// The account on whose connection it arrived, by number; `None` if the connection named nobody.
    pub from: Option<String>,
    /// The owner of the mailbox, by number.
    pub to: String,
    /// The length in bytes.
    pub bytes: u64,
}

/// One message row that the relay still has.
#[derive(Clone, Debug, Serialize)]
pub struct KeptRow {
    /// The number of the message row.
    pub message: u64,
    /// The sender in the row.
    pub from: Option<String>,
    /// The owner of the mailbox.
    pub to: String,
    /// The length of its payload in bytes.
    pub bytes: u64,
    /// The words of the payload, if anything that the relay has can read it.
    pub readable: Option<String>,
    /// True if that is a text that somebody wrote.
    pub is_text: bool,
    /// The payload's first bytes in hexadecimal.
    pub first_bytes: String,
}
