//! The news of a group for one member: signed changes, if the member's phone reads them, or else a roster.

use pillarbox_wire::AccountId;

use crate::phone::rows::groups::{all_groups, enqueue, roster};
use crate::phone::rows::membership::{all_carried, carried, load_log, store_log};
use crate::phone::rows::readers::reads;
use crate::phone::state::outbox::{Item, Stage};
use crate::records::body::{Content, Leave};
use crate::records::group::GroupRecord;
use crate::records::ids::BodyId;
use crate::records::membership::MemberChange;
use crate::records::membership::log::MembershipLog;
use crate::vault::{Rows, StorageError, Table};

/// Returns what tells a member about the group: the signed changes `told`, or all of them, to a phone that reads them;
/// a roster to any other, and that is noted.
pub(crate) fn news_for(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    log: &mut MembershipLog,
    member: AccountId,
    told: Option<&[MemberChange]>,
) -> Result<Vec<Content>, StorageError> {
    if record.keeper.is_none() {
        return Ok(vec![roster(record, rows)]);
    }
    if !reads(rows, member)? {
        log.owe(member);
        return Ok(vec![roster(record, rows)]);
    }
    Ok(match told {
        Some(told) => carried(rows, record, told, false),
        None => all_carried(rows, record, log, &[member], false),
    })
}

/// Returns what tells another device of this account about a group.
pub(crate) fn own_news_of(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    log: &MembershipLog,
    own: AccountId,
) -> Result<Vec<Content>, StorageError> {
    Ok(if record.keeper.is_some() {
        all_carried(rows, record, log, &[own], false)
    } else if record.has(own) {
        vec![roster(record, rows)]
    } else {
        vec![Content::Leave(Leave { id: BodyId::generate(&mut rows.rng), group: record.id })]
    })
}

/// Queues what tells a contact who has new keys of all groups shared with it, unless that waits already.
pub(crate) fn tell_again(
    rows: &mut Rows<'_>,
    contact: AccountId,
    own: Option<AccountId>,
) -> Result<(), StorageError> {
    let shared = |group: &GroupRecord| group.has(contact) && own.is_some_and(|own| group.has(own));
    for group in all_groups(rows)?.into_iter().filter(shared) {
        let about = |item: &Item| match &item.content {
            Content::Roster(roster) => roster.group == group.id,
            Content::MemberChanges(told) => told.group == group.id,
            _ => false,
        };
        let items = rows.load_all::<Item>(Table::Outbox)?;
        let is_waiting = |item: &Item| !matches!(item.stage, Stage::Accepted { .. });
        if items.iter().any(|item| item.to == contact && about(item) && is_waiting(item)) {
            continue;
        }
        let mut log = load_log(rows, group.id)?;
        let news = news_for(rows, &group, &mut log, contact, None)?;
        if group.keeper.is_some() {
            store_log(rows, group.id, &log)?;
        }
        enqueue(rows, contact, news)?;
    }
    Ok(())
}
