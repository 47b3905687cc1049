//! Demands on phones: one that was taken, in three states, and one that its owner shows.

use pillarbox_access::demand::Demand;
use pillarbox_access::demand::participant::{self, PARTICIPANT};
use pillarbox_access::demand::report::{self, REPORT};
use pillarbox_access::demand::seized_phone::{self, OnThePhone, SEIZED_PHONE, Seized, about};
use pillarbox_access::view::{LockState, SeizedPhone};

use super::answer::{Answered, answered_by};
use super::guessing::try_codes;
use super::views::Views;
use super::{Experiment, ExperimentError};
use crate::matrix::reread::pieces::{self, Names};
use crate::score::{Counts, Means, Party, Timer, What};

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
        for (number, taken) in views.phones().enumerate() {
            let place = format!("phone {}", number + 1);
            if answered.means == Means::NotModelled {
                answered.means = Means::There;
                answered.reasons.clear();
            }
            let phone = match (self.0, taken.memory()) {
                (LockState::Unlocked, Some(running)) => SeizedPhone::open(taken.folder(), running),
                (LockState::AfterFirstUnlock, Some(running)) => SeizedPhone::locked(taken.folder(), running),
                _ => SeizedPhone::off(taken.folder()),
            };
            match seized_phone::serve(&phone, &owner)? {
                Seized::Open(found) => take(&mut answered, &place, &phone, &owner, &found)?,
                Seized::KeysInMemory(found) => {
                    take(&mut answered, &place, &phone, &owner, &found)?;
                    answered.unit = Some("texts with a tool that reads memory");
                    answered.reasons.push(MEMORY_TOOL.into());
                }
                Seized::Sealed { .. } => {
                    answered.brought.unreadable += 1;
                    let tried = try_codes(phone.folder(), views.passcode())?;
                    // Several vaults lie on one phone where there is an account for each contact: what is so of all is said once.
                    let new = tried.reasons.into_iter().filter(|reason| !answered.reasons.contains(reason));
                    let new: Vec<String> = new.collect();
                    answered.reasons.extend(new);
                    answered.effects.guesses.push(tried.guesses);
                    answered.pieces.push(pieces::wrapped_key(&place, &tried.wrapped_key));
                    answered.guessing = Some(answered.guessing.unwrap_or_default().and(tried.time));
                }
            }
        }
        Ok(answered)
    }
}

/// Takes over what an open phone shows, or one whose memory somebody reads, with the rows behind it.
fn take(
    answered: &mut Answered,
    place: &str,
    phone: &SeizedPhone<'_>,
    owner: &str,
    found: &OnThePhone,
) -> Result<(), ExperimentError> {
    answered.facts(&found.facts);
    answered.brought.origin.found_on_phone = true;
    if let Some(running) = phone.memory() {
        let names = Names { owner: owner.to_owned(), contact: None };
        answered.pieces.extend(pieces::phone(place, &running.exhibit()?, &names));
        answered.rereadable = true;
    }
    for (with, seconds) in &found.timers {
        answered.effects.timers.push(Timer { with: with.clone(), seconds: u64::from(*seconds) });
        answered.reasons.push(format!(
            "Texts with {with} disappear after {}: those whose time was over when the phone was taken are not on it.",
            about(f64::from(*seconds))
        ));
    }
    Ok(())
}

/// Somebody who was written to shows their own phone. Each contact is asked alone; what is counted is what whom the target wrote to last
/// shows, and what each of the others would show stands beside it.
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
        for (own, phones) in views.contacts() {
            let mut said = Vec::new();
            let is_first = answered.brought.parties.is_empty();
            for (number, phone) in phones.iter().enumerate() {
                let contacts = phone.contacts()?;
                for contact in contacts.iter().filter(|it| views.accounts().contains(&it.account)) {
                    let other = format!("account {}", contact.account);
                    let shown = participant::serve(phone, contact.account, &own, &other)?;
                    let names = Names { owner: own.clone(), contact: Some(contact.account.to_string()) };
                    let place = format!("phone {} of {own}, {other}", number + 1);
                    let exhibit = phone.exhibit_of(contact.account)?;
                    answered.pieces.extend(pieces::phone(&place, &exhibit, &names));
                    said.extend(answered_by(&shown.facts).said);
                    if is_first {
                        let verified = if shown.verified { "" } else { "not " };
                        let reason = format!("The contact had {verified}verified whose keys they are.");
                        answered.reasons.push(reason);
                    }
                }
            }
            if is_first && !phones.is_empty() {
                answered.means = Means::There;
                answered.brought.said.clone_from(&said);
            }
            // Whose phone is in other hands has nothing to show.
            if answered.means == Means::There && !phones.is_empty() {
                answered.brought.parties.push(Party { who: own, said });
            }
        }
        answered.brought.origin.shown_by_party = !answered.pieces.is_empty();
        answered.rereadable = true;
        if answered.means == Means::NotModelled {
            answered.reasons.push("Nobody who writes with the target alone has a phone to show.".into());
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
        let mut answered = Answered { unit: Some("reports proven"), rereadable: true, ..Answered::default() };
        let mut counts = Counts::default();
        for (reported, key, holdings) in views.reports()? {
            counts.of += 1;
            answered.pieces.push(pieces::report(&reported, &key));
            match report::serve(&reported, &key, &holdings) {
                Ok(proven) => {
                    counts.returned += 1;
                    answered.facts(&proven.facts);
                    answered.brought.origin = answered.brought.origin.or(proven.origin);
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
