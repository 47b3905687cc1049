//! The protocol between a phone and a relay, and the inventory of the data in it that a relay can see.
//!
//! This crate owns the frames, their one encoding, and the limits that both sides enforce on each other. It also
//! owns the [`inventory`]: the table of every field that a relay can see, derived from the frame types themselves.
//! It knows no keys (a key is a run of bytes here), no sockets and no clocks.
//!
//! Frames contain no maps, no floats and no `usize`, and do not nest in themselves. The decoder's byte limit bounds
//! memory, but only this rule bounds the depth of nesting (`docs/decisions/0001-bincode.md`).

#[cfg(feature = "proptest")]
pub mod arbitrary;
mod bytes;
mod certificate;
mod code;
mod codec;
mod deposit;
mod devices;
mod frame;
mod groups;
mod handle;
mod ids;
pub mod inventory;
pub mod limits;
mod log;
mod prekeys;
mod seen_head;
mod time;

pub use bytes::{Bytes, FixedBytes};
pub use certificate::SenderCertificate;
pub use code::{CODE_DIGITS, NumberCode, NumberCodeError};
pub use codec::{CodecError, Encoded, decode, encode, encode_into};
pub use deposit::{ChannelName, ChannelNameError, Deposit, DepositKind};
pub use devices::{DeviceList, DeviceOffer, ListedDevice, consent_bytes};
pub use frame::{
    Accepted, Acknowledge, ActOnGroup, AddDevice, AttachmentLeft, AttachmentPart, Authenticate,
    Authenticated, Bundles, Certificate, ChannelOpened, ClientFrame, CloseAccount, Closed, CountPreKeys,
    Deliver, Deposited, Devices, DevicesPublished, Farewell, FetchAttachment, FetchBundles, FetchDevice,
    FetchDevices, FollowGroups, Found, Goodbye, GroupActed, GroupTold, GroupsFollow, Growth, LeaveAttachment,
    LeaveDeposits, Linked, LogEntries, LookUp, OpenChannel, OpenPlace, Ping, PlaceOpened, PlaceRead, Pong,
    Post, PostRow, Posted, Posts, PreKeyCounts, PreKeysStored, Proof, ProveEntry, ProveGrowth,
    PublishDevices, PublishPreKeys, ReadChannel, ReadLog, ReadPlace, Recall, Recalled, Refusal, Refused,
    Register, RegisterWithCode, Registered, RelayFrame, RequestCertificate, Reregistered, Submit, Welcome,
};
pub use groups::{GroupAct, GroupStanding, GroupState, ListedMember};
pub use handle::{Handle, HandleError};
pub use ids::{AccountId, DeviceAddress, DeviceId, MessageId, RequestId};
pub use log::{LOG_LEAF_LEN, LatestEntry, LogHead, LogLeaf};
pub use prekeys::{
    DeviceBundle, IdentityKey, KemPreKey, OneTimePreKey, PreKeyId, PreKeyUpload, SignedPreKey,
};
pub use seen_head::{SeenHead, SeenHeadError};
pub use time::{Duration, Timestamp};
