//! The picture: each text is one row across the first phone, both relays and the second phone. The order is between
//! two rows.

use askama::Template;
use pillarbox_wire::Timestamp;
use serde::Serialize;

use crate::keys::Held;
use crate::live::{Live, Passage, Row, Tried};
use crate::story::{PEOPLE, Story};

/// A text.
#[derive(Template)]
#[template(path = "lane.html")]
struct Lane<'a> {
    number: usize,
    at: String,
    text: &'a str,
    /// The speaker, as each phone names them; nothing for a phone that does not show the text.
    phones: [Option<&'a str>; 2],
    relays: Vec<Option<&'a Passage>>,
    designs: &'a [&'a str],
}

/// The order, drawn between two texts.
#[derive(Template)]
#[template(path = "order.html")]
struct Order {
    line: usize,
    texts: usize,
    ordered: String,
}

/// A row of the table, with its `id` on the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableRow {
    /// The `id`.
    pub id: String,
    /// The whole row, as HTML.
    pub html: String,
}

/// The table: `first` is the index of the conversation's first text among the story's events.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a> {
    pub(crate) story: &'a Story,
    pub(crate) first: usize,
    pub(crate) relays: &'a [Live],
}

impl Table<'_> {
    /// Renders all rows.
    pub(crate) fn rows(self) -> Result<Vec<TableRow>, askama::Error> {
        self.rows_of(0..self.story.texts().len())
    }

    /// Renders the rows of some texts, by their indexes, and the row of the order, which is between two texts.
    pub(crate) fn rows_of(
        self,
        texts: impl IntoIterator<Item = usize>,
    ) -> Result<Vec<TableRow>, askama::Error> {
        let line = self.story.line();
        let mut texts = texts.into_iter().peekable();
        let mut rows = Vec::new();
        while let Some(place) = texts.next_if(|place| *place < line) {
            rows.extend(self.row(place)?);
        }
        let order = Order { line, texts: self.story.texts().len(), ordered: clock(self.story.ordered()) };
        rows.push(TableRow { id: "order".to_owned(), html: order.render()? });
        for place in texts {
            rows.extend(self.row(place)?);
        }
        Ok(rows)
    }

    fn row(self, place: usize) -> Result<Option<TableRow>, askama::Error> {
        let Self { story, first, relays } = self;
        let Some(text) = story.texts().get(place) else { return Ok(None) };
        let designs: Vec<&str> = relays.iter().map(|live| live.design.title.as_str()).collect();
        let event = first + place;
        let by = PEOPLE.get(text.by).copied().unwrap_or_default();
        let phone = |who: &'static str| match who == by {
            true => Some("you"),
            false => relays.iter().all(|live| live.shows(who, event)).then_some(by),
        };
        let lane = Lane {
            number: place + 1,
            at: clock(Story::at(place)),
            text: &text.text,
            phones: PEOPLE.map(phone),
            relays: relays.iter().map(|live| live.passage(event)).collect(),
            designs: &designs,
        };
        Ok(Some(TableRow { id: format!("t{}", place + 1), html: lane.render()? }))
    }
}

fn clock(at: Timestamp) -> String {
    let (.., hour, minute, _) = at.calendar();
    format!("{hour:02}:{minute:02}")
}

#[derive(Template)]
#[template(path = "tried.html")]
struct TriedPart<'a> {
    number: usize,
    relay: usize,
    design: &'a str,
    tried: &'a Tried,
    /// The key that was tried; `None` if all keys were tried.
    chosen: Option<usize>,
    keys: &'a [Held],
    /// The outcomes: the method, the result, and the number of times.
    outcomes: Vec<(&'a str, &'a str, u64)>,
}

impl TriedPart<'_> {
    fn is_chosen(&self, key: usize) -> bool {
        self.chosen == Some(key)
    }

    fn one_key(&self) -> Option<&str> {
        Some(&self.keys.get(self.chosen?)?.name)
    }
}

/// Renders the results of trying a relay's keys, or one of them, on a text.
pub(crate) fn tried(
    (number, relay): (usize, usize),
    design: &str,
    tried: &Tried,
    chosen: Option<usize>,
) -> Result<String, askama::Error> {
    let outcomes = tried.attempts.outcomes.iter().map(|(outcome, times)| {
        let (method, result) = outcome.split_once(": ").unwrap_or((outcome, ""));
        (method, result, *times)
    });
    let outcomes = outcomes.collect();
    TriedPart { number, relay, design, tried, chosen, keys: &tried.held, outcomes }.render()
}
