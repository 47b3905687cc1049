//! What a phone says to a relay.

use serde::{Deserialize, Serialize};

use crate::bytes::{Bytes, FixedBytes};
use crate::code::NumberCode;
use crate::codec::Encoded;
use crate::deposit::{ChannelName, Deposit, DepositKind};
use crate::handle::Handle;
use crate::ids::{AccountId, DeviceAddress, MessageId, RequestId};
use crate::limits::MAX_FRAME_LEN;
use crate::prekeys::{IdentityKey, PreKeyUpload};

/// A frame from a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClientFrame {
    /// Says which device this connection belongs to. Left out on a connection that names nobody.
    Authenticate(Authenticate),
    /// Makes an account; the connection then belongs to its first device.
    Register(Box<Register>),
    /// Leaves prekeys at the relay.
    PublishPreKeys(PublishPreKeys),
    /// Asks how many one-time prekeys are left.
    CountPreKeys(CountPreKeys),
    /// Asks the directory for the account behind a number.
    LookUp(LookUp),
    /// Asks for what is needed to write to an account for the first time.
    FetchBundles(FetchBundles),
    /// Asks for a sender certificate.
    RequestCertificate(RequestCertificate),
    /// Hands over a message.
    Submit(Submit),
    /// Says that messages are safe at the phone.
    Acknowledge(Acknowledge),
    /// Ends the account.
    CloseAccount(CloseAccount),
    /// Asks for a sign of life.
    Ping(Ping),
    /// Leaves facts about the owner, an address book, a backup.
    LeaveDeposits(LeaveDeposits),
    /// Asks for one of its own deposits back.
    Recall(Recall),
    /// Makes a public channel.
    OpenChannel(OpenChannel),
    /// Publishes in a channel.
    Post(Post),
    /// Reads a channel.
    ReadChannel(ReadChannel),
    /// Makes an account, or takes over the one that has the number, with the code that was sent to it.
    RegisterWithCode(Box<RegisterWithCode>),
}

impl Encoded for ClientFrame {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_FRAME_LEN;
}

/// See [`ClientFrame::Authenticate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticate {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// Which device this is.
    pub address: DeviceAddress,
    /// By the device's Ed25519 key over the hash of this connection's handshake: of no use on another one.
    pub signature: FixedBytes<64>,
}

/// See [`ClientFrame::Register`]. Sent again with the same keys, it names the account that was made the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// The number to be found under; none for an account that only an invitation leads to.
    pub handle: Option<Handle>,
    /// The identity that others will verify.
    pub identity: IdentityKey,
    /// The Ed25519 key that this device will authenticate with.
    pub device_key: FixedBytes<32>,
    /// Digest of the delivery key: whoever shows that key may send without saying who they are.
    pub delivery_verifier: FixedBytes<32>,
    /// The first prekeys; the signed one and the last-resort one must be there.
    pub prekeys: PreKeyUpload,
    /// By `device_key` over the hash of this connection's handshake.
    pub signature: FixedBytes<64>,
}

/// See [`ClientFrame::PublishPreKeys`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishPreKeys {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// The keys.
    pub prekeys: PreKeyUpload,
}

/// See [`ClientFrame::CountPreKeys`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountPreKeys {
    /// Pairs the answer with this question.
    pub request: RequestId,
}

/// See [`ClientFrame::LookUp`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookUp {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// The number asked about.
    pub handle: Handle,
}

/// See [`ClientFrame::FetchBundles`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchBundles {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// The account to write to.
    pub account: AccountId,
    /// Admits a connection that names nobody.
    pub delivery_key: Option<FixedBytes<32>>,
}

/// See [`ClientFrame::RequestCertificate`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestCertificate {
    /// Pairs the answer with this question.
    pub request: RequestId,
}

/// See [`ClientFrame::Submit`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submit {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// Whose mailbox it goes to.
    pub to: DeviceAddress,
    /// Admits a sender whose connection names nobody.
    pub delivery_key: Option<FixedBytes<32>>,
    /// What the recipient gets, byte for byte.
    pub payload: Bytes,
}

/// See [`ClientFrame::Acknowledge`]. It has no answer: a lost one costs a delivery that the phone recognises.
///
/// One that names no message says that the phone has looked at everything that it was handed on this connection, and leaves at
/// the relay what it has not acknowledged. The relay then hands over what is behind that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledge {
    /// At most [`MAX_ACKNOWLEDGEMENTS`](crate::limits::MAX_ACKNOWLEDGEMENTS).
    pub messages: Vec<MessageId>,
}

/// See [`ClientFrame::CloseAccount`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseAccount {
    /// Pairs the answer with this question.
    pub request: RequestId,
}

/// See [`ClientFrame::Ping`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// Pairs the answer with this question.
    pub request: RequestId,
}

/// See [`ClientFrame::LeaveDeposits`]. A kind that this relay does not keep is refused with `NotOffered`, and nothing of the frame
/// is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveDeposits {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// At most [`MAX_DEPOSITS`](crate::limits::MAX_DEPOSITS), with at most
    /// [`MAX_PAYLOAD_LEN`](crate::limits::MAX_PAYLOAD_LEN) bytes of values together.
    pub deposits: Vec<Deposit>,
}

/// See [`ClientFrame::Recall`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recall {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// What it is.
    pub kind: DepositKind,
    /// Which of its kind.
    pub subject: Bytes,
}

/// See [`ClientFrame::OpenChannel`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenChannel {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// What it will be found by.
    pub channel: ChannelName,
}

/// See [`ClientFrame::Post`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// Where; only its owner may.
    pub channel: ChannelName,
    /// What everybody may read.
    pub content: Bytes,
}

/// See [`ClientFrame::ReadChannel`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadChannel {
    /// Pairs the answer with this question.
    pub request: RequestId,
    /// Which.
    pub channel: ChannelName,
    /// Posts with higher numbers are asked for; 0 for all.
    pub after: u32,
}

/// See [`ClientFrame::RegisterWithCode`]. A relay that verifies numbers refuses a [`Register`] with a number by
/// [`Refusal::CodeSent`](crate::Refusal::CodeSent); the same registration then comes with the code. If the number has an
/// account, that account is given the new keys: it keeps its name, and with it its mailbox, groups and deposits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterWithCode {
    /// The registration, with a number.
    pub registration: Register,
    /// The code that was sent to the number.
    pub code: NumberCode,
}
