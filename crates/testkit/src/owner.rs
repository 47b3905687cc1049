//! An account whose first phone changes its device list at a relay, frame by frame.

use pillarbox_crypto::labels::{DELIVERY_KEY, DEVICE_CONSENT, DEVICE_LIST};
use pillarbox_crypto::{IdentitySecret, kdf};
use pillarbox_relay::ConnectionId;
use pillarbox_wire::{
    AddDevice, ClientFrame, DeviceAddress, DeviceId, DeviceList, DeviceOffer, FixedBytes, KemPreKey,
    ListedDevice, PreKeyUpload, PublishDevices, RelayFrame, SignedPreKey, consent_bytes,
};

use crate::frames::{self, device_key, identity_key};
use crate::relay::{LoneRelay, handshake};

/// An account whose identity can sign, and its first phone.
pub struct Owner {
    /// The account's identity.
    pub identity: IdentitySecret,
    /// The first phone's address.
    pub address: DeviceAddress,
    /// Its connection.
    pub connection: ConnectionId,
    /// The latest list that the relay has confirmed; that of version 0 before the first.
    pub list: DeviceList,
}

/// Returns the identity that follows from a seed.
#[must_use]
pub fn secret(seed: u8) -> IdentitySecret {
    IdentitySecret::from_bytes([seed; 64])
}

/// Returns the one frame that is not a delivery.
#[must_use]
pub fn answer(frames: Vec<RelayFrame>) -> RelayFrame {
    let mut answers = frames.into_iter().filter(|frame| !matches!(frame, RelayFrame::Deliver(_)));
    let answer = answers.next().unwrap();
    assert_eq!(answers.next(), None);
    answer
}

/// Returns the keys of a device that waits to be linked to this account.
#[must_use]
pub fn offer(owner: &Owner, seed: u8) -> DeviceOffer {
    let own = secret(seed);
    let consent = consent_bytes(owner.address.account, &identity_key(&owner.identity.public()));
    let consent = own.signing().sign(DEVICE_CONSENT, &consent);
    let signature = FixedBytes([seed; 64]);
    let signed = SignedPreKey { id: frames::one_time(0).id, key: FixedBytes([seed; 32]), signature };
    DeviceOffer {
        identity: identity_key(&own.public()),
        device_key: FixedBytes(*device_key(seed).public().as_bytes()),
        consent: FixedBytes(*consent.as_bytes()),
        prekeys: PreKeyUpload {
            signed: Some(signed),
            last_resort: Some(KemPreKey { ..frames::kem(1_000) }),
            ..PreKeyUpload::default()
        },
    }
}

/// Signs a list.
#[must_use]
pub fn signed(owner: &IdentitySecret, mut list: DeviceList) -> DeviceList {
    let signature = owner.signing().sign(DEVICE_LIST, &list.signed_bytes());
    list.signature = FixedBytes(*signature.as_bytes());
    list
}

impl Owner {
    /// Registers an account.
    pub fn register(world: &mut LoneRelay, seed: u8) -> Self {
        let (identity, connection) = (secret(seed), world.open());
        let mut rng = world.rng.clone();
        let frame = frames::session_registration(
            &identity,
            &device_key(seed),
            None,
            &handshake(connection),
            &mut rng,
        );
        let RelayFrame::Registered(registered) = world.ask_one(connection, frame) else { panic!() };
        let address = registered.address;
        let (account, devices, signature) = (address.account, Vec::new(), FixedBytes([0; 64]));
        let list = DeviceList { account, version: 0, devices, signature };
        Self { identity, address, connection, list }
    }

    /// Returns the list with one more device.
    #[must_use]
    pub fn with(&self, device: u8, offer: &DeviceOffer) -> DeviceList {
        let mut list = self.list.clone();
        list.version += 1;
        let (identity, consent) = (offer.identity, offer.consent);
        list.devices.push(ListedDevice { device: DeviceId(device), identity, consent });
        signed(&self.identity, list)
    }

    /// Returns the list without a device.
    #[must_use]
    pub fn without(&self, device: u8) -> DeviceList {
        let mut list = self.list.clone();
        list.version += 1;
        list.devices.retain(|listed| listed.device != DeviceId(device));
        signed(&self.identity, list)
    }

    /// Adds a device, and returns the relay's answer.
    pub fn add(&mut self, world: &mut LoneRelay, list: DeviceList, offer: DeviceOffer) -> RelayFrame {
        let request = world.request();
        let frame = AddDevice { request, list: list.clone(), offer };
        let answer = answer(world.ask(self.connection, ClientFrame::AddDevice(Box::new(frame))));
        if matches!(answer, RelayFrame::DevicesPublished(_)) {
            self.list = list;
        }
        answer
    }

    /// Publishes a list with this delivery key, and returns the relay's answer.
    pub fn publish(&mut self, world: &mut LoneRelay, list: DeviceList, key: [u8; 32]) -> RelayFrame {
        let request = world.request();
        let delivery_verifier = FixedBytes(kdf::hash(DELIVERY_KEY, &[&key]));
        let frame = PublishDevices { request, list: list.clone(), delivery_verifier };
        let answer = answer(world.ask(self.connection, ClientFrame::PublishDevices(Box::new(frame))));
        if matches!(answer, RelayFrame::DevicesPublished(_)) {
            self.list = list;
        }
        answer
    }

    /// Returns the address of a device of the account.
    #[must_use]
    pub fn device(&self, device: u8) -> DeviceAddress {
        DeviceAddress { account: self.address.account, device: DeviceId(device) }
    }
}
