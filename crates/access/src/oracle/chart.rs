//! The chart: the items that each messenger returns under each process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::conditions::{CONDITIONS, ConditionEffect};
use super::process::Process;
use crate::design::Mark;
use crate::item::Item;
use crate::rows::{TableError, rows, word};

const TABLE: &str = "fbi-2021.csv";
const HEADING: [&str; 8] =
    ["app", "process", "item", "real_time", "window_days", "condition", "confidence", "as_of"];

/// The statement of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Says {
    /// This item is returned.
    Item(Item),
    /// Nothing is returned.
    Nothing,
    /// No content of messages is returned.
    NoContent,
    /// The chart does not say.
    NotStated,
}

impl Says {
    /// Returns the statement as the table spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Item(item) => item.as_str(),
            Self::Nothing => "none",
            Self::NoContent => "no_message_content",
            Self::NotStated => "not_stated",
        }
    }

    fn named(word: &str) -> Option<Self> {
        let markers = [Self::Nothing, Self::NoContent, Self::NotStated];
        let marker = markers.into_iter().find(|marker| marker.as_str() == word);
        marker.or_else(|| Item::named(word).map(Self::Item))
    }
}

/// A row of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartRow {
    /// The messenger, as the table names it.
    pub app: String,
    /// The process under which it was asked.
    pub process: Process,
    /// The statement about what is returned.
    pub says: Says,
    /// True if the item is delivered while it happens.
    pub real_time: bool,
    /// The number of days that the answer reaches back.
    pub window_days: Option<u32>,
    /// The conditions under which the row applies, each with its effect.
    pub conditions: Vec<(String, ConditionEffect)>,
    /// The extent to which the row was checked.
    pub mark: Mark,
    /// The month that the row describes.
    pub as_of: String,
}

impl ChartRow {
    /// Returns true if one of the row's conditions has this effect.
    #[must_use]
    pub fn has(&self, effect: ConditionEffect) -> bool {
        self.conditions.iter().any(|(_, does)| *does == effect)
    }

    /// Returns the circumstances of the case that the row is about.
    #[must_use]
    pub fn case(&self) -> BTreeSet<String> {
        let words = self.conditions.iter().filter(|(_, does)| *does == ConditionEffect::Case);
        words.map(|(word, _)| word.clone()).collect()
    }
}

/// All rows of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    rows: Vec<ChartRow>,
}

impl Chart {
    /// Parses the chart's table.
    ///
    /// # Errors
    /// [`TableError`] for a row that cannot be read.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        let rows = rows(TABLE, HEADING, text)?.into_iter().map(|(line, fields)| row(line, fields));
        Ok(Self { rows: rows.collect::<Result<_, _>>()? })
    }

    /// Returns the messengers of the chart, in their order.
    #[must_use]
    pub fn apps(&self) -> Vec<&str> {
        let mut apps: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !apps.contains(&row.app.as_str()) {
                apps.push(&row.app);
            }
        }
        apps
    }

    /// Returns the rows of one messenger under one process.
    pub fn of(&self, app: &str, process: Process) -> impl Iterator<Item = &ChartRow> {
        self.rows.iter().filter(move |row| row.app == app && row.process == process)
    }

    /// Returns the rows of one messenger.
    pub fn of_app(&self, app: &str) -> impl Iterator<Item = &ChartRow> {
        self.rows.iter().filter(move |row| row.app == app)
    }

    /// Returns the processes under which a messenger is compared, each with the cases that its rows distinguish.
    #[must_use]
    pub fn cases(&self, app: &str) -> BTreeMap<Process, BTreeSet<BTreeSet<String>>> {
        let mut cases: BTreeMap<Process, BTreeSet<BTreeSet<String>>> = BTreeMap::new();
        for row in self.of_app(app) {
            cases.entry(row.process).or_default().insert(row.case());
        }
        for cases in cases.values_mut() {
            // A row without a case applies in every case.
            if cases.len() > 1 {
                cases.remove(&BTreeSet::new());
            }
        }
        cases
    }
}

fn row(line: usize, fields: [&str; 8]) -> Result<ChartRow, TableError> {
    let [app, process, item, real_time, window_days, condition, confidence, as_of] = fields;
    let conditions = condition.split(';').filter(|word| !word.is_empty());
    let conditions = conditions
        .map(|name| Ok((name.to_owned(), word(TABLE, line, "condition", name, CONDITIONS.effect(name))?)))
        .collect::<Result<_, TableError>>()?;
    let window_days = match window_days {
        "" => None,
        days => Some(word(TABLE, line, "number of days", days, days.parse().ok())?),
    };
    Ok(ChartRow {
        app: app.to_owned(),
        process: word(TABLE, line, "process", process, Process::named(process))?,
        says: word(TABLE, line, "item", item, Says::named(item))?,
        real_time: word(TABLE, line, "yes or no", real_time, yes_or_no(real_time))?,
        window_days,
        conditions,
        mark: word(TABLE, line, "confidence", confidence, mark(confidence))?,
        as_of: as_of.to_owned(),
    })
}

pub(super) fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

pub(super) fn mark(word: &str) -> Option<Mark> {
    match word {
        "confirmed" => Some(Mark::Confirmed),
        "measured" => Some(Mark::Measured),
        "recheck" => Some(Mark::Recheck),
        _ => None,
    }
}

/// The chart that is part of this program.
pub static CHART: LazyLock<Chart> = LazyLock::new(embedded);

#[expect(clippy::expect_used, reason = "the file is part of this program, and a test reads it")]
fn embedded() -> Chart {
    Chart::parse(include_str!("../../oracles/fbi-2021.csv")).expect("a table of this program")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chart_has_nine_messengers_and_four_processes_each() {
        assert_eq!(CHART.apps().len(), 9);
        for app in CHART.apps() {
            assert_eq!(CHART.cases(app).len(), 4, "{app}");
        }
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_by_its_line() {
        let heading = HEADING.join(",");
        for wrong in [
            "x,subpoena,shoe_size,no,,,confirmed,2020-11",
            "x,letter,name,no,,,confirmed,2020-11",
            "x,subpoena,name,perhaps,,,confirmed,2020-11",
            "x,subpoena,name,no,many,,confirmed,2020-11",
            "x,subpoena,name,no,,on_a_sunday,confirmed,2020-11",
            "x,subpoena,name,no,,,rumour,2020-11",
        ] {
            assert_eq!(Chart::parse(&format!("{heading}\n{wrong}\n")).unwrap_err().line, 2, "{wrong}");
        }
    }

    #[test]
    fn a_row_of_no_case_is_one_of_every_case() {
        let heading = HEADING.join(",");
        let rows = "x,subpoena,none,no,,not_confirmed_terrorism_case,confirmed,2020-11\n\
                    x,subpoena,name,no,,confirmed_terrorism_case,confirmed,2020-11\n\
                    x,subpoena,no_message_content,no,,,confirmed,2020-11\n";
        let chart = Chart::parse(&format!("{heading}\n{rows}")).unwrap();
        let cases: Vec<usize> = chart.cases("x").values().map(BTreeSet::len).collect();
        assert_eq!(cases, [2]);
    }
}
