//! No rule in code names an app. A messenger's returns follow from its design's data alone. The test reads every line
//! of code of the workspace and the words in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Names that a rule about an app would use, in addition to those of the designs' files.
const APPS: &[&str] = &[
    "whatsapp",
    "signal",
    "telegram",
    "imessage",
    "facetime",
    "icloud",
    "messenger",
    "instagram",
    "simplex",
    "threema",
    "wickr",
    "line",
    "viber",
    "wechat",
    "anom",
    "encrochat",
];

/// Designs that are nobody's product.
const OURS: &[&str] = &["plain-server", "plain-deletes", "end-to-end", "end-to-end-keeps", "covert-operator"];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let skipped = name.starts_with('.') || name == "target" || name == "tests" || name == "tests.rs";
        if path.is_dir() && !skipped {
            sources(&path, found);
        } else if name.ends_with(".rs") && !skipped {
            found.push(path);
        }
    }
}

/// Returns the quoted texts in a line of code, where a rule would name an app.
fn quoted(line: &str) -> Vec<&str> {
    line.split('"').skip(1).step_by(2).collect()
}

/// Returns true if a quoted text is a name, and not a sentence or the path of an included file.
fn is_a_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() < 40
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn names() -> BTreeSet<String> {
    let designs = std::fs::read_dir(workspace().join("crates/access/designs")).unwrap();
    let files = designs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = files.map(|file| file.trim_end_matches(".toml").to_owned());
    names
        .filter(|name| !OURS.contains(&name.as_str()))
        .chain(APPS.iter().map(|app| (*app).to_owned()))
        .collect()
}

/// Returns a file's lines of code, without comments and tests.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().take_while(|(_, line)| line.trim() != "#[cfg(test)]");
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Returns every name of an app in a line of code, quoted or as a word of an identifier.
fn named_in<'a>(line: &'a str, names: &'a BTreeSet<String>) -> impl Iterator<Item = &'a String> {
    names.iter().filter(move |name| {
        quoted(line).iter().any(|text| is_a_name(text) && text.eq_ignore_ascii_case(name))
    })
}

#[test]
fn no_rule_in_code_names_an_app() {
    let mut files = Vec::new();
    for folder in ["crates", "examples", "fuzz", "bench"] {
        sources(&workspace().join(folder), &mut files);
    }
    assert!(files.len() > 100, "the workspace was read: {}", files.len());
    let names = names();
    assert!(names.len() >= APPS.len());
    let mut found = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (number, line) in code(&text) {
            for name in named_in(line, &names) {
                found.push(format!("{}:{}: {name}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "a design's data decides, and nobody asks for its name:\n{}", found.join("\n"));
}

#[test]
fn a_rule_that_names_an_app_would_be_found() {
    let names = names();
    let planted = "if design.name == \"whatsapp-2017\" { return yes }\n// \"signal\" in a comment\n#[cfg(test)]\n\"viber\"";
    let found: Vec<_> = code(planted).flat_map(|(_, line)| named_in(line, &names)).collect();
    assert_eq!(found, ["whatsapp-2017"]);
    assert!(named_in("let sentence = \"a signal from the system\";", &names).next().is_none());
}
