//! Invitations: a text passed outside the relay that enables its reader to write to its owner.
//!
//! The form is `pillarbox:invite/` and base32 of a layout byte, the invitation in the wire codec, and the first
//! [`CHECK_LEN`] bytes of its digest. The digest distinguishes a typing error from every other mistake.
//!
//! **A leaked link.** Anybody who has it can write to the owner without naming themselves to the relay (it contains
//! the delivery key), and knows that this identity has an account at this relay. They cannot read anything, write
//! in somebody else's name, or stop the owner's messages. Somebody who can *change* a link on its way can insert an
//! account and their own identity and intercept between the two people; comparing the safety number reveals that.
//! So a link is for one person or one group, not for a public page, and it should come through a channel that its
//! reader trusts. Its identity is still unverified.

use std::fmt;
use std::str::FromStr;

use pillarbox_crypto::{IdentityPublic, kdf, labels};
use pillarbox_text::base32;
use pillarbox_text::read::link;
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{AccountId, Encoded, FixedBytes, IdentityKey, decode, encode};
use serde::{Deserialize, Serialize};

use crate::records::body::MAX_NAME_LEN;
use crate::records::contact::{read_identity, write_identity};

/// The beginning of every invitation.
pub const PREFIX: &str = "pillarbox:invite/";

/// Bytes of the check. One typing error in 2^32 passes this check, and the identity's cross-signature then detects it.
pub const CHECK_LEN: usize = 4;

/// An invitation to write to one account. Its identity's cross-signature has been verified.
///
/// An invitation admits its holder to a mailbox. So `Debug` does not print the delivery key, while
/// [`Display`](fmt::Display) prints the link itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The relay of the account.
    pub relay: RelayAddress,
    /// The account to write to.
    pub account: AccountId,
    /// The identity that the reader should find there.
    pub identity: IdentityPublic,
    /// Admits sealed messages; `None` under a design without them.
    pub delivery_key: Option<FixedBytes<32>>,
    /// The name that the owner suggests.
    pub name: Option<String>,
}

/// Reasons that a text is not an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvitationError {
    /// The text begins like a relay's address.
    #[error("this is the address of a relay, not an invitation")]
    RelayAddress,
    /// The text does not begin like an invitation.
    #[error("an invitation starts with {PREFIX}")]
    NotAnInvitation,
    /// The invitation is cut off.
    #[error("the invitation is cut off")]
    CutOff,
    /// A character is wrong, or two are swapped.
    #[error("the invitation has a typing error in it")]
    TypingError,
    /// Another version of this program made it.
    #[error("the invitation has layout {found}, and this program knows {known}")]
    OtherVersion {
        /// The layout number that was found.
        found: u8,
        /// The layout of this program.
        known: u8,
    },
    /// It is complete, but its parts do not fit together: another program made it, or somebody changed it on its way.
    #[error("the invitation is whole, but its keys do not belong together")]
    NotGenuine,
}

#[derive(Serialize, Deserialize)]
struct Layout {
    relay: String,
    account: AccountId,
    identity: IdentityKey,
    delivery_key: Option<FixedBytes<32>>,
    name: Option<String>,
}

impl Encoded for Layout {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 1_024;
}

impl FromStr for Invitation {
    type Err = InvitationError;

    fn from_str(text: &str) -> Result<Self, InvitationError> {
        // A link that was sent by mail may arrive with line breaks inside.
        let compact: String = link(text).chars().filter(|c| !c.is_whitespace()).collect();
        let token = strip_prefix(&compact, PREFIX).ok_or_else(|| {
            if strip_prefix(&compact, "pillarbox://").is_some() {
                InvitationError::RelayAddress
            } else if !compact.is_empty() && strip_prefix(PREFIX, &compact).is_some() {
                InvitationError::CutOff
            } else {
                InvitationError::NotAnInvitation
            }
        })?;
        let bytes = match base32::decode(token) {
            Ok(bytes) => bytes,
            // A text that was cut inside a group of characters need not be valid base32, so only its whole groups are
            // read.
            Err(_) if base32::decode_start(token).is_some_and(|bytes| is_cut_off(&bytes)) => {
                return Err(InvitationError::CutOff);
            }
            Err(_) => return Err(InvitationError::TypingError),
        };
        let (encoded, check) = bytes.split_last_chunk::<CHECK_LEN>().ok_or(InvitationError::CutOff)?;
        let layout = *encoded.first().ok_or(InvitationError::CutOff)?;
        let checked = kdf::hash(labels::INVITATION, &[encoded]).starts_with(check);
        if layout != Layout::VERSION && checked {
            return Err(InvitationError::OtherVersion { found: layout, known: Layout::VERSION });
        }
        if !checked {
            return Err(if is_cut_off(&bytes) {
                InvitationError::CutOff
            } else {
                InvitationError::TypingError
            });
        }
        let Layout { relay, account, identity, delivery_key, name } =
            decode(encoded).map_err(|_| InvitationError::NotGenuine)?;
        if name.as_ref().is_some_and(|name| name.len() > MAX_NAME_LEN) {
            return Err(InvitationError::NotGenuine);
        }
        Ok(Self {
            relay: relay.parse().map_err(|_| InvitationError::NotGenuine)?,
            account,
            identity: read_identity(&identity).map_err(|_| InvitationError::NotGenuine)?,
            delivery_key,
            name,
        })
    }
}

/// Returns true if bytes that fail their check are the beginning of a complete invitation. Each part states its
/// length, so the length of the whole can be computed step by step.
fn is_cut_off(bytes: &[u8]) -> bool {
    let Some((relay_len, rest)) = bytes.get(1..).and_then(<[u8]>::split_first_chunk::<8>) else {
        return true;
    };
    let Ok(relay_len) = usize::try_from(u64::from_be_bytes(*relay_len)) else {
        return false;
    };
    if relay_len > Layout::MAX_LEN {
        return false;
    }
    let after_identity = relay_len + 16 + 128;
    let Some(&has_key) = rest.get(after_identity) else {
        return true;
    };
    let after_key = after_identity + 1 + if has_key == 1 { 32 } else { 0 };
    let Some(&has_name) = rest.get(after_key) else {
        return true;
    };
    let whole = match (has_name, rest.get(after_key + 1..).and_then(<[u8]>::split_first_chunk::<8>)) {
        (0, _) => after_key + 1 + CHECK_LEN,
        (_, None) => return true,
        (_, Some((name_len, _))) => match usize::try_from(u64::from_be_bytes(*name_len)) {
            Ok(name_len) if name_len <= MAX_NAME_LEN => after_key + 1 + 8 + name_len + CHECK_LEN,
            _ => return false,
        },
    };
    rest.len() < whole
}

/// Acts like [`str::strip_prefix`] but ignores case, because a QR code is smaller in capitals.
fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Writes the link as one word.
impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { relay, account, identity, delivery_key, name } = self;
        let layout = Layout {
            relay: relay.to_string(),
            account: *account,
            identity: write_identity(identity),
            delivery_key: *delivery_key,
            name: name.clone(),
        };
        // Fails only for an address longer than any host name.
        let mut bytes = encode(&layout).map_err(|_| fmt::Error)?;
        let digest = kdf::hash(labels::INVITATION, &[&bytes]);
        bytes.extend(digest.iter().take(CHECK_LEN));
        write!(f, "{PREFIX}{}", base32::encode(&bytes))
    }
}

impl fmt::Debug for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invitation({})", self.account)
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_crypto::{AgreementPublic, IdentitySecret};
    use proptest::prelude::*;

    use super::*;

    fn invitation(name: Option<String>, delivery_key: Option<[u8; 32]>) -> Invitation {
        let key = AgreementPublic::from_bytes([7; 32]);
        Invitation {
            relay: RelayAddress::new("relay.example", 7455, key).unwrap(),
            account: AccountId([3; 16]),
            identity: IdentitySecret::from_bytes([5; 64]).public(),
            delivery_key: delivery_key.map(FixedBytes),
            name,
        }
    }

    fn read(text: &str) -> Result<Invitation, InvitationError> {
        text.parse()
    }

    #[test]
    fn every_cut_is_told_as_one() {
        for invited in [invitation(Some("Alice".to_owned()), Some([9; 32])), invitation(None, None)] {
            let link = invited.to_string();
            for len in 1..link.len() {
                let outcome = read(&link[..len]);
                assert_eq!(outcome, Err(InvitationError::CutOff), "{len} of {}", link.len());
            }
        }
    }

    #[test]
    fn what_is_something_else_is_told_as_that() {
        let relay = invitation(None, None).relay.to_string();
        assert_eq!(read(&relay), Err(InvitationError::RelayAddress));
        assert_eq!(read(""), Err(InvitationError::NotAnInvitation));
        assert_eq!(read("https://example.org/"), Err(InvitationError::NotAnInvitation));
        let mut later = vec![2; 40];
        let digest = kdf::hash(labels::INVITATION, &[&later]);
        later.extend_from_slice(&digest[..CHECK_LEN]);
        let later = format!("{PREFIX}{}", base32::encode(&later));
        assert_eq!(read(&later), Err(InvitationError::OtherVersion { found: 2, known: 1 }));
    }

    #[test]
    fn keys_that_do_not_belong_together_are_not_genuine() {
        let good = invitation(None, None);
        let other = IdentitySecret::from_bytes([6; 64]).public();
        let identity =
            IdentityKey { agreement: write_identity(&other).agreement, ..write_identity(&good.identity) };
        let (relay, account) = (good.relay.to_string(), good.account);
        let mut bytes = encode(&Layout { relay, account, identity, delivery_key: None, name: None }).unwrap();
        let digest = kdf::hash(labels::INVITATION, &[&bytes]);
        bytes.extend_from_slice(&digest[..CHECK_LEN]);
        assert_eq!(read(&format!("{PREFIX}{}", base32::encode(&bytes))), Err(InvitationError::NotGenuine));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn an_invitation_comes_back(name in proptest::option::of(".{0,16}"), key: Option<[u8; 32]>) {
            let invited = invitation(name, key);
            let link = invited.to_string();
            prop_assert!(!link.contains(char::is_whitespace));
            prop_assert_eq!(read(&link), Ok(invited.clone()));
            prop_assert_eq!(read(&link.to_ascii_uppercase()), Ok(invited.clone()), "a QR code is smaller in capitals");
            let wrapped = format!(" {}\n{}\n", &link[..60], &link[60..]);
            prop_assert_eq!(read(&wrapped), Ok(invited.clone()));
            for around in [["\u{FEFF}", "\r\n"], ["<", ">"], ["\"", "\""], ["“", "”"], ["'<", ">' "], ["\u{200B}", "\u{A0}"]] {
                prop_assert_eq!(read(&around.join(&link)), Ok(invited.clone()), "{:?}", around);
            }
        }

        #[test]
        fn a_typing_error_never_reads_as_another_invitation(at: prop::sample::Index, letter in "[a-z2-7]") {
            let link = invitation(Some("Alice".to_owned()), Some([9; 32])).to_string();
            let token = PREFIX.len() + at.index(link.len() - PREFIX.len());
            prop_assume!(link[token..=token] != letter);
            let mistyped = format!("{}{letter}{}", &link[..token], &link[token + 1..]);
            let outcome = read(&mistyped);
            prop_assert!(matches!(outcome, Err(InvitationError::TypingError | InvitationError::CutOff)), "{outcome:?}");
        }

        #[test]
        fn no_text_makes_reading_panic(text in any::<String>(), token in "[a-z2-7]{0,400}") {
            prop_assert!(read(&text).is_err());
            let link = format!("{PREFIX}{token}");
            prop_assert!(read(&link).is_err());
        }
    }
}
