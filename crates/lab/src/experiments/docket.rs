//! A docket: demands on one story under one design, served one after the other on shared worlds.
//!
//! The evidence of each demand is that of [`evidence`](super::evidence), byte for byte. It is only available
//! sooner.

use std::collections::BTreeMap;

use pillarbox_access::design::Design;
use pillarbox_access::law::Country;

use super::context;
use super::error::ExperimentError;
use super::every::all;
use super::experiment::Experiment;

use super::row;
use super::spent::Spent;
use super::staging::{Ordered, with_phones};
use super::trunk::Trunk;
use super::views::{Named, Views};
use super::worlds::{Arranged, Worlds};
use crate::evidence::{Context, Evidence};
use crate::scenario::Scenario;
use crate::score::Party;
use crate::world::{World, WorldError};

/// A docket; the module's documentation describes it.
pub struct Docket {
    pub(super) worlds: Worlds,
    /// The evidence that was served, by the demand's column.
    served: BTreeMap<&'static str, Evidence>,
}

impl Docket {
    /// Creates a docket whose worlds begin with the story.
    #[must_use]
    pub fn new(design: &Design, scenario: &Scenario, seed: u64) -> Self {
        let until = scenario.inquiry.served;
        Self { worlds: Worlds::new(design, scenario, seed, until), served: BTreeMap::new() }
    }

    /// Creates a docket whose worlds branch off from two worlds that have run: one that has not reached the order,
    /// and one that may have run any distance. Both have the design, the seed and the first events of the story,
    /// and no order has reached them.
    ///
    /// # Errors
    /// [`WorldError::OtherStory`](crate::world::WorldError::OtherStory) if they do not.
    pub fn on(
        [mut at_order, mut further]: [World; 2],
        design: &Design,
        scenario: &Scenario,
        seed: u64,
    ) -> Result<Self, ExperimentError> {
        let whole = with_phones(scenario);
        at_order.go_on_as(&whole)?;
        further.go_on_as(&whole)?;
        let until = scenario.inquiry.served;
        let worlds = Worlds::on(Trunk::of(at_order, further), design, scenario, seed, until);
        Ok(Self { worlds, served: BTreeMap::new() })
    }

    /// Creates a docket on a story as written, in which nobody's phone is seized for a demand.
    pub(crate) fn as_told(design: &Design, scenario: &Scenario, seed: u64) -> Self {
        let until = scenario.inquiry.served;
        Self { worlds: Worlds::as_told(design, scenario, seed, until), served: BTreeMap::new() }
    }

    /// Serves an experiment about each person of the story, without its order: the result of a thief who has the
    /// same rows and keys, and no order.
    pub(crate) fn about_everybody(
        &mut self,
        experiment: &dyn Experiment,
    ) -> Result<Vec<Party>, ExperimentError> {
        let place = self.worlds.place(&Ordered::Nothing, &mut Spent::default())?;
        let ran = self.worlds.ran.get(place).ok_or(WorldError::Missing("a world"))?;
        let mut parties = Vec::new();
        for (who, person) in ran.staged.scenario.everybody() {
            let views = match Views::new(&ran.staged, &self.worlds.design, who, Named::WhenServed) {
                Ok(views) => views,
                Err(ExperimentError::NobodyToAskAbout) => continue,
                Err(error) => return Err(error),
            };
            let said = experiment.serve(&views, &views)?.brought.said;
            parties.push(Party { who: person.name.clone(), said });
        }
        Ok(parties)
    }

    /// Continues the worlds that a demand needs until the budget of events is used up. Returns true once all have
    /// run.
    ///
    /// # Errors
    /// Any error that stops a world, and [`ExperimentError::NoSuchDemand`].
    pub fn prepare(&mut self, demand: &str, budget: &mut usize) -> Result<bool, ExperimentError> {
        let arranged = self.arranged(experiment(demand)?);
        self.worlds.go_on_with(&arranged, budget, &mut Spent::default())
    }

    /// Counts, roughly, the events that have not run yet in the worlds that a demand needs.
    ///
    /// # Errors
    /// [`ExperimentError::NoSuchDemand`].
    pub fn left(&self, demand: &str) -> Result<usize, ExperimentError> {
        Ok(self.worlds.left(&self.arranged(experiment(demand)?)))
    }

    /// Returns the evidence of a demand, up to the time at which the story's demands are served. A caller that shows it
    /// to people runs the [controls](super::controls) too.
    ///
    /// # Errors
    /// Any error that stops a world, and [`ExperimentError::NoSuchDemand`].
    pub fn evidence(&mut self, demand: &str) -> Result<Evidence, ExperimentError> {
        let experiment = experiment(demand)?;
        if let Some(known) = self.served.get(experiment.name()) {
            return Ok(known.clone());
        }
        let evidence = self.serve(experiment)?;
        self.served.insert(experiment.name(), evidence.clone());
        Ok(evidence)
    }

    /// Returns the evidence of the same demand by another country, about the same people at the same time. Its worlds
    /// keep the name of the story.
    ///
    /// # Errors
    /// Those of [`evidence`](Self::evidence).
    pub fn evidence_by(&mut self, demand: &str, country: Country) -> Result<Evidence, ExperimentError> {
        let experiment = experiment(demand)?;
        let known = match experiment.is_for_a_country() {
            true => None,
            false => Some(self.evidence(demand)?),
        };
        let own = self.set_country(country);
        // The asking country changes the words of law and operator, and not the data.
        let evidence = match known {
            Some(known) => Ok(Evidence { context: self.context(experiment), ..known }),
            None => self.serve(experiment),
        };
        self.set_country(own);
        evidence
    }

    /// Serves an experiment that need not be a column of the matrix.
    pub(crate) fn serve(&mut self, experiment: &dyn Experiment) -> Result<Evidence, ExperimentError> {
        let arranged = self.arranged(experiment);
        row::serve(experiment, &mut self.worlds, &arranged, &mut Spent::default())
    }

    fn context(&self, experiment: &dyn Experiment) -> Context {
        let Worlds { design, scenario, seed, .. } = &self.worlds;
        context::of(experiment, design, &with_phones(scenario), *seed)
    }

    pub(super) fn arranged(&self, experiment: &dyn Experiment) -> Arranged {
        Arranged::of(experiment, &self.worlds.design, &self.worlds.scenario)
    }

    /// Sets the country that asks, and returns the one before.
    fn set_country(&mut self, country: Country) -> Country {
        for ran in &mut self.worlds.ran {
            ran.staged.scenario.inquiry.country = country;
        }
        std::mem::replace(&mut self.worlds.scenario.inquiry.country, country)
    }
}

fn experiment(demand: &str) -> Result<&'static dyn Experiment, ExperimentError> {
    all().into_iter().find(|experiment| experiment.name() == demand).ok_or(ExperimentError::NoSuchDemand)
}
