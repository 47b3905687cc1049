//! What goes into the relay's state machine and what comes out.

use std::net::IpAddr;

use pillarbox_wire::{Bytes, ClientFrame, Farewell, Handle, NumberCode, RelayFrame};
use serde::{Deserialize, Serialize};

use crate::exhibit::passing::Passing;
use crate::exhibit::row_changes::RowChange;
use crate::memory::connection_id::ConnectionId;
use crate::rules::keeping::Keeping;
use crate::rules::limits::Limits;
use crate::store::StoreError;

/// What happened on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Its handshake is done.
    Opened {
        /// The address at the other end.
        peer: IpAddr,
        /// What devices sign to prove themselves on this connection.
        handshake_hash: [u8; 32],
    },
    /// A frame came.
    Frame(ClientFrame),
    /// Something came that is no frame. The relay ends the connection.
    Unreadable,
    /// It ended.
    Closed,
}

/// What is to be done on a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this frame.
    Send(ConnectionId, RelayFrame),
    /// Send a goodbye with this reason and close. The relay has forgotten the connection already: what still comes from
    /// it is ignored, and its [`Input::Closed`] is welcome but not needed.
    Close(ConnectionId, Farewell),
    /// A message waits for a device that is away, and this is the push token that its owner's phone has left: hand it to the
    /// push service of the device's system. One for each message and token.
    Wake(Bytes),
    /// A code goes to a number: hand it to whatever carries messages to numbers.
    SendCode(Handle, NumberCode),
}

/// What a batch led to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is to be done, in order. Everything that it promises is durable.
    pub effects: Vec<Effect>,
    /// What passed, if somebody [follows](super::Relay::follow).
    pub passed: Vec<Passing>,
    /// What became of rows of messages, if somebody follows. Rows that go by the rule for delivered ones are not among them: the
    /// store takes them out by age, and names none.
    pub rows: Vec<RowChange>,
    /// How much more passed, beyond what there was room for.
    pub unseen: u64,
    /// Whether work is left: call again soon, with whatever has come by then, or with nothing.
    pub more: bool,
    /// Whether anything was written: only then does the absence of [`trouble`](Self::trouble) say that the store takes
    /// transactions.
    pub wrote: bool,
    /// Says that something was refused because there is no room for anything new. What takes rows out goes on.
    pub short_of_room: bool,
    /// What was wrong with the store, if requests were refused for it. The relay goes on.
    pub trouble: Option<StoreError>,
}

/// How a relay is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What it keeps.
    pub keeping: Keeping,
    /// What it refuses.
    pub limits: Limits,
    /// True for a relay that sends a code to a number before it lets anybody register the number. Without it the first who
    /// asks has the number.
    pub verify_numbers: bool,
}

/// How much a relay holds, for its metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Open connections.
    pub connections: usize,
    /// Open connections that name a device.
    pub named: usize,
    /// Accounts.
    pub accounts: usize,
    /// Messages that wait.
    pub waiting: usize,
    /// Their payload bytes.
    pub waiting_bytes: u64,
}
