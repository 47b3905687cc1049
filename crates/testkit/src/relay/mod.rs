//! A relay by itself: a virtual clock, connections that a test holds, and phones that know only their keys.

mod store;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::rc::Rc;

use pillarbox_crypto::SigningSecret;
use pillarbox_relay::{
    ConnectionId, Effect, Holdings, Input, Outcome, Relay, RelaySettings, SqliteStore, StoreError,
};
use pillarbox_wire::{
    AccountId, Acknowledge, Bytes, ClientFrame, DeviceAddress, Duration, Farewell, FetchBundles, Handle,
    MessageId, NumberCode, RelayFrame, RequestId, Timestamp,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

pub use store::FlakyStore;

use crate::frames;

/// The time at which every relay of the tests starts: 22 March 2017, 14:40 UTC.
pub const START: Timestamp = Timestamp(1_490_193_600_000);

/// A phone that knows its keys and nothing of sessions.
pub struct BarePhone {
    /// The key that names the device on its connections.
    pub key: SigningSecret,
    /// The key that a nameless sender shows.
    pub delivery_key: [u8; 32],
    /// The number, if it has one.
    pub handle: Option<Handle>,
    /// The address that the relay gave out.
    pub address: DeviceAddress,
    /// The seed of its keys.
    pub seed: u8,
}

/// A relay with a virtual clock and seeded randomness, and everything it has sent.
pub struct LoneRelay {
    /// `None` only while it is restarted.
    engine: Option<Relay<FlakyStore>>,
    folder: Option<TempDir>,
    settings: RelaySettings,
    /// The relay's clock.
    pub now: Timestamp,
    /// The relay's randomness.
    pub rng: ChaCha20Rng,
    failure: Rc<RefCell<Option<StoreError>>>,
    /// The maximum number of messages that one transaction may delete; with more, the store reports a full disk.
    pub most_removed: Rc<Cell<usize>>,
    /// All frames that were sent and not yet removed by a test, by connection.
    pub sent: HashMap<ConnectionId, Vec<RelayFrame>>,
    /// The connections that the relay closed, with its reasons.
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

impl LoneRelay {
    /// Starts a relay whose rows are in memory.
    #[must_use]
    pub fn in_memory(settings: RelaySettings) -> Self {
        Self::new(settings, None)
    }

    /// Starts a relay whose rows are in its own folder.
    #[must_use]
    pub fn on_disk(settings: RelaySettings) -> Self {
        Self::new(settings, Some(tempfile::tempdir().unwrap()))
    }

    /// Creates a relay whose database may occupy this many pages of 16 KiB.
    #[must_use]
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
        let store = FlakyStore::over(inner, &failure, &most_removed);
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let engine = Some(Relay::open(store, settings.clone(), START, &mut rng).unwrap());
        Self {
            engine,
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

    /// Returns the folder of a relay on disk.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.as_ref().unwrap().path()
    }

    /// Returns the relay itself.
    pub fn engine(&mut self) -> &mut Relay<FlakyStore> {
        self.engine.as_mut().unwrap()
    }

    /// Ends the relay without notice and starts it again from what it had committed.
    pub fn crash(&mut self) {
        self.restart_with(self.settings.clone());
    }

    /// Ends the relay without notice and starts it again with other settings.
    pub fn restart_with(&mut self, settings: RelaySettings) {
        self.settings = settings;
        let relay = self.engine.take().unwrap();
        let store = match &self.folder {
            Some(folder) => {
                drop(relay);
                let inner = SqliteStore::open(folder.path()).unwrap();
                FlakyStore::over(inner, &self.failure, &self.most_removed)
            }
            None => relay.into_store(),
        };
        self.engine = Some(Relay::open(store, self.settings.clone(), self.now, &mut self.rng).unwrap());
        self.sent.clear();
        self.closed.clear();
    }

    /// Makes the store fail with this error, or work again for `None`.
    pub fn fail(&self, error: Option<StoreError>) {
        *self.failure.borrow_mut() = error;
    }

    /// Passes the relay a batch, and records its effects.
    pub fn process(&mut self, batch: Vec<(ConnectionId, Input)>) -> Outcome {
        let outcome = self.engine.as_mut().unwrap().process(batch, self.now, &mut self.rng).unwrap();
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

    /// Advances time hour by hour, as a running relay sees it.
    pub fn pass(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            self.now = end.min(self.now + Duration::from_seconds(3_600));
            self.finish();
        }
    }

    /// Returns the contents of the store.
    pub fn holdings(&mut self) -> Holdings {
        self.engine().store().holdings()
    }

    /// Returns a number for the next request.
    pub fn request(&mut self) -> RequestId {
        self.next_request += 1;
        RequestId(self.next_request)
    }

    /// Returns the opening of a connection. Consecutive calls use different addresses.
    pub fn opening(&mut self) -> (ConnectionId, Input) {
        let peer = IpAddr::V4(Ipv4Addr::new(192, 0, 2, (self.next_connection % 200) as u8));
        self.opening_from(peer)
    }

    /// Returns the number of the next connection.
    pub fn number_connection(&mut self) -> ConnectionId {
        self.next_connection += 1;
        ConnectionId(self.next_connection - 1)
    }

    fn opening_from(&mut self, peer: IpAddr) -> (ConnectionId, Input) {
        let connection = self.number_connection();
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

    /// Opens a connection of this phone. Returns the connection and the frames that followed `Authenticated`.
    pub fn connect(&mut self, phone: &BarePhone) -> (ConnectionId, Vec<RelayFrame>) {
        let connection = self.open();
        let request = self.request();
        let mut answer = self.ask(connection, authenticate(phone, connection, request));
        let first = answer.remove(0);
        assert!(matches!(first, RelayFrame::Authenticated(_)), "{first:?}");
        (connection, answer)
    }

    /// Removes and returns the frames that were sent on a connection.
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

    /// Registers a phone on its own connection.
    pub fn register(&mut self, seed: u8, handle: Option<&str>) -> (BarePhone, ConnectionId) {
        let connection = self.open();
        let request = self.request();
        let frame = registration(seed, handle, connection, request);
        let answer = self.ask_one(connection, frame);
        let RelayFrame::Registered(registered) = answer else { panic!("{answer:?}") };
        assert_eq!(registered.request, request);
        let phone = BarePhone {
            key: frames::device_key(seed),
            delivery_key: [seed; 32],
            handle: handle.map(|text| Handle::parse(text).unwrap()),
            address: registered.address,
            seed,
        };
        (phone, connection)
    }

    /// Submits a message, and returns the answer.
    pub fn submit(&mut self, connection: ConnectionId, to: DeviceAddress, payload: &[u8]) -> RelayFrame {
        let request = self.request();
        self.ask_one(connection, frames::submission(request, to, None, payload))
    }

    /// Acknowledges messages, and returns the frames that follow.
    pub fn acknowledge(&mut self, connection: ConnectionId, messages: &[MessageId]) -> Vec<RelayFrame> {
        self.ask(connection, ClientFrame::Acknowledge(Acknowledge { messages: messages.to_vec() }))
    }

    /// Fetches the prekeys of an account, and returns the answer.
    pub fn fetch(&mut self, connection: ConnectionId, account: AccountId) -> RelayFrame {
        let request = self.request();
        self.ask_one(
            connection,
            ClientFrame::FetchBundles(FetchBundles { request, account, delivery_key: None }),
        )
    }
}

/// Returns the hash that a device signs to name itself on a connection.
#[must_use]
pub fn handshake(connection: ConnectionId) -> [u8; 32] {
    let mut hash = [9; 32];
    hash[..8].copy_from_slice(&connection.0.to_be_bytes());
    hash
}

/// Builds the frame with which a phone names itself on a connection.
#[must_use]
pub fn authenticate(phone: &BarePhone, connection: ConnectionId, request: RequestId) -> ClientFrame {
    frames::authenticate(&phone.key, phone.address, &handshake(connection), request)
}

/// Builds a registration on a connection, with three one-time prekeys of each kind.
#[must_use]
pub fn registration(
    seed: u8,
    handle: Option<&str>,
    connection: ConnectionId,
    request: RequestId,
) -> ClientFrame {
    frames::registration(seed, handle, &handshake(connection), request)
}
