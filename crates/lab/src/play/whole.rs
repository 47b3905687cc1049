//! The whole story on a screen: as a play, and with everything that passed each relay.

use std::collections::BTreeMap;

use pillarbox_text::columns::Column;

use super::kept_at_end::kept_at_end;
use super::scenes::{self, MACHINERY};
use super::told::PlayedStory;
use crate::record::{Kind, Record, Way};
use crate::screen::{Screen, Table};

/// Columns: time, event.
const EVENTS: [Column; 2] = [Column::Fixed(19), Column::Share(1)];
/// Columns: name, number, country.
const PEOPLE: [Column; 3] = [Column::Fixed(24), Column::Fixed(20), Column::Share(1)];
/// Columns: direction, frame, count, bytes.
const FRAMES: [Column; 4] = [Column::Fixed(14), Column::Fixed(22), Column::Fixed(10), Column::Share(1)];

/// The number of message rows of a relay that are shown one by one.
const ROWS: usize = 3;

impl PlayedStory<'_> {
    /// Renders the story as a play, and the data that remains, for a window of `width` columns.
    #[must_use]
    pub fn play(&self, width: usize) -> String {
        let mut screen = Screen::new(width);
        self.playbill(&mut screen);
        scenes::show(&mut screen, &scenes::scenes(self.record), true);
        screen.title("WHAT IS LEFT");
        kept_at_end(&mut screen, self, ROWS);
        screen.into_text()
    }

    /// Renders everything that a person may want of a run, for a window of `width` columns.
    #[must_use]
    pub fn render(&self, width: usize) -> String {
        let mut screen = Screen::new(width);
        self.heading(&mut screen);
        people(&mut screen, self.record);
        story(&mut screen, self.record);
        seen(&mut screen, self.record);
        screen.title("WHAT IS LEFT");
        kept_at_end(&mut screen, self, ROWS);
        screen.into_text()
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

/// A count and a number of payload bytes.
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
