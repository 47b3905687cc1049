//! A copy of a relay: the lab copies a world in order to compare two courses of the same story.

use pillarbox_crypto::SigningSecret;

use super::{Relay, Rule};
use crate::store::{SqliteStore, StoreError};

impl Relay<SqliteStore> {
    /// Copies this relay over a copy of its store, in memory.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be copied.
    pub fn fork(&self) -> Result<Self, StoreError> {
        let Self {
            store,
            settings,
            rule,
            certificate_key,
            certificate_public,
            directory,
            directory_log,
            channels,
            groups,
            connections,
            limiter,
            codes,
            places,
            ageing,
            counters,
            line,
            unwritten,
            sweeping,
            following,
        } = self;
        let certificate_key = SigningSecret::from_bytes(*certificate_key.to_bytes());
        Ok(Self {
            store: store.fork()?,
            rule: Rule { trimming: rule.trimming, ..Rule::of(&settings.keeping, &certificate_key) },
            settings: settings.clone(),
            certificate_key,
            certificate_public: *certificate_public,
            directory: directory.clone(),
            directory_log: directory_log.clone(),
            channels: channels.clone(),
            groups: groups.clone(),
            connections: connections.clone(),
            limiter: limiter.clone(),
            codes: codes.clone(),
            places: places.clone(),
            ageing: *ageing,
            counters: *counters,
            line: line.clone(),
            unwritten: unwritten.clone(),
            sweeping: *sweeping,
            following: *following,
        })
    }
}
