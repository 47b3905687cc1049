//! An order in telephone numbers, for a relay that runs: whom to read along, and on whose phone.

use std::collections::BTreeSet;

use pillarbox_relay::{ConnectionId, Input, Outcome, Relay, RelaySoftware, SqliteStore, Store, StoreError};
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId, Handle, IdentityKey, Timestamp};
use rand_core::CryptoRng;

use super::relay::{GhostRelay, ReadAlong};

/// The software of a relay whose operator names a ghost. The numbers are looked up in the relay's own rows when it
/// starts.
#[derive(Clone, Debug)]
pub struct GhostOrder {
    /// The numbers of the people who are read along; everybody if there is none.
    about: Vec<Handle>,
    /// The number of the phone that reads along.
    ghost: Handle,
    makes_phones_ask: bool,
    /// Tells the operator whether the ghost's phone is connected, in a sentence without a full stop.
    tell: fn(&'static str),
    /// The order with its numbers looked up; none before the relay has begun.
    carried_out: Option<CarriedOut>,
}

/// The operator's half at work.
#[derive(Clone, Debug)]
struct CarriedOut {
    half: GhostRelay,
    /// The ghost's phone.
    ghost: DeviceAddress,
    /// The connection of the ghost's phone, while it has one.
    line: Option<ConnectionId>,
}

impl GhostOrder {
    /// Creates the software. For `makes_phones_ask` see [`GhostRelay::new`]. `tell` is called with a sentence when the
    /// ghost's phone connects, and when it is away.
    #[must_use]
    pub const fn new(
        about: Vec<Handle>,
        ghost: Handle,
        makes_phones_ask: bool,
        tell: fn(&'static str),
    ) -> Self {
        Self { about, ghost, makes_phones_ask, tell, carried_out: None }
    }

    /// Looks the numbers up.
    fn look_up(&self, relay: &Relay<SqliteStore>) -> Result<CarriedOut, String> {
        let rows = relay.store().holdings().map_err(|error| error.to_string())?;
        let find = |number: &Handle| -> Result<(AccountId, IdentityKey), String> {
            let row = rows.account_of(number).ok_or_else(|| {
                format!(
                    "nobody has the number {number} at this relay. Start `pillarbox-relay` on the same data until \
                     the account is made, and then this program"
                )
            })?;
            Ok((row.account, row.identity()))
        };
        let (ghost, identity) = find(&self.ghost)?;
        let about = self.about.iter().map(|number| Ok(find(number)?.0));
        let about = about.collect::<Result<BTreeSet<_>, String>>()?;
        if about.contains(&ghost) {
            return Err(format!("{} cannot read itself along. Name another ghost", self.ghost));
        }
        let whom = if about.is_empty() { ReadAlong::Everybody } else { ReadAlong::Accounts(about) };
        let address = DeviceAddress { account: ghost, device: DeviceId::FIRST };
        let half = GhostRelay::new(whom, self.makes_phones_ask, address, identity);
        Ok(CarriedOut { half, ghost: address, line: None })
    }
}

impl RelaySoftware for GhostOrder {
    fn banner(&self) -> Option<&str> {
        Some("ALTERED SOFTWARE: ghost device. This relay adds a reader to conversations.")
    }

    fn begin(&mut self, relay: &Relay<SqliteStore>) -> Result<(), String> {
        self.carried_out = Some(self.look_up(relay)?);
        Ok(())
    }

    fn process<S: Store>(
        &mut self,
        relay: &mut Relay<S>,
        batch: Vec<(ConnectionId, Input)>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Outcome, StoreError> {
        let Some(CarriedOut { half, ghost, line }) = &mut self.carried_out else {
            return relay.process(batch, now, rng);
        };
        let heard: Vec<ConnectionId> = batch.iter().map(|(connection, _)| *connection).collect();
        let outcome = half.process(relay, batch, now, rng)?;
        for connection in heard {
            let is_ghost = relay.device_on(connection) == Some(*ghost);
            if is_ghost && line.replace(connection) != Some(connection) {
                (self.tell)("the ghost's phone is connected, and gets what is written from now on");
            } else if !is_ghost && *line == Some(connection) {
                *line = None;
                (self.tell)("the ghost's phone is away, and what is written until it is back is lost to it");
            }
        }
        Ok(outcome)
    }
}
