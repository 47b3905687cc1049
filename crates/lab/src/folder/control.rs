//! The controls behind an answer about a folder: the same steps where the answer is known.
//!
//! A small relay and its phones run in this process under a design in which everything is readable. Before anything
//! is said, the demand must find no text and no message. After the story, it must find every text and every message
//! that was planted, and rows of each table that it reaches.

use std::collections::BTreeSet;

use pillarbox_access::demand::{Demand, DemandTarget, ViewKind};
use pillarbox_access::{Reach, Served};
use pillarbox_wire::Handle;
use serde::Serialize;

use super::rows;
use crate::experiments::control::{Control, ControlError};
use crate::scenario::{Act, Audience, Scenario};
use crate::score::Share;
use crate::world::{World, WorldError};

/// The findings of both controls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Controls {
    /// The findings when the story has ended.
    pub planted: ControlFound,
    /// The findings before anything was said.
    pub before: ControlFound,
}

impl Controls {
    /// Describes the findings in a sentence.
    pub(super) fn sentence(&self) -> String {
        let planted = &self.planted;
        let found: Vec<String> = [(planted.texts, "texts"), (planted.messages, "messages")]
            .iter()
            .filter(|(share, _)| share.of > 0)
            .map(|(share, what)| format!("{} of {} {what}", share.n, share.of))
            .collect();
        let tables = match planted.tables.of {
            1 => format!("rows in {} of 1 table", planted.tables.n),
            many => format!("rows in {} of {many} tables", planted.tables.n),
        };
        let found = if found.is_empty() { tables } else { format!("{} and {tables}", found.join(", ")) };
        format!(
            "Controls: the same steps ran first on a relay made for it. Of what was planted there they found {found}; before \
             anything was said they found nobody's text and nobody's message."
        )
    }
}

/// The findings of one control, as fractions of what this demand could find.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ControlFound {
    /// Texts, word for word.
    pub texts: Share,
    /// Messages: who wrote to whom, and when.
    pub messages: Share,
    /// Tables of the database on which the answer rests.
    pub tables: Share,
}

/// Reasons that there is no answer about a folder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlFailed {
    /// The control's own files cannot be read.
    #[error("the control could not be read: {0}")]
    Unreadable(#[from] ControlError),
    /// Its world stopped.
    #[error("the control could not run: {0}")]
    World(#[from] WorldError),
    /// The story has nobody to ask about.
    #[error("the control's story is about nobody with a number")]
    Nobody,
    /// Something that was planted was not found.
    #[error("the control failed: of what was planted it found {} of {} texts, {} of {} messages and {} of {} tables",
        .0.texts.n, .0.texts.of, .0.messages.n, .0.messages.of, .0.tables.n, .0.tables.of)]
    Missed(ControlFound),
    /// Something was found before it existed.
    #[error("the control failed: before anything was said it found {} texts and {} messages", .0.texts.n, .0.messages.n)]
    Invented(ControlFound),
}

/// Returns the tables from which an item of this kind is read.
const fn tables(reach: Reach) -> &'static [&'static str] {
    match reach {
        Reach::Subscriber => &["accounts", "devices", "deposits"],
        Reach::Records => &["events", "channels"],
        Reach::Contents => &["messages", "posts"],
        Reach::Named => &["prekeys"],
    }
}

/// The tables from which a backup, its key and its texts are read.
const BACKUPS: &[&str] = &["deposits"];

/// Runs both controls of a demand.
///
/// # Errors
/// [`ControlFailed`].
pub fn run(demand: &'static Demand) -> Result<Controls, ControlFailed> {
    let Control { design, scenario } = Control::built_in()?;
    let target = scenario.person(scenario.inquiry.about).and_then(|person| person.number.clone());
    let target = target.ok_or(ControlFailed::Nobody)?;
    let mut world = World::new(&design, &scenario, scenario.seed)?;
    world.run_until(scenario.start)?;
    let before = ask(demand, &target, &world)?;
    let before = ControlFound {
        texts: Share { n: count(before.facts.said.len()), of: 0 },
        messages: Share { n: count(before.facts.wrote.len()), of: 0 },
        tables: Share::default(),
    };
    world.run_until(scenario.inquiry.served)?;
    let served = ask(demand, &target, &world)?;
    let planted = ControlFound {
        texts: texts(demand, &scenario, &served),
        messages: messages(demand, &scenario, &served),
        tables: rested_on(demand, &served),
    };
    judged(before, planted, served.has_account)
}

/// Returns both controls, if they pass: nothing was found before it existed, and everything that existed was found.
fn judged(before: ControlFound, planted: ControlFound, has_account: bool) -> Result<Controls, ControlFailed> {
    if before.texts.n + before.messages.n > 0 {
        return Err(ControlFailed::Invented(before));
    }
    let ControlFound { texts, messages, tables } = planted;
    let is_whole = |share: Share| share.n == share.of;
    if has_account && is_whole(texts) && is_whole(messages) && is_whole(tables) {
        Ok(Controls { planted, before })
    } else {
        Err(ControlFailed::Missed(planted))
    }
}

/// Serves the demand on the messenger's relay, exactly as it is served on a folder.
fn ask(demand: &'static Demand, target: &Handle, world: &World) -> Result<Served, ControlFailed> {
    let relay = world.sites().first().ok_or(WorldError::Missing("a relay"))?;
    let holdings = relay.holdings()?;
    Ok(rows::read(demand, &DemandTarget::Number(target.clone()), &holdings))
}

/// Returns the texts between the target and others, as the story has them: the words, the time, and the numbers of
/// author and recipient.
fn said(scenario: &Scenario) -> impl Iterator<Item = (&str, u64, Option<&Handle>, Option<&Handle>)> {
    let about = scenario.inquiry.about;
    let number = |who| scenario.person(who).and_then(|person| person.number.as_ref());
    scenario.events.iter().filter_map(move |event| match &event.act {
        Act::Says { text, to: Audience::Person(to) } if event.who == about || *to == about => {
            Some((text.as_str(), event.at.0, number(event.who), number(*to)))
        }
        _ => None,
    })
}

fn texts(demand: &Demand, scenario: &Scenario, served: &Served) -> Share {
    if !demand.wants().contains(&Reach::Contents) {
        return Share::default();
    }
    let is_there = |words: &str| served.facts.said.iter().any(|said| said.text == words);
    let found = said(scenario).filter(|(words, ..)| is_there(words)).count();
    Share { n: count(found), of: count(said(scenario).count()) }
}

fn messages(demand: &Demand, scenario: &Scenario, served: &Served) -> Share {
    if !demand.wants().contains(&Reach::Records) {
        return Share::default();
    }
    let is = |name: &Option<String>, number: Option<&Handle>| {
        number.is_some_and(|number| name.as_deref() == Some(number.as_str()))
    };
    let is_there = |at: u64, from, to| {
        served.facts.wrote.iter().any(|wrote| wrote.at.0 == at && is(&wrote.from, from) && is(&wrote.to, to))
    };
    let found = said(scenario).filter(|(_, at, from, to)| is_there(*at, *from, *to)).count();
    Share { n: count(found), of: count(said(scenario).count()) }
}

/// Returns the tables on which the answer rests, as a fraction of those that the demand reaches.
fn rested_on(demand: &Demand, served: &Served) -> Share {
    let mut reached: Vec<Reach> = demand.wants().to_vec();
    if reached.contains(&Reach::Records) {
        // A demand for records names what it must name.
        reached.push(Reach::Named);
    }
    let there: BTreeSet<&str> =
        served.lines.iter().flat_map(|line| line.exhibits.iter().map(|exhibit| exhibit.place)).collect();
    let planted: Vec<&str> = match demand.view {
        ViewKind::BackupStore => BACKUPS.to_vec(),
        _ => reached.iter().flat_map(|reach| tables(*reach).iter().copied()).collect(),
    };
    let found = planted.iter().filter(|table| there.contains(*table)).count();
    Share { n: count(found), of: count(planted.len()) }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_controls_of_each_demand_hold() {
        for demand in crate::folder::demands() {
            let controls = run(demand).unwrap_or_else(|failed| panic!("{}: {failed}", demand.name));
            assert!(controls.planted.tables.of > 0, "{}", demand.name);
            assert_eq!(controls.planted.texts.of > 0, demand.wants().contains(&Reach::Contents));
            assert_eq!(controls.planted.messages.of > 0, demand.wants().contains(&Reach::Records));
            assert_eq!(controls.before, ControlFound::default());
        }
    }

    #[test]
    fn a_control_that_misses_something_or_finds_what_is_not_there_fails() {
        let share = |n, of| Share { n, of };
        let none = ControlFound::default();
        let whole = ControlFound { texts: share(4, 4), messages: share(4, 4), tables: share(8, 8) };
        assert_eq!(judged(none, whole, true), Ok(Controls { planted: whole, before: none }));
        assert_eq!(judged(none, whole, false), Err(ControlFailed::Missed(whole)));
        for missed in [
            ControlFound { texts: share(3, 4), ..whole },
            ControlFound { messages: share(3, 4), ..whole },
            ControlFound { tables: share(7, 8), ..whole },
        ] {
            assert_eq!(judged(none, missed, true), Err(ControlFailed::Missed(missed)));
        }
        for invented in
            [ControlFound { texts: share(1, 0), ..none }, ControlFound { messages: share(1, 0), ..none }]
        {
            assert_eq!(judged(invented, whole, true), Err(ControlFailed::Invented(invented)));
        }
    }
}
