//! One text is one square, on every screen.

use crate::evidence::Evidence;
use crate::matrix::cell::Cell;
use crate::score::{Counted, State, TextsAt};

/// The fate of one text of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Square {
    /// The text was returned readable.
    Filled,
    /// It was returned readable, because it was sent after the order.
    Striped,
    /// The text was not returned readable.
    Open,
}

impl Square {
    /// Returns its class in the page's style.
    #[must_use]
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Filled => "on",
            Self::Striped => "later",
            Self::Open => "",
        }
    }
}

/// Returns the squares of a cell, one for each text that it counts, in the order of the story. Returns nothing if no
/// texts are counted.
#[must_use]
pub(super) fn of(cell: &Cell, evidence: &Evidence) -> Vec<Square> {
    let counts_texts =
        matches!(evidence.what, Counted::Texts | Counted::TextsAfter) && evidence.unit.starts_with("texts");
    if !counts_texts || cell.state.is_of_messages() || cell.state == State::NotModelled {
        return Vec::new();
    }
    let came_back =
        |id: &String| cell.measures.texts.contains(id) && !evidence.brought.is_without_its_texts();
    let yardstick = &evidence.yardstick;
    let texts =
        yardstick.of_target().map(|told| (told.at >= yardstick.ordered, came_back(&yardstick.id(told))));
    // A demand about the time after the order counts earlier texts only if it returns some of them, too.
    let only_after = evidence.what == Counted::TextsAfter && cell.measures.content_past.n == 0;
    texts
        .filter(|(is_after, _)| *is_after || !only_after)
        .map(|text| match text {
            (true, true) => Square::Striped,
            (false, true) => Square::Filled,
            (_, false) => Square::Open,
        })
        .collect()
}

/// Returns the squares of another holder of texts that a demand is about, one for each text.
#[must_use]
pub(super) fn held(evidence: &Evidence, at: &TextsAt) -> Vec<Square> {
    let yardstick = &evidence.yardstick;
    let only_after = evidence.what == Counted::TextsAfter;
    let texts = yardstick.of_target().filter(|told| told.at >= yardstick.ordered || !only_after);
    let squares: Vec<Square> = texts
        .map(|told| if at.texts.contains(&yardstick.id(told)) { Square::Filled } else { Square::Open })
        .collect();
    // Squares that count something other than the number would contradict it.
    if squares.len() as u64 == at.of { squares } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::{Entry, Statement, Utterance};
    use pillarbox_access::facts::ReadableText;
    use pillarbox_access::speaker::Speaker;
    use pillarbox_access::{Item, ItemAnswer};

    const ORDERED: u64 = 10;

    /// Builds texts at 1, 2, 11 and 12. Those at `back` were returned.
    fn evidence(what: Counted, back: &[u64]) -> Evidence {
        let mut evidence: Evidence =
            serde_json::from_str(include_str!("../../tests/page/evidence.json")).unwrap();
        let told = |at: u64| Utterance {
            at,
            by: "Rhys".into(),
            to: vec!["Bea".into()],
            public: false,
            sha256: crate::record::sha256(at.to_string().as_bytes()),
        };
        evidence.what = what;
        evidence.yardstick.ordered = ORDERED;
        evidence.yardstick.said = [1, 2, 11, 12].map(told).to_vec();
        evidence.brought.said = back
            .iter()
            .map(|at| ReadableText {
                at: pillarbox_wire::Timestamp(*at),
                from: Some("Rhys".into()),
                to: Some("Bea".into()),
                text: at.to_string(),
                group: None,
            })
            .collect();
        evidence
    }

    fn squares(evidence: &Evidence) -> Vec<Square> {
        of(&evidence.cell(""), evidence)
    }

    #[test]
    fn a_square_is_filled_striped_or_open_by_which_text_came_back_and_when() {
        use Square::{Filled, Open, Striped};
        assert_eq!(squares(&evidence(Counted::Texts, &[2, 12])), [Open, Filled, Open, Striped]);
        assert_eq!(squares(&evidence(Counted::Texts, &[])), [Open; 4]);
        assert_eq!(squares(&evidence(Counted::TextsAfter, &[11])), [Striped, Open]);
        let with_the_past = squares(&evidence(Counted::TextsAfter, &[1, 11]));
        assert_eq!(with_the_past, [Filled, Open, Striped, Open], "what came back from before is shown");
        assert_eq!(squares(&evidence(Counted::Messages, &[1])), []);
    }

    #[test]
    fn what_an_operator_has_and_does_not_hand_over_did_not_come_back() {
        let mut evidence = evidence(Counted::Texts, &[1, 2]);
        let lines = vec!["1".to_owned(), "2".to_owned()];
        let entry = |withheld| Entry {
            asked: Item::MessageContent,
            answer: ItemAnswer::Returned { count: 2, lines: lines.clone() },
            was_known: false,
            withheld,
        };
        evidence.brought.entries = vec![entry(None)];
        assert_eq!(squares(&evidence).iter().filter(|square| **square == Square::Filled).count(), 2);
        let statement =
            Statement { says: "It does not.".into(), from: "its site".into(), by: Speaker::Operator };
        evidence.brought.entries = vec![entry(Some(statement))];
        assert_eq!(squares(&evidence), [Square::Open; 4]);
    }
}
