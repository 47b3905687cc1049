//! Answers: the evidence of a demand under a design, and the parts of the page that show it.

use askama::Template;
use pillarbox_access::design::Design;
use pillarbox_lab::columns::capital;
use pillarbox_lab::experiments::{self, ExperimentError};
use pillarbox_lab::matrix::cell::{Cell, Evidence};
use pillarbox_lab::page::parts::Parts;
use pillarbox_lab::scenario::Scenario;

use crate::question::HANDS;
use crate::stage::StageError;

/// One answer on the stage.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    /// What somebody guessed.
    pub(crate) guess: &'static str,
    /// Texts of the conversation when it was served.
    pub(crate) texts: usize,
    /// Each hand, and what it reads.
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

impl Served {
    /// Serves a demand on `story` under a design. `place` tells answers of one page apart.
    pub(crate) fn of(
        design: &Design,
        demand: &str,
        story: &Scenario,
        (place, guess, texts, hand): (usize, &'static str, usize, usize),
    ) -> Result<Self, StageError> {
        let evidence = experiments::evidence(design, story, story.seed, demand)?;
        let cell = evidence.cell("");
        let parts = Parts::of(&format!("answer{place}"), &cell, &evidence, design)?;
        let asked = HANDS.get(hand).map_or_else(String::new, |(_, words)| capital(words));
        let mut hands = vec![(asked, cell.answer.headline.clone())];
        if !cell.answer.thief.is_empty() {
            hands.push(("A thief of the same rows and keys".to_owned(), cell.answer.thief.clone()));
        }
        Ok(Self { guess, texts, hands, cell, evidence, parts })
    }
}

/// Runs the controls of a demand: what is planted must be found, and before anything is said nothing.
pub(crate) fn control(demand: &str) -> Result<(), ExperimentError> {
    experiments::controls(demand)
}

#[derive(Template)]
#[template(path = "pinned.html")]
struct Pinned<'a> {
    pinned: &'a [Served],
}

/// Answers that stay where they are while others are served.
pub(crate) fn pinned(pinned: &[Served]) -> Result<String, askama::Error> {
    Pinned { pinned }.render()
}

/// All answers.
pub(crate) fn render(served: &[Served], texts: usize) -> Result<String, askama::Error> {
    Answers { served, texts }.render()
}
