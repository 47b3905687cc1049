//! Ties: the pairs who know each other, and the members of the groups.

use std::collections::BTreeSet;

use super::crowd::shuffle;
use super::draw::Draw;
use super::section::Chatter;
use crate::scenario::{Person, PersonId};

/// The percentage of pairs that are neighbours on the ring. The others are drawn from all pairs, and make the world
/// small.
const NEAR: usize = 80;

/// The smallest and the largest group.
const GROUP_SIZES: [usize; 2] = [3, 8];

/// A group of the chatter.
pub(super) struct Circle {
    pub(super) name: String,
    /// The members, the maker first.
    pub(super) members: Vec<PersonId>,
}

/// Decides who knows each other. Acquaintances that the file states are among the pairs.
pub(super) fn tie(chatter: &Chatter, people: &mut [Person], draw: &mut Draw) {
    let count = people.len();
    let mut known: BTreeSet<(usize, usize)> = BTreeSet::new();
    for (who, person) in people.iter().enumerate() {
        known.extend(person.knows.iter().map(|whom| (who.min(whom.0), who.max(whom.0))));
    }
    let mut ring: Vec<usize> = (0..count).collect();
    shuffle(&mut ring, draw);
    let at = |place: usize| ring.get(place % count.max(1)).copied().unwrap_or_default();
    let mut added = Vec::new();
    let mut add = |one: usize, other: usize, most: usize| {
        let pair = (one.min(other), one.max(other));
        if known.len() < most && one != other && known.insert(pair) {
            added.push(pair);
        }
    };
    let near = chatter.pairs * NEAR / 100;
    for distance in 1..=count / 2 {
        (0..count).for_each(|place| add(at(place), at(place + distance), near));
    }
    // Far pairs are found by chance. If nearly everybody knows everybody, chance takes long, so the rest are added
    // in order.
    for _ in 0..chatter.pairs * 50 {
        add(draw.below(count), draw.below(count), chatter.pairs);
    }
    for one in 0..count {
        (one + 1..count).for_each(|other| add(one, other, chatter.pairs));
    }
    for (one, other) in added {
        for (who, whom) in [(one, other), (other, one)] {
            if let Some(person) = people.get_mut(who) {
                person.knows.push(PersonId(whom));
            }
        }
    }
}

/// Returns every pair who know each other, once.
pub(super) fn pairs(people: &[Person]) -> Vec<[PersonId; 2]> {
    let mut pairs: BTreeSet<[PersonId; 2]> = BTreeSet::new();
    for (who, person) in people.iter().enumerate() {
        let who = PersonId(who);
        pairs.extend(person.knows.iter().map(|whom| [who.min(*whom), who.max(*whom)]));
    }
    pairs.into_iter().collect()
}

/// Forms the groups: a person, the people whom they know, and people who know one of those.
pub(super) fn groups(chatter: &Chatter, people: &[Person], draw: &mut Draw) -> Vec<Circle> {
    let [least, most] = GROUP_SIZES;
    let circle = |number: usize| {
        let size = (least + draw.below(most - least + 1)).min(people.len());
        let mut members = vec![PersonId(draw.below(people.len()))];
        let mut place = 0;
        while members.len() < size
            && let Some(who) = members.get(place).copied()
        {
            let knows = people.get(who.0).map(|person| person.knows.as_slice()).unwrap_or_default();
            for whom in knows {
                if members.len() < size && !members.contains(whom) {
                    members.push(*whom);
                }
            }
            place += 1;
        }
        Circle { name: format!("circle {}", number + 1), members }
    };
    (0..chatter.groups).map(circle).filter(|circle| circle.members.len() > 1).collect()
}
