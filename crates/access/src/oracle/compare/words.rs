//! The words of a comparison that several tables share.

/// What a row says for an item that comes back.
pub(super) const RETURNED: &str = "returned";
/// And for one that does not.
pub(super) const NOT_RETURNED: &str = "not returned";
/// What the run says of a row that it cannot be compared with.
pub(super) const NOT_COMPARED: &str = "not compared";
/// What it says of what no world has.
pub(super) const NOTHING_OF_IT: &str = "nothing of the kind";
