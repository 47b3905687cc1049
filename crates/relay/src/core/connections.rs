//! The open connections, and which device each belongs to.

use std::collections::HashMap;
use std::net::IpAddr;

use pillarbox_wire::{DeviceAddress, Refusal};

use crate::memory::connection_id::ConnectionId;
use crate::memory::names::OwnNames;
use crate::memory::rate_limiter::Subject;

/// One connection. The relay keeps nothing else for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connection {
    pub(super) peer: IpAddr,
    pub(super) handshake_hash: [u8; 32],
    /// The device that the connection belongs to; `None` if it names nobody.
    pub(super) device: Option<DeviceAddress>,
    /// True if it has asked for its account's groups, and is told of their changes.
    follows_groups: bool,
}

impl Connection {
    /// Returns the device, for requests that need one.
    pub(super) fn named(&self) -> Result<DeviceAddress, Refusal> {
        self.device.ok_or(Refusal::NotAuthenticated)
    }

    /// The party whose requests are counted: the account if the connection has a name, or else its address.
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
        self.open.insert(id, Connection { peer, handshake_hash, device: None, follows_groups: false });
    }

    pub(super) fn get(&self, id: ConnectionId) -> Option<Connection> {
        self.open.get(&id).copied()
    }

    /// Names a connection. Returns `None` if the connection is closed.
    pub(super) fn name(&mut self, id: ConnectionId, device: DeviceAddress) -> Option<Connection> {
        let connection = self.open.get_mut(&id)?;
        self.named += usize::from(connection.device.is_none());
        connection.device = Some(device);
        Some(*connection)
    }

    /// Notes that a connection is told of changes of its account's groups.
    pub(super) fn follow_groups(&mut self, id: ConnectionId) {
        if let Some(connection) = self.open.get_mut(&id) {
            connection.follows_groups = true;
        }
    }

    /// Returns true if a connection is told of changes of its account's groups.
    pub(super) fn follows_groups(&self, id: ConnectionId) -> bool {
        self.open.get(&id).is_some_and(|connection| connection.follows_groups)
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
