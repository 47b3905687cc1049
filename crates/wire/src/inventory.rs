//! The data inventory: every field of every frame, who sees it and why, made from the frames themselves.
//!
//! The macro below turns each list of fields into a table *and* into a pattern that takes the frame apart
//! without `..`. A field that somebody adds to a frame does not compile until it stands in its list, with a class,
//! with what a relay does with it, and with a reason. The same macro is there for a relay's own rows, log fields and
//! metrics, which are retained data too.

use std::fmt;

use crate::certificate::SenderCertificate;
use crate::deposit::Deposit;
use crate::frame::*;
use crate::ids::DeviceAddress;
use crate::prekeys::*;

/// What kind of thing a field tells, in the words of the Investigatory Powers Act 2016, section 261.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// What a message says, or the ciphertext of it (section 261(6)).
    Content,
    /// Communications data about an event: who, to whom, when, how much (section 261(4), events data).
    Events,
    /// Communications data about a person, an account or a device (section 261(3), entity data).
    Entity,
    /// Public keys and tokens.
    Keys,
    /// What the protocol needs to pair questions with answers; it tells nothing about people.
    Protocol,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Content => "content",
            Self::Events => "events data",
            Self::Entity => "entity data",
            Self::Keys => "keys",
            Self::Protocol => "protocol",
        })
    }
}

/// Where a relay puts a field, if anywhere. How long it stays there is the relay's to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Nowhere: it passes through, and could be written down by a relay made to.
    Passing,
    /// The account record.
    Account,
    /// The device record.
    Device,
    /// The stock of prekeys.
    PreKeys,
    /// The table of deposits, if this relay keeps deposits of that kind.
    Deposits,
    /// The tables of channels and their posts.
    Channels,
    /// The log of events in the database, as far as this relay's rules have it written.
    EventLog,
    /// The mailbox row of a message.
    Mailbox,
    /// The relay's own numbering, in its database.
    Counters,
    /// The relay's log, which goes to whoever started it.
    Log,
    /// The relay's metrics, in memory.
    Metrics,
}

/// Which way a frame goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// From a phone to the relay.
    FromPhone,
    /// From the relay to a phone.
    ToPhone,
    /// Between no two parties: the relay's own record or what a connection shows.
    Own,
}

/// One field that a relay can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The frame or record.
    pub record: &'static str,
    /// The field in it.
    pub name: &'static str,
    /// What kind of thing it tells.
    pub class: Class,
    /// Where the relay puts it.
    pub place: Place,
    /// Why it is there, in one clause.
    pub why: &'static str,
}

/// Declares the inventory of one struct: `declare!(TABLE: Type { field: Class, Place, "why"; ... })`.
///
/// It expands to `pub const TABLE: &[Field]` and to a check that the list names every field of the type.
#[macro_export]
macro_rules! declare {
    ($(#[$doc:meta])* $table:ident: $type:ident { $($field:ident: $class:ident, $place:ident, $why:literal;)+ }) => {
        $(#[$doc])*
        pub const $table: &[$crate::inventory::Field] = &[
            $($crate::inventory::Field {
                record: stringify!($type),
                name: stringify!($field),
                class: $crate::inventory::Class::$class,
                place: $crate::inventory::Place::$place,
                why: $why,
            },)+
        ];
        // No `..`: a field that the list does not name is a compile error here.
        const _: fn(&$type) = |$type { $($field: _),+ }| ();
    };
}

/// The fields of one frame and the way it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which way it goes.
    pub direction: Direction,
    /// Its fields.
    pub fields: &'static [Field],
}

/// The inventory of a frame from a phone. The match is exhaustive, so that a new frame needs an answer here.
#[must_use]
pub const fn from_phone(frame: &ClientFrame) -> &'static [Field] {
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
    }
}

/// The inventory of a frame from a relay.
#[must_use]
pub const fn to_phone(frame: &RelayFrame) -> &'static [Field] {
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
    }
}

/// Every table of this crate: the frames, and the records inside them.
pub const WIRE: &[Entry] = &[
    Entry { direction: Direction::FromPhone, fields: AUTHENTICATE },
    Entry { direction: Direction::FromPhone, fields: REGISTER },
    Entry { direction: Direction::FromPhone, fields: PUBLISH_PREKEYS },
    Entry { direction: Direction::FromPhone, fields: COUNT_PREKEYS },
    Entry { direction: Direction::FromPhone, fields: LOOK_UP },
    Entry { direction: Direction::FromPhone, fields: FETCH_BUNDLES },
    Entry { direction: Direction::FromPhone, fields: REQUEST_CERTIFICATE },
    Entry { direction: Direction::FromPhone, fields: SUBMIT },
    Entry { direction: Direction::FromPhone, fields: ACKNOWLEDGE },
    Entry { direction: Direction::FromPhone, fields: CLOSE_ACCOUNT },
    Entry { direction: Direction::FromPhone, fields: PING },
    Entry { direction: Direction::FromPhone, fields: LEAVE_DEPOSITS },
    Entry { direction: Direction::FromPhone, fields: DEPOSIT },
    Entry { direction: Direction::FromPhone, fields: RECALL },
    Entry { direction: Direction::FromPhone, fields: OPEN_CHANNEL },
    Entry { direction: Direction::FromPhone, fields: POST },
    Entry { direction: Direction::FromPhone, fields: READ_CHANNEL },
    Entry { direction: Direction::FromPhone, fields: REGISTER_WITH_CODE },
    Entry { direction: Direction::FromPhone, fields: IDENTITY_KEY },
    Entry { direction: Direction::FromPhone, fields: PREKEY_UPLOAD },
    Entry { direction: Direction::FromPhone, fields: SIGNED_PREKEY },
    Entry { direction: Direction::FromPhone, fields: ONE_TIME_PREKEY },
    Entry { direction: Direction::FromPhone, fields: KEM_PREKEY },
    Entry { direction: Direction::FromPhone, fields: DEVICE_ADDRESS },
    Entry { direction: Direction::ToPhone, fields: WELCOME },
    Entry { direction: Direction::ToPhone, fields: AUTHENTICATED },
    Entry { direction: Direction::ToPhone, fields: REGISTERED },
    Entry { direction: Direction::ToPhone, fields: PREKEYS_STORED },
    Entry { direction: Direction::ToPhone, fields: PREKEY_COUNTS },
    Entry { direction: Direction::ToPhone, fields: FOUND },
    Entry { direction: Direction::ToPhone, fields: BUNDLES },
    Entry { direction: Direction::ToPhone, fields: DEVICE_BUNDLE },
    Entry { direction: Direction::ToPhone, fields: CERTIFICATE },
    Entry { direction: Direction::ToPhone, fields: SENDER_CERTIFICATE },
    Entry { direction: Direction::ToPhone, fields: ACCEPTED },
    Entry { direction: Direction::ToPhone, fields: DELIVER },
    Entry { direction: Direction::ToPhone, fields: CLOSED },
    Entry { direction: Direction::ToPhone, fields: PONG },
    Entry { direction: Direction::ToPhone, fields: REFUSED },
    Entry { direction: Direction::ToPhone, fields: GOODBYE },
    Entry { direction: Direction::ToPhone, fields: DEPOSITED },
    Entry { direction: Direction::ToPhone, fields: RECALLED },
    Entry { direction: Direction::ToPhone, fields: CHANNEL_OPENED },
    Entry { direction: Direction::ToPhone, fields: POSTED },
    Entry { direction: Direction::ToPhone, fields: POSTS },
    Entry { direction: Direction::ToPhone, fields: POST_ROW },
    Entry { direction: Direction::ToPhone, fields: REREGISTERED },
];

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
    /// Fields of [`IdentityKey`].
    IDENTITY_KEY: IdentityKey {
        signing: Keys, Account, "signs prekeys";
        agreement: Keys, Account, "takes part in key agreement";
        cross_signature: Keys, Account, "binds the two";
    }
);
declare!(
    /// Fields of [`PreKeyUpload`].
    PREKEY_UPLOAD: PreKeyUpload {
        signed: Keys, PreKeys, "for many senders, until replaced";
        last_resort: Keys, PreKeys, "for many senders, when the one-time ones are gone";
        one_time: Keys, PreKeys, "each for one sender";
        one_time_kem: Keys, PreKeys, "each for one sender";
    }
);
declare!(
    /// Fields of [`SignedPreKey`].
    SIGNED_PREKEY: SignedPreKey {
        id: Keys, PreKeys, "names the key to its owner";
        key: Keys, PreKeys, "X25519 public key";
        signature: Keys, PreKeys, "by the identity";
    }
);
declare!(
    /// Fields of [`OneTimePreKey`].
    ONE_TIME_PREKEY: OneTimePreKey {
        id: Keys, PreKeys, "names the key to its owner";
        key: Keys, PreKeys, "X25519 public key";
    }
);
declare!(
    /// Fields of [`KemPreKey`].
    KEM_PREKEY: KemPreKey {
        id: Keys, PreKeys, "names the key to its owner";
        key: Keys, PreKeys, "ML-KEM-768 encapsulation key";
        signature: Keys, PreKeys, "by the identity";
    }
);
declare!(
    /// Fields of [`DeviceAddress`].
    DEVICE_ADDRESS: DeviceAddress {
        account: Entity, Mailbox, "which account";
        device: Entity, Mailbox, "which of its devices";
    }
);
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
    /// Fields of [`DeviceBundle`].
    DEVICE_BUNDLE: DeviceBundle {
        device: Entity, Passing, "which device of the account";
        signed: Keys, Passing, "for many senders, until replaced";
        one_time: Keys, Passing, "for this sender only; the relay deletes it as it hands it out";
        kem: Keys, Passing, "for this sender only, or the last resort";
        kem_is_last_resort: Protocol, Passing, "tells the sender that the stock is used up";
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
    /// Fields of [`SenderCertificate`].
    SENDER_CERTIFICATE: SenderCertificate {
        sender: Entity, Passing, "whose certificate it is";
        agreement: Keys, Passing, "the key it vouches for";
        expires_at: Events, Passing, "tells when it was asked for";
        signature: Keys, Passing, "the relay's own";
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
    /// Fields of [`LeaveDeposits`].
    LEAVE_DEPOSITS: LeaveDeposits {
        request: Protocol, Passing, "pairs the answer with the question";
        deposits: Entity, Deposits, "what the owner's phone tells about them, kind by kind";
    }
);
declare!(
    /// Fields of [`Deposit`].
    DEPOSIT: Deposit {
        kind: Entity, Deposits, "what it is: a name, an address-book entry, a part of a backup";
        subject: Entity, Deposits, "which of its kind: a number in the address book, a group, a part";
        value: Content, Deposits, "the thing itself, readable or encrypted as the phone's design has it";
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
    /// Fields of [`PostRow`].
    POST_ROW: PostRow {
        number: Events, Channels, "its place in the channel";
        posted_at: Events, Channels, "when it was published";
        content: Content, Channels, "what everybody may read";
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
    /// Fields of [`Reregistered`].
    REREGISTERED: Reregistered {
        request: Protocol, Passing, "pairs the answer with the question";
        address: Entity, Account, "the account that the number has, and which of its phones this is";
        waiting: Events, Passing, "how many messages wait that were encrypted for the former phone";
    }
);
