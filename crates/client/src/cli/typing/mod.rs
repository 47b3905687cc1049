//! A line typed on a terminal: edited, recalled, pasted into, and drawn below other output.
//!
//! Keys and pastes come from crossterm, editing from `tui-input`. This module knows no chat and no profile: it
//! returns the text when Enter is pressed. See `docs/decisions/0020-line-editing.md`.

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
