//! The paper of a demand on a story: one cell of the matrix, written from its evidence alone. The answer stands last, where a
//! terminal shows it.

use pillarbox_access::demand;
use pillarbox_access::design::Design;
use pillarbox_access::{Answer as ItemAnswer, Item};

use super::{PaperLine, Standing, capital, lines, title};
use crate::columns::{paragraph, side_by_side};
use crate::matrix::cell::Evidence;
use crate::score::{Entry, Statement};

/// The paper as text of 80 columns.
#[must_use]
pub fn render(evidence: &Evidence, design: &Design) -> String {
    let mut out = title(&format!("DEMAND: {}, about {}", evidence.demand, evidence.yardstick.target));
    if let Some(demand) = demand::named(&evidence.power) {
        out.push_str(&paragraph(&format!("{}.", capital(demand.plain))));
    }
    out.push_str(&title(&format!("DESIGN: {} ({})", design.title, design.name)));
    out.push_str(&paragraph(&design.plain));
    let entries: Vec<PaperLine> =
        evidence.brought.entries.iter().map(|entry| told(entry, Some(design))).collect();
    out.push_str(&lines(&entries, &[]));
    texts(&mut out, evidence);
    let answer = evidence.cell("").answer;
    out.push_str(&title("ALSO"));
    let changed = evidence.ordered.clone().unwrap_or_else(|| "nothing".into());
    for (what, said) in [
        ("others named", listed(&answer.named, "nobody")),
        ("others read", listed(&answer.read, "nobody")),
        ("who could notice", listed(&answer.could_notice, "nobody")),
        ("whose phone said something", listed(&answer.noticed, "nobody")),
        ("what was changed", changed),
    ] {
        out.push_str(&side_by_side(&super::WIDTHS, &[what.into(), said]));
    }
    let context = &evidence.context;
    out.push_str(&title(&format!("LAW: asked by {} on {}", context.country, context.on)));
    for sentence in &answer.law {
        out.push_str(&paragraph(sentence));
    }
    out.push_str(&title("ANSWER"));
    out.push_str(&paragraph(&answer.question));
    out.push_str(&paragraph(&answer.headline));
    for sentence in answer.why.iter().chain([&answer.says, &answer.thief, &answer.copies, &answer.notice]) {
        if !sentence.is_empty() {
            out.push_str(&paragraph(sentence));
        }
    }
    out
}

/// The texts that came back, where no line of the paper is about them: from a phone, from a backup elsewhere.
fn texts(out: &mut String, evidence: &Evidence) {
    let is_in_a_line = |entry: &Entry| entry.came_back() && entry.asked == Item::MessageContent;
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

/// The line of one entry of the evidence. Something that the operator says it does not hand over is closed, and shown as held. What
/// nobody has said of the design is not known, and not said to be missing; without the design, nothing is known of that.
pub(crate) fn told(entry: &Entry, design: Option<&Design>) -> PaperLine {
    let line = PaperLine::of(entry.asked, &entry.answer);
    match (&entry.withheld, &entry.answer) {
        (Some(Statement { says, from }), ItemAnswer::Returned { count, .. }) => PaperLine {
            says: format!("held: {count}. By its own word it does not hand this over: {says} ({from})"),
            standing: Standing::Closed,
            entries: 0,
            ..line
        },
        (_, ItemAnswer::NoneHeld { .. })
            if design.is_some_and(|design| design.is_unknown_item(entry.asked)) =>
        {
            PaperLine { says: NOT_KNOWN.into(), standing: Standing::Closed, ..line }
        }
        _ => line,
    }
}

/// The line of something that the design's sources do not speak of.
const NOT_KNOWN: &str = "not known for this design: no source says whether it is held";

fn listed(of: &[String], none: &str) -> String {
    if of.is_empty() { none.to_owned() } else { of.join("\n") }
}
