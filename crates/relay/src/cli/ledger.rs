//! `ledger`: the relay's holdings, read from its database file and not as the relay reports them.

use std::io::{self, Write};
use std::path::Path;

use anstyle::Style;
use pillarbox_relay::legible;
use pillarbox_relay::store::MessageRow;
use pillarbox_relay::{DATABASE_FILE, Holdings, HoldingsError, Keeping, StoreError};
use pillarbox_text::columns::Align;
use pillarbox_text::count::counted;
use pillarbox_text::shell::quote_path;
use pillarbox_text::show;
use pillarbox_text::wrap::{beside, with_command};
use pillarbox_wire::{DeviceAddress, Timestamp};
use serde_json::{Value, json};

use super::args::{Ledger, Output};
use super::failure::Failure;
use super::names::Names;
use super::table::labelled;
use super::table::{self, Column};
use super::window::Window;
use super::{follow, inventory, kept, text};

/// The version of the JSON that this command prints.
const JSON_VERSION: u32 = 1;

const COLUMNS: &[Column] = &[
    Column("SEQ", Align::Right),
    Column("TIME (UTC)", Align::Left),
    Column("FROM", Align::Left),
    Column("TO", Align::Left),
    Column("BYTES", Align::Right),
    Column("UNTIL", Align::Left),
    Column("CONTENT", Align::Left),
];

const PLAIN_COLUMNS: &[Column] = &[
    Column("SEQ", Align::Right),
    Column("TIME (MS SINCE 1970)", Align::Right),
    Column("FROM", Align::Left),
    Column("TO", Align::Left),
    Column("BYTES", Align::Right),
    Column("HELD UNTIL (MS SINCE 1970)", Align::Right),
    Column("TEXT FOUND", Align::Left),
    Column("PAYLOAD", Align::Left),
];

/// Explains the table's columns. A row without quotes may still be readable to somebody who has its key.
const LEGEND: &str = "CONTENT in quotes is text found in the bytes; otherwise no text was found, and the first bytes are \
    shown. UNTIL is the last day that a row is kept. A text to a group is a row for each member. --plain and --json give \
    times and payloads whole.";

/// Runs the command.
pub(crate) fn run(arguments: Ledger, out: &mut impl Write) -> Result<(), Failure> {
    let Ledger { data, last, fields, follow, all, output } = arguments;
    let fields_command = format!("pillarbox-relay ledger --fields{}", data.option());
    let data = data.directory()?;
    if follow {
        return follow::run(&data, &fields_command, all, output, out);
    }
    let mut holdings = read(&data)?;
    let keeping = holdings.keeping.clone().unwrap_or_default();
    if fields {
        return inventory::write_kept(&keeping, output, Window::of_output(), out);
    }
    let all = holdings.messages.len();
    let skipped = last.map_or(0, |last| all.saturating_sub(last.get() as usize));
    holdings.messages.drain(..skipped);
    let window = Window::of_output();
    let view = View { names: Names::of(&holdings), holdings: &holdings, keeping, window, fields_command };
    match output {
        Output { json: true, .. } => {
            let document = serde_json::to_string_pretty(&view.document(all))?;
            write!(out, "{}", show::json(document))?;
            writeln!(out)?;
        }
        Output { plain: true, .. } => {
            let rows: Vec<_> = holdings.messages.iter().map(|row| view.plain(row)).collect();
            table::write_plain(out, PLAIN_COLUMNS, &rows)?;
            kept::write_plain(&holdings, out)?;
        }
        Output { .. } => view.write(all, out)?,
    }
    warn(&holdings, output, out)?;
    Ok(out.flush()?)
}

/// Warns that rows may be missing. A person gets the warning below the rows, and a program that reads line by line gets
/// it on stderr. JSON has the warning in a field.
fn warn(holdings: &Holdings, output: Output, out: &mut impl Write) -> io::Result<()> {
    match (holdings.completeness.sentence(), output) {
        (None, _) | (_, Output { json: true, .. }) => Ok(()),
        (Some(sentence), Output { plain: true, .. }) => writeln!(anstream::stderr(), "warning: {sentence}"),
        (Some(sentence), _) => {
            writeln!(out)?;
            let width = Window::of_output().for_sentences();
            writeln!(out, "{}", labelled("WARNING:", Style::new().bold(), sentence, 9, width))
        }
    }
}

/// Returns the holdings in `data`, or a failure whose sentence says why they cannot be read.
pub(crate) fn read(data: &Path) -> Result<Holdings, Failure> {
    Holdings::read(data).map_err(|error| {
        let (quoted, database) = (quote_path(data), quote_path(&data.join(DATABASE_FILE)));
        let data = data.display();
        Failure::Store(match error {
            HoldingsError::NoDatabase => format!(
                "there is no relay's database in {data}. Name the relay's directory with --data DIR, or start a \
                 relay there with: pillarbox-relay run --data {quoted}"
            ),
            HoldingsError::NotReadable => {
                format!("{data}: {error}. Run this as the user who runs the relay")
            }
            error @ (HoldingsError::NotCopied { .. } | HoldingsError::PartsDisagree) => format!("{data}: {error}"),
            HoldingsError::Store(newer @ StoreError::Newer { .. }) => {
                format!("{data}: {newer}. Read it with the pillarbox-relay that made it")
            }
            error => {
                format!("{data}: {error}. See what SQLite says: sqlite3 {database} 'PRAGMA integrity_check'")
            }
        })
    })
}

/// The rows, and everything that is needed to show them.
struct View<'a> {
    holdings: &'a Holdings,
    names: Names,
    keeping: Keeping,
    window: Window,
    /// The command that shows each field that is kept.
    fields_command: String,
}

impl View<'_> {
    fn write(&self, all: usize, out: &mut impl Write) -> Result<(), Failure> {
        let Holdings { accounts, devices, prekeys, messages, events, channels, leaves, .. } = self.holdings;
        // Deposits and posts need no check, because each belongs to an account or a channel.
        if accounts.is_empty()
            && messages.is_empty()
            && events.is_empty()
            && channels.is_empty()
            && leaves.is_empty()
        {
            writeln!(out, "This relay holds nothing about anybody.")?;
            return Ok(());
        }
        if messages.is_empty() {
            writeln!(out, "This relay holds no message.")?;
        } else {
            let rows: Vec<_> = messages.iter().map(|row| self.row(row)).collect();
            table::write(out, COLUMNS, &rows, self.window)?;
        }
        let sentence = |text: &str| beside("", 0, text, self.window.for_sentences());
        let counts = format!(
            "{} of {}; also {}, {} and {}.",
            messages.len(),
            counted(all, "message", "messages"),
            counted(accounts.len(), "account", "accounts"),
            counted(devices.len(), "device", "devices"),
            counted(prekeys.len(), "public prekey", "public prekeys"),
        );
        writeln!(out, "{}", sentence(&counts))?;
        if !messages.is_empty() {
            writeln!(out, "{}", sentence(LEGEND))?;
        }
        kept::write(self.holdings, &self.names, self.window, out)?;
        let fields = "Each field that is kept, why, and for how long:";
        writeln!(out, "{}", with_command(fields, &self.fields_command, self.window.for_sentences()))?;
        Ok(())
    }

    /// Formats a row for a person: short names, and the start of the content.
    fn row(&self, row: &MessageRow) -> Vec<String> {
        let content = match legible::words(row.payload.as_slice()) {
            Some(text) => format!("\"{}\"", text::escape(&text)),
            None => text::first_bytes(row.payload.as_slice()),
        };
        vec![
            row.message.to_string(),
            minute(row.accepted_at),
            self.sender(row).map_or_else(|| "not named".to_owned(), |sender| self.names.device(sender)),
            self.recipient(row).map_or_else(|| "closed".to_owned(), |to| self.names.device(to)),
            row.payload.len().to_string(),
            day(row.held_until(&self.keeping)),
            content,
        ]
    }

    /// Describes what is wrong, where, and what to do.
    fn plain(&self, row: &MessageRow) -> Vec<String> {
        let text = legible::words(row.payload.as_slice());
        let address =
            |address: Option<DeviceAddress>| address.map_or_else(String::new, |address| address.to_string());
        vec![
            row.message.to_string(),
            row.accepted_at.0.to_string(),
            address(self.sender(row)),
            address(self.recipient(row)),
            row.payload.len().to_string(),
            row.held_until(&self.keeping).0.to_string(),
            text.map_or_else(String::new, |text| text::escape(&text)),
            text::hex(row.payload.as_slice()),
        ]
    }

    fn document(&self, all: usize) -> Value {
        let messages: Vec<_> = self.holdings.messages.iter().map(|row| self.object(row)).collect();
        json!({
            "v": JSON_VERSION,
            "completeness": self.holdings.completeness,
            "warning": self.holdings.completeness.sentence(),
            "keeping": self.keeping,
            "accounts": self.holdings.accounts,
            "devices": self.holdings.devices,
            "device_lists": self.holdings.device_lists,
            "linked_devices": self.holdings.linked_devices,
            "prekeys": self.holdings.prekeys,
            "counters": self.holdings.counters,
            "messages": messages,
            "messages_in_all": all,
            "deposits": self.holdings.deposits,
            "events": self.holdings.events,
            "channels": self.holdings.channels,
            "posts": self.holdings.posts,
            "directory_log": self.holdings.leaves,
            "groups": self.holdings.groups,
            "group_members": self.holdings.group_members,
            "attachments": self.holdings.attachments,
        })
    }

    fn object(&self, row: &MessageRow) -> Value {
        let mut object = json!(row);
        if let Value::Object(fields) = &mut object {
            let to = self.recipient(row).map(|to| to.to_string());
            fields.insert("to".to_owned(), json!(to));
            fields.insert("bytes".to_owned(), json!(row.payload.len()));
            fields.insert("held_until".to_owned(), json!(row.held_until(&self.keeping)));
            fields.insert("readable_text".to_owned(), json!(legible::words(row.payload.as_slice())));
        }
        object
    }

    fn sender(&self, row: &MessageRow) -> Option<DeviceAddress> {
        row.sender
    }

    fn recipient(&self, row: &MessageRow) -> Option<DeviceAddress> {
        self.holdings.address(row.mailbox)
    }
}

/// Formats a time as `03-22 14:37`.
fn minute(time: Timestamp) -> String {
    let (_, _, _, hour, minute, _) = time.calendar();
    format!("{} {hour:02}:{minute:02}", day(time))
}

/// Formats a day as `03-22`.
fn day(time: Timestamp) -> String {
    let (_, month, day, ..) = time.calendar();
    format!("{month:02}-{day:02}")
}
