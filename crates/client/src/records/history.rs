//! Conversations as they are read back: one entry for each text or timer change, in the order this phone stored them.

use std::fmt;

use pillarbox_wire::{Encoded, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::ids::{BodyId, GroupId};

/// How far a message of this phone has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DeliveryState {
    /// Kept here, to be sent when the relay can be reached.
    Queued,
    /// The relay has it on its disk.
    Sent,
    /// The other phone has it: its receipt came, end to end.
    Delivered,
    /// The relay will not take it. It is not tried again.
    Refused,
}

/// Which way an entry went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// From this phone.
    Sent(DeliveryState),
    /// To this phone.
    Received {
        /// Whether it came without the relay being told who sent it.
        sealed: bool,
        /// Whether the contact was verified when it came.
        verified: bool,
    },
}

/// What an entry is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// A text. One that was received is a stranger's text, for [`display::safe`](crate::display::safe).
    Text(String),
    /// From here on texts disappear after so many seconds, or stay.
    Timer(Option<u32>),
}

/// One entry of a conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place in the conversation, counted from 0; a gap is a text that has disappeared.
    pub place: u64,
    /// Its name between the two phones.
    pub id: BodyId,
    /// Which way it went.
    pub direction: Direction,
    /// What it is.
    pub kind: EntryKind,
    /// When it was sent, by the sender's clock.
    pub sent_at: Timestamp,
    /// When this phone stored it, by its own clock.
    pub stored_at: Timestamp,
    /// Whether it was shown; what this phone sent counts as shown.
    pub shown: bool,
    /// Seconds it stays once its time runs.
    pub expires_after: Option<u32>,
    /// When it disappears; none until its time runs.
    pub expires_at: Option<Timestamp>,
    /// The group that it was said to; none for what is between two people. What was received may name a group that this
    /// phone does not know.
    pub group: Option<GroupId>,
}

impl Entry {
    /// The words, if it is a text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            EntryKind::Text(text) => Some(text),
            EntryKind::Timer(_) => None,
        }
    }

    /// Whether it came from the other phone.
    #[must_use]
    pub const fn is_received(&self) -> bool {
        matches!(self.direction, Direction::Received { .. })
    }
}

impl Encoded for Entry {
    const VERSION: u8 = 2;
    const MAX_LEN: usize = crate::body::MAX_BODY_LEN;
}

/// Prints where it stands, not what was said.
impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}, {:?}, {:?})", self.place, self.id, self.direction)
    }
}
