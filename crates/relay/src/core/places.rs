//! Places: a device waits to be linked, and the first phone of an account reads its keys.

use pillarbox_wire::{
    DeviceAddress, DeviceOffer, Linked, OpenPlace, PlaceOpened, PlaceRead, ReadPlace, Refusal, RelayFrame,
    RequestId,
};

use super::Relay;
use super::authentication::proves;
use super::connections::Connection;
use super::log::LogEntry;
use super::round::Round;
use super::upload::check_upload;
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::{Request, Subject};
use crate::rules::keeping::Logged;
use crate::store::Store;

impl<S: Store> Relay<S> {
    pub(super) fn open_place(&mut self, id: ConnectionId, frame: OpenPlace, round: &mut Round) {
        let request = frame.request;
        match self.opened_place(id, frame, round) {
            Ok(None) => round.answer(id, RelayFrame::PlaceOpened(PlaceOpened { request })),
            Ok(Some((connection, address))) => {
                self.see(address, connection.peer, round);
                self.log(LogEntry::on(&connection, Logged::Connected).by(address.account).anyway(), round);
                self.linked(id, request, address, round);
            }
            Err(reason) => self.refuse_proof(id, request, reason, round),
        }
    }

    /// Returns the address of a device that is linked already, and was not informed of it.
    fn opened_place(
        &mut self,
        id: ConnectionId,
        frame: OpenPlace,
        round: &Round,
    ) -> Result<Option<(Connection, DeviceAddress)>, Refusal> {
        let OpenPlace { request, place, offer, signature } = frame;
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        if connection.device.is_some() {
            return Err(Refusal::AlreadyAuthenticated);
        }
        check_offer(&offer)?;
        if !proves(&offer.device_key, &connection, &signature) {
            return Err(Refusal::NotAuthentic);
        }
        if let Some(address) = self.directory.device_by_key(&offer.device_key) {
            let known = address.device.is_linked();
            return if known { Ok(Some((connection, address))) } else { Err(Refusal::NotWellFormed) };
        }
        let limits = &self.settings.limits;
        let subject = Subject::address(connection.peer);
        self.limiter.take(Request::OpenPlace, subject, limits.open_places, round.now)?;
        self.places.open(place, offer, (id, request), limits, round.now)?;
        Ok(None)
    }

    /// Binds the waiting connection to its newly linked device and notifies it.
    pub(super) fn linked(
        &mut self,
        id: ConnectionId,
        request: RequestId,
        address: DeviceAddress,
        round: &mut Round,
    ) {
        self.bind(id, address, round);
        let waiting = self.directory.device(&address).map_or(0, |device| device.mailbox.len());
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        round.answer(id, RelayFrame::Linked(Linked { request, address, waiting }));
    }

    pub(super) fn read_place(&mut self, id: ConnectionId, frame: &ReadPlace, round: &mut Round) {
        let ReadPlace { request, place } = *frame;
        let read = self.connections.get(id).ok_or(Refusal::NotAuthenticated).and_then(|connection| {
            let reader = connection.named()?;
            let limits = &self.settings.limits;
            self.limiter.take(Request::ReadPlace, connection.subject(), limits.read_places, round.now)?;
            self.places.read(place, reader.account, limits, round.now)
        });
        match read {
            Ok(offer) => {
                round.answer(id, RelayFrame::PlaceRead(Box::new(PlaceRead { request, offer })));
            }
            Err(reason) => round.refuse(id, request, reason),
        }
    }
}

/// Checks that an offer has the prekeys that a device begins with, and no others.
pub(super) fn check_offer(offer: &DeviceOffer) -> Result<(), Refusal> {
    let prekeys = &offer.prekeys;
    check_upload(prekeys)?;
    let begins = prekeys.signed.is_some() && prekeys.last_resort.is_some();
    let alone = prekeys.one_time.is_empty() && prekeys.one_time_kem.is_empty();
    if begins && alone { Ok(()) } else { Err(Refusal::NotWellFormed) }
}
