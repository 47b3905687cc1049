//! Messages about groups: rosters, departures and texts.
//!
//! **Who is believed.** A roster or a departure counts if its sender is in the group as far as this phone knows; a
//! roster of an unknown group counts if both its sender and this phone's owner are on it. A text from somebody
//! outside the group is shown as a text from that person. A text to a group that the owner has left is dropped. In a
//! group whose operator manages its members, no member is believed on who is in it.
//!
//! In a group whose members sign, a roster adds members on its sender's statement alone, and screens say so. Nobody is
//! readmitted by a roster.
//!
//! **Full tables.** With [`MAX_GROUPS`] groups, a roster of another one is left at the relay until the owner has left
//! a group. If a group has no room for a member, the owner is told, and the roster that names them is not confirmed.

use pillarbox_wire::AccountId;

use crate::phone::receiving::effects::{ArrivalContext, Effects, NotTaken, owe_receipt, take_text};
use crate::phone::receiving::signed_news::compare_seen;
use crate::phone::rows::groups::{all_groups, find_group as load, keep_roster, store_group};
use crate::phone::rows::membership::{load_log, store_log};
use crate::phone::state::mailbox::Full;
use crate::records::body::{GroupText, Leave, Roster};
use crate::records::contact::ContactRecord;
use crate::records::group::{Added, GroupNews, GroupRecord, MAX_GROUPS};
use crate::records::membership::MembersSeen;
use crate::records::notice::Notice;
use crate::vault::{Rows, StorageError};

pub(crate) fn take_roster(
    rows: &mut Rows<'_>,
    from: AccountId,
    roster: Roster,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), NotTaken> {
    let Roster { id, group, name, members, key } = roster;
    let own = arrival.account.address.map(|address| address.account);
    let record = match (load(rows, group)?, own) {
        (Some(mut record), Some(own))
            if record.has(from) && record.has(own) && record.operator_admin.is_none() =>
        {
            let mut is_full = false;
            let mut log = load_log(rows, group)?;
            for member in members {
                match record.add(member) {
                    Added::Now => {
                        log.word(member, from);
                        record.heard(GroupNews::Added(member), from, arrival.now);
                        effects.notices.push(Notice::MemberAdded { group, member, by: from });
                    }
                    Added::Before => {}
                    Added::NoRoom => is_full = true,
                }
            }
            if record.keeper.is_some() {
                store_log(rows, group, &log)?;
            }
            if is_full {
                effects.notices.push(Notice::GroupFull { group, by: from });
            } else {
                owe_receipt(rows, id, arrival, effects)?;
            }
            record
        }
        (None, Some(own)) if members.contains(&from) && members.contains(&own) => {
            let groups = all_groups(rows)?;
            if groups.iter().filter(|known| known.has(own)).count() >= MAX_GROUPS {
                return Err(NotTaken::NoRoom(Full::Groups { by: from }));
            }
            owe_receipt(rows, id, arrival, effects)?;
            let mut record = GroupRecord::new(group, name, key);
            for member in members {
                record.add(member);
            }
            record.heard(GroupNews::Joined, from, arrival.now);
            effects.notices.push(Notice::GroupJoined { group, by: from });
            record
        }
        // The claim is not believed, and nothing more happens with it.
        _ => return Ok(owe_receipt(rows, id, arrival, effects)?),
    };
    store_group(rows, &record)?;
    effects.facts_changed = true;
    Ok(keep_roster(rows, &record, arrival.account)?)
}

pub(crate) fn take_leave(
    rows: &mut Rows<'_>,
    from: AccountId,
    leave: &Leave,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let Leave { id, group } = *leave;
    owe_receipt(rows, id, arrival, effects)?;
    let Some(mut record) = load(rows, group)? else {
        return Ok(());
    };
    if record.operator_admin.is_some() || !record.part(from) {
        return Ok(());
    }
    if record.keeper.is_some() {
        let mut log = load_log(rows, group)?;
        log.part(from);
        store_log(rows, group, &log)?;
    }
    record.heard(GroupNews::Left, from, arrival.now);
    effects.notices.push(Notice::MemberLeft { group, member: from });
    store_group(rows, &record)?;
    effects.facts_changed = true;
    keep_roster(rows, &record, arrival.account)
}

pub(crate) fn take_group_text(
    rows: &mut Rows<'_>,
    record: ContactRecord,
    said: GroupText,
    seen: Option<MembersSeen>,
    arrival: &ArrivalContext<'_>,
    effects: &mut Effects,
) -> Result<(), StorageError> {
    let GroupText { group, text } = said;
    let own = arrival.account.address.map(|address| address.account);
    let known = load(rows, group)?;
    if known.as_ref().is_some_and(|known| own.is_none_or(|own| !known.has(own))) {
        return Ok(());
    }
    // The roster of a group that is not known yet may still be in transit.
    let belongs = known.as_ref().is_none_or(|known| known.has(record.account));
    if let (Some(known), Some(seen), true) = (&known, seen, belongs && record.accepted) {
        compare_seen(rows, known, record.account, seen, effects)?;
    }
    take_text(rows, record, text, belongs.then_some(group), arrival, effects)
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::FixedBytes;

    use super::*;
    use crate::phone::rows::pending::load_pending;
    use crate::phone::testing::{NOW, OWN, phone};
    use crate::records::body::MAX_GROUP_MEMBERS;
    use crate::records::ids::{BodyId, GroupId};

    fn arrival<'a>(account: &'a crate::records::account::Account, peer: AccountId) -> ArrivalContext<'a> {
        ArrivalContext {
            sealed: true,
            peer,
            link: None,
            account,
            checks_log: false,
            evidence: None,
            now: NOW,
        }
    }

    #[test]
    fn no_member_is_believed_on_who_is_in_an_operator_s_group() {
        let (mut phone, mut rng) = (phone(), rand::rng());
        let (group, from, other) = (GroupId(FixedBytes([9; 16])), AccountId([1; 16]), AccountId([2; 16]));
        let account = phone.account.clone();
        let members = |rows: &mut Rows<'_>| load(rows, group).unwrap().unwrap().view().members;
        phone
            .vault
            .transact(&mut rng, |rows| {
                let (name, key) = ("Harbour".to_owned(), FixedBytes([0; 32]));
                let mut record = GroupRecord::new(group, name.clone(), key);
                for member in [from, OWN] {
                    record.add(member);
                }
                record.operator_admin = Some(from);
                store_group(rows, &record)?;
                let before = members(rows);
                let id = BodyId::generate(&mut rows.rng);
                let roster = Roster { id, group, name, members: vec![from, OWN, other], key };
                let (arrival, mut effects) = (arrival(&account, from), Effects::default());
                assert!(take_roster(rows, from, roster.clone(), &arrival, &mut effects).is_ok());
                take_leave(rows, from, &Leave { id, group }, &arrival, &mut effects)?;
                assert_eq!((members(rows), effects.notices.len()), (before, 0));
                // A group of the members' own takes both.
                record.operator_admin = None;
                store_group(rows, &record)?;
                assert!(take_roster(rows, from, roster, &arrival, &mut effects).is_ok());
                take_leave(rows, from, &Leave { id, group }, &arrival, &mut effects)?;
                assert_eq!((members(rows), effects.notices.len()), (vec![other, OWN], 2));
                Ok::<_, StorageError>(())
            })
            .unwrap();
    }

    #[test]
    fn a_member_for_whom_there_is_no_room_is_told_and_the_roster_not_confirmed() {
        let (mut phone, mut rng) = (phone(), rand::rng());
        let group = GroupId(FixedBytes([9; 16]));
        let member = |number: usize| AccountId(u128::try_from(number).unwrap().to_be_bytes());
        let from = member(1);
        let account = phone.account.clone();
        let told = |roster: Vec<AccountId>, rows: &mut Rows<'_>| {
            let arrival = arrival(&account, from);
            let id = BodyId::generate(&mut rows.rng);
            let (name, key) = (String::new(), FixedBytes([0; 32]));
            let mut effects = Effects::default();
            let roster = Roster { id, group, name, members: roster, key };
            let taken = take_roster(rows, from, roster, &arrival, &mut effects);
            assert!(taken.is_ok());
            (effects.notices, load_pending(rows, from).unwrap().receipts.contains(&id))
        };
        phone
            .vault
            .transact(&mut rng, |rows| {
                let full: Vec<_> = (1..MAX_GROUP_MEMBERS).map(member).chain([OWN]).collect();
                let joined = vec![Notice::GroupJoined { group, by: from }];
                assert_eq!(told(full, rows), (joined, true));
                let more = vec![from, OWN, member(MAX_GROUP_MEMBERS)];
                assert_eq!(told(more, rows), (vec![Notice::GroupFull { group, by: from }], false));
                Ok::<_, StorageError>(())
            })
            .unwrap();
    }
}
