//! Devices connect and leave: the welcome, and the record that a device was connected.

use std::net::IpAddr;

use pillarbox_wire::{DeviceAddress, RelayFrame, Welcome};

use super::Relay;
use super::round::Round;
use crate::memory::connection_id::ConnectionId;
use crate::rules::keeping::Granularity;
use crate::store::{LastSeen, Store};

impl<S: Store> Relay<S> {
    pub(super) fn welcome(&self, connection: ConnectionId, round: &mut Round) {
        let welcome = Welcome { time: round.now, certificate_key: self.certificate_public };
        round.answer(connection, RelayFrame::Welcome(welcome));
    }

    /// Forgets a connection that has ended or is about to. Messages in flight to its device wait again.
    pub(super) fn forget(&mut self, connection: ConnectionId, round: &mut Round) {
        let Some(known) = self.connections.remove(connection) else { return };
        let Some(address) = known.device else {
            return self.places.forget(connection);
        };
        let Some(device) = self.directory.device_mut(&address) else { return };
        if device.online == Some(connection) {
            device.online = None;
            device.mailbox.rewind();
            self.see(address, known.peer, round);
        }
    }

    /// Records, once a day, that a device which stays connected is present. A relay that keeps exact times records
    /// when the device leaves.
    pub(super) fn still_here(&mut self, connection: ConnectionId, round: &mut Round) {
        if self.settings.keeping.last_seen != Granularity::Day {
            return;
        }
        let Some(known) = self.connections.get(connection) else { return };
        let (Some(address), peer) = (known.device, known.peer) else { return };
        let today = Some(round.now.day());
        if self.directory.device(&address).is_some_and(|device| device.row.last_seen < today) {
            self.see(address, peer, round);
        }
    }

    /// Records that a device was connected, as precisely as this relay keeps it.
    pub(super) fn see(&mut self, address: DeviceAddress, peer: IpAddr, round: &mut Round) {
        let at = self.settings.keeping.last_seen.of(round.now);
        let from = self.settings.keeping.last_address.then_some(peer);
        if self.directory.see(&address, (at, from))
            && let Some(device) = self.directory.device(&address)
        {
            round.changes.seen.push(LastSeen { device: device.row.device_number, at, address: from });
        }
    }
}
