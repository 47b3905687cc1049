//! Worlds of a docket as people saw them, and what phones say there about who can read, judged by what an
//! experiment's steps return with its order and without it.

use std::collections::BTreeSet;

use pillarbox_access::demand::Demand;
use pillarbox_access::facts::ReadableText;

use super::answered::Answered;
use super::assertions::Asserted;
use super::docket::Docket;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::phone_copy::COPY;
use super::sight::Observed;
use super::spent::Spent;
use super::staging::Ordered;
use super::views::{Named, Views};
use super::worlds::Ran;
use crate::evidence::Evidence;
use crate::evidence::reread::handed::owners_of_phones;
use crate::score::{Counted, Yield, of_everybody};
use crate::world::WorldError;

impl Docket {
    /// Returns what reached people, and the sentences on their phones that can be judged, in the world in which nothing
    /// is ordered.
    pub(crate) fn plain(&mut self) -> Result<(Observed, Vec<Asserted>), ExperimentError> {
        let staged = &self.ran(&Ordered::Nothing)?.staged;
        let mut asserted = [Asserted::in_world(staged), Asserted::about_devices(staged, false)].concat();
        asserted.extend(Asserted::about_backups(staged)?);
        Ok((Observed::of(staged), asserted))
    }

    /// Returns the same in the world of an experiment's order, and what phones say about who can read. `brought` is
    /// what the experiment returned there.
    pub(crate) fn looked_at(
        &mut self,
        experiment: &dyn Experiment,
        evidence: &Evidence,
    ) -> Result<(Observed, Vec<Asserted>), ExperimentError> {
        let ordered = self.arranged(experiment).with;
        let staged = &self.ran(&ordered)?.staged;
        let mut asserted = Asserted::in_world(staged);
        asserted.extend(Asserted::about_devices(staged, true));
        asserted.extend(Asserted::about_backups(staged)?);
        let opened = read_elsewhere(evidence);
        asserted.extend(Asserted::about_protection(staged, &opened));
        asserted.extend(Asserted::about_timers(staged, &opened)?);
        Ok((Observed::of(staged), asserted))
    }

    /// Returns what reached people in the world of an experiment's order.
    pub(crate) fn seen(&mut self, experiment: &dyn Experiment) -> Result<Observed, ExperimentError> {
        let ordered = self.arranged(experiment).with;
        Ok(Observed::of(&self.ran(&ordered)?.staged))
    }

    /// Returns what phones say about who can read, judged by what an experiment's steps return in the world in
    /// which nothing is ordered.
    pub(crate) fn protection_without(
        &mut self,
        experiment: &'static dyn Experiment,
    ) -> Result<Vec<Asserted>, ExperimentError> {
        let evidence = self.serve(&Unordered(experiment))?;
        let staged = &self.ran(&Ordered::Nothing)?.staged;
        let opened = read_elsewhere(&evidence);
        let timers = Asserted::about_timers(staged, &opened)?;
        Ok([Asserted::about_protection(staged, &opened), timers].concat())
    }

    fn ran(&mut self, ordered: &Ordered) -> Result<&Ran, ExperimentError> {
        let place = self.worlds.place(ordered, &mut Spent::default())?;
        Ok(self.worlds.ran.get(place).ok_or(WorldError::Missing("a world"))?)
    }
}

/// Returns the texts that an answer has from a place other than a phone on which somebody wrote or received them,
/// by their numbers in the story.
fn read_elsewhere(evidence: &Evidence) -> BTreeSet<String> {
    let Yield { parties, said, .. } = &evidence.brought;
    let mut phones = owners_of_phones(&evidence.pieces).into_iter();
    // A copy is nobody's own phone.
    let is_own =
        |place: &str, owner: &str| !place.starts_with(COPY) && evidence.yardstick.who(owner).is_some();
    let is_on_phones = phones.any(|(place, owner)| is_own(&place, &owner)) || !parties.is_empty();
    let said: &[ReadableText] = if is_on_phones { &[] } else { said };
    of_everybody(said, &evidence.yardstick).into_iter().collect()
}

/// An experiment without its order.
struct Unordered(&'static dyn Experiment);

impl Experiment for Unordered {
    fn demand(&self) -> &'static Demand {
        self.0.demand()
    }

    fn what(&self) -> Counted {
        self.0.what()
    }

    fn named(&self) -> Named {
        self.0.named()
    }

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn serve(&self, views: &Views<'_>, usual: &Views<'_>) -> Result<Answered, ExperimentError> {
        self.0.serve(views, usual)
    }
}
