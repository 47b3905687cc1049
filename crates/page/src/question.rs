//! The question, whose words are the controls of the page.

use askama::Template;
use pillarbox_access::country::{self, Country};
use pillarbox_access::design::Design;
use pillarbox_access::designs;
use pillarbox_lab::experiments;
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::scenario::library::{BUILT_IN, titles};

use crate::request::Request;
use crate::story::PEOPLE;

/// Countries whose police can serve a demand, in addition to the story's own country.
const COUNTRIES: [&str; 5] = ["GB", "US", "DE", "IN", "BR"];

/// The two designs whose relays carry the conversation: one that can read, and one that is end to end.
pub(crate) const BOTH: [&str; 2] = ["plain-server", "end-to-end"];

/// The demand with which the question begins.
const FIRST: &str = "content-warrant";

/// Guesses, as the page sends them and as people read them.
const GUESSES: [(&str, &str); 4] =
    [("unknown", "I don’t know"), ("none", "none"), ("some", "some of them"), ("all", "all of them")];

/// The question that somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// The design; `None` for both designs on the stage.
    pub(crate) design: Option<&'static Design>,
    /// The demand's column.
    pub(crate) demand: &'static str,
    /// The country that makes the demand.
    pub(crate) country: Country,
    /// The story, if it is one of this program's own; `None` for the conversation on the stage.
    pub(crate) story: Option<&'static str>,
}

/// A choice of a control.
struct Choice {
    value: String,
    words: String,
    is_chosen: bool,
}

#[derive(Template)]
#[template(path = "question.html")]
struct Asked<'a> {
    designs: Vec<Choice>,
    demands: Vec<Choice>,
    hands: Vec<Choice>,
    stories: Vec<Choice>,
    guesses: &'a [(&'a str, &'a str)],
    target: &'a str,
}

impl Default for Question {
    fn default() -> Self {
        Self { design: None, demand: FIRST, country: Country::GB, story: None }
    }
}

impl Question {
    /// Reads the question of a request. A part that it does not name, or names wrongly, is as in the first question.
    pub(crate) fn of(request: &Request) -> Self {
        let first = Self::default();
        let demand = experiments::demands().into_iter().find(|demand| *demand == request.word("demand"));
        let story = BUILT_IN.iter().map(|(name, _)| *name).find(|name| *name == request.word("story"));
        let own = story_named(story).map_or(first.country, |story| story.inquiry.country);
        let country = Country::parse(request.word("by"))
            .filter(|country| *country == own || COUNTRIES.iter().any(|known| country.as_str() == *known));
        Self {
            design: designs::named(request.word("design")),
            demand: demand.unwrap_or(first.demand),
            country: country.unwrap_or(own),
            story,
        }
    }

    /// Returns the designs that the question is about.
    pub(crate) fn designs(&self) -> Vec<&'static Design> {
        self.design.map_or_else(|| BOTH.into_iter().filter_map(designs::named).collect(), |one| vec![one])
    }

    /// Returns another country. The answer to its demand is shown beside this one.
    pub(crate) fn another_country(&self) -> Country {
        if self.country == Country::US { Country::GB } else { Country::US }
    }

    /// Returns the question as a part of the page's address.
    pub(crate) fn address(&self, line: usize) -> String {
        let design = self.design.map_or(String::new(), |design| format!("design={}&", design.name));
        let place = self.story.map_or_else(|| format!("order={line}"), |story| format!("story={story}"));
        format!("{design}demand={}&by={}&{place}", self.demand, self.country)
    }

    /// Renders the controls.
    pub(crate) fn render(&self) -> Result<String, askama::Error> {
        let design = |design: &'static Design| Choice {
            value: design.name.clone(),
            words: design.title.clone(),
            is_chosen: self.design == Some(design),
        };
        let both = Choice {
            value: String::new(),
            words: "each of these two relays".to_owned(),
            is_chosen: self.design.is_none(),
        };
        let demand = |name: &'static str| Choice {
            value: name.to_owned(),
            words: experiments::title_of(name),
            is_chosen: self.demand == name,
        };
        let own = story_named(self.story);
        let here = own.as_ref().map(|story| story.inquiry.country.to_string());
        let here = here.filter(|own| !COUNTRIES.contains(&own.as_str()));
        let hand = |country: String| Choice {
            words: police_in(&country),
            is_chosen: self.country.to_string() == country,
            value: country,
        };
        let conversation = Choice {
            value: String::new(),
            words: "the conversation below".to_owned(),
            is_chosen: self.story.is_none(),
        };
        let story = |(name, title): &(&'static str, String)| Choice {
            value: (*name).to_owned(),
            words: format!("“{title}”"),
            is_chosen: self.story == Some(*name),
        };
        let target = own.as_ref().and_then(|story| story.person(story.inquiry.about));
        Asked {
            designs: std::iter::once(both).chain(designs::all().iter().map(design)).collect(),
            demands: experiments::demands().into_iter().map(demand).collect(),
            hands: COUNTRIES.iter().map(|known| (*known).to_owned()).chain(here).map(hand).collect(),
            stories: std::iter::once(conversation).chain(titles().iter().map(story)).collect(),
            guesses: &GUESSES,
            target: target.map_or(PEOPLE[0], |person| person.name.as_str()),
        }
        .render()
    }
}

/// Names the police of a country.
pub(crate) fn police_in(country: &str) -> String {
    format!("police in {}", country::name(country))
}

/// Returns this program's story of that name, if there is one.
pub(crate) fn story_named(name: Option<&str>) -> Option<Scenario> {
    let (name, text) = BUILT_IN.iter().find(|(known, _)| Some(*known) == name)?;
    Scenario::parse(&format!("{name}/scenario.toml"), text).ok()
}

/// Returns the words for a guess; `None` for anything else.
pub(crate) fn guess(word: &str) -> Option<&'static str> {
    GUESSES.iter().find(|(value, _)| *value == word).map(|(_, words)| *words)
}
