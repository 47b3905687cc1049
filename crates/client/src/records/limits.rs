//! Limits that several kinds of records share.

/// Longest name in bytes that a phone suggests for itself or for a group. More would not fit a line of a terminal.
pub const MAX_NAME_LEN: usize = 64;

/// Members of a group, the owner included. A text is sealed and sent once for each of them. In a larger group one
/// text would use up the sender's rate at the relay for everything else.
pub const MAX_GROUP_MEMBERS: usize = 100;

/// Longest text in bytes of UTF-8: about ten pages. With its overhead it fits one 16 KiB padding block and the next,
/// the most that a payload may hold.
pub const MAX_TEXT_LEN: usize = 16 * 1024;

/// Longest encoded body in bytes: the longest text, an introduction and what the encoding adds.
pub const MAX_BODY_LEN: usize = MAX_TEXT_LEN + 512;

/// Changes of groups that one phone keeps until they are signed: an evening's. With more, a device that somebody else
/// holds could fill the account's first phone.
pub(crate) const MAX_WISHES: usize = 32;
