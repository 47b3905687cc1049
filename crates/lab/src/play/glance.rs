//! A story on one screen: the lines about the people whom the demands are about, the lines around the order, and
//! the remaining data.

use std::collections::BTreeSet;

use pillarbox_text::count::counted;
use pillarbox_wire::Timestamp;

use super::kept_at_end::kept_at_end;
use super::scenes::{self, Scene};
use super::told::PlayedStory;
use crate::scenario::{Act, Audience, Event, PersonId, Scenario};
use crate::screen::{Screen, Weight};

/// The fewest lines of the play that are shown, however small the window.
const LEAST: usize = 5;

/// The number of lines before the order for each line after it. Police mostly ask for the past.
const BEFORE: usize = 3;

impl PlayedStory<'_> {
    /// Renders the story for a window of `width` columns and `height` lines. `rest` tells the reader how to print
    /// the whole play.
    #[must_use]
    pub fn glance(&self, (width, height): (usize, usize), rest: &str) -> String {
        let mut screen = Screen::new(width);
        self.playbill(&mut screen);
        let mut end = Screen::new(width);
        kept_at_end(&mut end, self, 0);
        let scenes = scenes::scenes(self.record);
        let about = about(self.scenario, &scenes);
        let turning = turning(self.scenario, &about);
        // One empty line is before the play and one after it. A third line says what is left out.
        let room = height.saturating_sub(screen.height() + end.height() + 3);
        let shown = around(&about, &turning, self.scenario.inquiry.ordered, |shown| {
            let mut tried = Screen::new(width);
            scenes::show(&mut tried, shown.iter().copied(), false);
            tried.height() <= room.max(LEAST)
        });
        screen.blank();
        scenes::show(&mut screen, shown.iter().copied(), false);
        let others = scenes.len() - shown.len();
        if others > 0 {
            let lines = counted(others, "more line", "more lines");
            screen.say_in(Weight::Dim, &format!("{lines} of the story: {rest}"));
        }
        screen.blank();
        screen.append(end);
        screen.into_text()
    }
}

/// Returns the happenings, each with its consequences, that involve the people whom the demands are about, and the
/// orders of authorities.
fn about<'s>(scenario: &Scenario, scenes: &'s [Scene]) -> Vec<Vec<&'s Scene>> {
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
    let is_about = |scene: &Scene| {
        let who = scene.who.as_deref();
        who.is_none()
            || targets.iter().any(|target| name(*target) == who)
            || reached.contains(&(scene.at, who))
    };
    let happenings = scenes.chunk_by(|_, next| !next.is_act);
    let told = happenings.filter_map(|scenes| {
        let told: Vec<&Scene> =
            scenes.iter().filter(|scene| !scene.is_repeated && (scene.is_act || is_about(scene))).collect();
        told.iter().any(|scene| is_about(scene)).then_some(told)
    });
    told.collect()
}

/// Returns the indexes of the happenings that the story turns on: what the person whom the demands look back on
/// said last before the order, and the last channel that somebody opened.
fn turning(scenario: &Scenario, happenings: &[Vec<&Scene>]) -> Vec<usize> {
    let inquiry = &scenario.inquiry;
    let place = |event: &Event| {
        let who = scenario.person(event.who).map(|person| person.name.as_str());
        let is_it = |scene: &&Scene| scene.is_act && scene.at == event.at && scene.who.as_deref() == who;
        happenings.iter().position(|scenes| scenes.first().is_some_and(is_it))
    };
    let last = |is_it: &dyn Fn(&Event) -> bool| scenario.events.iter().rev().find(|event| is_it(event));
    let said = last(&|event| {
        let speaks = matches!(event.act, Act::Says { .. } | Act::Posts { .. });
        speaks && event.who == inquiry.about && event.at <= inquiry.ordered
    });
    let opened = last(&|event| matches!(event.act, Act::OpensChannel { .. }));
    said.into_iter().chain(opened).filter_map(place).collect()
}

/// Returns the happenings at the places `turning` and around `ordered`, in their order, as many as `fits` accepts.
fn around<'s>(
    happenings: &[Vec<&'s Scene>],
    turning: &[usize],
    ordered: Timestamp,
    fits: impl Fn(&[&'s Scene]) -> bool,
) -> Vec<&'s Scene> {
    let is_before = |scenes: &Vec<&Scene>| scenes.first().is_some_and(|scene| scene.at <= ordered);
    let order = happenings.partition_point(is_before);
    let (mut before, mut after) = ((0..order).rev().peekable(), (order..happenings.len()).peekable());
    let outward = (0..).map_while(|turn| {
        let is_after = (turn % (BEFORE + 1) == BEFORE && after.peek().is_some()) || before.peek().is_none();
        if is_after { after.next() } else { before.next() }
    });
    let mut places: BTreeSet<usize> = BTreeSet::new();
    let scenes = |places: &BTreeSet<usize>| -> Vec<&'s Scene> {
        places.iter().filter_map(|place| happenings.get(*place)).flatten().copied().collect()
    };
    for place in turning.iter().copied().chain(outward) {
        let mut with_it = places.clone();
        with_it.insert(place);
        // The first one is shown whatever the window's height.
        if !places.is_empty() && !fits(&scenes(&with_it)) {
            break;
        }
        places = with_it;
    }
    scenes(&places)
}
