//! Statements of a relay about its public log, and what people pass to an audit of it.

use std::sync::LazyLock;

use pillarbox_crypto::log::{
    LabelMap, LogTree, NodeHash, verify_consistency, verify_inclusion, verify_latest,
};
use pillarbox_wire::{FixedBytes, LogLeaf, SeenHead, Timestamp};

use crate::feed::Feed;

/// Entries of the honest log. Its labels are reused, so that some have a later entry.
const ENTRIES: u32 = 23;
const LABELS: u32 = 9;

struct Log {
    leaves: Vec<LogLeaf>,
    /// The roots at each size, from 0.
    roots: Vec<NodeHash>,
    tree: LogTree,
    map: LabelMap,
}

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let mut log =
        Log { leaves: Vec::new(), roots: Vec::new(), tree: LogTree::default(), map: LabelMap::default() };
    log.roots.push(log.tree.root());
    for (index, number) in (0_u64..).zip(0..ENTRIES) {
        let mut label = [0x5A; 32];
        label[0] = u8::try_from(number % LABELS * 29).unwrap_or_default();
        let leaf = LogLeaf {
            label: FixedBytes(label),
            count: number / LABELS + 1,
            binding: FixedBytes([u8::try_from(number).unwrap_or_default(); 32]),
            at: Timestamp(index),
        };
        log.tree.push(leaf.leaf_bytes().to_vec());
        log.map.set(label, leaf.count, index);
        log.leaves.push(leaf);
        log.roots.push(log.tree.root());
    }
    log
});

/// Checks altered proofs, and reads heads as people write them. A proof passes if, and only if, its statement is
/// true: the same entry at the same index, the same former root, the same latest entry.
pub fn directory_log(bytes: &[u8]) {
    let mut feed = Feed::new(bytes);
    match feed.byte() % 4 {
        0 => head(&String::from_utf8_lossy(feed.rest())),
        1 => inclusion(&mut feed),
        2 => consistency(&mut feed),
        _ => latest(&mut feed),
    }
}

fn head(line: &str) {
    if let Ok(seen) = line.parse::<SeenHead>() {
        assert_eq!(seen.to_string().parse::<SeenHead>().ok(), Some(seen));
    }
}

fn inclusion(feed: &mut Feed<'_>) {
    let at = feed.below(LOG.leaves.len());
    let index = u64::try_from(at).unwrap_or_default();
    let honest = LOG.tree.prove_inclusion(index).expect("an entry of the log");
    let entry = LOG.leaves[at].leaf_bytes();
    let (said, claimed, proof) = (feed.altered(&entry), index ^ number(feed), hashes(&honest, feed));
    let root = (LOG.tree.len(), &LOG.tree.root());
    let passes = verify_inclusion(root, claimed, &said, &proof).is_ok();
    assert_eq!(passes, said == entry && claimed == index && proof == honest, "{claimed} for {index}");
    // Any size at all, with the honest proof: a hostile relay signs what it likes.
    let _refused_or_not =
        verify_inclusion((u64::from_be_bytes(feed.array()), root.1), claimed, &said, &proof);
}

fn consistency(feed: &mut Feed<'_>) {
    let at = feed.below(LOG.roots.len());
    let former = u64::try_from(at).unwrap_or_default();
    let honest =
        if at == 0 { Vec::new() } else { LOG.tree.prove_consistency(former).expect("a former size") };
    let said: NodeHash = match feed.altered(&LOG.roots[at]).try_into() {
        Ok(root) => root,
        Err(_) => LOG.roots[at],
    };
    let proof = hashes(&honest, feed);
    let root = (LOG.tree.len(), &LOG.tree.root());
    let passes = verify_consistency((former, &said), root, &proof).is_ok();
    assert_eq!(passes, said == LOG.roots[at] && proof == honest, "from {former}");
    let (former, size) = (u64::from_be_bytes(feed.array()), u64::from_be_bytes(feed.array()));
    let _refused_or_not = verify_consistency((former, &said), (size, root.1), &proof);
}

fn latest(feed: &mut Feed<'_>) {
    let label = LOG.leaves[feed.below(LOG.leaves.len())].label.0;
    let now = LOG.map.latest(&label).expect("a label of the log");
    let honest = LOG.map.prove(&label).expect("a label of the log");
    let count = now.0 ^ u32::try_from(number(feed)).unwrap_or_default();
    let (said, proof) = ((count, now.1 ^ number(feed)), hashes(&honest, feed));
    let passes = verify_latest(&LOG.map.root(), &label, said, &proof).is_ok();
    assert_eq!(passes, said == now && proof == honest, "{said:?} for {now:?}");
}

/// Returns a number that is usually zero.
fn number(feed: &mut Feed<'_>) -> u64 {
    if feed.byte() < 192 { 0 } else { u64::from(feed.byte()) }
}

/// Returns the hashes of a proof, altered as a whole: bits, hashes that are missing, hashes that are added.
fn hashes(honest: &[NodeHash], feed: &mut Feed<'_>) -> Vec<NodeHash> {
    feed.altered(&honest.concat()).as_chunks::<32>().0.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_honest_proof_passes() {
        for kind in 1..4 {
            for at in 0..u8::try_from(ENTRIES).unwrap_or_default() {
                // The assertions of the target are that these pass.
                directory_log(&[kind, 0, at]);
            }
        }
        assert_eq!((LOG.leaves.len(), LOG.roots.len()), (23, 24));
    }
}
