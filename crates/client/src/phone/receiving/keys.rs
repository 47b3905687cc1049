//! The relay's answers about keys: this phone's prekeys and certificate, and the prekeys of contacts.

use pillarbox_session::Conversation;
use pillarbox_wire::{
    AccountId, DeviceBundle, FixedBytes, IdentityKey, Refusal, SenderCertificate, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::devices::owner_of;
use crate::phone::rows::pending::{load_pending, store_pending};
use crate::phone::rows::records::{
    CERTIFICATE, CertificateRecord, load_contact, load_conversation, store_contact, store_conversation,
};
use crate::phone::rows::{group_news, numbers, renewal};
use crate::phone::state::link::Link;
use crate::phone::state::pauses::WaitCause;
use crate::records::account::Protection;
use crate::records::contact::{read_identity, write_identity};
use crate::records::notice::Notice;
use crate::records::prekeys::{self, Numbers};
use crate::records::recovery;
use crate::vault::Table;

impl Phone {
    /// Handles the relay's count of one-time keys, classical and KEM: makes the prekeys that it lacks.
    pub(super) fn refill(&mut self, left: (u32, u32), rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let identity = &self.secrets.identity;
        let refill = self.vault.transact(rng, |rows| prekeys::refill(rows, identity, left))?;
        self.key_stock.counted(refill);
        Ok(())
    }

    pub(super) fn keys_stored(
        &mut self,
        upload: &Numbers,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let fill_up = self.key_stock.stored();
        self.vault.transact(rng, |rows| prekeys::stored(rows, upload, fill_up))?;
        if fill_up {
            self.key_stock.fill_up();
        }
        Ok(())
    }

    pub(super) fn keep_certificate(
        &mut self,
        link: Link,
        certificate: SenderCertificate,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let issuer = self.links.get(link).and_then(|connection| connection.certificate_key);
        let ours = certificate.agreement.0 == *self.secrets.identity.public().agreement().as_bytes()
            && Some(certificate.sender) == self.account.address;
        // A certificate for another account is useless; one is requested again after a pause.
        let (Some(issuer), true) = (issuer, ours) else {
            return Ok(());
        };
        if let Some(connection) = self.links.get_mut(link) {
            connection.certified_until(Timestamp::from_seconds(u64::from(certificate.expires_at)));
        }
        let record = CertificateRecord { certificate, issuer: FixedBytes(*issuer.as_bytes()) };
        self.vault.transact(rng, |rows| rows.store(Table::Account, CERTIFICATE, &record))?;
        self.certificate.current = Some(record);
        Ok(())
    }

    /// Handles prekeys for a contact: begins a conversation, or restarts it.
    pub(crate) fn begin(
        &mut self,
        contact: AccountId,
        identity: &IdentityKey,
        bundles: &[DeviceBundle],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        if self.is_device(contact)? {
            return self.begin_device(contact, identity, bundles, now, rng);
        }
        self.note_named(contact, bundles)?;
        let (Some(bundle), Ok(theirs)) = (bundles.first(), read_identity(identity)) else {
            self.pauses.begin(contact, WaitCause::NoKeys, now);
            return Ok(vec![Notice::NotStarted { contact, reason: None }]);
        };
        let ours = &self.secrets.identity;
        let own = self.account.address.map(|own| own.account);
        let protection = self.account.protection;
        let begun = self.vault.transact(rng, |rows| {
            let mut record = load_contact(rows, contact)?;
            let mut notices = Vec::new();
            let is_first = record.identity.is_none();
            let key = write_identity(&theirs);
            let other = record.identity.is_some_and(|before| before != key);
            let changed = record.meet_key_of(protection, &key);
            numbers::store_device(rows, contact, bundle.device)?;
            if changed {
                renewal::start_over(rows, contact, own)?;
                notices.push(Notice::KeyChanged { contact, blocked: !record.trust.may_send() });
            }
            if other && !changed {
                group_news::tell_again(rows, contact, own)?;
            }
            if other || is_first {
                store_contact(rows, &record)?;
            }
            if !record.trust.may_send() {
                return Ok::<_, PhoneError>((notices, other, true));
            }
            let mut pending = load_pending(rows, contact)?;
            if protection == Protection::ServerReadable {
                // Without encryption there is no session to begin; the answer only names the phone to write to.
                pending.renewed(now);
                store_pending(rows, &pending)?;
                return Ok((notices, other, true));
            }
            let current = load_conversation(rows, contact)?;
            let aged = current.as_ref().is_some_and(|current| recovery::has_aged(current, now));
            if aged {
                renewal::encrypt_again(rows, contact)?;
            }
            let begun = match &current {
                Some(current) => current.initiate_again(&mut rows.rng, ours, &theirs, bundle, now),
                None => Conversation::initiate(&mut rows.rng, ours, &theirs, bundle, now),
            };
            let Ok(conversation) = begun else {
                notices.push(Notice::NotStarted { contact, reason: None });
                return Ok((notices, changed || aged, false));
            };
            if let Some(degraded) = conversation.degraded() {
                notices.push(Notice::Degraded { contact, degraded });
            }
            if pending.renew {
                if !changed {
                    notices.push(Notice::Recovered { contact });
                }
                pending.renewed(now);
                store_pending(rows, &pending)?;
            }
            store_conversation(rows, contact, &conversation)?;
            Ok((notices, changed || aged, true))
        });
        let (notices, changed, good) = match begun {
            // Removed while the question was open.
            Err(PhoneError::UnknownContact) => return Ok(Vec::new()),
            outcome => outcome?,
        };
        if changed {
            self.reindex()?;
        }
        if good {
            self.pauses.end(contact);
        } else {
            self.pauses.begin(contact, WaitCause::NoKeys, now);
        }
        Ok(notices)
    }

    /// Handles the relay's statement that a contact has another phone: its keys are fetched before anything more is
    /// sent, as often as a conversation may restart.
    pub(super) fn ask_for_keys(
        &mut self,
        contact: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let may = self.vault.transact(rng, |rows| {
            let mut pending = load_pending(rows, contact)?;
            pending.renew = true;
            store_pending(rows, &pending)?;
            Ok::<_, PhoneError>(pending.may_renew(now))
        })?;
        if !may {
            self.pauses.begin(contact, WaitCause::TooManyStarts, now);
        }
        Ok(())
    }

    /// Handles a refused delivery key of a contact. Messages are still sent, but the relay sees their sender.
    pub(super) fn unseal(
        &mut self,
        contact: AccountId,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let own = self.account.address.map(|own| own.account);
        let (contact, known) = self.vault.transact(rng, |rows| {
            let contact = owner_of(rows, contact)?;
            let known = rows.has(Table::DeliveryKeys, &contact.0)?;
            rows.remove(Table::DeliveryKeys, &contact.0)?;
            Ok::<_, PhoneError>((contact, known))
        })?;
        if Some(contact) == own {
            // The first phone is about to announce the new key.
            self.pauses.begin(contact, WaitCause::Relay(Refusal::DeliveryKeyRefused), now);
        }
        Ok(if known { vec![Notice::Unsealed { contact }] } else { Vec::new() })
    }
}
