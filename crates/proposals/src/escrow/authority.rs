//! The authority's half: a key, or three shares of it, and what they open.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use rand_core::CryptoRng;
use vsss_rs::{GroupShare, IdentifierPrimeField, PrimeFieldShare, ReadableShareSet as _, Share as _, ValueGroup, shamir};
use zeroize::Zeroizing;

use super::leaf::Escrowed;

/// The number of agents among whom a key is split, and the number who open together.
const AGENTS: usize = 3;
const THRESHOLD: usize = 2;

/// The key of an authority.
#[derive(Clone)]
pub struct EscrowAuthority {
    secret: Scalar,
    shares: Vec<PrimeFieldShare<Scalar>>,
}

/// What somebody has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscrowSecret {
    /// The key.
    WholeKey,
    /// The shares of so many agents, who each compute with their own.
    Shares(usize),
}

/// The reason why a message was not recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotRecovered {
    /// Nothing of the form of a leaf follows the message.
    NoLeaf,
    /// The agents are too few.
    TooFewShares,
    /// The leaf does not open.
    OtherKey,
    /// The leaf opens, and the content does not.
    OtherContent,
}

impl EscrowAuthority {
    /// Draws a key and splits it.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut wide = Zeroizing::new([0; 64]);
        rng.fill_bytes(wide.as_mut_slice());
        let secret = Scalar::from_bytes_mod_order_wide(&wide);
        let split = shamir::split_secret(THRESHOLD, AGENTS, &IdentifierPrimeField(secret), rng);
        // Two of three shares of a field element can always be made.
        Self { secret, shares: split.unwrap_or_default() }
    }

    /// Returns the public key, which phones have.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        RistrettoPoint::mul_base(&self.secret).compress().to_bytes()
    }

    /// Recovers the body of a recorded payload with what somebody has.
    ///
    /// # Errors
    /// [`NotRecovered`].
    pub fn recover(&self, with: EscrowSecret, payload: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotRecovered> {
        let escrowed = Escrowed::of(payload).ok_or(NotRecovered::NoLeaf)?;
        let point = escrowed.point().ok_or(NotRecovered::NoLeaf)?;
        let shared = match with {
            EscrowSecret::WholeKey => point * self.secret,
            EscrowSecret::Shares(agents) => self.together(agents, &point)?,
        };
        let key = escrowed.unwrap(&shared).ok_or(NotRecovered::OtherKey)?;
        escrowed.open(&key).ok_or(NotRecovered::OtherContent)
    }

    /// Returns what agents give together: each multiplies the point by a share, and nobody joins the shares.
    fn together(&self, agents: usize, point: &RistrettoPoint) -> Result<RistrettoPoint, NotRecovered> {
        let partial = self.shares.iter().take(agents).map(|share| {
            let value = ValueGroup(point * share.value().0);
            GroupShare::<RistrettoPoint>::with_identifier_and_value(*share.identifier(), value)
        });
        let partial: Vec<_> = partial.collect();
        partial.combine().map(|shared| shared.0).map_err(|_| NotRecovered::TooFewShares)
    }
}
