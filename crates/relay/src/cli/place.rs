//! The data directory of a relay for which no directory was named.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use pillarbox_text::shell::quote_path;

use super::args::Data;
use super::failure::Failure;
use super::text::escape;

impl Data {
    /// Returns the option as it was typed, for a command that the user is told to type next. It is empty if the option
    /// was not given.
    pub(crate) fn option(&self) -> String {
        let directory = self.directory.as_ref();
        directory.map_or_else(String::new, |directory| format!(" --data {}", escape(&quote_path(directory))))
    }

    /// Returns the named directory, or the usual one.
    pub(crate) fn directory(self) -> Result<PathBuf, Failure> {
        match self.directory {
            Some(directory) => Ok(directory),
            None => usual(|name| env::var_os(name)).ok_or_else(|| {
                Failure::Store(
                    "there is no home directory to keep data in. Name a directory with --data DIR".to_owned(),
                )
            }),
        }
    }
}

/// Returns `$PILLARBOX_HOME`, or the data directory of the XDG base directory specification. An empty variable counts
/// as unset.
fn usual(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let variable = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(home) = variable("PILLARBOX_HOME") {
        return Some(home.join("relay"));
    }
    let data = variable("XDG_DATA_HOME").filter(|data| data.is_absolute());
    let data = data.or_else(|| variable("HOME").map(|home| home.join(".local/share")))?;
    Some(data.join("pillarbox").join("relay"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_place_follows_the_environment() {
        let place = |set: &'static [(&str, &str)]| {
            usual(|name| set.iter().find(|(set, _)| *set == name).map(|(_, value)| value.into()))
        };
        assert_eq!(place(&[("HOME", "/h")]), Some("/h/.local/share/pillarbox/relay".into()));
        assert_eq!(place(&[("HOME", "/h"), ("XDG_DATA_HOME", "/x")]), Some("/x/pillarbox/relay".into()));
        assert_eq!(place(&[("HOME", "/h"), ("XDG_DATA_HOME", "x")]), place(&[("HOME", "/h")]));
        assert_eq!(place(&[("HOME", "/h"), ("PILLARBOX_HOME", "/p")]), Some("/p/relay".into()));
        assert_eq!(place(&[("HOME", "")]), None);
    }
}
