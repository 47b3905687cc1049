//! Frames about devices, and messages between the devices of this account.

use pillarbox_crypto::{kdf, labels};
use pillarbox_wire::{
    AccountId, AddDevice, ClientFrame, DeviceAddress, DeviceOffer, FetchDevices, FixedBytes, PreKeyUpload,
    PublishDevices, ReadPlace, Timestamp,
};
use rand_core::CryptoRng;

use crate::phone::Link;
use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::devices::{self, Queued};
use crate::phone::rows::group_news::own_news_of;
use crate::phone::rows::groups::{all_groups, enqueue};
use crate::phone::rows::records::{DEVICE_CHANGE, has_blocked, load_delivery_key};
use crate::phone::rows::siblings::{NotedNews, ToldGroup, changed_contacts, group_digest, take_noted};
use crate::phone::rows::{membership, readers, removal};
use crate::phone::state::links::{Connection, Question};
use crate::records::body::{Content, DevicesTold};
use crate::records::contact::{ContactRecord, write_identity};
use crate::records::devices::{DeviceChange, DeviceChangeKind, LinkRecord, ToldDevices, sign_consent};
use crate::records::ids::BodyId;
use crate::records::own_news::{OwnNews, OwnTold};
use crate::vault::{Rows, StorageError, Table};

impl Phone {
    /// Returns the public keys under which this device waits to be linked.
    pub(crate) fn offer(&self, link: &LinkRecord, prekeys: PreKeyUpload) -> DeviceOffer {
        let identity = &self.secrets.identity;
        DeviceOffer {
            identity: write_identity(&identity.public()),
            device_key: FixedBytes(*self.secrets.device.public().as_bytes()),
            consent: sign_consent(identity, link.account, &link.identity),
            prekeys: PreKeyUpload { one_time: Vec::new(), one_time_kem: Vec::new(), ..prekeys },
        }
    }

    /// Reads the place of a device that the owner wants to link, and sends a change that the relay has not confirmed.
    pub(crate) fn tend_devices(
        &mut self,
        rng: &mut impl CryptoRng,
        frames: &mut Vec<ClientFrame>,
    ) -> Result<(), PhoneError> {
        let busy = |connection: &Connection| {
            connection
                .is_asking(|question| matches!(question, Question::Devices | Question::ReadPlace { .. }))
        };
        let Some(connection) = self.links.get_mut(Link::Named).filter(|connection| !busy(connection)) else {
            return Ok(());
        };
        if let Some(wish) = self.link_wish.take() {
            let request = connection.ask(Question::ReadPlace { wish });
            frames.push(ClientFrame::ReadPlace(ReadPlace { request, place: wish.code.place }));
            return Ok(());
        }
        if self.link.is_some() {
            return Ok(());
        }
        let (change, signed_off) = self.vault.read(|rows| {
            let change: Option<DeviceChange> = rows.load(Table::Account, DEVICE_CHANGE)?;
            Ok::<_, StorageError>((change, removal::signed_off(rows)?))
        })?;
        let change = match (change, signed_off.first(), self.account.address) {
            (None, Some(device), Some(own)) => {
                let identity = &self.secrets.identity;
                self.vault.transact(rng, |rows| removal::remove(rows, identity, own.account, *device))?
            }
            (change, ..) => change,
        };
        let Some(DeviceChange { list, kind }) = change else {
            return Ok(());
        };
        let request = connection.ask(Question::Devices);
        frames.push(match kind {
            DeviceChangeKind::Link { offer, with_history: _ } => {
                ClientFrame::AddDevice(Box::new(AddDevice { request, list, offer: *offer }))
            }
            DeviceChangeKind::Remove { device: _, delivery_key } => {
                let verifier = kdf::hash(labels::DELIVERY_KEY, &[delivery_key.as_bytes()]);
                let delivery_verifier = FixedBytes(verifier);
                ClientFrame::PublishDevices(Box::new(PublishDevices { request, list, delivery_verifier }))
            }
        });
        Ok(())
    }

    /// Requests the device lists of contacts, each over the link that their messages take.
    pub(crate) fn ask_lists(&mut self, link: Link, frames: &mut Vec<ClientFrame>) -> Result<(), PhoneError> {
        let seals = self.account.seals();
        for contact in std::mem::take(&mut self.lists_wanted) {
            let key = match seals {
                true => self.vault.read(|rows| load_delivery_key(rows, contact))?,
                false => None,
            };
            let route = if key.is_some() { Link::Nameless } else { Link::Named };
            match self.links.get_mut(link) {
                Some(connection) if route == link => {
                    let request = connection.ask(Question::ContactDevices { contact });
                    let delivery_key = key.map(|key| FixedBytes(*key.as_bytes()));
                    let fetch = FetchDevices { request, account: contact, delivery_key };
                    frames.push(ClientFrame::FetchDevices(fetch));
                }
                _ => drop(self.lists_wanted.insert(contact)),
            }
        }
        Ok(())
    }

    /// Queues what the other devices of this account do not know yet, and this account's list for contacts who do not
    /// have it. Costs nothing while nothing has changed.
    pub(crate) fn tell_devices(
        &mut self,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), PhoneError> {
        let Some(own) = self.account.address else { return Ok(()) };
        if self.told_at == Some(self.vault.changes()) {
            return Ok(());
        }
        self.grant_wishes(now, rng)?;
        let (siblings, version) = self.vault.read(|rows| {
            let version = devices::known(rows, own.account)?.map_or(0, |known| known.list.version);
            Ok::<_, StorageError>((devices::siblings(rows, own)?, version))
        })?;
        let is_waiting = self.link.is_some_and(|link| link.since == 0);
        if version > 0 && !is_waiting {
            let is_first = self.link.is_none();
            let queued = self.vault.transact(rng, |rows| {
                let mut queued = Queued::new();
                if !siblings.is_empty() {
                    queued.extend(tell_siblings(rows, own, &siblings, is_first, now)?);
                }
                if is_first {
                    queued.extend(announce(rows, own.account, version)?);
                }
                Ok::<_, StorageError>(queued)
            })?;
            queued.into_iter().for_each(|(order, indexed)| self.outbox.insert(order, indexed));
        }
        self.told_at = Some(self.vault.changes());
        Ok(())
    }
}

fn tell_siblings(
    rows: &mut Rows<'_>,
    own: DeviceAddress,
    siblings: &[AccountId],
    is_first: bool,
    now: Timestamp,
) -> Result<Queued, StorageError> {
    let mut order = devices::next_order(rows)?;
    let mut queued = Queued::new();
    let mut news: Vec<(OwnTold, Option<AccountId>)> = Vec::new();
    for contact in changed_contacts(rows, own.account, now)? {
        news.push((OwnTold::Contact(Box::new(contact)), None));
    }
    let noted = take_noted(rows)?;
    news.extend(noted.into_iter().map(|NotedNews { number: _, told, except }| (told, except)));
    let mut contents: Vec<(Content, Option<AccountId>)> = Vec::new();
    if is_first {
        for content in changed_groups(rows, own)? {
            contents.push((content, None));
        }
    }
    for (told, except) in news {
        let id = BodyId::generate(&mut rows.rng);
        contents.push((Content::OwnNews(OwnNews { id, told }), except));
    }
    for (content, except) in contents {
        for name in siblings.iter().filter(|name| Some(**name) != except) {
            queued.push((order, devices::queue(rows, *name, content.clone(), order)?));
            order += 1;
        }
    }
    Ok(queued)
}

/// Returns a message about every group whose members have changed since it was last sent.
fn changed_groups(rows: &mut Rows<'_>, own: DeviceAddress) -> Result<Vec<Content>, StorageError> {
    let mut changed = Vec::new();
    // Who is in a group of the operator's each device learns from the relay.
    for record in all_groups(rows)?.into_iter().filter(|record| record.operator_admin.is_none()) {
        let log = membership::load_log(rows, record.id)?;
        let count = (log.in_reading_order(&[]).len() as u64).to_be_bytes();
        let digest = group_digest(&record, &count);
        let before: Option<ToldGroup> = rows.load(Table::ToldGroups, record.id.0.as_bytes())?;
        if before.is_some_and(|before| before.digest == digest) {
            continue;
        }
        rows.store(Table::ToldGroups, record.id.0.as_bytes(), &ToldGroup { group: record.id, digest })?;
        changed.extend(own_news_of(rows, &record, &log, own.account)?);
    }
    Ok(changed)
}

/// Queues this account's list for every contact who can read it and was not sent this version.
fn announce(rows: &mut Rows<'_>, own: AccountId, version: u32) -> Result<Queued, StorageError> {
    let Some(known) = devices::known(rows, own)? else { return Ok(Queued::new()) };
    let mut queued = Queued::new();
    for contact in rows.load_all::<ContactRecord>(Table::Contacts)? {
        let account = contact.account;
        let told = devices::told(rows, account)?;
        let is_open = contact.accepted && !has_blocked(rows, account)? && readers::reads(rows, account)?;
        if told.queued >= version || !is_open {
            continue;
        }
        let id = BodyId::generate(&mut rows.rng);
        let content = Content::Devices(DevicesTold { id, list: known.list.clone() });
        queued.extend(enqueue(rows, account, vec![content])?);
        rows.store(Table::ToldDevices, &account.0, &ToldDevices { queued: version, ..told })?;
    }
    Ok(queued)
}
