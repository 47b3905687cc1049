//! The options of a run, from the command line.

use crate::Failure;
use std::time::Duration;

/// The extent of the measurements.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The number of measurements of each side.
    pub(crate) pairs: usize,
    /// The length of each measurement.
    pub(crate) time: Duration,
    /// The length of the long runs.
    pub(crate) hold: Duration,
    /// The number of idle connections.
    pub(crate) connections: usize,
    /// The number of messages that wait when the relay is killed.
    pub(crate) queued: u64,
    /// Runs only measurements whose names begin with this text.
    pub(crate) only: Option<String>,
    pub(crate) json: bool,
}

impl Options {
    /// Reads the words after `relay`. Returns `None` if one of them is unknown.
    pub(crate) fn read(words: &[&str]) -> Result<Option<Self>, Failure> {
        let mut options = Self {
            pairs: 5,
            time: Duration::from_secs(3),
            hold: Duration::from_secs(60),
            connections: 5_000,
            queued: 1_000_000,
            only: None,
            json: false,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut number =
                || words.next().ok_or("a number is missing")?.parse::<u32>().map_err(Failure::from);
            match *word {
                "--json" => options.json = true,
                "--pairs" => options.pairs = number()? as usize,
                "--seconds" => options.time = Duration::from_secs(number()?.into()),
                "--hold" => options.hold = Duration::from_secs(number()?.into()),
                "--connections" => options.connections = number()? as usize,
                "--queued" => options.queued = number()?.into(),
                "--only" => options.only = Some((*words.next().ok_or("a name is missing")?).to_owned()),
                _ => return Ok(None),
            }
        }
        Ok(Some(options))
    }

    /// Returns true if this measurement is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == name)
    }
}
