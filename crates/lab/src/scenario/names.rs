//! The people of a story by their names, compared as on a phone.

use std::collections::BTreeMap;

use pillarbox_client::naming;

use super::ids::PersonId;
use super::story::Person;

/// Everybody's name. Each name is folded once, because a story of thousands of events asks for one at each.
#[derive(Clone, Debug)]
pub(super) struct PeopleByName<'p> {
    written: Vec<&'p str>,
    folded: BTreeMap<String, PersonId>,
}

impl<'p> PeopleByName<'p> {
    pub(super) fn of(people: &'p [Person]) -> Self {
        let written: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
        let folded = written.iter().enumerate().map(|(at, name)| (naming::fold(name), PersonId(at)));
        Self { folded: folded.collect(), written }
    }

    /// Returns the person that a name means.
    pub(super) fn meant(&self, name: &str) -> Option<PersonId> {
        self.folded.get(&naming::fold(name)).copied()
    }

    /// Returns the name of a person, as written in the story.
    pub(super) fn name(&self, who: PersonId) -> &'p str {
        self.written.get(who.0).copied().unwrap_or_default()
    }

    /// Returns all names, in the order of the story.
    pub(super) fn all(&self) -> impl Iterator<Item = &'p str> + Clone {
        self.written.iter().copied()
    }
}
