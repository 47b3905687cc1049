//! The mailbox at the relay: messages not yet delivered, messages left there, and acknowledgements not yet sent.
//!
//! `docs/protocol.md` lists every bounded table, and the outcome for a message that does not fit.

use std::collections::VecDeque;
use std::mem::{discriminant, take};

use pillarbox_wire::limits::MAX_ACKNOWLEDGEMENTS;
use pillarbox_wire::{AccountId, Acknowledge, MessageId};

use crate::records::notice::Notice;

/// Signs of life after which a relay has nothing more to deliver. The first may overtake the deliveries that the
/// frame before it causes; the second comes after them.
const LISTENS: u8 = 2;

/// A full table that rejects a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    /// Requests: [`MAX_REQUESTS`](crate::phone::MAX_REQUESTS).
    Requests,
    /// Groups that the owner is in: [`MAX_GROUPS`](crate::group::MAX_GROUPS).
    Groups { by: AccountId },
    /// Messages of one contact that did not open: [`MAX_MISSING`](crate::recovery::MAX_MISSING).
    Missing { contact: AccountId },
}

impl Full {
    const fn notice(self) -> Notice {
        match self {
            Self::Requests => Notice::RequestsFull,
            Self::Groups { by } => Notice::GroupsFull { by },
            Self::Missing { contact } => Notice::MissingFull { contact },
        }
    }
}

/// This phone's knowledge of its mailbox at the relay.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox {
    /// Messages that are stored here and that the relay may delete.
    acknowledgements: VecDeque<MessageId>,
    /// Messages that the relay reported as waiting and that have not arrived yet.
    expected: u32,
    /// Messages of the last connection that this phone had no room for.
    held_back: usize,
    /// The tables that had no room for them.
    full: Vec<Full>,
    /// True until the relay has been told that messages were left there.
    tells_left: bool,
    /// Signs of life to await before it is certain that nothing follows the messages that were left.
    listens: u8,
}

impl Mailbox {
    /// Records a new connection: messages that were left may be delivered again.
    pub(crate) fn connected(&mut self) {
        self.held_back = 0;
        self.full.clear();
        (self.tells_left, self.listens) = (false, 0);
    }

    /// Records the disconnect: unacknowledged messages are delivered again, and recognised.
    pub(crate) fn disconnected(&mut self) {
        self.acknowledgements.clear();
        self.expected = 0;
    }

    /// Records how many messages wait.
    pub(crate) const fn expect(&mut self, waiting: u32) {
        self.expected = waiting;
    }

    /// Records that a message has arrived and is stored.
    pub(crate) fn take_in(&mut self, message: MessageId) {
        self.expected = self.expected.saturating_sub(1);
        if self.held_back > 0 {
            self.listens = LISTENS;
        }
        self.acknowledgements.push_back(message);
    }

    /// Records that a message has arrived and is left at the relay. The owner is told once on each connection for
    /// each table.
    pub(crate) fn leave(&mut self, full: Full) -> Vec<Notice> {
        self.expected = self.expected.saturating_sub(1);
        self.listens = LISTENS;
        self.held_back += 1;
        self.tells_left = true;
        if self.full.iter().any(|told| discriminant(told) == discriminant(&full)) {
            return Vec::new();
        }
        self.full.push(full);
        vec![full.notice()]
    }

    /// Records a sign of life from the relay.
    pub(crate) const fn hear(&mut self) {
        self.listens = self.listens.saturating_sub(1);
    }

    /// Removes and returns the acknowledgements to be sent. An empty one tells the relay that messages were left
    /// there.
    pub(crate) fn acknowledge(&mut self) -> Vec<Acknowledge> {
        let mut frames = Vec::new();
        while !self.acknowledgements.is_empty() {
            let count = self.acknowledgements.len().min(MAX_ACKNOWLEDGEMENTS);
            frames.push(Acknowledge { messages: self.acknowledgements.drain(..count).collect() });
        }
        if take(&mut self.tells_left) {
            frames.push(Acknowledge { messages: Vec::new() });
        }
        frames
    }

    /// Returns true if more of the waiting messages will be delivered. A relay of an earlier version delivers
    /// nothing behind messages that are left there. Once such a relay has been asked and delivers nothing, no more
    /// messages follow.
    pub(crate) const fn comes_more(&self) -> bool {
        self.expected > 0 && (self.held_back == 0 || self.listens > 0)
    }

    /// Returns true if the relay has to be asked for a sign of life.
    pub(crate) const fn asks(&self) -> bool {
        self.comes_more() && self.held_back > 0
    }

    /// Returns true if nothing more follows and every message that arrived is acknowledged.
    pub(crate) fn is_settled(&self) -> bool {
        !self.comes_more() && self.acknowledgements.is_empty()
    }

    /// Returns the number of messages of the last connection that this phone had no room for.
    pub(crate) const fn held_back(&self) -> usize {
        self.held_back
    }

    /// Returns true if some of those messages were from people who would have become requests.
    pub(crate) fn requests_are_full(&self) -> bool {
        self.full.contains(&Full::Requests)
    }
}
