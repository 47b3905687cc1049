//! A test's record of what one person says to another, and the errors in its delivery.

use std::collections::{BTreeMap, BTreeSet};

/// One direction of one conversation.
#[derive(Clone, Debug, Default)]
pub struct Deliveries {
    said: Vec<String>,
    accepted: BTreeSet<String>,
    shown: Vec<String>,
}

/// An error in the delivery of a message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// The message was accepted and never shown.
    Lost(String),
    /// The message was shown more than once.
    Doubled(String),
    /// The message was shown after one that was said later.
    Swapped(String),
    /// The message was shown although nobody said it.
    Unsaid(String),
}

impl Deliveries {
    /// Records that somebody says this. Every text must be unique.
    pub fn say(&mut self, text: &str) {
        assert!(!self.said.iter().rev().any(|said| said == text), "{text} is said twice");
        self.said.push(text.to_owned());
    }

    /// Records that the sender was told that the text is safe.
    pub fn accept(&mut self, text: &str) {
        self.accepted.insert(text.to_owned());
    }

    /// Records that the recipient is shown this text.
    pub fn show(&mut self, text: &str) {
        self.shown.push(text.to_owned());
    }

    /// Returns the numbers of texts said, accepted and shown.
    #[must_use]
    pub fn counts(&self) -> [usize; 3] {
        [self.said.len(), self.accepted.len(), self.shown.len()]
    }

    /// Returns the texts that were shown, in that order.
    #[must_use]
    pub fn shown(&self) -> &[String] {
        &self.shown
    }

    /// Returns every error, sorted. A message that was neither accepted nor shown is not an error.
    #[must_use]
    pub fn wrongs(&self) -> Vec<Wrong> {
        let places: BTreeMap<&str, usize> =
            self.said.iter().enumerate().map(|(place, text)| (text.as_str(), place)).collect();
        let mut wrongs = Vec::new();
        let (mut seen, mut last) = (BTreeSet::new(), 0);
        for text in &self.shown {
            let Some(&place) = places.get(text.as_str()) else {
                wrongs.push(Wrong::Unsaid(text.clone()));
                continue;
            };
            if !seen.insert(text) {
                wrongs.push(Wrong::Doubled(text.clone()));
            } else if place < last {
                wrongs.push(Wrong::Swapped(text.clone()));
            } else {
                last = place;
            }
        }
        wrongs.extend(self.accepted.iter().filter(|text| !seen.contains(text)).cloned().map(Wrong::Lost));
        wrongs.sort();
        wrongs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records five texts as said and accepted, and `shown` as shown.
    fn shown(shown: &[&str]) -> Vec<Wrong> {
        let mut said = Deliveries::default();
        for text in ["a", "b", "c", "d", "e"] {
            said.say(text);
            said.accept(text);
        }
        shown.iter().for_each(|text| said.show(text));
        said.wrongs()
    }

    #[test]
    fn what_was_shown_once_and_in_order_is_right() {
        assert_eq!(shown(&["a", "b", "c", "d", "e"]), []);
    }

    #[test]
    fn a_lost_message_is_noticed() {
        assert_eq!(shown(&["a", "b", "d", "e"]), [Wrong::Lost("c".into())]);
        assert_eq!(shown(&["a", "b", "c", "d"]), [Wrong::Lost("e".into())]);
    }

    #[test]
    fn a_doubled_message_is_noticed() {
        assert_eq!(shown(&["a", "b", "c", "b", "d", "e"]), [Wrong::Doubled("b".into())]);
        assert_eq!(shown(&["a", "b", "c", "d", "e", "e"]), [Wrong::Doubled("e".into())]);
    }

    #[test]
    fn a_swapped_message_is_noticed() {
        assert_eq!(shown(&["a", "c", "b", "d", "e"]), [Wrong::Swapped("b".into())]);
    }

    #[test]
    fn a_message_that_nobody_said_is_noticed() {
        assert_eq!(shown(&["a", "b", "c", "d", "e", "f"]), [Wrong::Unsaid("f".into())]);
    }

    #[test]
    fn a_message_that_was_not_accepted_may_be_missing_and_no_more() {
        let mut said = Deliveries::default();
        ["a", "b", "c"].into_iter().for_each(|text| said.say(text));
        said.accept("a");
        said.show("a");
        assert_eq!(said.wrongs(), []);
        said.show("c");
        assert_eq!(said.wrongs(), []);
        said.show("b");
        assert_eq!(said.wrongs(), [Wrong::Swapped("b".into())]);
    }
}
