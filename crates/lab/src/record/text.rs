//! A record as a person reads it: who there was, what happened and what phones told, what each relay saw and what it keeps.

mod glance;
mod left;
mod play;

use std::collections::BTreeMap;

use super::{Kind, Record, Way};
use crate::columns::Column;
use crate::scenario::Scenario;
use crate::screen::{Screen, Table, Weight};

pub use glance::glance;

/// Time, what.
const EVENTS: [Column; 2] = [Column::Fixed(19), Column::Share(1)];
/// Name, number, country.
const PEOPLE: [Column; 3] = [Column::Fixed(24), Column::Fixed(20), Column::Share(1)];
/// Way, frame, how often, bytes.
const FRAMES: [Column; 4] = [Column::Fixed(14), Column::Fixed(22), Column::Fixed(10), Column::Share(1)];

/// Message rows of a relay that are shown one by one.
const ROWS: usize = 3;

/// Notices that a reader does not miss: they tell of the machinery and not of people.
const MACHINERY: [&str; 4] = ["registered", "connected", "accepted", "found"];

/// The story as a play, and what is left of it, for a window of `width` columns.
#[must_use]
pub fn play(record: &Record, scenario: &Scenario, design_title: &str, width: usize) -> String {
    let mut screen = Screen::new(width);
    playbill(&mut screen, record, scenario, design_title);
    play::show(&mut screen, &play::scenes(record), true);
    screen.title("WHAT IS LEFT");
    left::left(&mut screen, record, ROWS);
    screen.into_text()
}

/// The title, what it runs under, and what the story tells.
fn playbill(screen: &mut Screen, record: &Record, scenario: &Scenario, design_title: &str) {
    screen.say_in(Weight::Bold, &scenario.title);
    for line in record.lines() {
        if let Kind::Header { scenario: name, design, seed, .. } = &line.kind {
            screen.say_in(Weight::Dim, &format!("{name} under {design} ({design_title}), seed {seed}"));
        }
    }
    if !scenario.story.is_empty() {
        screen.blank();
        screen.say(&scenario.story.replace('\n', " "));
    }
}

/// Everything that a person may want of a run, for a window of `width` columns.
#[must_use]
pub fn render(record: &Record, scenario: &Scenario, design_plain: &str, width: usize) -> String {
    let mut screen = Screen::new(width);
    heading(&mut screen, record, scenario, design_plain);
    people(&mut screen, record);
    story(&mut screen, record);
    seen(&mut screen, record);
    screen.title("WHAT IS LEFT");
    left::left(&mut screen, record, ROWS);
    screen.into_text()
}

fn heading(screen: &mut Screen, record: &Record, scenario: &Scenario, design_plain: &str) {
    for line in record.lines() {
        if let Kind::Header { scenario: name, design, seed, .. } = &line.kind {
            screen.say(&format!("{name}: {}.", scenario.title));
            screen.say(&format!("Design {design}: {design_plain}. Seed {seed}."));
        }
    }
    if !scenario.story.is_empty() {
        screen.blank();
        screen.say(&scenario.story.replace('\n', " "));
    }
}

fn people(screen: &mut Screen, record: &Record) {
    screen.title("PEOPLE");
    let table = Table::new(&PEOPLE);
    for line in record.lines() {
        if let Kind::Person { who, country, number, .. } = &line.kind {
            let number = number.clone().unwrap_or_else(|| "no number".into());
            screen.row(&table, &[who.clone(), number, country.clone()]);
        }
    }
}

fn story(screen: &mut Screen, record: &Record) {
    screen.title("WHAT HAPPENED");
    let table = Table::new(&EVENTS);
    let mut began = false;
    for line in record.lines() {
        let time = line.at.to_string();
        let time = time.strip_suffix(" UTC").unwrap_or(&time).to_owned();
        let says = match &line.kind {
            Kind::Event { who, does, what } => {
                began = true;
                let verb = does.replace('-', " ");
                format!("{who} {verb} {what}").trim_end().to_owned()
            }
            Kind::Order { says, .. } => {
                began = true;
                format!("Order: {says}.")
            }
            Kind::NotInDesign { why, .. } => format!("  {why}."),
            Kind::NotDone { who, why, .. } => format!("  not done by {who}'s phone: {why}."),
            Kind::Unreachable { who, why, .. } => format!("  {who}'s phone does not connect: {why}."),
            Kind::Notice { who, notice, says, .. } if began && !MACHINERY.contains(&notice.as_str()) => {
                format!("  {who}'s phone: {says}")
            }
            _ => continue,
        };
        screen.row(&table, &[time, says]);
    }
}

/// How often, and how many payload bytes.
type Count = (u64, u64);

fn seen(screen: &mut Screen, record: &Record) {
    let mut frames: BTreeMap<(usize, Way, &str), Count> = BTreeMap::new();
    for line in record.lines() {
        if let Kind::Frame { relay, way, frame, bytes, .. } = &line.kind {
            let (count, sum) = frames.entry((*relay, *way, frame)).or_default();
            *count += 1;
            *sum += u64::from(*bytes);
        }
    }
    screen.title("WHAT PASSED EACH RELAY");
    let heads = ["RELAY", "FRAME", "COUNT", "PAYLOAD BYTES"].map(str::to_owned).to_vec();
    let table = Table::headed(&FRAMES, heads);
    screen.heads(&table);
    for ((relay, way, frame), (count, sum)) in frames {
        let arrow = match way {
            Way::Up => "to",
            Way::Down => "from",
        };
        let bytes = if sum == 0 { String::new() } else { sum.to_string() };
        screen.row(&table, &[format!("{arrow} relay {relay}"), frame.into(), count.to_string(), bytes]);
    }
}
