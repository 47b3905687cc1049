//! The files of a run: what came out, the evidence of each world, and everything that is needed to run it again.

use std::collections::BTreeMap;

use super::csv;
use super::plan::WaysPlan;
use super::row::WaysIn;
use crate::evidence::pretty;
use crate::matrix::manifest::{Manifest, RERUN, STORY, design_file};
use crate::record::design_digest;

/// The file with the result of every way.
pub const WAYS: &str = "ways.json";

/// The file with the same results for spreadsheets.
pub(super) const TABLE: &str = "ways.csv";

/// The result of a run.
#[derive(Clone, Debug)]
pub struct WaysRun {
    /// The result of every way.
    pub found: WaysIn,
    /// Every file but the manifest, by its name.
    pub files: BTreeMap<String, String>,
    /// The manifest.
    pub manifest: Manifest,
}

impl WaysRun {
    pub(super) fn of(plan: &WaysPlan, found: WaysIn, evidence: BTreeMap<String, String>) -> Self {
        let mut files = evidence;
        files.insert(WAYS.to_owned(), pretty(&found));
        files.insert(TABLE.to_owned(), csv::table(&found));
        files.insert(RERUN.to_owned(), format!("{}\n", plan.rerun));
        files.insert(design_file(&plan.design.name), plan.design.text.clone());
        files.insert(STORY.to_owned(), plan.scenario.text.clone());
        let designs = [(plan.design.name.clone(), design_digest(&plan.design))].into();
        let mut names: Vec<String> = found.ways.iter().map(|row| row.way.clone()).collect();
        names.dedup();
        let manifest = Manifest::of(&plan.scenario, plan.seed, designs, names, &files);
        Self { found, files, manifest }
    }

    /// Returns the manifest as it is written.
    #[must_use]
    pub fn manifest_text(&self) -> String {
        pretty(&self.manifest)
    }
}
