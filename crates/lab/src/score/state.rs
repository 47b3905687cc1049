//! What a cell says: one of a few states, in words, computed by one function from what was counted.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What there was to get of one kind of thing, and what came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counts {
    /// What came back and was so.
    pub returned: u64,
    /// What there was.
    pub of: u64,
    /// What is there and nothing that the party has opens.
    pub unreadable: u64,
    /// What is there, readable, and not handed over.
    pub withheld: u64,
}

/// Whether whoever is asked can do it at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// Yes.
    #[default]
    There,
    /// Only with other software than there is.
    OtherSoftware,
    /// It is so without the demand.
    InPlace,
    /// The operator withdraws the feature instead.
    Withdrawn,
    /// The operator leaves the country instead.
    Left,
    /// Nothing here stands for it.
    NotModelled,
}

/// What came of a demand under a design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum State {
    /// Something came back.
    Returned {
        /// How much.
        n: u64,
        /// Of how much.
        of: u64,
    },
    /// There was nothing to hand over.
    NoneHeld,
    /// It is there, and nothing that the party has opens it.
    Unreadable,
    /// It is there, readable, and the operator does not hand it over.
    Withheld,
    /// Something comes, of what happens after the order.
    FromNowOn {
        /// How much.
        n: u64,
        /// Of how much after the order.
        of: u64,
    },
    /// The software that there is cannot do it.
    OtherSoftware,
    /// What is demanded is so already.
    InPlace,
    /// The operator withdraws the feature instead, and this comes of what happens after that.
    Withdrawn {
        /// How much.
        n: u64,
        /// Of how much.
        of: u64,
    },
    /// The operator leaves the country instead, and this comes of what happens after that.
    Left {
        /// How much.
        n: u64,
        /// Of how much.
        of: u64,
    },
    /// Nothing here stands for it.
    NotModelled,
}

impl State {
    /// The state that these counts are.
    #[must_use]
    pub const fn of(means: Means, only_from_now_on: bool, counts: &Counts) -> Self {
        let (n, of) = (counts.returned, counts.of);
        match means {
            Means::NotModelled => Self::NotModelled,
            Means::OtherSoftware => Self::OtherSoftware,
            Means::InPlace => Self::InPlace,
            Means::Withdrawn => Self::Withdrawn { n, of },
            Means::Left => Self::Left { n, of },
            Means::There if n > 0 && only_from_now_on => Self::FromNowOn { n, of },
            Means::There if n > 0 => Self::Returned { n, of },
            Means::There if counts.unreadable > 0 => Self::Unreadable,
            Means::There if counts.withheld > 0 => Self::Withheld,
            Means::There => Self::NoneHeld,
        }
    }

    /// The state in words, without its counts: what a prediction names.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Returned { .. } => "returned",
            Self::NoneHeld => "none held",
            Self::Unreadable => "held but unreadable",
            Self::Withheld => "held, not handed over",
            Self::FromNowOn { .. } => "only from now on",
            Self::OtherSoftware => "not possible without changing the software",
            Self::InPlace => "already in place",
            Self::Withdrawn { .. } => "feature withdrawn",
            Self::Left { .. } => "leaves the country",
            Self::NotModelled => "not modelled",
        }
    }

    /// Every word that a prediction may use.
    pub const WORDS: [&'static str; 10] = [
        "returned",
        "none held",
        "held but unreadable",
        "held, not handed over",
        "only from now on",
        "not possible without changing the software",
        "already in place",
        "feature withdrawn",
        "leaves the country",
        "not modelled",
    ];

    /// The counts, if the state has any: how much of how much.
    #[must_use]
    pub const fn counted(self) -> Option<(u64, u64)> {
        match self {
            Self::Returned { n, of }
            | Self::FromNowOn { n, of }
            | Self::Withdrawn { n, of }
            | Self::Left { n, of } => Some((n, of)),
            _ => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned { n, of } => write!(f, "returned {n} of {of}"),
            Self::FromNowOn { n, of } => write!(f, "only from now on: {n} of {of}"),
            Self::Withdrawn { n, of } => write!(f, "feature withdrawn: {n} of {of}"),
            Self::Left { n, of } => write!(f, "leaves the country: {n} of {of}"),
            other => f.write_str(other.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_back_counts_before_what_did_not() {
        let counts = Counts { returned: 1, of: 4, unreadable: 2, withheld: 1 };
        assert_eq!(State::of(Means::There, false, &counts).to_string(), "returned 1 of 4");
        assert_eq!(State::of(Means::There, true, &counts).to_string(), "only from now on: 1 of 4");
        let counts = Counts { returned: 0, ..counts };
        assert_eq!(State::of(Means::There, true, &counts), State::Unreadable);
        let counts = Counts { unreadable: 0, ..counts };
        assert_eq!(State::of(Means::There, false, &counts), State::Withheld);
        assert_eq!(State::of(Means::There, false, &Counts { of: 4, ..Counts::default() }), State::NoneHeld);
    }

    #[test]
    fn what_cannot_be_done_is_said_whatever_was_counted() {
        let counts = Counts { returned: 3, of: 4, ..Counts::default() };
        for (means, word) in [
            (Means::OtherSoftware, "not possible without changing the software"),
            (Means::InPlace, "already in place"),
            (Means::NotModelled, "not modelled"),
        ] {
            assert_eq!(State::of(means, false, &counts).to_string(), word);
        }
        // What is withdrawn brings something, and the word must not hide it.
        assert_eq!(State::of(Means::Withdrawn, false, &counts).to_string(), "feature withdrawn: 3 of 4");
        assert_eq!(State::of(Means::Left, false, &counts).to_string(), "leaves the country: 3 of 4");
    }

    #[test]
    fn every_state_has_a_word_that_can_be_predicted() {
        let states = [
            State::Returned { n: 1, of: 1 },
            State::NoneHeld,
            State::Unreadable,
            State::Withheld,
            State::FromNowOn { n: 1, of: 1 },
            State::OtherSoftware,
            State::InPlace,
            State::Withdrawn { n: 1, of: 1 },
            State::Left { n: 1, of: 1 },
            State::NotModelled,
        ];
        assert_eq!(states.map(State::word), State::WORDS);
    }
}
