//! The paper of a demand on a story: one cell of the matrix, written from its evidence alone. The answer is last,
//! where a terminal shows it.

use pillarbox_access::demand::{self, ViewKind};
use pillarbox_access::design::Design;
use pillarbox_access::speaker::Speaker;
use pillarbox_access::{ItemAnswer, country};
use pillarbox_client::display::safe;

use super::short::{Short, one_screen};
use super::{COLUMNS, KEPT_BACK, NOT_KNOWN, PaperLine, Standing, ends, lines};
use crate::answer::with_article;
use crate::english::capital;
use crate::evidence::Evidence;
use crate::score::{Capability, Entry, State, Statement};
use crate::screen::{Screen, Table, Weight};

/// Writes the paper on one screen of `height` lines, for a window of `width` columns: what was returned first, the
/// answer last.
#[must_use]
pub fn short(evidence: &Evidence, design: &Design, width: usize, height: usize) -> String {
    let in_names = |line: PaperLine| PaperLine { says: line.in_names(evidence), ..line };
    let entries = evidence.brought.entries.iter();
    let entries: Vec<PaperLine> = entries.map(|entry| in_names(told(entry, Some(design)))).collect();
    let short = Short {
        answer: &evidence.cell("").answer,
        entries: &entries,
        said: if evidence.brought.is_without_its_texts() { &[] } else { &evidence.brought.said },
        // An effect that already exists is not a change.
        ordered: changed(evidence),
        warning: None,
    };
    one_screen(&short, &|id| evidence.in_names(id), width, height)
}

/// Writes the whole paper, for a window of `width` columns.
#[must_use]
pub fn render(evidence: &Evidence, design: &Design, width: usize) -> String {
    let mut screen = Screen::new(width);
    screen.title(&format!("DEMAND: {}, about {}", evidence.demand, evidence.yardstick.target));
    if let Some(demand) = demand::named(&evidence.power) {
        screen.say(&format!("{}.", capital(demand.plain)));
    }
    screen.title(&format!("DESIGN: {} ({})", design.title, design.name));
    screen.say(&design.plain);
    let entries: Vec<PaperLine> =
        evidence.brought.entries.iter().map(|entry| told(entry, Some(design))).collect();
    lines(&mut screen, &entries, &[]);
    texts(&mut screen, evidence);
    let answer = evidence.cell("").answer;
    screen.title("ALSO");
    let changed = changed(evidence).unwrap_or("nothing").to_owned();
    let table = Table::new(&COLUMNS);
    for (what, said) in [
        ("others named", listed(&answer.named, "nobody")),
        ("others read", listed(&answer.read, "nobody")),
        ("who could notice", listed(&answer.could_notice, "nobody")),
        ("whose phone said something", listed(&answer.noticed, "nobody")),
        ("what was changed", changed),
    ] {
        screen.row(&table, &[what.into(), said]);
    }
    let context = &evidence.context;
    let asks = country::name(&context.country);
    screen.title(&format!("LAW: asked by {asks} on {}", context.on));
    for sentence in &answer.law {
        screen.say(sentence);
    }
    screen.title("ANSWER");
    screen.say(&answer.question);
    screen.say_in(Weight::Bold, &answer.headline);
    for sentence in answer.why.iter().map(String::as_str).chain(answer.beside()) {
        screen.say(sentence);
    }
    screen.into_text()
}

/// Returns the change that an order made. An effect that already exists is not a change, and nothing is taken down if
/// nothing was published.
fn changed(evidence: &Evidence) -> Option<&str> {
    let (state, ..) = evidence.score();
    let is_nothing = match evidence.view {
        ViewKind::PublicChannel => matches!(state, State::None { .. }),
        _ => evidence.means == Capability::InPlace,
    };
    evidence.ordered.as_deref().filter(|_| !is_nothing)
}

/// Writes the returned texts, if no line of the paper is about them: from a phone, from a backup elsewhere.
fn texts(screen: &mut Screen, evidence: &Evidence) {
    let brought = &evidence.brought;
    let texts = brought.texts_without_a_line();
    if texts.is_empty() {
        return;
    }
    screen.title(if brought.is_without_its_texts() { KEPT_BACK } else { "TEXTS THAT CAME BACK" });
    let table = Table::new(&COLUMNS);
    for (ends, text) in ends::each(texts, str::to_owned) {
        screen.row(&table, &[ends, format!("\"{}\"", safe(&text))]);
    }
}

/// Returns the line of one entry of the evidence. Something that the operator does not hand over is shown as held,
/// under the speaker who says so. If nobody has said whether the design has an item, it is not known, rather than
/// missing. Without the design, this distinction is not made.
pub(crate) fn told(entry: &Entry, design: Option<&Design>) -> PaperLine {
    let line = PaperLine::of(entry.asked, &entry.answer).known(entry.was_known);
    match (&entry.withheld, &entry.answer) {
        (Some(statement), ItemAnswer::Returned { count, .. }) => {
            let says = format!("held: {count}. {}", not_handed_over(statement));
            PaperLine { says, standing: Standing::KeptBack, ..line }
        }
        (_, ItemAnswer::NoneHeld { .. })
            if design.is_some_and(|design| design.is_unknown_item(entry.asked)) =>
        {
            PaperLine { says: NOT_KNOWN.into(), standing: Standing::Closed, ..line }
        }
        _ => line,
    }
}

/// Formats a statement that something is not handed over, under its speaker.
fn not_handed_over(Statement { says, from, by }: &Statement) -> String {
    match by {
        Speaker::Operator => format!("By its own word it does not hand this over: {says} ({from})"),
        Speaker::Others => {
            format!("According to {}, it does not hand this over: {says}", with_article(from))
        }
    }
}

fn listed(of: &[String], none: &str) -> String {
    if of.is_empty() { none.to_owned() } else { of.join("\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_stands_under_its_speaker() {
        let said =
            |by| not_handed_over(&Statement { says: "Dates alone.".into(), from: "its site".into(), by });
        let own = "By its own word it does not hand this over: Dates alone. (its site)";
        assert_eq!(said(Speaker::Operator), own);
        assert_eq!(said(Speaker::Others), "According to its site, it does not hand this over: Dates alone.");
    }
}
