//! How many connections there are, in all and from each address, and what becomes of one too many.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::timing::MAX_REFUSALS_UNDER_WAY;
use crate::limits::Limits;

/// The count of open connections. It holds an address only while a connection from it is open.
pub(super) struct Doorkeeper {
    most: usize,
    most_from_address: usize,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    admitted: usize,
    refusals: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection's place, given back when it is dropped.
pub(super) struct Place {
    doorkeeper: Arc<Doorkeeper>,
    address: IpAddr,
    kind: PlaceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceKind {
    /// May stay.
    Admitted,
    /// May hear why it may not.
    Refused,
}

impl Doorkeeper {
    pub(super) fn new(limits: &Limits) -> Arc<Self> {
        Arc::new(Self {
            most: limits.connections as usize,
            most_from_address: limits.connections_per_address as usize,
            counts: Mutex::default(),
        })
    }

    /// A place for a connection from `address`; none if there is not even one to refuse it in.
    pub(super) fn admit(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = household(address);
        let mut counts = self.lock();
        let from_address = counts.by_address.get(&address).copied().unwrap_or(0);
        let kind = if counts.admitted < self.most && from_address < self.most_from_address {
            counts.admitted += 1;
            *counts.by_address.entry(address).or_default() += 1;
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

    /// A holder of this lock only counts: what it leaves behind when it panics is whole.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    pub(super) fn kind(&self) -> PlaceKind {
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
                if let Some(count) = counts.by_address.get_mut(&self.address) {
                    *count -= 1;
                    if *count == 0 {
                        counts.by_address.remove(&self.address);
                    }
                }
            }
        }
    }
}

/// What counts as one address: with IPv6 the /64 network, since whoever has one address there has all of them.
fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
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
        assert!(door.lock().by_address.is_empty());
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
    fn a_network_of_addresses_counts_as_one() {
        let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let two: IpAddr = "2001:db8:1:2:ffff::2".parse().unwrap();
        let elsewhere: IpAddr = "2001:db8:1:3::1".parse().unwrap();
        assert_eq!(household(one), household(two));
        assert_ne!(household(one), household(elsewhere));
        assert_eq!(household("::ffff:192.0.2.1".parse().unwrap()), IpAddr::from([192, 0, 2, 1]));
    }
}
