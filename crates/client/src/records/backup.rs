//! Backups: the history in parts that each fit a deposit, either readable or sealed under one key.
//!
//! A backup is only as private as its key. If the owner alone has the key, the backup is random bytes to everybody
//! else; if the key is stored beside the parts, the backup is a lock with its key in it. Each sealed part is bound
//! to its backup, its number and the number of parts, so that the holder of the parts cannot drop, repeat or
//! reorder one unnoticed. A readable backup detects the same mistakes, but anybody may alter its texts.
//!
//! A backup contains contacts, groups and texts. It contains no keys, no texts with a timer, and no texts that have
//! not left the phone yet.

use std::fmt;

use data_encoding::HEXLOWER_PERMISSIVE;
use pillarbox_crypto::{AeadKey, SecretBytes, aead, kdf, labels};
use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{
    AccountId, Bytes, CodecError, Encoded, FixedBytes, Handle, IdentityKey, Timestamp, decode, encode,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::records::group::Group;
use crate::records::habits::BackupKey;
use crate::records::history::EntryDirection;
use crate::records::ids::{BodyId, GroupId};

/// Bytes of contents in one part: the size of a deposit, less the overhead.
const MAX_PIECES_LEN: usize = MAX_PAYLOAD_LEN - 128;

/// The contents of a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BackupContents {
    /// Time of the backup, by the phone's clock.
    pub made_at: Timestamp,
    /// The contacts, in order of account.
    pub contacts: Vec<SavedContact>,
    /// The groups, in order of id.
    pub groups: Vec<Group>,
    /// The texts, in the order in which the phone stored them.
    pub texts: Vec<SavedText>,
}

/// A contact in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedContact {
    /// The contact's account at the relay.
    pub account: AccountId,
    /// The owner's name for the contact.
    pub name: String,
    /// The number by which it was looked up.
    pub handle: Option<Handle>,
    /// The account's public identity keys, if this phone has them.
    pub identity: Option<IdentityKey>,
}

/// A text in a backup. `Debug` prints its index, not its words.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedText {
    /// The id that names it to both phones.
    pub id: BodyId,
    /// By the sender's clock.
    pub sent_at: Timestamp,
    /// Time at which the phone stored it.
    pub stored_at: Timestamp,
    /// The other person; `None` for the owner's text to a group.
    pub contact: Option<AccountId>,
    /// The group that it was sent to.
    pub group: Option<GroupId>,
    /// Direction and delivery state.
    pub direction: EntryDirection,
    /// The text's words.
    pub text: String,
}

impl fmt::Debug for SavedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SavedText({:?}, {:?})", self.id, self.direction)
    }
}

/// A piece of the contents.
#[derive(Serialize, Deserialize)]
enum Piece {
    Contact(SavedContact),
    Group(Group),
    Text(SavedText),
}

/// The content of one part.
#[derive(Serialize, Deserialize)]
struct Pieces {
    made_at: Timestamp,
    pieces: Vec<Piece>,
}

impl Encoded for Pieces {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_PIECES_LEN;
}

/// One part as it is stored.
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
    /// Returns the associated data of a sealed part.
    fn associated(backup: FixedBytes<16>, number: u32, count: u32) -> Vec<u8> {
        [&[Self::VERSION], backup.as_bytes().as_slice(), &number.to_be_bytes(), &count.to_be_bytes()].concat()
    }
}

/// Reasons that a set of parts cannot be opened as a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// There are no parts, or too few or too many.
    #[error("a backup of {expected} parts, and {got} are here")]
    Count {
        /// Expected number of parts.
        expected: usize,
        /// Number of parts supplied.
        got: usize,
    },
    /// A part is in the position of another: swapped, repeated or left out.
    #[error("part {part} of the backup is not where it belongs")]
    OutOfOrder {
        /// Its position among the supplied parts, from 0.
        part: usize,
    },
    /// A part belongs to another backup.
    #[error("part {part} belongs to another backup")]
    OtherBackup {
        /// Its position, from 0.
        part: usize,
    },
    /// A part is truncated, or is not part of a backup.
    #[error("part {part} is damaged: {error}")]
    Damaged {
        /// Its position, from 0.
        part: usize,
        /// The error of the codec.
        error: CodecError,
    },
    /// The backup is sealed and no key was supplied.
    #[error("the backup is sealed, and there is no key")]
    NoKey,
    /// The key is wrong, or a part was altered.
    #[error("part {part} does not open: the key is another one, or the part was altered")]
    NotOpened {
        /// Its position, from 0.
        part: usize,
    },
}

/// A backup: its parts, and the key if there is one.
pub struct Backup {
    /// The parts in order; each fits one deposit.
    pub parts: Vec<Vec<u8>>,
    /// The holder of the key.
    pub held_by: BackupKey,
    /// The key of the parts; `None` if they are readable.
    pub key: Option<SecretBytes<32>>,
}

/// Prints the number of parts.
impl fmt::Debug for Backup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backup({} parts, {:?})", self.parts.len(), self.held_by)
    }
}

impl Backup {
    /// Makes a backup under `key`, or a readable one without a key.
    ///
    /// # Errors
    /// [`CodecError::TooLong`] for a text or name longer than a phone stores.
    pub fn make(
        contents: BackupContents,
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

/// Returns a digest of the contents that does not depend on the time of the backup.
///
/// # Errors
/// As for [`Backup::make`].
pub(crate) fn digest(contents: BackupContents) -> Result<[u8; 32], CodecError> {
    let portions = portions(BackupContents { made_at: Timestamp(0), ..contents })?;
    let parts: Vec<&[u8]> = portions.iter().map(|portion| portion.as_slice()).collect();
    Ok(kdf::hash(labels::BACKUP_CONTENTS, &parts))
}

/// Splits the contents into runs that each fit a part; returns one empty run for empty contents.
fn portions(contents: BackupContents) -> Result<Vec<Zeroizing<Vec<u8>>>, CodecError> {
    let BackupContents { made_at, contacts, groups, texts } = contents;
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

/// Opens the parts of a backup, all of them and in order. A readable backup needs no key and ignores one.
///
/// # Errors
/// [`BackupError`]; none of the contents is then returned.
pub fn open(parts: &[Vec<u8>], key: Option<&SecretBytes<32>>) -> Result<BackupContents, BackupError> {
    let mut contents = BackupContents::default();
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

/// Reads a key of 64 digits, as earlier builds wrote it; returns `None` for anything else. Spaces between the digits
/// and their case do not matter.
#[must_use]
pub fn key_from(digits: &str) -> Option<SecretBytes<32>> {
    let digits: Zeroizing<String> = Zeroizing::new(digits.split_whitespace().collect());
    let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?);
    let bytes: [u8; 32] = bytes.as_slice().try_into().ok()?;
    Some(SecretBytes::from_bytes(bytes))
}
