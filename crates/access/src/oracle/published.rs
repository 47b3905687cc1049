//! Published returns: what demands brought, and what operators say of themselves. An item without a row is not asserted.

use std::sync::LazyLock;

use super::chart::{mark, yes_or_no};
use super::process::Process;
use crate::design::Mark;
use crate::item::Item;
use crate::rows::{TableError, rows, word};

const TABLE: &str = "published-returns.csv";
const HEADING: [&str; 8] =
    ["source", "design", "process", "date", "item", "returned", "confidence", "reference"];

/// How a source is called whose demand named a number without an account.
const NOBODY: &str = "_unregistered_number";

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedRow {
    /// Which demand or page.
    pub source: String,
    /// The messenger.
    pub app: String,
    /// Under which process.
    pub process: Process,
    /// When it was published.
    pub date: String,
    /// The item.
    pub item: Item,
    /// Whether it came back.
    pub returned: bool,
    /// How far the row was checked.
    pub mark: Mark,
    /// Where it was read.
    pub reference: String,
}

impl PublishedRow {
    /// Whether the demand named a number that nobody has an account under.
    #[must_use]
    pub fn is_about_nobody(&self) -> bool {
        self.source.ends_with(NOBODY)
    }
}

/// Reads the table.
///
/// # Errors
/// [`TableError`].
pub fn parse(text: &str) -> Result<Vec<PublishedRow>, TableError> {
    rows(TABLE, HEADING, text)?.into_iter().map(|(line, fields)| row(line, fields)).collect()
}

fn row(line: usize, fields: [&str; 8]) -> Result<PublishedRow, TableError> {
    let [source, app, process, date, item, returned, confidence, reference] = fields;
    Ok(PublishedRow {
        source: source.to_owned(),
        app: app.to_owned(),
        process: word(TABLE, line, "process", process, Process::named(process))?,
        date: date.to_owned(),
        item: word(TABLE, line, "item", item, Item::named(item))?,
        returned: word(TABLE, line, "yes or no", returned, yes_or_no(returned))?,
        mark: word(TABLE, line, "confidence", confidence, mark(confidence))?,
        reference: reference.to_owned(),
    })
}

/// The table in this program.
pub static PUBLISHED: LazyLock<Vec<PublishedRow>> = LazyLock::new(embedded);

#[expect(clippy::expect_used, reason = "the file is part of this program, and a test reads it")]
fn embedded() -> Vec<PublishedRow> {
    parse(include_str!("../../oracles/published-returns.csv")).expect("a table of this program")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_one_source_is_about_nobody() {
        assert!(PUBLISHED.len() > 50);
        assert_eq!(PUBLISHED.iter().filter(|row| row.is_about_nobody()).count(), 1);
        assert!(PUBLISHED.iter().all(|row| !row.reference.is_empty()));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_by_its_line() {
        let text = format!("{}\ns,x,subpoena,2020,name,maybe,confirmed,r\n", HEADING.join(","));
        assert_eq!(
            parse(&text).unwrap_err().to_string(),
            "published-returns.csv, line 2: `maybe` is no yes or no"
        );
    }
}
