//! A phone that was copied with its passcode and returned. The copy is given what passes the operator from then on,
//! or connects beside the phone itself.

use pillarbox_access::demand::Demand;
use pillarbox_access::demand::seized_phone::{self, SEIZED_PHONE};
use pillarbox_access::design::Design;
use pillarbox_access::view::SeizedPhone;
use pillarbox_client::{Link, Phone};
use pillarbox_wire::AccountId;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use super::answered::Answered;
use super::error::ExperimentError;
use super::experiment::Experiment;
use super::guessing::copied;
use super::phones::take;
use super::staging::Ordered;
use super::views::{Named, Views};
use crate::answer::counted_by;
use crate::scenario::Scenario;
use crate::score::{Capability, Counted};
use crate::world::{Copied, WorldError, as_delivered, is_unopened};

/// The word for a copy among the places where pieces of evidence are found.
pub(super) const COPY: &str = "copy";

/// A copy that stays offline, or one that connects.
pub(crate) struct PhoneCopy {
    pub(crate) goes_online: bool,
    /// True if the operator hands over the target's traffic. Otherwise the holder has the copy alone.
    pub(crate) is_tapped: bool,
}

impl Experiment for PhoneCopy {
    fn demand(&self) -> &'static Demand {
        &SEIZED_PHONE
    }

    fn name(&self) -> &'static str {
        match self {
            Self { is_tapped: false, .. } => "seized-phone-copied-alone",
            Self { goes_online: true, .. } => "seized-phone-copied-online",
            Self { goes_online: false, .. } => "seized-phone-copied",
        }
    }

    /// The control is the same phone, open. It shows the texts from before the copy was made, as the copy does.
    fn control(&self) -> &'static str {
        "seized-phone-open"
    }

    fn what(&self) -> Counted {
        Counted::Texts
    }

    fn named(&self) -> Named {
        Named::WhenOrdered
    }

    fn ordered(&self, _: &Design, _: &Scenario) -> Ordered {
        Ordered::Copy { goes_online: self.goes_online, is_tapped: self.is_tapped }
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Capability::NotModelled, ..Answered::default() };
        answered.reasons.push("Nobody's phone is copied in this story under this design.".into());
        let owner = views.about().to_string();
        for (number, (copy, running)) in views.copies().enumerate() {
            if answered.means == Capability::NotModelled {
                answered.means = Capability::There;
                answered.reasons.clear();
            }
            let place = format!("{COPY} {}", number + 1);
            let own;
            let phone = match running {
                Some(phone) => {
                    answered.reasons.push(ONLINE.into());
                    phone
                }
                None => {
                    let (phone, fed) = fed(copy, views)?;
                    answered.reasons.push(fed.in_words());
                    own = phone;
                    &own
                }
            };
            let found = seized_phone::read(phone, &owner)?;
            take(&mut answered, &place, &SeizedPhone::open(copy.folder(), phone), &owner, &found)?;
        }
        Ok(answered)
    }
}

/// The story of a copy that connected, up to the phone's own part in it.
const ONLINE: &str = "The copy went online when a message that passed did not open. From then on the relay gave the mailbox to whichever \
                      phone had connected last, and the other came back after ten minutes (an assumption of this bench).";

/// The messages that were fed to a copy.
#[derive(Clone, Copy, Debug, Default)]
struct Fed {
    opened: usize,
    not_opened: usize,
}

impl Fed {
    fn in_words(self) -> String {
        let Self { opened, not_opened } = self;
        let made = "The copy was made with the passcode when the order came.";
        let others = match not_opened {
            0 => "",
            _ => {
                " The others were tried and did not open: the phone had gone on with keys that the copy does not have."
            }
        };
        match opened + not_opened {
            0 => format!("{made} Nothing that passed since then is at hand."),
            all => format!(
                "{made} Of {} to the phone that passed the operator from then on, receipts included, it opened {opened}.{others}",
                counted_by(all as u64, "messages")
            ),
        }
    }
}

/// Opens a copy with its passcode and feeds it every message to the target that passed the operator since, in
/// order.
fn fed(copy: &Copied, views: &Views<'_>) -> Result<(Phone, Fed), ExperimentError> {
    // Each reader feeds the messages to their own copy.
    let folder = copied(copy.folder())?;
    let passcode = copy.passcode().map_err(|_| WorldError::Missing("a passcode"))?;
    // This phone's draws are not recorded.
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    let mut phone = Phone::open(folder.path(), &passcode, copy.at, &mut rng)?;
    let own: Option<AccountId> = phone.account().address.map(|address| address.account);
    let mut fed = Fed::default();
    let tapped = views.tapped()?;
    let messages = tapped.iter().flat_map(|(_, tap)| tap.messages()).filter(|tapped| tapped.to == own);
    for (number, tapped) in (0..).zip(messages) {
        let notices = phone.on_frame(Link::Named, as_delivered(tapped, number), tapped.at, &mut rng)?;
        match notices.iter().any(is_unopened) {
            true => fed.not_opened += 1,
            false => fed.opened += 1,
        }
    }
    // The phone is read from memory, and the folder is deleted when this function returns.
    let phone = Phone::fork(&phone, None)?;
    Ok((phone, fed))
}
