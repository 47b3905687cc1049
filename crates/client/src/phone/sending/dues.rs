//! Messages to a contact other than the owner's texts: receipts and requests that are owed, and once a day the last
//! head of the public log.

use pillarbox_wire::Timestamp;

use crate::phone::rows::{checkers, pending};
use crate::records::account::Account;
use crate::records::body::{
    CHECKS_LOG, Content, HeadTold, MAX_RECEIPT_IDS, READS_VERSION_2, Receipt, ResendRequest, SHOWS_PICTURES,
};
use crate::records::contact::ContactRecord;
use crate::records::directory::{KnownHead, LogMemory};
use crate::records::recovery::PendingReplies;
use crate::vault::{Rows, StorageError};

/// A phone that sends what it owes at one moment.
pub(super) struct Dues<'a> {
    pub(super) account: &'a Account,
    /// This phone's memory of the public log, if it checks the log.
    pub(super) log: Option<LogMemory>,
    pub(super) now: Timestamp,
    /// True if this phone shows pictures.
    pub(super) shows_pictures: bool,
    /// True if more messages wait in the mailbox.
    pub(super) draining: bool,
}

impl Dues<'_> {
    /// Turns receipts and requests that are owed into message contents, as long as there is room. Strangers get none.
    pub(super) fn pay(
        &self,
        rows: &mut Rows<'_>,
        them: &ContactRecord,
        pending: &mut PendingReplies,
        room: usize,
    ) -> Result<Vec<Content>, StorageError> {
        let mut contents = Vec::new();
        if !them.accepted {
            return Ok(contents);
        }
        while contents.len() < room && pending.may_ask() && !self.draining {
            let Some(digests) = pending::take_request(rows, pending)? else { break };
            contents.push(Content::ResendRequest(ResendRequest { digests }));
        }
        // A receipt says that the other phone's requests were read. While one of them may be among the missing
        // messages, a receipt would make that phone forget it.
        let asks = pending.asks() || !contents.is_empty();
        while !asks && contents.len() < room && pending.may_confirm(self.now) {
            let marks = self.account.signs_groups().then_some(READS_VERSION_2).into_iter();
            let marks = marks.chain(self.log.map(|_| CHECKS_LOG));
            let marks: Vec<_> = marks.chain(self.shows_pictures.then_some(SHOWS_PICTURES)).collect();
            let count = pending.receipts.len().min(MAX_RECEIPT_IDS - marks.len());
            let ids = pending.receipts.drain(..count).chain(marks).collect();
            contents.push(Content::Receipt(Receipt { ids }));
        }
        if pending.receipts.is_empty() {
            pending.receipts_due = None;
        }
        if let Some(KnownHead { log_key, head }) = self.log.and_then(|memory| memory.seen)
            && contents.len() < room
            && checkers::is_due(rows, pending.contact, self.now)?
        {
            contents.push(Content::LogHead(HeadTold { log_key, head }));
        }
        Ok(contents)
    }
}
