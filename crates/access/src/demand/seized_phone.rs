//! A phone that was taken from its owner: what an open one shows, what the memory of a locked one gives, and what guessing the
//! passcode of one that is off takes.
//!
//! Guesses are made with the vault's own key derivation, one after the other. Time is measured by a clock that the caller hands
//! in and stands in [`Timing`], apart from everything else: two runs find the same code with the same guess, and need not take
//! the same time. Whoever hashes a record leaves `Timing` out.

use std::path::Path;
use std::time::Duration;

use pillarbox_client::{Entry, Passphrase, Phone, PhoneError, ProfileError, Vault, vault};
use pillarbox_wire::{AccountId, Timestamp};
use serde::Serialize;

use super::definition::{Demand, EVERYTHING, View, When};
use crate::facts::{Facts, Member, Said, addressed};
use crate::view::{LockState, SeizedPhone};

/// See the module.
pub const SEIZED_PHONE: Demand = Demand {
    name: "seized-phone",
    title: "a seized phone",
    plain: "what is on the phone itself, if it can be opened",
    reaches: EVERYTHING,
    view: View::SeizedPhone,
    when: When::Past,
};

/// How many codes a kind of passcode has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Passcode {
    /// Four digits.
    FourDigits,
    /// Six digits.
    SixDigits,
    /// Six small letters or digits.
    SixLettersOrDigits,
    /// Twenty-four small letters: as long as a sentence, and drawn.
    TwentyFourLetters,
    /// Six words drawn from a list of 7,776, as with five dice each.
    SixWords,
}

const DIGITS: &str = "0123456789";

const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

const LETTERS_AND_DIGITS: &str = "abcdefghijklmnopqrstuvwxyz0123456789";

/// What one guess takes in the papers' arithmetic: the figure `passcode_guess_ms` of `oracles/figures.csv`, a hypothesis for phones
/// that derive in their own hardware. What a guess takes on the computer that writes a paper differs from run to run.
pub const SUPPOSED_GUESS: Duration = Duration::from_millis(80);

/// The number of wrong guesses after which a phone erases itself, if its owner has switched that on.
pub const ERASES_AFTER: u64 = 10;

impl Passcode {
    /// Every kind, the weakest first.
    pub const ALL: [Self; 5] = [
        Self::FourDigits,
        Self::SixDigits,
        Self::SixLettersOrDigits,
        Self::SixWords,
        Self::TwentyFourLetters,
    ];

    /// The kind in words.
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

    /// The characters that a code has, and how many of them; none where it is made of words.
    const fn characters(self) -> Option<(&'static str, u32)> {
        match self {
            Self::FourDigits => Some((DIGITS, 4)),
            Self::SixDigits => Some((DIGITS, 6)),
            Self::SixLettersOrDigits => Some((LETTERS_AND_DIGITS, 6)),
            Self::TwentyFourLetters => Some((LETTERS, 24)),
            Self::SixWords => None,
        }
    }

    /// The codes of this kind in the order of their characters, all of them; none where they are made of words, since a list of words
    /// is not part of this program.
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

    /// How many codes there are of this kind.
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

    /// Seconds to try every code of this kind, one after the other, if a guess takes so long. On average half of it finds the code.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an estimate: three digits of it are read")]
    pub fn seconds_for_all(self, guess: Duration) -> f64 {
        self.codes() as f64 * guess.as_secs_f64()
    }
}

/// The four-digit codes in order, as many as there are.
pub fn four_digits() -> impl Iterator<Item = String> {
    Passcode::FourDigits.in_order()
}

/// A time that was reckoned, in the largest unit that it is two of: nobody reads more of it than that.
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

/// What came of guessing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Guessed {
    /// The code was found.
    Found {
        /// Which guess it was, from 1.
        guess: u64,
    },
    /// It was none of those that were tried.
    NotAmongThem {
        /// How many were tried.
        guesses: u64,
    },
    /// The phone has erased itself.
    Erased {
        /// After how many wrong guesses.
        guesses: u64,
    },
}

/// How long guessing took. Not part of what a run finds: another computer takes another time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Timing {
    /// How many guesses were timed.
    pub guesses: u64,
    /// How long they took together.
    pub all: Duration,
}

impl Timing {
    /// How long one took on average; none if there was none.
    #[must_use]
    pub fn guess(&self) -> Option<Duration> {
        u32::try_from(self.guesses).ok().filter(|guesses| *guesses > 0).map(|guesses| self.all / guesses)
    }
}

/// Tries codes on the vault in `folder`. With `erase_after` the phone counts wrong guesses and destroys its vault at that
/// number, as it does whatever the guesser wants if guesses can only be made through it; whoever works on a copy of the file
/// has no such phone. `clock` says how much time has passed since any fixed moment.
///
/// # Errors
/// [`ProfileError`], other than that a code was wrong.
pub fn guess(
    folder: &Path,
    codes: impl IntoIterator<Item = String>,
    erase_after: Option<u64>,
    mut clock: impl FnMut() -> Duration,
) -> Result<(Guessed, Timing), ProfileError> {
    let start = clock();
    let mut guesses = 0;
    let mut outcome = None;
    // Whoever has a copy of the file tries on the wrapped key; where guesses go through the phone, each opens the vault.
    let wrapped = match erase_after {
        None => Some(vault::wrapped_key(folder)?),
        Some(_) => None,
    };
    for code in codes {
        guesses += 1;
        // An empty code is none, and no phone takes it as a guess.
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
    let timing = Timing { guesses, all: clock().saturating_sub(start) };
    Ok((outcome.unwrap_or(Guessed::NotAmongThem { guesses }), timing))
}

/// What a phone gives to whoever can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OnThePhone {
    /// Everything that it shows, by conversation.
    pub facts: Facts,
    /// The oldest text that is still there.
    pub oldest: Option<Timestamp>,
    /// With whom texts disappear, and after how many seconds: what was over when the phone was taken is not on it.
    pub timers: Vec<(String, u32)>,
}

/// What comes of a seized phone without a passcode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Seized {
    /// It is open: whoever holds it reads it.
    Open(OnThePhone),
    /// It is locked and its program runs: whoever can read its memory has the keys, and with them this.
    KeysInMemory(OnThePhone),
    /// Only the file is there, and it is sealed.
    Sealed {
        /// Its length.
        bytes: u64,
    },
}

/// Reads a seized phone, named `owner` in what comes of it. For one that is locked this is what its memory gives to a tool that
/// reads memory; without such a tool it is as good as sealed.
///
/// # Errors
/// [`PhoneError`] if the phone cannot be read.
pub fn serve(phone: &SeizedPhone<'_>, owner: &str) -> Result<Seized, PhoneError> {
    Ok(match (phone.state(), phone.memory()) {
        (LockState::Unlocked, Some(running)) => Seized::Open(read(running, owner)?),
        (LockState::AfterFirstUnlock, Some(running)) => Seized::KeysInMemory(read(running, owner)?),
        _ => Seized::Sealed { bytes: vault::length(phone.folder()) },
    })
}

/// Everything that an open phone shows. Where the owner wrote to a group, the group is named and no single person.
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
    let mut say = |entry: &Entry, other: Option<String>| {
        let Some(text) = entry.text() else { return };
        let (owner, received) = (Some(owner.to_owned()), entry.is_received());
        let (from, to) = if received { (other, owner) } else { (owner, other) };
        let group = addressed(entry.group, &groups);
        facts.said.push(Said { at: entry.sent_at, from, to, text: text.to_owned(), group });
    };
    for contact in &contacts {
        for entry in phone.history(contact.account)? {
            say(&entry, Some(name(contact.account)));
        }
    }
    for group in &groups {
        // What others said to the group stands among what they said.
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
        let first = |kind: Passcode| kind.in_order().take(2).collect::<Vec<_>>();
        assert_eq!(first(Passcode::FourDigits), ["0000", "0001"]);
        assert_eq!(first(Passcode::SixDigits), ["000000", "000001"]);
        assert_eq!(first(Passcode::SixLettersOrDigits), ["aaaaaa", "aaaaab"]);
        assert_eq!(first(Passcode::TwentyFourLetters).concat().len(), 48);
        assert_eq!(Passcode::SixWords.in_order().count(), 0);
        assert_eq!(four_digits().last().as_deref(), Some("9999"));
        assert_eq!(four_digits().count() as u128, Passcode::FourDigits.codes());
    }

    #[test]
    fn a_reckoned_time_is_said_in_one_unit() {
        let all = |kind: Passcode| about(kind.seconds_for_all(SUPPOSED_GUESS));
        assert_eq!(
            Passcode::ALL.map(all),
            ["13 minutes", "22 hours", "5.5 years", "more than a million years", "more than a million years"]
        );
        assert_eq!((about(0.08), about(30.0)), ("80 ms".into(), "30 seconds".into()));
    }
}
