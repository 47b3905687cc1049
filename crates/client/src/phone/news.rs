//! What members of a group say to each other: who is in it, who left, texts.
//!
//! **Who is believed.** A roster or a farewell counts if its sender is in the group as far as this phone knows, and
//! a roster of an unknown group if both its sender and this phone's owner stand in it. A text from somebody who is not in the
//! group is shown as what it is: a text from them. A text to a group that the owner has left is thrown away.

use pillarbox_wire::AccountId;

use super::contents::{Coming, Effects, owe_receipt, take_text};
use super::group::{keep_roster, store_group};
use crate::body::{GroupText, Leave, Roster};
use crate::contact::ContactRecord;
use crate::group::{GroupId, GroupRecord, MAX_GROUPS};
use crate::notice::Notice;
use crate::vault::{Rows, StorageError, Table, View};

fn load(rows: &View<'_>, group: GroupId) -> Result<Option<GroupRecord>, StorageError> {
    rows.load(Table::Groups, group.0.as_bytes())
}

pub(super) fn take_roster(
    rows: &mut Rows<'_>,
    from: AccountId,
    roster: Roster,
    coming: &Coming<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let Roster { id, group, name, members, key } = roster;
    owe_receipt(rows, from, id, coming, effects)?;
    let Some(own) = coming.account.address.map(|address| address.account) else {
        return Ok(());
    };
    let record = match load(rows, group)? {
        Some(mut record) if record.has(from) && record.has(own) => {
            for member in members {
                if record.add(member) {
                    effects.notices.push(Notice::MemberAdded { group, member, by: from });
                }
            }
            record
        }
        None if members.contains(&from) && members.contains(&own) => {
            if rows.load_all::<GroupRecord>(Table::Groups)?.len() >= MAX_GROUPS {
                return Ok(());
            }
            let mut record = GroupRecord::new(group, name, key);
            for member in members {
                record.add(member);
            }
            effects.notices.push(Notice::GroupJoined { group, by: from });
            record
        }
        Some(_) | None => return Ok(()),
    };
    store_group(rows, &record)?;
    effects.facts_changed = true;
    keep_roster(rows, &record, coming.account)
}

pub(super) fn take_leave(
    rows: &mut Rows<'_>,
    from: AccountId,
    leave: &Leave,
    coming: &Coming<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let Leave { id, group } = *leave;
    owe_receipt(rows, from, id, coming, effects)?;
    let Some(mut record) = load(rows, group)? else {
        return Ok(());
    };
    if !record.part(from) {
        return Ok(());
    }
    effects.notices.push(Notice::MemberLeft { group, member: from });
    store_group(rows, &record)?;
    effects.facts_changed = true;
    keep_roster(rows, &record, coming.account)
}

pub(super) fn take_group_text(
    rows: &mut Rows<'_>,
    record: ContactRecord,
    said: GroupText,
    coming: &Coming<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let GroupText { group, text } = said;
    let own = coming.account.address.map(|address| address.account);
    let known = load(rows, group)?;
    if known.as_ref().is_some_and(|known| own.is_none_or(|own| !known.has(own))) {
        return Ok(());
    }
    // The roster of a group that is not known yet may still be on its way.
    let belongs = known.is_none_or(|known| known.has(record.account));
    take_text(rows, record, text, belongs.then_some(group), coming, effects)
}
