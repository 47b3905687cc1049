//! Attribution: how strongly an answer ties the returned data to a person.

use serde::{Deserialize, Serialize};

/// The strength with which an answer ties the returned data to a person. It is not a scale, because a program cannot
/// say which kind a court believes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribution {
    /// Nobody is named.
    Nobody,
    /// The operator's row names an account. The operator could have written it otherwise.
    OperatorsWord,
    /// A party to the conversation says so. Its phone authenticated the text for that party, and can prove this to
    /// nobody else.
    PartysWord,
    /// The records of a seized phone say so. A party could have shown them, but here no party chose what to show.
    /// Anybody who had the open phone before could have written what it attributes to its owner.
    PhonesRecords,
    /// The operator recognises its own stamp on exactly these words. The operator knows, and nobody else can check.
    StampedByOperator,
}

impl Attribution {
    /// Every kind of attribution.
    pub const ALL: [Self; 5] =
        [Self::Nobody, Self::OperatorsWord, Self::PartysWord, Self::PhonesRecords, Self::StampedByOperator];

    /// Returns the wording of the kind.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Nobody => "nobody is named",
            Self::OperatorsWord => "the operator's word",
            Self::PartysWord => "a party's word",
            Self::PhonesRecords => "the phone's own records",
            Self::StampedByOperator => "stamped by the operator",
        }
    }
}

/// The origin of a returned item, as far as known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provenance {
    /// A row or a frame names somebody.
    pub named_by_operator: bool,
    /// A party disclosed it.
    pub shown_by_party: bool,
    /// The item was on a seized phone.
    pub found_on_phone: bool,
    /// The operator checked its stamp and the sender's commitment.
    pub stamp_verified: bool,
}

impl Provenance {
    /// Combines two origins.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self {
            named_by_operator: self.named_by_operator || other.named_by_operator,
            shown_by_party: self.shown_by_party || other.shown_by_party,
            found_on_phone: self.found_on_phone || other.found_on_phone,
            stamp_verified: self.stamp_verified || other.stamp_verified,
        }
    }
}

/// Returns the firmest tie that the origin supports.
#[must_use]
pub const fn attribution(origin: Provenance) -> Attribution {
    if origin.stamp_verified {
        Attribution::StampedByOperator
    } else if origin.found_on_phone {
        Attribution::PhonesRecords
    } else if origin.shown_by_party {
        Attribution::PartysWord
    } else if origin.named_by_operator {
        Attribution::OperatorsWord
    } else {
        Attribution::Nobody
    }
}
