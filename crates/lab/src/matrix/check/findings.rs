//! The findings: files that are not those of the manifest, cells that do not follow from their evidence.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;

use super::folder::{Folder, MATRIX, NOT_READ};
use super::{agree, bytes_again, month};
use crate::evidence::{Evidence, Piece};
use crate::matrix::cell::Cell;
use crate::matrix::csv;
use crate::matrix::manifest::{MANIFEST, RERUN, STORY};
use crate::record::sha256;

/// The cells' file for spreadsheets.
const TABLE: &str = "matrix.csv";

/// The finding about a story that is not the story of the run.
const NOT_THE_STORY: &str = "scenario.toml is not the story that the manifest names";

impl Folder {
    /// Returns every finding, without running anything again.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        let mut findings = self.digests();
        findings.extend(self.inside());
        findings
    }

    /// Returns every finding, given the files of a fresh run. A file that equals the fresh one is not accused,
    /// whatever the manifest says about it.
    #[must_use]
    pub fn findings_beside(&self, again: &BTreeMap<String, String>) -> Vec<String> {
        // A fresh run receives the command and does not generate one.
        let is_given = |name: &String| {
            let given = again.get(name).map(|text| sha256(text.as_bytes()));
            name != RERUN && self.is_here(name) && self.digest_here(name) == given
        };
        let finding = |(name, finding)| {
            let innocent = format!("{MANIFEST} is wrong about {name}, which is what a fresh run gives");
            if is_given(&name) { innocent } else { finding }
        };
        let mut findings: Vec<String> = self.strangers().into_iter().map(finding).collect();
        findings.extend(self.inside());
        findings.extend(self.differences(again));
        findings
    }

    /// Returns the disagreements within and between files. If one of two files is not the one that the manifest names,
    /// its digest says so, and the other one is not blamed.
    fn inside(&self) -> Vec<String> {
        let mut findings = Vec::new();
        if self.story().is_none() && self.is_here(STORY) {
            findings.push(NOT_THE_STORY.into());
        }
        let cells = self.cells();
        if cells.is_none() && self.is_here(MATRIX) {
            findings.push(format!("{MATRIX} is no matrix"));
        }
        for cell in cells.iter().flatten() {
            findings.extend(self.cell(cell));
        }
        let evidence = self.files.keys().filter(|name| name.starts_with("evidence/"));
        for name in evidence {
            if let Some(evidence) = self.evidence(name) {
                findings.extend(pieces(name, &evidence));
            }
        }
        let are_intact = [MATRIX, TABLE].iter().all(|name| self.is_intact(name));
        let table = cells.as_deref().map(csv::table);
        if are_intact
            && table.is_some_and(|table| self.files.get(TABLE).is_none_or(|text| *text != table.as_bytes()))
        {
            findings.push(format!("{TABLE} does not say what {MATRIX} says"));
        }
        findings.extend(agree::findings(self));
        findings.extend(month::findings(self));
        findings
    }

    /// Checks that a cell follows from its evidence.
    fn cell(&self, cell: &Cell) -> Vec<String> {
        let mut findings = Vec::new();
        for name in [&cell.evidence, &cell.control] {
            if !self.manifest.files.contains_key(name) {
                let (design, demand) = (&cell.design, &cell.demand);
                findings.push(format!("{design}, {demand}: {MATRIX} says {name}, and {MANIFEST} does not"));
            }
        }
        let Some(evidence) = self.evidence(&cell.evidence) else {
            if self.manifest.files.contains_key(&cell.evidence) && self.is_here(&cell.evidence) {
                findings.push(format!("{} is no evidence", cell.evidence));
            }
            return findings;
        };
        let given = evidence.cell(&cell.control);
        if given != *cell {
            let what = if given.says == cell.says {
                "the answer that matrix.json gives in words or in numbers is not that of its evidence"
                    .to_owned()
            } else {
                format!("matrix.json says `{}`, and its evidence gives `{}`", cell.says, given.says)
            };
            findings.push(format!("{}, {}: {what}", cell.design, cell.demand));
        }
        findings
    }

    /// Reads the bytes of an evidence file again, and returns everything that does not agree.
    #[must_use]
    pub fn read_again(&self, name: &str) -> Vec<String> {
        match self.evidence(name) {
            Some(evidence) => pieces(name, &evidence),
            None if self.is_here(name) => vec![format!("{name} is no evidence")],
            None => Vec::new(),
        }
    }

    /// Returns the files that differ from the manifest, are missing, or were added.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        self.strangers().into_iter().map(|(_, finding)| finding).collect()
    }

    /// Returns the same findings, each with its file.
    fn strangers(&self) -> Vec<(String, String)> {
        let names: BTreeSet<&String> = self.files.keys().chain(self.manifest.files.keys()).collect();
        let renamed = |digest: &String| {
            let mut here = self.files.keys().filter(|name| !self.manifest.files.contains_key(*name));
            here.find(|name| self.digest_here(name).as_ref() == Some(digest))
        };
        let finding = |name: &String| match (self.files.get(name), self.manifest.files.get(name)) {
            (None, digest) => Some(match digest.and_then(renamed) {
                Some(here) => format!("{MANIFEST} names {name}, and the file is called {here}"),
                None => format!("{name} is missing"),
            }),
            (_, None) => Some(format!("{name} is not in the manifest")),
            _ if self.not_read.contains(name) => Some(format!("{name} {NOT_READ}")),
            _ => (!self.is_intact(name)).then(|| format!("{name} is not the file that the manifest names")),
        };
        names.into_iter().filter_map(|name| Some((name.clone(), finding(name)?))).collect()
    }

    /// Returns the differences between these files and those of another run of the same worlds.
    #[must_use]
    pub fn differences(&self, again: &BTreeMap<String, String>) -> Vec<String> {
        let names: BTreeSet<&String> = self.files.keys().chain(again.keys()).collect();
        let finding = |name: &String| {
            let same = self.digest_here(name) == again.get(name).map(|text| sha256(text.as_bytes()));
            (!same).then(|| format!("{name} is not what a fresh run gives"))
        };
        names.into_iter().filter_map(finding).collect()
    }
}

/// Checks the pieces of an evidence file, and reads its bytes again.
fn pieces(name: &str, evidence: &Evidence) -> Vec<String> {
    let mut findings = Vec::new();
    for (at, piece) in evidence.pieces.iter().enumerate() {
        if !digests(piece).contains(&piece.sha256) {
            findings.push(format!("{name}, piece {} ({}): it has another digest", at + 1, piece.found_in));
        }
    }
    findings.extend(bytes_again::findings(evidence).into_iter().map(|finding| format!("{name}: {finding}")));
    findings
}

/// Returns the digest of a piece's text, and that of its bytes if the text is hexadecimal.
fn digests(piece: &Piece) -> Vec<String> {
    let bytes = HEXLOWER.decode(piece.value.as_bytes()).ok();
    let digests = std::iter::once(sha256(piece.value.as_bytes()));
    digests.chain(bytes.map(|bytes| sha256(&bytes))).collect()
}
