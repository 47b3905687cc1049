//! A row of the matrix: every demand on one design. Experiments with the same arrangement share a world.

use std::sync::atomic::{AtomicBool, Ordering};

use pillarbox_access::demand::{Demand, ViewKind};
use pillarbox_access::design::{Accounts, Design};
use pillarbox_wire::Timestamp;

use super::answered::Answered;
use super::compare::{Compared, compare};
use super::context;
use super::copies;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::spent::{Spent, WorldRan};
use super::staging::Ordered;
use super::views::{Named, Views};
use super::worlds::{Arranged, Ran, Worlds};
use crate::answer::name_the_account;
use crate::evidence::{Alternative, Evidence, VERSION};
use crate::scenario::Scenario;
use crate::score::{Capability, Measures, Yardstick, score};
use crate::stopwatch::Stopwatch;
use crate::world::WorldError;

/// One row.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// The evidence of each demand.
    pub evidence: Vec<Evidence>,
    /// The worlds.
    pub worlds: Vec<WorldRan>,
    /// The time that each part took.
    pub spent: Spent,
}

/// Runs the demands that are `wanted` on one design, up to the time `until`.
///
/// # Errors
/// [`ExperimentError`].
pub(crate) fn run(
    design: &Design,
    scenario: &Scenario,
    seed: u64,
    wanted: &[&'static dyn Experiment],
    until: Timestamp,
    stop: &AtomicBool,
    done: &mut dyn FnMut(&Evidence),
) -> Result<Row, ExperimentError> {
    let mut row = Row::default();
    let mut worlds = Worlds::new(design, scenario, seed, until);
    let arranged: Vec<Arranged> =
        wanted.iter().map(|experiment| Arranged::of(*experiment, design, scenario)).collect();
    let mut later = arranged.as_slice();
    for experiment in wanted {
        if stop.load(Ordering::Relaxed) {
            return Err(ExperimentError::Stopped);
        }
        let Some((now, rest)) = later.split_first() else { break };
        later = rest;
        let evidence = serve(*experiment, &mut worlds, now, &mut row.spent)?;
        done(&evidence);
        row.evidence.push(evidence);
        worlds.keep_for(later);
    }
    row.worlds = worlds.said;
    Ok(row)
}

/// Serves one demand on its worlds, which run first if necessary.
pub(super) fn serve(
    experiment: &dyn Experiment,
    worlds: &mut Worlds,
    arranged: &Arranged,
    spent: &mut Spent,
) -> Result<Evidence, ExperimentError> {
    let usual = worlds.place(&arranged.usual, spent)?;
    let place = worlds.place(&arranged.with, spent)?;
    let otherwise = match &arranged.otherwise {
        Some(ordered) => Some(worlds.place(ordered, spent)?),
        None => None,
    };
    let begun = Stopwatch::start();
    let target = experiment.target(&worlds.scenario);
    let named = experiment.named();
    worlds.look_for_copies(usual, target, named)?;
    worlds.look_for_copies(place, target, named)?;
    spent.serving += begun.elapsed();
    let ran = |at: usize| worlds.ran.get(at);
    let with = ran(place).ok_or(WorldError::Missing("a world"))?;
    one(experiment, &worlds.design, worlds.seed, [ran(usual), otherwise.and_then(ran)], with, spent)
}

fn one(
    experiment: &dyn Experiment,
    design: &Design,
    seed: u64,
    [usual, otherwise]: [Option<&Ran>; 2],
    with: &Ran,
    spent: &mut Spent,
) -> Result<Evidence, ExperimentError> {
    let Ran { ordered, staged, sha256: digest, lies } = with;
    let begun = Stopwatch::start();
    let target = experiment.target(&staged.scenario);
    let named = experiment.named();
    let views = Views::new(staged, design, target, named)?;
    let usual = usual.unwrap_or(with);
    let without = Views::new(&usual.staged, design, target, named)?;
    let mut answered = experiment.serve(&views, &without)?;
    let alternative = match otherwise {
        Some(Ran { ordered, staged, sha256: digest, .. }) => {
            let answered = experiment.serve_otherwise(&Views::new(staged, design, target, named)?)?;
            answered.map(|Answered { brought, pieces, .. }| Alternative {
                ordered: ordered.in_words(),
                world_sha256: digest.clone(),
                brought,
                pieces,
            })
        }
        None => None,
    };
    let names_an_account = matches!(
        experiment.demand().view,
        ViewKind::RelayHoldings | ViewKind::OperatorTap | ViewKind::PushRecords
    );
    let is_one_of_several = design.phone.accounts == Accounts::PerContact && names_an_account;
    if is_one_of_several {
        answered.reasons.insert(0, one_of_several(&views, named));
    }
    if named == Named::WhenOrdered
        && let since @ 1.. = views.accounts_since()
    {
        answered.reasons.push(made_since(since));
    }
    spent.guessing = spent.guessing.and(answered.guessing.unwrap_or_default());
    spent.serving += begun.elapsed();
    let begun = Stopwatch::start();
    let demand: &Demand = experiment.demand();
    let yardstick = Yardstick::of(&staged.scenario, staged.world.scorer(), target);
    // If the operator need not change anything, nothing is changed, and there is no order to compare with.
    let mut compared = if *ordered == Ordered::Nothing || answered.means == Capability::InPlace {
        Compared::default()
    } else {
        compare(&usual.staged, staged, otherwise.map(|ran| &ran.staged))
    };
    compared.scored = score(experiment.what(), &answered.brought, &yardstick).1;
    if let (Some(otherwise), Some(alternative)) = (&mut compared.otherwise, &alternative) {
        otherwise.scored = Some(score(experiment.what(), &alternative.brought, &yardstick).1);
    }
    experiment.compared(&mut answered, &compared);
    let Compared { lost: function_lost, lost_texts: lost, could_notice, noticed, .. } = compared;
    let mut context = context::of(experiment, design, &staged.scenario, seed);
    if is_one_of_several {
        name_the_account(&mut context, views.named_by());
    }
    let mut evidence = Evidence {
        v: VERSION,
        scenario: staged.scenario.name.clone(),
        design: design.name.clone(),
        demand: experiment.name().to_owned(),
        seed,
        world_sha256: digest.clone(),
        power: demand.name.to_owned(),
        view: demand.view,
        ordered: ordered.in_words(),
        means: answered.means,
        only_from_now_on: experiment.only_from_now_on(),
        what: experiment.what(),
        unit: answered.unit.unwrap_or(experiment.what().unit()).to_owned(),
        container: answered.container.to_owned(),
        counted: answered.counted,
        reasons: answered.reasons,
        brought: answered.brought,
        yardstick,
        context,
        effects: Measures { could_notice, noticed, function_lost, lost, ..answered.effects },
        pieces: answered.pieces,
        rereadable: answered.rereadable,
        alternative,
    };
    if let (Some(with), Some(without)) = (lies.get(&(target, named)), usual.lies.get(&(target, named))) {
        let (_, counts, measures) = evidence.score();
        let past = measures.content_past.n > 0;
        evidence.effects.copies = copies::beside(&evidence, past, with);
        evidence.effects.thief = copies::thief(&evidence, &counts, past, [with, without]);
    }
    spent.scoring += begun.elapsed();
    Ok(evidence)
}

/// Describes which account the demand names, if the target has one for each contact.
fn one_of_several(views: &Views<'_>, named: Named) -> String {
    let when = match named {
        Named::WhenOrdered => "when the order was made",
        Named::WhenServed => "when this was asked for",
    };
    let which = match views.named_by() {
        Some(contact) => {
            format!("the one that {contact} writes to, with whom the target had exchanged most texts {when}")
        }
        None => "the newest".to_owned(),
    };
    format!(
        "The demand names one account, {which}. What goes through the target's other accounts is not in this answer, and nothing in \
         the demand ties them to the target."
    )
}

/// Describes accounts that an order does not cover.
fn made_since(accounts: usize) -> String {
    match accounts {
        1 => "An account that the target has made since the order is not covered by it.".to_owned(),
        many => format!("{many} accounts that the target has made since the order are not covered by it."),
    }
}
