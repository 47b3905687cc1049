//! Prekeys on their way to the relay, and the count of those that it has.

use std::collections::VecDeque;

use pillarbox_wire::PreKeyUpload;

use crate::records::prekeys::Refill;

/// The relay's stock of this phone's prekeys, as it is brought up to full on one connection.
#[derive(Clone, Debug)]
pub(crate) struct KeyStock {
    /// Prekeys that are kept here and not yet sent.
    pub(crate) uploads: VecDeque<PreKeyUpload>,
    /// Set while the relay is to be asked how many prekeys are left.
    pub(crate) recount: bool,
    /// Set if the uploads were offered before: the relay is then asked once more.
    offered_before: bool,
    /// Set while a count is due before the phone is done. The vault knows that it is answered with a full stock.
    fill_up: bool,
}

/// A connection begins with a count.
impl Default for KeyStock {
    fn default() -> Self {
        Self { uploads: VecDeque::new(), recount: true, offered_before: false, fill_up: false }
    }
}

impl KeyStock {
    /// The relay has answered with a count, which the refill follows from.
    pub(crate) fn counted(&mut self, refill: Refill) {
        self.fill_up = false;
        self.uploads.extend(refill.uploads);
        self.offered_before = refill.offered_before;
    }

    /// The relay has an upload. True if it was the last of those offered before, so that the stock is to be counted and
    /// filled up.
    pub(crate) fn stored(&mut self) -> bool {
        self.uploads.is_empty() && std::mem::take(&mut self.offered_before)
    }

    /// Has the relay asked for a count before the phone is done.
    pub(crate) const fn fill_up(&mut self) {
        self.recount = true;
        self.fill_up = true;
    }

    /// Tests that nothing is to be sent and no count is due. Uploads offered a second time are counted before.
    pub(crate) fn is_settled(&self) -> bool {
        self.uploads.is_empty() && !self.fill_up
    }
}
