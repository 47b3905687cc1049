//! The phone's half: each body travels under a key that the authority can unwrap, and nothing else is taken.

use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use pillarbox_client::{NotOpened, OpenPayload, SealBody, Software};
use pillarbox_session::{EncryptError, OpenedMessage};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::leaf::{Escrowed, KEY_LEN, MessageKey, escrow};

/// Software that escrows the key of each message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EscrowClient {
    /// The authority's public key.
    authority: RistrettoPoint,
}

impl EscrowClient {
    /// Creates the software for an authority; none if the bytes are no point of ristretto255.
    #[must_use]
    pub fn for_authority(public_key: &[u8; 32]) -> Option<Self> {
        Some(Self { authority: CompressedRistretto(*public_key).decompress()? })
    }
}

impl Software for EscrowClient {
    fn protect(
        &self,
        body: &[u8],
        seal: SealBody<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, EncryptError> {
        let mut key = MessageKey::new([0; KEY_LEN]);
        rng.fill_bytes(key.as_mut_slice());
        let (held, following) = escrow(&key, &self.authority, body);
        let mut payload = seal(&held)?;
        payload.extend(following);
        Ok(payload)
    }

    fn open(&self, payload: &[u8], open: OpenPayload<'_>) -> Result<OpenedMessage, NotOpened> {
        let escrowed = Escrowed::of(payload).ok_or(NotOpened::Software(NO_LEAF))?;
        let opened = open(escrowed.for_ratchet)?;
        let body = self.accept(&escrowed, &opened.body).map_err(NotOpened::Software)?;
        Ok(OpenedMessage { body, ..opened })
    }
}

const NO_LEAF: &str = "no wrapped key follows the message";
const NO_KEY: &str = "the message holds no key, or the key of other content";
const OTHER_LEAF: &str = "the wrapped key is not that of the message";
const OTHER_CONTENT: &str = "the content is not under the key";

impl EscrowClient {
    /// Returns the body of a message. `held` is what the ratchet gave: the key that is wrapped, and a digest of what
    /// is under it.
    fn accept(&self, escrowed: &Escrowed<'_>, held: &[u8]) -> Result<Zeroizing<Vec<u8>>, &'static str> {
        let key = escrowed.held(held).ok_or(NO_KEY)?;
        if !escrowed.is_of(&key, &self.authority) {
            return Err(OTHER_LEAF);
        }
        escrowed.open(&key).ok_or(OTHER_CONTENT)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;
    use crate::escrow::leaf::{HELD_LEN, LEAF_LEN};
    use crate::escrow::{EscrowAuthority, EscrowSecret, NotRecovered};

    /// A ratchet that only puts a byte in front.
    fn seal(body: &[u8]) -> Result<Vec<u8>, EncryptError> {
        Ok([b"R", body].concat())
    }

    fn software(seed: u8) -> (EscrowAuthority, EscrowClient) {
        let authority = EscrowAuthority::draw(&mut ChaCha20Rng::from_seed([seed; 32]));
        let client = EscrowClient::for_authority(&authority.public_key()).unwrap();
        (authority, client)
    }

    fn payload(client: &EscrowClient, body: &[u8]) -> Vec<u8> {
        let mut rng = ChaCha20Rng::from_seed([9; 32]);
        client.protect(body, &mut seal, &mut rng).unwrap()
    }

    /// Opens a payload as a phone does whose ratchet is the one above.
    fn opened(client: &EscrowClient, payload: &[u8]) -> Result<Vec<u8>, &'static str> {
        let escrowed = Escrowed::of(payload).ok_or(NO_LEAF)?;
        let held = escrowed.for_ratchet.get(1..).unwrap_or_default();
        client.accept(&escrowed, held).map(|body| body.to_vec())
    }

    #[test]
    fn a_phone_opens_what_the_authority_recovers() {
        let (authority, client) = software(1);
        let payload = payload(&client, b"See you at six.");
        assert_eq!(opened(&client, &payload), Ok(b"See you at six.".to_vec()));
        for secret in [authority.whole_key(), authority.shares_of(2), authority.shares_of(3)] {
            assert_eq!(secret.recover(&payload).unwrap().as_slice(), b"See you at six.");
            let file = EscrowSecret::of_bytes(&secret.to_bytes()).unwrap();
            assert_eq!(file.recover(&payload).unwrap().as_slice(), b"See you at six.");
        }
        assert_eq!(authority.shares_of(1).recover(&payload).unwrap_err(), NotRecovered::TooFewShares);
        let (other, _) = software(2);
        assert_eq!(other.whole_key().recover(&payload).unwrap_err(), NotRecovered::OtherKey);
        assert_eq!(authority.whole_key().recover(&payload[..20]).unwrap_err(), NotRecovered::NoLeaf);
    }

    #[test]
    fn a_message_whose_wrapped_key_is_missing_garbled_or_anothers_is_refused() {
        let (_, client) = software(1);
        let whole = payload(&client, b"See you at six.");
        assert!(opened(&client, &whole).is_ok(), "the untouched copy is taken");
        let inner = 1 + HELD_LEN;
        assert_eq!(opened(&client, &whole[..inner]), Err(NO_LEAF), "stripped");
        for at in inner..whole.len() {
            let mut garbled = whole.clone();
            garbled[at] ^= 1;
            assert!(opened(&client, &garbled).is_err(), "byte {at}");
        }
        // A leaf that opens, of another message or for another authority.
        let (_, stranger) = software(2);
        assert_eq!(opened(&stranger, &whole), Err(OTHER_LEAF));
        let mut rng = ChaCha20Rng::from_seed([8; 32]);
        let other = client.protect(b"See you at six.", &mut seal, &mut rng).unwrap();
        let spliced = [&whole[..inner], &other[inner..]].concat();
        assert_eq!(opened(&client, &spliced), Err(NO_KEY), "content and leaf of another message");
        let leaf = whole.len() - LEAF_LEN - 4;
        let spliced = [&whole[..leaf], &other[leaf..]].concat();
        assert_eq!(opened(&client, &spliced), Err(OTHER_LEAF), "the leaf of another message");
    }

    /// Whoever has the authority's key reads. To write in the sender's name they would have to break the ratchet.
    #[test]
    fn whoever_unwraps_a_key_puts_no_other_words_under_it() {
        let (authority, client) = software(1);
        let whole = payload(&client, b"See you at six.");
        let escrowed = Escrowed::of(&whole).unwrap();
        let key = escrowed.held(&escrowed.for_ratchet[1..]).unwrap();
        let (_, following) = escrow(&key, &client.authority, b"See you at ten.");
        let forged = [escrowed.for_ratchet, &following].concat();
        let read = authority.whole_key().recover(&forged).unwrap();
        assert_eq!(
            read.as_slice(),
            b"See you at ten.",
            "the words are under the key, and the key is wrapped"
        );
        assert_eq!(opened(&client, &forged), Err(NO_KEY), "a phone refuses them all the same");
    }

    #[test]
    fn texts_of_one_block_are_equally_long() {
        let (_, client) = software(1);
        let short = payload(&client, b"No.");
        assert_eq!(short.len(), payload(&client, &[b'x'; 79]).len());
        assert_eq!(short.len() - (1 + HELD_LEN), 80 + 16 + LEAF_LEN + 4);
    }
}
