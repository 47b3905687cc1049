//! The result of a demand, as plain data. People are in it as the answering party can name them: by number, or by
//! account.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::attribution::Provenance;
use pillarbox_access::facts::{Member, ReadableText, Wrote};
use pillarbox_access::speaker::Speaker;
use pillarbox_access::{Item, ItemAnswer};
use pillarbox_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// One item that was asked for, and the party's answer about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The item.
    pub asked: Item,
    /// The answer of a party that withholds nothing.
    pub answer: ItemAnswer,
    /// True if the demand itself states it, so that nothing was learned.
    pub was_known: bool,
    /// The party's statement that it does not hand this over, if it has it and says so.
    pub withheld: Option<Statement>,
}

/// A statement of an operator about itself, or a report about an operator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The statement, in this project's words.
    pub says: String,
    /// The source.
    pub from: String,
    /// The speaker.
    #[serde(default)]
    pub by: Speaker,
}

/// The texts that one of several people shows, if each is asked alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The person whose texts these are.
    pub who: String,
    /// The texts that this person shows.
    pub said: Vec<ReadableText>,
}

/// Everything that a demand returned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Yield {
    /// The origin of the answer.
    pub origin: Provenance,
    /// The entries, one for each item.
    pub entries: Vec<Entry>,
    /// The readable texts in the answer.
    pub said: Vec<ReadableText>,
    /// The messages that the answer shows to have passed.
    pub wrote: Vec<Wrote>,
    /// Stored messages, byte for byte, that nothing opened.
    pub sealed: Vec<Wrote>,
    /// The members of groups that the answer names.
    pub members: Vec<Member>,
    /// Other people whom the answer names, in addition to those above.
    pub named: Vec<String>,
    /// Stored containers of texts that nothing opened: locked phones, backups without their key.
    pub closed: u64,
    /// The texts that each of several people shows if asked alone. The texts that all of them show together are
    /// above.
    pub parties: Vec<Party>,
    /// The arrival time of each thing at the party, if later than the time of the thing itself: pairs of milliseconds
    /// since 1970 (time, arrival).
    pub came: Vec<(u64, u64)>,
}

impl Yield {
    /// Returns true if the party has something of these items, and hands over none of it.
    #[must_use]
    pub fn is_withheld(&self, items: &[Item]) -> bool {
        let held = |entry: &&Entry| items.contains(&entry.asked) && entry.came_back();
        let mut held = self.entries.iter().filter(held).peekable();
        held.peek().is_some() && held.all(|entry| entry.withheld.is_some())
    }

    /// Returns true if anything was returned that is not kept back.
    #[must_use]
    pub fn is_anything_back(&self) -> bool {
        let came_back = |entry: &Entry| entry.came_back() && entry.withheld.is_none();
        self.entries.iter().any(came_back) || !self.texts_without_a_line().is_empty()
    }

    /// Returns true if the party has the texts and does not hand them over. In that case none of them was returned.
    #[must_use]
    pub fn is_without_its_texts(&self) -> bool {
        self.is_withheld(&[Item::MessageContent, Item::DeviceBackup])
    }

    /// Returns true if the answering party knows the owner of an account without a number. Phones and people do, and an
    /// operator does not.
    #[must_use]
    pub const fn knows_accounts(&self) -> bool {
        let Provenance { named_by_operator, found_on_phone, shown_by_party, .. } = self.origin;
        !named_by_operator || found_on_phone || shown_by_party
    }

    /// Returns the statements that the party does not hand over something that it has, each once.
    #[must_use]
    pub fn statements(&self) -> BTreeSet<&Statement> {
        self.entries.iter().filter(|entry| entry.came_back()).filter_map(|it| it.withheld.as_ref()).collect()
    }

    /// Returns the texts, if no entry is about them: from a phone, or from a backup elsewhere.
    #[must_use]
    pub fn texts_without_a_line(&self) -> &[ReadableText] {
        let is_about_texts = |entry: &Entry| entry.came_back() && entry.asked == Item::MessageContent;
        if self.entries.iter().any(is_about_texts) { &[] } else { &self.said }
    }
}

impl Party {
    /// Returns the texts that all of them show together. A text that several people show counts once. If one person
    /// shows equal texts several times, the largest number counts.
    #[must_use]
    pub fn together(parties: &[Self]) -> Vec<ReadableText> {
        let mut most: BTreeMap<(Timestamp, &str), Vec<&ReadableText>> = BTreeMap::new();
        for party in parties {
            let mut own: BTreeMap<(Timestamp, &str), Vec<&ReadableText>> = BTreeMap::new();
            for said in &party.said {
                own.entry((said.at, said.text.as_str())).or_default().push(said);
            }
            for (text, shown) in own {
                let known = most.entry(text).or_default();
                if shown.len() > known.len() {
                    *known = shown;
                }
            }
        }
        most.into_values().flatten().cloned().collect()
    }
}

impl Entry {
    /// Returns true if the demand reaches the item.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.answer != ItemAnswer::NotCovered
    }

    /// Returns the number of entries that the party has, readable and not known before.
    #[must_use]
    pub const fn returned(&self) -> u64 {
        match &self.answer {
            ItemAnswer::Returned { count, .. } if !self.was_known => *count,
            _ => 0,
        }
    }

    /// Returns true if it revealed anything that was not known before.
    #[must_use]
    pub const fn came_back(&self) -> bool {
        self.returned() > 0
    }
}

impl Yield {
    /// Returns true if anything was returned at all.
    #[must_use]
    pub fn is_something(&self) -> bool {
        let lists =
            [self.said.is_empty(), self.wrote.is_empty(), self.members.is_empty(), self.named.is_empty()];
        lists.contains(&false) || self.entries.iter().any(Entry::came_back)
    }
}
