//! Reads a design from its file: parses the form, checks it, and converts it.

use super::Design;
use super::checks::check;
use super::error::DesignError;
use super::form::{Form, design};

impl Design {
    /// Reads a design from the text of a file. The design's name is the file's, without folder and ending.
    ///
    /// # Errors
    /// [`DesignError`], with the place in the file, the mistake, and what to write instead.
    pub fn parse(name_of_file: &str, text: &str) -> Result<Self, DesignError> {
        let form: Form =
            toml::from_str(text).map_err(|error| DesignError::from_toml(name_of_file, text, &error))?;
        let name = stem(name_of_file);
        check(name, &form).map_err(|(span, message)| DesignError::at(name_of_file, text, span, message))?;
        Ok(design(name, form, text))
    }
}

/// Returns the file's name without folder and ending.
fn stem(file: &str) -> &str {
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    file.strip_suffix(".toml").unwrap_or(file)
}
