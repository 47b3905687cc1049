//! Verification codes. A relay sends one to a telephone number to find out who has the number.

use std::fmt;

use pillarbox_text::read;
use serde::{Deserialize, Serialize};

use crate::bytes::FixedBytes;

/// Digits of a code: as many as in the codes that banks send, and few enough to copy from one screen to another
/// without a mistake. A relay accepts few tries at one code, so more digits would protect no better.
pub const CODE_DIGITS: usize = 6;

/// A verification code: six decimal digits, in ASCII. A phone that presents the code proves that its owner has the
/// number to which the code was sent.
///
/// `Debug` prints no digit. A relay compares the bytes in constant time.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberCode(FixedBytes<CODE_DIGITS>);

/// The text is not a verification code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has {CODE_DIGITS} digits, and this has {digits}")]
pub struct NumberCodeError {
    /// Digits in the text.
    pub digits: usize,
}

impl NumberCode {
    /// Builds a code from the last six digits of a random number.
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        let mut rest = number;
        let mut digits = [b'0'; CODE_DIGITS];
        for slot in digits.iter_mut().rev() {
            *slot = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        Self(FixedBytes(digits))
    }

    /// Reads a code as people write it. White space and dashes are dropped, and so is everything that copying has
    /// added around the digits.
    ///
    /// # Errors
    /// [`NumberCodeError`] for anything but six digits.
    pub fn parse(text: &str) -> Result<Self, NumberCodeError> {
        let compact = read::digits(text).into_bytes();
        let digits = compact.iter().filter(|byte| byte.is_ascii_digit()).count();
        match <[u8; CODE_DIGITS]>::try_from(compact) {
            Ok(code) if digits == CODE_DIGITS => Ok(Self(FixedBytes(code))),
            _ => Err(NumberCodeError { digits }),
        }
    }

    /// Returns the six ASCII digits.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; CODE_DIGITS] {
        self.0.as_bytes()
    }
}

impl From<FixedBytes<CODE_DIGITS>> for NumberCode {
    fn from(digits: FixedBytes<CODE_DIGITS>) -> Self {
        Self(digits)
    }
}

impl fmt::Display for NumberCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl fmt::Debug for NumberCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberCode")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_write_it() {
        assert_eq!(NumberCode::parse("004 217"), NumberCode::parse("004-217"));
        assert_eq!(NumberCode::parse("\u{feff}004\u{a0}217\r\n"), NumberCode::parse("004217"));
        assert_eq!(NumberCode::parse("004217").unwrap().to_string(), "004217");
        assert_eq!(NumberCode::from_number(4_217), NumberCode::parse("004217").unwrap());
        assert_eq!(NumberCode::from_number(9_004_217), NumberCode::parse("004217").unwrap());
        assert_eq!(NumberCode::parse("42170"), Err(NumberCodeError { digits: 5 }));
        assert_eq!(NumberCode::parse("0042l7"), Err(NumberCodeError { digits: 5 }));
        assert_eq!(NumberCode::parse("٠٠٤٢١٧"), Err(NumberCodeError { digits: 0 }));
        assert_eq!(format!("{:?}", NumberCode::from_number(4_217)), "NumberCode");
    }
}
