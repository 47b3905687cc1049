//! `report --check`: whether a run's folder is what it says it is.
//!
//! It asks three questions, each with its own findings. Do the files have the digests of the manifest, and is any file
//! missing or added? Does each cell follow from its evidence, with bytes read again and returns scored again? And is
//! the result the same if the worlds run again?
//!
//! | file | what |
//! |---|---|
//! | `folder`, `opening` | a run's files, and how they are read from a folder |
//! | `findings` | digests, and cells beside their evidence |
//! | `bytes_again` | the bytes of evidence, read again |
//! | `agree`, `month` | what the files say about each other; the pairs of a month |
//! | `fresh` | what has to run again |

mod agree;
mod bytes_again;
mod findings;
mod folder;
mod fresh;
mod month;
#[cfg(feature = "cli")]
mod opening;

pub use folder::Folder;
pub use fresh::{Fresh, NotRun};
#[cfg(feature = "cli")]
pub use opening::FolderError;
