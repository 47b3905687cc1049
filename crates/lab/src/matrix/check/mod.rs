//! `report --check`: whether a run's folder is what it says it is.
//!
//! It asks three questions, each with its own findings. Do the files have the digests of the manifest, and is any file
//! missing or added? Does each cell follow from its evidence, with bytes read again and returns scored again? And is
//! the result the same if the worlds run again?

mod again;
mod agree;
mod fresh;
mod month;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use data_encoding::HEXLOWER;
use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_text::read::document_of;

use crate::matrix::cell::{Cell, Evidence, Piece};
use crate::matrix::manifest::{DESIGNS, MANIFEST, Manifest, RERUN, STORY, TIMING, design_file};
use crate::matrix::pairs::{self, Document};
use crate::record::sha256;
use crate::scenario::Scenario;

pub use self::fresh::{Fresh, NotRun};

/// The cells' file.
const MATRIX: &str = "matrix.json";

/// The cells' file for spreadsheets.
const TABLE: &str = "matrix.csv";

/// The record's file.
const RECORD: &str = "record.jsonl";

/// The longest file that is read, in bytes. Evidence of the largest cell is a few hundred kilobytes.
const MAX_FILE_LEN: u64 = 64 << 20;

/// The most bytes that are read of a folder. A folder of all designs and demands has some ten megabytes.
const MAX_FOLDER_LEN: u64 = 1 << 30;

/// The most files of a folder. A cell has one, and a control.
const MAX_FILES: usize = 20_000;

/// The depth of the deepest folder in a run's folder. Evidence and designs lie in one each.
const MAX_DEPTH: usize = 3;

/// The finding about something other than a regular file, after its name.
const NOT_READ: &str = "is a link, a pipe, a device, or longer than such a file may be, and was not read";

/// The finding about a story that is not the story of the run.
pub const NOT_THE_STORY: &str = "scenario.toml is not the story that the manifest names";

/// A run's folder, as far as it could be read.
#[derive(Debug)]
pub struct Folder {
    /// The manifest.
    pub manifest: Manifest,
    /// Every other file, by its name in the folder.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Names among them of things that are no regular file, and were not read.
    not_read: BTreeSet<String>,
}

/// The reason why there is nothing to check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// The folder has no manifest: it is no run, or an unfinished one.
    #[error("{0} has no {MANIFEST}: it is no finished run of a matrix")]
    NoManifest(String),
    /// The manifest has the wrong form.
    #[error("{0}/{MANIFEST} is no manifest: {1}")]
    NotAManifest(String, String),
    /// A file or folder cannot be read.
    #[error("{0} cannot be read: {1}")]
    NotReadable(String, ErrorKind),
    /// The folder has more than any run.
    #[error(
        "{0} holds more than a run of a matrix does: more than {MAX_FILES} files, folders in folders, or more than 1 GiB"
    )]
    TooMuch(String),
}

impl Folder {
    /// Creates a folder from what a run wrote.
    #[must_use]
    pub const fn of(manifest: Manifest, files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { manifest, files, not_read: BTreeSet::new() }
    }

    /// Reads a folder.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        let shown = folder.display().to_string();
        let mut found = Gathered::default();
        found.gather(folder, "", 0).map_err(|error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => FolderError::NoManifest(shown.clone()),
            ErrorKind::FileTooLarge => FolderError::TooMuch(shown.clone()),
            kind => FolderError::NotReadable(shown.clone(), kind),
        })?;
        let Gathered { mut files, not_read, .. } = found;
        if not_read.contains(MANIFEST) {
            return Err(FolderError::NotAManifest(shown, format!("it {NOT_READ}")));
        }
        let text = files.get(MANIFEST).ok_or_else(|| FolderError::NoManifest(shown.clone()))?;
        let manifest = serde_json::from_slice(text)
            .map_err(|error| FolderError::NotAManifest(shown.clone(), error.to_string()))?;
        files.remove(MANIFEST);
        files.remove(TIMING);
        Ok(Self { manifest, files, not_read })
    }

    /// Returns a name for a file that is made from this folder: that of its story.
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

    /// The pairs of a month, if they were counted.
    #[must_use]
    pub fn pairs(&self) -> Option<Document> {
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

    /// Returns a design of the run: its file in the folder, or that of this program, if it has the digest that the
    /// manifest names.
    #[must_use]
    pub fn design(&self, name: &str) -> Option<Design> {
        if self.files.contains_key(&design_file(name)) {
            return self.design_here(name);
        }
        designs::named(name).cloned().filter(|design| self.is_named(design))
    }

    /// Reads a design from its file in the folder.
    fn design_here(&self, name: &str) -> Option<Design> {
        let text = document_of(self.files.get(&design_file(name))?).ok()?;
        Design::parse(&format!("{name}.toml"), &text).ok().filter(|design| self.is_named(design))
    }

    /// Returns true if the manifest names this design.
    fn is_named(&self, design: &Design) -> bool {
        self.manifest.designs.get(&design.name).is_some_and(|digest| crate::matrix::digest(design) == *digest)
    }

    /// Returns true if a file is the one that the manifest names.
    fn is_intact(&self, name: &str) -> bool {
        self.files.get(name).zip(self.manifest.files.get(name)).is_some_and(|(file, digest)| {
            !self.not_read.contains(name) && (digest_of(name, file) == *digest || self.says_the_same(name))
        })
    }

    /// Returns every finding, without running anything again.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        let mut findings = self.digests();
        findings.extend(self.inside());
        findings
    }

    /// Returns every finding beside the files of a fresh run. A file that equals the fresh one is accused of nothing,
    /// whatever the manifest says of it.
    #[must_use]
    pub fn findings_beside(&self, again: &BTreeMap<String, String>) -> Vec<String> {
        // A fresh run gets the command and makes no other.
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
        let table = cells.as_deref().map(crate::matrix::csv::table);
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

    /// Returns true if a file is in the folder and was read.
    fn is_here(&self, name: &str) -> bool {
        self.files.contains_key(name) && !self.not_read.contains(name)
    }

    /// Returns the digest of a file in the folder.
    fn digest_here(&self, name: &str) -> Option<String> {
        self.files.get(name).map(|file| digest_of(name, file))
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

    /// Returns true if a file is the story or a design that the manifest names, in other bytes. A comment may differ.
    fn says_the_same(&self, name: &str) -> bool {
        let design =
            name.strip_prefix(DESIGNS).and_then(|name| name.strip_prefix('/')?.strip_suffix(".toml"));
        match design {
            Some(design) => self.design_here(design).is_some(),
            None => name == STORY && self.story().is_some(),
        }
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

/// Computes the SHA-256 of a file. Stories and designs are texts to which editors and mail programs give other line
/// ends without changing their meaning.
fn digest_of(name: &str, file: &[u8]) -> String {
    let is_text = name == STORY || name.starts_with(&format!("{DESIGNS}/"));
    match document_of(file) {
        Ok(text) if is_text => sha256(text.as_bytes()),
        _ => sha256(file),
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
    findings.extend(again::findings(evidence).into_iter().map(|finding| format!("{name}: {finding}")));
    findings
}

/// Returns the digest of a piece's text, and that of its bytes if the text is hexadecimal.
fn digests(piece: &Piece) -> Vec<String> {
    let bytes = HEXLOWER.decode(piece.value.as_bytes()).ok();
    let digests = std::iter::once(sha256(piece.value.as_bytes()));
    digests.chain(bytes.map(|bytes| sha256(&bytes))).collect()
}

/// Files that have been gathered so far.
#[derive(Default)]
struct Gathered {
    files: BTreeMap<String, Vec<u8>>,
    not_read: BTreeSet<String>,
    bytes: u64,
}

impl Gathered {
    /// Reads every regular file under `folder`. A link, a pipe, a device and a file that is too long stand for an empty
    /// file, which no manifest names.
    fn gather(&mut self, folder: &Path, prefix: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // A name that is no text is in no manifest, however it is shown.
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            // The metadata of the entry itself: a link is not followed.
            let kind = entry.metadata()?;
            if self.files.len() >= MAX_FILES || depth >= MAX_DEPTH {
                return Err(ErrorKind::FileTooLarge.into());
            }
            if kind.is_dir() {
                self.gather(&entry.path(), &format!("{name}/"), depth + 1)?;
                continue;
            }
            let is_read = kind.is_file() && kind.len() <= MAX_FILE_LEN;
            let file = if is_read { read(&entry.path())? } else { Vec::new() };
            if !is_read {
                self.not_read.insert(name.clone());
            }
            self.bytes += file.len() as u64;
            if self.bytes > MAX_FOLDER_LEN {
                return Err(ErrorKind::FileTooLarge.into());
            }
            self.files.insert(name, file);
        }
        Ok(())
    }
}

/// Reads a file's bytes, up to the allowed length, because its length can change while it is read.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(file)?.take(MAX_FILE_LEN + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_LEN {
        bytes.clear();
    }
    Ok(bytes)
}
