//! The table of the month on a screen: a row for each design, and those with equal rows together.

use pillarbox_metadata::Means;

use super::{Month, Pairs, Rule};
use crate::columns::{Column, capital};
use crate::scenario::Scenario;
use crate::screen::{Screen, Table, Weight};

/// The designs, and a column for each rule.
const COLUMNS: [Column; 4] = [Column::Share(1), Column::Fixed(12), Column::Fixed(12), Column::Fixed(12)];

/// The table for a window of `width` columns.
#[must_use]
pub fn table(months: &[Month], story: &Scenario, width: usize) -> String {
    let mut screen = Screen::new(width);
    screen.say_in(Weight::Bold, "How many pairs of people do the rows of an operator give after a month?");
    let people = story.everybody().count();
    screen.say(&format!(
        "{} ({}): {people} people. In each cell the pairs that rows name, then + those that times, addresses and key fetches \
         suggest. Suggested pairs are inferred and never counted as returned.",
        story.title, story.name,
    ));
    screen.blank();
    let heads = ["MESSENGER", "AS IT IS", "LOG FROM MID-MONTH", "ALL RETAINED"];
    let table = Table::headed(&COLUMNS, heads.map(str::to_owned).to_vec());
    screen.heads(&table);
    for row in folded(months) {
        let Some(first) = row.first() else { continue };
        let titles: Vec<&str> = row.iter().map(|month| month.title.as_str()).collect();
        let cells = Rule::ALL
            .map(|rule| first.of_rule(rule).map_or_else(String::new, |pairs| cell(pairs, first.there)));
        screen.row(&table, &[vec![titles.join("; ")], cells.to_vec()].concat());
    }
    screen.blank();
    for sentence in sentences(months) {
        screen.say(&sentence);
    }
    screen.into_text()
}

/// A cell: pairs named of those that there are, and further ones inferred.
fn cell(pairs: &Pairs, there: u64) -> String {
    let inferred = match (pairs.inferred, pairs.false_leads) {
        (0, 0) => String::new(),
        (right, 0) => format!(" +{right}"),
        (right, wrong) => format!(" +{right}, {wrong} wrong"),
    };
    format!("{} of {there}{inferred}", pairs.named)
}

/// Designs whose cells are equal, in the order of the first of each.
fn folded(months: &[Month]) -> Vec<Vec<&Month>> {
    let cells =
        |month: &Month| -> Vec<String> { month.pairs.iter().map(|pairs| cell(pairs, month.there)).collect() };
    let mut rows: Vec<Vec<&Month>> = Vec::new();
    for month in months {
        match rows.iter_mut().find(|row| row.first().is_some_and(|first| cells(first) == cells(month))) {
            Some(row) => row.push(month),
            None => rows.push(vec![month]),
        }
    }
    rows
}

/// The sentences under the table.
fn sentences(months: &[Month]) -> Vec<String> {
    let mut sentences = Vec::new();
    let sealed: Vec<&Month> = months
        .iter()
        .filter(|month| {
            month
                .of_rule(Rule::Retention)
                .is_some_and(|pairs| pairs.named < month.there && pairs.inferred > 0)
        })
        .collect();
    for month in &sealed {
        if let Some(pairs) = month.of_rule(Rule::Retention) {
            sentences.extend(by_which(month, pairs));
        }
    }
    sentences.dedup();
    let shuffled =
        months.iter().flat_map(|month| &month.pairs).map(|pairs| pairs.shuffled).max().unwrap_or(0);
    sentences.push(format!(
        "The control, the same means with recipients exchanged among the rows, gives at most {} in any cell.",
        count(shuffled),
    ));
    sentences
}

/// The means that suggested most of a design's pairs.
fn by_which(month: &Month, pairs: &Pairs) -> Option<String> {
    let best = pairs.by.iter().max_by_key(|by| by.right).filter(|by| by.right > 0)?;
    let means = Means::ALL.into_iter().find(|means| means.as_str() == best.means)?;
    Some(format!(
        "{}: where all is retained, rows name {} of {} pairs; {} gives {}.",
        capital(&month.title),
        pairs.named,
        month.there,
        means.wording(),
        best.right,
    ))
}

fn count(pairs: u64) -> String {
    if pairs == 1 { "1 pair".to_owned() } else { format!("{pairs} pairs") }
}
