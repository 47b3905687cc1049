//! Backups: the history in parts that fit a deposit each, readable as they lie or sealed under one key.
//!
//! A backup is only as private as its key: kept by the owner alone, it is bytes to everybody else; left beside the
//! parts, it is a lock with its key in it. Each sealed part is bound to its backup, its number and how many there are,
//! so that what holds them can neither drop, double nor reorder one unseen. A readable backup shows the same
//! mistakes, but anybody may alter its words.
//!
//! What is in it: contacts, groups, texts. What is not: any key, any text that is to disappear, and what has not left
//! the phone yet.

use std::fmt;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use pillarbox_crypto::{AeadKey, SecretBytes, aead};
use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{
    AccountId, Bytes, CodecError, Encoded, FixedBytes, Handle, IdentityKey, Timestamp, decode, encode,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::records::group::Group;
use crate::records::habits::BackupKey;
use crate::records::history::Direction;
use crate::records::ids::{BodyId, GroupId};

/// Bytes of contents in one part: what a deposit holds, less what stands around them.
const MAX_PIECES_LEN: usize = MAX_PAYLOAD_LEN - 128;

/// What was backed up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// By the phone's clock.
    pub made_at: Timestamp,
    /// In order of account.
    pub contacts: Vec<SavedContact>,
    /// In order of their numbers.
    pub groups: Vec<Group>,
    /// In the order in which the phone kept them.
    pub texts: Vec<SavedText>,
}

/// A contact in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedContact {
    /// The account.
    pub account: AccountId,
    /// What the owner called it.
    pub name: String,
    /// The number it was looked up by.
    pub handle: Option<Handle>,
    /// Its public keys.
    pub identity: Option<IdentityKey>,
}

/// A text in a backup. `Debug` prints where it stands, not what was said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedText {
    /// Its name between the phones.
    pub id: BodyId,
    /// By the sender's clock.
    pub sent_at: Timestamp,
    /// When the phone kept it.
    pub stored_at: Timestamp,
    /// The contact it was exchanged with; none for what the owner said to a group.
    pub contact: Option<AccountId>,
    /// The group it was said to.
    pub group: Option<GroupId>,
    /// Which way it went.
    pub direction: Direction,
    /// The words.
    pub text: String,
}

impl fmt::Debug for SavedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SavedText({:?}, {:?})", self.id, self.direction)
    }
}

/// What a part is made of.
#[derive(Serialize, Deserialize)]
enum Piece {
    Contact(SavedContact),
    Group(Group),
    Text(SavedText),
}

/// What one part holds.
#[derive(Serialize, Deserialize)]
struct Pieces {
    made_at: Timestamp,
    pieces: Vec<Piece>,
}

impl Encoded for Pieces {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_PIECES_LEN;
}

/// One part as it lies somewhere.
#[derive(Serialize, Deserialize)]
struct Part {
    backup: FixedBytes<16>,
    number: u32,
    count: u32,
    kept: Kept,
}

#[derive(Serialize, Deserialize)]
enum Kept {
    Readable(Bytes),
    Sealed { nonce: FixedBytes<24>, sealed: Bytes },
}

impl Encoded for Part {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_PAYLOAD_LEN;
}

impl Part {
    /// What a sealed part is bound to.
    fn associated(backup: FixedBytes<16>, number: u32, count: u32) -> Vec<u8> {
        [&[Self::VERSION], backup.as_bytes().as_slice(), &number.to_be_bytes(), &count.to_be_bytes()].concat()
    }
}

/// Why parts are no backup that opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There are none, or fewer or more than belong to it.
    #[error("a backup of {expected} parts, and {got} are here")]
    Count {
        /// How many there should be.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// A part stands where another belongs: swapped, doubled or left out.
    #[error("part {part} of the backup is not where it belongs")]
    OutOfOrder {
        /// Its place among those given, from 0.
        part: usize,
    },
    /// A part is another backup's.
    #[error("part {part} belongs to another backup")]
    OtherBackup {
        /// Its place, from 0.
        part: usize,
    },
    /// A part is cut off or was never one.
    #[error("part {part} is damaged: {error}")]
    Damaged {
        /// Its place, from 0.
        part: usize,
        /// How.
        error: CodecError,
    },
    /// The backup is sealed and no key was given.
    #[error("the backup is sealed, and there is no key")]
    NoKey,
    /// Another key, or an altered part.
    #[error("part {part} does not open: the key is another one, or the part was altered")]
    NotOpened {
        /// Its place, from 0.
        part: usize,
    },
    /// The text is no backup key.
    #[error("a backup key has 64 digits, each 0 to 9 or a to f")]
    NotAKey,
}

/// A backup: its parts, and the key if there is one.
pub struct Backup {
    /// In their order; each fits one deposit.
    pub parts: Vec<Vec<u8>>,
    /// Who is to hold the key.
    pub held_by: BackupKey,
    /// What opens the parts; none if they are readable.
    pub key: Option<SecretBytes<32>>,
}

/// Prints how many parts there are.
impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backup({} parts, {:?})", self.parts.len(), self.held_by)
    }
}

impl Backup {
    /// Makes a backup under `key`; readable without one.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] for a text or a name that no phone could have kept.
    pub fn make(
        contents: Contents,
        held_by: BackupKey,
        key: Option<SecretBytes<32>>,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, CodecError> {
        let portions = portions(contents)?;
        let backup = BodyId::generate(rng).0;
        let count = u32::try_from(portions.len()).unwrap_or(u32::MAX);
        let sealing = key.as_ref().map(|key| AeadKey::from_bytes(*key.as_bytes()));
        let mut parts = Vec::with_capacity(portions.len());
        for (number, portion) in (0u32..).zip(portions) {
            let kept = match &sealing {
                None => Kept::Readable(Bytes(portion.to_vec())),
                Some(sealing) => {
                    let mut nonce = [0; 24];
                    rng.fill_bytes(&mut nonce);
                    let bound = Part::associated(backup, number, count);
                    let sealed = Bytes(aead::seal_extended(sealing, &nonce, &bound, &portion));
                    Kept::Sealed { nonce: FixedBytes(nonce), sealed }
                }
            };
            parts.push(encode(&Part { backup, number, count, kept })?);
        }
        Ok(Self { parts, held_by, key })
    }
}

/// The contents in runs that fit a part each; one run if there is nothing.
fn portions(contents: Contents) -> Result<Vec<Zeroizing<Vec<u8>>>, CodecError> {
    let Contents { made_at, contacts, groups, texts } = contents;
    let contacts = contacts.into_iter().map(Piece::Contact);
    let pieces =
        contacts.chain(groups.into_iter().map(Piece::Group)).chain(texts.into_iter().map(Piece::Text));
    let none = || Pieces { made_at, pieces: Vec::new() };
    let around = encode(&none())?.len();
    let (mut portions, mut portion, mut len) = (Vec::new(), none(), around);
    for piece in pieces {
        let alone = Pieces { made_at, pieces: vec![piece] };
        let more = Zeroizing::new(encode(&alone)?).len().saturating_sub(around);
        if len + more > MAX_PIECES_LEN {
            portions.push(Zeroizing::new(encode(&portion)?));
            (portion, len) = (none(), around);
        }
        portion.pieces.extend(alone.pieces);
        len += more;
    }
    portions.push(Zeroizing::new(encode(&portion)?));
    Ok(portions)
}

/// Opens the parts of a backup, all of them and in order. A key for a readable backup is not needed, and not used.
///
/// # Errors
/// What stands in [`BackupError`]; then nothing of the contents is given out.
pub fn open(parts: &[Vec<u8>], key: Option<&SecretBytes<32>>) -> Result<Contents, BackupError> {
    let mut contents = Contents::default();
    let mut first = None;
    for (at, bytes) in parts.iter().enumerate() {
        let part: Part = decode(bytes).map_err(|error| BackupError::Damaged { part: at, error })?;
        let Part { backup, number, count, kept } = part;
        if *first.get_or_insert(backup) != backup {
            return Err(BackupError::OtherBackup { part: at });
        }
        if usize::try_from(number).ok() != Some(at) {
            return Err(BackupError::OutOfOrder { part: at });
        }
        let expected = usize::try_from(count).unwrap_or(usize::MAX);
        if expected != parts.len() {
            return Err(BackupError::Count { expected, got: parts.len() });
        }
        let portion = match kept {
            Kept::Readable(portion) => Zeroizing::new(portion.0),
            Kept::Sealed { nonce, sealed } => {
                let key = AeadKey::from_bytes(*key.ok_or(BackupError::NoKey)?.as_bytes());
                let bound = Part::associated(backup, number, count);
                aead::open_extended(&key, &nonce.0, &bound, sealed.as_slice())
                    .map_err(|_| BackupError::NotOpened { part: at })?
            }
        };
        let portion: Pieces = decode(&portion).map_err(|error| BackupError::Damaged { part: at, error })?;
        contents.made_at = portion.made_at;
        for piece in portion.pieces {
            match piece {
                Piece::Contact(contact) => contents.contacts.push(contact),
                Piece::Group(group) => contents.groups.push(group),
                Piece::Text(text) => contents.texts.push(text),
            }
        }
    }
    if first.is_none() { Err(BackupError::Count { expected: 1, got: 0 }) } else { Ok(contents) }
}

/// A key as its owner writes it down: 64 digits.
#[must_use]
pub fn digits(key: &SecretBytes<32>) -> Zeroizing<String> {
    Zeroizing::new(HEXLOWER.encode(key.as_bytes()))
}

/// The key that was written down; spaces between its digits do not matter.
///
/// # Errors
/// [`BackupError::NotAKey`].
pub fn key_from(digits: &str) -> Result<SecretBytes<32>, BackupError> {
    let digits: Zeroizing<String> = Zeroizing::new(digits.split_whitespace().collect());
    let bytes = HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).map_err(|_| BackupError::NotAKey)?;
    let bytes = Zeroizing::new(bytes);
    let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| BackupError::NotAKey)?;
    Ok(SecretBytes::from_bytes(bytes))
}
