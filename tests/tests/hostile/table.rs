//! The figures of the attacks, as a table in Markdown.

use std::fmt;
use std::time::Duration;

/// The figures of one attack.
pub(crate) struct Line {
    pub(crate) who: &'static str,
    pub(crate) outcome: String,
    /// The time that each round of the honest phones took.
    pub(crate) rounds: Vec<Duration>,
    /// The relay's memory before the attack, in KiB.
    pub(crate) before: u64,
    /// The relay's largest memory during the attack, in KiB.
    pub(crate) peak: u64,
    /// The processor time that the relay used during the attack, in seconds.
    pub(crate) cpu: f64,
}

/// The table, line by line.
#[derive(Default)]
pub(crate) struct Table(Vec<Line>);

impl Table {
    pub(crate) fn add(&mut self, line: Line) {
        self.0.push(line);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| hostile peers | what came of it | honest rounds | median, worst (ms) | memory before, most (MiB) | processor (s) |"
        )?;
        writeln!(f, "|---|---|---:|---:|---:|---:|")?;
        for Line { who, outcome, rounds, before, peak, cpu } in &self.0 {
            let mut sorted: Vec<_> = rounds.iter().map(Duration::as_millis).collect();
            sorted.sort_unstable();
            let (median, worst) = (sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
            let [before, peak] = [before, peak].map(|kib| *kib as f64 / 1_024.0);
            let count = rounds.len();
            writeln!(
                f,
                "| {who} | {outcome} | {count} | {median}, {worst} | {before:.1}, {peak:.1} | {cpu:.2} |"
            )?;
        }
        Ok(())
    }
}
