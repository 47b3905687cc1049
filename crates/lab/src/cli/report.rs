//! `report`: a run as a page, and whether it is what it says it is.

use std::collections::BTreeMap;

use clap::Parser as _;
use pillarbox_lab::matrix::check::{Folder, FolderError};
use pillarbox_lab::matrix::progress::Progress;
use pillarbox_lab::matrix::{self, cells_of, page};

use super::args::{Arguments, Command, Report};
use super::matrix::{in_words, plan, until_stopped};
use super::output::{Failure, hint, print};
use super::{FAILED, STORE, USAGE};

pub(super) fn run(wanted: &Report) -> Result<(), Failure> {
    let folder = Folder::read(&wanted.folder).map_err(|error| {
        let code = match error {
            FolderError::NotReadable(..) => STORE,
            _ => USAGE,
        };
        Failure { sentence: format!("{error}. Name the folder of a finished matrix."), code }
    })?;
    if wanted.check { check(wanted, folder) } else { write_page(wanted, &folder) }
}

fn write_page(wanted: &Report, folder: &Folder) -> Result<(), Failure> {
    // A page of changed files would look as good as any other.
    if let Some(finding) = folder.digests().first() {
        return Err(Failure {
            sentence: format!(
                "{finding}. `pillarbox-lab report FOLDER --check` says what else; there is no page of it."
            ),
            code: FAILED,
        });
    }
    let cells = folder.cells().ok_or_else(|| Failure {
        sentence: "matrix.json is no matrix. Run `pillarbox-lab matrix` again.".into(),
        code: FAILED,
    })?;
    let names = cells.iter().map(|cell| cell.evidence.clone());
    let evidence: BTreeMap<_, _> =
        names.filter_map(|name| Some((name.clone(), folder.evidence(&name)?))).collect();
    let text = page::render(&folder.manifest, &cells, &evidence);
    let Some(out) = &wanted.out else { return print(&text) };
    std::fs::write(out, text).map_err(|error| Failure {
        sentence: format!(
            "{} cannot be written: {}. Name another file with --out.",
            out.display(),
            error.kind()
        ),
        code: STORE,
    })?;
    hint(&format!("Saved {}", out.display()))
}

fn check(wanted: &Report, folder: Folder) -> Result<(), Failure> {
    let mut findings = folder.findings();
    let mut checked = format!("{} files: digests, cells and bytes read again", folder.files.len() + 1);
    if !wanted.no_rerun {
        let again = again(&folder)?;
        findings.extend(folder.differences(&again));
        checked.push_str("; the worlds ran again");
    }
    if findings.is_empty() {
        return print(&format!("Same: {checked}.\n"));
    }
    findings.sort();
    findings.dedup();
    print(&findings.iter().map(|finding| format!("{finding}\n")).collect::<String>())?;
    let sentence = format!("{} things are not as they say ({checked}).", findings.len());
    Err(Failure { sentence, code: FAILED })
}

/// The files of the same run, run again as `rerun.txt` says.
fn again(folder: &Folder) -> Result<BTreeMap<String, String>, Failure> {
    let cannot = |why: &str| Failure {
        sentence: format!("rerun.txt {why}. Check the rest with --no-rerun."),
        code: FAILED,
    };
    let text = folder.files.get("rerun.txt").ok_or_else(|| cannot("is missing"))?;
    let text = std::str::from_utf8(text).map_err(|_| cannot("is no text"))?;
    let typed = Arguments::try_parse_from(text.split_whitespace())
        .map_err(|_| cannot("holds no command of this program"))?;
    let Some(Command::Matrix(wanted)) = typed.command else { return Err(cannot("runs no matrix")) };
    let plan = plan(&wanted)?;
    let progress = Progress::on_standard_error(cells_of(&plan));
    let run = until_stopped(move |stop| matrix::run(&plan, &progress, stop).map_err(in_words))?;
    Ok(run.files)
}
