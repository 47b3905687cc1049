//! `pillarbox-lab run` as a person types it: its output and files, and its reports of mistakes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::path::Path;
use std::process::{Command, Output};

use pillarbox_lab::scenario::library;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_pillarbox-lab");
    Command::new(program).arg("run").args(arguments).current_dir(folder).output().unwrap()
}

/// Returns the exit code and the text on standard error.
fn refused(arguments: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), arguments);
    assert!(output.stdout.is_empty());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "a refusal leaves nothing behind");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_run_is_told_and_saved() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["channel-2015", "--seed", "3", "--play"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout).unwrap();
    for words in
        ["Piet opens channel @dawn_call", "ORDER: @dawn_call: taken down.", "WHAT IS LEFT\n------------"]
    {
        assert!(text.contains(words), "{words}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    let told = String::from_utf8(output.stderr).unwrap();
    let file = told.lines().find_map(|line| line.strip_prefix("Saved ")).unwrap();
    assert_eq!(file, "runs/channel-2015-telegram-cloud-2017-3/record.jsonl");
    assert!(told.contains("Next: pillarbox-lab demand "), "{told}");
    let full = run(folder.path(), &["channel-2015", "--seed", "3", "--full", "--out", "full"]);
    assert!(String::from_utf8(full.stdout).unwrap().contains("WHAT PASSED"));
    let saved = std::fs::read_to_string(folder.path().join(file)).unwrap();
    let again = run(folder.path(), &["channel-2015", "--seed", "3", "--json"]);
    assert_eq!(String::from_utf8(again.stdout).unwrap(), saved);
    assert!(again.stderr.is_empty(), "with --json nothing is saved unless --out says where");
}

#[test]
fn a_scenario_and_a_design_may_be_files() {
    let folder = tempfile::tempdir().unwrap();
    let (_, scenario) = library::BUILT_IN.iter().find(|(name, _)| *name == "channel-2015").unwrap();
    std::fs::write(folder.path().join("mine.toml"), scenario).unwrap();
    let design = include_str!("../../access/designs/plain-server.toml");
    std::fs::write(folder.path().join("readable.toml"), design).unwrap();
    let output = run(folder.path(), &["mine.toml", "--design", "readable.toml", "--out", "here"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(folder.path().join("here/record.jsonl").exists());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("not in this design: there are no public channels")
    );
}

#[test]
fn a_story_and_a_design_that_windows_saved_are_the_same_story_and_design() {
    let folder = tempfile::tempdir().unwrap();
    let (_, scenario) = library::BUILT_IN.iter().find(|(name, _)| *name == "channel-2015").unwrap();
    let design = include_str!("../../access/designs/plain-server.toml");
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    for (at, [story, design]) in
        [[*scenario, design].map(str::to_owned), [*scenario, design].map(windows)].into_iter().enumerate()
    {
        std::fs::write(folder.path().join("mine.toml"), story).unwrap();
        std::fs::write(folder.path().join("readable.toml"), design).unwrap();
        let to = format!("run-{at}");
        let output = run(folder.path(), &["mine.toml", "--design", "readable.toml", "--out", &to]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let record = |at: usize| std::fs::read(folder.path().join(format!("run-{at}/record.jsonl"))).unwrap();
    assert!(record(0) == record(1), "the digest of the story is the same, and all that follows");
}

#[test]
fn predictions_that_windows_saved_are_read_as_any_other() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("expected.csv"),
        "\u{feff}design,demand,state,why,found,because\r\nplain-server,content-warrant,returned,It reads.,,\r\n",
    )
    .unwrap();
    let mut matrix = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
    matrix.args(["matrix", "channel-2015", "--design", "plain-server", "--demand", "content-warrant"]);
    let output = matrix.args(["--expect", "expected.csv"]).current_dir(folder.path()).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(out.contains("1 cells are as predicted"), "{out}{err}");
}

#[test]
fn help_that_nobody_can_be_shown_is_no_success_and_what_was_typed_is_repeated_harmlessly() {
    let program = || Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
    for word in ["--help", "--version", "-h"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = program().arg(word).stdout(full).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(4) && err.contains("the output cannot be written"), "{err}");
        assert_eq!(program().arg(word).output().unwrap().status.code(), Some(0));
    }
    for typed in [&["\u{1b}[2Jr\u{202e}un"][..], &["demand", "content-warrant", "--about", "\u{202e}+x"]] {
        let output = program().args(typed).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        let acts = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(output.status.code() == Some(2) && !err.contains(acts) && err.contains("\\u{"), "{err:?}");
    }
}

#[test]
fn names_and_texts_of_a_story_do_nothing_to_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (_, scenario) = library::BUILT_IN.iter().find(|(name, _)| *name == "channel-2015").unwrap();
    let hostile = scenario.replace("Quinn", "Qui\\u202Enn").replace("writes to me.", "writes to \\u202Eme.");
    assert!(hostile.contains("writes to \\u202Eme."));
    std::fs::write(folder.path().join("mine.toml"), hostile).unwrap();
    let output = run(folder.path(), &["mine.toml", "--play"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Qui\u{fffd}nn") && text.contains("writes to \u{fffd}me."), "{text}");
    let acts = |letter: char| letter == '\u{202e}' || (letter.is_control() && letter != '\n');
    assert!(!text.contains(acts));
    // The output for programs, from which they read the same.
    let json = String::from_utf8(run(folder.path(), &["mine.toml", "--json"]).stdout).unwrap();
    assert!(!json.contains(acts) && json.contains("Qui\\u202enn"));
    assert!(json.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
}

#[test]
fn without_a_scenario_those_that_exist_are_listed_and_an_unknown_one_leads_to_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0));
    let told = String::from_utf8(output.stdout).unwrap();
    for (name, text) in library::BUILT_IN {
        let title =
            text.lines().find_map(|line| line.strip_prefix("title = \"")).unwrap().trim_end_matches('"');
        assert!(told.contains(name) && told.contains(title), "{name}: {told}");
    }
    let (code, told) = refused(&["no-such-story"]);
    assert_eq!(code, 2);
    assert!(
        told.contains("there is no scenario `no-such-story`") && told.contains("pillarbox-lab list stories"),
        "{told}"
    );
    // A mistyped word is answered with the name that was meant.
    let (_, told) = refused(&["chanel-2015"]);
    assert!(told.contains("channel-2015"), "{told}");
}

#[test]
fn an_unknown_design_and_a_mistake_in_a_file_are_told() {
    let (code, told) = refused(&["channel-2015", "--design", "carrier-pigeon"]);
    assert_eq!(code, 2);
    assert!(told.starts_with("pillarbox-lab: there is no design `carrier-pigeon`. "), "{told}");
    assert!(told.contains("pillarbox-lab list designs"), "{told}");

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), "[scenario]\nname = 3\n").unwrap();
    let output = run(folder.path(), &["mine.toml"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        told,
        "pillarbox-lab: mine.toml:2:8: `name` is of type integer. Write a text in quotation marks.\n"
    );

    let (code, told) = refused(&["./nowhere.toml"]);
    assert_eq!(code, 2);
    assert!(told.contains("./nowhere.toml cannot be read"), "{told}");
}

#[test]
fn a_record_that_cannot_be_saved_is_a_matter_of_storage() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in-the-way"), "").unwrap();
    let output = run(folder.path(), &["channel-2015", "--out", "in-the-way"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8(output.stderr).unwrap().contains("Name another folder with --out FOLDER."));
}
