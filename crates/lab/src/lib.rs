//! The bench: experiments on real phones and a real relay, and the sentences in which they are told.
//!
//! Today it is one experiment, [`demonstration`]. The programs of the messenger do not depend on this crate.

pub mod columns;
pub mod demonstration;
pub mod paper;
