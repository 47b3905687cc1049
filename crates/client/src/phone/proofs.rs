//! The directory that proves itself: the relay's answers about keys are held until the public log has proved them, and
//! the owner's own entry is looked at on each connection and each hour.
//!
//! One proof is asked for at a time, so that each head is checked against the one before it. Keys that are not proved
//! are not written to.

use pillarbox_wire::{
    AccountId, ClientFrame, DeviceBundle, FixedBytes, Handle, IdentityKey, Proof, ProveEntry, Refusal,
    SeenHead, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::state::link::Link;
use crate::phone::state::links::{LinkStage, Question};
use crate::phone::state::pauses::WaitCause;
use crate::phone::state::proofs::{Held, MEMORY};
use crate::records::contact::write_identity;
use crate::records::directory::{LogMemory, Unproved, binding};
use crate::records::notice::Notice;
use crate::vault::Table;

impl Phone {
    /// Checks what the directory says from now on, or no longer. A phone that stops forgets what it has seen of the
    /// log.
    ///
    /// # Errors
    /// [`PhoneError::Storage`]; nothing has changed then.
    pub fn check_directory(&mut self, on: bool, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        if on == self.checks_directory() {
            return Ok(());
        }
        let memory = on.then(LogMemory::default);
        self.vault.transact(rng, |rows| match &memory {
            Some(memory) => rows.store(Table::DirectoryProofs, MEMORY, memory),
            None => rows.remove(Table::DirectoryProofs, MEMORY),
        })?;
        self.proofs.memory = memory;
        for (_, held) in std::mem::take(&mut self.proofs.waiting) {
            self.take_back(held);
        }
        Ok(())
    }

    /// Returns true if this phone checks what the directory says.
    #[must_use]
    pub const fn checks_directory(&self) -> bool {
        self.proofs.memory.is_some()
    }

    /// Returns the last head of the public log that was good, and one that contradicts it, if the relay has shown one.
    #[must_use]
    pub fn directory_heads(&self) -> Vec<SeenHead> {
        let memory = self.proofs.memory.iter();
        memory.flat_map(|memory| [memory.seen, memory.contrary]).flatten().map(SeenHead::from).collect()
    }

    /// Asks for the next proof, if none is open and one is wanted on this link.
    pub(super) fn ask_for_proof(&mut self, link: Link, now: Timestamp, frames: &mut Vec<ClientFrame>) {
        if link == Link::Named {
            self.proofs.look_at_own(now);
        }
        let (Some(memory), Some(own)) = (self.proofs.memory, self.account.address) else { return };
        if self.is_proving() {
            return;
        }
        let Some((wanted, _)) = self.proofs.waiting.front() else { return };
        let ready = self.links.get(*wanted).is_some_and(|there| there.stage == LinkStage::Ready);
        // A link that is gone has given its questions back.
        if *wanted != link || !ready {
            return;
        }
        if let (Some((_, held)), Some(connection)) =
            (self.proofs.waiting.pop_front(), self.links.get_mut(link))
        {
            let account = match &held {
                Held::Own => own.account,
                Held::Keys { contact, .. } => *contact,
                Held::Found { account, .. } => *account,
            };
            let request = connection.ask(Question::Prove(Box::new(held)));
            frames.push(ClientFrame::ProveEntry(ProveEntry { request, account, since: memory.since() }));
        }
    }

    fn is_proving(&self) -> bool {
        let open = |link| {
            let asking = |question: &Question| matches!(question, Question::Prove(_));
            self.links.get(link).is_some_and(|connection| connection.is_asking(asking))
        };
        open(Link::Named) || open(Link::Nameless)
    }

    /// Returns true if keys of this contact wait for their proof.
    pub(super) fn awaits_proof_of(&self, contact: AccountId) -> bool {
        let asked = |link| {
            let of =
                |question: &Question| matches!(question, Question::Prove(held) if held.is_keys_of(contact));
            self.links.get(link).is_some_and(|connection| connection.is_asking(of))
        };
        let waits = self.proofs.waiting.iter().any(|(_, held)| held.is_keys_of(contact));
        waits || asked(Link::Named) || asked(Link::Nameless)
    }

    /// Takes back what a lost link was to ask or had asked.
    pub(super) fn take_back(&mut self, held: Held) {
        // The others follow from stored rows, or are asked for with the next connection.
        if let Held::Found { handle, name, .. } = held {
            self.look_ups.push_back((handle, name));
        }
    }

    /// Handles keys for a contact: uses them, or holds them until they are proved.
    pub(super) fn hold_keys(
        &mut self,
        link: Link,
        contact: AccountId,
        identity: IdentityKey,
        bundles: Vec<DeviceBundle>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        // A linked device's keys are those of the account's signed list, and have no entry of their own.
        if !self.checks_directory() || self.is_device(contact)? {
            return self.begin(contact, &identity, &bundles, now, rng);
        }
        self.proofs.waiting.push_back((link, Held::Keys { contact, identity, bundles }));
        Ok(Vec::new())
    }

    /// Handles the account behind a number: uses it, or holds it until it is proved.
    pub(super) fn hold_found(
        &mut self,
        link: Link,
        (account, identity): (AccountId, IdentityKey),
        handle: Handle,
        name: Option<String>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        if !self.checks_directory() {
            return self.found(account, &identity, handle, name, now, rng);
        }
        self.proofs.waiting.push_back((link, Held::Found { account, identity, handle, name }));
        Ok(Vec::new())
    }

    /// Handles a proof.
    pub(super) fn proved(
        &mut self,
        held: Held,
        proof: &Proof,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let (Some(before), Some(own)) = (self.proofs.memory, self.account.address) else {
            self.take_back(held);
            return Ok(Vec::new());
        };
        let mut memory = before;
        let account = match &held {
            Held::Own => own.account,
            Held::Keys { contact, .. } => *contact,
            Held::Found { account, .. } => *account,
        };
        let checked = memory.check(account, proof);
        let mine = match (&held, &checked) {
            (Held::Own, Ok(leaf)) => memory.is_mine(leaf, self.own_binding()?),
            _ => true,
        };
        if memory != before {
            self.vault.transact(rng, |rows| rows.store(Table::DirectoryProofs, MEMORY, &memory))?;
            self.proofs.memory = Some(memory);
        }
        let leaf = match checked {
            Ok(leaf) => leaf,
            Err(why) => return Ok(self.unproved(held, why, now)),
        };
        match held {
            Held::Own if mine => Ok(Vec::new()),
            Held::Own => Ok(vec![Notice::NotMyEntry { at: leaf.at }]),
            Held::Keys { contact, identity, bundles } => {
                if leaf.binding != binding(&identity) {
                    if self.proofs.doubt(contact) {
                        let held = Held::Keys { contact, identity, bundles };
                        return Ok(self.unproved(held, Unproved::OtherKeys, now));
                    }
                    // The keys may have changed between the two answers: they are fetched once more.
                    return Ok(Vec::new());
                }
                self.proofs.trust(contact);
                self.begin(contact, &identity, &bundles, now, rng)
            }
            Held::Found { account, identity, handle, name } => {
                if leaf.binding != binding(&identity) {
                    if self.proofs.doubt(account) {
                        let held = Held::Found { account, identity, handle, name };
                        return Ok(self.unproved(held, Unproved::OtherKeys, now));
                    }
                    self.look_ups.push_back((handle, name));
                    return Ok(Vec::new());
                }
                self.proofs.trust(account);
                self.found(account, &identity, handle, name, now, rng)
            }
        }
    }

    /// Handles a refused proof. What was held is not used.
    pub(super) fn not_proved(&mut self, held: Held, reason: Refusal, now: Timestamp) -> Vec<Notice> {
        if reason == Refusal::NotOffered {
            return self.unproved(held, Unproved::NoLog, now);
        }
        match held {
            Held::Own => {}
            Held::Keys { contact, .. } => self.pauses.begin(contact, WaitCause::Relay(reason), now),
            Held::Found { handle, .. } => return vec![Notice::NotFound { handle, reason }],
        }
        vec![Notice::Delayed { reason }]
    }

    fn unproved(&mut self, held: Held, why: Unproved, now: Timestamp) -> Vec<Notice> {
        let (contact, handle) = match held {
            Held::Own => (None, None),
            Held::Keys { contact, .. } => {
                self.pauses.begin(contact, WaitCause::NotProved, now);
                (Some(contact), None)
            }
            // Whoever asked for a number waits for its answer.
            Held::Found { handle, .. } => {
                return vec![Notice::DirectoryUnproved { contact: None, handle: Some(handle), why }];
            }
        };
        if self.proofs.tells(contact) {
            vec![Notice::DirectoryUnproved { contact, handle, why }]
        } else {
            Vec::new()
        }
    }

    /// Returns the digest of the account's keys, which on a linked device are not the device's own.
    fn own_binding(&self) -> Result<FixedBytes<32>, PhoneError> {
        Ok(binding(&write_identity(&self.account_identity()?)))
    }
}
