//! The directory's answer about a number. If the number now leads to another account, its contact continues under
//! that account.
//!
//! The phone knows the number as a contact's. If the directory now names another account with another key, that is
//! a changed key: the person may have a new phone and a new account, the number may have been reassigned to
//! somebody else, or the relay has inserted an interceptor. So the rule of [`Trust`] decides, as for every changed
//! key, and no second contact appears. The conversation stays together under one name.

use pillarbox_wire::{AccountId, Handle, IdentityKey, Refusal, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::numbers::{go_on, holder};
use crate::phone::rows::records::store_contact;
use crate::phone::rows::{contacts, names, renewal};
use crate::records::contact::{ContactOrigin, ContactRecord, Trust, read_identity};
use crate::records::notice::Notice;
use crate::text::naming;
use crate::vault::Table;

impl Phone {
    /// Handles the directory's answer: the relay's statement that this account has this number.
    pub(crate) fn found(
        &mut self,
        account: AccountId,
        identity: &IdentityKey,
        handle: Handle,
        name: Option<String>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let own = self.account.address.is_some_and(|address| address.account == account);
        if own || read_identity(identity).is_err() {
            return Ok(vec![Notice::NotFound { handle, reason: Refusal::UnknownHandle }]);
        }
        let (own, protection) = (self.account.address.map(|own| own.account), self.account.protection);
        let (changed, blocked, moved) = self.vault.transact(rng, |rows| {
            let known: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
            let compared =
                |known: &ContactRecord| known.trust == Trust::Verified && known.identity == Some(*identity);
            let apart = known.as_ref().is_some_and(compared);
            let mut other = holder(rows, &handle, account)?;
            if let Some(other) = other.as_mut().filter(|_| apart) {
                // The owner has compared the safety number of this account too: both contacts are kept, and the
                // number finds one.
                other.handle = None;
                if naming::is_number(&other.name) {
                    // Nobody would find them by a number that is no longer theirs.
                    other.name = names::some_name(rows, other.account, "")?;
                }
                store_contact(rows, other)?;
            }
            let holder = other.filter(|_| !apart);
            let (is_new, moved) = (known.is_none() && holder.is_none(), holder.is_some());
            let (mut record, changed) = match (holder, known) {
                (Some(holder), _) => go_on(rows, holder, account, identity)?,
                (None, known) => {
                    let mut record = known.unwrap_or_else(|| {
                        ContactRecord::new(account, String::new(), ContactOrigin::Number, now)
                    });
                    let changed = record.meet_key_of(protection, identity);
                    (record, changed)
                }
            };
            record.handle = Some(handle.clone());
            record.accepted = true;
            // The name was free when it was chosen; if it is taken now, a similar one is used.
            if is_new || name.is_some() {
                let wish = name.as_deref().unwrap_or(handle.as_str());
                record.name = names::some_name(rows, account, wish)?;
            }
            if changed {
                renewal::start_over(rows, account, own)?;
            }
            if is_new {
                contacts::greet(rows, account)?;
            }
            store_contact(rows, &record)?;
            Ok::<_, PhoneError>((changed, !record.trust.may_send(), moved))
        })?;
        self.note_pending(account, now)?;
        let mut notices = vec![Notice::Found { contact: account, handle }];
        if changed || moved {
            self.reindex()?;
        }
        if changed {
            notices.push(Notice::KeyChanged { contact: account, blocked });
        }
        Ok(notices)
    }
}
