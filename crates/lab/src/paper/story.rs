//! The paper of a demand on a story: one cell of the matrix, written from its evidence alone. The answer stands last, where a
//! terminal shows it.

use std::collections::BTreeMap;

use pillarbox_access::demand;
use pillarbox_access::design::Design;
use pillarbox_access::facts::Said;
use pillarbox_access::{Answer as ItemAnswer, Item};
use pillarbox_client::display::safe;

use super::{COLUMNS, PaperLine, Standing, capital, folded, kinds, lines};
use crate::answer::Answer;
use crate::columns::{self, Column};
use crate::matrix::cell::Evidence;
use crate::score::{Entry, Statement};
use crate::screen::{Screen, Table, USUAL_HEIGHT, Weight};

/// Lines that a short paper shows of what came back, if the reasons want room too.
const SHOWN: usize = 8;

/// Reasons for what is not held that a short paper tells apart.
const REASONS: usize = 3;

/// The fewest lines of what came back that a short paper shows, however long its answer is.
const SHOWN_AT_LEAST: usize = 4;

/// A text's ends, and the text.
const TEXTS: [Column; 2] = [Column::Fixed(26), Column::Share(1)];

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

/// Names of people, by the numbers that stand in an answer.
pub type Names = BTreeMap<String, String>;

/// The paper on one screen, for a window of `width` columns: what came back first, the answer last.
#[must_use]
pub fn short(evidence: &Evidence, design: &Design, names: &Names, width: usize) -> String {
    let answer = evidence.cell("").answer;
    let entries: Vec<PaperLine> =
        evidence.brought.entries.iter().map(|entry| told(entry, Some(design))).collect();
    let mut top = Screen::new(width);
    top.say_in(Weight::Bold, &answer.question);
    let mut middle = Screen::new(width);
    not_held(&mut middle, &entries);
    ordered(&mut middle, evidence);
    law(&mut middle, &answer);
    middle.blank();
    middle.say_in(Weight::Bold, &answer.headline);
    let mut end = Screen::new(width);
    answer.beside().for_each(|sentence| end.say(sentence));
    let (came, closed) = came_back(evidence, &entries, names, width);
    // One line for what the command says last.
    let room = USUAL_HEIGHT.saturating_sub(top.height() + middle.height() + end.height() + 1);
    let mut why = Screen::new(width);
    for sentence in &answer.why {
        let mut with_it = why.clone();
        with_it.say(sentence);
        if with_it.height() + closed.len() + came.len().min(SHOWN) <= room {
            why = with_it;
        }
    }
    shown(&mut top, (&came, &closed), room.saturating_sub(why.height()));
    top.append(middle);
    top.append(why);
    top.append(end);
    top.into_text()
}

/// Lines of a short paper, of which some may be left out.
enum Shown {
    /// A heading.
    Head(&'static str),
    /// A text that came back, under who said it to whom.
    Text([String; 2]),
    /// An item, and what there is of it.
    Item([String; 2]),
}

/// As many lines as fit; the rest is counted. What is held and stays closed is not cut off by what came back.
fn shown(screen: &mut Screen, (came, closed): (&[Shown], &[Shown]), room: usize) {
    let room = room.saturating_sub(closed.len()).max(SHOWN_AT_LEAST);
    let fits = if came.len() > room { room.saturating_sub(1) } else { came.len() };
    let (texts, items) = (Table::new(&TEXTS), Table::new(&ITEMS));
    let show = |screen: &mut Screen, line: &Shown| match line {
        Shown::Head(head) => screen.say_in(Weight::Bold, head),
        Shown::Text(cells) => screen.row(&texts, cells),
        Shown::Item(cells) => screen.row(&items, cells),
    };
    came.iter().take(fits).for_each(|line| show(screen, line));
    if came.len() > fits {
        screen.say_in(Weight::Dim, &format!("and {} more, with --full", came.len() - fits));
    }
    closed.iter().for_each(|line| show(screen, line));
}

/// A line for each text and each item that came back, then one for each that is held and stays closed.
fn came_back(
    evidence: &Evidence,
    entries: &[PaperLine],
    names: &Names,
    width: usize,
) -> (Vec<Shown>, Vec<Shown>) {
    let screen = Screen::new(width);
    let room = |columns: &[Column]| match screen.is_narrow() {
        true => screen.width().saturating_sub(2),
        false => columns::widths(columns, screen.width()).last().copied().unwrap_or_default(),
    };
    // What stands behind a comma explains the rest.
    let label = |asked: &str| asked.split(',').next().unwrap_or(asked).to_owned();
    let mut out: Vec<Shown> = texts_by_sender(&evidence.brought.said, names)
        .into_iter()
        .map(|(ends, text)| Shown::Text([ends, one_line(&format!("\"{}\"", safe(&text)), room(&TEXTS))]))
        .collect();
    let is_said = |line: &PaperLine| {
        !out.is_empty() && matches!(line.item, Some(Item::MessageContent | Item::DeliveredMessages))
    };
    let returned = |line: &&PaperLine| {
        line.standing == Standing::Returned && !line.is_repeated_in(entries) && !is_said(line)
    };
    let mut returned: Vec<&PaperLine> = entries.iter().filter(returned).collect();
    returned
        .sort_by_key(|line| FIRST.iter().position(|first| line.item == Some(*first)).unwrap_or(FIRST.len()));
    out.extend(returned.into_iter().map(|line| {
        let says = match line.item {
            Some(Item::PhoneNumber) => line.says.clone(),
            _ => with_names(&line.says, names),
        };
        Shown::Item([label(&line.asked), one_line(&says, room(&ITEMS))])
    }));
    if !out.is_empty() {
        out.insert(0, Shown::Head("CAME BACK"));
    }
    let closed = entries.iter().filter(|line| line.standing == Standing::Closed && line.says != NOT_KNOWN);
    let mut held = Vec::new();
    for line in closed {
        if held.is_empty() {
            held.push(Shown::Head("DID NOT COME BACK"));
        }
        let (says, _) = line.says.split_once(". ").unwrap_or((&line.says, ""));
        held.push(Shown::Item([label(&line.asked), one_line(says, room(&ITEMS))]));
    }
    (out, held)
}

/// Texts under who said them to whom. A text to several people is one.
fn texts_by_sender(said: &[Said], names: &Names) -> Vec<(String, String)> {
    let named = |end: &Option<String>| {
        let name = |number: &String| names.get(number).unwrap_or(number).clone();
        end.as_ref().map_or_else(|| "(not named)".to_owned(), name)
    };
    let same =
        |one: &Said, other: &Said| (one.at, &one.from, &one.text) == (other.at, &other.from, &other.text);
    let texts = said.chunk_by(same).filter_map(|copies| {
        let first = copies.first()?;
        let to = match copies {
            [one] => named(&one.to),
            many => format!("{} people", many.len()),
        };
        Some((format!("{} to {to}", named(&first.from)), first.text.clone()))
    });
    texts.collect()
}

/// Numbers as the names that the story has for them, and times to the minute.
fn with_names(says: &str, names: &Names) -> String {
    names.iter().fold(says.replace(":00 UTC", ""), |says, (number, name)| says.replace(number, name))
}

/// Several lines as one that is no wider than `room`: what does not fit is counted.
fn one_line(says: &str, room: usize) -> String {
    use textwrap::core::display_width;
    let all: Vec<&str> = says.lines().filter(|line| !line.starts_with("returned ")).collect();
    let mut out = String::new();
    for (at, line) in all.iter().enumerate() {
        let left = all.len() - at;
        let more = if left > 1 { format!(" +{} more", left - 1) } else { String::new() };
        let with_it = if at == 0 { (*line).to_owned() } else { format!("{out}, {line}") };
        if display_width(&with_it) + display_width(&more) > room {
            if at > 0 {
                return format!("{out} +{left} more");
            }
            let kept = room.saturating_sub(display_width(&more) + 3);
            let cut: String = with_it.chars().take(kept).collect();
            return format!("{}...{more}", cut.trim_end());
        }
        out = with_it;
    }
    out
}

fn not_held(screen: &mut Screen, entries: &[PaperLine]) {
    let not_held: Vec<&PaperLine> = entries.iter().filter(|it| it.standing == Standing::NotHeld).collect();
    let not_reached = entries.iter().filter(|it| it.standing == Standing::NotReached).count();
    let not_known = entries.iter().filter(|it| it.says == NOT_KNOWN).count();
    let mut says = Vec::new();
    if !not_held.is_empty() {
        says.push(format!("ASKED AND NOT HELD {}", folded(&not_held, REASONS)));
    }
    for (what, count) in
        [("Not known for this design", not_known), ("Not reached by this demand", not_reached)]
    {
        if count > 0 {
            says.push(format!("{what}: {}.", kinds(count)));
        }
    }
    if !says.is_empty() {
        screen.say_in(Weight::Dim, &says.join(" "));
    }
}

/// What an order changed.
fn ordered(screen: &mut Screen, evidence: &Evidence) {
    if let Some(ordered) = &evidence.ordered {
        screen.row(&Table::new(&COLUMNS), &["what was changed".into(), ordered.clone()]);
    }
}

/// The power that the demand rests on, without what a lawyer wants to know of it.
fn law(screen: &mut Screen, answer: &Answer) {
    let powers: Vec<&str> =
        answer.law.iter().filter_map(|sentence| sentence.strip_prefix("Power ")).collect();
    let Some(first) = powers.first().copied().or_else(|| answer.law.first().map(String::as_str)) else {
        return;
    };
    let (power, _) = first.split_once("; decided by").unwrap_or((first, ""));
    let more = answer.law.len() - 1;
    let more = if more > 0 { format!(". {more} more on the law with --full.") } else { ".".into() };
    screen.say_in(Weight::Dim, &format!("Law {}{more}", power.trim_end_matches('.')));
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
    screen.title(&format!("LAW: asked by {} on {}", context.country, context.on));
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
    let texts = evidence.brought.texts_without_a_line();
    if texts.is_empty() {
        return;
    }
    screen.title("TEXTS THAT CAME BACK");
    let table = Table::new(&COLUMNS);
    for text in texts {
        let who = |end: &Option<String>| end.clone().unwrap_or_else(|| "(not named)".into());
        let ends = format!("{} to {}", who(&text.from), who(&text.to));
        screen.row(&table, &[ends, format!("\"{}\"", safe(&text.text))]);
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
