//! PQXDH: two people agree on a secret while one of them is away.
//!
//! "The PQXDH Key Agreement Protocol", Signal, revision 3, with X25519, SHA-256, ML-KEM-768 and
//! `info` = [`PQXDH`]. Names are the specification's: IK identity,
//! EK ephemeral, SPK signed prekey, OPK one-time prekey, PQPK KEM prekey; A starts, B answers.
//!
//! ```text
//! DH1 = DH(IK_A, SPK_B)   DH2 = DH(EK_A, IK_B)   DH3 = DH(EK_A, SPK_B)   DH4 = DH(EK_A, OPK_B)
//! (CT, SS) = PQKEM-ENC(PQPK_B)
//! SK = HKDF(salt = 0, F || DH1 || DH2 || DH3 [|| DH4] || SS, info)        F = 32 bytes 0xff
//! ```
//!
//! This layer departs from the specification once, in the safe direction. Our identity has a key for signatures and a
//! key for agreement where the specification converts one into the other, so both are encoded into the associated
//! data. ML-KEM hashes the encapsulation key into SS (FIPS 203), which binds PQPK_B to it.
//!
//! This layer verifies B's signatures and refuses keys that contribute nothing. It knows no messages. Only opening a
//! message proves that its sender has IK_A and so could make SK.

use crate::{
    message::{ClaimedIdentity, PreKeyHeader},
    prekeys::{ConsumedPreKey, KemUse, PreKeys},
    ratchet::RootKey,
};
use pillarbox_crypto::{
    AgreementPublic, AgreementSecret, IdentityPublic, IdentitySecret, KemPublic, NotContributory,
    ReadyPublic, SharedSecret, Signature,
    kdf::hkdf,
    labels::{PQXDH, SIGNED_KEM_PREKEY, SIGNED_PREKEY},
};
use pillarbox_wire::DeviceBundle;
use rand_core::CryptoRng;
use thiserror::Error;

/// F of section 2.2. It keeps SK apart from everything that an XEdDSA signature could hash.
const F: [u8; 32] = [0xff; 32];

/// Reasons that a bundle starts no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InitiateError {
    /// The signed prekey is not signed by the identity.
    #[error("the signed prekey is not signed by the identity")]
    SignedPreKey,
    /// The KEM prekey is not signed by the identity.
    #[error("the KEM prekey is not signed by the identity")]
    KemPreKey,
    /// The identity signed a KEM prekey that is not an ML-KEM-768 key.
    #[error("the KEM prekey is no ML-KEM-768 key")]
    KemKey,
    /// A key of the bundle contributes nothing to the secret.
    #[error("a key of the bundle contributes nothing to the secret")]
    NotContributory,
    /// The bundle is our own.
    #[error("the bundle is this identity's own")]
    Ourselves,
}

impl From<NotContributory> for InitiateError {
    fn from(_: NotContributory) -> Self {
        Self::NotContributory
    }
}

/// The prekeys that a session lacked at its beginning. The session's messages are secret even so; each field says what
/// is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Degraded {
    /// No one-time prekey was left: until the first answer, anyone who later takes the recipient's identity key,
    /// signed prekey and KEM prekey can open the first messages.
    pub no_one_time: bool,
    /// No one-time KEM prekey was left: the last-resort one is shared with other sessions and is not deleted after
    /// use.
    pub last_resort_kem: bool,
}

impl Degraded {
    pub(crate) fn new(no_one_time: bool, last_resort_kem: bool) -> Option<Self> {
        (no_one_time || last_resort_kem).then_some(Self { no_one_time, last_resort_kem })
    }
}

/// A's result of reading B's bundle.
pub(crate) struct Initiation {
    pub(crate) secret: RootKey,
    pub(crate) header: PreKeyHeader,
    /// SPK_B, which is also B's first ratchet key.
    pub(crate) signed_prekey: ReadyPublic,
    pub(crate) degraded: Option<Degraded>,
}

/// Section 3.3: A makes SK and the header of the initial message.
pub(crate) fn initiate(
    rng: &mut impl CryptoRng,
    a: &IdentitySecret,
    b: &IdentityPublic,
    bundle: &DeviceBundle,
) -> Result<Initiation, InitiateError> {
    let DeviceBundle { device: _, signed, one_time, kem, kem_is_last_resort } = bundle;
    if a.public().key_bytes() == b.key_bytes() {
        return Err(InitiateError::Ourselves);
    }
    let verify = |label, key: &[u8], signature: [u8; 64]| {
        b.signing().verify(label, key, &Signature::from_bytes(signature))
    };
    verify(SIGNED_PREKEY, &signed.key.0, signed.signature.0).map_err(|_| InitiateError::SignedPreKey)?;
    verify(SIGNED_KEM_PREKEY, &kem.key.0, kem.signature.0).map_err(|_| InitiateError::KemPreKey)?;
    let kem_key = KemPublic::from_bytes(&kem.key.0).map_err(|_| InitiateError::KemKey)?;
    let signed_prekey = AgreementPublic::from_bytes(signed.key.0).ready();

    let ephemeral = AgreementSecret::generate(rng);
    let dh1 = a.agreement().agree_with(&signed_prekey)?;
    let dh2 = ephemeral.agree(b.agreement())?;
    let dh3 = ephemeral.agree_with(&signed_prekey)?;
    let dh4 = match one_time {
        Some(one_time) => Some(ephemeral.agree(&AgreementPublic::from_bytes(one_time.key.0))?),
        None => None,
    };
    let (kem_ciphertext, ss) = kem_key.encapsulate(rng);
    let header = PreKeyHeader {
        signed: signed.id,
        one_time: one_time.map(|one_time| one_time.id),
        kem: kem.id,
        identity: ClaimedIdentity::of(&a.public()),
        ephemeral: ephemeral.public(),
        kem_ciphertext,
    };
    Ok(Initiation {
        secret: kdf([&dh1, &dh2, &dh3], dh4.as_ref(), &ss),
        header,
        signed_prekey,
        degraded: Degraded::new(one_time.is_none(), *kem_is_last_resort),
    })
}

/// Reasons that a first message yields no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RespondError {
    /// The message names a prekey that B never had or has deleted.
    UnknownPreKey,
    /// The message carries a key that contributes nothing.
    NotContributory,
}

impl From<NotContributory> for RespondError {
    fn from(_: NotContributory) -> Self {
        Self::NotContributory
    }
}

/// B's result of reading A's header.
pub(crate) struct Response {
    pub(crate) secret: RootKey,
    /// The private half of SPK_B, which is also B's first ratchet key.
    pub(crate) signed_prekey: AgreementSecret,
    pub(crate) consumed: Vec<ConsumedPreKey>,
    pub(crate) degraded: Option<Degraded>,
}

/// Section 3.4: B repeats the calculation. Nothing is deleted here. The caller deletes the prekeys named as consumed
/// once the message has opened.
pub(crate) fn respond(
    b: &IdentitySecret,
    prekeys: &impl PreKeys,
    a: &IdentityPublic,
    header: &PreKeyHeader,
) -> Result<Response, RespondError> {
    let PreKeyHeader { signed, one_time, kem, identity: _, ephemeral, kem_ciphertext } = header;
    let unknown = RespondError::UnknownPreKey;
    let signed_prekey = prekeys.signed(*signed).ok_or(unknown)?.into_secret();
    let (kem_secret, kem_use) = prekeys.kem(*kem).ok_or(unknown)?;
    let one_time_secret = match one_time {
        Some(id) => Some(prekeys.one_time(*id).ok_or(unknown)?),
        None => None,
    };

    let ephemeral = ephemeral.ready();
    let dh1 = signed_prekey.agree(a.agreement())?;
    let dh2 = b.agreement().agree_with(&ephemeral)?;
    let dh3 = signed_prekey.agree_with(&ephemeral)?;
    let dh4 = match &one_time_secret {
        Some(one_time) => Some(one_time.secret().agree_with(&ephemeral)?),
        None => None,
    };
    let ss = kem_secret.secret().decapsulate(kem_ciphertext);

    let consumed_kem = match kem_use {
        KemUse::OneTime => Some(ConsumedPreKey::Kem(*kem)),
        KemUse::LastResort => None,
    };
    Ok(Response {
        secret: kdf([&dh1, &dh2, &dh3], dh4.as_ref(), &ss),
        signed_prekey,
        consumed: one_time.map(ConsumedPreKey::OneTime).into_iter().chain(consumed_kem).collect(),
        degraded: Degraded::new(one_time.is_none(), kem_use == KemUse::LastResort),
    })
}

/// KDF of section 2.2.
fn kdf(dh: [&SharedSecret; 3], dh4: Option<&SharedSecret>, ss: &SharedSecret) -> RootKey {
    let [dh1, dh2, dh3] = dh.map(|dh| dh.as_bytes().as_slice());
    let dh4 = dh4.map_or(&[][..], |dh4| dh4.as_bytes());
    RootKey::from_bytes(*hkdf::<32>(&[], &[&F, dh1, dh2, dh3, dh4, ss.as_bytes()], PQXDH, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prekeys::{KemPreKeySecret, OneTimePreKeySecret, SignedPreKeySecret};
    use pillarbox_crypto::KemCiphertext;
    use pillarbox_wire::{DeviceId, PreKeyId};
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    struct Stock {
        signed: SignedPreKeySecret,
        one_time: OneTimePreKeySecret,
        kem: KemPreKeySecret,
        kem_use: KemUse,
    }

    impl PreKeys for Stock {
        fn signed(&self, id: PreKeyId) -> Option<SignedPreKeySecret> {
            let copy = SignedPreKeySecret::from_record(&self.signed.to_record()).unwrap();
            (id == copy.id()).then_some(copy)
        }

        fn one_time(&self, id: PreKeyId) -> Option<OneTimePreKeySecret> {
            let copy = OneTimePreKeySecret::from_record(&self.one_time.to_record()).unwrap();
            (id == copy.id()).then_some(copy)
        }

        fn kem(&self, id: PreKeyId) -> Option<(KemPreKeySecret, KemUse)> {
            let copy = KemPreKeySecret::from_record(&self.kem.to_record()).unwrap();
            (id == copy.id()).then_some((copy, self.kem_use))
        }
    }

    fn setting() -> (ChaCha20Rng, IdentitySecret, IdentitySecret, Stock, DeviceBundle) {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let [a, b] = [(); 2].map(|()| IdentitySecret::generate(&mut rng));
        let stock = Stock {
            signed: SignedPreKeySecret::generate(PreKeyId(1), &b, &mut rng),
            one_time: OneTimePreKeySecret::generate(PreKeyId(2), &mut rng),
            kem: KemPreKeySecret::generate(PreKeyId(3), &b, &mut rng),
            kem_use: KemUse::OneTime,
        };
        let bundle = DeviceBundle {
            device: DeviceId::FIRST,
            signed: stock.signed.public(),
            one_time: Some(stock.one_time.public()),
            kem: stock.kem.public(),
            kem_is_last_resort: false,
        };
        (rng, a, b, stock, bundle)
    }

    #[test]
    fn both_sides_have_the_secret_of_the_specification() {
        let (mut rng, a, b, stock, bundle) = setting();
        let initiation = initiate(&mut rng, &a, &b.public(), &bundle).unwrap();
        let response = respond(&b, &stock, &a.public(), &initiation.header).unwrap();
        assert_eq!(initiation.secret.as_bytes(), response.secret.as_bytes());
        let first_ratchet_key = a.agreement().agree_with(&initiation.signed_prekey).unwrap();
        let ours = response.signed_prekey.agree(a.public().agreement()).unwrap();
        assert_eq!(first_ratchet_key.as_bytes(), ours.as_bytes());

        // Section 3.3 once more, by hand, from B's side.
        let ephemeral = initiation.header.ephemeral;
        let shared = [
            response.signed_prekey.agree(a.public().agreement()).unwrap(),
            b.agreement().agree(&ephemeral).unwrap(),
            response.signed_prekey.agree(&ephemeral).unwrap(),
            stock.one_time.secret().agree(&ephemeral).unwrap(),
            stock.kem.secret().decapsulate(&initiation.header.kem_ciphertext),
        ];
        let mut input = vec![0xff; 32];
        shared.iter().for_each(|secret| input.extend_from_slice(secret.as_bytes()));
        assert_eq!(initiation.secret.as_bytes(), &*hkdf::<32>(&[0; 32], &[&input], PQXDH, &[]));
    }

    #[test]
    fn used_up_prekeys_are_named_and_their_want_is_told() {
        for (with_one_time, kem_use) in [
            (true, KemUse::OneTime),
            (false, KemUse::OneTime),
            (true, KemUse::LastResort),
            (false, KemUse::LastResort),
        ] {
            let (mut rng, a, b, mut stock, mut bundle) = setting();
            stock.kem_use = kem_use;
            bundle.kem_is_last_resort = kem_use == KemUse::LastResort;
            bundle.one_time = bundle.one_time.filter(|_| with_one_time);
            let initiation = initiate(&mut rng, &a, &b.public(), &bundle).unwrap();
            let response = respond(&b, &stock, &a.public(), &initiation.header).unwrap();
            assert_eq!(initiation.secret.as_bytes(), response.secret.as_bytes());
            assert_eq!(initiation.degraded, response.degraded);
            assert_eq!(response.degraded, Degraded::new(!with_one_time, kem_use == KemUse::LastResort));
            let one_time = with_one_time.then_some(ConsumedPreKey::OneTime(PreKeyId(2)));
            let kem = (kem_use == KemUse::OneTime).then_some(ConsumedPreKey::Kem(PreKeyId(3)));
            assert_eq!(response.consumed, one_time.into_iter().chain(kem).collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_part_of_the_header_counts() {
        let (mut rng, a, b, stock, bundle) = setting();
        let Initiation { secret, header, .. } = initiate(&mut rng, &a, &b.public(), &bundle).unwrap();
        let outcome = |header: &PreKeyHeader| respond(&b, &stock, &a.public(), header).err();
        let unknown = Some(RespondError::UnknownPreKey);
        assert_eq!(outcome(&PreKeyHeader { signed: PreKeyId(9), ..header.clone() }), unknown);
        assert_eq!(outcome(&PreKeyHeader { one_time: Some(PreKeyId(9)), ..header.clone() }), unknown);
        assert_eq!(outcome(&PreKeyHeader { kem: PreKeyId(9), ..header.clone() }), unknown);
        let useless = PreKeyHeader { ephemeral: AgreementPublic::from_bytes([0; 32]), ..header.clone() };
        assert_eq!(outcome(&useless), Some(RespondError::NotContributory));

        let other_secret = |header: &PreKeyHeader, a: &IdentityPublic| {
            *respond(&b, &stock, a, header).unwrap().secret.as_bytes() != *secret.as_bytes()
        };
        let mut ciphertext = *header.kem_ciphertext.as_bytes();
        ciphertext[7] ^= 1;
        let kem_ciphertext = KemCiphertext::from_bytes(&ciphertext).unwrap();
        assert!(other_secret(&PreKeyHeader { kem_ciphertext, ..header.clone() }, &a.public()));
        assert!(other_secret(&PreKeyHeader { one_time: None, ..header.clone() }, &a.public()));
        let stranger = IdentitySecret::generate(&mut rng).public();
        assert!(other_secret(&header, &stranger));
        assert!(!other_secret(&header, &a.public()));
    }
}
