//! Pictures: sealed under a key of their own, left at the relay as attachments, and found through a pointer in a
//! message.
//!
//! ```text
//! attachment   commitment (32) || ciphertext of the padded picture
//! key          32 random bytes, for this picture alone
//! associated   label attachment || name of the attachment
//! digest       SHA-256(label attachment/digest || attachment)
//! ```
//!
//! The seal is the committing one of `pillarbox_crypto`, so that one attachment cannot be two pictures under two keys.
//! The padding is Padmé, so that the relay learns a length class and not the length. A picture is bytes here: this
//! program neither reads nor changes its format, and nothing in it is executed or drawn.

use std::fmt;

use pillarbox_crypto::{Padding, SecretBytes, committing, kdf, labels};
use pillarbox_wire::limits::{MAX_ATTACHMENT_PART_LEN, MAX_ATTACHMENT_PARTS};
use pillarbox_wire::{AccountId, Encoded, FixedBytes, Timestamp};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::records::ids::BodyId;

/// Longest picture in bytes: with its padding it fits the parts of one attachment.
pub const MAX_PICTURE_LEN: usize = 1_000_000;

/// The padding of every picture, whatever the design pads texts with.
const PADDING: Padding = Padding::Padme;

const _: () = assert!(
    committing::COMMITMENT_LEN + PADDING.padded_len(MAX_PICTURE_LEN)
        <= MAX_ATTACHMENT_PART_LEN * MAX_ATTACHMENT_PARTS as usize
);

/// All that a recipient needs to find a picture at the relay, to recognise it, and to open it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PicturePointer {
    /// The attachment's name at the relay.
    pub attachment: FixedBytes<32>,
    /// The key that seals the picture.
    pub key: FixedBytes<32>,
    /// The digest of the attachment.
    pub digest: FixedBytes<32>,
    /// The picture's length in bytes, at most [`MAX_PICTURE_LEN`].
    pub size: u32,
}

/// Prints the type only: whoever has the key and the attachment has the picture.
impl fmt::Debug for PicturePointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PicturePointer")
    }
}

/// A picture in a message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureTold {
    /// The message's id, to which its receipt refers.
    pub id: BodyId,
    /// By the sender's clock.
    pub sent_at: Timestamp,
    /// Where the picture is.
    pub picture: PicturePointer,
    /// Seconds until it disappears, as for a text.
    pub expires_after: Option<u32>,
}

/// Reasons that a picture was not fetched. None of them passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PictureFault {
    /// The relay has no such attachment, or has no longer.
    Gone,
    /// The relay keeps no attachments, or refused for another reason that stays.
    Refused,
    /// What the relay gave is shorter or longer than the sender said.
    OtherSize,
    /// What the relay gave is not what the sender left there.
    OtherBytes,
    /// It is what the sender left there, and it does not open with the sender's key.
    NotOpened,
}

impl PictureFault {
    /// Returns the reason as a clause without a full stop.
    #[must_use]
    pub const fn clause(self) -> &'static str {
        match self {
            Self::Gone => "the relay has it no longer, or never had it",
            Self::Refused => "the relay does not give it",
            Self::OtherSize => "what the relay gave has another length than the sender said",
            Self::OtherBytes => "what the relay gave is not what the sender left there",
            Self::NotOpened => "what the sender left at the relay does not open with the sender's key",
        }
    }
}

impl PicturePointer {
    /// Draws a name and a key for a picture, and returns the pointer to it.
    pub(crate) fn draw(picture: &[u8], rng: &mut impl CryptoRng) -> Self {
        let attachment = FixedBytes(*SecretBytes::<32>::generate(rng).as_bytes());
        let key = FixedBytes(*SecretBytes::<32>::generate(rng).as_bytes());
        Self::to(picture, attachment, key)
    }

    /// Returns the pointer to a picture under this name and this key, of which each is for one picture.
    #[must_use]
    pub fn to(picture: &[u8], attachment: FixedBytes<32>, key: FixedBytes<32>) -> Self {
        let size = u32::try_from(picture.len()).unwrap_or(u32::MAX);
        let unnamed = Self { attachment, key, digest: FixedBytes([0; 32]), size };
        let digest = digest_of(&unnamed.sealed(picture));
        Self { digest, ..unnamed }
    }

    /// Returns the attachment for a picture. One picture under one pointer has one attachment, so that a phone need not
    /// keep the attachment beside the picture until it has left it.
    #[must_use]
    pub fn sealed(&self, picture: &[u8]) -> Vec<u8> {
        let mut padded = PADDING.pad(picture.to_vec());
        let key = committing::OneTimeKey::from_bytes(self.key.0);
        let commitment = committing::seal_in_place(&key, &associated(&self.attachment), &mut padded);
        [commitment.as_slice(), &padded].concat()
    }

    /// Opens an attachment.
    ///
    /// # Errors
    /// [`PictureFault`]; nothing of a picture that does not authenticate is returned.
    pub(crate) fn open(&self, attachment: &[u8]) -> Result<Zeroizing<Vec<u8>>, PictureFault> {
        if attachment.len() != self.sealed_len() {
            return Err(PictureFault::OtherSize);
        }
        if digest_of(attachment) != self.digest {
            return Err(PictureFault::OtherBytes);
        }
        let picture = open_with(&self.attachment, &self.key.0, attachment).ok_or(PictureFault::NotOpened)?;
        if picture.len() == self.size as usize { Ok(picture) } else { Err(PictureFault::NotOpened) }
    }

    /// Returns the length of the attachment in bytes.
    #[must_use]
    pub const fn sealed_len(&self) -> usize {
        committing::COMMITMENT_LEN + PADDING.padded_len(self.size as usize)
    }

    /// Returns the number of parts of the attachment.
    #[must_use]
    pub const fn parts(&self) -> usize {
        self.sealed_len().div_ceil(MAX_ATTACHMENT_PART_LEN)
    }

    /// Returns the length of one part in bytes: the longest, apart from the last.
    pub(crate) const fn part_len(&self, number: usize) -> usize {
        let before = number.saturating_mul(MAX_ATTACHMENT_PART_LEN);
        let left = self.sealed_len().saturating_sub(before);
        if left < MAX_ATTACHMENT_PART_LEN { left } else { MAX_ATTACHMENT_PART_LEN }
    }

    /// Returns true if the size is within the limit.
    pub(crate) const fn is_within_limits(&self) -> bool {
        self.size > 0 && self.size as usize <= MAX_PICTURE_LEN
    }
}

/// Opens an attachment of this name with a key, as its recipient's phone does. Returns `None` if it does not open.
#[must_use]
pub fn open_with(name: &FixedBytes<32>, key: &[u8; 32], attachment: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (commitment, ciphertext) = attachment.split_first_chunk::<{ committing::COMMITMENT_LEN }>()?;
    let key = committing::OneTimeKey::from_bytes(*key);
    let (padded, _) = committing::open(&key, &associated(name), commitment, ciphertext).ok()?;
    Padding::unpad(&padded).ok().map(|picture| Zeroizing::new(picture.to_vec()))
}

fn associated(name: &FixedBytes<32>) -> [&[u8]; 2] {
    [labels::ATTACHMENT.as_bytes(), &name.0]
}

fn digest_of(attachment: &[u8]) -> FixedBytes<32> {
    FixedBytes(kdf::hash(labels::ATTACHMENT_DIGEST, &[attachment]))
}

impl PictureTold {
    /// Returns the sentence for a phone that does not show pictures.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!("[A picture of {} bytes. This version of Pillarbox cannot show it.]", self.picture.size)
    }
}

/// A picture of one message that is on its way to the relay or from it, or that did not arrive.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PictureTransfer {
    /// The contact, and the message in the conversation with them.
    pub(crate) contact: AccountId,
    pub(crate) message: BodyId,
    pub(crate) picture: PicturePointer,
    pub(crate) stage: TransferStage,
}

/// The progress of a transfer. A finished one has no row.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TransferStage {
    /// This part is to be left next. The message waits until the last one is.
    Leaving {
        next: u8,
    },
    /// To be fetched, from its first part on.
    Fetching,
    Failed(PictureFault),
}

impl Encoded for PictureTransfer {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 256;
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn sealed(picture: &[u8]) -> (PicturePointer, Vec<u8>) {
        let pointer = PicturePointer::draw(picture, &mut StdRng::seed_from_u64(7));
        let attachment = pointer.sealed(picture);
        (pointer, attachment)
    }

    #[test]
    fn a_picture_of_any_length_is_sealed_and_opened_in_parts() {
        for length in [1, 31, 32_000, 32_768, 100_000, MAX_PICTURE_LEN] {
            let picture: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let (pointer, attachment) = sealed(&picture);
            assert_eq!(attachment.len(), pointer.sealed_len());
            let parts: usize = (0..pointer.parts()).map(|number| pointer.part_len(number)).sum();
            assert_eq!(parts, attachment.len());
            assert!(
                pointer.parts() <= usize::from(MAX_ATTACHMENT_PARTS)
                    && pointer.part_len(pointer.parts()) == 0
            );
            assert_eq!(pointer.open(&attachment).unwrap().as_slice(), picture);
        }
    }

    #[test]
    fn lengths_of_one_class_look_alike_and_one_picture_sent_twice_does_not() {
        assert_eq!(sealed(&[7; 48_200]).0.sealed_len(), sealed(&[7; 48_300]).0.sealed_len());
        let mut rng = StdRng::seed_from_u64(7);
        let [one, other] = [(); 2].map(|()| PicturePointer::draw(b"a leaflet", &mut rng));
        assert_ne!(one.sealed(b"a leaflet"), other.sealed(b"a leaflet"));
        assert_ne!(one.attachment, other.attachment);
    }

    #[test]
    fn what_is_altered_cut_swapped_or_opened_with_another_key_is_told_apart() {
        let (pointer, attachment) = sealed(&[7; 5_000]);
        let fault = |pointer: &PicturePointer, attachment: &[u8]| pointer.open(attachment).unwrap_err();
        for at in [0, 40, attachment.len() - 1] {
            let mut altered = attachment.clone();
            altered[at] ^= 1;
            assert_eq!(fault(&pointer, &altered), PictureFault::OtherBytes);
            // Somebody who also wrote the pointer passes the digest, and does not pass the seal.
            let digest = digest_of(&altered);
            assert_eq!(
                fault(&PicturePointer { digest, ..pointer.clone() }, &altered),
                PictureFault::NotOpened
            );
        }
        assert_eq!(fault(&pointer, &attachment[1..]), PictureFault::OtherSize);
        assert_eq!(fault(&pointer, &[attachment.as_slice(), &[0]].concat()), PictureFault::OtherSize);
        let foreign = PicturePointer::draw(&[7; 5_000], &mut StdRng::seed_from_u64(8));
        assert_eq!(fault(&pointer, &foreign.sealed(&[7; 5_000])), PictureFault::OtherBytes);
        for wrong in [
            PicturePointer { key: FixedBytes([1; 32]), ..pointer.clone() },
            PicturePointer { attachment: FixedBytes([1; 32]), ..pointer.clone() },
            PicturePointer { size: pointer.size - 1, ..pointer.clone() },
        ] {
            assert_eq!(fault(&wrong, &attachment), PictureFault::NotOpened);
        }
    }
}
