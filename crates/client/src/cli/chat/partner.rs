//! The other side of a chat: a contact or a group.

use pillarbox_client::{BodyId, Contact, DeliveryState, Group, HistoryEntry, Phone, PhoneError, sentences};
use pillarbox_wire::{AccountId, Timestamp};
use rand::rngs::StdRng;

use super::super::context::may_say;
use super::super::failure::Failure;
use super::super::group::find::{self, find_group};
use super::super::membership::GroupFailure;
use super::super::words;

/// A contact or a group, as of the last look-up.
pub(super) enum Partner {
    /// A conversation with one person.
    Contact(Box<Contact>),
    /// A conversation with a group.
    Group(Group),
}

impl Partner {
    /// Finds the group of this name.
    pub(super) fn group(phone: &Phone, typed: &str) -> Result<Self, Failure> {
        find_group(phone, typed).map(Self::Group)
    }

    /// Returns the contact, or `None` for a group.
    pub(super) fn contact(&self) -> Option<&Contact> {
        match self {
            Self::Contact(contact) => Some(contact),
            Self::Group(_) => None,
        }
    }

    /// Returns the name for the owner.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Contact(contact) => words::name(contact),
            Self::Group(group) => find::name(group),
        }
    }

    /// Returns the remark beside the name: the trust in a contact's key, or the number of members, without and with
    /// emphasis.
    pub(super) fn standing(&self) -> (String, String) {
        match self {
            Self::Contact(contact) => {
                (sentences::trust(contact.trust).to_owned(), words::sure(contact.trust))
            }
            Self::Group(group) => (find::count(group), find::count(group)),
        }
    }

    /// Looks the contact or the group up again.
    pub(super) fn refresh(&mut self, phone: &Phone) -> Result<(), Failure> {
        match self {
            Self::Contact(contact) => **contact = phone.contact(contact.account)?,
            Self::Group(group) => *group = phone.group(group.id)?,
        }
        Ok(())
    }

    /// Returns true if a received entry belongs to this chat.
    pub(super) fn has_said(&self, from: AccountId, entry: &HistoryEntry) -> bool {
        match self {
            Self::Contact(contact) => contact.account == from,
            Self::Group(group) => entry.group == Some(group.id),
        }
    }

    /// Fails if the owner may not write now.
    pub(super) fn may_say(&self, phone: &Phone) -> Result<(), Failure> {
        match self {
            Self::Contact(contact) => may_say(phone, contact),
            Self::Group(group) if !phone.is_in(group) => Err(Failure::Group(find::out_of(phone, group))),
            Self::Group(group) if group.members.len() < 2 => {
                Err(Failure::Group(GroupFailure::Alone { name: find::name(group) }))
            }
            Self::Group(_) => Ok(()),
        }
    }

    /// Queues a text.
    pub(super) fn queue(
        &self,
        phone: &mut Phone,
        text: &str,
        now: Timestamp,
        rng: &mut StdRng,
    ) -> Result<BodyId, PhoneError> {
        match self {
            Self::Contact(contact) => phone.queue_text(contact.account, text, now, rng),
            Self::Group(group) => phone.queue_group_text(group.id, text, now, rng),
        }
    }

    /// Returns true if every copy of a message, refused copies aside, has made at least this much progress. A message
    /// to a contact has one copy.
    pub(super) fn has_reached(
        &self,
        phone: &Phone,
        message: BodyId,
        state: DeliveryState,
    ) -> Result<bool, PhoneError> {
        Ok(phone.group_delivery(message)?.iter().all(|(_, reached)| *reached >= state))
    }
}
