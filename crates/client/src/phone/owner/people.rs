//! Contacts: adding, naming and trusting them.

use pillarbox_crypto::{IdentityPublic, SafetyNumber};
use pillarbox_session::safety_number;
use pillarbox_text::read;
use pillarbox_wire::{AccountId, FixedBytes, Handle, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::{ConfirmError, PhoneError};
use crate::phone::rows::contacts::{forget, greet, view};
use crate::phone::rows::names::{free_name, suggested_name};
use crate::phone::rows::numbers;
use crate::phone::rows::records::{load_contact, remove_item, store_contact};
use crate::phone::rows::renewal::start_over;
use crate::phone::state::outbox::Item;
use crate::records::contact::{Contact, ContactOrigin, ContactRecord, Trust, read_identity, write_identity};
use crate::text::invitation::Invitation;
use crate::text::naming::{self, check_name};
use crate::vault::{Rows, Table};

impl Phone {
    /// Returns all contacts, by name.
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

    /// Returns a contact.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`].
    pub fn contact(&self, contact: AccountId) -> Result<Contact, PhoneError> {
        self.vault.read(|rows| view(rows, &load_contact(rows, contact)?, self.account.seals()))
    }

    /// Returns this account's invitation.
    ///
    /// # Errors
    /// [`PhoneError::NotRegistered`]: an account has no name before the relay has assigned one.
    pub fn invitation(&self) -> Result<Invitation, PhoneError> {
        let address = self.account.address.ok_or(PhoneError::NotRegistered)?;
        Ok(Invitation {
            relay: self.account.relay.clone(),
            account: address.account,
            identity: self.account_identity()?,
            delivery_key: self.offered_delivery_key(),
            name: (!self.account.name.is_empty()).then(|| self.account.name.clone()),
        })
    }

    /// Returns the identity that people verify: that of the account's first phone.
    pub(crate) fn account_identity(&self) -> Result<IdentityPublic, PhoneError> {
        Ok(match &self.link {
            Some(link) => read_identity(&link.identity)?,
            None => self.secrets.identity.public(),
        })
    }

    /// Returns the delivery key for people from whom the owner wants messages, or `None` if the relay could read it
    /// in transit.
    pub(crate) fn offered_delivery_key(&self) -> Option<FixedBytes<32>> {
        self.account.seals().then(|| FixedBytes(*self.secrets.delivery.as_bytes()))
    }

    /// Adds the owner of an invitation, or updates a known contact.
    ///
    /// A key that differs from a known contact's is treated as any changed key ([`Trust`]), because an invitation can
    /// come from anywhere.
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
            || *identity == self.account_identity()?
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
            let mut record = known.unwrap_or_else(|| {
                ContactRecord::new(*account, String::new(), ContactOrigin::Invitation, now)
            });
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
        self.note_pending(*account, now)?;
        Ok(contact)
    }

    /// Asks the relay for the account of a number as soon as it is connected. [`Notice::Found`](crate::Notice::Found)
    /// or [`Notice::NotFound`](crate::Notice::NotFound) answers. The relay learns that this account asked about that
    /// number, and the first message to somebody found this way names its sender to the relay.
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

    /// Renames a contact.
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

    /// Accepts a request: from now on this phone introduces itself to them and confirms their messages, past and
    /// future.
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
        Ok(self.note_pending(contact, now)?)
    }

    /// Removes a contact and the whole conversation. If they write again, they are a stranger; a
    /// [blocked](Self::block) one stays blocked.
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
        self.owed.forget(contact);
        self.reindex()
    }

    /// Returns the number that the owner and the contact compare.
    ///
    /// # Errors
    /// [`PhoneError::NotRegistered`], [`PhoneError::NoIdentity`], [`PhoneError::UnknownContact`],
    /// [`PhoneError::Storage`].
    pub fn safety_number(&self, contact: AccountId) -> Result<SafetyNumber, PhoneError> {
        let theirs = self.contact(contact)?.identity.ok_or(PhoneError::NoIdentity)?;
        self.number_with(contact, &theirs)
    }

    /// Returns the number that was verified before the contact's key changed, until the owner chooses.
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
        Ok(safety_number((&own.account, &self.account_identity()?), (&contact, theirs)))
    }

    /// Compares the number read out with the safety number. If they match, the contact is verified, even after a
    /// changed key.
    ///
    /// # Errors
    /// [`ConfirmError::Mismatch`] if the numbers differ; then nothing is changed.
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

    /// Accepts a changed key without verifying it. Waiting messages are sent under the new key.
    ///
    /// # Errors
    /// [`PhoneError::UnknownContact`], [`PhoneError::Storage`]. A contact whose key has not changed is left alone,
    /// verified or not.
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

    pub(crate) fn change_contact(
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
