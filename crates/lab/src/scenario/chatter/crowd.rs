//! The people whom the file does not name: their names, numbers, and the connection of their phones.

use std::collections::BTreeSet;

use pillarbox_client::naming;
use pillarbox_wire::{Duration, Handle};

use super::draw::Draw;
use super::section::Chatter;
use super::words::{FAMILY, GIVEN};
use crate::scenario::{AddressKind, Connectivity, Passcode, Person, PersonId};

/// The time between two wakings of a sleeping phone of the crowd.
pub(super) const WAKES: Duration = Duration::from_seconds(600);

pub(super) fn add(chatter: &Chatter, people: &mut Vec<Person>, draw: &mut Draw) {
    let named = people.len();
    let mut taken: BTreeSet<String> = people.iter().map(|person| naming::fold(&person.name)).collect();
    let mut names = (0..GIVEN.len() * FAMILY.len()).filter_map(|place| {
        let (given, round) = (place % GIVEN.len(), place / GIVEN.len());
        Some(format!("{} {}", GIVEN.get(given)?, FAMILY.get((round + given) % FAMILY.len())?))
    });
    let numbers: BTreeSet<Handle> = people.iter().filter_map(|person| person.number.clone()).collect();
    let drama = (0..1_000).filter_map(|number| Handle::parse(&format!("+447700900{number:03}")).ok());
    let mut free = drama.filter(|number| !numbers.contains(number));
    while people.len() < chatter.people {
        let Some(name) = names.find(|name| taken.insert(naming::fold(name))) else { return };
        people.push(Person {
            name,
            number: free.next(),
            country: chatter.country.clone(),
            email: None,
            os_account: None,
            passcode: Passcode::default(),
            knows: Vec::new(),
            facts: Vec::new(),
            connectivity: Connectivity::default(),
            other_program: false,
            own_backup_key: false,
            patches: false,
        });
    }
    connect(chatter, people, named, draw);
}

/// Deals addresses and sleep out among the crowd.
fn connect(chatter: &Chatter, people: &mut [Person], named: usize, draw: &mut Draw) {
    let mut order: Vec<usize> = (named..people.len()).collect();
    shuffle(&mut order, draw);
    let mut left = order.into_iter();
    let mut deal = |count: usize, address: &mut dyn FnMut(usize) -> AddressKind| {
        for who in left.by_ref().take(count) {
            if let Some(person) = people.get_mut(who) {
                person.connectivity.address = address(who);
            }
        }
    };
    deal(chatter.mobile, &mut |_| AddressKind::Mobile);
    deal(chatter.tor, &mut |_| AddressKind::Tor);
    // People who share a home share it with somebody who has one: one of the people left over after this, or one whom
    // the file names.
    let sharing: Vec<usize> = left.by_ref().take(chatter.sharing).collect();
    let hosts: Vec<usize> = left.chain(0..named).collect();
    let hosts: Vec<usize> = hosts
        .into_iter()
        .filter(|host| {
            people.get(*host).is_some_and(|person| person.connectivity.address == AddressKind::OwnHome)
        })
        .collect();
    for (place, who) in sharing.into_iter().enumerate() {
        let host = hosts.get(place % hosts.len().max(1)).copied();
        if let (Some(host), Some(person)) = (host, people.get_mut(who)) {
            person.connectivity.address = AddressKind::HomeOf(PersonId(host));
        }
    }
    let mut order: Vec<usize> = (named..people.len()).collect();
    shuffle(&mut order, draw);
    for who in order.into_iter().take(chatter.sleeping) {
        if let Some(person) = people.get_mut(who) {
            person.connectivity.wakes = Some(WAKES);
        }
    }
}

/// Shuffles (Fisher and Yates).
pub(super) fn shuffle<T>(all: &mut [T], draw: &mut Draw) {
    for last in (1..all.len()).rev() {
        all.swap(last, draw.below(last + 1));
    }
}
