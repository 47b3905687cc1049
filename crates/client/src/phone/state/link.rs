//! The name of each of the two connections.

/// One of the two connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link {
    /// The relay knows whose it is.
    Named,
    /// The relay is told nothing.
    Nameless,
}
