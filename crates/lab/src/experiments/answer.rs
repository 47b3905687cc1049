//! An answer: what a serving step hands over to be scored, with the bytes behind it.

use std::collections::BTreeMap;

use pillarbox_access::evidence::Exhibit;
use pillarbox_access::facts::Facts;
use pillarbox_access::served::ItemLine;
use pillarbox_access::{Answer as ItemAnswer, Item, Served};

use super::guessing::GuessTime;
use crate::matrix::cell::{How, Piece};
use crate::score::{Brought, Counts, Entry, Means, Measures, Member, Text, Wrote};

/// What came of a demand.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// What came back.
    pub brought: Brought,
    /// Whether whoever was asked can do it.
    pub means: Means,
    /// Counts that the serving step itself made, where texts, messages and entries are not what it is about.
    pub counted: Option<Counts>,
    /// What stands behind the number then.
    pub unit: Option<&'static str>,
    /// Why, where the counts do not say it.
    pub reasons: Vec<String>,
    /// What only this step can know: how far back it reaches, what became of passcodes and channels.
    pub effects: Measures,
    /// The bytes.
    pub pieces: Vec<Piece>,
    /// Whether the texts in it can be read again from those bytes.
    pub rereadable: bool,
    /// What guessing took by the clock. It differs from run to run, and stands in no evidence.
    pub guessing: Option<GuessTime>,
}

impl Answered {
    /// Takes over one operator's paper.
    pub(super) fn paper(&mut self, served: &Served) {
        for line in &served.lines {
            let covered = line.answer != ItemAnswer::NotCovered;
            match self.brought.entries.iter_mut().find(|entry| entry.asked == line.item.as_str()) {
                // Of several relays of one operator, one paper: the line that says more.
                Some(entry) if entry.returned >= line.answer.held() => {}
                Some(entry) => *entry = self::entry(line, covered),
                None => self.brought.entries.push(entry(line, covered)),
            }
            self.pieces.extend(line.exhibits.iter().map(|exhibit| piece(line.item, exhibit)));
            // What a paper says in several lines rests on the same rows.
            self.pieces
                .sort_by(|one, other| (&one.found_in, &one.sha256).cmp(&(&other.found_in, &other.sha256)));
            self.pieces.dedup();
        }
        // Whatever came back is filed under an account, or names one: that it is so, the operator says.
        let names = !served.returned().is_empty() || served.facts.people().next().is_some();
        self.brought.origin.named_by_operator |= names;
        self.facts(&served.facts);
    }

    /// Takes over what a paper says as facts.
    pub(super) fn facts(&mut self, facts: &Facts) {
        let Brought { wrote, said, members, named, .. } = answered_by(facts);
        self.brought.wrote.extend(wrote);
        self.brought.said.extend(said);
        self.brought.members.extend(members);
        self.brought.named.extend(named);
    }

    /// The reason that the paper gives at an item that did not come back.
    pub(super) fn because(&mut self, item: Item, served: &Served) {
        if let Some(answer) = served.answer(item)
            && !matches!(answer, ItemAnswer::Returned { .. })
        {
            let reason = format!("{}: {answer}.", item.wording());
            if !self.reasons.contains(&reason) {
                self.reasons.push(reason);
            }
        }
    }
}

/// Facts as what was brought.
pub(crate) fn answered_by(facts: &Facts) -> Brought {
    let said = facts.said.iter().map(|said| Text {
        at: said.at.0,
        from: said.from.clone(),
        to: said.to.clone(),
        text: said.text.clone(),
    });
    let members =
        facts.members.iter().map(|row| Member { group: row.group.clone(), member: row.member.clone() });
    let named = facts.knows.iter().flat_map(|knows| [knows.owner.clone(), knows.contact.clone()]);
    Brought {
        wrote: wrote(facts),
        said: said.collect(),
        members: members.collect(),
        named: named.collect(),
        ..Brought::default()
    }
}

fn entry(line: &ItemLine, covered: bool) -> Entry {
    let returned = match &line.answer {
        // What the demand itself says was not learned.
        ItemAnswer::Returned { count, .. } if !line.was_known => *count,
        _ => 0,
    };
    Entry {
        asked: line.item.as_str().to_owned(),
        answer: match &line.answer {
            ItemAnswer::Returned { lines, .. } => lines.join("\n"),
            other => other.to_string(),
        },
        returned,
        unreadable: matches!(line.answer, ItemAnswer::HeldUnreadable { .. }),
        withheld: matches!(line.answer, ItemAnswer::Withheld { .. }),
        covered,
    }
}

/// Messages that passed. A paper says of one message when it was in one line, and who wrote to whom in another: that is one
/// message, and not two.
fn wrote(facts: &Facts) -> Vec<Wrote> {
    let mut full: BTreeMap<u64, usize> = BTreeMap::new();
    for wrote in facts.wrote.iter().filter(|wrote| wrote.from.is_some() || wrote.to.is_some()) {
        *full.entry(wrote.at.0).or_default() += 1;
    }
    let mut all = Vec::new();
    for wrote in &facts.wrote {
        let only_the_time = wrote.from.is_none() && wrote.to.is_none();
        let said_fully = full.get_mut(&wrote.at.0).filter(|left| only_the_time && **left > 0);
        match said_fully {
            Some(left) => *left -= 1,
            None => all.push(Wrote { at: wrote.at.0, from: wrote.from.clone(), to: wrote.to.clone() }),
        }
    }
    all
}

/// An exhibit as it stands in an evidence file.
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
