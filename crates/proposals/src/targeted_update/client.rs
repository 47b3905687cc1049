//! The phone's half: the program of one phone, with a harvest beside it.

use pillarbox_client::Software;
use sha2::{Digest as _, Sha256};

use crate::halves::halves_of;

/// The program of one phone, with a [`Harvest`](crate::harvest::Harvest) beside each account. No step of sending or
/// reading differs from the shipped program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetedUpdateClient;

impl Software for TargetedUpdateClient {}

/// Returns SHA-256 of the source that a build with this proposal's half adds to the shipped program; that of nothing
/// for the shipped program itself.
#[must_use]
pub fn source_sha256(is_altered: bool) -> [u8; 32] {
    let halves = if is_altered { halves_of("targeted-update") } else { None };
    let files = halves.into_iter().flatten().filter(|half| half.of == "phone");
    let mut digest = Sha256::new();
    files.for_each(|half| half.texts().for_each(|text| digest.update(text)));
    digest.finalize().into()
}
