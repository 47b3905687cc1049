//! The ways as a table for other programs, in comma-separated values.

use pillarbox_wire::Timestamp;

use super::row::{WayInRow, WaysIn};
use crate::csv::line;

/// The columns.
const COLUMNS: &str = "story,design,seed,way,variant,before,before_of,after,after_of,texts,phone_gone_works,phone_gone_before,\
phone_gone_after,stolen_secret,stolen_opens,stolen_of,read,named,noticed,first_noticed_at,took_part,without_their_phone,\
could_notice,other_numbers,lost,became_false,evader_does,evader_before,evader_after\n";

/// Writes a line for each way.
#[must_use]
pub fn table(ways: &WaysIn) -> String {
    ways.ways.iter().fold(COLUMNS.to_owned(), |text, row| text + &line(&fields(ways, row)))
}

fn fields(ways: &WaysIn, row: &WayInRow) -> Vec<String> {
    let number = |number: u64| number.to_string();
    let first = row.first_noticed();
    let first_at = first.values().map(|noticed| noticed.at).min();
    let (gone, stolen, evader) = (&row.without_the_phone, row.stolen.as_ref(), &row.evader);
    let stolen_number = |of: fn(crate::score::Share) -> u64| {
        stolen.map_or_else(String::new, |stolen| of(stolen.opens).to_string())
    };
    vec![
        ways.story.clone(),
        ways.design.clone(),
        number(ways.seed),
        row.way.clone(),
        row.variant.clone().unwrap_or_default(),
        number(row.before.n),
        number(row.before.of),
        number(row.after.n),
        number(row.after.of),
        row.texts.join("; "),
        gone.works.to_string(),
        number(gone.before.n),
        number(gone.after.n),
        stolen.map_or_else(String::new, |stolen| stolen.secret.clone()),
        stolen_number(|opens| opens.n),
        stolen_number(|opens| opens.of),
        row.read.join("; "),
        row.named.join("; "),
        first.keys().copied().collect::<Vec<_>>().join("; "),
        first_at.map_or_else(String::new, |at| Timestamp(at).to_string()),
        row.took_part.join("; "),
        row.without_their_phone.join("; "),
        row.could_notice.join("; "),
        row.other_numbers.join("; "),
        row.lost.join("; "),
        number(row.became_false.len() as u64),
        evader.does.clone(),
        number(evader.before.n),
        number(evader.after.n),
    ]
}
