//! `try`, and no command at all: the demonstration.

use pillarbox_lab::demonstration::{self, DemonstrationError, glance, text};
use pillarbox_lab::progress::Progress;
use pillarbox_system::exit::{INTERRUPTED, NO, STORE};

use super::args::Try;
use super::output::{Failure, hint, next, print, print_json};
use super::runtime::{runtime, stopped};
use super::window;

pub(super) fn run(wanted: &Try) -> Result<(), Failure> {
    hint("Two phones talk over two servers here, then each server is served a warrant ...")?;
    let progress = Progress::of(demonstration::STEPS, "steps");
    let report = runtime()?.block_on(async {
        tokio::select! {
            report = demonstration::run(&progress) => report.map_err(in_words),
            // Dropping the demonstration removes its folders, as its end would.
            () = stopped() => Err(Failure { sentence: "stopped; nothing was left behind.".into(), code: INTERRUPTED }),
        }
    })?;
    drop(progress);
    if wanted.json {
        return print_json(&report);
    }
    if !wanted.full {
        return print(&glance::render(&report, window::width()));
    }
    print(&text::render(&report, window::width()))?;
    next("pillarbox-lab try --json", "the same as data, with every byte")
}

fn in_words(error: DemonstrationError) -> Failure {
    let (next, code) = match &error {
        DemonstrationError::Folder { .. }
        | DemonstrationError::Profile(_)
        | DemonstrationError::Holdings(_) => {
            ("Make that folder or some room in it, or name another with TMPDIR=FOLDER.", STORE)
        }
        _ => ("Nothing was left behind; run it again.", NO),
    };
    Failure { sentence: format!("{error}. {next}"), code }
}
