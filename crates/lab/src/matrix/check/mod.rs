//! `report --check`: is a run's folder what it says it is?
//!
//! Three questions, each with its own findings. Do the files have the digests of the manifest, and is none missing or added? Does each
//! cell follow from its evidence: are its bytes read again, its returns scored again? And does the same come out if
//! the worlds run again?

mod again;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use data_encoding::HEXLOWER;

use crate::matrix::cell::{Cell, Evidence, Piece};
use crate::matrix::manifest::{MANIFEST, Manifest, STORY, TIMING};
use crate::record::sha256;
use crate::scenario::Scenario;

/// Longest file that is read: evidence of the largest cell is a few hundred kilobytes.
const MAX_FILE_LEN: u64 = 64 << 20;

/// A run's folder, as far as it could be read.
#[derive(Debug)]
pub struct Folder {
    /// The manifest.
    pub manifest: Manifest,
    /// Every other file, by its name in the folder.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Why there is nothing to check.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FolderError {
    /// No manifest: it is no run, or one that was not finished.
    #[error("{0} has no {MANIFEST}: it is no finished run of a matrix")]
    NoManifest(String),
    /// The manifest does not say what a manifest says.
    #[error("{0}/{MANIFEST} is no manifest: {1}")]
    NotAManifest(String, String),
    /// Something cannot be read.
    #[error("{0} cannot be read: {1}")]
    NotReadable(String, ErrorKind),
}

impl Folder {
    /// Reads a folder.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn read(folder: &Path) -> Result<Self, FolderError> {
        let shown = folder.display().to_string();
        let text = match fs::read(folder.join(MANIFEST)) {
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(FolderError::NoManifest(shown));
            }
            Err(error) => return Err(FolderError::NotReadable(shown, error.kind())),
            Ok(text) => text,
        };
        let manifest = serde_json::from_slice(&text)
            .map_err(|error| FolderError::NotAManifest(shown.clone(), error.to_string()))?;
        let mut files = BTreeMap::new();
        gather(folder, "", &mut files).map_err(|error| FolderError::NotReadable(shown, error.kind()))?;
        files.remove(MANIFEST);
        files.remove(TIMING);
        Ok(Self { manifest, files })
    }

    /// A name for a file that is made from this folder: that of its story.
    #[must_use]
    pub fn file_name(&self) -> String {
        let name = crate::scenario::file_name(&self.manifest.scenario);
        format!("{name}-report")
    }

    /// The cells of `matrix.json`.
    #[must_use]
    pub fn cells(&self) -> Option<Vec<Cell>> {
        serde_json::from_slice(self.files.get("matrix.json")?).ok()
    }

    /// One evidence file.
    #[must_use]
    pub fn evidence(&self, name: &str) -> Option<Evidence> {
        serde_json::from_slice(self.files.get(name)?).ok()
    }

    /// The story. None if it is missing, has a mistake, or is not the one that the manifest names.
    #[must_use]
    pub fn story(&self) -> Option<Scenario> {
        let text = std::str::from_utf8(self.files.get(STORY)?).ok()?;
        let story = Scenario::parse(STORY, text).ok()?;
        (HEXLOWER.encode(&story.digest) == self.manifest.scenario_sha256).then_some(story)
    }

    /// Everything that is not as it says, without running anything again.
    #[must_use]
    pub fn findings(&self) -> Vec<String> {
        let mut findings = self.digests();
        if self.story().is_none() {
            findings.push(format!("{STORY} is not the story that the manifest names"));
        }
        let Some(cells) = self.cells() else {
            findings.push("matrix.json is no matrix".into());
            return findings;
        };
        for cell in &cells {
            for name in [&cell.evidence, &cell.control] {
                if !self.manifest.files.contains_key(name) {
                    findings.push(format!("{}, {}: there is no {name}", cell.design, cell.demand));
                }
            }
            let Some(evidence) = self.evidence(&cell.evidence) else {
                findings.push(format!("{} is no evidence", cell.evidence));
                continue;
            };
            if evidence.cell(&cell.control) != *cell {
                findings.push(format!(
                    "{}, {}: matrix.json says `{}`, and its evidence gives `{}`",
                    cell.design,
                    cell.demand,
                    cell.says,
                    evidence.cell(&cell.control).says
                ));
            }
        }
        let evidence = self.files.keys().filter(|name| name.starts_with("evidence/"));
        for name in evidence {
            if let Some(evidence) = self.evidence(name) {
                findings.extend(pieces(name, &evidence));
            }
        }
        if self
            .files
            .get("matrix.csv")
            .is_none_or(|text| *text != crate::matrix::csv::table(&cells).as_bytes())
        {
            findings.push("matrix.csv does not say what matrix.json says".into());
        }
        findings
    }

    /// Which files are not those that the manifest names, are missing, or were added.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.files.keys().chain(self.manifest.files.keys()).collect();
        let finding = |name: &String| match (self.files.get(name), self.manifest.files.get(name)) {
            (None, _) => Some(format!("{name} is missing")),
            (_, None) => Some(format!("{name} is not in the manifest")),
            (Some(file), Some(digest)) => {
                (sha256(file) != *digest).then(|| format!("{name} is not the file that the manifest names"))
            }
        };
        names.into_iter().filter_map(finding).collect()
    }

    /// How these files differ from those of another run of the same worlds.
    #[must_use]
    pub fn differences(&self, again: &BTreeMap<String, String>) -> Vec<String> {
        let names: BTreeSet<&String> = self.files.keys().chain(again.keys()).collect();
        let finding = |name: &String| {
            let same = self.files.get(name).map(Vec::as_slice) == again.get(name).map(String::as_bytes);
            (!same).then(|| format!("{name} is not what a fresh run gives"))
        };
        names.into_iter().filter_map(finding).collect()
    }
}

/// Looks at the pieces of an evidence file, and reads its bytes again.
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

/// The digest of a piece's text, and that of its bytes if the text is hexadecimal.
fn digests(piece: &Piece) -> Vec<String> {
    let bytes = HEXLOWER.decode(piece.value.as_bytes()).ok();
    let digests = std::iter::once(sha256(piece.value.as_bytes()));
    digests.chain(bytes.map(|bytes| sha256(&bytes))).collect()
}

fn gather(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // A name that is no text is in no manifest, whatever it is shown as.
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), files)?;
        } else if entry.metadata()?.len() <= MAX_FILE_LEN && entry.file_type()?.is_file() {
            files.insert(name, fs::read(entry.path())?);
        } else {
            files.insert(name, Vec::new());
        }
    }
    Ok(())
}
