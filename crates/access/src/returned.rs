//! The answer about one item: what was returned, or a blank with its reason.

use std::fmt;

use pillarbox_relay::Logged;
use pillarbox_wire::DepositKind;
use serde::{Deserialize, Serialize};

use crate::speaker::Speaker;

/// The answer about one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
#[non_exhaustive]
pub enum ItemAnswer {
    /// The operator handed something over.
    Returned {
        /// The number of entries or rows.
        count: u64,
        /// The returned entries, one line each, read from the relay's rows.
        lines: Vec<String>,
    },
    /// The relay has rows, and no key in its possession opens them.
    HeldUnreadable {
        /// The number of rows.
        count: u64,
        /// The number of the relay's private keys that were tried on each row.
        private_keys: u64,
        /// The number of other 32-byte values from the relay's rows that were tried as private keys.
        public_values: u64,
    },
    /// The relay has rows that no key in its possession opens, and some are in a form that this program does not read.
    HeldInAnotherForm {
        /// The number of rows.
        count: u64,
        /// The number of rows in a foreign form: with a layout that this program's phones do not use, or with plain
        /// words in them.
        other_form: u64,
        /// The number of those rows that contain plain words. `pillarbox-relay ledger` shows the words.
        plain_words: u64,
        /// See [`ItemAnswer::HeldUnreadable`].
        private_keys: u64,
        /// See [`ItemAnswer::HeldUnreadable`].
        public_values: u64,
    },
    /// The relay has nothing of this kind.
    NoneHeld {
        /// The reason, as far as the relay's own rows show it.
        reason: Blank,
    },
    /// The demand does not reach this kind of data, whether or not the relay has it.
    NotCovered,
    /// The operator has it and does not hand it over.
    Withheld {
        /// The number of entries or rows.
        count: u64,
        /// The operator's reason, in its own words or as reported.
        says: String,
        /// The source of the reason.
        from: String,
        /// The speaker of the reason.
        by: Speaker,
    },
}

impl ItemAnswer {
    /// Builds an answer from returned lines. Without a line, it becomes a blank with the reason `otherwise`.
    #[must_use]
    pub fn of(lines: Vec<String>, otherwise: Blank) -> Self {
        if lines.is_empty() {
            return Self::NoneHeld { reason: otherwise };
        }
        Self::Returned { count: u64::try_from(lines.len()).unwrap_or(u64::MAX), lines }
    }

    /// Returns the number of entries that the relay has, readable or not, handed over or not.
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

/// The reason for a blank line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "because")]
#[non_exhaustive]
pub enum Blank {
    /// No row of this relay names such an account.
    NoSuchAccount,
    /// The relay does not record this.
    NotWrittenDown,
    /// Messages passed through, and their rows have been deleted.
    Deleted {
        /// The number of messages that passed, by the relay's own row numbers.
        passed: u64,
    },
    /// No message has ever passed.
    NonePassed,
    /// The relay deletes a message on delivery.
    GoneOnDelivery,
    /// The account has messages, and all of them still wait for delivery.
    NoneDelivered,
    /// The relay has rows, and none of them names this account.
    NoneOfThisAccount,
    /// This messenger has no such feature.
    NoSuchThing,
    /// The relay accepts no deposit of this kind from phones.
    NotTaken {
        /// The kind of deposit.
        kind: DepositKind,
    },
    /// The relay accepts such a deposit, and the phone made none.
    NoneLeft {
        /// The kind of deposit.
        kind: DepositKind,
    },
    /// The relay accepts such a deposit, and no phone has made one about this account.
    NoneLeftAbout {
        /// The kind of deposit.
        kind: DepositKind,
    },
    /// The operator manages who is in groups, and the account is in none.
    NoGroup,
    /// The relay sees the event and does not log it. It could be made to.
    SeenNotKept {
        /// The kind of event.
        what: Logged,
    },
    /// The relay logs such events, and no row is about this account.
    NoneLogged {
        /// The kind of event.
        what: Logged,
    },
    /// No other row can be linked to the account.
    NothingJoinsIt,
    /// The account has opened no public channel.
    NoChannelOpened,
    /// The account's channels contain no post.
    NothingPublished,
    /// The backup opens and contains no text.
    NoTextInside,
    /// The account was closed. Its earlier actions remain in the log under its name.
    ClosedAndLogged {
        /// The number of log rows that name the account.
        rows: u64,
    },
    /// No account has the number, and the log records a search for it.
    LookedUpInVain {
        /// The number of log rows that name the number.
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
            Self::NoneOfThisAccount => f.write_str("no message that is held names this account"),
            Self::NoSuchThing => f.write_str("this messenger has no such thing"),
            Self::NotTaken { kind } => write!(f, "phones leave no {} here", kind.wording()),
            Self::NoneLeft { kind } => write!(f, "this phone has left no {}", kind.wording()),
            Self::NoneLeftAbout { kind } => {
                write!(f, "no {} that a phone has left names this account", kind.wording())
            }
            Self::NoGroup => f.write_str("this account is in no group here, and was in none that is left"),
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

impl fmt::Display for ItemAnswer {
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
            ItemAnswer::HeldInAnotherForm {
                count,
                other_form,
                plain_words,
                private_keys: 2,
                public_values: 3,
            }
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
