//! A ghost device: the operator names one more device of somebody, and everybody's phones write to it.
//!
//! Two things are added to the messenger. *The operator names the device*: its relay
//! adds it to the answers about the person's devices ([`GhostRelay`]). *The phones take it*: their software writes to a
//! device that the account has not signed, and may keep that to itself ([`GhostClient`]). The authority's half is an
//! unaltered phone with an account of its own. It opens what the others' phones encrypt to it, and nothing else.
//!
//! A person's own texts go to their contacts' devices. So the operator names the ghost in two ways: as a device of the
//! person to everybody who asks, and as a device of everybody to the person.

mod client;
mod device;
mod order;
mod relay;

pub use client::GhostClient;
pub use device::GHOST;
pub use order::GhostOrder;
pub use relay::{GhostRelay, ReadAlong};
