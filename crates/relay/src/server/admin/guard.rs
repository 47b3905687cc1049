//! Access to the admin port: the token, and the check of the `Host` header.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HOST};
use pillarbox_crypto::SecretBytes;
use rand_core::CryptoRng;

/// The token that admits to `/passing`. It is drawn at each start and written to the data directory, readable for its
/// owner only.
pub(crate) struct AdminToken(SecretBytes<16>);

impl AdminToken {
    pub(crate) fn draw(rng: &mut impl CryptoRng) -> Self {
        Self(SecretBytes::generate(rng))
    }

    /// The token as the `Authorization: Bearer` header carries it.
    #[must_use]
    pub(crate) fn to_hex(&self) -> String {
        self.0.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        shown.is_some_and(|shown| pillarbox_crypto::equal(shown, self.to_hex().as_bytes()))
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken")
    }
}

/// Returns whether the request's `Host` is an address of this port: its own, a loopback one, or `localhost`.
pub(super) fn names_this_port(headers: &HeaderMap, own: SocketAddr) -> bool {
    let Some(named) = headers.get(HOST).and_then(|value| value.to_str().ok()) else { return false };
    let Some(host) = without_port(named) else { return false };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    // No name but `localhost` is accepted. DNS rebinding needs a name, and an address is not a name.
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback() || address == own.ip() || own.ip().is_unspecified())
}

/// Returns `host:port` or `[v6]:port` without the port; `None` if the part behind the colon is not a port.
fn without_port(named: &str) -> Option<&str> {
    if named.ends_with(']') {
        return Some(named);
    }
    match named.rsplit_once(':') {
        Some((host, port)) => port.parse::<u16>().ok().map(|_| host),
        None => Some(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(host: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        names_this_port(&headers, "127.0.0.1:7456".parse().unwrap())
    }

    #[test]
    fn the_token_prints_its_name_only() {
        let token = AdminToken::draw(&mut rand::rng());
        assert_eq!(format!("{token:?} {token:#?}"), "AdminToken AdminToken");
    }

    #[test]
    fn only_its_own_address_is_answered() {
        for good in ["127.0.0.1:7456", "127.0.0.1", "localhost:80", "[::1]:7456", "[::1]", "LOCALHOST"] {
            assert!(names(good), "{good}");
        }
        for bad in
            ["attacker.example:7456", "192.0.2.1:7456", "127.0.0.1.attacker.example", "", ":7456", "a:b"]
        {
            assert!(!names(bad), "{bad}");
        }
        assert!(!names_this_port(&HeaderMap::new(), "127.0.0.1:1".parse().unwrap()));
    }

    #[test]
    fn only_the_token_admits() {
        let token = AdminToken::draw(&mut rand::rng());
        let with = |value: String| {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().unwrap());
            token.admits(&headers)
        };
        assert!(with(format!("Bearer {}", token.to_hex())));
        assert!(!with(token.to_hex()));
        assert!(!with(format!("Bearer {}", AdminToken::draw(&mut rand::rng()).to_hex())));
        assert!(!token.admits(&HeaderMap::new()));
        assert_eq!(format!("{token:?}"), "AdminToken");
    }
}
