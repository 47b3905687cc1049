//! `proposals`: ways to one person's texts.

use pillarbox_client::display::safe_document;
use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::matrix::folder;
use pillarbox_lab::matrix::rerun::option;
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::library;
use pillarbox_lab::ways::{self, WaysComparison, WaysIn, WaysPlan};
use pillarbox_system::exit::{UNREACHED, USAGE};

use super::args::Proposals;
use super::matrix::{control, in_words, not_written};
use super::output::{Failure, again, next, place, print, print_findings, print_json};
use super::runtime::{threads, until_stopped};
use super::{run, window};

pub(super) fn run(wanted: &Proposals) -> Result<(), Failure> {
    let plan = plan(wanted)?;
    if let Some(out) = wanted.out.as_ref().filter(|out| std::fs::symlink_metadata(out).is_ok()) {
        let sentence = format!("{} is there already. Name a new folder with --out FOLDER.", out.display());
        return Err(Failure { sentence, code: USAGE });
    }
    let is_own_seed = plan.seed == plan.scenario.seed;
    let progress = Progress::of(ways::stories_of(&plan), "stories told");
    let out = wanted.out.clone();
    let found = until_stopped(move |stop| {
        let run = ways::run(&plan, &progress, stop).map_err(in_words)?;
        if let Some(out) = out {
            folder::write(&out, &run.files, &run.manifest_text(), stop)
                .map_err(|error| not_written(&error))?;
        }
        Ok(run.found)
    })?;
    show(wanted, &found, is_own_seed)?;
    wanted.out.as_ref().map_or(Ok(()), |out| place("Saved", out))
}

fn show(wanted: &Proposals, found: &WaysIn, is_own_seed: bool) -> Result<(), Failure> {
    if wanted.json {
        return print_json(found);
    }
    if wanted.csv {
        return print(&safe_document(&ways::csv(found)));
    }
    let comparison = if is_own_seed { compared(found)? } else { None };
    let width = window::width();
    if wanted.full {
        return print(&ways::full(found, comparison.as_ref(), width));
    }
    print(&ways::table(found, comparison.as_ref(), width))?;
    next(&again("--full", &["--out"]), "")
}

pub(super) fn plan(wanted: &Proposals) -> Result<WaysPlan, Failure> {
    let story = wanted.named.as_ref().unwrap_or(&wanted.scenario);
    let scenario = library::find(story).map_err(|error| run::in_words(&error))?;
    let names = ways::names();
    if let Some(unknown) = wanted.proposal.iter().find(|name| !names.contains(&name.as_str())) {
        let sentence = format!("there is no way in called `{unknown}`. There is {}.", names.join(", "));
        return Err(Failure { sentence, code: USAGE });
    }
    let usual = || ways::usual_design(&scenario.name).unwrap_or(&scenario.design).to_owned();
    let named = wanted.design.clone().unwrap_or_else(usual);
    let design = run::design(&named)?;
    let seed = wanted.seed.unwrap_or(scenario.seed);
    let threads = wanted.threads.unwrap_or_else(threads);
    let ways = wanted.proposal.clone();
    let rerun = rerun(story, &named, &ways, seed);
    Ok(WaysPlan { scenario, design, seed, ways, threads, control: control()?, rerun })
}

/// Compares with the predictions, if there are any for this story under this design.
fn compared(found: &WaysIn) -> Result<Option<WaysComparison>, Failure> {
    let predictions = ways::built_in(&found.story, &found.design)
        .map_err(|error| Failure { sentence: format!("{error}."), code: UNREACHED })?;
    Ok(predictions.map(|predictions| predictions.compare(found)))
}

/// Returns the command that makes the same run again, in words that a shell reads back.
fn rerun(story: &str, design: &str, ways: &[String], seed: u64) -> String {
    let mut words = vec!["pillarbox-lab proposals".to_owned(), option("--design", design)];
    words.extend(ways.iter().map(|way| option("--proposal", way)));
    words.extend([format!("--seed {seed}"), option("--scenario", story)]);
    words.join(" ")
}

/// Checks a folder of ways, and runs its worlds again unless that is not wanted.
pub(super) fn check(folder: &Folder, runs_again: bool) -> Result<(), Failure> {
    let mut checked = format!("{} files: digests, rows and bytes read again", folder.files.len() + 1);
    let mut findings = ways::findings(folder);
    if runs_again {
        match ways::plan_of(folder, threads(), control()?) {
            None => checked
                .push_str("; the worlds did not run again, because story or design are not those of the run"),
            Some(plan) => {
                let progress = Progress::of(ways::stories_of(&plan), "stories told");
                let again = until_stopped(move |stop| ways::run(&plan, &progress, stop).map_err(in_words))?;
                findings.extend(folder.differences(&again.files));
                checked.push_str("; the worlds ran again");
            }
        }
    }
    print_findings(findings, &checked)
}
