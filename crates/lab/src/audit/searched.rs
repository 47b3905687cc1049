//! The findings of a search in one place.

use super::needle::NeedleRole;
use super::report::{Moment, Part, Searched, SearchedPlace};
use super::search::{Hit, Search};

/// Returns the findings of a search, and how much was searched.
pub(super) fn searched(
    place: SearchedPlace,
    moment: Moment,
    search: &Search,
    parts: Vec<Part>,
    hits: Vec<Hit>,
) -> Searched {
    let needles = search.needles().iter().filter(|needle| needle.role() != NeedleRole::Witness).count();
    let bytes = parts.iter().map(|part| part.bytes).sum();
    Searched { place, moment, parts, bytes, not_read: Vec::new(), needles, hits }
}
