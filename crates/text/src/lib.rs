//! Text from outside and text for a terminal. All three programs read it by one rule and show it by one rule.
//!
//! [`read`] removes what an editor, a mail program or a shell has added to a text. [`show`] removes what a terminal
//! would act on or an eye would not see. [`wrap`] breaks a text into lines, and [`columns`] lays cells side by side.
//! [`shell`] quotes the words of a command that a screen suggests. [`base32`] is the form of keys and invitations,
//! which people type. This layer does not know the meaning of a text or its destination, and it knows no sockets and
//! no streams. About files it knows only the largest size that is read.

pub mod base32;
pub mod columns;
pub mod count;
pub mod read;
pub mod shell;
pub mod show;
pub mod wrap;
