//! The scenarios inside the program, and the search for a scenario by its name or its file.

use std::path::Path;
use std::sync::LazyLock;

use pillarbox_text::read;

use super::{Scenario, ScenarioError};

/// The scenarios inside the program, by name.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("westminster-2017", include_str!("../../../../examples/westminster-2017/scenario.toml")),
    ("locked-phone-2016", include_str!("../../../../examples/locked-phone-2016/scenario.toml")),
    ("national-block-2016", include_str!("../../../../examples/national-block-2016/scenario.toml")),
    ("channel-2015", include_str!("../../../../examples/channel-2015/scenario.toml")),
    ("cloud-chat-2017", include_str!("../../../../examples/cloud-chat-2017/scenario.toml")),
    ("oracle", include_str!("../../../../examples/oracle/scenario.toml")),
    ("backup-2025", include_str!("../../../../examples/backup-2025/scenario.toml")),
    ("neighbours", include_str!("../../../../examples/neighbours/scenario.toml")),
    ("month", include_str!("../../../../examples/month/scenario.toml")),
];

/// Reasons that no scenario can be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// Neither a file nor a scenario inside the program has this name.
    #[error("there is no scenario `{wanted}`")]
    NotFound {
        /// The name that was asked for.
        wanted: String,
    },
    /// The file exists and cannot be read.
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

/// Returns the built-in scenario whose content has this SHA-256, in hexadecimal.
#[must_use]
pub fn of_digest(digest: &str) -> Option<Scenario> {
    let is_it = |text: &str| data_encoding::HEXLOWER.encode(&super::reading::digest(text)) == digest;
    let (name, text) = BUILT_IN.iter().find(|(_, text)| is_it(text))?;
    Scenario::parse(&format!("{name}/scenario.toml"), text).ok()
}

/// Returns the name and the title of each built-in scenario. It reads nothing else of them, and only once.
pub fn titles() -> &'static [(&'static str, String)] {
    static TITLES: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
        let title = |text| -> Option<String> {
            let said: toml::Table = toml::from_str(text).ok()?;
            Some(said.get("scenario")?.get("title")?.as_str()?.to_owned())
        };
        BUILT_IN.iter().map(|(name, text)| (*name, title(text).unwrap_or_default())).collect()
    });
    &TITLES
}

/// Reads all scenarios inside the program.
///
/// # Errors
/// A mistake in one of them, which the tests would have found.
pub fn all() -> Result<Vec<Scenario>, ScenarioError> {
    BUILT_IN.iter().map(|(name, text)| Scenario::parse(&format!("{name}/scenario.toml"), text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_of_the_program_is_without_a_mistake_or_warning_and_has_its_folder_s_name() {
        let scenarios = all().unwrap_or_else(|error| panic!("{error}"));
        for (scenario, (name, title)) in scenarios.iter().zip(titles()) {
            assert_eq!((&*scenario.name, &scenario.title), (*name, title));
            let digest = data_encoding::HEXLOWER.encode(&scenario.digest);
            assert_eq!(of_digest(&digest).map(|found| found.name).as_deref(), Some(*name));
            assert_eq!(scenario.warnings, [], "{name}");
            assert!(scenario.story.len() > 100 && !scenario.sources.is_empty(), "{name}");
            assert!(scenario.people.len() >= 4, "{name}: no bystanders");
        }
    }

    #[test]
    fn every_folder_of_examples_with_a_scenario_is_in_the_program() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
        let with_one = entries.filter(|entry| entry.path().join("scenario.toml").exists());
        let mut names: Vec<String> = with_one.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        let mut built_in: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        built_in.sort_unstable();
        assert_eq!(names, built_in);
    }

    #[test]
    fn what_is_not_there_is_told_from_what_cannot_be_read() {
        assert!(matches!(find("nowhere"), Err(LibraryError::NotFound { .. })));
        assert!(matches!(find("./nowhere.toml"), Err(LibraryError::NotReadable { .. })));
    }
}
