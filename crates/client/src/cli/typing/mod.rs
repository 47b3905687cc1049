//! A line that is typed on a terminal: edited, recalled, pasted into, and drawn below what is printed meanwhile.
//!
//! The keys and pastes come from crossterm, the editing is `tui-input`'s. What is here knows no chat and no profile: it
//! gives the text when Enter is pressed. See `docs/decisions/0020-line-editing.md`.

mod draft;
mod drawn;
mod keys;
mod layout;
mod raw;

pub(crate) use draft::{Cleaned, Draft, Kept, TABS_ARE_BLANKS, TooMuch, without_tabs};
pub(crate) use drawn::Drawn;
pub(crate) use keys::{Action, action};
pub(crate) use layout::{Layout, Prompt};
pub(crate) use raw::{Raw, forget, is_possible, listen};
