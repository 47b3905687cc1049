//! Frames that pass through the relay, as it sees them: for `ledger --follow`, from memory, never stored.
//!
//! One [`Passing`] describes one frame. It names the sender if the connection has a name, the address of the
//! connection, the subject of the frame, and its size. The relay does not say whether a payload can be read.

use std::net::IpAddr;

use pillarbox_wire::{
    AccountId, ChannelName, ClientFrame, DeviceAddress, GroupAct, Handle, LeaveDeposits, RelayFrame,
    Timestamp, declare,
};
use serde::Serialize;

use crate::memory::connection_id::ConnectionId;

/// The subject of a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FrameSubject {
    /// A device's mailbox.
    Device(#[serde(serialize_with = "shown")] DeviceAddress),
    /// An account.
    Account(#[serde(serialize_with = "shown")] AccountId),
    /// A number.
    Handle(Handle),
    /// A channel.
    Channel(ChannelName),
}

fn shown<T: std::fmt::Display, S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

fn shown_if_there<S: serde::Serializer>(
    value: &Option<DeviceAddress>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => shown(value, serializer),
        None => serializer.serialize_none(),
    }
}

/// One frame that passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Passing {
    /// The time at which it passed, in milliseconds since 1970.
    pub time: Timestamp,
    /// The number of the connection. It means nothing outside this run of the relay.
    pub connection: ConnectionId,
    /// The internet address at its other end.
    pub peer: IpAddr,
    /// The frame's name, or `opened`, `closed` and `unreadable` for events that are not frames.
    pub frame: &'static str,
    /// The sender, if a phone sent the frame on a connection that has a name. For a delivery, the sender that the row
    /// names.
    #[serde(serialize_with = "shown_if_there")]
    pub from: Option<DeviceAddress>,
    /// The subject of the frame.
    pub about: Option<FrameSubject>,
    /// The number of bytes of payload.
    pub bytes: u32,
}

declare!(
    /// Fields of [`Passing`].
    PASSING: Passing {
        time: Events, Passing, "when each frame comes or goes";
        connection: Protocol, Passing, "tells the connections of this run apart";
        peer: Events, Passing, "the internet address at the other end of a connection, named or not";
        frame: Events, Passing, "what a phone is doing: looking for somebody, sending, fetching";
        from: Events, Passing, "who it is, if the connection has a name";
        about: Events, Passing, "whom it concerns";
        bytes: Events, Passing, "how much is sent, whatever is inside";
    }
);

/// Returns the frame's name, its subject and its payload bytes.
pub(crate) fn from_phone(frame: &ClientFrame) -> (&'static str, Option<FrameSubject>, usize) {
    let channel = |name: &ChannelName| Some(FrameSubject::Channel(name.clone()));
    match frame {
        ClientFrame::Authenticate(frame) => ("Authenticate", Some(FrameSubject::Device(frame.address)), 0),
        ClientFrame::Register(frame) => ("Register", frame.handle.clone().map(FrameSubject::Handle), 0),
        ClientFrame::PublishPreKeys(_) => ("PublishPreKeys", None, 0),
        ClientFrame::CountPreKeys(_) => ("CountPreKeys", None, 0),
        ClientFrame::LookUp(frame) => ("LookUp", Some(FrameSubject::Handle(frame.handle.clone())), 0),
        ClientFrame::FetchBundles(frame) => ("FetchBundles", Some(FrameSubject::Account(frame.account)), 0),
        ClientFrame::RequestCertificate(_) => ("RequestCertificate", None, 0),
        ClientFrame::Submit(frame) => ("Submit", Some(FrameSubject::Device(frame.to)), frame.payload.len()),
        ClientFrame::Acknowledge(_) => ("Acknowledge", None, 0),
        ClientFrame::CloseAccount(_) => ("CloseAccount", None, 0),
        ClientFrame::Ping(_) => ("Ping", None, 0),
        ClientFrame::LeaveDeposits(frame) => ("LeaveDeposits", None, deposited_bytes(frame)),
        ClientFrame::Recall(_) => ("Recall", None, 0),
        ClientFrame::OpenChannel(frame) => ("OpenChannel", channel(&frame.channel), 0),
        ClientFrame::Post(frame) => ("Post", channel(&frame.channel), frame.content.len()),
        ClientFrame::ReadChannel(frame) => ("ReadChannel", channel(&frame.channel), 0),
        ClientFrame::RegisterWithCode(frame) => {
            ("RegisterWithCode", frame.registration.handle.clone().map(FrameSubject::Handle), 0)
        }
        ClientFrame::OpenPlace(_) => ("OpenPlace", None, 0),
        ClientFrame::ReadPlace(_) => ("ReadPlace", None, 0),
        ClientFrame::AddDevice(frame) => ("AddDevice", Some(FrameSubject::Account(frame.list.account)), 0),
        ClientFrame::PublishDevices(frame) => {
            ("PublishDevices", Some(FrameSubject::Account(frame.list.account)), 0)
        }
        ClientFrame::FetchDevices(frame) => ("FetchDevices", Some(FrameSubject::Account(frame.account)), 0),
        ClientFrame::FetchDevice(frame) => ("FetchDevice", Some(FrameSubject::Device(frame.address)), 0),
        ClientFrame::ProveEntry(frame) => ("ProveEntry", Some(FrameSubject::Account(frame.account)), 0),
        ClientFrame::ReadLog(_) => ("ReadLog", None, 0),
        ClientFrame::ProveGrowth(_) => ("ProveGrowth", None, 0),
        ClientFrame::ActOnGroup(frame) => ("ActOnGroup", acted_on(&frame.act), 0),
        ClientFrame::FollowGroups(_) => ("FollowGroups", None, 0),
        ClientFrame::LeaveAttachment(frame) => ("LeaveAttachment", None, frame.part.len()),
        ClientFrame::FetchAttachment(_) => ("FetchAttachment", None, 0),
    }
}

/// Returns the name of an answer.
pub(crate) const fn to_phone(frame: &RelayFrame) -> &'static str {
    match frame {
        RelayFrame::Welcome(_) => "Welcome",
        RelayFrame::Authenticated(_) => "Authenticated",
        RelayFrame::Registered(_) => "Registered",
        RelayFrame::PreKeysStored(_) => "PreKeysStored",
        RelayFrame::PreKeyCounts(_) => "PreKeyCounts",
        RelayFrame::Found(_) => "Found",
        RelayFrame::Bundles(_) => "Bundles",
        RelayFrame::Certificate(_) => "Certificate",
        RelayFrame::Accepted(_) => "Accepted",
        RelayFrame::Deliver(_) => "Deliver",
        RelayFrame::Closed(_) => "Closed",
        RelayFrame::Pong(_) => "Pong",
        RelayFrame::Refused(_) => "Refused",
        RelayFrame::Goodbye(_) => "Goodbye",
        RelayFrame::Deposited(_) => "Deposited",
        RelayFrame::Recalled(_) => "Recalled",
        RelayFrame::ChannelOpened(_) => "ChannelOpened",
        RelayFrame::Posted(_) => "Posted",
        RelayFrame::Posts(_) => "Posts",
        RelayFrame::Reregistered(_) => "Reregistered",
        RelayFrame::FoundByCode(_) => "FoundByCode",
        RelayFrame::PlaceOpened(_) => "PlaceOpened",
        RelayFrame::PlaceRead(_) => "PlaceRead",
        RelayFrame::Linked(_) => "Linked",
        RelayFrame::DevicesPublished(_) => "DevicesPublished",
        RelayFrame::Devices(_) => "Devices",
        RelayFrame::Proof(_) => "Proof",
        RelayFrame::LogEntries(_) => "LogEntries",
        RelayFrame::Growth(_) => "Growth",
        RelayFrame::GroupActed(_) => "GroupActed",
        RelayFrame::GroupsFollow(_) => "GroupsFollow",
        RelayFrame::GroupTold(_) => "GroupTold",
        RelayFrame::AttachmentLeft(_) => "AttachmentLeft",
        RelayFrame::AttachmentPart(_) => "AttachmentPart",
    }
}

/// Returns the account that an act on a group is about, if it is about one.
fn acted_on(act: &GroupAct) -> Option<FrameSubject> {
    match act {
        GroupAct::Add { member } | GroupAct::Remove { member } | GroupAct::HandOver { member } => {
            Some(FrameSubject::Account(*member))
        }
        GroupAct::Create { .. } | GroupAct::Leave => None,
    }
}

fn deposited_bytes(frame: &LeaveDeposits) -> usize {
    frame.deposits.iter().filter_map(|deposit| deposit.value.as_ref()).map(pillarbox_wire::Bytes::len).sum()
}
