//! Phones for the tests: an identity, a stock of prekeys, and a bundle as a relay hands it out.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests")]

pub(crate) mod pair;

use pillarbox_crypto::{IdentityPublic, IdentitySecret};
use pillarbox_session::{
    ConsumedPreKey, Conversation, KemPreKeySecret, KemUse, OneTimePreKeySecret, OpenError, OpenedMessage,
    PreKeys, SignedPreKeySecret,
};
use pillarbox_wire::{DeviceBundle, DeviceId, PreKeyId, Timestamp};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use std::collections::BTreeMap;

/// Numbers of the two prekeys that are not used up.
const SIGNED: PreKeyId = PreKeyId(1);
const LAST_RESORT: PreKeyId = PreKeyId(2);

/// Private prekeys, as the records that a vault would keep.
#[derive(Clone, Default)]
pub(crate) struct Stock {
    signed: Vec<u8>,
    last_resort: Vec<u8>,
    one_time: BTreeMap<PreKeyId, Vec<u8>>,
    kem: BTreeMap<PreKeyId, Vec<u8>>,
}

impl PreKeys for Stock {
    fn signed(&self, id: PreKeyId) -> Option<SignedPreKeySecret> {
        (id == SIGNED).then(|| SignedPreKeySecret::from_record(&self.signed).unwrap())
    }

    fn one_time(&self, id: PreKeyId) -> Option<OneTimePreKeySecret> {
        self.one_time.get(&id).map(|record| OneTimePreKeySecret::from_record(record).unwrap())
    }

    fn kem(&self, id: PreKeyId) -> Option<(KemPreKeySecret, KemUse)> {
        let read = |record| KemPreKeySecret::from_record(record).unwrap();
        match id {
            LAST_RESORT => Some((read(&self.last_resort), KemUse::LastResort)),
            id => self.kem.get(&id).map(|record| (read(record), KemUse::OneTime)),
        }
    }
}

impl Stock {
    pub(crate) fn delete(&mut self, consumed: &[ConsumedPreKey]) {
        for prekey in consumed {
            let gone = match prekey {
                ConsumedPreKey::OneTime(id) => self.one_time.remove(id),
                ConsumedPreKey::Kem(id) => self.kem.remove(id),
            };
            assert!(gone.is_some(), "{prekey:?} was used before");
        }
    }
}

/// The time at which every session of the tests begins.
pub(crate) const BEGUN: Timestamp = Timestamp(1_700_000_000_000);

/// A test phone.
pub(crate) struct Phone {
    pub(crate) identity: IdentitySecret,
    pub(crate) stock: Stock,
    pub(crate) rng: ChaCha20Rng,
    next_id: u32,
}

impl Phone {
    pub(crate) fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let identity = IdentitySecret::generate(&mut rng);
        let stock = Stock {
            signed: SignedPreKeySecret::generate(SIGNED, &identity, &mut rng).to_record().to_vec(),
            last_resort: KemPreKeySecret::generate(LAST_RESORT, &identity, &mut rng).to_record().to_vec(),
            ..Stock::default()
        };
        Self { identity, stock, rng, next_id: 10 }
    }

    pub(crate) fn public(&self) -> IdentityPublic {
        self.identity.public()
    }

    /// Returns a bundle whose one-time prekeys nobody else gets.
    pub(crate) fn bundle(&mut self) -> DeviceBundle {
        let id = PreKeyId(self.next_id);
        self.next_id += 1;
        let one_time = OneTimePreKeySecret::generate(id, &mut self.rng);
        let kem = KemPreKeySecret::generate(id, &self.identity, &mut self.rng);
        self.stock.one_time.insert(id, one_time.to_record().to_vec());
        self.stock.kem.insert(id, kem.to_record().to_vec());
        DeviceBundle {
            device: DeviceId::FIRST,
            signed: self.stock.signed(SIGNED).unwrap().public(),
            one_time: Some(one_time.public()),
            kem: kem.public(),
            kem_is_last_resort: false,
        }
    }

    /// Returns a bundle as handed out when the one-time prekeys are used up.
    pub(crate) fn last_bundle(&self) -> DeviceBundle {
        DeviceBundle {
            device: DeviceId::FIRST,
            signed: self.stock.signed(SIGNED).unwrap().public(),
            one_time: None,
            kem: self.stock.kem(LAST_RESORT).unwrap().0.public(),
            kem_is_last_resort: true,
        }
    }

    pub(crate) fn initiate(&mut self, peer: &mut Phone) -> Conversation {
        let bundle = peer.bundle();
        Conversation::initiate(&mut self.rng, &self.identity, &peer.public(), &bundle, BEGUN).unwrap()
    }

    pub(crate) fn initiate_again(&mut self, conversation: &Conversation, peer: &mut Phone) -> Conversation {
        let bundle = peer.bundle();
        conversation.initiate_again(&mut self.rng, &self.identity, &peer.public(), &bundle, BEGUN).unwrap()
    }

    /// Opens a payload and keeps nothing of the result.
    pub(crate) fn open(
        &mut self,
        current: Option<&Conversation>,
        theirs: Option<&IdentityPublic>,
        payload: &[u8],
    ) -> Result<OpenedMessage, OpenError> {
        Conversation::decrypt(current, &self.identity, &self.stock, theirs, payload, &mut self.rng)
    }

    /// Opens a payload, replaces the conversation and deletes used prekeys.
    pub(crate) fn receive(
        &mut self,
        current: &mut Option<Conversation>,
        payload: &[u8],
    ) -> Result<Vec<u8>, OpenError> {
        let opened = self.open(current.as_ref(), None, payload)?;
        self.stock.delete(&opened.consumed);
        *current = Some(opened.next);
        Ok(opened.body.to_vec())
    }
}
