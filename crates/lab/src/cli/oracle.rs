//! `oracle`: the designs of this program, compared with published statements about the returns of real operators.

use pillarbox_access::designs;
use pillarbox_access::oracle::OracleSource;
use pillarbox_access::oracle::reasons::REASONS;
use pillarbox_lab::oracle;
use pillarbox_lab::progress::Progress;
use pillarbox_system::exit::NO;

use super::args::Oracle;
use super::output::{Failure, hint, next, print, print_json};
use super::window;

pub(super) fn run(wanted: &Oracle) -> Result<(), Failure> {
    let sources: Vec<OracleSource> =
        wanted.source.map_or_else(|| OracleSource::ALL.to_vec(), |source| vec![source]);
    hint("Running each model of a real messenger, and asking what others asked ...")?;
    let standing = designs::all().iter().filter(|design| oracle::standing(design).is_some()).count();
    let progress = Progress::of(standing, "designs");
    let report = oracle::run(designs::all(), &sources, &REASONS, &progress).map_err(|error| Failure {
        sentence: format!("{error}. There is no comparison; run it again."),
        code: NO,
    })?;
    drop(progress);
    if wanted.json {
        print_json(&report)?;
    } else if wanted.plain {
        print(&oracle::plain(&report))?;
    } else if wanted.full {
        print(&oracle::render(&report, window::width()))?;
        next("pillarbox-lab oracle --plain", "one line for each row")?;
    } else {
        print(&oracle::short(&report, window::width()))?;
        next("pillarbox-lab oracle --full", "every row, and each reason")?;
    }
    if report.is_as_written() {
        return Ok(());
    }
    Err(Failure {
        sentence: "a difference has no reason, a reason no difference, or something does not follow that must: see the \
                   report. Reasons are written in crates/access/oracles/differences.toml."
            .into(),
        code: NO,
    })
}
