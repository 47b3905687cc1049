//! What came back: for each thing asked, what was returned, or a blank with its reason.

use std::fmt;

use pillarbox_relay::Logged;
use pillarbox_wire::DepositKind;
use serde::{Deserialize, Serialize};

use crate::speaker::Speaker;

/// The right-hand side of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
#[non_exhaustive]
pub enum Answer {
    /// Something came back.
    Returned {
        /// How many entries or rows.
        count: u64,
        /// What came back, a line each, read from the relay's rows.
        lines: Vec<String>,
    },
    /// The relay has rows, and nothing in its possession opens them.
    HeldUnreadable {
        /// How many rows.
        count: u64,
        /// How many private keys of the relay were tried on each.
        private_keys: u64,
        /// How many other 32-byte values from its rows were tried as if they were private keys.
        public_values: u64,
    },
    /// The relay has rows, nothing in its possession opens them, and some are not in a form that this program reads.
    HeldInAnotherForm {
        /// How many rows.
        count: u64,
        /// How many of them are not in a form that phones of this program make, or have plain words in them all the same.
        other_form: u64,
        /// How many of those have plain words in them, which `pillarbox-relay ledger` shows.
        plain_words: u64,
        /// See [`Answer::HeldUnreadable`].
        private_keys: u64,
        /// See [`Answer::HeldUnreadable`].
        public_values: u64,
    },
    /// The relay has nothing of the kind.
    NoneHeld {
        /// Why, as far as its own rows tell.
        reason: Blank,
    },
    /// This demand does not reach this kind of data, whether or not the relay has it.
    NotCovered,
    /// It is there, and the operator does not hand it over.
    Withheld {
        /// How many entries or rows.
        count: u64,
        /// What the operator says, or is reported to.
        says: String,
        /// The source.
        from: String,
        /// The speaker.
        by: Speaker,
    },
}

impl Answer {
    /// Something that came back, line by line; without a line, the reason.
    #[must_use]
    pub fn of(lines: Vec<String>, otherwise: Blank) -> Self {
        if lines.is_empty() {
            return Self::NoneHeld { reason: otherwise };
        }
        Self::Returned { count: u64::try_from(lines.len()).unwrap_or(u64::MAX), lines }
    }

    /// How many entries there are, handed over or not, readable or not.
    #[must_use]
    pub const fn held(&self) -> u64 {
        match self {
            Self::Returned { count, .. }
            | Self::HeldUnreadable { count, .. }
            | Self::HeldInAnotherForm { count, .. }
            | Self::Withheld { count, .. } => *count,
            Self::NoneHeld { .. } | Self::NotCovered => 0,
        }
    }
}

/// Why a line stayed blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "because")]
#[non_exhaustive]
pub enum Blank {
    /// No row of this relay names such an account.
    NoSuchAccount,
    /// The account's row has no such entry.
    NotWrittenDown,
    /// Messages passed through; their rows are gone.
    Deleted {
        /// How many passed, by the relay's own numbering of rows.
        passed: u64,
    },
    /// No message ever passed.
    NonePassed,
    /// This relay deletes a message when it is delivered.
    GoneOnDelivery,
    /// Messages of this account are there, and each still waits.
    NoneDelivered,
    /// Rows are there, and none of them names this account.
    NoneOfThisAccount,
    /// There is no such thing in this messenger.
    NoSuchThing,
    /// This relay takes nothing of the kind from phones.
    NotTaken {
        /// What.
        kind: DepositKind,
    },
    /// This relay would take it, and the phone left none.
    NoneLeft {
        /// What.
        kind: DepositKind,
    },
    /// This relay would take it, and no phone has left any that is about this account.
    NoneLeftAbout {
        /// The kind of deposit.
        kind: DepositKind,
    },
    /// It happens before the relay's eyes and is not written down. The relay could be made to.
    SeenNotKept {
        /// What.
        what: Logged,
    },
    /// The relay writes such things down, and no row is about this account.
    NoneLogged {
        /// What.
        what: Logged,
    },
    /// Nothing else in the rows belongs to it.
    NothingJoinsIt,
    /// The account has opened no public channel.
    NoChannelOpened,
    /// Nothing is published in a channel of the account.
    NothingPublished,
    /// The backup opens, and no text is in it.
    NoTextInside,
    /// The account was closed; what it did stays in the log, under its name.
    ClosedAndLogged {
        /// Rows of the log that name it.
        rows: u64,
    },
    /// No account has the number, and the log says who looked for it.
    LookedUpInVain {
        /// Rows of the log that name it.
        rows: u64,
    },
}

impl fmt::Display for Blank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchAccount => f.write_str("the relay has no such account"),
            Self::NotWrittenDown => f.write_str("the relay does not write this down"),
            Self::Deleted { passed } => {
                write!(f, "of everybody's messages {passed} passed through, and their rows are gone")
            }
            Self::NonePassed => f.write_str("no message has passed through"),
            Self::GoneOnDelivery => f.write_str("this relay deletes a message when it is delivered"),
            Self::NoneDelivered => f.write_str("each message of this account that is there still waits"),
            Self::NoneOfThisAccount => f.write_str("no row that is left names this account"),
            Self::NoSuchThing => f.write_str("this messenger has no such thing"),
            Self::NotTaken { kind } => write!(f, "phones leave no {} here", kind.wording()),
            Self::NoneLeft { kind } => write!(f, "this phone has left no {}", kind.wording()),
            Self::NoneLeftAbout { kind } => {
                write!(f, "no {} that a phone has left names this account", kind.wording())
            }
            Self::SeenNotKept { what } => write!(
                f,
                "seen, not kept: the relay's log does not have {}, and could have them from now on",
                what.wording()
            ),
            Self::NoneLogged { what } => {
                write!(f, "the relay's log has no {} of this account", what.wording())
            }
            Self::NothingJoinsIt => f.write_str("nothing in the rows joins it to another"),
            Self::NoChannelOpened => f.write_str("this account has opened no public channel"),
            Self::NoTextInside => f.write_str("the backup opens, and no text is in it"),
            Self::NothingPublished => f.write_str("nothing is published in a channel of this account"),
            Self::ClosedAndLogged { rows: 1 } => {
                f.write_str("the account is closed, and 1 row of the log still names it")
            }
            Self::ClosedAndLogged { rows } => {
                write!(f, "the account is closed, and {rows} rows of the log still name it")
            }
            Self::LookedUpInVain { rows: 1 } => {
                f.write_str("the relay has no such account, and its log says that somebody looked for it")
            }
            Self::LookedUpInVain { rows } => {
                write!(
                    f,
                    "the relay has no such account, and its log says {rows} times that somebody looked for it"
                )
            }
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned { count, .. } => write!(f, "returned {count}"),
            Self::HeldUnreadable { count, private_keys: 0, public_values: 0 } => {
                write!(f, "held but unreadable: {count}")
            }
            Self::HeldUnreadable { count, private_keys, public_values } => write!(
                f,
                "held but unreadable: {count}. Not opened by any of the relay's {private_keys} private keys, nor by its \
                 {public_values} public values tried as keys",
            ),
            Self::HeldInAnotherForm { count, other_form, plain_words, private_keys, public_values } => {
                write!(f, "held, not in a form that this program reads: {other_form}")?;
                match plain_words {
                    0 => {}
                    1 if *other_form == 1 => {
                        f.write_str(". Plain words stand in it: `pillarbox-relay ledger` shows them")?;
                    }
                    words if words == other_form => {
                        f.write_str(". Plain words stand in each: `pillarbox-relay ledger` shows them")?;
                    }
                    words => {
                        write!(
                            f,
                            ". Plain words stand in {words} of them: `pillarbox-relay ledger` shows them"
                        )?;
                    }
                }
                match count.saturating_sub(*other_form) {
                    0 => Ok(()),
                    count => {
                        let (private_keys, public_values) = (*private_keys, *public_values);
                        write!(f, "; {}", Self::HeldUnreadable { count, private_keys, public_values })
                    }
                }
            }
            Self::NoneHeld { reason } => write!(f, "none held: {reason}"),
            Self::NotCovered => f.write_str("blank: not covered"),
            Self::Withheld { count, says, from, by: Speaker::Operator } => {
                write!(f, "held, not handed over: {count}. By its own word: {says} ({from})")
            }
            Self::Withheld { count, says, from, by: Speaker::Others } => {
                write!(f, "held, not handed over: {count}. According to {from}: {says}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_but_unreadable_is_said_only_of_what_is_in_form() {
        let held = |count, other_form, plain_words| {
            Answer::HeldInAnotherForm { count, other_form, plain_words, private_keys: 2, public_values: 3 }
                .to_string()
        };
        let all = [held(4, 4, 4), held(4, 4, 0), held(4, 4, 1), held(1, 1, 1), held(6, 4, 4), held(6, 4, 3)];
        let other = "held, not in a form that this program reads";
        let shows = "`pillarbox-relay ledger` shows them";
        let closed = "held but unreadable: 2. Not opened by any of the relay's 2 private keys, nor by its 3 public values \
                      tried as keys";
        assert_eq!(
            all,
            [
                format!("{other}: 4. Plain words stand in each: {shows}"),
                format!("{other}: 4"),
                format!("{other}: 4. Plain words stand in 1 of them: {shows}"),
                format!("{other}: 1. Plain words stand in it: {shows}"),
                format!("{other}: 4. Plain words stand in each: {shows}; {closed}"),
                format!("{other}: 4. Plain words stand in 3 of them: {shows}; {closed}"),
            ]
        );
    }
}
