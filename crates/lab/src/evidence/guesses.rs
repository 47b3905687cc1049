//! The passcodes that are tried on a phone that is off: by the holder of the phone, and by a reader who checks the
//! evidence.

use pillarbox_access::demand::seized_phone::{PasscodeKind, SUPPOSED_GUESS};

/// The largest number of codes that are all tried on a phone that is off: the codes of four digits, which take about a
/// second.
const SMALL: u128 = 10_000;

/// The number of codes of a larger kind that are tried: enough to see that guessing goes through the vault's own key
/// derivation, and few enough for a matrix. The time for all codes is calculated (docs/howto/read-a-matrix.md).
const GUESSES: usize = 20;

/// Returns the time of one guess in calculations, in milliseconds.
pub(crate) fn supposed_guess_ms() -> u64 {
    u64::try_from(SUPPOSED_GUESS.as_millis()).unwrap_or(u64::MAX)
}

/// Returns the codes of a kind that are tried on a phone that is off: all of a small kind, the first of a larger one.
pub(crate) fn codes_tried(kind: PasscodeKind) -> impl Iterator<Item = String> {
    kind.in_order().take(if kind.codes() <= SMALL { usize::MAX } else { GUESSES })
}
