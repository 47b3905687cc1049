//! Number handles: the telephone number that some designs ask an account for.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A telephone number in the form of ITU-T E.164: `+`, then 7 to 15 digits, the first not 0.
///
/// Scenarios and examples use numbers that the regulators keep for drama: in the UK 07700 900000 to 900999
/// (Ofcom), in the US 555-0100 to 555-0199.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// Why a text is no number handle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// The text does not start with a plus sign.
    #[error("a number starts with + and the country code, as in +447700900123")]
    NoPlus,
    /// Something other than a digit, or a leading 0.
    #[error("a number has only digits after the +, and the first is not 0")]
    NotDigits,
    /// Too few or too many digits.
    #[error("a number has 7 to 15 digits after the +, and this one has {digits}")]
    Length {
        /// How many digits there were.
        digits: usize,
    },
}

impl Handle {
    /// Reads a number as people write it: spaces, dashes, dots and brackets are dropped.
    ///
    /// # Errors
    /// What stands in [`HandleError`].
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
        Self::try_from(compact)
    }

    /// The number, with its plus sign.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Handle {
    type Error = HandleError;

    fn try_from(text: String) -> Result<Self, HandleError> {
        let digits = text.strip_prefix('+').ok_or(HandleError::NoPlus)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) || digits.starts_with('0') {
            return Err(HandleError::NotDigits);
        }
        if !(7..=15).contains(&digits.len()) {
            return Err(HandleError::Length { digits: digits.len() });
        }
        Ok(Self(text))
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let plain = Handle::parse("+447700900123").unwrap();
        assert_eq!(Handle::parse("+44 7700 900-123").unwrap(), plain);
        assert_eq!(Handle::parse("+1 (202) 555.0143").unwrap().as_str(), "+12025550143");
    }

    #[test]
    fn what_is_no_number_is_refused_with_the_reason() {
        assert_eq!(Handle::parse("07700 900123"), Err(HandleError::NoPlus));
        assert_eq!(Handle::parse("+07700900123"), Err(HandleError::NotDigits));
        assert_eq!(Handle::parse("+44 7700 9OO123"), Err(HandleError::NotDigits));
        assert_eq!(Handle::parse("+123456"), Err(HandleError::Length { digits: 6 }));
        assert_eq!(Handle::parse("+1234567890123456"), Err(HandleError::Length { digits: 16 }));
    }
}
