//! Answers: the evidence of a demand under a design, and the parts of the page that show it.

use askama::Template;
use pillarbox_access::country::Country;
use pillarbox_access::design::Design;
use pillarbox_lab::english::capital;
use pillarbox_lab::evidence::Evidence;
use pillarbox_lab::experiments::{self, Docket, ExperimentError};
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::page::parts::Parts;

use crate::error::StageError;
use crate::question::{Question, police_in};

/// One answer on the stage.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    /// The guess.
    pub(crate) guess: &'static str,
    /// The number of texts in the conversation when it was served.
    pub(crate) texts: usize,
    /// The question.
    pub(crate) question: Question,
    /// Each holder of the keys, and what they read.
    pub(crate) hands: Vec<(String, String)>,
    pub(crate) cell: Cell,
    pub(crate) evidence: Evidence,
    pub(crate) parts: Parts,
}

#[derive(Template)]
#[template(path = "answers.html")]
struct Answers<'a> {
    served: &'a [Served],
    texts: usize,
}

/// The input in addition to the evidence: the answer's place on the page, and the asker's choices.
pub(crate) struct Asking<'a> {
    /// Distinguishes the answers of one page.
    pub(crate) place: usize,
    /// The guess.
    pub(crate) guess: &'static str,
    /// The number of texts in the conversation.
    pub(crate) texts: usize,
    /// The question.
    pub(crate) question: &'a Question,
    /// The country that the story names.
    pub(crate) own: Country,
}

impl Served {
    /// Serves a demand whose worlds have run.
    pub(crate) fn of(design: &Design, docket: &mut Docket, asking: &Asking<'_>) -> Result<Self, StageError> {
        let Asking { place, guess, texts, question, own } = *asking;
        let mut by = |country: Country| match country == own {
            true => docket.evidence(question.demand),
            false => docket.evidence_by(question.demand, country),
        };
        let evidence = by(question.country)?;
        // If the other country's demand has other steps, its worlds run only when somebody asks.
        let another = match experiments::is_for_a_country(question.demand) {
            true => None,
            false => Some(by(question.another_country())?.cell("")),
        };
        let cell = evidence.cell("");
        let parts = Parts::of(&format!("answer{place}"), &cell, &evidence, design)?;
        let hands = hands(question, &cell, another.as_ref());
        Ok(Self { guess, texts, question: question.clone(), hands, cell, evidence, parts })
    }
}

impl Served {
    fn since(&self, texts: &usize) -> String {
        match *texts == self.texts {
            true => String::new(),
            false => format!("Served when there were {} texts; now there are {texts}.", self.texts),
        }
    }
}

/// Describes the same rows and keys in the hands of each holder, in the same sentences.
fn hands(question: &Question, cell: &Cell, another: Option<&Cell>) -> Vec<(String, String)> {
    let police = |country: Country| capital(&police_in(country.as_str()));
    let thief = match cell.answer.thief.as_str() {
        "" => {
            "This demand is not answered from rows and keys of an operator, and a thief of those has none of what came back."
        }
        says => says,
    };
    let elsewhere = match another.map(|another| &another.answer) {
        Some(theirs) if theirs.says != cell.answer.says && !theirs.says.is_empty() => {
            format!("{} {}", theirs.headline, theirs.says)
        }
        Some(theirs) => theirs.headline.clone(),
        None => "This demand does something else there: choose them in the question and serve it.".to_owned(),
    };
    vec![
        (police(question.country), cell.answer.headline.clone()),
        ("A thief of the same rows and keys".to_owned(), thief.to_owned()),
        (police(question.another_country()), elsewhere),
    ]
}

/// Runs the controls of a demand: everything planted must be found, and nothing may be found before anything is said.
pub(crate) fn control(demand: &str) -> Result<(), ExperimentError> {
    experiments::controls(demand)
}

#[derive(Template)]
#[template(path = "pinned.html")]
struct Pinned<'a> {
    pinned: &'a [Served],
}

/// Renders answers that stay on the page while others are served.
pub(crate) fn pinned(pinned: &[Served]) -> Result<String, askama::Error> {
    Pinned { pinned }.render()
}

/// The places on the page that say, for each answer, how the conversation has continued since.
const SINCE: [&str; 2] = ["since0", "since1"];

/// Returns, for each answer, whether texts were said after it was served. The answer itself stays on the page
/// unchanged.
pub(crate) fn since(served: &[Served], texts: usize) -> impl Iterator<Item = (&'static str, String)> {
    SINCE.into_iter().zip(served).map(move |(part, served)| (part, served.since(&texts)))
}

/// Renders all answers.
pub(crate) fn render(served: &[Served], texts: usize) -> Result<String, askama::Error> {
    Answers { served, texts }.render()
}
