//! The fields of every frame from a phone.

use crate::declare;
use crate::frame::*;

use super::field::InventoryField;

/// Returns the fields of a frame from a phone. The match is exhaustive, so a new frame does not compile without an
/// arm here.
#[must_use]
pub const fn from_phone(frame: &ClientFrame) -> &'static [InventoryField] {
    match frame {
        ClientFrame::Authenticate(_) => AUTHENTICATE,
        ClientFrame::Register(_) => REGISTER,
        ClientFrame::PublishPreKeys(_) => PUBLISH_PREKEYS,
        ClientFrame::CountPreKeys(_) => COUNT_PREKEYS,
        ClientFrame::LookUp(_) => LOOK_UP,
        ClientFrame::FetchBundles(_) => FETCH_BUNDLES,
        ClientFrame::RequestCertificate(_) => REQUEST_CERTIFICATE,
        ClientFrame::Submit(_) => SUBMIT,
        ClientFrame::Acknowledge(_) => ACKNOWLEDGE,
        ClientFrame::CloseAccount(_) => CLOSE_ACCOUNT,
        ClientFrame::Ping(_) => PING,
        ClientFrame::LeaveDeposits(_) => LEAVE_DEPOSITS,
        ClientFrame::Recall(_) => RECALL,
        ClientFrame::OpenChannel(_) => OPEN_CHANNEL,
        ClientFrame::Post(_) => POST,
        ClientFrame::ReadChannel(_) => READ_CHANNEL,
        ClientFrame::RegisterWithCode(_) => REGISTER_WITH_CODE,
        ClientFrame::OpenPlace(_) => OPEN_PLACE,
        ClientFrame::ReadPlace(_) => READ_PLACE,
        ClientFrame::AddDevice(_) => ADD_DEVICE,
        ClientFrame::PublishDevices(_) => PUBLISH_DEVICES,
        ClientFrame::FetchDevices(_) => FETCH_DEVICES,
        ClientFrame::FetchDevice(_) => FETCH_DEVICE,
        ClientFrame::ProveEntry(_) => PROVE_ENTRY,
        ClientFrame::ReadLog(_) => READ_LOG,
        ClientFrame::ProveGrowth(_) => PROVE_GROWTH,
        ClientFrame::ActOnGroup(_) => ACT_ON_GROUP,
        ClientFrame::FollowGroups(_) => FOLLOW_GROUPS,
        ClientFrame::LeaveAttachment(_) => LEAVE_ATTACHMENT,
        ClientFrame::FetchAttachment(_) => FETCH_ATTACHMENT,
    }
}

declare!(
    /// Fields of [`Authenticate`].
    AUTHENTICATE: Authenticate {
        request: Protocol, Passing, "pairs the answer with the question";
        address: Entity, Passing, "says whose connection this is, and so from where and when that device is online";
        signature: Keys, Passing, "proves it, for this connection only";
    }
);
declare!(
    /// Fields of [`Register`].
    REGISTER: Register {
        request: Protocol, Passing, "pairs the answer with the question";
        handle: Entity, Account, "the number that others find the account by; nameless accounts have none";
        identity: Keys, Account, "handed to whoever writes to the account for the first time";
        device_key: Keys, Device, "checks who connects as this device";
        delivery_verifier: Keys, Account, "checks who may send without a name";
        prekeys: Keys, PreKeys, "handed to whoever writes while the device is away";
        signature: Keys, Passing, "proves that the device key is there, for this connection only";
    }
);
declare!(
    /// Fields of [`PublishPreKeys`].
    PUBLISH_PREKEYS: PublishPreKeys {
        request: Protocol, Passing, "pairs the answer with the question";
        prekeys: Keys, PreKeys, "how many are uploaded tells how many new conversations others started";
    }
);
declare!(
    /// Fields of [`CountPreKeys`].
    COUNT_PREKEYS: CountPreKeys {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`LookUp`].
    LOOK_UP: LookUp {
        request: Protocol, Passing, "pairs the answer with the question";
        handle: Events, Passing, "with the connection's account it tells who looks for whom";
    }
);
declare!(
    /// Fields of [`FetchBundles`].
    FETCH_BUNDLES: FetchBundles {
        request: Protocol, Passing, "pairs the answer with the question";
        account: Events, Passing, "who is about to be written to; by whom, if the connection has a name";
        delivery_key: Keys, Passing, "admits a connection without a name";
    }
);
declare!(
    /// Fields of [`RequestCertificate`].
    REQUEST_CERTIFICATE: RequestCertificate {
        request: Protocol, Passing, "pairs the answer with the question; asking tells that the phone is about to send";
    }
);
declare!(
    /// Fields of [`Submit`].
    SUBMIT: Submit {
        request: Protocol, Passing, "pairs the answer with the question";
        to: Events, Mailbox, "whose mailbox it goes to; from whom, if the connection has a name";
        delivery_key: Keys, Passing, "admits a sender without a name";
        payload: Content, Mailbox, "what the recipient gets; its length is seen whatever is inside";
    }
);
declare!(
    /// Fields of [`Acknowledge`].
    ACKNOWLEDGE: Acknowledge {
        messages: Events, Passing, "when the device took them";
    }
);
declare!(
    /// Fields of [`CloseAccount`].
    CLOSE_ACCOUNT: CloseAccount {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`Ping`].
    PING: Ping {
        request: Protocol, Passing, "pairs the answer with the question; its time tells that the device is online";
    }
);
declare!(
    /// Fields of [`LeaveDeposits`].
    LEAVE_DEPOSITS: LeaveDeposits {
        request: Protocol, Passing, "pairs the answer with the question";
        deposits: Entity, Deposits, "what the owner's phone tells about them, kind by kind";
    }
);
declare!(
    /// Fields of [`Recall`].
    RECALL: Recall {
        request: Protocol, Passing, "pairs the answer with the question";
        kind: Events, Passing, "what is asked back: a backup is being restored";
        subject: Events, Passing, "which of its kind";
    }
);
declare!(
    /// Fields of [`OpenChannel`].
    OPEN_CHANNEL: OpenChannel {
        request: Protocol, Passing, "pairs the answer with the question";
        channel: Entity, Channels, "what everybody finds it by";
    }
);
declare!(
    /// Fields of [`Post`].
    POST: Post {
        request: Protocol, Passing, "pairs the answer with the question";
        channel: Events, Channels, "where it is published; by whom, from the connection";
        content: Content, Channels, "what everybody may read";
    }
);
declare!(
    /// Fields of [`ReadChannel`].
    READ_CHANNEL: ReadChannel {
        request: Protocol, Passing, "pairs the answer with the question";
        channel: Events, Passing, "what the reader reads; who reads it, from the connection";
        after: Events, Passing, "how far the reader has read";
    }
);
declare!(
    /// Fields of [`RegisterWithCode`].
    REGISTER_WITH_CODE: RegisterWithCode {
        registration: Entity, Account, "the same as in a registration without a code";
        code: Entity, Passing, "shows that whoever registers reads what is sent to the number";
    }
);
declare!(
    /// Fields of [`OpenPlace`].
    OPEN_PLACE: OpenPlace {
        request: Protocol, Passing, "pairs the answers with the question";
        place: Events, Passing, "where a new device waits; held in memory for minutes";
        offer: Keys, Passing, "what the account's first phone reads there";
        signature: Keys, Passing, "proves that the device key is there, for this connection only";
    }
);
declare!(
    /// Fields of [`ReadPlace`].
    READ_PLACE: ReadPlace {
        request: Protocol, Passing, "pairs the answer with the question";
        place: Events, Passing, "which account is about to link which device; both addresses are seen";
    }
);
declare!(
    /// Fields of [`AddDevice`].
    ADD_DEVICE: AddDevice {
        request: Protocol, Passing, "pairs the answer with the question";
        list: Entity, Account, "how many devices the account has; when one is linked, from the time of the frame";
        offer: Keys, Device, "the keys of the new device";
    }
);
declare!(
    /// Fields of [`PublishDevices`].
    PUBLISH_DEVICES: PublishDevices {
        request: Protocol, Passing, "pairs the answer with the question";
        list: Entity, Account, "which devices the account has left";
        delivery_verifier: Keys, Account, "checks who may send without a name from now on";
    }
);
declare!(
    /// Fields of [`FetchDevices`].
    FETCH_DEVICES: FetchDevices {
        request: Protocol, Passing, "pairs the answer with the question";
        account: Events, Passing, "who is about to be written to; by whom, if the connection has a name";
        delivery_key: Keys, Passing, "admits a connection without a name";
    }
);
declare!(
    /// Fields of [`FetchDevice`].
    FETCH_DEVICE: FetchDevice {
        request: Protocol, Passing, "pairs the answer with the question";
        address: Events, Passing, "which device is about to be written to; by whom, if the connection has a name";
        delivery_key: Keys, Passing, "admits a connection without a name";
    }
);
declare!(
    /// Fields of [`ProveEntry`].
    PROVE_ENTRY: ProveEntry {
        request: Protocol, Passing, "pairs the answer with the question";
        account: Events, Passing, "whose keys the phone is about to use, or its own";
        since: Events, Passing, "how much of the log the phone had seen, and so about when it last asked";
    }
);
declare!(
    /// Fields of [`ReadLog`].
    READ_LOG: ReadLog {
        request: Protocol, Passing, "pairs the answer with the question";
        from: Protocol, Passing, "how far the reader has read";
    }
);
declare!(
    /// Fields of [`ProveGrowth`].
    PROVE_GROWTH: ProveGrowth {
        request: Protocol, Passing, "pairs the answer with the question";
        own: Events, Passing, "how much of the log the phone had seen, and so about when it last asked";
        told: Events, Passing, "how much of it a contact had seen, and so about when that contact last asked";
    }
);
declare!(
    /// Fields of [`ActOnGroup`].
    ACT_ON_GROUP: ActOnGroup {
        request: Protocol, Passing, "pairs the answer with the question";
        group: Entity, Groups, "which group; by whom, from the connection";
        act: Entity, Groups, "what the group is called, and who is added or removed";
    }
);
declare!(
    /// Fields of [`FollowGroups`].
    FOLLOW_GROUPS: FollowGroups {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`LeaveAttachment`].
    LEAVE_ATTACHMENT: LeaveAttachment {
        request: Protocol, Passing, "pairs the answer with the question";
        attachment: Keys, Attachments, "names the attachment to whoever was told";
        number: Events, Attachments, "which part; the last one tells how long it is";
        part: Content, Attachments, "ciphertext; for whoever has the key";
    }
);
declare!(
    /// Fields of [`FetchAttachment`].
    FETCH_ATTACHMENT: FetchAttachment {
        request: Protocol, Passing, "pairs the answer with the question";
        attachment: Events, Passing, "which attachment is fetched, and so that somebody was told of it";
        number: Protocol, Passing, "which part";
    }
);
