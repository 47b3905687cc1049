//! A seized phone whose messenger nobody can unlock: the notifications that its operating system keeps are read.

use pillarbox_access::demand::Demand;
use pillarbox_access::demand::seized_phone::SEIZED_PHONE;
use pillarbox_access::facts::{Facts, ReadableText};
use pillarbox_access::view::NotificationStore;
use pillarbox_wire::Timestamp;

use super::answered::Answered;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::views::Views;
use crate::evidence::reread::pieces::{self, Names};
use crate::score::{Capability, Counted};

/// The assumption about the store.
const KEPT: &str = "Assumed: the phone shows previews unless its owner has switched them off, and its system keeps every one. \
                    Systems differ: one keeps them for a day, and only if its owner wants that.";

/// The name of the store in evidence.
const PLACE: &str = "notifications";

/// A seized phone, read without the messenger: the content of its notifications.
pub(crate) struct Notifications;

impl Experiment for Notifications {
    fn demand(&self) -> &'static Demand {
        &SEIZED_PHONE
    }

    fn name(&self) -> &'static str {
        "seized-phone-notifications"
    }

    /// The control is the same phone, open. It shows everything, and so the received texts.
    fn control(&self) -> &'static str {
        "seized-phone-open"
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Capability::NotModelled, ..Answered::default() };
        answered.reasons.push("Nobody's phone is taken in this story under this design.".into());
        let owner = views.about().to_string();
        for store in views.notifications() {
            answered.means = Capability::There;
            answered.reasons = vec![KEPT.into()];
            answered.rereadable = true;
            answered.brought.origin.found_on_phone = true;
            let names = Names { owner: owner.clone(), contact: None };
            answered.pieces.push(pieces::owner(PLACE, &names));
            let (previews, _) = NotificationStore::read(store.bytes());
            let bare = previews.iter().filter(|preview| preview.text.is_empty()).count();
            if bare > 0 {
                answered.reasons.push(format!("Notifications without words: {bare}."));
            }
            for preview in previews.into_iter().filter(|preview| !preview.text.is_empty()) {
                answered.pieces.push(pieces::plain(PLACE, "preview", preview.text.as_bytes()));
                let said = ReadableText {
                    at: Timestamp(preview.at),
                    from: Some(preview.from),
                    to: Some(owner.clone()),
                    text: preview.text,
                    group: None,
                };
                answered.facts(&Facts { said: vec![said], ..Facts::default() });
            }
        }
        Ok(answered)
    }
}
