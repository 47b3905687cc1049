//! The paper of one cell, as a person reads it; and what is said to a demand, a design or a story that is not there.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

fn lab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pillarbox-lab")).args(arguments).output().unwrap()
}

#[test]
fn the_paper_says_what_was_asked_and_what_came_back_or_why_not() {
    let wanted = ["demand", "events-data", "--scenario", "westminster-2017", "--design", "signal-now"];
    let done = lab(&wanted);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let paper = String::from_utf8(done.stdout).unwrap();
    assert!(paper.lines().all(|line| line.chars().count() <= 80), "{paper}");
    insta::assert_snapshot!("the_paper_of_one_cell", paper);
    assert_eq!(lab(&wanted).stdout, paper.as_bytes(), "the same twice");
}

#[test]
fn what_is_not_there_is_a_mistake_of_usage_that_names_what_is() {
    for (wrong, names) in [
        (["demand", "evnts-data", "--scenario", "westminster-2017", "--design", "signal-now"], "events-data"),
        (
            ["demand", "events-data", "--scenario", "westminster", "--design", "signal-now"],
            "westminster-2017",
        ),
        (["demand", "events-data", "--scenario", "westminster-2017", "--design", "signal"], "signal-now"),
    ] {
        let done = lab(&wrong);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains(names), "{said}");
    }
}

#[test]
fn a_demand_says_where_it_can_be_served_and_what_else_there_is() {
    for (typed, says) in [
        (
            &["nonsense"][..],
            &["entity-data, events-data", "--data FOLDER", "seized-phone-off", "--scenario NAME"][..],
        ),
        (&["content-warrant"], &["--about NUMBER", "--data FOLDER", "content-warrant --scenario NAME"]),
        (&["seized-phone"], &["asks for a phone", "demand seized-phone-off --scenario NAME"]),
        (&["seized-phone-open"], &["asks for a phone", "demand seized-phone-open --scenario NAME"]),
        (&["interception"], &["while it happens", "demand interception --scenario NAME"]),
        (&["compelled-logging"], &["from an order on", "demand compelled-logging --scenario NAME"]),
        (&["takedown"], &["asks for nothing", "demand takedown --scenario NAME"]),
    ] {
        let done = lab(&[&["demand"], typed].concat());
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{said}");
        for says in says {
            assert!(said.contains(says), "{typed:?}: {said}");
        }
    }
}

#[test]
fn a_story_without_a_design_has_its_own() {
    let of = |more: &[&str]| {
        let done = lab(&[&["demand", "entity-data", "--scenario", "locked-phone-2016"], more].concat());
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout
    };
    let story = pillarbox_lab::scenario::library::find("locked-phone-2016").unwrap();
    assert_eq!(of(&[]), of(&["--design", &story.design]));
}
