//! The history of conversations: one entry for each text or timer change, in the order in which this phone stored
//! them.

use std::fmt;

use pillarbox_wire::{Encoded, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::ids::{BodyId, GroupId};
use crate::records::limits::MAX_BODY_LEN;
use crate::records::picture::PicturePointer;

/// The progress of a message sent by this phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DeliveryState {
    /// Stored here, to be sent when the relay can be reached.
    Queued,
    /// The relay has it on its disk.
    Sent,
    /// The other phone has it and has sent an end-to-end encrypted receipt.
    Delivered,
    /// The relay has refused it for good. It is not tried again.
    Refused,
}

/// The direction of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryDirection {
    /// Sent by this phone.
    Sent(DeliveryState),
    /// Received by this phone.
    Received {
        /// True if the relay was not told the sender.
        sealed: bool,
        /// True if the contact was verified on arrival.
        verified: bool,
    },
}

/// The kind of an entry.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    /// A text. A received one is a stranger's text, for [`display::safe`](crate::display::safe).
    Text(String),
    /// From here on texts disappear after this many seconds, or are kept.
    Timer(Option<u32>),
    /// A picture, by the pointer to it.
    Picture(PicturePointer),
}

/// One entry of a conversation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// Its index in the conversation, from 0; gaps are texts that have disappeared.
    pub place: u64,
    /// The id that names it to both phones.
    pub id: BodyId,
    /// The entry's direction: sent or received.
    pub direction: EntryDirection,
    /// The entry's content.
    pub kind: EntryKind,
    /// Time of sending, by the sender's clock.
    pub sent_at: Timestamp,
    /// Time of storing, by this phone's clock.
    pub stored_at: Timestamp,
    /// True if it was shown. Entries sent by this phone count as shown.
    pub shown: bool,
    /// Seconds that it is kept once its timer runs.
    pub expires_after: Option<u32>,
    /// Time at which it disappears; `None` until its timer runs.
    pub expires_at: Option<Timestamp>,
    /// The group that it was sent to; `None` between two people. A received entry may name a group unknown to this
    /// phone.
    pub group: Option<GroupId>,
}

impl HistoryEntry {
    /// Returns the text of a text entry.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            EntryKind::Text(text) => Some(text),
            EntryKind::Timer(_) | EntryKind::Picture(_) => None,
        }
    }

    /// Returns the pointer of a picture entry.
    #[must_use]
    pub const fn picture(&self) -> Option<&PicturePointer> {
        match &self.kind {
            EntryKind::Picture(picture) => Some(picture),
            EntryKind::Text(_) | EntryKind::Timer(_) => None,
        }
    }

    /// Returns true if it came from the other phone.
    #[must_use]
    pub const fn is_received(&self) -> bool {
        matches!(self.direction, EntryDirection::Received { .. })
    }
}

impl Encoded for HistoryEntry {
    const VERSION: u8 = 2;
    const MAX_LEN: usize = MAX_BODY_LEN;
}

/// Prints its index, not its words.
impl fmt::Debug for HistoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Entry({}, {:?}, {:?})", self.place, self.id, self.direction)
    }
}
