//! A story on one screen: the lines about the people whom the demands are about, those around the order, and what is left.

use std::collections::BTreeSet;

use pillarbox_wire::Timestamp;

use super::play::{self, Scene};
use super::{left, playbill};
use crate::record::Record;
use crate::scenario::{Act, Audience, PersonId, Scenario};
use crate::screen::{Screen, Weight};

/// The fewest lines of the play that are shown, however small the window.
const LEAST: usize = 5;

/// For each line after the order, so many before it: what police ask for is mostly in the past.
const BEFORE: usize = 3;

/// The story for a window of `width` columns and `height` lines. `rest` says how the whole play is had.
#[must_use]
pub fn glance(
    record: &Record,
    scenario: &Scenario,
    design_title: &str,
    (width, height): (usize, usize),
    rest: &str,
) -> String {
    let mut screen = Screen::new(width);
    playbill(&mut screen, record, scenario, design_title);
    let mut end = Screen::new(width);
    left::left(&mut end, record, 0);
    let scenes = play::scenes(record);
    let about = about(scenario, &scenes);
    // An empty line before the play and one behind it, and one that says what is left out.
    let room = height.saturating_sub(screen.height() + end.height() + 3);
    let shown = around(&about, scenario.inquiry.ordered, |scenes| {
        let mut tried = Screen::new(width);
        play::show(&mut tried, scenes.iter().copied(), false);
        tried.height() <= room.max(LEAST)
    });
    screen.blank();
    play::show(&mut screen, shown.iter().copied(), false);
    let others = scenes.len() - shown.len();
    if others > 0 {
        let lines = if others == 1 { "1 more line".to_owned() } else { format!("{others} more lines") };
        screen.say_in(Weight::Dim, &format!("{lines} of the story: {rest}"));
    }
    screen.blank();
    screen.append(end);
    screen.into_text()
}

/// The lines in which those take part whom the demands are about, and what an authority orders.
fn about<'s>(scenario: &Scenario, scenes: &'s [Scene]) -> Vec<&'s Scene> {
    let targets = [scenario.inquiry.about, scenario.inquiry.from_now_on];
    let name = |who: PersonId| scenario.person(who).map(|person| person.name.as_str());
    let hears = |act: &Act| match act {
        Act::Says { to: Audience::Person(to), .. } => targets.contains(to),
        Act::MakesGroup { with, .. } => with.iter().any(|who| targets.contains(who)),
        _ => false,
    };
    let reached: BTreeSet<(Timestamp, Option<&str>)> = scenario
        .events
        .iter()
        .filter(|event| hears(&event.act))
        .map(|event| (event.at, name(event.who)))
        .collect();
    let takes_part = |scene: &&Scene| {
        if scene.is_repeated {
            return false;
        }
        let who = scene.who.as_deref();
        who.is_none()
            || targets.iter().any(|target| name(*target) == who)
            || reached.contains(&(scene.at, who))
    };
    scenes.iter().filter(takes_part).collect()
}

/// The lines around `ordered` that `fits` lets through, in their order.
fn around<'s>(
    scenes: &[&'s Scene],
    ordered: Timestamp,
    fits: impl Fn(&[&'s Scene]) -> bool,
) -> Vec<&'s Scene> {
    let (mut before, mut after) = scenes.split_at(scenes.partition_point(|scene| scene.at <= ordered));
    let mut shown: Vec<&Scene> = Vec::new();
    for turn in 0.. {
        let is_after = (turn % (BEFORE + 1) == BEFORE && !after.is_empty()) || before.is_empty();
        let mut with_it = shown.clone();
        match (is_after, before.split_last(), after.split_first()) {
            (false, Some((scene, rest)), _) => {
                with_it.insert(0, scene);
                before = rest;
            }
            (true, _, Some((scene, rest))) => {
                with_it.push(scene);
                after = rest;
            }
            _ => break,
        }
        if !fits(&with_it) {
            break;
        }
        shown = with_it;
    }
    shown
}
