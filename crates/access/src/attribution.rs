//! Attribution: the strength with which an answer ties what came back to a person.

use serde::{Deserialize, Serialize};

/// The strength with which an answer ties what came back to a person. It is no scale: which of them a court believes is not for a program to
/// say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribution {
    /// Nobody is named.
    Nobody,
    /// The operator's row names an account, and the operator could have written it otherwise.
    OperatorsWord,
    /// A party to the conversation says so; its phone authenticated the text to it, and proves that to nobody else.
    PartysWord,
    /// The records of a phone that was taken say so. They are what a party could have shown, without a party's choosing; whoever had
    /// the phone open before could have written what it says that its owner said.
    PhonesRecords,
    /// The operator recognises its own stamp on exactly these words: it knows, and nobody else can check.
    StampedByOperator,
}

impl Attribution {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Nobody, Self::OperatorsWord, Self::PartysWord, Self::PhonesRecords, Self::StampedByOperator];

    /// The kind in words.
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

/// The origin of something that came back, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Origin {
    /// A row or a frame names somebody.
    pub named_by_operator: bool,
    /// A party handed it over.
    pub shown_by_party: bool,
    /// It was on a phone that was taken.
    pub found_on_phone: bool,
    /// The operator checked its stamp and the sender's commitment.
    pub stamp_verified: bool,
}

impl Origin {
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

/// The firmest tie that there is.
#[must_use]
pub const fn attribution(origin: Origin) -> Attribution {
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
