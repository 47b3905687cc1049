//! The changes that each access proposal makes to phones and relays. The shipped programs contain none of it:
//! the laboratory alone names this crate, and a test holds that.
//!
//! A proposal has up to three halves, each in a file of its own:
//!
//! | half | what it is |
//! |---|---|
//! | `client` | other software of a phone: a [`Software`](pillarbox_client::Software) inside the encryption, and what the screen keeps to itself |
//! | `relay` | what an operator puts in front of its relay: frames go in and come out changed, and the relay itself is the product's |
//! | `authority` | who reads, and with what |
//!
//! | proposal | client | relay | authority |
//! |---|---|---|---|
//! | [`escrow`] | wraps the key of each message to the authority, and takes no message without | none | a key, or shares of it |
//! | [`ghost_device`] | writes to a device that nobody has signed | names that device | an unaltered phone |
//! | [`readable_backup`] | leaves the key of each backup with the operator | none | the table of such keys |
//! | [`targeted_update`] | seals what is on one phone to the authority | none | the key that opens it |
//! | [`device_hack`] | the same, let in by a hole in the phone's system | none | the same |
//!
//! [`harvest`] is what the last two share. [`builds`] is how software reaches phones, and no half of anything.

mod altered;
pub mod builds;
pub mod device_hack;
pub mod escrow;
pub mod ghost_device;
mod halves;
pub mod harvest;
pub mod readable_backup;
pub mod targeted_update;

pub use altered::Altered;
pub use halves::{Half, halves_of};
