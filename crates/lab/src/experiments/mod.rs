//! Experiments: for each demand its arrangement, its views, and its scoring.
//!
//! | file | what |
//! |---|---|
//! | `staging` | the world that an experiment wants: what is ordered, when |
//! | `contacts` | who could show what they have of the target |
//! | `trunk` | a story runs once up to the order, and each arrangement's world branches off |
//! | `worlds` | the worlds of one story, shared between demands |
//! | `docket` | demands on one story, one after the other |
//! | `views` | what the parties of that world have |
//! | `operators` | demands on operators |
//! | `phones`, `guessing` | demands on phones |
//! | `effects` | orders that ask for nothing |
//! | `notice` | the notice to change the software, as operators answer it |
//! | `answer` | what a serving step hands over |
//! | `context` | names, the law of the day, and what the operator says of itself |
//! | `copies` | who else has the texts that a demand is about |
//! | `compare` | what an order changed: one world against another |
//! | `control` | the same steps where something is there to be found, and where nothing was said yet |
//! | `row` | all demands on one design |
//!
//! The steps of an experiment follow from the demand. The outcome follows from the design's data: nothing here knows a
//! design by its name.

mod answer;
mod compare;
mod contacts;
mod context;
pub mod control;
mod copies;
mod docket;
mod effects;
mod guessing;
mod notice;
mod operators;
mod phones;
pub mod row;
mod staging;
mod trunk;
mod views;
mod worlds;

use std::sync::atomic::AtomicBool;

use pillarbox_access::demand::{Demand, When};
use pillarbox_access::design::Design;

pub use answer::Answered;
pub(crate) use answer::answered_by;
pub use docket::Docket;
pub use guessing::GuessTime;
pub(crate) use staging::Ordered;
pub(crate) use trunk::orders;
pub use views::Views;

use crate::evidence::Evidence;
use crate::scenario::{PersonId, Scenario};
use crate::score::What;
use crate::world::WorldError;
use compare::Compared;
use staging::with_phones;
use views::Named;

/// The reason why an experiment has no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// The world stopped.
    #[error(transparent)]
    World(#[from] WorldError),
    /// Nobody has an account that a demand could name.
    #[error("the scenario's demand is about somebody who has no account under this design")]
    NobodyToAskAbout,
    /// The same steps miss what is there, or find what is not there. Their results about a design would mean nothing.
    #[error("the control of {demand} failed: {why}")]
    Control {
        /// The demand.
        demand: String,
        /// The things that it found or missed.
        why: String,
    },
    /// A phone that somebody holds cannot be read.
    #[error("a phone cannot be read: {0}")]
    Phone(#[from] pillarbox_client::PhoneError),
    /// A phone's file cannot be read.
    #[error("a phone's file cannot be read: {0}")]
    Profile(#[from] pillarbox_client::ProfileError),
    /// No column of the matrix has this name.
    #[error("there is no such demand")]
    NoSuchDemand,
    /// The experiment was told to stop.
    #[error("stopped")]
    Stopped,
}

/// One demand as an experiment.
pub(crate) trait Experiment: Sync {
    /// Returns the demand.
    fn demand(&self) -> &'static Demand;

    /// Returns the counted quantity.
    fn what(&self) -> What;

    /// Returns the person whom it is about. For quantities from the order on, this is the person whom the order is
    /// about.
    fn target(&self, scenario: &Scenario) -> PersonId {
        match self.what() {
            What::TextsAfter | What::MessagesAfter => scenario.inquiry.from_now_on,
            What::Texts | What::Messages | What::Entries => scenario.inquiry.about,
        }
    }

    /// Returns the order under this design, in this story.
    fn ordered(&self, _design: &Design, _scenario: &Scenario) -> Ordered {
        Ordered::Nothing
    }

    /// Returns true if it brings only what happens from the order on.
    fn only_from_now_on(&self) -> bool {
        self.demand().when == When::FromNowOn
    }

    /// Returns the name of the column: the demand's, or that of one of its cases.
    fn name(&self) -> &'static str {
        self.demand().name
    }

    /// Returns the column whose control shows that the same steps find what is there.
    fn control(&self) -> &'static str {
        self.name()
    }

    /// Returns the time at which the demand names its accounts.
    fn named(&self) -> Named {
        if self.only_from_now_on() { Named::WhenOrdered } else { Named::WhenServed }
    }

    /// Returns true if it is about something that only phones with sessions have. Its control then uses messages that
    /// only phones can read.
    fn is_about_sessions(&self) -> bool {
        false
    }

    /// Returns true if the steps depend on the country that asks, and not only the words of law and operator.
    fn is_for_a_country(&self) -> bool {
        false
    }

    /// Returns true if it asks for anything. An order that does not is measured by what it stops.
    fn asks(&self) -> bool {
        true
    }

    /// Returns the arrangement without the order, with which the world with the order is compared.
    fn usual(&self) -> Ordered {
        Ordered::Nothing
    }

    /// Returns the order in another way, whose loss of function is compared with the first.
    fn otherwise(&self, _design: &Design, _scenario: &Scenario) -> Option<Ordered> {
        None
    }

    /// Answers from views alone: those of the world with the order and those of the [`usual`](Self::usual) one.
    fn serve(&self, views: &Views<'_>, usual: &Views<'_>) -> Result<Answered, ExperimentError>;

    /// Answers from the views of the world in which the order was carried out in another way, if that is to be scored
    /// too.
    fn serve_otherwise(&self, _views: &Views<'_>) -> Result<Option<Answered>, ExperimentError> {
        Ok(None)
    }

    /// Adds the results of the comparison of worlds.
    fn compared(&self, _answered: &mut Answered, _compared: &Compared) {}
}

/// Returns every experiment, in the order of the columns.
pub(crate) fn all() -> Vec<&'static dyn Experiment> {
    static KEEPING: [operators::Keeping; 2] = [operators::Keeping::Log, operators::Keeping::Retain];
    let stored = operators::STORED.iter().map(|one| one as &dyn Experiment);
    let mut all: Vec<&'static dyn Experiment> = stored.collect();
    all.push(&operators::Interception);
    all.push(&operators::PenRegister);
    all.extend(KEEPING.iter().map(|one| one as &dyn Experiment));
    all.push(&operators::PushLookUp);
    all.push(&operators::Backup);
    all.extend(phones::SEIZED.iter().map(|one| one as &dyn Experiment));
    all.push(&phones::Participant);
    all.push(&phones::Report);
    all.push(&effects::Takedown);
    all.push(&effects::Blocking);
    all.push(&notice::Notice);
    all
}

/// Returns the evidence of one demand under one design, up to the time at which the story's demands are served. A
/// caller that shows it to people runs the [controls](control) too.
///
/// # Errors
/// [`ExperimentError`]; [`ExperimentError::NoSuchDemand`] if no column has this name.
pub fn evidence(
    design: &Design,
    scenario: &Scenario,
    seed: u64,
    demand: &str,
) -> Result<Evidence, ExperimentError> {
    let wanted: Vec<_> = all().into_iter().filter(|experiment| experiment.name() == demand).collect();
    let until = scenario.inquiry.served;
    let row = row::run(design, scenario, seed, &wanted, until, &AtomicBool::new(false), &mut |_| {})?;
    row.evidence.into_iter().next().ok_or(ExperimentError::NoSuchDemand)
}

/// Runs the [controls](control) of one demand: everything that is planted must come back, and nothing may come back
/// before anything is said.
///
/// # Errors
/// [`ExperimentError::Control`] if one fails, any error that stops a world, and [`ExperimentError::NoSuchDemand`].
pub fn controls(demand: &str) -> Result<(), ExperimentError> {
    let wanted = all().into_iter().find(|experiment| experiment.name() == demand);
    let control = wanted.ok_or(ExperimentError::NoSuchDemand)?.control();
    let wanted: Vec<_> = all().into_iter().filter(|it| it.name() == demand || it.name() == control).collect();
    let failed = |error: control::ControlError| ExperimentError::Control {
        demand: demand.into(),
        why: error.to_string(),
    };
    control::run(&control::Control::built_in().map_err(failed)?, &wanted, &AtomicBool::new(false)).map(drop)
}

/// Returns the names of the demands, in the order of the columns.
#[must_use]
pub fn demands() -> Vec<&'static str> {
    all().iter().map(|experiment| experiment.name()).collect()
}

/// Returns true if the steps of a demand depend on the country that makes it, and not only the words of law and
/// operator.
#[must_use]
pub fn is_for_a_country(demand: &str) -> bool {
    all().into_iter().any(|experiment| experiment.name() == demand && experiment.is_for_a_country())
}

/// Returns the name of a column for people, with its article. A column that is one case of a demand names the case: *a
/// seized phone, open*.
#[must_use]
pub fn title_of(name: &str) -> String {
    demand_of(name).map_or_else(String::new, |demand| {
        let case = name.strip_prefix(demand.name).filter(|rest| !rest.is_empty());
        let case = case.map_or_else(String::new, |case| format!(",{}", case.replace('-', " ")));
        format!("{}{case}", demand.title)
    })
}

/// Returns the demand of a column of the matrix. A column may be one case of a demand.
#[must_use]
pub fn demand_of(column: &str) -> Option<&'static Demand> {
    all().into_iter().find(|experiment| experiment.name() == column).map(Experiment::demand)
}
