//! Manifest, record, command and cells of a run: their statements about the run must agree.
//!
//! A file that is not the one that the manifest names is not used as evidence here. Its digest is a finding, and
//! the file that it contradicts is not to blame.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::folder::{Folder, MATRIX, RECORD};
use crate::evidence::VERSION;
use crate::matrix::cell::Cell;
use crate::matrix::manifest::{MANIFEST, RERUN, STORY, design_file};
use crate::matrix::plan::told;
use crate::matrix::rerun::Rerun;

/// The statements about a run that are in both manifest and record.
const SHARED: [&str; 5] = ["v", "program", "scenario", "seed", "scenario_sha256"];

/// Returns everything that does not agree.
pub(super) fn findings(folder: &Folder) -> Vec<String> {
    let cells = cells(folder);
    let mut findings = Vec::new();
    findings.extend(manifest_and_record(folder));
    if let Some(cells) = &cells {
        findings.extend(manifest_and_cells(folder, cells));
        findings.extend(record_and_cells(folder, cells));
    }
    if folder.manifest.v != VERSION {
        let v = folder.manifest.v;
        findings.push(format!("{MANIFEST} is of version {v}, and this program knows {VERSION}"));
    }
    let others = folder.manifest.designs.keys().filter(|name| {
        let file = design_file(name);
        folder.design(name).is_none()
            && (folder.is_intact(&file) || !folder.manifest.files.contains_key(&file))
    });
    findings.extend(others.map(|name| format!("no design {name} here says what {MANIFEST} names")));
    findings.extend(command(folder, cells.as_deref()));
    findings
}

/// Returns the cells, if they are those that the manifest names.
pub(super) fn cells(folder: &Folder) -> Option<Vec<Cell>> {
    folder.cells().filter(|_| folder.is_intact(MATRIX))
}

/// Returns the command, if it is valid and is the one that the manifest names.
pub(super) fn rerun(folder: &Folder) -> Option<Rerun> {
    Rerun::parse(line(folder)?).ok()
}

/// Returns whether the command counts the pairs of a month.
pub(super) fn counts_pairs(folder: &Folder) -> Option<bool> {
    Rerun::parse(line(folder)?).ok().map(|rerun| rerun.counts_pairs())
}

fn line(folder: &Folder) -> Option<&str> {
    let text = folder.files.get(RERUN).filter(|_| folder.is_intact(RERUN))?;
    Some(std::str::from_utf8(text).ok()?.trim_end_matches(['\r', '\n']))
}

/// Returns the designs of cells in the order of the rows.
pub(super) fn rows(cells: &[Cell]) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for cell in cells {
        if !rows.contains(&cell.design) {
            rows.push(cell.design.clone());
        }
    }
    rows
}

/// Returns the designs that a command names, in the order of the rows; empty for all of the program's.
pub(super) fn stems(rerun: &Rerun) -> Vec<String> {
    let stem = |typed: &String| {
        let file = typed.rsplit('/').next().unwrap_or(typed);
        file.strip_suffix(".toml").unwrap_or(file).to_owned()
    };
    rerun.designs.iter().map(stem).collect()
}

/// Returns the lines of the record, if it is the one that the manifest names.
fn lines(folder: &Folder) -> Option<Vec<Value>> {
    let text = folder.files.get(RECORD).filter(|_| folder.is_intact(RECORD))?;
    let text = std::str::from_utf8(text).ok()?;
    Some(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

/// Compares the statements of manifest and record about the same run. Story and cells decide which of the two is wrong.
fn manifest_and_record(folder: &Folder) -> Option<String> {
    let manifest = &folder.manifest;
    let (ours, lines) = (head(folder), lines(folder)?);
    let theirs = lines.first().unwrap_or(&Value::Null);
    let differs: Vec<&str> = SHARED.into_iter().filter(|key| ours.get(key) != theirs.get(key)).collect();
    if differs.is_empty() {
        return None;
    }
    let named = differs.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
    let story = folder.is_intact(STORY).then(|| folder.story()).flatten();
    let with_manifest = |key: &&str| match *key {
        "scenario" => story.as_ref().is_some_and(|story| story.name == manifest.scenario),
        "scenario_sha256" => story.is_some(),
        "seed" => cells(folder).is_some_and(|cells| cells.iter().all(|cell| cell.seed == manifest.seed)),
        _ => false,
    };
    let odd = if differs.iter().any(with_manifest) { RECORD } else { MANIFEST };
    let odd = if folder.is_intact(MATRIX) { format!("; {odd} is the odd one") } else { String::new() };
    Some(format!("{MANIFEST} and {RECORD} do not say the same of {named}{odd}"))
}

/// Returns the manifest's statements about a run, as the first line of a record.
fn head(folder: &Folder) -> Value {
    let manifest = &folder.manifest;
    json!({
        "program": manifest.program, "scenario": manifest.scenario, "seed": manifest.seed,
        "scenario_sha256": manifest.scenario_sha256, "v": manifest.v,
    })
}

/// Checks that each design meets each demand once, with the seed of the manifest, and that the designs are those of the
/// manifest.
fn manifest_and_cells(folder: &Folder, cells: &[Cell]) -> Vec<String> {
    let manifest = &folder.manifest;
    let mut findings = Vec::new();
    let rows = rows(cells);
    if rows.iter().collect::<BTreeSet<_>>() != manifest.designs.keys().collect() {
        findings.push(format!("the designs of {MANIFEST} are not those of {MATRIX}"));
    }
    if cells.iter().any(|cell| cell.seed != manifest.seed) {
        findings.push(format!("the seed of {MANIFEST} is not that of {MATRIX}"));
    }
    let demands = &manifest.demands;
    let each = rows.iter().flat_map(|design| demands.iter().map(move |demand| (design, demand)));
    if !each.eq(cells.iter().map(|cell| (&cell.design, &cell.demand))) {
        findings.push(format!("{MATRIX} does not have one cell for each design and demand of {MANIFEST}"));
    }
    findings
}

/// Checks that the record agrees with the cells. Only a fresh run shows the events of its worlds.
fn record_and_cells(folder: &Folder, cells: &[Cell]) -> Option<String> {
    let lines = lines(folder)?;
    let numbers = |head: &Value| {
        let is = |key: &str, value: Value| head.get(key) == Some(&value);
        is("kind", "matrix".into()) && is("cells", cells.len().into()) && is("seq", 0.into())
    };
    let are_told = |from: usize| {
        let rest = lines.iter().zip(0..).skip(from);
        rest.zip(cells).all(|((line, at), cell)| *line == told(cell, at))
    };
    let is_head = lines.first().is_some_and(|head| {
        numbers(head) && head.as_object().is_some_and(|head| head.len() == SHARED.len() + 3)
    });
    let agrees = is_head && lines.len().checked_sub(cells.len()).is_some_and(are_told);
    (!agrees).then(|| format!("{RECORD} does not say what {MATRIX} says"))
}

/// Checks that the command is the one that reproduces this run. The command has to agree with the cells, or with
/// the manifest if the cells cannot be read.
fn command(folder: &Folder, cells: Option<&[Cell]>) -> Option<String> {
    if !folder.is_intact(RERUN) {
        return None;
    }
    let not_it = format!("{RERUN} is not the command that runs this again");
    let Some(rerun) = rerun(folder) else { return Some(not_it) };
    let (manifest, named) = (&folder.manifest, stems(&rerun));
    let Some(cells) = cells else {
        let agrees = rerun.seed == manifest.seed
            && rerun.demands.iter().all(|it| manifest.demands.contains(it))
            && (named.is_empty()
                || named.iter().collect::<BTreeSet<_>>() == manifest.designs.keys().collect());
        return (!agrees).then(|| format!("{MANIFEST} and {RERUN} do not say the same run"));
    };
    let is_met = |demand: &String| cells.iter().any(|cell| cell.demand == *demand);
    let agrees = cells.iter().all(|cell| cell.seed == rerun.seed)
        && rerun.demands.iter().all(is_met)
        && (named.is_empty() || named == rows(cells));
    (!agrees).then_some(not_it)
}
