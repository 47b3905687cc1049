//! Starting a relay, and the handle on one that runs.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use pillarbox_crypto::AgreementPublic;
use pillarbox_transport::timeouts::FAREWELL;
use pillarbox_transport::{AddressError, RelayAddress};
use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::admin::{self, Admin, AdminToken, Followers, PassingFeed};
use super::clock;
use super::config::ServerConfig;
use super::files::codes::{CodesFile, codes_file};
use super::files::data_dir::{DataDir, DataDirError};
use super::files::key::{self, KeyError};
use super::files::presence::Presence;
use super::log::{Level, LogLine, LogSalt, STOPPED};
use super::metrics::Metrics;
use super::phones::admission::Doorkeeper;
use super::phones::queue::{Order, Queue};
use super::phones::reach::{Reach, reach};
use super::phones::shared::Shared;
use super::phones::{descriptors, listener};
use super::readiness::{Readiness, Trouble};
use super::trouble::in_words;
use super::writer::{Connections, Writer};
use crate::KEY_FILE;
use crate::{Passing, Relay, RelaySoftware, ShippedRelay, SqliteStore, StoreError};

/// Reasons that a relay did not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Data(#[from] DataDirError),
    /// The relay's key is at fault.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something else listens at the address.
    #[error("{address} is taken by another program. Stop it, or choose another port with {option} HOST:PORT")]
    AddressTaken {
        /// The address that was tried.
        address: SocketAddr,
        /// The option that names the address.
        option: &'static str,
    },
    /// The system does not let this program listen there.
    #[error(
        "this computer does not let the relay listen on {address}: {}. Choose another address with \
         {option} HOST:PORT",
        in_words(*kind)
    )]
    Listen {
        /// The address that was tried.
        address: SocketAddr,
        /// The option that names the address.
        option: &'static str,
        /// The system's error.
        kind: io::ErrorKind,
    },
    /// The host for the phones' address is not a host.
    #[error("the relay cannot be given an address for phones: {0}. Name its host with --public-host HOST")]
    Host(#[from] AddressError),
    /// The relay's software does not begin on this data.
    #[error("{0}")]
    Software(String),
    /// The system gives no randomness or no thread.
    #[error("the operating system refused what a relay needs: {what}")]
    System {
        /// The resource that the system refused.
        what: &'static str,
    },
}

/// The log's sentence about a loss that was accepted.
const GIVEN_UP: &str = "the relay goes on without transactions that it had accepted and that are missing";

/// Starts relays.
#[derive(Debug)]
pub struct RelayServer;

impl RelayServer {
    /// Starts a relay on the runtime of the caller; its core gets its own thread.
    ///
    /// Phones can connect when this returns. A failure leaves nothing running.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(config: ServerConfig) -> Result<Running, StartError> {
        Self::start_with(config, ShippedRelay).await
    }

    /// Starts a relay with this software; see [`start`](Self::start).
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start_with(
        config: ServerConfig,
        mut software: impl RelaySoftware + Send + 'static,
    ) -> Result<Running, StartError> {
        let ServerConfig { data, listen, public_host, admin, mut settings, codes, on_loss, timeouts } =
            config;
        let shortfall = descriptors::fit(&mut settings.limits).map(|shortfall| shortfall.to_string());
        let mut rng = StdRng::try_from_rng(&mut SysRng)
            .map_err(|_: rand::rngs::SysError| StartError::System { what: "randomness" })?;
        let data = DataDir::claim(&data)?;
        let known_key = key::load(data.path())?;
        if known_key.is_some() {
            data.check_database()?;
        }
        // The ports are opened before the database, so that an occupied port is found before anything is migrated.
        let (listener, local) = bind(listen, "--listen").await?;
        let admin_listener = match admin {
            Some(address) => Some(bind(address, "--admin").await?),
            None => None,
        };
        let codes = match settings.verify_numbers {
            true => Some(CodesFile::open(&codes_file(data.path(), codes.as_deref()))?),
            false => None,
        };
        let store = SqliteStore::open_serving(data.path(), settings.limits.reserve_bytes, on_loss)?;
        if let Some(missing) = store.given_up() {
            let known = (missing > 0).then_some(missing);
            LogLine { count: known, ..LogLine::new(GIVEN_UP) }.write(Level::Warn);
        }
        let noted = store.relay_key()?;
        if let (Some(key), Some(noted)) = (&known_key, noted)
            && noted != key.public()
        {
            return Err(KeyError::OfAnother { path: data.path().join(KEY_FILE) }.into());
        }
        let files = store.files();
        let door = Doorkeeper::new(&settings.limits);
        let relay = Relay::open(store, settings, clock::now(), &mut rng)?;
        software.begin(&relay).map_err(StartError::Software)?;
        let key = match known_key {
            Some(key) => key,
            None if relay.counts().accounts > 0 => {
                return Err(KeyError::Missing { path: data.path().join(KEY_FILE) }.into());
            }
            // The key is created last: after a start that was interrupted before this, the next start counts as a
            // first start again.
            None => key::create(data.path(), &mut rng)?,
        };
        if noted != Some(key.public()) {
            note_key(relay.store(), &key.public())?;
        }

        let Reach { host, advice } = reach(public_host, local.ip());
        let address = RelayAddress::new(&host, local.port(), key.public())?;
        let queue = Arc::<Queue>::default();
        let metrics = Arc::<Metrics>::default();
        let ready = Arc::<Readiness>::default();
        let presence = Presence::new(files, Arc::clone(&ready));
        let passing = PassingFeed::new();
        let followers = passing.followers();
        let (failure, failed) = watch::channel(None);

        let (stop, stopping) = watch::channel(false);
        let mut answering = None;
        let mut admin_address = None;
        let mut announcement = None;
        if let Some((listener, local)) = admin_listener {
            let token = AdminToken::draw(&mut rng);
            announcement = Some(data.announce_admin(&format!("{local}\n{}\n", token.to_hex()))?);
            admin_address = Some(local);
            let shown = Admin {
                metrics: Arc::clone(&metrics),
                ready: Arc::clone(&ready),
                presence: presence.clone(),
                followers: followers.clone(),
                token,
                queue: Arc::clone(&queue),
            };
            answering = Some(tokio::spawn(answer_admin(listener, shown, stopping.clone())));
        }
        let shared = Arc::new(Shared {
            key,
            timeouts,
            door,
            queue: Arc::clone(&queue),
            metrics: Arc::clone(&metrics),
            ready: Arc::clone(&ready),
            salt: LogSalt::draw(&mut rng),
        });
        ready.set(Trouble::NotRunning, false);
        let writer = Writer {
            relay,
            software,
            queue: Arc::clone(&queue),
            metrics,
            ready,
            presence,
            passing,
            connections: Connections::default(),
            codes,
            _data: data,
            untidy: true,
            measured: None,
            failure,
        };
        let thread = writer.start(rng).map_err(|_| StartError::System { what: "a thread" })?;
        let listening = tokio::spawn(listener::listen(listener, shared, stopping));
        LogLine::new("the relay is ready").write(Level::Info);
        Ok(Running {
            address,
            admin: admin_address,
            advice,
            shortfall,
            followers,
            queue,
            stop,
            listening: Some(listening),
            answering,
            thread: Some(thread),
            failed,
            _announcement: announcement,
        })
    }
}

/// Records in the database which relay it belongs to. If the disk is full, the next start records it.
fn note_key(store: &SqliteStore, key: &AgreementPublic) -> Result<(), StoreError> {
    match store.note_relay_key(key) {
        Err(StoreError::Full) => Ok(()),
        noted => noted,
    }
}

async fn answer_admin(listener: TcpListener, shown: Admin, stop: watch::Receiver<bool>) {
    if let Err(error) = admin::serve(listener, Arc::new(shown), stop).await {
        LogLine::new("the admin port is gone").because(in_words(error.kind())).write(Level::Error);
    }
}

async fn bind(address: SocketAddr, option: &'static str) -> Result<(TcpListener, SocketAddr), StartError> {
    let bound = match TcpListener::bind(address).await {
        Ok(listener) => listener.local_addr().map(|local| (listener, local)),
        Err(error) => Err(error),
    };
    bound.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => StartError::AddressTaken { address, option },
        kind => StartError::Listen { address, option, kind },
    })
}

/// A relay that runs. Dropping it ends the relay without a goodbye, as a crash would, and loses nothing that was
/// accepted; [`stop`](Self::stop) ends it properly.
pub struct Running {
    address: RelayAddress,
    admin: Option<SocketAddr>,
    advice: Option<&'static str>,
    shortfall: Option<String>,
    followers: Followers,
    queue: Arc<Queue>,
    stop: watch::Sender<bool>,
    listening: Option<JoinHandle<()>>,
    answering: Option<JoinHandle<()>>,
    thread: Option<thread::JoinHandle<()>>,
    failed: watch::Receiver<Option<StoreError>>,
    _announcement: Option<super::files::data_dir::AdminAnnouncement>,
}

/// Reasons that a relay ended by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Broken {
    /// Its store cannot recover.
    #[error("the relay stopped: {0}")]
    Store(StoreError),
    /// The relay's code has a bug.
    #[error("the relay stopped because of a fault in it; everything that it accepted is on the disk")]
    Fault,
}

impl Running {
    /// The address for phones: host, port and the relay's key.
    #[must_use]
    pub fn address(&self) -> &RelayAddress {
        &self.address
    }

    /// The address of the admin port, if there is one.
    #[must_use]
    pub fn admin(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// A line that says how far the address reaches and how to name another host. It is absent if the operator named
    /// the host.
    #[must_use]
    pub fn advice(&self) -> Option<&'static str> {
        self.advice
    }

    /// A sentence that says how many connections are accepted, if the system grants fewer file descriptors than the
    /// limits promise.
    #[must_use]
    pub fn shortfall(&self) -> Option<&str> {
        self.shortfall.as_deref()
    }

    /// Events that pass from now on, as `ledger --follow` shows them. A busy relay does not create all of them:
    /// events in excess of some thousands a second are only counted. The stream ends with the relay.
    #[must_use]
    pub fn follow(&self) -> broadcast::Receiver<Arc<Passing>> {
        // A feed without a sender has ended, because the relay's thread has ended.
        self.followers.join().unwrap_or_else(|| broadcast::channel(1).1)
    }

    /// Waits until the relay ends by itself, which it should not do.
    pub async fn broken(&mut self) -> Broken {
        // Either the thread has sent the reason, or it has ended and dropped its end of the channel.
        match self.failed.wait_for(Option::is_some).await {
            Ok(failure) => failure.clone().map_or(Broken::Fault, Broken::Store),
            Err(_) => Broken::Fault,
        }
    }

    /// Closes the listener, processes what has arrived, says goodbye to every connection, and ends.
    ///
    /// # Errors
    /// [`Broken`] if the relay had ended by itself.
    pub async fn stop(mut self) -> Result<(), Broken> {
        self.stop.send_replace(true);
        self.queue.end(Order::Stop);
        if let Some(listening) = self.listening.take() {
            // A panic in a connection's task is confined to that task, and a panic in the listener would add
            // nothing to the result.
            listening.await.ok();
        }
        let thread = self.thread.take();
        let ended = tokio::task::spawn_blocking(|| thread.map_or(Ok(()), thread::JoinHandle::join)).await;
        if let Some(answering) = &mut self.answering {
            // Followers' streams end with the thread. A peer that holds another connection open is cut off below.
            timeout(FAREWELL, answering).await.ok();
        }
        match ended {
            Ok(Ok(())) => match self.failed.borrow().clone() {
                Some(failure) => Err(Broken::Store(failure)),
                None => {
                    LogLine::new(STOPPED).write(Level::Info);
                    Ok(())
                }
            },
            _ => Err(Broken::Fault),
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Running({})", self.address)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in self.listening.take().into_iter().chain(self.answering.take()) {
            task.abort();
        }
        self.queue.end(Order::Abandon);
        // This waits for one transaction at most. Afterwards the directory is free for the next relay.
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
