//! `inventory`, `ledger --fields` and what `run` says at its start: three views of the one inventory.

use std::io::{self, Write};

use anstyle::Style;
use pillarbox_relay::Keeping;
use pillarbox_relay::inventory::{Line, whole};
use pillarbox_relay::server::{OPERATIONS, SENT_CODES};
use pillarbox_wire::inventory::{Class, Direction, Entry};
use serde_json::{Value, json};

use super::args::{Inventory, Output};
use super::exit::Failure;
use super::table::{self, Align, Column, WIDTH};

/// The version of the JSON that this command prints.
const JSON_VERSION: u32 = 1;

const COLUMNS: &[Column] = &[
    Column("RECORD", Align::Left),
    Column("DIRECTION", Align::Left),
    Column("FIELD", Align::Left),
    Column("CLASS", Align::Left),
    Column("KEPT", Align::Left),
    Column("WHY", Align::Left),
];

/// Where a field's class stands.
const CLASS_AT: usize = 30;

/// Where the word on keeping stands.
const KEPT_AT: usize = 43;

/// More fields than this are counted in a summary and not named.
const MOST_NAMED: usize = 10;

/// Where the name of a summary's record ends.
const SUMMARY_AT: usize = 15;

/// Runs `inventory`.
pub(crate) fn run(arguments: Inventory, out: &mut impl Write) -> Result<(), Failure> {
    let Inventory { keeping, numbers, output } = arguments;
    let keeping = keeping.keeping()?;
    let lines = whole(&keeping, &operations(numbers.are_verified()));
    if !output.json && !output.plain {
        writeln!(out, "Each field that this relay can see, made from its frames, rows, log and metrics.")?;
        writeln!(out, "Content, entity data, events data: Investigatory Powers Act 2016, section 261;")?;
        writeln!(out, "keys and protocol are classes of this program.")?;
        writeln!(out, "Whether \"content\" can be read is up to the phones: the relay has no key to it.\n")?;
    }
    write(&lines, &keeping, output, out)
}

/// Writes what is kept under `keeping`, as `ledger --fields` does.
pub(crate) fn write_kept(keeping: &Keeping, output: Output, out: &mut impl Write) -> Result<(), Failure> {
    let mut lines = whole(keeping, OPERATIONS);
    lines.retain(is_kept_row);
    write(&lines, keeping, output, out)
}

/// Writes the few lines that `run` starts with.
pub(crate) fn write_summary(
    keeping: &Keeping,
    verify_numbers: bool,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let lines = whole(keeping, &operations(verify_numbers));
    let (kept, seen): (Vec<&Line>, Vec<&Line>) =
        lines.iter().filter(|line| line.direction == Direction::Own).partition(|line| is_kept_row(line));
    writeln!(out, "It keeps")?;
    for record in kept.chunk_by(|one, next| one.record == next.record) {
        let mut rest = record.to_vec();
        while let Some(first) = rest.first().copied() {
            let alike: Vec<_> = rest.extract_if(.., |line| line.kept == first.kept).collect();
            let text = format!("{}: {}", first.kept, fields(&alike));
            wrapped(out, &format!("  {}", title(first)), SUMMARY_AT, &text)?;
        }
    }
    writeln!(out, "It sees and does not keep")?;
    for group in seen.chunk_by(|one, next| one.record == next.record) {
        if let Some(first) = group.first() {
            wrapped(out, &format!("  {}", title(first)), SUMMARY_AT, &fields(group))?;
        }
    }
    writeln!(out, "Each field and its reason: pillarbox-relay inventory")?;
    Ok(())
}

/// The tables of the program around the relay: its log and metrics, and the codes if it sends any.
fn operations(verify_numbers: bool) -> Vec<Entry> {
    let codes = if verify_numbers { SENT_CODES } else { &[] };
    [OPERATIONS, codes].concat()
}

/// A field of the relay's own records that is written down. A frame's field is kept only in such a record.
fn is_kept_row(line: &Line) -> bool {
    line.direction == Direction::Own && line.kept.is_kept()
}

/// The names of the fields; keys only by number, since they all read alike, and so a crowd of others.
fn fields(lines: &[&Line]) -> String {
    if lines.len() > MOST_NAMED {
        return format!("{} fields", lines.len());
    }
    let (keys, others): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.class == Class::Keys);
    let mut names: Vec<_> = others.iter().map(|line| line.field.to_owned()).collect();
    match keys.len() {
        0 => {}
        1 => names.push("1 public key".to_owned()),
        count => names.push(format!("{count} fields of public keys")),
    }
    names.join(", ")
}

fn write(lines: &[Line], keeping: &Keeping, output: Output, out: &mut impl Write) -> Result<(), Failure> {
    match output {
        Output { json: true, .. } => {
            let fields: Vec<_> = lines.iter().map(object).collect();
            let document = json!({ "v": JSON_VERSION, "keeping": keeping, "fields": fields });
            serde_json::to_writer_pretty(&mut *out, &document)?;
            writeln!(out)?;
        }
        Output { plain: true, .. } => {
            let rows: Vec<_> = lines.iter().map(|line| columns(line).to_vec()).collect();
            table::write_plain(out, COLUMNS, &rows)?;
        }
        Output { .. } => {
            for group in lines.chunk_by(|one, next| one.record == next.record) {
                write_record(group, out)?;
            }
        }
    }
    Ok(out.flush()?)
}

fn write_record(lines: &[Line], out: &mut impl Write) -> io::Result<()> {
    let Some(first) = lines.first() else { return Ok(()) };
    let bold = Style::new().bold();
    writeln!(out, "{bold}{}{bold:#}  {}", title(first), direction(first.direction))?;
    for line in lines {
        let Line { field, class, kept, why, .. } = line;
        let before = format!("  {field:<width$}{class}", width = CLASS_AT - 2);
        wrapped(out, &before, KEPT_AT, &kept.to_string())?;
        wrapped(out, "", CLASS_AT, why)?;
    }
    writeln!(out)
}

fn columns(line: &Line) -> [String; 6] {
    let Line { direction: way, record: _, field, class, kept, why } = line;
    [
        title(line),
        direction(*way).to_owned(),
        (*field).to_owned(),
        class.to_string(),
        kept.to_string(),
        (*why).to_owned(),
    ]
}

fn object(line: &Line) -> Value {
    let [record, direction, field, class, how_long, why] = columns(line);
    json!({
        "record": record,
        "direction": direction,
        "field": field,
        "class": class,
        "kept": line.kept.is_kept(),
        "how_long": how_long,
        "why": why,
    })
}

/// A frame by its name; one of the relay's own records as people say it: `AccountRow` is an account row.
fn title(line: &Line) -> String {
    if line.direction != Direction::Own {
        return line.record.to_owned();
    }
    let mut title = String::new();
    for c in line.record.replace("PreKey", "Prekey").chars() {
        if c.is_ascii_uppercase() && !title.is_empty() {
            title.push(' ');
        }
        title.push(c.to_ascii_lowercase());
    }
    title
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::FromPhone => "from a phone",
        Direction::ToPhone => "to a phone",
        Direction::Own => "the relay's own",
    }
}

/// Writes `text` from column `at` on, broken between words so that lines fit; `before` stands in front of the first.
pub(super) fn wrapped(out: &mut impl Write, before: &str, at: usize, text: &str) -> io::Result<()> {
    let mut line = format!("{before:<at$}");
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.len() + 1 + word.len() > WIDTH {
            writeln!(out, "{line}")?;
            line = " ".repeat(at);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    writeln!(out, "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> Result<(), Failure>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    }

    const WORDS: Output = Output { json: false, plain: false };

    #[test]
    fn lines_fit_the_terminal() {
        let everything = whole(&Keeping::HISTORY, OPERATIONS);
        for page in [
            text(|out| write(&everything, &Keeping::HISTORY, WORDS, out)),
            text(|out| write_kept(&Keeping::LEAST, WORDS, out)),
            text(|out| write_summary(&Keeping::HISTORY, true, out)),
        ] {
            for line in page.lines() {
                assert!(line.chars().count() <= WIDTH, "{line}");
            }
        }
    }

    #[test]
    fn what_is_kept_depends_on_what_was_asked_for() {
        let least = text(|out| write_summary(&Keeping::LEAST, false, out));
        let history = text(|out| write_summary(&Keeping::HISTORY, true, out));
        assert!(least.contains("until delivered, at most 30 days"), "{least}");
        assert!(!least.contains("last_address,") && !least.contains("365"), "{least}");
        assert!(history.contains("365 days after delivery"), "{history}");
        assert!(history.contains("sent code") && !least.contains("sent code"), "{history}");
    }

    #[test]
    fn every_line_of_the_inventory_is_in_every_form() {
        let lines = whole(&Keeping::LEAST, OPERATIONS);
        let all = |output| text(|out| write(&lines, &Keeping::LEAST, output, out));
        assert_eq!(all(Output { json: false, plain: true }).lines().count(), lines.len() + 1);
        let document: Value = serde_json::from_str(&all(Output { json: true, plain: false })).unwrap();
        assert_eq!(document["fields"].as_array().unwrap().len(), lines.len());
    }
}
