//! `inventory`, `ledger --fields` and the start screen of `run`: three views of one inventory.

use std::io::{self, Write};

use anstyle::Style;
use pillarbox_relay::Keeping;
use pillarbox_relay::inventory::{InventoryLine, whole};
use pillarbox_relay::server::{OPERATIONS, SENT_CODES};
use pillarbox_text::columns::Align;
use pillarbox_text::wrap::beside;
use pillarbox_wire::inventory::{FrameDirection, InventoryEntry};
use serde_json::{Value, json};

use super::args::{Inventory, Output};
use super::failure::Failure;
use super::table::{self, Column};
use super::window::Window;

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

/// Explains the classes, and the limits of what the relay can say.
const HEAD: [&str; 3] = [
    "Each field that this relay can see, made from its frames, rows, log and metrics.",
    "Content, entity data, events data: Investigatory Powers Act 2016, section 261; keys and protocol are classes of this \
     program.",
    "Whether \"content\" can be read is up to the phones: the relay has no key to it.",
];

/// The column of a field's class.
const CLASS_AT: usize = 30;

/// The column that says how long a field is kept.
const KEPT_AT: usize = 43;

/// The column at which everything about a field begins in a window that is too narrow for a table.
const NARROW_AT: usize = 4;

/// Runs `inventory`.
pub(crate) fn run(arguments: Inventory, out: &mut impl Write) -> Result<(), Failure> {
    let Inventory { keeping, numbers, output } = arguments;
    let (keeping, window) = (keeping.keeping()?, Window::of_output());
    let lines = whole(&keeping, &operations(numbers.are_verified()));
    if !output.json && !output.plain {
        for sentence in HEAD {
            writeln!(out, "{}", beside("", 0, sentence, window.for_sentences()))?;
        }
        writeln!(out)?;
    }
    write(&lines, &keeping, output, window, out)
}

/// Writes which fields are kept under `keeping`, as `ledger --fields` does.
pub(crate) fn write_kept(
    keeping: &Keeping,
    output: Output,
    window: Window,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut lines = whole(keeping, OPERATIONS);
    lines.retain(is_kept_row);
    write(&lines, keeping, output, window, out)
}

/// Returns the tables of the program around the relay: its log and metrics, and the codes if it sends any.
pub(crate) fn operations(verify_numbers: bool) -> Vec<InventoryEntry> {
    let codes = if verify_numbers { SENT_CODES } else { &[] };
    [OPERATIONS, codes].concat()
}

/// Returns whether this is a field of the relay's own records that is stored. A field of a frame is kept only if
/// such a record contains it.
fn is_kept_row(line: &InventoryLine) -> bool {
    line.direction == FrameDirection::Own && line.kept.is_kept()
}

fn write(
    lines: &[InventoryLine],
    keeping: &Keeping,
    output: Output,
    window: Window,
    out: &mut impl Write,
) -> Result<(), Failure> {
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
                write_record(group, window, out)?;
            }
        }
    }
    Ok(out.flush()?)
}

fn write_record(lines: &[InventoryLine], window: Window, out: &mut impl Write) -> io::Result<()> {
    let Some(first) = lines.first() else { return Ok(()) };
    let bold = Style::new().bold();
    writeln!(out, "{bold}{}{bold:#}  {}", title(first), direction(first.direction))?;
    let width = window.for_sentences();
    for line in lines {
        let InventoryLine { field, class, kept, why, .. } = line;
        let kept = kept.to_string();
        if window.holds_tables() {
            let before = format!("  {field:<width$}{class}", width = CLASS_AT - 2);
            writeln!(out, "{}", beside(&before, KEPT_AT, &kept, width))?;
            writeln!(out, "{}", beside("", CLASS_AT, why, width))?;
        } else {
            writeln!(out, "{}", beside(&format!("  {field}, "), NARROW_AT, &class.to_string(), width))?;
            writeln!(out, "{}", beside("", NARROW_AT, &format!("{kept}: {why}"), width))?;
        }
    }
    writeln!(out)
}

fn columns(line: &InventoryLine) -> [String; 6] {
    let InventoryLine { direction: way, record: _, field, class, kept, why } = line;
    [
        title(line),
        direction(*way).to_owned(),
        (*field).to_owned(),
        class.to_string(),
        kept.to_string(),
        (*why).to_owned(),
    ]
}

fn object(line: &InventoryLine) -> Value {
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

/// Names a frame. Names one of the relay's own records as people say it: `AccountRow` is an account row.
fn title(line: &InventoryLine) -> String {
    if line.direction != FrameDirection::Own {
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

fn direction(direction: FrameDirection) -> &'static str {
    match direction {
        FrameDirection::FromPhone => "from a phone",
        FrameDirection::ToPhone => "to a phone",
        FrameDirection::Own => "the relay's own",
    }
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
        for width in [40, 60, 80, 140] {
            let window = Window::of_columns(width);
            for page in [
                text(|out| write(&everything, &Keeping::HISTORY, WORDS, window, out)),
                text(|out| write_kept(&Keeping::LEAST, WORDS, window, out)),
            ] {
                for line in page.lines() {
                    assert!(line.chars().count() <= width, "{line}");
                }
            }
        }
    }

    #[test]
    fn every_line_of_the_inventory_is_in_every_form() {
        let lines = whole(&Keeping::LEAST, OPERATIONS);
        let all = |output| text(|out| write(&lines, &Keeping::LEAST, output, Window::of_columns(80), out));
        assert_eq!(all(Output { json: false, plain: true }).lines().count(), lines.len() + 1);
        let document: Value = serde_json::from_str(&all(Output { json: true, plain: false })).unwrap();
        assert_eq!(document["fields"].as_array().unwrap().len(), lines.len());
    }
}
