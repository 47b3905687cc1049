//! The audit of a directory's public log, by anybody who has all its entries: each entry's number follows the one
//! before of its label, and each head that somebody was shown is a head of this log.
//!
//! An audit does not know whose keys are right. Noticing a false entry in the log is up to its owner; the audit
//! notices a log that was shown in two forms.

use pillarbox_crypto::labels::DIRECTORY_HEAD;
use pillarbox_crypto::log::{LabelMap, LogTree};
use pillarbox_crypto::{Signature, SigningPublic};
use pillarbox_wire::{FixedBytes, LOG_LEAF_LEN, LogHead, LogLeaf, SeenHead};

/// An audit that found nothing wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Number of entries.
    pub entries: u64,
    /// Number of labels. Each label is an account.
    pub labels: u64,
    /// Number of heads that were checked.
    pub heads: u64,
}

/// Something wrong in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditFinding {
    /// An entry's number does not follow the last of its label.
    Count {
        /// The entry's index, from 0.
        place: u64,
        /// The number that follows.
        expected: u32,
        /// The number that the entry has.
        found: u32,
    },
    /// A head is not signed with the key beside it, or that is not a key.
    Signature {
        /// The head's size.
        size: u64,
    },
    /// A head is signed with another key than the log's.
    OtherKey {
        /// The head's size.
        size: u64,
    },
    /// A head has more entries than the log.
    Shorter {
        /// The head's size.
        size: u64,
        /// The log's size.
        entries: u64,
    },
    /// The entries are not those that a head was signed for: one of them was changed, added or left out.
    OtherEntries {
        /// The head's size.
        size: u64,
        /// The first index at which the entries may differ: before it, another head agrees.
        from: u64,
    },
    /// A head's map names another entry as somebody's latest than the entries do.
    OtherLatest {
        /// The head's size.
        size: u64,
    },
}

/// Audits all entries of a log against the heads that somebody was shown. `key` is the log's key, if the log names one.
///
/// # Errors
/// The first [`AuditFinding`], by index.
pub fn audit(
    entries: &[LogLeaf],
    key: Option<FixedBytes<32>>,
    heads: &[SeenHead],
) -> Result<Audited, AuditFinding> {
    let mut heads: Vec<&SeenHead> = heads.iter().collect();
    heads.sort_by_key(|seen| seen.head.size);
    for seen in &heads {
        check_signature(seen, key)?;
    }
    let mut waiting = heads.iter().map(|seen| seen.head).peekable();
    let mut tree = LogTree::<[u8; LOG_LEAF_LEN]>::default();
    let mut map = LabelMap::default();
    let mut agreed = 0;
    while let Some(head) = waiting.next_if(|head| head.size == 0) {
        check_roots(&head, &tree, &map, agreed)?;
    }
    for (place, leaf) in (0_u64..).zip(entries) {
        let expected = map.latest(&leaf.label.0).map_or(1, |(count, _)| count.saturating_add(1));
        if leaf.count != expected {
            return Err(AuditFinding::Count { place, expected, found: leaf.count });
        }
        tree.push(leaf.leaf_bytes());
        map.set(leaf.label.0, leaf.count, place);
        while let Some(head) = waiting.next_if(|head| head.size == tree.len()) {
            check_roots(&head, &tree, &map, agreed)?;
            agreed = head.size;
        }
    }
    if let Some(head) = waiting.next() {
        return Err(AuditFinding::Shorter { size: head.size, entries: tree.len() });
    }
    Ok(Audited { entries: tree.len(), labels: map.len(), heads: heads.len() as u64 })
}

fn check_signature(seen: &SeenHead, key: Option<FixedBytes<32>>) -> Result<(), AuditFinding> {
    let SeenHead { log_key, head } = seen;
    let size = head.size;
    if key.is_some_and(|key| key != *log_key) {
        return Err(AuditFinding::OtherKey { size });
    }
    let public = SigningPublic::from_bytes(log_key.0).map_err(|_| AuditFinding::Signature { size })?;
    let signature = Signature::from_bytes(head.signature.0);
    public
        .verify(DIRECTORY_HEAD, &head.signed_bytes(), &signature)
        .map_err(|_| AuditFinding::Signature { size })
}

fn check_roots(
    head: &LogHead,
    tree: &LogTree<[u8; LOG_LEAF_LEN]>,
    map: &LabelMap,
    agreed: u64,
) -> Result<(), AuditFinding> {
    if head.tree.0 != tree.root() {
        return Err(AuditFinding::OtherEntries { size: head.size, from: agreed });
    }
    if head.map.0 != map.root() {
        return Err(AuditFinding::OtherLatest { size: head.size });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use pillarbox_crypto::SigningSecret;
    use pillarbox_wire::Timestamp;

    use super::*;

    fn entry(label: u8, count: u32, binding: u8) -> LogLeaf {
        LogLeaf {
            label: FixedBytes([label; 32]),
            count,
            binding: FixedBytes([binding; 32]),
            at: Timestamp(1),
        }
    }

    /// Three accounts, one of which changed its keys.
    fn honest() -> Vec<LogLeaf> {
        vec![entry(1, 1, 1), entry(2, 1, 2), entry(1, 2, 3), entry(3, 1, 4)]
    }

    fn key() -> SigningSecret {
        SigningSecret::from_bytes([5; 32])
    }

    fn public(key: &SigningSecret) -> FixedBytes<32> {
        FixedBytes(*key.public().as_bytes())
    }

    /// Signs the head of these entries.
    fn head(entries: &[LogLeaf]) -> SeenHead {
        let (mut tree, mut map) = (LogTree::default(), LabelMap::default());
        for (place, leaf) in entries.iter().enumerate() {
            tree.push(leaf.leaf_bytes());
            map.set(leaf.label.0, leaf.count, place as u64);
        }
        let (tree, map) = (FixedBytes(tree.root()), FixedBytes(map.root()));
        signed(LogHead {
            size: entries.len() as u64,
            tree,
            map,
            at: Timestamp(2),
            signature: FixedBytes([0; 64]),
        })
    }

    fn signed(mut head: LogHead) -> SeenHead {
        let key = key();
        head.signature = FixedBytes(*key.sign(DIRECTORY_HEAD, &head.signed_bytes()).as_bytes());
        SeenHead { log_key: public(&key), head }
    }

    fn every_head(entries: &[LogLeaf]) -> Vec<SeenHead> {
        (0..=entries.len()).map(|size| head(&entries[..size])).rev().collect()
    }

    #[test]
    fn an_honest_log_agrees_with_every_head_of_it() {
        let entries = honest();
        let found = audit(&entries, Some(public(&key())), &every_head(&entries));
        assert_eq!(found, Ok(Audited { entries: 4, labels: 3, heads: 5 }));
        assert_eq!(audit(&[], None, &[]), Ok(Audited { entries: 0, labels: 0, heads: 0 }));
    }

    #[test]
    fn a_log_that_was_shown_in_two_forms_is_found_by_a_head_of_the_other_form() {
        // A false entry for the second account, shown to one side only.
        let mut shown = honest();
        shown.insert(3, entry(2, 2, 9));
        let entries = honest();
        let heads = [head(&entries[..2]), head(&shown[..4])];
        assert_eq!(audit(&entries, None, &heads), Err(AuditFinding::OtherEntries { size: 4, from: 2 }));
        // Anyone who has no head of the other side notices nothing.
        assert!(audit(&entries, None, &heads[..1]).is_ok());
        assert!(audit(&shown, None, &heads).is_ok());
    }

    #[test]
    fn an_entry_that_was_changed_or_left_out_is_found() {
        let entries = honest();
        let heads = every_head(&entries);
        for place in 0..entries.len() {
            let mut changed = entries.clone();
            changed[place].binding = FixedBytes([0; 32]);
            let (size, from) = (place as u64 + 1, place as u64);
            assert_eq!(audit(&changed, None, &heads), Err(AuditFinding::OtherEntries { size, from }));
        }
        let shorter = audit(&entries[..3], None, &heads);
        assert_eq!(shorter, Err(AuditFinding::Shorter { size: 4, entries: 3 }));
    }

    #[test]
    fn a_number_that_does_not_follow_is_found_at_its_place() {
        for (found, place) in [(1, 2), (3, 2)] {
            let mut entries = honest();
            entries[2].count = found;
            assert_eq!(audit(&entries, None, &[]), Err(AuditFinding::Count { place, expected: 2, found }));
        }
        let first = audit(&[entry(1, 0, 1)], None, &[]);
        assert_eq!(first, Err(AuditFinding::Count { place: 0, expected: 1, found: 0 }));
    }

    #[test]
    fn a_map_that_hides_the_latest_entry_is_found() {
        let entries = honest();
        let (old, new) = (head(&entries[..2]).head, head(&entries).head);
        let hidden = signed(LogHead { map: old.map, ..new });
        assert_eq!(audit(&entries, None, &[hidden]), Err(AuditFinding::OtherLatest { size: 4 }));
    }

    #[test]
    fn a_head_that_the_relay_did_not_sign_accuses_nobody() {
        let entries = honest();
        let mut forged = head(&entries);
        forged.head.tree = FixedBytes([0; 32]);
        assert_eq!(audit(&entries, None, &[forged]), Err(AuditFinding::Signature { size: 4 }));
        let other = Some(public(&SigningSecret::from_bytes([6; 32])));
        let found = audit(&entries, other, &[head(&entries)]);
        assert_eq!(found, Err(AuditFinding::OtherKey { size: 4 }));
    }
}
