//! One cell of the matrix as a paper: what was asked, what was returned, and what else the demand did.
//!
//! It is written from the cell's evidence alone, and knows no design and no demand by name.

use pillarbox_access::Answer as ItemAnswer;
use pillarbox_access::demand::{self, Demand};
use pillarbox_access::design::Design;
use pillarbox_access::law::{self, Country, Day};

use crate::columns::{paragraph, side_by_side};
use crate::matrix::cell::Evidence;
use crate::paper::title;
use crate::score::{Entry, Statement};

/// Asked, returned.
const WIDTHS: [usize; 2] = [26, 52];

/// The demand that a column of the matrix is of: a column may be one case of a demand, and is then named after both.
#[must_use]
pub fn of_column(column: &str) -> Option<&'static Demand> {
    demand::named(column)
        .or_else(|| demand::ALL.iter().copied().find(|demand| column.starts_with(demand.name)))
}

/// The paper as text of 80 columns, with the powers of the day `on`.
#[must_use]
pub fn render(evidence: &Evidence, design: &Design, on: Day) -> String {
    let mut out = title(&format!("DEMAND: {}, about {}", evidence.demand, evidence.yardstick.target));
    if let Some(demand) = of_column(&evidence.demand) {
        out.push_str(&paragraph(&format!("{}.", capital(demand.plain))));
        for country in [Country::GB, Country::US] {
            out.push_str(&powers(demand, country, on));
        }
    }
    out.push_str(&title(&format!("DESIGN: {}", design.name)));
    out.push_str(&paragraph(&design.plain));
    out.push('\n');
    out.push_str(&side_by_side(&WIDTHS, &["ASKED".into(), "RETURNED".into()]));
    for entry in &evidence.brought.entries {
        out.push_str(&side_by_side(&WIDTHS, &[entry.asked.wording().to_owned(), returned(entry)]));
    }
    out.push_str(&title("ANSWER"));
    let cell = evidence.cell("");
    out.push_str(&paragraph(&format!("{}.", capital(&cell.says))));
    for reason in &cell.reasons {
        out.push_str(&paragraph(reason));
    }
    out.push_str(&title("ALSO"));
    let noticed = cell.measures.noticed.iter().map(|noticed| format!("{}: {}", noticed.who, noticed.says));
    let changed = evidence.ordered.clone().unwrap_or_else(|| "nothing".into());
    for (what, said) in [
        ("others named", listed(&cell.measures.named, "nobody")),
        ("others read", listed(&cell.measures.read, "nobody")),
        ("who notices", listed(&noticed.collect::<Vec<_>>(), "nobody")),
        ("what was changed", changed),
    ] {
        out.push_str(&side_by_side(&WIDTHS, &[what.into(), said]));
    }
    out
}

fn returned(entry: &Entry) -> String {
    let has = match &entry.answer {
        ItemAnswer::Returned { lines, .. } => lines.join("\n"),
        other => other.to_string(),
    };
    match &entry.withheld {
        Some(Statement { says, from }) => {
            format!("{has}\nHeld, and by its own word not handed over: {says} ({from})")
        }
        None => has,
    }
}

fn listed(of: &[String], none: &str) -> String {
    let mut lines: Vec<&str> = of.iter().map(String::as_str).collect();
    lines.dedup();
    if lines.is_empty() { none.to_owned() } else { lines.join("\n") }
}

/// The powers of a country on that day, and those that came later.
fn powers(demand: &Demand, country: Country, on: Day) -> String {
    let mut out = String::new();
    for power in law::powers(demand.name, country, on) {
        out.push_str(&paragraph(&format!("{country}, {on}: {}.", power.phrase(on))));
    }
    for power in law::not_yet(demand.name, country, on) {
        let from = power.from.map_or_else(String::new, |from| format!(", from {from}"));
        out.push_str(&paragraph(&format!("Not yet: {}{from}.", power.phrase(on))));
    }
    out
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
