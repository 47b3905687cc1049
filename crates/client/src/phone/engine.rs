//! An open profile: created, opened, connected, and woken when something is due.
//!
//! Its fields are copies of rows, or follow from them. The other files of this folder add what the owner and the
//! relay can ask of it.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::path::Path;

use pillarbox_crypto::{IdentitySecret, PasswordCost, SecretBytes, SigningSecret};
use pillarbox_wire::{AccountId, Handle, NumberCode, Timestamp};
use rand_core::CryptoRng;

use crate::phone::error::PhoneError;
use crate::phone::rows::devices::owner_of;
use crate::phone::rows::names::bounded;
use crate::phone::rows::pending::{all_pending, load_pending};
use crate::phone::rows::records::{
    CERTIFICATE, DELIVERY_KEY, DEVICE_KEY, FACTS, HAS_ENCRYPTED, IDENTITY, LINK, load_habits, read_grown,
    secret, store_account,
};
use crate::phone::state::certificate::Certificate;
use crate::phone::state::channels::Channels;
use crate::phone::state::deposits::Deposits;
use crate::phone::state::group_acts::GroupActs;
use crate::phone::state::key_stock::KeyStock;
use crate::phone::state::link::Link;
use crate::phone::state::links::{Connection, LinkStage, LinkWish, Links, Question};
use crate::phone::state::mailbox::Mailbox;
use crate::phone::state::outbox::{Item, Outbox};
use crate::phone::state::owed::Owed;
use crate::phone::state::pauses::Pauses;
use crate::phone::state::pictures::Pictures;
use crate::phone::state::proofs::{MEMORY, Proofs};
use crate::phone::state::recall::Recall;
use crate::records::account::{Account, AccountRecord, NewAccount};
use crate::records::body::MAX_NAME_LEN;
use crate::records::contact::ContactRecord;
use crate::records::devices::LinkRecord;
use crate::records::prekeys;
use crate::records::recovery::PendingReplies;
use crate::vault::{Passphrase, ProfileError, StorageError, Table, Vault};

/// An open profile. It holds the profile's lock until it is dropped.
///
/// The fields are copies of rows, changed only after a transaction was committed. Dropping a phone at any moment and
/// opening it again gives the same phone, disconnected.
pub struct Phone {
    pub(super) vault: Vault,
    pub(super) account: Account,
    /// True if it encrypted end to end under a former release of the program. Messages sent then and still in
    /// transit can be opened.
    pub(super) has_encrypted: bool,
    pub(super) secrets: Secrets,
    pub(super) links: Links,
    pub(super) outbox: Outbox,
    pub(super) owed: Owed,
    pub(super) pauses: Pauses,
    pub(super) proofs: Proofs,
    pub(super) deposits: Deposits,
    pub(super) channels: Channels,
    pub(super) group_acts: GroupActs,
    pub(super) pictures: Pictures,
    pub(super) recall: Recall,
    pub(super) mailbox: Mailbox,
    pub(super) key_stock: KeyStock,
    pub(super) certificate: Certificate,
    /// Numbers to look up.
    pub(super) look_ups: VecDeque<(Handle, Option<String>)>,
    /// True until the relay has been asked to close the account.
    pub(super) closing: bool,
    /// The code sent to this account's number, until the account is created. It expires within minutes and is not
    /// stored.
    pub(super) code: Option<NumberCode>,
    /// This device's role in an account whose first phone is another one.
    pub(super) link: Option<LinkRecord>,
    /// A device that the owner wants to link, until the relay has shown its keys.
    pub(super) link_wish: Option<LinkWish>,
    /// Contacts whose device list must be requested.
    pub(super) lists_wanted: BTreeSet<AccountId>,
    /// The state of the vault when the other devices of this account were last sent everything.
    pub(super) told_at: Option<u64>,
}

/// The account's secrets, each wiped when dropped.
pub(super) struct Secrets {
    pub(super) identity: IdentitySecret,
    pub(super) device: SigningSecret,
    pub(super) delivery: SecretBytes<32>,
}

impl Secrets {
    pub(super) fn generate(rng: &mut impl CryptoRng) -> Self {
        Self {
            identity: IdentitySecret::generate(rng),
            device: SigningSecret::generate(rng),
            delivery: SecretBytes::generate(rng),
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// A phone prints as its type only.
impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone")
    }
}

impl Phone {
    /// Creates a profile in `directory`. The relay creates the account when this phone first connects.
    ///
    /// # Errors
    /// [`ProfileError::Exists`] if there is one, and failures of the file system or the passphrase hash.
    pub fn create(
        directory: &Path,
        passphrase: &Passphrase,
        new: NewAccount,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ProfileError> {
        let vault = Vault::create(directory, passphrase, PasswordCost::INTERACTIVE, rng)?;
        Self::create_in(vault, new, now, rng)
    }

    /// Creates a profile in an empty vault, which may be in memory.
    ///
    /// # Errors
    /// [`ProfileError::Exists`] if the vault contains a profile; [`ProfileError::Storage`] if it cannot store one.
    pub fn create_in(
        vault: Vault,
        new: NewAccount,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ProfileError> {
        Self::make(vault, new, None, now, rng)
    }

    pub(super) fn make(
        mut vault: Vault,
        new: NewAccount,
        link: Option<LinkRecord>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ProfileError> {
        let NewAccount { relay, handle, name, protection, padding, habits } = new;
        let name = bounded(name, MAX_NAME_LEN);
        let account =
            Account { relay, handle, name, address: None, protection, padding, habits, created_at: now };
        let secrets = Secrets::generate(rng);
        vault.transact(rng, |rows| {
            if rows.has(Table::Account, FACTS)? {
                return Err(ProfileError::Exists);
            }
            store_account(rows, &account)?;
            rows.put(Table::Account, IDENTITY, &*secrets.identity.to_bytes())?;
            rows.put(Table::Account, DEVICE_KEY, &*secrets.device.to_bytes())?;
            rows.put(Table::Account, DELIVERY_KEY, secrets.delivery.as_bytes())?;
            if let Some(link) = &link {
                rows.store(Table::Account, LINK, link)?;
            }
            Ok(prekeys::begin(rows, &secrets.identity, now)?)
        })?;
        let mut phone = Self::assemble(vault, account, secrets);
        phone.link = link;
        Ok(phone)
    }

    /// Opens the profile in `directory` and removes expired entries.
    ///
    /// # Errors
    /// [`ProfileError`].
    pub fn open(
        directory: &Path,
        passphrase: &Passphrase,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, ProfileError> {
        Self::open_in(Vault::open(directory, passphrase)?, now, rng)
    }

    /// Opens the profile in a vault.
    ///
    /// # Errors
    /// [`ProfileError::NoProfile`] if it contains none; [`ProfileError::Storage`] if it cannot be read.
    pub fn open_in(vault: Vault, now: Timestamp, rng: &mut impl CryptoRng) -> Result<Self, ProfileError> {
        let (account, secrets) = vault.read(|rows| {
            let record: AccountRecord = rows.load(Table::Account, FACTS)?.ok_or(ProfileError::NoProfile)?;
            let habits = load_habits(rows)?;
            let account = record.with(habits).map_err(|_| StorageError::Damaged)?;
            let row = |name| rows.get(Table::Account, name)?.ok_or(StorageError::Damaged);
            let secrets = Secrets {
                identity: IdentitySecret::from_bytes(*secret(&row(IDENTITY)?)?.as_bytes()),
                device: SigningSecret::from_bytes(*secret(&row(DEVICE_KEY)?)?.as_bytes()),
                delivery: secret(&row(DELIVERY_KEY)?)?,
            };
            Ok::<_, ProfileError>((account, secrets))
        })?;
        let mut phone = Self::assemble(vault, account, secrets);
        phone.remove_expired(now, rng)?;
        phone.forget_seen(now, rng)?;
        phone.link = phone.vault.read(|rows| rows.load(Table::Account, LINK))?;
        let (items, pending, certificate) = phone.vault.read(|rows| {
            let certificate = rows.load(Table::Account, CERTIFICATE)?;
            Ok::<_, StorageError>((rows.load_all::<Item>(Table::Outbox)?, all_pending(rows)?, certificate))
        })?;
        phone.has_encrypted = phone.vault.read(|rows| rows.has(Table::Account, HAS_ENCRYPTED))?;
        let memory = phone.vault.read(|rows| rows.get(Table::DirectoryProofs, MEMORY))?;
        phone.proofs.memory = memory.map(|row| read_grown(&row)).transpose()?;
        phone.proofs.unproved = phone.unproved_lists()?;
        phone.outbox = Outbox::rebuild(&items);
        for owed in pending {
            phone.note_pending(owed.contact, now)?;
        }
        phone.certificate.current = certificate;
        Ok(phone)
    }

    /// Returns the vault, as at the end of a program; [`open_in`](Self::open_in) opens it again.
    #[must_use]
    pub fn into_vault(self) -> Vault {
        self.vault
    }

    pub(super) fn assemble(vault: Vault, account: Account, secrets: Secrets) -> Self {
        Self {
            vault,
            account,
            has_encrypted: false,
            secrets,
            links: Links::default(),
            outbox: Outbox::default(),
            owed: Owed::default(),
            pauses: Pauses::default(),
            proofs: Proofs::default(),
            deposits: Deposits::default(),
            channels: Channels::default(),
            group_acts: GroupActs::default(),
            pictures: Pictures::default(),
            recall: Recall::default(),
            mailbox: Mailbox::default(),
            key_stock: KeyStock::default(),
            certificate: Certificate::default(),
            look_ups: VecDeque::new(),
            closing: false,
            code: None,
            link: None,
            link_wish: None,
            lists_wanted: BTreeSet::new(),
            told_at: None,
        }
    }

    /// Returns the account of this profile.
    #[must_use]
    pub const fn account(&self) -> &Account {
        &self.account
    }

    /// Returns the earliest time after `now` at which something that may not be sent yet becomes due. The carrier
    /// calls [`outgoing`](Self::outgoing) then.
    #[must_use]
    pub fn wakes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let times = self.owed.times().chain(self.pauses.ends());
        let times = times.chain(self.proofs.next_look());
        let times = times.chain(self.deposits.retry_at()).chain(self.channels.retry_at());
        let times = times.chain(self.pictures.retry_at);
        times.chain(self.group_acts.retry_at).filter(|at| *at > now).min()
    }

    /// Changes the passphrase. Earlier copies of the profile still open with the old one.
    ///
    /// # Errors
    /// [`ProfileError::Storage`]; then the old passphrase is still valid.
    pub fn change_passphrase(
        &mut self,
        passphrase: &Passphrase,
        rng: &mut impl CryptoRng,
    ) -> Result<(), ProfileError> {
        self.vault.change_passphrase(passphrase, rng)
    }

    /// Stores the code that the relay has sent to this account's number, and sends it with the next registration.
    /// That happens at once if the relay has refused a registration by
    /// [`Refusal::CodeSent`](pillarbox_wire::Refusal::CodeSent) on a connection that is still open. If the number
    /// had an account, this phone takes it over, and [`Notice::Reregistered`](crate::Notice::Reregistered) answers.
    ///
    /// # Errors
    /// [`PhoneError::AlreadyRegistered`] once the account is created.
    pub fn enter_code(&mut self, code: NumberCode) -> Result<(), PhoneError> {
        if self.account.address.is_some() {
            return Err(PhoneError::AlreadyRegistered);
        }
        self.code = Some(code);
        if let Some(connection) = self.links.get_mut(Link::Named)
            && connection.stage == LinkStage::Refused
        {
            connection.stage = LinkStage::Welcomed;
        }
        Ok(())
    }

    /// Records that a link is connected.
    pub fn connected(&mut self, link: Link, handshake_hash: [u8; 32]) {
        self.disconnected(link);
        if link == Link::Named {
            self.mailbox.connected();
        }
        self.links.replace(link, Some(Connection::new(handshake_hash)));
    }

    /// Records that a link is disconnected. Unfinished work on it is repeated on the next one.
    pub fn disconnected(&mut self, link: Link) {
        let gone = self.links.replace(link, None);
        for question in gone.into_iter().flat_map(Connection::into_questions) {
            match question {
                Question::LookUp { handle, name } => self.look_ups.push_back((handle, name)),
                Question::Close => self.closing = true,
                Question::Channel(asked) => self.channels.ask_again(asked),
                Question::Group { group, act } => self.group_acts.acts.push_front((group, act)),
                Question::ReadPlace { wish } => self.link_wish = Some(wish),
                Question::ContactDevices { contact } => drop(self.lists_wanted.insert(contact)),
                Question::Prove(held) => self.take_back(*held),
                // All other questions follow from stored rows.
                _ => {}
            }
        }
        for held in self.proofs.take_from(link) {
            self.take_back(held);
        }
        self.outbox.link_gone(link);
        self.pictures.disconnected();
        if link == Link::Named {
            self.mailbox.disconnected();
            self.key_stock = KeyStock::default();
            self.certificate.disconnected();
            self.proofs.disconnected();
            self.deposits.look_again();
            self.channels.look_again();
            self.group_acts.disconnected();
        }
    }

    /// Refreshes the index of pending receipts and resend requests for a contact. Nothing is sent to one that the owner
    /// has not accepted.
    pub(super) fn note_pending(&mut self, contact: AccountId, now: Timestamp) -> Result<(), StorageError> {
        let own = self.account.address.map(|own| own.account);
        let (accepted, pending) = self.vault.read(|rows| {
            let owner = owner_of(rows, contact)?;
            let record: Option<ContactRecord> = rows.load(Table::Contacts, &owner.0)?;
            let accepted = Some(owner) == own || record.is_some_and(|it| it.accepted);
            Ok::<_, StorageError>((accepted, load_pending(rows, contact)?))
        })?;
        let pending = if accepted { pending } else { PendingReplies::none(contact) };
        self.owed.note(&pending, now);
        // Somebody who is accepted now may have sent a picture.
        self.pictures.look_again();
        Ok(())
    }

    pub(super) fn keep_account(
        &mut self,
        account: Account,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        self.vault.transact(rng, |rows| Ok::<_, PhoneError>(store_account(rows, &account)?))?;
        self.account = account;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_s_secrets_print_their_name_only() {
        let mut rng = rand::rng();
        let secrets = Secrets::generate(&mut rng);
        assert_eq!(format!("{secrets:?} {secrets:#?}"), "Secrets Secrets");
    }
}
