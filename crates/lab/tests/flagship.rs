//! Cells of the flagship story that distinguish designs, and the words that do so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::matrix::{self, Plan};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::library;
use pillarbox_lab::score::Holder;

fn cells(design: Design, demands: &[&str]) -> Vec<Cell> {
    rows(vec![design], demands)
}

fn rows(designs: Vec<Design>, demands: &[&str]) -> Vec<Cell> {
    let scenario = library::find("westminster-2017").unwrap();
    let plan = Plan {
        seed: scenario.seed,
        scenario,
        designs,
        demands: demands.iter().map(|&demand| demand.to_owned()).collect(),
        threads: NonZeroUsize::new(2).unwrap(),
        control: Control::built_in().unwrap(),
        rerun: "pillarbox-lab matrix".into(),
    };
    matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap().cells
}

fn shipped(name: &str) -> Design {
    designs::named(name).unwrap().clone()
}

fn says(cells: &[Cell]) -> Vec<&str> {
    cells.iter().map(|cell| cell.says.as_str()).collect()
}

/// Among 17 messages, the first messages between two people name their sender, and messages to the target name their
/// recipient.
#[test]
fn a_sealed_sender_hides_what_it_hides_and_nothing_decides_it_but_the_seal() {
    let demands = ["pen-register", "compelled-logging", "retention"];
    let open = [
        "from the order on: 17 of 17 messages",
        "from the order on: 17 of 17 messages",
        "returned 17 of 17 messages",
    ];
    let sealed = [
        "from the order on: 8 of 17 messages",
        "from the order on: 8 of 17 messages",
        "returned 8 of 17 messages",
    ];
    assert_eq!(says(&cells(shipped("signal-2016"), &demands)), open);
    assert_eq!(says(&cells(shipped("signal-now"), &demands)), sealed);
    // Only the seal changes: one design loses it, and the other gets it.
    let [mut without, mut with] = [shipped("signal-now"), shipped("signal-2016")];
    without.phone.habits.sealed_sender = false;
    with.phone.habits.sealed_sender = true;
    assert_eq!(says(&cells(without, &demands)), open);
    assert_eq!(says(&cells(with, &demands)), sealed);
}

#[test]
fn what_an_operator_has_and_what_it_says_that_it_hands_over_stand_side_by_side_and_a_thief_asks_nobody() {
    let demands = ["events-data", "content-warrant"];
    let refuses = cells(shipped("telegram-cloud-2017"), &demands);
    assert_eq!(
        says(&refuses),
        ["held, not handed over: 12 of 12 messages", "held, not handed over: 10 of 10 texts"]
    );
    for cell in &refuses {
        let according =
            "according to the FBI Lawful Access chart, 7 January 2021, it does not hand them over.";
        assert!(cell.answer.has.ends_with(according), "{}", cell.answer.has);
        assert!(cell.answer.thief.ends_with(", without any order."), "{}", cell.answer.thief);
        assert!(cell.answer.says.starts_with("The FBI Lawful Access chart, "), "{}", cell.answer.says);
    }
    assert_eq!(
        (refuses[1].measures.texts.len(), refuses[1].answer.texts.len()),
        (10, 0),
        "there, and not returned"
    );
    // Without the statement the same rows are a return. Nothing else changes.
    let mut silent = shipped("telegram-cloud-2017");
    silent.operator.withholds.clear();
    silent.operator.hands_over = None;
    let silent = cells(silent, &demands);
    assert_eq!(says(&silent), ["returned 12 of 12 messages", "returned 10 of 10 texts"]);
    for (one, other) in refuses.iter().zip(&silent) {
        assert_eq!(one.measures.texts, other.measures.texts);
        assert_eq!(one.answer.thief, other.answer.thief);
    }
}

#[test]
fn what_nobody_knows_is_no_absence_of_evidence() {
    let designs = ["line-sealed", "wechat", "wickr", "threema", "plain-server"].map(shipped);
    let all = rows(designs.to_vec(), &["push-lookup"]);
    let not_known: BTreeSet<&str> = all
        .iter()
        .filter(|cell| cell.says == "not known for this design")
        .map(|cell| cell.design.as_str())
        .collect();
    assert_eq!(not_known, ["line-sealed", "wechat", "wickr"].into());
}

/// A tap, a log and a retained log change nothing that reaches a phone: neither a byte nor a time. A changed program
/// reaches every phone. A block reaches everybody who is blocked or wrote to them.
#[test]
fn who_could_notice_is_whom_something_else_reached_and_whose_phone_spoke_is_among_them() {
    let unseen = ["interception", "retention"];
    for cell in cells(shipped("end-to-end"), &unseen) {
        assert_eq!(cell.answer.could_notice, Vec::<String>::new(), "{}", cell.demand);
        assert!(cell.answer.notice.starts_with("Nobody could notice:"), "{}", cell.answer.notice);
    }
    // The control: the same comparison finds what an order does change.
    let [blocked, changed] = &cells(shipped("end-to-end"), &["blocking-order", "notice-to-change"])[..]
    else {
        panic!("two cells");
    };
    // Everybody except the person whose phone was seized.
    assert_eq!((changed.answer.could_notice.len(), changed.answer.noticed.len()), (29, 0));
    assert!(blocked.answer.could_notice.len() > blocked.answer.noticed.len());
    assert!(blocked.answer.noticed.iter().all(|who| blocked.answer.could_notice.contains(who)));
    assert!(!blocked.answer.noticed.is_empty());
    // If the software eavesdrops already, the notice changes nothing.
    let in_place = &cells(shipped("plain-server"), &["notice-to-change"])[0];
    assert_eq!(in_place.answer.could_notice, Vec::<String>::new());
}

/// The texts listed for each place equal those that the demand served there returns.
#[test]
fn where_the_same_texts_lie_is_what_the_demand_on_that_place_brings() {
    let demands = ["content-warrant", "backup-warrant", "seized-phone-open", "participant"];
    let (design, of_backup, of_backups) = ("whatsapp-2017", 8, 3);
    let all = cells(shipped(design), &demands);
    let own: [&[String]; 4] = [0, 1, 2, 3].map(|at| all[at].answer.texts.as_slice());
    let [operator, backup, phone, contacts] = own;
    let asked = |holder: Holder| match holder {
        Holder::OwnPhone => phone,
        Holder::Contacts => contacts,
        Holder::Backup => backup,
        Holder::Operator => operator,
        Holder::ContactsBackups => &[],
    };
    // No demand asks for the backups of contacts, so this can only check that they are equal in all answers.
    let theirs = all[0].answer.elsewhere.iter().find(|it| it.holder == Holder::ContactsBackups).unwrap();
    let theirs = theirs.texts.as_slice();
    assert_eq!(theirs.len(), of_backups, "{design}");
    let at = |holder: Holder| if holder == Holder::ContactsBackups { theirs } else { asked(holder) };
    for cell in &all {
        assert_eq!(cell.answer.elsewhere.len(), 4, "{design}, {}", cell.demand);
        for there in &cell.answer.elsewhere {
            assert_eq!(
                (there.texts.as_slice(), there.of),
                (at(there.holder), 10),
                "{design}, {}",
                cell.demand
            );
        }
    }
    assert_eq!((phone.len(), contacts.len(), backup.len()), (9, 10, of_backup), "{design}");
}
