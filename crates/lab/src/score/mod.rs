//! Scoring: the answer to a demand, compared with the truth.
//!
//! An experiment has two steps that never meet. The *serving* step gets a view and returns a [`Yield`]. The *scoring*
//! step gets that and a [`Yardstick`], which only a [`Scorer`](crate::truth::Scorer) can make. Both sides are plain
//! data in the evidence, so that anybody with the file can score it again.
//!
//! | file | what |
//! |---|---|
//! | `brought` | what was returned |
//! | `yardstick` | what was true |
//! | `measures`, `special`, `share` | the measures; measures for one kind of demand; the parts of measures |
//! | `state` | the state of a cell |

mod measures;
mod share;
mod special;
mod state;
mod yardstick;
mod yields;

#[cfg(feature = "cli")]
pub(crate) use measures::of_everybody;
pub use measures::{Counted, Measures, Sealed, score};
pub(crate) use measures::{SAME_MOMENT_MS, things};
pub use share::{Noticed, PrecisionRecall, Share};
pub use special::{
    DisappearingTimer, ExtraEntry, Guesses, Holder, NoticeOutcome, NoticeOutcomes, PostCounts,
    RelocationOutcome, Shows, TextsAt, Thief,
};
pub use state::{Absence, Capability, Counts, State};
pub use yardstick::{Utterance, Yardstick};
pub use yields::{Entry, Party, Statement, Yield};
