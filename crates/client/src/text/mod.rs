//! Texts for people: invitations that they hand on, names that they choose, sentences that they read.

mod base32;
pub mod invitation;
pub mod naming;
pub mod sentences;
