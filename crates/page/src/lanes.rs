//! The picture: each text is one row across the first phone, both relays and the second phone, and the order stands between two rows.

use askama::Template;
use pillarbox_wire::Timestamp;

use crate::live::{Live, Passage, Row, Tried};
use crate::story::{PEOPLE, Story};

/// A text.
struct Lane<'a> {
    number: usize,
    at: String,
    text: &'a str,
    /// On each phone: the speaker as it names them, or nothing where it does not show the text.
    phones: [Option<&'a str>; 2],
    relays: Vec<Option<&'a Passage>>,
    /// The order stands above this row.
    is_after_order: bool,
}

#[derive(Template)]
#[template(path = "lanes.html")]
struct Lanes<'a> {
    lanes: Vec<Lane<'a>>,
    line: usize,
    texts: usize,
    ordered: String,
    designs: Vec<&'a str>,
}

/// The rows of the table. `first` is the place of the conversation's first text among the story's events.
pub(crate) fn render(story: &Story, first: usize, relays: &[Live]) -> Result<String, askama::Error> {
    let lanes = story.texts().iter().enumerate().map(|(place, text)| {
        let event = first + place;
        let by = PEOPLE.get(text.by).copied().unwrap_or_default();
        let phone = |who: &'static str| match who == by {
            true => Some("you"),
            false => relays.iter().all(|live| live.shows(who, event)).then_some(by),
        };
        Lane {
            number: place + 1,
            at: clock(Story::at(place)),
            text: &text.text,
            phones: PEOPLE.map(phone),
            relays: relays.iter().map(|live| live.passage(event)).collect(),
            is_after_order: place == story.line(),
        }
    });
    Lanes {
        lanes: lanes.collect(),
        line: story.line(),
        texts: story.texts().len(),
        ordered: clock(story.ordered()),
        designs: relays.iter().map(|live| live.design.title.as_str()).collect(),
    }
    .render()
}

fn clock(at: Timestamp) -> String {
    let (.., hour, minute, _) = at.calendar();
    format!("{hour:02}:{minute:02}")
}

#[derive(Template)]
#[template(path = "tried.html")]
struct TriedPart<'a> {
    number: usize,
    design: &'a str,
    tried: &'a Tried,
    /// The method, what came of it, how often.
    outcomes: Vec<(&'a str, &'a str, u64)>,
}

/// What the keys of a relay made of a text.
pub(crate) fn tried(number: usize, design: &str, tried: &Tried) -> Result<String, askama::Error> {
    let outcomes = tried.attempts.outcomes.iter().map(|(outcome, times)| {
        let (method, result) = outcome.split_once(": ").unwrap_or((outcome, ""));
        (method, result, *times)
    });
    TriedPart { number, design, tried, outcomes: outcomes.collect() }.render()
}
