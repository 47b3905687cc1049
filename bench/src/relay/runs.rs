//! The measurements. Each function starts a server with an empty folder, loads it, and returns its figures.

use super::{
    load::{Load, Pace, Tally, Until},
    pillarbox::Pillarbox,
    process::{folder_bytes, private_bytes, processor_seconds},
    side::{Server, Side},
};
use crate::Failure;
use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Senders, each with its own recipient.
const PAIRS: usize = 64;

/// Messages that each pair has in flight in a closed loop.
const UNDER_WAY: u64 = 16;

/// The pace at which latency is measured.
const PACE: u32 = 10_000;

/// Time before each measurement in which the server warms up.
const WARM_UP: Duration = Duration::from_millis(700);

/// A load and its cost.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) tally: Tally,
    pub(crate) server_seconds: f64,
    pub(crate) generator_seconds: f64,
    pub(crate) file_bytes: f64,
}

impl Work {
    /// Returns the microseconds of the server's processor time for each of `count` messages.
    pub(crate) fn server_microseconds(&self, count: u64) -> f64 {
        self.server_seconds * 1e6 / count.max(1) as f64
    }
}

/// Measures messages accepted for absent recipients.
pub(crate) fn accept(side: &dyn Side, time: Duration) -> Result<Work, Failure> {
    let folder = tempfile::tempdir()?;
    let server = side.start(folder.path())?;
    loaded(&*server, false, Pace::UnderWay(UNDER_WAY), time)
}

/// Measures messages fetched and acknowledged by connected recipients.
pub(crate) fn deliver(side: &dyn Side, time: Duration) -> Result<Work, Failure> {
    let folder = tempfile::tempdir()?;
    let server = side.start(folder.path())?;
    loaded(&*server, true, Pace::UnderWay(UNDER_WAY), time)
}

/// Measures deliveries at a fixed pace, which leaves the server time to spare.
pub(crate) fn paced(side: &dyn Side, time: Duration) -> Result<Work, Failure> {
    let folder = tempfile::tempdir()?;
    let server = side.start(folder.path())?;
    loaded(&*server, true, Pace::EachSecond(PACE), time)
}

fn loaded(server: &dyn Server, online: bool, pace: Pace, time: Duration) -> Result<Work, Failure> {
    let mut load = Load::new(server.pairs(PAIRS, online)?)?;
    load.run(pace, Until::Time(WARM_UP))?;
    measured(server, &mut load, pace, time)
}

fn measured(server: &dyn Server, load: &mut Load, pace: Pace, time: Duration) -> Result<Work, Failure> {
    let (server, own) = (server.process().id(), std::process::id());
    let before = (processor_seconds(server)?, processor_seconds(own)?);
    let tally = load.run(pace, Until::Time(time))?;
    Ok(Work {
        tally,
        server_seconds: processor_seconds(server)? - before.0,
        generator_seconds: processor_seconds(own)? - before.1,
        file_bytes: 0.0,
    })
}

/// Measures accepting, or with `online` delivering, for a long time. Returns the work of each slice of length
/// `slice`, with the size of the files at its end.
pub(crate) fn held(
    side: &dyn Side,
    online: bool,
    time: Duration,
    slice: Duration,
) -> Result<Vec<Work>, Failure> {
    let folder = tempfile::tempdir()?;
    let server = side.start(folder.path())?;
    let mut load = Load::new(server.pairs(PAIRS, online)?)?;
    load.run(Pace::UnderWay(UNDER_WAY), Until::Time(WARM_UP))?;
    let begun = Instant::now();
    let mut slices = Vec::new();
    while begun.elapsed() < time {
        let work = measured(&*server, &mut load, Pace::UnderWay(UNDER_WAY), slice)?;
        slices.push(Work { file_bytes: folder_bytes(folder.path())?, ..work });
    }
    Ok(slices)
}

/// Measures deliveries a second without and with a reader of `ledger --follow`, in turns on the same relay.
pub(crate) fn followed(ours: &Pillarbox, time: Duration) -> Result<(f64, f64), Failure> {
    let folder = tempfile::tempdir()?;
    let server = ours.start(folder.path())?;
    let mut load = Load::new(server.pairs(PAIRS, true)?)?;
    load.run(Pace::UnderWay(UNDER_WAY), Until::Time(WARM_UP))?;
    let mut rates = [0.0, 0.0];
    // The order is alone, followed, followed, alone, so that a drift affects both alike.
    for follows in [false, true, true, false] {
        let follower = follows
            .then(|| {
                Command::new(&ours.program)
                    .args(["ledger", "--follow", "--json", "--data"])
                    .arg(folder.path().join("data"))
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
            })
            .transpose()?;
        load.run(Pace::UnderWay(UNDER_WAY), Until::Time(WARM_UP))?;
        let tally = load.run(Pace::UnderWay(UNDER_WAY), Until::Time(time))?;
        if let Some(mut follower) = follower {
            if follower.try_wait()?.is_some() {
                return Err("ledger --follow ended by itself".into());
            }
            follower.kill()?;
            follower.wait()?;
        }
        rates.iter_mut().skip(usize::from(follows)).take(1).for_each(|rate| {
            *rate += tally.per_second(tally.delivered) / 2.0;
        });
    }
    Ok(rates.into())
}

/// Measures the private memory for each of `count` silent connections, in bytes.
pub(crate) fn idle(side: &dyn Side, count: usize) -> Result<f64, Failure> {
    let folder = tempfile::tempdir()?;
    let server = side.start(folder.path())?;
    // The first connections also cause costs that arise only once, and these do not count.
    let first = server.idle(count.min(50))?;
    let before = private_bytes(server.process().id())?;
    let connections = server.idle(count)?;
    std::thread::sleep(Duration::from_secs(2));
    let after = private_bytes(server.process().id())?;
    drop((first, connections));
    Ok((after - before) / count as f64)
}

/// Measures the seconds from the start of a relay, killed with this many messages waiting, until phones can connect.
pub(crate) fn reopen(ours: &Pillarbox, messages: u64) -> Result<f64, Failure> {
    let folder = tempfile::tempdir()?;
    let (relay, _) = ours.relay(folder.path())?;
    let mut load = Load::new(relay.pairs(PAIRS, false)?)?;
    load.run(Pace::UnderWay(UNDER_WAY), Until::Messages(messages))?;
    relay.kill()?;
    let (_again, taken) = ours.relay(folder.path())?;
    Ok(taken.as_secs_f64())
}
