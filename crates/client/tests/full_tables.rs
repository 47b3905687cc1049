//! A message that a full table makes a phone drop is not acknowledged, or is requested again, or its sender sees no
//! receipt. Each limit in the sources is in the list of `docs/protocol.md`, or limits no table.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The possible outcomes for a message that does not fit a full table.
const OUTCOMES: &[&str] = &[
    "left at the relay",
    "asked for again",
    "its sender sees no receipt",
    "no message: a replay is recognised by less",
];

/// Limits of single values, rates or routes, and not of a table that others can fill.
const NO_TABLES: &[(&str, &str)] = &[
    ("MAX_LEN", "bytes of one record"),
    ("MAX_TEXT_LEN", "bytes of one text"),
    ("MAX_NAME_LEN", "bytes of one name"),
    ("MAX_BODY_LEN", "bytes of one body"),
    ("MAX_PIECES_LEN", "bytes of one part of a backup"),
    ("MAX_PLAINTEXT_LEN", "bytes of one padded body"),
    ("MAX_SESSION_LEN", "bytes of one session's record"),
    ("MAX_ESTABLISHED_LEN", "bytes of one session's record"),
    ("MAX_RECEIPT_IDS", "entries of one receipt: more go into the next"),
    ("MAX_RESEND_DIGESTS", "entries of one resend request: more go into the next"),
    ("MAX_CHAIN_LEN", "messages of one chain: the sender begins anew"),
    ("MAX_JUMP", "steps for one message: what is further ahead does not open, and is asked for again"),
    ("MAX_IN_FLIGHT", "what goes at once: the rest waits"),
    ("MAX_RENEWALS", "new starts in an hour: what is missing waits, and the owner is told"),
    ("MAX_RESENDS", "times that one text is sent again: its sender sees no receipt"),
    ("MAX_UNANSWERED_AGE", "age of a session"),
    ("MAX_KEPT_POSTS", "posts of one followed channel: a new one takes the place of the oldest"),
    (
        "MAX_CHANGES",
        "changes of one group that are kept for its owner: a new one takes the place of the oldest",
    ),
    ("MAX_CHANGES_TOLD", "signed changes in one body: more go into the next"),
    ("MAX_HONOURED", "additions that one removal or farewell lists"),
    (
        "MAX_LISTED",
        "additions that all removals or farewells of a group list: they are changes, which have a limit",
    ),
    (
        "MAX_COMPARED",
        "members with whom differences were dealt with: a new one takes the place of the oldest",
    ),
    ("MAX_CHANGE_LEN", "bytes of one change of a group"),
    ("MAX_PICTURE_LEN", "bytes of one picture"),
    ("MAX_WISHES", "changes of groups that the owner's own devices wish for: one more is refused in words"),
    ("MAX_RECALLED_PARTS", "parts of one backup that are asked for: the relay keeps fewer of one account"),
];

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Reads every source file below a folder.
fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
}

fn all(folders: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    folders.iter().for_each(|folder| sources(&crates().join(folder), &mut found));
    found
}

/// Returns the names of the limits declared in the libraries of phone and session.
fn limits() -> BTreeSet<String> {
    let declared = |line: &str| {
        let (_, rest) = line.split_once("const MAX_")?;
        let (name, _) = rest.split_once(':')?;
        Some(format!("MAX_{name}"))
    };
    let mut limits = BTreeSet::new();
    for folder in ["client/src", "session/src"] {
        for entry in fs::read_dir(crates().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            // The files of the command line keep nothing that others send.
            if path.file_name().is_some_and(|name| name == "cli") {
                continue;
            }
            let mut found = Vec::new();
            if path.is_dir() {
                sources(&path, &mut found);
            } else {
                found.push(fs::read_to_string(&path).unwrap());
            }
            limits.extend(found.iter().flat_map(|text| text.lines()).filter_map(declared));
        }
    }
    limits
}

/// Returns the rows of the list by limit: the outcome, and its test.
fn listed() -> BTreeMap<String, (String, String)> {
    let text = fs::read_to_string(crates().join("../docs/protocol.md")).unwrap();
    let (_, section) = text.split_once("### Full tables").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| ") && line.contains("`MAX_"));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [table, _, outcome, test] = cells.as_slice() else { panic!("{row}") };
        let limit = table.split('`').nth(1).unwrap();
        (limit.to_owned(), ((*outcome).to_owned(), test.trim_matches('`').to_owned()))
    })
    .collect()
}

#[test]
fn each_table_that_others_can_fill_says_what_becomes_of_one_more_message() {
    let listed = listed();
    let known: BTreeSet<String> =
        listed.keys().cloned().chain(NO_TABLES.iter().map(|(name, _)| (*name).to_owned())).collect();
    assert_eq!(known.len(), listed.len() + NO_TABLES.len(), "a limit is a table's or is none");
    assert_eq!(limits(), known, "left: in the sources; right: in docs/protocol.md, or no table");
    let tests =
        all(&["client/src", "client/tests", "session/src", "session/tests", "../tests/tests/threat_model"]);
    for (limit, (outcome, test)) in listed {
        assert!(OUTCOMES.contains(&outcome.as_str()), "{limit}: {outcome}");
        let name = format!("fn {test}(");
        assert!(tests.iter().any(|text| text.contains(&name)), "{limit}: there is no test {test}");
    }
}
