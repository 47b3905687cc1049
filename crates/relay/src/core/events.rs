//! Inputs and outputs of the relay's state machine.

use std::net::IpAddr;

use pillarbox_wire::{Bytes, ClientFrame, Farewell, Handle, NumberCode, RelayFrame};
use serde::{Deserialize, Serialize};

use crate::exhibit::passing::Passing;
use crate::exhibit::row_changes::RowChange;
use crate::memory::connection_id::ConnectionId;
use crate::rules::keeping::Keeping;
use crate::rules::limits::Limits;
use crate::store::StoreError;

/// An event on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The connection's handshake is done.
    Opened {
        /// The address at the other end.
        peer: IpAddr,
        /// The hash that devices sign to prove themselves on this connection.
        handshake_hash: [u8; 32],
    },
    /// A frame arrived on the connection.
    Frame(ClientFrame),
    /// Bytes that are not a frame have arrived. The relay ends the connection.
    Unreadable,
    /// The connection ended.
    Closed,
}

/// An action for the code that owns the connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this frame.
    Send(ConnectionId, RelayFrame),
    /// Send a goodbye with this reason and close. The relay has already forgotten the connection: it ignores further
    /// input from it, and its [`Input::Closed`] is welcome but not needed.
    Close(ConnectionId, Farewell),
    /// A message waits for a device that is away, and this is the push token that its owner's phone deposited: pass
    /// it to the push service of the device's system. There is one effect for each message and token.
    Wake(Bytes),
    /// A code for a number: pass it to the service that carries messages to numbers.
    SendCode(Handle, NumberCode),
}

/// The result of a batch.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Actions to take, in order. Everything that they promise is durable.
    pub effects: Vec<Effect>,
    /// Frames that passed, if anybody [follows](super::Relay::follow) the relay.
    pub passed: Vec<Passing>,
    /// Changes to rows of messages, if anybody follows the relay. Rows deleted by the rule for delivered messages are
    /// left out, because the store removes them by age without naming them.
    pub rows: Vec<RowChange>,
    /// Number of passing events for which there was no room.
    pub unseen: u64,
    /// True if work is left: call again soon, with everything that has arrived by then, or with nothing.
    pub more: bool,
    /// True if anything was written. Only then does the absence of [`trouble`](Self::trouble) show that the store
    /// accepts transactions.
    pub wrote: bool,
    /// True if something was refused because there is no room for anything new. Removals continue.
    pub short_of_room: bool,
    /// The store's error, if requests were refused because of it. The relay continues.
    pub trouble: Option<StoreError>,
}

/// Settings of a relay.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelaySettings {
    /// The rule by which it keeps rows.
    pub keeping: Keeping,
    /// The limits above which it refuses.
    pub limits: Limits,
    /// True for a relay that sends a code to a number before anybody may register the number. Otherwise the first
    /// to ask gets the number.
    pub verify_numbers: bool,
}

/// Sizes of what a relay holds, for its metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RelayCounts {
    /// Open connections.
    pub connections: usize,
    /// Open connections that name a device.
    pub named: usize,
    /// Number of accounts.
    pub accounts: usize,
    /// Number of messages that wait for delivery.
    pub waiting: usize,
    /// Payload bytes of the messages that wait.
    pub waiting_bytes: u64,
}
