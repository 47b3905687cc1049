//! `diff`: what a way adds to programs.

use pillarbox_lab::progress::Progress;
use pillarbox_lab::ways;

use super::args::{Diff, Proposals};
use super::matrix::in_words;
use super::output::{Failure, next, print};
use super::proposals::plan;
use super::runtime::until_stopped;
use super::window;

pub(super) fn run(wanted: &Diff) -> Result<(), Failure> {
    let plan = plan(&Proposals {
        scenario: wanted.scenario.clone(),
        design: wanted.design.clone(),
        proposal: vec![wanted.way.clone()],
        ..Proposals::default()
    })?;
    let progress = Progress::of(ways::stories_of(&plan), "stories told");
    let found = until_stopped(move |stop| ways::run(&plan, &progress, stop).map_err(in_words))?;
    print(&ways::diff(&found.found, window::width()))?;
    next(&format!("pillarbox-lab proposals --proposal {}", wanted.way), "")
}
