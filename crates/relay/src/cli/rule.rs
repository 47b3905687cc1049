//! `--keep FILE`: the rule by which a relay keeps rows, as people write it down.

use std::path::Path;

use pillarbox_relay::Keeping;
use pillarbox_relay::server::trouble::in_words;
use pillarbox_text::read;

use super::failure::Failure;
use super::text::escape;

/// Reads the rule in `file`.
pub(crate) fn read(file: &Path) -> Result<Keeping, Failure> {
    let shown = escape(&file.display().to_string());
    let text = read::file(file).map_err(|error| {
        Failure::Store(format!(
            "the rule in {shown} cannot be read: {}. Check the path",
            in_words(error.kind())
        ))
    })?;
    toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or_else(String::new, |span| place(&text, span.start));
        // The file belongs to the operator, so its text may be shown.
        Failure::Store(format!("the rule in {shown} cannot be used{at}: {}", escape(error.message())))
    })
}

/// Returns the line and the column of a byte in a text, as editors count them.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    format!(", line {line}, column {column}")
}

#[cfg(test)]
mod tests {
    use pillarbox_relay::{Granularity, LogRule, Logged};
    use pillarbox_wire::{AccountId, DepositKind, Duration};

    use super::*;

    fn rule(text: &str) -> Result<Keeping, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rule.toml");
        std::fs::write(&file, text).unwrap();
        read(&file)
    }

    #[test]
    fn a_rule_is_read_as_people_write_it() {
        let keeping = rule(
            r#"
            undelivered = "7 days"
            delivered = "1 year"
            last_seen = "nothing"
            deposits = ["name", "contact"]
            directory = false

            [[log]]
            what = "sent"
            keep = "12 hours"
            address = true
            only = ["0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"]
            "#,
        );
        let expected = Keeping {
            undelivered: Duration::from_days(7),
            delivered: Some(Duration::from_days(365)),
            last_seen: Granularity::Nothing,
            deposits: vec![DepositKind::Name, DepositKind::Contact],
            directory: false,
            log: vec![LogRule {
                what: Logged::Sent,
                keep: Duration::from_seconds(12 * 3_600),
                address: true,
                only: vec![AccountId([10; 16])],
            }],
            ..Keeping::LEAST
        };
        assert_eq!(keeping, Ok(expected));
        assert_eq!(rule(""), Ok(Keeping::LEAST));
    }

    #[test]
    fn a_mistake_is_told_with_its_place() {
        for (text, place, word) in [
            ("sender = true\nretain = 3\n", "line 2, column 1", "unknown field `retain`"),
            ("undelivered = \"7 moons\"\n", "line 1, column 15", "seconds, minutes, hours, days"),
            ("[[log]]\nwhat = \"sent\"\nkeep = -1\n", "line 3, column 8", "not negative"),
            ("deposits = [\"shoe-size\"]\n", "line 1, column 13", "shoe-size"),
            ("sender = \n", "line 1", ""),
        ] {
            let Err(Failure::Store(sentence)) = rule(text) else { panic!("{text}") };
            assert!(sentence.contains(place) && sentence.contains(word), "{sentence}");
            assert_eq!(sentence.lines().count(), 1, "{sentence}");
        }
    }
}
