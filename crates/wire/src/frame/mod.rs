//! The frames. Frames from a phone are in [`client`] and frames from a relay in [`relay`], side by side so that
//! they cannot drift apart. A relay answers each request with one frame that carries the same request number.

mod client;
mod refusal;
mod relay;

use crate::codec::Encoded;
use crate::limits::MAX_FRAME_LEN;

pub use client::{
    Acknowledge, ActOnGroup, AddDevice, Authenticate, ClientFrame, CloseAccount, CountPreKeys,
    FetchAttachment, FetchBundles, FetchDevice, FetchDevices, FollowGroups, LeaveAttachment, LeaveDeposits,
    LookUp, OpenChannel, OpenPlace, Ping, Post, ProveEntry, ProveGrowth, PublishDevices, PublishPreKeys,
    ReadChannel, ReadLog, ReadPlace, Recall, Register, RegisterWithCode, RequestCertificate, Submit,
};
pub use refusal::{Farewell, Refusal};
pub use relay::{
    Accepted, AttachmentLeft, AttachmentPart, Authenticated, Bundles, Certificate, ChannelOpened, Closed,
    Deliver, Deposited, Devices, DevicesPublished, Found, Goodbye, GroupActed, GroupTold, GroupsFollow,
    Growth, Linked, LogEntries, PlaceOpened, PlaceRead, Pong, PostRow, Posted, Posts, PreKeyCounts,
    PreKeysStored, Proof, Recalled, Refused, Registered, RelayFrame, Reregistered, Welcome,
};

const _: () = assert!(ClientFrame::MAX_LEN == MAX_FRAME_LEN && RelayFrame::MAX_LEN == MAX_FRAME_LEN);
