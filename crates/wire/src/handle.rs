//! Number handles: the telephone number that some designs ask an account for.

use std::fmt;

use pillarbox_text::read::digits;
use serde::{Deserialize, Serialize};

/// The maximum number of digits in a country code (ITU-T E.164).
const LONGEST_COUNTRY_CODE: usize = 3;

/// The trunk prefix, dialled before a number inside its country, in the form in which it is written beside the
/// country code.
const TRUNK_PREFIX: &str = "(0)";

/// A telephone number in the form of ITU-T E.164: `+`, then 7 to 15 digits, the first not 0.
///
/// Scenarios and examples use numbers that the regulators keep for drama: in the UK 07700 900000 to 900999
/// (Ofcom), in the US 555-0100 to 555-0199.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle(String);

/// Reasons that a text is not a number handle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HandleError {
    /// The text does not start with a plus sign.
    #[error("a number starts with + and the country code, as in +447700900123")]
    NoPlus,
    /// Something other than a digit, or a leading 0.
    #[error("a number has only digits after the +, and the first is not 0")]
    NotDigits,
    /// A bracket begins with 0 and contains more digits, or a 0 in brackets is anywhere but behind the country
    /// code.
    #[error(
        "the 0 that is dialled inside a country only is no part of a number with its country code; leave it out"
    )]
    TrunkPrefix,
    /// Too few or too many digits.
    #[error("a number has 7 to 15 digits after the +, and this one has {digits}")]
    Length {
        /// The number of digits found.
        digits: usize,
    },
}

impl Handle {
    /// Reads a number as people write it. White space, dashes, dots, slashes and brackets are dropped, and so is
    /// everything that copying has added around the number. A 0 in brackets behind the country code is the trunk
    /// prefix of the national notation (ITU-T E.123). People dial it inside the country only, and it is not part of
    /// the number.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        let typed = digits(text);
        let whole = match typed.split_once(TRUNK_PREFIX) {
            Some((country, rest)) if is_country(country) => format!("{country}{rest}"),
            _ => typed,
        };
        if whole.starts_with('+') && whole.contains("(0") {
            return Err(HandleError::TrunkPrefix);
        }
        Self::try_from(whole.replace(['(', ')'], ""))
    }

    /// Returns the number, with its plus sign.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Returns true if the text is a country code with its plus sign.
fn is_country(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    (1..=LONGEST_COUNTRY_CODE).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
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
        for typed in [
            "+44\u{A0}7700\u{202F}900\u{2011}123",
            " +44 7700 900123\r\n",
            "\u{FEFF}+447700900123",
            "\u{202A}+44 7700 900123\u{202C}",
            "+44/7700/900–123",
        ] {
            assert_eq!(Handle::parse(typed), Ok(plain.clone()), "{typed:?}");
        }
    }

    #[test]
    fn a_0_in_brackets_behind_the_country_code_is_no_part_of_a_number() {
        let plain = Handle::parse("+447700900123");
        for typed in
            ["+44 (0) 7700 900123", "+44(0)7700900123", "+44 ( 0 ) 7700 900123", "+44-(0)-7700-900-123"]
        {
            assert_eq!(Handle::parse(typed), plain, "{typed}");
        }
        assert_eq!(Handle::parse("+353 (0) 1 234 5678").unwrap().as_str(), "+35312345678");
        assert_eq!(Handle::parse("+1 (0)(202) 555 0143").unwrap().as_str(), "+12025550143");
        for typed in
            ["+44 7700 (0) 900123", "+(0)44 7700 900123", "+44 (0)(0) 7700 900123", "+44 (07700) 900123"]
        {
            assert_eq!(Handle::parse(typed), Err(HandleError::TrunkPrefix), "{typed}");
        }
        assert_eq!(Handle::parse("(0) 7700 900123"), Err(HandleError::NoPlus));
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
