//! The fields of every frame from a relay.

use crate::declare;
use crate::frame::*;

use super::field::InventoryField;

/// Returns the fields of a frame from a relay.
#[must_use]
pub const fn to_phone(frame: &RelayFrame) -> &'static [InventoryField] {
    match frame {
        RelayFrame::Welcome(_) => WELCOME,
        RelayFrame::Authenticated(_) => AUTHENTICATED,
        RelayFrame::Registered(_) => REGISTERED,
        RelayFrame::PreKeysStored(_) => PREKEYS_STORED,
        RelayFrame::PreKeyCounts(_) => PREKEY_COUNTS,
        RelayFrame::Found(_) => FOUND,
        RelayFrame::Bundles(_) => BUNDLES,
        RelayFrame::Certificate(_) => CERTIFICATE,
        RelayFrame::Accepted(_) => ACCEPTED,
        RelayFrame::Deliver(_) => DELIVER,
        RelayFrame::Closed(_) => CLOSED,
        RelayFrame::Pong(_) => PONG,
        RelayFrame::Refused(_) => REFUSED,
        RelayFrame::Goodbye(_) => GOODBYE,
        RelayFrame::Deposited(_) => DEPOSITED,
        RelayFrame::Recalled(_) => RECALLED,
        RelayFrame::ChannelOpened(_) => CHANNEL_OPENED,
        RelayFrame::Posted(_) => POSTED,
        RelayFrame::Posts(_) => POSTS,
        RelayFrame::Reregistered(_) => REREGISTERED,
        RelayFrame::FoundByCode(_) => FOUND,
        RelayFrame::PlaceOpened(_) => PLACE_OPENED,
        RelayFrame::PlaceRead(_) => PLACE_READ,
        RelayFrame::Linked(_) => LINKED,
        RelayFrame::DevicesPublished(_) => DEVICES_PUBLISHED,
        RelayFrame::Devices(_) => DEVICES,
        RelayFrame::Proof(_) => PROOF,
        RelayFrame::LogEntries(_) => LOG_ENTRIES,
        RelayFrame::Growth(_) => GROWTH,
        RelayFrame::GroupActed(_) => GROUP_ACTED,
        RelayFrame::GroupsFollow(_) => GROUPS_FOLLOW,
        RelayFrame::GroupTold(_) => GROUP_TOLD,
        RelayFrame::AttachmentLeft(_) => ATTACHMENT_LEFT,
        RelayFrame::AttachmentPart(_) => ATTACHMENT_PART,
    }
}

declare!(
    /// Fields of [`Welcome`].
    WELCOME: Welcome {
        time: Protocol, Passing, "the relay's clock";
        certificate_key: Keys, Passing, "the same for everybody";
    }
);
declare!(
    /// Fields of [`Authenticated`].
    AUTHENTICATED: Authenticated {
        request: Protocol, Passing, "pairs the answer with the question";
        waiting: Events, Passing, "how many messages wait";
    }
);
declare!(
    /// Fields of [`Registered`].
    REGISTERED: Registered {
        request: Protocol, Passing, "pairs the answer with the question";
        address: Entity, Account, "the account id that the relay drew";
    }
);
declare!(
    /// Fields of [`PreKeysStored`].
    PREKEYS_STORED: PreKeysStored {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`PreKeyCounts`].
    PREKEY_COUNTS: PreKeyCounts {
        request: Protocol, Passing, "pairs the answer with the question";
        one_time: Events, Passing, "what is left tells how many new conversations others started";
        one_time_kem: Events, Passing, "what is left tells how many new conversations others started";
    }
);
declare!(
    /// Fields of [`Found`].
    FOUND: Found {
        request: Protocol, Passing, "pairs the answer with the question";
        account: Events, Passing, "who was looked for";
        identity: Keys, Passing, "so that the phone can tell a changed key";
    }
);
declare!(
    /// Fields of [`Bundles`].
    BUNDLES: Bundles {
        request: Protocol, Passing, "pairs the answer with the question";
        identity: Keys, Passing, "what the session will be bound to";
        devices: Keys, Passing, "one for each device of the account";
    }
);
declare!(
    /// Fields of [`Certificate`].
    CERTIFICATE: Certificate {
        request: Protocol, Passing, "pairs the answer with the question";
        certificate: Entity, Passing, "shown to recipients inside sealed envelopes";
    }
);
declare!(
    /// Fields of [`Accepted`].
    ACCEPTED: Accepted {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`Deliver`].
    DELIVER: Deliver {
        message: Events, Mailbox, "the row's number, which rises by arrival";
        from: Events, Mailbox, "who sent it; absent for a sealed sender";
        accepted_at: Events, Mailbox, "when the relay accepted it";
        payload: Content, Mailbox, "what the sender handed over";
        stamp: Keys, Passing, "lets the relay recognise the message if the recipient reports it";
    }
);
declare!(
    /// Fields of [`Closed`].
    CLOSED: Closed {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`Pong`].
    PONG: Pong {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`Refused`].
    REFUSED: Refused {
        request: Protocol, Passing, "pairs the answer with the question";
        reason: Protocol, Passing, "why the request was not done";
    }
);
declare!(
    /// Fields of [`Goodbye`].
    GOODBYE: Goodbye {
        reason: Protocol, Passing, "why the connection ends";
    }
);
declare!(
    /// Fields of [`Deposited`].
    DEPOSITED: Deposited {
        request: Protocol, Passing, "pairs the answer with the question";
        known: Entity, Passing, "which entries of the address book have accounts";
    }
);
declare!(
    /// Fields of [`Recalled`].
    RECALLED: Recalled {
        request: Protocol, Passing, "pairs the answer with the question";
        value: Content, Passing, "the deposit, given back to who left it";
    }
);
declare!(
    /// Fields of [`ChannelOpened`].
    CHANNEL_OPENED: ChannelOpened {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`Posted`].
    POSTED: Posted {
        request: Protocol, Passing, "pairs the answer with the question";
        number: Events, Channels, "how many posts the channel has";
    }
);
declare!(
    /// Fields of [`Posts`].
    POSTS: Posts {
        request: Protocol, Passing, "pairs the answer with the question";
        posts: Content, Passing, "what the channel published";
    }
);
declare!(
    /// Fields of [`Reregistered`].
    REREGISTERED: Reregistered {
        request: Protocol, Passing, "pairs the answer with the question";
        address: Entity, Account, "the account that the number has, and which of its phones this is";
        waiting: Events, Passing, "how many messages wait that were encrypted for the former phone";
    }
);
declare!(
    /// Fields of [`PlaceOpened`].
    PLACE_OPENED: PlaceOpened {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`PlaceRead`].
    PLACE_READ: PlaceRead {
        request: Protocol, Passing, "pairs the answer with the question";
        offer: Keys, Passing, "the keys of the device that waits";
    }
);
declare!(
    /// Fields of [`Linked`].
    LINKED: Linked {
        request: Protocol, Passing, "pairs the answer with the question";
        address: Entity, Device, "which account the device belongs to from now on";
        waiting: Events, Passing, "how many messages wait";
    }
);
declare!(
    /// Fields of [`DevicesPublished`].
    DEVICES_PUBLISHED: DevicesPublished {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`Devices`].
    DEVICES: Devices {
        request: Protocol, Passing, "pairs the answer with the question";
        list: Entity, Passing, "which devices an account has, for whoever writes to it";
    }
);
declare!(
    /// Fields of [`Proof`].
    PROOF: Proof {
        request: Protocol, Passing, "pairs the answer with the question";
        log_key: Keys, Passing, "checks the relay's heads";
        head: Keys, Passing, "the log as it stands";
        consistency: Keys, Passing, "proves that the log has only grown";
        entry: Keys, Passing, "the account's latest entry, with its proofs";
    }
);
declare!(
    /// Fields of [`LogEntries`].
    LOG_ENTRIES: LogEntries {
        request: Protocol, Passing, "pairs the answer with the question";
        log_key: Keys, Passing, "checks the relay's heads";
        head: Keys, Passing, "the log as it stands";
        leaves: Entity, DirectoryLog, "when somebody's keys changed, for everybody to read";
    }
);
declare!(
    /// Fields of [`Growth`].
    GROWTH: Growth {
        request: Protocol, Passing, "pairs the answer with the question";
        log_key: Keys, Passing, "checks the relay's heads";
        head: Keys, Passing, "the log as it stands";
        own: Keys, Passing, "proves that the log continues what the phone has seen";
        told: Keys, Passing, "proves that it continues what a contact has seen";
    }
);
declare!(
    /// Fields of [`GroupActed`].
    GROUP_ACTED: GroupActed {
        request: Protocol, Passing, "pairs the answer with the question";
        state: Entity, Groups, "the group after the act";
    }
);
declare!(
    /// Fields of [`GroupsFollow`].
    GROUPS_FOLLOW: GroupsFollow {
        request: Protocol, Passing, "pairs the answer with the question";
        groups: Entity, Groups, "the groups that the account is in";
    }
);
declare!(
    /// Fields of [`GroupTold`].
    GROUP_TOLD: GroupTold {
        state: Entity, Groups, "the group as it is now";
    }
);
declare!(
    /// Fields of [`AttachmentLeft`].
    ATTACHMENT_LEFT: AttachmentLeft {
        request: Protocol, Passing, "pairs the answer with the question";
    }
);
declare!(
    /// Fields of [`AttachmentPart`].
    ATTACHMENT_PART: AttachmentPart {
        request: Protocol, Passing, "pairs the answer with the question";
        part: Content, Attachments, "ciphertext; for whoever has the key";
    }
);
