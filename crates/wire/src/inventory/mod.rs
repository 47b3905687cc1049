//! The data inventory: every field of every frame, with its class, its place at the relay and its purpose, made from
//! the frames themselves.
//!
//! The macro [`declare!`](crate::declare) turns each list of fields into a table *and* into a pattern that takes the
//! frame apart without `..`. A field that somebody adds to a frame does not compile until it stands in its list, with
//! a class, a place and a reason. A relay uses the same macro for its own rows, log fields and metrics, which are
//! retained data too.

mod client;
mod field;
mod nested;
mod relay;

pub use client::*;
pub use field::{Class, Direction, Entry, Field, Place};
pub use nested::*;
pub use relay::*;

/// Every table of this crate: the frames and the records inside them, in the order in which they are printed.
pub const WIRE: &[Entry] = &[
    Entry { direction: Direction::FromPhone, fields: AUTHENTICATE },
    Entry { direction: Direction::FromPhone, fields: REGISTER },
    Entry { direction: Direction::FromPhone, fields: PUBLISH_PREKEYS },
    Entry { direction: Direction::FromPhone, fields: COUNT_PREKEYS },
    Entry { direction: Direction::FromPhone, fields: LOOK_UP },
    Entry { direction: Direction::FromPhone, fields: FETCH_BUNDLES },
    Entry { direction: Direction::FromPhone, fields: REQUEST_CERTIFICATE },
    Entry { direction: Direction::FromPhone, fields: SUBMIT },
    Entry { direction: Direction::FromPhone, fields: ACKNOWLEDGE },
    Entry { direction: Direction::FromPhone, fields: CLOSE_ACCOUNT },
    Entry { direction: Direction::FromPhone, fields: PING },
    Entry { direction: Direction::FromPhone, fields: LEAVE_DEPOSITS },
    Entry { direction: Direction::FromPhone, fields: DEPOSIT },
    Entry { direction: Direction::FromPhone, fields: RECALL },
    Entry { direction: Direction::FromPhone, fields: OPEN_CHANNEL },
    Entry { direction: Direction::FromPhone, fields: POST },
    Entry { direction: Direction::FromPhone, fields: READ_CHANNEL },
    Entry { direction: Direction::FromPhone, fields: REGISTER_WITH_CODE },
    Entry { direction: Direction::FromPhone, fields: IDENTITY_KEY },
    Entry { direction: Direction::FromPhone, fields: PREKEY_UPLOAD },
    Entry { direction: Direction::FromPhone, fields: SIGNED_PREKEY },
    Entry { direction: Direction::FromPhone, fields: ONE_TIME_PREKEY },
    Entry { direction: Direction::FromPhone, fields: KEM_PREKEY },
    Entry { direction: Direction::FromPhone, fields: DEVICE_ADDRESS },
    Entry { direction: Direction::ToPhone, fields: WELCOME },
    Entry { direction: Direction::ToPhone, fields: AUTHENTICATED },
    Entry { direction: Direction::ToPhone, fields: REGISTERED },
    Entry { direction: Direction::ToPhone, fields: PREKEYS_STORED },
    Entry { direction: Direction::ToPhone, fields: PREKEY_COUNTS },
    Entry { direction: Direction::ToPhone, fields: FOUND },
    Entry { direction: Direction::ToPhone, fields: BUNDLES },
    Entry { direction: Direction::ToPhone, fields: DEVICE_BUNDLE },
    Entry { direction: Direction::ToPhone, fields: CERTIFICATE },
    Entry { direction: Direction::ToPhone, fields: SENDER_CERTIFICATE },
    Entry { direction: Direction::ToPhone, fields: ACCEPTED },
    Entry { direction: Direction::ToPhone, fields: DELIVER },
    Entry { direction: Direction::ToPhone, fields: CLOSED },
    Entry { direction: Direction::ToPhone, fields: PONG },
    Entry { direction: Direction::ToPhone, fields: REFUSED },
    Entry { direction: Direction::ToPhone, fields: GOODBYE },
    Entry { direction: Direction::ToPhone, fields: DEPOSITED },
    Entry { direction: Direction::ToPhone, fields: RECALLED },
    Entry { direction: Direction::ToPhone, fields: CHANNEL_OPENED },
    Entry { direction: Direction::ToPhone, fields: POSTED },
    Entry { direction: Direction::ToPhone, fields: POSTS },
    Entry { direction: Direction::ToPhone, fields: POST_ROW },
    Entry { direction: Direction::ToPhone, fields: REREGISTERED },
];
