//! The trait that every backend implements, and the values that it returns.

use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{
    AccountId, Bytes, ChannelName, DepositKind, DeviceList, FixedBytes, KemPreKey, MessageId, OneTimePreKey,
    SignedPreKey,
};

use super::{
    AccountRow, Applied, AttachmentRow, Changes, ChannelRow, Counters, DepositRow, Deposits, DeviceNumber,
    DeviceRow, GroupMemberRow, GroupRow, LeafRow, LeftAttachments, MessageRow, PublishedRow, StoreError,
};
use crate::memory::mailbox::QueuedMessage;

/// Contents of the store that are read once, when the relay opens.
#[derive(Debug, Default)]
pub struct StoreContents {
    /// The key that signs sender certificates; `None` in a new store.
    pub certificate_key: Option<SigningSecret>,
    /// The next numbers to be assigned.
    pub counters: Counters,
    /// All accounts.
    pub accounts: Vec<AccountRow>,
    /// All devices.
    pub devices: Vec<DeviceRow>,
    /// The deposits through which devices are woken, of the kind [`DepositKind::PushToken`].
    pub push_tokens: Vec<DepositRow>,
    /// All channels.
    pub channels: Vec<ChannelRow>,
    /// The device lists of accounts that have linked a device.
    pub device_lists: Vec<DeviceList>,
    /// The directory's public log, in order.
    pub leaves: Vec<LeafRow>,
    /// The groups whose members the operator manages.
    pub groups: Vec<GroupRow>,
    /// The accounts in them.
    pub group_members: Vec<GroupMemberRow>,
}

/// Number of one-time prekeys to skip: those that this batch has handed out already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skip {
    /// Number of X25519 prekeys to skip.
    pub one_time: u32,
    /// Number of ML-KEM prekeys to skip.
    pub one_time_kem: u32,
}

/// Number of remaining one-time prekeys of one device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stock {
    /// Number of X25519 prekeys left.
    pub one_time: u32,
    /// Number of ML-KEM prekeys left.
    pub one_time_kem: u32,
}

/// The prekeys for a bundle of one device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPreKeys {
    /// The signed prekey.
    pub signed: SignedPreKey,
    /// The KEM prekey of last resort.
    pub last_resort: KemPreKey,
    /// The one-time prekey of the lowest number.
    pub one_time: Option<OneTimePreKey>,
    /// The one-time KEM prekey of the lowest number.
    pub one_time_kem: Option<KemPreKey>,
}

/// Room that a store occupies and has left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// Bytes that its rows occupy. Space that was freed inside it and can be reused is not counted.
    pub held: u64,
    /// Bytes of new data that its disk can take, in addition to the room that is reserved for removals. `None` if
    /// that is unknown.
    pub growth: Option<u64>,
}

/// A store's backend.
pub trait Store {
    /// Reads the contents that are held in memory while the relay runs.
    ///
    /// # Errors
    /// [`StoreError`], with [`StoreError::Damaged`] for a row with an impossible value.
    fn contents(&mut self) -> Result<StoreContents, StoreError>;

    /// Calls `visit` for each message that is not delivered, in the order of message numbers.
    ///
    /// # Errors
    /// [`StoreError`].
    fn waiting(&mut self, visit: &mut dyn FnMut(DeviceNumber, QueuedMessage)) -> Result<(), StoreError>;

    /// Reads the rows of these messages, in the same order.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if one is missing.
    fn messages(&mut self, messages: &[MessageId]) -> Result<Vec<MessageRow>, StoreError>;

    /// Reads the prekeys for the next bundle of a device. This removes none: [`Changes::taken`] does.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the signed prekey or the one of last resort is missing.
    fn prekeys(&mut self, device: DeviceNumber, skip: Skip) -> Result<StoredPreKeys, StoreError>;

    /// Counts the remaining one-time prekeys of a device.
    ///
    /// # Errors
    /// [`StoreError`].
    fn stock(&mut self, device: DeviceNumber) -> Result<Stock, StoreError>;

    /// Reads a deposit's value, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    fn deposit(
        &mut self,
        account: AccountId,
        kind: DepositKind,
        subject: &[u8],
    ) -> Result<Option<Bytes>, StoreError>;

    /// Counts what an account has deposited here.
    ///
    /// # Errors
    /// [`StoreError`].
    fn deposits(&mut self, account: AccountId) -> Result<Deposits, StoreError>;

    /// Reads the posts of a channel with higher numbers than `after`, in their order: at most `most` of them, and as
    /// many as have at most `bytes` of content together. The first post is returned whatever its size.
    ///
    /// # Errors
    /// [`StoreError`].
    fn posts(
        &mut self,
        channel: &ChannelName,
        after: u32,
        bytes: usize,
        most: u32,
    ) -> Result<Vec<PublishedRow>, StoreError>;

    /// Reads a part of an attachment, if it is there.
    ///
    /// # Errors
    /// [`StoreError`].
    fn attachment(
        &mut self,
        attachment: &FixedBytes<32>,
        number: u8,
    ) -> Result<Option<AttachmentRow>, StoreError>;

    /// Counts the attachments that an account has left here.
    ///
    /// # Errors
    /// [`StoreError`].
    fn attachments(&mut self, owner: AccountId) -> Result<LeftAttachments, StoreError>;

    /// Writes all of `changes`, in the order of their fields, in one transaction that is durable on return; or writes
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written in that case. After [`StoreError::Failed`] at the moment of the commit,
    /// a crash may restore the refused changes: a sender that was told of the failure sends again, and the
    /// recipient sees a repetition.
    fn apply(&mut self, changes: &Changes) -> Result<Applied, StoreError>;

    /// Measures the room that the store occupies and has left.
    ///
    /// # Errors
    /// [`StoreError`].
    fn room(&mut self) -> Result<Room, StoreError> {
        Ok(Room::default())
    }

    /// Wipes the traces that deleted rows have left outside the tables, as in a log. Called when there is nothing
    /// else to do; traces that cannot be wiped now are wiped another time.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is lost in that case.
    fn tidy(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}
