//! Authentication: a connection proves which device it belongs to.

use pillarbox_transport::authentication::verify_handshake;
use pillarbox_wire::{
    Authenticate, Authenticated, DeviceAddress, Farewell, FixedBytes, Refusal, RelayFrame, RequestId,
};

use super::Relay;
use super::connections::Connection;
use super::log::LogEntry;
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::{Request, Subject};
use crate::rules::keeping::Logged;
use crate::store::Store;

/// Returns whether `key` signed the handshake of this connection and no other.
pub(super) fn proves(key: &FixedBytes<32>, connection: &Connection, signature: &FixedBytes<64>) -> bool {
    verify_handshake(key, &connection.handshake_hash, signature).is_ok()
}

impl<S: Store> Relay<S> {
    pub(super) fn authenticate(&mut self, id: ConnectionId, frame: &Authenticate, round: &mut Round) {
        let Authenticate { request, address, signature } = frame;
        match self.check_authentication(id, *address, signature) {
            Ok(connection) => {
                self.bind(id, *address, round);
                self.see(*address, connection.peer, round);
                let connected = LogEntry::on(&connection, Logged::Connected).by(address.account);
                self.log(connected.anyway(), round);
                let waiting = self.directory.device(address).map_or(0, |device| device.mailbox.len());
                let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
                round.answer(id, RelayFrame::Authenticated(Authenticated { request: *request, waiting }));
            }
            Err(reason) => self.refuse_proof(id, *request, reason, round),
        }
    }

    fn check_authentication(
        &self,
        id: ConnectionId,
        address: DeviceAddress,
        signature: &FixedBytes<64>,
    ) -> Result<Connection, Refusal> {
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        if connection.device.is_some() {
            return Err(Refusal::AlreadyAuthenticated);
        }
        let known = self.directory.device(&address);
        if known.is_some_and(|device| proves(&device.row.device_key, &connection, signature)) {
            return Ok(connection);
        }
        Err(Refusal::NotAuthentic)
    }

    /// Refuses a proof that does not verify, and counts it. Above the limit the connection ends as well. Each
    /// further try then costs its peer a handshake, which is more than the check costs this thread. A proof that
    /// verifies is never refused because of the failures of others behind the same address.
    pub(super) fn refuse_proof(
        &mut self,
        id: ConnectionId,
        request: RequestId,
        reason: Refusal,
        round: &mut Round,
    ) {
        round.refuse(id, request, reason);
        let Some(connection) = self.connections.get(id).filter(|_| reason == Refusal::NotAuthentic) else {
            return;
        };
        let subject = Subject::address(connection.peer);
        let rate = self.settings.limits.authentication_failures;
        if self.limiter.take(Request::AuthenticationFailure, subject, rate, round.now).is_err() {
            self.forget(id, round);
            round.close(id, Farewell::TooMany);
        }
    }

    /// Makes `id` the connection of this device. An older connection is closed: the same device has reconnected
    /// from elsewhere.
    pub(super) fn bind(&mut self, id: ConnectionId, address: DeviceAddress, round: &mut Round) {
        if self.connections.name(id, address).is_none() {
            return;
        }
        let Some(device) = self.directory.device_mut(&address) else { return };
        let older = device.online.replace(id);
        device.mailbox.rewind();
        self.stand_in_line(address);
        if let Some(older) = older.filter(|older| *older != id) {
            self.connections.remove(older);
            round.close(older, Farewell::Replaced);
        }
    }
}
