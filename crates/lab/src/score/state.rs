//! The state of a cell, in words: one of a few, computed by one function from the counts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The counts of the column's own item: the amount that existed, and the amounts in each condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counts {
    /// The amount that the party has, readable and true.
    pub returned: u64,
    /// The amount that existed.
    pub of: u64,
    /// The part of `of` that the party has and nothing opens.
    pub unreadable: u64,
    /// The number of containers that the party has and nothing opens. Nobody knows how much is in them.
    pub closed: u64,
    /// The part of `returned` that the party, according to a statement about it, does not hand over.
    pub withheld: u64,
    /// The reason for an empty result.
    pub absence: Absence,
}

/// The four meanings of "none".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absence {
    /// Something existed, and the party asked keeps none of it.
    #[default]
    NothingKept,
    /// The story has nothing of the kind.
    NotInStory,
    /// The demand does not ask for it.
    NotAsked,
    /// It is not known whether the product that this design represents has it.
    NotKnown,
}

impl Absence {
    /// Returns the reason in a few words.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NothingKept => "nothing kept",
            Self::NotInStory => "nothing of the kind in this story",
            Self::NotAsked => "not asked for",
            Self::NotKnown => "not known for this design",
        }
    }
}

/// The kind of outcome that a demand has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// Something is handed over, or shown.
    #[default]
    There,
    /// Posts are removed.
    Removes,
    /// Texts are kept from arriving.
    CutsOff,
    /// The demanded effect exists without the demand.
    InPlace,
    /// The operator withdraws the feature instead.
    Withdrawn,
    /// The operator leaves the country instead.
    Left,
    /// The operator refuses, and is blocked in the country.
    Refused,
    /// Nothing in this program models it.
    NotModelled,
}

/// The outcome of a demand under a design.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum State {
    /// Something was returned.
    Returned {
        /// The numerator.
        n: u64,
        /// The denominator.
        of: u64,
    },
    /// Nothing was returned, for one of four reasons.
    None {
        /// The reason.
        why: Absence,
    },
    /// The party has it, and nothing that the party has opens it.
    Unreadable {
        /// The numerator; 0 if it is in a container that nobody opened.
        n: u64,
        /// The denominator.
        of: u64,
    },
    /// The party has it, readable, and the operator, according to a statement about it, does not hand it over.
    Withheld {
        /// The numerator.
        n: u64,
        /// The denominator.
        of: u64,
    },
    /// Something is returned, from after the order alone.
    FromNowOn {
        /// The numerator.
        n: u64,
        /// The amount after the order.
        of: u64,
    },
    /// Posts were deleted.
    Removed {
        /// The number of deleted posts.
        n: u64,
        /// The number of posts.
        of: u64,
    },
    /// Texts do not arrive.
    CutOff {
        /// The number of texts that do not arrive.
        n: u64,
        /// The number of texts from the order on.
        of: u64,
    },
    /// The demanded effect exists already.
    InPlace {
        /// The number of the events after the order that are returned even without it.
        n: u64,
        /// The denominator.
        of: u64,
    },
    /// The operator withdraws the feature instead, and this part is readable then.
    Withdrawn {
        /// The numerator.
        n: u64,
        /// The denominator.
        of: u64,
    },
    /// The operator leaves the country instead, and these messages do not arrive.
    Left {
        /// The number of messages that do not arrive.
        n: u64,
        /// The number of messages from the order on.
        of: u64,
    },
    /// The operator refuses and is blocked in the country, and these messages do not arrive.
    Refused {
        /// The number of messages that do not arrive.
        n: u64,
        /// The number of messages from the order on.
        of: u64,
    },
    /// Nothing in this program models it.
    NotModelled,
}

impl State {
    /// Computes the state from counts.
    #[must_use]
    pub const fn of(means: Capability, only_from_now_on: bool, counts: &Counts) -> Self {
        let (n, of) = (counts.returned, counts.of);
        match means {
            Capability::NotModelled => Self::NotModelled,
            Capability::InPlace => Self::InPlace { n, of },
            Capability::Withdrawn => Self::Withdrawn { n, of },
            Capability::Left => Self::Left { n, of },
            Capability::Refused => Self::Refused { n, of },
            Capability::Removes if of > 0 => Self::Removed { n, of },
            Capability::CutsOff if of > 0 => Self::CutOff { n, of },
            Capability::Removes | Capability::CutsOff => Self::None { why: Absence::NotInStory },
            Capability::There if n > 0 && counts.withheld >= n => Self::Withheld { n, of },
            Capability::There if n > 0 && only_from_now_on => Self::FromNowOn { n, of },
            Capability::There if n > 0 => Self::Returned { n, of },
            Capability::There if counts.unreadable > 0 => Self::Unreadable { n: counts.unreadable, of },
            Capability::There if counts.closed > 0 => Self::Unreadable { n: 0, of },
            Capability::There => Self::None { why: counts.absence },
        }
    }

    /// Explains the state in a sentence, for a reader who sees its name for the first time.
    #[must_use]
    pub const fn explained(self) -> &'static str {
        match self {
            Self::Returned { .. } => "it is there, readable, and comes back.",
            Self::None { why: Absence::NothingKept } => {
                "there was some, and whoever is asked has none of it; other data may come back."
            }
            Self::None { why: Absence::NotInStory } => "nobody in the story does anything of the kind.",
            Self::None { why: Absence::NotAsked } => {
                "the demand does not reach it, whether or not it is there."
            }
            Self::None { why: Absence::NotKnown } => "no source says whether the product has any.",
            Self::Unreadable { .. } => "it is there, and nothing that whoever is asked has opens it.",
            Self::Withheld { .. } => {
                "it is there, readable, and it is said of the operator that it does not hand it over."
            }
            Self::FromNowOn { .. } => "what happens after the order comes back, and nothing from before it.",
            Self::Removed { .. } => "posts are gone for everybody.",
            Self::CutOff { .. } => "messages do not arrive.",
            Self::InPlace { .. } => "what is demanded is so without the demand.",
            Self::Withdrawn { .. } => "the operator takes the feature away, and this lies open then.",
            Self::Left { .. } => "the operator leaves the country, and messages do not arrive.",
            Self::Refused { .. } => "the operator is blocked in the country, and messages do not arrive.",
            Self::NotModelled => "nothing in this program stands for it.",
        }
    }

    /// Returns the state's name, without its counts. Predictions use this name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Returned { .. } => "returned",
            Self::None { why } => why.word(),
            Self::Unreadable { .. } => "held but unreadable",
            Self::Withheld { .. } => "held, not handed over",
            Self::FromNowOn { .. } => "from the order on",
            Self::Removed { .. } => "removed",
            Self::CutOff { .. } => "cut off",
            Self::InPlace { .. } => "already in place",
            Self::Withdrawn { .. } => "feature withdrawn",
            Self::Left { .. } => "operator leaves",
            Self::Refused { .. } => "operator refuses, is blocked",
            Self::NotModelled => "not modelled",
        }
    }

    /// Every word that a prediction may use.
    pub const WORDS: [&'static str; 15] = [
        "returned",
        "nothing kept",
        "nothing of the kind in this story",
        "not asked for",
        "not known for this design",
        "held but unreadable",
        "held, not handed over",
        "from the order on",
        "removed",
        "cut off",
        "already in place",
        "feature withdrawn",
        "operator leaves",
        "operator refuses, is blocked",
        "not modelled",
    ];

    /// Returns true if the counts are about everybody's messages rather than about the column's quantity.
    #[must_use]
    pub const fn is_of_messages(self) -> bool {
        matches!(self, Self::CutOff { .. } | Self::Left { .. } | Self::Refused { .. })
    }

    /// Returns the state's fraction, if it has one.
    #[must_use]
    pub const fn counted(self) -> Option<(u64, u64)> {
        match self {
            Self::Returned { n, of }
            | Self::Withheld { n, of }
            | Self::FromNowOn { n, of }
            | Self::Removed { n, of }
            | Self::CutOff { n, of }
            | Self::InPlace { n, of }
            | Self::Withdrawn { n, of }
            | Self::Left { n, of }
            | Self::Refused { n, of } => Some((n, of)),
            Self::Unreadable { n, of } if n > 0 => Some((n, of)),
            Self::Unreadable { .. } | Self::None { .. } | Self::NotModelled => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.counted() {
            Some((n, of)) if matches!(self, Self::Returned { .. }) => write!(f, "returned {n} of {of}"),
            Some((n, of)) => write!(f, "{}: {n} of {of}", self.word()),
            None => f.write_str(self.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_back_counts_before_what_did_not() {
        let counts =
            Counts { returned: 2, of: 4, unreadable: 2, closed: 1, withheld: 1, ..Counts::default() };
        let says = |only, counts: &Counts| State::of(Capability::There, only, counts).to_string();
        assert_eq!(says(false, &counts), "returned 2 of 4");
        assert_eq!(says(true, &counts), "from the order on: 2 of 4");
        assert_eq!(says(true, &Counts { withheld: 2, ..counts }), "held, not handed over: 2 of 4");
        let counts = Counts { returned: 0, ..counts };
        assert_eq!(says(true, &counts), "held but unreadable: 2 of 4");
        assert_eq!(says(false, &Counts { unreadable: 0, ..counts }), "held but unreadable");
    }

    #[test]
    fn none_is_one_of_four_words() {
        let says = |absence| {
            let counts = Counts { of: 4, absence, ..Counts::default() };
            State::of(Capability::There, false, &counts).to_string()
        };
        assert_eq!(says(Absence::NothingKept), "nothing kept");
        assert_eq!(says(Absence::NotInStory), "nothing of the kind in this story");
        assert_eq!(says(Absence::NotAsked), "not asked for");
        assert_eq!(says(Absence::NotKnown), "not known for this design");
    }

    #[test]
    fn an_order_that_asks_for_nothing_says_its_outcome() {
        let counts = Counts { returned: 3, of: 4, ..Counts::default() };
        for (means, word) in [
            (Capability::InPlace, "already in place: 3 of 4"),
            (Capability::Withdrawn, "feature withdrawn: 3 of 4"),
            (Capability::Left, "operator leaves: 3 of 4"),
            (Capability::Refused, "operator refuses, is blocked: 3 of 4"),
            (Capability::Removes, "removed: 3 of 4"),
            (Capability::CutsOff, "cut off: 3 of 4"),
            (Capability::NotModelled, "not modelled"),
        ] {
            assert_eq!(State::of(means, false, &counts).to_string(), word);
        }
        let nothing = State::of(Capability::Removes, false, &Counts::default());
        assert_eq!(nothing, State::None { why: Absence::NotInStory });
    }

    #[test]
    fn every_state_has_a_word_that_can_be_predicted() {
        let (n, of) = (1, 1);
        let none = [Absence::NothingKept, Absence::NotInStory, Absence::NotAsked, Absence::NotKnown];
        let none = none.map(|why| State::None { why });
        let mut words = vec![State::Returned { n, of }.word()];
        words.extend(none.map(State::word));
        let others = [
            State::Unreadable { n, of },
            State::Withheld { n, of },
            State::FromNowOn { n, of },
            State::Removed { n, of },
            State::CutOff { n, of },
            State::InPlace { n, of },
            State::Withdrawn { n, of },
            State::Left { n, of },
            State::Refused { n, of },
            State::NotModelled,
        ];
        words.extend(others.map(State::word));
        assert_eq!(words, State::WORDS);
    }
}
