//! A build, and the key of the maker who signs it.

use pillarbox_crypto::{Signature, SigningPublic, SigningSecret, labels};
use rand_core::CryptoRng;

/// The tag of one device, by which a maker's store tells devices apart.
pub type DeviceTag = [u8; 16];

/// The bytes of a build before its signature: version, digest, and the device.
const CLAIM_LEN: usize = 4 + 32 + 1 + 16;

/// The bytes of a build.
const BUILD_LEN: usize = CLAIM_LEN + 64;

/// A build of a phone's program, as it arrives at a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Build {
    /// The number of the version.
    pub version: u32,
    /// SHA-256 of the source that it adds to the shipped program.
    pub sha256: [u8; 32],
    /// The one device that it is for; none for all devices.
    pub only: Option<DeviceTag>,
    /// The maker's signature over everything above.
    pub signature: [u8; 64],
}

impl Build {
    /// Returns the bytes that a phone gets and that a log of builds has as an entry.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [claim(self.version, &self.sha256, self.only).as_slice(), &self.signature].concat()
    }

    /// Reads a build; none if the bytes are none.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes = <&[u8; BUILD_LEN]>::try_from(bytes).ok()?;
        let (version, rest) = bytes.split_first_chunk::<4>()?;
        let (sha256, rest) = rest.split_first_chunk::<32>()?;
        let (is_for_one, rest) = rest.split_first()?;
        let (device, signature) = rest.split_first_chunk::<16>()?;
        let only = match is_for_one {
            0 if *device == [0; 16] => None,
            1 => Some(*device),
            _ => return None,
        };
        let signature = <[u8; 64]>::try_from(signature).ok()?;
        Some(Self { version: u32::from_be_bytes(*version), sha256: *sha256, only, signature })
    }

    /// Returns true if the maker with this key signed the build.
    #[must_use]
    pub fn is_signed_by(&self, maker: &SigningPublic) -> bool {
        let signature = Signature::from_bytes(self.signature);
        let claim = claim(self.version, &self.sha256, self.only);
        maker.verify(labels::BUILD, &claim, &signature).is_ok()
    }
}

fn claim(version: u32, sha256: &[u8; 32], only: Option<DeviceTag>) -> [u8; CLAIM_LEN] {
    let mut claim = [0; CLAIM_LEN];
    let device = only.unwrap_or_default();
    let parts = [&version.to_be_bytes()[..], sha256, &[u8::from(only.is_some())], &device].concat();
    claim.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
    claim
}

/// The key with which a maker signs builds. In other hands it signs as well.
pub struct MakerKey(SigningSecret);

impl MakerKey {
    /// Draws a key.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        Self(SigningSecret::generate(rng))
    }

    /// Returns the public key, which phones have.
    #[must_use]
    pub fn public_key(&self) -> SigningPublic {
        self.0.public()
    }

    /// Signs a build: for one device, or for all of them.
    #[must_use]
    pub fn sign(&self, version: u32, sha256: [u8; 32], only: Option<DeviceTag>) -> Build {
        let signature = self.0.sign(labels::BUILD, &claim(version, &sha256, only));
        Build { version, sha256, only, signature: *signature.as_bytes() }
    }
}
