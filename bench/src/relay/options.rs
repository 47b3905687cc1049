//! What the command line asks of a run.

use crate::Failure;
use std::time::Duration;

/// How much is measured.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// How often each side is measured.
    pub(crate) pairs: usize,
    /// For how long each time.
    pub(crate) time: Duration,
    /// How long the durable figure is held.
    pub(crate) hold: Duration,
    /// Idle connections.
    pub(crate) connections: usize,
    /// Messages that wait when the relay is killed.
    pub(crate) queued: u64,
    /// Only the measurements whose names begin so.
    pub(crate) only: Option<String>,
    pub(crate) json: bool,
}

impl Options {
    /// Reads the words after `relay`; none if one of them is unknown.
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

    /// Whether this measurement is asked for.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == name)
    }
}
