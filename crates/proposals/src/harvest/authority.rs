//! The authority's half: a key, and the phones that reports under it show.

use std::collections::BTreeMap;

use pillarbox_client::vault::{SealedRow, VaultExhibit};
use pillarbox_crypto::{AgreementPublic, AgreementSecret, SecretBytes, aead};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::report::{LOOKUP_LEN, NONCE, NONCE_LEN, report_key};

/// The key of an authority. It opens in anybody's hands.
pub struct HarvestKey(AgreementSecret);

/// The reason why a report does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportNotOpened {
    /// It is sealed to another key, or is no report.
    #[error("it is not sealed to this key")]
    OtherKey,
    /// It opens, and its content is no rows of a phone.
    #[error("it holds no rows of a phone")]
    OtherContent,
}

/// The rows of one account of a phone, by table and look-up key.
type RowsByPlace = BTreeMap<(u8, Vec<u8>), SealedRow>;

impl HarvestKey {
    /// Draws a key.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        Self(AgreementSecret::generate(rng))
    }

    /// Reads the bytes of a key's file.
    #[must_use]
    pub fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(AgreementSecret::from_bytes(bytes))
    }

    /// Returns the bytes of its file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// Returns the public key, to which reports are sealed.
    #[must_use]
    pub fn public_key(&self) -> AgreementPublic {
        self.0.public()
    }

    fn open_one(&self, report: &[u8]) -> Result<VaultExhibit, ReportNotOpened> {
        let content = open(&self.0, report).ok_or(ReportNotOpened::OtherKey)?;
        read(&content).ok_or(ReportNotOpened::OtherContent)
    }

    /// Opens reports in the order in which they came, and puts together what each account of the phone has shown in
    /// all of them. A row that came again replaces its former self, and a row that the phone has deleted since stays.
    /// The second list has the reason for each report that does not open.
    #[must_use]
    pub fn open<'r>(
        &self,
        reports: impl IntoIterator<Item = &'r [u8]>,
    ) -> (Vec<VaultExhibit>, Vec<ReportNotOpened>) {
        let mut accounts: Vec<(SecretBytes<32>, RowsByPlace)> = Vec::new();
        let mut closed = Vec::new();
        for report in reports {
            let VaultExhibit { key, rows } = match self.open_one(report) {
                Ok(opened) => opened,
                Err(why) => {
                    closed.push(why);
                    continue;
                }
            };
            let rows = rows.into_iter().map(|row| ((row.table, row.lookup.clone()), row));
            let known = accounts.iter_mut().find(|(known, _)| known.as_bytes() == key.as_bytes());
            match known {
                Some((_, known)) => known.extend(rows),
                None => accounts.push((key, rows.collect())),
            }
        }
        let exhibit = |(key, rows): (SecretBytes<32>, RowsByPlace)| VaultExhibit {
            key,
            rows: rows.into_values().collect(),
        };
        (accounts.into_iter().map(exhibit).collect(), closed)
    }
}

impl Clone for HarvestKey {
    fn clone(&self) -> Self {
        Self::of_bytes(*self.0.to_bytes())
    }
}

/// Opens a report with the authority's key; none if it is not sealed to it.
fn open(authority: &AgreementSecret, report: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (ephemeral, sealed) = report.split_first_chunk::<32>()?;
    let ephemeral = AgreementPublic::from_bytes(*ephemeral);
    let shared = authority.agree(&ephemeral).ok()?;
    aead::open(&report_key(&shared, &ephemeral, &authority.public()), &NONCE, b"", sealed).ok()
}

/// Reads the content of a report; none if the bytes are none.
fn read(content: &[u8]) -> Option<VaultExhibit> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::super::client::{seal, write};
    use super::*;

    fn rng(seed: u8) -> ChaCha20Rng {
        ChaCha20Rng::from_seed([seed; 32])
    }

    fn row(lookup: u8, nonce: u8) -> SealedRow {
        SealedRow { table: 3, lookup: vec![lookup; 32], nonce: vec![nonce; 24], sealed: vec![nonce; 5] }
    }

    fn report(vault: u8, rows: &[SealedRow]) -> Vec<u8> {
        let content = write(&SecretBytes::from_bytes([vault; 32]), rows);
        seal(&HarvestKey::draw(&mut rng(1)).public_key(), &content, &mut rng(9)).unwrap()
    }

    #[test]
    fn reports_of_one_account_are_put_together_and_deleted_rows_stay() {
        let reports =
            [report(4, &[row(1, 1), row(2, 1)]), report(5, &[row(1, 7)]), report(4, &[row(1, 2), row(3, 1)])];
        let key = HarvestKey::of_bytes(HarvestKey::draw(&mut rng(1)).to_bytes().try_into().unwrap());
        let (accounts, closed) = key.open(reports.iter().map(Vec::as_slice));
        assert_eq!(closed, []);
        assert_eq!(accounts.len(), 2);
        assert_eq!(accounts[0].key.as_bytes(), &[4; 32]);
        assert_eq!(accounts[0].rows, [row(1, 2), row(2, 1), row(3, 1)]);
        assert_eq!(accounts[1].rows, [row(1, 7)]);
    }

    #[test]
    fn a_report_opens_for_nobody_else_and_not_garbled() {
        let whole = report(4, &[row(1, 1)]);
        let open = |key: &HarvestKey, report: &[u8]| key.open([report]);
        let key = HarvestKey::draw(&mut rng(1));
        assert_eq!(open(&key, &whole).0.len(), 1, "the control");
        let (accounts, closed) = open(&HarvestKey::draw(&mut rng(2)), &whole);
        assert_eq!((accounts.len(), closed), (0, vec![ReportNotOpened::OtherKey]));
        for at in 0..whole.len() {
            let mut garbled = whole.clone();
            garbled[at] ^= 0x80;
            // The highest bit of the ephemeral key has no meaning in X25519, and is bound all the same.
            assert_eq!(open(&key, &garbled).1, [ReportNotOpened::OtherKey], "byte {at}");
        }
        let other = seal(&key.public_key(), b"no rows", &mut rng(9)).unwrap();
        assert_eq!(open(&key, &other).1, [ReportNotOpened::OtherContent]);
    }
}
