//! Texts for people: invitations to hand on, names to choose, sentences to read.

mod base32;
pub(crate) mod device_code;
pub mod invitation;
pub mod naming;
pub mod sentences;
