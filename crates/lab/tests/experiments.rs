//! Single cells of the matrix, on the stories that are about them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use pillarbox_access::designs;
use pillarbox_lab::evidence::Evidence;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::matrix::{self, Plan, Run};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::{Act, Scenario, library};
use pillarbox_lab::score::Share;

fn run(scenario: Scenario, design: &str, demands: &[&str]) -> Run {
    let plan = Plan {
        seed: scenario.seed,
        scenario,
        designs: vec![designs::named(design).unwrap().clone()],
        demands: demands.iter().map(|&demand| demand.to_owned()).collect(),
        threads: NonZeroUsize::MIN,
        control: Control::built_in().unwrap(),
        rerun: "pillarbox-lab matrix".into(),
    };
    matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap()
}

fn cell(run: &Run, demand: &str) -> (Cell, Evidence) {
    let cell = run.cells.iter().find(|cell| cell.demand == demand).unwrap().clone();
    let evidence = serde_json::from_str(&run.files[&cell.evidence]).unwrap();
    (cell, evidence)
}

fn story(name: &str) -> Scenario {
    library::find(name).unwrap()
}

#[test]
fn a_locked_phone_says_what_was_tried_and_what_that_is_of() {
    let demands = ["seized-phone-off", "seized-phone-locked"];
    let run = run(story("locked-phone-2016"), "imessage", &demands);
    let (off, _) = cell(&run, "seized-phone-off");
    // All codes of four digits are tried, and the right one opens what the open phone shows.
    assert_eq!(off.says, "returned 4 of 7 texts");
    assert_eq!(
        off.reasons[..2],
        [
            "Codes were tried on a copy in their order, and number 1,752 of 10,000 opens it.",
            "The passcode has 4 digits, of which there are 10,000. If one guess took 80 ms (a hypothesis), all of them would take 13 \
             minutes, and half of them 6.7 minutes: arithmetic, not measured.",
        ]
    );
    let erased = "Set to erase itself after 10 wrong guesses, it was gone after 10.".to_owned();
    assert!(off.reasons.contains(&erased), "{:?}", off.reasons);
    let (locked, _) = cell(&run, "seized-phone-locked");
    assert!(locked.says.ends_with("texts with a tool that reads memory"), "{}", locked.says);
    assert!(
        locked.reasons.iter().any(|reason| reason.starts_with("This assumes a tool")),
        "{:?}",
        locked.reasons
    );
    // The time that guessing took by the clock is in the file of times, and nowhere else.
    let times: serde_json::Value = serde_json::from_str(&run.timing.to_json()).unwrap();
    assert!(
        times["passcode_guesses"].as_u64().unwrap() >= 20
            && times["passcode_guess_in_use_us"].as_u64().unwrap() > 0
    );
    assert!(run.files.values().all(|text| !text.contains("guess_in_use")));
}

#[test]
fn what_had_disappeared_before_a_phone_was_taken_is_not_on_it() {
    let with = story("locked-phone-2016");
    let mut without = with.clone();
    without.events.retain(|event| !matches!(event.act, Act::SetsTimer { .. }));
    let [with, without] = [with, without].map(|story| {
        let run = run(story, "imessage", &["seized-phone-open"]);
        cell(&run, "seized-phone-open")
    });
    let october = ["Keep the side door unlocked on Wednesday.", "As we said."];
    let december = ["Tomorrow, before ten.", "I am ready."];
    let shows = |(_, evidence): &(Cell, Evidence), text: &str| {
        evidence.brought.said.iter().any(|said| said.text == text)
    };
    for text in october {
        assert!(shows(&without, text) && !shows(&with, text), "{text}");
    }
    for text in december {
        assert!(shows(&without, text) && shows(&with, text), "{text}");
    }
    let reason = "disappear after 7 days: those whose time was over when the phone was taken are not on it.";
    assert!(with.0.reasons.iter().any(|line| line.ends_with(reason)), "{:?}", with.0.reasons);
    assert!(without.0.reasons.is_empty());
}

#[test]
fn a_takedown_destroys_rows_and_reaches_no_copy_that_was_fetched() {
    let run = run(story("channel-2015"), "telegram-cloud-2017", &["takedown"]);
    let (takedown, evidence) = cell(&run, "takedown");
    assert_eq!(takedown.says, "removed: 2 of 2 posts");
    assert_eq!(
        takedown.reasons,
        [
            "The order brings no evidence, and destroys it: of 2 posts that the operator could have handed over the moment before, 2 \
             are gone from its rows.",
            "Somebody who had never been there read 2 of 2 posts before the order, and 0 after it.",
            "2 followers had fetched 2 of them before it, out of its reach.",
        ]
    );
    assert_eq!(evidence.pieces.iter().filter(|piece| piece.found_in == "posts").count(), 2);
    // Strangers who look are not part of the measures.
    assert!(takedown.measures.noticed.iter().all(|noticed| !noticed.who.contains("stranger")));
}

#[test]
fn a_block_stops_texts_and_a_relay_elsewhere_brings_them_back() {
    for (design, again) in [
        (
            "whatsapp-2017",
            "5 pairs of contacts found each other by number again, and none had to hand each other invitations.",
        ),
        (
            "simplex",
            "no pair of contacts found each other by number again, and 5 pairs had to hand each other invitations.",
        ),
    ] {
        let run = run(story("national-block-2016"), design, &["blocking-order"]);
        let (blocking, _) = cell(&run, "blocking-order");
        assert_eq!(blocking.measures.function_lost, Share { n: 5, of: 5 }, "{design}");
        assert_eq!(
            blocking.reasons[blocking.reasons.len() - 3..],
            [
                "The order brings no evidence.".to_owned(),
                // Texts from before somebody moved wait at the relay that nobody reaches.
                format!(
                    "If people move to a relay elsewhere that the order does not name, 4 of those 5 arrive after all. For that, {again}"
                ),
                "Assumed: people look for another relay an hour after the order.".to_owned(),
            ],
            "{design}"
        );
    }
}

#[test]
fn an_update_that_lets_the_operator_read_loses_no_text_and_no_phone_tells_of_it() {
    // Among these designs are sealed senders, an account for each contact, and relays that told nobody who sends.
    // Demands that look back are about the man whose phone was seized. Demands from now on are about his contact.
    let (past, all, none) = (Share { n: 0, of: 10 }, Share { n: 15, of: 15 }, Share { n: 0, of: 15 });
    for (design, stated, complied) in [
        ("end-to-end", all, None),
        ("signal-now", none, Some(all)),
        ("wickr", all, None),
        ("simplex", none, None),
    ] {
        let run = run(story("westminster-2017"), design, &["notice-to-change"]);
        let (cell, _) = cell(&run, "notice-to-change");
        let notice = cell.measures.notice.clone().unwrap();
        assert_eq!((notice.stated.content_past, notice.stated.content_future), (past, stated), "{design}");
        assert_eq!(notice.complied.as_ref().map(|it| it.content_future), complied, "{design}");
        // An operator that has said that it leaves is measured in two worlds. The update happens in the other world.
        let updated = notice.complied.unwrap_or(notice.stated);
        assert_eq!(updated.content_past, past, "{design}");
        assert_eq!((updated.lost, updated.noticed), (Share { n: 0, of: 29 }, vec![]), "{design}");
        assert!(cell.reasons.iter().any(|reason| reason.contains("Assumed: ")), "{:?}", cell.reasons);
    }
}
