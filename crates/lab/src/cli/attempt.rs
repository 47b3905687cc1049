//! `try`: the demonstration.

use pillarbox_lab::demonstration::{self, DemonstrationError};
use pillarbox_lab::paper;

use super::args::Try;
use super::output::{Failure, hint, print, print_json};
use super::{FAILED, INTERRUPTED, STORE, runtime, stopped};

pub(super) fn run(wanted: &Try) -> Result<(), Failure> {
    let report = runtime()?.block_on(async {
        tokio::select! {
            report = demonstration::run() => report.map_err(in_words),
            // Dropping the demonstration takes its folders along, as its end would.
            () = stopped() => Err(Failure { sentence: "stopped; nothing was left behind.".into(), code: INTERRUPTED }),
        }
    })?;
    if wanted.json {
        print_json(&report)
    } else {
        print(&paper::headed(&demonstration::text::render(&report)))?;
        hint("The same as data, with every byte:\nNext: pillarbox-lab try --json")
    }
}

fn in_words(error: DemonstrationError) -> Failure {
    let (next, code) = match &error {
        DemonstrationError::Folder { .. }
        | DemonstrationError::Profile(_)
        | DemonstrationError::Holdings(_) => {
            ("Make that folder or some room in it, or name another with TMPDIR=FOLDER.", STORE)
        }
        _ => ("Nothing was left behind; run it again.", FAILED),
    };
    Failure { sentence: format!("{error}. {next}"), code }
}
