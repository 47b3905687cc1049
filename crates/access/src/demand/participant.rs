//! A consenting participant. A recipient opens their own phone. This needs no power and breaks nothing.

use pillarbox_client::{Phone, PhoneError};
use pillarbox_wire::AccountId;
use serde::Serialize;

use super::definition::{Demand, EVERYTHING, ViewKind, When};
use crate::facts::{Facts, ReadableText, addressed};

/// The demand that this module describes.
pub const PARTICIPANT: Demand = Demand {
    name: "participant",
    title: "contacts who open their phones",
    plain: "what somebody shows who was written to",
    reaches: EVERYTHING,
    view: ViewKind::OpenPhone,
    when: When::Both,
};

/// The content of one conversation, as the participant's phone shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The texts. That the other party wrote them rests on the participant's statement alone.
    pub facts: Facts,
    /// True if the participant had verified the other party's keys.
    pub verified: bool,
}

/// Reads the conversation with `contact`, and the owner's texts to groups that the contact is in. The answer calls the
/// two parties `own` and `other`. A text to a group names no recipient.
///
/// # Errors
/// [`PhoneError`] if there is no such contact, or the phone cannot be read.
pub fn serve(phone: &Phone, contact: AccountId, own: &str, other: &str) -> Result<Shown, PhoneError> {
    let verified = phone.contact(contact)?.trust == pillarbox_client::Trust::Verified;
    let mut facts = Facts::default();
    let groups = phone.groups()?;
    for entry in phone.history(contact)? {
        let Some(text) = entry.text() else { continue };
        let (from, to) = if entry.is_received() { (other, own) } else { (own, other) };
        facts.said.push(ReadableText {
            at: entry.sent_at,
            from: Some(from.to_owned()),
            to: Some(to.to_owned()),
            text: text.to_owned(),
            group: addressed(entry.group, &groups),
        });
    }
    for group in groups.iter().filter(|group| group.members.contains(&contact)) {
        for said in phone.group_history(group.id)?.iter().filter(|said| said.from.is_none()) {
            let Some(text) = said.entry.text() else { continue };
            let (at, from) = (said.entry.sent_at, Some(own.to_owned()));
            let group = addressed(Some(group.id), &groups);
            facts.said.push(ReadableText { at, from, to: None, text: text.to_owned(), group });
        }
    }
    Ok(Shown { facts, verified })
}
