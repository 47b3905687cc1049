//! Forged evidence of phones, locked vaults and reports. Each is forged so that digests and cells agree with it. The
//! forgery is noticed because its bytes are read again, without any world.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::num::NonZeroUsize;
use std::sync::LazyLock;
use std::sync::atomic::AtomicBool;

use data_encoding::HEXLOWER;
use pillarbox_access::designs;
use pillarbox_lab::evidence::{Evidence, How, Piece};
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::check::Folder;
use pillarbox_lab::matrix::rerun::Rerun;
use pillarbox_lab::matrix::{self, Plan, Run};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::{Scenario, library};
use pillarbox_lab::score::{Counts, Share};
use sha2::{Digest as _, Sha256};

const DEMANDS: [&str; 7] = [
    "content-warrant",
    "seized-phone-off",
    "seized-phone-locked",
    "seized-phone-open",
    "participant",
    "victims-report",
    "takedown",
];

fn run(scenario: Scenario, designs: &[&str], demands: &[&str]) -> Run {
    let rerun = Rerun {
        scenario: scenario.name.clone(),
        designs: designs.iter().map(|&name| name.to_owned()).collect(),
        demands: demands.iter().map(|&name| name.to_owned()).collect(),
        seed: scenario.seed,
        month: false,
    };
    let plan = Plan {
        seed: scenario.seed,
        scenario,
        designs: designs.iter().map(|name| designs::named(name).unwrap().clone()).collect(),
        demands: demands.iter().map(|&name| name.to_owned()).collect(),
        threads: NonZeroUsize::MIN,
        control: Control::built_in().unwrap(),
        rerun: rerun.to_line(),
    };
    matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap()
}

/// One design stamps what it delivers, and the other has channels.
static RUN: LazyLock<Run> = LazyLock::new(|| {
    run(Control::built_in().unwrap().scenario, &["messenger", "telegram-cloud-2017"], &DEMANDS)
});

/// A story in which the target writes with more than one person.
static SEVERAL: LazyLock<Run> =
    LazyLock::new(|| run(library::find("westminster-2017").unwrap(), &["end-to-end"], &["participant"]));

fn folder(run: &Run) -> Folder {
    let files = run.files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes()));
    Folder::of(run.manifest.clone(), files.collect())
}

fn digest(text: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}

/// Returns the findings about a folder in which one evidence file is forged, together with everything that names its
/// digest.
fn forged(name: &str, forge: impl FnOnce(&mut Evidence)) -> Vec<String> {
    forged_in(&RUN, name, forge)
}

fn forged_in(run: &Run, name: &str, forge: impl FnOnce(&mut Evidence)) -> Vec<String> {
    let mut folder = folder(run);
    let file = format!("evidence/{name}.json");
    let mut evidence = folder.evidence(&file).unwrap();
    forge(&mut evidence);
    let text = evidence.to_json();
    assert_ne!(text, run.files[&file], "{name}: nothing was forged");
    let mut cells = folder.cells().unwrap();
    for cell in cells.iter_mut().filter(|cell| cell.evidence == file) {
        *cell = evidence.cell(&cell.control);
    }
    let matrix = format!("{}\n", serde_json::to_string_pretty(&cells).unwrap());
    for (name, text) in [(file, text), ("matrix.json".to_owned(), matrix)] {
        folder.manifest.files.insert(name.clone(), digest(text.as_bytes()));
        folder.files.insert(name, text.into_bytes());
    }
    let mut findings = folder.findings();
    // The table for spreadsheets is generated from the cells, and could be generated again as well.
    findings.retain(|finding| finding != "matrix.csv does not say what matrix.json says");
    findings
}

/// Changes the bytes of the last piece of a kind, and its digest with them.
fn change(evidence: &mut Evidence, how: How) {
    let Piece { value, sha256, .. } =
        evidence.pieces.iter_mut().rev().find(|piece| piece.how == how).unwrap();
    let mut bytes = HEXLOWER.decode(value.as_bytes()).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    (*value, *sha256) = (HEXLOWER.encode(&bytes), digest(&bytes));
}

#[track_caller]
fn noticed(findings: &[String], name: &str, says: &str) {
    let file = format!("evidence/{name}.json: ");
    assert!(
        findings.iter().any(|finding| finding.starts_with(&file) && finding.contains(says)),
        "{name}: {findings:?}"
    );
}

#[test]
fn a_text_out_of_a_backup_rests_on_the_key_too_however_early_it_was_left() {
    let run =
        run(library::find("backup-2025").unwrap(), &["imessage"], &["interception", "notice-to-change"]);
    assert_eq!(folder(&run).findings(), Vec::<String>::new());
}

#[test]
fn what_was_not_forged_is_found_as_it_is() {
    for run in [&*RUN, &*SEVERAL] {
        assert_eq!(folder(run).findings(), Vec::<String>::new());
    }
}

#[test]
fn a_phone_on_which_somebody_put_or_took_words_is_noticed() {
    for name in ["messenger--seized-phone-open", "messenger--seized-phone-locked", "messenger--participant"] {
        let texts = "its texts are not those that the rows of the phone give";
        noticed(&forged(name, |evidence| evidence.brought.said[0].text.push('!')), name, texts);
        noticed(&forged(name, |evidence| drop(evidence.brought.said.pop())), name, texts);
        noticed(&forged(name, |evidence| evidence.brought.said[0].at.0 += 1), name, texts);
        noticed(&forged(name, |evidence| evidence.brought.said[0].from = None), name, texts);
        let unreadable = "cannot be read again";
        noticed(&forged(name, |evidence| change(evidence, How::PhoneRow)), name, unreadable);
        noticed(&forged(name, |evidence| change(evidence, How::PhoneKey)), name, unreadable);
        // Without its bytes, nothing supports its words.
        let bare = forged(name, |evidence| evidence.pieces.clear());
        let says = if name.ends_with("participant") { texts } else { "none of its bytes says" };
        noticed(&bare, name, says);
    }
}

#[test]
fn words_on_the_phone_of_another_contact_are_noticed() {
    let name = "end-to-end--participant";
    let other = |evidence: &mut Evidence| {
        let party = evidence.brought.parties.last_mut().unwrap();
        assert_ne!(party.said, evidence.brought.said);
        party.said.clear();
    };
    let says = "shows is not what the rows of the phone give";
    noticed(&forged_in(&SEVERAL, name, other), name, says);
    let fewer = |evidence: &mut Evidence| evidence.brought.parties.truncate(1);
    noticed(&forged_in(&SEVERAL, name, fewer), name, "does not say what they show");
}

#[test]
fn a_passcode_that_opens_nothing_and_a_phone_that_erased_nothing_are_noticed() {
    let name = "messenger--seized-phone-off";
    let says = "passcodes come out otherwise when they are tried again";
    noticed(&forged(name, |evidence| evidence.effects.guesses[0].opened_by = Some(3)), name, says);
    noticed(&forged(name, |evidence| evidence.effects.guesses[0].erased_after = None), name, says);
    noticed(&forged(name, |evidence| evidence.effects.guesses[0].codes = "10".into()), name, says);
    noticed(&forged(name, |evidence| change(evidence, How::WrappedKey)), name, "cannot be tried again");
    noticed(&forged(name, |evidence| evidence.effects.guesses.clear()), name, "of 0 vaults");
}

#[test]
fn a_report_of_other_words_people_or_times_is_noticed() {
    let name = "messenger--victims-report";
    let says = "no report in it proves";
    noticed(&forged(name, |evidence| evidence.brought.said[0].text.push('!')), name, says);
    noticed(&forged(name, |evidence| evidence.brought.said[0].at.0 += 1), name, says);
    let swapped = forged(name, |evidence| {
        let text = &mut evidence.brought.said[0];
        std::mem::swap(&mut text.from, &mut text.to);
    });
    noticed(&swapped, name, says);
    let more = |evidence: &mut Evidence| {
        evidence.counted = Some(Counts { returned: 2, of: 2, ..Counts::default() });
    };
    noticed(&forged(name, more), name, "its bytes prove 1 of 1");
    let restamped = |evidence: &mut Evidence| {
        let piece = evidence.pieces.iter_mut().find(|piece| piece.how == How::Report).unwrap();
        let mut report: serde_json::Value = serde_json::from_str(&piece.value).unwrap();
        report["accepted_at"] = (report["accepted_at"].as_u64().unwrap() + 1).into();
        piece.value = report.to_string();
        piece.sha256 = digest(piece.value.as_bytes());
    };
    noticed(&forged(name, restamped), name, says);
}

#[test]
fn an_answer_that_claims_to_be_tied_more_firmly_than_its_bytes_tie_it_is_noticed() {
    for name in ["messenger--content-warrant", "messenger--seized-phone-open", "messenger--participant"] {
        let stamped = forged(name, |evidence| evidence.brought.origin.stamp_verified = true);
        noticed(&stamped, name, "it comes from elsewhere than it says");
    }
}

#[test]
fn posts_that_were_not_destroyed_are_noticed() {
    let name = "telegram-cloud-2017--takedown";
    let more = |evidence: &mut Evidence| {
        evidence.effects.posts.as_mut().unwrap().destroyed = Share { n: 9, of: 9 };
    };
    noticed(&forged(name, more), name, "it says that 9 posts were destroyed");
}
