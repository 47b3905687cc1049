//! The relay's log: the only place in this crate that names `tracing`'s macros.
//!
//! A log is retained data. Every field that a line can carry is therefore a field of [`LogLine`], and so is in the
//! inventory. The code that writes a line destructures it without `..`. A connection is shown as a number that
//! means nothing elsewhere. An address is shown as a [`Pseudonym`] that means nothing after this process ends.
//! Neither is written at info level. Content, accounts and devices are never written.

use std::fmt;
use std::net::IpAddr;

use pillarbox_crypto::{SecretBytes, kdf, labels};
use pillarbox_wire::declare;
use rand_core::CryptoRng;
use tracing::{debug, error, info, warn};

/// The `target` of every line, for filters.
pub const TARGET: &str = "pillarbox_relay";

/// One line of the log.
#[derive(Debug, Default)]
pub struct LogLine {
    /// The event.
    pub message: &'static str,
    /// The connection's number in this process.
    pub connection: Option<u64>,
    /// The address that it came from, under a name that only this process understands.
    pub peer: Option<Pseudonym>,
    /// The reason, in words of this program or of the operating system.
    pub reason: Option<String>,
    /// A number, where the line counts something.
    pub count: Option<u64>,
}

declare!(
    /// Inventory of the log. `tracing` adds the time, the level and the target by itself.
    LOG: LogLine {
        message: Protocol, Log, "what happened, from a fixed list of sentences";
        connection: Events, Log, "ties the lines of one connection together; debug level only";
        peer: Events, Log, "ties the connections of one address together until the relay restarts; debug level only";
        reason: Protocol, Log, "why, in the relay's or the system's words";
        count: Protocol, Log, "how many";
    }
);

/// Fields that `tracing` itself puts on a line.
pub const ADDED_BY_TRACING: &[&str] = &["timestamp", "level", "target"];

/// The importance of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

/// The last line of a relay that was asked to stop.
pub(super) const STOPPED: &str = "the relay has stopped";

/// Logs what software other than the shipped one tells the relay's operator: a sentence without a full stop that names
/// nobody.
pub fn software_tells(sentence: &'static str) {
    LogLine::new(sentence).write(Level::Info);
}

/// Writes the last line of a relay that is told to stop a second time and does not wait for goodbyes to its phones.
pub fn stopped_at_once() {
    LogLine::new(STOPPED).because("it was told to twice, and waited for no phone").write(Level::Info);
}

impl LogLine {
    pub(crate) fn new(message: &'static str) -> Self {
        Self { message, ..Self::default() }
    }

    pub(crate) fn because(mut self, reason: impl fmt::Display) -> Self {
        self.reason = Some(reason.to_string());
        self
    }

    pub(crate) fn of(mut self, connection: u64) -> Self {
        self.connection = Some(connection);
        self
    }

    pub(crate) fn from(mut self, peer: Pseudonym) -> Self {
        self.peer = Some(peer);
        self
    }

    pub(crate) fn counting(mut self, count: usize) -> Self {
        self.count = Some(count as u64);
        self
    }

    pub(crate) fn write(self, level: Level) {
        let Self { message, connection, peer, reason, count } = self;
        let peer = peer.map(tracing::field::display);
        match level {
            Level::Error => error!(target: TARGET, connection, peer, reason, count, "{message}"),
            Level::Warn => warn!(target: TARGET, connection, peer, reason, count, "{message}"),
            Level::Info => info!(target: TARGET, connection, peer, reason, count, "{message}"),
            Level::Debug => debug!(target: TARGET, connection, peer, reason, count, "{message}"),
        }
    }
}

/// The salt of this process's pseudonyms. It is never written anywhere.
pub(crate) struct LogSalt(SecretBytes<32>);

/// A pseudonym of an address. Nobody can turn it back into the address once the process has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pseudonym([u8; 6]);

impl LogSalt {
    pub(crate) fn draw(rng: &mut impl CryptoRng) -> Self {
        Self(SecretBytes::generate(rng))
    }

    pub(crate) fn pseudonym(&self, address: IpAddr) -> Pseudonym {
        let octets: &[u8] = match &address {
            IpAddr::V4(address) => &address.octets(),
            IpAddr::V6(address) => &address.octets(),
        };
        let [a, b, c, d, e, f, ..] = kdf::hash(labels::RELAY_LOG_PSEUDONYM, &[self.0.as_bytes(), octets]);
        Pseudonym([a, b, c, d, e, f])
    }
}

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_holds_for_one_process() {
        let (this, next) = (LogSalt::draw(&mut rand::rng()), LogSalt::draw(&mut rand::rng()));
        let (one, two) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        assert_eq!(this.pseudonym(one), this.pseudonym(one));
        assert_ne!(this.pseudonym(one), this.pseudonym(two));
        assert_ne!(this.pseudonym(one), next.pseudonym(one));
        assert_eq!(this.pseudonym(one).to_string().len(), 12);
    }
}
