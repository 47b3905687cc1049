//! A ghost device: an unaltered phone of an authority, which the operator names as one more device of somebody.

use pillarbox_access::demand::notice_to_change::NOTICE_TO_CHANGE;
use pillarbox_access::demand::{Demand, seized_phone};
use pillarbox_access::design::Design;
use pillarbox_client::{Link, Notice, Phone};
use pillarbox_proposals::ghost_device::GhostClient;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use super::answered::Answered;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::staging::Ordered;
use super::views::{Named, Views};
use crate::answer::counted_by;
use crate::evidence::reread::pieces::{self, Names};
use crate::scenario::Scenario;
use crate::score::{Capability, What};
use crate::world::{as_delivered, is_unopened};

/// The name of the ghost's owner in papers.
const READER: &str = "whoever reads along";

/// One case of a ghost device.
pub(crate) struct GhostDevice {
    /// The phones' half; none if the phones stay as they are.
    pub(crate) apps: Option<GhostClient>,
    /// True if the ghost reads everybody along.
    pub(crate) of_everybody: bool,
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

    fn what(&self) -> What {
        What::TextsAfter
    }

    fn named(&self) -> Named {
        Named::WhenOrdered
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        Ordered::Ghost { apps: self.apps, of_everybody: self.of_everybody }
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Capability::There, ..Answered::default() };
        for (number, phone) in views.reading_phones().enumerate() {
            let found = seized_phone::read(phone, READER)?;
            answered.reasons.push(format!(
                "From then on {} opened on the ghost, with the sessions that other phones began with it.",
                match found.facts.said.len() {
                    0 => "nothing".to_owned(),
                    texts => counted_by(texts as u64, "texts"),
                }
            ));
            answered.reasons.push(tried(phone, views)?);
            answered.facts(&found.facts);
            answered.brought.origin.found_on_phone = true;
            let names = Names { owner: READER.to_owned(), contact: None };
            answered.pieces.extend(pieces::phone(
                &format!("ghost {}", number + 1),
                &phone.exhibit()?,
                &names,
            ));
            answered.rereadable = true;
        }
        Ok(answered)
    }
}

/// Tries everything that passed before the order on a copy of the ghost, and says what came of it.
fn tried(ghost: &Phone, views: &Views<'_>) -> Result<String, ExperimentError> {
    let mut phone = Phone::fork(ghost, None)?;
    // The draws of this phone go nowhere.
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    let (mut opened, mut not_opened) = (0_u64, 0_u64);
    let accounts = views.accounts();
    let about = |account: &Option<_>| account.is_some_and(|account| accounts.contains(&account));
    let messages = views.recorded().iter().flat_map(|tap| tap.messages());
    for (number, tapped) in (0..).zip(messages.filter(|tapped| about(&tapped.to) || about(&tapped.from))) {
        let notices = phone.on_frame(Link::Named, as_delivered(tapped, number), tapped.at, &mut rng)?;
        let fails =
            |notice: &Notice| is_unopened(notice) || matches!(notice, Notice::StrangerUnopened { .. });
        match notices.iter().any(fails) || notices.is_empty() {
            true => not_opened += 1,
            false => opened += 1,
        }
    }
    let all = counted_by(opened + not_opened, "messages");
    Ok(format!(
        "Of {all} to and from the person that somebody had recorded before the order, receipts included, it opened {}.",
        if opened == 0 { "none".to_owned() } else { opened.to_string() }
    ))
}
