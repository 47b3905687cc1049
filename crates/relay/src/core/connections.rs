//! The open connections, and which device each belongs to.

use std::collections::HashMap;
use std::net::IpAddr;

use pillarbox_wire::{DeviceAddress, Refusal, RelayFrame, Welcome};

use super::Relay;
use super::events::ConnectionId;
use super::round::Round;
use crate::memory::names::OwnNames;
use crate::memory::rates::Subject;
use crate::rules::keeping::Granularity;
use crate::store::{Seen, Store};

/// One connection. Nothing is kept for it but this.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    pub(super) peer: IpAddr,
    pub(super) handshake_hash: [u8; 32],
    /// Whose it is; none for one that names nobody.
    pub(super) device: Option<DeviceAddress>,
}

impl Connection {
    /// The device, for requests that need one.
    pub(super) fn named(&self) -> Result<DeviceAddress, Refusal> {
        self.device.ok_or(Refusal::NotAuthenticated)
    }

    /// Who is counted when this connection asks: the account if it has a name, or else the address.
    pub(super) fn subject(&self) -> Subject {
        match self.device {
            Some(device) => Subject::Account(device.account),
            None => Subject::address(self.peer),
        }
    }
}

/// All connections.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    open: HashMap<ConnectionId, Connection, OwnNames>,
    named: usize,
}

impl Connections {
    pub(super) fn open(&mut self, id: ConnectionId, peer: IpAddr, handshake_hash: [u8; 32]) {
        self.remove(id);
        self.open.insert(id, Connection { peer, handshake_hash, device: None });
    }

    pub(super) fn get(&self, id: ConnectionId) -> Option<Connection> {
        self.open.get(&id).copied()
    }

    /// Gives a connection its name. None if it is not there any more.
    pub(super) fn name(&mut self, id: ConnectionId, device: DeviceAddress) -> Option<Connection> {
        let connection = self.open.get_mut(&id)?;
        self.named += usize::from(connection.device.is_none());
        connection.device = Some(device);
        Some(*connection)
    }

    pub(super) fn remove(&mut self, id: ConnectionId) -> Option<Connection> {
        let connection = self.open.remove(&id)?;
        self.named -= usize::from(connection.device.is_some());
        Some(connection)
    }

    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn named(&self) -> usize {
        self.named
    }
}

impl<S: Store> Relay<S> {
    pub(super) fn welcome(&self, connection: ConnectionId, round: &mut Round) {
        let welcome = Welcome { time: round.now, certificate_key: self.certificate_public };
        round.answer(connection, RelayFrame::Welcome(welcome));
    }

    /// Forgets a connection that has ended or is about to. What was on its way to its device waits again.
    pub(super) fn forget(&mut self, connection: ConnectionId, round: &mut Round) {
        let Some(known) = self.connections.remove(connection) else { return };
        let Some(address) = known.device else { return };
        let Some(device) = self.directory.device_mut(&address) else { return };
        if device.online == Some(connection) {
            device.online = None;
            device.mailbox.rewind();
            self.see(address, known.peer, round);
        }
    }

    /// Writes down, once a day, that a device is here which stays connected. A relay that keeps exact times writes down when it
    /// leaves.
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

    /// Writes down that a device was here, as exactly as this relay keeps it.
    pub(super) fn see(&mut self, address: DeviceAddress, peer: IpAddr, round: &mut Round) {
        let at = self.settings.keeping.last_seen.of(round.now);
        let from = self.settings.keeping.last_address.then_some(peer);
        if self.directory.see(&address, (at, from))
            && let Some(device) = self.directory.device(&address)
        {
            round.changes.seen.push(Seen { device: device.row.device_number, at, address: from });
        }
    }
}
