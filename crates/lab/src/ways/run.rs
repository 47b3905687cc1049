//! A run: every story is told once, and each way is served on the worlds that it needs.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::every::all;
use super::files::WaysRun;
use super::plan::WaysPlan;
use super::row::{
    AddedSoftware, EvaderResult, Stolen, VERSION, WayInRow, WaysIn, WireBytes, WithoutPhone, WorldOfWay,
};
use super::stories;
use super::way::{Stealable, WayEntry};
use crate::evidence::Evidence;
use crate::experiments::{Asserted, Docket, Experiment, ExperimentError, Observed, control};
use crate::pool;
use crate::progress::Progress;
use crate::scenario::Scenario;
use crate::score::{Capability, Measures, Party, Share, of_everybody};
use crate::world::WorldError;

/// The part of a world in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WorldPart {
    CarriedOut,
    WithoutThePhone,
    Evaded,
}

impl WorldPart {
    const ALL: [Self; 3] = [Self::CarriedOut, Self::WithoutThePhone, Self::Evaded];

    /// Returns the name of the evidence file of a way.
    fn file(self, way: &WayEntry) -> String {
        let variant = way.variant.map_or_else(String::new, |variant| format!("-{variant}"));
        format!("evidence/{}{variant}--{}.json", way.name, self.as_str())
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::CarriedOut => "carried-out",
            Self::WithoutThePhone => "without-the-phone",
            Self::Evaded => "evaded",
        }
    }

    fn story(self, plain: &Scenario, way: &WayEntry) -> Scenario {
        let base = way.base(plain);
        let story = match self {
            Self::CarriedOut => base,
            Self::WithoutThePhone => stories::without_the_phone(&base),
            Self::Evaded => stories::evaded(&base, way.evader),
        };
        stories::carried_out(&story, way.takes_the_phone)
    }
}

/// A story, and the ways that are served on its worlds.
struct ToldStory {
    scenario: Scenario,
    /// True if nothing of any way happens in it.
    is_base: bool,
    ways: Vec<(usize, WorldPart)>,
}

/// The outcome of one way on one story.
struct WayOutcome {
    evidence: Evidence,
    sight: Observed,
    asserted: Vec<Asserted>,
    /// What reached people who had the same programs and against whom nobody used them; none if it is of no matter.
    unused: Option<Observed>,
    /// What phones say about who can read, if nothing is ordered.
    without: Vec<Asserted>,
    /// The people whose texts the same steps open in other hands; none if that was not tried on this story.
    thief: Option<Vec<Party>>,
}

/// A story in which nothing of a way happens, with what reached people there and what their phones said.
type BaseWorld = (Scenario, (Observed, Vec<Asserted>));

/// The outcomes of one story.
struct StoryOutcomes {
    of_ways: Vec<((usize, WorldPart), WayOutcome)>,
    /// The story, and its world in which nothing is ordered, if the story is a base of ways.
    base: Option<BaseWorld>,
}

/// Returns the number of stories that a plan tells, for a progress bar.
#[must_use]
pub fn stories_of(plan: &WaysPlan) -> usize {
    told(&stories::plain(&plan.scenario), &wanted(plan)).len()
}

/// Runs the ways of a plan.
///
/// # Errors
/// [`ExperimentError`]; in this case there is no result at all.
pub fn run(plan: &WaysPlan, progress: &Progress, stop: &AtomicBool) -> Result<WaysRun, ExperimentError> {
    let (found, evidence) = these(plan, &wanted(plan), progress, stop)?;
    Ok(WaysRun::of(plan, found, evidence))
}

fn wanted(plan: &WaysPlan) -> Vec<WayEntry> {
    let is_wanted = |way: &WayEntry| plan.ways.is_empty() || plan.ways.iter().any(|name| name == way.name);
    all().into_iter().filter(is_wanted).collect()
}

/// Runs these ways.
pub(super) fn these(
    plan: &WaysPlan,
    ways: &[WayEntry],
    progress: &Progress,
    stop: &AtomicBool,
) -> Result<(WaysIn, BTreeMap<String, String>), ExperimentError> {
    controls(plan, ways, stop)?;
    let plain = stories::plain(&plan.scenario);
    let stories = told(&plain, ways);
    let job = |story: &ToldStory| {
        let outcomes = on_one_story(plan, ways, story, stop);
        progress.step();
        outcomes
    };
    let weight = |story: &ToldStory| u32::try_from(story.ways.len()).unwrap_or(u32::MAX);
    let done = pool::in_order(&stories, weight, plan.threads, stop, job);
    progress.end();
    let mut outcomes = Vec::new();
    let mut bases = Vec::new();
    for story in done {
        let StoryOutcomes { of_ways, base } = story.ok_or(ExperimentError::Stopped)??;
        outcomes.extend(of_ways);
        bases.extend(base);
    }
    let mut rows = Vec::with_capacity(ways.len());
    let mut first = None;
    for (number, way) in ways.iter().enumerate() {
        let [carried_out, without_the_phone, evaded] = WorldPart::ALL.map(|part| {
            let found = outcomes.iter().find(|(task, _)| *task == (number, part));
            found.map(|(_, outcome)| outcome).ok_or(WorldError::Missing("a world of a way"))
        });
        let parts = [carried_out?, without_the_phone?, evaded?];
        first.get_or_insert(&parts[0].evidence.yardstick);
        let base = way.base(&plain);
        let without = bases.iter().find(|(story, _)| *story == base);
        let (_, without) = without.ok_or(WorldError::Missing("the plain world"))?;
        rows.push(row(way, parts, without));
    }
    let yardstick = first.ok_or(WorldError::Missing("a way"))?;
    let (before, after): (Vec<_>, Vec<_>) =
        yardstick.of_target().partition(|told| told.at < yardstick.ordered);
    let found = WaysIn {
        v: VERSION,
        story: plan.scenario.name.clone(),
        design: plan.design.name.clone(),
        design_title: plan.design.title.clone(),
        seed: plan.seed,
        target: yardstick.target.clone(),
        people: plan.scenario.people.len() as u64,
        texts: yardstick.said.iter().filter(|told| !told.public).count() as u64,
        ordered: yardstick.ordered,
        served: yardstick.served,
        before: before.len() as u64,
        after: after.len() as u64,
        ways: rows,
    };
    let file = |((number, part), outcome): ((usize, WorldPart), WayOutcome)| {
        Some((part.file(ways.get(number)?), outcome.evidence.to_json()))
    };
    Ok((found, outcomes.into_iter().filter_map(file).collect()))
}

/// Checks that the steps of each way find what is there, and nothing before anything is said.
fn controls(plan: &WaysPlan, ways: &[WayEntry], stop: &AtomicBool) -> Result<(), ExperimentError> {
    let mut wanted: Vec<&'static dyn Experiment> = Vec::new();
    for experiment in ways.iter().map(|way| way.experiment) {
        let columns = crate::experiments::all();
        let ways = all().into_iter().map(|way| way.experiment);
        let control = columns.into_iter().chain(ways).find(|it| it.name() == experiment.control());
        for one in [Some(experiment), control].into_iter().flatten() {
            if wanted.iter().all(|known| known.name() != one.name()) {
                wanted.push(one);
            }
        }
    }
    control::run(&plan.control, &wanted, stop).map(drop)
}

/// Returns every story that the ways need, each once, the plain one first.
fn told(plain: &Scenario, ways: &[WayEntry]) -> Vec<ToldStory> {
    let mut all: Vec<ToldStory> = Vec::new();
    for base in std::iter::once(plain.clone()).chain(ways.iter().map(|way| way.base(plain))) {
        if all.iter().all(|told| told.scenario != base) {
            all.push(ToldStory { scenario: base, is_base: true, ways: Vec::new() });
        }
    }
    for (number, way) in ways.iter().enumerate() {
        for part in WorldPart::ALL {
            let scenario = part.story(plain, way);
            match all.iter_mut().find(|told| told.scenario == scenario) {
                Some(known) => known.ways.push((number, part)),
                None => all.push(ToldStory { scenario, is_base: false, ways: vec![(number, part)] }),
            }
        }
    }
    all
}

fn on_one_story(
    plan: &WaysPlan,
    ways: &[WayEntry],
    story: &ToldStory,
    stop: &AtomicBool,
) -> Result<StoryOutcomes, ExperimentError> {
    let mut docket = Docket::as_told(&plan.design, &story.scenario, plan.seed);
    let mut of_ways = Vec::with_capacity(story.ways.len());
    for (number, part) in &story.ways {
        if stop.load(Ordering::Relaxed) {
            return Err(ExperimentError::Stopped);
        }
        let Some(way) = ways.get(*number) else { continue };
        let experiment = way.experiment;
        let evidence = docket.serve(experiment)?;
        let (sight, asserted) = docket.looked_at(experiment, &evidence)?;
        let (thief, without, unused) = match part {
            WorldPart::CarriedOut => (
                thief(way, &mut docket, &evidence)?,
                docket.protection_without(experiment)?,
                way.unused.map(|unused| docket.seen(unused)).transpose()?,
            ),
            WorldPart::WithoutThePhone | WorldPart::Evaded => (None, Vec::new(), None),
        };
        let outcome = WayOutcome { evidence, sight, asserted, unused, without, thief };
        of_ways.push(((*number, *part), outcome));
    }
    let base = if story.is_base { Some((story.scenario.clone(), docket.plain()?)) } else { None };
    Ok(StoryOutcomes { of_ways, base })
}

/// Returns what the same steps give in other hands, without an order.
fn thief(
    way: &WayEntry,
    docket: &mut Docket,
    evidence: &Evidence,
) -> Result<Option<Vec<Party>>, ExperimentError> {
    let alone = |evidence: &Evidence| {
        vec![Party { who: evidence.yardstick.target.clone(), said: evidence.brought.said.clone() }]
    };
    Ok(match way.means {
        Stealable::NoSecret => None,
        Stealable::Itself(_) => Some(alone(evidence)),
        Stealable::Part(_, experiment) => Some(alone(&docket.serve(experiment)?)),
        Stealable::Rows(_) => Some(docket.about_everybody(way.experiment)?),
    })
}

fn row(
    way: &WayEntry,
    [carried_out, without_the_phone, evaded]: [&WayOutcome; 3],
    (sight, asserted): &(Observed, Vec<Asserted>),
) -> WayInRow {
    let Evidence { yardstick, .. } = &carried_out.evidence;
    let measured = |outcome: &WayOutcome| outcome.evidence.score().2;
    let Measures { content_past, content_future, texts, read, named, .. } = measured(carried_out);
    let gone = measured(without_the_phone);
    let evader = measured(evaded);
    let stolen = way.means.in_words().zip(carried_out.thief.as_ref()).map(|(secret, parties)| {
        let texts = of_everybody(&Party::together(parties), yardstick);
        let of = yardstick.said.iter().filter(|told| !told.public).count();
        Stolen { secret: secret.to_owned(), opens: Share { n: texts.len() as u64, of: of as u64 }, texts }
    });
    let in_names = |evidence: &Evidence| evidence.reasons.iter().map(|it| evidence.in_names(it)).collect();
    let took_part = carried_out.evidence.brought.parties.iter();
    let took_part = took_part.map(|party| yardstick.who(&party.who).unwrap_or(&party.who).to_owned());
    let base = carried_out.unused.as_ref().unwrap_or(sight);
    let other_numbers = carried_out.sight.same_in_size(base);
    let usual = [asserted.as_slice(), &carried_out.without].concat();
    let mut could_notice = carried_out.sight.could_notice(base);
    could_notice.retain(|who| !other_numbers.contains(who));
    let parts = WorldPart::ALL.into_iter().zip([carried_out, without_the_phone, evaded]);
    WayInRow {
        way: way.name.to_owned(),
        variant: way.variant.map(str::to_owned),
        title: way.title.to_owned(),
        group: way.group.to_owned(),
        demand: carried_out.evidence.demand.clone(),
        ordered: carried_out.evidence.ordered.clone(),
        before: content_past,
        after: content_future,
        without_the_phone: WithoutPhone {
            works: without_the_phone.evidence.means != Capability::NotModelled && gone.texts == texts,
            before: gone.content_past,
            after: gone.content_future,
        },
        texts,
        reasons: in_names(&carried_out.evidence),
        stolen,
        read,
        named,
        noticed: carried_out.sight.noticed(sight),
        took_part: took_part.collect(),
        without_their_phone: carried_out.sight.without_their_phone(sight),
        could_notice,
        other_program: carried_out.sight.other_programs(sight),
        other_numbers,
        lost: carried_out.evidence.effects.lost.clone(),
        became_false: Asserted::became_false(&carried_out.asserted, &usual),
        already_false: Asserted::was_false(&carried_out.asserted, &usual),
        evader: EvaderResult {
            does: way.evader.does().to_owned(),
            before: evader.content_past,
            after: evader.content_future,
            reasons: in_names(&evaded.evidence),
        },
        bytes: WireBytes { plain: sight.bytes(), with: carried_out.sight.bytes() },
        software: AddedSoftware::of(way.name, way.uses),
        worlds: parts
            .map(|(part, outcome)| WorldOfWay {
                part: part.as_str().to_owned(),
                record_sha256: outcome.evidence.world_sha256.clone(),
                evidence: part.file(way),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests;
