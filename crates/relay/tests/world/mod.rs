//! A relay with a virtual clock, and phones that know only their keys, shared by the tests of this folder.

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "shared by tests that each use a part of it; a failed expectation is a failed test"
)]

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use pillarbox_crypto::labels::DELIVERY_KEY;
use pillarbox_crypto::{SigningSecret, kdf};
use pillarbox_relay::store::{
    Applied, Changes, Deposits, DeviceNumber, MessageRow, PublishedRow, Room, Skip, Stock, StoreContents,
    StoredPreKeys,
};
use pillarbox_relay::{
    ConnectionId, Effect, Holdings, Input, Outcome, QueuedMessage, Relay, RelaySettings, SqliteStore, Store,
    StoreError,
};
use pillarbox_transport::sign_handshake;
use pillarbox_wire::{
    AccountId, Acknowledge, Authenticate, Bytes, ChannelName, ClientFrame, Deliver, DepositKind,
    DeviceAddress, DeviceId, Duration, Farewell, FetchBundles, FixedBytes, Handle, IdentityKey, KemPreKey,
    MessageId, NumberCode, OneTimePreKey, PreKeyId, PreKeyUpload, Register, RelayFrame, RequestId,
    SignedPreKey, Submit, Timestamp,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

pub const START: Timestamp = Timestamp(1_490_193_600_000);

/// A store that fails when told to.
pub struct Flaky {
    inner: SqliteStore,
    failure: Rc<RefCell<Option<StoreError>>>,
    /// Messages that may go in one transaction; with more the disk is full.
    most_removed: Rc<Cell<usize>>,
}

impl Flaky {
    pub fn holdings(&self) -> Holdings {
        self.inner.holdings().unwrap()
    }

    fn check(&self) -> Result<(), StoreError> {
        self.failure.borrow().clone().map_or(Ok(()), Err)
    }
}

impl Store for Flaky {
    fn contents(&mut self) -> Result<StoreContents, StoreError> {
        self.inner.contents()
    }

    fn waiting(&mut self, visit: &mut dyn FnMut(DeviceNumber, QueuedMessage)) -> Result<(), StoreError> {
        self.inner.waiting(visit)
    }

    fn messages(&mut self, messages: &[MessageId]) -> Result<Vec<MessageRow>, StoreError> {
        self.check()?;
        self.inner.messages(messages)
    }

    fn prekeys(&mut self, device: DeviceNumber, skip: Skip) -> Result<StoredPreKeys, StoreError> {
        self.inner.prekeys(device, skip)
    }

    fn stock(&mut self, device: DeviceNumber) -> Result<Stock, StoreError> {
        self.inner.stock(device)
    }

    fn deposit(
        &mut self,
        account: AccountId,
        kind: DepositKind,
        subject: &[u8],
    ) -> Result<Option<Bytes>, StoreError> {
        self.check()?;
        self.inner.deposit(account, kind, subject)
    }

    fn deposits(&mut self, account: AccountId) -> Result<Deposits, StoreError> {
        self.check()?;
        self.inner.deposits(account)
    }

    fn posts(
        &mut self,
        channel: &ChannelName,
        after: u32,
        bytes: usize,
        most: u32,
    ) -> Result<Vec<PublishedRow>, StoreError> {
        self.check()?;
        self.inner.posts(channel, after, bytes, most)
    }

    fn apply(&mut self, changes: &Changes) -> Result<Applied, StoreError> {
        self.check()?;
        let closing: usize = changes.closed.iter().map(|closing| closing.waiting.len()).sum();
        if changes.removed.len() + closing > self.most_removed.get() {
            return Err(StoreError::Full);
        }
        self.inner.apply(changes)
    }

    fn room(&mut self) -> Result<Room, StoreError> {
        self.inner.room()
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        self.inner.tidy()
    }
}

/// A phone's knowledge of itself.
pub struct Phone {
    pub key: SigningSecret,
    pub delivery_key: [u8; 32],
    pub handle: Option<Handle>,
    pub address: DeviceAddress,
    pub seed: u8,
}

pub struct World {
    relay: Option<Relay<Flaky>>,
    folder: Option<TempDir>,
    settings: RelaySettings,
    pub now: Timestamp,
    pub rng: ChaCha20Rng,
    pub failure: Rc<RefCell<Option<StoreError>>>,
    pub most_removed: Rc<Cell<usize>>,
    /// All frames that were sent and not taken, by connection.
    pub sent: HashMap<ConnectionId, Vec<RelayFrame>>,
    pub closed: HashMap<ConnectionId, Farewell>,
    /// The push tokens of devices that were to be woken.
    pub woken: Vec<Bytes>,
    /// The codes that were sent to numbers.
    pub codes: Vec<(Handle, NumberCode)>,
    /// Every effect so far.
    pub history: Vec<Effect>,
    next_connection: u64,
    next_request: u32,
}

impl World {
    pub fn in_memory(settings: RelaySettings) -> Self {
        Self::new(settings, None)
    }

    pub fn on_disk(settings: RelaySettings) -> Self {
        Self::new(settings, Some(tempfile::tempdir().unwrap()))
    }

    /// Makes a relay whose database may take this many pages of 16 KiB.
    pub fn with_pages(settings: RelaySettings, pages: u32) -> Self {
        let mut store = SqliteStore::in_memory().unwrap();
        store.limit_pages(pages).unwrap();
        Self::over(settings, None, store)
    }

    fn new(settings: RelaySettings, folder: Option<TempDir>) -> Self {
        let inner = match &folder {
            Some(folder) => SqliteStore::open(folder.path()).unwrap(),
            None => SqliteStore::in_memory().unwrap(),
        };
        Self::over(settings, folder, inner)
    }

    fn over(settings: RelaySettings, folder: Option<TempDir>, inner: SqliteStore) -> Self {
        let (failure, most_removed) = (Rc::default(), Rc::new(Cell::new(usize::MAX)));
        let store = Flaky { inner, failure: Rc::clone(&failure), most_removed: Rc::clone(&most_removed) };
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let relay = Some(Relay::open(store, settings.clone(), START, &mut rng).unwrap());
        Self {
            relay,
            folder,
            settings,
            now: START,
            rng,
            failure,
            most_removed,
            sent: HashMap::new(),
            closed: HashMap::new(),
            woken: Vec::new(),
            codes: Vec::new(),
            history: Vec::new(),
            next_connection: 1,
            next_request: 1,
        }
    }

    pub fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().unwrap().path()
    }

    pub fn relay(&mut self) -> &mut Relay<Flaky> {
        self.relay.as_mut().unwrap()
    }

    /// Ends the relay without notice and starts it again from what it had committed.
    pub fn crash(&mut self) {
        self.restart_with(self.settings.clone());
    }

    pub fn restart_with(&mut self, settings: RelaySettings) {
        self.settings = settings;
        let relay = self.relay.take().unwrap();
        let store = match &self.folder {
            Some(folder) => {
                drop(relay);
                let inner = SqliteStore::open(folder.path()).unwrap();
                Flaky {
                    inner,
                    failure: Rc::clone(&self.failure),
                    most_removed: Rc::clone(&self.most_removed),
                }
            }
            None => relay.into_store(),
        };
        self.relay = Some(Relay::open(store, self.settings.clone(), self.now, &mut self.rng).unwrap());
        self.sent.clear();
        self.closed.clear();
    }

    pub fn fail(&self, error: Option<StoreError>) {
        *self.failure.borrow_mut() = error;
    }

    pub fn process(&mut self, batch: Vec<(ConnectionId, Input)>) -> Outcome {
        let outcome = self.relay.as_mut().unwrap().process(batch, self.now, &mut self.rng).unwrap();
        self.history.extend_from_slice(&outcome.effects);
        for effect in &outcome.effects {
            match effect.clone() {
                Effect::Send(connection, frame) => self.sent.entry(connection).or_default().push(frame),
                Effect::Close(connection, reason) => {
                    self.closed.insert(connection, reason);
                }
                Effect::Wake(token) => self.woken.push(token),
                Effect::SendCode(handle, code) => self.codes.push((handle, code)),
            }
        }
        outcome
    }

    /// Calls the relay until it has nothing left to do.
    pub fn finish(&mut self) {
        while self.process(Vec::new()).more {}
    }

    /// Lets time pass hour by hour, as a running relay sees it.
    pub fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            self.now = end.min(self.now + Duration::from_seconds(3_600));
            self.finish();
        }
    }

    pub fn holdings(&mut self) -> Holdings {
        self.relay().store().holdings()
    }

    pub fn request(&mut self) -> RequestId {
        self.next_request += 1;
        RequestId(self.next_request)
    }

    pub fn opening(&mut self) -> (ConnectionId, Input) {
        let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, (self.next_connection % 200) as u8));
        self.opening_from(peer)
    }

    fn opening_from(&mut self, peer: IpAddr) -> (ConnectionId, Input) {
        let connection = ConnectionId(self.next_connection);
        self.next_connection += 1;
        (connection, Input::Opened { peer, handshake_hash: handshake(connection) })
    }

    /// Opens a connection that names nobody.
    pub fn open(&mut self) -> ConnectionId {
        let opening = self.opening();
        self.welcomed(opening)
    }

    /// Opens a connection from this address.
    pub fn open_from(&mut self, peer: IpAddr) -> ConnectionId {
        let opening = self.opening_from(peer);
        self.welcomed(opening)
    }

    fn welcomed(&mut self, (connection, input): (ConnectionId, Input)) -> ConnectionId {
        self.process(vec![(connection, input)]);
        let welcome = self.take(connection);
        assert!(matches!(welcome[..], [RelayFrame::Welcome(_)]), "{welcome:?}");
        connection
    }

    /// Opens a connection of this phone. Returns it with the frames that came after `Authenticated`.
    pub fn connect(&mut self, phone: &Phone) -> (ConnectionId, Vec<RelayFrame>) {
        let connection = self.open();
        let request = self.request();
        let mut answer = self.ask(connection, authenticate(phone, connection, request));
        let first = answer.remove(0);
        assert!(matches!(first, RelayFrame::Authenticated(_)), "{first:?}");
        (connection, answer)
    }

    pub fn take(&mut self, connection: ConnectionId) -> Vec<RelayFrame> {
        self.sent.remove(&connection).unwrap_or_default()
    }

    /// Sends one frame and returns the answers on the same connection.
    pub fn ask(&mut self, connection: ConnectionId, frame: ClientFrame) -> Vec<RelayFrame> {
        self.process(vec![(connection, Input::Frame(frame))]);
        self.take(connection)
    }

    /// Sends one frame that has exactly one answer.
    pub fn ask_one(&mut self, connection: ConnectionId, frame: ClientFrame) -> RelayFrame {
        let mut answer = self.ask(connection, frame);
        assert_eq!(answer.len(), 1, "{answer:?}");
        answer.remove(0)
    }

    pub fn register(&mut self, seed: u8, handle: Option<&str>) -> (Phone, ConnectionId) {
        let connection = self.open();
        let request = self.request();
        let frame = registration(seed, handle, connection, request);
        let answer = self.ask_one(connection, frame);
        let RelayFrame::Registered(registered) = answer else { panic!("{answer:?}") };
        assert_eq!(registered.request, request);
        let phone = Phone {
            key: device_key(seed),
            delivery_key: [seed; 32],
            handle: handle.map(|text| Handle::parse(text).unwrap()),
            address: registered.address,
            seed,
        };
        (phone, connection)
    }

    pub fn submit(&mut self, connection: ConnectionId, to: DeviceAddress, payload: &[u8]) -> RelayFrame {
        let request = self.request();
        self.ask_one(connection, submission(request, to, None, payload))
    }

    pub fn acknowledge(&mut self, connection: ConnectionId, messages: &[MessageId]) -> Vec<RelayFrame> {
        self.ask(connection, ClientFrame::Acknowledge(Acknowledge { messages: messages.to_vec() }))
    }

    pub fn fetch(&mut self, connection: ConnectionId, account: AccountId) -> RelayFrame {
        let request = self.request();
        self.ask_one(
            connection,
            ClientFrame::FetchBundles(FetchBundles { request, account, delivery_key: None }),
        )
    }
}

pub fn handshake(connection: ConnectionId) -> [u8; 32] {
    let mut hash = [9; 32];
    hash[..8].copy_from_slice(&connection.0.to_be_bytes());
    hash
}

pub fn device_key(seed: u8) -> SigningSecret {
    SigningSecret::from_bytes([seed; 32])
}

pub fn authenticate(phone: &Phone, connection: ConnectionId, request: RequestId) -> ClientFrame {
    let signature = sign_handshake(&phone.key, &handshake(connection));
    ClientFrame::Authenticate(Authenticate { request, address: phone.address, signature })
}

pub fn submission(
    request: RequestId,
    to: DeviceAddress,
    delivery_key: Option<[u8; 32]>,
    payload: &[u8],
) -> ClientFrame {
    let delivery_key = delivery_key.map(FixedBytes);
    ClientFrame::Submit(Submit { request, to, delivery_key, payload: Bytes(payload.to_vec()) })
}

pub fn identity(seed: u8) -> IdentityKey {
    IdentityKey {
        signing: FixedBytes([seed; 32]),
        agreement: FixedBytes([seed ^ 0x55; 32]),
        cross_signature: FixedBytes([seed; 64]),
    }
}

pub fn kem(id: u32) -> KemPreKey {
    KemPreKey {
        id: PreKeyId(id),
        key: Box::new(FixedBytes([id as u8; 1184])),
        signature: FixedBytes([id as u8; 64]),
    }
}

pub fn one_time(id: u32) -> OneTimePreKey {
    OneTimePreKey { id: PreKeyId(id), key: FixedBytes([id as u8; 32]) }
}

pub fn upload(ids: std::ops::Range<u32>) -> PreKeyUpload {
    PreKeyUpload {
        signed: None,
        last_resort: None,
        one_time: ids.clone().map(one_time).collect(),
        one_time_kem: ids.map(kem).collect(),
    }
}

/// Builds a registration with three one-time prekeys of each kind.
pub fn registration(
    seed: u8,
    handle: Option<&str>,
    connection: ConnectionId,
    request: RequestId,
) -> ClientFrame {
    let key = device_key(seed);
    let signed =
        SignedPreKey { id: PreKeyId(0), key: FixedBytes([seed; 32]), signature: FixedBytes([seed; 64]) };
    ClientFrame::Register(Box::new(Register {
        request,
        handle: handle.map(|text| Handle::parse(text).unwrap()),
        identity: identity(seed),
        device_key: FixedBytes(*key.public().as_bytes()),
        delivery_verifier: FixedBytes(kdf::hash(DELIVERY_KEY, &[&[seed; 32]])),
        prekeys: PreKeyUpload { signed: Some(signed), last_resort: Some(kem(1_000)), ..upload(1..4) },
        signature: sign_handshake(&key, &handshake(connection)),
    }))
}

/// Returns the deliveries among some frames.
pub fn deliveries(frames: &[RelayFrame]) -> Vec<&Deliver> {
    let found = frames.iter().filter_map(|frame| match frame {
        RelayFrame::Deliver(deliver) => Some(deliver),
        _ => None,
    });
    found.collect()
}

pub fn nobody() -> DeviceAddress {
    DeviceAddress { account: AccountId([0xee; 16]), device: DeviceId::FIRST }
}
