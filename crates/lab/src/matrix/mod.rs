//! The matrix: every design meets every demand, in worlds that run at the same time on several cores, and every cell
//! has its evidence. The same scenario, designs and seed give the same files, byte for byte, with any number of
//! threads.
//!
//! | file | what |
//! |---|---|
//! | `cell` | what a cell says, and what stands in its evidence |
//! | `run`, `pool`, `alone` | the work, on many threads or on this one |
//! | `folder`, `manifest` | how a run is written so that half of one never looks whole |
//! | `csv`, `table`, `room`, `words` | the matrix for programs and for people |
//! | `pairs` | pairs of people known after a month, beside the cells |
//! | `expected` | predictions |
//! | `check`, `reread` | whether a run is what it says it is |

mod alone;
mod by_answer;
pub mod cell;
pub mod check;
mod codes;
pub(crate) mod csv;
pub mod expected;
#[cfg(feature = "cli")]
pub mod folder;
pub mod manifest;
pub mod pairs;
#[cfg(feature = "cli")]
pub(crate) mod pool;
pub(crate) mod reread;
pub mod rerun;
mod room;
#[cfg(feature = "cli")]
pub(crate) mod run;
pub mod table;
pub mod timing;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use pillarbox_access::design::Design;
use serde_json::{Value, json};

use crate::experiments::control::{self, Control};
use crate::experiments::row::Row;
use crate::experiments::{Experiment, all};
use crate::record::sha256;
use crate::scenario::Scenario;
use crate::score::State;
pub use alone::run_alone;
use cell::{Cell, Evidence, VERSION, pretty};
use manifest::{Manifest, RERUN, STORY, design_file};
#[cfg(feature = "cli")]
pub use run::run;
use timing::Timing;

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
    /// The material of the controls, in which everything is to be found.
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
    pub pairs: Option<pairs::Document>,
}

/// Returns the number of cells of a plan.
#[must_use]
pub fn cells_of(plan: &Plan) -> usize {
    plan.designs.len() * wanted(plan).len()
}

fn wanted(plan: &Plan) -> Vec<&'static dyn Experiment> {
    let named = |name: &str| plan.demands.is_empty() || plan.demands.iter().any(|demand| demand == name);
    all().into_iter().filter(|experiment| named(experiment.name())).collect()
}

/// Returns the experiments, and those whose controls back them: an open phone shows what a phone that is off hides.
fn with_their_controls(wanted: &[&'static dyn Experiment]) -> Vec<&'static dyn Experiment> {
    let needs = |name: &str| wanted.iter().any(|it| it.name() == name || it.control() == name);
    all().into_iter().filter(|experiment| needs(experiment.name())).collect()
}

fn written(
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
    let designs = plan.designs.iter().map(|design| (design.name.clone(), digest(design))).collect();
    let manifest = Manifest::of(&plan.scenario, plan.seed, designs, demands.clone(), &files);
    Run { cells, demands, files, manifest, timing, pairs: None }
}

/// Computes the SHA-256 of a design's content.
pub(crate) fn digest(design: &Design) -> String {
    sha256(&serde_json::to_vec(design).unwrap_or_default())
}

/// Returns the column whose control backs a cell.
fn control_of<'w>(wanted: &[&'w dyn Experiment], evidence: &Evidence) -> &'w str {
    let experiment = wanted.iter().find(|experiment| experiment.name() == evidence.demand);
    experiment.map_or("", |experiment| experiment.control())
}

/// Writes the record: what ran, and each cell, a line each.
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

/// Returns a cell as the record tells it, on the line `seq`.
fn told(cell: &Cell, seq: usize) -> Value {
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

/// Says the number of cells, the number with evidence, and the number that are not modelled.
#[must_use]
pub fn counted(cells: &[Cell]) -> String {
    let not_modelled = cells.iter().filter(|cell| cell.state == State::NotModelled).count();
    let cells = cells.len();
    let (noun, evidence) = (if cells == 1 { "cell" } else { "cells" }, cells - not_modelled);
    format!("{cells} {noun}, {evidence} with evidence, {not_modelled} not modelled.")
}

impl Run {
    /// Returns the manifest as it is written.
    #[must_use]
    pub fn manifest_text(&self) -> String {
        pretty(&self.manifest)
    }
}
