//! Text from outside: read by one rule, shown by one rule, in all three programs.
//!
//! What this layer does: [`read`] takes off what an editor, a mail program or a shell has added to a text, and [`show`]
//! takes out what a terminal would act on or an eye would not see. It refuses to know what a text means, where it
//! comes from and where it goes: no files, no sockets, no streams.

pub mod read;
pub mod show;
