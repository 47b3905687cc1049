//! Ties: who talks to whom, and how that is known. Pictures, tables and files are made of them.

/// How a tie is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known {
    /// A kept row names both.
    Kept,
    /// A row that passed names both.
    Seen,
    /// No row of a message names both; a method ranks the pair high enough. Never counted as returned.
    Inferred,
}

/// Two people who talk to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// One of them, by place in [`Ties::people`].
    pub one: usize,
    /// The other, by place in [`Ties::people`].
    pub other: usize,
    /// Messages from the one to the other, as far as the source counts them.
    pub there: u64,
    /// Messages from the other to the one.
    pub back: u64,
    /// How it is known.
    pub known: Known,
}

/// A network of people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// Names of people, in the order of the source.
    pub people: Vec<String>,
    /// Each pair at most once for each way of knowing it.
    pub ties: Vec<Tie>,
    /// Sets of at least three people, by place in `people`, who got one text together.
    pub groups: Vec<Vec<usize>>,
}
