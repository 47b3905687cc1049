//! Changes of groups that linked devices wish for, until they are done.
//!
//! Only the account's key signs changes, and only its first phone has that key: two keys that sign for one keeper would
//! fork the keeper's chain. A linked device sends its wish inside the encryption. Both keep it in the transaction that
//! sends or confirms it, and the first phone drops it in the transaction that does it: a crash loses no wish, and does
//! none twice.

use pillarbox_wire::{AccountId, DeviceAddress, Encoded, FixedBytes};
use serde::{Deserialize, Serialize};

use crate::phone::rows::{devices, siblings};
use crate::records::limits::MAX_WISHES;
use crate::records::own_news::{GroupWish, OwnTold, WishAnswer, WishFault};
use crate::vault::{Rows, StorageError, Table, View};

/// The row in [`Table::Account`] that has the wishes.
const WISHES: &[u8] = b"group wishes";

/// A wish, and the device that has it.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct NotedWish {
    pub(crate) wish: GroupWish,
    /// The name of the device; on a linked device its account's.
    pub(crate) from: AccountId,
}

/// All wishes that are not done, in their order.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Wishes(Vec<NotedWish>);

impl Encoded for Wishes {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = MAX_WISHES * (GroupWish::MAX_LEN + 16) + 16;
}

/// Returns the wishes that are not done.
pub(crate) fn waiting(rows: &View<'_>) -> Result<Vec<NotedWish>, StorageError> {
    Ok(rows.load::<Wishes>(Table::Account, WISHES)?.unwrap_or_default().0)
}

/// Notes a wish. Returns false if there is no room.
pub(crate) fn note(rows: &mut Rows<'_>, wish: &GroupWish, from: AccountId) -> Result<bool, StorageError> {
    let mut all = waiting(rows)?;
    if all.iter().any(|noted| noted.wish.wish == wish.wish) {
        return Ok(true);
    }
    if all.len() >= MAX_WISHES {
        return Ok(false);
    }
    all.push(NotedWish { wish: wish.clone(), from });
    rows.store(Table::Account, WISHES, &Wishes(all))?;
    Ok(true)
}

/// Drops a wish. Returns it if it was there.
pub(crate) fn drop_wish(
    rows: &mut Rows<'_>,
    wish: FixedBytes<16>,
) -> Result<Option<GroupWish>, StorageError> {
    let mut all = waiting(rows)?;
    let Some(place) = all.iter().position(|noted| noted.wish.wish == wish) else { return Ok(None) };
    let noted = all.remove(place);
    match all.is_empty() {
        true => rows.remove(Table::Account, WISHES)?,
        false => rows.store(Table::Account, WISHES, &Wishes(all))?,
    }
    Ok(Some(noted.wish))
}

/// Drops a wish on the first phone, and tells the other devices what has become of it.
pub(crate) fn answer(
    rows: &mut Rows<'_>,
    own: Option<DeviceAddress>,
    wish: FixedBytes<16>,
    refused: Option<WishFault>,
) -> Result<(), StorageError> {
    drop_wish(rows, wish)?;
    siblings::note(rows, own, OwnTold::WishAnswered(WishAnswer { wish, refused }), None)
}

/// Returns true if the device that has a wish still belongs to the account.
pub(crate) fn is_ours(rows: &View<'_>, noted: &NotedWish, own: AccountId) -> Result<bool, StorageError> {
    Ok(devices::linked(rows, noted.from)?.is_some_and(|device| device.account == own))
}
