//! Device lists: the first phone of an account adds and removes linked devices, and senders ask for the list.
//!
//! The relay checks that the account has signed the list, so that it stores no noise. It trusts the account for the
//! rest: phones check each list themselves, and could not rely on a relay that says it has.
//!
//! **One round.** A change of devices has its own round, as the end of an account has: nothing that was accepted
//! for a device may be written after the device is gone.

use pillarbox_crypto::labels::DEVICE_LIST;
use pillarbox_crypto::{Signature, SigningPublic};
use pillarbox_wire::{
    AddDevice, ClientFrame, DeviceAddress, DeviceId, DeviceList, Devices, DevicesPublished, Farewell,
    FetchDevices, PublishDevices, Refusal, RelayFrame, RequestId,
};

use super::Relay;
use super::connections::Connection;
use super::events::Input;
use super::log::LogEntry;
use super::places::check_offer;
use super::room::{ACCOUNT_BYTES, upload_bytes};
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::memory::directory::Device;
use crate::memory::rate_limiter::Request;
use crate::rules::keeping::Logged;
use crate::store::{DeviceNumber, DeviceRow, Linking, Relisting, Store, Unlinking};

impl<S: Store> Relay<S> {
    pub(super) fn add_device(&mut self, id: ConnectionId, frame: Box<AddDevice>, round: &mut Round) {
        let request = frame.request;
        if !round.is_untouched() {
            return wait(id, ClientFrame::AddDevice(frame), round);
        }
        match self.stage_device(id, *frame, round) {
            Ok(()) => publish(id, request, round),
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    fn stage_device(&mut self, id: ConnectionId, frame: AddDevice, round: &mut Round) -> Result<(), Refusal> {
        let AddDevice { request: _, list, offer } = frame;
        let (connection, address) = self.first_phone(id)?;
        self.check_list(&list, address)?;
        check_offer(&offer)?;
        let known = self.directory.account(address.account).ok_or(Refusal::NotAuthenticated)?;
        if known.list.as_ref() == Some(&list) {
            return Ok(());
        }
        self.check_version(&list)?;
        let before = known.list.as_ref().map_or(&[][..], |list| &list.devices);
        let mut added = list.devices.iter().filter(|listed| !before.contains(listed));
        let (Some(new), None) = (added.next(), added.next()) else {
            return Err(Refusal::NotWellFormed);
        };
        let all_stay = list.devices.len() == before.len() + 1;
        let offered = new.identity == offer.identity && new.consent == offer.consent;
        let unused =
            self.directory.device_by_key(&offer.device_key).is_none() && !known.devices.contains(&new.device);
        if !(all_stay && offered && unused) {
            return Err(Refusal::NotWellFormed);
        }
        self.count_change(&connection, round)?;
        self.take_room(ACCOUNT_BYTES + upload_bytes(&offer.prekeys), round)?;
        let device_number = self.counters.next_device;
        self.counters.next_device = DeviceNumber(device_number.0.saturating_add(1));
        round.changes.counters.next_device = self.counters.next_device;
        let keeping = &self.settings.keeping;
        let device = DeviceRow {
            device_number,
            account: address.account,
            device: new.device,
            device_key: offer.device_key,
            last_seen: keeping.last_seen.of(round.now),
            last_address: None,
            next_one_time: 0,
            next_one_time_kem: 0,
        };
        self.log(LogEntry::on(&connection, Logged::Changed).named("devices"), round);
        self.log_list(&list, round);
        round.changes.linked.push(Linking { list, device, prekeys: offer.prekeys });
        Ok(())
    }

    pub(super) fn publish_devices(
        &mut self,
        id: ConnectionId,
        frame: Box<PublishDevices>,
        round: &mut Round,
    ) {
        let request = frame.request;
        if !round.is_untouched() {
            return wait(id, ClientFrame::PublishDevices(frame), round);
        }
        match self.stage_list(id, *frame, round) {
            Ok(()) => publish(id, request, round),
            Err(reason) => round.refuse(id, request, reason),
        }
    }

    fn stage_list(
        &mut self,
        id: ConnectionId,
        frame: PublishDevices,
        round: &mut Round,
    ) -> Result<(), Refusal> {
        let PublishDevices { request: _, list, delivery_verifier } = frame;
        let (connection, address) = self.first_phone(id)?;
        self.check_list(&list, address)?;
        let known = self.directory.account(address.account).ok_or(Refusal::NotAuthenticated)?;
        if known.list.as_ref() == Some(&list) && known.row.delivery_verifier == delivery_verifier {
            return Ok(());
        }
        self.check_version(&list)?;
        let before = known.list.as_ref().map_or(&[][..], |list| &list.devices);
        if !list.devices.iter().all(|listed| before.contains(listed)) {
            return Err(Refusal::NotWellFormed);
        }
        self.count_change(&connection, round)?;
        let gone = self.directory.unlisted(address.account, Some(&list));
        let removed = self.unlinking(address, &gone);
        self.log(LogEntry::on(&connection, Logged::Changed).named("devices"), round);
        self.log_list(&list, round);
        round.changes.relisted.push(Relisting { list, delivery_verifier, removed });
        Ok(())
    }

    /// Stages the entry of a list in the directory's public log, for the same transaction as the list.
    fn log_list(&self, list: &DeviceList, round: &mut Round) {
        if let Some(known) = self.directory.account(list.account) {
            self.log_keys(&known.row, Some(list), round);
        }
    }

    /// Returns the account's first phone, if this connection is its.
    fn first_phone(&self, id: ConnectionId) -> Result<(Connection, DeviceAddress), Refusal> {
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let address = connection.named()?;
        if address.device.is_linked() { Err(Refusal::NotFirstPhone) } else { Ok((connection, address)) }
    }

    /// Checks that a list is this account's, in order and signed.
    fn check_list(&self, list: &DeviceList, address: DeviceAddress) -> Result<(), Refusal> {
        let known = self.directory.account(address.account).ok_or(Refusal::NotAuthenticated)?;
        let signer = SigningPublic::from_bytes(known.row.identity_signing.0);
        let signer = signer.map_err(|_| Refusal::NotWellFormed)?;
        let signature = Signature::from_bytes(list.signature.0);
        let signed = signer.verify(DEVICE_LIST, &list.signed_bytes(), &signature).is_ok();
        if list.account == address.account && list.is_in_order() && signed {
            Ok(())
        } else {
            Err(Refusal::NotWellFormed)
        }
    }

    fn check_version(&self, list: &DeviceList) -> Result<(), Refusal> {
        let known = self.directory.account(list.account).and_then(|account| account.list.as_ref());
        if list.version > known.map_or(0, |known| known.version) {
            Ok(())
        } else {
            Err(Refusal::OlderDevices)
        }
    }

    fn count_change(&mut self, connection: &Connection, round: &Round) -> Result<(), Refusal> {
        let rate = self.settings.limits.device_changes;
        self.limiter.take(Request::Devices, connection.subject(), rate, round.now)
    }

    /// Lists the rows that are deleted with linked devices.
    pub(super) fn unlinking(&self, address: DeviceAddress, gone: &[DeviceId]) -> Unlinking {
        let mut unlinking = Unlinking::default();
        for device in gone {
            if let Some(device) = self.directory.device(&DeviceAddress { device: *device, ..address }) {
                unlinking.devices.push(device.row.device_number);
                unlinking.waiting.extend(device.mailbox.messages());
            }
        }
        unlinking
    }

    /// Brings memory up to date after devices were linked or removed. A device that waits is informed that it is
    /// linked; the connection of a removed one ends.
    pub(super) fn bring_in_devices(&mut self, round: &mut Round) {
        for Linking { list, device, prekeys: _ } in std::mem::take(&mut round.changes.linked) {
            let waits = self.places.take(&device.device_key);
            let address = self.directory.insert_device(device);
            self.directory.relist(list);
            if let (Some((connection, request)), Some(address)) = (waits, address)
                && self.connections.get(connection).is_some_and(|known| known.device.is_none())
            {
                self.linked(connection, request, address, round);
            }
        }
        for Relisting { list, delivery_verifier, removed: _ } in std::mem::take(&mut round.changes.relisted) {
            self.directory.set_delivery_verifier(list.account, delivery_verifier);
            let gone = self.directory.relist(list);
            self.end_devices(gone, Farewell::DeviceRemoved, round);
        }
    }

    /// Ends the connections of removed devices.
    pub(super) fn end_devices(&mut self, gone: Vec<Device>, reason: Farewell, round: &mut Round) {
        for connection in gone.into_iter().filter_map(|device| device.online) {
            self.connections.remove(connection);
            round.close(connection, reason);
        }
    }

    pub(super) fn fetch_devices(&mut self, id: ConnectionId, frame: &FetchDevices, round: &mut Round) {
        let FetchDevices { request, account, delivery_key } = *frame;
        let asked = self.connections.get(id).ok_or(Refusal::NotAuthenticated).and_then(|connection| {
            let rate = self.settings.limits.bundles;
            self.limiter.take(Request::Bundles, connection.subject(), rate, round.now)?;
            self.admit(&connection, account, delivery_key.as_ref())?;
            let known = self.directory.account(account).ok_or(Refusal::UnknownRecipient)?;
            Ok((connection, known.list.clone()))
        });
        match asked {
            Ok((connection, list)) => {
                self.log(LogEntry::on(&connection, Logged::Fetched).about(Some(account)).anyway(), round);
                round.answer(id, RelayFrame::Devices(Box::new(Devices { request, list })));
            }
            Err(reason) => round.refuse(id, request, reason),
        }
    }
}

/// Defers a request to its own round.
fn wait(id: ConnectionId, frame: ClientFrame, round: &mut Round) {
    round.barrier = true;
    round.deferred.push((id, Input::Frame(frame)));
}

fn publish(id: ConnectionId, request: RequestId, round: &mut Round) {
    round.barrier = true;
    round.promise(id, request, RelayFrame::DevicesPublished(DevicesPublished { request }));
}
