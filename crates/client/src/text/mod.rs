//! Texts for people: invitations to pass on, names to choose, sentences to read.

pub(crate) mod device_code;
pub mod invitation;
pub mod naming;
pub mod sentences;
