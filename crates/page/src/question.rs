//! The question, whose words are the controls.

use askama::Template;
use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_lab::experiments;

use crate::request::Request;

/// Whoever serves a demand: the country's letters, and the hand in words.
pub(crate) const HANDS: [(&str, &str); 5] = [
    ("GB", "police in Britain"),
    ("US", "police in the United States"),
    ("DE", "police in Germany"),
    ("IN", "police in India"),
    ("BR", "police in Brazil"),
];

/// The two designs whose relays carry the conversation: one that can read, one end to end.
pub(crate) const BOTH: [&str; 2] = ["plain-server", "end-to-end"];

/// The demand that the question begins with.
const FIRST: &str = "content-warrant";

/// Guesses, as the page sends them and as people read them.
const GUESSES: [(&str, &str); 4] =
    [("unknown", "I don’t know"), ("none", "none"), ("some", "some of them"), ("all", "all of them")];

/// What somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The design; none for each of the two on the stage.
    pub(crate) design: Option<&'static Design>,
    /// The demand's column.
    pub(crate) demand: &'static str,
    /// Whose demand it is: a place in [`HANDS`].
    pub(crate) hand: usize,
}

/// A choice of a control.
struct Choice {
    value: &'static str,
    words: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "question.html")]
struct Asked<'a> {
    designs: Vec<Choice>,
    demands: Vec<Choice>,
    hands: Vec<Choice>,
    guesses: &'a [(&'a str, &'a str)],
    target: &'a str,
}

impl Default for Question {
    fn default() -> Self {
        Self { design: None, demand: FIRST, hand: 0 }
    }
}

impl Question {
    /// The question that a request asks; what it does not name, or names wrongly, is as at first.
    pub(crate) fn of(request: &Request) -> Self {
        let first = Self::default();
        let demand = experiments::demands().into_iter().find(|demand| *demand == request.word("demand"));
        let hand = HANDS.iter().position(|(country, _)| *country == request.word("by"));
        Self {
            design: designs::named(request.word("design")),
            demand: demand.unwrap_or(first.demand),
            hand: hand.unwrap_or(first.hand),
        }
    }

    /// The designs that it is about.
    pub(crate) fn designs(&self) -> Vec<&'static Design> {
        self.design.map_or_else(|| BOTH.into_iter().filter_map(designs::named).collect(), |one| vec![one])
    }

    /// The country whose demand it is.
    pub(crate) fn country(&self) -> &'static str {
        HANDS.get(self.hand).map_or("GB", |(country, _)| country)
    }

    /// The question as a part of the page's address.
    pub(crate) fn address(&self, line: usize) -> String {
        let design = self.design.map_or(String::new(), |design| format!("design={}&", design.name));
        format!("{design}demand={}&by={}&order={line}", self.demand, self.country())
    }

    /// The controls.
    pub(crate) fn render(&self, target: &str) -> Result<String, askama::Error> {
        let design = |design: &'static Design| Choice {
            value: &design.name,
            words: design.title.clone(),
            is_chosen: self.design == Some(design),
        };
        let both = Choice {
            value: "",
            words: "each of these two relays".to_owned(),
            is_chosen: self.design.is_none(),
        };
        let demand =
            |name| Choice { value: name, words: experiments::title_of(name), is_chosen: self.demand == name };
        let hand = |(at, (country, words)): (usize, &(&'static str, &str))| Choice {
            value: country,
            words: (*words).to_owned(),
            is_chosen: self.hand == at,
        };
        Asked {
            designs: std::iter::once(both).chain(designs::all().iter().map(design)).collect(),
            demands: experiments::demands().into_iter().map(demand).collect(),
            hands: HANDS.iter().enumerate().map(hand).collect(),
            guesses: &GUESSES,
            target,
        }
        .render()
    }
}

/// A guess in words; none if it is no guess.
pub(crate) fn guess(word: &str) -> Option<&'static str> {
    GUESSES.iter().find(|(value, _)| *value == word).map(|(_, words)| *words)
}
