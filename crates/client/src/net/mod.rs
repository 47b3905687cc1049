//! The engine over TCP: the carrier of frames between a [`Phone`](crate::Phone) and its relay.
//!
//! This layer connects, shakes hands, carries frames both ways, sends pings, and reconnects after growing pauses. It
//! does not know what the frames mean and stores nothing: the engine has stored everything before a frame leaves, so
//! this layer may fail or be dropped at any point.
//!
//! [`Carrier`] is for programs that stay connected; [`sync`] and [`sync_until`] are for those that do one task.

mod carrier;
mod clock;
mod dial;
mod error;
mod sync;

pub use carrier::{Carrier, CarrierEvent};
pub use clock::now;
pub use error::NetError;
pub use sync::{sync, sync_until};
