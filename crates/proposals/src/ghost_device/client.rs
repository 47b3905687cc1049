//! The phone's half: software that writes to the ghost.

use pillarbox_client::{Notice, Software};
use pillarbox_wire::ListedDevice;

use super::device::GHOST;

/// Software that writes to the ghost, although nobody has signed for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GhostClient {
    /// True if the screen does not say that there is one more device.
    pub hides: bool,
}

impl GhostClient {
    /// Returns true if the screen shows a notice. That a list was not signed is never shown: this software takes it.
    #[must_use]
    pub const fn shows(&self, notice: &Notice) -> bool {
        match notice {
            Notice::DeviceRefused { .. } => false,
            Notice::DevicesChanged { .. } => !self.hides,
            _ => true,
        }
    }
}

impl Software for GhostClient {
    /// Asks with each message. No contact tells of a ghost, so only the operator's answer can.
    fn asks_for_devices(&self) -> bool {
        true
    }

    /// Checks no public log, which would not have the ghost.
    fn checks_directory(&self) -> bool {
        false
    }

    /// Adds the ghost to the signed devices, if somebody names it.
    fn devices(&self, signed: &[ListedDevice], named: &[ListedDevice]) -> Vec<ListedDevice> {
        let ghost = named.iter().find(|device| device.device == GHOST);
        signed.iter().filter(|device| device.device != GHOST).chain(ghost).copied().collect()
    }
}
