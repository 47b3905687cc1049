//! Configuration that a relay is started with.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use super::timing::SocketTimeouts;
use crate::{OnLoss, RelaySettings};

/// The default port of a relay: PILL on a telephone's keys.
pub const DEFAULT_PORT: u16 = 7455;

/// The default admin port: the next one.
pub const DEFAULT_ADMIN_PORT: u16 = 7456;

/// Addresses and folder of a relay, and the rule of its design.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The data directory. It is created if it does not exist.
    pub data: PathBuf,
    /// The address that phones connect to. Port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The host that the printed address names, if it differs from `listen`.
    pub public_host: Option<String>,
    /// The address of the admin port, if the relay should have one. Port 0 lets the system choose.
    pub admin: Option<SocketAddr>,
    /// The rule by which the relay keeps rows, and the limits of what phones may request.
    pub settings: RelaySettings,
    /// The file that receives the codes to numbers, where numbers are verified. If it is absent, the codes are
    /// written to [`CODES_FILE`](super::CODES_FILE) in the data directory.
    pub codes: Option<PathBuf>,
    /// The action to take if transactions are missing that the relay had committed.
    pub on_loss: OnLoss,
    /// Time limits of a socket.
    pub timeouts: SocketTimeouts,
}

impl ServerConfig {
    /// A relay on loopback with a port of the system's choice and no admin port, for tests and demonstrations.
    #[must_use]
    pub fn on_loopback(data: PathBuf) -> Self {
        Self {
            data,
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            public_host: None,
            admin: None,
            settings: RelaySettings::default(),
            codes: None,
            on_loss: OnLoss::Refuse,
            timeouts: SocketTimeouts::default(),
        }
    }
}
