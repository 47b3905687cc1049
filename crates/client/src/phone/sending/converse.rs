//! Outgoing conversations: choosing links, fetching keys, sealing and submitting items.
//!
//! Everything that one call sends was stored by one transaction: the ratchet's next state, the sealed bytes, the
//! receipts and requests that became messages. Only then are frames built. Each contact is sent one item at a time;
//! `owner::waiting` gives the reason.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_crypto::{IdentityPublic, SecretBytes, kdf, labels};
use pillarbox_session::{kind, seal};
use pillarbox_wire::{
    AccountId, Bytes, ClientFrame, DeviceAddress, FetchBundles, FetchDevice, FixedBytes, SenderCertificate,
    Submit, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::pending::{load_pending, store_pending};
use crate::phone::rows::readers::reads;
use crate::phone::rows::records::{
    device, load_contact, load_conversation, load_delivery_key, load_item, store_conversation, store_item,
};
use crate::phone::rows::say::may_write;
use crate::phone::rows::{devices, pictures};
use crate::phone::sending::dues::Dues;
use crate::phone::sending::loaded::LoadedContact;
use crate::phone::state::link::Link;
use crate::phone::state::links::Question;
use crate::phone::state::outbox::{IndexEntry, IndexStage, Item, MAX_IN_FLIGHT, Stage};
use crate::phone::state::pauses::WaitCause;
use crate::phone::state::proofs::Doubt;
use crate::records::account::Protection;
use crate::records::body::{Body, Content, Introduction};
use crate::records::contact::{ContactOrigin, ContactRecord, read_identity, write_identity};
use crate::records::devices::LinkRecord;
use crate::records::directory::LogMemory;
use crate::records::recovery;
use crate::software::Software;
use crate::vault::{Rows, StorageError};

/// The decisions of one transaction.
#[derive(Default)]
struct Decided {
    /// Names of devices whose keys must be fetched, with the address and the delivery key for the question.
    fetches: Vec<(AccountId, DeviceAddress, Option<FixedBytes<32>>)>,
    submissions: Vec<Submission>,
    /// Items that are left unchanged for now.
    kept: Vec<(u64, IndexEntry)>,
    /// Items that no longer exist: nothing later may wait for them.
    gone: Vec<u64>,
    /// Contacts to whom nothing more is owed.
    paid: Vec<AccountId>,
    /// Contacts with a failure on this side.
    stuck: Vec<AccountId>,
    /// Contacts whose devices the software wants to request.
    lists: Vec<AccountId>,
}

/// The next items of one contact, by order.
#[derive(Clone, Copy, Default)]
struct Next {
    /// An item that was sealed before and refused for now. It is sent before anything is sealed after it.
    sealed: Option<u64>,
    /// The oldest item that is not sealed.
    waiting: Option<u64>,
}

struct Submission {
    item: IndexEntry,
    order: u64,
    digest: [u8; 32],
    payload: Bytes,
    /// The recipient's identity and delivery key, if the item is sent over the nameless link.
    sealed: Option<(IdentityPublic, FixedBytes<32>)>,
    to: DeviceAddress,
}

impl Phone {
    /// Returns true if something must be sent over the nameless link. Until then it need not be connected.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn wants_nameless(&self) -> Result<bool, PhoneError> {
        if !self.account.seals() {
            return Ok(false);
        }
        if self.pictures.want_fetching() {
            return Ok(true);
        }
        let own = self.account.address.map(|own| own.account);
        let waiting = self.outbox.iter().filter(|(_, indexed)| indexed.stage != IndexStage::Accepted);
        let contacts: BTreeSet<AccountId> =
            waiting.map(|(_, indexed)| indexed.to).chain(self.owed.due()).collect();
        self.vault.read(|rows| {
            for contact in contacts {
                let owner = devices::owner_of(rows, contact)?;
                if own == Some(owner) {
                    if self.has_delivery_key() {
                        return Ok(true);
                    }
                } else if load_delivery_key(rows, owner)?.is_some()
                    && load_contact(rows, owner)?.trust.may_send()
                {
                    return Ok(true);
                }
            }
            if self.proofs.waiting.iter().any(|(link, _)| *link == Link::Nameless) {
                return Ok(true);
            }
            for contact in &self.lists_wanted {
                if load_delivery_key(rows, *contact)?.is_some() {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Returns true if this device knows the delivery key of its own account.
    fn has_delivery_key(&self) -> bool {
        self.link.is_none_or(|link| link.since > 0)
    }

    pub(crate) fn converse(
        &mut self,
        link: Link,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        software: &impl Software,
        frames: &mut Vec<ClientFrame>,
    ) -> Result<(), PhoneError> {
        let mut room = MAX_IN_FLIGHT.saturating_sub(self.outbox.in_flight(link));
        let agenda = self.agenda(now);
        if room == 0 || agenda.is_empty() {
            return Ok(());
        }
        // Without a certificate a message could be sealed but not sent, so it waits.
        let sealing = self.good_certificate(now);
        if link == Link::Nameless && sealing.is_none() {
            return Ok(());
        }
        let mut next_order = self.outbox.next_order();
        let decided = {
            let draining = self.mailbox.comes_more();
            let (vault, me) = (
                &mut self.vault,
                LinkSender {
                    account: &self.account,
                    secrets: &self.secrets,
                    place: self.link,
                    log: self.proofs.memory,
                    software,
                    shows_pictures: self.pictures.shows,
                    link,
                    now,
                    draining,
                },
            );
            vault.transact(rng, |rows| {
                let mut decided = Decided::default();
                for (contact, next) in agenda {
                    me.serve(rows, contact, next, &mut room, &mut next_order, &mut decided)?;
                }
                Ok::<_, PhoneError>(decided)
            })?
        };
        self.carry_out(link, decided, sealing.map(|record| record.certificate), now, rng, frames);
        Ok(())
    }

    /// Returns the contacts that have something waiting or owed and may get it now. A contact with an item in
    /// flight waits.
    fn agenda(&self, now: Timestamp) -> BTreeMap<AccountId, Next> {
        let mut agenda: BTreeMap<AccountId, Next> =
            self.owed.due().map(|contact| (contact, Next::default())).collect();
        let mut on_its_way = BTreeSet::new();
        for (order, indexed) in
            self.outbox.iter().filter(|(_, indexed)| indexed.stage != IndexStage::Accepted)
        {
            let next = agenda.entry(indexed.to).or_default();
            match indexed.stage {
                _ if indexed.in_flight.is_some() => drop(on_its_way.insert(indexed.to)),
                IndexStage::Sealed => drop(next.sealed.get_or_insert(order)),
                IndexStage::Waiting | IndexStage::Accepted => drop(next.waiting.get_or_insert(order)),
            }
        }
        agenda.retain(|contact, _| !on_its_way.contains(contact) && self.pauses.are_over(*contact, now));
        agenda
    }

    /// Builds the frames for the stored decisions.
    fn carry_out(
        &mut self,
        link: Link,
        decided: Decided,
        certificate: Option<SenderCertificate>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
        frames: &mut Vec<ClientFrame>,
    ) {
        for (order, indexed) in decided.kept {
            self.outbox.insert(order, indexed);
        }
        self.lists_wanted.extend(decided.lists);
        decided.gone.into_iter().for_each(|order| self.outbox.remove(order));
        for contact in decided.paid {
            self.owed.paid(contact);
        }
        for contact in decided.stuck {
            self.pauses.begin(contact, WaitCause::NoKeys, now);
        }
        let mut fetches = decided.fetches;
        // A linked device's keys rest on the account's signed list, and need no proof of their own.
        fetches.retain(|(_, address, _)| {
            let account = address.account;
            // Keys in doubt are fetched once the device list has arrived that the log may bind with them.
            let awaits_list = || self.proofs.doubts(account, Doubt::Keys) && self.awaits_list_of(account);
            address.device.is_linked() || !(self.awaits_proof_of(account) || awaits_list())
        });
        let Some(connection) = self.links.get_mut(link) else {
            return;
        };
        for (name, address, delivery_key) in fetches {
            let such =
                |question: &Question| matches!(question, Question::Bundles { contact } if *contact == name);
            if connection.is_asking(such) {
                continue;
            }
            let request = connection.ask(Question::Bundles { contact: name });
            frames.push(if address.device.is_linked() {
                ClientFrame::FetchDevice(FetchDevice { request, address, delivery_key })
            } else {
                ClientFrame::FetchBundles(FetchBundles { request, account: address.account, delivery_key })
            });
        }
        for Submission { item, order, digest, payload, sealed, to } in decided.submissions {
            let (payload, delivery_key) = match (sealed, certificate) {
                (Some((recipient, key)), Some(certificate)) => {
                    match seal(rng, &self.secrets.identity, &certificate, &recipient, payload.as_slice()) {
                        Ok(envelope) => (Bytes(envelope), Some(key)),
                        Err(_) => {
                            // The certificate is for another identity, or the contact's key is invalid. Neither
                            // fault repairs itself, and in neither case may the message silently be sent unsealed.
                            self.certificate.current = None;
                            self.pauses.begin(item.to, WaitCause::NoKeys, now);
                            continue;
                        }
                    }
                }
                (Some(_), None) => continue,
                (None, _) => (payload, None),
            };
            let sealed = delivery_key.is_some();
            let request = connection.ask(Question::Submit { order, digest, sealed });
            self.outbox.insert(order, IndexEntry { in_flight: Some((link, request)), ..item });
            frames.push(ClientFrame::Submit(Submit { request, to, delivery_key, payload }));
        }
    }
}

/// This phone, speaking on one link at one moment.
struct LinkSender<'a, S> {
    account: &'a crate::account::Account,
    secrets: &'a crate::phone::engine::Secrets,
    /// This device's role among those of the account, if it is a linked one.
    place: Option<LinkRecord>,
    /// This phone's memory of the public log, if it checks the log.
    log: Option<LogMemory>,
    software: &'a S,
    shows_pictures: bool,
    link: Link,
    now: Timestamp,
    /// True if more messages wait in the mailbox. Until it is empty no one is asked to send anything again: the next
    /// ones may not open either, and one restart covers them all.
    draining: bool,
}

impl<S: Software> LinkSender<'_, S> {
    fn serve(
        &self,
        rows: &mut Rows<'_>,
        contact: AccountId,
        next: Next,
        room: &mut usize,
        next_order: &mut u64,
        decided: &mut Decided,
    ) -> Result<(), PhoneError> {
        let Some(mut them) = self.look_up(rows, contact)? else {
            decided.paid.push(contact);
            return Ok(());
        };
        if let Some(orders) = devices::drop_unused(rows, them.device, self.account.address, self.software)? {
            decided.gone.extend(orders);
            decided.paid.push(contact);
            return Ok(());
        }
        if Self::route(&them) != self.link || !them.record.trust.may_send() {
            return Ok(());
        }
        // A contact that does not know this device yet would take its key for a changed one.
        if !self.is_own(them.record.account) && !may_write(rows, them.record.account)? {
            return Ok(());
        }
        let end_to_end = self.account.protection == Protection::EndToEnd;
        let renews = them.pending.may_renew(self.now) && !self.draining;
        let begins = end_to_end
            && them.conversation.as_ref().is_none_or(|current| recovery::has_aged(current, self.now));
        if begins || renews {
            let key = them.delivery_key.as_ref().map(|key| FixedBytes(*key.as_bytes()));
            decided.fetches.push((contact, them.device, key));
            return Ok(());
        }
        let owed = them.pending.clone();
        let mut order = next.sealed;
        if order.is_none() {
            let Self { account, log, shows_pictures, now, draining, .. } = *self;
            let dues = Dues { account, log, now, shows_pictures, draining };
            let contents = dues.pay(rows, &them.record, &mut them.pending, *room)?;
            let asks = contents.iter().any(|content| matches!(content, Content::ResendRequest(_)));
            for content in contents {
                let mut item =
                    Item { order: *next_order, to: contact, content, stage: Stage::Waiting, resends: 0 };
                *next_order += 1;
                self.submit(rows, &mut them, &mut item, room, decided)?;
            }
            // A later message must not overtake a request, because a receipt for that message ends the request.
            order = next.waiting.filter(|_| !asks);
        }
        if let Some(order) = order.filter(|_| *room > 0) {
            match load_item(rows, order)? {
                Some(mut item) => self.submit(rows, &mut them, &mut item, room, decided)?,
                None => decided.gone.push(order),
            }
        }
        if let (true, Some(conversation)) = (them.changed, &them.conversation) {
            store_conversation(rows, them.name, conversation)?;
        }
        if them.pending != owed {
            store_pending(rows, &them.pending)?;
        }
        if !them.record.accepted || !them.pending.are_due(self.now) {
            decided.paid.push(contact);
        }
        Ok(())
    }

    fn look_up(&self, rows: &Rows<'_>, contact: AccountId) -> Result<Option<LoadedContact>, PhoneError> {
        let linked = devices::linked(rows, contact)?;
        let account = linked.map_or(contact, |linked| linked.account);
        let is_own = self.is_own(account);
        let record = match load_contact(rows, account) {
            _ if is_own => self.owner(account),
            Ok(record) => record,
            Err(PhoneError::UnknownContact) => return Ok(None),
            Err(error) => return Err(error),
        };
        let identity = linked.map(|linked| linked.identity).or(record.identity);
        let delivery_key = match self.account.seals() {
            false => None,
            true if is_own && self.place.is_some_and(|place| place.since == 0) => None,
            true if is_own => Some(SecretBytes::from_bytes(*self.secrets.delivery.as_bytes())),
            true => load_delivery_key(rows, account)?,
        };
        Ok(Some(LoadedContact {
            name: contact,
            identity: identity.as_ref().map(read_identity).transpose()?,
            introduced: linked.map_or(record.introduced, |linked| linked.introduced),
            delivery_key,
            pending: load_pending(rows, contact)?,
            conversation: load_conversation(rows, contact)?,
            device: match &linked {
                Some(linked) => linked.address(),
                None => device(rows, account)?,
            },
            // No earlier version links devices.
            reads_newer: is_own || linked.is_some() || reads(rows, account)?,
            shows_pictures: pictures::shows(rows, contact)?,
            record,
            changed: false,
        }))
    }

    fn is_own(&self, account: AccountId) -> bool {
        self.account.address.is_some_and(|own| own.account == account)
    }

    /// Returns a contact record of the owner, for writing to another device of this account. It is not stored.
    fn owner(&self, account: AccountId) -> ContactRecord {
        let record = ContactRecord::new(account, String::new(), ContactOrigin::Invitation, Timestamp(0));
        let identity = match &self.place {
            Some(place) => place.identity,
            None => write_identity(&self.secrets.identity.public()),
        };
        ContactRecord { identity: Some(identity), introduced: true, ..record }
    }

    /// Only a phone that seals has delivery keys.
    fn route(them: &LoadedContact) -> Link {
        if them.delivery_key.is_some() { Link::Nameless } else { Link::Named }
    }

    /// Seals an item if necessary, and adds it to the submissions.
    fn submit(
        &self,
        rows: &mut Rows<'_>,
        them: &mut LoadedContact,
        item: &mut Item,
        room: &mut usize,
        decided: &mut Decided,
    ) -> Result<(), PhoneError> {
        if let (Content::Picture(told), Stage::Waiting) = (&item.content, &item.stage)
            && pictures::is_leaving(rows, them.record.account, told.id)?
        {
            // The recipient would look for a picture that is not at the relay yet.
            decided.kept.push((item.order, item.index_entry()));
            return Ok(());
        }
        if matches!(item.stage, Stage::Waiting) {
            let Some(payload) = self.protect(rows, them, &item.content)? else {
                store_item(rows, item)?;
                decided.kept.push((item.order, item.index_entry()));
                decided.stuck.push(item.to);
                return Ok(());
            };
            let digest = FixedBytes(kdf::hash(labels::ENVELOPE_DIGEST, &[&payload]));
            let identity = them.identity.as_ref().map(|identity| write_identity(identity).signing);
            item.stage = Stage::Sealed { payload: Bytes(payload), digest, identity };
            store_item(rows, item)?;
        }
        let indexed = item.index_entry();
        if let Stage::Sealed { payload, digest, .. } = &item.stage {
            let key = them.delivery_key.as_ref().map(|key| FixedBytes(*key.as_bytes()));
            let sealed = if self.link == Link::Nameless { them.identity.zip(key) } else { None };
            let payload = payload.clone();
            decided.submissions.push(Submission {
                item: indexed,
                order: item.order,
                digest: digest.0,
                payload,
                sealed,
                to: them.device,
            });
            *room = room.saturating_sub(1);
            if self.software.asks_for_devices() && them.name == them.record.account {
                decided.lists.extend(Some(them.name).filter(|account| !self.is_own(*account)));
            }
        }
        Ok(())
    }

    /// Encrypts one message's content and advances the conversation. Returns `None` if the session layer refuses.
    fn protect(
        &self,
        rows: &mut Rows<'_>,
        them: &mut LoadedContact,
        content: &Content,
    ) -> Result<Option<Vec<u8>>, PhoneError> {
        let end_to_end = self.account.protection == Protection::EndToEnd;
        let introduce = them.record.accepted && !them.introduced;
        let introduction = introduce.then(|| Introduction {
            delivery_key: self.account.seals().then(|| FixedBytes(*self.secrets.delivery.as_bytes())),
            name: self.account.name.clone(),
        });
        let body =
            Body { introduction, content: content.clone().read_by(them.reads_newer, them.shows_pictures) };
        let body = zeroize::Zeroizing::new(body.write().map_err(|_| StorageError::Damaged)?);
        if !end_to_end {
            return Ok(Some([&[kind::SERVER_READABLE], body.as_slice()].concat()));
        }
        let Some(mut conversation) = them.conversation.take() else {
            return Ok(None);
        };
        let padding = self.account.padding.padding();
        let mut seal = |body: &[u8]| {
            let (payload, next) = conversation.encrypt(body, padding)?;
            conversation = next;
            Ok(payload)
        };
        let protected = self.software.protect(&body, &mut seal, rows.rng);
        them.conversation = Some(conversation);
        match protected {
            Ok(payload) => {
                them.changed = true;
                Ok(Some(payload))
            }
            // The session is used up after 16 million messages without an answer; a new one has numbers again.
            Err(_) => {
                them.pending.renew = true;
                Ok(None)
            }
        }
    }
}
