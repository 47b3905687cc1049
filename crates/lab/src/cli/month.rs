//! `metadata --month`: a month under every design.

use pillarbox_lab::metadata::month::run::{self, MonthError};
use pillarbox_lab::metadata::month::{Month, text};
use pillarbox_lab::progress::Progress;
use pillarbox_system::exit::{INTERRUPTED, NO};

use super::output::{Failure, next, print, print_json};
use super::runtime::{threads, until_stopped};
use super::window;

/// Runs the month and prints the table, or prints the same as data.
pub(super) fn run(as_json: bool) -> Result<(), Failure> {
    let (months, story) = until_stopped(|stop| {
        let story = run::story().map_err(|error| in_words(&error))?;
        let designs = run::rows();
        let progress = Progress::of(designs.len(), "messengers");
        let months = run::every(&designs, &story, threads(), &progress, stop);
        drop(progress);
        let months: Vec<Month> = months.map_err(|error| in_words(&error))?;
        Ok((months, story))
    })?;
    if as_json {
        return print_json(&months);
    }
    print(&text::table(&months, &story, window::width()))?;
    next(
        "pillarbox-lab metadata month --design signal-now --observer sees",
        "what passes, and not only what is kept",
    )
}

pub(super) fn in_words(error: &MonthError) -> Failure {
    match error {
        MonthError::Stopped => {
            Failure { sentence: "stopped; nothing was left behind.".into(), code: INTERRUPTED }
        }
        _ => Failure { sentence: format!("{error}. This is a fault of the program."), code: NO },
    }
}
