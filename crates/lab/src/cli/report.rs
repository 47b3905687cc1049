//! `report`: a run as a page, and the check whether it is what it says it is.

use std::collections::BTreeMap;
use std::path::Path;

use pillarbox_lab::matrix::check::{Folder, FolderError, Fresh};
use pillarbox_lab::matrix::manifest::{MANIFEST, RERUN, STORY};
use pillarbox_lab::matrix::{self, Plan, cells_of};
use pillarbox_lab::page::{self, PageError, bundle};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::library;
use pillarbox_lab::ways;
use pillarbox_system::exit::{NO, STORE, USAGE};
use pillarbox_system::private;

use super::args::{Appendix, Report};
use super::matrix::{control, in_words, with_pairs};
use super::output::{Failure, place, print, print_findings, why};
use super::proposals;
use super::runtime::{threads, until_stopped};

pub(super) fn run(wanted: &Report) -> Result<(), Failure> {
    let folder = Folder::read(&wanted.folder).map_err(|error| {
        let code = match error {
            FolderError::NotReadable(..) => STORE,
            _ => USAGE,
        };
        Failure { sentence: format!("{error}. Name the folder of a finished matrix."), code }
    })?;
    match (wanted.check, ways::holds_ways(&folder)) {
        (true, true) => proposals::check(&folder, !wanted.no_rerun),
        (true, false) => check(wanted, folder),
        (false, true) => Err(Failure {
            sentence: format!(
                "{} holds ways in, of which there is no page. Check it with --check, or read its ways.json.",
                wanted.folder.display()
            ),
            code: USAGE,
        }),
        (false, false) => write_page(wanted, &folder),
    }
}

impl From<Appendix> for page::Appendix {
    fn from(appendix: Appendix) -> Self {
        match appendix {
            Appendix::None => Self::None,
            Appendix::First => Self::First,
            Appendix::All => Self::All,
        }
    }
}

fn write_page(wanted: &Report, folder: &Folder) -> Result<(), Failure> {
    let failed = |sentence: String| Failure { sentence, code: NO };
    // A page of changed files would look as good as any other.
    if let Some(finding) = folder.digests().first() {
        return Err(failed(format!(
            "{finding}. `pillarbox-lab report FOLDER --check` says what else; there is no page of it."
        )));
    }
    let again = "Run `pillarbox-lab matrix` again.";
    let cells = folder.cells().ok_or_else(|| failed(format!("matrix.json is no matrix. {again}")))?;
    let story =
        folder.story().or_else(|| library::of_digest(&folder.manifest.scenario_sha256)).ok_or_else(|| {
            failed(format!("{STORY} is missing, and the story is none of this program's. {again}"))
        })?;
    let names = cells.iter().map(|cell| cell.evidence.clone());
    let evidence: BTreeMap<_, _> =
        names.filter_map(|name| Some((name.clone(), folder.evidence(&name)?))).collect();
    let rerun = folder.files.get(RERUN).map_or_else(String::new, |text| String::from_utf8_lossy(text).into());
    let run = page::PageInput {
        manifest: &folder.manifest,
        story: &story,
        cells: &cells,
        evidence: &evidence,
        rerun: &rerun,
    };
    let options =
        page::Options { first: wanted.cell.clone(), appendix: wanted.appendix.into(), pairs: folder.pairs() };
    let text = page::render(run, &options).map_err(|error| match error {
        PageError::NoSuchCell(..) => {
            let sentence = format!("{error}. Name a row and a column of its table: --cell DESIGN/DEMAND.");
            Failure { sentence, code: USAGE }
        }
        other => failed(format!("{other}.")),
    })?;
    if let Some(out) = &wanted.bundle {
        write_bundle(out, wanted, folder, &text)?;
        place("Saved", out)?;
    }
    match &wanted.out {
        Some(out) => {
            private::save(out, text.as_bytes()).map_err(|error| cannot_write(out, &error, "--out"))?;
            place("Saved", out)
        }
        None if wanted.bundle.is_some() => Ok(()),
        None => print(&text),
    }
}

fn cannot_write(path: &Path, error: &std::io::Error, option: &str) -> Failure {
    let sentence =
        format!("{} cannot be written: {}. Name another file with {option}.", path.display(), why(error));
    Failure { sentence, code: STORE }
}

/// Writes the archive. If it cannot be written to its end, nothing that looks whole is left.
fn write_bundle(out: &Path, wanted: &Report, folder: &Folder, page: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| cannot_write(out, &error, "--bundle");
    let manifest = std::fs::read(wanted.folder.join(MANIFEST)).map_err(failed)?;
    let beside = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut unfinished =
        tempfile::Builder::new().prefix(".unfinished-").tempfile_in(beside).map_err(failed)?;
    bundle::write(unfinished.as_file_mut(), &folder.file_name(), page, &manifest, folder).map_err(failed)?;
    unfinished.as_file().sync_all().map_err(failed)?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    unfinished.as_file().set_permissions(mode).map_err(failed)?;
    unfinished.persist(out).map_err(|error| failed(error.error))?;
    Ok(())
}

fn check(wanted: &Report, folder: Folder) -> Result<(), Failure> {
    let mut checked = format!("{} files: digests, cells and bytes read again", folder.files.len() + 1);
    let fresh = (!wanted.no_rerun).then(|| folder.fresh());
    let findings = match fresh {
        None => folder.findings(),
        Some(Ok(fresh)) => {
            let again = again(fresh, &folder)?;
            checked.push_str("; the worlds ran again");
            folder.findings_beside(&again)
        }
        Some(Err(why)) => {
            checked.push_str(&format!("; the worlds did not run again, because {why}"));
            folder.findings()
        }
    };
    print_findings(findings, &checked)
}

/// Returns the files of the same run, run again from the folder alone. Nothing outside it is read.
fn again(fresh: Fresh, folder: &Folder) -> Result<BTreeMap<String, String>, Failure> {
    let Fresh { scenario, designs, demands, seed, pairs } = fresh;
    let rerun = folder.files.get(RERUN).map_or_else(String::new, |text| String::from_utf8_lossy(text).into());
    // Another finding states whether this is the command of this run.
    let rerun = rerun.trim_end_matches(['\r', '\n']).to_owned();
    let (threads, control) = (threads(), control()?);
    let plan = Plan { scenario, designs, demands, seed, threads, control, rerun };
    let progress = Progress::on_standard_error(cells_of(&plan));
    let run = until_stopped(move |stop| {
        let run = matrix::run(&plan, &progress, stop).map_err(in_words)?;
        if pairs { with_pairs(run, &plan, stop) } else { Ok(run) }
    })?;
    Ok(run.files)
}
