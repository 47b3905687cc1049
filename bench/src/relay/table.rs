//! The result of a run, in two forms: a table to read, and the same figures as data.

use crate::Failure;
use serde::Serialize;
use std::fmt::Write;

/// A figure over all pairs.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

impl Spread {
    /// Summarises the measured values. Returns `None` if the list is empty.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (&least, &most) = (sorted.first()?, sorted.last()?);
        let &median = sorted.get(sorted.len() / 2)?;
        Some(Self { median, least, most })
    }
}

/// One line of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) must: &'static str,
    pub(crate) aim: &'static str,
    pub(crate) pillarbox: Option<Spread>,
    pub(crate) redis: Option<Spread>,
    pub(crate) mosquitto: Option<Spread>,
    /// Pillarbox's figure divided by redis's, pair by pair.
    pub(crate) over_redis: Option<Spread>,
}

/// The result of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) pairs: usize,
    pub(crate) seconds: f64,
    /// Microseconds of one X25519 operation, measured between the pairs.
    pub(crate) x25519_microseconds: Option<Spread>,
    pub(crate) rows: Vec<Row>,
    pub(crate) notes: Vec<String>,
}

impl Report {
    pub(crate) fn to_json(&self) -> Result<String, Failure> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    pub(crate) fn to_text(&self) -> Result<String, Failure> {
        let Self { pairs, seconds, x25519_microseconds, rows, notes } = self;
        let mut out = String::new();
        writeln!(
            out,
            "300-byte payloads on loopback, {pairs} alternating pairs of {seconds} s each: \
             median (least to most)\n"
        )?;
        let head = ["Pillarbox", "redis", "mosquitto", "over redis"];
        write!(out, "{:<44}{:>13}{:>12}  ", "", "must", "aim")?;
        head.iter().try_for_each(|name| write!(out, "{name:<29}"))?;
        for Row { what, unit, must, aim, pillarbox, redis, mosquitto, over_redis } in rows {
            write!(out, "\n{:<44}{must:>13}{aim:>12}  ", format!("{what}, {unit}"))?;
            for figure in [pillarbox, redis, mosquitto, over_redis] {
                write!(out, "{:<29}", figure.as_ref().map_or("-".to_owned(), shown))?;
            }
        }
        out.push('\n');
        for note in notes {
            write!(out, "\n{note}")?;
        }
        if let Some(Spread { median, least, most }) = x25519_microseconds {
            write!(
                out,
                "\nOne X25519 operation: {median:.2} us of processor time ({least:.2} to {most:.2})."
            )?;
        }
        Ok(out)
    }
}

fn shown(Spread { median, least, most }: &Spread) -> String {
    let number = |value: &f64| match value.abs() {
        large if large >= 1_000.0 => thousands(*value),
        small if small >= 100.0 => format!("{value:.0}"),
        _ => format!("{value:.2}"),
    };
    format!("{} ({} to {})", number(median), number(least), number(most))
}

/// Writes a number with a comma before each three digits.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
