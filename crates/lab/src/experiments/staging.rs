//! Staging: what is arranged for an experiment, as data. Experiments that want the same share one world.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::demand::{compelled_logging, retention};
use pillarbox_access::design::{Accounts, Design};
use pillarbox_access::{RelayHoldings, country};
use pillarbox_client::Habits;
use pillarbox_relay::Keeping;
use pillarbox_wire::{AccountId, ChannelName, Duration, Handle, Timestamp};

use super::ExperimentError;
use crate::scenario::{Act, Audience, Connectivity, Event, LockState, Passcode, Person, PersonId, Scenario};
use crate::truth::Place;
use crate::world::{Order, Role, Site, SiteId, Whom, World};

/// What is ordered, of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ordered {
    /// Nothing: what is there is there.
    Nothing,
    /// The operators hand over what passes of the target.
    Tap,
    /// The operators write down what the target does.
    Log,
    /// The operators keep what everybody does, for so long.
    Retain(Duration),
    /// A channel goes.
    TakeDown {
        /// Which.
        channel: ChannelName,
        /// Whether strangers look at it just before and just after.
        and_strangers_look: bool,
    },
    /// The networks of a country let nobody through.
    Block {
        /// Which country.
        country: String,
        /// Whether people look for another relay after it.
        and_people_move: bool,
    },
    /// People of a country lose backups that only they can open.
    WithdrawBackups {
        /// The country.
        country: String,
        /// What their phones do from then on.
        habits: Habits,
        /// What the relays keep from then on.
        relay: Box<Keeping>,
    },
    /// The operator serves nobody in a country any more.
    StopServing {
        /// The country.
        country: String,
        /// Whether it closes their accounts.
        closes_accounts: bool,
    },
    /// Everybody gets other software.
    Update {
        /// What it does.
        habits: Habits,
        /// Whether it stops encrypting what is said from phone to phone.
        stops_encrypting: bool,
        /// What the relays keep and pass on from then on.
        relay: Box<Keeping>,
    },
}

impl Ordered {
    /// Whether the operator changes what it offers, and reads what it then can.
    const fn changes_the_service(&self) -> bool {
        matches!(self, Self::Update { .. } | Self::WithdrawBackups { .. } | Self::StopServing { .. })
    }

    /// What is ordered, in words; none for nothing.
    pub(super) fn in_words(&self) -> Option<String> {
        Some(match self {
            Self::Nothing => return None,
            Self::Tap => "the operator hands over what passes of the target".into(),
            Self::Log => "the operator writes down what the target does".into(),
            Self::Retain(keep) => {
                format!("the operator keeps what everybody does for {} days", keep.as_seconds() / 86_400)
            }
            Self::TakeDown { channel, and_strangers_look: false } => format!("{channel} is taken down"),
            Self::TakeDown { channel, and_strangers_look: true } => {
                format!("{channel} is taken down, and strangers look at it before and after")
            }
            Self::Block { country, and_people_move: false } => {
                format!("the networks of {} let nobody connect to the messenger", country::name(country))
            }
            Self::Block { country, and_people_move: true } => {
                format!(
                    "the networks of {} let nobody connect to the relays that there are, and people move to another",
                    country::name(country)
                )
            }
            Self::WithdrawBackups { country, .. } => {
                format!(
                    "backups that only their owner can open are withdrawn from the people in {}",
                    country::name(country)
                )
            }
            Self::StopServing { country, closes_accounts: false } => {
                format!("the operator withdraws its service from the people in {}", country::name(country))
            }
            Self::StopServing { country, closes_accounts: true } => {
                format!(
                    "the operator leaves {} and closes the accounts of the people there",
                    country::name(country)
                )
            }
            Self::Update { .. } => "everybody gets software that the operator can read along with".into(),
        })
    }
}

/// A world, as far as an experiment arranges it.
pub(super) struct Staged {
    pub(super) world: World,
    pub(super) scenario: Scenario,
    /// The accounts that each target had when it was ordered: an order covers those.
    pub(super) accounts: BTreeMap<PersonId, Vec<AccountId>>,
    /// The contact whose account for the target the order names, where there is one for each contact.
    pub(super) named_by: BTreeMap<PersonId, Option<PersonId>>,
    /// What the messenger's operator had the moment before a channel was taken down, relay by relay; otherwise none.
    pub(super) before: Vec<RelayHoldings>,
    /// Who looks at the channel just before and just after that, of all those who have nothing to do with it.
    pub(super) strangers: Option<[PersonId; 2]>,
}

/// The scenario with what every experiment needs of it: the target's phone is in other hands at the end, open, so that somebody can
/// look at it. In whose hands and how locked is for the experiment to say.
pub(super) fn with_phones(scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    // What the story itself has ordered would stand on both sides of the comparison.
    scenario.orders.clear();
    let about = scenario.inquiry.about;
    for event in &mut scenario.events {
        if event.who == about
            && let Act::PhoneSeized { state } = &mut event.act
        {
            *state = LockState::Unlocked;
        }
    }
    let taken: BTreeSet<PersonId> = scenario
        .events
        .iter()
        .filter(|event| matches!(event.act, Act::PhoneSeized { .. } | Act::DeletesAccount))
        .map(|event| event.who)
        .collect();
    if let Some(contact) = contact_of(&scenario).filter(|contact| !taken.contains(contact)) {
        // Of what the contact has by then, they report the last. Under most designs there is nothing to report it with.
        let act = Act::Reports { whom: about };
        scenario.events.push(Event { at: scenario.inquiry.served, who: contact, act, line: 0 });
    }
    if !taken.contains(&about) {
        let act = Act::PhoneSeized { state: LockState::Unlocked };
        scenario.events.push(Event { at: scenario.inquiry.served, who: about, act, line: 0 });
    }
    scenario
}

/// The contact who reports: whom the target wrote to alone last, or who wrote to them.
pub(super) fn contact_of(scenario: &Scenario) -> Option<PersonId> {
    exchanges(scenario, scenario.inquiry.about)
        .into_iter()
        .rev()
        .find(|exchange| !exchange.in_a_group)
        .map(|exchange| exchange.with)
}

/// Everybody who could show what they have of the target: whoever exchanged messages with them, alone or in a group, the last first.
/// Of those whom one text reached, whoever stands first in the story comes first.
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

/// Every text that the target wrote or got, once for each other end, in the order in which they were said.
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

/// The first public channel of the story.
pub(super) fn channel_of(scenario: &Scenario) -> Option<&ChannelName> {
    scenario.events.iter().find_map(|event| match &event.act {
        Act::OpensChannel { channel } => Some(channel),
        _ => None,
    })
}

/// Makes the world and runs it up to `until`.
pub(super) fn stage(
    design: &Design,
    scenario: &Scenario,
    ordered: &Ordered,
    seed: u64,
    until: Timestamp,
) -> Result<Staged, ExperimentError> {
    let mut scenario = with_phones(scenario);
    let at = scenario.inquiry.ordered;
    let mut design = design.clone();
    let mut strangers = None;
    match ordered {
        Ordered::Block { country, and_people_move: true } => {
            design.operator.relays_in = with_one_elsewhere(&design, &scenario);
            move_everybody(&mut scenario, country, at);
        }
        Ordered::Block { and_people_move: false, .. } => {
            scenario.events.retain(|event| event.act != Act::MovesToOtherRelay);
        }
        Ordered::TakeDown { channel, and_strangers_look: true } => {
            strangers = Some(let_strangers_look(&mut scenario, channel, at));
        }
        _ => {}
    }
    let design = &design;
    let mut world = World::new(design, &scenario, seed)?;
    // An order that names accounts names those that there are when it comes.
    world.run_until(Timestamp(at.0.min(until.0).saturating_sub(1)))?;
    let targets = [scenario.inquiry.about, scenario.inquiry.from_now_on];
    let accounts: BTreeMap<_, _> = targets.map(|who| (who, accounts_of(&world, who))).into();
    let named_by: BTreeMap<_, _> = targets.map(|who| (who, main_contact(&world, who))).into();
    let ordered_about = accounts.get(&scenario.inquiry.from_now_on).cloned().unwrap_or_default();
    let mut before = Vec::new();
    if until >= at {
        if matches!(ordered, Ordered::TakeDown { .. }) {
            let messengers = world.sites().iter().filter(|site| site.role() == Role::Messenger);
            before = messengers.map(Site::holdings).collect::<Result<_, _>>()?;
        }
        for order in orders(&world, design, ordered, &ordered_about) {
            world.order(at, order);
        }
        if ordered.changes_the_service() {
            // Who can read along does so from the moment on at which there is something to read.
            for order in orders(&world, design, &Ordered::Tap, &ordered_about) {
                world.order(at, order);
            }
        }
    }
    world.run_until(until)?;
    world.end()?;
    Ok(Staged { world, scenario, accounts, named_by, before, strangers })
}

/// The accounts that somebody has had by now. The first is the one that a demand names where no number stands for the person: the
/// newest, and where there is one for each contact that of whom most texts were exchanged with by now.
pub(super) fn accounts_of(world: &World, who: PersonId) -> Vec<AccountId> {
    let owned = world.scorer().accounts().iter().filter(|behind| behind.who == who);
    let mut accounts: Vec<AccountId> = owned.rev().map(|behind| behind.account).collect();
    if let Some(known) = main_contact(world, who).and_then(|contact| world.account_for(who, contact)) {
        accounts.sort_by_key(|account| *account != known);
    }
    accounts
}

/// Whom somebody has exchanged most texts with alone by now; of several, whom first.
pub(super) fn main_contact(world: &World, who: PersonId) -> Option<PersonId> {
    let mut counts: Vec<(PersonId, usize)> = Vec::new();
    for said in world.scorer().said().iter().filter(|said| said.place == Place::Private) {
        let with = match said.to.as_slice() {
            [to] if said.by == who => *to,
            [to] if *to == who => said.by,
            _ => continue,
        };
        match counts.iter_mut().find(|(known, _)| *known == with) {
            Some((_, count)) => *count += 1,
            None => counts.push((with, 1)),
        }
    }
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(contact, _)| contact)
}

fn orders(world: &World, design: &Design, ordered: &Ordered, accounts: &[AccountId]) -> Vec<Order> {
    // Where no account stands for the person, an order names the one that somebody can name.
    let accounts = match design.phone.accounts {
        Accounts::One => accounts,
        Accounts::PerContact => accounts.get(..1).unwrap_or_default(),
    };
    let sites = world.sites().iter().enumerate().filter(|(_, site)| site.role() == Role::Messenger);
    let sites = sites.map(|(at, _)| SiteId(at));
    let scenario = world.scenario();
    let person = scenario.person(scenario.inquiry.from_now_on);
    let numbers: Vec<Handle> = person.and_then(|person| person.number.clone()).into_iter().collect();
    match ordered {
        Ordered::Nothing => Vec::new(),
        Ordered::Tap => sites
            .map(|site| Order::Tap { site, accounts: accounts.to_vec(), numbers: numbers.clone() })
            .collect(),
        Ordered::Log => {
            let keeping = compelled_logging::told(&design.relay, accounts);
            sites.map(|site| Order::SetKeeping { site, keeping: keeping.clone() }).collect()
        }
        Ordered::Retain(keep) => {
            let keeping = retention::told(&design.relay, *keep);
            sites.map(|site| Order::SetKeeping { site, keeping: keeping.clone() }).collect()
        }
        Ordered::TakeDown { channel, .. } => vec![Order::TakeDown { channel: channel.clone() }],
        Ordered::Block { country, and_people_move: false } => vec![Order::Block { country: country.clone() }],
        Ordered::Block { country, and_people_move: true } => {
            // The last is the one elsewhere, which the order does not know.
            let all: Vec<SiteId> = sites.collect();
            let known = all.iter().take(all.len().saturating_sub(1));
            known.map(|site| Order::BlockRelay { country: country.clone(), site: *site }).collect()
        }
        Ordered::Update { habits, stops_encrypting, relay } => {
            let mut all = Vec::new();
            if **relay != design.relay {
                all.extend(sites.map(|site| Order::SetKeeping { site, keeping: (**relay).clone() }));
            }
            let (habits, stops_encrypting) = (habits.clone(), *stops_encrypting);
            let (whom, announced) = (Whom::Everybody, None);
            all.push(Order::UpdateSoftware { whom, habits, stops_encrypting, announced });
            all
        }
        Ordered::WithdrawBackups { country, habits, relay } => {
            let mut all = Vec::new();
            if **relay != design.relay {
                all.extend(sites.map(|site| Order::SetKeeping { site, keeping: (**relay).clone() }));
            }
            let (whom, habits) = (Whom::Country(country.clone()), habits.clone());
            let announced = format!(
                "The operator says: backups that only you can open are no longer offered in {}.",
                country::name(country)
            );
            all.push(Order::UpdateSoftware {
                whom,
                habits,
                stops_encrypting: false,
                announced: Some(announced),
            });
            all
        }
        Ordered::StopServing { country, closes_accounts } => {
            let place = country::name(country);
            let announced = match closes_accounts {
                true => format!("The operator says: we leave {place}, and your account is closed."),
                false => format!("The operator says: messages are no longer offered in {place}."),
            };
            let (country, closes_accounts) = (country.clone(), *closes_accounts);
            vec![Order::StopServing { country, closes_accounts, announced }]
        }
    }
}

/// How long people take to look for another relay.
const UNTIL_PEOPLE_MOVE: Duration = Duration::from_seconds(3_600);

fn move_everybody(scenario: &mut Scenario, country: &str, after: Timestamp) {
    let at = after + UNTIL_PEOPLE_MOVE;
    let gone: BTreeSet<PersonId> = scenario
        .events
        .iter()
        .filter(|event| event.at <= at && matches!(event.act, Act::PhoneSeized { .. } | Act::DeletesAccount))
        .map(|event| event.who)
        .collect();
    let there = scenario.everybody().filter(|(who, person)| person.country == country && !gone.contains(who));
    let moves: Vec<Event> =
        there.map(|(who, _)| Event { at, who, act: Act::MovesToOtherRelay, line: 0 }).collect();
    let place = scenario.events.iter().position(|event| event.at > at).unwrap_or(scenario.events.len());
    scenario.events.splice(place..place, moves);
}

/// Where the relay is that people move to: of these the first country that nobody of the story is in and no relay of the design.
const ELSEWHERE: [&str; 4] = ["IS", "UY", "NZ", "BW"];

/// The countries of a design's relays, and that of one more which nobody uses at first.
fn with_one_elsewhere(design: &Design, scenario: &Scenario) -> Vec<String> {
    let mut all: Vec<String> = design.operator.relays().into_iter().flatten().collect();
    if all.is_empty() {
        // Of a design whose seat nobody knows there is one relay, and it is where the target is.
        let about = scenario.person(scenario.inquiry.about);
        all.extend(about.map(|person| person.country.clone()));
    }
    let is_free = |country: &&str| {
        let lives_there = scenario.people.iter().any(|person| person.country == **country);
        !lives_there && all.iter().all(|known| known != *country)
    };
    if let Some(elsewhere) = ELSEWHERE.iter().copied().find(&is_free) {
        all.push(elsewhere.to_owned());
    }
    all
}

/// How long before and after an order strangers look.
const STRANGERS_LOOK: Duration = Duration::from_seconds(60);

/// Two people whom nobody knows, each of whom reads a channel once: the one before the order and the other after it.
fn let_strangers_look(scenario: &mut Scenario, channel: &ChannelName, ordered: Timestamp) -> [PersonId; 2] {
    let country = scenario.person(scenario.inquiry.about).map(|it| it.country.clone()).unwrap_or_default();
    let before = Timestamp(ordered.0.saturating_sub(STRANGERS_LOOK.0));
    [("a stranger before", before), ("a stranger after", ordered + STRANGERS_LOOK)].map(|(name, at)| {
        let who = PersonId(scenario.people.len());
        scenario.people.push(Person {
            name: name.to_owned(),
            number: None,
            country: country.clone(),
            email: None,
            os_account: None,
            passcode: Passcode::default(),
            knows: Vec::new(),
            facts: Vec::new(),
            connectivity: Connectivity::default(),
        });
        let act = Act::Follows { channel: channel.clone() };
        let place = scenario.events.iter().position(|event| event.at > at).unwrap_or(scenario.events.len());
        scenario.events.insert(place, Event { at, who, act, line: 0 });
        who
    })
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
        // Eve heard nothing of the target's and said nothing to them.
        assert_eq!(contacts(&events), ["Ben", "Cai", "Dee"]);
        assert_eq!(contact_of(&story(&events)), Some(PersonId(3)), "a report is of what was said alone");
        // Whoever only says something in the target's group has it too; what others say among themselves is none of it.
        let events = [
            ("Ben", "makes-group = \"quay\"\nwith = [\"Ada\", \"Cai\"]"),
            ("Cai", "says = \"hello\"\ngroup = \"quay\""),
            ("Dee", "says = \"hello\"\nto = \"Eve\""),
        ];
        assert_eq!(contacts(&events), ["Cai"]);
    }
}
