//! The code that a new device shows to the first phone of an account, as text and as a QR code.
//!
//! The form is `pillarbox:device/` and base32 of the place at the relay (16 bytes), the digest of the device's keys
//! (32) and a check (4). Anyone who sees the code can read public keys at the relay and no more. Anyone who can
//! change it on its way could insert the keys of their own device: the first phone's owner types what the new
//! device shows, and nothing else.

use std::fmt;
use std::str::FromStr;

use pillarbox_crypto::{kdf, labels};
use pillarbox_text::base32;
use pillarbox_text::read::link;
use pillarbox_wire::FixedBytes;

/// The beginning of every code.
pub const DEVICE_CODE_PREFIX: &str = "pillarbox:device/";

/// Bytes of the check: one typing error in 2^32 goes undetected here, and the digest of the keys detects it.
const CHECK_LEN: usize = 4;

/// A device that waits to be linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    /// The place at the relay where it waits.
    pub place: FixedBytes<16>,
    /// The digest of its keys.
    pub digest: FixedBytes<32>,
}

/// Reasons that a text is not a device code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceCodeError {
    /// The text does not begin like a device code.
    #[error("a device code starts with {DEVICE_CODE_PREFIX}")]
    NotACode,
    /// The code is cut off, or a character is wrong.
    #[error("the device code is cut off or has a typing error in it")]
    TypingError,
}

impl FromStr for DeviceCode {
    type Err = DeviceCodeError;

    fn from_str(text: &str) -> Result<Self, DeviceCodeError> {
        let compact: String = link(text).chars().filter(|c| !c.is_whitespace()).collect();
        let (start, token) =
            compact.split_at_checked(DEVICE_CODE_PREFIX.len()).ok_or(DeviceCodeError::NotACode)?;
        if !start.eq_ignore_ascii_case(DEVICE_CODE_PREFIX) {
            return Err(DeviceCodeError::NotACode);
        }
        let bytes = base32::decode(token).map_err(|_| DeviceCodeError::TypingError)?;
        let (code, check) = bytes.split_last_chunk::<CHECK_LEN>().ok_or(DeviceCodeError::TypingError)?;
        let (place, digest) = code.split_first_chunk::<16>().ok_or(DeviceCodeError::TypingError)?;
        let digest: [u8; 32] = digest.try_into().map_err(|_| DeviceCodeError::TypingError)?;
        if !kdf::hash(labels::DEVICE_OFFER, &[code]).starts_with(check) {
            return Err(DeviceCodeError::TypingError);
        }
        Ok(Self { place: FixedBytes(*place), digest: FixedBytes(digest) })
    }
}

/// Writes the code as one word.
impl fmt::Display for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = [self.place.as_bytes().as_slice(), self.digest.as_bytes()].concat();
        let check = kdf::hash(labels::DEVICE_OFFER, &[&bytes]);
        bytes.extend(check.iter().take(CHECK_LEN));
        write!(f, "{DEVICE_CODE_PREFIX}{}", base32::encode(&bytes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_one_short_word_that_a_scanner_reads_in_either_case() {
        let code = DeviceCode { place: FixedBytes([7; 16]), digest: FixedBytes([9; 32]) };
        let text = code.to_string();
        assert_eq!(text.len(), DEVICE_CODE_PREFIX.len() + 84);
        assert_eq!(text.parse(), Ok(code));
        assert_eq!(text.to_uppercase().parse(), Ok(code));
        assert_eq!(format!(" \"{}\n{}\" ", &text[..40], &text[40..]).parse(), Ok(code));
        assert_eq!("pillarbox:invite/abc".parse::<DeviceCode>(), Err(DeviceCodeError::NotACode));
        assert_eq!(text[..60].parse::<DeviceCode>(), Err(DeviceCodeError::TypingError));
    }

    proptest! {
        #[test]
        fn a_typing_error_is_seen(place: [u8; 16], digest: [u8; 32], at: prop::sample::Index, letter in "[a-z2-7]") {
            let code = DeviceCode { place: FixedBytes(place), digest: FixedBytes(digest) };
            let mut text = code.to_string();
            let at = DEVICE_CODE_PREFIX.len() + at.index(text.len() - DEVICE_CODE_PREFIX.len());
            text.replace_range(at..=at, &letter);
            prop_assert!(text.parse() == Ok(code) || text.parse::<DeviceCode>().is_err());
            prop_assert_eq!(text == code.to_string(), text.parse() == Ok(code));
        }
    }
}
