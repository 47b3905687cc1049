//! Names of a source. Each gets an index at its first appearance.

use std::collections::HashMap;
use std::hash::Hash;

use pillarbox_metadata::TracePerson;

/// People by every name that rows have for them.
#[derive(Clone, Debug)]
pub(super) struct People<K> {
    places: HashMap<K, TracePerson>,
    names: Vec<String>,
}

impl<K: Eq + Hash> People<K> {
    pub(super) fn new() -> Self {
        Self { places: HashMap::new(), names: Vec::new() }
    }

    /// Adds a new person with this name.
    pub(super) fn add(&mut self, name: String) -> TracePerson {
        let person = TracePerson(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(name);
        person
    }

    /// Records that rows call a person `key`.
    pub(super) fn call(&mut self, key: K, person: TracePerson) {
        self.places.insert(key, person);
    }

    /// Returns the person whom rows call `key`.
    pub(super) fn known(&self, key: &K) -> Option<TracePerson> {
        self.places.get(key).copied()
    }

    /// Returns the person whom rows call `key`, and adds a new one if nobody has this name yet.
    pub(super) fn called(&mut self, key: K, name: impl FnOnce() -> String) -> TracePerson {
        if let Some(person) = self.known(&key) {
            return person;
        }
        let person = self.add(name());
        self.call(key, person);
        person
    }

    /// Assigns a person another display name.
    pub(super) fn rename(&mut self, person: TracePerson, name: String) {
        if let Some(known) = self.names.get_mut(person.place()) {
            *known = name;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }
}

/// Network addresses, each with its subscriber. An address gets an index at its first appearance.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    places: HashMap<String, u32>,
    words: Vec<String>,
    subscribers: Vec<Vec<TracePerson>>,
}

impl Addresses {
    pub(super) fn place(&mut self, address: &str) -> u32 {
        if let Some(place) = self.places.get(address) {
            return *place;
        }
        let place = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.places.insert(address.to_owned(), place);
        self.words.push(address.to_owned());
        self.subscribers.push(Vec::new());
        place
    }

    /// Records that an address is a person's home.
    pub(super) fn subscribe(&mut self, address: &str, person: TracePerson) {
        let place = self.place(address);
        if let Some(subscribers) = self.subscribers.get_mut(place as usize) {
            subscribers.push(person);
        }
    }

    pub(super) fn into_parts(self) -> (Vec<String>, Vec<Option<TracePerson>>) {
        let alone = |all: Vec<TracePerson>| match all.as_slice() {
            [one] => Some(*one),
            _ => None,
        };
        (self.words, self.subscribers.into_iter().map(alone).collect())
    }
}
