//! Limits that several kinds of records share.

/// Longest name in bytes that a phone suggests for itself, or gives a group. More would not fit a line of a terminal.
pub const MAX_NAME_LEN: usize = 64;

/// Members of a group, the owner included. A text is sealed and sent once for each of them. In a larger group one
/// text would use up the sender's rate at the relay for everything else.
pub const MAX_GROUP_MEMBERS: usize = 100;
