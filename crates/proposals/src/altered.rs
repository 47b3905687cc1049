//! The altered software of one phone.

use pillarbox_client::{Habits, NotOpened, Notice, OpenPayload, SealBody, Software};
use pillarbox_session::{EncryptError, OpenedMessage};
use pillarbox_wire::ListedDevice;
use rand_core::CryptoRng;

use crate::escrow::EscrowClient;
use crate::ghost_device::GhostClient;
use crate::readable_backup::ReadableBackupClient;
use crate::targeted_update::TargetedUpdateClient;

/// The altered software of one phone: one of the proposals' client halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Altered {
    /// It writes to a ghost device.
    GhostDevice(GhostClient),
    /// It escrows the key of each message.
    Escrow(EscrowClient),
    /// It leaves the key of each backup with the operator.
    ReadableBackup(ReadableBackupClient),
    /// It seals what is on this phone to an authority.
    TargetedUpdate(TargetedUpdateClient),
}

impl Altered {
    /// Returns the line that stands before all output of a program with this software.
    #[must_use]
    pub const fn banner(&self) -> &'static str {
        match self {
            Self::GhostDevice(GhostClient { hides: false }) => {
                "ALTERED SOFTWARE: ghost device. Whoever runs the relay can add a reader."
            }
            Self::GhostDevice(GhostClient { hides: true }) => {
                "ALTERED SOFTWARE: ghost device. A reader can be added, and you are not told."
            }
            Self::Escrow(_) => {
                "ALTERED SOFTWARE: key escrow. An authority's key opens what this phone sends."
            }
            Self::ReadableBackup(_) => {
                "ALTERED SOFTWARE: readable backup. Whoever runs the relay gets the key of each backup."
            }
            Self::TargetedUpdate(_) => {
                "ALTERED SOFTWARE: one phone's update. An authority gets what is on this phone."
            }
        }
    }

    /// Returns the habits of a phone with this software, whose own were `before`. Inside a sealed envelope only the
    /// recipient would find the wrapped key, so a phone that escrows names itself to the relay.
    #[must_use]
    pub fn habits(&self, before: &Habits) -> Habits {
        match self {
            Self::GhostDevice(_) | Self::ReadableBackup(_) | Self::TargetedUpdate(_) => before.clone(),
            Self::Escrow(_) => Habits { sealed_sender: false, ..before.clone() },
        }
    }

    /// Returns true if the phone's screen shows a notice.
    #[must_use]
    pub fn shows(&self, notice: &Notice) -> bool {
        match self {
            Self::GhostDevice(client) => client.shows(notice),
            Self::Escrow(_) | Self::ReadableBackup(_) | Self::TargetedUpdate(_) => true,
        }
    }
}

impl Software for Altered {
    fn protect(
        &self,
        body: &[u8],
        seal: SealBody<'_>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, EncryptError> {
        match self {
            Self::GhostDevice(client) => client.protect(body, seal, rng),
            Self::Escrow(client) => client.protect(body, seal, rng),
            Self::ReadableBackup(client) => client.protect(body, seal, rng),
            Self::TargetedUpdate(client) => client.protect(body, seal, rng),
        }
    }

    fn open(&self, payload: &[u8], open: OpenPayload<'_>) -> Result<OpenedMessage, NotOpened> {
        match self {
            Self::GhostDevice(client) => client.open(payload, open),
            Self::Escrow(client) => client.open(payload, open),
            Self::ReadableBackup(client) => client.open(payload, open),
            Self::TargetedUpdate(client) => client.open(payload, open),
        }
    }

    fn asks_for_devices(&self) -> bool {
        match self {
            Self::GhostDevice(client) => client.asks_for_devices(),
            Self::Escrow(client) => client.asks_for_devices(),
            Self::ReadableBackup(client) => client.asks_for_devices(),
            Self::TargetedUpdate(client) => client.asks_for_devices(),
        }
    }

    fn checks_directory(&self) -> bool {
        match self {
            Self::GhostDevice(client) => client.checks_directory(),
            Self::Escrow(client) => client.checks_directory(),
            Self::ReadableBackup(client) => client.checks_directory(),
            Self::TargetedUpdate(client) => client.checks_directory(),
        }
    }

    fn devices(&self, signed: &[ListedDevice], named: &[ListedDevice]) -> Vec<ListedDevice> {
        match self {
            Self::GhostDevice(client) => client.devices(signed, named),
            Self::Escrow(client) => client.devices(signed, named),
            Self::ReadableBackup(client) => client.devices(signed, named),
            Self::TargetedUpdate(client) => client.devices(signed, named),
        }
    }
}
