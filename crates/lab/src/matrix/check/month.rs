//! Checks the pairs of a month: both files say the same, they are about the designs of the run, and they contain
//! nothing impossible. Only a fresh run shows whether the worlds yield these pairs.

use super::agree;
use super::folder::Folder;
use crate::matrix::manifest::{MANIFEST, RERUN};
use crate::matrix::pairs::{FILE, PairsDocument, TABLE};

/// Returns everything that does not agree.
pub(super) fn findings(folder: &Folder) -> Vec<String> {
    let mut findings = Vec::new();
    let is_named = folder.manifest.files.contains_key(FILE);
    if agree::counts_pairs(folder).is_some_and(|counts| counts != is_named) {
        let (asks, has) = if is_named { ("does not count", "has") } else { ("counts", "has not") };
        findings.push(format!("{RERUN} {asks} the pairs of a month, and {MANIFEST} {has} {FILE}"));
    }
    if !folder.is_here(FILE) {
        return findings;
    }
    let Some(document) = folder.pairs() else {
        findings.push(format!("{FILE} holds no pairs of a month"));
        return findings;
    };
    if document.is_impossible() {
        findings.push(format!("{FILE} says what no month gives"));
    }
    let is_of = |(name, digest): (&String, &String)| {
        document.month(name).is_some_and(|month| month.design_sha256 == *digest)
    };
    if folder.is_intact(FILE) && !folder.manifest.designs.iter().all(is_of) {
        findings.push(format!("{FILE} is not of the designs that {MANIFEST} names"));
    }
    let are_intact = [FILE, TABLE].iter().all(|name| folder.is_intact(name));
    if are_intact
        && folder.files.get(TABLE).is_some_and(|text| *text != PairsDocument::table(&document).as_bytes())
    {
        findings.push(format!("{TABLE} does not say what {FILE} says"));
    }
    findings
}
