//! What a demand brought, as plain data. People stand in it as the party that answered can name them: by number, or by account.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::attribution::Origin;
use pillarbox_access::facts::{Member, Said, Wrote};
use pillarbox_access::speaker::Speaker;
use pillarbox_access::{Answer as ItemAnswer, Item};
use pillarbox_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// One thing that was asked, and what the party asked has of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The item.
    pub asked: Item,
    /// The answer of a party that holds nothing back.
    pub answer: ItemAnswer,
    /// Whether the demand itself says it, so that nothing was learned.
    pub was_known: bool,
    /// The party's statement that it does not hand this over, if it has it and says so.
    pub withheld: Option<Statement>,
}

/// Something that an operator says of itself, or that is reported of it.
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

/// What one of several people shows who were each asked alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Who.
    pub who: String,
    /// Texts.
    pub said: Vec<Said>,
}

/// Everything that a demand brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Brought {
    /// Where it comes from.
    pub origin: Origin,
    /// Line by line.
    pub entries: Vec<Entry>,
    /// Texts.
    pub said: Vec<Said>,
    /// Messages that passed.
    pub wrote: Vec<Wrote>,
    /// Messages that are there byte for byte and that nothing opened.
    pub sealed: Vec<Wrote>,
    /// Groups.
    pub members: Vec<Member>,
    /// Others whom the answer names, beyond those above.
    pub named: Vec<String>,
    /// Containers of texts that are there and that nothing opened: locked phones, backups without their key.
    pub closed: u64,
    /// What each of several people shows who were asked alone; what all of them show together stands above.
    pub parties: Vec<Party>,
    /// When each thing came to the party, where that is later than when it happened: pairs of milliseconds since 1970.
    pub came: Vec<(u64, u64)>,
}

impl Brought {
    /// Returns true if the party has something of these items, and all of it is what it does not hand over.
    #[must_use]
    pub fn is_withheld(&self, items: &[Item]) -> bool {
        let held = |entry: &&Entry| items.contains(&entry.asked) && entry.came_back();
        let mut held = self.entries.iter().filter(held).peekable();
        held.peek().is_some() && held.all(|entry| entry.withheld.is_some())
    }

    /// Returns true if anything came back that is not kept back.
    #[must_use]
    pub fn is_anything_back(&self) -> bool {
        let came_back = |entry: &Entry| entry.came_back() && entry.withheld.is_none();
        self.entries.iter().any(came_back) || !self.texts_without_a_line().is_empty()
    }

    /// Returns true if the party has the texts and does not hand them over: then none of them came back.
    #[must_use]
    pub fn is_without_its_texts(&self) -> bool {
        self.is_withheld(&[Item::MessageContent, Item::DeviceBackup])
    }

    /// Returns true if whoever answers knows who is behind an account without a number: phones and people do, an operator does not.
    #[must_use]
    pub const fn knows_accounts(&self) -> bool {
        let Origin { named_by_operator, found_on_phone, shown_by_party, .. } = self.origin;
        !named_by_operator || found_on_phone || shown_by_party
    }

    /// The statements that something which the party has is not handed over, each once.
    #[must_use]
    pub fn statements(&self) -> BTreeSet<&Statement> {
        self.entries.iter().filter(|entry| entry.came_back()).filter_map(|it| it.withheld.as_ref()).collect()
    }

    /// The texts, where no entry is about them: from a phone, from a backup elsewhere.
    #[must_use]
    pub fn texts_without_a_line(&self) -> &[Said] {
        let is_about_texts = |entry: &Entry| entry.came_back() && entry.asked == Item::MessageContent;
        if self.entries.iter().any(is_about_texts) { &[] } else { &self.said }
    }
}

impl Party {
    /// What all of them show together. A text that several show is one text: as often as the one shows it who shows it most.
    #[must_use]
    pub fn together(parties: &[Self]) -> Vec<Said> {
        let mut most: BTreeMap<(Timestamp, &str), Vec<&Said>> = BTreeMap::new();
        for party in parties {
            let mut own: BTreeMap<(Timestamp, &str), Vec<&Said>> = BTreeMap::new();
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
    /// Whether the demand reaches it.
    #[must_use]
    pub fn is_covered(&self) -> bool {
        self.answer != ItemAnswer::NotCovered
    }

    /// How many entries the party has, readable and not known before.
    #[must_use]
    pub const fn returned(&self) -> u64 {
        match &self.answer {
            ItemAnswer::Returned { count, .. } if !self.was_known => *count,
            _ => 0,
        }
    }

    /// Whether anything came of it that was not known before.
    #[must_use]
    pub const fn came_back(&self) -> bool {
        self.returned() > 0
    }
}

impl Brought {
    /// Whether anything came back at all.
    #[must_use]
    pub fn is_something(&self) -> bool {
        let lists =
            [self.said.is_empty(), self.wrote.is_empty(), self.members.is_empty(), self.named.is_empty()];
        lists.contains(&false) || self.entries.iter().any(Entry::came_back)
    }
}
