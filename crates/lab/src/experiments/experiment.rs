//! One demand as an experiment.

use pillarbox_access::demand::{Demand, When};
use pillarbox_access::design::Design;

use super::answered::Answered;
use super::compare::Compared;
use super::error::ExperimentError;
use super::staging::Ordered;
use super::views::{Named, Views};
use crate::scenario::{PersonId, Scenario};
use crate::score::Counted;

/// One demand as an experiment.
pub(crate) trait Experiment: Sync {
    /// Returns the demand.
    fn demand(&self) -> &'static Demand;

    /// Returns the counted quantity.
    fn what(&self) -> Counted;

    /// Returns the person whom it is about. If the quantity counts from the order on, this is the person whom the order
    /// is about.
    fn target(&self, scenario: &Scenario) -> PersonId {
        match self.what() {
            Counted::TextsAfter | Counted::MessagesAfter => scenario.inquiry.from_now_on,
            Counted::Texts | Counted::Messages | Counted::Entries => scenario.inquiry.about,
        }
    }

    /// Returns the order under this design, in this story.
    fn ordered(&self, _design: &Design, _scenario: &Scenario) -> Ordered {
        Ordered::Nothing
    }

    /// Returns true if it returns only what happens from the order on.
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

    /// Returns another way of carrying out the order. Its loss of function is compared with that of the first way.
    fn otherwise(&self, _design: &Design, _scenario: &Scenario) -> Option<Ordered> {
        None
    }

    /// Answers from views alone: the views of the world with the order, and the views of the [`usual`](Self::usual)
    /// world.
    fn serve(&self, views: &Views<'_>, usual: &Views<'_>) -> Result<Answered, ExperimentError>;

    /// Answers from the views of the world in which the order was carried out in another way, if that must be
    /// scored too.
    fn serve_otherwise(&self, _views: &Views<'_>) -> Result<Option<Answered>, ExperimentError> {
        Ok(None)
    }

    /// Adds the results of the comparison of worlds.
    fn compared(&self, _answered: &mut Answered, _compared: &Compared) {}
}
