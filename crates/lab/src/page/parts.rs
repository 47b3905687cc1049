//! One cell in parts: the same HTML as in a report, for a page that shows one answer at a time.

use std::collections::BTreeMap;
use std::slice;

use askama::Template;
use pillarbox_access::design::Design;

use super::grid::{Grid, Shown};
use super::paper::Paper;
use super::{Figure, PageError, figures, sentences};
use crate::answer::Answer;
use crate::evidence::Evidence;
use crate::matrix::cell::Cell;
use crate::record::design_digest;

pub use super::STYLE;

/// The parts of a cell. Each is complete: no tag is left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The question, the answer in sentences, and the figures beside it.
    pub answer: String,
    /// The demand and its returns.
    pub asked: String,
    /// The squares with their number and word.
    pub shown: String,
}

#[derive(Template)]
#[template(path = "answer.html")]
struct AnswerPart<'a> {
    id: &'a str,
    answer: &'a Answer,
    sentences: Vec<&'a str>,
    figures: Vec<Figure>,
}

#[derive(Template)]
#[template(path = "asked.html")]
struct AskedPart {
    paper: Paper,
}

#[derive(Template)]
#[template(path = "squares.html")]
struct ShownPart {
    shown: Shown,
}

impl Parts {
    /// Renders the parts of a cell. The heading of the answer has the address `id`.
    ///
    /// # Errors
    /// [`PageError`].
    pub fn of(id: &str, cell: &Cell, evidence: &Evidence, design: &Design) -> Result<Self, PageError> {
        let alone = BTreeMap::from([(cell.evidence.clone(), evidence.clone())]);
        let digests = BTreeMap::from([(design.name.clone(), design_digest(design))]);
        let grid = Grid::of(&digests, slice::from_ref(cell), &alone);
        let place = grid.at(0, 0).ok_or(PageError::Empty)?;
        let answer = AnswerPart {
            id,
            answer: &cell.answer,
            sentences: sentences(&cell.answer.headline),
            figures: figures(&grid, (0, 0), place),
        };
        Ok(Self {
            answer: answer.render()?,
            asked: AskedPart { paper: Paper::of(evidence, Some(design)) }.render()?,
            shown: ShownPart { shown: grid.shown(0, 0) }.render()?,
        })
    }
}
