//! Signed changes of groups, whoever brings them, and members whose phones see other members.
//!
//! **Who is believed.** A change counts by its signature, and it is taken from a member. A phone joins an unknown group
//! if the changes make both its owner and the sender members. Whoever has left or was removed takes no more changes.
//!
//! **Differences.** A phone that hears from a member who sees others sends that member every change that it has and asks
//! for theirs, once for each difference. Changes only ever add up, so after one exchange both have the same.

use pillarbox_wire::AccountId;

use crate::phone::receiving::effects::{ArrivalContext, Effects, NotTaken, owe_receipt};
use crate::phone::rows::groups::{all_groups, enqueue, find_group, keep_roster, store_group};
use crate::phone::rows::membership::{self, carried, hold_back, load_log, store_log};
use crate::phone::state::mailbox::Full;
use crate::records::body::MemberChanges;
use crate::records::group::{GroupNews, GroupRecord, MAX_GROUPS};
use crate::records::ids::GroupId;
use crate::records::membership::log::{ChangeTaken, MembershipLog};
use crate::records::membership::{MemberAct, MemberChange, MembersSeen};
use crate::records::notice::Notice;
use crate::vault::{Rows, StorageError};

pub(crate) fn take_member_changes(
    rows: &mut Rows<'_>,
    from: AccountId,
    told: &MemberChanges,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), NotTaken> {
    let group = told.group;
    let own = arrival.account.address.map(|address| address.account);
    let known = find_group(rows, group)?;
    let mut log = load_log(rows, group)?;
    let outcomes: Vec<ChangeTaken> = told.changes.iter().map(|change| log.take(group, change)).collect();
    let state = log.state();
    let has = |account: AccountId| {
        known.as_ref().is_some_and(|known| known.has(account))
            || state.as_ref().is_some_and(|state| state.has(account))
    };
    let is_out = known.as_ref().is_some_and(|known| own.is_none_or(|own| !known.has(own)));
    let (Some(own), Some(state), false) = (own.filter(|own| has(*own)), &state, is_out || !has(from)) else {
        // Nothing in it is believed, and it is finished with that.
        return Ok(owe_receipt(rows, from, told.id, arrival, effects)?);
    };
    if known.is_none() {
        let groups = all_groups(rows)?;
        if groups.iter().filter(|known| known.has(own)).count() >= MAX_GROUPS {
            return Err(NotTaken::NoRoom(Full::Groups { by: from }));
        }
    }
    if outcomes.contains(&ChangeTaken::Refused) {
        effects.notices.push(Notice::ChangeRefused { group, contact: from });
    }
    if outcomes.contains(&ChangeTaken::NoRoom) {
        effects.notices.push(Notice::GroupFull { group, by: from });
    } else {
        owe_receipt(rows, from, told.id, arrival, effects)?;
    }
    let leaves = |change: &MemberChange| {
        change.claim.by.account == from && matches!(change.claim.act, MemberAct::Leave { .. })
    };
    if told.changes.iter().any(leaves) {
        // The session says who speaks, under whatever key the group knows them.
        log.part(from);
    }
    let is_new = known.is_none();
    let mut record = known.unwrap_or_else(|| GroupRecord::new(group, state.name.clone(), told.key));
    let was_signed = record.keeper.is_some();
    let news = record.follow(&log);
    if is_new {
        let adder = state.people.get(&own).and_then(|person| person.keys.first());
        let by = adder.map_or(from, |key| key.by.account);
        record.heard(GroupNews::Joined, by, arrival.now);
        effects.notices.push(Notice::GroupJoined { group, by });
    } else {
        for (news, by) in news {
            record.heard(news, by, arrival.now);
            effects.notices.push(notice(group, news, by));
            if let GroupNews::Removed(member) | GroupNews::Dropped(member) = news {
                hold_back(rows, group, member)?;
                effects.outbox_changed = true;
            }
        }
    }
    store_log(rows, group, &log)?;
    store_group(rows, &record)?;
    effects.facts_changed = true;
    keep_roster(rows, &record, arrival.account)?;
    if record.has(own) && record.has(from) && (was_signed || is_new) {
        answer(rows, &record, &log, from, told, effects)?;
    }
    Ok(())
}

/// Sends a member the changes that it lacks, or asks for those that this phone lacks.
fn answer(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    log: &MembershipLog,
    from: AccountId,
    told: &MemberChanges,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    if told.asks {
        let order = log.in_reading_order(&[from]);
        let lacking: Vec<MemberChange> =
            order.into_iter().filter(|change| !told.changes.contains(change)).collect();
        if !lacking.is_empty() && !membership::waits(rows, record.id, from)? {
            let contents = carried(rows, record, &lacking, false);
            enqueue(rows, from, contents)?;
            effects.outbox_changed = true;
        }
    } else if told.seen != record.seen() {
        effects.outbox_changed |= membership::compare(rows, record, from, told.seen)?;
    }
    Ok(())
}

/// Compares the members whom the sender of a text sees with those whom this phone sees.
pub(crate) fn compare_seen(
    rows: &mut Rows<'_>,
    record: &GroupRecord,
    from: AccountId,
    seen: MembersSeen,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let ours = record.seen();
    let differs = seen != ours || record.keeper.is_none();
    if differs && membership::compare(rows, record, from, seen)? {
        effects.outbox_changed = true;
        if seen != ours {
            let (group, theirs, ours) = (record.id, seen.count, ours.count);
            effects.notices.push(Notice::MembersDiffer { group, contact: from, theirs, ours });
        }
    }
    Ok(())
}

fn notice(group: GroupId, news: GroupNews, by: AccountId) -> Notice {
    match news {
        GroupNews::Made | GroupNews::Joined => Notice::GroupJoined { group, by },
        GroupNews::Added(member) => Notice::MemberAdded { group, member, by },
        GroupNews::Left => Notice::MemberLeft { group, member: by },
        GroupNews::Removed(member) => Notice::MemberRemoved { group, member, by },
        GroupNews::Dropped(member) => Notice::MemberDropped { group, member },
        GroupNews::Handed(keeper) => Notice::KeeperChanged { group, keeper, by },
    }
}
