//! Contacts: adding, naming, trusting them.

use pillarbox_crypto::{IdentityPublic, SafetyNumber};
use pillarbox_session::safety_number;
use pillarbox_text::read;
use pillarbox_wire::{AccountId, FixedBytes, Handle, Timestamp};
use rand_core::CryptoRng;

use super::error::{ConfirmError, PhoneError};
use super::records::{
    TOOK_OVER, has_blocked, load_contact, load_delivery_key, load_errands, remove_contact,
    remove_conversation, remove_item, remove_place, store_contact, store_errands,
};
use super::{Phone, bounded, entries, group, numbers};
use crate::body::MAX_NAME_LEN;
use crate::contact::{self, Contact, ContactRecord, Origin, Trust, check_name, write_identity};
use crate::invitation::Invitation;
use crate::outbox::{Item, Stage};
use crate::vault::{Rows, StorageError, Table, View};
use crate::{display, naming};

impl Phone {
    /// All contacts, by name.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn contacts(&self) -> Result<Vec<Contact>, PhoneError> {
        self.vault.read(|rows| {
            let mut records = rows.load_all::<ContactRecord>(Table::Contacts)?;
            records.sort_by(|one, other| one.name.cmp(&other.name));
            records.iter().map(|record| view(rows, record, self.account.seals())).collect()
        })
    }

    /// One contact.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn contact(&self, contact: AccountId) -> Result<Contact, PhoneError> {
        self.vault.read(|rows| view(rows, &load_contact(rows, contact)?, self.account.seals()))
    }

    /// This account's invitation.
    ///
    /// # Errors
    /// [`PhoneError::NotRegistered`]: an account has no name before the relay has given it one.
    pub fn invitation(&self) -> Result<Invitation, PhoneError> {
        let address = self.account.address.ok_or(PhoneError::NotRegistered)?;
        Ok(Invitation {
            relay: self.account.relay.clone(),
            account: address.account,
            identity: self.secrets.identity.public(),
            delivery_key: self.offered_delivery_key(),
            name: (!self.account.name.is_empty()).then(|| self.account.name.clone()),
        })
    }

    /// The delivery key for those whom the owner wants to hear from; none where the relay would read it on its way.
    pub(super) fn offered_delivery_key(&self) -> Option<FixedBytes<32>> {
        self.account.seals().then(|| FixedBytes(*self.secrets.delivery.as_bytes()))
    }

    /// Adds the owner of an invitation, or renews what is known of them.
    ///
    /// A key that differs from a known contact's is met as any changed key is ([`Trust`]): an invitation is a text
    /// that came from somewhere.
    ///
    /// # Errors
    /// [`PhoneError::OwnInvitation`], [`PhoneError::OtherRelay`], [`PhoneError::NameTaken`],
    /// [`PhoneError::BadName`], [`PhoneError::Storage`].
    pub fn add_invited(
        &mut self,
        invitation: &Invitation,
        name: Option<&str>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Contact, PhoneError> {
        let Invitation { relay, account, identity, delivery_key, name: suggested } = invitation;
        if self.account.address.is_some_and(|own| own.account == *account)
            || *identity == self.secrets.identity.public()
        {
            return Err(PhoneError::OwnInvitation);
        }
        if relay.key() != self.account.relay.key() {
            return Err(PhoneError::OtherRelay);
        }
        let (seals, own) = (self.account.seals(), self.account.address.map(|own| own.account));
        let (contact, changed) = self.vault.transact(rng, |rows| {
            let known: Option<ContactRecord> = rows.load(Table::Contacts, &account.0)?;
            let is_new = known.is_none();
            let mut record =
                known.unwrap_or_else(|| ContactRecord::new(*account, String::new(), Origin::Invitation, now));
            let changed = record.meet_key(&write_identity(identity));
            record.accepted = true;
            record.suggested_name.clone_from(suggested);
            match name {
                Some(name) => record.name = free_name(rows, *account, name)?,
                None if is_new => {
                    let wish = suggested.as_deref().unwrap_or_default();
                    record.name = suggested_name(rows, *account, wish)?;
                }
                None => {}
            }
            if let Some(key) = delivery_key {
                rows.put(Table::DeliveryKeys, &account.0, key.as_bytes())?;
            }
            if changed {
                start_over(rows, *account, own)?;
            }
            if is_new {
                greet(rows, *account)?;
            }
            store_contact(rows, &record)?;
            Ok::<_, PhoneError>((view(rows, &record, seals)?, changed))
        })?;
        if changed {
            self.reindex()?;
        }
        self.note_errands(*account, now)?;
        Ok(contact)
    }

    /// Asks the relay who has this number, as soon as it is connected: answered by
    /// [`Notice::Found`](crate::Notice::Found) or [`Notice::NotFound`](crate::Notice::NotFound). The relay learns that this
    /// account asked about that number, and the first message to somebody found this way names its sender to the relay.
    ///
    /// # Errors
    /// [`PhoneError::NameTaken`], [`PhoneError::BadName`], [`PhoneError::Storage`].
    pub fn look_up(&mut self, handle: Handle, name: Option<&str>) -> Result<(), PhoneError> {
        if let Some(name) = name {
            check_name(name)?;
            let has_it = |known: &Contact| {
                naming::is_same(&known.name, name) && known.handle.as_ref() != Some(&handle)
            };
            if self.contacts()?.iter().any(has_it) {
                return Err(PhoneError::NameTaken);
            }
        }
        self.look_ups.push_back((handle, name.map(str::to_owned)));
        Ok(())
    }

    /// Calls a contact by another name.
    ///
    /// # Errors
    /// [`PhoneError::NameTaken`], [`PhoneError::BadName`], [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn rename(
        &mut self,
        contact: AccountId,
        name: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.change_contact(contact, rng, |rows, record| {
            record.name = free_name(rows, record.account, name)?;
            Ok(())
        })
    }

    /// Accepts a request: from now on this phone introduces itself to them and confirms what comes, and what came.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn accept_request(
        &mut self,
        contact: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.change_contact(contact, rng, |_, record| {
            record.accepted = true;
            Ok(())
        })?;
        Ok(self.note_errands(contact, now)?)
    }

    /// Forgets a contact with everything that was said. Should they write again, they are a stranger; one that is
    /// [blocked](Self::block) stays so.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn remove_contact(&mut self, contact: AccountId, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        self.vault.transact(rng, |rows| {
            let record = load_contact(rows, contact)?;
            for item in rows.load_all::<Item>(Table::Outbox)?.iter().filter(|item| item.to == contact) {
                remove_item(rows, item.order)?;
            }
            Ok::<_, PhoneError>(forget(rows, &record)?)
        })?;
        self.vault.empty_log()?;
        self.due.remove(&contact);
        self.later.remove(&contact);
        self.reindex()
    }

    /// The number that this phone's owner and the contact compare.
    ///
    /// # Errors
    /// [`PhoneError::NotRegistered`], [`PhoneError::NoIdentity`], [`PhoneError::UnknownContact`],
    /// [`PhoneError::Storage`].
    pub fn safety_number(&self, contact: AccountId) -> Result<SafetyNumber, PhoneError> {
        let theirs = self.contact(contact)?.identity.ok_or(PhoneError::NoIdentity)?;
        self.number_with(contact, &theirs)
    }

    /// The number that was verified before the contact's key changed, while a choice is waited for.
    ///
    /// # Errors
    /// As for [`safety_number`](Self::safety_number).
    pub fn former_safety_number(&self, contact: AccountId) -> Result<Option<SafetyNumber>, PhoneError> {
        let former = self.contact(contact)?.former_identity;
        let account = self.vault.read(|rows| numbers::former_account(rows, contact))?.unwrap_or(contact);
        former.map(|theirs| self.number_with(account, &theirs)).transpose()
    }

    fn number_with(&self, contact: AccountId, theirs: &IdentityPublic) -> Result<SafetyNumber, PhoneError> {
        let own = self.account.address.ok_or(PhoneError::NotRegistered)?;
        Ok(safety_number((&own.account, &self.secrets.identity.public()), (&contact, theirs)))
    }

    /// Compares what was heard with the safety number; if it is the same, the contact is verified, also after a
    /// changed key.
    ///
    /// # Errors
    /// [`ConfirmError::Mismatch`] if it is another number, and then nothing has changed.
    pub fn confirm(
        &mut self,
        contact: AccountId,
        heard: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ConfirmError> {
        let ours = self.safety_number(contact)?;
        let heard = read::digits(heard);
        let digits = heard.chars().filter(char::is_ascii_digit).count();
        let heard = SafetyNumber::parse(&heard).ok_or(ConfirmError::NotANumber { digits })?;
        if heard != ours {
            return Err(ConfirmError::Mismatch);
        }
        Ok(self.set_trust(contact, Trust::Verified, rng)?)
    }

    /// Accepts a changed key without verifying it: what waited goes out to the new key.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`]. For a contact whose key has not changed nothing
    /// happens, and a verified one stays verified.
    pub fn accept_new_key(&mut self, contact: AccountId, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        match self.contact(contact)?.trust {
            Trust::Changed => self.set_trust(contact, Trust::Unverified, rng),
            Trust::Unverified | Trust::Verified => Ok(()),
        }
    }

    fn set_trust(
        &mut self,
        contact: AccountId,
        trust: Trust,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.change_contact(contact, rng, |rows, record| {
            record.trust = trust;
            record.former_identity = None;
            Ok(rows.remove(Table::FormerAccounts, &contact.0)?)
        })
    }

    pub(super) fn change_contact(
        &mut self,
        contact: AccountId,
        rng: &mut impl CryptoRng,
        change: impl FnOnce(&mut Rows<'_>, &mut ContactRecord) -> Result<(), PhoneError>,
    ) -> Result<(), PhoneError> {
        self.vault.transact(rng, |rows| {
            let mut record = load_contact(rows, contact)?;
            change(rows, &mut record)?;
            Ok(store_contact(rows, &record)?)
        })
    }
}

pub(super) fn view(rows: &View<'_>, record: &ContactRecord, seals: bool) -> Result<Contact, PhoneError> {
    let sealed = seals && load_delivery_key(rows, record.account)?.is_some();
    Ok(record.view(sealed, has_blocked(rows, record.account)?)?)
}

/// Has a new contact hear of this phone, if it took the place of another one: the contact may have known that one.
pub(super) fn greet(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    if rows.has(Table::Account, TOOK_OVER)? {
        let mut errands = load_errands(rows, contact)?;
        errands.greet();
        store_errands(rows, &errands)?;
    }
    Ok(())
}

/// Takes out a contact with everything that was said.
pub(super) fn forget(rows: &mut Rows<'_>, record: &ContactRecord) -> Result<(), StorageError> {
    for place in 0..record.next_place {
        let message = entries::at(rows, record.account, place)?.map(|entry| entry.id);
        remove_place(rows, record.account, place, message)?;
    }
    remove_contact(rows, record.account)
}

/// What was sealed to a contact's former key and has not reached the relay is encrypted again, in a new session. A phone
/// with other keys may know no group: it is told who is in those that it shares with this phone's owner.
pub(super) fn start_over(
    rows: &mut Rows<'_>,
    contact: AccountId,
    own: Option<AccountId>,
) -> Result<(), StorageError> {
    remove_conversation(rows, contact)?;
    group::tell_again(rows, contact, own)?;
    encrypt_again(rows, contact)
}

/// Has what is encrypted and not yet at the relay encrypted again, in the session that comes.
pub(super) fn encrypt_again(rows: &mut Rows<'_>, contact: AccountId) -> Result<(), StorageError> {
    for mut item in rows.load_all::<Item>(Table::Outbox)? {
        if item.to == contact && matches!(item.stage, Stage::Sealed { .. }) {
            item.stage = Stage::Waiting;
            super::records::store_item(rows, &item)?;
        }
    }
    Ok(())
}

/// The name, if it is one and no other contact has it.
pub(super) fn free_name(rows: &View<'_>, account: AccountId, name: &str) -> Result<String, PhoneError> {
    check_name(name)?;
    if is_taken(rows, account, name)? { Err(PhoneError::NameTaken) } else { Ok(name.to_owned()) }
}

/// The name of somebody whom nobody has named: the first characters of the account's own.
pub(super) fn short(account: AccountId) -> String {
    account.to_string().chars().take(naming::SHORT_ACCOUNT).collect()
}

/// A name near a stranger's wish that no other contact has; the account's own if the wish is none that can be shown, or means
/// something else than a person ([`naming`]).
pub(super) fn suggested_name(
    rows: &View<'_>,
    account: AccountId,
    wish: &str,
) -> Result<String, StorageError> {
    let wish = shown(wish);
    some_name(rows, account, if naming::reserved(&wish).is_some() { "" } else { &wish })
}

/// The same for a name that the owner has chosen, here or before, or a number that the relay has vouched for.
pub(super) fn some_name(rows: &View<'_>, account: AccountId, wish: &str) -> Result<String, StorageError> {
    let short = short(account);
    let wish = shown(wish);
    if !contact::is_showable(&wish) {
        return Ok(short);
    }
    if is_taken(rows, account, &wish)? { Ok(format!("{wish}-{short}")) } else { Ok(wish) }
}

/// A wish with what shows of it, short enough for an account behind it.
fn shown(wish: &str) -> String {
    bounded(display::safe(wish).replace(display::REPLACEMENT, "").trim().to_owned(), MAX_NAME_LEN - 9)
}

fn is_taken(rows: &View<'_>, account: AccountId, name: &str) -> Result<bool, StorageError> {
    let contacts = rows.load_all::<ContactRecord>(Table::Contacts)?;
    let name = naming::fold(name);
    Ok(contacts.iter().any(|other| other.account != account && naming::fold(&other.name) == name))
}
