//! The outcome on a screen. Its use for an investigator is first, then each means beside its controls, then the
//! bystanders whom the same method names.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_metadata::{Lead, Means, MeansOutcome, MeansResult, TracePerson};
use pillarbox_text::columns::Column;
use pillarbox_wire::Timestamp;

use super::AnalysedSource;
use crate::english::grouped;
use crate::screen::{Screen, Table, Weight};

/// Columns: means, right pairs of all pairs, pairs named, messages until half were right, shuffled, chance.
const SCORED: [Column; 6] = [
    Column::Share(1),
    Column::Fixed(11),
    Column::Fixed(7),
    Column::Fixed(10),
    Column::Fixed(9),
    Column::Fixed(6),
];

/// Columns: means, pairs named, pairs named on the shuffled trace.
const UNSCORED: [Column; 3] = [Column::Share(1), Column::Fixed(9), Column::Fixed(9)];

/// The number of people that a short screen names.
const NAMES: usize = 4;

/// The number of false leads that a short screen names.
const FALSE_LEADS: usize = 2;

const NOTHING: &str = "No row of a message names both people here.";

/// Writes the outcome on one screen.
#[must_use]
pub fn short(inquiry: &AnalysedSource, width: usize) -> String {
    let mut screen = Screen::new(width);
    screen.say_in(Weight::Bold, &use_of_it(inquiry));
    screen.say(&read(inquiry));
    screen.blank();
    table(inquiry, &mut screen);
    refusals(inquiry, &mut screen);
    for sentence in bystanders(inquiry).into_iter().chain(false_leads(inquiry)).chain(inquiry.notes.clone()) {
        screen.say(&sentence);
    }
    screen.into_text()
}

/// Writes the outcome with every pair and every false lead.
#[must_use]
pub fn full(inquiry: &AnalysedSource, width: usize) -> String {
    let mut screen = Screen::new(width);
    for MeansOutcome { means, outcome } in &inquiry.analysis.lines {
        let Ok(found) = outcome else { continue };
        screen.title(&means.wording().to_uppercase());
        if found.leads.is_empty() {
            screen.say("This means names no pair.");
        }
        let is_false = |lead: &&Lead| {
            found.score.as_ref().is_some_and(|score| score.false_leads.contains(&(lead.one, lead.other)))
        };
        for lead in &found.leads {
            let wrong = match (is_false(&lead), means) {
                (false, _) => "",
                (true, Means::Groups) => "; they got no text together",
                (true, _) => "; a false lead",
            };
            let rows: Vec<String> = lead.rows.iter().map(|row| grouped(*row as u128 + 1)).collect();
            screen.entry(
                Weight::Normal,
                &format!(
                    "{} and {}: after {}; rows {}{wrong}",
                    inquiry.trace.name(lead.one),
                    inquiry.trace.name(lead.other),
                    messages(lead.after),
                    rows.join(", "),
                ),
            );
        }
    }
    let groups = inquiry.ties(None).groups;
    if !groups.is_empty() {
        screen.title("GROUPS");
        for group in groups {
            let names = group.iter().filter_map(|place| inquiry.trace.people.get(*place)).cloned();
            screen.entry(Weight::Normal, &names.collect::<Vec<_>>().join(", "));
        }
    }
    screen.blank();
    screen.into_text() + &short(inquiry, width)
}

/// Returns the person asked about: the one whom the reader names, the one whom the story is about, or the one in most
/// pairs.
fn subject(inquiry: &AnalysedSource) -> Option<TracePerson> {
    let leads = &inquiry.analysis.found(Means::Named)?.leads;
    if let Some(about) = inquiry.about {
        return Some(about);
    }
    let people = leads.iter().flat_map(|lead| [lead.one, lead.other]);
    let mut counts = BTreeMap::new();
    people.for_each(|person| *counts.entry(person).or_insert(0_u64) += 1);
    // Of several people in equally many pairs, the first is chosen.
    counts
        .into_iter()
        .max_by_key(|(person, count)| (*count, std::cmp::Reverse(*person)))
        .map(|(person, _)| person)
}

/// Describes what source and destination alone establish.
fn use_of_it(inquiry: &AnalysedSource) -> String {
    let Some((about, found)) = subject(inquiry).zip(inquiry.analysis.found(Means::Named)) else {
        return NOTHING.to_owned();
    };
    let mut own: Vec<&Lead> =
        found.leads.iter().filter(|lead| lead.one == about || lead.other == about).collect();
    own.sort_by_key(|lead| (std::cmp::Reverse(lead.there + lead.back), lead.one, lead.other));
    let other = |lead: &Lead| if lead.one == about { lead.other } else { lead.one };
    let name = inquiry.trace.name(about);
    let Some(first) = own.first() else {
        return format!("Without a word of content: no row names anybody with {name}.");
    };
    let shown = own
        .iter()
        .take(NAMES)
        .map(|lead| format!("{} ({})", inquiry.trace.name(other(lead)), lead.there + lead.back));
    let shown: Vec<String> = shown.collect();
    let more = own.len().saturating_sub(NAMES);
    let more = if more > 0 { format!(" and {}", people(more)) } else { String::new() };
    let when = times(inquiry, about, other(first));
    format!(
        "Without a word of content: rows name {name} with {}. Messages: {}{more}.{when}",
        people(own.len()),
        shown.join(", "),
    )
}

/// Describes from when to when two people wrote.
fn times(inquiry: &AnalysedSource, one: TracePerson, other: TracePerson) -> String {
    let rows = inquiry.trace.rows.iter().filter(|row| {
        row.kind == pillarbox_metadata::RowKind::Sent
            && matches!((row.from, row.to), (Some(from), Some(to)) if [(one, other), (other, one)].contains(&(from, to)))
    });
    let times: Vec<u64> = rows.map(|row| row.at).collect();
    let Some((first, last)) = times.first().zip(times.last()) else { return String::new() };
    let (name, first, last) = (inquiry.trace.name(other), minute(*first), minute(*last));
    if first == last { format!(" {name}: {first} UTC.") } else { format!(" {name}: {first} to {last} UTC.") }
}

fn minute(at: u64) -> String {
    let (year, month, day, hour, minute, _) = Timestamp(at).calendar();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

fn people(number: usize) -> String {
    match number {
        1 => "one other person".to_owned(),
        number => format!("{} other people", grouped(number as u128)),
    }
}

fn messages(number: u64) -> String {
    if number == 1 { "1 message".to_owned() } else { format!("{} messages", grouped(number.into())) }
}

fn pairs(number: usize) -> String {
    if number == 1 { "one pair".to_owned() } else { format!("{} pairs", grouped(number as u128)) }
}

/// Describes the source, and what was removed from it.
fn read(inquiry: &AnalysedSource) -> String {
    let choices = &inquiry.choices;
    let mut poorer: Vec<String> = choices.without.iter().map(|field| field.as_str().to_owned()).collect();
    poorer = if poorer.is_empty() { poorer } else { vec![format!("without {}", poorer.join(", "))] };
    if choices.round > 1 {
        poorer.push(format!("times to {}", span(choices.round)));
    }
    let poorer = poorer.into_iter().map(|poorer| format!("; {poorer}")).collect::<String>();
    format!(
        "Read: {} ({}){poorer}. {}, {} people. Window {}, seed {}.",
        inquiry.what,
        choices.observer.wording(),
        crate::english::capital(&messages(inquiry.analysis.messages)),
        grouped(inquiry.trace.people.len() as u128),
        span(choices.settings.window),
        choices.settings.seed,
    )
}

/// Formats a span of milliseconds as it is typed.
#[must_use]
pub fn span(milliseconds: u64) -> String {
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let unit =
        units.into_iter().find(|(unit, _)| milliseconds >= *unit && milliseconds.is_multiple_of(*unit));
    unit.map_or_else(
        || format!("{milliseconds}ms"),
        |(length, unit)| format!("{}{unit}", milliseconds / length),
    )
}

fn table(inquiry: &AnalysedSource, screen: &mut Screen) {
    let tried =
        || inquiry.analysis.lines.iter().filter_map(|line| Some((line.means, line.outcome.as_ref().ok()?)));
    if tried().next().is_none() {
        return;
    }
    let is_scored = tried().any(|(_, found)| found.score.is_some());
    let heads: &[&str] = match is_scored {
        true => &["WHO WRITES TO WHOM", "PAIRS RIGHT", "NAMED", "HALF AFTER", "SHUFFLED", "CHANCE"],
        false => &["WHO WRITES TO WHOM", "NAMED", "SHUFFLED"],
    };
    let columns: &[Column] = if is_scored { &SCORED } else { &UNSCORED };
    let table = Table::headed(columns, heads.iter().map(|head| (*head).to_owned()).collect());
    screen.heads(&table);
    let mut is_told = false;
    for (means, found) in tried() {
        if !is_told && !means.is_named() {
            screen.say_in(Weight::Dim, "Inferred, and never counted as returned:");
            is_told = true;
        }
        screen.row(&table, &cells(means, found));
    }
    if is_scored {
        screen.say_in(
            Weight::Dim,
            "Half after: messages until half were found. Shuffled: recipients exchanged.",
        );
    } else {
        screen.say_in(
            Weight::Dim,
            "The source does not say who really wrote to whom, so nothing is scored. Shuffled: pairs named with recipients exchanged.",
        );
    }
}

fn cells(means: Means, found: &MeansResult) -> Vec<String> {
    let number = |number: u64| grouped(number.into());
    let name = means.wording().to_owned();
    let Some(score) = &found.score else {
        return vec![name, number(found.leads.len() as u64), number(found.shuffled_named)];
    };
    let shuffled = found
        .shuffled_right
        .map_or_else(String::new, |right| format!("{} of {}", number(right), number(found.shuffled_named)));
    vec![
        name,
        format!("{} of {}", number(score.right), number(score.there)),
        number(score.named),
        score.half_after.map_or_else(|| "not half".to_owned(), number),
        shuffled,
        found.chance.map_or_else(String::new, percent),
    ]
}

fn percent(chance: f64) -> String {
    match chance * 100.0 {
        0.0 => "0 %".to_owned(),
        percent if percent < 1.0 => "<1 %".to_owned(),
        percent => format!("{percent:.0} %"),
    }
}

/// Lists the means that were not tried. Means with the same reason are listed together.
fn refusals(inquiry: &AnalysedSource, screen: &mut Screen) {
    for (reason, means) in inquiry.analysis.refused() {
        let means: Vec<&str> = means.into_iter().map(Means::wording).collect();
        screen.entry(Weight::Normal, &format!("Not tried: {}. Reason: {reason}.", means.join(", ")));
    }
}

/// Names people whom the same rows name, and who have nothing to do with the person asked about.
fn bystanders(inquiry: &AnalysedSource) -> Option<String> {
    let about = subject(inquiry)?;
    let found = inquiry.analysis.found(Means::Named)?;
    let leads = || found.leads.iter();
    let own: BTreeSet<TracePerson> = leads()
        .filter(|lead| lead.one == about || lead.other == about)
        .flat_map(|lead| [lead.one, lead.other])
        .collect();
    let beside: Vec<&Lead> = leads().filter(|lead| lead.one != about && lead.other != about).collect();
    let others: BTreeSet<TracePerson> =
        beside.iter().flat_map(|lead| [lead.one, lead.other]).filter(|one| !own.contains(one)).collect();
    let name = inquiry.trace.name(about);
    Some(match (others.len(), beside.len()) {
        (_, 0) => format!("The same rows name nobody who has nothing to do with {name}."),
        (0, beside) => format!("The same rows name {} of which {name} is no part.", pairs(beside)),
        (others, beside) => format!(
            "Bystanders: the same rows name {} who never wrote with {name}, in {}.",
            people(others),
            pairs(beside)
        ),
    })
}

/// Lists, by name, pairs that a means names and that do not write to each other.
fn false_leads(inquiry: &AnalysedSource) -> Option<String> {
    let mut wrong: Vec<(TracePerson, TracePerson)> = Vec::new();
    let mut right: BTreeSet<(TracePerson, TracePerson)> = BTreeSet::new();
    for line in &inquiry.analysis.lines {
        let Some((found, score)) =
            line.outcome.as_ref().ok().and_then(|found| Some((found, found.score.as_ref()?)))
        else {
            continue;
        };
        wrong.extend(&score.false_leads);
        // People of one group need not write to each other, and people who write need not be in one group.
        if line.means != Means::Groups {
            let pairs = found.leads.iter().map(|lead| (lead.one.min(lead.other), lead.one.max(lead.other)));
            right.extend(pairs.filter(|pair| !score.false_leads.contains(pair)));
        }
    }
    wrong.retain(|pair| !right.contains(pair));
    wrong.sort_unstable();
    wrong.dedup();
    let named = wrong.iter().take(FALSE_LEADS);
    let named =
        named.map(|(one, other)| format!("{} and {}", inquiry.trace.name(*one), inquiry.trace.name(*other)));
    let named: Vec<String> = named.collect();
    let more = wrong.len().saturating_sub(FALSE_LEADS);
    let more = if more > 0 { format!("; {} more", grouped(more as u128)) } else { String::new() };
    (!wrong.is_empty()).then(|| format!("False leads (named, and not true): {}{more}.", named.join("; ")))
}
