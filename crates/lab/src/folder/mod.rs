//! A demand on the data folder of a relay: the operator's stored rows, and nothing else.
//!
//! The answer comes from the steps that answer in every story, with an operator that withholds nothing. An answer
//! is printed only after these steps were seen to find what is there, and to find nothing where nothing is there
//! ([`control`]).
//!
//! | file | what |
//! |---|---|
//! | `answerable` | the demands that a folder answers, and why it answers no other |
//! | `serve` | controls first, then the demand |
//! | `rows` | the answer from the rows |
//! | `text` | the answer as text |

mod answerable;
pub mod control;
mod rows;
mod serve;
pub mod text;

pub use answerable::{NotInAFolder, can_answer, demands};
pub use control::{ControlFailed, Controls};
pub(crate) use rows::read;
pub use serve::{FolderAnswer, VERSION, serve};
