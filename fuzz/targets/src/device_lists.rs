//! Statements of a relay or a contact about somebody's devices, and what a person types to link one.

use std::sync::LazyLock;

use pillarbox_client::{DeviceCode, check_device_list};
use pillarbox_crypto::{IdentitySecret, kdf, labels};
use pillarbox_wire::{AccountId, DeviceId, DeviceList, FixedBytes, IdentityKey, ListedDevice, consent_bytes};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::client::base32;
use crate::feed::Feed;

const ACCOUNT: AccountId = AccountId([1; 16]);

/// Keys that signed the honest list: the account's, its devices' and a stranger's.
struct Keys {
    account: IdentitySecret,
    stranger: IdentitySecret,
    honest: DeviceList,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let mut rng = ChaCha20Rng::seed_from_u64(26);
    let mut identity = || IdentitySecret::generate(&mut rng);
    let (account, stranger) = (identity(), identity());
    let devices = [identity(), identity()];
    let public = key(&account);
    let listed = (DeviceId::FIRST_LINKED.0..).zip(&devices).map(|(number, device)| ListedDevice {
        device: DeviceId(number),
        identity: key(device),
        consent: consent(device, &public),
    });
    let list = DeviceList {
        account: ACCOUNT,
        version: 2,
        devices: listed.collect(),
        signature: FixedBytes([0; 64]),
    };
    let honest = signed(&account, list);
    Keys { account, stranger, honest }
});

fn key(secret: &IdentitySecret) -> IdentityKey {
    let public = secret.public();
    IdentityKey {
        signing: FixedBytes(*public.signing().as_bytes()),
        agreement: FixedBytes(*public.agreement().as_bytes()),
        cross_signature: FixedBytes(*public.cross_signature().as_bytes()),
    }
}

fn consent(device: &IdentitySecret, account: &IdentityKey) -> FixedBytes<64> {
    let signature = device.signing().sign(labels::DEVICE_CONSENT, &consent_bytes(ACCOUNT, account));
    FixedBytes(*signature.as_bytes())
}

fn signed(signer: &IdentitySecret, list: DeviceList) -> DeviceList {
    let signature = signer.signing().sign(labels::DEVICE_LIST, &list.signed_bytes());
    DeviceList { signature: FixedBytes(*signature.as_bytes()), ..list }
}

/// Checks a list that somebody has altered, and reads a device code.
///
/// A list passes if it is the honest one, or if the account's own key signed it and each device on it agreed.
pub fn device_lists(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    match feed.byte() % 4 {
        0 => {
            let _whether_it_is_one = code(&String::from_utf8_lossy(feed.rest()));
        }
        1 => {
            // A code by somebody who knows how to compute its check.
            let shown = feed.array::<48>();
            let check = &kdf::hash(labels::DEVICE_OFFER, &[&shown])[..4];
            let digits = base32(&[&shown[..], check].concat());
            assert!(code(&format!("pillarbox:device/{digits}")), "a code with its check is read");
        }
        way => {
            let Keys { account, stranger, honest } = &*KEYS;
            let altered = altered(honest.clone(), &mut feed);
            // The relay or a contact signs with its own keys; a hostile owner with the account's key.
            let owner = way == 3;
            let list = match (owner, feed.byte() % 2) {
                (true, _) => signed(account, altered),
                (false, 0) => altered,
                (false, _) => signed(stranger, altered),
            };
            let passes = check_device_list(&list, ACCOUNT, &key(account)).is_ok();
            let agreed = |listed: &ListedDevice| {
                honest
                    .devices
                    .iter()
                    .any(|known| (known.identity, known.consent) == (listed.identity, listed.consent))
            };
            let may_pass = if owner { list.devices.iter().all(agreed) } else { list == *honest };
            assert!(!passes || may_pass, "{list:?}");
            assert!(passes || list != *honest, "the honest list is refused");
        }
    }
}

/// Returns the list with some of it altered.
fn altered(mut list: DeviceList, feed: &mut Feed<'_>) -> DeviceList {
    for _ in 0..feed.byte() % 4 {
        let at = usize::from(feed.byte() % 2);
        let with = feed.byte();
        let flip = |bytes: &mut [u8], at: usize| {
            let len = bytes.len();
            bytes[at % len] ^= with;
        };
        let place = feed.short();
        match (feed.byte() % 9, list.devices.get_mut(at)) {
            (0, _) => flip(&mut list.account.0, place),
            (1, _) => list.version = u32::from(with),
            (2, _) => flip(&mut list.signature.0, place),
            (3, _) => list.devices.truncate(at),
            (4, _) => list.devices.extend(list.devices.first().copied()),
            (5, Some(listed)) => listed.device = DeviceId(with),
            (6, Some(listed)) => flip(&mut listed.consent.0, place),
            (7, Some(listed)) => flip(&mut listed.identity.signing.0, place),
            (8, Some(listed)) => flip(&mut listed.identity.agreement.0, place),
            _ => {}
        }
    }
    list
}

/// Reads a code, and checks that it is written as it was read. Returns true if it is one.
fn code(text: &str) -> bool {
    let Ok(code) = text.parse::<DeviceCode>() else { return false };
    assert_eq!(code.to_string().parse::<DeviceCode>(), Ok(code));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_honest_list_passes_and_a_list_of_the_owners_with_a_device_less_does_too() {
        let Keys { account, honest, .. } = &*KEYS;
        assert_eq!(check_device_list(honest, ACCOUNT, &key(account)), Ok(()));
        let mut fewer = honest.clone();
        fewer.devices.truncate(1);
        assert!(check_device_list(&fewer, ACCOUNT, &key(account)).is_err());
        assert_eq!(check_device_list(&signed(account, fewer), ACCOUNT, &key(account)), Ok(()));
        device_lists(&[1; 60]);
    }
}
