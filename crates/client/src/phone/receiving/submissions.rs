//! The relay's answers about submitted items: accepted, or given up.

use pillarbox_wire::{AccountId, FixedBytes, Refusal, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::{load_item, remove_item, store_item};
use crate::phone::rows::{devices, entries, pending, siblings};
use crate::phone::state::outbox::{Item, MAX_UNCONFIRMED, Stage};
use crate::records::history::DeliveryState;
use crate::records::ids::BodyId;
use crate::records::notice::Notice;
use crate::vault::{StorageError, Table};

impl Phone {
    /// Handles the relay's confirmation that an item is on its disk.
    pub(super) fn accepted(
        &mut self,
        order: u64,
        digest: &[u8; 32],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let own = self.account.address;
        let outcome = self.vault.transact(rng, |rows| {
            let Some(mut item) = load_item(rows, order)? else {
                return Ok(None);
            };
            let identity = match &item.stage {
                Stage::Sealed { digest: sealed, identity, .. } if sealed.0 == *digest => *identity,
                // The other phone has requested the item again meanwhile, so it will be sent again.
                _ => return Ok(None),
            };
            if item.may_be_resent() {
                item.stage = Stage::Accepted { digest: FixedBytes(*digest), identity };
                store_item(rows, &item)?;
            } else {
                remove_item(rows, order)?;
            }
            let contact = devices::owner_of(rows, item.to)?;
            let news = match item.id() {
                Some(id) if entries::progress(rows, contact, id, DeliveryState::Sent, now)? => {
                    siblings::note_progress(rows, own, contact, id, DeliveryState::Sent)?;
                    Some(Notice::Accepted { contact, message: id })
                }
                _ => None,
            };
            Ok::<_, StorageError>(Some((item, news)))
        })?;
        let Some((item, news)) = outcome else {
            if let Some(indexed) = self.outbox.get_mut(order) {
                indexed.in_flight = None;
            }
            return Ok(Vec::new());
        };
        self.pauses.end(item.to);
        if item.may_be_resent() {
            self.outbox.insert(order, item.index_entry());
            self.drop_oldest_unconfirmed(item.to, rng)?;
        } else {
            self.outbox.remove(order);
        }
        Ok(news.into_iter().collect())
    }

    fn drop_oldest_unconfirmed(
        &mut self,
        contact: AccountId,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StorageError> {
        let Some(surplus) = self.outbox.surplus(contact, MAX_UNCONFIRMED) else {
            return Ok(());
        };
        self.vault.transact(rng, |rows| remove_item(rows, surplus))?;
        self.outbox.remove(surplus);
        Ok(())
    }

    /// Gives up items that the relay will never accept.
    pub(crate) fn give_up(
        &mut self,
        which: impl Fn(&Item) -> bool,
        reason: Refusal,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let own = self.account.address.map(|own| own.account);
        let given_up = self.vault.transact(rng, |rows| {
            let items = rows.load_all::<Item>(Table::Outbox)?.into_iter();
            let unsent = items.filter(|item| which(item) && !matches!(item.stage, Stage::Accepted { .. }));
            let mut given_up: Vec<(u64, AccountId, Option<BodyId>, bool)> = Vec::new();
            for item in unsent {
                remove_item(rows, item.order)?;
                if let Some(id) = item.id() {
                    // A copy for a linked device has no entry of its own.
                    entries::progress(rows, item.to, id, DeliveryState::Refused, Timestamp(0))?;
                }
                let is_copy = devices::linked(rows, item.to)?.is_some() || Some(item.to) == own;
                given_up.push((item.order, item.to, item.id(), is_copy));
            }
            given_up.sort_by_key(|(order, ..)| *order);
            Ok::<_, PhoneError>(given_up)
        })?;
        let mut notices = Vec::new();
        for (order, contact, message, is_copy) in given_up {
            self.outbox.remove(order);
            notices.extend((!is_copy).then_some(Notice::NotSent { contact, message, reason }));
        }
        Ok(notices)
    }

    /// Drops everything owed to an account that is gone.
    pub(super) fn forgive(&mut self, contact: AccountId, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        self.vault.transact(rng, |rows| pending::forget(rows, contact))?;
        self.owed.forget(contact);
        Ok(())
    }
}
