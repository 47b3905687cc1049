//! Received messages: identifying the sender, decrypting, and recovering if that fails.
//!
//! Every outcome is decided in one transaction, and only then may the message be acknowledged. The digest of the
//! handled payload is stored with the outcome, so that a second delivery is recognised. Digests are kept per sender,
//! so that no one can use one up in another's name.

use pillarbox_crypto::{AgreementPublic, kdf, labels};
use pillarbox_session::{Conversation, OpenError, OpenedMessage, Opening, PayloadKind, kind, unseal};
use pillarbox_wire::{AccountId, Bytes, Deliver, DepositKind, DeviceAddress, FixedBytes, Timestamp};
use rand_core::CryptoRng;

use crate::phone::Link;
use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::receiving::contents;
use crate::phone::receiving::effects::{self, ArrivalContext, Effects, NotTaken};
use crate::phone::rows::records::{
    DeduplicationRecord, digest_key, load_conversation, remove_conversation, remove_item, store_contact,
    store_conversation,
};
use crate::phone::rows::strangers::{GaveWay, Newcomer};
use crate::phone::rows::{names, pending, renewal};
use crate::phone::state::mailbox::Full;
use crate::records::account::{Account, Protection};
use crate::records::body::Body;
use crate::records::contact::{ContactOrigin, ContactRecord, write_identity};
use crate::records::notice::Notice;
use crate::records::prekeys::{self, PrekeyLookup};
use crate::records::report::Evidence;
use crate::software::{NotOpened, Software};
use crate::vault::{Rows, StorageError, Table};

/// A message without its outer layers.
struct Envelope {
    from: AccountId,
    /// The agreement key in the sender certificate, if the message was sealed.
    certified: Option<AgreementPublic>,
    /// True if the relay admitted it by the delivery key and was not told its sender.
    admitted: bool,
    payload: Vec<u8>,
    protection: Protection,
    accepted_at: Timestamp,
    /// The relay's stamp, and the sender that it names.
    stamp: Option<(DeviceAddress, FixedBytes<32>)>,
}

impl Phone {
    pub(crate) fn arrive(
        &mut self,
        deliver: Deliver,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Vec<Notice>, PhoneError> {
        let message = deliver.message;
        let taken = match self.open_envelope(deliver, now) {
            None => Ok(vec![Notice::Undecryptable { contact: None, asked_again: false }]),
            Some(envelope) if !self.takes(envelope.protection) => {
                let known =
                    self.vault.read(|rows| rows.load::<ContactRecord>(Table::Contacts, &envelope.from.0))?;
                Ok(vec![Notice::OtherProtection { contact: known.map(|known| known.account) }])
            }
            Some(envelope) if self.has_blocked(envelope.from)? => Ok(Vec::new()),
            Some(envelope) => self.take_in(&envelope, now, rng, software)?,
        };
        Ok(match taken {
            Ok(notices) => {
                self.mailbox.take_in(message);
                notices
            }
            Err(full) => self.mailbox.leave(full),
        })
    }

    /// Removes the sealed-sender envelope, if there is one. Returns `None` for a message that nobody can have sent.
    fn open_envelope(&self, deliver: Deliver, now: Timestamp) -> Option<Envelope> {
        let Deliver { message: _, from, accepted_at, payload, stamp } = deliver;
        let stamp = from.zip(stamp);
        let named = |protection, payload| {
            let (from, certified, admitted) = (from?.account, None, false);
            Some(Envelope { from, certified, admitted, payload, protection, accepted_at, stamp })
        };
        let envelope = match kind(payload.as_slice()) {
            Ok(PayloadKind::ServerReadable) => named(Protection::ServerReadable, payload.0),
            Ok(PayloadKind::Ratchet | PayloadKind::PreKey) => named(Protection::EndToEnd, payload.0),
            Ok(PayloadKind::Sealed) => {
                let key = self.links.get(Link::Named)?.certificate_key?;
                // The certificate had to be good when the relay took the message, not when it is read. If the relay
                // names a time in the future, its clock was set ahead, and ours decides. A relay gains nothing by it,
                // because it issues the certificates and can name any time.
                let taken = accepted_at.min(now);
                let opened = unseal(&self.secrets.identity, &key, taken, payload.as_slice()).ok()?;
                let inner = kind(&opened.payload).ok()?;
                let end_to_end = matches!(inner, PayloadKind::Ratchet | PayloadKind::PreKey);
                end_to_end.then_some(Envelope {
                    from: opened.sender.account,
                    certified: Some(opened.agreement),
                    admitted: from.is_none(),
                    payload: opened.payload,
                    protection: Protection::EndToEnd,
                    accepted_at,
                    // A stamp would be over the envelope, which commits to nothing.
                    stamp: None,
                })
            }
            Err(_) => None,
        };
        let own = self.account.address.map(|address| address.account);
        envelope.filter(|envelope| Some(envelope.from) != own)
    }

    /// Decides the outcome of a message. If a table has no room for it, returns that table and changes nothing.
    fn take_in(
        &mut self,
        envelope: &Envelope,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Result<Vec<Notice>, Full>, PhoneError> {
        let digest = kdf::hash(labels::ENVELOPE_DIGEST, &[&envelope.payload]);
        let (ours, account) = (&self.secrets.identity, &self.account);
        let decided = self.vault.transact(rng, |rows| {
            let seen_key = digest_key(envelope.from, &digest);
            if rows.has(Table::Digests, &seen_key)? {
                return Ok(effects::again());
            }
            let seen = DeduplicationRecord { contact: envelope.from, digest: FixedBytes(digest), at: now };
            rows.store(Table::Digests, &seen_key, &seen)?;
            let known: Option<ContactRecord> = rows.load(Table::Contacts, &envelope.from.0)?;
            let mut effects = Effects::default();
            let record = known.clone().unwrap_or_else(|| {
                ContactRecord::new(envelope.from, String::new(), ContactOrigin::Stranger, now)
            });
            let arrival = Arrival { envelope, digest, account, now, is_new: known.is_none() };
            match envelope.protection {
                Protection::ServerReadable => arrival.read_plainly(rows, record, &mut effects)?,
                Protection::EndToEnd => arrival.decrypt(rows, ours, record, software, &mut effects)?,
            }
            Ok::<_, NotTaken>(effects)
        });
        match decided {
            Ok(effects) => self.apply(envelope.from, effects, now, rng).map(Ok),
            Err(NotTaken::NoRoom(full)) => Ok(Err(full)),
            Err(NotTaken::Storage(error)) => Err(error.into()),
        }
    }

    /// Updates the copies in memory after the transaction.
    fn apply(
        &mut self,
        contact: AccountId,
        effects: Effects,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let Effects { notices, owed, consumed, outbox_changed, confirmed, facts_changed, unsigned } = effects;
        if facts_changed {
            self.facts_changed(DepositKind::Group);
        }
        if owed {
            self.note_pending(contact, now)?;
        }
        self.key_stock.recount |= consumed;
        // A receipt for a later message confirms that the request arrived.
        let newest = confirmed.iter().copied().max().unwrap_or_default();
        let answered = self.outbox.requests_before(contact, newest);
        if !answered.is_empty() {
            self.vault
                .transact(rng, |rows| answered.iter().try_for_each(|order| remove_item(rows, *order)))?;
        }
        confirmed.into_iter().chain(answered).for_each(|order| self.outbox.remove(order));
        if outbox_changed {
            self.reindex()?;
        }
        for (group, member) in unsigned {
            match self.add_to_group(group, member, now, rng) {
                // Without their key or under another one of this phone, they stay in it by the owner's word.
                Ok(()) | Err(PhoneError::NoIdentity | PhoneError::OtherKey | PhoneError::UnknownContact) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(notices)
    }
}

/// A message while it is being stored.
struct Arrival<'a> {
    envelope: &'a Envelope,
    digest: [u8; 32],
    account: &'a Account,
    now: Timestamp,
    is_new: bool,
}

impl Arrival<'_> {
    fn read_plainly(
        &self,
        rows: &mut Rows<'_>,
        record: ContactRecord,
        effects: &mut Effects,
    ) -> Result<(), NotTaken> {
        let body = self.envelope.payload.get(1..).unwrap_or_default();
        self.settle(rows, record, body, None, effects)
    }

    fn decrypt(
        &self,
        rows: &mut Rows<'_>,
        ours: &pillarbox_crypto::IdentitySecret,
        mut record: ContactRecord,
        software: &impl Software,
        effects: &mut Effects,
    ) -> Result<(), NotTaken> {
        let contact = record.account;
        let current = load_conversation(rows, contact)?;
        let theirs = record.identity()?;
        let attempt = |rows: &mut Rows<'_>, current: Option<&Conversation>, theirs| {
            let (view, mut rng) = rows.split();
            let prekeys = PrekeyLookup::new(view);
            let mut open =
                |payload: &[u8]| Conversation::decrypt(current, ours, &prekeys, theirs, payload, &mut rng);
            let opened = software.open(&self.envelope.payload, &mut open);
            prekeys.check()?;
            Ok::<_, StorageError>(opened)
        };
        let opened = match attempt(rows, current.as_ref(), theirs.as_ref())? {
            // Their key may have changed; the message then opens with the key that it names.
            Err(NotOpened::Session(OpenError::ForeignIdentity)) => attempt(rows, None, None)?,
            outcome => outcome,
        };
        let certified = self.envelope.certified;
        let opened = opened.ok().filter(|opened| {
            // Certificate and session must belong to the same person.
            certified.is_none_or(|certified| certified == *opened.sender_identity.agreement())
        });
        let Some(OpenedMessage { body, next, sender_identity, consumed, started, degraded, opening, .. }) =
            opened
        else {
            return self.not_opened(rows, &record, effects);
        };
        if record.meet_key(&write_identity(&sender_identity)) {
            let own = self.account.address.map(|own| own.account);
            renewal::start_over(rows, contact, own)?;
            effects.outbox_changed = true;
            effects.notices.push(Notice::KeyChanged { contact, blocked: !record.trust.may_send() });
        }
        store_conversation(rows, contact, &next)?;
        pending::leads_through(rows, contact)?;
        prekeys::consume(rows, &consumed)?;
        effects.consumed = !consumed.is_empty();
        if let (true, Some(degraded)) = (started, degraded) {
            effects.notices.push(Notice::Degraded { contact, degraded });
        }
        self.settle(rows, record, &body, Some(&opening), effects)
    }

    /// Handles a message that does not open. A contact is asked to send it again. Somebody whom the owner has not
    /// accepted is asked only once accepted: asking tells the sender that the phone is there, and tells the relay,
    /// which can spoil a first message, who sent it. An unknown account does not become a contact by such a message.
    fn not_opened(
        &self,
        rows: &mut Rows<'_>,
        record: &ContactRecord,
        effects: &mut Effects,
    ) -> Result<(), NotTaken> {
        let contact = record.account;
        if !pending::note(rows, contact, self.digest)? {
            return Err(NotTaken::NoRoom(Full::Missing { contact }));
        }
        effects.owed = true;
        effects.notices.push(match (self.is_new, record.accepted) {
            (true, _) => {
                self.newcomer().remember(rows)?;
                Notice::StrangerUnopened { account: contact }
            }
            (false, false) => Notice::RequestUnopened { contact },
            (false, true) => Notice::Undecryptable { contact: Some(contact), asked_again: true },
        });
        Ok(())
    }

    const fn newcomer(&self) -> Newcomer {
        Newcomer { account: self.envelope.from, admitted: self.envelope.admitted, now: self.now }
    }

    /// Handles a decrypted body: makes a new contact if necessary, and applies the content.
    fn settle(
        &self,
        rows: &mut Rows<'_>,
        mut record: ContactRecord,
        body: &[u8],
        opening: Option<&Opening>,
        effects: &mut Effects,
    ) -> Result<(), NotTaken> {
        let contact = record.account;
        let evidence = opening.and_then(|opening| self.evidence(body, opening));
        let body = Body::read(body).ok().filter(Body::is_within_limits);
        if self.is_new && body.is_none() {
            remove_conversation(rows, contact)?;
            effects.notices.push(Notice::Undecryptable { contact: None, asked_again: false });
            return Ok(());
        }
        if self.is_new {
            let gave_way = self.newcomer().enter(rows)?.ok_or(NotTaken::NoRoom(Full::Requests))?;
            let told = gave_way
                .into_iter()
                .map(|GaveWay { name, entries }| Notice::RequestGaveWay { name, entries });
            effects.notices.extend(told);
            record.name = names::some_name(rows, contact, "")?;
            effects.notices.push(Notice::Requested { contact });
        }
        store_contact(rows, &record)?;
        let Some(body) = body else {
            effects.notices.push(Notice::Undecryptable { contact: Some(contact), asked_again: false });
            return Ok(());
        };
        let sealed = self.envelope.admitted;
        let arrival = ArrivalContext { sealed, account: self.account, evidence, now: self.now };
        contents::take(rows, record, body, &arrival, effects)
    }

    /// Returns the evidence for a report, if this phone's habits include reports and the relay could check it.
    fn evidence(&self, body: &[u8], opening: &Opening) -> Option<Evidence> {
        let (to, Some((from, stamp))) = (self.account.address?, self.envelope.stamp) else {
            return None;
        };
        self.account.habits.reports.then(|| Evidence {
            payload: Bytes(self.envelope.payload.clone()),
            from,
            to,
            accepted_at: self.envelope.accepted_at,
            stamp,
            body: Bytes(body.to_vec()),
            opening: FixedBytes(*opening.as_bytes()),
        })
    }
}
