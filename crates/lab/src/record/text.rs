//! A record as a person reads it: who there was, what happened and what phones told, what each relay saw and what it keeps.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Kept, Kind, Record, Way};
use crate::columns::{paragraph, side_by_side};
use crate::scenario::Scenario;

/// Time, what.
const EVENTS: [usize; 2] = [19, 58];
/// Name, number, country.
const PEOPLE: [usize; 3] = [24, 20, 32];
/// Way, frame, how often, bytes.
const FRAMES: [usize; 4] = [14, 22, 10, 24];

/// Notices that a reader of the short view does not miss: they tell of the machinery and not of people.
const MACHINERY: [&str; 4] = ["registered", "connected", "accepted", "found"];

/// The short view of a run, 80 columns wide.
#[must_use]
pub fn render(record: &Record, scenario: &Scenario, design_plain: &str) -> String {
    let mut out = String::new();
    heading(&mut out, record, scenario, design_plain);
    people(&mut out, record);
    story(&mut out, record);
    seen(&mut out, record);
    kept(&mut out, record);
    out
}

fn title(out: &mut String, text: &str) {
    out.push_str(&format!("\n{text}\n{}\n", "-".repeat(text.len())));
}

fn heading(out: &mut String, record: &Record, scenario: &Scenario, design_plain: &str) {
    for line in record.lines() {
        if let Kind::Header { scenario: name, design, seed, .. } = &line.kind {
            out.push_str(&paragraph(&format!("{name}: {}.", scenario.title)));
            out.push_str(&paragraph(&format!("Design {design}: {design_plain}. Seed {seed}.")));
        }
    }
    if !scenario.story.is_empty() {
        out.push('\n');
        out.push_str(&paragraph(&scenario.story.replace('\n', " ")));
    }
}

fn people(out: &mut String, record: &Record) {
    title(out, "PEOPLE");
    for line in record.lines() {
        if let Kind::Person { who, country, number, .. } = &line.kind {
            let number = number.clone().unwrap_or_else(|| "no number".into());
            out.push_str(&side_by_side(&PEOPLE, &[who.clone(), number, country.clone()]));
        }
    }
}

fn story(out: &mut String, record: &Record) {
    title(out, "WHAT HAPPENED");
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
        out.push_str(&side_by_side(&EVENTS, &[time, says]));
    }
}

/// How often, and how many payload bytes.
type Count = (u64, u64);

fn seen(out: &mut String, record: &Record) {
    let mut frames: BTreeMap<(usize, Way, &str), Count> = BTreeMap::new();
    for line in record.lines() {
        if let Kind::Frame { relay, way, frame, bytes, .. } = &line.kind {
            let (count, sum) = frames.entry((*relay, *way, frame)).or_default();
            *count += 1;
            *sum += u64::from(*bytes);
        }
    }
    title(out, "WHAT PASSED EACH RELAY");
    out.push_str(&side_by_side(
        &FRAMES,
        &["RELAY".into(), "FRAME".into(), "COUNT".into(), "PAYLOAD BYTES".into()],
    ));
    for ((relay, way, frame), (count, sum)) in frames {
        let arrow = match way {
            Way::Up => "to",
            Way::Down => "from",
        };
        let bytes = if sum == 0 { String::new() } else { sum.to_string() };
        out.push_str(&side_by_side(
            &FRAMES,
            &[format!("{arrow} relay {relay}"), frame.into(), count.to_string(), bytes],
        ));
    }
}

fn kept(out: &mut String, record: &Record) {
    let mut last: BTreeMap<usize, Kept> = BTreeMap::new();
    for line in record.lines() {
        if let Kind::Kept { relay, rows } = &line.kind {
            last.insert(*relay, *rows);
        }
    }
    title(out, "WHAT EACH RELAY KEEPS AT THE END, IN ROWS");
    for (relay, kept) in last {
        let Kept { accounts, devices, prekeys, messages, message_bytes, deposits, events, channels, posts } =
            kept;
        let mut text = format!("relay {relay}: ");
        // Writing to a text does not fail.
        let _ = write!(
            text,
            "{accounts} accounts, {devices} devices, {prekeys} prekeys, {messages} messages ({message_bytes} bytes), \
             {deposits} deposits, {events} events logged, {channels} channels, {posts} posts."
        );
        out.push_str(&paragraph(&text));
    }
}
