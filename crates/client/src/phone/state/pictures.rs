//! Pictures on their way, in memory.

use std::collections::VecDeque;

use pillarbox_wire::{AccountId, Timestamp};

use crate::records::ids::BodyId;
use crate::records::picture::PictureTransfer;

/// A question about one part of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PartAsked {
    pub(crate) contact: AccountId,
    pub(crate) message: BodyId,
    pub(crate) number: u8,
}

/// The state of pictures while the phone runs. The rows decide what is left to do; the two queues are copies.
#[derive(Clone, Default)]
pub(crate) struct Pictures {
    /// True if the program that runs this phone shows pictures, which its receipts then say.
    pub(crate) shows: bool,
    /// True if the queues agree with the rows.
    pub(crate) loaded: bool,
    /// Pictures to be left at the relay.
    pub(crate) leaving: VecDeque<PictureTransfer>,
    /// Pictures to be fetched.
    pub(crate) fetching: VecDeque<PictureTransfer>,
    /// The parts that have arrived of the first picture to be fetched. They start again after a lost connection.
    pub(crate) arrived: Vec<u8>,
    pub(crate) retry_at: Option<Timestamp>,
}

impl Pictures {
    /// Records that there may be something to leave or to fetch.
    pub(crate) fn look_again(&mut self) {
        self.loaded = false;
    }

    /// Forgets what has arrived of an unfinished picture.
    pub(crate) fn disconnected(&mut self) {
        self.arrived = Vec::new();
        self.loaded = false;
    }

    pub(crate) fn are_settled(&self) -> bool {
        self.retry_at.is_some() || self.loaded && self.leaving.is_empty() && self.fetching.is_empty()
    }

    /// Returns true if a picture is to be fetched now.
    pub(crate) fn want_fetching(&self) -> bool {
        self.retry_at.is_none() && !self.fetching.is_empty()
    }
}
