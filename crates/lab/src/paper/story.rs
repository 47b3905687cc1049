//! The paper of a demand on a story: one cell of the matrix, written from its evidence alone. The answer stands last, where a
//! terminal shows it.

use pillarbox_access::demand;
use pillarbox_access::design::Design;
use pillarbox_access::facts::Said;
use pillarbox_access::speaker::Speaker;
use pillarbox_access::{Answer as ItemAnswer, Item, country};
use pillarbox_client::display::safe;

use super::{
    CAME_BACK, CLOSED, COLUMNS, KEPT_BACK, PaperLine, Standing, ends, folded, kinds, lines, once_each,
};
use crate::answer::Answer;
use crate::columns::{self, Column, capital};
use crate::matrix::cell::Evidence;
use crate::score::{Entry, Means, Statement};
use crate::screen::{Screen, Table, USUAL_HEIGHT, Weight};

/// Lines that a short paper shows of what came back, if the reasons want room too.
const SHOWN: usize = 8;

/// Reasons for what is not held that a short paper tells apart.
const REASONS: usize = 3;

/// Kinds of data that are kept back and that a short paper names.
const KEPT: usize = 4;

/// The fewest lines of what came back that a short paper shows, however long its answer is.
const SHOWN_AT_LEAST: usize = 4;

/// Lines that one text takes at most on a short paper: a story's text may be as long as a message can be.
const TEXT_LINES: usize = 3;

/// An item, and what came back of it in one line.
const ITEMS: [Column; 2] = [Column::Fixed(38), Column::Share(1)];

/// Items that a short paper shows first: they tell of other people and of what was done, and not only who somebody is.
const FIRST: [Item; 7] = [
    Item::MessageSourceDestination,
    Item::MessageTimes,
    Item::AddressBookContacts,
    Item::UsersWithTargetInAddressBook,
    Item::GroupInfo,
    Item::GroupMembership,
    Item::LastSeenDate,
];

/// The paper on one screen, for a window of `width` columns: what came back first, the answer last.
#[must_use]
pub fn short(evidence: &Evidence, design: &Design, width: usize) -> String {
    let in_names = |line: PaperLine| PaperLine { says: line.in_names(evidence), ..line };
    let entries = evidence.brought.entries.iter();
    let entries: Vec<PaperLine> = entries.map(|entry| in_names(told(entry, Some(design)))).collect();
    let short = Short {
        answer: &evidence.cell("").answer,
        entries: &entries,
        said: if evidence.brought.is_without_its_texts() { &[] } else { &evidence.brought.said },
        // What is so already was not changed.
        ordered: evidence.ordered.as_deref().filter(|_| evidence.means != Means::InPlace),
        warning: None,
    };
    one_screen(&short, &|id| evidence.in_names(id), width)
}

/// What a paper on one screen is made of, whoever was asked.
pub(crate) struct Short<'a> {
    /// The answer.
    pub(crate) answer: &'a Answer,
    /// What was asked and what came of it, line by line.
    pub(crate) entries: &'a [PaperLine],
    /// The texts that came back.
    pub(crate) said: &'a [Said],
    /// What an order changed.
    pub(crate) ordered: Option<&'a str>,
    /// What stands last, if the answer can be wrong.
    pub(crate) warning: Option<&'a str>,
}

/// The paper on one screen, for a window of `width` columns. The ends of texts go by what `name` makes of them.
pub(crate) fn one_screen(paper: &Short<'_>, name: &dyn Fn(&str) -> String, width: usize) -> String {
    let Short { answer, entries, said, ordered: changed, warning } = *paper;
    let mut top = Screen::new(width);
    top.say_in(Weight::Bold, &answer.question);
    let mut end = Screen::new(width);
    answer.beside().for_each(|sentence| end.say(sentence));
    if let Some(warning) = warning {
        end.say_in(Weight::Bold, &format!("WARNING: {warning}"));
    }
    let came = came_back(said, entries, name, width);
    let closed = closed(entries, width);
    let lists = height(&closed) + height(&came).min(SHOWN);
    let middle = |reasons: usize| {
        let mut middle = Screen::new(width);
        kept_back(&mut middle, entries);
        not_held(&mut middle, entries, reasons);
        ordered(&mut middle, changed);
        law(&mut middle, answer);
        middle.blank();
        middle.say_in(Weight::Bold, &answer.headline);
        middle
    };
    // One line for what the command says last.
    let around = |middle: &Screen| top.height() + middle.height() + end.height() + 1;
    // Where it is tight, what did come back is worth more than why something else did not.
    let roomy = Some(middle(REASONS)).filter(|middle| around(middle) + lists <= USUAL_HEIGHT);
    let middle = roomy.unwrap_or_else(|| middle(0));
    let room = USUAL_HEIGHT.saturating_sub(around(&middle));
    let why = reasons(answer, width, room.saturating_sub(lists));
    shown(&mut top, (came, closed), room.saturating_sub(why.height()));
    top.append(middle);
    top.append(why);
    top.append(end);
    top.into_text()
}

/// The reasons, as many as fit: the first, on which the answer rests, wherever there is one. The others are counted.
fn reasons(answer: &Answer, width: usize, room: usize) -> Screen {
    let mut why = Screen::new(width);
    let mut left_out = 0;
    for (at, sentence) in answer.why.iter().enumerate() {
        let mut with_it = why.clone();
        with_it.say(sentence);
        if at == 0 || with_it.height() <= room {
            why = with_it;
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        let sentences = if left_out == 1 { "sentence" } else { "sentences" };
        why.say_in(Weight::Dim, &format!("{left_out} more {sentences} with --full."));
    }
    why
}

/// Lines of several small screens.
fn height(of: &[Screen]) -> usize {
    of.iter().map(Screen::height).sum()
}

/// As many lines as fit; the rest is counted. What is held and stays closed is not cut off by what came back.
fn shown(screen: &mut Screen, (came, closed): (Vec<Screen>, Vec<Screen>), room: usize) {
    let room = room.saturating_sub(height(&closed)).max(SHOWN_AT_LEAST);
    let is_all = height(&came) <= room;
    let (mut lines, mut left_out) = (0, 0);
    for (at, line) in came.into_iter().enumerate() {
        lines += line.height();
        // The heading is followed by something.
        if is_all || at < 2 || (left_out == 0 && lines < room) {
            screen.append(line);
        } else {
            left_out += 1;
        }
    }
    if left_out > 0 {
        screen.say_in(Weight::Dim, &format!("and {left_out} more, with --full"));
    }
    closed.into_iter().for_each(|line| screen.append(line));
}

/// A heading, and the lines under it; nothing where there are none.
fn headed(heading: &str, width: usize, lines: Vec<Screen>) -> Vec<Screen> {
    if lines.is_empty() {
        return lines;
    }
    let mut head = Screen::new(width);
    head.say_in(Weight::Bold, heading);
    std::iter::once(head).chain(lines).collect()
}

/// A row of a table, on a screen of its own.
fn row(columns: &[Column], width: usize, cells: [String; 2]) -> Screen {
    let mut screen = Screen::new(width);
    screen.row(&Table::new(columns), &cells);
    screen
}

/// Columns of the last cell of a row.
fn room(columns: &[Column], width: usize) -> usize {
    let screen = Screen::new(width);
    match screen.is_narrow() {
        true => screen.width().saturating_sub(2),
        false => columns::widths(columns, screen.width()).last().copied().unwrap_or_default(),
    }
}

/// What stands before a comma; what stands behind it explains the rest.
fn label(asked: &str) -> &str {
    asked.split(',').next().unwrap_or(asked)
}

/// A line for each text and each item that came back.
fn came_back(
    said: &[Said],
    entries: &[PaperLine],
    name: &dyn Fn(&str) -> String,
    width: usize,
) -> Vec<Screen> {
    let texts = ends::each(said, name);
    let columns = ends::columns(texts.iter().map(|(ends, _)| ends.as_str()), Screen::new(width).width());
    let is_said = |line: &PaperLine| {
        !texts.is_empty() && matches!(line.item, Some(Item::MessageContent | Item::DeliveredMessages))
    };
    let returned = |line: &&PaperLine| {
        line.standing == Standing::Returned && !line.is_repeated_in(entries) && !is_said(line)
    };
    let mut returned: Vec<&PaperLine> = entries.iter().filter(returned).collect();
    returned.sort_by_key(|line| first(line));
    let items = returned.into_iter().map(|line| {
        let says = line.says.replace(":00 UTC", "");
        row(&ITEMS, width, [line.label(), in_one_line(&says, room(&ITEMS, width))])
    });
    let most = TEXT_LINES * room(&columns, width);
    let said = texts.iter().map(|(ends, text)| row(&columns, width, [ends.clone(), quoted(text, most)]));
    headed(CAME_BACK, width, said.chain(items).collect())
}

/// A line for each item that is held and stays closed.
fn closed(entries: &[PaperLine], width: usize) -> Vec<Screen> {
    let closed = entries.iter().filter(|line| line.standing == Standing::Closed && line.says != NOT_KNOWN);
    let lines = closed.map(|line| {
        let (says, _) = line.says.split_once(". ").unwrap_or((&line.says, ""));
        row(&ITEMS, width, [line.label(), says.to_owned()])
    });
    headed(CLOSED, width, lines.collect())
}

/// The place of a line among those of a short paper.
fn first(line: &PaperLine) -> usize {
    FIRST.iter().position(|first| line.item == Some(*first)).unwrap_or(FIRST.len())
}

/// Text in quotation marks, no longer than so many characters: what is left out is counted.
fn quoted(text: &str, most: usize) -> String {
    let text = safe(text);
    let length = text.chars().count();
    if length <= most {
        return format!("\"{text}\"");
    }
    let begin: String = text.chars().take(most).collect();
    format!("\"{}...\" and {} more characters, with --full", begin.trim_end(), length - most)
}

/// Several lines as one that is no wider than `room`: what does not fit is counted. The first stands whole, however wide it is.
fn in_one_line(says: &str, room: usize) -> String {
    use textwrap::core::display_width;
    let all: Vec<&str> = says.lines().filter(|line| !line.starts_with("returned ")).collect();
    let mut out = String::new();
    for (at, line) in all.iter().enumerate() {
        let left = all.len() - at;
        let more = if left > 1 { format!(" +{} more", left - 1) } else { String::new() };
        let with_it = if at == 0 { (*line).to_owned() } else { format!("{out}, {line}") };
        if at > 0 && display_width(&with_it) + display_width(&more) > room {
            return format!("{out} +{left} more");
        }
        out = with_it;
    }
    out
}

/// What is held and not handed over, folded: how many kinds of data, and what there is most to learn from by name.
fn kept_back(screen: &mut Screen, entries: &[PaperLine]) {
    let is_kept = |line: &&PaperLine| line.standing == Standing::KeptBack && !line.is_repeated_in(entries);
    let mut kept: Vec<&PaperLine> = entries.iter().filter(is_kept).collect();
    if kept.is_empty() {
        return;
    }
    kept.sort_by_key(|line| (line.item != Some(Item::MessageContent), first(line)));
    let named = kept.iter().take(KEPT).map(|line| format!("{} {}", label(&line.asked), line.entries));
    let mut named: Vec<String> = named.collect();
    if kept.len() > KEPT {
        named.push(format!("{} more with --full", kept.len() - KEPT));
    }
    screen.say(&format!("{KEPT_BACK} {}: {}.", kinds(kept.len()), named.join(" · ")));
}

/// What was asked for and is not held, with so many reasons told apart; without any, how much it is.
fn not_held(screen: &mut Screen, entries: &[PaperLine], reasons: usize) {
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
    if !says.is_empty() {
        screen.say_in(Weight::Dim, &says.join(" "));
    }
}

/// What an order changed.
fn ordered(screen: &mut Screen, changed: Option<&str>) {
    if let Some(changed) = changed {
        screen.row(&Table::new(&COLUMNS), &["what was changed".into(), changed.to_owned()]);
    }
}

/// The power that the demand rests on, without what a lawyer wants to know of it.
fn law(screen: &mut Screen, answer: &Answer) {
    if answer.power.is_empty() {
        return;
    }
    let more = answer.law.len().saturating_sub(1);
    let more = if more > 0 { format!(". {more} more on the law with --full.") } else { ".".into() };
    screen.say_in(Weight::Dim, &format!("Law: {}{more}", answer.power));
}

/// The whole paper, for a window of `width` columns.
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
    let changed = evidence.ordered.clone().unwrap_or_else(|| "nothing".into());
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

/// The texts that came back, where no line of the paper is about them: from a phone, from a backup elsewhere.
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

/// The line of one entry of the evidence. Something that the operator does not hand over is shown as held, under whoever says so. What
/// nobody has said of the design is not known, and not said to be missing; without the design, nothing is known of that.
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

/// A statement that something is not handed over, under its speaker.
fn not_handed_over(Statement { says, from, by }: &Statement) -> String {
    match by {
        Speaker::Operator => format!("By its own word it does not hand this over: {says} ({from})"),
        Speaker::Others => format!("According to {from}, it does not hand this over: {says}"),
    }
}

/// The line of something that the design's sources do not speak of.
const NOT_KNOWN: &str = "not known for this design: no source says whether it is held";

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

    #[test]
    fn the_first_entry_stands_whole_and_a_long_text_says_how_much_of_it_is_left_out() {
        assert_eq!(
            in_one_line("16:05: Callum to Dilys\n16:06: one\n16:07: two", 12),
            "16:05: Callum to Dilys +2 more"
        );
        assert_eq!(in_one_line("one\ntwo\nthreefold", 16), "one, two +1 more");
        assert_eq!(in_one_line("one\ntwo", 16), "one, two");
        assert_eq!(quoted("six?", 4), "\"six?\"");
        assert_eq!(quoted("six or seven?", 4), "\"six...\" and 9 more characters, with --full");
    }
}
