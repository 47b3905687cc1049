//! The host in the address of a relay that listens everywhere, because `0.0.0.0` and `[::]` name no computer.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

/// Addresses that belong to no network and that nobody has (RFC 5737 and RFC 3849). Nothing is sent there.
const FAR: (Ipv4Addr, Ipv6Addr) =
    (Ipv4Addr::new(198, 51, 100, 1), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));

/// The discard port (RFC 863).
const ANY_PORT: u16 = 9;

/// The host that phones are told to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// A name or an address.
    pub(crate) host: String,
    /// A line for the operator about how far the address reaches. It is absent if the operator named the host.
    pub(crate) advice: Option<&'static str>,
}

/// Chooses the host for a relay that listens at `listening`; `public` is the operator's choice.
pub(crate) fn reach(public: Option<String>, listening: IpAddr) -> Reach {
    match public {
        Some(host) => Reach { host, advice: None },
        None if !listening.is_unspecified() => Reach { host: listening.to_string(), advice: None },
        None => found(listening, towards(listening)),
    }
}

fn found(listening: IpAddr, own: Option<IpAddr>) -> Reach {
    let (host, advice) = match own {
        Some(own) => (own, "This network only. For others, name a host: --public-host HOST"),
        None => (
            if listening.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() },
            "This computer only: no network found. See --public-host HOST",
        ),
    };
    Reach { host: host.to_string(), advice: Some(advice) }
}

/// Returns the address that this computer would use to send far away. A connected socket knows it without sending
/// anything.
fn towards(listening: IpAddr) -> Option<IpAddr> {
    let far: IpAddr = if listening.is_ipv4() { FAR.0.into() } else { FAR.1.into() };
    let socket = UdpSocket::bind((listening, 0)).ok()?;
    socket.connect((far, ANY_PORT)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_unspecified() && !own.is_loopback()).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];

    #[test]
    fn a_host_that_is_named_or_listened_at_is_taken_as_it_is() {
        for listening in EVERYWHERE {
            let named = reach(Some("relay.example".to_owned()), listening);
            assert_eq!(named, Reach { host: "relay.example".to_owned(), advice: None });
        }
        let one = reach(None, Ipv6Addr::LOCALHOST.into());
        assert_eq!(one, Reach { host: "::1".to_owned(), advice: None });
    }

    #[test]
    fn a_relay_that_listens_everywhere_names_an_address_that_is_one_and_says_how_to_name_another() {
        for listening in EVERYWHERE {
            for own in [towards(listening), None] {
                let Reach { host, advice } = found(listening, own);
                let host: IpAddr = host.parse().unwrap();
                assert!(!host.is_unspecified() && host.is_ipv4() == listening.is_ipv4());
                assert!(advice.unwrap().contains("--public-host HOST"));
                assert_eq!(host.is_loopback(), own.is_none());
            }
        }
    }
}
