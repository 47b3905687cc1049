//! The primitives that Noise runs on here: X25519, ChaCha20-Poly1305 and SHA-256 (Noise
//! specification, revision 34, sections 12.1, 12.3 and 12.5), all taken from `pillarbox_crypto` or from the libraries
//! below it.
//!
//! snow's own resolver would add a second curve, a second AEAD and a second hash, and would draw its randomness
//! where no caller can reach it. This resolver knows nothing of patterns or messages, because snow handles them.
//!
//! It differs from a plain resolver in two ways. A Diffie-Hellman result of all zeros is an error, as everywhere in
//! this project; section 12.1 allows that, though it sees no need for it. And the generator contains exactly the 32
//! bytes of one ephemeral key, which the caller drew. A handshake that wanted more would fail instead of drawing
//! elsewhere or drawing twice.
//!
//! Keys stored by this file are wiped on drop. snow copies chaining keys and shared secrets through its own arrays
//! and does not wipe those.

use std::cell::Cell;

use pillarbox_crypto::aead::{AeadKey, TAG_LEN, open_in_place, seal_in_place};
use pillarbox_crypto::kdf::hmac;
use pillarbox_crypto::{AgreementPublic, AgreementSecret};
use sha2::{Digest, Sha256};
use snow::Error;
use snow::params::{CipherChoice, DHChoice, HashChoice};
use snow::resolvers::CryptoResolver;
use snow::types::{Cipher, Dh, Hash, Random};
use zeroize::Zeroizing;

/// Bytes of an X25519 key, of a cipher key and of a SHA-256 digest.
const KEY_LEN: usize = 32;

/// Bytes that SHA-256 compresses at once.
const BLOCK_LEN: usize = 64;

/// The primitives of one handshake for snow, with the ephemeral key drawn for it.
pub(crate) struct Primitives {
    ephemeral: Cell<Option<Zeroizing<[u8; KEY_LEN]>>>,
}

impl Primitives {
    pub(crate) fn new(ephemeral: Zeroizing<[u8; KEY_LEN]>) -> Self {
        Self { ephemeral: Cell::new(Some(ephemeral)) }
    }
}

impl CryptoResolver for Primitives {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Drawn(Some(self.ephemeral.take()?))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        match choice {
            DHChoice::Curve25519 => Some(Box::<X25519>::default()),
            _ => None,
        }
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        match choice {
            HashChoice::SHA256 => Some(Box::<Sha256Hash>::default()),
            _ => None,
        }
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        match choice {
            CipherChoice::ChaChaPoly => Some(Box::new(ChaChaPoly::unset())),
            _ => None,
        }
    }
}

/// The bytes of one key, returned once.
struct Drawn(Option<Zeroizing<[u8; KEY_LEN]>>);

impl Random for Drawn {
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Error> {
        let drawn = self.0.take().ok_or(Error::Rng)?;
        let out: &mut [u8; KEY_LEN] = out.try_into().map_err(|_| Error::Rng)?;
        *out = *drawn;
        Ok(())
    }
}

/// X25519 (section 12.1). Without a secret, every agreement fails.
#[derive(Default)]
struct X25519 {
    secret: Option<Zeroizing<[u8; KEY_LEN]>>,
    public: [u8; KEY_LEN],
}

impl X25519 {
    fn take_over(&mut self, secret: Zeroizing<[u8; KEY_LEN]>) {
        self.public = *AgreementSecret::from_bytes(*secret).public().as_bytes();
        self.secret = Some(secret);
    }
}

impl Dh for X25519 {
    fn name(&self) -> &'static str {
        "25519"
    }

    fn pub_len(&self) -> usize {
        KEY_LEN
    }

    fn priv_len(&self) -> usize {
        KEY_LEN
    }

    fn set(&mut self, secret: &[u8]) {
        if let Ok(secret) = secret.try_into() {
            self.take_over(Zeroizing::new(secret));
        }
    }

    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), Error> {
        let mut secret = Zeroizing::new([0; KEY_LEN]);
        rng.try_fill_bytes(&mut *secret)?;
        self.take_over(secret);
        Ok(())
    }

    fn pubkey(&self) -> &[u8] {
        &self.public
    }

    fn privkey(&self) -> &[u8] {
        self.secret.as_ref().map_or(&[], |secret| secret.as_slice())
    }

    fn dh(&self, theirs: &[u8], out: &mut [u8]) -> Result<(), Error> {
        let secret = AgreementSecret::from_bytes(**self.secret.as_ref().ok_or(Error::Dh)?);
        // snow's key buffers are as long as its longest curve's keys. Our key occupies the beginning of such a
        // buffer.
        let theirs = AgreementPublic::from_bytes(*theirs.first_chunk().ok_or(Error::Dh)?);
        let shared = secret.agree(&theirs).map_err(|_| Error::Dh)?;
        *out.first_chunk_mut().ok_or(Error::Dh)? = *shared.as_bytes();
        Ok(())
    }
}

/// ChaCha20-Poly1305 (section 12.3).
struct ChaChaPoly(AeadKey);

impl ChaChaPoly {
    /// Creates a cipher without a key. snow asks for a cipher first and sets its key later; it refuses to use a
    /// cipher without a key.
    fn unset() -> Self {
        Self(AeadKey::from_bytes([0; KEY_LEN]))
    }
}

impl Cipher for ChaChaPoly {
    fn name(&self) -> &'static str {
        "ChaChaPoly"
    }

    fn set(&mut self, key: &[u8; KEY_LEN]) {
        self.0 = AeadKey::from_bytes(*key);
    }

    fn encrypt(&self, nonce: u64, associated: &[u8], plaintext: &[u8], out: &mut [u8]) -> usize {
        let length = plaintext.len() + TAG_LEN;
        let room = out.get_mut(..length).and_then(|out| out.split_last_chunk_mut());
        // snow has already compared the lengths. If snow were wrong, nothing would be written, and an empty message
        // opens nowhere.
        let Some((body, tag)) = room else { return 0 };
        body.copy_from_slice(plaintext);
        *tag = seal_in_place(&self.0, &counter_nonce(nonce), associated, body);
        length
    }

    fn decrypt(
        &self,
        nonce: u64,
        associated: &[u8],
        ciphertext: &[u8],
        out: &mut [u8],
    ) -> Result<usize, Error> {
        let (body, tag) = ciphertext.split_last_chunk().ok_or(Error::Decrypt)?;
        let plaintext = out.get_mut(..body.len()).ok_or(Error::Decrypt)?;
        plaintext.copy_from_slice(body);
        open_in_place(&self.0, &counter_nonce(nonce), associated, plaintext, tag)
            .map_err(|_| Error::Decrypt)?;
        Ok(body.len())
    }
}

/// Returns the nonce of section 12.3: 32 bits of zeros, then the counter, little-endian.
fn counter_nonce(counter: u64) -> [u8; 12] {
    let [a, b, c, d, e, f, g, h] = counter.to_le_bytes();
    [0, 0, 0, 0, a, b, c, d, e, f, g, h]
}

/// SHA-256 (section 12.5).
#[derive(Default)]
struct Sha256Hash(Sha256);

impl Hash for Sha256Hash {
    fn name(&self) -> &'static str {
        "SHA256"
    }

    fn block_len(&self) -> usize {
        BLOCK_LEN
    }

    fn hash_len(&self) -> usize {
        KEY_LEN
    }

    fn reset(&mut self) {
        Digest::reset(&mut self.0);
    }

    fn input(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn result(&mut self, out: &mut [u8]) {
        write_first(out, &self.0.finalize_reset().into());
    }

    fn hmac(&mut self, key: &[u8], bytes: &[u8], out: &mut [u8]) {
        write_first(out, &hmac(key, &[bytes]));
    }

    /// HKDF (section 4.3), reimplemented because snow's own version does not wipe the intermediate keys.
    fn hkdf(
        &mut self,
        chaining_key: &[u8],
        input_key_material: &[u8],
        outputs: usize,
        first_out: &mut [u8],
        second_out: &mut [u8],
        third_out: &mut [u8],
    ) {
        let temp_key = Zeroizing::new(hmac(chaining_key, &[input_key_material]));
        let first = Zeroizing::new(hmac(&*temp_key, &[&[1]]));
        write_first(first_out, &first);
        let second = Zeroizing::new(hmac(&*temp_key, &[&*first, &[2]]));
        if outputs >= 2 {
            write_first(second_out, &second);
        }
        if outputs >= 3 {
            write_first(third_out, &hmac(&*temp_key, &[&*second, &[3]]));
        }
    }
}

/// Fills the beginning of one of snow's buffers, which are as long as its longest hash.
fn write_first(out: &mut [u8], digest: &[u8; KEY_LEN]) {
    if let Some(beginning) = out.first_chunk_mut() {
        *beginning = *digest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ephemeral_key_is_handed_out_once() {
        let primitives = Primitives::new(Zeroizing::new([7; 32]));
        let mut random = primitives.resolve_rng().unwrap();
        let mut out = [0; 32];
        random.try_fill_bytes(&mut out).unwrap();
        assert_eq!(out, [7; 32]);
        assert_eq!(random.try_fill_bytes(&mut out), Err(Error::Rng));
        assert!(primitives.resolve_rng().is_none());
    }

    #[test]
    fn a_result_of_zeros_is_refused() {
        let mut dh = X25519::default();
        let mut out = [1; 56];
        assert_eq!(dh.dh(&[9; 56], &mut out), Err(Error::Dh), "no secret yet");
        dh.set(&[7; 32]);
        assert_eq!(dh.dh(&[0; 56], &mut out), Err(Error::Dh));
        assert_eq!(out, [1; 56]);
        dh.dh(&[9; 56], &mut out).unwrap();
        assert_ne!(out, [1; 56]);
    }

    #[test]
    fn a_buffer_that_is_too_short_gets_nothing() {
        let cipher = ChaChaPoly(AeadKey::from_bytes([7; 32]));
        let mut out = [0; 20];
        assert_eq!(cipher.encrypt(0, &[], b"plain", &mut out), 0);
        assert_eq!(out, [0; 20]);
    }
}
