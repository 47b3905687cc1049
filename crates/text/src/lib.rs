//! Text from outside: read by one rule, shown by one rule, in all three programs.
//!
//! What this layer does: [`read`] takes off what an editor, a mail program or a shell has added to a text, and [`show`]
//! takes out what a terminal would act on or an eye would not see. It refuses to know what a text means, where it
//! goes to: no sockets, no streams. Of files it knows how much of one is read.

pub mod read;
pub mod show;
