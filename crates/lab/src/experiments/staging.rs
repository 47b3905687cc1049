//! Staging: the arrangement for an experiment, as data. Experiments with the same arrangement share one world.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pillarbox_access::design::Design;
use pillarbox_access::view::OperatorTap;
use pillarbox_access::{RelayHoldings, country};
use pillarbox_client::Habits;
use pillarbox_proposals::ghost_device::GhostClient;
use pillarbox_relay::Keeping;
use pillarbox_wire::{AccountId, ChannelName, Duration, Timestamp};

use super::contacts::{contact_of, contacts_of};
use crate::scenario::{Act, Event, LockState, Person, PersonId, Scenario};
use crate::truth::WhereSaid;
use crate::world::{BuildLogging, PlantedBy, World};

/// An order, and its addressee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ordered {
    /// Nothing: the data is unchanged.
    Nothing,
    /// The operators hand over the target's traffic.
    Tap,
    /// The operators log what the target does.
    Log,
    /// The operators keep everybody's events for this time.
    Retain(Duration),
    /// A channel is removed.
    TakeDown {
        /// The channel.
        channel: ChannelName,
        /// True if strangers read the channel just before and just after the removal.
        and_strangers_look: bool,
    },
    /// The networks of a country block all connections.
    Block {
        /// The country.
        country: String,
        /// True if people look for another relay after the block.
        and_people_move: bool,
    },
    /// People of a country lose backups that only they can open.
    WithdrawBackups {
        /// The country.
        country: String,
        /// The habits of their phones from then on.
        habits: Habits,
        /// The retention of the relays from then on.
        relay: Box<Keeping>,
    },
    /// Phones leave the key of each backup with the operator, and do not say so.
    CopyBackupKeys {
        /// The country whose people it is about; none for everybody.
        country: Option<String>,
    },
    /// The operator serves nobody in a country any more.
    StopServing {
        /// The country.
        country: String,
        /// True if the operator closes the accounts of these people.
        closes_accounts: bool,
    },
    /// The target's phone is copied with its passcode and returned.
    Copy {
        /// True if the copy connects once it no longer follows what passes.
        goes_online: bool,
        /// True if the operators hand over the target's traffic.
        is_tapped: bool,
    },
    /// Every message's key is escrowed from the beginning of the story.
    Escrow {
        /// True if the operators keep delivered messages.
        is_kept: bool,
        /// True if the operators hand over the target's traffic from the order on.
        is_tapped: bool,
    },
    /// Software is put on one phone.
    Plant {
        /// How it gets there.
        by: PlantedBy,
        /// True if it is the phone of somebody whom no order is about.
        on_bystander: bool,
    },
    /// The operators name a ghost device.
    Ghost {
        /// The phones' half of the proposal; `None` if the phones are unchanged.
        apps: Option<GhostClient>,
        /// True if the ghost reads everybody along, and not only the target.
        of_everybody: bool,
        /// False if phones have their half and the operators name no ghost.
        is_named: bool,
    },
    /// An eavesdropper registers the target's number.
    TakeNumber,
    /// Everybody gets other software.
    Update {
        /// The habits of the new software.
        habits: Habits,
        /// True if the new software stops encrypting from phone to phone.
        stops_encrypting: bool,
        /// The data that the relays keep and pass on from then on.
        relay: Box<Keeping>,
    },
}

impl Ordered {
    /// Returns true if the operator changes its service and reads what it then can.
    pub(super) const fn changes_the_service(&self) -> bool {
        matches!(self, Self::Update { .. } | Self::WithdrawBackups { .. } | Self::StopServing { .. })
    }

    /// Describes the order in words; `None` if nothing is ordered.
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
            Self::CopyBackupKeys { country } => {
                let whose = match country {
                    None => "everybody's phone".to_owned(),
                    Some(country) => format!("the phone of everybody in {}", country::name(country)),
                };
                format!("{whose} leaves the key of each backup with the messenger's operator, and does not say so")
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
            Self::Copy { is_tapped: false, .. } => "the target's phone is copied with its passcode".into(),
            Self::Copy { goes_online: false, .. } => {
                "the target's phone is copied with its passcode, and the operator hands over what passes of the target".into()
            }
            Self::Copy { goes_online: true, .. } => {
                "the target's phone is copied with its passcode, the operator hands over what passes of the target, and the copy \
                 goes online once something does not open"
                    .into()
            }
            Self::Escrow { is_kept, is_tapped } => {
                let kept = if *is_kept { ", and the operator keeps messages" } else { "" };
                let tapped =
                    if *is_tapped { "; the operator hands over what it has and what passes of the target" } else { "" };
                format!("every message's key is escrowed since the story began{kept}{tapped}")
            }
            Self::Plant { by, on_bystander } => {
                let whose = if *on_bystander { "a bystander's" } else { "the target's" };
                match by {
                    PlantedBy::Build(logging) => {
                        let log = match logging {
                            BuildLogging::NoLog => "",
                            BuildLogging::LeftOut => "; phones insist on a public log of builds, and it is not in it",
                            BuildLogging::Logged => "; phones insist on a public log of builds, and it is in it",
                        };
                        format!("the maker's key signs a build for {whose} phone alone{log}")
                    }
                    PlantedBy::Hole { is_patched } => {
                        let patched = if *is_patched { ", which everybody has patched" } else { "" };
                        format!("software is put on {whose} phone through a hole in its system{patched}")
                    }
                }
            }
            Self::Ghost { is_named: false, .. } => "everybody's phone would take a device that the operator names".into(),
            Self::Ghost { apps, of_everybody, is_named: true } => {
                let whose = if *of_everybody { "everybody's devices" } else { "the target's devices" };
                let phones = match apps {
                    None => "phones stay as they are",
                    Some(GhostClient { hides: false }) => "everybody's phone takes it, and shows it",
                    Some(GhostClient { hides: true }) => "everybody's phone takes it, and hides it",
                };
                format!("the operator names one more device among {whose}; {phones}")
            }
            Self::TakeNumber => "the target's number is registered on another phone, with the code that is sent to it".into(),
            Self::Update { .. } => "everybody gets software that the operator can read along with".into(),
        })
    }
}

/// A world, as far as an experiment arranges it.
pub(super) struct Staged {
    pub(super) world: World,
    pub(super) scenario: Scenario,
    /// The accounts that each target had at the time of the order. The order covers those.
    pub(super) accounts: BTreeMap<PersonId, Vec<AccountId>>,
    /// The contact whose account for the target the order names, if the target has one for each contact.
    pub(super) named_by: BTreeMap<PersonId, Option<PersonId>>,
    /// The rows of the messenger's operator the moment before a channel was taken down, relay by relay; otherwise
    /// empty.
    pub(super) before: Vec<Arc<RelayHoldings>>,
    /// Everything that passed the relays before the order, for a party that recorded it; empty if nobody did.
    pub(super) recorded: Vec<OperatorTap>,
    /// The two unconnected people who read the channel just before and just after the takedown.
    pub(super) strangers: Option<[PersonId; 2]>,
}

/// Adds to the scenario what every experiment needs: at the end, the target's phone is seized open, so that
/// somebody can inspect it. The experiment decides who holds the phone and in which lock state.
pub(super) fn with_phones(scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    // The story's own orders would take effect in both worlds of the comparison.
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
        .filter(|event| is_without_a_phone(&event.act))
        .map(|event| event.who)
        .collect();
    if let Some(contact) = contact_of(&scenario).filter(|contact| !taken.contains(contact)) {
        // The contact reports the last message that they have by then. Most designs offer them no way to report it.
        let act = Act::Reports { whom: about };
        scenario.events.push(Event { at: scenario.inquiry.served, who: contact, act, line: 0 });
    }
    if !taken.contains(&about) {
        let act = Act::PhoneSeized { state: LockState::Unlocked };
        scenario.events.push(Event { at: scenario.inquiry.served, who: about, act, line: 0 });
    }
    scenario
}

/// Returns true if a person no longer has a phone after this act.
const fn is_without_a_phone(act: &Act) -> bool {
    matches!(act, Act::PhoneSeized { .. } | Act::LosesPhone | Act::DeletesAccount)
}

/// Returns the person who writes most among those who keep their phone and exchange nothing with the target. If there
/// is nobody like that, anybody but the target counts. Of several, the earliest in the story is returned.
pub(super) fn bystander(scenario: &Scenario, target: PersonId) -> Option<PersonId> {
    let circle = contacts_of(scenario, target);
    let without =
        |who| scenario.events.iter().any(|event| event.who == who && is_without_a_phone(&event.act));
    let says = |event: &&Event| matches!(event.act, Act::Says { .. });
    let writes = |who| scenario.events.iter().filter(says).filter(|event| event.who == who).count();
    let others = scenario.everybody().map(|(who, _)| who).filter(|who| *who != target && !without(*who));
    others.max_by_key(|who| (!circle.contains(who), writes(*who), Reverse(*who)))
}

/// Returns the first public channel of the story.
pub(super) fn channel_of(scenario: &Scenario) -> Option<&ChannelName> {
    scenario.events.iter().find_map(|event| match &event.act {
        Act::OpensChannel { channel } => Some(channel),
        _ => None,
    })
}

/// Returns the accounts that somebody has had by now. A demand names the first account if no number identifies the
/// person. The first account is the newest. If the person has an account for each contact, it is the account for
/// the contact with most texts by now.
pub(super) fn accounts_of(world: &World, who: PersonId) -> Vec<AccountId> {
    let owned = world.scorer().accounts().iter().filter(|behind| behind.who == who);
    let mut accounts: Vec<AccountId> = owned.rev().map(|behind| behind.account).collect();
    if let Some(known) = main_contact(world, who).and_then(|contact| world.account_for(who, contact)) {
        accounts.sort_by_key(|account| *account != known);
    }
    accounts
}

/// Returns the person with whom somebody has exchanged most texts alone by now. Among several, the earliest is
/// returned.
pub(super) fn main_contact(world: &World, who: PersonId) -> Option<PersonId> {
    let mut counts: Vec<(PersonId, usize)> = Vec::new();
    for said in world.scorer().said().iter().filter(|said| said.place == WhereSaid::Private) {
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

/// The time that people take to look for another relay.
const UNTIL_PEOPLE_MOVE: Duration = Duration::from_seconds(3_600);

pub(super) fn move_everybody(scenario: &mut Scenario, country: &str, after: Timestamp) {
    let at = after + UNTIL_PEOPLE_MOVE;
    let gone: BTreeSet<PersonId> = scenario
        .events
        .iter()
        .filter(|event| event.at <= at && is_without_a_phone(&event.act))
        .map(|event| event.who)
        .collect();
    let there = scenario.everybody().filter(|(who, person)| person.country == country && !gone.contains(who));
    let moves: Vec<Event> =
        there.map(|(who, _)| Event { at, who, act: Act::MovesToOtherRelay, line: 0 }).collect();
    let place = scenario.events.iter().position(|event| event.at > at).unwrap_or(scenario.events.len());
    scenario.events.splice(place..place, moves);
}

/// Candidates for the country of the relay to which people move: the first country in which nobody of the story
/// lives and no relay of the design is located.
const ELSEWHERE: [&str; 4] = ["IS", "UY", "NZ", "BW"];

/// Returns the countries of a design's relays, and of one more relay that nobody uses at first.
pub(super) fn with_one_elsewhere(design: &Design, scenario: &Scenario) -> Vec<String> {
    let mut all: Vec<String> = design.operator.relays().into_iter().flatten().collect();
    if all.is_empty() {
        // A design whose seat nobody knows has one relay, in the target's country.
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

/// The time before and after an order at which strangers read the channel.
const STRANGERS_LOOK: Duration = Duration::from_seconds(60);

/// Adds two people whom nobody knows. Each reads a channel once: one before the order and the other after it.
pub(super) fn let_strangers_look(
    scenario: &mut Scenario,
    channel: &ChannelName,
    ordered: Timestamp,
) -> [PersonId; 2] {
    let country = scenario.person(scenario.inquiry.about).map(|it| it.country.clone()).unwrap_or_default();
    let before = Timestamp(ordered.0.saturating_sub(STRANGERS_LOOK.0));
    [("a stranger before", before), ("a stranger after", ordered + STRANGERS_LOOK)].map(|(name, at)| {
        let who = PersonId(scenario.people.len());
        scenario.people.push(Person::outsider(name, country.clone()));
        let act = Act::Follows { channel: channel.clone() };
        let place = scenario.events.iter().position(|event| event.at > at).unwrap_or(scenario.events.len());
        scenario.events.insert(place, Event { at, who, act, line: 0 });
        who
    })
}
