//! Checks of an upload of prekeys.

use std::collections::HashSet;

use pillarbox_wire::limits::MAX_PREKEYS_PER_UPLOAD;
use pillarbox_wire::{PreKeyId, PreKeyUpload, Refusal};

/// Returns the number after the highest of `ids`, and at least `next`.
pub(super) fn after(next: u64, ids: impl Iterator<Item = PreKeyId>) -> u64 {
    ids.map(|id| u64::from(id.0) + 1).fold(next, u64::max)
}

/// Checks that an upload has not too many prekeys at once, and no number twice.
pub(super) fn check_upload(upload: &PreKeyUpload) -> Result<(), Refusal> {
    if upload.one_time.len().max(upload.one_time_kem.len()) > MAX_PREKEYS_PER_UPLOAD {
        return Err(Refusal::TooMuch);
    }
    let repeated = has_repetition(upload.one_time.iter().map(|prekey| prekey.id))
        || has_repetition(upload.one_time_kem.iter().map(|prekey| prekey.id));
    if repeated { Err(Refusal::NotWellFormed) } else { Ok(()) }
}

fn has_repetition(ids: impl Iterator<Item = PreKeyId>) -> bool {
    let mut seen = HashSet::new();
    !ids.into_iter().all(|id| seen.insert(id))
}
