//! Our side: `pillarbox-session` through its public functions, as the phone uses it.

use super::TEXT;
use crate::{
    Failure,
    measure::{Stopwatch, microseconds},
};
use pillarbox_crypto::{IdentityPublic, IdentitySecret, Padding, SigningSecret, labels::SENDER_CERTIFICATE};
use pillarbox_session::{
    Conversation, KemPreKeySecret, KemUse, MAX_JUMP, OneTimePreKeySecret, PreKeys, SignedPreKeySecret, seal,
    unseal,
};
use pillarbox_wire::{
    AccountId, DeviceAddress, DeviceBundle, DeviceId, FixedBytes, PreKeyId, SenderCertificate, Timestamp,
};
use rand::rng;
use std::{collections::BTreeMap, time::Duration};

/// Number of the signed prekey. One-time prekeys count up from the next number.
const SIGNED: PreKeyId = PreKeyId(0);

/// One phone. Prekeys are kept as records and read when they are needed, as in a vault.
struct Phone {
    identity: IdentitySecret,
    signed: Vec<u8>,
    one_time: BTreeMap<PreKeyId, (Vec<u8>, Vec<u8>)>,
    next: u32,
}

impl PreKeys for Phone {
    fn signed(&self, id: PreKeyId) -> Option<SignedPreKeySecret> {
        if id == SIGNED { SignedPreKeySecret::from_record(&self.signed).ok() } else { None }
    }

    fn one_time(&self, id: PreKeyId) -> Option<OneTimePreKeySecret> {
        OneTimePreKeySecret::from_record(&self.one_time.get(&id)?.0).ok()
    }

    fn kem(&self, id: PreKeyId) -> Option<(KemPreKeySecret, KemUse)> {
        let secret = KemPreKeySecret::from_record(&self.one_time.get(&id)?.1).ok()?;
        Some((secret, KemUse::OneTime))
    }
}

impl Phone {
    fn new() -> Self {
        let identity = IdentitySecret::generate(&mut rng());
        let signed = SignedPreKeySecret::generate(SIGNED, &identity, &mut rng()).to_record().to_vec();
        Self { identity, signed, one_time: BTreeMap::new(), next: SIGNED.0 + 1 }
    }

    fn public(&self) -> IdentityPublic {
        self.identity.public()
    }

    /// Builds the bundle that the relay gives a stranger: signed prekey, one-time prekey, one-time KEM prekey.
    fn bundle(&mut self) -> Result<DeviceBundle, Failure> {
        let id = PreKeyId(self.next);
        self.next += 1;
        let one_time = OneTimePreKeySecret::generate(id, &mut rng());
        let kem = KemPreKeySecret::generate(id, &self.identity, &mut rng());
        self.one_time.insert(id, (one_time.to_record().to_vec(), kem.to_record().to_vec()));
        Ok(DeviceBundle {
            device: DeviceId::FIRST,
            signed: SignedPreKeySecret::from_record(&self.signed)?.public(),
            one_time: Some(one_time.public()),
            kem: kem.public(),
            kem_is_last_resort: false,
        })
    }

    fn start(
        &self,
        theirs: &IdentityPublic,
        bundle: &DeviceBundle,
    ) -> Result<(Vec<u8>, Conversation), Failure> {
        let conversation =
            Conversation::initiate(&mut rng(), &self.identity, theirs, bundle, Timestamp::from_seconds(0))?;
        Ok(conversation.encrypt(&TEXT, Padding::None)?)
    }

    fn open(&self, current: Option<&Conversation>, payload: &[u8]) -> Result<Conversation, Failure> {
        let opened = Conversation::decrypt(current, &self.identity, self, None, payload, &mut rng())?;
        if *opened.body == TEXT { Ok(opened.next) } else { Err("another text came out".into()) }
    }
}

/// Two phones in a conversation in which both have written.
pub(crate) struct Pair {
    alice: Phone,
    bob: Phone,
    at_alice: Conversation,
    at_bob: Conversation,
}

impl Pair {
    pub(crate) fn new() -> Result<Self, Failure> {
        let (alice, mut bob) = (Phone::new(), Phone::new());
        let bundle = bob.bundle()?;
        let (first, at_alice) = alice.start(&bob.public(), &bundle)?;
        let at_bob = bob.open(None, &first)?;
        let mut pair = Self { alice, bob, at_alice, at_bob };
        pair.answer()?;
        Ok(pair)
    }

    /// Sends a message from Alice to Bob. Returns its length on the wire.
    pub(crate) fn ask(&mut self) -> Result<usize, Failure> {
        let (payload, next) = self.at_alice.encrypt(&TEXT, Padding::None)?;
        self.at_alice = next;
        self.at_bob = self.bob.open(Some(&self.at_bob), &payload)?;
        Ok(payload.len())
    }

    /// Sends a message from Bob to Alice.
    fn answer(&mut self) -> Result<(), Failure> {
        let (payload, next) = self.at_bob.encrypt(&TEXT, Padding::None)?;
        self.at_bob = next;
        self.at_alice = self.alice.open(Some(&self.at_alice), &payload)?;
        Ok(())
    }

    /// Measures `count` messages in one chain. Returns the microseconds for encrypting and decrypting one.
    pub(crate) fn chain(&mut self, count: u32) -> Result<f64, Failure> {
        let start = Stopwatch::start();
        for _ in 0..count {
            self.ask()?;
        }
        Ok(start.each(count))
    }

    /// Measures `count` times how long it takes to open a message after as many lost ones as one jump allows.
    /// Returns the microseconds for one.
    pub(crate) fn jump(&mut self, count: u32) -> Result<f64, Failure> {
        for _ in 0..MAX_JUMP {
            self.at_alice = self.at_alice.encrypt(&TEXT, Padding::None)?.1;
        }
        let (payload, next) = self.at_alice.encrypt(&TEXT, Padding::None)?;
        self.at_alice = next;
        let start = Stopwatch::start();
        for _ in 0..count {
            drop(self.bob.open(Some(&self.at_bob), &payload)?);
        }
        let each = start.each(count);
        self.at_bob = self.bob.open(Some(&self.at_bob), &payload)?;
        Ok(each)
    }

    /// Measures `count` messages each way, in turns. Returns the microseconds for one message each way.
    pub(crate) fn ping_pong(&mut self, count: u32) -> Result<f64, Failure> {
        let start = Stopwatch::start();
        for _ in 0..count {
            self.ask()?;
            self.answer()?;
        }
        Ok(start.each(count))
    }
}

/// Measures `count` new sessions at the initiator. Returns the microseconds for one, first message included.
pub(crate) fn initiate(count: u32) -> Result<f64, Failure> {
    let (alice, mut bob) = (Phone::new(), Phone::new());
    let mut took = Duration::ZERO;
    for _ in 0..count {
        let bundle = bob.bundle()?;
        let begun = Stopwatch::start();
        let started = alice.start(&bob.public(), &bundle)?;
        took += begun.elapsed();
        drop(started);
        bob.one_time.clear();
    }
    Ok(microseconds(took, count))
}

/// Measures `count` new sessions at the responder. Returns the microseconds for one, first message included.
pub(crate) fn respond(count: u32) -> Result<f64, Failure> {
    let (alice, mut bob) = (Phone::new(), Phone::new());
    let mut took = Duration::ZERO;
    for _ in 0..count {
        let bundle = bob.bundle()?;
        let (payload, _) = alice.start(&bob.public(), &bundle)?;
        let begun = Stopwatch::start();
        let opened = bob.open(None, &payload)?;
        took += begun.elapsed();
        drop(opened);
        bob.one_time.clear();
    }
    Ok(microseconds(took, count))
}

/// Returns the length of a first message.
pub(crate) fn first_len() -> Result<usize, Failure> {
    let (alice, mut bob) = (Phone::new(), Phone::new());
    let bundle = bob.bundle()?;
    Ok(alice.start(&bob.public(), &bundle)?.0.len())
}

/// One sender, one recipient and the relay that certifies the sender.
pub(crate) struct Envelope {
    relay: SigningSecret,
    sender: IdentitySecret,
    certificate: SenderCertificate,
    recipient: IdentitySecret,
}

impl Envelope {
    pub(crate) fn new() -> Self {
        let [sender, recipient] = [(); 2].map(|()| IdentitySecret::generate(&mut rng()));
        let relay = SigningSecret::generate(&mut rng());
        let mut certificate = SenderCertificate {
            sender: DeviceAddress { account: AccountId([1; 16]), device: DeviceId::FIRST },
            agreement: FixedBytes(*sender.public().agreement().as_bytes()),
            expires_at: u32::MAX,
            signature: FixedBytes([0; 64]),
        };
        let signature = relay.sign(SENDER_CERTIFICATE, &certificate.signed_bytes());
        certificate.signature = FixedBytes(*signature.as_bytes());
        Self { relay, sender, certificate, recipient }
    }

    /// Returns the bytes that an envelope adds to its payload.
    pub(crate) fn added(&self) -> Result<usize, Failure> {
        let envelope = seal(&mut rng(), &self.sender, &self.certificate, &self.recipient.public(), &TEXT)?;
        Ok(envelope.len() - TEXT.len())
    }

    /// Measures `count` envelopes. Returns the microseconds for sealing and opening one.
    pub(crate) fn post(&self, count: u32) -> Result<f64, Failure> {
        let (theirs, certified) = (self.recipient.public(), self.relay.public());
        let start = Stopwatch::start();
        for _ in 0..count {
            let envelope = seal(&mut rng(), &self.sender, &self.certificate, &theirs, &TEXT)?;
            let unsealed = unseal(&self.recipient, &certified, Timestamp::from_seconds(0), &envelope)?;
            if unsealed.payload != TEXT {
                return Err("another payload came out".into());
            }
        }
        Ok(start.each(count))
    }
}
