//! The directory that proves itself: the relay's answers about keys are held until the public log has proved them,
//! and the owner's own entry is checked on each connection and each hour.
//!
//! One proof is asked for at a time, so that each head is checked against the one before it. Keys that are not proved
//! are not written to.

use pillarbox_wire::{
    AccountId, ClientFrame, DeviceBundle, DeviceList, Growth, Handle, IdentityKey, ProveEntry, ProveGrowth,
    Refusal, SeenHead, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::load_delivery_key;
use crate::phone::state::link::Link;
use crate::phone::state::links::{LinkStage, Question};
use crate::phone::state::pauses::WaitCause;
use crate::phone::state::proofs::{Doubt, Held, MEMORY};
use crate::records::directory::{HeadConflict, KnownHead, LogMemory, Unproved};
use crate::records::notice::Notice;
use crate::software::Software;
use crate::vault::Table;

impl Phone {
    /// Starts or stops checking the directory's answers. A phone that stops forgets what it has seen of the log.
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
        self.proofs.unproved = self.unproved_lists()?;
        self.proofs.look_again();
        for (_, held) in std::mem::take(&mut self.proofs.waiting) {
            self.take_back(held);
        }
        Ok(())
    }

    /// Stops checking if the software leaves the check out.
    pub(super) fn leave_log_unchecked(
        &mut self,
        software: &impl Software,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        if software.checks_directory() { Ok(()) } else { self.check_directory(false, rng) }
    }

    /// Returns true if this phone checks the directory's answers.
    #[must_use]
    pub const fn checks_directory(&self) -> bool {
        self.proofs.memory.is_some()
    }

    /// Returns the last head of the public log that was good. If the relay has shown one that contradicts it, to this
    /// phone or to a contact, returns that one too, and the last good one of that time.
    #[must_use]
    pub fn directory_heads(&self) -> Vec<SeenHead> {
        let Some(LogMemory { seen, contrary, beside, .. }) = self.proofs.memory else { return Vec::new() };
        let beside = beside.filter(|_| beside != seen);
        [seen, beside, contrary].into_iter().flatten().map(SeenHead::from).collect()
    }

    /// Returns true if the relay has shown two logs, so that the heads of this phone prove it.
    #[must_use]
    pub fn has_seen_two_logs(&self) -> bool {
        self.proofs.memory.is_some_and(|memory| memory.contrary.is_some())
    }

    /// Asks for the next proof, if none is open and one is wanted on this link.
    pub(super) fn ask_for_proof(
        &mut self,
        link: Link,
        now: Timestamp,
        frames: &mut Vec<ClientFrame>,
    ) -> Result<(), PhoneError> {
        if link == Link::Named {
            if self.proofs.look_at_own(now) {
                // A list that was refused is tried again as often.
                self.proofs.unproved = self.unproved_lists()?;
            }
            for contact in std::mem::take(&mut self.proofs.unproved) {
                self.look_at_told(contact)?;
            }
        }
        let (Some(memory), Some(own)) = (self.proofs.memory, self.account.address) else { return Ok(()) };
        if self.is_proving() {
            return Ok(());
        }
        let ready = self.links.get(link).is_some_and(|there| there.stage == LinkStage::Ready);
        let first = self.proofs.waiting.front();
        // A link that is gone has returned its questions to the queue.
        if first.is_none_or(|(wanted, _)| *wanted != link) || !ready {
            return Ok(());
        }
        if let (Some((_, held)), Some(connection)) =
            (self.proofs.waiting.pop_front(), self.links.get_mut(link))
        {
            let (account, since) = (held.account(own.account), memory.since());
            let told = if let Held::Head { head, .. } = &held { Some(head.head.size) } else { None };
            let request = connection.ask(Question::Prove(Box::new(held)));
            frames.push(match told {
                Some(told) => ClientFrame::ProveGrowth(ProveGrowth { request, own: since, told }),
                None => ClientFrame::ProveEntry(ProveEntry { request, account, since }),
            });
        }
        Ok(())
    }

    /// Has the device list that a contact sent proved, or adopted if this phone no longer checks. The question goes
    /// over the link of the contact's messages, so that the relay cannot tell by it who writes to whom.
    fn look_at_told(&mut self, contact: AccountId) -> Result<(), PhoneError> {
        if !self.checks_directory() {
            self.lists_wanted.insert(contact);
            return Ok(());
        }
        if !self.proofs.waiting.iter().any(|(_, held)| held.is_list_of(contact)) {
            let sealed =
                self.account.seals() && self.vault.read(|rows| load_delivery_key(rows, contact))?.is_some();
            let link = if sealed { Link::Nameless } else { Link::Named };
            self.proofs.waiting.push_back((link, Held::Told { contact }));
        }
        Ok(())
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

    /// Compares a head that a contact has seen with the last one of this phone. If the two alone do not decide it,
    /// the relay is asked to prove that one log continues both: on the nameless link if there is one, because the
    /// size reveals roughly when the contact last asked.
    pub(super) fn compare_head(
        &mut self,
        told: Option<(AccountId, KnownHead)>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let (Some(before), Some((contact, told))) = (self.proofs.memory, told) else { return Ok(Vec::new()) };
        let mut memory = before;
        let compared = memory.compare(&told);
        self.keep_memory(before, memory, rng)?;
        match compared {
            Some(Ok(())) => Ok(Vec::new()),
            Some(Err(why)) => Ok(self.split_view(contact, why)),
            None => {
                let waits =
                    |held: &Held| matches!(held, Held::Head { contact: other, .. } if *other == contact);
                self.proofs.waiting.retain(|(_, held)| !waits(held));
                let link = self.link_for_heads();
                self.proofs.waiting.push_back((link, Held::Head { contact, head: told }));
                Ok(Vec::new())
            }
        }
    }

    /// Handles the proof that one log continues this phone's head and a contact's, or its absence.
    pub(super) fn growth_proved(
        &mut self,
        held: Held,
        growth: &Growth,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let (Some(before), Held::Head { contact, head }) = (self.proofs.memory, &held) else {
            self.take_back(held);
            return Ok(Vec::new());
        };
        let mut memory = before;
        let checked = memory.check_growth(head, growth);
        self.keep_memory(before, memory, rng)?;
        match checked {
            Ok(Ok(())) => Ok(Vec::new()),
            Ok(Err(why)) => Ok(self.split_view(*contact, why)),
            Err(why) => Ok(self.unproved(held, why, now)),
        }
    }

    /// Stores what this phone has seen of the log, if it is more than before.
    pub(super) fn keep_memory(
        &mut self,
        before: LogMemory,
        memory: LogMemory,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        if memory != before {
            self.vault.transact(rng, |rows| rows.store(Table::DirectoryProofs, MEMORY, &memory))?;
            self.proofs.memory = Some(memory);
        }
        Ok(())
    }

    /// Reports two logs to the owner, once for each contact on a connection.
    fn split_view(&mut self, contact: AccountId, why: HeadConflict) -> Vec<Notice> {
        if self.proofs.warns(contact) { vec![Notice::SplitView { contact, why }] } else { Vec::new() }
    }

    /// Returns true if a device list of this contact is asked for, or waits for its proof.
    pub(super) fn awaits_list_of(&self, contact: AccountId) -> bool {
        let asked = |link| {
            let of = |question: &Question| match question {
                Question::ContactDevices { contact: asked } => *asked == contact,
                Question::Prove(held) => held.is_list_of(contact),
                _ => false,
            };
            self.links.get(link).is_some_and(|connection| connection.is_asking(of))
        };
        let waits = self.proofs.waiting.iter().any(|(_, held)| held.is_list_of(contact));
        waits || self.lists_wanted.contains(&contact) || asked(Link::Named) || asked(Link::Nameless)
    }

    /// Requeues the questions that a lost link had asked or was about to ask.
    pub(super) fn take_back(&mut self, held: Held) {
        match held {
            Held::Found { handle, name, .. } => self.look_ups.push_back((handle, name)),
            Held::Devices { contact, .. } => drop(self.lists_wanted.insert(contact)),
            Held::Told { contact } => drop(self.proofs.unproved.insert(contact)),
            // These follow from stored rows, or are asked for with the next connection.
            Held::Own | Held::Keys { .. } => {}
            Held::Head { .. } if self.checks_directory() => {
                let link = self.link_for_heads();
                self.proofs.waiting.push_back((link, held));
            }
            Held::Head { .. } => {}
        }
    }

    /// The link for questions about heads: they name nobody, and share the link of the other questions that name
    /// nobody.
    fn link_for_heads(&self) -> Link {
        if self.account.seals() { Link::Nameless } else { Link::Named }
    }

    /// Handles the relay's copy of a contact's device list: holds it until it is proved.
    pub(super) fn hold_list(
        &mut self,
        link: Link,
        contact: AccountId,
        list: Option<DeviceList>,
    ) -> Result<(), PhoneError> {
        let is_contact = self.vault.read(|rows| rows.has(Table::Contacts, &contact.0))?;
        if is_contact && !self.proofs.doubts(contact, Doubt::Keys) {
            let list = list.map(Box::new);
            self.proofs.waiting.push_back((link, Held::Devices { contact, list }));
        } else if let Some(list) = list {
            self.proofs.given.insert(contact, list);
        }
        Ok(())
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

    /// Handles a refused proof. The held value is not used.
    pub(super) fn not_proved(&mut self, held: Held, reason: Refusal, now: Timestamp) -> Vec<Notice> {
        if reason == Refusal::NotOffered {
            return self.unproved(held, Unproved::NoLog, now);
        }
        match held {
            Held::Own => {}
            // It is proved with the next connection; a list that the relay gave, when it is wanted again.
            Held::Devices { .. } | Held::Told { .. } => {}
            // The contact's next head is compared.
            Held::Head { .. } => {}
            Held::Keys { contact, .. } => self.pauses.begin(contact, WaitCause::Relay(reason), now),
            Held::Found { handle, .. } => return vec![Notice::NotFound { handle, reason }],
        }
        vec![Notice::Delayed { reason }]
    }

    /// Reports to the owner that something is not proved, and does not use it.
    pub(super) fn unproved(&mut self, held: Held, why: Unproved, now: Timestamp) -> Vec<Notice> {
        let (contact, handle) = match held {
            Held::Own | Held::Head { .. } => (None, None),
            Held::Keys { contact, .. } => {
                self.pauses.begin(contact, WaitCause::NotProved, now);
                (Some(contact), None)
            }
            Held::Devices { contact, .. } | Held::Told { contact } => (Some(contact), None),
            // The caller who asked for a number waits for its answer.
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
}
