//! Outgoing items and their progress.
//!
//! An item is *waiting* until there is a session to encrypt it in, *sealed* from then on (the same bytes are sent
//! however often the connection breaks), and *accepted* once the relay has it on its disk. An accepted text stays
//! here until the other phone's receipt arrives, so that it can be encrypted again if that phone lost its keys. An
//! accepted resend request stays until something sent after it is confirmed, because nothing else recovers the
//! messages that it asks for.
//!
//! The vault's rows are authoritative; `Outbox` is an index of them in memory, rebuilt when a profile opens.

use std::collections::BTreeMap;

use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{AccountId, Bytes, Encoded, FixedBytes, RequestId};
use serde::{Deserialize, Serialize};

use crate::phone::Link;
use crate::records::body::{Content, MAX_BODY_LEN};
use crate::records::ids::BodyId;

/// Accepted items kept for resending to one contact: as many as fit a full mailbox, so that a phone that lost its
/// keys while away can have all of them again. More would only fill the vault if the contact never confirms anything.
pub const MAX_UNCONFIRMED: usize = 10_000;

/// Times that one text is encrypted again at the other phone's request: a phone that can open nothing must not keep
/// another one busy.
pub const MAX_RESENDS: u8 = 5;

/// Submissions without an answer on one link. More would only wait in the relay's memory instead of here.
pub const MAX_IN_FLIGHT: usize = 32;

/// One thing to be sent to one contact.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Item {
    /// Its position in the order of sending; also its key in the vault.
    pub(crate) order: u64,
    pub(crate) to: AccountId,
    pub(crate) content: Content,
    pub(crate) stage: Stage,
    pub(crate) resends: u8,
}

impl Encoded for Item {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_BODY_LEN + MAX_PAYLOAD_LEN + 512;
}

/// The progress of an item.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Stage {
    Waiting,
    Sealed {
        payload: Bytes,
        digest: FixedBytes<32>,
        identity: Option<FixedBytes<32>>,
    },
    /// The identity that can open it: only that one may ask for it again.
    Accepted {
        digest: FixedBytes<32>,
        identity: Option<FixedBytes<32>>,
    },
}

impl Item {
    /// Returns true if it is kept after the relay accepted it, so that it can be encrypted again.
    pub(crate) const fn may_be_resent(&self) -> bool {
        !matches!(self.content, Content::Receipt(_) | Content::LogHead(_))
    }

    /// Returns the id that names it to both phones, if it has one.
    pub(crate) const fn id(&self) -> Option<BodyId> {
        match &self.content {
            Content::Text(text) => Some(text.id),
            Content::Timer(timer) => Some(timer.id),
            Content::GroupText(said) => Some(said.text.id),
            Content::Roster(roster) => Some(roster.id),
            Content::Leave(leave) => Some(leave.id),
            Content::SeenGroupText(text) => Some(text.said.text.id),
            Content::MemberChanges(told) => Some(told.id),
            Content::Devices(told) => Some(told.id),
            Content::OwnNews(news) => Some(news.id),
            Content::Picture(told) => Some(told.id),
            Content::Receipt(_) | Content::ResendRequest(_) | Content::LogHead(_) => None,
        }
    }

    pub(crate) const fn index_entry(&self) -> IndexEntry {
        let stage = match self.stage {
            Stage::Waiting => IndexStage::Waiting,
            Stage::Sealed { .. } => IndexStage::Sealed,
            Stage::Accepted { .. } => IndexStage::Accepted,
        };
        let asks = matches!(self.content, Content::ResendRequest(_));
        IndexEntry { to: self.to, stage, asks, in_flight: None }
    }
}

/// An item as stored in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) to: AccountId,
    pub(crate) stage: IndexStage,
    /// True for a resend request, which gets no receipt.
    pub(crate) asks: bool,
    pub(crate) in_flight: Option<(Link, RequestId)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexStage {
    Waiting,
    Sealed,
    Accepted,
}

/// The index of all items, by order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    items: BTreeMap<u64, IndexEntry>,
    next_order: u64,
}

impl Outbox {
    pub(crate) fn rebuild(items: &[Item]) -> Self {
        let items: BTreeMap<u64, IndexEntry> =
            items.iter().map(|item| (item.order, item.index_entry())).collect();
        let next_order = items.last_key_value().map_or(0, |(last, _)| last + 1);
        Self { items, next_order }
    }

    /// Returns the order of the next item.
    pub(crate) const fn next_order(&self) -> u64 {
        self.next_order
    }

    pub(crate) fn insert(&mut self, order: u64, indexed: IndexEntry) {
        self.next_order = self.next_order.max(order + 1);
        self.items.insert(order, indexed);
    }

    pub(crate) fn remove(&mut self, order: u64) {
        self.items.remove(&order);
    }

    pub(crate) fn get_mut(&mut self, order: u64) -> Option<&mut IndexEntry> {
        self.items.get_mut(&order)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &IndexEntry)> {
        self.items.iter().map(|(&order, indexed)| (order, indexed))
    }

    /// Counts the submissions on `link` without an answer.
    pub(crate) fn in_flight(&self, link: Link) -> usize {
        self.items.values().filter(|indexed| indexed.in_flight.is_some_and(|(on, _)| on == link)).count()
    }

    /// Forgets the submissions on a lost link, so that they are repeated.
    pub(crate) fn link_gone(&mut self, link: Link) {
        for indexed in self.items.values_mut() {
            if indexed.in_flight.is_some_and(|(on, _)| on == link) {
                indexed.in_flight = None;
            }
        }
    }

    /// Returns a contact's oldest accepted item, if more than `most` of them wait for a receipt.
    pub(crate) fn surplus(&self, contact: AccountId, most: usize) -> Option<u64> {
        let is_kept = |indexed: &IndexEntry| indexed.to == contact && indexed.stage == IndexStage::Accepted;
        let mut kept = self.items.iter().filter(|(_, indexed)| is_kept(indexed)).map(|(&order, _)| order);
        let oldest = kept.next()?;
        (kept.count() >= most).then_some(oldest)
    }

    /// Returns the accepted resend requests to a contact that precede `order`.
    pub(crate) fn requests_before(&self, contact: AccountId, order: u64) -> Vec<u64> {
        let before = self.items.range(..order).filter(|(_, indexed)| indexed.asks && indexed.to == contact);
        before.filter(|(_, indexed)| indexed.stage == IndexStage::Accepted).map(|(&order, _)| order).collect()
    }

    /// Counts the items that have not reached the relay.
    pub(crate) fn unsent(&self) -> usize {
        self.items.values().filter(|indexed| indexed.stage != IndexStage::Accepted).count()
    }

    /// Counts those addressed to one contact or device.
    pub(crate) fn unsent_to(&self, to: AccountId) -> usize {
        let waiting = |indexed: &&IndexEntry| indexed.to == to && indexed.stage != IndexStage::Accepted;
        self.items.values().filter(waiting).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_too_many_things_that_were_not_confirmed_the_oldest_is_kept_no_longer() {
        let (alice, bob) = (AccountId([1; 16]), AccountId([2; 16]));
        let mut outbox = Outbox::default();
        let accepted = |to| IndexEntry { to, stage: IndexStage::Accepted, asks: false, in_flight: None };
        outbox.insert(0, accepted(bob));
        outbox.insert(1, IndexEntry { stage: IndexStage::Sealed, ..accepted(alice) });
        (2..5).for_each(|order| outbox.insert(order, accepted(alice)));
        assert_eq!(outbox.surplus(alice, 3), None);
        assert_eq!(outbox.surplus(alice, 2), Some(2), "and nothing that the relay does not have");
    }

    #[test]
    fn requests_are_done_with_once_something_after_them_is_confirmed() {
        let (alice, bob) = (AccountId([1; 16]), AccountId([2; 16]));
        let mut outbox = Outbox::default();
        let briefs = [
            (alice, IndexStage::Accepted, true),
            (alice, IndexStage::Accepted, false),
            (bob, IndexStage::Accepted, true),
            (alice, IndexStage::Sealed, true),
            (alice, IndexStage::Accepted, true),
        ];
        for ((to, stage, asks), order) in briefs.into_iter().zip(0..) {
            outbox.insert(order, IndexEntry { to, stage, asks, in_flight: None });
        }
        assert_eq!(outbox.requests_before(alice, 4), [0]);
        assert_eq!(outbox.requests_before(alice, 5), [0, 4]);
        assert_eq!(outbox.requests_before(bob, 2), [0; 0]);
    }
}
