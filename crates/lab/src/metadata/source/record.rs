//! A record of a run as a trace: the traffic, and the pairs who really wrote to each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pillarbox_metadata::{RowKind, Trace, TracePerson, TraceRow, TraceTiming};
use serde::Deserialize;

use super::people::{Addresses, People};
use super::{MOST_ROWS, Source, SourceError};
use crate::scenario::library;

/// The fields of a line that matter here. Others are for other readers.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    at: String,
    kind: String,
    who: String,
    what: String,
    does: String,
    text: String,
    number: Option<String>,
    address: Option<String>,
    account: String,
    connection: Option<u64>,
    peer: Option<String>,
    frame: String,
    from: Option<String>,
    about: Option<String>,
    bytes: Option<u32>,
    scenario_sha256: String,
    token_sha256: String,
}

/// Reads a record.
///
/// # Errors
/// [`SourceError`], with the line.
pub fn read(what: &str, text: &str) -> Result<Source, SourceError> {
    Ok(reader(what, text)?.finish().0)
}

fn reader(what: &str, text: &str) -> Result<Reader, SourceError> {
    let mut reader = Reader::new(what);
    reader.lines(text)?;
    if reader.rows.is_empty() {
        let why = "the record is empty. `pillarbox-lab run STORY` writes one".to_owned();
        return Err(SourceError::Line { what: what.to_owned(), line: 1, why });
    }
    Ok(reader)
}

/// Parses an RFC 3339 time in UTC. Returns milliseconds since 1970.
#[must_use]
pub fn instant(text: &str) -> Option<u64> {
    let (day, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let numbers = |text: &str, by: char| -> Option<[u64; 3]> {
        let all: Vec<u64> = text.split(by).map(|part| part.parse().ok()).collect::<Option<_>>()?;
        all.try_into().ok()
    };
    let [year, month, day] = numbers(day, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let is_ascii = fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) || !is_ascii {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let milliseconds: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    // Days since 1 March of the year 0 (Howard Hinnant's days_from_civil).
    let (year, shifted) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * shifted + 2) / 5 + day - 1;
    let days = days.checked_sub(719_468)?;
    Some(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1_000 + milliseconds)
}

/// Reads the lines of a record in order of arrival.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    source: Source,
    /// The number of lines read.
    told: usize,
    people: People<String>,
    addresses: Addresses,
    rows: Vec<TraceRow>,
    timing: TraceTiming,
    /// The last event with a text, by the number of the text: the author and the recipient.
    said: HashMap<String, (TracePerson, Option<TracePerson>)>,
    does: Option<(TracePerson, Option<TracePerson>)>,
    read: BTreeMap<String, BTreeSet<TracePerson>>,
    last_sent_to: Option<TracePerson>,
    tokens: HashMap<String, TracePerson>,
    wakes: Vec<(u64, String)>,
    /// The number of accounts of each person. Rows do not say that a further account belongs to the same person.
    has_account: BTreeMap<TracePerson, u64>,
}

impl Reader {
    pub(super) fn new(what: &str) -> Self {
        Self {
            source: Source { what: what.to_owned(), ..Source::default() },
            told: 0,
            people: People::new(),
            addresses: Addresses::default(),
            rows: Vec::new(),
            timing: TraceTiming::Instant,
            said: HashMap::new(),
            does: None,
            read: BTreeMap::new(),
            last_sent_to: None,
            tokens: HashMap::new(),
            wakes: Vec::new(),
            has_account: BTreeMap::new(),
        }
    }

    /// Returns the number of lines read.
    pub(super) const fn told(&self) -> usize {
        self.told
    }

    /// Reads the next lines.
    ///
    /// # Errors
    /// [`SourceError`], with the line.
    pub(super) fn lines(&mut self, text: &str) -> Result<(), SourceError> {
        for line in text.lines() {
            let what = || self.source.what.clone();
            let wrong =
                |why: &str| SourceError::Line { what: what(), line: self.told + 1, why: why.to_owned() };
            let parsed: Line =
                serde_json::from_str(line).map_err(|_| wrong("this is no line of a record"))?;
            let at = instant(&parsed.at)
                .ok_or_else(|| wrong("its time does not look like 2017-03-22T14:38:00.000Z"))?;
            if self.told == 0 && parsed.kind != "header" {
                return Err(wrong("a record begins with its header. `pillarbox-lab run STORY` writes one"));
            }
            if self.rows.len() > MOST_ROWS {
                return Err(SourceError::TooLong { what: what() });
            }
            self.line(at, &parsed);
            self.told += 1;
        }
        Ok(())
    }

    fn line(&mut self, at: u64, line: &Line) {
        match line.kind.as_str() {
            "header" => self.header(line),
            "network" => self.timing = TraceTiming::Network,
            "person" => self.person(line),
            "account" => self.account(line),
            "event" => self.does = self.says(line),
            "said" => {
                let whom = self.does.and_then(|(_, whom)| whom);
                if let Some(person) = self.people.known(&line.who) {
                    self.said.insert(line.text.clone(), (person, whom));
                }
            }
            "notice" if !line.text.is_empty() => {
                if let Some(person) = self.people.known(&line.who) {
                    self.read.entry(line.text.clone()).or_default().insert(person);
                }
            }
            "frame" => self.frame(at, line),
            "wake" => self.wake(at, line),
            _ => {}
        }
    }

    fn header(&mut self, line: &Line) {
        if let Some(story) = library::of_digest(&line.scenario_sha256) {
            self.source.ordered = Some(story.inquiry.ordered.0);
            self.source.about = story.people.get(story.inquiry.about.0).map(|person| person.name.clone());
        }
    }

    fn person(&mut self, line: &Line) {
        let person = self.people.add(line.who.clone());
        self.people.call(line.who.clone(), person);
        if let Some(number) = &line.number {
            self.people.call(number.clone(), person);
        }
        if let Some(address) = &line.address {
            self.addresses.subscribe(address, person);
        }
    }

    /// Records a person's account. To a relay a person's second account is another person.
    fn account(&mut self, line: &Line) {
        let Some(owner) = self.people.known(&line.who) else { return };
        let accounts = self.has_account.entry(owner).or_default();
        *accounts += 1;
        if *accounts == 1 {
            self.people.call(line.account.clone(), owner);
            return;
        }
        let account = self.people.add(format!("{}, account {accounts}", line.who));
        self.people.call(line.account.clone(), account);
        self.source.truth.owns(owner, account);
    }

    /// Returns the author of a text, and the recipient if it is one person.
    fn says(&self, line: &Line) -> Option<(TracePerson, Option<TracePerson>)> {
        let who = self.people.known(&line.who)?;
        let whom = (line.does == "says").then_some(line.what.strip_prefix("to ")).flatten();
        let whom = whom.and_then(|rest| rest.split_once(':')).map(|(name, _)| name.to_owned());
        Some((who, whom.and_then(|name| self.people.known(&name))))
    }

    fn frame(&mut self, at: u64, line: &Line) {
        // A device is an account and its number after a dot. A row here is about people.
        let person = |name: &Option<String>| {
            let name = name.as_deref()?;
            let account = name.split_once('.').map_or(name, |(account, _)| account);
            self.people.known(&account.to_owned())
        };
        let (from, about) = (person(&line.from), person(&line.about));
        let (kind, from, to) = match line.frame.as_str() {
            "opened" => (RowKind::Connected, None, None),
            "Authenticated" | "Registered" | "Reregistered" => (RowKind::Connected, about, None),
            "LookUp" => (RowKind::LookedUp, from, about),
            "FetchBundles" => (RowKind::FetchedKeys, from, about),
            "Submit" => (RowKind::Sent, from, about),
            "Deliver" => (RowKind::Delivered, from, about),
            _ => return,
        };
        let address = line.peer.as_ref().map(|peer| self.addresses.place(peer));
        let bytes = line.bytes.filter(|_| matches!(kind, RowKind::Sent | RowKind::Delivered));
        if kind == RowKind::Sent {
            self.last_sent_to = to;
        }
        self.rows.push(TraceRow { at, kind, from, to, connection: line.connection, address, bytes });
    }

    /// Records a wake, which names a token. The push service knows the token's owner. Here the owner is the
    /// recipient of the last message before the wake.
    fn wake(&mut self, at: u64, line: &Line) {
        if let Some(person) = self.last_sent_to {
            self.tokens.entry(line.token_sha256.clone()).or_insert(person);
        }
        self.wakes.push((at, line.token_sha256.clone()));
    }

    /// Returns the trace of the record, and its people by every name that rows have for them.
    pub(super) fn finish(mut self) -> (Source, People<String>, Addresses) {
        for (at, token) in std::mem::take(&mut self.wakes) {
            let to = self.tokens.get(&token).copied();
            self.rows.push(TraceRow { to, ..TraceRow::new(at, RowKind::Woken) });
        }
        self.rows.sort_by_key(|row| row.at);
        self.add_truth();
        let Self { mut source, people, addresses, rows, timing, .. } = self;
        let (words, subscribers) = addresses.clone().into_parts();
        let names = people.clone().into_names();
        source.passed = Some(Trace { people: names, addresses: words, subscribers, rows, timing });
        (source, people, addresses)
    }

    fn add_truth(&mut self) {
        let truth = &mut self.source.truth;
        for (text, (who, whom)) in &self.said {
            let mut read = self.read.get(text).cloned().unwrap_or_default();
            read.remove(who);
            read.extend(whom.filter(|whom| whom != who));
            read.iter().for_each(|reader| truth.wrote(*who, *reader));
            if read.len() > 1 {
                let all: Vec<TracePerson> = read.iter().copied().chain([*who]).collect();
                truth.together(&all);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_records_have_them() {
        assert_eq!(instant("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(instant("2017-03-22T14:40:07.123Z"), Some(1_490_193_607_123));
        assert_eq!(instant("2024-02-29T23:59:59Z"), Some(1_709_251_199_000));
        for wrong in [
            "",
            "2017-03-22",
            "2017-13-22T00:00:00Z",
            "2017-03-22T24:00:00Z",
            "2017-03-22T00:00:00+01:00",
            "99999-01-01T00:00:00Z",
            "2017-03-22T00:00:00.\u{e9}\u{e9}Z",
        ] {
            assert_eq!(instant(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_line_that_is_no_record_is_named_by_its_number() {
        let header = r#"{"at":"2017-03-22T14:40:07.123Z","kind":"header","design":"x","scenario_sha256":""}"#;
        for (text, line) in
            [("{}", 1), ("", 1), (&format!("{header}\nhello"), 2), (&format!("{header}\n[]"), 2)]
        {
            let error = read("record.jsonl", text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("record.jsonl, line {line}: ")), "{error}");
        }
    }
}
