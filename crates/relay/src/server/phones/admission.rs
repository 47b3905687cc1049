//! Admission of connections: their number in all and from each address, and the refusal of a connection that is too
//! many.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::memory::networks::Network;
use crate::rules::limits::Limits;
use crate::server::timing::MAX_REFUSALS_UNDER_WAY;

/// The count of open connections. It stores an address only while a connection from it is open.
pub(crate) struct Doorkeeper {
    most: usize,
    most_from_address: usize,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    admitted: usize,
    refusals: usize,
    /// Connections by address, and by the networks around it.
    by_network: HashMap<Network, usize>,
}

/// One connection's place. It is released when this is dropped.
pub(crate) struct Place {
    doorkeeper: Arc<Doorkeeper>,
    address: Network,
    kind: PlaceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PlaceKind {
    /// The connection may stay.
    Admitted,
    /// The connection may be told why it may not stay.
    Refused,
}

impl Doorkeeper {
    pub(crate) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            most: limits.connections as usize,
            most_from_address: limits.connections_per_address as usize,
            counts: Mutex::default(),
        })
    }

    /// Takes a place for a connection from `address`. Returns nothing if there is not even a place in which to
    /// refuse it.
    pub(crate) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = Network::of(address);
        let mut counts = self.lock();
        let full = all(address).any(|(network, times)| {
            let from_there = counts.by_network.get(&network).copied().unwrap_or(0);
            from_there >= self.most_from_address.saturating_mul(times as usize)
        });
        let kind = if counts.admitted < self.most && !full {
            counts.admitted += 1;
            for (network, _) in all(address) {
                *counts.by_network.entry(network).or_default() += 1;
            }
            PlaceKind::Admitted
        } else if counts.refusals < MAX_REFUSALS_UNDER_WAY {
            counts.refusals += 1;
            PlaceKind::Refused
        } else {
            return None;
        };
        drop(counts);
        Some(Place { doorkeeper: Arc::clone(self), address, kind })
    }

    /// A thread that holds this lock only counts, so that the state is whole even after a panic.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    pub(crate) fn kind(&self) -> PlaceKind {
        self.kind
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.doorkeeper.lock();
        match self.kind {
            PlaceKind::Refused => counts.refusals -= 1,
            PlaceKind::Admitted => {
                counts.admitted -= 1;
                for (network, _) in all(self.address) {
                    let Some(count) = counts.by_network.get_mut(&network) else { continue };
                    *count -= 1;
                    if *count == 0 {
                        counts.by_network.remove(&network);
                    }
                }
            }
        }
    }
}

/// Returns an address and the networks around it, each with its multiple of the limit for one address.
fn all(address: Network) -> impl Iterator<Item = (Network, u32)> {
    std::iter::once((address, 1)).chain(address.wider())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doorkeeper(connections: u32, connections_per_address: u32) -> Arc<Doorkeeper> {
        Doorkeeper::new(&Limits { connections, connections_per_address, ..Limits::default() })
    }

    fn kind(place: &Option<Place>) -> Option<PlaceKind> {
        place.as_ref().map(Place::kind)
    }

    #[test]
    fn one_address_cannot_take_every_place() {
        let door = doorkeeper(3, 2);
        let (one, two) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let held = [door.admit(one), door.admit(one)];
        assert!(held.iter().all(|place| kind(place) == Some(PlaceKind::Admitted)));
        assert_eq!(kind(&door.admit(one)), Some(PlaceKind::Refused));
        let other = door.admit(two);
        assert_eq!(kind(&other), Some(PlaceKind::Admitted));
        assert_eq!(kind(&door.admit(two)), Some(PlaceKind::Refused), "three in all");
        drop(held);
        assert_eq!(kind(&door.admit(one)), Some(PlaceKind::Admitted));
        drop(other);
        assert!(door.lock().by_network.is_empty());
    }

    #[test]
    fn refusals_are_bounded_too() {
        let door = doorkeeper(0, 0);
        let address = IpAddr::from([192, 0, 2, 1]);
        let held: Vec<_> = (0..MAX_REFUSALS_UNDER_WAY).map(|_| door.admit(address)).collect();
        assert!(held.iter().all(|place| kind(place) == Some(PlaceKind::Refused)));
        assert!(door.admit(address).is_none());
    }

    #[test]
    fn a_network_of_many_addresses_has_a_few_times_the_places_of_one() {
        let door = doorkeeper(1_000, 2);
        let mut held = Vec::new();
        let mut admitted = |address: String| {
            let place = door.admit(address.parse().unwrap());
            let admitted = kind(&place) == Some(PlaceKind::Admitted);
            held.extend(place.filter(|_| admitted));
            admitted
        };
        let household = (0..256).filter(|at| admitted(format!("2001:db8:1:{at:x}::1"))).count();
        let organisation = (1..256).filter(|at| admitted(format!("2001:db8:1:{at:x}00::1"))).count();
        assert_eq!((household, household + organisation), (8, 32));
        assert!(admitted("2001:db8:2::1".to_owned()));
        drop(held);
        assert!(door.lock().by_network.is_empty());
    }
}
