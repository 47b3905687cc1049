//! The live events of a relay (`pillarbox-relay ledger --follow --json`) as a trace. Nothing is written to disk:
//! the events stay in memory as they arrive, and the trace is built from them at the end.

use std::collections::HashMap;

use pillarbox_metadata::{RowKind, Trace, TracePerson, TraceRow};
use serde::Deserialize;

use super::people::{Addresses, People};
use super::{MOST_ROWS, Source, SourceError};

/// The longest line that is read. An event has some hundred characters.
pub const LONGEST_LINE: usize = 65_536;

/// The number of hexadecimal digits of an account id that are shown, as on the relay's own screen.
const SHORT_ID: usize = 8;

#[derive(Debug, Deserialize)]
struct Event {
    #[serde(default)]
    time: u64,
    connection: Option<u64>,
    peer: Option<String>,
    #[serde(default)]
    frame: String,
    from: Option<String>,
    about: Option<HashMap<String, String>>,
    #[serde(default)]
    bytes: u32,
    missed: Option<u64>,
}

/// The events so far.
#[derive(Debug)]
pub struct Ledger {
    people: People<String>,
    addresses: Addresses,
    rows: Vec<TraceRow>,
    /// The number that each connection is registering.
    registering: HashMap<u64, String>,
    missed: u64,
    lines: usize,
}

impl Default for Ledger {
    fn default() -> Self {
        Self {
            people: People::new(),
            addresses: Addresses::default(),
            rows: Vec::new(),
            registering: HashMap::new(),
            missed: 0,
            lines: 0,
        }
    }
}

impl Ledger {
    /// Reads one line.
    ///
    /// # Errors
    /// [`SourceError`], with the line.
    pub fn line(&mut self, line: &str) -> Result<(), SourceError> {
        self.lines += 1;
        let what = || "standard input".to_owned();
        let event: Event = serde_json::from_str(line).map_err(|_| SourceError::Line {
            what: what(),
            line: self.lines,
            why: "this is no event. They come from `pillarbox-relay ledger --follow --json`".to_owned(),
        })?;
        if self.rows.len() > MOST_ROWS {
            return Err(SourceError::TooLong { what: what() });
        }
        match event.missed {
            Some(missed) => self.missed = self.missed.saturating_add(missed),
            None => self.event(&event),
        }
        Ok(())
    }

    /// Counts the messages that have passed so far.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.rows.iter().filter(|row| row.kind == RowKind::Sent).count()
    }

    fn event(&mut self, event: &Event) {
        let from = event.from.as_ref().map(|from| self.account(from));
        let about = event.about.as_ref().and_then(|about| about.iter().next());
        let concerned = match about {
            Some((kind, id)) if kind == "device" || kind == "account" => Some(self.account(id)),
            Some((kind, number)) if kind == "handle" => self.people.known(number),
            _ => None,
        };
        let (kind, from, to) = match event.frame.as_str() {
            "opened" => (RowKind::Connected, None, None),
            "Register" | "RegisterWithCode" => {
                if let (Some((_, number)), Some(connection)) = (about, event.connection) {
                    self.registering.insert(connection, number.clone());
                }
                return;
            }
            "Authenticated" | "Registered" | "Reregistered" => {
                let person = concerned.or(from);
                self.registered(event.connection, person);
                (RowKind::Connected, person, None)
            }
            "LookUp" => (RowKind::LookedUp, from, concerned),
            "FetchBundles" => (RowKind::FetchedKeys, from, concerned),
            "Submit" => (RowKind::Sent, from, concerned),
            "Deliver" => (RowKind::Delivered, from, concerned),
            _ => return self.registered(event.connection, from),
        };
        let address = event.peer.as_ref().map(|peer| self.addresses.place(peer));
        let bytes = Some(event.bytes).filter(|_| matches!(kind, RowKind::Sent | RowKind::Delivered));
        self.rows.push(TraceRow {
            at: event.time,
            kind,
            from,
            to,
            connection: event.connection,
            address,
            bytes,
        });
    }

    /// Names the person who has just registered a number on this connection by that number.
    fn registered(&mut self, connection: Option<u64>, person: Option<TracePerson>) {
        let (Some(connection), Some(person)) = (connection, person) else { return };
        if let Some(number) = self.registering.remove(&connection) {
            self.people.rename(person, number.clone());
            self.people.call(number, person);
        }
    }

    /// Returns the person of an account, or of one of its devices.
    fn account(&mut self, id: &str) -> TracePerson {
        let account = id.split_once('.').map_or(id, |(account, _)| account);
        self.people.called(account.to_owned(), || account.chars().take(SHORT_ID).collect())
    }

    /// Returns all events as a source.
    #[must_use]
    pub fn finish(mut self) -> Source {
        self.rows.sort_by_key(|row| row.at);
        let (addresses, subscribers) = self.addresses.into_parts();
        let mut notes = Vec::new();
        if self.missed > 0 {
            notes.push(format!(
                "{} events passed too quickly to be shown, and are not in these counts.",
                crate::english::grouped(self.missed.into())
            ));
        }
        let rows = self.rows;
        let trace =
            Trace { people: self.people.into_names(), addresses, subscribers, rows, ..Trace::default() };
        Source { what: "what passed the relay".to_owned(), passed: Some(trace), notes, ..Source::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger(lines: &[&str]) -> Source {
        let mut ledger = Ledger::default();
        lines.iter().for_each(|line| ledger.line(line).unwrap());
        ledger.finish()
    }

    #[test]
    fn events_become_rows_and_numbers_become_names() {
        let source = ledger(&[
            r#"{"v":1,"time":5,"connection":1,"peer":"127.0.0.1","frame":"Register","from":null,"about":{"handle":"+447700900101"},"bytes":0}"#,
            r#"{"v":1,"time":6,"connection":1,"peer":"127.0.0.1","frame":"Registered","from":null,"about":{"device":"aa00000000.1"},"bytes":0}"#,
            r#"{"v":1,"time":7,"connection":1,"peer":"127.0.0.1","frame":"Submit","from":"aa00000000.1","about":{"device":"bb11111111.1"},"bytes":509}"#,
            r#"{"v":1,"missed":7}"#,
        ]);
        let trace = source.passed.unwrap();
        assert_eq!(trace.people, ["+447700900101", "bb111111"]);
        let row = &trace.rows[1];
        assert_eq!(
            (row.kind, row.from, row.to, row.bytes),
            (RowKind::Sent, Some(TracePerson(0)), Some(TracePerson(1)), Some(509))
        );
        assert!(source.notes[0].starts_with("7 events passed too quickly"), "{:?}", source.notes);
    }

    #[test]
    fn a_line_that_is_no_event_is_named_by_its_number() {
        let mut ledger = Ledger::default();
        ledger.line("{}").unwrap();
        let error = ledger.line("hello").unwrap_err().to_string();
        assert!(error.starts_with("standard input, line 2: "), "{error}");
        for odd in [r#"{"about":{}}"#, r#"{"frame":"Submit","about":{"planet":"x"}}"#] {
            ledger.line(odd).unwrap();
        }
    }
}
