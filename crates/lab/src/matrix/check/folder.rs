//! A run's files, and what they say.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_text::read::document_of;

use crate::evidence::Evidence;
use crate::matrix::cell::Cell;
use crate::matrix::manifest::{DESIGNS, Manifest, STORY, design_file};
use crate::matrix::pairs::{self, PairsDocument};
use crate::record::sha256;
use crate::scenario::Scenario;

/// The finding about something other than a regular file, after its name.
pub(super) const NOT_READ: &str =
    "is a link, a pipe, a device, or longer than such a file may be, and was not read";

/// The cells' file.
pub(super) const MATRIX: &str = "matrix.json";

/// The record's file.
pub(super) const RECORD: &str = "record.jsonl";

/// The readable part of a run's folder.
#[derive(Debug)]
pub struct Folder {
    /// The manifest.
    pub manifest: Manifest,
    /// Every other file, by its name in the folder.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The names of those entries that are not regular files, and were not read.
    pub(super) not_read: BTreeSet<String>,
}

impl Folder {
    /// Creates a folder from what a run wrote.
    #[must_use]
    pub const fn of(manifest: Manifest, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { manifest, files, not_read: BTreeSet::new() }
    }

    /// Returns a name for a file that is made from this folder: the name of its story.
    #[must_use]
    pub fn file_name(&self) -> String {
        let name = crate::scenario::file_name(&self.manifest.scenario);
        format!("{name}-report")
    }

    /// Returns the cells of `matrix.json`.
    #[must_use]
    pub fn cells(&self) -> Option<Vec<Cell>> {
        serde_json::from_slice(self.files.get(MATRIX)?).ok()
    }

    /// Returns the pairs of a month, if they were counted.
    #[must_use]
    pub fn pairs(&self) -> Option<PairsDocument> {
        serde_json::from_slice(self.files.get(pairs::FILE)?).ok()
    }

    /// Returns one evidence file.
    #[must_use]
    pub fn evidence(&self, name: &str) -> Option<Evidence> {
        serde_json::from_slice(self.files.get(name)?).ok()
    }

    /// Returns the story. Returns nothing if it is missing, has a mistake, or is not the one that the manifest names.
    #[must_use]
    pub fn story(&self) -> Option<Scenario> {
        let text = document_of(self.files.get(STORY)?).ok()?;
        let story = Scenario::parse(STORY, &text).ok()?;
        (HEXLOWER.encode(&story.digest) == self.manifest.scenario_sha256).then_some(story)
    }

    /// Returns a design of the run: its file in the folder, or else this program's own, if that has the digest that the
    /// manifest names.
    #[must_use]
    pub fn design(&self, name: &str) -> Option<Design> {
        if self.files.contains_key(&design_file(name)) {
            return self.design_here(name);
        }
        designs::named(name).cloned().filter(|design| self.is_named(design))
    }

    /// Reads a design from its file in the folder.
    pub(super) fn design_here(&self, name: &str) -> Option<Design> {
        let text = document_of(self.files.get(&design_file(name))?).ok()?;
        Design::parse(&format!("{name}.toml"), &text).ok().filter(|design| self.is_named(design))
    }

    /// Returns true if the manifest names this design.
    pub(super) fn is_named(&self, design: &Design) -> bool {
        self.manifest
            .designs
            .get(&design.name)
            .is_some_and(|digest| crate::record::design_digest(design) == *digest)
    }

    /// Returns true if a file is the one that the manifest names.
    pub(super) fn is_intact(&self, name: &str) -> bool {
        self.files.get(name).zip(self.manifest.files.get(name)).is_some_and(|(file, digest)| {
            !self.not_read.contains(name) && (digest_of(name, file) == *digest || self.says_the_same(name))
        })
    }

    /// Returns true if a file is in the folder and was read.
    pub(super) fn is_here(&self, name: &str) -> bool {
        self.files.contains_key(name) && !self.not_read.contains(name)
    }

    /// Returns the digest of a file in the folder.
    pub(super) fn digest_here(&self, name: &str) -> Option<String> {
        self.files.get(name).map(|file| digest_of(name, file))
    }

    /// Returns true if a file is the story or a design that the manifest names, with other bytes. A comment may differ.
    pub(super) fn says_the_same(&self, name: &str) -> bool {
        let design =
            name.strip_prefix(DESIGNS).and_then(|name| name.strip_prefix('/')?.strip_suffix(".toml"));
        match design {
            Some(design) => self.design_here(design).is_some(),
            None => name == STORY && self.story().is_some(),
        }
    }
}

/// Computes the SHA-256 of a file. Stories and designs are texts whose line ends editors and mail programs change
/// without changing their meaning.
fn digest_of(name: &str, file: &[u8]) -> String {
    let is_text = name == STORY || name.starts_with(&format!("{DESIGNS}/"));
    match document_of(file) {
        Ok(text) if is_text => sha256(text.as_bytes()),
        _ => sha256(file),
    }
}
