//! The time that each part of a matrix took. Wall-clock times differ from run to run, so they are in their own
//! file, which the manifest does not name.

use std::time::Duration;

use pillarbox_access::demand::seized_phone::{PasscodeKind, about};
use pillarbox_access::design::Design;
use serde::Serialize;

use crate::experiments::row::Row;
use crate::experiments::{GuessTime, Spent};

/// The time that each part took.
#[derive(Clone, Debug, Default)]
pub struct Timing {
    /// The time of the whole run.
    pub whole: Duration,
    /// The time of the pairs of a month, if they were counted. `whole` does not include it.
    pub month: Option<Duration>,
    /// Each design, and the controls.
    pub rows: Vec<(String, Spent)>,
}

#[derive(Serialize)]
struct Line<'a> {
    design: &'a str,
    worlds: u32,
    running_ms: u128,
    serving_ms: u128,
    scoring_ms: u128,
}

impl Timing {
    pub(super) fn of(designs: &[Design], rows: &[Row], controls: &[Row]) -> Self {
        let controls = controls.iter().map(|row| ("(control)".to_owned(), row.spent));
        let rows = designs.iter().zip(rows).map(|(design, row)| (design.name.clone(), row.spent));
        Self { whole: Duration::ZERO, month: None, rows: controls.chain(rows).collect() }
    }

    /// Returns the time spent on guessing passcodes on worlds' phones, and the time of one guess on a vault like those
    /// of phones in use.
    fn guessing(&self) -> GuessTime {
        self.rows.iter().map(|(_, spent)| spent.guessing).fold(GuessTime::default(), GuessTime::and)
    }

    /// Writes the times as a file.
    #[must_use]
    pub fn to_json(&self) -> String {
        let lines: Vec<Line<'_>> = self
            .rows
            .iter()
            .map(|(design, spent)| Line {
                design,
                worlds: spent.worlds,
                running_ms: spent.running.as_millis(),
                serving_ms: spent.serving.as_millis(),
                scoring_ms: spent.scoring.as_millis(),
            })
            .collect();
        crate::evidence::pretty(&serde_json::json!({
            "whole_ms": self.whole.as_millis(),
            "month_ms": self.month.map(|month| month.as_millis()),
            "passcode_guesses": self.guessing().guesses,
            "passcode_guesses_us": self.guessing().all.as_micros(),
            "passcode_guess_in_use_us": self.guessing().in_use.map(|guess| guess.as_micros()),
            "rows": lines,
        }))
    }

    /// Describes the times for a person.
    #[must_use]
    pub fn in_words(&self) -> String {
        let sum = |of: fn(&Spent) -> Duration| self.rows.iter().map(|(_, spent)| of(spent)).sum::<Duration>();
        let worlds: u32 = self.rows.iter().map(|(_, spent)| spent.worlds).sum();
        let running = sum(|spent| spent.running);
        let per_world = running.as_secs_f64() * 1_000.0 / f64::from(worlds.max(1));
        let mut out = format!(
            "{:.1} s in all: {worlds} worlds of {per_world:.0} ms each; on all threads together {:.1} s running them, {:.1} s \
             serving, {:.1} s scoring.\n",
            self.whole.as_secs_f64(),
            running.as_secs_f64(),
            sum(|spent| spent.serving).as_secs_f64(),
            sum(|spent| spent.scoring).as_secs_f64(),
        );
        if let GuessTime { guesses: guesses @ 1.., in_use: Some(guess), .. } = self.guessing() {
            let all = |kind: PasscodeKind| {
                format!("{} take {}", kind.wording(), about(kind.seconds_for_all(guess)))
            };
            let kinds = [PasscodeKind::FourDigits, PasscodeKind::SixDigits, PasscodeKind::SixLettersOrDigits]
                .map(all);
            out.push_str(&format!(
                "{guesses} passcodes tried. One guess takes {} ms on this computer at the cost that phones in use have; all codes of \
                 {}.\n",
                guess.as_millis(),
                kinds.join(", "),
            ));
        }
        if let Some(month) = self.month {
            out.push_str(&format!("The pairs of a month took {:.1} s more.\n", month.as_secs_f64()));
        }
        for (design, spent) in &self.rows {
            out.push_str(&format!(
                "{design}: {} worlds in {} ms, serving {} ms, scoring {} ms\n",
                spent.worlds,
                spent.running.as_millis(),
                spent.serving.as_millis(),
                spent.scoring.as_millis()
            ));
        }
        out
    }
}
