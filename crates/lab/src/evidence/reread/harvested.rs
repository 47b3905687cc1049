//! Rereading reports of software on a phone.

use pillarbox_access::demand::seized_phone;
use pillarbox_client::{Phone, ProfileError};
use pillarbox_proposals::harvest::{HarvestKey, ReportNotOpened};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::evidence::{How, Piece};

/// Opens the reports of one phone in the order in which they came. Returns each account of the phone as far as they
/// show it, and the reason for each report that does not open.
pub(crate) fn shown(
    key: &HarvestKey,
    reports: &[&[u8]],
) -> (Vec<Result<Phone, ProfileError>>, Vec<ReportNotOpened>) {
    let (accounts, closed) = key.open(reports.iter().copied());
    // The phone's new secrets open nothing and are used for nothing.
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    (accounts.iter().map(|exhibit| Phone::of_exhibit(exhibit, &mut rng)).collect(), closed)
}

/// Returns the words of every text that the reports among these pieces show.
pub(super) fn texts(pieces: &[Piece]) -> Vec<String> {
    let bytes = |how: How| {
        let pieces = pieces.iter().filter(move |piece| piece.how == how);
        pieces.filter_map(|piece| data_encoding::HEXLOWER.decode(piece.value.as_bytes()).ok())
    };
    let key = bytes(How::HarvestKey).find_map(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let Some(key) = key.map(HarvestKey::of_bytes) else { return Vec::new() };
    let reports: Vec<Vec<u8>> = bytes(How::Harvested).collect();
    let reports: Vec<&[u8]> = reports.iter().map(Vec::as_slice).collect();
    let (phones, _) = shown(&key, &reports);
    let read = phones.into_iter().flatten().filter_map(|phone| seized_phone::read(&phone, "").ok());
    read.flat_map(|found| found.facts.said).map(|text| text.text).collect()
}
