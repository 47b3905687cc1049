//! The worlds on which demands are served, of one story under one design. Each arrangement runs once, and all of them
//! branch off from one trunk.

use std::collections::BTreeMap;

use pillarbox_access::design::Design;
use pillarbox_wire::Timestamp;

use super::copies::{self, Lies};
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::spent::{Spent, WorldRan};
use super::staging::{Ordered, Staged, with_phones};
use super::trunk::{Staging, Trunk};
use super::views::{Named, Views};
use crate::scenario::{PersonId, Scenario};
use crate::score::Yardstick;
use crate::stopwatch::Stopwatch;

/// The arrangements that an experiment needs.
pub(super) struct Arranged {
    /// Without the order, for comparison.
    pub(super) usual: Ordered,
    /// With the order.
    pub(super) with: Ordered,
    /// The arrangement that carries out the order in another way.
    pub(super) otherwise: Option<Ordered>,
}

impl Arranged {
    pub(super) fn of(experiment: &dyn Experiment, design: &Design, scenario: &Scenario) -> Self {
        Self {
            usual: experiment.usual(),
            with: experiment.ordered(design, scenario),
            otherwise: experiment.otherwise(design, scenario),
        }
    }

    /// Returns all arrangements.
    pub(super) fn all(&self) -> impl Iterator<Item = &Ordered> {
        [&self.usual, &self.with].into_iter().chain(&self.otherwise)
    }
}

/// A world that ran.
pub(super) struct Ran {
    /// The order in it.
    pub(super) ordered: Ordered,
    pub(super) staged: Staged,
    /// SHA-256 of its record.
    pub(super) sha256: String,
    /// The places of each target's texts, as far as they were searched.
    pub(super) lies: BTreeMap<(PersonId, Named), Lies>,
}

/// The worlds that are still in use, and the notes about all worlds that ran.
pub(super) struct Worlds {
    pub(super) design: Design,
    pub(super) scenario: Scenario,
    pub(super) seed: u64,
    until: Timestamp,
    /// Derives the story of every arrangement from the story as written.
    prepare: fn(&Scenario) -> Scenario,
    trunk: Trunk,
    /// The world that is still running.
    staging: Option<Staging>,
    pub(super) ran: Vec<Ran>,
    pub(super) said: Vec<WorldRan>,
}

impl Worlds {
    pub(super) fn new(design: &Design, scenario: &Scenario, seed: u64, until: Timestamp) -> Self {
        Self::on(Trunk::default(), design, scenario, seed, until)
    }

    /// Creates the worlds on an existing trunk.
    pub(super) fn on(
        trunk: Trunk,
        design: &Design,
        scenario: &Scenario,
        seed: u64,
        until: Timestamp,
    ) -> Self {
        let (design, scenario) = (design.clone(), scenario.clone());
        let prepare = with_phones;
        Self {
            design,
            scenario,
            seed,
            until,
            prepare,
            trunk,
            staging: None,
            ran: Vec::new(),
            said: Vec::new(),
        }
    }

    /// Creates the worlds of a story as written, in which nobody's phone is seized for a demand. Everything that
    /// passes the relays before the order is recorded.
    pub(super) fn as_told(design: &Design, scenario: &Scenario, seed: u64, until: Timestamp) -> Self {
        let trunk = Trunk::recorded();
        Self { prepare: Scenario::clone, ..Self::on(trunk, design, scenario, seed, until) }
    }

    fn position(&self, ordered: &Ordered) -> Option<usize> {
        self.ran.iter().position(|ran| ran.ordered == *ordered)
    }

    /// Returns the index of the world with this arrangement, which runs first if necessary.
    pub(super) fn place(&mut self, ordered: &Ordered, spent: &mut Spent) -> Result<usize, ExperimentError> {
        loop {
            if let Some(at) = self.position(ordered) {
                return Ok(at);
            }
            self.go_on(ordered, &mut { usize::MAX }, spent)?;
        }
    }

    /// Continues the worlds of these arrangements until the budget of events is used up. Returns true once all have
    /// run.
    pub(super) fn go_on_with(
        &mut self,
        arranged: &Arranged,
        budget: &mut usize,
        spent: &mut Spent,
    ) -> Result<bool, ExperimentError> {
        for ordered in arranged.all() {
            while self.position(ordered).is_none() {
                if *budget == 0 {
                    return Ok(false);
                }
                self.go_on(ordered, budget, spent)?;
            }
        }
        Ok(true)
    }

    /// Counts, roughly, the events that have not run yet in the worlds of these arrangements. Nobody knows
    /// beforehand how many things an order will cause.
    pub(super) fn left(&self, arranged: &Arranged) -> usize {
        let after =
            self.scenario.events.iter().filter(|event| event.at >= self.scenario.inquiry.ordered).count();
        let missing = arranged.all().filter(|ordered| self.position(ordered).is_none());
        let of = |ordered: &Ordered| match &self.staging {
            Some(staging) if staging.is_of(ordered) => staging.left(&self.trunk),
            _ => after,
        };
        missing.map(of).sum()
    }

    fn go_on(
        &mut self,
        ordered: &Ordered,
        budget: &mut usize,
        spent: &mut Spent,
    ) -> Result<(), ExperimentError> {
        let begun = Stopwatch::start();
        let mut staging = match self.staging.take().filter(|staging| staging.is_of(ordered)) {
            Some(staging) => staging,
            None => {
                spent.worlds += 1;
                Staging::of(&self.design, (self.prepare)(&self.scenario), ordered, self.seed, self.until)?
            }
        };
        if staging.go_on(&mut self.trunk, self.seed, budget)? {
            let (staged, sha256) = staging.done()?;
            let lines = staged.world.record().lines().len();
            self.said.push(WorldRan { ordered: ordered.in_words(), sha256: sha256.clone(), lines });
            self.ran.push(Ran { ordered: ordered.clone(), staged, sha256, lies: BTreeMap::new() });
        } else {
            self.staging = Some(staging);
        }
        spent.running += begun.elapsed();
        Ok(())
    }

    /// Searches the places of the target's texts, once for each world, target and way of naming accounts.
    pub(super) fn look_for_copies(
        &mut self,
        place: usize,
        target: PersonId,
        named: Named,
    ) -> Result<(), ExperimentError> {
        let Some(ran) = self.ran.get_mut(place) else { return Ok(()) };
        if !ran.lies.contains_key(&(target, named)) {
            let views = Views::new(&ran.staged, &self.design, target, named)?;
            let yardstick = Yardstick::of(&ran.staged.scenario, ran.staged.world.scorer(), target);
            ran.lies.insert((target, named), copies::everywhere(&ran.staged, &views, &yardstick)?);
        }
        Ok(())
    }

    /// Drops the worlds that no later experiment needs. With a large story, one may take a hundred megabytes.
    pub(super) fn keep_for(&mut self, later: &[Arranged]) {
        self.ran.retain(|ran| later.iter().flat_map(Arranged::all).any(|ordered| ran.ordered == *ordered));
    }
}
