//! A conversation under one design as it continues, with marks to return to. A demand is served on worlds that
//! branch off at a mark, so that the conversation itself is not touched.

use std::collections::BTreeMap;

use pillarbox_access::design::Design;
use pillarbox_lab::experiments::{Docket, ExperimentError};
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::world::{World, WorldError};
use pillarbox_wire::Timestamp;

use crate::story::Story;

/// The maximum number of marks. A mark is a whole world: some megabytes for a short conversation, ten times that for a
/// thousand texts.
const MAX_MARKS: usize = 6;

/// The number of texts between two marks at first. It doubles whenever there would be too many marks.
const SPACING: usize = 16;

/// A conversation under one design, with its marks.
pub(crate) struct Timeline {
    design: &'static Design,
    world: World,
    /// The number of texts that have happened in the conversation.
    texts: usize,
    /// Worlds in their state after a number of texts.
    marks: BTreeMap<usize, World>,
    spacing: usize,
}

impl Timeline {
    /// Creates a world of the story before the first text of its conversation.
    pub(crate) fn begin(design: &'static Design, story: &Scenario) -> Result<Self, WorldError> {
        let mut world = World::new(design, story, story.seed)?;
        world.run_until(Story::before_the_conversation(story))?;
        let marks = BTreeMap::from([(0, world.fork()?)]);
        Ok(Self { design, world, texts: 0, marks, spacing: SPACING })
    }

    /// Returns the design.
    pub(crate) const fn design(&self) -> &'static Design {
        self.design
    }

    /// Returns the world in its state after the last text.
    pub(crate) const fn world(&self) -> &World {
        &self.world
    }

    /// Returns the same world, for a watcher of its traffic.
    pub(crate) const fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Continues until `texts` texts of the story have happened, or the budget is used up. Returns true once they
    /// have.
    pub(crate) fn go_on(
        &mut self,
        story: &Scenario,
        texts: usize,
        budget: &mut usize,
    ) -> Result<bool, WorldError> {
        self.world.go_on_as(story)?;
        while self.texts < texts {
            let Some(rest) = budget.checked_sub(1) else { return Ok(false) };
            *budget = rest;
            if self.texts.is_multiple_of(self.spacing) && !self.marks.contains_key(&self.texts) {
                self.mark(self.world.fork()?, self.texts);
            }
            self.world.run_until(Story::at(self.texts))?;
            self.texts += 1;
        }
        Ok(true)
    }

    /// Returns a docket of demands on the story, whose order comes after `line` texts.
    pub(crate) fn docket(&mut self, story: &Scenario, line: usize) -> Result<Docket, ExperimentError> {
        let (from, nearest) = self.marks.range(..=line).next_back().ok_or(WorldError::Missing("a mark"))?;
        let (from, mut at_order) = (*from, nearest.fork()?);
        if from < line {
            at_order.go_on_as(story)?;
            at_order.run_until(last_of(line))?;
            self.mark(at_order.fork()?, line);
        }
        Docket::on([at_order, self.world.fork()?], self.design, story, story.seed)
    }

    fn mark(&mut self, world: World, texts: usize) {
        self.marks.insert(texts, world);
        while self.marks.len() > MAX_MARKS {
            self.spacing *= 2;
            let spacing = self.spacing;
            self.marks.retain(|at, _| at.is_multiple_of(spacing) || *at == texts);
        }
    }
}

/// Returns the time of the last of `texts` texts.
fn last_of(texts: usize) -> Timestamp {
    Story::at(texts.saturating_sub(1))
}
