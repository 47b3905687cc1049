//! Messages that did not open and wait to be requested again, as the owner sees them.

use std::collections::BTreeMap;

use pillarbox_wire::{AccountId, Timestamp};

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::devices::owner_of;
use crate::phone::rows::pending::all_pending;
use crate::phone::state::outbox::{Item, Stage};
use crate::records::body::Content;
use crate::records::contact::ContactRecord;
use crate::vault::Table;

/// Messages of one contact that did not open and have not been asked for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The contact who sent them.
    pub contact: AccountId,
    /// The number of missing messages.
    pub messages: usize,
    /// Time at which they may be asked for; `None` if they may be now. A conversation can restart only so often.
    pub asked_at: Option<Timestamp>,
    /// True if nothing is asked before the owner chooses, because the contact was verified and their key has changed.
    pub stopped: bool,
}

impl Phone {
    /// Returns the messages of contacts that did not open, until the relay has accepted the request to send them
    /// again. People whom the owner has not accepted are asked nothing.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn missing(&self, now: Timestamp) -> Result<Vec<Missing>, PhoneError> {
        self.vault.read(|rows| {
            let mut missing: BTreeMap<AccountId, Missing> = BTreeMap::new();
            let mut count = |contact, messages, asked_at| {
                let none = Missing { contact, messages: 0, asked_at: None, stopped: false };
                let one = missing.entry(contact).or_insert(none);
                one.messages += messages;
                one.asked_at = one.asked_at.or(asked_at);
            };
            for pending in all_pending(rows)? {
                let contact = owner_of(rows, pending.contact)?;
                count(contact, pending.missed(), pending.renews_at(now));
            }
            for item in rows.load_all::<Item>(Table::Outbox)? {
                if let (Content::ResendRequest(request), Stage::Waiting | Stage::Sealed { .. }) =
                    (&item.content, &item.stage)
                {
                    count(owner_of(rows, item.to)?, request.digests.len(), None);
                }
            }
            let mut told = Vec::new();
            for one in missing.into_values().filter(|one| one.messages > 0) {
                let contact: Option<ContactRecord> = rows.load(Table::Contacts, &one.contact.0)?;
                let contact = contact.filter(|contact| contact.accepted);
                told.extend(contact.map(|contact| Missing { stopped: !contact.trust.may_send(), ..one }));
            }
            Ok(told)
        })
    }
}
