//! The pairs of people who talk to each other: those that metadata alone names, and those that it only suggests.
//!
//! This crate analyses a [`Trace`]: the rows that one observer has of the traffic of a messenger. It has no key, opens
//! no socket and reads no content. It does not know the source of a trace. `lab` makes traces from records, relays'
//! folders and live relays.

pub mod analysis;
pub mod control;
pub mod disclosure;
pub mod generator;
pub mod intersection;
pub mod means;
pub mod model_a;
pub mod model_b;
pub mod observer;
pub mod published;
pub mod random;
pub mod score;
pub mod statistics;
pub mod ties;
pub mod trace;

pub use analysis::{Analysis, MeansOutcome, MeansResult};
pub use means::{Lead, Means, MeansRefusal, MeansSettings};
pub use observer::{Observer, TraceField};
pub use score::{PairScorer, PairTruth, Score};
pub use ties::{Known, Tie, Ties};
pub use trace::{RowKind, Trace, TracePerson, TraceRow, TraceTiming};
