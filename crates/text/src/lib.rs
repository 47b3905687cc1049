//! Text from outside: read by one rule, shown by one rule, in all three programs.
//!
//! [`read`] removes what an editor, a mail program or a shell has added to a text. [`show`] removes what a terminal
//! would act on or an eye would not see. This layer does not know the meaning of a text or its destination: no
//! sockets, no streams. About files it knows only the most that is read of one.

pub mod read;
pub mod show;
