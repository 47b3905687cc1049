//! Texts for people: invitations to hand on, names to choose, sentences to read.

mod base32;
pub mod invitation;
pub mod naming;
pub mod sentences;
