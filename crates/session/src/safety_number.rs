//! The safety number of two accounts: Signal's numeric fingerprint over our identities.
//!
//! The stable id is the 16 bytes of the account id, and the key bytes are both public keys of the identity. The
//! caller knows which identity belongs to which account; this layer does not.

use pillarbox_crypto::{FingerprintParameters, IdentityPublic, SafetyNumber};
use pillarbox_wire::AccountId;

/// Computes the number that the two people compare. Both compute the same one.
#[must_use]
pub fn safety_number(
    ours: (&AccountId, &IdentityPublic),
    theirs: (&AccountId, &IdentityPublic),
) -> SafetyNumber {
    let (our_keys, their_keys) = (ours.1.key_bytes(), theirs.1.key_bytes());
    SafetyNumber::new(FingerprintParameters::SIGNAL, (&ours.0.0, &our_keys), (&theirs.0.0, &their_keys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pillarbox_crypto::IdentitySecret;

    #[test]
    fn both_people_see_one_number_and_any_change_shows() {
        let [alice, bob, mallory] = [1, 2, 3].map(|seed| IdentitySecret::from_bytes([seed; 64]).public());
        let [a, b] = [AccountId([1; 16]), AccountId([2; 16])];
        let number = safety_number((&a, &alice), (&b, &bob));
        assert_eq!(number, safety_number((&b, &bob), (&a, &alice)));
        assert_ne!(number, safety_number((&a, &alice), (&b, &mallory)));
        assert_ne!(number, safety_number((&a, &alice), (&a, &bob)));
        assert_eq!(number.digits().len(), 60);
    }
}
