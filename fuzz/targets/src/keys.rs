//! Private keys of phones for the session targets: one identity, and prekeys that can be looked up by number.

use std::collections::BTreeMap;

use pillarbox_crypto::{IdentityPublic, IdentitySecret};
use pillarbox_session::{
    ConsumedPreKey, KemPreKeySecret, KemUse, OneTimePreKeySecret, PreKeys, SignedPreKeySecret,
};
use pillarbox_wire::{DeviceBundle, DeviceId, PreKeyId, Timestamp};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

/// The time at which every session of the targets begins.
pub(crate) const BEGUN: Timestamp = Timestamp(1_490_193_600_000);

const SIGNED: PreKeyId = PreKeyId(1);
const LAST_RESORT: PreKeyId = PreKeyId(2);

/// The records of one phone's prekeys, as its vault keeps them.
#[derive(Clone, Default)]
pub(crate) struct Stock {
    signed: Vec<u8>,
    last_resort: Vec<u8>,
    one_time: BTreeMap<PreKeyId, Vec<u8>>,
    kem: BTreeMap<PreKeyId, Vec<u8>>,
}

impl PreKeys for Stock {
    fn signed(&self, id: PreKeyId) -> Option<SignedPreKeySecret> {
        (id == SIGNED).then(|| SignedPreKeySecret::from_record(&self.signed).expect("written here"))
    }

    fn one_time(&self, id: PreKeyId) -> Option<OneTimePreKeySecret> {
        self.one_time.get(&id).map(|record| OneTimePreKeySecret::from_record(record).expect("written here"))
    }

    fn kem(&self, id: PreKeyId) -> Option<(KemPreKeySecret, KemUse)> {
        let read = |record: &[u8]| KemPreKeySecret::from_record(record).expect("written here");
        if id == LAST_RESORT {
            return Some((read(&self.last_resort), KemUse::LastResort));
        }
        self.kem.get(&id).map(|record| (read(record), KemUse::OneTime))
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

/// The keys of one phone.
pub(crate) struct Keys {
    pub(crate) identity: IdentitySecret,
    pub(crate) stock: Stock,
    pub(crate) rng: ChaCha20Rng,
    next_id: u32,
}

impl Keys {
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

    /// Returns a bundle as a relay hands it out: with one-time prekeys that nobody else gets, or without them once
    /// they are used up.
    pub(crate) fn bundle(&mut self, used_up: bool) -> DeviceBundle {
        let id = PreKeyId(self.next_id);
        let signed = self.stock.signed(SIGNED).expect("there from the beginning").public();
        let device = DeviceId::FIRST;
        if used_up {
            let (kem, _) = self.stock.kem(LAST_RESORT).expect("there from the beginning");
            return DeviceBundle {
                device,
                signed,
                one_time: None,
                kem: kem.public(),
                kem_is_last_resort: true,
            };
        }
        self.next_id += 1;
        let one_time = OneTimePreKeySecret::generate(id, &mut self.rng);
        let kem = KemPreKeySecret::generate(id, &self.identity, &mut self.rng);
        self.stock.one_time.insert(id, one_time.to_record().to_vec());
        self.stock.kem.insert(id, kem.to_record().to_vec());
        DeviceBundle {
            device,
            signed,
            one_time: Some(one_time.public()),
            kem: kem.public(),
            kem_is_last_resort: false,
        }
    }
}
