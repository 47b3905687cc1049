//! Names for people inside a story.

/// One of a scenario's people: a position in [`Scenario::people`](super::Scenario::people).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub usize);
