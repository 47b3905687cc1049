//! The bytes of a report.

use pillarbox_client::vault::{SealedRow, VaultExhibit};
use pillarbox_crypto::{
    AeadKey, AgreementPublic, AgreementSecret, NotContributory, SecretBytes, SharedSecret, aead,
};
use rand_core::CryptoRng;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Bytes of a look-up key, and of a nonce.
const LOOKUP_LEN: usize = 32;
const NONCE_LEN: usize = 24;

/// Each key seals one report only.
const NONCE: [u8; 12] = [0; 12];

/// The purpose for which bytes are hashed here.
const REPORT: &[u8] = b"pillarbox proposal harvest report";

/// Seals the content of a report to an authority.
pub(super) fn seal(
    authority: &AgreementPublic,
    content: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, NotContributory> {
    let ephemeral = AgreementSecret::generate(rng);
    let (shared, ephemeral) = (ephemeral.agree(authority)?, ephemeral.public());
    let sealed = aead::seal(&report_key(&shared, &ephemeral, authority), &NONCE, b"", content);
    Ok([ephemeral.as_bytes().as_slice(), &sealed].concat())
}

/// Opens a report with the authority's key; none if it is not sealed to it.
pub(super) fn open(authority: &AgreementSecret, report: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (ephemeral, sealed) = report.split_first_chunk::<32>()?;
    let ephemeral = AgreementPublic::from_bytes(*ephemeral);
    let shared = authority.agree(&ephemeral).ok()?;
    aead::open(&report_key(&shared, &ephemeral, &authority.public()), &NONCE, b"", sealed).ok()
}

/// Derives the key of a report from the secret that both ends share and from both public keys.
fn report_key(shared: &SharedSecret, ephemeral: &AgreementPublic, authority: &AgreementPublic) -> AeadKey {
    let digest = Sha256::new()
        .chain_update(REPORT)
        .chain_update(shared.as_bytes())
        .chain_update(ephemeral.as_bytes())
        .chain_update(authority.as_bytes())
        .finalize();
    AeadKey::from_bytes(digest.into())
}

/// Writes the content of a report.
pub(super) fn write<'r>(
    key: &SecretBytes<32>,
    rows: impl IntoIterator<Item = &'r SealedRow>,
) -> Zeroizing<Vec<u8>> {
    let mut content = Zeroizing::new(key.as_bytes().to_vec());
    for SealedRow { table, lookup, nonce, sealed } in rows {
        let row = [&[*table][..], lookup, nonce, sealed].concat();
        // A row of a phone has far less than the 2^32 bytes at which this number would end.
        content.extend(u32::try_from(row.len()).unwrap_or(u32::MAX).to_be_bytes());
        content.extend(row);
    }
    content
}

/// Reads the content of a report; none if the bytes are none.
pub(super) fn read(content: &[u8]) -> Option<VaultExhibit> {
    let (key, mut rest) = content.split_first_chunk::<32>()?;
    let mut rows = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (row, after) = after.split_at_checked(length)?;
        let (&table, row) = row.split_first()?;
        let (lookup, row) = row.split_at_checked(LOOKUP_LEN)?;
        let (nonce, sealed) = row.split_at_checked(NONCE_LEN)?;
        rows.push(SealedRow {
            table,
            lookup: lookup.to_vec(),
            nonce: nonce.to_vec(),
            sealed: sealed.to_vec(),
        });
        rest = after;
    }
    rest.is_empty().then(|| VaultExhibit { key: SecretBytes::from_bytes(*key), rows })
}
