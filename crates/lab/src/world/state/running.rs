//! A relay of a world, with what its operator has as it was read last.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use pillarbox_access::RelayHoldings;
use pillarbox_crypto::{AgreementSecret, SecretBytes};
use pillarbox_relay::{Relay, SqliteStore};

use crate::world::error::WorldError;

/// A relay. Several demands look at one moment of it: its rows are read once, and again after every
/// [`change`](Self::change).
pub(crate) struct Running {
    pub(crate) relay: Relay<SqliteStore>,
    pub(crate) held: OnceLock<Arc<RelayHoldings>>,
}

impl Running {
    pub(crate) const fn new(relay: Relay<SqliteStore>) -> Self {
        Self { relay, held: OnceLock::new() }
    }

    /// The relay, for whoever lets it do something. What was read of it before counts no more.
    pub(crate) fn change(&mut self) -> &mut Relay<SqliteStore> {
        self.held.take();
        &mut self.relay
    }

    /// Everything that its operator has, whose key for channels to phones is `key`.
    pub(crate) fn holdings(&self, key: &AgreementSecret) -> Result<Arc<RelayHoldings>, WorldError> {
        if let Some(held) = self.held.get() {
            return Ok(Arc::clone(held));
        }
        let key = SecretBytes::from_bytes(*key.to_bytes());
        let read = Arc::new(RelayHoldings::of_relay(&self.relay, Some(&key))?);
        Ok(Arc::clone(self.held.get_or_init(|| read)))
    }

    /// A copy of it.
    pub(crate) fn fork(&self) -> Result<Self, WorldError> {
        Ok(Self { relay: self.relay.fork()?, held: self.held.clone() })
    }
}

impl Deref for Running {
    type Target = Relay<SqliteStore>;

    fn deref(&self) -> &Self::Target {
        &self.relay
    }
}
