//! `report --check` of a folder of ways: whether it is what it says it is. Files have the digests of the manifest, each
//! row follows from its evidence, and the bytes of evidence are read again. The caller runs the worlds again.

use std::num::NonZeroUsize;

use super::csv;
use super::files::{TABLE, WAYS};
use super::plan::WaysPlan;
use super::row::{WayInRow, WaysIn};
use crate::evidence::Evidence;
use crate::experiments::control::Control;
use crate::matrix::check::Folder;
use crate::matrix::manifest::RERUN;
use crate::score::Measures;

/// Returns true if a run's folder holds ways, and not the cells of a matrix.
#[must_use]
pub fn holds_ways(folder: &Folder) -> bool {
    folder.files.contains_key(WAYS) || folder.manifest.files.contains_key(WAYS)
}

/// Returns every finding, without running anything again.
#[must_use]
pub fn findings(folder: &Folder) -> Vec<String> {
    let mut findings = folder.digests();
    let Some(ways) = folder.files.get(WAYS).and_then(|file| serde_json::from_slice::<WaysIn>(file).ok())
    else {
        findings.push(format!("{WAYS} holds no ways"));
        return findings;
    };
    for row in &ways.ways {
        for world in &row.worlds {
            findings.extend(folder.read_again(&world.evidence));
            match folder.evidence(&world.evidence) {
                None => findings.push(format!("{}: {} has no evidence", row.title, world.part)),
                Some(evidence) if evidence.world_sha256 != world.record_sha256 => {
                    findings.push(format!("{}: {} is of another world", row.title, world.evidence));
                }
                Some(evidence) => findings.extend(differs(row, &world.part, &evidence)),
            }
        }
    }
    if folder.files.get(TABLE).is_none_or(|text| *text != csv::table(&ways).as_bytes()) {
        findings.push(format!("{TABLE} does not say what {WAYS} says"));
    }
    findings
}

/// Returns a finding if the numbers of a part of a row are not those of its evidence.
fn differs(row: &WayInRow, part: &str, evidence: &Evidence) -> Option<String> {
    let (_, _, Measures { content_past, content_future, texts, read, named, .. }) = evidence.score();
    let counted = (content_past, content_future);
    let same = match part {
        "carried-out" => {
            (row.before, row.after) == counted
                && (&row.texts, &row.read, &row.named) == (&texts, &read, &named)
        }
        "without-the-phone" => (row.without_the_phone.before, row.without_the_phone.after) == counted,
        _ => (row.evader.before, row.evader.after) == counted,
    };
    (!same).then(|| format!("{}: what {WAYS} says of {part} is not what its evidence gives", row.title))
}

/// Returns the plan of the same run, from the folder alone; none if story or design are not those of the manifest.
#[must_use]
pub fn plan_of(folder: &Folder, threads: NonZeroUsize, control: Control) -> Option<WaysPlan> {
    let name = folder.manifest.designs.keys().next()?;
    let rerun = folder.files.get(RERUN).map_or_else(String::new, |text| String::from_utf8_lossy(text).into());
    Some(WaysPlan {
        scenario: folder.story()?,
        design: folder.design(name)?,
        seed: folder.manifest.seed,
        ways: folder.manifest.demands.clone(),
        threads,
        control,
        // Another finding says whether it is the command of this run.
        rerun: rerun.trim_end_matches(['\r', '\n']).to_owned(),
    })
}
