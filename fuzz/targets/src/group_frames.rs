//! Frames about groups whose operator manages their members: acts as hostile phones ask for them, and states as a lying
//! operator tells them.

use pillarbox_wire::{
    AccountId, ActOnGroup, ClientFrame, FixedBytes, FollowGroups, GroupAct, GroupActed, GroupStanding,
    GroupState, GroupTold, GroupsFollow, ListedMember, RelayFrame, RequestId,
};

use crate::feed::Feed;
use crate::world::NOW;

/// Groups are few, so that one is acted on that an earlier frame has made.
fn group(feed: &mut Feed<'_>) -> FixedBytes<16> {
    FixedBytes([feed.byte() % 4; 16])
}

/// Returns one of the accounts that exist, or an account that nobody has.
fn account(feed: &mut Feed<'_>, known: &[AccountId]) -> AccountId {
    let choice = usize::from(feed.byte()) % (known.len() + 1);
    known.get(choice).copied().unwrap_or_else(|| AccountId(feed.array()))
}

fn accounts(feed: &mut Feed<'_>, known: &[AccountId]) -> Vec<AccountId> {
    // Sometimes more than a group holds.
    let count = if feed.byte() == 255 { 120 } else { feed.byte() % 5 };
    (0..count).map(|_| account(feed, known)).collect()
}

fn name(feed: &mut Feed<'_>) -> String {
    String::from_utf8_lossy(feed.piece()).chars().take(64).collect()
}

/// Returns a request about groups.
pub(crate) fn asked(request: RequestId, feed: &mut Feed<'_>, known: &[AccountId]) -> ClientFrame {
    let act = match feed.byte() % 6 {
        0 => return ClientFrame::FollowGroups(FollowGroups { request }),
        1 => GroupAct::Create { name: name(feed), members: accounts(feed, known) },
        2 => GroupAct::Add { member: account(feed, known) },
        3 => GroupAct::Remove { member: account(feed, known) },
        4 => GroupAct::HandOver { member: account(feed, known) },
        _ => GroupAct::Leave,
    };
    ClientFrame::ActOnGroup(Box::new(ActOnGroup { request, group: group(feed), act }))
}

/// Returns an operator's word on groups.
pub(crate) fn told(request: RequestId, feed: &mut Feed<'_>, known: &[AccountId]) -> RelayFrame {
    match feed.byte() % 3 {
        0 => RelayFrame::GroupTold(Box::new(GroupTold { state: state(feed, known) })),
        1 => RelayFrame::GroupActed(Box::new(GroupActed { request, state: state(feed, known) })),
        _ => {
            let groups = (0..feed.byte() % 5).map(|_| group(feed)).collect();
            RelayFrame::GroupsFollow(GroupsFollow { request, groups })
        }
    }
}

fn state(feed: &mut Feed<'_>, known: &[AccountId]) -> GroupState {
    let (group, version) = (group(feed), u32::from(feed.byte()));
    let listed = |feed: &mut Feed<'_>, account| ListedMember {
        account,
        standing: GroupStanding::ALL[usize::from(feed.byte()) % GroupStanding::ALL.len()],
        by: feed.byte().is_multiple_of(2).then(|| account),
        at: NOW,
    };
    let members = accounts(feed, known);
    let mut members: Vec<ListedMember> = members.into_iter().map(|account| listed(feed, account)).collect();
    // Mostly in order, as phones require it, so that the rest of a state is looked at too.
    if !feed.byte().is_multiple_of(8) {
        members.sort_by_key(|listed| listed.account);
        members.dedup_by_key(|listed| listed.account);
    }
    GroupState { group, version, name: name(feed), members }
}
