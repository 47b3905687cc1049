//! Demands on phones: one that was taken, in three states, and one that its owner shows.

use pillarbox_access::demand::Demand;
use pillarbox_access::demand::participant::{self, PARTICIPANT};
use pillarbox_access::demand::report::{self, REPORT};
use pillarbox_access::demand::seized_phone::{self, OnThePhone, SEIZED_PHONE, Seized, about};
use pillarbox_access::view::{LockState, SeizedPhone};

use super::answer::Answered;
use super::guessing::try_codes;
use super::views::Views;
use super::{Experiment, ExperimentError};
use crate::score::{Counts, Means, What};

/// What the state between on and off rests on.
const MEMORY_TOOL: &str = "This assumes a tool that reads the memory of a phone that is locked and runs. Whoever has none has a phone \
                           that is off.";

/// A phone that was taken, in one state.
pub(super) struct Taken(LockState);

/// Its three states, as columns.
pub(super) static SEIZED: [Taken; 3] =
    [Taken(LockState::BeforeFirstUnlock), Taken(LockState::AfterFirstUnlock), Taken(LockState::Unlocked)];

impl Experiment for Taken {
    fn demand(&self) -> &'static Demand {
        &SEIZED_PHONE
    }

    fn name(&self) -> &'static str {
        match self.0 {
            LockState::BeforeFirstUnlock => "seized-phone-off",
            LockState::AfterFirstUnlock => "seized-phone-locked",
            LockState::Unlocked => "seized-phone-open",
        }
    }

    /// What a phone that is off hides is what the same phone shows when it is open.
    fn control(&self) -> &'static str {
        match self.0 {
            LockState::BeforeFirstUnlock => "seized-phone-open",
            LockState::AfterFirstUnlock | LockState::Unlocked => self.name(),
        }
    }

    fn what(&self) -> What {
        What::Texts
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Means::NotModelled, ..Answered::default() };
        answered.reasons.push("Nobody's phone is taken in this story under this design.".into());
        let owner = views.about().to_string();
        for taken in views.phones() {
            answered.means = Means::There;
            answered.reasons.clear();
            let phone = match (self.0, taken.memory()) {
                (LockState::Unlocked, Some(running)) => SeizedPhone::open(taken.folder(), running),
                (LockState::AfterFirstUnlock, Some(running)) => SeizedPhone::locked(taken.folder(), running),
                _ => SeizedPhone::off(taken.folder()),
            };
            match seized_phone::serve(&phone, &owner)? {
                Seized::Open(found) => take(&mut answered, &found),
                Seized::KeysInMemory(found) => {
                    take(&mut answered, &found);
                    answered.unit = Some("texts with a tool that reads memory");
                    answered.reasons.push(MEMORY_TOOL.into());
                }
                Seized::Sealed { .. } => {
                    answered.brought.unreadable += 1;
                    let took = try_codes(phone.folder(), views.passcode(), &mut answered.reasons)?;
                    answered.guessing = Some(answered.guessing.unwrap_or_default().and(took));
                }
            }
        }
        answered.effects.attribution = "the phone was in its owner's hands".into();
        Ok(answered)
    }
}

fn take(answered: &mut Answered, found: &OnThePhone) {
    answered.facts(&found.facts);
    for (with, seconds) in &found.timers {
        answered.reasons.push(format!(
            "Texts with {with} disappear after {}: those whose time was over when the phone was taken are not on it.",
            about(f64::from(*seconds))
        ));
    }
}

/// Somebody who was written to shows their own phone.
pub(super) struct Participant;

impl Experiment for Participant {
    fn demand(&self) -> &'static Demand {
        &PARTICIPANT
    }

    fn what(&self) -> What {
        What::Texts
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered = Answered { means: Means::NotModelled, ..Answered::default() };
        let Some(own) = views.contact() else {
            answered.reasons.push("Nobody in this story writes with the target alone.".into());
            return Ok(answered);
        };
        answered.reasons.push("Nobody's phone is shown in this story under this design.".into());
        for phone in views.contact_phones().filter_map(|phone| phone.screen()) {
            answered.means = Means::There;
            answered.reasons.clear();
            for contact in
                phone.contacts()?.iter().filter(|contact| views.accounts().contains(&contact.account))
            {
                let other = format!("account {}", contact.account);
                let shown = participant::serve(phone, contact.account, &own, &other)?;
                answered.facts(&shown.facts);
                let verified = if shown.verified { "" } else { "not " };
                answered.effects.attribution =
                    format!("the contact's word; the contact had {verified}verified whose keys they are");
            }
        }
        Ok(answered)
    }
}

/// Somebody who was written to reports a message, and the operator checks it.
pub(super) struct Report;

impl Experiment for Report {
    fn demand(&self) -> &'static Demand {
        &REPORT
    }

    fn is_about_sessions(&self) -> bool {
        true
    }

    fn what(&self) -> What {
        What::Texts
    }

    fn serve(&self, views: &Views<'_>, _: &Views<'_>) -> Result<Answered, ExperimentError> {
        let mut answered =
            Answered { unit: Some("reports proven"), rereadable: false, ..Answered::default() };
        let mut counts = Counts::default();
        for (reported, key, holdings) in views.reports()? {
            counts.of += 1;
            match report::serve(&reported, &key, &holdings) {
                Ok(proven) => {
                    counts.returned += 1;
                    answered.facts(&proven.facts);
                    answered.effects.attribution = "the operator's own stamp on exactly these words".into();
                }
                Err(why) => {
                    counts.unreadable += 1;
                    answered.reasons.push(format!("Proves nothing: {why}."));
                }
            }
            let mut altered = reported.clone();
            altered.body.iter_mut().rev().take(1).for_each(|byte| *byte ^= 1);
            answered.reasons.push(match report::serve(&altered, &key, &holdings) {
                Ok(_) => "The same with one letter changed passes too: the check is worth nothing.".into(),
                Err(why) => format!("The same with one letter changed is refused: {why}."),
            });
        }
        if counts.of == 0 {
            answered.reasons.push("The phones keep nothing that a report could be proved with.".into());
        }
        answered.counted = Some(counts);
        Ok(answered)
    }
}
