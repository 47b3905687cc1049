//! Guesses are really made. A planted code is found at its position, a wrong code is not found, and a phone that
//! erases itself yields nothing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::Duration;

use pillarbox_access::demand::seized_phone::{
    Guessed, PasscodeKind, SeizureResult, four_digits, guess, serve,
};
use pillarbox_access::view::SeizedPhone;
use pillarbox_client::{Passphrase, ProfileError, Vault, vault};
use pillarbox_crypto::PasswordCost;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// Creates a vault behind this code at the least cost, because the test is about guessing and not about waiting.
fn sealed(folder: &Path, code: &str) {
    let code = Passphrase::new(code.into()).unwrap();
    Vault::create(folder, &code, PasswordCost::TESTING, &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
}

/// Returns a clock that advances by a second at every reading.
fn ticking() -> impl FnMut() -> Duration {
    let mut seconds = 0;
    move || {
        seconds += 1;
        Duration::from_secs(seconds)
    }
}

#[test]
fn a_planted_code_is_found_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    sealed(folder.path(), "0006");
    let (found, timing) = guess(folder.path(), four_digits(), None, ticking()).unwrap();
    assert_eq!(found, Guessed::Found { guess: 7 });
    assert_eq!((timing.guesses, timing.all), (7, Duration::from_secs(1)));
    // Another run finds the same code, however long it takes.
    let (again, _) = guess(folder.path(), four_digits(), None, || Duration::ZERO).unwrap();
    assert_eq!(again, found);
}

#[test]
fn a_code_that_is_not_among_them_is_not_found() {
    let folder = tempfile::tempdir().unwrap();
    sealed(folder.path(), "correct horse battery staple");
    let (found, timing) = guess(folder.path(), four_digits().take(20), None, ticking()).unwrap();
    assert_eq!((found, timing.guesses), (Guessed::NotAmongThem { guesses: 20 }, 20));
    assert!(folder.path().join(vault::FILE_NAME).exists());
}

#[test]
fn a_phone_that_erases_itself_is_gone_after_ten_guesses() {
    let folder = tempfile::tempdir().unwrap();
    sealed(folder.path(), "0010");
    let (outcome, _) = guess(folder.path(), four_digits(), Some(10), ticking()).unwrap();
    assert_eq!(outcome, Guessed::Erased { guesses: 10 }, "the eleventh would have been the code");
    let right = Passphrase::new("0010".into()).unwrap();
    assert_eq!(Vault::open(folder.path(), &right).unwrap_err(), ProfileError::NoProfile);

    let folder = tempfile::tempdir().unwrap();
    sealed(folder.path(), "0009");
    let (outcome, _) = guess(folder.path(), four_digits(), Some(10), ticking()).unwrap();
    assert_eq!(outcome, Guessed::Found { guess: 10 }, "the tenth guess is made before it counts");
}

#[test]
fn the_published_arithmetic_is_ours_at_80_milliseconds() {
    let figures = include_str!("../oracles/figures.csv");
    let expected = |id: &str| -> f64 {
        let row = figures.lines().find(|line| line.starts_with(id)).unwrap();
        row.split(',').nth(3).unwrap().parse().unwrap()
    };
    let guess = Duration::from_millis(80);
    for (passcode, id) in [
        (PasscodeKind::FourDigits, "passcode_4_digits_s"),
        (PasscodeKind::SixDigits, "passcode_6_digits_s"),
        (PasscodeKind::SixLettersOrDigits, "passcode_6_alnum_s"),
    ] {
        let (ours, theirs) = (passcode.seconds_for_all(guess), expected(id));
        assert!((ours - theirs).abs() < theirs * 1e-9, "{id}: {ours} {theirs}");
    }
    assert_eq!(four_digits().count() as u128, PasscodeKind::FourDigits.codes());
}

#[test]
fn a_phone_that_is_off_shows_a_sealed_file() {
    let folder = tempfile::tempdir().unwrap();
    sealed(folder.path(), "0000");
    let seized = serve(&SeizedPhone::off(folder.path()), "Ann").unwrap();
    assert!(matches!(seized, SeizureResult::Sealed { bytes: 1.. }), "{seized:?}");
}
