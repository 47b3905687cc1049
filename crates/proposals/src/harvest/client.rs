//! The phone's half: software that seals what is new on the phone to an authority.

use std::collections::BTreeMap;

use pillarbox_client::vault::SealedRow;
use pillarbox_client::{Phone, PhoneError};
use pillarbox_crypto::{AgreementPublic, AgreementSecret, NotContributory, SecretBytes, aead};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::report::{NONCE, report_key};

/// The reason why nothing is reported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HarvestError {
    /// The phone's rows cannot be read.
    #[error(transparent)]
    Phone(#[from] PhoneError),
    /// Nothing can be sealed to the authority's key.
    #[error("nothing can be sealed to the authority's key, which has small order")]
    Key(#[from] NotContributory),
}

/// Software that runs beside one account of a phone, and knows which rows it has reported.
#[derive(Clone, Debug)]
pub struct Harvest {
    authority: AgreementPublic,
    /// The nonce of each row as it was last reported. A row that changes gets a new one.
    reported: BTreeMap<(u8, Vec<u8>), Vec<u8>>,
}

impl Harvest {
    /// Creates the software for the authority with this key.
    #[must_use]
    pub const fn for_authority(authority: AgreementPublic) -> Self {
        Self { authority, reported: BTreeMap::new() }
    }

    /// Seals the rows that are new or have changed since the last report; returns nothing if there are none.
    ///
    /// # Errors
    /// [`HarvestError`].
    pub fn report(
        &mut self,
        phone: &Phone,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<Vec<u8>>, HarvestError> {
        let exhibit = phone.exhibit()?;
        let place = |row: &SealedRow| (row.table, row.lookup.clone());
        let is_news = |row: &&SealedRow| self.reported.get(&place(row)) != Some(&row.nonce);
        let news: Vec<&SealedRow> = exhibit.rows.iter().filter(is_news).collect();
        if news.is_empty() {
            return Ok(None);
        }
        let report = seal(&self.authority, &write(&exhibit.key, news.iter().copied()), rng)?;
        self.reported.extend(news.into_iter().map(|row| (place(row), row.nonce.clone())));
        Ok(Some(report))
    }
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
