//! What a search found in one place.

use super::needle::Role;
use super::report::{Moment, Part, Place, Searched};
use super::search::{Hit, Search};

/// Returns the findings of a search, and how much was searched.
pub(super) fn searched(
    place: Place,
    moment: Moment,
    search: &Search,
    parts: Vec<Part>,
    hits: Vec<Hit>,
) -> Searched {
    let needles = search.needles().iter().filter(|needle| needle.role() != Role::Witness).count();
    let bytes = parts.iter().map(|part| part.bytes).sum();
    Searched { place, moment, parts, bytes, not_read: Vec::new(), needles, hits }
}
