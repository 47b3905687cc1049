//! A number that is taken over: an eavesdropper registers it with the code that is sent to it.

use pillarbox_access::demand::Demand;
use pillarbox_access::demand::interception::INTERCEPTION;
use pillarbox_access::design::Design;
use pillarbox_client::Protection;

use super::answered::Answered;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::reading::read;
use super::staging::Ordered;
use super::views::Views;
use crate::scenario::Scenario;
use crate::score::Counted;

/// The limit of the phones here, under a design whose server has the history.
const HISTORY: &str = "A service whose server can read and keeps what was said hands it to a new phone. The phones here do not ask \
                       for it, so what comes from before the order is too little.";

/// Somebody's number, registered on another phone.
pub(crate) struct NumberTakeover;

impl Experiment for NumberTakeover {
    fn demand(&self) -> &'static Demand {
        &INTERCEPTION
    }

    fn name(&self) -> &'static str {
        "number-takeover"
    }

    /// An open phone is read in the same way.
    fn control(&self) -> &'static str {
        "seized-phone-open"
    }

    fn is_about_sessions(&self) -> bool {
        true
    }

    fn what(&self) -> Counted {
        Counted::TextsAfter
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        Ordered::TakeNumber
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = read(views, "the phone that has the number")?;
        let design = views.design();
        if design.phone.protection == Protection::ServerReadable && design.relay.delivered.is_some() {
            answered.reasons.push(HISTORY.to_owned());
        }
        Ok(answered)
    }
}
