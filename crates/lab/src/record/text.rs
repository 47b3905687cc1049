//! A record as a person reads it: who there was, what happened and what phones told, what each relay saw and what it keeps.

use std::collections::BTreeMap;

use pillarbox_access::law::Day;
use pillarbox_wire::Timestamp;

use super::{Fate, Kept, Kind, Line, Record, Way};
use crate::columns::Column;
use crate::scenario::Scenario;
use crate::screen::{Screen, Table, Weight};

/// Time, what.
const EVENTS: [Column; 2] = [Column::Fixed(19), Column::Share(1)];
/// Time of the day, what.
const ACTS: [Column; 2] = [Column::Fixed(7), Column::Share(1)];
/// Name, number, country.
const PEOPLE: [Column; 3] = [Column::Fixed(24), Column::Fixed(20), Column::Share(1)];
/// Way, frame, how often, bytes.
const FRAMES: [Column; 4] = [Column::Fixed(14), Column::Fixed(22), Column::Fixed(10), Column::Share(1)];

/// Message rows of a relay that are shown one by one.
const ROWS: usize = 3;

/// Notices that a reader does not miss: they tell of the machinery and not of people.
const MACHINERY: [&str; 4] = ["registered", "connected", "accepted", "found"];

/// Notices that a play does without: each text has a receipt, and each address book its matches.
const STAGE_HANDS: [&str; 2] = ["delivered", "known-numbers"];

/// Notices that say what a line of the play has just said, unless time has passed since.
const ECHOES: [&str; 2] = ["received", "group-joined"];

/// The acts that phones echo.
const ECHOED: [&str; 2] = ["says", "makes-group"];

/// The story as a play, and what is left of it, for a window of `width` columns.
#[must_use]
pub fn play(record: &Record, scenario: &Scenario, design_title: &str, width: usize) -> String {
    let mut screen = Screen::new(width);
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
    acts(&mut screen, record);
    left(&mut screen, record);
    screen.into_text()
}

/// What people do and what becomes of them, day by day.
fn acts(screen: &mut Screen, record: &Record) {
    let table = Table::new(&ACTS);
    let (mut day, mut last_act) = (None, None);
    for line in record.lines() {
        let Some((weight, says)) = act(line, last_act) else { continue };
        let (year, month, date, hour, minute, _) = line.at.calendar();
        if day != Some((year, month, date)) {
            day = Some((year, month, date));
            screen.blank();
            screen.say_in(Weight::Bold, &Day::of(line.at).to_string());
        }
        let is_act = matches!(line.kind, Kind::Event { .. } | Kind::Order { .. });
        let is_echoed = matches!(&line.kind, Kind::Event { does, .. } if ECHOED.contains(&does.as_str()));
        if is_act {
            last_act = Some((line.at, is_echoed));
        }
        let time = if is_act || last_act.is_none_or(|(at, _)| at != line.at) {
            format!(" {hour:02}:{minute:02}")
        } else {
            String::new()
        };
        screen.row_in(weight, &table, &[time, says]);
    }
}

/// A line of the play; none if it is about the machinery, or says what was just said.
fn act(line: &Line, last_act: Option<(Timestamp, bool)>) -> Option<(Weight, String)> {
    let normal = |says: String| Some((Weight::Normal, says));
    match &line.kind {
        Kind::Event { who, does, what } => normal(match does.as_str() {
            "says" => format!("{who} {what}"),
            "phone-seized" => format!("{who}'s phone is seized, {}", what.replace('-', " ")),
            verb => format!("{who} {} {what}", verb.replace('-', " ")).trim_end().to_owned(),
        }),
        Kind::Order { says, .. } => Some((Weight::Bold, format!("ORDER: {says}."))),
        Kind::NotInDesign { why, .. } => Some((Weight::Dim, format!("  {why}."))),
        Kind::NotDone { who, why, .. } => Some((Weight::Dim, format!("  not done by {who}'s phone: {why}."))),
        Kind::Unreachable { who, why, .. } => {
            Some((Weight::Dim, format!("  {who}'s phone does not connect: {why}.")))
        }
        Kind::Notice { who, notice, says, .. } => {
            let last_act = last_act?;
            let is = |kinds: &[&str]| kinds.contains(&notice.as_str());
            if is(&MACHINERY) || is(&STAGE_HANDS) || (is(&ECHOES) && last_act == (line.at, true)) {
                return None;
            }
            normal(format!("  {who}'s phone: {says}"))
        }
        _ => None,
    }
}

/// What each relay saw and keeps, in a sentence each.
fn left(screen: &mut Screen, record: &Record) {
    screen.title("WHAT IS LEFT");
    let mut frames: BTreeMap<usize, u64> = BTreeMap::new();
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    for line in record.lines() {
        match &line.kind {
            Kind::Frame { relay, .. } => *frames.entry(*relay).or_default() += 1,
            Kind::Relay { relay, name, jurisdiction } => {
                let place = jurisdiction.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
                names.insert(*relay, format!("{name}{place}"));
            }
            _ => {}
        }
    }
    for (relay, kept) in last_kept(record) {
        let name = names.get(&relay).cloned().unwrap_or_else(|| format!("relay {relay}"));
        let frames = frames.get(&relay).copied().unwrap_or_default();
        let says = format!("{name} saw {frames} frames pass. It keeps {}.", in_words(kept));
        screen.say_in(Weight::Bold, &says);
        let rows = rows_left(record, relay);
        rows.iter().take(ROWS).for_each(|row| screen.entry(Weight::Normal, &format!("- a message {row}")));
        if rows.len() > ROWS {
            screen.say_in(Weight::Dim, &format!("- and {} more", rows.len() - ROWS));
        }
    }
}

/// A message row that is still there.
struct RowLeft<'r> {
    since: Timestamp,
    bytes: usize,
    starts: &'r str,
    until: Option<&'r str>,
}

/// Message rows of a relay that are still there at the end, a line each, the oldest first.
fn rows_left(record: &Record, of: usize) -> Vec<String> {
    let mut rows: BTreeMap<&str, RowLeft<'_>> = BTreeMap::new();
    for line in record.lines() {
        let Kind::Row { relay, payload_sha256, starts, bytes, became, until, .. } = &line.kind else {
            continue;
        };
        if *relay != of {
            continue;
        }
        if *became == Fate::Gone {
            rows.remove(payload_sha256.as_str());
            continue;
        }
        let row = RowLeft { since: line.at, bytes: *bytes, starts, until: None };
        // A row that stays after its delivery is kept by another rule than one that waits.
        rows.entry(payload_sha256).or_insert(row).until = until.as_deref();
    }
    let mut rows: Vec<RowLeft<'_>> = rows.into_values().collect();
    rows.sort_by_key(|row| row.since);
    let says = |RowLeft { since, bytes, starts, until }: RowLeft<'_>| {
        let day = until.map(|until| until.split('T').next().unwrap_or(until));
        let until = day.map_or_else(String::new, |day| format!(", to be kept until {day}"));
        format!("there since {since}: {bytes} bytes, {starts}...{until}")
    };
    rows.into_iter().map(says).collect()
}

/// Rows by their kinds, without those that there are none of.
fn in_words(kept: Kept) -> String {
    let Kept { accounts, devices, prekeys, messages, message_bytes, deposits, events, channels, posts } =
        kept;
    let kinds = [
        (accounts, "account", String::new()),
        (devices, "device", String::new()),
        (messages, "message", format!(" ({message_bytes} bytes)")),
        (deposits, "deposit", String::new()),
        (events, "row of its log", String::new()),
        (channels, "channel", String::new()),
        (posts, "post", String::new()),
        (prekeys, "public prekey", String::new()),
    ];
    let kinds = kinds.into_iter().filter(|(count, ..)| *count > 0).map(|(count, noun, more)| {
        let noun = match (count, noun) {
            (1, noun) => noun.to_owned(),
            (_, "row of its log") => "rows of its log".to_owned(),
            (_, noun) => format!("{noun}s"),
        };
        format!("{count} {noun}{more}")
    });
    let kinds: Vec<String> = kinds.collect();
    if kinds.is_empty() { "nothing".into() } else { kinds.join(", ") }
}

fn last_kept(record: &Record) -> BTreeMap<usize, Kept> {
    let kept = record.lines().iter().filter_map(|line| match &line.kind {
        Kind::Kept { relay, rows } => Some((*relay, *rows)),
        _ => None,
    });
    kept.collect()
}

/// Everything that a person may want of a run, for a window of `width` columns.
#[must_use]
pub fn render(record: &Record, scenario: &Scenario, design_plain: &str, width: usize) -> String {
    let mut screen = Screen::new(width);
    heading(&mut screen, record, scenario, design_plain);
    people(&mut screen, record);
    story(&mut screen, record);
    seen(&mut screen, record);
    left(&mut screen, record);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A row is told with the rule that it is kept by at the end, and one that went is not told.
    #[test]
    fn rows_that_are_left_are_told_with_their_last_rule() {
        let mut record = Record::default();
        let mut row = |at, payload: &str, became, until: Option<&str>| {
            let kind = Kind::Row {
                relay: 0,
                payload_sha256: payload.to_owned(),
                starts: payload.to_owned(),
                bytes: 3,
                became,
                until: until.map(str::to_owned),
                why: None,
            };
            record.push(Timestamp(at), kind);
        };
        row(0, "b", Fate::Kept, Some("1970-01-31T00:00:00.000Z"));
        row(1_000, "a", Fate::Kept, Some("1970-01-31T00:00:00.000Z"));
        row(2_000, "c", Fate::Kept, Some("1970-01-31T00:00:00.000Z"));
        row(3_000, "b", Fate::Delivered, Some("1971-01-01T00:00:00.000Z"));
        row(4_000, "c", Fate::Gone, None);
        assert_eq!(
            rows_left(&record, 0),
            [
                "there since 1970-01-01 00:00:00 UTC: 3 bytes, b..., to be kept until 1971-01-01",
                "there since 1970-01-01 00:00:01 UTC: 3 bytes, a..., to be kept until 1970-01-31",
            ]
        );
        assert_eq!(rows_left(&record, 1), Vec::<String>::new());
    }
}
