//! `oracle`: the designs of this program, held to what others say that real operators return.

use pillarbox_access::designs;
use pillarbox_access::oracle::Source;
use pillarbox_access::oracle::reasons::REASONS;
use pillarbox_lab::{oracle, paper};

use super::FAILED;
use super::args::Oracle;
use super::output::{Failure, hint, print, print_json};

pub(super) fn run(wanted: &Oracle) -> Result<(), Failure> {
    let sources: Vec<Source> = wanted.source.map_or_else(|| Source::ALL.to_vec(), |source| vec![source]);
    let report = oracle::run(designs::all(), &sources, &REASONS).map_err(|error| Failure {
        sentence: format!("{error}. There is no comparison; run it again."),
        code: FAILED,
    })?;
    if wanted.json {
        print_json(&report)?;
    } else if wanted.plain {
        print(&oracle::plain(&report))?;
    } else {
        print(&paper::headed(&oracle::render(&report)))?;
        hint("Next: pillarbox-lab oracle --plain   (one line for each row)")?;
    }
    if report.is_as_written() {
        return Ok(());
    }
    Err(Failure {
        sentence: "a difference has no reason, a reason no difference, or something does not follow that must: see the \
                   report. Reasons are written in crates/access/oracles/differences.toml."
            .into(),
        code: FAILED,
    })
}
