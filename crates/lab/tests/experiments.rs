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
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::cell::{Cell, Evidence};
use pillarbox_lab::matrix::progress::Progress;
use pillarbox_lab::matrix::{self, Plan, Run};
use pillarbox_lab::scenario::{Act, Scenario, library};

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
    assert_eq!(off.says, "held but unreadable");
    assert_eq!(
        off.reasons,
        [
            "20 passcodes were tried on its file, and none opens it.",
            "Its passcode has 4 digits: 10,000 codes. If one guess took 80 ms (a hypothesis), all would take 13 minutes, and half \
             of them 6.7 minutes: arithmetic, not measured.",
            "Set to erase itself after 10 wrong guesses, it was gone after 10.",
        ]
    );
    let (locked, _) = cell(&run, "seized-phone-locked");
    assert!(locked.says.ends_with("texts with a tool that reads memory"), "{}", locked.says);
    assert!(
        locked.reasons.iter().any(|reason| reason.starts_with("This assumes a tool")),
        "{:?}",
        locked.reasons
    );
    // What guessing took by the clock is in the file of times, and nowhere else.
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
