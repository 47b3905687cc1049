//! Observed: everything that reached each person from the order on, taken from a world so that two worlds can be
//! compared.
//!
//! A world draws its randomness for each actor. Everything without a cause in the order is therefore the same in both
//! worlds, byte for byte, and a difference is something that a person could notice.

use std::collections::BTreeMap;

use super::staging::Staged;
use crate::record::{Kind, sha256};
use crate::score::Noticed;
use crate::world::PastRelay;

/// Everything that reached the people of one world from the order on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Observed {
    /// By name, in the order of the story.
    people: Vec<(String, Seen)>,
    /// The number of bytes that crossed the wire at their phones, both ways, to and from whomever.
    bytes: u64,
}

/// Everything that reached one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Bytes from a relay and lines on the screen, in the order of their arrival.
    reached: Vec<Reached>,
    /// True if their phone has other software than at the beginning.
    has_other_software: bool,
    /// The number of phone accounts in their possession at the end.
    phones: usize,
}

/// Something that reached a phone, or that it sent past its relay, and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reached {
    /// Bytes from a relay, or to or from somebody else: their number, and their SHA-256.
    Bytes(u64, usize, String),
    /// The phone's notice, or the reason that it was not connected.
    Line(u64, String),
}

impl Observed {
    /// Collects everything that reached the people of a world.
    pub(super) fn of(staged: &Staged) -> Self {
        let Staged { world, scenario, .. } = staged;
        let since = scenario.inquiry.ordered;
        let mut reached: BTreeMap<&str, Vec<Reached>> = BTreeMap::new();
        for (crossing, whom) in world.arrivals().filter(|(crossing, _)| crossing.at >= since) {
            if let Some(person) = scenario.person(whom) {
                let bytes = Reached::Bytes(crossing.at.0, crossing.bytes.len(), sha256(&crossing.bytes));
                reached.entry(person.name.as_str()).or_default().push(bytes);
            }
        }
        for line in world.record().lines().iter().filter(|line| line.at >= since) {
            if let Kind::Notice { who, says, .. } | Kind::Unreachable { who, why: says, .. } = &line.kind {
                reached.entry(who).or_default().push(Reached::Line(line.at.0, says.clone()));
            }
        }
        let mut past_relays = 0;
        for PastRelay { at, who, bytes, .. } in world.past_relays(since) {
            past_relays += bytes.len() as u64;
            if let Some(person) = scenario.person(*who) {
                let passed = Reached::Bytes(at.0, bytes.len(), sha256(bytes));
                reached.entry(person.name.as_str()).or_default().push(passed);
            }
        }
        let people = scenario.everybody().map(|(who, person)| {
            let seen = Seen {
                reached: reached.remove(person.name.as_str()).unwrap_or_default(),
                has_other_software: world.has_other_software(who),
                phones: world.phones_of(who).count(),
            };
            (person.name.clone(), seen)
        });
        let crossed = world
            .crossings()
            .filter(|(crossing, whom)| crossing.at >= since && scenario.person(*whom).is_some());
        let bytes: u64 = crossed.map(|(crossing, _)| crossing.bytes.len() as u64).sum();
        Self { people: people.collect(), bytes: bytes + past_relays }
    }

    /// Returns the number of bytes that crossed the wire at everybody's phones, both ways, from the order on.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Returns the people whose phones received something different from the `usual` world: other bytes, bytes at
    /// another time, a refused connection, a program, a line from the operator.
    pub(crate) fn could_notice(&self, usual: &Self) -> Vec<String> {
        self.differ(usual, |one, other| {
            one.reached != other.reached || one.has_other_software != other.has_other_software
        })
    }

    /// Returns those of them whose phones received as many bytes at the same times, and showed them the same. Only
    /// the content of the bytes differs. A relay numbers all messages that it accepts, so that one more message
    /// changes the number of each later one, regardless of the recipient.
    pub(crate) fn same_in_size(&self, usual: &Self) -> Vec<String> {
        let alike = |one: &Reached, other: &Reached| match (one, other) {
            (Reached::Bytes(at, length, _), Reached::Bytes(then, size, _)) => (at, length) == (then, size),
            (one, other) => one == other,
        };
        self.differ(usual, |one, other| {
            let same = one.reached.len() == other.reached.len()
                && one.reached.iter().zip(&other.reached).all(|(one, other)| alike(one, other));
            one.reached != other.reached && same && one.has_other_software == other.has_other_software
        })
    }

    /// Returns the people whose phones have another program than in the `usual` world.
    pub(crate) fn other_programs(&self, usual: &Self) -> Vec<String> {
        self.differ(usual, |one, other| one.has_other_software != other.has_other_software)
    }

    /// Returns the people who possess fewer phone accounts at the end than in the `usual` world.
    pub(crate) fn without_their_phone(&self, usual: &Self) -> Vec<String> {
        self.differ(usual, |one, other| one.phones < other.phones)
    }

    fn differ(&self, usual: &Self, differs: impl Fn(&Seen, &Seen) -> bool) -> Vec<String> {
        let nothing = Seen::default();
        let of = |name: &String| usual.people.iter().find(|(known, _)| known == name).map(|(_, seen)| seen);
        let people = self.people.iter().filter(|(name, seen)| differs(seen, of(name).unwrap_or(&nothing)));
        people.map(|(name, _)| name.clone()).collect()
    }

    /// Returns the notices of phones that do not appear in the `usual` world.
    pub(crate) fn noticed(&self, usual: &Self) -> Vec<Noticed> {
        let (before, after) = (usual.told(), self.told());
        let mut noticed = Vec::new();
        for ((who, says), times) in after {
            let known = before.get(&(who, says)).map_or(0, Vec::len);
            let new = times.into_iter().skip(known);
            noticed.extend(new.map(|at| Noticed { at, who: who.to_owned(), says: says.to_owned() }));
        }
        noticed.sort();
        noticed
    }

    /// Returns the times of each line on each person's screen.
    fn told(&self) -> BTreeMap<(&str, &str), Vec<u64>> {
        let mut told: BTreeMap<(&str, &str), Vec<u64>> = BTreeMap::new();
        for (who, seen) in &self.people {
            for reached in &seen.reached {
                if let Reached::Line(at, says) = reached {
                    told.entry((who, says)).or_default().push(*at);
                }
            }
        }
        told
    }
}
