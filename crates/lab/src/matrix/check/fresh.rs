//! The plan of a fresh run, from the manifest and the command. The cells are under test, so they decide only the order
//! of the rows, and that only if the command does not state it.

use std::collections::BTreeSet;

use pillarbox_access::design::Design;
use pillarbox_access::designs;

use super::agree;
use super::folder::{Folder, MATRIX};
use crate::matrix::manifest::{MANIFEST, RERUN};
use crate::matrix::pairs;
use crate::scenario::Scenario;

/// The run to be repeated.
#[derive(Debug)]
pub struct Fresh {
    /// The story.
    pub scenario: Scenario,
    /// The designs in the order of the rows.
    pub designs: Vec<Design>,
    /// The demands.
    pub demands: Vec<String>,
    /// The seed.
    pub seed: u64,
    /// True if the pairs of a month were counted, too.
    pub pairs: bool,
}

/// Reasons that nothing is run again. None of them accuses anybody: any mistake is its own finding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRun {
    /// The story or a design is not the one of the run.
    #[error("story or designs are not those that {MANIFEST} names")]
    Others,
    /// No file states the order of the designs.
    #[error("neither {RERUN} nor {MATRIX} tells which designs ran in which order")]
    NoOrder,
    /// Two files name different runs.
    #[error("{MANIFEST} and {0} do not name the same run")]
    TwoRuns(&'static str),
}

impl Folder {
    /// Returns the plan of a fresh run.
    ///
    /// # Errors
    /// [`NotRun`], if the folder does not contain it.
    pub fn fresh(&self) -> Result<Fresh, NotRun> {
        let manifest = &self.manifest;
        let (cells, rerun) = (agree::cells(self), agree::rerun(self));
        let is_ours =
            |rows: &[String]| rows.iter().collect::<BTreeSet<_>>() == manifest.designs.keys().collect();
        let rows = cells.as_deref().map(agree::rows);
        if let Some((cells, rows)) = cells.as_ref().zip(rows.as_ref()) {
            let is_of = |demand: &String| cells.iter().any(|cell| cell.demand == *demand);
            let agrees = is_ours(rows)
                && cells
                    .iter()
                    .all(|cell| cell.seed == manifest.seed && manifest.demands.contains(&cell.demand))
                && manifest.demands.iter().all(is_of);
            if !agrees {
                return Err(NotRun::TwoRuns(MATRIX));
            }
        }
        let named = rerun.as_ref().map(|rerun| match agree::stems(rerun) {
            none if none.is_empty() => designs::all().iter().map(|design| design.name.clone()).collect(),
            named => named,
        });
        if let (None, Some(rerun), Some(named)) = (&cells, &rerun, &named) {
            let is_asked = |demand: &String| rerun.demands.is_empty() || rerun.demands.contains(demand);
            let agrees =
                rerun.seed == manifest.seed && is_ours(named) && manifest.demands.iter().all(is_asked);
            if !agrees {
                return Err(NotRun::TwoRuns(RERUN));
            }
        }
        let only = || {
            let names: Vec<String> = manifest.designs.keys().cloned().collect();
            (names.len() == 1).then_some(names)
        };
        let rows = named.filter(|named| is_ours(named)).or(rows).or_else(only).ok_or(NotRun::NoOrder)?;
        let scenario = self.story().ok_or(NotRun::Others)?;
        let designs: Option<Vec<Design>> = rows.iter().map(|name| self.design(name)).collect();
        let designs = designs.ok_or(NotRun::Others)?;
        let pairs = manifest.files.contains_key(pairs::FILE) || agree::counts_pairs(self) == Some(true);
        Ok(Fresh { scenario, designs, demands: manifest.demands.clone(), seed: manifest.seed, pairs })
    }
}
