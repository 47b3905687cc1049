//! No secret type prints its bytes, and every secret type is wiped on drop. The list here is compared with the
//! sources, so that no new type is forgotten.

#![allow(clippy::unwrap_used, reason = "helpers of a test")]

use pillarbox_crypto::{
    AeadKey, AgreementSecret, IdentitySecret, KemSecret, OneTimeKey, Opening, SecretBytes, SharedSecret,
    SigningSecret,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::{collections::BTreeSet, fmt::Debug, fs, path::Path};
use zeroize::ZeroizeOnDrop;

/// Prints a secret, and does not compile for a type that is not wiped on drop.
fn shown(secret: &(impl Debug + ZeroizeOnDrop)) -> String {
    // The alternate form too: `{:#?}` is what a derived `Debug` would spread over lines.
    assert_eq!(format!("{secret:?}"), format!("{secret:#?}"));
    format!("{secret:?}")
}

fn all_secrets() -> Vec<String> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let agreement = AgreementSecret::generate(&mut rng);
    let shared: SharedSecret = agreement.agree(&agreement.public()).unwrap();
    vec![
        shown(&AeadKey::from_bytes([7; 32])),
        shown(&agreement),
        shown(&IdentitySecret::generate(&mut rng)),
        shown(&KemSecret::generate(&mut rng)),
        shown(&OneTimeKey::from_bytes([7; 32])),
        shown(&Opening::from_bytes([7; 32])),
        shown(&SecretBytes::<32>::generate(&mut rng)),
        shown(&shared),
        shown(&SigningSecret::generate(&mut rng)),
    ]
}

#[test]
fn a_secret_prints_as_its_types_name() {
    insta::assert_snapshot!(all_secrets().join("\n"), @r"
    AeadKey
    AgreementSecret
    IdentitySecret
    KemSecret
    OneTimeKey
    Opening
    SecretBytes
    SharedSecret
    SigningSecret
    ");
}

/// Names that follow `before` in the sources of this crate.
fn named_after(before: &str, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().path());
    let texts = files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap());
    let mut names = BTreeSet::new();
    for text in texts {
        for (at, _) in text.match_indices(before) {
            let name: String =
                text[at + before.len()..].chars().take_while(char::is_ascii_alphanumeric).collect();
            if wanted(&name) {
                names.insert(name);
            }
        }
    }
    names
}

#[test]
fn the_list_is_complete() {
    let listed: BTreeSet<String> = all_secrets().into_iter().collect();
    assert_eq!(named_after("\nredacted_debug!(", |_| true), listed);
    let secret_by_name = |name: &str| {
        ["Secret", "SecretBytes", "Key", "Opening"].iter().any(|end| name.ends_with(end))
            && !name.starts_with("Bad")
    };
    assert_eq!(named_after("\npub struct ", secret_by_name), listed);
}

#[test]
fn a_public_key_shows_only_its_beginning() {
    let public = AgreementSecret::from_bytes([1; 32]).public();
    let shown = format!("{public:?}");
    let beginning = public.as_bytes()[..8].iter().map(|byte| format!("{byte:02x}"));
    let beginning: String = beginning.collect();
    assert_eq!(shown, format!("AgreementPublic({beginning}…)"));
}
