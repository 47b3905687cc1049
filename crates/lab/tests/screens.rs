//! The screens of a terminal: each at four widths, as a person who types the command sees it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::process::Command;

use pillarbox_access::designs;
use pillarbox_lab::evidence::Evidence;
use pillarbox_lab::paper::story;
use pillarbox_lab::play::PlayedStory;
use pillarbox_lab::scenario::library;
use pillarbox_lab::screen::plain;
use pillarbox_lab::world::World;
use pillarbox_text::wrap::display_width;
use serde_json::{Value, json};

/// Large letters on a small display, half a window, the usual window, a wide one.
const WIDTHS: [usize; 4] = [40, 60, 80, 140];

/// Returns the screen that a command prints into a window of `width` columns.
fn screen(arguments: &[&str], width: usize) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
    let done = command.args(arguments).env("COLUMNS", width.to_string()).output().unwrap();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(!text.contains('\u{1b}'), "no weights in a pipe");
    for line in text.lines().filter(|_| !arguments.contains(&"--json")) {
        // A line that is meant to be copied is not broken.
        let is_copied = ["Next: ", "Saved "].iter().any(|start| line.starts_with(start));
        assert!(display_width(line) <= width || is_copied, "{width}: {line}");
    }
    text
}

/// The lines of a window of 24 that a paper has to itself. Two are for the next command, and one for the prompt.
const ROOM: usize = 21;

/// The number of digits of an account's number.
const ACCOUNT_LEN: usize = 32;

/// Compares the screen of a demand on a story with its snapshots. The world runs once for its data and once for the
/// screen.
fn held(name: &str, arguments: &[&str]) {
    let data = screen(&[arguments, &["--json"]].concat(), 80);
    let mut data: Value = serde_json::from_str(&data).unwrap();
    let beside = ["says", "state", "counts", "measures", "answer"];
    let beside = beside.map(|name| data.as_object_mut().unwrap().remove(name).unwrap());
    let evidence: Evidence = serde_json::from_value(data).unwrap();
    // The fields beside the evidence are the fields of a cell in matrix.json.
    let cell = evidence.cell("");
    let (state, counts, measures) = evidence.score();
    let said = json!([cell.says, state, counts, measures, cell.answer]);
    assert_eq!(Value::from(beside.to_vec()), said);
    let design = designs::named(&evidence.design).unwrap();
    let answer = evidence.cell("").answer;
    for width in WIDTHS {
        let shown = plain(&story::short(&evidence, design, width, ROOM));
        assert!(shown.lines().all(|line| display_width(line) <= width), "{width}: {shown}");
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        // A sentence that is left out is counted, and no person appears as an account's number.
        let left_out = answer.why.iter().filter(|sentence| !words.contains(sentence.as_str())).count();
        assert!(left_out == 0 || words.contains(&format!("{left_out} more sentence")), "{width}: {shown}");
        assert!(left_out < answer.why.len().max(1), "{width}: the first, on which the answer rests: {shown}");
        let ids = evidence.yardstick.names.keys().filter(|id| id.len() == ACCOUNT_LEN);
        assert!(ids.into_iter().all(|id| !words.contains(&id[..8])), "{width}: {shown}");
        insta::assert_snapshot!(format!("{name}_{width}"), shown);
    }
    let shown = screen(arguments, 80);
    assert_eq!(shown, plain(&story::short(&evidence, design, 80, ROOM)), "the program shows the same");
    assert!(shown.lines().count() <= ROOM, "{shown}");
}

#[test]
fn a_demand_on_an_operator_is_one_screen() {
    held("demand_operator", &["demand", "content-warrant", "--scenario", "westminster-2017"]);
}

#[test]
fn what_an_operator_does_not_hand_over_is_folded_under_whoever_says_so() {
    let wanted =
        ["demand", "content-warrant", "--scenario", "westminster-2017", "--design", "telegram-cloud-2017"];
    held("demand_withheld", &wanted);
    let shown = screen(&wanted, 140);
    let (came_back, rest) = shown.split_once("HELD, NOT HANDED OVER").unwrap();
    assert!(!came_back.contains('"'), "no text came back: {came_back}");
    assert!(rest.contains("according to the FBI Lawful Access chart"), "{rest}");
    let full = screen(&[&wanted[..], &["--full"]].concat(), 80);
    assert!(![shown, full].iter().any(|shown| shown.contains("own word") || shown.contains("says that")));
}

#[test]
fn whoever_shows_a_text_says_who_wrote_it_to_which_group() {
    let story = ["--scenario", "westminster-2017", "--design"];
    held("demand_backup", &[&["demand", "backup-warrant"], &story[..], &["imessage"]].concat());
    held("demand_contacts", &[&["demand", "participant"], &story[..], &["whatsapp-2017"]].concat());
    held("demand_open_server", &[&["demand", "content-warrant"], &story[..], &["plain-server"]].concat());
}

#[test]
fn a_demand_on_a_phone_shows_the_texts_on_one_screen_under_names() {
    held("demand_phone", &["demand", "seized-phone-open", "--scenario", "westminster-2017"]);
}

#[test]
fn a_story_reads_like_a_play_with_what_is_left_at_its_end() {
    let scenario = library::find("locked-phone-2016").unwrap();
    let design = designs::named(&scenario.design).unwrap();
    let mut world = World::new(design, &scenario, scenario.seed).unwrap();
    world.run().unwrap();
    let told = PlayedStory::of(&world).unwrap();
    for width in WIDTHS {
        let play = plain(&told.play(width));
        assert!(play.lines().all(|line| display_width(line) <= width), "{width}: {play}");
        insta::assert_snapshot!(format!("run_{width}"), play);
        let all = plain(&told.render(width));
        assert!(all.lines().all(|line| display_width(line) <= width), "{width}: {all}");
    }
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("record").display().to_string();
    let shown = screen(&["run", "locked-phone-2016", "--play", "--out", &folder], 80);
    assert_eq!(shown, plain(&told.play(80)));
}

/// Without options, a story is one screen: the people whom the demands are about, around the order. With room for all
/// of it, it is the play.
#[test]
fn a_story_at_a_glance_is_one_screen() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("record").display().to_string();
    let run = |name: &str, width: usize| screen(&["run", name, "--out", &folder], width);
    for width in WIDTHS {
        let shown = run("westminster-2017", width);
        assert!(shown.lines().all(|line| display_width(line) <= width), "{width}: {shown}");
        insta::assert_snapshot!(format!("run_glance_{width}"), shown);
    }
    for (story, _) in library::BUILT_IN {
        let shown = run(story, 80);
        assert!(shown.lines().count() <= 24, "{story}: {shown}");
    }
}

#[test]
fn everything_that_can_be_named_is_listed() {
    for width in WIDTHS {
        insta::assert_snapshot!(format!("list_{width}"), screen(&["list"], width));
    }
    // The lists of nameless commands are parts of this list.
    let all = screen(&["list"], 80);
    for part in [&["run"][..], &["demand"], &["list", "designs"]] {
        let part = screen(part, 80);
        assert!(all.contains(part.as_str()), "{part}");
    }
    // The same as data.
    let data: Value = serde_json::from_str(&screen(&["list", "--json"], 80)).unwrap();
    for (what, count) in
        [("designs", designs::all().len()), ("demands", 17), ("stories", library::BUILT_IN.len())]
    {
        let entries = data.get(what).unwrap().as_array().unwrap();
        assert_eq!(entries.len(), count, "{what}");
        for entry in entries {
            let is = |field| entry.get(field).unwrap().as_str().unwrap();
            assert!(screen(&["list", what], 140).contains(is("title")), "{entry}");
            assert!(all.contains(is("name")), "{entry}");
        }
    }
    let one: Value = serde_json::from_str(&screen(&["list", "stories", "--json"], 80)).unwrap();
    assert_eq!(one.as_object().unwrap().keys().collect::<Vec<_>>(), ["stories"]);
}

#[test]
fn what_is_said_beside_a_result_is_no_wider_than_the_window() {
    let about = ["--about", "+447700900101", "--data", "nowhere"];
    let typed: [&[&str]; 7] = [
        &["list"],
        &["demand"],
        &["demand", "no-such-demand"],
        &[&["demand", "pen-register"], &about[..]].concat(),
        &[&["demand", "content-warrant"], &about[..]].concat(),
        &["run", "no-such-story"],
        &["report", "nowhere"],
    ];
    for arguments in typed {
        for width in [40, 80] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
            let done = command.args(arguments).env("COLUMNS", width.to_string()).output().unwrap();
            let said = String::from_utf8(done.stderr).unwrap();
            assert!(!said.is_empty(), "{arguments:?}");
            for line in said.lines().filter(|line| !line.starts_with("Next: pillarbox-lab ")) {
                assert!(display_width(line) <= width, "{arguments:?}, {width}: {line}");
            }
        }
        // Without a window: a program reads the output, line by line.
        let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
        let done = command.args(arguments).env_remove("COLUMNS").output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        if said.starts_with("pillarbox-lab: ") {
            assert_eq!(said.lines().count(), 1, "{said}");
        }
    }
    for width in [40, 60, 80, 140] {
        screen(&["--help"], width);
    }
}

#[test]
fn a_takedown_without_posts_says_so_once() {
    let shown = screen(&["demand", "takedown", "--scenario", "locked-phone-2016"], 80);
    assert_eq!(shown.matches("Nobody in this story publishes anything.").count(), 1, "{shown}");
    assert!(!shown.contains("nothing of the kind"), "{shown}");
}

#[test]
fn a_story_is_named_by_its_place_or_by_its_option_in_each_command() {
    for typed in [
        &["run", "no-such"][..],
        &["run", "--scenario", "no-such"],
        &["matrix", "no-such"],
        &["matrix", "--scenario", "no-such"],
        &["demand", "content-warrant", "no-such"],
        &["demand", "content-warrant", "--scenario", "no-such"],
    ] {
        let done = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab")).args(typed).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{typed:?}: {said}");
        assert!(said.contains("there is no scenario `no-such`"), "{typed:?}: {said}");
    }
    let by_place = screen(&["demand", "entity-data", "locked-phone-2016", "--design", "signal-now"], 80);
    let by_option =
        screen(&["demand", "entity-data", "--scenario", "locked-phone-2016", "--design", "signal-now"], 80);
    assert_eq!(by_place, by_option);
    // If an option named the story of a matrix, the command for the next run contains it.
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("small").display().to_string();
    let typed = ["--design", "plain-server", "--demand", "entity-data", "--out", &folder];
    screen(&[&["matrix", "--scenario", "locked-phone-2016"], &typed[..]].concat(), 80);
    let rerun = std::fs::read_to_string(place.path().join("small/rerun.txt")).unwrap();
    assert!(rerun.starts_with("pillarbox-lab matrix locked-phone-2016 "), "{rerun}");
    for both in [
        &["run", "oracle", "--scenario", "oracle"][..],
        &["demand", "entity-data", "oracle", "--scenario", "oracle"],
        &["demand", "entity-data", "oracle", "--data", "nowhere"],
        &["demand", "entity-data", "--full", "--seed", "1"],
    ] {
        let done = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab")).args(both).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{both:?}");
    }
}

#[test]
fn a_small_matrix_is_in_words_and_leads_to_its_page() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("small").display().to_string();
    let mut typed = vec!["matrix", "--design", "plain-server", "--design", "plain-deletes", "--out", &folder];
    for demand in ["content-warrant", "seized-phone-open", "entity-data"] {
        typed.extend(["--demand", demand]);
    }
    insta::assert_snapshot!("matrix_80", screen(&typed, 80).replace(&folder, "FOLDER"));
}

#[test]
fn weights_are_for_whoever_wants_them() {
    let list = |arguments: &[&str], no_color: bool| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
        command.args(arguments).arg("list");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let wanted = list(&["--color", "always"], false);
    assert!(wanted.contains("\u{1b}[1mDEMANDS\u{1b}[0m\n") && wanted.contains("\u{1b}[2m-------\u{1b}[0m\n"));
    for unwanted in [list(&["--color", "never"], false), list(&[], true), list(&[], false)] {
        assert_eq!(unwanted, plain(&wanted));
    }
}

#[test]
fn what_is_typed_before_a_command_is_not_taken_for_something_else() {
    let done = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab")).args(["--full", "list"]).output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&done.stderr).contains("behind the command"));
}
