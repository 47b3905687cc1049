//! Prints every field that a relay can see, with the fields that it keeps marked, as comma-separated values for a
//! spreadsheet.
//!
//! The first argument is the number of days for which the relay here keeps delivered messages; without one it keeps
//! none. Comparing the two is the point: `inventory` and `inventory 365` differ in a few lines, and the debate is about
//! those lines.

#![allow(clippy::print_stdout, reason = "an example prints its result")]

use std::error::Error;

use pillarbox_relay::inventory::whole;
use pillarbox_relay::{Keeping, server::OPERATIONS};
use pillarbox_wire::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let days = std::env::args().nth(1).map(|days| days.parse::<u64>()).transpose();
    let days = days.map_err(|_| "the argument is a number of days, as in: inventory 365")?;
    let keeping = Keeping { delivered: days.map(Duration::from_days), ..Keeping::LEAST };
    println!("record,field,class,kept,why");
    for line in whole(&keeping, OPERATIONS) {
        let (class, kept) = (line.class.to_string(), line.kept.to_string());
        let cells = [line.record, line.field, &class, &kept, line.why];
        println!("{}", cells.map(quoted).join(","));
    }
    Ok(())
}

/// Writes a cell as RFC 4180 specifies: in quotes if it contains a comma or a quote.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}
