//! The result of a run, in two forms: a table to read, and the same figures as data.

use crate::{
    Failure,
    measure::{PAIRS, Series, Spread},
};
use serde::Serialize;
use std::fmt::Write;

/// The two bounds of a figure, one that it must reach and one that it should reach, in X25519 operations.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Bounds {
    pub(crate) must: f64,
    pub(crate) aim: f64,
}

/// One measured figure.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    what: &'static str,
    bounds: Option<Bounds>,
    /// Pillarbox's figure in X25519 operations; each pair is divided by the unit measured in its own turn.
    ours: Spread,
    peer: Option<Spread>,
    unit_microseconds: Spread,
    ours_microseconds: Spread,
    peer_microseconds: Option<Spread>,
    /// The difference in the work, if the two sides do not do the same work.
    differs: &'static str,
}

impl Row {
    pub(crate) fn new(
        what: &'static str,
        bounds: Option<Bounds>,
        unit: &Series,
        ours: &Series,
        peer: Option<&Series>,
        differs: &'static str,
    ) -> Self {
        Self {
            what,
            bounds,
            ours: ours.over(unit),
            peer: peer.map(|peer| peer.over(unit)),
            unit_microseconds: unit.spread(),
            ours_microseconds: ours.spread(),
            peer_microseconds: peer.map(Series::spread),
            differs,
        }
    }
}

/// Bytes that something adds to a message.
#[derive(Debug, Serialize)]
pub(crate) struct Size {
    pub(crate) what: &'static str,
    pub(crate) must: Option<usize>,
    pub(crate) aim: Option<usize>,
    pub(crate) ours: usize,
    pub(crate) peer: Option<usize>,
}

/// The cost of one part of Pillarbox's side, in X25519 operations.
#[derive(Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) what: &'static str,
    pub(crate) ours: Spread,
}

/// The result of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) rows: Vec<Row>,
    pub(crate) sizes: Vec<Size>,
    pub(crate) parts: Vec<Part>,
}

impl Report {
    pub(crate) fn to_json(&self) -> Result<String, Failure> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    pub(crate) fn to_text(&self) -> Result<String, Failure> {
        let Self { rows, sizes, parts } = self;
        let mut out = String::new();
        writeln!(out, "Cost in X25519 operations, median of {PAIRS} alternating pairs (least to most)")?;
        writeln!(out)?;
        writeln!(
            out,
            "{:<40}{:>7}{:>7}  {:<25}{:<25}{:>9}",
            "", "must", "aim", "Pillarbox", "vodozemac", "us"
        )?;
        for row in rows {
            let (must, aim) = match row.bounds {
                Some(Bounds { must, aim }) => (must.to_string(), aim.to_string()),
                None => ("-".into(), "-".into()),
            };
            let (ours, peer) = (spread(&row.ours), row.peer.as_ref().map_or("-".into(), spread));
            let microseconds = row.ours_microseconds.median;
            writeln!(out, "{:<40}{must:>7}{aim:>7}  {ours:<25}{peer:<25}{microseconds:>9.2}", row.what)?;
        }
        writeln!(out)?;
        writeln!(out, "Bytes added to 300, before padding")?;
        writeln!(out)?;
        writeln!(out, "{:<40}{:>7}{:>7}  {:<25}{:<25}", "", "must", "aim", "Pillarbox", "vodozemac")?;
        for Size { what, must, aim, ours, peer } in sizes {
            let [must, aim, peer] =
                [must, aim, peer].map(|bytes| bytes.map_or("-".into(), |b| b.to_string()));
            writeln!(out, "{what:<40}{must:>7}{aim:>7}  {ours:<25}{peer:<25}")?;
        }
        writeln!(out)?;
        writeln!(out, "Parts of ours, in X25519 operations")?;
        writeln!(out)?;
        for Part { what, ours } in parts {
            writeln!(out, "{what:<56}{}", spread(ours))?;
        }
        writeln!(out)?;
        for row in rows {
            writeln!(out, "{}: {}.", row.what, row.differs)?;
        }
        if let Some(row) = rows.first() {
            let Spread { median, least, most } = row.unit_microseconds;
            write!(
                out,
                "\nOne X25519 operation: {median:.2} us of processor time ({least:.2} to {most:.2})."
            )?;
        }
        Ok(out)
    }
}

fn spread(Spread { median, least, most }: &Spread) -> String {
    format!("{median:.3} ({least:.3} to {most:.3})")
}
