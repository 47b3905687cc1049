//! Conditions of the chart's rows: their kinds, and the check whether they hold.
//!
//! The words and their kinds are data (`oracles/conditions.csv`), because some of them name products.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::rows::{TableError, rows, word};

const TABLE: &str = "conditions.csv";
const HEADING: [&str; 4] = ["condition", "effect", "circumstance", "meaning"];

/// The effect of a condition on its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConditionEffect {
    /// No effect. The condition says how the row was encoded, or how sure the chart is.
    Remark,
    /// The chart does not name the process, so any process for stored data will do.
    ProcessOpen,
    /// The row is an example, so other items under the same process are no difference.
    ListOpen,
    /// The condition holds in the scenario, because the target has supplied everything that can be supplied.
    Scenario,
    /// The condition holds if the design that is run says so.
    Design,
    /// The condition is a circumstance of the case. The demand carries the word, and the row is compared in that case
    /// alone.
    Case,
    /// The item comes from the operator that stores the backups.
    Cloud,
    /// Live delivery happens in batches at most a quarter of an hour apart.
    Batches,
}

impl ConditionEffect {
    const WORDS: [(Self, &'static str); 8] = [
        (Self::Remark, "remark"),
        (Self::ProcessOpen, "process-open"),
        (Self::ListOpen, "list-open"),
        (Self::Scenario, "scenario"),
        (Self::Design, "design"),
        (Self::Case, "case"),
        (Self::Cloud, "cloud"),
        (Self::Batches, "batches"),
    ];
}

/// The conditions that rows may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    rows: BTreeMap<String, Condition>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    effect: ConditionEffect,
    /// The word for the condition that a demand carries and that a design's operator asks for.
    circumstance: String,
}

impl Conditions {
    /// Reads the table of conditions.
    ///
    /// # Errors
    /// [`TableError`] for a row that cannot be read.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let mut read = BTreeMap::new();
        for (line, [condition, effect, circumstance, _meaning]) in rows(TABLE, HEADING, text)? {
            let known = ConditionEffect::WORDS.into_iter().find(|(_, word)| *word == effect);
            let (effect, _) = word(TABLE, line, "effect", effect, known)?;
            let wrong = |wrong: String| Err(TableError { table: TABLE, line, wrong });
            if circumstance.is_empty() == (effect == ConditionEffect::Case) {
                return wrong(format!("`{condition}`: a case, and nothing else, has a circumstance"));
            }
            let row = Condition { effect, circumstance: circumstance.to_owned() };
            if read.insert(condition.to_owned(), row).is_some() {
                return wrong(format!("`{condition}` stands twice"));
            }
        }
        Ok(Self { rows: read })
    }

    /// Returns the effect of a condition, or nothing for an unknown word.
    #[must_use]
    pub fn effect(&self, condition: &str) -> Option<ConditionEffect> {
        self.rows.get(condition).map(|row| row.effect)
    }

    /// Returns the word that a demand carries in a case with this condition.
    #[must_use]
    pub fn circumstance(&self, condition: &str) -> Option<&str> {
        let row = self.rows.get(condition).filter(|row| row.effect == ConditionEffect::Case)?;
        Some(&row.circumstance)
    }
}

/// The conditions that are part of this program.
pub static CONDITIONS: LazyLock<Conditions> = LazyLock::new(embedded);

#[expect(clippy::expect_used, reason = "the file is part of this program, and a test reads it")]
fn embedded() -> Conditions {
    Conditions::parse(include_str!("../../oracles/conditions.csv")).expect("a table of this program")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_mistakes_are_told() {
        assert_eq!(CONDITIONS.effect("process_not_stated"), Some(ConditionEffect::ProcessOpen));
        assert_eq!(CONDITIONS.effect("on_a_sunday"), None);
        let heading = HEADING.join(",");
        for wrong in ["a,b,,c", "a,case,,c", "a,remark,w,c", "a,case,w,c\na,case,w,c"] {
            assert!(Conditions::parse(&format!("{heading}\n{wrong}\n")).is_err(), "{wrong}");
        }
        let one = Conditions::parse(&format!("{heading}\na,case,w,c\n")).unwrap();
        assert_eq!((one.circumstance("a"), one.circumstance("b")), (Some("w"), None));
    }
}
