//! The form of a report: what the phone's half and the authority's have in common.

use pillarbox_crypto::{AeadKey, AgreementPublic, SharedSecret};
use sha2::{Digest as _, Sha256};

/// Bytes of a row's look-up key, and of its nonce.
pub(super) const LOOKUP_LEN: usize = 32;
pub(super) const NONCE_LEN: usize = 24;

/// Each key seals one report only.
pub(super) const NONCE: [u8; 12] = [0; 12];

/// The purpose for which bytes are hashed here.
const REPORT: &[u8] = b"pillarbox proposal harvest report";

/// Derives the key of a report from the secret that both ends share and from both public keys.
pub(super) fn report_key(
    shared: &SharedSecret,
    ephemeral: &AgreementPublic,
    authority: &AgreementPublic,
) -> AeadKey {
    let digest = Sha256::new()
        .chain_update(REPORT)
        .chain_update(shared.as_bytes())
        .chain_update(ephemeral.as_bytes())
        .chain_update(authority.as_bytes())
        .finalize();
    AeadKey::from_bytes(digest.into())
}
