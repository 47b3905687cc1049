//! The host in the address that phones receive. A host that no phone can connect to is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use pillarbox_text::read::value;

/// Reads the host that an operator names. Names are accepted unchanged; addresses that no single computer has are
/// refused.
pub(super) fn public_host(text: &str) -> Result<String, String> {
    let host = value(text);
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let found = match bare.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => unusable_v4(address),
        Ok(IpAddr::V6(address)) => unusable_v6(address),
        Err(_) => None,
    };
    match found {
        None => Ok(text.to_owned()),
        Some(what) => Err(format!(
            "{what}, and no phone can connect to it; name the address or the name under which phones reach this computer"
        )),
    }
}

fn unusable_v4(address: Ipv4Addr) -> Option<&'static str> {
    match address.octets() {
        // RFC 1122, section 3.2.1.3.
        [0, ..] => Some("it is the address of no computer"),
        // RFC 5771. The next line is the reserved rest, with the broadcast address (RFC 1112, section 4).
        [224..=239, ..] => Some("it is the address of a group of computers"),
        [240..=255, ..] => Some("it is the address of no single computer"),
        _ => None,
    }
}

fn unusable_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.is_unspecified() {
        Some("it is the address of no computer")
    } else if address.is_multicast() {
        Some("it is the address of a group of computers")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_address_that_no_computer_has_is_refused_in_every_spelling(octets: [u8; 4], group: [u16; 7]) {
            let address = Ipv4Addr::from(octets);
            let is_one = !address.is_unspecified() && octets[0] != 0 && octets[0] < 224;
            for text in [format!("{address}"), format!("::ffff:{address}"), format!("[::ffff:{address}]")] {
                prop_assert_eq!(public_host(&text).is_ok(), is_one, "{}", text);
            }
            let [a, b, c, d, e, f, g] = group;
            for (first, is_one) in [(0x2001, true), (0xfd00, true), (0xff02, false), (0xffff, false)] {
                let address = Ipv6Addr::from([first, a, b, c, d, e, f, g]);
                for text in [format!("{address}"), format!("[{address}]")] {
                    prop_assert_eq!(public_host(&text).is_ok(), is_one, "{}", text);
                }
            }
        }
    }

    #[test]
    fn names_and_addresses_of_a_computer_are_taken_as_they_are() {
        for text in ["relay.example", "127.0.0.1", "::1", "[2001:db8::7]", "192.0.2.7", "a.b-c"] {
            assert_eq!(public_host(text), Ok(text.to_owned()));
        }
        for text in [
            "0.0.0.0",
            "::",
            "[::]",
            "::ffff:0.0.0.0",
            " 0.0.0.0 ",
            "224.0.0.1",
            "ff02::1",
            "255.255.255.255",
        ] {
            assert!(public_host(text).unwrap_err().contains("no phone can connect to it"), "{text}");
        }
    }
}
