//! A relay of a world, and everything that its operator has, as last read.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use pillarbox_access::RelayHoldings;
use pillarbox_crypto::{AgreementSecret, SecretBytes};
use pillarbox_relay::{Relay, SqliteStore};

use crate::world::error::WorldError;

/// A relay. Several demands look at the same moment of it, so its rows are read once, and again after every
/// [`change`](Self::change).
pub(crate) struct Running {
    pub(crate) relay: Relay<SqliteStore>,
    pub(crate) held: OnceLock<Arc<RelayHoldings>>,
}

impl Running {
    pub(crate) const fn new(relay: Relay<SqliteStore>) -> Self {
        Self { relay, held: OnceLock::new() }
    }

    /// Returns the relay to a caller that will change it. Rows that were read before are discarded.
    pub(crate) fn change(&mut self) -> &mut Relay<SqliteStore> {
        self.held.take();
        &mut self.relay
    }

    /// Returns everything that the relay's operator has. `key` is the operator's key for channels to phones.
    pub(crate) fn holdings(&self, key: &AgreementSecret) -> Result<Arc<RelayHoldings>, WorldError> {
        if let Some(held) = self.held.get() {
            return Ok(Arc::clone(held));
        }
        let key = SecretBytes::from_bytes(*key.to_bytes());
        let read = Arc::new(RelayHoldings::of_relay(&self.relay, Some(&key))?);
        Ok(Arc::clone(self.held.get_or_init(|| read)))
    }

    /// Copies the relay.
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
