//! The tables in `docs/architecture.md` that follow one message and one demand name files and functions that exist.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

/// Returns the files and functions of the table under a heading.
fn way(page: &str, heading: &str) -> Vec<(String, String)> {
    let part = page.split(heading).nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = part.lines().filter(|line| line.contains("| `crates/"));
    let quoted = |row: &str, nth: usize| row.split('`').nth(nth).unwrap().to_owned();
    rows.map(|row| (quoted(row, 1), quoted(row, 3))).collect()
}

fn is_there(file: &str, function: &str) -> bool {
    let text = fs::read_to_string(format!("../{file}")).unwrap_or_default();
    text.contains(&format!("fn {function}(")) || text.contains(&format!("fn {function}<"))
}

#[test]
fn each_step_of_a_message_and_of_a_demand_is_a_function_in_its_file() {
    let page = fs::read_to_string("../docs/architecture.md").unwrap();
    for (heading, steps_of_it) in [("## The way of one message", 28), ("## The way of one demand", 17)] {
        let steps = way(&page, heading);
        assert_eq!(steps.len(), steps_of_it, "{heading}: a longer way needs a reason");
        for (file, function) in steps {
            assert!(is_there(&file, &function), "{heading}: {function} in {file}");
        }
    }
    // The control: the test notices a step that does not exist.
    assert!(!is_there("crates/session/src/session.rs", "unseal_everything"));
    assert!(!is_there("crates/session/src/nowhere.rs", "seal"));
}
