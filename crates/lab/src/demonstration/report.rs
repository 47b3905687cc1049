//! What the demonstration found out, as data. The text on the terminal and the JSON are views of this.

use pillarbox_access::{Answer, Item, Served};
use serde::Serialize;

use crate::answer::{Server, due_to_encryption};

/// The whole demonstration: one conversation, once under each design.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of this layout.
    pub v: u8,
    /// Who took part.
    pub people: Vec<Person>,
    /// How many texts were said in each run.
    pub texts_said: usize,
    /// Whose phone was switched off before the last text; the demands are about the same person.
    pub switched_off: &'static str,
    /// The text that was said after that.
    pub switched_off_before: &'static str,
    /// One for each design, in the same order everywhere.
    pub runs: Vec<Run>,
}

impl Report {
    /// What is due to the encryption, and what is not.
    #[must_use]
    pub fn verdict(&self) -> String {
        let [open, closed] = self.runs.as_slice() else { return String::new() };
        due_to_encryption([open.server(), closed.server()], self.texts_said)
    }
}

impl Run {
    /// How many texts a thief reads who has a copy of the relay's files, without any demand.
    #[must_use]
    pub fn texts_for_a_thief(&self) -> usize {
        self.kept.iter().filter(|row| row.is_text).count()
    }

    /// The most that one of the demands brought.
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

/// The lines of the paper that came back for an item. Facts do not do instead: several of them can be about one message.
pub(super) fn lines_of(served: &Served, item: Item) -> usize {
    match served.answer(item) {
        Some(Answer::Returned { lines, .. }) => lines.len(),
        _ => 0,
    }
}

/// Somebody with a phone.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Person {
    /// First name, invented.
    pub name: &'static str,
    /// A number that the regulator keeps for drama.
    pub number: &'static str,
}

/// The conversation under one design.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The design's name.
    pub design: &'static str,
    /// The design in one plain phrase.
    pub plain: &'static str,
    /// What each phone shows at the end, in the order of the people.
    pub phones: Vec<PhoneScreen>,
    /// The messages that passed through the relay, in the order in which they came.
    pub saw: Vec<Sight>,
    /// How many other frames the relay saw, each with its time and the network address it came from.
    pub saw_besides: usize,
    /// The message rows in the relay's database at the end.
    pub kept: Vec<Kept>,
    /// The demands served about the person whose phone was switched off, and what came back.
    pub returns: Vec<Served>,
    /// The same demands about everybody else.
    pub returns_about_others: Vec<Served>,
    /// Messages that the relay has accepted, by its own counter.
    pub accepted_in_all: u64,
}

/// What one phone shows.
#[derive(Clone, Debug, Serialize)]
pub struct PhoneScreen {
    /// Whose phone.
    pub owner: &'static str,
    /// Line by line.
    pub lines: Vec<ScreenLine>,
}

/// One text as a phone shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ScreenLine {
    /// `you`, or the contact's name.
    pub who: String,
    /// The words.
    pub text: String,
    /// How far a text of the owner's has come; none for one that came in.
    pub state: Option<&'static str>,
}

/// One message as it passed through the relay.
#[derive(Clone, Debug, Serialize)]
pub struct Sight {
    /// The account on whose connection it came, by number; none if the connection named nobody.
    pub from: Option<String>,
    /// Whose mailbox it was for, by number.
    pub to: String,
    /// Its length.
    pub bytes: u64,
}

/// One message row that the relay still has.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    /// The row's number.
    pub message: u64,
    /// The sender that stands in the row.
    pub from: Option<String>,
    /// Whose mailbox.
    pub to: String,
    /// Length of its payload.
    pub bytes: u64,
    /// What the payload says, if anything that the relay has can read it.
    pub readable: Option<String>,
    /// Whether that is a text that somebody wrote.
    pub is_text: bool,
    /// The payload's first bytes in hexadecimal.
    pub first_bytes: String,
}
