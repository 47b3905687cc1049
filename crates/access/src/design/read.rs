//! Reads a design: the file's form, the checks on it, and the design that it says.

use super::Design;
use super::checks::check;
use super::error::DesignError;
use super::form::{Form, design};

impl Design {
    /// Reads a design from the text of a file. Its name is the file's, without folder and ending.
    ///
    /// # Errors
    /// [`DesignError`]: where in the file, what is wrong, and what to write instead.
    pub fn parse(name_of_file: &str, text: &str) -> Result<Self, DesignError> {
        let form: Form =
            toml::from_str(text).map_err(|error| DesignError::from_toml(name_of_file, text, &error))?;
        let name = stem(name_of_file);
        check(name, &form).map_err(|(span, message)| DesignError::at(name_of_file, text, span, message))?;
        Ok(design(name, form, text))
    }
}

/// The file's name without folder and ending.
fn stem(file: &str) -> &str {
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    file.strip_suffix(".toml").unwrap_or(file)
}
