//! Frames from a phone to a relay.

use serde::{Deserialize, Serialize};

use crate::bytes::{Bytes, FixedBytes};
use crate::code::NumberCode;
use crate::codec::Encoded;
use crate::deposit::{ChannelName, Deposit, DepositKind};
use crate::devices::{DeviceList, DeviceOffer};
use crate::groups::GroupAct;
use crate::handle::Handle;
use crate::ids::{AccountId, DeviceAddress, MessageId, RequestId};
use crate::limits::MAX_FRAME_LEN;
use crate::prekeys::{IdentityKey, PreKeyUpload};

/// A frame from a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientFrame {
    /// Names the device that this connection belongs to. Omitted on an anonymous connection.
    Authenticate(Authenticate),
    /// Creates an account. The connection then belongs to its first device.
    Register(Box<Register>),
    /// Leaves prekeys at the relay.
    PublishPreKeys(PublishPreKeys),
    /// Asks how many one-time prekeys are left.
    CountPreKeys(CountPreKeys),
    /// Asks the directory for the account behind a number.
    LookUp(LookUp),
    /// Asks for the keys that a phone needs to write to an account for the first time.
    FetchBundles(FetchBundles),
    /// Asks for a sender certificate.
    RequestCertificate(RequestCertificate),
    /// Submits a message.
    Submit(Submit),
    /// Confirms that messages are stored at the phone.
    Acknowledge(Acknowledge),
    /// Closes the account.
    CloseAccount(CloseAccount),
    /// Asks for a sign of life.
    Ping(Ping),
    /// Deposits facts about the owner, an address book or a backup.
    LeaveDeposits(LeaveDeposits),
    /// Asks for one of the phone's own deposits.
    Recall(Recall),
    /// Creates a public channel.
    OpenChannel(OpenChannel),
    /// Publishes in a channel.
    Post(Post),
    /// Reads a channel.
    ReadChannel(ReadChannel),
    /// Creates an account, or takes over the account that has the number, with the code that the relay sent to that
    /// number.
    RegisterWithCode(Box<RegisterWithCode>),
    /// Opens a place where a device waits to be linked, on a connection that names no device.
    OpenPlace(Box<OpenPlace>),
    /// Reads the keys of the device that waits at a place.
    ReadPlace(ReadPlace),
    /// Adds a linked device to the account.
    AddDevice(Box<AddDevice>),
    /// Removes linked devices from the account.
    PublishDevices(Box<PublishDevices>),
    /// Asks for the device list of an account.
    FetchDevices(FetchDevices),
    /// Asks for the keys that a phone needs to write to one device for the first time.
    FetchDevice(FetchDevice),
    /// Asks the directory's log for the latest entry of an account, with its proofs.
    ProveEntry(ProveEntry),
    /// Reads the directory's log, as an audit does.
    ReadLog(ReadLog),
    /// Asks the directory's log to prove that it continues two heads.
    ProveGrowth(ProveGrowth),
    /// Acts on a group whose members the operator manages.
    ActOnGroup(Box<ActOnGroup>),
    /// Asks for the states of the account's groups, now and whenever they change on this connection.
    FollowGroups(FollowGroups),
    /// Leaves one part of an attachment, which whoever is told its name fetches.
    LeaveAttachment(LeaveAttachment),
    /// Fetches one part of an attachment.
    FetchAttachment(FetchAttachment),
}

impl Encoded for ClientFrame {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_FRAME_LEN;
}

/// See [`ClientFrame::Authenticate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticate {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The device that the connection belongs to.
    pub address: DeviceAddress,
    /// Signature by the device's Ed25519 key over the hash of this connection's handshake. It is useless on another
    /// connection.
    pub signature: FixedBytes<64>,
}

/// See [`ClientFrame::Register`]. A registration sent again with the same keys is answered with the account that the
/// first one created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The number that others find the account by; `None` for an account that only an invitation leads to.
    pub handle: Option<Handle>,
    /// The identity that others will verify.
    pub identity: IdentityKey,
    /// The Ed25519 key that this device will authenticate with.
    pub device_key: FixedBytes<32>,
    /// Digest of the delivery key. Anyone who presents that key may send anonymously.
    pub delivery_verifier: FixedBytes<32>,
    /// The first prekeys, which must include the signed one and the last-resort one.
    pub prekeys: PreKeyUpload,
    /// Signature by `device_key` over the hash of this connection's handshake.
    pub signature: FixedBytes<64>,
}

/// See [`ClientFrame::PublishPreKeys`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishPreKeys {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The prekeys to store.
    pub prekeys: PreKeyUpload,
}

/// See [`ClientFrame::CountPreKeys`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountPreKeys {
    /// Pairs the answer with this request.
    pub request: RequestId,
}

/// See [`ClientFrame::LookUp`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUp {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The number asked about.
    pub handle: Handle,
}

/// See [`ClientFrame::FetchBundles`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchBundles {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The account to write to.
    pub account: AccountId,
    /// Delivery key of the account, which admits an anonymous connection.
    pub delivery_key: Option<FixedBytes<32>>,
}

/// See [`ClientFrame::RequestCertificate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCertificate {
    /// Pairs the answer with this request.
    pub request: RequestId,
}

/// See [`ClientFrame::Submit`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submit {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The recipient, whose mailbox receives the message.
    pub to: DeviceAddress,
    /// Delivery key of the recipient, which admits a sender on an anonymous connection.
    pub delivery_key: Option<FixedBytes<32>>,
    /// The bytes that the recipient receives.
    pub payload: Bytes,
}

/// See [`ClientFrame::Acknowledge`]. It has no answer. If one is lost, the relay delivers once more, and the phone
/// recognises the message.
///
/// An acknowledgement without messages says that the phone has looked at everything delivered on this connection, and
/// that the messages it has not acknowledged should stay at the relay. The relay then delivers the messages that follow
/// them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledge {
    /// The stored messages, at most [`MAX_ACKNOWLEDGEMENTS`](crate::limits::MAX_ACKNOWLEDGEMENTS).
    pub messages: Vec<MessageId>,
}

/// See [`ClientFrame::CloseAccount`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseAccount {
    /// Pairs the answer with this request.
    pub request: RequestId,
}

/// See [`ClientFrame::Ping`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// Pairs the answer with this request.
    pub request: RequestId,
}

/// See [`ClientFrame::LeaveDeposits`]. If the relay does not keep one of the kinds, it refuses the frame with
/// `NotOffered` and stores none of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveDeposits {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The deposits, at most [`MAX_DEPOSITS`](crate::limits::MAX_DEPOSITS), with at most
    /// [`MAX_PAYLOAD_LEN`](crate::limits::MAX_PAYLOAD_LEN) bytes of values together.
    pub deposits: Vec<Deposit>,
}

/// See [`ClientFrame::Recall`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recall {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The kind of the deposit.
    pub kind: DepositKind,
    /// The subject of the deposit.
    pub subject: Bytes,
}

/// See [`ClientFrame::OpenChannel`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenChannel {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The name that readers will find the channel by.
    pub channel: ChannelName,
}

/// See [`ClientFrame::Post`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The channel to publish in. The relay accepts posts from its owner only.
    pub channel: ChannelName,
    /// The content, which everybody may read.
    pub content: Bytes,
}

/// See [`ClientFrame::ReadChannel`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadChannel {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The channel to read.
    pub channel: ChannelName,
    /// Asks for the posts with higher numbers; 0 asks for all.
    pub after: u32,
}

/// See [`ClientFrame::RegisterWithCode`]. A relay that verifies numbers answers a [`Register`] that contains a
/// number with the refusal [`Refusal::CodeSent`](crate::Refusal::CodeSent). The phone then sends the same
/// registration with the code. If the number already has an account, the relay assigns the new keys to that
/// account. The account keeps its name, and with the name its mailbox, groups and deposits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterWithCode {
    /// The registration, with a number.
    pub registration: Register,
    /// The code that the relay sent to the number.
    pub code: NumberCode,
}

/// See [`ClientFrame::OpenPlace`]. [`RelayFrame::PlaceOpened`](crate::RelayFrame::PlaceOpened) answers, and
/// [`RelayFrame::Linked`](crate::RelayFrame::Linked) follows once the account has added the device. A device that
/// is linked already, and was not informed, is answered with `Linked` at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPlace {
    /// Pairs the answers with this request.
    pub request: RequestId,
    /// The name of the place: random bytes that the new device shows to the account's first phone.
    pub place: FixedBytes<16>,
    /// The keys that the first phone reads there.
    pub offer: DeviceOffer,
    /// Signature by the offered device key over the hash of this connection's handshake.
    pub signature: FixedBytes<64>,
}

/// See [`ClientFrame::ReadPlace`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadPlace {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The place. One account may read it.
    pub place: FixedBytes<16>,
}

/// See [`ClientFrame::AddDevice`]. Sent again with the same list, it is answered as the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddDevice {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The account's list with the new device on it.
    pub list: DeviceList,
    /// The keys that the new device offered.
    pub offer: DeviceOffer,
}

/// See [`ClientFrame::PublishDevices`]. The relay drops the mailbox, the prekeys and the connection of each device that
/// is not on the list. Sent again with the same list, it is answered as the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishDevices {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The account's list, without the removed devices.
    pub list: DeviceList,
    /// Digest of a new delivery key, because the removed devices knew the former one.
    pub delivery_verifier: FixedBytes<32>,
}

/// See [`ClientFrame::FetchDevices`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchDevices {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The account whose list is requested.
    pub account: AccountId,
    /// Delivery key of the account, which admits an anonymous connection.
    pub delivery_key: Option<FixedBytes<32>>,
}

/// See [`ClientFrame::FetchDevice`]. [`RelayFrame::Bundles`](crate::RelayFrame::Bundles) answers, with one bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchDevice {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The device to write to.
    pub address: DeviceAddress,
    /// Delivery key of the account, which admits an anonymous connection.
    pub delivery_key: Option<FixedBytes<32>>,
}

/// See [`ClientFrame::ProveEntry`]. A relay without a log of its directory refuses it with
/// [`Refusal::NotOffered`](crate::Refusal::NotOffered).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProveEntry {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The account whose entry is requested.
    pub account: AccountId,
    /// The size of the last head that the phone has seen; 0 if it has seen none. The answer proves that the log has
    /// only grown since.
    pub since: u64,
}

/// See [`ClientFrame::ReadLog`]. Everybody may read the log, on a connection that names no device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadLog {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The index of the first requested entry, from 0.
    pub from: u64,
}

/// See [`ClientFrame::ProveGrowth`]. A phone that has a head from somebody else sends this, so that one answer
/// leads from its own head and from the other one to one log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProveGrowth {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The size of the last head that the phone has seen.
    pub own: u64,
    /// The size of the head that somebody else has sent it.
    pub told: u64,
}

/// See [`ClientFrame::ActOnGroup`]. A relay whose operator manages no groups refuses it with
/// [`Refusal::NotOffered`](crate::Refusal::NotOffered). An act that has nothing to change is answered with the state,
/// so that it may be sent again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActOnGroup {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The group. Whoever creates one draws its bytes at random.
    pub group: FixedBytes<16>,
    /// The act.
    pub act: GroupAct,
}

/// See [`ClientFrame::FollowGroups`]. The states go out before the answer. A phone that does not ask gets none, so that
/// one which does not know of them never gets a frame that it cannot read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowGroups {
    /// Pairs the answer with this request.
    pub request: RequestId,
}

/// See [`ClientFrame::LeaveAttachment`]. A relay that keeps no attachments refuses it with
/// [`Refusal::NotOffered`](crate::Refusal::NotOffered). A part that the relay has already is left again without effect,
/// so that it may be sent again after a lost answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveAttachment {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The attachment's name: 32 random bytes that the phone draws. Whoever knows it can fetch the attachment.
    pub attachment: FixedBytes<32>,
    /// The part's place, from 0; less than [`MAX_ATTACHMENT_PARTS`](crate::limits::MAX_ATTACHMENT_PARTS).
    pub number: u8,
    /// The part as the phone has encrypted it, at most
    /// [`MAX_ATTACHMENT_PART_LEN`](crate::limits::MAX_ATTACHMENT_PART_LEN) bytes.
    pub part: Bytes,
}

/// See [`ClientFrame::FetchAttachment`]. Anybody who knows the name may fetch, on a connection that names nobody too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchAttachment {
    /// Pairs the answer with this request.
    pub request: RequestId,
    /// The attachment's name.
    pub attachment: FixedBytes<32>,
    /// The part's place, from 0.
    pub number: u8,
}
