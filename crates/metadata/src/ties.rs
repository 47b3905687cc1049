//! Ties: the pairs who talk to each other, and how each is known. Pictures, tables and files are made from them.

/// The evidence for a tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known {
    /// A kept row names both.
    Kept,
    /// A row that passed names both.
    Seen,
    /// No row of a message names both, but a method ranks the pair high enough. It is never counted as returned.
    Inferred,
}

/// Two people who talk to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The first person, by index into [`Ties::people`].
    pub one: usize,
    /// The other person, by index into [`Ties::people`].
    pub other: usize,
    /// The number of messages from `one` to `other`, as far as the source counts them.
    pub there: u64,
    /// The number of messages from `other` to `one`.
    pub back: u64,
    /// The evidence for the tie.
    pub known: Known,
}

/// A network of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Names of people, in the order of the source.
    pub people: Vec<String>,
    /// Each pair at most once for each way in which it is known.
    pub ties: Vec<Tie>,
    /// Sets of at least three people, by index into `people`, who received one text together.
    pub groups: Vec<Vec<usize>>,
}
