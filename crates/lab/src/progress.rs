//! Progress, on standard error: a bar if a person watches. Otherwise it prints a line for each finished cell of a
//! matrix, and nothing for shorter work.

use std::borrow::Cow;
use std::io::IsTerminal as _;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use pillarbox_client::display::safe_document;

/// The time between two redraws of a bar whose count does not change. It shows a person that the work continues.
const REDRAW: Duration = Duration::from_millis(200);

/// Returns the parts of a line. The remaining time is estimated from the finished steps, so it is not known at the
/// beginning, or for a single step.
const fn template(total: usize, done: usize) -> &'static str {
    match (total, done) {
        (0 | 1, _) => "{spinner} {msg}, {elapsed} so far",
        (_, 0) => "{wide_bar} {pos} of {len} {msg}",
        _ => "{wide_bar} {pos} of {len} {msg}, {eta} left",
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Shows how far something is.
pub struct Progress {
    bar: Option<ProgressBar>,
    begun: Instant,
    total: usize,
    done: Mutex<usize>,
    lines: bool,
}

impl Progress {
    /// Shows the progress of `total` cells.
    #[must_use]
    pub fn on_standard_error(total: usize) -> Self {
        let mut progress = Self::of(total, "cells");
        progress.lines = true;
        progress
    }

    /// Shows the progress of `total` steps. `noun` is the noun for a step, in the plural.
    #[must_use]
    pub fn of(total: usize, noun: &'static str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total as u64);
            // For a single step nobody knows the remaining time.
            bar.set_style(style(template(total, 0)));
            bar.set_message(Cow::Borrowed(noun));
            bar.enable_steady_tick(REDRAW);
            bar
        });
        Self { bar, begun: Instant::now(), total, done: Mutex::new(0), lines: false }
    }

    /// Shows nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { bar: None, begun: Instant::now(), total: 0, done: Mutex::new(0), lines: false }
    }

    /// Counts one more step as done.
    pub fn step(&self) {
        let Some(bar) = &self.bar else { return };
        if bar.position() == 0 {
            bar.set_style(style(template(self.total, 1)));
        }
        bar.inc(1);
    }

    /// Counts one more cell as done. Design and demand have their names for people.
    pub fn done(&self, design: &str, demand: &str, says: &str) {
        self.step();
        if self.bar.is_some() || !self.lines {
            return;
        }
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += 1;
        let left = left(self.begun.elapsed(), *done, self.total);
        let line =
            safe_document(&format!("{done} of {}, {left} left: {design} · {demand}: {says}", self.total));
        // A user who closed standard error wants none of this.
        let _ = writeln!(anstream::stderr(), "{line}");
    }

    /// Ends the bar, at the end or at a stop.
    pub fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    /// Removes the bar, however the work ended.
    fn drop(&mut self) {
        self.end();
    }
}

/// Estimates the remaining time if the rest takes as long as the finished part.
fn left(spent: Duration, done: usize, total: usize) -> String {
    let per_cell = spent.as_secs_f64() / done.max(1) as f64;
    format!("{:.0} s", per_cell * total.saturating_sub(done) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_is_said_to_be_left_before_anything_is_done() {
        let says_what_is_left = |total, done| template(total, done).contains("eta");
        assert!(!says_what_is_left(16, 0) && says_what_is_left(16, 1) && says_what_is_left(16, 15));
        assert!(!says_what_is_left(1, 0) && !says_what_is_left(1, 1));
    }

    #[test]
    fn what_is_left_follows_from_what_is_done() {
        assert_eq!(left(Duration::from_secs(10), 5, 15), "20 s");
        assert_eq!(left(Duration::from_secs(10), 15, 15), "0 s");
    }
}
