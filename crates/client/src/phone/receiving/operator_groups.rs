//! The operator's word on who is in a group.
//!
//! **Who is believed.** A phone whose habit it is believes the relay, and tells its owner of every change and of whom
//! the operator names. Only what the owner has asked for itself is no news. A phone without the habit takes nothing of
//! it, and says so. No phone lets the operator manage a group whose members sign.

use pillarbox_wire::{AccountId, GroupAct, GroupState, Refusal, Timestamp};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::groups::{all_groups, find_group, store_group};
use crate::phone::rows::membership::hold_back;
use crate::phone::state::pauses::patience;
use crate::records::group::{GroupChange, GroupNews, GroupRecord, MAX_GROUPS};
use crate::records::ids::GroupId;
use crate::records::notice::{Notice, OperatorFault};
use crate::text::naming::check_name;
use crate::vault::{Rows, StorageError};

impl Phone {
    /// Takes the operator's word on a group. `asked` is the act that it answers.
    pub(super) fn group_told(
        &mut self,
        state: &GroupState,
        asked: Option<&GroupAct>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let group = GroupId(state.group);
        let refused = |reason| Ok(vec![Notice::OperatorRefused { group, reason }]);
        let Some(own) = self.account.address.map(|own| own.account) else {
            return Ok(Vec::new());
        };
        if !self.account.follows_operator() {
            return refused(OperatorFault::NotBelieved);
        }
        if !GroupRecord::is_sound(state, own) || check_name(&state.name).is_err() {
            return refused(OperatorFault::Unreadable);
        }
        let said = self.vault.transact(rng, |rows| {
            let known = find_group(rows, group)?;
            if known.as_ref().is_some_and(|known| known.keeper.is_some()) {
                return Ok(Err(OperatorFault::Signed));
            }
            let groups = all_groups(rows)?;
            let is_new = known.as_ref().is_none_or(|known| !known.has(own));
            if is_new && groups.iter().filter(|known| known.has(own)).count() >= MAX_GROUPS {
                return Ok(Err(OperatorFault::TooMany));
            }
            take(rows, known, state, own, asked, now).map(Ok)
        })?;
        match said {
            Ok(Said { notices, held_back }) => {
                if held_back {
                    self.reindex()?;
                }
                Ok(notices)
            }
            Err(reason) => refused(reason),
        }
    }

    /// Takes the operator's list of the owner's groups: a group that is not on it is over for this phone.
    pub(super) fn groups_listed(
        &mut self,
        listed: &[pillarbox_wire::FixedBytes<16>],
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        let Some(own) = self.account.address.map(|own| own.account) else {
            return Ok(Vec::new());
        };
        Ok(self.vault.transact(rng, |rows| {
            let mut notices = Vec::new();
            for mut record in all_groups(rows)? {
                let is_operators = record.operator_admin.is_some() && record.has(own);
                if is_operators && !listed.contains(&record.id.0) {
                    let (group, news) = (record.id, GroupNews::Dropped(own));
                    record.part(own);
                    record.heard(news, own, now);
                    store_group(rows, &record)?;
                    notices.push(Notice::OperatorSays { group, news, by: None });
                }
            }
            Ok::<_, StorageError>(notices)
        })?)
    }

    /// Handles the refusal of an act.
    pub(super) fn group_refused(
        &mut self,
        group: GroupId,
        act: GroupAct,
        reason: Refusal,
        now: Timestamp,
    ) -> Vec<Notice> {
        if matches!(reason, Refusal::RateLimited { .. } | Refusal::StorageFailed) {
            self.group_acts.acts.push_front((group, act));
            self.group_acts.retry_at = Some(now + patience(reason));
            return vec![Notice::Delayed { reason }];
        }
        vec![Notice::GroupNotChanged { group, reason }]
    }

    /// Handles the refusal of the question for the account's groups. A relay that manages no groups has none to tell.
    pub(super) fn groups_not_followed(&mut self, reason: Refusal, now: Timestamp) {
        if matches!(reason, Refusal::RateLimited { .. } | Refusal::StorageFailed) {
            self.group_acts.followed = false;
            self.group_acts.retry_at = Some(now + patience(reason));
        }
    }
}

/// What the operator's word has changed.
struct Said {
    notices: Vec<Notice>,
    /// True if texts that waited for somebody who is out are gone.
    held_back: bool,
}

fn take(
    rows: &mut Rows<'_>,
    known: Option<GroupRecord>,
    state: &GroupState,
    own: AccountId,
    asked: Option<&GroupAct>,
    now: Timestamp,
) -> Result<Said, StorageError> {
    let group = GroupId(state.group);
    let mut said = Said { notices: Vec::new(), held_back: false };
    let is_in = state.members.iter().any(|listed| listed.account == own && listed.standing.is_in());
    let mut record = match known {
        Some(known) => known,
        // The owner is told of no group that they were never shown.
        None if !is_in => return Ok(said),
        None => GroupRecord::of_operator(state, own, asked),
    };
    let before = record.clone();
    for (news, by) in record.follow_operator(state, own) {
        if let GroupNews::Removed(gone) | GroupNews::Dropped(gone) = news {
            hold_back(rows, group, gone)?;
            said.held_back = true;
        }
        if is_asked(news, by, own, asked) {
            record.did(news, own, now);
        } else {
            let change = GroupChange { news, by, at: now, shown: false };
            record.heard(news, by, now);
            let by = change.named_by_operator(own);
            said.notices.push(Notice::OperatorSays { group, news, by });
        }
    }
    if record != before {
        store_group(rows, &record)?;
    }
    Ok(said)
}

/// Returns true if this is the change that the owner has asked for.
fn is_asked(news: GroupNews, by: AccountId, own: AccountId, asked: Option<&GroupAct>) -> bool {
    let same = match (news, asked) {
        (GroupNews::Made, Some(GroupAct::Create { .. })) | (GroupNews::Left, Some(GroupAct::Leave)) => true,
        (GroupNews::Added(whom), Some(GroupAct::Add { member }))
        | (GroupNews::Removed(whom), Some(GroupAct::Remove { member }))
        | (GroupNews::Handed(whom), Some(GroupAct::HandOver { member })) => whom == *member,
        _ => false,
    };
    same && by == own
}
