//! Manifest, record, command and cells of a run: what one says of the run, the others say, too.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Folder;
use crate::matrix::cell::{Cell, VERSION};
use crate::matrix::manifest::RERUN;
use crate::matrix::rerun::Rerun;
use crate::matrix::told;

/// Everything that does not agree.
pub(super) fn findings(folder: &Folder, cells: &[Cell]) -> Vec<String> {
    let mut findings = Vec::new();
    findings.extend(rows_and_columns(folder, cells));
    findings.extend(record(folder, cells));
    findings.extend(command(folder));
    findings
}

/// Each design meets each demand once, and the designs are those of the manifest.
fn rows_and_columns(folder: &Folder, cells: &[Cell]) -> Vec<String> {
    let manifest = &folder.manifest;
    let mut findings = Vec::new();
    if manifest.v != VERSION {
        findings.push(format!("the manifest is of version {}, and this program knows {VERSION}", manifest.v));
    }
    let rows: BTreeSet<&String> = cells.iter().map(|cell| &cell.design).collect();
    if rows != manifest.designs.keys().collect() {
        findings.push("the designs of the manifest are not those of matrix.json".to_owned());
    }
    for name in manifest.designs.keys().filter(|name| folder.design(name).is_none()) {
        findings.push(format!("there is no design {name} that says what the manifest names"));
    }
    let each = folder
        .rows()
        .into_iter()
        .flat_map(|design| manifest.demands.iter().map(move |demand| (design.clone(), demand.clone())));
    if !each.eq(cells.iter().map(|cell| (cell.design.clone(), cell.demand.clone()))) {
        findings
            .push("matrix.json does not have one cell for each design and demand of the manifest".to_owned());
    }
    findings
}

/// The record says what manifest and cells say. What its worlds did only a fresh run shows.
fn record(folder: &Folder, cells: &[Cell]) -> Option<String> {
    let manifest = &folder.manifest;
    let lines = folder.files.get("record.jsonl").and_then(|text| std::str::from_utf8(text).ok())?;
    let lines: Vec<Value> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let head = json!({
        "kind": "matrix", "program": manifest.program, "scenario": manifest.scenario, "seed": manifest.seed,
        "scenario_sha256": manifest.scenario_sha256, "cells": cells.len(), "v": VERSION, "seq": 0,
    });
    let are_told = |from: usize| {
        let rest = lines.iter().zip(0..).skip(from);
        rest.zip(cells).all(|((line, at), cell)| *line == told(cell, at))
    };
    let from = lines.len().checked_sub(cells.len());
    let agrees = lines.first() == Some(&head) && from.is_some_and(are_told);
    (!agrees).then(|| "record.jsonl does not say what manifest.json and matrix.json say".to_owned())
}

/// The command is the one that runs this again.
fn command(folder: &Folder) -> Option<String> {
    let not_it = || format!("{RERUN} is not the command that runs this again");
    let text = folder.files.get(RERUN).and_then(|text| std::str::from_utf8(text).ok())?;
    let Ok(rerun) = Rerun::parse(text.trim_end_matches(['\r', '\n'])) else { return Some(not_it()) };
    let stem = |typed: &String| {
        let file = typed.rsplit('/').next().unwrap_or(typed);
        file.strip_suffix(".toml").unwrap_or(file).to_owned()
    };
    let agrees = rerun.seed == folder.manifest.seed
        && (rerun.demands.is_empty() || rerun.demands.iter().all(|it| folder.manifest.demands.contains(it)))
        && (rerun.designs.is_empty() || rerun.designs.iter().map(stem).eq(folder.rows()));
    (!agrees).then(not_it)
}
