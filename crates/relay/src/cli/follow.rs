//! `ledger --follow`: events that pass through the running relay, from its memory, as they happen.
//!
//! People see the events that reveal something about people. `--all` adds the events that only the protocol needs.
//! Programs get every event.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use anstyle::Style;
use pillarbox_relay::server::trouble::in_words;
use pillarbox_relay::tally::SubmissionTally;
use pillarbox_system::exit::INTERRUPTED;
use pillarbox_text::shell::quote_path;
use pillarbox_text::wrap::{INDENT, beside, with_command};
use pillarbox_wire::Timestamp;
use serde_json::Value;
use tokio::runtime;

use super::admin_port::{AdminPort, Lines};
use super::args::Output;
use super::failure::Failure;
use super::names::LiveNames;
use super::run::Signals;
use super::text;
use super::window::Window;

/// The events that follow are not in the database, and that is the point of showing them.
const INTRODUCTION: &str = "What passes through the relay. This list is not written down.";

/// The sentence before the command that shows what is logged.
const KEPT_WHERE: &str = "What the relay keeps of it:";

/// The sentence about the lines that are not shown.
const LEFT_OUT: &str = "Left out: what only the protocol needs. --all shows it.";

const HEAD: &str = "UTC       LINK  WHAT            FROM           ABOUT          BYTES  ADDRESS";

/// The head of the table in a window that is too narrow for columns.
const NARROW_HEAD: &str = "UTC       WHAT  BYTES\n  FROM > ABOUT, LINK, ADDRESS";

/// The number of lines in a window that the cursor occupies.
const CURSOR: usize = 1;

const BOLD: Style = Style::new().bold();
const PLAIN: Style = Style::new();
const DIM: Style = Style::new().dimmed();

/// Shows events until the relay stops or the user stops the command.
///
/// `fields` is the command that shows which fields are kept.
pub(crate) fn run(
    data: &Path,
    fields: &str,
    all: bool,
    output: Output,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let lines = AdminPort::of(data)?.passing()?;
    if output.json || output.plain {
        for line in lines {
            match serde_json::from_str(&line) {
                Ok(event) if output.plain => writeln!(out, "{}", columns(&event, &mut short).join("\t"))?,
                _ => writeln!(out, "{line}")?,
            }
            out.flush()?;
        }
    } else {
        let mut screen = Screen::new(Window::of_output(), fields, all);
        screen.begin(out)?;
        let mut names = LiveNames::of(data);
        let mut is_stopped = false;
        for heard in until_stopped(lines)? {
            let line = match heard {
                Heard::Line(line) => line,
                Heard::Stopped => {
                    is_stopped = true;
                    break;
                }
                Heard::Ended => break,
            };
            // A line that is not JSON is shown verbatim, but made harmless.
            let event = serde_json::from_str(&line).unwrap_or(Value::String(line));
            screen.show(&event, &mut |id| names.shown(id), out)?;
        }
        screen.end(out)?;
        if is_stopped {
            return Err(Failure::Stopped);
        }
    }
    Err(Failure::Unreached(format!(
        "the relay has stopped. Its rows are still there: pillarbox-relay ledger --data {}",
        quote_path(data)
    )))
}

/// A message from a followed relay, or from the user.
enum Heard {
    /// An event.
    Line(String),
    /// A signal from the user.
    Stopped,
    /// The end: the relay has closed the connection.
    Ended,
}

/// Returns the events until the relay ends them or a signal arrives. After a second signal the program ends at
/// once.
fn until_stopped(lines: Lines) -> Result<mpsc::Receiver<Heard>, Failure> {
    let (tell, told) = mpsc::channel();
    let stopped = tell.clone();
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::Unreached(format!("signals cannot be heard: {}", in_words(error.kind())))
    })?;
    let mut signals = runtime.block_on(async { Signals::listen() })?;
    thread::spawn(move || {
        runtime.block_on(signals.next());
        // If the events have already ended, nobody receives this.
        let _ = stopped.send(Heard::Stopped);
        runtime.block_on(signals.next());
        std::process::exit(INTERRUPTED.into());
    });
    thread::spawn(move || {
        // The other thread keeps the channel open, so this thread has to signal that the events have ended.
        for heard in lines.map(Heard::Line).chain([Heard::Ended]) {
            if tell.send(heard).is_err() {
                return;
            }
        }
    });
    Ok(told)
}

/// Prints events for people, and repeats the head once for each windowful of lines.
struct Screen<'a> {
    window: Window,
    /// The command that shows which fields are kept.
    fields: &'a str,
    all: bool,
    /// The number of lines printed since the head.
    since_head: usize,
    /// The tally of what the messages revealed about who writes to whom.
    told: SubmissionTally,
    /// True if events were left out because there were too many.
    is_partial: bool,
}

impl<'a> Screen<'a> {
    fn new(window: Window, fields: &'a str, all: bool) -> Self {
        Self { window, fields, all, since_head: 0, told: SubmissionTally::default(), is_partial: false }
    }

    fn begin(&self, out: &mut impl Write) -> Result<(), Failure> {
        let width = self.window.for_sentences();
        let sentences = [
            beside("", 0, INTRODUCTION, width),
            with_command(KEPT_WHERE, self.fields, width),
            beside("", 0, LEFT_OUT, width),
        ];
        for sentence in sentences.iter().take(if self.all { 2 } else { 3 }) {
            writeln!(out, "{DIM}{sentence}{DIM:#}")?;
        }
        writeln!(out, "{BOLD}{}{BOLD:#}", self.head())?;
        Ok(out.flush()?)
    }

    /// Prints what the messages revealed about who writes to whom.
    fn end(&self, out: &mut impl Write) -> Result<(), Failure> {
        if let Some(sentence) = self.told() {
            writeln!(out, "{BOLD}{sentence}{BOLD:#}")?;
        }
        Ok(out.flush()?)
    }

    /// Returns a sentence on what the messages that have passed reveal about who writes to whom.
    fn told(&self) -> Option<String> {
        let sentence = self.told.sentence()?;
        let partial = if self.is_partial { " Events that were not shown are not counted." } else { "" };
        Some(beside("", 0, &format!("{sentence}{partial}"), self.window.for_sentences()))
    }

    const fn head(&self) -> &'static str {
        if self.window.holds_tables() { HEAD } else { NARROW_HEAD }
    }

    /// Shows one event. An event that only the protocol needs is shown only with `--all`.
    fn show(
        &mut self,
        event: &Value,
        name: &mut impl FnMut(&str) -> String,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let weight = weight(event);
        if weight == DIM && !self.all {
            return Ok(());
        }
        let line = self.line(event, weight, name);
        let taken = line.lines().count();
        let head = self.head().lines().count();
        let told = self.told().map_or(0, |sentence| sentence.lines().count());
        if self.window.rows.is_some_and(|rows| head + self.since_head + taken + told + CURSOR > rows) {
            self.end(out)?;
            writeln!(out, "{BOLD}{}{BOLD:#}", self.head())?;
            self.since_head = 0;
        }
        self.since_head += taken;
        self.is_partial |= event.get("missed").is_some();
        message(event, name).into_iter().for_each(|(from, to)| self.told.message(from.as_deref(), &to));
        writeln!(out, "{line}")?;
        Ok(out.flush()?)
    }

    /// Formats one event as a line of the table, or as two or three lines in a narrow window.
    fn line(&self, event: &Value, style: Style, name: &mut impl FnMut(&str) -> String) -> String {
        if let Some(missed) = event.get("missed") {
            let missed = format!("({} more events passed: too many at once to show)", plain(missed));
            return beside("", 0, &missed, self.window.for_sentences());
        }
        let [time, connection, frame, from, about, bytes, peer] = columns(event, name);
        let (what, from) = (words(&frame), sender(&frame, from));
        if self.window.holds_tables() {
            let (what, rest) = (format!("{what:14}"), format!("{from:13}  {about:13}  {bytes:>5}  {peer}"));
            let (before, after) = if style == DIM { (DIM, PLAIN) } else { (PLAIN, style) };
            let line = format!("{before}{time:8}  {connection:>4}  {after}{what}{after:#}  {rest}");
            return format!("{}{before:#}", line.trim_end());
        }
        let bytes = if bytes.is_empty() { String::new() } else { format!("  {bytes} bytes") };
        let about = if about.is_empty() { String::new() } else { format!(" > {about}") };
        let whom = format!("{from}{about}, link {connection}, {peer}");
        let whom = whom.trim_start_matches(", ").to_owned();
        let whom = beside("", INDENT, &whom, self.window.columns);
        format!("{time:8}  {style}{what}{style:#}{bytes}\n{whom}")
    }
}

/// Returns the sender and the recipient of a submitted message. The sender is the account on whose connection it
/// arrived, if that connection has a name.
fn message(event: &Value, name: &mut impl FnMut(&str) -> String) -> Option<(Option<String>, String)> {
    let field = |name| event.get(name).unwrap_or(&Value::Null);
    if field("frame") != "Submit" {
        return None;
    }
    // A device is written as its account, a point and its number.
    let mut account = |id: &str| name(&text::escape(id.split('.').next().unwrap_or(id)));
    let to = field("about").get("device")?.as_str()?;
    Some((field("from").as_str().map(&mut account), account(to)))
}

/// Returns the weight of an event for a person: bold if the event carries something, dim if only the protocol needs it.
///
/// A frame that is not listed here counts as important.
fn weight(event: &Value) -> Style {
    let frame = event.get("frame").and_then(Value::as_str).unwrap_or_default();
    match frame {
        "Submit" | "Deliver" | "LeaveDeposits" | "Post" => BOLD,
        "opened" | "closed" | "Welcome" | "Register" | "RegisterWithCode" | "Authenticate"
        | "PublishPreKeys" | "PreKeysStored" | "CountPreKeys" | "PreKeyCounts" | "RequestCertificate"
        | "Certificate" | "Accepted" | "Acknowledge" | "Ping" | "Pong" | "Found" | "FoundByCode"
        | "Bundles" | "Deposited" | "Recalled" | "ChannelOpened" | "Posted" | "Posts" | "Closed"
        | "Goodbye" | "ProveEntry" | "Proof" | "ReadLog" | "LogEntries" | "ProveGrowth" | "Growth"
        | "GroupActed" | "FollowGroups" | "GroupsFollow" | "AttachmentLeft" => DIM,
        _ => PLAIN,
    }
}

/// Names a frame in a word or two for somebody who does not know the protocol. A frame without such words keeps the
/// protocol's own name.
fn words(frame: &str) -> &str {
    match frame {
        "opened" => "connected",
        "closed" => "disconnected",
        "Welcome" => "greeted",
        "Register" | "RegisterWithCode" => "registers",
        "Registered" => "account made",
        "Reregistered" => "account back",
        "Authenticate" => "signs in as",
        "Authenticated" => "let in",
        "PublishPreKeys" => "left keys",
        "PreKeysStored" => "kept keys",
        "CountPreKeys" => "counts keys",
        "PreKeyCounts" => "counted keys",
        "LookUp" => "looked for",
        "Found" | "FoundByCode" => "found",
        "FetchBundles" | "FetchDevice" => "took keys of",
        "Bundles" => "gave keys",
        "OpenPlace" | "ReadPlace" => "to link",
        "PlaceOpened" | "PlaceRead" => "link place",
        "AddDevice" | "PublishDevices" => "devices of",
        "Linked" => "device linked",
        "FetchDevices" => "asks devices",
        "Devices" | "DevicesPublished" => "has devices",
        "RequestCertificate" => "wants a pass",
        "Certificate" => "gave a pass",
        "Submit" => "sent to",
        "Accepted" => "accepted",
        "Deliver" => "delivered to",
        "Acknowledge" => "received",
        "CloseAccount" => "closes account",
        "Closed" => "account closed",
        "Ping" => "are you there?",
        "Pong" => "still here",
        "LeaveDeposits" => "left data",
        "Deposited" => "kept data",
        "Recall" => "wants own data",
        "Recalled" => "gave own data",
        "OpenChannel" => "opens channel",
        "ChannelOpened" => "channel open",
        "Post" => "posted in",
        "Posted" => "kept the post",
        "ReadChannel" => "reads",
        "Posts" => "gave posts",
        "ProveEntry" => "wants proof of",
        "Proof" => "gave proof",
        "ReadLog" => "reads key log",
        "LogEntries" => "gave key log",
        "ProveGrowth" => "compares heads",
        "Growth" => "gave proof",
        "ActOnGroup" => "group change",
        "GroupActed" => "group changed",
        "FollowGroups" => "asks of groups",
        "GroupsFollow" => "told groups",
        "GroupTold" => "tells of group",
        "LeaveAttachment" => "leaves picture",
        "AttachmentLeft" => "kept picture",
        "FetchAttachment" => "asks picture",
        "AttachmentPart" => "gives picture",
        "Refused" => "refused",
        "Goodbye" => "goodbye",
        other => other,
    }
}

/// Names the sender for a person. A sender without a name is the relay or, in the ledger's words, somebody who is not
/// named.
fn sender(frame: &str, named: String) -> String {
    let unnamed = match frame {
        _ if !named.is_empty() => return named,
        "" | "opened" | "closed" | "unreadable" => "",
        "Welcome" | "Registered" | "Reregistered" | "Authenticated" | "PreKeysStored" | "PreKeyCounts"
        | "Found" | "FoundByCode" | "Bundles" | "Certificate" | "Accepted" | "Closed" | "Pong"
        | "Deposited" | "Recalled" | "ChannelOpened" | "Posted" | "Posts" | "Refused" | "Goodbye"
        | "PlaceOpened" | "PlaceRead" | "Linked" | "DevicesPublished" | "Devices" | "Proof"
        | "LogEntries" | "Growth" | "GroupActed" | "GroupsFollow" | "GroupTold" | "AttachmentLeft"
        | "AttachmentPart" => "the relay",
        _ => "not named",
    };
    unnamed.to_owned()
}

/// Returns the fields of an event, in order and safe to show. The relay's words may have come from a phone.
fn columns(event: &Value, name: &mut impl FnMut(&str) -> String) -> [String; 7] {
    let field = |name| event.get(name).unwrap_or(&Value::Null);
    let time = field("time").as_u64().map_or_else(String::new, |time| time_of_day(Timestamp(time)));
    let bytes = field("bytes").as_u64().filter(|bytes| *bytes > 0);
    let mut named = |value: &Value| match value {
        Value::Null => String::new(),
        value => name(&plain(value)),
    };
    // The subject is `{"device": ..}`, `{"account": ..}`, `{"handle": ..}` or `{"channel": ..}`.
    let about = field("about").as_object().and_then(|about| about.values().next());
    [
        time,
        plain(field("connection")),
        plain(field("frame")),
        named(field("from")),
        about.map_or_else(String::new, &mut named),
        bytes.map_or_else(String::new, |bytes| bytes.to_string()),
        plain(field("peer")),
    ]
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text::escape(text),
        other => text::escape(&other.to_string()),
    }
}

/// The number of characters of a hexadecimal account id that `--plain` shows.
const SHORT_ID: usize = 8;

/// Shortens an account id to a length that the eye can compare. A telephone number and a channel stay whole.
fn short(id: &str) -> String {
    if id.starts_with(['+', '@']) { id.to_owned() } else { id.chars().take(SHORT_ID).collect() }
}

fn time_of_day(time: Timestamp) -> String {
    let (.., hour, minute, second) = time.calendar();
    format!("{hour:02}:{minute:02}:{second:02}")
}

#[cfg(test)]
mod tests;
