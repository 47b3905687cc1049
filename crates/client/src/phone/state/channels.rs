//! Public channels in memory: open readings, and the time of the next attempt.

use std::collections::VecDeque;

use pillarbox_wire::{ChannelName, Timestamp};

/// A question about a channel.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// Do the task of this order.
    Wish { order: u64, channel: ChannelName },
    /// Read the posts after a given one.
    Read(Reading),
}

/// A reading of a channel. It takes as many questions as its posts fill frames.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) channel: ChannelName,
    pub(crate) after: u32,
    /// True if the owner waits for the answer, even an empty one.
    pub(crate) wanted: bool,
}

/// The state of channels while the phone runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Channels {
    pub(crate) readings: VecDeque<Reading>,
    /// True if all stored tasks are done since the last change.
    pub(crate) settled: bool,
    /// True if the followed channels have been read on this connection.
    pub(crate) caught_up: bool,
    pub(crate) retry_at: Option<Timestamp>,
    /// True if posts of followed channels are stored as they are read.
    pub(crate) keeps_posts: bool,
}

impl Channels {
    pub(crate) fn look_again(&mut self) {
        self.settled = false;
        self.caught_up = false;
    }

    /// Repeats a question whose connection was lost. Tasks are stored; readings are kept only here.
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
