//! Facts: the content of an answer as structured data, which a scorer can compare with the truth.
//!
//! People are named as the answering party can name them: by number, or by account if there is no number.

use pillarbox_client::group::{Group, GroupId};
use pillarbox_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// A message that somebody knows to have passed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrote {
    /// The time at which the recording party received it.
    pub at: Timestamp,
    /// The sender, if known.
    pub from: Option<String>,
    /// The recipient, if known.
    pub to: Option<String>,
}

/// A text that somebody could read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadableText {
    /// The time, by the most reliable clock available for the text.
    pub at: Timestamp,
    /// The author, if known.
    pub from: Option<String>,
    /// The recipient, if known.
    pub to: Option<String>,
    /// The text, byte for byte.
    pub text: String,
    /// The group that the text went to. It is absent for a text between two people, and if nothing names the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Addressed>,
}

/// A group that a text went to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addressed {
    /// The group's name, if known.
    pub name: Option<String>,
}

/// Returns the group `went_to`, by its name if it is one of `known`.
#[must_use]
pub fn addressed(went_to: Option<GroupId>, known: &[Group]) -> Option<Addressed> {
    let name = |id: GroupId| known.iter().find(|group| group.id == id).map(|group| group.name.clone());
    went_to.map(|id| Addressed { name: name(id) })
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The group's name.
    pub group: String,
    /// The member's name.
    pub member: String,
}

/// An entry of somebody's address book.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knows {
    /// The owner of the address book.
    pub owner: String,
    /// The contact who is in it.
    pub contact: String,
}

/// The facts of an answer, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Messages that passed.
    pub wrote: Vec<Wrote>,
    /// Texts that could be read.
    pub said: Vec<ReadableText>,
    /// Messages that are present byte for byte and that nothing opened. Their holder cannot tell whether they are
    /// texts.
    pub sealed: Vec<Wrote>,
    /// The number of pictures that are present and that nothing opened.
    #[serde(skip)]
    pub sealed_pictures: u64,
    /// Members of groups.
    pub members: Vec<Member>,
    /// Entries of address books.
    pub knows: Vec<Knows>,
    /// Other people whom a line names.
    pub named: Vec<String>,
}

impl Facts {
    /// Adds the facts of another answer. A fact of both answers is kept once.
    pub fn add(&mut self, other: Self) {
        merge(&mut self.wrote, other.wrote);
        merge(&mut self.said, other.said);
        merge(&mut self.sealed, other.sealed);
        self.sealed_pictures += other.sealed_pictures;
        merge(&mut self.members, other.members);
        merge(&mut self.knows, other.knows);
        merge(&mut self.named, other.named);
    }

    /// Returns everybody whom the facts name.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        let wrote = self.wrote.iter().flat_map(|wrote| [&wrote.from, &wrote.to]);
        let said = self.said.iter().flat_map(|said| [&said.from, &said.to]);
        let sealed = self.sealed.iter().flat_map(|sealed| [&sealed.from, &sealed.to]);
        let parties = wrote.chain(said).chain(sealed).filter_map(Option::as_deref);
        let members = self.members.iter().map(|member| member.member.as_str());
        let known = self.knows.iter().flat_map(|knows| [knows.owner.as_str(), knows.contact.as_str()]);
        parties.chain(members).chain(known).chain(self.named.iter().map(String::as_str))
    }
}

/// Merges two lists into a sorted one. A value occurs as often as in the list that has more copies of it.
fn merge<T: Ord + Clone>(into: &mut Vec<T>, mut other: Vec<T>) {
    other.sort();
    into.sort();
    let mut merged = Vec::with_capacity(into.len() + other.len());
    let (mut left, mut right) = (std::mem::take(into).into_iter().peekable(), other.into_iter().peekable());
    loop {
        let next = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) if a == b => {
                right.next();
                left.next()
            }
            (Some(a), Some(b)) if a > b => right.next(),
            (Some(_), _) => left.next(),
            (None, _) => right.next(),
        };
        match next {
            Some(value) => merged.push(value),
            None => break,
        }
    }
    *into = merged;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_both_say_is_said_once(mut a in prop::collection::vec(0..9_u8, 0..9), b in prop::collection::vec(0..9_u8, 0..9)) {
            let before = a.clone();
            merge(&mut a, b.clone());
            for value in 0..9 {
                let count = |of: &[u8]| of.iter().filter(|v| **v == value).count();
                prop_assert_eq!(count(&a), count(&before).max(count(&b)));
            }
            prop_assert!(a.is_sorted());
        }
    }
}
