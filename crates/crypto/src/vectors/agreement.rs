//! Wycheproof: X25519. The set calls low-order keys acceptable. Here they are refused, and no others are.

use super::Tally;
use crate::agreement::{AgreementPublic, AgreementSecret, NotContributory};
use wycheproof::xdh::{TestFlag, TestName, TestSet};

#[test]
fn x25519() {
    let mut tally = Tally::default();
    let set = TestSet::load(TestName::X25519).unwrap();
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let secret = AgreementSecret::from_bytes(test.private_key.as_slice().try_into().unwrap());
        let public = AgreementPublic::from_bytes(test.public_key.as_slice().try_into().unwrap());
        let useless = test.flags.contains(&TestFlag::ZeroSharedSecret);
        match secret.agree(&public) {
            Ok(shared) => assert_eq!(shared.as_bytes(), test.shared_secret.as_slice()),
            Err(NotContributory) => assert!(useless, "vector {}", test.tc_id),
        }
        tally.count(!useless);
        assert_eq!(useless, secret.agree(&public).is_err(), "vector {}", test.tc_id);
    }
    assert_eq!(tally, Tally { accepted: 487, refused: 31 });
}
