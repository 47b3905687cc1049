//! The input of a matrix, its result, and the files that it makes.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use pillarbox_access::design::Design;
use pillarbox_text::count;
use serde_json::{Value, json};

use super::cell::Cell;
use super::csv;
use super::manifest::{Manifest, RERUN, STORY, design_file};
use super::pairs::PairsDocument;
use super::timing::Timing;
use crate::evidence::{Evidence, VERSION, pretty};
use crate::experiments::control::{self, Control};
use crate::experiments::row::Row;
use crate::experiments::{Experiment, all};
use crate::record::{design_digest, sha256};
use crate::scenario::Scenario;
use crate::score::State;

/// The input of a run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The story.
    pub scenario: Scenario,
    /// The rows.
    pub designs: Vec<Design>,
    /// The columns, by the demands' names; empty for every one.
    pub demands: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// The number of threads.
    pub threads: NonZeroUsize,
    /// The material of the controls, in which everything has to be found.
    pub control: Control,
    /// The command that makes the same run again.
    pub rerun: String,
}

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Run {
    /// The cells, design by design.
    pub cells: Vec<Cell>,
    /// The demands, in the order of the columns.
    pub demands: Vec<String>,
    /// Every file but the manifest, by its name.
    pub files: BTreeMap<String, String>,
    /// The manifest.
    pub manifest: Manifest,
    /// The time that each part took. It is in none of the files above.
    pub timing: Timing,
    /// Pairs of people that are known after a month, if they were counted.
    pub pairs: Option<PairsDocument>,
}

/// Returns the number of cells of a plan.
#[must_use]
pub fn cells_of(plan: &Plan) -> usize {
    plan.designs.len() * wanted(plan).len()
}

pub(super) fn wanted(plan: &Plan) -> Vec<&'static dyn Experiment> {
    let named = |name: &str| plan.demands.is_empty() || plan.demands.iter().any(|demand| demand == name);
    all().into_iter().filter(|experiment| named(experiment.name())).collect()
}

/// Returns the wanted experiments, and the experiments whose controls back them: an open phone shows what a phone that
/// is off hides.
pub(super) fn with_their_controls(wanted: &[&'static dyn Experiment]) -> Vec<&'static dyn Experiment> {
    let needs = |name: &str| wanted.iter().any(|it| it.name() == name || it.control() == name);
    all().into_iter().filter(|experiment| needs(experiment.name())).collect()
}

pub(super) fn written(
    plan: &Plan,
    wanted: &[&'static dyn Experiment],
    rows: &[Row],
    controls: &[Row],
    timing: Timing,
) -> Run {
    let demands: Vec<String> = wanted.iter().map(|experiment| experiment.name().to_owned()).collect();
    let mut files = BTreeMap::new();
    for evidence in rows.iter().chain(controls).flat_map(|row| &row.evidence) {
        files.insert(format!("evidence/{}", evidence.file_name()), evidence.to_json());
    }
    let cells: Vec<Cell> = rows
        .iter()
        .flat_map(|row| &row.evidence)
        .map(|evidence| {
            evidence.cell(&format!("evidence/{}--{}.json", control::NAME, control_of(wanted, evidence)))
        })
        .collect();
    files.insert("matrix.json".to_owned(), pretty(&cells));
    files.insert("matrix.csv".to_owned(), csv::table(&cells));
    files.insert("record.jsonl".to_owned(), record(plan, rows, controls, &cells));
    files.insert(RERUN.to_owned(), format!("{}\n", plan.rerun));
    for design in &plan.designs {
        files.insert(design_file(&design.name), design.text.clone());
    }
    files.insert(STORY.to_owned(), plan.scenario.text.clone());
    let designs = plan.designs.iter().map(|design| (design.name.clone(), design_digest(design))).collect();
    let manifest = Manifest::of(&plan.scenario, plan.seed, designs, demands.clone(), &files);
    Run { cells, demands, files, manifest, timing, pairs: None }
}

/// Returns the column whose control backs a cell.
fn control_of<'w>(wanted: &[&'w dyn Experiment], evidence: &Evidence) -> &'w str {
    let experiment = wanted.iter().find(|experiment| experiment.name() == evidence.demand);
    experiment.map_or("", |experiment| experiment.control())
}

/// Writes the record: what ran, and then each cell on its own line.
fn record(plan: &Plan, rows: &[Row], controls: &[Row], cells: &[Cell]) -> String {
    let mut lines = vec![json!({
        "kind": "matrix", "program": env!("CARGO_PKG_VERSION"), "scenario": plan.scenario.name, "seed": plan.seed,
        "scenario_sha256": data_encoding::HEXLOWER.encode(&plan.scenario.digest), "cells": cells.len(),
    })];
    for row in controls.iter().chain(rows) {
        let design = row.evidence.first().map_or("", |evidence| evidence.design.as_str());
        for world in &row.worlds {
            lines.push(json!({
                "kind": "world", "design": design, "ordered": world.ordered, "record_sha256": world.sha256,
                "record_lines": world.lines,
            }));
        }
    }
    let cells = cells.iter().zip(lines.len()..).map(|(cell, seq)| told(cell, seq)).collect::<Vec<_>>();
    let numbered = lines.into_iter().enumerate().map(|(seq, line)| numbered(line, seq)).chain(cells);
    numbered.map(|line| format!("{line}\n")).collect()
}

/// Returns a cell as written in the record, on the line `seq`.
pub(super) fn told(cell: &Cell, seq: usize) -> Value {
    let line = json!({
        "kind": "cell", "design": cell.design, "demand": cell.demand, "state": cell.state, "says": cell.says,
        "control": cell.control, "evidence": cell.evidence, "evidence_sha256": cell.evidence_sha256,
    });
    numbered(line, seq)
}

/// Adds the version and number to a line of the record.
fn numbered(mut line: Value, seq: usize) -> Value {
    if let Some(line) = line.as_object_mut() {
        line.insert("v".to_owned(), VERSION.into());
        line.insert("seq".to_owned(), seq.into());
    }
    line
}

/// Describes the number of cells, the number with evidence, and the number that are not modelled.
#[must_use]
pub fn counted(cells: &[Cell]) -> String {
    let not_modelled = cells.iter().filter(|cell| cell.state == State::NotModelled).count();
    let cells = cells.len();
    let evidence = cells - not_modelled;
    let cells = count::counted(cells, "cell", "cells");
    format!("{cells}, {evidence} with evidence, {not_modelled} not modelled.")
}

impl Run {
    /// Returns the text of the manifest.
    #[must_use]
    pub fn manifest_text(&self) -> String {
        pretty(&self.manifest)
    }
}

impl Run {
    /// Returns the run with a month beside its cells: two more files, which the manifest names.
    #[must_use]
    pub fn with_pairs(mut self, document: PairsDocument) -> Self {
        for (name, text) in document.files() {
            self.manifest.files.insert(name.clone(), sha256(text.as_bytes()));
            self.files.insert(name, text);
        }
        self.pairs = Some(document);
        self
    }
}
