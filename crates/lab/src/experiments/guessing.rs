//! Guessing the passcode of a phone that is off: the guesses that were tried, and the time that all codes of the kind
//! would take.
//!
//! The findings go into the evidence, with calculated times only. Times by the clock are returned beside it
//! ([`GuessTime`]).

use std::io;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use pillarbox_access::demand::seized_phone::{
    self, ERASES_AFTER, Guessed, PasscodeKind, SUPPOSED_GUESS, about, guess,
};
use pillarbox_client::{Passphrase, Phone, Vault, vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_wire::Timestamp;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use super::error::ExperimentError;
use crate::english::grouped;
use crate::evidence::guesses::{codes_tried, supposed_guess_ms};
use crate::scenario;
use crate::score::Guesses;
use crate::scratch::Scratch;
use crate::stopwatch::{Stopwatch, TELLS_TIME};
use crate::world::WorldError;

/// The number of guesses that are timed on a vault as phones in use create it. Each takes long on purpose.
const TIMED_GUESSES: usize = 2;

/// The time that guessing took by the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuessTime {
    /// The number of guesses on the phones of worlds. The vaults of these phones use the least key derivation that is
    /// allowed.
    pub guesses: u64,
    /// The total time of these guesses.
    pub all: Duration,
    /// The time of one guess on a vault as phones in use create it; `None` if it could not be measured.
    pub in_use: Option<Duration>,
}

impl GuessTime {
    /// Adds both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            guesses: self.guesses + other.guesses,
            all: self.all + other.all,
            in_use: self.in_use.or(other.in_use),
        }
    }
}

/// The result of guessing: in numbers, in words, the wrapped key that was attacked, and the time by the clock.
pub(super) struct Tried {
    pub(super) guesses: Guesses,
    /// The phone, if a code opened it.
    pub(super) opened: Option<Phone>,
    pub(super) reasons: Vec<String>,
    pub(super) wrapped_key: Vec<u8>,
    pub(super) time: GuessTime,
}

/// Guesses the passcode of the vault in `folder`.
pub(super) fn try_codes(folder: &Path, kind: PasscodeKind) -> Result<Tried, ExperimentError> {
    let mut reasons = Vec::new();
    // The guesses work on a copy, because the phone's program may still have the original open.
    let copy = copied(folder)?;
    let start = Stopwatch::start();
    let (guessed, timing) = guess(copy.path(), codes_tried(kind), None, || start.elapsed())?;
    let all = about(kind.seconds_for_all(SUPPOSED_GUESS));
    let half = about(kind.seconds_for_all(SUPPOSED_GUESS) / 2.0);
    // Above a bound, both times have the same wording.
    let long = if all == half {
        format!("half of them alone would take {half}")
    } else {
        format!("all of them would take {all}, and half of them {half}")
    };
    reasons.push(match &guessed {
        Guessed::Found { guess } => {
            let (guess, codes) = (grouped(u128::from(*guess)), grouped(kind.codes()));
            format!("Codes were tried on a copy in their order, and number {guess} of {codes} opens it.")
        }
        Guessed::NotAmongThem { guesses } => format!(
            "The first {} were tried on a copy, and none opens it: that shows how guessing works, and not how far it comes.",
            grouped(u128::from(*guesses))
        ),
        Guessed::Erased { guesses } => format!("It erased itself after {guesses} wrong passcodes."),
    });
    reasons.push(format!(
        "The passcode has {}, of which there are {}. If one guess took {} ms (a hypothesis), {long}: arithmetic, not measured.",
        kind.wording(),
        grouped(kind.codes()),
        SUPPOSED_GUESS.as_millis(),
    ));
    let (erased, is_left) = erasing(folder, kind)?;
    reasons.push(match &erased {
        Guessed::Erased { guesses } if !is_left => {
            format!("Set to erase itself after {ERASES_AFTER} wrong guesses, it was gone after {guesses}.")
        }
        Guessed::Erased { guesses } => format!("Told to erase itself, it was still there after {guesses}."),
        Guessed::Found { guess } => {
            format!("Set to erase itself, it was open with guess {guess} before that.")
        }
        Guessed::NotAmongThem { guesses } => format!("Set to erase itself, it bore {guesses} guesses."),
    });
    let found = |guessed: &Guessed| match guessed {
        Guessed::Found { guess } => Some(*guess),
        Guessed::NotAmongThem { .. } | Guessed::Erased { .. } => None,
    };
    let guesses = Guesses {
        kind: kind.wording().to_owned(),
        codes: kind.codes().to_string(),
        supposed_guess_ms: supposed_guess_ms(),
        tried: timing.guesses,
        opened_by: found(&guessed),
        erases_after: ERASES_AFTER,
        erased_after: match &erased {
            Guessed::Erased { guesses } if !is_left => Some(*guesses),
            _ => None,
        },
        opened_before: found(&erased),
    };
    let time = GuessTime { guesses: timing.guesses, all: timing.all, in_use: guess_in_use() };
    let opened = match found(&guessed) {
        Some(guess) => opened(copy.path(), kind, guess)?,
        None => None,
    };
    Ok(Tried { guesses, opened, reasons, wrapped_key: vault::wrapped_key(copied(folder)?.path())?, time })
}

/// Opens the phone in `folder` with the code that was guessed.
fn opened(folder: &Path, kind: PasscodeKind, guess: u64) -> Result<Option<Phone>, ExperimentError> {
    let place = usize::try_from(guess.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(code) = kind.in_order().nth(place).and_then(|code| Passphrase::new(code).ok()) else {
        return Ok(None);
    };
    // The phone is read and never speaks, so neither the time nor its new secrets matter.
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    Ok(Some(Phone::open(folder, &code, Timestamp(0), &mut rng)?))
}

/// Guesses on a phone that erases itself and that nobody can copy. Returns the result, and whether the vault still
/// exists.
fn erasing(folder: &Path, kind: PasscodeKind) -> Result<(Guessed, bool), ExperimentError> {
    let copy = copied(folder)?;
    let (guessed, _) = guess(copy.path(), codes_tried(kind), Some(ERASES_AFTER), || Duration::ZERO)?;
    Ok((guessed, vault::length(copy.path()) > 0))
}

/// Returns the kind of a scenario's passcode.
pub(super) const fn kind(passcode: scenario::Passcode) -> PasscodeKind {
    match passcode {
        scenario::Passcode::FourDigits => PasscodeKind::FourDigits,
        scenario::Passcode::SixDigits => PasscodeKind::SixDigits,
        scenario::Passcode::SixLetters => PasscodeKind::SixLettersOrDigits,
        scenario::Passcode::Passphrase => PasscodeKind::TwentyFourLetters,
    }
}

/// Measures one guess on a vault as phones in use create it. One measurement serves a whole run, since the guess is
/// the same for all phones.
fn guess_in_use() -> Option<Duration> {
    static MEASURED: OnceLock<Option<Duration>> = OnceLock::new();
    *MEASURED.get_or_init(|| {
        if !TELLS_TIME {
            return None;
        }
        let folder = Scratch::new().ok()?;
        let place = folder.path().join("phone");
        let right = Passphrase::new(seized_phone::four_digits().last()?).ok()?;
        let mut rng = ChaCha20Rng::from_seed([0; 32]);
        drop(Vault::create(&place, &right, PasswordCost::INTERACTIVE, &mut rng).ok()?);
        let start = Stopwatch::start();
        let codes = seized_phone::four_digits().take(TIMED_GUESSES);
        guess(&place, codes, None, || start.elapsed()).ok()?.1.guess()
    })
}

/// Copies a vault's folder.
pub(super) fn copied(folder: &Path) -> Result<Scratch, ExperimentError> {
    let copy = || -> io::Result<Scratch> {
        let copy = Scratch::new()?;
        vault::copy(folder, copy.path())?;
        Ok(copy)
    };
    Ok(copy().map_err(|error| WorldError::Folder(error.kind()))?)
}
