//! Signed membership as rows: the changes of a group, and the bodies that carry them to members.

use pillarbox_wire::{AccountId, Timestamp, decode};

use crate::phone::rows::groups::{self, all_groups};
use crate::phone::rows::readers::reads;
use crate::phone::rows::records::remove_item;
use crate::phone::rows::{devices, entries};
use crate::phone::state::outbox::{Item, Stage};
use crate::records::body::{Content, MAX_CHANGES_TOLD, MemberChanges};
use crate::records::group::GroupRecord;
use crate::records::history::DeliveryState;
use crate::records::ids::{BodyId, GroupId};
use crate::records::membership::log::{ComparedMembers, MembershipLog, MembershipRecord};
use crate::records::membership::{MemberAct, MemberChange, MembersSeen};
use crate::vault::{Rows, StorageError, Table, View};

/// Bytes of changes in one body: what a body has room for besides an introduction.
const CHANGES_LEN: usize = 15 * 1024;

/// Loads the signed changes of a group; `None` for a group that nobody signs.
pub(crate) fn load_log(rows: &View<'_>, group: GroupId) -> Result<MembershipLog, StorageError> {
    let Some(row) = rows.get(Table::Memberships, group.0.as_bytes())? else {
        return Ok(MembershipLog::default());
    };
    let record: MembershipRecord = decode(&row).map_err(|_| StorageError::Damaged)?;
    MembershipLog::of_record(record).map_err(|_| StorageError::Damaged)
}

pub(crate) fn store_log(
    rows: &mut Rows<'_>,
    group: GroupId,
    log: &MembershipLog,
) -> Result<(), StorageError> {
    rows.store(Table::Memberships, group.0.as_bytes(), &log.record())
}

/// Returns the bodies that carry these changes, in this order.
pub(crate) fn carried(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    changes: &[MemberChange],
    asks: bool,
) -> Vec<Content> {
    let mut bodies: Vec<Vec<MemberChange>> = vec![Vec::new()];
    let mut length = 0;
    for change in changes {
        length += encoded_len(change);
        match bodies.last_mut() {
            Some(last) if last.is_empty() || (length <= CHANGES_LEN && last.len() < MAX_CHANGES_TOLD) => {
                last.push(change.clone());
            }
            _ => {
                bodies.push(vec![change.clone()]);
                length = encoded_len(change);
            }
        }
    }
    let count = bodies.len();
    let bodies = bodies.into_iter().enumerate().map(|(number, changes)| {
        Content::MemberChanges(MemberChanges {
            id: BodyId::generate(&mut rows.rng),
            group: record.id,
            key: record.key,
            seen: record.seen(),
            asks: asks && number + 1 == count,
            changes,
        })
    });
    bodies.collect()
}

/// Returns the bodies that carry every change of a group to a member.
pub(crate) fn all_carried(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    log: &MembershipLog,
    to: &[AccountId],
    asks: bool,
) -> Vec<Content> {
    carried(rows, record, &log.in_reading_order(to), asks)
}

/// A bound on a change's length in a body.
fn encoded_len(change: &MemberChange) -> usize {
    200 + match &change.claim.act {
        MemberAct::Make { name, .. } => 32 + name.len(),
        MemberAct::Remove { honoured, .. } | MemberAct::Leave { honoured, .. } => 32 * honoured.len(),
        MemberAct::Add { .. } | MemberAct::Hand { .. } => 0,
    }
}

/// A contact's phone has just shown that it reads signatures: sends it the signed changes of the groups about which
/// rosters have informed it so far. Returns true if anything is queued.
pub(crate) fn pay(
    rows: &mut Rows<'_>,
    contact: AccountId,
    own: Option<AccountId>,
) -> Result<bool, StorageError> {
    let mut goes = false;
    for record in all_groups(rows)?.into_iter().filter(|record| record.keeper.is_some()) {
        let mut log = load_log(rows, record.id)?;
        if !log.pay(contact) {
            continue;
        }
        store_log(rows, record.id, &log)?;
        if record.has(contact) && own.is_some_and(|own| record.has(own)) {
            let told = all_carried(rows, &record, &log, &[contact], false);
            groups::enqueue(rows, contact, told)?;
            goes = true;
        }
    }
    Ok(goes)
}

/// Deals with a member whose phone sees other members: it is sent every change that this phone has, once for each
/// difference, and asked for what it has. Returns true if this difference is new.
pub(crate) fn compare(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    with: AccountId,
    theirs: MembersSeen,
) -> Result<bool, StorageError> {
    let mut log = load_log(rows, record.id)?;
    let is_new = reads(rows, with)? && log.compare(ComparedMembers { with, theirs, ours: record.seen() });
    if is_new {
        store_log(rows, record.id, &log)?;
        let told = all_carried(rows, record, &log, &[with], true);
        groups::enqueue(rows, with, told)?;
    }
    Ok(is_new)
}

/// Returns true if changes of this group wait for a contact already.
pub(crate) fn waits(rows: &View<'_>, group: GroupId, contact: AccountId) -> Result<bool, StorageError> {
    let about = |item: &Item| matches!(&item.content, Content::MemberChanges(told) if told.group == group);
    let items = rows.load_all::<Item>(Table::Outbox)?;
    Ok(items
        .iter()
        .any(|item| item.to == contact && about(item) && !matches!(item.stage, Stage::Accepted { .. })))
}

/// Drops the texts to a group that have not reached the relay yet and are for somebody who is no longer a member.
pub(crate) fn hold_back(rows: &mut Rows<'_>, group: GroupId, from: AccountId) -> Result<(), StorageError> {
    for item in rows.load_all::<Item>(Table::Outbox)? {
        let is_text = item.content.group_text().is_some_and(|said| said.group == group);
        if !is_text || devices::owner_of(rows, item.to)? != from {
            continue;
        }
        if let (false, Some(id), true) =
            (matches!(item.stage, Stage::Accepted { .. }), item.id(), item.to == from)
        {
            entries::progress(rows, from, id, DeliveryState::Refused, Timestamp(0))?;
        }
        // One that the relay has would be encrypted again if they asked.
        remove_item(rows, item.order)?;
    }
    Ok(())
}
