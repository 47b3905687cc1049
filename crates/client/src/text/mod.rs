//! Texts for people: invitations to hand on, names to choose, sentences to read.

pub(crate) mod device_code;
pub mod invitation;
pub mod naming;
pub mod sentences;
