//! No type of the phone that holds secrets prints them, on one line or several.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Debug;

use pillarbox_client::{Passphrase, Vault};
use rand::rng;

fn shown(secret: &impl Debug) -> String {
    assert_eq!(format!("{secret:?}"), format!("{secret:#?}"));
    format!("{secret:?}")
}

#[test]
fn a_passphrase_and_a_vault_print_their_names_only() {
    let passphrase = Passphrase::new("correct horse battery staple".into()).unwrap();
    assert_eq!(shown(&passphrase), "Passphrase");
    assert_eq!(shown(&Vault::in_memory(&mut rng()).unwrap()), "Vault");
}
