//! The relay beside redis-server and mosquitto, all three real processes under the same load generator.
//!
//! Every server has limits, logins and acknowledgements on, keeps its files on the same disk, and is started again
//! with an empty folder for each measurement. redis and Pillarbox sync to disk before they answer; mosquitto does
//! not. Only Pillarbox encrypts its connections.

mod load;
mod mosquitto;
mod options;
mod pillarbox;
mod process;
mod redis;
mod runs;
mod side;
mod table;

use crate::{Failure, measure::Stopwatch};
use load::Tally;
use runs::Work;
use side::Side;
use std::{hint::black_box, path::PathBuf, process::Command, time::Duration};
use table::{Report, Row, Spread};

pub(crate) use options::Options;

/// The number of X25519 operations measured between two pairs. They take a few tenths of a second together.
const UNITS: u32 = 4_000;

/// The length of one slice of a long run.
const SLICE: Duration = Duration::from_secs(5);

/// Bytes of a mebibyte.
const MEBIBYTE: f64 = (1 << 20) as f64;

/// Runs the measurements that the options select.
pub(crate) fn run(options: &Options) -> Result<Report, Failure> {
    let ours = pillarbox::Pillarbox { program: build()? };
    let redis = installed(redis::PROGRAM);
    let mosquitto = installed(mosquitto::PROGRAM);
    let mut sides: Vec<&dyn Side> = vec![&ours];
    if redis {
        sides.push(&redis::Redis);
    }
    if mosquitto {
        sides.push(&mosquitto::Mosquitto);
    }
    let mut bench = Bench { options, sides, units: Vec::new(), rows: Vec::new(), notes: Vec::new() };
    if options.wants("accept") {
        let works = bench.alternate(|side| runs::accept(side, options.time))?;
        bench.row("accepted, recipients offline", "per second", ("1.0 x redis", "1.5 x"), &works, |work| {
            work.tally.per_second(work.tally.accepted)
        });
        bench.processor("processor for each accepted", ("", ""), &works, |work| work.tally.accepted);
    }
    if options.wants("deliver") {
        let works = bench.alternate(|side| runs::deliver(side, options.time))?;
        bench.row("delivered and acknowledged", "per second", ("1.5 x redis", "3 x"), &works, |work| {
            work.tally.per_second(work.tally.delivered)
        });
        bench.processor("processor for each delivered", ("10", "5"), &works, |work| work.tally.delivered);
    }
    if options.wants("latency") {
        let works = bench.alternate(|side| runs::paced(side, options.time))?;
        bench.row("latency at 10,000/s, p50", "ms", ("redis's", "0.6"), &works, |work| {
            quantile(&work.tally.latencies, 0.50) / 1e3
        });
        bench.row("latency at 10,000/s, p99", "ms", ("redis's", "2"), &works, |work| {
            quantile(&work.tally.latencies, 0.99) / 1e3
        });
        bench.processor("processor for each, at 10,000/s", ("", ""), &works, |work| work.tally.delivered);
    }
    if options.wants("idle") {
        let figures = bench.once(|side| runs::idle(side, options.connections))?;
        bench.push("memory of an idle connection", "KiB", ("8", "4"), &figures, |bytes| bytes / 1024.0);
    }
    if options.wants("reopen") {
        let taken = (0..options.pairs.min(3)).map(|_| runs::reopen(&ours, options.queued));
        let figures = vec![taken.collect::<Result<Vec<_>, _>>()?];
        bench.push("reopening after a kill, all queued", "s", ("5", "1"), &figures, |seconds| *seconds);
    }
    if options.wants("follow") {
        let kept = (0..options.pairs).map(|_| runs::followed(&ours, options.time));
        let kept = kept.map(|rates| rates.map(|(alone, followed)| followed / alone));
        let figures = vec![kept.collect::<Result<Vec<_>, _>>()?];
        bench.push("kept with ledger --follow", "share", ("0.90", "0.95"), &figures, |share| *share);
    }
    if options.wants("hold") {
        bench.hold("accepted, held", false, |tally| tally.accepted)?;
        bench.hold("delivered, held", true, |tally| tally.delivered)?;
    }
    for (here, program) in [(redis, redis::PROGRAM), (mosquitto, mosquitto::PROGRAM)] {
        if !here {
            bench
                .notes
                .push(format!("{program} IS NOT INSTALLED: its column is empty. apt-get install {program}"));
        }
    }
    let Bench { units, rows, notes, .. } = bench;
    Ok(Report {
        pairs: options.pairs,
        seconds: options.time.as_secs_f64(),
        x25519_microseconds: Spread::of(&units),
        rows,
        notes,
    })
}

/// Builds the relay beside this program, in release, and returns its path.
fn build() -> Result<PathBuf, Failure> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet", "-p", "pillarbox-relay", "--message-format", "json"])
        .output()?;
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).into());
    }
    let program = String::from_utf8(built.stdout)?.lines().rev().find_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message.get("executable")?.as_str().map(PathBuf::from)
    });
    Ok(program.ok_or("cargo names no program; run this from the root of the repository")?)
}

fn installed(program: &str) -> bool {
    let here = Command::new("sh").args(["-c", "command -v \"$1\" >/dev/null", "sh", program]).status();
    let here = here.is_ok_and(|status| status.success());
    if !here {
        eprintln!("*** {program} IS NOT INSTALLED: going on without it. apt-get install {program} ***");
    }
    here
}

/// A running measurement.
struct Bench<'a> {
    options: &'a Options,
    /// Pillarbox first, then the peers that are installed.
    sides: Vec<&'a dyn Side>,
    units: Vec<f64>,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Bench<'_> {
    /// Measures all sides in turns, alternately forwards and backwards, without any warm-up but the servers' own.
    fn alternate<T>(
        &mut self,
        measure: impl Fn(&dyn Side) -> Result<T, Failure>,
    ) -> Result<Vec<Vec<T>>, Failure> {
        let mut measured: Vec<Vec<T>> = self.sides.iter().map(|_| Vec::new()).collect();
        for pair in 0..self.options.pairs {
            self.units.push(unit());
            let mut turns: Vec<_> = self.sides.iter().zip(&mut measured).collect();
            if pair % 2 == 1 {
                turns.reverse();
            }
            for (side, found) in turns {
                found.push(measure(*side).map_err(|failure| format!("{}: {failure}", side.name()))?);
            }
        }
        Ok(measured)
    }

    /// Measures all sides once.
    fn once(&self, measure: impl Fn(&dyn Side) -> Result<f64, Failure>) -> Result<Vec<Vec<f64>>, Failure> {
        self.sides.iter().map(|side| Ok(vec![measure(*side)?])).collect()
    }

    fn row(
        &mut self,
        what: &'static str,
        unit: &'static str,
        bounds: (&'static str, &'static str),
        works: &[Vec<Work>],
        figure: impl Fn(&Work) -> f64,
    ) {
        self.push(what, unit, bounds, works, figure);
    }

    /// Measures the server's processor time for each message. A note states the generator's time, and Pillarbox's
    /// in X25519 operations.
    fn processor(
        &mut self,
        what: &'static str,
        bounds: (&'static str, &'static str),
        works: &[Vec<Work>],
        count: impl Fn(&Work) -> u64,
    ) {
        self.push(what, "us", bounds, works, |work| work.server_microseconds(count(work)));
        for (side, works) in self.sides.iter().zip(works) {
            let each = |seconds: fn(&Work) -> f64| {
                let values = works.iter().map(|work| seconds(work) * 1e6 / count(work).max(1) as f64);
                Spread::of(&values.collect::<Vec<_>>()).map_or(0.0, |spread| spread.median)
            };
            let unit = Spread::of(&self.units).map_or(f64::NAN, |spread| spread.median);
            let server = each(|work| work.server_seconds);
            self.notes.push(format!(
                "{what}, {}: {server:.2} us at the server ({:.2} X25519 operations), {:.2} us at the generator.",
                side.name(),
                server / unit,
                each(|work| work.generator_seconds),
            ));
        }
    }

    fn push<T>(
        &mut self,
        what: &'static str,
        unit: &'static str,
        (must, aim): (&'static str, &'static str),
        measured: &[Vec<T>],
        figure: impl Fn(&T) -> f64,
    ) {
        let mut columns = [const { Vec::new() }; 3];
        let names = ["Pillarbox", "redis", "mosquitto"];
        for (side, found) in self.sides.iter().zip(measured) {
            for (name, column) in names.iter().zip(&mut columns) {
                if *name == side.name() {
                    *column = found.iter().map(&figure).collect::<Vec<f64>>();
                }
            }
        }
        let [pillarbox, redis, mosquitto] = &columns;
        let ratios: Vec<f64> = pillarbox.iter().zip(redis).map(|(ours, theirs)| ours / theirs).collect();
        self.rows.push(Row {
            what,
            unit,
            must,
            aim,
            pillarbox: Spread::of(pillarbox),
            redis: Spread::of(redis),
            mosquitto: Spread::of(mosquitto),
            over_redis: Spread::of(&ratios),
        });
    }

    /// Does the long runs, one side after the other. Each slice of Pillarbox is listed beside the peer's slice of
    /// the same age, with the size of the files. mosquitto, which does not sync, is left out.
    fn hold(&mut self, what: &'static str, online: bool, count: fn(&Tally) -> u64) -> Result<(), Failure> {
        let sides: Vec<&dyn Side> =
            self.sides.iter().copied().filter(|side| side.name() != "mosquitto").collect();
        let mut held: Vec<Vec<Work>> = sides.iter().map(|_| Vec::new()).collect();
        let mut turns: Vec<_> = sides.iter().zip(&mut held).collect();
        if online {
            turns.reverse();
        }
        for (side, slices) in turns {
            // Data of the previous run that the system has not yet written must not slow this one down.
            Command::new("sync").status()?;
            *slices = runs::held(*side, online, self.options.hold, SLICE)
                .map_err(|failure| format!("{}: {failure}", side.name()))?;
        }
        self.push(what, "per second", ("", ""), &held, |work| work.tally.per_second(count(&work.tally)));
        self.push("processor for each meanwhile", "us", ("", ""), &held, |work| {
            work.server_microseconds(count(&work.tally))
        });
        self.push("files meanwhile", "MiB", ("", ""), &held, |work| work.file_bytes / MEBIBYTE);
        for (side, slices) in sides.iter().zip(&held) {
            let shown: Vec<_> = slices
                .iter()
                .map(|work| {
                    let rate = work.tally.per_second(count(&work.tally)) / 1e3;
                    format!("{rate:.0}k/s at {:.0} MiB", work.file_bytes / MEBIBYTE)
                })
                .collect();
            let slice = SLICE.as_secs();
            self.notes.push(format!(
                "{what}, {}, in slices of {slice} s: {}.",
                side.name(),
                shown.join(", ")
            ));
        }
        Ok(())
    }
}

/// Returns the microseconds of one X25519 operation now.
fn unit() -> f64 {
    let secret = x25519_dalek::StaticSecret::from(rand::random::<[u8; 32]>());
    let public = x25519_dalek::PublicKey::from(&x25519_dalek::StaticSecret::from(rand::random::<[u8; 32]>()));
    let start = Stopwatch::start();
    for _ in 0..UNITS {
        black_box(black_box(&secret).diffie_hellman(black_box(&public)));
    }
    start.each(UNITS)
}

/// Returns the value that this share of all values does not exceed, or zero if the list is empty.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() as f64 * share) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}
