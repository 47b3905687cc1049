//! Public channels as the phone remembers them while it runs: readings under way, and when to ask again.

use std::collections::VecDeque;

use pillarbox_wire::{ChannelName, Timestamp};

/// What was asked about a channel.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// To do the wish of this order.
    Wish { order: u64, channel: ChannelName },
    /// To read what came after a post.
    Read(Reading),
}

/// A reading of a channel, which takes as many questions as its posts fill frames.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) channel: ChannelName,
    pub(crate) after: u32,
    /// Whether the owner waits for the answer, also if there is nothing.
    pub(crate) wanted: bool,
}

/// What this phone remembers about channels while it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Channels {
    pub(crate) readings: VecDeque<Reading>,
    /// Whether what is kept has been looked through since the last change, and is done.
    pub(crate) settled: bool,
    /// Whether the followed channels have been asked about on this connection.
    pub(crate) caught_up: bool,
    pub(crate) retry_at: Option<Timestamp>,
}

impl Channels {
    pub(crate) fn look_again(&mut self) {
        self.settled = false;
        self.caught_up = false;
    }

    /// The connection took a question with it. Wishes are kept; readings are here.
    pub(crate) fn ask_again(&mut self, asked: Asked) {
        if let Asked::Read(reading) = asked {
            self.readings.push_front(reading);
        }
    }

    pub(crate) fn are_settled(&self) -> bool {
        self.retry_at.is_some() || (self.settled && self.caught_up && self.readings.is_empty())
    }

    pub(crate) const fn retry_at(&self) -> Option<Timestamp> {
        self.retry_at
    }
}
