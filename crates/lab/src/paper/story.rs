//! The paper of a demand on a story: one cell of the matrix, written from its evidence alone.

use pillarbox_access::Item;
use pillarbox_access::design::Design;

use super::{PaperLine, Standing, capital, heading, lines, title};
use crate::columns::{paragraph, side_by_side};
use crate::experiments;
use crate::matrix::cell::Evidence;
use crate::score::Entry;

/// The paper as text of 80 columns.
#[must_use]
pub fn render(evidence: &Evidence, design: &Design) -> String {
    let demand = experiments::demand_of(&evidence.demand);
    let mut out = heading(&evidence.demand, &evidence.yardstick.target, demand);
    out.push_str(&title(&format!("DESIGN: {}", design.name)));
    out.push_str(&paragraph(&design.plain));
    let entries: Vec<PaperLine> = evidence.brought.entries.iter().map(told).collect();
    out.push_str(&lines(&entries, &[]));
    texts(&mut out, evidence);
    out.push_str(&title("ALSO"));
    let cell = evidence.cell("");
    let others = listed(&cell.measures.non_targets, "nobody");
    let noticed = cell.measures.noticed.iter().map(|noticed| format!("{}: {}", noticed.who, noticed.says));
    let changed = evidence.ordered.clone().unwrap_or_else(|| "nothing".into());
    for (what, said) in [
        ("others named or read", others),
        ("who notices", listed(&noticed.collect::<Vec<_>>(), "nobody")),
        ("what was changed", changed),
    ] {
        out.push_str(&side_by_side(&super::WIDTHS, &[what.into(), said]));
    }
    out.push_str(&title("ANSWER"));
    out.push_str(&paragraph(&format!("{}.", capital(&cell.says))));
    for reason in &cell.reasons {
        out.push_str(&paragraph(reason));
    }
    out
}

/// The texts that came back, where no line of the paper is about them: from a phone, from a backup elsewhere.
fn texts(out: &mut String, evidence: &Evidence) {
    let is_in_a_line = |entry: &Entry| entry.came_back() && entry.asked == Item::MessageContent.as_str();
    let brought = &evidence.brought;
    if brought.said.is_empty() || brought.entries.iter().any(is_in_a_line) {
        return;
    }
    out.push_str(&title("TEXTS THAT CAME BACK"));
    for text in &brought.said {
        let who = |end: &Option<String>| end.clone().unwrap_or_else(|| "(not named)".into());
        let ends = format!("{} to {}", who(&text.from), who(&text.to));
        let said = format!("\"{}\"", pillarbox_client::display::safe(&text.text));
        out.push_str(&side_by_side(&super::WIDTHS, &[ends, said]));
    }
}

/// The line of one entry of the evidence.
fn told(entry: &Entry) -> PaperLine {
    // The tables' words are for tables.
    let item = Item::named(&entry.asked);
    // What the demand itself said came back, and counts for nothing; so the words tell it from what did not come back.
    let says = |word: &str| entry.returned == 0 && entry.answer.starts_with(word);
    let standing = if !entry.covered {
        Standing::NotReached
    } else if says("none held") {
        Standing::NotHeld
    } else if entry.unreadable || entry.withheld || says("only from now on") || says("not possible") {
        Standing::Closed
    } else {
        Standing::Returned
    };
    PaperLine {
        item,
        asked: item.map_or_else(|| entry.asked.clone(), |item| item.wording().to_owned()),
        says: if entry.answer.is_empty() { "nothing".into() } else { entry.answer.clone() },
        standing,
        entries: entry.returned,
    }
}

fn listed(of: &[String], none: &str) -> String {
    let mut lines: Vec<&str> = of.iter().map(String::as_str).collect();
    lines.dedup();
    if lines.is_empty() { none.to_owned() } else { lines.join("\n") }
}
