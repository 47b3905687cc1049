//! The scripts of `examples/analysis` run on fresh files and agree with the program. Each runs where its program is
//! installed, and a skipped one is named.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tempfile::TempDir;

static RUN: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let lab = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
        let output = program.args(arguments).current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    lab(&[
        "matrix",
        "--design",
        "plain-server",
        "--design",
        "signal-now",
        "--demand",
        "entity-data",
        "--demand",
        "content-warrant",
        "--out",
        "two",
    ]);
    lab(&["run", "westminster-2017", "--out", "story"]);
    folder
});

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/analysis").join(name)
}

/// Returns the output of a program. If it is not installed, prints that and returns nothing.
fn printed(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).current_dir(RUN.path()).output() {
        Ok(output) if output.status.success() => Some(String::from_utf8(output.stdout).unwrap()),
        Ok(output) => panic!("{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("SKIPPED: {program} is not installed, so {arguments:?} was not run.");
            None
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

fn python(name: &str, arguments: &[&str]) -> Option<String> {
    let script = script(name);
    printed("python3", &[&[script.to_str().unwrap()], arguments].concat())
}

#[test]
fn differ_names_the_demands_that_come_out_otherwise_and_no_others() {
    let Some(text) = python("differ.py", &["two/matrix.csv", "plain-server", "signal-now"]) else { return };
    assert_eq!(
        text,
        "content-warrant\n  plain-server: returned 10 of 10 texts\n  signal-now: held but unreadable: 1 of 10 texts\n"
    );
    let same = python("differ.py", &["two/matrix.csv", "signal-now", "signal-now"]).unwrap();
    assert_eq!(same, "");
}

#[test]
fn the_query_says_the_same() {
    let sql = script("differ.sql");
    let query = std::fs::read_to_string(&sql).unwrap();
    let read = format!(".read {}", sql.display());
    let texts = [
        printed("sqlite3", &["-csv", ":memory:", ".import --csv two/matrix.csv matrix", &read]),
        printed(
            "duckdb",
            &["-noheader", "-csv", "-c", "CREATE VIEW matrix AS FROM 'two/matrix.csv'", "-c", &query],
        ),
    ];
    for text in texts.into_iter().flatten() {
        assert_eq!(
            text.trim_end().replace('"', ""),
            "content-warrant,returned 10 of 10 texts,held but unreadable: 1 of 10 texts"
        );
    }
}

#[test]
fn seen_counts_every_message_once() {
    let Some(text) = python("seen.py", &["story/record.jsonl"]) else { return };
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split_whitespace().collect()).collect();
    let sum = |column: usize| -> usize { rows.iter().map(|row| row[column].parse::<usize>().unwrap()).sum() };
    let record = std::fs::read_to_string(RUN.path().join("story/record.jsonl")).unwrap();
    let handed_in: Vec<&str> = record.lines().filter(|line| line.contains("\"frame\":\"Submit\"")).collect();
    assert_eq!(sum(1), handed_in.len());
    assert_eq!(sum(2), handed_in.iter().filter(|line| line.contains("\"from\":")).count());
    assert!(sum(2) > 0);
}

#[test]
fn paper_prints_what_came_back() {
    let paper = |cell: &str| python("paper.py", &[&format!("two/evidence/{cell}.json")]);
    let Some(text) = paper("plain-server--content-warrant") else { return };
    assert!(text.contains("a text                       Tell them I did what I said I would.\n"), "{text}");
    let sealed = paper("signal-now--content-warrant").unwrap();
    assert!(!sealed.contains("a text "), "{sealed}");
    assert!(sealed.contains("held but unreadable"), "{sealed}");
}
