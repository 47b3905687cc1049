//! The scenarios inside the program, and the search for a scenario by its name or its file.

mod built_in;
#[cfg(feature = "cli")]
mod finding;

use std::sync::LazyLock;

pub use built_in::BUILT_IN;
#[cfg(feature = "cli")]
pub use finding::{LibraryError, find};

use super::{Scenario, ScenarioError};

/// Returns the scenario inside the program whose content has this SHA-256, in hexadecimal.
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
