//! Text from outside and text for a terminal: read by one rule, shown by one rule, in all three programs.
//!
//! [`read`] removes what an editor, a mail program or a shell has added to a text. [`show`] removes what a terminal
//! would act on or an eye would not see. [`wrap`] breaks a text into lines, and [`columns`] lays cells side by side.
//! [`base32`] is the form of keys and invitations, which people type. This layer does not know the meaning of a text
//! or its destination: no sockets, no streams. About files it knows only the most that is read of one.

pub mod base32;
pub mod columns;
pub mod read;
pub mod show;
pub mod wrap;
