//! Exhibits of a phone: a person who has the rows and their key reads the same as the owner, but cannot speak for
//! the owner.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::vault::{self, VaultExhibit};
use pillarbox_client::{Passphrase, Phone, PhoneError, ProfileError, StorageError, Vault};
use pillarbox_crypto::{PasswordCost, SecretBytes};
use pillarbox_testkit::world::{World, passphrase};

fn said(phone: &Phone, contact: pillarbox_wire::AccountId) -> Vec<String> {
    let history = phone.history(contact).unwrap();
    history.iter().filter_map(|entry| entry.text().map(str::to_owned)).collect()
}

#[test]
fn rows_and_their_key_show_what_the_phone_shows_and_hold_no_key_of_the_owner() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let carol = world.phone("Carol");
    world.introduce(alice, carol);
    let (bobs, carols, mut rng) = (world.id(bob), world.id(carol), world.fork());
    let phone = world.see(alice);
    let whole = Phone::of_exhibit(&phone.exhibit().unwrap(), &mut rng).unwrap();
    assert_eq!(whole.contacts().unwrap().len(), 2);
    for contact in [bobs, carols] {
        assert_eq!(said(&whole, contact), said(phone, contact));
    }
    // A safety number shows whose identity key a phone has.
    assert_ne!(whole.safety_number(bobs).unwrap(), phone.safety_number(bobs).unwrap());
    let one = Phone::of_exhibit(&phone.exhibit_of(bobs).unwrap(), &mut rng).unwrap();
    assert_eq!(said(&one, bobs), ["hello", "hello yourself"]);
    assert_eq!(one.history(carols).unwrap_err(), PhoneError::UnknownContact);
}

#[test]
fn another_key_or_another_byte_opens_nothing() {
    let mut world = World::new();
    let (alice, _) = world.pair();
    let (taken, mut rng) = (world.see(alice).exhibit().unwrap(), world.fork());
    let other = VaultExhibit { key: SecretBytes::from_bytes([7; 32]), rows: taken.rows.clone() };
    // Under another key a row is not found or does not open.
    assert!(Phone::of_exhibit(&other, &mut rng).is_err());
    for at in 0..taken.rows.len() {
        let mut rows = taken.rows.clone();
        rows[at].sealed[0] ^= 1;
        let altered = VaultExhibit { key: SecretBytes::from_bytes(*taken.key.as_bytes()), rows };
        let shown = |phone: Phone| -> Result<(), PhoneError> {
            let contacts = phone.contacts()?;
            contacts.iter().try_for_each(|it| phone.history(it.account).map(drop))
        };
        let damaged = match Phone::of_exhibit(&altered, &mut rng) {
            Err(error) => error == ProfileError::Storage(StorageError::Damaged),
            Ok(phone) => shown(phone) == Err(PhoneError::Storage(StorageError::Damaged)),
        };
        assert!(damaged, "row {at}");
    }
}

#[test]
fn a_wrapped_key_is_opened_by_its_passphrase_alone() {
    let mut world = World::new();
    let (place, mut rng) = (tempfile::tempdir().unwrap(), world.fork());
    drop(Vault::create(place.path(), &passphrase(), PasswordCost::TESTING, &mut rng).unwrap());
    let mut wrapped = vault::wrapped_key(place.path()).unwrap();
    let other = Passphrase::new("another secret".to_owned()).unwrap();
    assert_eq!(
        (vault::opens(&wrapped, &passphrase()), vault::opens(&wrapped, &other)),
        (Ok(true), Ok(false))
    );
    wrapped[40] ^= 1;
    let damaged = Err(ProfileError::Storage(StorageError::Damaged));
    assert_eq!(vault::opens(&wrapped, &passphrase()), damaged);
}
