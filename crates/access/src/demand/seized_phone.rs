//! A seized phone: the contents of an open one, the memory of a locked one, and the time that it takes to guess the
//! passcode of one that is off.
//!
//! Guesses use the vault's own key derivation, one after the other. A clock from the caller measures the time,
//! which is kept apart in [`GuessTiming`]. Two runs find the same code with the same guess and need not take the
//! same time. A hash of a record therefore excludes `GuessTiming`.

use std::path::Path;
use std::time::Duration;

use pillarbox_client::{HistoryEntry, Passphrase, Phone, PhoneError, ProfileError, Vault, vault};
use pillarbox_wire::{AccountId, Timestamp};
use serde::Serialize;

use super::definition::{Demand, EVERYTHING, ViewKind, When};
use crate::facts::{Facts, Member, ReadableText, addressed};
use crate::view::{LockState, SeizedPhone};

/// The demand that this module describes.
pub const SEIZED_PHONE: Demand = Demand {
    name: "seized-phone",
    title: "a seized phone",
    plain: "what is on the phone itself, if it can be opened",
    reaches: EVERYTHING,
    view: ViewKind::SeizedPhone,
    when: When::Past,
};

/// A kind of passcode, which decides the number of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PasscodeKind {
    /// Four decimal digits.
    FourDigits,
    /// Six decimal digits.
    SixDigits,
    /// Six small letters or digits.
    SixLettersOrDigits,
    /// Twenty-four small letters, drawn at random. Such a code is as long as a sentence.
    TwentyFourLetters,
    /// Six words from a list of 7,776 words, drawn as if five dice chose each word.
    SixWords,
}

const DIGITS: &str = "0123456789";

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

const LETTERS_AND_DIGITS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

/// The time of one guess in printed arithmetic: the figure `passcode_guess_ms` of `oracles/figures.csv`. It is a
/// hypothesis about phones that derive keys in their own hardware. The time of a guess on the computer that prints the
/// answer differs from run to run.
pub const SUPPOSED_GUESS: Duration = Duration::from_millis(80);

/// The number of wrong guesses after which a phone erases itself, if its owner has switched that on.
pub const ERASES_AFTER: u64 = 10;

impl PasscodeKind {
    /// Every kind, the weakest first.
    pub const ALL: [Self; 5] = [
        Self::FourDigits,
        Self::SixDigits,
        Self::SixLettersOrDigits,
        Self::SixWords,
        Self::TwentyFourLetters,
    ];

    /// Returns the wording of the kind.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::FourDigits => "4 digits",
            Self::SixDigits => "6 digits",
            Self::SixLettersOrDigits => "6 letters or digits",
            Self::TwentyFourLetters => "24 letters",
            Self::SixWords => "6 words of a list",
        }
    }

    /// Returns the alphabet of a code and its length, or nothing for codes made of words.
    const fn characters(self) -> Option<(&'static str, u32)> {
        match self {
            Self::FourDigits => Some((DIGITS, 4)),
            Self::SixDigits => Some((DIGITS, 6)),
            Self::SixLettersOrDigits => Some((LETTERS_AND_DIGITS, 6)),
            Self::TwentyFourLetters => Some((LETTERS, 24)),
            Self::SixWords => None,
        }
    }

    /// Returns all codes of this kind in the order of their alphabet. Codes made of words yield none, because this
    /// program contains no word list.
    pub fn in_order(self) -> impl Iterator<Item = String> {
        let (characters, length) = self.characters().unwrap_or(("", 0));
        let characters: Vec<char> = characters.chars().collect();
        let base = characters.len() as u128;
        let codes = if base == 0 { 0 } else { self.codes() };
        (0..codes).map(move |mut number| {
            let mut code: Vec<char> = (0..length)
                .map(|_| {
                    let at = usize::try_from(number % base).unwrap_or_default();
                    number /= base;
                    characters.get(at).copied().unwrap_or_default()
                })
                .collect();
            code.reverse();
            code.into_iter().collect()
        })
    }

    /// Returns the number of codes of this kind.
    #[must_use]
    pub const fn codes(self) -> u128 {
        match self {
            Self::FourDigits => 10_u128.pow(4),
            Self::SixDigits => 10_u128.pow(6),
            Self::SixLettersOrDigits => 36_u128.pow(6),
            Self::TwentyFourLetters => 26_u128.pow(24),
            Self::SixWords => 7_776_u128.pow(6),
        }
    }

    /// Returns the seconds needed to try every code of this kind, one after the other. On average, half of that
    /// time finds the code.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an estimate: three digits of it are read")]
    pub fn seconds_for_all(self, guess: Duration) -> f64 {
        self.codes() as f64 * guess.as_secs_f64()
    }
}

/// Returns every four-digit code, in order.
pub fn four_digits() -> impl Iterator<Item = String> {
    PasscodeKind::FourDigits.in_order()
}

/// Formats an estimated time in the largest unit that fits into it at least twice. Nobody needs more precision from an
/// estimate.
#[must_use]
pub fn about(seconds: f64) -> String {
    const UNITS: [(&str, f64); 4] =
        [("years", 31_557_600.0), ("days", 86_400.0), ("hours", 3_600.0), ("minutes", 60.0)];
    match UNITS.into_iter().find(|(_, unit)| seconds >= 2.0 * unit) {
        Some(("years", unit)) if seconds > 1e6 * unit => "more than a million years".to_owned(),
        Some((name, unit)) if seconds < 10.0 * unit => {
            let tenths = format!("{:.1}", seconds / unit);
            format!("{} {name}", tenths.strip_suffix(".0").unwrap_or(&tenths))
        }
        Some((name, unit)) => format!("{:.0} {name}", seconds / unit),
        None if seconds >= 2.0 => format!("{seconds:.0} seconds"),
        None => format!("{:.0} ms", seconds * 1_000.0),
    }
}

/// The outcome of guessing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Guessed {
    /// The code was found.
    Found {
        /// The number of the guess, from 1.
        guess: u64,
    },
    /// No code that was tried was right.
    NotAmongThem {
        /// The number of codes that were tried.
        guesses: u64,
    },
    /// The phone has erased itself.
    Erased {
        /// The number of wrong guesses before that.
        guesses: u64,
    },
}

/// The time that guessing took. It is not part of a run's findings, because it differs between computers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GuessTiming {
    /// The number of guesses that were timed.
    pub guesses: u64,
    /// The total time of all guesses.
    pub all: Duration,
}

impl GuessTiming {
    /// Returns the average time of a guess, or nothing if there was no guess.
    #[must_use]
    pub fn guess(&self) -> Option<Duration> {
        u32::try_from(self.guesses).ok().filter(|guesses| *guesses > 0).map(|guesses| self.all / guesses)
    }
}

/// Tries codes on the vault in `folder`. With `erase_after`, the phone counts wrong guesses and destroys its vault
/// at that number. This is the situation of an attacker who can guess only through the phone. An attacker with a
/// copy of the file has no such limit. `clock` returns the time since any fixed moment.
///
/// # Errors
/// [`ProfileError`], other than for a wrong code.
pub fn guess(
    folder: &Path,
    codes: impl IntoIterator<Item = String>,
    erase_after: Option<u64>,
    mut clock: impl FnMut() -> Duration,
) -> Result<(Guessed, GuessTiming), ProfileError> {
    let start = clock();
    let mut guesses = 0;
    let mut outcome = None;
    // The holder of a copied file tries codes on the wrapped key. A guess through the phone tries to open the vault.
    let wrapped = match erase_after {
        None => Some(vault::wrapped_key(folder)?),
        Some(_) => None,
    };
    for code in codes {
        guesses += 1;
        // An empty code does not count as a code, and no phone accepts it as a guess.
        let Ok(code) = Passphrase::new(code) else { continue };
        let opens = match &wrapped {
            Some(wrapped) => vault::opens(wrapped, &code)?,
            None => match Vault::open(folder, &code) {
                Ok(_) => true,
                Err(ProfileError::WrongPassphrase) => false,
                Err(error) => return Err(error),
            },
        };
        if opens {
            outcome = Some(Guessed::Found { guess: guesses });
        } else if erase_after == Some(guesses) {
            vault::erase(folder)?;
            outcome = Some(Guessed::Erased { guesses });
        }
        if outcome.is_some() {
            break;
        }
    }
    let timing = GuessTiming { guesses, all: clock().saturating_sub(start) };
    Ok((outcome.unwrap_or(Guessed::NotAmongThem { guesses }), timing))
}

/// The contents of a phone that can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OnThePhone {
    /// Everything that the phone shows, by conversation.
    pub facts: Facts,
    /// The time of the oldest text that still exists.
    pub oldest: Option<Timestamp>,
    /// The contacts with disappearing texts, and the lifetime in seconds. Texts that had expired when the phone was
    /// seized are not on it.
    pub timers: Vec<(String, u32)>,
}

/// The result of seizing a phone without a passcode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum SeizureResult {
    /// The phone is open, and its holder reads it.
    Open(OnThePhone),
    /// The phone is locked and its program runs. A reader of its memory has the keys, and with them these contents.
    KeysInMemory(OnThePhone),
    /// Only the file is available, and it is sealed.
    Sealed {
        /// The file's length in bytes.
        bytes: u64,
    },
}

/// Reads a seized phone. The answer calls its owner `owner`. For a locked phone it contains what a tool that reads
/// memory extracts. Without such a tool, a locked phone is as good as sealed.
///
/// # Errors
/// [`PhoneError`] if the phone cannot be read.
pub fn serve(phone: &SeizedPhone<'_>, owner: &str) -> Result<SeizureResult, PhoneError> {
    Ok(match (phone.state(), phone.memory()) {
        (LockState::Unlocked, Some(running)) => SeizureResult::Open(read(running, owner)?),
        (LockState::AfterFirstUnlock, Some(running)) => SeizureResult::KeysInMemory(read(running, owner)?),
        _ => SeizureResult::Sealed { bytes: vault::length(phone.folder()) },
    })
}

/// Reads everything that an open phone shows. A text from the owner to a group names the group and no recipient.
///
/// # Errors
/// [`PhoneError`] if the phone cannot be read.
pub fn read(phone: &Phone, owner: &str) -> Result<OnThePhone, PhoneError> {
    let mut facts = Facts::default();
    let contacts = phone.contacts()?;
    let own = phone.account().address.map(|address| address.account);
    let name = |account: AccountId| {
        let number =
            contacts.iter().find(|contact| contact.account == account).and_then(|it| it.handle.as_ref());
        match number {
            _ if Some(account) == own => owner.to_owned(),
            Some(number) => number.to_string(),
            None => format!("account {account}"),
        }
    };
    let groups = phone.groups()?;
    let mut say = |entry: &HistoryEntry, other: Option<String>| {
        let Some(text) = entry.text() else { return };
        let (owner, received) = (Some(owner.to_owned()), entry.is_received());
        let (from, to) = if received { (other, owner) } else { (owner, other) };
        let group = addressed(entry.group, &groups);
        facts.said.push(ReadableText { at: entry.sent_at, from, to, text: text.to_owned(), group });
    };
    for contact in &contacts {
        for entry in phone.history(contact.account)? {
            say(&entry, Some(name(contact.account)));
        }
    }
    for group in &groups {
        // Texts of others to the group are part of their own conversations.
        for said in phone.group_history(group.id)?.iter().filter(|said| said.from.is_none()) {
            say(&said.entry, None);
        }
    }
    facts.said.sort();
    for group in groups {
        let members =
            group.members.iter().map(|member| Member { group: group.name.clone(), member: name(*member) });
        facts.members.extend(members);
    }
    facts.members.sort();
    let oldest = facts.said.iter().map(|said| said.at).min();
    let timers = contacts.iter().filter_map(|it| Some((name(it.account), it.expires_after?)));
    Ok(OnThePhone { facts, oldest, timers: timers.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_of_their_kind_and_in_order() {
        let first = |kind: PasscodeKind| kind.in_order().take(2).collect::<Vec<_>>();
        assert_eq!(first(PasscodeKind::FourDigits), ["0000", "0001"]);
        assert_eq!(first(PasscodeKind::SixDigits), ["000000", "000001"]);
        assert_eq!(first(PasscodeKind::SixLettersOrDigits), ["aaaaaa", "aaaaab"]);
        assert_eq!(first(PasscodeKind::TwentyFourLetters).concat().len(), 48);
        assert_eq!(PasscodeKind::SixWords.in_order().count(), 0);
        assert_eq!(four_digits().last().as_deref(), Some("9999"));
        assert_eq!(four_digits().count() as u128, PasscodeKind::FourDigits.codes());
    }

    #[test]
    fn a_reckoned_time_is_said_in_one_unit() {
        let all = |kind: PasscodeKind| about(kind.seconds_for_all(SUPPOSED_GUESS));
        assert_eq!(
            PasscodeKind::ALL.map(all),
            ["13 minutes", "22 hours", "5.5 years", "more than a million years", "more than a million years"]
        );
        assert_eq!((about(0.08), about(30.0)), ("80 ms".into(), "30 seconds".into()));
    }
}
