//! Countries, by their two-letter codes (ISO 3166-1).

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A country. `EU` stands for the states of the European Union if a table speaks of them together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// The states in which the European Union's rules on electronic evidence apply: all members but Denmark (Regulation
/// (EU) 2023/1543).
const EUROPEAN_UNION: [&str; 26] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
    "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// Returns the name of a country for a sentence, or the code of a country that is not listed.
#[must_use]
pub fn name(code: &str) -> &str {
    match code {
        "AU" => "Australia",
        "BR" => "Brazil",
        "CA" => "Canada",
        "CH" => "Switzerland",
        "CN" => "China",
        "DE" => "Germany",
        "EU" => "the European Union",
        "FR" => "France",
        "GB" => "Britain",
        "IE" => "Ireland",
        "IN" => "India",
        "JP" => "Japan",
        "LU" => "Luxembourg",
        "NL" => "the Netherlands",
        "RU" => "Russia",
        "SE" => "Sweden",
        "SG" => "Singapore",
        "US" => "the United States",
        other => other,
    }
}

impl Country {
    /// The United Kingdom.
    pub const GB: Self = Self(*b"GB");
    /// The United States.
    pub const US: Self = Self(*b"US");
    /// The European Union.
    pub const EU: Self = Self(*b"EU");

    /// Reads a code of two capital letters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(Self(letters))
    }

    /// Returns the two-letter code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the name for a sentence.
    #[must_use]
    pub fn name(&self) -> &str {
        name(self.as_str())
    }

    /// Returns true for a member state of the union, and for the union itself.
    #[must_use]
    pub fn is_in_european_union(self) -> bool {
        self == Self::EU || EUROPEAN_UNION.contains(&self.as_str())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is no country: write two capital letters (ISO 3166-1), such as \"GB\""
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_two_capital_letters() {
        assert_eq!(Country::parse("GB"), Some(Country::GB));
        for wrong in ["", "G", "gb", "GBR", "G1", "Ü"] {
            assert_eq!(Country::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_state_of_the_union_is_in_it() {
        assert!(
            EUROPEAN_UNION
                .iter()
                .all(|state| Country::parse(state).is_some_and(Country::is_in_european_union))
        );
        assert!(Country::EU.is_in_european_union());
        assert!(!Country::GB.is_in_european_union());
    }
}
