//! Sentences about the members of groups.

use pillarbox_text::show::safe;
use pillarbox_wire::AccountId;

use crate::records::group::{GroupChange, GroupNews};

/// What the membership of a group rests on.
pub const GROUP_BASIS: &str = "Who is in a group, its members' phones tell each other, encrypted as texts are. Nobody \
    signs it: any member can add anybody, nobody can be removed, and your phone takes a member's word for who is in it. \
    To the relay a text to a group is a message to each member.";

/// Returns the sentence for a change in a group. `name` names people, and nobody as `None`: the owner.
#[must_use]
pub fn group_change(change: &GroupChange, group: &str, name: impl Fn(AccountId) -> Option<String>) -> String {
    let group = safe(group);
    let by = name(change.by).map(|name| safe(&name));
    let who = by.unwrap_or_else(|| "You".to_owned());
    match change.news {
        GroupNews::Made => format!("{who} made {group}."),
        GroupNews::Joined => {
            format!("{who} put you into {group}. What is said in it comes from each member in turn.")
        }
        GroupNews::Added(member) => {
            let member = name(member).map_or_else(|| "you".to_owned(), |name| safe(&name));
            format!("{who} added {member} to {group}.")
        }
        GroupNews::Left => format!("{who} left {group}."),
    }
}

/// Returns one word for the kind of a change, for programs.
#[must_use]
pub const fn group_code(news: GroupNews) -> &'static str {
    match news {
        GroupNews::Made => "group-made",
        GroupNews::Joined => "group-joined",
        GroupNews::Added(_) => "member-added",
        GroupNews::Left => "member-left",
    }
}
