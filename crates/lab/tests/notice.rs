//! The notice to change the software, by each answer that an operator can give.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use pillarbox_access::demand::notice_to_change::Subject;
use pillarbox_access::design::{AnswersNotice, Design, Mark, NoticeAnswer};
use pillarbox_access::designs;
use pillarbox_access::law::{Country, Day};
use pillarbox_lab::evidence::Evidence;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::matrix::{self, Plan};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::{Scenario, library};
use pillarbox_lab::score::{NoticeOutcome, NoticeOutcomes, Share};

fn answered(scenario: &Scenario, design: Design) -> (Cell, Evidence) {
    let plan = Plan {
        seed: scenario.seed,
        scenario: scenario.clone(),
        designs: vec![design],
        demands: vec!["notice-to-change".into()],
        threads: NonZeroUsize::MIN,
        control: Control::built_in().unwrap(),
        rerun: "pillarbox-lab matrix".into(),
    };
    let run = matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap();
    let cell = run.cells[0].clone();
    let evidence = serde_json::from_str(&run.files[&cell.evidence]).unwrap();
    (cell, evidence)
}

/// Returns a design whose operator answers a notice in this way.
fn answering(design: &str, answer: AnswersNotice) -> Design {
    let mut design = designs::named(design).unwrap().clone();
    design.operator.answers_notice = vec![NoticeAnswer {
        country: Country::GB,
        answer,
        on: Day::new(2025, 1, 1),
        says: "A test says so.".into(),
        from: "a test".into(),
        mark: Mark::Measured,
    }];
    design
}

fn outcomes(cell: &Cell) -> NoticeOutcomes {
    cell.measures.notice.clone().unwrap()
}

fn noticed(outcome: &NoticeOutcome) -> BTreeSet<&str> {
    outcome.noticed.iter().map(|noticed| noticed.who.as_str()).collect()
}

const fn share(n: u64, of: u64) -> Share {
    Share { n, of }
}

/// Writes a story of two people in one country and two in another. Three texts come before the order, and six after it,
/// two of which stay abroad.
fn four_people() -> Scenario {
    let mut text =
        "[scenario]\nname = \"four\"\ntitle = \"Four people\"\nstart = 2025-01-01T08:00:00Z\n\n".to_owned();
    for (name, number, country, knows) in [
        ("Ada", "+447700900123", "GB", "[\"Ben\", \"Cai\"]"),
        ("Ben", "+447700900124", "GB", "[\"Ada\"]"),
        ("Cai", "+12025550125", "US", "[\"Ada\", \"Dee\"]"),
        ("Dee", "+12025550126", "US", "[\"Cai\"]"),
    ] {
        text.push_str(&format!(
            "[[people]]\nname = \"{name}\"\nnumber = \"{number}\"\ncountry = \"{country}\"\nknows = {knows}\n\n"
        ));
    }
    for (at, who, to, says) in [
        ("2025-01-01T09:00:00Z", "Ada", "Ben", "before, one"),
        ("2025-01-01T10:00:00Z", "Cai", "Ada", "before, two"),
        ("2025-01-01T10:05:00Z", "Ada", "Cai", "before, three"),
        ("2025-01-03T09:00:00Z", "Ada", "Ben", "after, one"),
        ("2025-01-03T10:00:00Z", "Ben", "Ada", "after, two"),
        ("2025-01-03T11:00:00Z", "Cai", "Ada", "after, three"),
        ("2025-01-03T11:05:00Z", "Ada", "Cai", "after, four"),
        ("2025-01-03T12:00:00Z", "Cai", "Dee", "abroad, one"),
        ("2025-01-03T12:05:00Z", "Dee", "Cai", "abroad, two"),
    ] {
        text.push_str(&format!(
            "[[events]]\nat = {at}\nwho = \"{who}\"\nsays = \"{says}\"\nto = \"{to}\"\n\n"
        ));
    }
    text.push_str(
        "[demand]\nabout = \"Ada\"\nordered = 2025-01-02T00:00:00Z\nserved = 2025-01-10T00:00:00Z\n",
    );
    Scenario::parse("four.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn an_operator_that_leaves_cuts_off_the_people_of_the_country_and_whoever_writes_to_them() {
    let (cell, evidence) = answered(&four_people(), answering("signal-now", AnswersNotice::Leaves));
    assert_eq!(cell.says, "operator leaves: 4 of 6 messages");
    let NoticeOutcomes { country, about, stated, complied } = outcomes(&cell);
    assert_eq!((country.as_str(), about), ("GB", Some(Subject::Messages)));
    assert_eq!(stated.answer, Some(AnswersNotice::Leaves));
    assert_eq!((stated.content_past, stated.content_future), (share(0, 3), share(0, 4)));
    // Texts within the other country arrive.
    assert_eq!(stated.lost, share(4, 6));
    // The people there are informed. A person who writes to them from abroad learns that there is no such account.
    assert_eq!(noticed(&stated), ["Ada", "Ben", "Cai"].into());
    let of_cai: Vec<&str> =
        stated.noticed.iter().filter(|it| it.who == "Cai").map(|it| it.says.as_str()).collect();
    assert!(of_cai.iter().any(|says| says.contains("a message to Ada was not sent")), "{of_cai:?}");
    // Compliance is measured beside it.
    let complied = complied.unwrap();
    assert_eq!(complied.answer, Some(AnswersNotice::Complies));
    assert_eq!((complied.content_past, complied.content_future), (share(0, 3), share(4, 4)));
    assert_eq!(complied.lost, share(0, 6));
    let other = evidence.alternative.unwrap();
    assert_eq!(other.brought.said.len(), 4);
    assert_ne!(other.world_sha256, evidence.world_sha256);
    let why = cell.reasons.join(" ");
    assert!(why.contains("4 of everybody's 6 messages from then on did not arrive."), "{why}");
    assert!(why.contains("If the operator complied instead, 4 of 4 texts said from then on and 0 of 3 texts said before the order would come back."), "{why}");
}

#[test]
fn an_operator_that_withdraws_messages_keeps_the_accounts_that_nobody_there_reaches() {
    let (cell, _) = answered(&four_people(), answering("signal-now", AnswersNotice::Withdraws));
    assert_eq!(cell.says, "feature withdrawn: 0 of 7 texts");
    let NoticeOutcomes { stated, .. } = outcomes(&cell);
    assert_eq!(stated.lost, share(4, 6));
    // Nobody refuses a person who writes from abroad. The text waits.
    assert_eq!(noticed(&stated), ["Ada", "Ben"].into());
}

#[test]
fn an_operator_that_complies_has_one_outcome() {
    let (cell, evidence) = answered(&four_people(), answering("signal-now", AnswersNotice::Complies));
    assert_eq!(cell.says, "from the order on: 4 of 4 texts");
    let NoticeOutcomes { stated, complied, .. } = outcomes(&cell);
    assert_eq!((stated.answer, complied), (Some(AnswersNotice::Complies), None));
    assert_eq!((stated.content_past, stated.content_future), (share(0, 3), share(4, 4)));
    assert!(evidence.alternative.is_none());
    let closed = "What was said before stayed closed: none of the 3 texts came back.";
    assert!(cell.reasons.iter().any(|reason| reason == closed), "{:?}", cell.reasons);
}

#[test]
fn a_withdrawn_backup_carries_what_was_said_before_and_its_owners_are_told() {
    let story = library::find("backup-2025").unwrap();
    let (cell, evidence) = answered(&story, designs::named("imessage-adp").unwrap().clone());
    let NoticeOutcomes { country, about, stated, complied } = outcomes(&cell);
    assert_eq!((country.as_str(), about), ("GB", Some(Subject::Backups)));
    assert_eq!(stated.answer, Some(AnswersNotice::Withdraws));
    // The new backup contains the whole history.
    assert_eq!((stated.content_past, stated.content_future), (share(2, 2), share(2, 3)));
    assert_eq!(stated.lost.n, 0);
    // Everybody in the country is informed, and nobody else.
    assert_eq!(noticed(&stated), ["Berit", "Yara", "Zeno"].into());
    let why = cell.reasons.join(" ");
    assert!(!why.contains("stayed closed"), "{why}");
    assert!(
        why.contains("2 of 2 texts said before the order came back, in a backup that was made after it."),
        "{why}"
    );
    assert_eq!(complied.unwrap().content_future, share(3, 3));
    assert_eq!(
        evidence.ordered.unwrap(),
        "backups that only their owner can open are withdrawn from the people in Britain"
    );
}

#[test]
fn backups_of_people_elsewhere_stay_closed_when_they_are_withdrawn_in_one_country() {
    // The same story about somebody abroad who backs up. The other country's order opens nothing of theirs.
    let mut story = library::find("backup-2025").unwrap();
    let abel = story.named("Abel").unwrap();
    for event in &mut story.events {
        if event.who == story.inquiry.about && event.act == pillarbox_lab::scenario::Act::BacksUp {
            event.who = abel;
        }
    }
    let (cell, _) = answered(&story, designs::named("imessage-adp").unwrap().clone());
    let NoticeOutcomes { stated, .. } = outcomes(&cell);
    assert_eq!((stated.content_past.n, stated.content_future.n), (0, 0));
}

#[test]
fn what_is_in_place_already_is_found_by_reading_along_with_the_software_that_there_is() {
    let mut story = four_people();
    let (cell, _) = answered(&story, designs::named("plain-server").unwrap().clone());
    assert_eq!(cell.says, "already in place: 4 of 4 texts");
    assert!(
        cell.reasons.iter().any(|it| it == "The operator can read the same with the software that there is.")
    );
    // If nothing is said, nobody has read it. The settings alone say nothing.
    story.events.retain(|event| event.at < story.inquiry.ordered);
    let (cell, _) = answered(&story, designs::named("plain-server").unwrap().clone());
    assert_ne!(cell.state.word(), "already in place");
}
