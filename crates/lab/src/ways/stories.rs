//! The stories of a way's worlds: the story as it is told about one person, and the same with a difference.

use std::collections::BTreeSet;

use pillarbox_wire::{Duration, Timestamp};

use crate::scenario::{Act, Audience, Event, LockState, PersonId, Scenario};

/// The time before the answer at which a phone is destroyed or an account deleted.
const BEFORE: Duration = Duration::from_seconds(60);

/// The time after the order at which somebody gets a new phone.
const AN_HOUR: Duration = Duration::from_seconds(3_600);

/// The lifetime of texts under an evader's timers, in seconds.
const A_DAY: u32 = 86_400;

/// The act of a person who knows of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evader {
    /// Deletes the account before the answer is due.
    DeletesAccount,
    /// Makes no backup.
    MakesNoBackup,
    /// Lets texts with everybody known disappear.
    SetsTimers,
    /// Gets a new phone for the same number.
    GetsNewPhone,
    /// Lets notifications show no words.
    HidesPreviews,
    /// Uses a program of another maker.
    UsesOtherProgram,
    /// Holds the key of the backup in a program of another maker.
    HoldsKeyInOtherProgram,
    /// Installs the patch of the phone's system.
    InstallsPatch,
    /// Uses a program of another maker together with everybody with whom texts are exchanged.
    CircleUsesOtherProgram,
}

impl Evader {
    /// Describes the act.
    pub(super) const fn does(self) -> &'static str {
        match self {
            Self::DeletesAccount => "deletes the account a minute before the answer is due",
            Self::MakesNoBackup => "makes no backup",
            Self::SetsTimers => "lets texts with everybody known from the start disappear after a day",
            Self::HidesPreviews => "lets notifications show no words from the start",
            Self::UsesOtherProgram => "uses a program of another maker, which no update reaches",
            Self::HoldsKeyInOtherProgram => {
                "holds the key of the backup in a program of another maker, which no update reaches"
            }
            Self::InstallsPatch => "installs each patch of the phone's system at once",
            Self::CircleUsesOtherProgram => {
                "uses a program of another maker from the start, and so does everybody who writes with them"
            }
            Self::GetsNewPhone => "gets a new phone for the same number an hour after the order",
        }
    }
}

/// Returns the person whom the ways are about: somebody who writes before the order and after it.
pub(super) const fn target(scenario: &Scenario) -> PersonId {
    scenario.inquiry.from_now_on
}

/// Returns the story about the target, without orders of its own. Numbers are registered with codes, as somebody who
/// takes one over has to show one.
pub(super) fn plain(scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.orders.clear();
    scenario.inquiry.about = target(&scenario);
    scenario.numbers_by_code = true;
    scenario
}

/// Returns the story in which everybody who makes backups has chosen to hold the key, where the design has backups.
pub(super) fn with_own_backup_keys(plain: &Scenario) -> Scenario {
    let mut story = plain.clone();
    for person in &mut story.people {
        person.own_backup_key = true;
    }
    story
}

/// Returns the story in which a way is carried out that takes the phone, or leaves it.
pub(super) fn carried_out(plain: &Scenario, takes_the_phone: bool) -> Scenario {
    if !takes_the_phone {
        return plain.clone();
    }
    let mut story = plain.clone();
    let (who, state) = (target(plain), LockState::Unlocked);
    let mut is_taken = false;
    for event in story.events.iter_mut().filter(|event| event.who == who) {
        if let Act::PhoneSeized { state: told } = &mut event.act {
            *told = state;
            is_taken = true;
        }
    }
    match is_taken {
        true => story,
        false => with(&story, plain.inquiry.served, Act::PhoneSeized { state }),
    }
}

/// Returns the story in which the target's phone is destroyed before the answer is due.
pub(super) fn without_the_phone(plain: &Scenario) -> Scenario {
    with(plain, before_the_answer(plain), Act::LosesPhone)
}

/// Returns the story in which the target does something about a way.
pub(super) fn evaded(plain: &Scenario, evader: Evader) -> Scenario {
    let who = target(plain);
    match evader {
        Evader::DeletesAccount => with(plain, before_the_answer(plain), Act::DeletesAccount),
        Evader::GetsNewPhone => with(plain, plain.inquiry.ordered + AN_HOUR, Act::ReRegisters),
        Evader::HidesPreviews => with(plain, plain.start, Act::HidesPreviews),
        Evader::UsesOtherProgram | Evader::HoldsKeyInOtherProgram => {
            with_other_program(plain, &BTreeSet::from([who]))
        }
        Evader::InstallsPatch => {
            let mut story = plain.clone();
            story.people.get_mut(who.0).into_iter().for_each(|person| person.patches = true);
            story
        }
        Evader::CircleUsesOtherProgram => with_other_program(plain, &circle(plain, who)),
        Evader::MakesNoBackup => {
            let mut story = plain.clone();
            story.events.retain(|event| event.who != who || event.act != Act::BacksUp);
            story
        }
        Evader::SetsTimers => {
            let known = plain.person(who).map(|person| person.knows.clone()).unwrap_or_default();
            let timer = |with| Act::SetsTimer { with, after: Some(A_DAY) };
            known.into_iter().fold(plain.clone(), |story, whom| with(&story, plain.start, timer(whom)))
        }
    }
}

/// Returns the story in which these people use a program of another maker.
fn with_other_program(plain: &Scenario, people: &BTreeSet<PersonId>) -> Scenario {
    let mut story = plain.clone();
    for (number, person) in story.people.iter_mut().enumerate() {
        person.other_program |= people.contains(&PersonId(number));
    }
    story
}

/// Returns a person with everybody with whom they exchange texts, alone or in groups.
fn circle(story: &Scenario, who: PersonId) -> BTreeSet<PersonId> {
    let mut circle = BTreeSet::from([who]);
    for event in &story.events {
        match &event.act {
            Act::Says { to: Audience::Person(to), .. } if event.who == who || *to == who => {
                circle.extend([event.who, *to]);
            }
            Act::MakesGroup { with, .. } if event.who == who || with.contains(&who) => {
                circle.insert(event.who);
                circle.extend(with);
            }
            _ => {}
        }
    }
    circle
}

fn before_the_answer(story: &Scenario) -> Timestamp {
    Timestamp(story.inquiry.served.0.saturating_sub(BEFORE.0))
}

/// Adds an act of the target after everything that happens up to then.
fn with(story: &Scenario, at: Timestamp, act: Act) -> Scenario {
    let mut story = story.clone();
    let place = story.events.iter().position(|event| event.at > at).unwrap_or(story.events.len());
    story.events.insert(place, Event { at, who: target(&story), act, line: 0 });
    story
}
