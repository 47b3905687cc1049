//! A ghost device: an unaltered phone of an authority, which the operator names as one more device of somebody.

use pillarbox_access::demand::Demand;
use pillarbox_access::demand::notice_to_change::NOTICE_TO_CHANGE;
use pillarbox_access::design::Design;
use pillarbox_proposals::ghost_device::GhostClient;

use super::answered::Answered;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::reading::read;
use super::staging::Ordered;
use super::views::Views;
use crate::scenario::Scenario;
use crate::score::Counted;

/// One case of a ghost device.
pub(crate) struct GhostDevice {
    /// The phones' half; `None` if the phones are unchanged.
    pub(crate) apps: Option<GhostClient>,
    /// True if the ghost reads everybody along.
    pub(crate) of_everybody: bool,
    /// False if the operators name no ghost: everybody has the program, and nobody uses it.
    pub(crate) is_named: bool,
}

impl Experiment for GhostDevice {
    fn demand(&self) -> &'static Demand {
        &NOTICE_TO_CHANGE
    }

    fn name(&self) -> &'static str {
        match (self.apps, self.of_everybody) {
            (None, false) => "ghost-device-server-alone",
            (Some(GhostClient { hides: false }), false) => "ghost-device-shown",
            (Some(GhostClient { hides: true }), false) => "ghost-device-hidden",
            (None, true) => "ghost-device-server-alone-of-everybody",
            (Some(GhostClient { hides: false }), true) => "ghost-device-shown-of-everybody",
            (Some(GhostClient { hides: true }), true) => "ghost-device-hidden-of-everybody",
        }
    }

    /// The same phone finds everything once the others' phones write to it.
    fn control(&self) -> &'static str {
        "ghost-device-hidden"
    }

    fn is_about_sessions(&self) -> bool {
        true
    }

    fn what(&self) -> Counted {
        Counted::TextsAfter
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        let Self { apps, of_everybody, is_named } = *self;
        Ordered::Ghost { apps, of_everybody, is_named }
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        read(views, "the ghost")
    }
}
