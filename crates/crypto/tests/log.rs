//! The log against published vectors, against the definitions of RFC 6962 transcribed word by word, and against
//! proofs with a flipped bit.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use pillarbox_crypto::log::{
    LabelMap, LogTree, MAX_LOG_SIZE, NodeHash, verify_consistency, verify_inclusion, verify_latest,
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

/// The leaves of Certificate Transparency's own tests
/// (github.com/transparency-dev/merkle, `testonly/reference_test.go`).
const LEAVES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

/// The roots of their first 0 to 8 leaves, from the same source.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Published inclusion proofs: size, index, hashes.
const INCLUSION: [(u64, u64, &[&str]); 7] = [
    (1, 0, &[]),
    (2, 0, &["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"]),
    (2, 1, &["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"]),
    (3, 2, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        5,
        1,
        &[
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        8,
        0,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        8,
        5,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

/// Published consistency proofs: former size, size, hashes.
const CONSISTENCY: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
];

fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

fn published(hashes: &[&str]) -> Vec<NodeHash> {
    hashes.iter().map(|hash| bytes(hash).try_into().unwrap()).collect()
}

fn published_log(size: u64) -> LogTree {
    tree(LEAVES.iter().take(size as usize).map(|leaf| bytes(leaf)))
}

fn tree(leaves: impl IntoIterator<Item = Vec<u8>>) -> LogTree {
    let mut tree = LogTree::default();
    leaves.into_iter().for_each(|leaf| tree.push(leaf));
    tree
}

/// RFC 6962, section 2.1, transcribed literally.
mod rfc_6962 {
    use super::*;

    fn largest_power_below(n: usize) -> usize {
        let mut k = 1;
        while 2 * k < n {
            k *= 2;
        }
        k
    }

    /// `MTH(D[n])`.
    pub(super) fn mth(d: &[Vec<u8>]) -> NodeHash {
        match d {
            [] => Sha256::digest([]).into(),
            [leaf] => Sha256::digest([&[0], leaf.as_slice()].concat()).into(),
            _ => {
                let (left, right) = d.split_at(largest_power_below(d.len()));
                Sha256::digest([&[1], mth(left).as_slice(), &mth(right)].concat()).into()
            }
        }
    }

    /// `PATH(m, D[n])`, section 2.1.1.
    pub(super) fn path(m: usize, d: &[Vec<u8>]) -> Vec<NodeHash> {
        if d.len() == 1 {
            return Vec::new();
        }
        let k = largest_power_below(d.len());
        let (left, right) = d.split_at(k);
        let (mut inner, beside) =
            if m < k { (path(m, left), mth(right)) } else { (path(m - k, right), mth(left)) };
        inner.push(beside);
        inner
    }

    /// `PROOF(m, D[n])`, section 2.1.2.
    pub(super) fn proof(m: usize, d: &[Vec<u8>]) -> Vec<NodeHash> {
        subproof(m, d, true)
    }

    fn subproof(m: usize, d: &[Vec<u8>], whole: bool) -> Vec<NodeHash> {
        if m == d.len() {
            return if whole { Vec::new() } else { vec![mth(d)] };
        }
        let k = largest_power_below(d.len());
        let (left, right) = d.split_at(k);
        let (mut inner, beside) = if m <= k {
            (subproof(m, left, whole), mth(right))
        } else {
            (subproof(m - k, right, false), mth(left))
        };
        inner.push(beside);
        inner
    }
}

fn numbered(size: usize) -> Vec<Vec<u8>> {
    (0..size).map(|number| vec![number as u8; number % 5]).collect()
}

/// Calls `check` with each proof that differs from this one in one bit.
fn each_bit(proof: &[NodeHash], mut check: impl FnMut(&[NodeHash])) {
    for at in 0..proof.len() * 256 {
        let mut turned = proof.to_vec();
        turned[at / 256][at / 8 % 32] ^= 1 << (at % 8);
        check(&turned);
    }
}

#[test]
fn roots_and_proofs_are_the_published_ones() {
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(published_log(size as u64).root().to_vec(), bytes(root));
    }
    for (size, index, hashes) in INCLUSION {
        let tree = published_log(size);
        assert_eq!(tree.prove_inclusion(index), Some(published(hashes)));
        let leaf = bytes(LEAVES[index as usize]);
        assert_eq!(verify_inclusion((size, &tree.root()), index, &leaf, &published(hashes)), Ok(()));
    }
    for (former, size, hashes) in CONSISTENCY {
        let (before, after) = (published_log(former), published_log(size));
        assert_eq!(after.prove_consistency(former), Some(published(hashes)));
        let proof = published(hashes);
        assert_eq!(verify_consistency((former, &before.root()), (size, &after.root()), &proof), Ok(()));
    }
}

#[test]
fn every_pair_of_sizes_to_64_is_as_the_rfc_defines_it() {
    let leaves = numbered(64);
    for size in 0..=64 {
        let (held, log) = (&leaves[..size], tree(leaves[..size].iter().cloned()));
        let root = log.root();
        assert_eq!(root, rfc_6962::mth(held));
        for (index, leaf) in held.iter().enumerate() {
            let proof = log.prove_inclusion(index as u64).unwrap();
            assert_eq!(proof, rfc_6962::path(index, held), "{index} of {size}");
            let at = |index: usize, entry: &[u8]| {
                verify_inclusion((size as u64, &root), index as u64, entry, &proof)
            };
            assert_eq!(at(index, leaf), Ok(()));
            assert!(at(index, b"another").is_err());
            let elsewhere = (0..=size).filter(|other| *other != index);
            assert!(elsewhere.into_iter().all(|other| at(other, leaf).is_err()), "{index} of {size}");
        }
        for former in 1..=size {
            let proof = log.prove_consistency(former as u64).unwrap();
            assert_eq!(proof, rfc_6962::proof(former, held), "{former} to {size}");
            let before = rfc_6962::mth(&leaves[..former]);
            let check = |before: &NodeHash, after: &NodeHash| {
                verify_consistency((former as u64, before), (size as u64, after), &proof)
            };
            assert_eq!(check(&before, &root), Ok(()));
            assert!(check(&[9; 32], &root).is_err());
            assert!(check(&before, &[9; 32]).is_err());
        }
        assert_eq!(log.prove_inclusion(size as u64), None);
        assert_eq!(log.prove_consistency(size as u64 + 1), None);
    }
}

#[test]
fn no_bit_of_a_proof_may_be_turned() {
    let leaves = numbered(13);
    let log = tree(leaves.iter().cloned());
    let root = log.root();
    let mut tried = 0;
    for index in 0..13 {
        each_bit(&log.prove_inclusion(index).unwrap(), |turned| {
            tried += 1;
            assert!(verify_inclusion((13, &root), index, &leaves[index as usize], turned).is_err());
        });
    }
    for former in 1..13_u64 {
        let before = rfc_6962::mth(&leaves[..former as usize]);
        each_bit(&log.prove_consistency(former).unwrap(), |turned| {
            tried += 1;
            assert!(verify_consistency((former, &before), (13, &root), turned).is_err());
        });
    }
    let (map, root) = a_map(13);
    for number in 0..13 {
        each_bit(&map.prove(&[number; 32]).unwrap(), |turned| {
            tried += 1;
            let latest = (1, u64::from(number));
            assert!(verify_latest(&root, &[number; 32], latest, turned).is_err());
        });
    }
    assert!(tried > 20_000, "{tried} bits were turned");
}

fn a_map(labels: u8) -> (LabelMap, NodeHash) {
    let mut map = LabelMap::default();
    (0..labels).for_each(|number| map.set([number; 32], 1, u64::from(number)));
    let root = map.root();
    (map, root)
}

#[test]
fn sizes_that_nobody_has_are_refused_without_a_panic() {
    let sizes = [MAX_LOG_SIZE + 1, 1 << 63, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    for size in sizes {
        for index in [0, 1, size / 2, size - 1, size] {
            assert!(verify_inclusion((size, &[0; 32]), index, b"", &[]).is_err());
        }
        for former in [0, 1, size / 2, size - 1, size] {
            assert!(verify_consistency((former, &[0; 32]), (size, &[0; 32]), &[]).is_err());
            assert!(verify_consistency((size, &[0; 32]), (former, &[0; 32]), &[]).is_err());
        }
    }
    let long = vec![[0; 32]; 300];
    assert!(verify_inclusion((8, &[0; 32]), 0, b"", &long).is_err());
    assert!(verify_consistency((4, &[0; 32]), (8, &[0; 32]), &long).is_err());
    assert!(verify_latest(&[0; 32], &[0; 32], (1, 0), &long).is_err());
}

#[test]
fn every_log_continues_an_empty_one_and_only_an_empty_one() {
    let (empty, log) = (LogTree::<Vec<u8>>::default().root(), published_log(5));
    let to = (5, &log.root());
    assert_eq!(log.prove_consistency(0), Some(Vec::new()));
    assert_eq!(verify_consistency((0, &empty), to, &[]), Ok(()));
    assert!(verify_consistency((0, &[1; 32]), to, &[]).is_err());
    assert!(verify_consistency((0, &empty), to, &[[1; 32]]).is_err());
}

#[test]
fn labels_that_part_at_the_last_bit_are_told_apart() {
    let (one, mut other) = ([7; 32], [7; 32]);
    other[31] ^= 1;
    let mut map = LabelMap::default();
    map.set(one, 1, 0);
    map.set(other, 1, 1);
    let root = map.root();
    let proof = map.prove(&one).unwrap();
    assert_eq!(proof.len(), 256);
    assert_eq!(verify_latest(&root, &one, (1, 0), &proof), Ok(()));
    assert!(verify_latest(&root, &other, (1, 0), &proof).is_err());
    assert_eq!(verify_latest(&root, &other, (1, 1), &map.prove(&other).unwrap()), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_map_says_of_each_label_what_was_set_last_and_nothing_else(
        steps in proptest::collection::vec((0..12_u8, any::<u8>(), 1..9_u32, any::<u64>()), 1..60),
        stranger: [u8; 32],
    ) {
        // Labels that share their first bytes, and some that do not.
        let label = |low: u8, high: u8| {
            let mut label = [0; 32];
            (label[0], label[1], label[31]) = (high & 0x81, low & 3, low);
            label
        };
        let (mut map, mut told) = (LabelMap::default(), BTreeMap::new());
        for (low, high, count, index) in &steps {
            map.set(label(*low, *high), *count, *index);
            told.insert(label(*low, *high), (*count, *index));
        }
        // The order in which labels were added has no effect.
        let mut again = LabelMap::default();
        for (label, (count, index)) in told.iter().rev() {
            again.set(*label, *count, *index);
        }
        let root = map.root();
        prop_assert_eq!(again.root(), root);
        prop_assert_eq!(map.len(), told.len() as u64);
        for (label, (count, index)) in &told {
            let proof = map.prove(label).unwrap();
            prop_assert_eq!(map.latest(label), Some((*count, *index)));
            prop_assert_eq!(verify_latest(&root, label, (*count, *index), &proof), Ok(()));
            prop_assert!(verify_latest(&root, label, (count + 1, *index), &proof).is_err());
            prop_assert!(verify_latest(&root, label, (*count, index ^ 1), &proof).is_err());
            if !told.contains_key(&stranger) {
                prop_assert!(verify_latest(&root, &stranger, (*count, *index), &proof).is_err());
            }
            for shorter in 0..proof.len() {
                prop_assert!(verify_latest(&root, label, (*count, *index), &proof[..shorter]).is_err());
            }
        }
        prop_assert_eq!(map.prove(&stranger).is_some(), told.contains_key(&stranger));
    }
}
