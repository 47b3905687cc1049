//! Contacts: the people who could show texts of the target, as far as the story alone tells.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::{Act, Audience, PersonId, Scenario};

/// Returns the contact who reports: the last person with whom the target exchanged a text alone.
pub(super) fn contact_of(scenario: &Scenario) -> Option<PersonId> {
    exchanges(scenario, scenario.inquiry.about)
        .into_iter()
        .rev()
        .find(|exchange| !exchange.in_a_group)
        .map(|exchange| exchange.with)
}

/// Returns everybody who could show texts of the target: the people who exchanged messages with the target, alone or in
/// a group. The person with the latest message comes first. Among people whom one text reached, the one who is earlier
/// in the story comes first.
pub(super) fn contacts_of(scenario: &Scenario, about: PersonId) -> Vec<PersonId> {
    let mut contacts = Vec::new();
    for exchange in exchanges(scenario, about).into_iter().rev() {
        if !contacts.contains(&exchange.with) {
            contacts.push(exchange.with);
        }
    }
    contacts
}

/// A text between the target and somebody else.
struct Exchange {
    with: PersonId,
    in_a_group: bool,
}

/// Returns every text that the target wrote or received, once for each other party, in order of time.
fn exchanges(scenario: &Scenario, about: PersonId) -> Vec<Exchange> {
    let mut groups: BTreeMap<&str, BTreeSet<PersonId>> = BTreeMap::new();
    let mut exchanges = Vec::new();
    for event in &scenario.events {
        match &event.act {
            Act::MakesGroup { group, with } => {
                groups.insert(group, with.iter().copied().chain([event.who]).collect());
            }
            Act::LeavesGroup { group } => {
                groups.get_mut(group.as_str()).map(|members| members.remove(&event.who));
            }
            Act::Says { to: Audience::Person(whom), .. } => {
                let with = match (event.who == about, *whom == about) {
                    (true, _) => *whom,
                    (_, true) => event.who,
                    _ => continue,
                };
                exchanges.push(Exchange { with, in_a_group: false });
            }
            Act::Says { to: Audience::Group(group), .. } => {
                let Some(members) = groups.get(group.as_str()).filter(|members| members.contains(&about))
                else {
                    continue;
                };
                let heard = members.iter().rev().copied().filter(|member| *member != about);
                let with = heard.filter(|member| event.who == about || *member == event.who);
                exchanges.extend(with.map(|with| Exchange { with, in_a_group: true }));
            }
            _ => {}
        }
    }
    exchanges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(events: &[(&str, &str)]) -> Scenario {
        let mut text =
            "[scenario]\nname = \"five\"\ntitle = \"Five\"\nstart = 2025-01-01T08:00:00Z\n\n".to_owned();
        for name in ["Ada", "Ben", "Cai", "Dee", "Eve"] {
            text.push_str(&format!("[[people]]\nname = \"{name}\"\ncountry = \"GB\"\n\n"));
        }
        for (who, does) in events {
            text.push_str(&format!("[[events]]\nat = \"+1m\"\nwho = \"{who}\"\n{does}\n\n"));
        }
        Scenario::parse("five.toml", &text).unwrap_or_else(|error| panic!("{error}"))
    }

    fn contacts(events: &[(&str, &str)]) -> Vec<String> {
        let story = story(events);
        contacts_of(&story, story.inquiry.about)
            .into_iter()
            .map(|who| story.person(who).unwrap().name.clone())
            .collect()
    }

    #[test]
    fn everybody_who_exchanged_messages_with_the_target_is_a_contact() {
        let events = [
            ("Ben", "makes-group = \"quay\"\nwith = [\"Ada\", \"Cai\", \"Eve\"]"),
            ("Eve", "leaves-group = \"quay\""),
            ("Dee", "says = \"alone\"\nto = \"Ada\""),
            ("Ada", "says = \"to all\"\ngroup = \"quay\""),
            ("Ben", "says = \"and I\"\ngroup = \"quay\""),
        ];
        // Eve received nothing from the target and sent them nothing.
        assert_eq!(contacts(&events), ["Ben", "Cai", "Dee"]);
        assert_eq!(contact_of(&story(&events)), Some(PersonId(3)), "a report is of what was said alone");
        // A person who only writes in the target's group could show the target's texts too. Texts between others do
        // not count.
        let events = [
            ("Ben", "makes-group = \"quay\"\nwith = [\"Ada\", \"Cai\"]"),
            ("Cai", "says = \"hello\"\ngroup = \"quay\""),
            ("Dee", "says = \"hello\"\nto = \"Eve\""),
        ];
        assert_eq!(contacts(&events), ["Cai"]);
    }
}
