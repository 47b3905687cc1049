//! Facts: what a return says, as plain data that a scorer can compare with what was so.
//!
//! People are named as the party that answers can name them: by number, or by account where there is none.

use pillarbox_client::group::{Group, GroupId};
use pillarbox_wire::Timestamp;
use serde::{Deserialize, Serialize};

/// A message of which somebody learned that it passed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrote {
    /// When it came to whoever noted it.
    pub at: Timestamp,
    /// Who sent it, if that is known.
    pub from: Option<String>,
    /// Who got it, if that is known.
    pub to: Option<String>,
}

/// A text that somebody could read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// When, by the best clock that came with it.
    pub at: Timestamp,
    /// Who said it, if that is known.
    pub from: Option<String>,
    /// To whom, if that is known.
    pub to: Option<String>,
    /// The words, byte for byte.
    pub text: String,
    /// The group that it went to; none for what is between two people, and where nothing says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Addressed>,
}

/// A group that a text went to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Addressed {
    /// The group's name, if that is known.
    pub name: Option<String>,
}

/// The group `went_to`, by its name where it is one of `known`.
#[must_use]
pub fn addressed(went_to: Option<GroupId>, known: &[Group]) -> Option<Addressed> {
    let name = |id: GroupId| known.iter().find(|group| group.id == id).map(|group| group.name.clone());
    went_to.map(|id| Addressed { name: name(id) })
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// What the group is called.
    pub group: String,
    /// Who.
    pub member: String,
}

/// Somebody in somebody's address book.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knows {
    /// Whose address book.
    pub owner: String,
    /// Who stands in it.
    pub contact: String,
}

/// Everything that a return says of this kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// Messages that passed.
    pub wrote: Vec<Wrote>,
    /// Texts that could be read.
    pub said: Vec<Said>,
    /// Messages that are there byte for byte and that nothing opened. Whoever has one cannot tell whether it is a text.
    pub sealed: Vec<Wrote>,
    /// Groups.
    pub members: Vec<Member>,
    /// Address books.
    pub knows: Vec<Knows>,
    /// Others whom a line names, beyond those above.
    pub named: Vec<String>,
}

impl Facts {
    /// Takes over what another answer says. What both say is said once.
    pub fn add(&mut self, other: Self) {
        merge(&mut self.wrote, other.wrote);
        merge(&mut self.said, other.said);
        merge(&mut self.sealed, other.sealed);
        merge(&mut self.members, other.members);
        merge(&mut self.knows, other.knows);
        merge(&mut self.named, other.named);
    }

    /// Everybody whom they name.
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

/// Appends, keeps sorted, and drops what is there: as often as one side has it.
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
