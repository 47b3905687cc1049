//! Compares the threat model with its tests. The sentences of `docs/threat-model.md` are the names of the tests in
//! `tests/threat_model/`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The document's sections, each with the words that begin its lines.
const PARTIES: &[(&str, &str)] = &[
    ("The relay", "the relay"),
    ("Somebody on the wire", "somebody on the wire"),
    ("A stranger with an account at the same relay", "a stranger"),
    ("A contact", "a contact"),
    ("An operator who manages membership", "an operator who manages membership"),
    ("Another user of the same computer", "another user"),
    ("A thief with the switched-off phone", "a thief"),
    ("Somebody who copied the phone's keys for a moment", "somebody with a copy of the keys"),
    ("The audit of a relay", "the audit"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Converts a sentence to the name of a test.
fn name(sentence: &str) -> String {
    let words: String = sentence.chars().filter(|c| !matches!(c, ',' | '\'' | '’')).collect();
    words.to_lowercase().replace([' ', '-'], "_")
}

/// One line of the document.
struct Line {
    section: String,
    list: String,
    sentence: String,
}

fn document() -> Vec<Line> {
    let text = fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let (mut section, mut list, mut lines) = (String::new(), String::new(), Vec::new());
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut section);
            list.clear();
        } else if let "*Can:*" | "*Cannot:*" = line {
            line.clone_into(&mut list);
        } else if let Some(sentence) = line.strip_prefix("- ").filter(|_| !list.is_empty()) {
            let (section, list) = (section.clone(), list.clone());
            lines.push(Line { section, list, sentence: sentence.to_owned() });
        } else if let Some(last) = lines.last_mut().filter(|_| line.starts_with("  ") && !list.is_empty()) {
            last.sentence.push(' ');
            last.sentence.push_str(line.trim());
        }
    }
    lines
}

fn tests() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/threat_model");
    let mut names = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        if file.is_dir() {
            continue;
        }
        let text = fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let [attribute, function] = pair else { continue };
            if attribute.starts_with("#[test]") {
                let after =
                    function.strip_prefix("fn ").unwrap_or_else(|| panic!("{function}: no plain test"));
                names.push(after.split('(').next().unwrap().to_owned());
            }
        }
    }
    names
}

fn set(names: &[String]) -> BTreeSet<&str> {
    let set: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(set.len(), names.len(), "no line stands twice");
    set
}

#[test]
fn each_line_of_the_threat_model_is_a_test_and_each_test_is_a_line() {
    let (said, tested): (Vec<_>, Vec<_>) =
        (document().iter().map(|line| name(&line.sentence)).collect(), tests());
    let (said, tested) = (set(&said), set(&tested));
    assert!(said.len() > 30, "the document was not read");
    let untested: Vec<_> = said.difference(&tested).collect();
    let unsaid: Vec<_> = tested.difference(&said).collect();
    assert!(untested.is_empty() && unsaid.is_empty(), "no test: {untested:#?}\nno line: {unsaid:#?}");
}

#[test]
fn each_line_stands_under_its_party_and_in_its_list() {
    for Line { section, list, sentence } in document() {
        let party = PARTIES.iter().find(|(heading, _)| *heading == section);
        let (_, party) = party.unwrap_or_else(|| panic!("no such party: {section}"));
        let verb = if list == "*Can:*" { "can" } else { "cannot" };
        assert!(sentence.starts_with(&format!("{party} {verb} ")), "{section}, {list} {sentence}");
    }
}
