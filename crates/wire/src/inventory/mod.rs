//! The data inventory: every field of every frame, with its class, its place at the relay and its purpose, derived
//! from the frames themselves.
//!
//! The macro [`declare!`](crate::declare) turns each list of fields into a table *and* into a pattern that
//! destructures the frame without `..`. A field that somebody adds to a frame does not compile until it is in its
//! list, with a class, a place and a reason. A relay uses the same macro for its own rows, log fields and metrics,
//! which are retained data too.

mod client;
mod field;
mod nested;
mod relay;

pub use client::*;
pub use field::{Class, FrameDirection, InventoryEntry, InventoryField, StoragePlace};
pub use nested::*;
pub use relay::*;

/// Every table of this crate: the frames and the records inside them, in the order in which they are printed.
pub const WIRE: &[InventoryEntry] = &[
    InventoryEntry { direction: FrameDirection::FromPhone, fields: AUTHENTICATE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: REGISTER },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: PUBLISH_PREKEYS },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: COUNT_PREKEYS },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: LOOK_UP },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: FETCH_BUNDLES },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: REQUEST_CERTIFICATE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: SUBMIT },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: ACKNOWLEDGE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: CLOSE_ACCOUNT },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: PING },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: LEAVE_DEPOSITS },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: DEPOSIT },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: RECALL },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: OPEN_CHANNEL },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: POST },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: READ_CHANNEL },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: REGISTER_WITH_CODE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: OPEN_PLACE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: READ_PLACE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: ADD_DEVICE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: PUBLISH_DEVICES },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: FETCH_DEVICES },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: FETCH_DEVICE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: DEVICE_LIST },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: LISTED_DEVICE },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: DEVICE_OFFER },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: PROVE_ENTRY },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: READ_LOG },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: PROVE_GROWTH },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: ACT_ON_GROUP },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: FOLLOW_GROUPS },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: LEAVE_ATTACHMENT },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: FETCH_ATTACHMENT },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: IDENTITY_KEY },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: PREKEY_UPLOAD },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: SIGNED_PREKEY },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: ONE_TIME_PREKEY },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: KEM_PREKEY },
    InventoryEntry { direction: FrameDirection::FromPhone, fields: DEVICE_ADDRESS },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: WELCOME },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: AUTHENTICATED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: REGISTERED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: PREKEYS_STORED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: PREKEY_COUNTS },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: FOUND },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: BUNDLES },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: DEVICE_BUNDLE },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: CERTIFICATE },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: SENDER_CERTIFICATE },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: ACCEPTED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: DELIVER },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: CLOSED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: PONG },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: REFUSED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: GOODBYE },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: DEPOSITED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: RECALLED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: CHANNEL_OPENED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: POSTED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: POSTS },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: POST_ROW },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: REREGISTERED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: PLACE_OPENED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: PLACE_READ },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: LINKED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: DEVICES_PUBLISHED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: DEVICES },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: PROOF },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: LATEST_ENTRY },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: LOG_ENTRIES },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: LOG_HEAD },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: LOG_LEAF },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: GROWTH },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: GROUP_ACTED },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: GROUPS_FOLLOW },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: GROUP_TOLD },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: GROUP_STATE },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: LISTED_MEMBER },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: ATTACHMENT_LEFT },
    InventoryEntry { direction: FrameDirection::ToPhone, fields: ATTACHMENT_PART },
];
