//! The story on the stage: a file that grows with what is typed. It is always a complete scenario, so that the
//! programs read the same file and find the same.

use std::fmt::Write as _;

use pillarbox_lab::record::instant;
use pillarbox_lab::scenario::{Scenario, ScenarioError};
use pillarbox_wire::{Duration, Timestamp};

/// The people of the story, and the events before the conversation.
const BEGINNING: &str = include_str!("story.toml");

/// The two people whose phones are on the stage. Demands are about the first.
pub const PEOPLE: [&str; 2] = ["Alice", "Bob"];

/// The conversation that has just happened, as speaker and text.
const CONVERSATION: [(usize, &str); 5] = [
    (0, "Are you coming at six?"),
    (1, "Yes. Under the clock."),
    (0, "I will bring the red folder."),
    (1, "Good. See you there."),
    (0, "Running late: half past."),
];

/// The first text of the conversation: 4 September 2026, 17:30 UTC.
const FIRST: Timestamp = Timestamp(1_788_543_000_000);

/// The time between two texts.
const PAUSE: Duration = Duration::from_seconds(60);

/// The time from the last text to the answer.
const UNTIL_SERVED: Duration = Duration::from_days(1);

/// The number of texts before the order, when the page opens.
const LINE: usize = 3;

/// The longest text, in characters, as in a story's file.
pub const MAX_CHARS: usize = 4_000;

/// The maximum number of texts on the stage. A page shows each of them.
pub const MAX_TEXTS: usize = 2_000;

/// One text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryText {
    /// The speaker, by their index into [`PEOPLE`].
    pub by: usize,
    /// The words.
    pub text: String,
}

/// The conversation, and the position of the order in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    texts: Vec<StoryText>,
    line: usize,
}

impl Default for Story {
    fn default() -> Self {
        let text = |(by, text): (usize, &str)| StoryText { by, text: text.to_owned() };
        Self { texts: CONVERSATION.map(text).into(), line: LINE }
    }
}

impl Story {
    /// Returns the texts of the conversation, in order.
    #[must_use]
    pub fn texts(&self) -> &[StoryText] {
        &self.texts
    }

    /// Returns the number of texts before the order.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Moves the order to after `texts` texts, or to the end if there are fewer.
    pub fn move_line(&mut self, texts: usize) {
        self.line = texts.min(self.texts.len());
    }

    /// Adds a text at the end, and returns the time at which it is said.
    pub fn say(&mut self, text: StoryText) -> Timestamp {
        self.texts.push(text);
        Self::at(self.texts.len() - 1)
    }

    /// Removes the last text.
    pub fn unsay(&mut self) {
        self.texts.pop();
        self.line = self.line.min(self.texts.len());
    }

    /// Returns the time of a text, by its index.
    #[must_use]
    pub fn at(place: usize) -> Timestamp {
        let minutes = u64::try_from(place).unwrap_or(u64::MAX);
        Timestamp(FIRST.0.saturating_add(minutes.saturating_mul(PAUSE.as_seconds() * 1_000)))
    }

    /// Returns the time of the last event before the conversation began.
    pub(crate) fn before_the_conversation(scenario: &Scenario) -> Timestamp {
        let before = scenario.events.iter().map(|event| event.at).filter(|at| *at < FIRST);
        before.max().unwrap_or(scenario.start)
    }

    /// Returns the time from which the order applies: half a pause before the first text that it reaches.
    #[must_use]
    pub fn ordered(&self) -> Timestamp {
        Timestamp(Self::at(self.line).0 - PAUSE.as_seconds() * 500)
    }

    /// Returns the file.
    #[must_use]
    pub fn file(&self, country: &str) -> String {
        let mut file = BEGINNING.to_owned();
        for (place, text) in self.texts.iter().enumerate() {
            let to = PEOPLE.iter().enumerate().find(|(at, _)| *at != text.by).map_or("", |(_, name)| name);
            let by = PEOPLE.get(text.by).copied().unwrap_or_default();
            let at = moment(Self::at(place));
            // Writing to a String cannot fail.
            let _ = write!(
                file,
                "[[events]]\nat = {at}\nwho = \"{by}\"\nsays = {}\nto = \"{to}\"\n\n",
                quoted(&text.text)
            );
        }
        let served = Self::at(self.texts.len()) + UNTIL_SERVED;
        let _ = write!(
            file,
            "[demand]\nabout = \"{}\"\ncountry = \"{country}\"\nordered = {}\nserved = {}\n",
            PEOPLE.first().copied().unwrap_or_default(),
            moment(self.ordered()),
            moment(served)
        );
        file
    }

    /// Reads and checks the story.
    ///
    /// # Errors
    /// The mistake in it; for example, a text that is empty or too long.
    pub fn scenario(&self, country: &str) -> Result<Scenario, ScenarioError> {
        Scenario::parse("story.toml", &self.file(country))
    }
}

/// Formats a time as stories write it: to the second.
fn moment(at: Timestamp) -> String {
    instant(at).replace(".000Z", "Z")
}

/// Formats a text as TOML writes it in one line: as JSON does, except for the one control character that JSON allows
/// unescaped.
fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default().replace('\u{7f}', "\\u007F")
}

#[cfg(test)]
mod tests {
    use pillarbox_lab::scenario::{Act, Event};

    use super::*;

    #[test]
    fn what_is_typed_stands_in_the_file_as_it_was_typed() {
        for typed in
            ["\"]] [[events]]\nat = 1", "it's \\ \u{7f}\u{1}\t", "</script><b>", "مرحبا", "'''\"\"\""]
        {
            let mut story = Story::default();
            story.say(StoryText { by: 1, text: typed.to_owned() });
            let scenario = story.scenario("GB").unwrap_or_else(|error| panic!("{error}"));
            let Some(Event { act: Act::Says { text, .. }, at, .. }) = scenario.events.last().cloned() else {
                panic!()
            };
            assert_eq!((text.as_str(), at), (typed, Story::at(5)));
        }
    }

    #[test]
    fn the_order_stands_between_two_texts() {
        let mut story = Story::default();
        for line in 0..=5 {
            story.move_line(line);
            assert!(
                (line == 0 || Story::at(line - 1) < story.ordered()) && story.ordered() < Story::at(line)
            );
            assert_eq!(story.scenario("GB").unwrap().inquiry.ordered, story.ordered());
        }
        story.move_line(99);
        assert_eq!(story.line(), 5);
    }
}
