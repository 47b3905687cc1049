//! A relay for the tests of the program, which can be restarted on the same data.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use pillarbox_crypto::AgreementSecret;
use pillarbox_relay::RelaySettings;
use pillarbox_relay::server::{RelayServer, ServerConfig};
use pillarbox_transport::RelayAddress;
use tokio::sync::{mpsc as unbounded, oneshot};

/// A relay that runs until it is stopped or dropped.
pub(crate) struct Relay {
    address: RelayAddress,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
    hold: unbounded::UnboundedSender<Hold>,
}

/// Asks a relay to pause until the sender that belongs to `until` is dropped. `held` signals that it has paused.
struct Hold {
    held: mpsc::Sender<()>,
    until: mpsc::Receiver<()>,
}

impl Relay {
    /// Starts a relay over the data in `folder`, on a free port.
    pub(crate) fn start(folder: &Path, settings: RelaySettings) -> Self {
        Self::listen(ServerConfig { settings, ..ServerConfig::on_loopback(folder.to_owned()) })
    }

    /// Restarts it on the same port with the same data.
    pub(crate) fn restart(mut self, folder: &Path) -> Self {
        self.stop();
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, self.address.port()));
        Self::listen(ServerConfig { listen, ..ServerConfig::on_loopback(folder.to_owned()) })
    }

    /// Returns its address as given to phones.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Returns its address with another key.
    pub(crate) fn wrong_address(&self) -> String {
        let other = AgreementSecret::from_bytes([9; 32]).public();
        RelayAddress::new(self.address.host(), self.address.port(), other).unwrap().to_string()
    }

    /// Suspends the relay, like a stopped process that has not ended, until the returned value is dropped.
    pub(crate) fn hold(&self) -> mpsc::Sender<()> {
        let (held, is_held) = mpsc::channel();
        let (release, until) = mpsc::channel();
        assert!(self.hold.send(Hold { held, until }).is_ok());
        is_held.recv().unwrap();
        release
    }

    /// Stops the relay.
    pub(crate) fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).unwrap();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    fn listen(config: ServerConfig) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (started, address) = mpsc::channel();
        let (hold, mut holds) = unbounded::unbounded_channel::<Hold>();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let running = RelayServer::start(config).await.unwrap();
                started.send(running.address().clone()).unwrap();
                // If the test panicked, it has dropped the other end. Either way the relay ends here.
                let holding = async {
                    while let Some(Hold { held, until }) = holds.recv().await {
                        held.send(()).unwrap();
                        // This is the relay's only thread, so no part of the relay runs meanwhile.
                        until.recv().unwrap_err();
                    }
                    std::future::pending::<()>().await;
                };
                tokio::select! {
                    _asked = stopped => {}
                    () = holding => {}
                }
                running.stop().await.unwrap();
            });
        });
        Self { address: address.recv().unwrap(), stop: Some(stop), thread: Some(thread), hold }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if !thread::panicking() {
            self.stop();
        }
    }
}
