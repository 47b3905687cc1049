//! The table of the month on a screen: a row for each design, or for several designs with equal cells.

use super::words::{alike, cell, control, folded, headline, reasons};
use super::{Month, Rule};
use crate::columns::Column;
use crate::scenario::Scenario;
use crate::screen::{Screen, Table, Weight};

/// The designs, and a column for each rule.
const COLUMNS: [Column; 4] = [Column::Share(1), Column::Fixed(14), Column::Fixed(16), Column::Fixed(16)];

/// Writes the table for a window of `width` columns.
#[must_use]
pub fn table(months: &[Month], story: &Scenario, width: usize) -> String {
    let mut screen = Screen::new(width);
    let people = story.everybody().count();
    screen.say(&format!(
        "{} ({}): {people} people. A cell has the pairs that rows name, of those that there are, then + the further pairs that \
         times, addresses and key fetches suggest. Those are inferred, and never counted as returned.",
        story.title, story.name,
    ));
    screen.blank();
    let heads = ["DESIGN", "AS IT IS", "LOGS FROM MID-MONTH", "ALL RETAINED"];
    let table = Table::headed(&COLUMNS, heads.map(str::to_owned).to_vec());
    screen.heads(&table);
    for row in folded(months) {
        let Some(first) = row.first() else { continue };
        let titles: Vec<&str> = row.iter().map(|month| month.title.as_str()).collect();
        let cell = |rule| first.of_rule(rule).map_or_else(String::new, |pairs| cell(pairs, first.there));
        screen.row(&table, &[vec![titles.join("; ")], Rule::ALL.map(cell).to_vec()].concat());
    }
    screen.blank();
    if let Some(sentence) = alike(months) {
        screen.say(sentence);
    }
    for sentence in reasons(months, Rule::Retention).into_iter().chain(control(months)) {
        screen.say(&sentence);
    }
    if let Some(sentence) = headline(months) {
        screen.blank();
        screen.say_in(Weight::Bold, &sentence);
    }
    screen.into_text()
}

/// Formats a cell: the named pairs as a fraction of all pairs, and further inferred pairs.
fn cell(pairs: &Pairs, there: u64) -> String {
    let inferred = match (pairs.inferred, pairs.false_leads) {
        (0, 0) => String::new(),
        (right, 0) => format!(" +{right}"),
        (right, wrong) => format!(" +{right} ({wrong} wrong)"),
    };
    format!("{} of {there}{inferred}", pairs.named)
}

/// Returns designs with equal cells together, in the order of the first of each.
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

/// Says the content of the whole table in one sentence.
fn headline(months: &[Month]) -> Option<String> {
    let of = |rule: Rule| {
        let known = |month: &&Month| {
            month.of_rule(rule).is_some_and(|pairs| pairs.named == month.there && month.there > 0)
        };
        months.iter().filter(known).count()
    };
    let none = |month: &&Month| {
        month.of_rule(Rule::AsItIs).is_some_and(|pairs| (pairs.named, pairs.inferred) == (0, 0))
    };
    let all = months.len();
    (all > 2).then(|| {
        format!(
            "As they are, {} of {all} designs keep rows that name every pair and {} keep none that names or suggests one; \
             where everything is retained, the rows of {} name every pair.",
            of(Rule::AsItIs),
            months.iter().filter(none).count(),
            of(Rule::Retention),
        )
    })
}

/// Explains cells in which not every row names a sender: one sentence for each row of the table, about its last design.
fn reasons(months: &[Month]) -> Vec<String> {
    let lasts = folded(months).into_iter().filter_map(|row| row.last().copied());
    lasts.filter_map(|month| reason(month, month.of_rule(Rule::Retention)?)).collect()
}

fn reason(month: &Month, pairs: &Pairs) -> Option<String> {
    if pairs.with_sender == pairs.rows {
        return None;
    }
    let nameless = pairs.rows - pairs.with_sender;
    let begins = format!(
        "{}, all retained: {nameless} of {} rows of messages, receipts included, name no sender",
        month.title, pairs.rows,
    );
    let also = best(pairs).map_or_else(String::new, |(means, right)| {
        format!(" Of what is left, {} suggests most: {right} of {}.", means.wording(), month.there)
    });
    let names = match (pairs.with_sender, pairs.named) {
        (0, _) => ".".to_owned(),
        (rows, named) => format!(
            ". The other {rows} name {} pairs.",
            if named == month.there { "all".to_owned() } else { named.to_string() },
        ),
    };
    Some(format!("{begins}{names}{also}"))
}

/// Returns the means that suggests most right pairs.
fn best(pairs: &Pairs) -> Option<(Means, u64)> {
    let best = pairs.by.iter().filter(|by| by.right > 0).max_by_key(|by| by.right)?;
    let means = Means::ALL.into_iter().find(|means| means.as_str() == best.means)?;
    Some((means, best.right))
}

/// Describes the control of the cell in which it gives most.
fn control(months: &[Month]) -> Option<String> {
    let cells = months.iter().flat_map(|month| &month.pairs);
    let most = cells.max_by_key(|pairs| (pairs.shuffled_right, std::cmp::Reverse(pairs.shuffled)))?;
    (most.shuffled > 0).then(|| {
        format!(
            "Control: with recipients exchanged among the rows, the same means suggest at most {} right pairs in any cell, \
             and {} wrong ones there.",
            most.shuffled_right,
            most.shuffled - most.shuffled_right,
        )
    })
}
