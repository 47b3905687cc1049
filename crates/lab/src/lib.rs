//! The bench: experiments on real phones and a real relay, and the sentences in which they are told.
//!
//! Today there are two: [`demonstration`], and [`audit`], which searches a relay for what it must not have. The programs of
//! the messenger do not depend on this crate.

pub mod audit;
pub mod columns;
pub mod demand;
pub mod demonstration;
pub mod experiments;
pub mod matrix;
pub mod oracle;
pub mod paper;
pub mod record;
pub mod scenario;
pub mod score;
pub mod truth;
pub mod world;
