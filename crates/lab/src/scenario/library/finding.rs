//! The scenario that somebody names: one inside the program, or a file.

use std::path::Path;

use pillarbox_text::read;

use super::built_in::BUILT_IN;
use crate::scenario::{Scenario, ScenarioError};

/// The reason why no scenario can be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// Neither a file nor a scenario inside the program has this name.
    #[error("there is no scenario `{wanted}`")]
    NotFound {
        /// The name that was asked for.
        wanted: String,
    },
    /// The file is there and cannot be read.
    #[error("{file} cannot be read: {kind}")]
    NotReadable {
        /// The file's name.
        file: String,
        /// The system's error.
        kind: std::io::ErrorKind,
    },
    /// The file has a mistake in it.
    #[error(transparent)]
    Mistake(#[from] ScenarioError),
}

/// Finds the scenario that a word on the command line means: a file, a folder with a `scenario.toml`, or one inside the
/// program.
///
/// # Errors
/// [`LibraryError`].
pub fn find(wanted: &str) -> Result<Scenario, LibraryError> {
    if let Some((name, text)) = BUILT_IN.iter().find(|(name, _)| *name == wanted) {
        return Ok(Scenario::parse(&format!("{name}/scenario.toml"), text)?);
    }
    let mut file = Path::new(wanted).to_owned();
    if file.is_dir() {
        file.push("scenario.toml");
    }
    let shown = file.display().to_string();
    let looks_like_a_file = wanted.contains('/') || wanted.ends_with(".toml");
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound if !looks_like_a_file => {
            LibraryError::NotFound { wanted: wanted.to_owned() }
        }
        kind => LibraryError::NotReadable { file: shown.clone(), kind },
    };
    let text = read::file(&file).map_err(failed)?;
    Ok(Scenario::parse(&shown, &text)?)
}
