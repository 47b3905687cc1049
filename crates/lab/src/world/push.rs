//! The operating system's push service: it gives a device a token, knows whose account the device is signed in to, and is asked
//! to wake it.

use pillarbox_wire::Timestamp;

use crate::scenario::PersonId;

/// One device that has a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushRow {
    /// The token, which the app hands to its operator.
    pub token: Vec<u8>,
    /// The account that the device is signed in to, as the owner gave it to the maker of the operating system.
    pub account: String,
    /// When the token was given.
    pub given_at: Timestamp,
    /// When the device was woken.
    pub woken_at: Vec<Timestamp>,
}

/// What the push service has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushService {
    rows: Vec<PushRow>,
}

impl PushService {
    /// Every device that has a token.
    #[must_use]
    pub fn rows(&self) -> &[PushRow] {
        &self.rows
    }

    pub(super) fn give(&mut self, token: Vec<u8>, account: String, now: Timestamp) {
        self.rows.push(PushRow { token, account, given_at: now, woken_at: Vec::new() });
    }

    /// Wakes a device. False if the token is not one of this service's.
    pub(super) fn wake(&mut self, token: &[u8], now: Timestamp) -> bool {
        let Some(row) = self.rows.iter_mut().find(|row| row.token == token) else { return false };
        row.woken_at.push(now);
        true
    }
}

/// What a device is signed in to: the account that the scenario names, or one made of the name.
pub(super) fn account_of(who: PersonId, name: &str, given: Option<&str>) -> String {
    given.map_or_else(
        || format!("{}.{}@example.com", name.to_lowercase().replace(' ', "."), who.0 + 1),
        str::to_owned,
    )
}
