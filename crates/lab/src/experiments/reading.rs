//! The contents of an eavesdropping authority's phones, and what they can open of earlier messages.

use pillarbox_access::demand::seized_phone;
use pillarbox_client::{Link, Phone};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use super::answered::Answered;
use super::error::ExperimentError;
use super::views::Views;
use crate::answer::counted_by;
use crate::evidence::reread::pieces::{self, Names};
use crate::score::Capability;
use crate::world::{as_delivered, is_unopened};

/// The name of the owner of such a phone in papers.
const READER: &str = "whoever reads along";

/// Reads the contents of every eavesdropping phone. `called` names such a phone in the generated sentences.
pub(super) fn read(views: &Views<'_>, called: &str) -> Result<Answered, ExperimentError> {
    let mut answered = Answered { means: Capability::There, ..Answered::default() };
    for (number, phone) in views.reading_phones().enumerate() {
        let found = seized_phone::read(phone, READER)?;
        answered.reasons.push(match found.facts.said.len() {
            0 => format!("From then on nothing opened on {called}."),
            texts => format!(
                "From then on {} opened on {called}, with the sessions that other phones began with it.",
                counted_by(texts as u64, "texts")
            ),
        });
        answered.reasons.push(tried(phone, views, called)?);
        answered.facts(&found.facts);
        answered.brought.origin.found_on_phone = true;
        let names = Names { owner: READER.to_owned(), contact: None };
        let place = format!("phone {} of {READER}", number + 1);
        answered.pieces.extend(pieces::phone(&place, &phone.exhibit()?, &names));
        answered.rereadable = true;
    }
    Ok(answered)
}

/// Tries everything that passed before the order on a copy of an eavesdropping phone, and describes the outcome.
fn tried(phone: &Phone, views: &Views<'_>, called: &str) -> Result<String, ExperimentError> {
    let mut phone = Phone::fork(phone, None)?;
    // This phone's draws are not recorded.
    let mut rng = ChaCha20Rng::from_seed([0; 32]);
    let (mut opened, mut not_opened) = (0_u64, 0_u64);
    let accounts = views.accounts();
    let about = |account: &Option<_>| account.is_some_and(|account| accounts.contains(&account));
    let messages = views.recorded().iter().flat_map(|tap| tap.messages());
    for (number, tapped) in (0..).zip(messages.filter(|tapped| about(&tapped.to) || about(&tapped.from))) {
        let notices = phone.on_frame(Link::Named, as_delivered(tapped, number), tapped.at, &mut rng)?;
        match notices.iter().any(is_unopened) || notices.is_empty() {
            true => not_opened += 1,
            false => opened += 1,
        }
    }
    let all = counted_by(opened + not_opened, "messages");
    Ok(format!(
        "Of {all} to and from the person that somebody had recorded before the order, receipts included, {called} opened {}.",
        if opened == 0 { "none".to_owned() } else { opened.to_string() }
    ))
}
