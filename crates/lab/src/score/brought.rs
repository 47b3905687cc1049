//! What a demand brought, as plain data. People stand in it as the party that answered can name them: by number, or by account.

use pillarbox_access::attribution::Origin;
use serde::{Deserialize, Serialize};

/// A text that could be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// When it was said, as far as came back, in milliseconds since 1970.
    pub at: u64,
    /// By whom, if that is known.
    pub from: Option<String>,
    /// To whom, if that is known.
    pub to: Option<String>,
    /// The words.
    pub text: String,
}

/// A message of which it came back that it passed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrote {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// Who sent it, if that is known.
    pub from: Option<String>,
    /// Who got it, if that is known.
    pub to: Option<String>,
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The group's name, as it came back.
    pub group: String,
    /// Who.
    pub member: String,
}

/// One thing that was asked, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What was asked, in words.
    pub asked: String,
    /// What came of it, in words.
    pub answer: String,
    /// How many entries came back.
    pub returned: u64,
    /// Whether something is there that nothing opens.
    pub unreadable: bool,
    /// Whether something is there that is not handed over.
    pub withheld: bool,
    /// Whether the demand reaches it at all.
    pub covered: bool,
}

/// What one of several people shows who were each asked alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Who.
    pub who: String,
    /// Texts.
    pub said: Vec<Text>,
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
    pub said: Vec<Text>,
    /// Messages that passed.
    pub wrote: Vec<Wrote>,
    /// Groups.
    pub members: Vec<Member>,
    /// Others whom the answer names, beyond those above.
    pub named: Vec<String>,
    /// Pieces that are there and that nothing opened.
    pub unreadable: u64,
    /// What each of several people shows who were asked alone; what the first of them shows stands above.
    pub parties: Vec<Party>,
    /// When each thing came to the party, where that is later than when it happened: pairs of milliseconds since 1970.
    pub came: Vec<(u64, u64)>,
}

impl Entry {
    /// Whether it came back, on a demand that reaches it.
    #[must_use]
    pub const fn came_back(&self) -> bool {
        self.covered && self.returned > 0
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
