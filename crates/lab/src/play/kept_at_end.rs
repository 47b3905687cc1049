//! The contents of relays at the end of a story.

use std::collections::BTreeMap;

use pillarbox_access::country;
use pillarbox_wire::Timestamp;

use super::told::PlayedStory;
use crate::answer::can_read;
use crate::record::{Fate, KeptCounts, Kind, Record};
use crate::screen::{Screen, Weight};

/// Writes what each relay saw, keeps and can read, and up to `most` of its message rows. If `most` is 0, each relay
/// gets one paragraph.
pub(super) fn kept_at_end(screen: &mut Screen, told: &PlayedStory<'_>, most: usize) {
    let record = told.record;
    let mut frames: BTreeMap<usize, u64> = BTreeMap::new();
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    for line in record.lines() {
        match &line.kind {
            Kind::Frame { relay, .. } => *frames.entry(*relay).or_default() += 1,
            Kind::Relay { relay, name, jurisdiction } => {
                let place = jurisdiction.as_deref().map(|place| format!(" in {}", country::name(place)));
                names.insert(*relay, format!("{name}{}", place.unwrap_or_default()));
            }
            _ => {}
        }
    }
    for (relay, kept) in last_kept(record) {
        let name = names.get(&relay).cloned().unwrap_or_else(|| format!("relay {relay}"));
        let frames = frames.get(&relay).copied().unwrap_or_default();
        let keeps = in_words(kept);
        let reads = told.opened.get(relay).map(can_read).unwrap_or_default();
        if most == 0 {
            screen.say_in(Weight::Bold, format!("{name} keeps {keeps}. {reads}").trim_end());
            continue;
        }
        screen.say(&format!("{name} saw {frames} frames pass. It keeps {keeps}."));
        let rows = rows_left(record, relay);
        rows.iter().take(most).for_each(|row| screen.entry(Weight::Normal, &format!("- a message {row}")));
        if rows.len() > most {
            screen.say_in(Weight::Dim, &format!("- and {} more", rows.len() - most));
        }
        if !reads.is_empty() {
            screen.say_in(Weight::Bold, &reads);
        }
    }
}

/// A message row that still exists.
struct RowLeft<'r> {
    since: Timestamp,
    bytes: usize,
    starts: &'r str,
    until: Option<&'r str>,
}

/// Returns a line for each message row that a relay still has at the end, the oldest first.
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
        // A row that is kept after its delivery is kept by another rule than a row that waits.
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

/// Lists counts of rows by kind, and leaves out kinds with a count of zero.
fn in_words(kept: KeptCounts) -> String {
    let KeptCounts { accounts, devices, prekeys, messages, message_bytes, deposits, events, channels, posts } =
        kept;
    let kinds = [
        (accounts, "account", String::new()),
        (devices, "device", String::new()),
        (messages, "message", format!(" ({message_bytes} bytes)")),
        (deposits, "deposit", String::new()),
        (events, "row of its log", String::new()),
        (channels, "channel", String::new()),
        (posts, "post", String::new()),
        (prekeys, "prekey", String::new()),
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

fn last_kept(record: &Record) -> BTreeMap<usize, KeptCounts> {
    let kept = record.lines().iter().filter_map(|line| match &line.kind {
        Kind::Kept { relay, rows } => Some((*relay, *rows)),
        _ => None,
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A remaining row is shown with its last rule. A deleted row is not shown.
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
