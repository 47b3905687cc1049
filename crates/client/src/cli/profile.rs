//! The directory of a profile.

use std::ffi::OsString;
use std::path::PathBuf;

/// Longest profile name. It becomes the name of a directory, and file systems limit names to 255 bytes.
const MAX_NAME_LEN: usize = 64;

/// The profile used when none is named.
pub(crate) const DEFAULT: &str = "default";

/// The profile that a command works on.
///
/// Invariant: a `Named` one is a single harmless path component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// A profile in this user's data directory.
    Named(ProfileName),
    /// A directory chosen by the user.
    Directory(PathBuf),
}

/// A profile's name: letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProfileName(String);

/// Reasons that a profile has no directory.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaceError {
    /// The name is not a plain directory name everywhere.
    #[error(
        "a profile's name has 1 to 64 characters, each of a to z, A to Z, 0 to 9, - or _, and does not begin with -"
    )]
    Name,
    /// The environment names no folder: `PILLARBOX_HOME`, `XDG_DATA_HOME` and `HOME` are all unset.
    #[error("none of PILLARBOX_HOME, XDG_DATA_HOME and HOME is set")]
    NoHome,
}

impl std::str::FromStr for ProfileName {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        // A leading dash would read as a flag wherever the name is typed again.
        if !plain || text.is_empty() || text.len() > MAX_NAME_LEN || text.starts_with('-') {
            return Err(PlaceError::Name);
        }
        Ok(Self(text.to_owned()))
    }
}

impl std::fmt::Display for ProfileName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Profile {
    /// Returns the directory, given how to read the environment.
    ///
    /// `PILLARBOX_HOME` comes first, then the XDG base directory specification, which treats an empty or relative
    /// `XDG_DATA_HOME` as absent.
    pub(crate) fn directory(
        &self,
        environment: impl Fn(&str) -> Option<OsString>,
    ) -> Result<PathBuf, PlaceError> {
        let name = match self {
            Self::Directory(path) => return Ok(path.clone()),
            Self::Named(name) => &name.0,
        };
        let set = |variable| environment(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(home) = set("PILLARBOX_HOME") {
            return Ok(home.join(name));
        }
        let data = set("XDG_DATA_HOME").filter(|path| path.is_absolute());
        let data = data.or_else(|| set("HOME").map(|home| home.join(".local").join("share")));
        data.map(|data| data.join("pillarbox").join(name)).ok_or(PlaceError::NoHome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(profile: &str, environment: &[(&str, &str)]) -> Result<PathBuf, PlaceError> {
        let find = |name: &str| {
            environment.iter().find(|(variable, _)| *variable == name).map(|(_, value)| OsString::from(value))
        };
        Profile::Named(profile.parse()?).directory(find)
    }

    #[test]
    fn the_environment_is_asked_in_order() {
        let all = [("PILLARBOX_HOME", "/p"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h")];
        assert_eq!(place("a", &all), Ok("/p/a".into()));
        assert_eq!(place("a", &all[1..]), Ok("/x/pillarbox/a".into()));
        assert_eq!(place("a", &all[2..]), Ok("/h/.local/share/pillarbox/a".into()));
        assert_eq!(place("a", &[]), Err(PlaceError::NoHome));
    }

    #[test]
    fn an_empty_or_relative_xdg_directory_counts_as_none() {
        for useless in ["", "relative"] {
            let environment = [("XDG_DATA_HOME", useless), ("HOME", "/h")];
            assert_eq!(place("a", &environment), Ok("/h/.local/share/pillarbox/a".into()));
        }
    }

    #[test]
    fn a_name_is_never_a_path_or_a_flag() {
        for bad in ["", ".", "..", "a/b", "a\\b", "-x", "a b", "a\n", "é", &"a".repeat(65)] {
            assert_eq!(place(bad, &[("HOME", "/h")]), Err(PlaceError::Name), "{bad:?}");
        }
        assert!(place("Alice-2_x", &[("HOME", "/h")]).is_ok());
    }
}
