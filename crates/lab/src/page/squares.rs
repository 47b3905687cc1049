//! One text is one square, on every screen.

use pillarbox_access::Item;

use crate::matrix::cell::{Cell, Evidence};
use crate::score::{State, What};

/// What became of one text of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Square {
    /// It came back readable.
    Filled,
    /// It came back readable, because it was sent after the order.
    Striped,
    /// It did not come back readable.
    Open,
}

impl Square {
    /// Its class in the page's style.
    #[must_use]
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Filled => "on",
            Self::Striped => "later",
            Self::Open => "",
        }
    }
}

/// The squares of a cell, one for each text that it counts, in the order of the story. None where no texts are counted.
#[must_use]
pub(super) fn of(cell: &Cell, evidence: &Evidence) -> Vec<Square> {
    let counts_texts = matches!(evidence.what, What::Texts | What::TextsAfter) && evidence.unit.starts_with("texts");
    if !counts_texts || cell.state.is_of_messages() || cell.state == State::NotModelled {
        return Vec::new();
    }
    let came_back = |id: &String| cell.measures.texts.contains(id) && !is_withheld(evidence);
    let yardstick = &evidence.yardstick;
    let texts = yardstick.of_target().map(|told| (told.at >= yardstick.ordered, came_back(&yardstick.id(told))));
    // A demand about the time after counts what was before only where it brings some of that, too.
    let only_after = evidence.what == What::TextsAfter && cell.measures.content_past.n == 0;
    texts
        .filter(|(is_after, _)| *is_after || !only_after)
        .map(|text| match text {
            (true, true) => Square::Striped,
            (false, true) => Square::Filled,
            (_, false) => Square::Open,
        })
        .collect()
}

/// Whether the operator has the texts and says that it does not hand them over: then they did not come back.
fn is_withheld(evidence: &Evidence) -> bool {
    let mut held = evidence
        .brought
        .entries
        .iter()
        .filter(|entry| entry.asked == Item::MessageContent && entry.came_back())
        .peekable();
    held.peek().is_some() && held.all(|entry| entry.withheld.is_some())
}
