//! Scoring: the answer to a demand, compared with the truth.
//!
//! An experiment has two steps that never meet. The *serving* step gets a view and returns a [`Brought`]. The *scoring*
//! step gets that and a [`Yardstick`], which only a [`Scorer`](crate::truth::Scorer) can make. Both sides are plain
//! data in the evidence, so that anybody with the file can score it again.
//!
//! | file | what |
//! |---|---|
//! | `brought` | what came back |
//! | `yardstick` | what was true |
//! | `measures`, `special`, `share` | the measures; measures for one kind of demand; what measures are made of |
//! | `state` | the state of a cell |

mod brought;
mod measures;
mod share;
mod special;
mod state;
mod yardstick;

pub use brought::{Brought, Entry, Party, Statement};
#[cfg(feature = "cli")]
pub(crate) use measures::of_everybody;
pub use measures::{Measures, Sealed, What, score};
pub(crate) use measures::{SAME_MOMENT_MS, things};
pub use share::{Noticed, PrecisionRecall, Share};
pub use special::{
    Besides, DisappearingTimer, Elsewhere, Guesses, Holder, NoticeOutcome, NoticeOutcomes, PostCounts, Shows,
    TextsAt, Thief,
};
pub use state::{Absence, Capability, Counts, State};
pub use yardstick::{Utterance, Yardstick};
