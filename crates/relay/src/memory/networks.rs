//! Networks that count as one address, and the wider ones that one subscriber may have whole.
//!
//! With IPv4 each address counts. With IPv6 the holder of one address has its /64, and often much more: a household
//! gets a /56, which contains 256 such networks, and an organisation a /48, which contains 65,536. Limits by
//! address therefore apply to these networks as well, at a multiple. Otherwise one subscriber could ask as often as
//! a town.

use std::net::{IpAddr, Ipv6Addr};

/// The number of bits of an IPv6 address that count as one address.
const ADDRESS_BITS: u8 = 64;

/// The wider networks, each with its multiple of the limit for one address.
const WIDER: [(u8, u32); 2] = [(56, 4), (48, 16)];

/// An IPv4 address, or an IPv6 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Network {
    prefix: IpAddr,
    bits: u8,
}

impl Network {
    /// Returns the network that counts as the one address of `peer`.
    pub(crate) fn of(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            IpAddr::V6(six) => Self::around(six, ADDRESS_BITS),
            four => Self { prefix: four, bits: 32 },
        }
    }

    /// Returns the wider networks around it, each with its multiple of the limit.
    pub(crate) fn wider(self) -> impl Iterator<Item = (Self, u32)> + Clone {
        let six = match self.prefix {
            IpAddr::V6(six) => Some(six),
            IpAddr::V4(_) => None,
        };
        six.into_iter().flat_map(|six| WIDER.map(|(bits, times)| (Self::around(six, bits), times)))
    }

    fn around(address: Ipv6Addr, bits: u8) -> Self {
        let mask = u128::MAX << (128 - u32::from(bits));
        Self { prefix: Ipv6Addr::from_bits(address.to_bits() & mask).into(), bits }
    }
}

const _: () = {
    let [(near, few), (far, many)] = WIDER;
    assert!(far < near && near < ADDRESS_BITS && 1 < few && few < many);
};

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Network {
        Network::of(address.parse().unwrap())
    }

    #[test]
    fn addresses_of_one_subscriber_count_as_one() {
        let one = network("2001:db8:1:2:3::4");
        assert_eq!(one, network("2001:db8:1:2:ffff::"));
        assert_ne!(one, network("2001:db8:1:3::"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.2"), network("192.0.2.1"));
    }

    #[test]
    fn a_household_and_an_organisation_have_wider_networks_in_common() {
        let wider = |address| network(address).wider().collect::<Vec<_>>();
        let [household, organisation] = wider("2001:db8:1:2::1").try_into().unwrap();
        assert_eq!((household.1, organisation.1), (4, 16));
        assert_eq!(wider("2001:db8:1:ff::"), [household, organisation]);
        let elsewhere = wider("2001:db8:1:100::");
        assert_ne!(elsewhere[0], household);
        assert_eq!(elsewhere[1], organisation);
        assert_ne!(wider("2001:db8:2::")[1], organisation);
        assert_eq!(wider("192.0.2.1"), [], "an IPv4 address is one");
    }
}
