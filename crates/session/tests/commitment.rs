//! An "invisible salamander" (Dodis, Grubbs, Ristenpart, Woodage, CRYPTO 2018), actually built: one ciphertext that
//! opens under two keys to two texts. ChaCha20-Poly1305 accepts it; the cipher of bodies does not.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

use pillarbox_crypto::{
    AeadKey, OneTimeKey,
    aead::{open, seal},
    committing,
    salamander::salamander,
};

const NONCE: [u8; 12] = [0; 12];

#[test]
fn a_ciphertext_that_opens_under_two_keys_does_not_fit_one_commitment() {
    let keys = [[1; 32], [2; 32]];
    let [first, second] = keys.map(AeadKey::from_bytes);
    let chosen = b"what is reported and what was said, 48 bytes  ..";
    let ciphertext = salamander(&keys, &seal(&first, &NONCE, b"", chosen)[..chosen.len()]).unwrap();

    let said = open(&first, &NONCE, b"", &ciphertext).unwrap();
    let shown = open(&second, &NONCE, b"", &ciphertext).unwrap();
    assert_eq!(said[..chosen.len() - 1], chosen[..chosen.len() - 1], "Poly1305 lets both through");
    assert_ne!(said, shown);

    // The cipher of bodies: of the two plaintexts, only the committed one is returned, under its key alone.
    let keys = keys.map(OneTimeKey::from_bytes);
    for (plaintext, own, other) in [(&said, &keys[0], &keys[1]), (&shown, &keys[1], &keys[0])] {
        let mut body = plaintext.to_vec();
        let commitment = committing::seal_in_place(own, &[], &mut body);
        let (opened, opening) = committing::open(own, &[], &commitment, &body).unwrap();
        assert_eq!((&opened, opening.commit(&opened)), (plaintext, commitment));
        assert!(committing::open(other, &[], &commitment, &body).is_err());
        // The other plaintext's ciphertext, under this one's commitment.
        let mut exchanged = if plaintext == &said { shown.to_vec() } else { said.to_vec() };
        let its_commitment = committing::seal_in_place(other, &[], &mut exchanged);
        assert_ne!(commitment, its_commitment);
        for key in &keys {
            assert!(committing::open(key, &[], &commitment, &exchanged).is_err());
        }
    }
}
