//! Shared by the tests of the program: a relay in this process, and phones driven through the command line only.

use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use pillarbox_client::net::{now, sync};
use pillarbox_client::{Habits, NewAccount, PaddingRule, Passphrase, Protection, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_relay::RelaySettings;
pub(crate) use pillarbox_testkit::program::{Ended, Phone, Process, Stream};
use pillarbox_testkit::program::{PASSPHRASE, Place as Surroundings, Programs};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::relay::Relay;

/// A relay beside the folder and the environment of one test.
pub(crate) struct Place {
    // This is the first field, so that the relay stops before its folder is removed.
    /// The relay, while it runs.
    pub(crate) relay: Relay,
    surroundings: Surroundings,
}

impl Deref for Place {
    type Target = Surroundings;

    fn deref(&self) -> &Surroundings {
        &self.surroundings
    }
}

impl Place {
    /// Starts a relay in a new folder.
    pub(crate) fn new() -> Self {
        Self::with(RelaySettings::default())
    }

    /// Starts a relay with these settings.
    pub(crate) fn with(settings: RelaySettings) -> Self {
        let surroundings = surroundings();
        let folder = surroundings.path("relay");
        std::fs::create_dir(&folder).unwrap();
        Self { relay: Relay::start(&folder, settings), surroundings }
    }

    /// Returns the relay's folder.
    pub(crate) fn relay_folder(&self) -> PathBuf {
        self.path("relay")
    }

    /// Returns the program without options.
    pub(crate) fn bare(&self) -> Command {
        self.command(self.programs().phone())
    }

    /// Creates a profile with an account, named like the profile with a capital. The library creates the profile as
    /// `account create` does, except that the passphrase costs less, because every run in a test pays that cost
    /// again.
    pub(crate) fn account(&self, profile: &str) -> Phone {
        let phone = self.phone(profile);
        let mut rng = StdRng::from_rng(&mut rand::rng());
        let passphrase = Passphrase::new(PASSPHRASE.to_owned()).unwrap();
        let vault = Vault::create(&phone.folder(), &passphrase, PasswordCost::TESTING, &mut rng).unwrap();
        let new = NewAccount {
            relay: self.relay.address().parse().unwrap(),
            handle: None,
            name: profile[..1].to_uppercase() + &profile[1..],
            protection: Protection::EndToEnd,
            padding: PaddingRule::Padme,
            habits: Habits::default(),
        };
        let mut made = pillarbox_client::Phone::create_in(vault, new, now(), &mut rng).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(sync(&mut made, Duration::from_secs(20), &mut rng)).unwrap();
        phone
    }

    /// Creates two accounts that have added each other and have not compared numbers.
    pub(crate) fn alice_and_bob(&self) -> (Phone, Phone) {
        let (alice, bob) = (self.account("alice"), self.account("bob"));
        alice.add(&bob);
        bob.add(&alice);
        (alice, bob)
    }
}

/// Returns a folder and an environment without a relay.
pub(crate) fn surroundings() -> Surroundings {
    Surroundings::with(Programs::beside(env!("CARGO_BIN_EXE_pillarbox")))
}
