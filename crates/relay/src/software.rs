//! The software of a relay: the layer between the phones and the core.
//!
//! The shipped program has one, [`ShippedRelay`], which hands every batch to the core. Other software is an argument of
//! [`RelayServer::start_with`](crate::server::RelayServer::start_with) and of the command line. No other software is
//! part of this crate.

use pillarbox_wire::Timestamp;
use rand_core::CryptoRng;

use crate::core::{ConnectionId, Input, Outcome, Relay};
use crate::store::{SqliteStore, Store, StoreError};

/// The software of a relay, as far as it decides about frames. Every method has a default, and the defaults are the
/// shipped program.
pub trait RelaySoftware {
    /// Returns the line that precedes all output of a program other than the shipped one.
    fn banner(&self) -> Option<&str> {
        None
    }

    /// Looks at a relay that has been opened and serves nobody yet.
    ///
    /// # Errors
    /// A sentence, without a full stop, that says why the relay does not start and what to do.
    fn begin(&mut self, _relay: &Relay<SqliteStore>) -> Result<(), String> {
        Ok(())
    }

    /// Processes a batch of what phones have sent; see [`Relay::process`].
    ///
    /// # Errors
    /// Those of [`Relay::process`].
    fn process<S: Store>(
        &mut self,
        relay: &mut Relay<S>,
        batch: Vec<(ConnectionId, Input)>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Outcome, StoreError> {
        relay.process(batch, now, rng)
    }
}

/// The software of the shipped relay.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShippedRelay;

impl RelaySoftware for ShippedRelay {}
