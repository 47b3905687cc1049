//! One cell of the matrix as a paper: what was asked, what was returned, and what else the demand did.
//!
//! It is written from the cell's evidence alone, and knows no design and no demand by name.

use pillarbox_access::Item;
use pillarbox_access::demand::{self, Demand};
use pillarbox_access::design::Design;
use pillarbox_access::law::Footing;

use crate::columns::{paragraph, side_by_side};
use crate::matrix::cell::Evidence;
use crate::paper::title;
use crate::score::Entry;

/// Asked, returned.
const WIDTHS: [usize; 2] = [26, 52];

/// The demand that a column of the matrix is of: a column may be one case of a demand, and is then named after both.
#[must_use]
pub fn of_column(column: &str) -> Option<&'static Demand> {
    demand::named(column)
        .or_else(|| demand::ALL.iter().copied().find(|demand| column.starts_with(demand.name)))
}

/// The paper as text of 80 columns, with the law beside it.
#[must_use]
pub fn render(evidence: &Evidence, design: &Design, footing: &Footing) -> String {
    let mut out = title(&format!("DEMAND: {}, about {}", evidence.demand, evidence.yardstick.target));
    if let Some(demand) = of_column(&evidence.demand) {
        out.push_str(&paragraph(&format!("{}.", capital(demand.plain))));
    }
    out.push_str(&title(&format!("DESIGN: {}", design.name)));
    out.push_str(&paragraph(&design.plain));
    out.push('\n');
    out.push_str(&side_by_side(&WIDTHS, &["ASKED".into(), "RETURNED".into()]));
    for entry in &evidence.brought.entries {
        // The tables' words are for tables.
        let asked = Item::named(&entry.asked).map_or(entry.asked.as_str(), |item| item.wording());
        out.push_str(&side_by_side(&WIDTHS, &[asked.to_owned(), returned(entry)]));
    }
    out.push_str(&title("ANSWER"));
    let cell = evidence.cell("");
    out.push_str(&paragraph(&format!("{}.", capital(&cell.says))));
    for reason in &cell.reasons {
        out.push_str(&paragraph(reason));
    }
    out.push_str(&title("ALSO"));
    let others = listed(&cell.measures.non_targets, "nobody");
    let noticed = cell.measures.noticed.iter().map(|noticed| format!("{}: {}", noticed.who, noticed.says));
    let changed = evidence.ordered.clone().unwrap_or_else(|| "nothing".into());
    for (what, said) in [
        ("others named or read", others),
        ("who notices", listed(&noticed.collect::<Vec<_>>(), "nobody")),
        ("what was changed", changed),
    ] {
        out.push_str(&side_by_side(&WIDTHS, &[what.into(), said]));
    }
    out.push_str(&title(&format!("LAW: asked by {} on {}", footing.country, footing.day)));
    for sentence in footing.sentences() {
        out.push_str(&paragraph(&sentence));
    }
    out
}

fn returned(entry: &Entry) -> String {
    if entry.answer.is_empty() { "nothing".into() } else { entry.answer.clone() }
}

fn listed(of: &[String], none: &str) -> String {
    let mut lines: Vec<&str> = of.iter().map(String::as_str).collect();
    lines.dedup();
    if lines.is_empty() { none.to_owned() } else { lines.join("\n") }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
