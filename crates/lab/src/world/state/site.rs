//! Sites: the relays of a world. Each has its own operator, jurisdiction, key and address, and its store in memory.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use pillarbox_access::view::OperatorTap;
use pillarbox_access::{RelayHoldings, country};
use pillarbox_crypto::AgreementSecret;
use pillarbox_proposals::ghost_device::GhostRelay;
use pillarbox_relay::{Keeping, Limits, Relay, RelaySettings, SqliteStore};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{Duration, Timestamp};
use rand_chacha::ChaCha20Rng;

use super::rows::RowsHere;
use super::running::Running;
use crate::world::error::WorldError;

/// One of a world's relays: a position among [`World::sites`](super::World::sites).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteId(pub usize);

/// The role of a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The site carries messages.
    Messenger,
    /// It belongs to another operator and holds backups.
    Cloud,
}

/// One relay of a world.
pub struct Site {
    pub(crate) relay: Running,
    pub(crate) key: AgreementSecret,
    /// The stream of randomness for the relay's unprompted draws.
    pub(crate) rng: ChaCha20Rng,
    pub(crate) address: RelayAddress,
    pub(crate) role: Role,
    pub(crate) jurisdiction: Option<String>,
    /// Countries whose networks block it.
    pub(crate) blocked_in: BTreeSet<String>,
    /// Countries whose people its operator does not serve.
    pub(crate) closed_to: BTreeSet<String>,
    /// The rows of messages that have been recorded and are not deleted.
    pub(crate) rows: RowsHere,
    /// One tap for each order to hand over traffic.
    pub(crate) taps: Vec<OperatorTap>,
    /// The filter that the operator has placed before the relay, if it names a ghost device.
    pub(crate) ghost: Option<GhostRelay>,
    /// All traffic, for an observer at the operator. Nobody has ordered it, and no record mentions it.
    pub(crate) watched: Option<OperatorTap>,
}

/// The step of the ageing clock. A world jumps from one event to the next, and at each jump the ageing clock
/// follows all the way, as it would have done hour by hour (`pillarbox_relay::ageing` says why a real relay moves
/// it in steps).
pub(crate) const PORT: u16 = 7_455;

/// The step of the ageing clock. A world jumps from one event to the next, and at each jump the ageing clock follows
/// all the way, as it would have done hour by hour (`pillarbox_relay::ageing` says why a real relay moves it in steps).
pub(crate) const AGEING_STEP: Duration = Duration::from_days(36_500);

impl Site {
    pub(crate) fn open(
        host: &str,
        role: Role,
        jurisdiction: Option<String>,
        (keeping, verify_numbers): (Keeping, bool),
        now: Timestamp,
        mut rng: ChaCha20Rng,
    ) -> Result<Self, WorldError> {
        let key = AgreementSecret::generate(&mut rng);
        let address = RelayAddress::new(host, PORT, key.public())?;
        let limits = Limits { ageing_step: AGEING_STEP, ..Limits::default() };
        let settings = RelaySettings { keeping, limits, verify_numbers };
        let mut relay = Relay::open(SqliteStore::in_memory()?, settings, now, &mut rng)?;
        relay.follow(Some(usize::MAX));
        let relay = Running::new(relay);
        let (blocked_in, closed_to, taps) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        let rows = RowsHere::default();
        Ok(Self {
            relay,
            key,
            rng,
            address,
            role,
            jurisdiction,
            blocked_in,
            closed_to,
            rows,
            taps,
            ghost: None,
            watched: None,
        })
    }

    /// Returns the reason that nobody from a country can connect; `None` if people from there can.
    pub(crate) fn unreachable_from(&self, country: &str) -> Option<String> {
        if self.blocked_in.contains(country) {
            return Some(format!("the networks of {} do not let it through", country::name(country)));
        }
        self.closed_to
            .contains(country)
            .then(|| format!("the operator serves nobody in {}", country::name(country)))
    }

    /// Returns the relay, whose store answers demands.
    #[must_use]
    pub fn relay(&self) -> &Relay<SqliteStore> {
        &self.relay
    }

    /// Returns the relay's address.
    #[must_use]
    pub const fn address(&self) -> &RelayAddress {
        &self.address
    }

    /// Returns the relay's role.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Returns the country whose law binds its operator; `None` if the design names none.
    #[must_use]
    pub fn jurisdiction(&self) -> Option<&str> {
        self.jurisdiction.as_deref()
    }

    /// Returns true if its operator answers to the law of a country.
    pub(crate) fn is_under(&self, country: &str) -> bool {
        self.jurisdiction.as_deref().is_some_and(|here| here.eq_ignore_ascii_case(country))
    }

    /// Returns the taps, one for each order. Each has the traffic of the people whom the order names, from the order
    /// on.
    #[must_use]
    pub fn taps(&self) -> &[OperatorTap] {
        &self.taps
    }

    /// Returns the traffic since somebody began to [watch](super::World::watch).
    #[must_use]
    pub const fn watched(&self) -> Option<&OperatorTap> {
        self.watched.as_ref()
    }

    /// Returns everything that the operator has, its two keys included.
    ///
    /// # Errors
    /// [`WorldError::Store`].
    pub fn holdings(&self) -> Result<Arc<RelayHoldings>, WorldError> {
        self.relay.holdings(&self.key)
    }
}

impl SiteId {
    /// Returns the internet address of a relay. It is in a network reserved for documentation (RFC 5737) that has
    /// no phone of a world.
    #[must_use]
    pub fn internet_address(self) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(203, 0, 113, u8::try_from(self.0 % 250 + 1).unwrap_or(1)))
    }
}
