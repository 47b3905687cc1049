//! The records of a push service: the owner of the device behind each token, and the times at which the device was
//! woken.

use pillarbox_wire::Timestamp;
use serde::Serialize;

/// The owner of the device behind a token, from the account that the operating system is used with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushOwner {
    /// The device's push token.
    pub token: Vec<u8>,
    /// The name on the operating system's account.
    pub name: String,
    /// The account's e-mail address.
    pub email: String,
}

/// One time at which a device was woken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Woken {
    /// The device's push token.
    pub token: Vec<u8>,
    /// The time of waking.
    pub at: Timestamp,
}

/// All records of a push service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PushRecords {
    /// The owners of devices.
    pub owners: Vec<PushOwner>,
    /// The times at which devices were woken.
    pub woken: Vec<Woken>,
}

impl PushRecords {
    /// Returns the owner of the device behind a token.
    #[must_use]
    pub fn owner(&self, token: &[u8]) -> Option<&PushOwner> {
        self.owners.iter().find(|owner| owner.token == token)
    }

    /// Returns the times at which the device behind a token was woken.
    pub fn woken(&self, token: &[u8]) -> impl Iterator<Item = Timestamp> {
        self.woken.iter().filter(move |woken| woken.token == token).map(|woken| woken.at)
    }
}
