//! No type that contains secrets prints them. The list here is compared with the sources, so that no new type is
//! forgotten.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use pillarbox_crypto::Padding;
use pillarbox_session::{KemPreKeySecret, OneTimePreKeySecret, SignedPreKeySecret};
use pillarbox_wire::PreKeyId;
use std::{collections::BTreeSet, fmt::Debug, fs, path::Path};

use crate::support::Phone;

/// Types private to this crate. Each is in `redacted_debug!` like the public ones.
const INTERNAL: [&str; 10] = [
    "Awaiting",
    "ChainKey",
    "Established",
    "HeaderKey",
    "Initiated",
    "MessageKey",
    "Plaintext",
    "RootKey",
    "Session",
    "State",
];

fn shown(secret: &impl Debug) -> String {
    // The alternate form too: `{:#?}` is what a derived `Debug` would spread over lines.
    assert_eq!(format!("{secret:?}"), format!("{secret:#?}"));
    format!("{secret:?}")
}

fn all_public() -> Vec<String> {
    let (mut alice, mut bob) = (Phone::new(1), Phone::new(2));
    let conversation = alice.initiate(&mut bob);
    let (payload, _) = conversation.encrypt(b"body", Padding::None).unwrap();
    let opened = bob.open(None, None, &payload).unwrap();
    let id = PreKeyId(1);
    vec![
        shown(&conversation),
        shown(&KemPreKeySecret::generate(id, &alice.identity, &mut alice.rng)),
        shown(&OneTimePreKeySecret::generate(id, &mut alice.rng)),
        shown(&opened),
        shown(&SignedPreKeySecret::generate(id, &alice.identity, &mut alice.rng)),
    ]
}

#[test]
fn a_secret_prints_as_its_types_name() {
    insta::assert_snapshot!(all_public().join("\n"), @r"
    Conversation
    KemPreKeySecret
    OneTimePreKeySecret
    OpenedMessage
    SignedPreKeySecret
    ");
}

#[test]
fn the_list_is_complete() {
    let mut named = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            for (_, rest) in
                text.match_indices("\nredacted_debug!(").map(|(at, found)| text.split_at(at + found.len()))
            {
                let names = rest.split_once(')').unwrap().0.split(',').map(str::trim);
                named.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
            }
        }
    }
    let listed: BTreeSet<_> = all_public().into_iter().chain(INTERNAL.map(str::to_owned)).collect();
    assert_eq!(named, listed);
}
