//! The authority's half: a key, or three shares of it, and what they open.

use curve25519_dalek::ristretto::RistrettoPoint;
use curve25519_dalek::scalar::Scalar;
use rand_core::CryptoRng;
use vsss_rs::{
    GroupShare, IdentifierPrimeField, PrimeFieldShare, ReadableShareSet as _, Share as _, ValueGroup, shamir,
};
use zeroize::Zeroizing;

use super::leaf::{Escrowed, MessageKey};

/// The number of agents among whom a key is split, and the number who open together.
const AGENTS: usize = 3;
const THRESHOLD: usize = 2;

/// The key of an authority, and its shares.
#[derive(Clone)]
pub struct EscrowAuthority {
    secret: Scalar,
    shares: Vec<PrimeFieldShare<Scalar>>,
}

/// An authority's key, or shares of it. It opens in anybody's hands.
#[derive(Clone)]
pub enum EscrowSecret {
    /// The key.
    WholeKey(Scalar),
    /// Shares of agents, each of whom computes with their own.
    Shares(Vec<PrimeFieldShare<Scalar>>),
}

/// The reason why a message was not recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotRecovered {
    /// Nothing of the form of a leaf follows the message.
    NoLeaf,
    /// The share was tried by itself and with every weight that it could have beside another, and opens nothing.
    TooFewShares,
    /// The leaf does not open.
    OtherKey,
    /// The leaf opens, and the content does not.
    OtherContent,
}

impl NotRecovered {
    /// Returns the reason in words.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::NoLeaf => "no wrapped key follows it",
            Self::TooFewShares => {
                "one share was tried with every weight that it could have, and does not open it"
            }
            Self::OtherKey => "its wrapped key does not open",
            Self::OtherContent => "its content does not open",
        }
    }
}

impl EscrowAuthority {
    /// Draws a key and splits it.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        let mut wide = Zeroizing::new([0; 64]);
        rng.fill_bytes(wide.as_mut_slice());
        let secret = Scalar::from_bytes_mod_order_wide(&wide);
        let split = shamir::split_secret(THRESHOLD, AGENTS, &IdentifierPrimeField(secret), rng);
        // Three shares of a field element, two of which open, can always be made.
        Self { secret, shares: split.unwrap_or_default() }
    }

    /// Returns the public key, which phones have.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        RistrettoPoint::mul_base(&self.secret).compress().to_bytes()
    }

    /// Returns the file of whoever has the key itself.
    #[must_use]
    pub const fn whole_key(&self) -> EscrowSecret {
        EscrowSecret::WholeKey(self.secret)
    }

    /// Returns the files of so many agents.
    #[must_use]
    pub fn shares_of(&self, agents: usize) -> EscrowSecret {
        EscrowSecret::Shares(self.shares.iter().take(agents).copied().collect())
    }
}

impl EscrowSecret {
    /// Returns the bytes of the file: the key, or 64 bytes for each share, its number first.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::WholeKey(secret) => secret.to_bytes().to_vec(),
            Self::Shares(shares) => {
                let share = |share: &PrimeFieldShare<Scalar>| {
                    [share.identifier().0.to_bytes(), share.value().0.to_bytes()].concat()
                };
                shares.iter().flat_map(share).collect()
            }
        }
    }

    /// Reads the bytes of a file; none if they are no key and no shares.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let scalar = |bytes: &[u8]| {
            let bytes = <[u8; 32]>::try_from(bytes).ok()?;
            Option::<Scalar>::from(Scalar::from_canonical_bytes(bytes))
        };
        if bytes.len() == 32 {
            return scalar(bytes).map(Self::WholeKey);
        }
        let shares = bytes.chunks(64).map(|share| {
            let (number, value) = share.split_at_checked(32)?;
            let number = IdentifierPrimeField(scalar(number)?);
            let value = IdentifierPrimeField(scalar(value)?);
            Some(PrimeFieldShare::with_identifier_and_value(number, value))
        });
        shares.collect::<Option<_>>().map(Self::Shares)
    }

    /// Recovers the body of a recorded payload.
    ///
    /// # Errors
    /// [`NotRecovered`].
    pub fn recover(&self, payload: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotRecovered> {
        let escrowed = Escrowed::of(payload).ok_or(NotRecovered::NoLeaf)?;
        let point = escrowed.point().ok_or(NotRecovered::NoLeaf)?;
        let key = match self {
            Self::WholeKey(secret) => escrowed.unwrap(&(point * secret)).ok_or(NotRecovered::OtherKey),
            Self::Shares(shares) if shares.len() < THRESHOLD => alone(shares, &escrowed, &point),
            Self::Shares(shares) => {
                let shared = together(shares, &point).ok_or(NotRecovered::TooFewShares)?;
                escrowed.unwrap(&shared).ok_or(NotRecovered::OtherKey)
            }
        };
        escrowed.open(&key?).ok_or(NotRecovered::OtherContent)
    }
}

/// Tries shares one by one: each by itself, and with the weight that it has in a sum with each other agent's.
fn alone(
    shares: &[PrimeFieldShare<Scalar>],
    escrowed: &Escrowed<'_>,
    point: &RistrettoPoint,
) -> Result<MessageKey, NotRecovered> {
    let weights = |own: Scalar| {
        let others = (1..=AGENTS as u64).map(Scalar::from).filter(move |other| *other != own);
        std::iter::once(Scalar::ONE).chain(others.map(move |other| other * (other - own).invert()))
    };
    let mut tried = shares.iter().flat_map(|share| {
        weights(share.identifier().0).map(move |weight| point * (share.value().0 * weight))
    });
    tried.find_map(|shared| escrowed.unwrap(&shared)).ok_or(NotRecovered::TooFewShares)
}

/// Returns what agents give together: each multiplies the point by a share, and nobody joins the shares.
fn together(shares: &[PrimeFieldShare<Scalar>], point: &RistrettoPoint) -> Option<RistrettoPoint> {
    let partial = shares.iter().map(|share| {
        let value = ValueGroup(point * share.value().0);
        GroupShare::<RistrettoPoint>::with_identifier_and_value(*share.identifier(), value)
    });
    let partial: Vec<_> = partial.collect();
    partial.combine().ok().map(|shared| shared.0)
}
