//! A relay's address: `pillarbox://HOST:PORT/#KEY`.
//!
//! KEY is the relay's X25519 public key in base32 (52 characters). It is behind `#` because programs that take the
//! address for a web link do not send that part anywhere. HOST is a name, an IPv4 address or an IPv6 address in
//! brackets. Anyone who has the address can tell the relay from an impostor without a third party vouching for the
//! relay.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use pillarbox_crypto::AgreementPublic;
use pillarbox_text::base32::{NotBase32, decode, encode};
use pillarbox_text::read::{link, value};
use thiserror::Error;

/// Characters of a key: 256 bits, five to a character.
const KEY_CHARS: usize = 52;

const _: () = assert!(KEY_CHARS == (32 * 8usize).div_ceil(5));

const SCHEME: &str = "pillarbox://";

/// Longest name of a host (RFC 1035, section 2.3.4: 255 bytes encoded, two of which are not text).
const MAX_HOST_LEN: usize = 253;

/// Longest part of a name between two dots (RFC 1035, section 2.3.4).
const MAX_LABEL_LEN: usize = 63;

/// Reasons that text is not a relay's address. Each variant is one mistake, in words for the person who typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AddressError {
    /// The text does not begin with `pillarbox://`.
    #[error("a relay address begins with {SCHEME}")]
    Scheme,
    /// The text has no `/#`.
    #[error("the relay's key is missing: an address ends with /# and {KEY_CHARS} characters")]
    NoKey,
    /// Nothing precedes the port.
    #[error("the host is missing: an address reads {SCHEME}HOST:PORT/#KEY")]
    NoHost,
    /// The host contains a character that no host name has, or is too long.
    #[error(
        "the host is no host name: letters, digits, hyphens and dots, or an IPv6 address in brackets; \
         write other alphabets in their xn-- form"
    )]
    Host,
    /// The host is an IPv6 address without brackets, or has brackets without an IPv6 address.
    #[error("an IPv6 address stands in brackets, as in [2001:db8::1]:443")]
    Brackets,
    /// The text has no port.
    #[error("the port is missing: write it after the host, as in relay.example:443")]
    NoPort,
    /// The port is not a number from 1 to 65535.
    #[error("the port is a number from 1 to 65535")]
    Port,
    /// The key does not have 52 characters.
    #[error(
        "the relay's key has {got} characters where {KEY_CHARS} are expected: part of it is missing or doubled"
    )]
    KeyLength {
        /// The number of characters found.
        got: usize,
    },
    /// The key contains a character outside the base32 alphabet.
    #[error(
        "character {position} of the relay's key has a typing error: keys are written with a to z and 2 to 7"
    )]
    KeyCharacter {
        /// The position of the character, counted from 1.
        position: usize,
    },
    /// The last character of the key cannot end a key.
    #[error("the last character of the relay's key has a typing error")]
    KeyEnd,
}

/// The address of a relay, and the key that the relay must have.
///
/// Invariants: `host` is a name in lower case or an IP address in its canonical form, without
/// brackets; `port` is not 0. Equal addresses print alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RelayAddress {
    host: String,
    port: u16,
    key: AgreementPublic,
}

impl RelayAddress {
    /// Builds an address from its parts. An IPv6 address may have brackets or not.
    ///
    /// # Errors
    /// [`AddressError::NoHost`], [`AddressError::Host`], [`AddressError::Port`].
    pub fn new(host: &str, port: u16, key: AgreementPublic) -> Result<Self, AddressError> {
        let host = value(host);
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let host = match bare.unwrap_or(host).parse::<Ipv6Addr>() {
            Ok(address) => address.to_string(),
            Err(_) => host_name(host)?,
        };
        if port == 0 {
            return Err(AddressError::Port);
        }
        Ok(Self { host, port, key })
    }

    /// Returns the host in the form that a resolver accepts: an IPv6 address has no brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the relay's public key.
    #[must_use]
    pub fn key(&self) -> &AgreementPublic {
        &self.key
    }
}

impl FromStr for RelayAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = link(text);
        let begins = text.get(..SCHEME.len()).is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
        let rest = text.get(SCHEME.len()..).filter(|_| begins).ok_or(AddressError::Scheme)?;
        let (place, key) = rest.split_once("/#").ok_or(AddressError::NoKey)?;
        let (host, port) = split_place(place)?;
        let port = port.parse::<u16>().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()));
        let port = port.ok_or(AddressError::Port)?;
        Self::new(host, port, AgreementPublic::from_bytes(key_of(key)?))
    }
}

/// Reads the text of a key, in either case.
fn key_of(text: &str) -> Result<[u8; 32], AddressError> {
    let read = decode(text);
    if let Err(NotBase32::Character(position)) = read {
        return Err(AddressError::KeyCharacter { position });
    }
    match (text.len(), read) {
        (0, _) => Err(AddressError::NoKey),
        (KEY_CHARS, Ok(bytes)) => bytes.try_into().map_err(|_| AddressError::KeyLength { got: KEY_CHARS }),
        (KEY_CHARS, Err(_)) => Err(AddressError::KeyEnd),
        (got, _) => Err(AddressError::KeyLength { got }),
    }
}

impl fmt::Display for RelayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, key } = self;
        let key = encode(key.as_bytes());
        if host.contains(':') {
            write!(f, "{SCHEME}[{host}]:{port}/#{key}")
        } else {
            write!(f, "{SCHEME}{host}:{port}/#{key}")
        }
    }
}

/// Splits `HOST:PORT` into host, without brackets, and port.
fn split_place(place: &str) -> Result<(&str, &str), AddressError> {
    if let Some(bracketed) = place.strip_prefix('[') {
        let (host, after) = bracketed.split_once(']').ok_or(AddressError::Brackets)?;
        host.parse::<Ipv6Addr>().map_err(|_| AddressError::Brackets)?;
        let port = after.strip_prefix(':').ok_or(AddressError::NoPort)?;
        return if port.is_empty() { Err(AddressError::NoPort) } else { Ok((host, port)) };
    }
    match place.rsplit_once(':') {
        Some((host, _)) if host.contains(':') => Err(AddressError::Brackets),
        Some((_, "")) | None => {
            Err(if place.is_empty() { AddressError::NoHost } else { AddressError::NoPort })
        }
        Some((host, port)) => Ok((host, port)),
    }
}

/// Checks a host name or IPv4 address and returns it in lower case.
fn host_name(text: &str) -> Result<String, AddressError> {
    if text.is_empty() {
        return Err(AddressError::NoHost);
    }
    let known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| (1..=MAX_LABEL_LEN).contains(&label.len()) && label.bytes().all(known);
    if text.len() > MAX_HOST_LEN || !text.split('.').all(is_label) {
        return Err(AddressError::Host);
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq";

    fn parse(text: &str) -> Result<RelayAddress, AddressError> {
        text.parse()
    }

    fn host() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z0-9][a-z0-9-]{0,20}(\\.[a-z0-9]{1,10}){0,3}",
            any::<[u8; 4]>().prop_map(|octets| std::net::Ipv4Addr::from(octets).to_string()),
            any::<[u16; 8]>().prop_map(|groups| Ipv6Addr::from(groups).to_string()),
            // Runs of zeros, which have a short form.
            any::<u16>().prop_map(|last| Ipv6Addr::from([0, 0, 0, 0, 0, 0, 0, last]).to_string()),
        ]
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(host in host(), port in 1..=u16::MAX, key: [u8; 32]) {
            let address = RelayAddress::new(&host, port, AgreementPublic::from_bytes(key)).unwrap();
            prop_assert_eq!(address.host(), &host);
            let text = address.to_string();
            prop_assert_eq!(parse(&text), Ok(address.clone()));
            prop_assert_eq!(parse(&text.to_uppercase()), Ok(address));
        }

        #[test]
        fn any_text_is_an_address_or_an_error(text: String) {
            if let Ok(address) = parse(&text) {
                prop_assert_eq!(parse(&address.to_string()), Ok(address));
            }
        }

        #[test]
        fn text_that_is_nearly_an_address_is_one_or_an_error(
            place in "[a-z0-9.:\\[\\]/#@%-]{0,24}",
            key in "[a-z0-9]{50,53}",
        ) {
            if let Ok(address) = parse(&format!("pillarbox://{place}/#{key}")) {
                prop_assert_eq!(parse(&address.to_string()), Ok(address));
            }
        }

        #[test]
        fn one_wrong_letter_is_another_relay_or_an_error(at in 0..KEY_CHARS, letter in "[a-z2-7]") {
            let mut key = KEY.to_owned();
            key.replace_range(at..=at, &letter);
            prop_assume!(key != KEY);
            if let Ok(address) = parse(&format!("pillarbox://h:1/#{key}")) {
                prop_assert_ne!(address, parse(&format!("pillarbox://h:1/#{KEY}")).unwrap());
            }
        }
    }

    #[test]
    fn an_address_has_its_parts() {
        let address = parse(&format!("pillarbox://[2001:DB8:0::1]:7117/#{KEY}")).unwrap();
        assert_eq!(address.host(), "2001:db8::1");
        assert_eq!(address.port(), 7117);
        assert_eq!(*address.key().as_bytes(), std::array::from_fn(|index| index as u8));
        assert_eq!(address.to_string(), format!("pillarbox://[2001:db8::1]:7117/#{KEY}"));
    }

    #[test]
    fn what_copying_puts_around_an_address_is_no_part_of_it() {
        let address = format!("pillarbox://[::1]:7117/#{KEY}");
        for (before, after) in [
            ("", ""),
            ("", " "),
            ("\u{FEFF}", "\r\n"),
            ("<", ">"),
            ("\"", "\""),
            ("'", "' "),
            ("\u{A0}", "\u{200B}"),
        ] {
            assert_eq!(parse(&format!("{before}{address}{after}")), parse(&address), "{before:?} {after:?}");
        }
        let key = AgreementPublic::from_bytes([1; 32]);
        for host in ["::1", "[::1]", " [::1] "] {
            assert_eq!(
                RelayAddress::new(host, 1, key).map(|address| address.host().to_owned()),
                Ok("::1".to_owned())
            );
        }
        assert_eq!(RelayAddress::new("[relay.example]", 1, key), Err(AddressError::Host));
    }

    #[test]
    fn each_mistake_has_its_error() {
        use AddressError as E;
        let long_label = "a".repeat(64);
        let long_host = "a.".repeat(127);
        for (text, expected) in [
            (String::new(), E::Scheme),
            (format!("https://relay.example:1/#{KEY}"), E::Scheme),
            (format!("relay.example:1/#{KEY}"), E::Scheme),
            ("pillarbox://relay.example:1".into(), E::NoKey),
            ("pillarbox://relay.example:1/#".into(), E::NoKey),
            (format!("pillarbox:///#{KEY}"), E::NoHost),
            (format!("pillarbox://:1/#{KEY}"), E::NoHost),
            (format!("pillarbox://relay example:1/#{KEY}"), E::Host),
            (format!("pillarbox://me@relay.example:1/#{KEY}"), E::Host),
            (format!("pillarbox://relay..example:1/#{KEY}"), E::Host),
            (format!("pillarbox://bücher.example:1/#{KEY}"), E::Host),
            (format!("pillarbox://{long_label}:1/#{KEY}"), E::Host),
            (format!("pillarbox://{long_host}a:1/#{KEY}"), E::Host),
            (format!("pillarbox://2001:db8::1:443/#{KEY}"), E::Brackets),
            (format!("pillarbox://[2001:db8::1/#{KEY}"), E::Brackets),
            (format!("pillarbox://[relay.example]:1/#{KEY}"), E::Brackets),
            (format!("pillarbox://relay.example/#{KEY}"), E::NoPort),
            (format!("pillarbox://relay.example:/#{KEY}"), E::NoPort),
            (format!("pillarbox://[::1]/#{KEY}"), E::NoPort),
            (format!("pillarbox://relay.example:0/#{KEY}"), E::Port),
            (format!("pillarbox://relay.example:65536/#{KEY}"), E::Port),
            (format!("pillarbox://relay.example:+1/#{KEY}"), E::Port),
            (format!("pillarbox://relay.example:1/path/#{KEY}"), E::Port),
            (format!("pillarbox://relay.example:1/#{}", &KEY[1..]), E::KeyLength { got: 51 }),
            (format!("pillarbox://relay.example:1/#{KEY}{KEY}"), E::KeyLength { got: 104 }),
            (
                format!("pillarbox://relay.example:1/#{}", KEY.replacen('q', "1", 1)),
                E::KeyCharacter { position: 4 },
            ),
            (format!("pillarbox://relay.example:1/#{}r", &KEY[..51]), E::KeyEnd),
        ] {
            assert_eq!(parse(&text), Err(expected), "{text}");
        }
    }

    #[test]
    fn an_error_repeats_nothing_of_the_text() {
        let text = "pillarbox://relay.example:1/#mypassphrase!";
        assert!(!parse(text).unwrap_err().to_string().contains("mypass"));
    }
}
