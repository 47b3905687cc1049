//! Prekeys in transit to the relay, and the count of those that it has.

use std::collections::VecDeque;

use pillarbox_wire::PreKeyUpload;

use crate::records::prekeys::Refill;

/// The relay's stock of this phone's prekeys, while one connection fills it up.
#[derive(Clone, Debug)]
pub(crate) struct KeyStock {
    /// Prekeys that are kept here and not yet sent.
    pub(crate) uploads: VecDeque<PreKeyUpload>,
    /// True while the relay has to be asked how many prekeys are left.
    pub(crate) recount: bool,
    /// True if the uploads were offered before: the relay is then asked once more.
    offered_before: bool,
    /// True while a count is due before the phone is finished. The vault knows that a full stock follows.
    fill_up: bool,
}

/// Each connection begins with a count.
impl Default for KeyStock {
    fn default() -> Self {
        Self { uploads: VecDeque::new(), recount: true, offered_before: false, fill_up: false }
    }
}

impl KeyStock {
    /// Handles the relay's count, and the refill that follows from it.
    pub(crate) fn counted(&mut self, refill: Refill) {
        self.fill_up = false;
        self.uploads.extend(refill.uploads);
        self.offered_before = refill.offered_before;
    }

    /// Handles the relay's confirmation of an upload. Returns true if it was the last of those offered before: the
    /// stock is then counted and filled up.
    pub(crate) fn stored(&mut self) -> bool {
        self.uploads.is_empty() && std::mem::take(&mut self.offered_before)
    }

    /// Schedules a count before the phone is finished.
    pub(crate) const fn fill_up(&mut self) {
        self.recount = true;
        self.fill_up = true;
    }

    /// Returns true if nothing has to be sent and no count is due. Uploads offered again are counted first.
    pub(crate) fn is_settled(&self) -> bool {
        self.uploads.is_empty() && !self.fill_up
    }
}
