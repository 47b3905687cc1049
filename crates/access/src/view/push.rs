//! What a push service has: whose device each token stands for, and when it was woken.

use pillarbox_wire::Timestamp;
use serde::Serialize;

/// Whose device a token stands for, by the account that the operating system is used with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PushOwner {
    /// The token.
    pub token: Vec<u8>,
    /// Name of the holder of the operating system's account.
    pub name: String,
    /// The account's e-mail address.
    pub email: String,
}

/// One time that a device was woken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Woken {
    /// The token.
    pub token: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// What a push service has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PushRecords {
    /// Whose devices.
    pub owners: Vec<PushOwner>,
    /// What it carried.
    pub woken: Vec<Woken>,
}

impl PushRecords {
    /// Whose device a token stands for.
    #[must_use]
    pub fn owner(&self, token: &[u8]) -> Option<&PushOwner> {
        self.owners.iter().find(|owner| owner.token == token)
    }

    /// When the device of a token was woken.
    pub fn woken(&self, token: &[u8]) -> impl Iterator<Item = Timestamp> {
        self.woken.iter().filter(move |woken| woken.token == token).map(|woken| woken.at)
    }
}
