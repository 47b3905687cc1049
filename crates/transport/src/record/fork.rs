//! A copy of a channel: the lab copies a world in order to compare two courses of the same story.
//!
//! Both copies continue from the same counters, so they seal different frames under the same key and nonce. Between
//! a real phone and a real relay that would reveal both frames; inside one process that holds both ends it reveals
//! nothing. No program that talks to anybody is built with this module.

use std::sync::Arc;

use super::{Opener, Sealer};
use crate::handshake::Established;

impl Established {
    /// Copies this end of the channel.
    #[must_use]
    pub fn fork(&self) -> Self {
        let Self { sealer, opener, handshake_hash, version } = self;
        Self {
            sealer: Sealer { cipher: Arc::clone(&sealer.cipher), nonce: sealer.nonce },
            opener: Opener {
                cipher: Arc::clone(&opener.cipher),
                nonce: opener.nonce,
                received: opener.received.clone(),
                content: opener.content.clone(),
            },
            handshake_hash: *handshake_hash,
            version: *version,
        }
    }
}
