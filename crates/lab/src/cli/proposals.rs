//! `proposals`: ways to one person's texts.

use pillarbox_client::display::safe_document;
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::library;
use pillarbox_lab::ways::{self, WaysComparison, WaysIn, WaysPlan};

use super::args::Proposals;
use super::exit::{NO_RESULT, USAGE};
use super::matrix::{control, in_words};
use super::output::{Failure, again, next, print, print_json};
use super::runtime::{threads, until_stopped};
use super::{run, window};

pub(super) fn run(wanted: &Proposals) -> Result<(), Failure> {
    let plan = plan(wanted)?;
    let is_own_seed = plan.seed == plan.scenario.seed;
    let progress = Progress::of(ways::stories_of(&plan), "stories told");
    let found = until_stopped(move |stop| ways::run(&plan, &progress, stop).map_err(in_words))?;
    if wanted.json {
        return print_json(&found);
    }
    if wanted.csv {
        return print(&safe_document(&ways::csv(&found)));
    }
    let comparison = if is_own_seed { compared(&found)? } else { None };
    let width = window::width();
    if wanted.full {
        return print(&ways::full(&found, comparison.as_ref(), width));
    }
    print(&ways::table(&found, comparison.as_ref(), width))?;
    next(&again("--full", &[]), "")
}

fn plan(wanted: &Proposals) -> Result<WaysPlan, Failure> {
    let story = wanted.named.as_ref().unwrap_or(&wanted.scenario);
    let scenario = library::find(story).map_err(|error| run::in_words(&error))?;
    let names = ways::names();
    if let Some(unknown) = wanted.proposal.iter().find(|name| !names.contains(&name.as_str())) {
        let sentence = format!("there is no way in called `{unknown}`. There is {}.", names.join(", "));
        return Err(Failure { sentence, code: USAGE });
    }
    let design = run::design(&wanted.design)?;
    let seed = wanted.seed.unwrap_or(scenario.seed);
    let threads = wanted.threads.unwrap_or_else(threads);
    let ways = wanted.proposal.clone();
    Ok(WaysPlan { scenario, design, seed, ways, threads, control: control()? })
}

/// Compares with the predictions, if there are any for this story under this design.
fn compared(found: &WaysIn) -> Result<Option<WaysComparison>, Failure> {
    let predictions = ways::built_in(&found.story, &found.design)
        .map_err(|error| Failure { sentence: format!("{error}."), code: NO_RESULT })?;
    Ok(predictions.map(|predictions| predictions.compare(found)))
}
