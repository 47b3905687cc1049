//! A user's table as a trace: `time,to[,from][,size][,address]`. The column `from` only scores.

use std::collections::HashMap;

use pillarbox_metadata::{PairTruth, RowKind, Trace, TracePerson, TraceRow};

use super::people::{Addresses, People};
use super::record::instant;
use super::{MOST_ROWS, Source, SourceError};

/// The longest name or address. A longer field is not a name, and a table of such fields would fill the memory.
const LONGEST_NAME: usize = 128;

/// The maximum number of people. Even for that many, the table of pairs is as long as a book.
const MOST_PEOPLE: usize = 200_000;

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Column {
    Time,
    To,
    From,
    Size,
    Address,
}

const COLUMNS: [(&str, Column); 5] = [
    ("time", Column::Time),
    ("to", Column::To),
    ("from", Column::From),
    ("size", Column::Size),
    ("address", Column::Address),
];

/// Reads a table.
///
/// # Errors
/// [`SourceError`], with the line.
pub fn read(what: &str, text: &str) -> Result<Source, SourceError> {
    let wrong = |line: usize, why: String| SourceError::Line { what: what.to_owned(), line, why };
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    let heads = lines.next().map_or("", |(_, line)| line);
    let columns = columns(heads).map_err(|why| wrong(1, why))?;
    let mut people = People::<String>::new();
    let (mut addresses, mut truth, mut rows) = (Addresses::default(), PairTruth::default(), Vec::new());
    for (place, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let (line, wrong) = (fields(line, &columns), |why: String| wrong(place + 1, why));
        let line = line.map_err(wrong)?;
        let field = |column| line.get(&column).copied().unwrap_or("");
        let at = time(field(Column::Time)).ok_or_else(|| {
            wrong("the time is neither seconds since 1970 nor of the form 2017-03-22T14:38:00Z".to_owned())
        })?;
        let mut person = |name: &str| -> TracePerson { people.called(name.to_owned(), || name.to_owned()) };
        let to = field(Column::To);
        if to.is_empty() {
            return Err(wrong("nobody stands in the column `to`".to_owned()));
        }
        let to = person(to);
        if !field(Column::From).is_empty() {
            truth.wrote(person(field(Column::From)), to);
        }
        let bytes = match field(Column::Size) {
            "" => None,
            size => Some(
                size.parse()
                    .map_err(|_| wrong("the size is no number of bytes below 4,294,967,296".to_owned()))?,
            ),
        };
        let address = Some(field(Column::Address)).filter(|address| !address.is_empty());
        let address = address.map(|address| addresses.place(address));
        rows.push(TraceRow { to: Some(to), bytes, address, ..TraceRow::new(at, RowKind::Sent) });
        if rows.len() > MOST_ROWS {
            return Err(SourceError::TooLong { what: what.to_owned() });
        }
        if people.len() > MOST_PEOPLE {
            return Err(wrong(format!(
                "more than {MOST_PEOPLE} people are named up to here. Cut the table into parts"
            )));
        }
    }
    rows.sort_by_key(|row| row.at);
    let (addresses, subscribers) = addresses.into_parts();
    let trace = Trace { people: people.into_names(), addresses, subscribers, rows, ..Trace::default() };
    Ok(Source { what: what.to_owned(), passed: Some(trace), truth, ..Source::default() })
}

fn columns(heads: &str) -> Result<Vec<Column>, String> {
    let form = "The first line names the columns: time,to[,from][,size][,address]";
    let mut columns = Vec::new();
    for head in heads.split(',').map(str::trim) {
        let column = COLUMNS.iter().find(|(name, _)| *name == head).map(|(_, column)| *column);
        let column = column.ok_or_else(|| format!("there is no such column here. {form}"))?;
        if columns.contains(&column) {
            return Err(format!("a column stands here twice. {form}"));
        }
        columns.push(column);
    }
    if !columns.contains(&Column::Time) || !columns.contains(&Column::To) {
        return Err(format!("the columns `time` and `to` are needed. {form}"));
    }
    Ok(columns)
}

fn fields<'l>(line: &'l str, columns: &[Column]) -> Result<HashMap<Column, &'l str>, String> {
    if line.contains('"') {
        return Err("quotation marks are not read. Write names without commas and quotation marks".to_owned());
    }
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    if fields.len() != columns.len() {
        return Err(format!(
            "it has {} fields, and the first line names {} columns",
            fields.len(),
            columns.len()
        ));
    }
    if fields.iter().any(|field| field.len() > LONGEST_NAME) {
        return Err(format!("a field is longer than {LONGEST_NAME} bytes"));
    }
    Ok(columns.iter().copied().zip(fields).collect())
}

/// Parses seconds since 1970, with a fraction or without, or an RFC 3339 time in UTC. Returns milliseconds.
fn time(text: &str) -> Option<u64> {
    if text.contains('T') {
        return instant(text);
    }
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(fraction) {
        return None;
    }
    let milliseconds: u64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    // A time after the year 9999 is not the time of a message, and would overflow sums of times.
    seconds
        .parse::<u64>()
        .ok()
        .filter(|seconds| *seconds < 253_402_300_800)?
        .checked_mul(1_000)?
        .checked_add(milliseconds)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_is_read_and_senders_only_score() {
        let source =
            read("t.csv", "time,to,from,size\n1490193607.5,Bea,Ann,509\n1490193608,Ann,,349\n").unwrap();
        let trace = source.passed.unwrap();
        assert_eq!(trace.people, ["Bea", "Ann"]);
        assert_eq!(trace.rows[0].at, 1_490_193_607_500);
        assert!(trace.rows.iter().all(|row| row.from.is_none()));
        assert!(!source.truth.is_empty());
        let same = read("t.csv", "\u{feff}to, time\r\nBea, 2017-03-22T14:40:07.500Z\r\n\r\n").unwrap();
        assert_eq!(same.passed.unwrap().rows[0].at, 1_490_193_607_500);
        assert!(same.truth.is_empty());
    }

    #[test]
    fn each_mistake_is_named_by_its_line() {
        let long = "x".repeat(200);
        for (text, line, why) in [
            ("", 1, "no such column"),
            ("time,to,to\n", 1, "twice"),
            ("time,from\n", 1, "are needed"),
            ("time,to\n1,a\nsoon,b\n", 3, "neither seconds"),
            ("time,to\n-1,a\n", 2, "neither seconds"),
            ("time,to\n99999999999999999999,a\n", 2, "neither seconds"),
            ("time,to\n1\n", 2, "1 fields"),
            ("time,to\n1,\n", 2, "nobody"),
            ("time,to\n1,\"a,b\"\n", 2, "quotation"),
            ("time,to,size\n1,a,many\n", 2, "size"),
            (&format!("time,to\n1,{long}\n"), 2, "longer"),
        ] {
            let error = read("t.csv", text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("t.csv, line {line}: ")) && error.contains(why), "{error}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_table_does_no_harm(text in "(time,to,size,address\n)?[ -~\n]{0,300}\\PC{0,20}") {
            let _ = read("t.csv", &text);
        }
    }
}
