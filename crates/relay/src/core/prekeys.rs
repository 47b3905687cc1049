//! The stock of prekeys: filled by its owner, handed out to first-time senders. Each one-time key is handed out
//! once.
//!
//! A one-time key is deleted in the transaction that hands it out, and handed out only after the commit. A phone
//! that did not receive the answer to an upload sends the upload again. By then one of its keys may be deleted, and
//! storing it again would hand it out twice. Numbers of one-time keys therefore have to rise: a key at or below the
//! highest number seen was stored before.
//!
//! The stock of one account is handed out at a limited rate, shared by everybody. Above that rate a bundle has the
//! signed prekey and the one of last resort, just as when the stock is empty: the conversation begins with less
//! protection, and both phones say so.

use pillarbox_wire::{
    AccountId, Bundles, DeviceAddress, DeviceBundle, FetchBundles, FetchDevice, FixedBytes, PreKeyCounts,
    PreKeysStored, PublishPreKeys, Refusal, RelayFrame, RequestId,
};

use super::Relay;
use super::connections::Connection;
use super::log::LogEntry;
use super::room::upload_bytes;
use super::round::Round;
use super::upload::{after, check_upload};
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::{Request, Subject};
use crate::rules::keeping::Logged;
use crate::store::{PreKeyKind, Store, StoreError, StoredPreKeys, Taken, Upload};

/// A refusal for the phone, or an error of the store that ends the relay.
pub(super) enum Trouble {
    Refused(Refusal),
    Store(StoreError),
}

impl From<Refusal> for Trouble {
    fn from(reason: Refusal) -> Self {
        Self::Refused(reason)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        if error.may_pass() { Self::Refused(Refusal::StorageFailed) } else { Self::Store(error) }
    }
}

impl<S: Store> Relay<S> {
    pub(super) fn publish_prekeys(
        &mut self,
        id: ConnectionId,
        frame: PublishPreKeys,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        let request = frame.request;
        match self.stage_upload(id, frame, round) {
            Ok((connection, address, upload)) => {
                self.log(LogEntry::on(&connection, Logged::Changed).named("prekeys"), round);
                round.publishing.push(address);
                round.changes.prekeys.push(upload);
                round.block(id);
                round.promise(id, request, RelayFrame::PreKeysStored(PreKeysStored { request }));
            }
            Err(Trouble::Refused(reason)) => round.refuse(id, request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    fn stage_upload(
        &mut self,
        id: ConnectionId,
        frame: PublishPreKeys,
        round: &mut Round,
    ) -> Result<(Connection, DeviceAddress, Upload), Trouble> {
        let PublishPreKeys { request: _, mut prekeys } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let address = connection.named()?;
        check_upload(&prekeys)?;
        let device = self.directory.device(&address).ok_or(Refusal::NotAuthenticated)?;
        let row = &device.row;
        prekeys.one_time.retain(|prekey| u64::from(prekey.id.0) >= row.next_one_time);
        prekeys.one_time_kem.retain(|prekey| u64::from(prekey.id.0) >= row.next_one_time_kem);
        let upload = Upload {
            device: row.device_number,
            next_one_time: after(row.next_one_time, prekeys.one_time.iter().map(|prekey| prekey.id)),
            next_one_time_kem: after(
                row.next_one_time_kem,
                prekeys.one_time_kem.iter().map(|prekey| prekey.id),
            ),
            prekeys,
        };
        let stock = self.store.stock(upload.device)?;
        let most = self.settings.limits.one_time_prekeys as usize;
        if stock.one_time as usize + upload.prekeys.one_time.len() > most
            || stock.one_time_kem as usize + upload.prekeys.one_time_kem.len() > most
        {
            return Err(Refusal::TooMuch.into());
        }
        self.take_room(upload_bytes(&upload.prekeys), round)?;
        Ok((connection, address, upload))
    }

    pub(super) fn count_prekeys(
        &mut self,
        id: ConnectionId,
        request: RequestId,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        match self.counted(id, request, round) {
            Ok(counts) => round.answer(id, RelayFrame::PreKeyCounts(counts)),
            Err(Trouble::Refused(reason)) => round.refuse(id, request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    fn counted(
        &mut self,
        id: ConnectionId,
        request: RequestId,
        round: &Round,
    ) -> Result<PreKeyCounts, Trouble> {
        let address = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?.named()?;
        let number = self.directory.device(&address).ok_or(Refusal::NotAuthenticated)?.row.device_number;
        let stock = self.store.stock(number)?;
        let taken = round.taken.get(&number).copied().unwrap_or_default();
        Ok(PreKeyCounts {
            request,
            one_time: stock.one_time.saturating_sub(taken.one_time),
            one_time_kem: stock.one_time_kem.saturating_sub(taken.one_time_kem),
        })
    }

    pub(super) fn fetch_bundles(
        &mut self,
        id: ConnectionId,
        frame: &FetchBundles,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        match self.bundles(id, frame, round) {
            Ok(bundles) => round.promise(id, frame.request, RelayFrame::Bundles(bundles)),
            Err(Trouble::Refused(reason)) => round.refuse(id, frame.request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    pub(super) fn fetch_device(
        &mut self,
        id: ConnectionId,
        frame: &FetchDevice,
        round: &mut Round,
    ) -> Result<(), StoreError> {
        let FetchDevice { request, address, delivery_key } = *frame;
        match self.bundle_of(id, request, address, delivery_key, round) {
            Ok(bundles) => round.promise(id, request, RelayFrame::Bundles(bundles)),
            Err(Trouble::Refused(reason)) => round.refuse(id, request, reason),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(())
    }

    fn bundle_of(
        &mut self,
        id: ConnectionId,
        request: RequestId,
        address: DeviceAddress,
        delivery_key: Option<FixedBytes<32>>,
        round: &mut Round,
    ) -> Result<Bundles, Trouble> {
        let (connection, with_one_time) = self.admit_to_keys(id, address.account, delivery_key, round)?;
        let account = self.directory.account(address.account).ok_or(Refusal::UnknownRecipient)?;
        if !account.devices.contains(&address.device) {
            return Err(Refusal::KeysReplaced.into());
        }
        let identity = account.row.identity();
        let devices = vec![self.bundle(address, with_one_time, round)?];
        self.log(LogEntry::on(&connection, Logged::Fetched).about(Some(address.account)), round);
        Ok(Bundles { request, identity, devices })
    }

    fn bundles(
        &mut self,
        id: ConnectionId,
        frame: &FetchBundles,
        round: &mut Round,
    ) -> Result<Bundles, Trouble> {
        let FetchBundles { request, account: asked, delivery_key } = *frame;
        let (connection, with_one_time) = self.admit_to_keys(id, asked, delivery_key, round)?;
        let account = self.directory.account(asked).ok_or(Refusal::UnknownRecipient)?;
        let (identity, listed) = (account.row.identity(), account.devices.clone());
        let mut devices = Vec::with_capacity(listed.len());
        for device in listed {
            // A linked device's keys are requested one by one, once its list was read. Here they only announce the
            // list.
            let with_one_time = with_one_time && !device.is_linked();
            devices.push(self.bundle(DeviceAddress { account: asked, device }, with_one_time, round)?);
        }
        self.log(LogEntry::on(&connection, Logged::Fetched).about(Some(asked)), round);
        Ok(Bundles { request, identity, devices })
    }

    /// Admits a connection to an account's keys. Returns whether a one-time key may be handed out.
    fn admit_to_keys(
        &mut self,
        id: ConnectionId,
        asked: AccountId,
        delivery_key: Option<FixedBytes<32>>,
        round: &Round,
    ) -> Result<(Connection, bool), Trouble> {
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        let limits = &self.settings.limits;
        self.limiter.take(Request::Bundles, connection.subject(), limits.bundles, round.now)?;
        self.admit(&connection, asked, delivery_key.as_ref())?;
        self.directory.account(asked).ok_or(Refusal::UnknownRecipient)?;
        // Frequent requests for one account use up its one-time keys for a while, but keep nobody from it.
        let one = Subject::Account(asked);
        let rate = self.settings.limits.bundles_of_one;
        let with_one_time = self.limiter.take(Request::BundlesOfOne, one, rate, round.now).is_ok();
        Ok((connection, with_one_time))
    }

    fn bundle(
        &mut self,
        address: DeviceAddress,
        with_one_time: bool,
        round: &mut Round,
    ) -> Result<DeviceBundle, Trouble> {
        let number = self.directory.device(&address).ok_or(Refusal::UnknownRecipient)?.row.device_number;
        let skip = round.taken.entry(number).or_default();
        let StoredPreKeys { signed, last_resort, one_time, one_time_kem } =
            self.store.prekeys(number, *skip)?;
        let one_time = one_time.filter(|_| with_one_time);
        let one_time_kem = one_time_kem.filter(|_| with_one_time);
        if let Some(prekey) = &one_time {
            skip.one_time += 1;
            round.changes.taken.push(Taken { device: number, kind: PreKeyKind::OneTime, id: prekey.id });
        }
        if let Some(prekey) = &one_time_kem {
            skip.one_time_kem += 1;
            round.changes.taken.push(Taken { device: number, kind: PreKeyKind::OneTimeKem, id: prekey.id });
        }
        Ok(DeviceBundle {
            device: address.device,
            signed,
            one_time,
            kem_is_last_resort: one_time_kem.is_none(),
            kem: one_time_kem.unwrap_or(last_resort),
        })
    }
}
