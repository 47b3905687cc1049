//! The names of the two connections.

/// One of the two connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link {
    /// The relay knows the account.
    Named,
    /// The relay does not learn the account.
    Nameless,
}
