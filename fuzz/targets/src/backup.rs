//! Backups that come from somebody else, with parts altered, swapped, left out or invented.

use std::sync::LazyLock;

use data_encoding::HEXUPPER;
use pillarbox_client::backup::{self, Backup, BackupContents, SavedText};
use pillarbox_client::{BackupKey, BodyId, EntryDirection};
use pillarbox_crypto::SecretBytes;
use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{Bytes, Encoded, FixedBytes, encode};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};

use crate::feed::Feed;
use crate::world::NOW;

/// The maximum number of parts in one input.
const MAX_PARTS: usize = 4;

/// Length of a text, in bytes. A few texts of this length need a second part.
const LONG: usize = 16 * 1024;

fn key() -> SecretBytes<32> {
    SecretBytes::from_bytes([6; 32])
}

/// A sealed backup of two parts.
static SEALED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let text = SavedText {
        id: BodyId(FixedBytes([1; 16])),
        sent_at: NOW,
        stored_at: NOW,
        contact: None,
        group: None,
        direction: EntryDirection::Received { sealed: true, verified: false },
        text: "x".repeat(LONG),
    };
    let texts = vec![text; MAX_PAYLOAD_LEN / LONG + 1];
    let contents = BackupContents { made_at: NOW, texts, ..BackupContents::default() };
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let made = Backup::make(contents, BackupKey::Owner, Some(key()), &mut rng).expect("short enough");
    assert_eq!(made.parts.len(), 2);
    made.parts
});

/// The layout of a readable part, with any contents.
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
}

impl Encoded for Part {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_PAYLOAD_LEN;
}

/// Opens the parts that the bytes name, and makes a new backup of the result.
pub fn backup(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    match feed.byte() % 4 {
        0 => {
            let parts = pieces(&mut feed);
            let _ = backup::open(&parts, Some(&key()));
        }
        1 => {
            let _whether_it_opens = readable(&pieces(&mut feed));
        }
        2 => sealed(&mut feed),
        _ => {
            let text = String::from_utf8_lossy(feed.rest());
            if let Some(key) = backup::key_from(&text) {
                let digits = HEXUPPER.encode(key.as_bytes());
                let again = backup::key_from(&digits).expect("its own digits");
                assert_eq!(again.as_bytes(), key.as_bytes());
            }
        }
    }
}

fn pieces(feed: &mut Feed<'_>) -> Vec<Vec<u8>> {
    let count = 1 + usize::from(feed.byte()) % MAX_PARTS;
    (0..count).map(|_| feed.piece().to_vec()).collect()
}

/// Returns true if parts with these contents are a backup.
fn readable(portions: &[Vec<u8>]) -> bool {
    let count = u32::try_from(portions.len()).expect("a few");
    let part = |(number, portion): (u32, &Vec<u8>)| {
        let kept = Kept::Readable(Bytes(portion.clone()));
        encode(&Part { backup: FixedBytes([9; 16]), number, count, kept })
    };
    let Ok(parts) = (0..).zip(portions).map(part).collect::<Result<Vec<_>, _>>() else { return false };
    let Ok(contents) = backup::open(&parts, None) else { return false };
    let again = backup::open(&parts, None).expect("the same parts");
    for key in [None, Some(key())] {
        let mut rng = ChaCha20Rng::seed_from_u64(5);
        let made = Backup::make(again.clone(), BackupKey::Provider, key, &mut rng).expect("what was read");
        let opened = backup::open(&made.parts, made.key.as_ref());
        assert_eq!(opened.as_ref(), Ok(&contents));
    }
    true
}

fn sealed(feed: &mut Feed<'_>) {
    let mut parts = SEALED.clone();
    match feed.byte() % 4 {
        1 => parts.swap(0, 1),
        2 => drop(parts.pop()),
        3 => parts.push(parts[feed.below(2)].clone()),
        _ => {}
    }
    if !parts.is_empty() {
        let at = feed.below(parts.len());
        parts[at] = feed.altered(&parts[at]);
    }
    let opened = backup::open(&parts, Some(&key()));
    assert_eq!(opened.is_ok(), parts == *SEALED, "an altered backup opens, or an honest one does not");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_backup_and_one_of_a_group_open() {
        let pieces = |count: u64| [&[1], [0; 8].as_slice(), &count.to_be_bytes()].concat();
        assert!(readable(&[pieces(0)]) && readable(&[pieces(0), pieces(0)]));
        let group = [&1_u32.to_be_bytes(), [6; 16].as_slice(), &1_u64.to_be_bytes(), b"h", &[0; 8]].concat();
        assert!(readable(&[[pieces(1), group].concat()]));
        assert!(!readable(&[vec![1]]));
    }
}
