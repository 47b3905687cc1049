//! The words of a comparison that several tables share.

/// The word for an item that is returned.
pub(super) const RETURNED: &str = "returned";
/// The word for an item that is not returned.
pub(super) const NOT_RETURNED: &str = "not returned";
/// The run's result for a row that cannot be compared.
pub(super) const NOT_COMPARED: &str = "not compared";
/// The run's result for an item that no world has.
pub(super) const NOTHING_OF_IT: &str = "nothing of the kind";
