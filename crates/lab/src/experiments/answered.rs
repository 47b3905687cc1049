//! An answer: the result that a serving step passes to the scorer, with the bytes behind it.

use std::collections::BTreeMap;

use pillarbox_access::evidence::Exhibit;
use pillarbox_access::facts::{Facts, Wrote};
use pillarbox_access::served::ItemLine;
use pillarbox_access::{Item, ItemAnswer, Served};
use pillarbox_text::count::counted;
use pillarbox_wire::Timestamp;

use super::guessing::GuessTime;
use crate::english::capital;
use crate::evidence::{How, Piece};
use crate::score::{Capability, Counts, Entry, Measures, Statement, Yield};

/// The result of a demand.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// Everything that was returned.
    pub brought: Yield,
    /// The kind of outcome: whether the party asked is able to do it, and in which way.
    pub means: Capability,
    /// Counts that the serving step itself made, if it is about something other than texts, messages and entries.
    pub counted: Option<Counts>,
    /// The unit of those counts.
    pub unit: Option<&'static str>,
    /// The kind of container that was met closed, in words.
    pub container: &'static str,
    /// Reasons that the counts do not show.
    pub reasons: Vec<String>,
    /// Measures that only this step can know: the length of the look back, the results of passcodes and channels.
    pub effects: Measures,
    /// The bytes behind the answer.
    pub pieces: Vec<Piece>,
    /// True if the texts in it can be read again from those bytes.
    pub rereadable: bool,
    /// The time that guessing took by the clock. It differs from run to run, and is not part of any evidence.
    pub guessing: Option<GuessTime>,
}

impl Answered {
    /// Adds one operator's paper: the items that the operator has. Items that it says it does not hand over are
    /// marked.
    pub(super) fn paper(&mut self, has: &Served, hands_over: &Served) {
        for line in &has.lines {
            let entry = entry(line, hands_over);
            match self.brought.entries.iter_mut().find(|known| known.asked == line.item) {
                // Several relays of one operator produce one paper. For each item, the line that says more wins.
                Some(known) if known.answer.held() >= entry.answer.held() => {}
                Some(known) => *known = entry,
                None => self.brought.entries.push(entry),
            }
            self.pieces.extend(line.exhibits.iter().map(|exhibit| piece(line.item, exhibit)));
        }
        // Several lines of a paper may rest on the same rows.
        self.pieces.sort_by(|one, other| (&one.found_in, &one.sha256).cmp(&(&other.found_in, &other.sha256)));
        self.pieces.dedup();
        // Everything that was returned is filed under an account or names one, so the operator names somebody.
        let names = !has.returned().is_empty() || has.facts.people().next().is_some();
        self.brought.origin.named_by_operator |= names;
        self.facts(&has.facts);
    }

    /// Adds the facts of a paper.
    pub(super) fn facts(&mut self, facts: &Facts) {
        let Yield { wrote, said, sealed, members, named, .. } = answered_by(facts);
        self.brought.wrote.extend(wrote);
        self.brought.said.extend(said);
        self.brought.sealed.extend(sealed);
        self.brought.members.extend(members);
        self.brought.named.extend(named);
    }

    /// Adds the reason that the paper states at an item that was not returned.
    pub(super) fn because(&mut self, item: Item, served: &Served) {
        let reason = match served.answer(item) {
            None | Some(ItemAnswer::Returned { .. }) => return,
            Some(ItemAnswer::HeldUnreadable { private_keys, public_values, .. }) if *private_keys > 0 => {
                let keys = counted(
                    *private_keys,
                    "private key of the operator was",
                    "private keys of the operator were",
                );
                match public_values {
                    0 => format!("{keys} tried. None opens anything."),
                    values => format!(
                        "{keys} tried, and {} from its rows in the place of a key. None opens anything.",
                        counted(*values, "other value", "other values"),
                    ),
                }
            }
            Some(answer) => format!("{}: {answer}.", capital(item.wording())),
        };
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// Converts facts into the form of an answer.
pub(crate) fn answered_by(facts: &Facts) -> Yield {
    let known = facts.knows.iter().flat_map(|knows| [knows.owner.clone(), knows.contact.clone()]);
    let named = known.chain(facts.named.iter().cloned());
    Yield {
        wrote: once_each(&facts.wrote),
        said: facts.said.clone(),
        sealed: facts.sealed.clone(),
        members: facts.members.clone(),
        named: named.collect(),
        ..Yield::default()
    }
}

/// Returns the lines about some items, for a demand about those alone.
pub(super) fn entries(has: &Served, hands_over: &Served, about: &[Item]) -> Vec<Entry> {
    let lines = has.lines.iter().filter(|line| about.contains(&line.item));
    lines.map(|line| entry(line, hands_over)).collect()
}

fn entry(line: &ItemLine, hands_over: &Served) -> Entry {
    let withheld = match hands_over.answer(line.item) {
        Some(ItemAnswer::Withheld { says, from, by, .. }) => {
            Some(Statement { says: says.clone(), from: from.clone(), by: *by })
        }
        _ => None,
    };
    Entry { asked: line.item, answer: line.answer.clone(), was_known: line.was_known, withheld }
}

/// Returns each message that passed once. One line of a paper states a message's time and says whether the account
/// sent or received it. Another line states the author and the recipient of the same message. The line that says
/// less is dropped.
fn once_each(wrote: &[Wrote]) -> Vec<Wrote> {
    let ends = |wrote: &Wrote| usize::from(wrote.from.is_some()) + usize::from(wrote.to.is_some());
    let mut by_time: BTreeMap<Timestamp, Vec<&Wrote>> = BTreeMap::new();
    for wrote in wrote {
        by_time.entry(wrote.at).or_default().push(wrote);
    }
    let mut all = Vec::new();
    for mut rows in by_time.into_values() {
        rows.sort_by_key(|wrote| std::cmp::Reverse(ends(wrote)));
        let mut said_fully: Vec<&Wrote> = Vec::new();
        for row in rows {
            let says_no_more = |full: &&Wrote| {
                ends(full) > ends(row)
                    && (row.from.is_none() || row.from == full.from)
                    && (row.to.is_none() || row.to == full.to)
            };
            match said_fully.iter().position(says_no_more) {
                Some(at) => drop(said_fully.swap_remove(at)),
                None => {
                    all.push(row.clone());
                    said_fully.push(row);
                }
            }
        }
    }
    all
}

/// Returns an exhibit as written in an evidence file.
pub(super) fn piece(item: Item, exhibit: &Exhibit) -> Piece {
    let how = match (item, exhibit.part) {
        (Item::MessageContent | Item::DeliveredMessages, "payload") => How::Message,
        (Item::DeviceBackup | Item::BackupKeys | Item::MessageContent, _) if exhibit.place == "deposits" => {
            How::Backup
        }
        _ => How::Kept,
    };
    Piece {
        found_in: exhibit.place.to_owned(),
        part: exhibit.part.to_owned(),
        value: exhibit.value.clone(),
        sha256: exhibit.sha256.clone(),
        how,
    }
}
