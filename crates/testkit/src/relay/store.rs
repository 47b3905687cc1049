//! A store that fails on a test's request.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use pillarbox_relay::store::{
    Applied, AttachmentRow, Changes, Deposits, DeviceNumber, LeftAttachments, MessageRow, PublishedRow, Room,
    Skip, Stock, StoreContents, StoredPreKeys,
};
use pillarbox_relay::{Holdings, QueuedMessage, SqliteStore, Store, StoreError};
use pillarbox_wire::{AccountId, Bytes, ChannelName, DepositKind, FixedBytes, MessageId};

/// A store that fails on request.
pub struct FlakyStore {
    inner: SqliteStore,
    failure: Rc<RefCell<Option<StoreError>>>,
    /// The maximum number of messages that one transaction may delete; with more, the store reports a full disk.
    most_removed: Rc<Cell<usize>>,
}

impl FlakyStore {
    pub(super) fn over(
        inner: SqliteStore,
        failure: &Rc<RefCell<Option<StoreError>>>,
        most_removed: &Rc<Cell<usize>>,
    ) -> Self {
        Self { inner, failure: Rc::clone(failure), most_removed: Rc::clone(most_removed) }
    }

    /// Returns the contents of the store.
    #[must_use]
    pub fn holdings(&self) -> Holdings {
        self.inner.holdings().unwrap()
    }

    fn check(&self) -> Result<(), StoreError> {
        self.failure.borrow().clone().map_or(Ok(()), Err)
    }
}

impl Store for FlakyStore {
    fn contents(&mut self) -> Result<StoreContents, StoreError> {
        self.inner.contents()
    }

    fn waiting(&mut self, visit: &mut dyn FnMut(DeviceNumber, QueuedMessage)) -> Result<(), StoreError> {
        self.inner.waiting(visit)
    }

    fn messages(&mut self, messages: &[MessageId]) -> Result<Vec<MessageRow>, StoreError> {
        self.check()?;
        self.inner.messages(messages)
    }

    fn prekeys(&mut self, device: DeviceNumber, skip: Skip) -> Result<StoredPreKeys, StoreError> {
        self.inner.prekeys(device, skip)
    }

    fn stock(&mut self, device: DeviceNumber) -> Result<Stock, StoreError> {
        self.inner.stock(device)
    }

    fn deposit(
        &mut self,
        account: AccountId,
        kind: DepositKind,
        subject: &[u8],
    ) -> Result<Option<Bytes>, StoreError> {
        self.check()?;
        self.inner.deposit(account, kind, subject)
    }

    fn deposits(&mut self, account: AccountId) -> Result<Deposits, StoreError> {
        self.check()?;
        self.inner.deposits(account)
    }

    fn attachment(
        &mut self,
        attachment: &FixedBytes<32>,
        number: u8,
    ) -> Result<Option<AttachmentRow>, StoreError> {
        self.check()?;
        self.inner.attachment(attachment, number)
    }

    fn attachments(&mut self, owner: AccountId) -> Result<LeftAttachments, StoreError> {
        self.check()?;
        self.inner.attachments(owner)
    }

    fn posts(
        &mut self,
        channel: &ChannelName,
        after: u32,
        bytes: usize,
        most: u32,
    ) -> Result<Vec<PublishedRow>, StoreError> {
        self.check()?;
        self.inner.posts(channel, after, bytes, most)
    }

    fn apply(&mut self, changes: &Changes) -> Result<Applied, StoreError> {
        self.check()?;
        let closing: usize = changes.closed.iter().map(|closing| closing.waiting.len()).sum();
        if changes.removed.len() + closing > self.most_removed.get() {
            return Err(StoreError::Full);
        }
        self.inner.apply(changes)
    }

    fn room(&mut self) -> Result<Room, StoreError> {
        self.inner.room()
    }

    fn tidy(&mut self) -> Result<(), StoreError> {
        self.inner.tidy()
    }
}
