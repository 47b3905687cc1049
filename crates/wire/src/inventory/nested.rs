//! The fields of the records that frames carry inside them.

use crate::certificate::SenderCertificate;
use crate::declare;
use crate::deposit::Deposit;
use crate::devices::{DeviceList, DeviceOffer, ListedDevice};
use crate::frame::PostRow;
use crate::groups::{GroupState, ListedMember};
use crate::ids::DeviceAddress;
use crate::log::{LatestEntry, LogHead, LogLeaf};
use crate::prekeys::*;

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
    /// Fields of [`SenderCertificate`].
    SENDER_CERTIFICATE: SenderCertificate {
        sender: Entity, Passing, "whose certificate it is";
        agreement: Keys, Passing, "the key it vouches for";
        expires_at: Events, Passing, "tells when it was asked for";
        signature: Keys, Passing, "the relay's own";
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
    /// Fields of [`PostRow`].
    POST_ROW: PostRow {
        number: Events, Channels, "its place in the channel";
        posted_at: Events, Channels, "when it was published";
        content: Content, Channels, "what everybody may read";
    }
);
declare!(
    /// Fields of [`DeviceList`].
    DEVICE_LIST: DeviceList {
        account: Entity, Account, "whose devices they are";
        version: Events, Account, "how often the account has linked or removed a device";
        devices: Entity, Account, "its linked devices";
        signature: Keys, Account, "by the account's identity, so that the relay can add no device";
    }
);
declare!(
    /// Fields of [`ListedDevice`].
    LISTED_DEVICE: ListedDevice {
        device: Entity, Account, "which device; how many were linked before it";
        identity: Keys, Account, "handed to whoever writes to the device";
        consent: Keys, Account, "by the device, so that nobody lists somebody else's";
    }
);
declare!(
    /// Fields of [`DeviceOffer`].
    DEVICE_OFFER: DeviceOffer {
        identity: Keys, Account, "handed to whoever writes to the device";
        device_key: Keys, Device, "checks who connects as this device";
        consent: Keys, Account, "by the device, so that nobody lists somebody else's";
        prekeys: Keys, PreKeys, "handed to whoever writes while the device is away";
    }
);
declare!(
    /// Fields of [`LogLeaf`].
    LOG_LEAF: LogLeaf {
        label: Entity, DirectoryLog, "a digest of whose entry it is; whoever knows the account's name can tell";
        count: Events, DirectoryLog, "how often the account's keys or devices have changed";
        binding: Keys, DirectoryLog, "a digest of the account's keys and device list";
        at: Events, DirectoryLog, "when they changed";
    }
);
declare!(
    /// Fields of [`LogHead`].
    LOG_HEAD: LogHead {
        size: Events, Passing, "how many entries the log has";
        tree: Keys, Passing, "stands for all entries";
        map: Keys, Passing, "stands for the latest entry of each label";
        at: Protocol, Passing, "when the relay signed it";
        signature: Keys, Passing, "the relay's own";
    }
);
declare!(
    /// Fields of [`LatestEntry`].
    LATEST_ENTRY: LatestEntry {
        index: Events, Passing, "where the entry stands in the log";
        leaf: Keys, Passing, "the entry";
        inclusion: Keys, Passing, "proves that it stands there";
        latest: Keys, Passing, "proves that no later one follows";
    }
);
declare!(
    /// Fields of [`GroupState`].
    GROUP_STATE: GroupState {
        group: Entity, Groups, "which group";
        version: Events, Groups, "how often its members have changed";
        name: Content, Groups, "what its members call it, in the clear";
        members: Entity, Groups, "who is and was in it";
    }
);
declare!(
    /// Fields of [`ListedMember`].
    LISTED_MEMBER: ListedMember {
        account: Entity, Groups, "who";
        standing: Entity, Groups, "admin, member, removed or left";
        by: Entity, Groups, "who added, removed or appointed them";
        at: Events, Groups, "when";
    }
);
