//! A paper on one screen: what was returned first, the answer last, and below it room for the command's own lines
//! and the prompt. The question at the top must not scroll out of a small window, so what does not fit is counted,
//! and lines are joined if space is tight. No sentence is cut.

mod lists;

use std::slice;

use pillarbox_access::Item;
use pillarbox_access::facts::ReadableText;

use self::lists::{Lists, first, label, shown};
use super::{CAME_BACK, KEPT_BACK, NOT_KNOWN, PaperLine, Standing, folded, kinds, once_each};
use crate::answer::{Answer, listed};
use crate::screen::{Screen, Weight};

/// The parts of a paper on one screen, whichever party was asked.
pub(crate) struct Short<'a> {
    /// The answer.
    pub(crate) answer: &'a Answer,
    /// The items that were asked for and their results, line by line.
    pub(crate) entries: &'a [PaperLine],
    /// The texts that were returned.
    pub(crate) said: &'a [ReadableText],
    /// The change that an order made.
    pub(crate) ordered: Option<&'a str>,
    /// The last line, if the answer can be wrong.
    pub(crate) warning: Option<&'a str>,
}

/// A layout: the parts for which it has room.
#[derive(Clone, Copy)]
struct Layout {
    /// The number of reasons for missing data that are listed separately. With 0, only the amount is printed.
    reasons: usize,
    /// Lines of returned data, including its heading.
    shown: usize,
    /// True if an empty line is before the headline.
    is_spaced: bool,
    /// The number of kinds of data that a sentence names before it counts the rest.
    named: usize,
    /// True if the dim lines form one paragraph, and short lists are sentences.
    is_folded: bool,
    /// True if the sentences beside the answer form one paragraph.
    is_flowing: bool,
    /// True if returned data other than texts is named in a sentence. The operator's statement on such demands, on
    /// which the answer does not rest, is then only counted.
    is_tightest: bool,
}

/// The layouts, the roomiest first. Returned data is worth more than the reason that something else was not
/// returned.
const LAYOUTS: [Layout; 7] = {
    let roomy = Layout {
        reasons: 3,
        shown: 8,
        is_spaced: true,
        named: 4,
        is_folded: false,
        is_flowing: false,
        is_tightest: false,
    };
    let counted = Layout { reasons: 0, ..roomy };
    let few = Layout { shown: 4, ..counted };
    let close = Layout { is_spaced: false, ..few };
    let folded = Layout { is_folded: true, ..close };
    let flowing = Layout { is_flowing: true, shown: 3, ..folded };
    [roomy, counted, few, close, folded, flowing, Layout { is_tightest: true, named: 1, shown: 2, ..flowing }]
};

/// The last layout for a window too narrow for tables. Longer paragraphs would be hard to read there, and it scrolls
/// anyway.
const NARROW: usize = 3;

/// Writes the paper on one screen of `height` lines, for a window of `width` columns. `name` returns the names of
/// the parties to texts.
pub(crate) fn one_screen(
    paper: &Short<'_>,
    name: &dyn Fn(&str) -> String,
    width: usize,
    height: usize,
) -> String {
    let mut top = Screen::new(width);
    top.say_in(Weight::Bold, &paper.answer.question);
    let lists = Lists::of(paper.entries, paper.said, name, width);
    let layouts = match top.is_narrow() {
        true => LAYOUTS.get(..NARROW).unwrap_or(&LAYOUTS),
        false => &LAYOUTS,
    };
    let most = paper.answer.why.len();
    for layout in layouts {
        // The first reason, on which the answer rests, is kept while anything else can be joined.
        let least = if layout.is_tightest { 0 } else { most.min(1) };
        for why in (least..=most).rev() {
            let rest = rest(paper, &lists, layout, (why, width));
            let room = height.checked_sub(top.height() + rest.height());
            if let Some(room) = room.filter(|room| *room >= lists.least(layout.shown, layout.is_tightest)) {
                shown(&mut top, lists.into_rows(layout.is_tightest), room);
                top.append(rest);
                return top.into_text();
            }
        }
    }
    if let Some(tightest) = layouts.last() {
        let rest = rest(paper, &lists, tightest, (usize::from(!tightest.is_tightest), width));
        shown(&mut top, lists.into_rows(tightest.is_tightest), tightest.shown);
        top.append(rest);
    }
    top.into_text()
}

/// Writes everything after the returned data, with the first `why` reasons.
fn rest(paper: &Short<'_>, lists: &Lists, layout: &Layout, (why, width): (usize, usize)) -> Screen {
    let Short { answer, entries, ordered, warning, .. } = *paper;
    let mut screen = Screen::new(width);
    let ordered = ordered.map(|changed| format!("What was changed: {changed}.")).unwrap_or_default();
    let came = if layout.is_tightest { named(CAME_BACK, &lists.labels, layout) } else { String::new() };
    let kept = named(KEPT_BACK, &kept_back(entries), layout);
    if layout.is_folded {
        let changed = if layout.is_tightest { String::new() } else { ordered.clone() };
        let held = [came, lists.closed.sentence(), kept, changed];
        match layout.is_flowing {
            true => say(&mut screen, Weight::Normal, &held),
            false => held.iter().for_each(|it| say(&mut screen, Weight::Normal, slice::from_ref(it))),
        }
    } else {
        lists.closed.list(&mut screen);
        say(&mut screen, Weight::Normal, &[kept]);
    }
    let is_word = |sentence: &&str| *sentence == answer.says;
    let beside = || answer.beside().filter(|sentence| !(layout.is_tightest && is_word(sentence)));
    let left_out = [
        (answer.why.len().saturating_sub(why), "on the reasons"),
        (answer.beside().count() - beside().count(), "on what its operator says"),
        (if answer.power.is_empty() { 0 } else { answer.law.len().saturating_sub(1) }, "on the law"),
    ];
    let law = Some(&answer.power).filter(|power| !power.is_empty()).map(|power| format!("Law: {power}."));
    let law = law.into_iter().chain(counted(&left_out)).collect::<Vec<_>>().join(" ");
    let not_held = not_held(entries, layout.reasons);
    match (layout.is_folded, layout.is_tightest) {
        (_, true) => say(&mut screen, Weight::Dim, &[ordered, not_held, law]),
        (true, false) => say(&mut screen, Weight::Dim, &[not_held, law]),
        (false, false) => {
            say(&mut screen, Weight::Dim, &[not_held]);
            say(&mut screen, Weight::Normal, &[ordered]);
            say(&mut screen, Weight::Dim, &[law]);
        }
    }
    if layout.is_spaced {
        screen.blank();
    }
    screen.say_in(Weight::Bold, &answer.headline);
    let why = answer.why.iter().take(why).map(String::as_str);
    if layout.is_flowing {
        screen.say(&why.chain(beside()).collect::<Vec<_>>().join(" "));
    } else {
        why.chain(beside()).for_each(|sentence| screen.say(sentence));
    }
    if let Some(warning) = warning {
        screen.say_in(Weight::Bold, &format!("WARNING: {warning}"));
    }
    screen
}

/// Writes a paragraph of the sentences that are not empty, or nothing.
fn say(screen: &mut Screen, weight: Weight, sentences: &[String]) {
    let said: Vec<&str> = sentences.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
    if !said.is_empty() {
        screen.say_in(weight, &said.join(" "));
    }
}

/// Lists what is held and not handed over, with the amounts. The most informative kind comes first.
fn kept_back(entries: &[PaperLine]) -> Vec<String> {
    let is_kept = |line: &&PaperLine| line.standing == Standing::KeptBack && !line.is_repeated_in(entries);
    let mut kept: Vec<&PaperLine> = entries.iter().filter(is_kept).collect();
    kept.sort_by_key(|line| (line.item != Some(Item::MessageContent), first(line)));
    kept.into_iter().map(|line| format!("{} {}", label(&line.asked), line.entries)).collect()
}

/// Writes a sentence about kinds of data: their number, and the first ones by name. Empty for no kinds.
fn named(heading: &str, all: &[String], layout: &Layout) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut named: Vec<String> = all.iter().take(layout.named).cloned().collect();
    if all.len() > layout.named {
        named.push(format!("{} more with --full", all.len() - layout.named));
    }
    format!("{heading} {}: {}.", kinds(all.len()), named.join(" · "))
}

/// Describes what was asked for and is not held, with this number of reasons listed separately. With 0 reasons, it
/// states the amount alone.
fn not_held(entries: &[PaperLine], reasons: usize) -> String {
    let not_held = once_each(entries, Standing::NotHeld);
    let not_reached = once_each(entries, Standing::NotReached).len();
    let not_known = entries.iter().filter(|it| it.says == NOT_KNOWN).count();
    let mut says = Vec::new();
    if !not_held.is_empty() {
        says.push(match reasons {
            0 => format!("ASKED AND NOT HELD {}.", kinds(not_held.len())),
            reasons => format!("ASKED AND NOT HELD {}", folded(&not_held, reasons)),
        });
    }
    let others = [("Not known for this design", not_known), ("Not reached by this demand", not_reached)];
    says.extend(others.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| match reasons {
        0 => format!("{what}: {count}."),
        _ => format!("{what}: {}.", kinds(count)),
    }));
    says.join(" ")
}

/// Counts the sentences that only the full paper has, by their subjects. Returns nothing if there are none.
fn counted(left_out: &[(usize, &str)]) -> Option<String> {
    let mut some = left_out.iter().filter(|(count, _)| *count > 0);
    let (count, subject) = some.next()?;
    let sentences = if *count == 1 { "sentence" } else { "sentences" };
    let mut parts = vec![format!("{count} more {sentences} {subject}")];
    parts.extend(some.map(|(count, subject)| format!("{count} {subject}")));
    Some(format!("{} with --full.", listed(&parts, "and")))
}
