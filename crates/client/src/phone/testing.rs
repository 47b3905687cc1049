//! A phone for the tests of this folder: in memory, registered, disconnected.

use pillarbox_crypto::AgreementSecret;
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId, Timestamp};

use crate::phone::engine::Phone;
use crate::records::account::{NewAccount, PaddingRule, Protection};
use crate::records::habits::Habits;
use crate::vault::Vault;

pub(crate) const NOW: Timestamp = Timestamp(1_490_193_600_000);

/// The phone's own account.
pub(crate) const OWN: AccountId = AccountId([0xee; 16]);

pub(crate) fn phone() -> Phone {
    let mut rng = rand::rng();
    let key = AgreementSecret::generate(&mut rng).public();
    let new = NewAccount {
        relay: RelayAddress::new("relay.example", 7455, key).unwrap(),
        handle: None,
        name: String::new(),
        protection: Protection::EndToEnd,
        padding: PaddingRule::Padme,
        habits: Habits::default(),
    };
    let mut phone = Phone::create_in(Vault::in_memory(&mut rng).unwrap(), new, NOW, &mut rng).unwrap();
    phone.account.address = Some(DeviceAddress { account: OWN, device: DeviceId::FIRST });
    phone
}
