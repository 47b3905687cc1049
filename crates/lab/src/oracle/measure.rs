//! Numbers for the table of figures: each is measured on a run, or calculated if the table's number is calculated.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use pillarbox_access::Item;
use pillarbox_access::demand::seized_phone::{Guessed, PasscodeKind, four_digits, guess};
use pillarbox_access::design::Design;
use pillarbox_access::oracle::compare::Measurements;
use pillarbox_access::oracle::figures::{FIGURES, MeasuredFigure};
use pillarbox_access::oracle::{Asked, Observed as _, Process, StandIn};
use pillarbox_client::{Passphrase, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_wire::Timestamp;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::error::OracleError;
use super::run::OracleRun;
use super::{salamander, waiting};

/// The seconds of a day.
const DAY: f64 = 86_400.0;

/// The shortest run of bytes on a wire that must carry a message, whatever its content. Acknowledgements, questions
/// and certificates are shorter.
const SHORTEST_BLOCK: usize = 4_096;

/// Figures that the table calculates, and that are calculated here in the same way. No run takes part in them.
pub(super) const COMPUTED: [&str; 3] = ["passcode_4_digits_s", "passcode_6_digits_s", "passcode_6_alnum_s"];

/// Measures one design, for the figures that the tables have of its messenger.
///
/// # Errors
/// [`OracleError`].
pub(super) fn of_design(
    design: &Design,
    standing: &StandIn,
    run: &OracleRun,
) -> Result<Measurements, OracleError> {
    let mut measured = Measurements::new();
    for figure in FIGURES.iter().filter(|figure| figure.app() == Some(&standing.app)) {
        let value = match figure.measure() {
            "last_seen_granularity_s" => last_seen(run),
            "queue_days" => waiting::days(design, whole(figure.expected))?,
            "block_bytes" => block(run),
            "pen_minutes" => run.longest_gap().map(|gap| MeasuredFigure::Exactly(seconds(gap.0) / 60.0)),
            "lookup_days" => oldest(run, Process::Order, Item::LookupLog),
            "chat_days" => oldest(run, Process::SearchWarrant, Item::MessageContent),
            _ => None,
        };
        if let Some(value) = value {
            measured.insert(figure.measure().to_owned(), value);
        }
    }
    Ok(measured)
}

/// Measures the figures that belong to no messenger: the time for all passcodes at the table's own time for a guess,
/// the wrong codes that a self-erasing phone allows, the texts to which one ciphertext can open, and the evidence from
/// a blocking order in all runs.
pub(super) fn of_nobody(blocking_evidence: usize) -> Measurements {
    let guess = FIGURES.iter().find(|figure| figure.id == "passcode_guess_ms").map(|figure| figure.expected);
    let mut measured = Measurements::new();
    let mut add = |name: &str, number: f64| measured.insert(name.to_owned(), MeasuredFigure::Exactly(number));
    if let Some(guess) = guess {
        let guess = std::time::Duration::from_secs_f64(guess / 1_000.0);
        let classes = [PasscodeKind::FourDigits, PasscodeKind::SixDigits, PasscodeKind::SixLettersOrDigits];
        for (name, class) in COMPUTED.into_iter().zip(classes) {
            add(name, class.seconds_for_all(guess));
        }
    }
    add("franking_salamander_openings", count(salamander::openings()));
    add("blocking_evidence", count(blocking_evidence));
    if let Some(tries) = FIGURES.iter().find(|figure| figure.id == "passcode_wipe_tries")
        && let Some(borne) = erased_after(whole(tries.expected))
    {
        add("passcode_wipe_tries", count(usize::try_from(borne).unwrap_or(usize::MAX)));
    }
    measured
}

/// Counts the wrong codes allowed by a phone that is set to erase itself after `tries`. Codes are really tried on a
/// real vault until it is erased, and afterwards the right one opens nothing. Returns nothing if no vault can be
/// created.
fn erased_after(tries: u64) -> Option<u64> {
    let folder = tempfile::tempdir().ok()?;
    let place = folder.path().join("phone");
    // The last of all codes: no guess here is right.
    let right = four_digits().last()?;
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    drop(Vault::create(&place, &Passphrase::new(right.clone()).ok()?, PasswordCost::TESTING, &mut rng).ok()?);
    let no_clock = || std::time::Duration::ZERO;
    let (outcome, _) = guess(&place, four_digits().take(100), Some(tries), no_clock).ok()?;
    let Guessed::Erased { guesses } = outcome else { return None };
    let opens = Vault::open(&place, &Passphrase::new(right).ok()?).is_ok();
    (!opens).then_some(guesses)
}

/// Measures the distance from midnight of the time at which the target was last seen.
fn last_seen(run: &OracleRun) -> Option<MeasuredFigure> {
    let devices = run.holdings().rows().devices.iter().filter(|device| device.account == run.target());
    let seen: Timestamp = devices.filter_map(|device| device.last_seen).max()?;
    Some(MeasuredFigure::Exactly(seconds(seen.0) % DAY))
}

/// Returns the age in days of the oldest returned row, if an older row was not returned.
fn oldest(run: &OracleRun, process: Process, item: Item) -> Option<MeasuredFigure> {
    let ages = run.returned(&Asked::plainly(process)).ages.remove(&item)?;
    let oldest = ages.came.last().copied()?;
    let older = ages.happened.range(oldest + 1..).next();
    older.map(|_| MeasuredFigure::Exactly(f64::from(oldest)))
}

/// Returns the most frequent length of one sending from the target's address. If several lengths are equally frequent,
/// it returns the shortest.
fn block(run: &OracleRun) -> Option<MeasuredFigure> {
    let behind = |peer| run.world().scorer().behind_address(peer) == Some(run.scenario().inquiry.about);
    // The very first uploads are the keys with which an account is created.
    let later = run.world().wire().crossings.iter().filter(|crossing| crossing.at > run.scenario().start);
    let up = later.filter(|crossing| behind(crossing.from));
    let lengths = up.map(|crossing| crossing.bytes.len()).filter(|length| *length >= SHORTEST_BLOCK);
    let mut often: BTreeMap<usize, usize> = BTreeMap::new();
    for length in lengths {
        *often.entry(length).or_default() += 1;
    }
    let length = often
        .into_iter()
        .max_by_key(|(length, times)| (*times, Reverse(*length)))
        .map(|(length, _)| length)?;
    u32::try_from(length).ok().map(|length| MeasuredFigure::Exactly(f64::from(length)))
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 have 41 bits, and a double holds 53")]
fn seconds(milliseconds: u64) -> f64 {
    milliseconds as f64 / 1_000.0
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of days of the table")]
fn whole(days: f64) -> u64 {
    days.max(0.0) as u64
}

#[expect(clippy::cast_precision_loss, reason = "a handful of things")]
const fn count(things: usize) -> f64 {
    things as f64
}
