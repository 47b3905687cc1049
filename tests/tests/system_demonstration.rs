//! The main job, `pillarbox-lab try`. It ends well, leaves no files behind, and reports the same to people and
//! programs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use pillarbox_testkit::program::{Ended, Place, Process, programs};
use serde_json::Value;

fn lab(place: &Place, arguments: &[&str]) -> Ended {
    let mut command = place.command(programs().lab());
    command.args(arguments);
    Process::run(command, "")
}

fn strings<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| item[field].as_str().unwrap()).collect()
}

/// Returns the words of a page, without the layout of its columns.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn the_demonstration_is_one_screen_ends_well_and_leaves_nothing_behind() {
    let place = Place::new();
    let text = lab(&place, &[]).expect(0);
    assert!(text.out.lines().count() <= 22, "{}", text.out);
    assert!(text.out.lines().all(|line| line.chars().count() <= 80), "{}", text.out);
    assert!(!text.out.contains('\u{1b}'), "no colours in a pipe");
    // Progress is printed apart from the result.
    assert_eq!(text.err.lines().count(), 1, "{}", text.err);
    assert_eq!(place.left_behind(), [""; 0].map(std::path::PathBuf::from));
    assert_eq!(std::fs::read_dir(place.home()).unwrap().count(), 0, "nor among anybody's profiles");

    // The demonstration prints the same if it is named explicitly. Only keys and bytes differ.
    let named = lab(&place, &["try"]).expect(0);
    assert_eq!(starts(&named.out), starts(&text.out));
    // The suggested next step works if it is typed as printed, and it shows more.
    let next = text.out.lines().find_map(|line| line.strip_prefix("Next: ")).unwrap();
    let (next, _) = next.split_once("   ").unwrap();
    let mut shell = place.command("sh");
    shell.arg("-c").arg(format!("exec {next}"));
    let full = Process::run(shell, "").expect(0);
    assert!(full.out.lines().count() > 100 && full.out.lines().all(|line| line.chars().count() <= 80));
    assert_eq!(place.left_behind(), [""; 0].map(std::path::PathBuf::from));
}

/// Returns the first words of each line.
fn starts(page: &str) -> Vec<Vec<&str>> {
    page.lines().map(|line| line.split_whitespace().take(3).collect()).collect()
}

#[test]
fn somebody_who_waits_is_told_what_for_within_half_a_second() {
    let place = Place::new();
    let mut command = place.command(programs().lab());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let began = Instant::now();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
    let waited = began.elapsed();
    assert!(child.wait().unwrap().success());
    assert!(line.trim_end().ends_with("..."), "{line}");
    assert!(waited < Duration::from_millis(500), "{waited:?}");
}

#[test]
fn the_demonstration_tells_programs_the_same_as_people() {
    let place = Place::new();
    let report = lab(&place, &["try", "--json"]).expect(0).json();
    let page = lab(&place, &["try", "--full"]).expect(0).out;
    assert_eq!(report["v"], 1);
    let shown = words(&page);
    let [server, end_to_end] = report["runs"].as_array().unwrap().as_slice() else { panic!("{report}") };
    for run in [server, end_to_end] {
        // Every word of every text on a phone's screen is on the page.
        for phone in run["phones"].as_array().unwrap() {
            for text in strings(&phone["lines"], "text") {
                assert!(words(text).iter().all(|word| shown.contains(word)), "{text}");
            }
        }
        // The sentence with the counts is on the page too. The test builds it again from the data alone.
        let texts = report["texts_said"].as_u64().unwrap() as usize;
        let passed = run["saw"].as_array().unwrap().len();
        let most = |count: &dyn Fn(&Value) -> usize| {
            run["returns"].as_array().unwrap().iter().map(count).max().unwrap()
        };
        let rows_of = |back: &Value, item: &str| {
            let lines = back["lines"].as_array().unwrap();
            let of_item = lines.iter().find(|line| line["item"] == item).unwrap();
            of_item["answer"]["count"].as_u64().unwrap_or(0) as usize
        };
        let texts_back = |back: &Value| back["facts"]["said"].as_array().unwrap().len();
        let sentence = format!(
            "{texts} texts and {} receipts passed. About {} the relay returned {} of {texts} texts, the times of {} of \
             {passed} messages, and who wrote to whom in {}.",
            passed - texts,
            report["switched_off"].as_str().unwrap(),
            most(&texts_back),
            most(&|back| rows_of(back, "message_times")),
            most(&|back| rows_of(back, "message_source_destination")),
        );
        assert!(shown.join(" ").contains(&sentence), "{sentence}");
    }
    // The finding itself, and its positive control.
    let texts = report["texts_said"].as_u64().unwrap();
    let readable = |run: &Value| {
        let kept = run["kept"].as_array().unwrap();
        kept.iter().filter(|row| row["is_text"] == true).count() as u64
    };
    assert_eq!(readable(server), texts, "the plain server's rows can be read");
    assert_eq!(readable(end_to_end), 0);
}
