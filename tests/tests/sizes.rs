//! Files and lines must be short enough to be read at once, in the sources and in the docs.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

/// The maximum number of lines in a source file.
const MAX_LINES: usize = 500;

/// The maximum number of columns in a comment, and of characters in a line of Markdown.
const MAX_COLUMNS: usize = 120;

/// The length above which a word counts as a link. A line cannot be broken inside a link.
const LONG_WORD: usize = 80;

/// The folders of the repository that contain sources or docs.
const FOLDERS: &[&str] = &["crates", "docs", "examples", "packaging", "tests"];

#[test]
fn no_source_file_is_longer_than_500_lines() {
    let files = files("rs");
    assert!(files.len() > 500, "the reader finds sources at all: {}", files.len());
    let long: Vec<_> = files.iter().filter(|(_, text)| text.lines().count() > MAX_LINES).collect();
    assert!(long.is_empty(), "{:?}", long.iter().map(|(path, _)| path).collect::<Vec<_>>());
}

#[test]
fn no_comment_is_wider_than_120_columns() {
    let wide = wide(&files("rs"), wide_comments);
    assert!(wide.is_empty(), "break these lines: {wide:#?}");
}

#[test]
fn no_line_of_the_docs_is_wider_than_120_columns() {
    let wide = wide(&files("md"), wide_prose);
    assert!(wide.is_empty(), "break these lines: {wide:#?}");
}

#[test]
fn wide_lines_are_found() {
    let long = "word ".repeat(30);
    assert_eq!(wide_comments(&format!("fn a() {{}}\n    /// {long}\n")), [2]);
    assert_eq!(wide_comments(&format!("    \"{long}\"\n//! | {long} |\n// {}", "a".repeat(117))), [0; 0]);
    assert_eq!(
        wide_prose(&format!("{long}\n| {long} |\n```console\n$ {long}\n{long}\n```\n{long}")),
        [1, 4, 7]
    );
    assert_eq!(wide_prose(&format!("Source: https://{}, {long}", "a".repeat(80))), [0; 0]);
}

/// Returns the numbers of the lines with wide comments. The rows of a table cannot be broken.
fn wide_comments(text: &str) -> Vec<usize> {
    let is_wide = |line: &str| {
        let comment = line.trim_start();
        let table = comment.trim_start_matches(['/', '!', ' ']).starts_with('|');
        comment.starts_with("//") && !table && line.chars().count() > MAX_COLUMNS
    };
    numbers(text, is_wide)
}

/// Returns the numbers of the wide lines of Markdown. Rows of a table, lines with a long link, and the output of a
/// program cannot be broken.
fn wide_prose(text: &str) -> Vec<usize> {
    let mut in_session = false;
    let is_wide = |line: &str| {
        if line.starts_with("```") {
            in_session = line == "```console";
        }
        let printed = in_session && !line.starts_with("$ ");
        let link = line.split_whitespace().any(|word| word.chars().count() > LONG_WORD);
        line.chars().count() > MAX_COLUMNS && !line.starts_with('|') && !printed && !link
    };
    numbers(text, is_wide)
}

fn numbers(text: &str, mut is_wide: impl FnMut(&str) -> bool) -> Vec<usize> {
    text.lines().enumerate().filter(|(_, line)| is_wide(line)).map(|(at, _)| at + 1).collect()
}

fn wide(files: &[(PathBuf, String)], numbers: fn(&str) -> Vec<usize>) -> Vec<(PathBuf, Vec<usize>)> {
    let each = files.iter().map(|(path, text)| (path.clone(), numbers(text)));
    each.filter(|(_, lines)| !lines.is_empty()).collect()
}

/// Returns the files of the repository with this ending.
fn files(ending: &str) -> Vec<(PathBuf, String)> {
    let mut waiting: Vec<_> = FOLDERS.iter().map(|folder| Path::new("..").join(folder)).collect();
    let mut found = Vec::new();
    waiting.extend(["../README.md", "../CONTRIBUTING.md"].map(PathBuf::from));
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            // Files that were built inside the tree are not sources.
            if path.file_name().is_some_and(|name| name != "target" && name != "node_modules") {
                waiting.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            }
        } else if path.extension().is_some_and(|found| found == ending) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}
