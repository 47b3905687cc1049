//! Internet addresses of phones: of homes (which several people may share), of mobile gateways, and of exits of the Tor
//! network.
//!
//! All of them are in networks reserved for documentation and tests, so that nobody's real address is in a record:
//!
//! | what | network |
//! |---|---|
//! | homes | 192.0.2.0/24 and 198.51.100.0/24 (RFC 5737) |
//! | homes whose address changes, from the first change on | 198.18.0.0/16 (RFC 2544) |
//! | mobile gateways | 198.19.0.0/20 |
//! | exits of the Tor network | 198.19.128.0/20 |
//!
//! Relays are in 203.0.113.0/24.

use std::net::{IpAddr, Ipv4Addr};

use pillarbox_relay::ConnectionId;
use rand_chacha::rand_core::Rng as _;

use super::error::WorldError;
use super::state::World;
use super::state::profile::ProfileId;
use crate::record::Kind;
use crate::scenario::{AddressKind, Person, PersonId};

/// The number of addresses that one home has before the first of them is reused. With it, 500 homes fill the
/// network.
const ADDRESSES_OF_A_HOME: u64 = 128;

/// Returns the internet address of a home that keeps it. In a story without a network, everybody has such an address.
pub(super) fn home_address(who: PersonId) -> IpAddr {
    let host = u8::try_from(who.0 % 250 + 1).unwrap_or(1);
    IpAddr::V4(match who.0 / 250 {
        0 => Ipv4Addr::new(192, 0, 2, host),
        _ => Ipv4Addr::new(198, 51, 100, host),
    })
}

/// Returns the address of a home after this number of changes.
fn changed_address(who: PersonId, changes: u64) -> IpAddr {
    if changes == 0 {
        return home_address(who);
    }
    let place = who.0 as u64 * ADDRESSES_OF_A_HOME + (changes - 1) % ADDRESSES_OF_A_HOME;
    numbered([198, 18], place)
}

/// Returns the address with this number in a network of 65,536.
fn numbered([first, second]: [u8; 2], place: u64) -> IpAddr {
    let [.., third, fourth] = place.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(first, second, third, fourth))
}

/// The index of the first Tor exit in the network that exits share with gateways.
const FIRST_EXIT: u64 = 128 * 256;

impl World {
    /// Returns the address of all of a person's connections, if they come from a single address.
    pub(super) fn fixed_address(&self, who: PersonId) -> Option<IpAddr> {
        if self.scenario.network.is_none() {
            return Some(home_address(who));
        }
        let host = self.host_of(who)?;
        let changes = self.scenario.person(host)?.connectivity.address_changes;
        changes.is_none().then(|| home_address(host))
    }

    /// Returns the person whose home somebody shares.
    fn host_of(&self, who: PersonId) -> Option<PersonId> {
        match self.scenario.person(who)?.connectivity.address {
            AddressKind::OwnHome => Some(who),
            AddressKind::HomeOf(host) => Some(host),
            AddressKind::Mobile | AddressKind::Tor => None,
        }
    }

    /// Describes the connection of somebody's phone, for the record of a story that has a network.
    pub(super) fn connects_in_words(&self, who: PersonId) -> Option<String> {
        self.scenario.network?;
        Some(match self.scenario.person(who)?.connectivity.address {
            AddressKind::OwnHome => "home".to_owned(),
            AddressKind::HomeOf(host) => format!("home of {}", self.name(host)),
            AddressKind::Mobile => "mobile".to_owned(),
            AddressKind::Tor => "tor".to_owned(),
        })
    }

    /// Records the person behind the address of a connection, in a story that has a network.
    pub(super) fn is_seen_at(
        &mut self,
        id: ProfileId,
        connection: ConnectionId,
        address: IpAddr,
    ) -> Result<(), WorldError> {
        if self.scenario.network.is_some() {
            let profile = self.profile(id)?;
            let (who, relay) = (profile.who, profile.site.0);
            self.truth.is_at(who, address);
            let kind = Kind::Connects { who: self.name(who), relay, connection: connection.0, address };
            self.record.push(self.now, kind);
        }
        Ok(())
    }

    /// Schedules the first address change of each home.
    pub(super) fn begin_moves(&mut self) {
        let first =
            |(who, person): (PersonId, &Person)| Some((self.now + person.connectivity.address_changes?, who));
        self.moves = self.scenario.everybody().filter_map(first).collect();
    }

    /// Changes the addresses of homes that are due. Connections over the former address are cut.
    pub(super) fn move_all(&mut self) -> Result<(), WorldError> {
        while let Some((at, host)) = self.moves.first().copied().filter(|(at, _)| *at <= self.now) {
            self.moves.pop_first();
            let every = self.scenario.person(host).and_then(|person| person.connectivity.address_changes);
            self.moves.extend(every.map(|every| (at + every, host)));
            let there: Vec<PersonId> = self
                .scenario
                .everybody()
                .map(|(who, _)| who)
                .filter(|who| self.host_of(*who) == Some(host))
                .collect();
            for id in there.into_iter().flat_map(|who| self.profiles_of(who)).collect::<Vec<_>>() {
                self.cut(id)?;
                self.restless.insert(id);
            }
        }
        Ok(())
    }

    /// Returns the address that a relay sees of a profile's next connection.
    pub(super) fn next_address(&mut self, id: ProfileId) -> Result<IpAddr, WorldError> {
        let who = self.profile(id)?.who;
        let Some(network) = self.scenario.network else { return Ok(home_address(who)) };
        let address = self.scenario.person(who).map(|person| person.connectivity.address).unwrap_or_default();
        let rng = &mut self.profile_mut(id)?.streams.network;
        Ok(match address {
            AddressKind::OwnHome => self.address_of_home(who),
            AddressKind::HomeOf(host) => self.address_of_home(host),
            AddressKind::Mobile => {
                numbered([198, 19], 1 + rng.next_u64() % u64::from(network.gateways.max(1)))
            }
            AddressKind::Tor => {
                numbered([198, 19], FIRST_EXIT + 1 + rng.next_u64() % u64::from(network.exits.max(1)))
            }
        })
    }

    /// Returns the present address of somebody's home.
    fn address_of_home(&self, who: PersonId) -> IpAddr {
        let changes = self.scenario.person(who).and_then(|person| person.connectivity.address_changes);
        let since = self.now.since(self.scenario.start).0;
        changed_address(who, changes.map_or(0, |every| since / every.0.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_homes_have_one_address_at_whatever_time() {
        let people = || (0..500).map(PersonId);
        let all: Vec<IpAddr> = people()
            .flat_map(|who| (0..=ADDRESSES_OF_A_HOME).map(move |changes| changed_address(who, changes)))
            .collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        assert!(
            !all.contains(&numbered([198, 19], 1)) && !all.contains(&numbered([198, 19], FIRST_EXIT + 1))
        );
        assert_eq!(changed_address(PersonId(3), 1), changed_address(PersonId(3), 1 + ADDRESSES_OF_A_HOME));
    }
}
