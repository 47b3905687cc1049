//! The examples run, and print the output that their page shows.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

const README: &str = include_str!("../README.md");

fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap()
}

fn printed(program: &str, arguments: &[&str]) -> String {
    let output = run(program, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn two_phones_print_what_the_page_shows() {
    let shown = printed(env!("CARGO_BIN_EXE_two_phones"), &[]);
    assert!(README.contains(&format!("```text\n{shown}```\n")), "{shown}");
}

#[test]
fn the_inventory_is_a_table_of_five_columns() {
    let table = printed(env!("CARGO_BIN_EXE_inventory"), &[]);
    for line in table.lines() {
        // Text between quotes may contain commas. Every other piece is outside quotes.
        let outside: String = line.split('"').step_by(2).collect();
        assert_eq!(outside.matches(',').count(), 4, "{line}");
    }
    assert!(table.contains("\nSubmit,payload,content,"), "{table}");
}

#[test]
fn keeping_delivered_messages_changes_what_the_inventory_says_of_them() {
    let line = |arguments: &[&str]| {
        let table = printed(env!("CARGO_BIN_EXE_inventory"), arguments);
        table.lines().find(|line| line.starts_with("MessageRow,delivered_at,")).unwrap().to_owned()
    };
    assert!(line(&[]).contains("not kept"));
    assert!(line(&["365"]).contains("365 days after delivery"));
    assert!(!run(env!("CARGO_BIN_EXE_inventory"), &["a year"]).status.success());
}
