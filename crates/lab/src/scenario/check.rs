//! Checks that need the whole story: groups and channels that exist, and people who can still act.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_wire::ChannelName;

use super::error::{ScenarioError, Source, one_of};
use super::ids::PersonId;
use super::names::PeopleByName;
use super::story::{Act, Audience, Event, Person, Sought};

/// The state of the story so far.
#[derive(Default)]
struct Story<'e> {
    groups: BTreeMap<&'e str, BTreeSet<PersonId>>,
    channels: BTreeMap<&'e ChannelName, PersonId>,
    /// People who can no longer do anything, each with the reason.
    gone: BTreeMap<PersonId, String>,
    offline: BTreeSet<PersonId>,
    /// Pairs whose first person has said something to the second.
    said: BTreeSet<(PersonId, PersonId)>,
}

pub(super) fn check(
    source: Source<'_>,
    names: &PeopleByName<'_>,
    people: &[Person],
    events: &[Event],
) -> Result<(), ScenarioError> {
    let mut story = Story::default();
    for event in events {
        if let Err((wrong, instead)) = story.take(event, names, people) {
            let (file, line) = (source.file.to_owned(), event.line);
            return Err(ScenarioError { file, line, column: 1, wrong, instead });
        }
    }
    Ok(())
}

type Taken = Result<(), (String, String)>;

fn no(wrong: impl Into<String>, instead: impl Into<String>) -> Taken {
    Err((wrong.into(), instead.into()))
}

impl<'e> Story<'e> {
    fn take(&mut self, event: &'e Event, names: &PeopleByName<'_>, people: &[Person]) -> Taken {
        let name = |who: PersonId| names.name(who);
        let who = event.who;
        if let Some(reason) = self.gone.get(&who) {
            return no(
                format!("{} can do nothing here: {reason}", name(who)),
                "Move the event up, or leave it out.",
            );
        }
        match &event.act {
            Act::Says { to: Audience::Group(group), .. } => self.is_member(group, who, name)?,
            Act::Says { to: Audience::Person(to), .. } => {
                self.said.insert((who, *to));
            }
            Act::MakesGroup { group, with } => {
                if self.groups.contains_key(group.as_str()) {
                    return no(format!("there is a group `{group}` already"), "Give this one another name.");
                }
                if let Some(gone) = with.iter().find(|member| self.gone.contains_key(member)) {
                    return no(format!("{} can join no group any more", name(*gone)), "Leave that name out.");
                }
                self.groups.insert(group, with.iter().copied().chain([who]).collect());
            }
            Act::LeavesGroup { group } => {
                self.is_member(group, who, name)?;
                self.groups.entry(group).or_default().remove(&who);
            }
            Act::OpensChannel { channel } => {
                if self.channels.insert(channel, who).is_some() {
                    return no(
                        format!("there is a channel {channel} already"),
                        "Give this one another name.",
                    );
                }
            }
            Act::Posts { channel, .. } => {
                let owner = self.channel(channel)?;
                if owner != who {
                    return no(
                        format!("{channel} is {}'s channel", name(owner)),
                        "Only its owner posts to a channel.",
                    );
                }
            }
            Act::Follows { channel } => {
                self.channel(channel)?;
            }
            Act::GoesOffline => {
                if !self.offline.insert(who) {
                    return no(format!("{} is offline already", name(who)), "Leave the event out.");
                }
            }
            Act::ComesOnline => {
                if !self.offline.remove(&who) {
                    return no(format!("{} is online already", name(who)), "Leave the event out.");
                }
            }
            Act::Reports { whom } => {
                if !self.said.contains(&(*whom, who)) {
                    return no(
                        format!("{} has said nothing to {} that could be reported", name(*whom), name(who)),
                        "Put the event after a text between the two.",
                    );
                }
            }
            Act::LooksUp { whom: Sought::Person(whom) } => {
                if people.get(whom.0).is_some_and(|person| person.number.is_none()) {
                    return no(
                        format!("{} has no number", name(*whom)),
                        "Give them one, or look up a number.",
                    );
                }
            }
            Act::PhoneSeized { .. } => {
                self.gone.insert(who, format!("the phone was seized in line {}", event.line));
            }
            Act::LosesPhone => {
                self.gone.insert(who, format!("the phone was lost in line {}", event.line));
            }
            Act::DeletesAccount => {
                self.gone.insert(who, format!("the account was deleted in line {}", event.line));
            }
            Act::LooksUp { whom: Sought::Number(_) }
            | Act::BacksUp
            | Act::Blocks { .. }
            | Act::ReRegisters
            | Act::SetsTimer { .. }
            | Act::HidesPreviews
            | Act::MovesToOtherRelay => {}
        }
        Ok(())
    }

    fn is_member(&self, group: &str, who: PersonId, name: impl Fn(PersonId) -> &'e str) -> Taken {
        let Some(members) = self.groups.get(group) else {
            let there = one_of(self.groups.keys().copied());
            let instead = if there.is_empty() {
                "Make it first: makes-group = \"...\".".to_owned()
            } else {
                format!("There is {there}.")
            };
            return no(format!("there is no group `{group}` yet"), instead);
        };
        if members.contains(&who) {
            return Ok(());
        }
        no(
            format!("{} is not in the group `{group}`", name(who)),
            "Put them into it, or let somebody else do it.",
        )
    }

    fn channel(&self, channel: &ChannelName) -> Result<PersonId, (String, String)> {
        let instead = || "Open it first: opens-channel = \"...\".".to_owned();
        self.channels
            .get(channel)
            .copied()
            .ok_or_else(|| (format!("there is no channel {channel} yet"), instead()))
    }
}
