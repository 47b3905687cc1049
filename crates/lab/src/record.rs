//! The record: the one log of a run, one JSON object per line. Terminal, report and page are views of it.
//!
//! It contains no wall clock and no measured time, so the same scenario, design and seed yield the same bytes. A
//! payload is in it as its SHA-256. Its form is `schemas/record.schema.json`. [`Kind`] has one variant for each
//! kind of line.

use std::net::IpAddr;

use data_encoding::HEXLOWER;
use pillarbox_access::Design;
use pillarbox_client::display::json;
use pillarbox_wire::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::scenario::Network;

/// The version of the record's form, in every line. Since version 2, a line names the event that caused it and the text
/// that it is about, and the fate of each row is recorded.
pub const VERSION: u8 = 2;

/// The direction of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// From a phone to a relay.
    Up,
    /// From a relay to a phone.
    Down,
}

/// The fate of a message's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// The row exists from now on.
    Kept,
    /// Its phone has the message, and the row is kept.
    Delivered,
    /// The row is deleted.
    Gone,
}

/// The content of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the fields are described in the schema, which a test holds to these")]
pub enum Kind {
    /// The scenario, design, seed and program of the run.
    Header {
        scenario: String,
        scenario_sha256: String,
        design: String,
        design_sha256: String,
        seed: u64,
        program: String,
    },
    /// A relay of this world.
    Relay { relay: usize, name: String, jurisdiction: Option<String> },
    /// The network of this world, in a story that has one.
    Network { network: Network },
    /// One of the people.
    Person {
        who: String,
        country: String,
        number: Option<String>,
        address: Option<IpAddr>,
        #[serde(skip_serializing_if = "Option::is_none")]
        connects: Option<String>,
    },
    /// Somebody's account was created.
    Account { who: String, relay: usize, account: String },
    /// Somebody's phone began a connection, in a story that has a network. No relay sees this line.
    Connects { who: String, relay: usize, connection: u64, address: IpAddr },
    /// An event of the scenario.
    Event { who: String, does: String, what: String },
    /// Something was really said: the text's number in the story, and the SHA-256 of its words. No relay sees this
    /// line.
    Said { who: String, text: String, text_sha256: String },
    /// An event of the scenario that the design lacks the means for.
    NotInDesign { who: String, does: String, why: String },
    /// An act that the phone did not carry out.
    NotDone { who: String, does: String, why: String },
    /// A frame passed a relay.
    Frame {
        relay: usize,
        way: Way,
        connection: u64,
        peer: IpAddr,
        frame: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        about: Option<String>,
        #[serde(skip_serializing_if = "is_zero")]
        bytes: u32,
        #[serde(skip_serializing_if = "Option::is_none")]
        payload_sha256: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        starts: Option<String>,
    },
    /// A change in the row of a message. The payload's SHA-256 is the same as in the frame that carried it.
    Row {
        relay: usize,
        payload_sha256: String,
        starts: String,
        bytes: usize,
        became: Fate,
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        why: Option<&'static str>,
    },
    /// Somebody could not connect.
    Unreachable { who: String, relay: usize, why: String },
    /// A phone told its owner something.
    Notice {
        who: String,
        notice: String,
        says: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The push service was asked to wake a device.
    Wake { token_sha256: String },
    /// An order reached an operator or a network.
    Order { order: &'static str, says: String },
    /// The number of rows that a relay keeps, by kind.
    Kept { relay: usize, rows: KeptCounts },
    /// The counts of the run, and the SHA-256 of every line before this one.
    Footer { lines: u64, frames: u64, notices: u64, events: u64, skipped: u64, sha256: String },
}

/// The number of rows that a relay keeps in each table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[allow(missing_docs, reason = "one field for each table")]
pub struct KeptCounts {
    pub accounts: usize,
    pub devices: usize,
    pub prekeys: usize,
    pub messages: usize,
    pub message_bytes: usize,
    pub deposits: usize,
    pub events: usize,
    pub channels: usize,
    pub posts: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The time of the line on the world's clock.
    pub at: Timestamp,
    /// The index of the scenario's event that caused it; `None` for a line that the clock alone caused.
    pub event: Option<usize>,
    /// The content.
    pub kind: Kind,
}

#[derive(Serialize)]
struct Written<'a> {
    v: u8,
    seq: usize,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    #[serde(flatten)]
    kind: &'a Kind,
}

/// Every line of a run so far.
#[derive(Clone, Debug, Default)]
pub struct Record {
    lines: Vec<Line>,
    event: Option<usize>,
}

impl Record {
    pub(crate) fn push(&mut self, at: Timestamp, kind: Kind) {
        self.lines.push(Line { at, event: self.event, kind });
    }

    /// Returns the event that causes the next lines.
    pub(crate) const fn event(&self) -> Option<usize> {
        self.event
    }

    /// Returns the first line, which says what ran.
    pub(crate) fn first_mut(&mut self) -> Option<&mut Kind> {
        self.lines.first_mut().map(|line| &mut line.kind)
    }

    /// Sets this event of the scenario, or none, as the cause of the lines from here on.
    pub(crate) const fn in_the_wake_of(&mut self, event: Option<usize>) {
        self.event = event;
    }

    /// Returns the lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Ends the record with its counts and the digest of the lines before.
    pub(crate) fn end(&mut self, at: Timestamp) -> String {
        let mut digest = self.digest_after(0, Sha256::new());
        let told = self.lines.len();
        let count = |of: fn(&Kind) -> bool| self.lines.iter().filter(|line| of(&line.kind)).count() as u64;
        let footer = Kind::Footer {
            lines: self.lines.len() as u64 + 1,
            frames: count(|kind| matches!(kind, Kind::Frame { .. })),
            notices: count(|kind| matches!(kind, Kind::Notice { .. })),
            events: count(|kind| matches!(kind, Kind::Event { .. })),
            skipped: count(|kind| matches!(kind, Kind::NotInDesign { .. })),
            sha256: HEXLOWER.encode(&digest.clone().finalize()),
        };
        self.push(at, footer);
        digest = self.digest_after(told, digest);
        HEXLOWER.encode(&digest.finalize())
    }

    /// Returns the record as written to a file.
    #[must_use]
    pub fn to_json_lines(&self) -> String {
        self.to_json_lines_after(0)
    }

    /// Returns the record as written to a file, without its first `told` lines.
    #[must_use]
    pub fn to_json_lines_after(&self, told: usize) -> String {
        let mut text = String::with_capacity(self.lines.len().saturating_sub(told) * 200);
        self.written_after(told).for_each(|line| text.push_str(&line));
        text
    }

    /// Computes the SHA-256 of the record as written: equal for equal runs.
    #[must_use]
    pub fn sha256(&self) -> String {
        HEXLOWER.encode(&self.digest_after(0, Sha256::new()).finalize())
    }

    /// Continues the digest of the first `told` lines.
    fn digest_after(&self, told: usize, mut digest: Sha256) -> Sha256 {
        // Line by line, because a long record as one text takes as much memory again.
        self.written_after(told).for_each(|line| digest.update(line));
        digest
    }

    /// Returns each line after the first `told`, as written, with its line break.
    fn written_after(&self, told: usize) -> impl Iterator<Item = String> {
        self.lines.iter().enumerate().skip(told).filter_map(|(seq, line)| {
            let event = line.event.map(event_id);
            let written = Written { v: VERSION, seq, at: instant(line.at), event, kind: &line.kind };
            // Numbers, texts and lists always have a JSON form.
            let mut line = json(serde_json::to_string(&written).ok()?);
            line.push('\n');
            Some(line)
        })
    }
}

/// Formats a time as JSON and other programs expect it (RFC 3339), to the millisecond.
#[must_use]
pub fn instant(time: Timestamp) -> String {
    let (year, month, day, hour, minute, second) = time.calendar();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", time.0 % 1_000)
}

/// Returns the name of an event, by its index in the scenario.
#[must_use]
pub fn event_id(place: usize) -> String {
    format!("E{:02}", place + 1)
}

/// Returns the name of a text, by its index among everything that was said.
#[must_use]
pub fn text_id(place: usize) -> String {
    format!("T{:02}", place + 1)
}

/// The number of a payload's first bytes that a record shows.
const STARTS: usize = 8;

/// Returns the first bytes of a payload as hexadecimal digits.
#[must_use]
pub fn starts(payload: &[u8]) -> String {
    HEXLOWER.encode(payload.get(..STARTS).unwrap_or(payload))
}

/// Computes the SHA-256 as hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Computes the SHA-256 of a design's content.
#[must_use]
pub fn design_digest(design: &Design) -> String {
    sha256(&serde_json::to_vec(design).unwrap_or_default())
}
