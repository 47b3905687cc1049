//! The manifest: the files of a run's folder, and the input from which they were made. It is written last, and a folder
//! without a manifest is not a run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::evidence::VERSION;

/// The manifest's file.
pub const MANIFEST: &str = "manifest.json";

/// The story's file. The folder contains the input of the run.
pub const STORY: &str = "scenario.toml";

/// The folder of the designs' files. With them, the run's folder contains all input of the run, and needs nothing else.
pub const DESIGNS: &str = "designs";

/// The file of the command that makes the same run again.
pub const RERUN: &str = "rerun.txt";

/// Returns the name of a design's file in a run's folder.
#[must_use]
pub fn design_file(name: &str) -> String {
    format!("{DESIGNS}/{name}.toml")
}

/// The file of the wall-clock times, which differ each time and so are outside the manifest.
pub const TIMING: &str = "timing.json";

/// The content of a run's folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`VERSION`].
    pub v: u8,
    /// The release of the program.
    pub program: String,
    /// The scenario's name.
    pub scenario: String,
    /// SHA-256 of its content.
    pub scenario_sha256: String,
    /// The seed.
    pub seed: u64,
    /// SHA-256 of each design, as data.
    pub designs: BTreeMap<String, String>,
    /// The demands, in the order of the columns.
    pub demands: Vec<String>,
    /// SHA-256 of every other file of the folder.
    pub files: BTreeMap<String, String>,
}

impl Manifest {
    /// Builds the manifest of these files.
    #[must_use]
    pub fn of(
        scenario: &crate::scenario::Scenario,
        seed: u64,
        designs: BTreeMap<String, String>,
        demands: Vec<String>,
        files: &BTreeMap<String, String>,
    ) -> Self {
        let digests = files.iter().map(|(name, text)| (name.clone(), crate::record::sha256(text.as_bytes())));
        Self {
            v: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            scenario: scenario.name.clone(),
            scenario_sha256: data_encoding::HEXLOWER.encode(&scenario.digest),
            seed,
            designs,
            demands,
            files: digests.collect(),
        }
    }
}
