//! Published returns: the results of demands, and operators' statements about themselves. A missing row asserts nothing
//! about the item.

use std::sync::LazyLock;

use super::chart::{mark, yes_or_no};
use super::process::Process;
use crate::design::Mark;
use crate::item::Item;
use crate::rows::{TableError, rows, word};

const TABLE: &str = "published-returns.csv";
const HEADING: [&str; 8] =
    ["source", "design", "process", "date", "item", "returned", "confidence", "reference"];

/// The ending of a source's name if its demand named a number without an account.
const NOBODY: &str = "_unregistered_number";

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedReturn {
    /// The demand or page.
    pub source: String,
    /// The messenger, as the table names it.
    pub app: String,
    /// The process under which it was asked.
    pub process: Process,
    /// The date of publication.
    pub date: String,
    /// The item in question.
    pub item: Item,
    /// True if the item was returned.
    pub returned: bool,
    /// The extent to which the row was checked.
    pub mark: Mark,
    /// The place where it was read.
    pub reference: String,
}

impl PublishedReturn {
    /// Returns true if the demand named a number under which nobody has an account.
    #[must_use]
    pub fn is_about_nobody(&self) -> bool {
        self.source.ends_with(NOBODY)
    }
}

/// Parses the table of published returns.
///
/// # Errors
/// [`TableError`] for a row that cannot be read.
pub fn parse(text: &str) -> Result<Vec<PublishedReturn>, TableError> {
    rows(TABLE, HEADING, text)?.into_iter().map(|(line, fields)| row(line, fields)).collect()
}

fn row(line: usize, fields: [&str; 8]) -> Result<PublishedReturn, TableError> {
    let [source, app, process, date, item, returned, confidence, reference] = fields;
    Ok(PublishedReturn {
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

/// The table that is part of this program.
pub static PUBLISHED: LazyLock<Vec<PublishedReturn>> = LazyLock::new(embedded);

#[expect(clippy::expect_used, reason = "the file is part of this program, and a test reads it")]
fn embedded() -> Vec<PublishedReturn> {
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
