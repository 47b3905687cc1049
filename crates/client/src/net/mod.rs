//! The engine over TCP: what carries frames between a [`Phone`](crate::Phone) and its relay.
//!
//! What this layer does: it connects, shakes hands, pumps frames both ways, asks for signs of life, and comes back
//! after a pause that grows. It refuses to know what the frames mean, and it keeps nothing: the engine has kept
//! everything before a frame leaves, so this layer may fail or be dropped at any point.
//!
//! [`Carrier`] is for programs that stay; [`sync`] and [`sync_until`] for those that connect, do one thing and go.

mod carrier;
mod clock;
mod dial;
mod error;
mod sync;

pub use carrier::{Carrier, Event};
pub use clock::now;
pub use error::NetError;
pub use sync::{sync, sync_until};
