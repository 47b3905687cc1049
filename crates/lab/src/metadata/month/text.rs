//! The table of the month on a screen, with one row for all designs whose cells are equal.

use pillarbox_text::columns::Column;

use super::words::{alike, cell, control, folded, headline, reasons};
use super::{Month, Rule};
use crate::scenario::Scenario;
use crate::screen::{Screen, Table, Weight};

/// Columns: the designs, and each rule.
const COLUMNS: [Column; 4] = [Column::Share(1), Column::Fixed(14), Column::Fixed(16), Column::Fixed(16)];

/// Returns the table for a window of `width` columns.
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
