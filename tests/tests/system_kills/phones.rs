//! Phones with a passphrase that costs next to nothing, for a program that is started hundreds of times.
//!
//! The profile contains the cost of the passphrase. The library creates the profile with the cost for tests, and the
//! real program does everything else.

use pillarbox_client::net::now;
use pillarbox_client::{Habits, NewAccount, PaddingRule, Passphrase, Phone, Protection, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_testkit::program::{Place, Relay};

/// Creates a profile that no relay knows yet.
pub(crate) fn profile(place: &Place, relay: &Relay, name: &str) {
    let folder = place.home().join(name);
    let passphrase = std::fs::read_to_string(place.passphrase_file()).unwrap().trim_end().to_owned();
    let new = NewAccount {
        relay: relay.address().parse().unwrap(),
        handle: None,
        name: name.to_owned(),
        protection: Protection::EndToEnd,
        padding: PaddingRule::Padme,
        habits: Habits::default(),
    };
    let (passphrase, cost) = (Passphrase::new(passphrase).unwrap(), PasswordCost::TESTING);
    let mut rng = rand::rng();
    let vault = Vault::create(&folder, &passphrase, cost, &mut rng).unwrap();
    drop(Phone::create_in(vault, new, now(), &mut rng).unwrap());
}

/// Returns two phones with accounts that have added each other, named Alice and Bob.
pub(crate) fn alice_and_bob(
    place: &Place,
    relay: &Relay,
) -> (pillarbox_testkit::program::Phone, pillarbox_testkit::program::Phone) {
    ["Alice", "Bob"].into_iter().for_each(|name| profile(place, relay, name));
    let (alice, bob) = (place.phone("Alice"), place.phone("Bob"));
    alice.add(&bob);
    bob.add(&alice);
    (alice, bob)
}
