//! The paper of one cell, as a person reads it, and the reply to a demand, a design or a story that does not exist.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::process::{Command, Output};

fn lab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pillarbox-lab")).args(arguments).output().unwrap()
}

#[test]
fn the_paper_says_what_was_asked_and_what_came_back_or_why_not() {
    let wanted =
        ["demand", "events-data", "--scenario", "westminster-2017", "--design", "signal-now", "--full"];
    let done = lab(&wanted);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let paper = String::from_utf8(done.stdout).unwrap();
    assert!(paper.lines().all(|line| line.chars().count() <= 80), "{paper}");
    insta::assert_snapshot!("the_paper_of_one_cell", paper);
    assert_eq!(lab(&wanted).stdout, paper.as_bytes(), "the same twice");
}

/// Returns the first number after `what`.
fn number_behind(text: &str, what: &str) -> usize {
    let (_, rest) = text.split_once(what).unwrap_or_else(|| panic!("no `{what}`: {text}"));
    rest.split_whitespace().next().unwrap().parse().unwrap()
}

#[test]
fn the_rows_of_a_paper_are_as_many_as_its_sentences_say() {
    for (design, known) in [("whatsapp-2017", 1), ("signal-now", 1)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
        command.args(["demand", "entity-data", "--scenario", "westminster-2017", "--full"]);
        let done = command.args(["--design", design]).env("COLUMNS", "160").output().unwrap();
        let paper = String::from_utf8(done.stdout).unwrap();
        let rows = |head: &str| {
            let part = paper.split_once(&format!("\n{head}\n")).map_or("", |(_, rest)| rest);
            let lines = part.lines().skip(1).take_while(|line| !line.is_empty());
            lines.filter(|line| !line.starts_with(' ')).count()
        };
        let came = rows("CAME BACK");
        assert_eq!(paper.matches("(the demand names it)").count(), known, "{paper}");
        assert_eq!(came - known, number_behind(&paper, "The operator gives "), "{paper}");
        let folded: String = paper.split_whitespace().collect::<Vec<_>>().join(" ");
        let not_held = number_behind(&folded, "ASKED AND NOT HELD ------------------ ");
        let all = number_behind(&folded, &format!("keys has {} of ", came - known));
        assert_eq!(came + not_held + rows("DID NOT COME BACK"), all, "{paper}");
    }
}

#[test]
fn the_law_beside_an_answer_is_of_the_country_and_the_day_and_changes_nothing_that_is_measured() {
    let paper = |more: &[&str]| {
        let asked = [
            "demand",
            "content-warrant",
            "--full",
            "--scenario",
            "westminster-2017",
            "--design",
            "whatsapp-2017",
        ];
        let done = lab(&[&asked, more].concat());
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8(done.stdout).unwrap();
        let (measured, law) = text.split_once("\nLAW: ").unwrap();
        (measured.to_owned(), law.replace('\n', " "))
    };
    let papers = [&[][..], &["--on", "2022-10-03"], &["--country", "FR"]].map(paper);
    let [then, agreed, third] = papers.each_ref().map(|paper| paper.1.as_str());
    assert!(then.contains("Reach: not: 18 U.S.C. 2702(a)") && !then.contains("Reach: directly"), "{then}");
    assert!(agreed.contains("Reach: directly") && !agreed.contains("Reach: not:"), "{agreed}");
    assert!(third.contains("asked by France") && third.contains("Reach: not:"), "{third}");
    assert!(!third.contains("Reach: by treaty"), "{third}");
    assert!(papers.iter().all(|paper| paper.0 == papers[0].0));
    for wrong in [["--country", "gb"], ["--on", "22 March"]] {
        let done = lab(&[
            "demand",
            "interception",
            "--scenario",
            "westminster-2017",
            "--design",
            "end-to-end",
            wrong[0],
            wrong[1],
        ]);
        assert_eq!(done.status.code(), Some(2));
    }
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
            &["entity-data, events-data", "--data FOLDER", "list demands", "--scenario NAME"][..],
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
