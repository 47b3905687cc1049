//! Received messages: identifying the sender, decrypting, and recovering if that fails.
//!
//! Every outcome is decided in one transaction, and only then may the message be acknowledged. The digest of the
//! handled payload is stored with the outcome, so that a second delivery is recognised. Digests are kept per sender,
//! so that no one can use one up in another's name.

use pillarbox_crypto::{AgreementPublic, IdentityPublic, IdentitySecret, kdf, labels};
use pillarbox_session::{Conversation, OpenError, OpenedMessage, Opening, PayloadKind, kind, unseal};
use pillarbox_wire::{
    AccountId, Bytes, Deliver, DepositKind, DeviceAddress, FixedBytes, ListedDevice, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::Link;
use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::receiving::effects::{self, AccountTold, ArrivalContext, Effects, NotTaken};
use crate::phone::receiving::{contents, devices_told, own_news};
use crate::phone::rows::records::{
    DeduplicationRecord, digest_key, load_conversation, remove_conversation, remove_item, store_contact,
    store_conversation,
};
use crate::phone::rows::strangers::{GaveWay, Newcomer};
use crate::phone::rows::{devices, names, pending, renewal};
use crate::phone::state::mailbox::Full;
use crate::records::account::{Account, Protection};
use crate::records::body::Body;
use crate::records::contact::{ContactOrigin, ContactRecord, read_identity, write_identity};
use crate::records::devices::{DeviceFault, LinkRecord, LinkedDevice, device_name};
use crate::records::notice::Notice;
use crate::records::prekeys::{self, PrekeyLookup};
use crate::records::report::Evidence;
use crate::software::{NotOpened, Software};
use crate::vault::{Rows, StorageError, Table};

/// A message without its outer layers.
struct Envelope {
    from: AccountId,
    /// The device that sent it, and the name under which this phone stores that device's data.
    device: DeviceAddress,
    peer: AccountId,
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
            let (device, certified, admitted) = (from?, None, false);
            let (from, peer) = (device.account, device_name(device));
            Some(Envelope {
                from,
                device,
                peer,
                certified,
                admitted,
                payload,
                protection,
                accepted_at,
                stamp,
            })
        };
        let envelope = match kind(payload.as_slice()) {
            Ok(PayloadKind::ServerReadable) => named(Protection::ServerReadable, payload.0),
            Ok(PayloadKind::Ratchet | PayloadKind::PreKey) => named(Protection::EndToEnd, payload.0),
            Ok(PayloadKind::Sealed) => {
                let key = self.links.get(Link::Named)?.certificate_key?;
                // The certificate had to be valid when the relay accepted the message, not when it is read. If the
                // relay names a time in the future, its clock was set ahead, and ours decides. A relay gains
                // nothing by it, because it issues the certificates and can name any time.
                let taken = accepted_at.min(now);
                let opened = unseal(&self.secrets.identity, &key, taken, payload.as_slice()).ok()?;
                let inner = kind(&opened.payload).ok()?;
                let end_to_end = matches!(inner, PayloadKind::Ratchet | PayloadKind::PreKey);
                end_to_end.then_some(Envelope {
                    from: opened.sender.account,
                    device: opened.sender,
                    peer: device_name(opened.sender),
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
        envelope.filter(|envelope| devices_told::may_come_from(self.account.address, envelope.device))
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
        let (ours, account, link) = (&self.secrets.identity, &self.account, self.link);
        let checks_log = self.checks_directory();
        let is_own = account.address.is_some_and(|own| own.account == envelope.from);
        let decided = self.vault.transact(rng, |rows| {
            let seen_key = digest_key(envelope.peer, &digest);
            if rows.has(Table::Digests, &seen_key)? {
                return Ok(effects::again());
            }
            let seen = DeduplicationRecord { contact: envelope.peer, digest: FixedBytes(digest), at: now };
            rows.store(Table::Digests, &seen_key, &seen)?;
            let known: Option<ContactRecord> = rows.load(Table::Contacts, &envelope.from.0)?;
            let mut effects = Effects::default();
            let record = known.clone().unwrap_or_else(|| {
                ContactRecord::new(envelope.from, String::new(), ContactOrigin::Stranger, now)
            });
            let is_new = known.is_none();
            let arrival = Arrival { envelope, digest, account, link, checks_log, now, is_new };
            match envelope.protection {
                // Only phones that encrypt link devices.
                Protection::ServerReadable if is_own || envelope.device.device.is_linked() => {
                    arrival.refuse(&record, &mut effects);
                }
                Protection::ServerReadable => arrival.read_plainly(rows, record, software, &mut effects)?,
                Protection::EndToEnd if is_own || envelope.device.device.is_linked() => {
                    let known = (!is_own).then_some(record);
                    arrival.decrypt_device(rows, ours, known, software, &mut effects)?;
                }
                Protection::EndToEnd => arrival.decrypt(rows, ours, record, software, &mut effects)?,
            }
            Ok::<_, NotTaken>(effects)
        });
        match decided {
            Ok(effects) => self.apply(envelope.peer, effects, now, rng).map(Ok),
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
        let Effects {
            mut notices,
            owed,
            consumed,
            outbox_changed,
            confirmed,
            facts_changed,
            unsigned,
            touched,
            log,
            account,
        } = effects;
        self.proofs.unproved.extend(log.unproved);
        notices.extend(self.compare_head(log.head, rng)?);
        if let Some(AccountTold { account, delivery, link }) = account {
            self.account = account;
            self.secrets.delivery = delivery;
            self.link = Some(link);
        }
        for other in touched {
            self.note_pending(other, now)?;
        }
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
                // Without their key or under another one of this phone, they remain members by the owner's word.
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
    /// This device's role among those of the account, if it is a linked one.
    link: Option<LinkRecord>,
    checks_log: bool,
    now: Timestamp,
    is_new: bool,
}

impl Arrival<'_> {
    fn read_plainly(
        &self,
        rows: &mut Rows<'_>,
        record: ContactRecord,
        software: &impl Software,
        effects: &mut Effects,
    ) -> Result<(), NotTaken> {
        let body = self.envelope.payload.get(1..).unwrap_or_default();
        self.settle(rows, record, body, None, software, effects)
    }

    /// Tries a conversation on the payload, as this software does. Nothing changes.
    fn attempt(
        &self,
        rows: &mut Rows<'_>,
        ours: &IdentitySecret,
        current: Option<&Conversation>,
        theirs: Option<&IdentityPublic>,
        software: &impl Software,
    ) -> Result<Result<OpenedMessage, NotOpened>, StorageError> {
        let (view, mut rng) = rows.split();
        let prekeys = PrekeyLookup::new(view);
        let mut open =
            |payload: &[u8]| Conversation::decrypt(current, ours, &prekeys, theirs, payload, &mut rng);
        let opened = software.open(&self.envelope.payload, &mut open);
        prekeys.check()?;
        Ok(opened)
    }

    /// Decrypts a message of a linked device, or of another of the owner's devices. `record` is the contact, and `None`
    /// for the owner.
    ///
    /// The sender has to be the device that is listed: a key that changes is another device, and nothing is stored
    /// of a device that is not in use.
    fn decrypt_device(
        &self,
        rows: &mut Rows<'_>,
        ours: &IdentitySecret,
        record: Option<ContactRecord>,
        software: &impl Software,
        effects: &mut Effects,
    ) -> Result<(), NotTaken> {
        let Envelope { from, device, peer, certified, .. } = *self.envelope;
        let listed = devices::linked(rows, peer)?;
        let expected = match (&listed, self.link) {
            (Some(listed), _) => Some(listed.identity),
            // The account's first phone has the account's identity.
            (None, Some(link)) if record.is_none() && !device.device.is_linked() => Some(link.identity),
            (None, _) => None,
        };
        let theirs = expected.as_ref().map(read_identity).transpose()?;
        let current = load_conversation(rows, peer)?;
        let opened = self.attempt(rows, ours, current.as_ref(), theirs.as_ref(), software)?;
        let opened = opened.ok().filter(|opened| {
            certified.is_none_or(|certified| certified == *opened.sender_identity.agreement())
        });
        let Some(OpenedMessage { body, next, sender_identity, consumed, started, degraded, opening, .. }) =
            opened
        else {
            match expected {
                Some(_) => {
                    if !pending::note(rows, peer, self.digest)? {
                        return Err(NotTaken::NoRoom(Full::Missing { contact: from }));
                    }
                    effects.owed = true;
                    let contact = record.map(|record| record.account);
                    effects.notices.extend(
                        contact.map(|it| Notice::Undecryptable { contact: Some(it), asked_again: true }),
                    );
                }
                None => self.refuse_device(record.as_ref(), effects),
            }
            return Ok(());
        };
        let identity = write_identity(&sender_identity);
        let is_first = expected == Some(identity) && !device.device.is_linked();
        if !is_first {
            let named = ListedDevice { device: device.device, identity, consent: FixedBytes([0; 64]) };
            let signed = devices::known(rows, from)?.map_or(Vec::new(), |known| known.list.devices);
            let used = software.devices(&signed, &[named]);
            if !used.iter().any(|one| one.device == device.device && one.identity == identity) {
                self.refuse_device(record.as_ref(), effects);
                return Ok(());
            }
            if listed.is_none() {
                let device =
                    LinkedDevice { account: from, device: device.device, identity, introduced: false };
                devices::store_linked(rows, &device)?;
            }
        }
        store_conversation(rows, peer, &next)?;
        pending::leads_through(rows, peer)?;
        prekeys::consume(rows, &consumed)?;
        effects.consumed = !consumed.is_empty();
        match record {
            Some(record) => {
                if let (true, Some(degraded)) = (started, degraded) {
                    effects.notices.push(Notice::Degraded { contact: from, degraded });
                }
                self.settle(rows, record, &body, Some(&opening), software, effects)
            }
            None => {
                let body = Body::read(&body).ok().filter(Body::is_within_limits);
                let arrival = self.context(None);
                body.map_or(Ok(()), |body| own_news::take(rows, body.content, &arrival, effects))
            }
        }
    }

    /// Refuses a message of a device that is on no list of its account. Nothing of the message is kept.
    fn refuse_device(&self, record: Option<&ContactRecord>, effects: &mut Effects) {
        record.into_iter().for_each(|record| self.refuse(record, effects));
    }

    fn refuse(&self, record: &ContactRecord, effects: &mut Effects) {
        // A non-contact could send noise in as many names as there are numbers.
        if !self.is_new {
            let fault = DeviceFault::Unlisted;
            effects.notices.push(Notice::DeviceRefused { contact: record.account, fault });
        }
    }

    fn context(&self, evidence: Option<Evidence>) -> ArrivalContext<'_> {
        let Envelope { admitted: sealed, peer, .. } = *self.envelope;
        let Self { link, account, checks_log, now, .. } = *self;
        ArrivalContext { sealed, peer, link, account, checks_log, evidence, now }
    }

    fn decrypt(
        &self,
        rows: &mut Rows<'_>,
        ours: &IdentitySecret,
        mut record: ContactRecord,
        software: &impl Software,
        effects: &mut Effects,
    ) -> Result<(), NotTaken> {
        let contact = record.account;
        let current = load_conversation(rows, contact)?;
        let theirs = record.identity()?;
        let opened = match self.attempt(rows, ours, current.as_ref(), theirs.as_ref(), software)? {
            // Their key may have changed; the message then opens with the key that it names.
            Err(NotOpened::Session(OpenError::ForeignIdentity)) => {
                self.attempt(rows, ours, None, None, software)?
            }
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
        self.settle(rows, record, &body, Some(&opening), software, effects)
    }

    /// Handles a message that does not open. A contact is asked to send it again. A sender whom the owner has not
    /// accepted is asked only once accepted: asking reveals that the phone exists, and the relay, which can spoil a
    /// first message, learns who sent it. An unknown account does not become a contact by such a message.
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
        software: &impl Software,
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
        contents::take(rows, record, body, &self.context(evidence), software, effects)
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
