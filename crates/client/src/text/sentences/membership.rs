//! Sentences about the members of groups.

use pillarbox_text::show::safe;
use pillarbox_wire::AccountId;

use crate::records::group::{GroupChange, GroupNews};

/// The ground for the members of a group that nobody signs.
pub const GROUP_UNSIGNED: &str = "Unsigned: nobody signs who is in this group. Its members' phones tell each other, \
    encrypted as texts are: any member can add anybody, nobody can be removed, and your phone takes a member's word for \
    who is in it. To the relay a text to a group is a message to each member.";

/// Returns the ground for the members of a signed group. `keeper` is the name of the one who may remove members, and
/// `None` is the owner.
#[must_use]
pub fn group_signed(keeper: Option<&str>) -> String {
    let keeper = keeper.map_or_else(|| "you".to_owned(), safe);
    format!(
        "Signed: whoever adds or removes somebody signs it, and your phone checks that. Any member can add anybody; only \
         {keeper} can remove somebody. Somebody who was removed gets no later text from any phone that has heard of it. To \
         the relay a text to a group is a message to each member."
    )
}

/// Returns the sentence for a change in a group. `name` names people, and nobody as `None`: the owner.
#[must_use]
pub fn group_change(change: &GroupChange, group: &str, name: impl Fn(AccountId) -> Option<String>) -> String {
    let group = safe(group);
    let object = |member| name(member).map_or_else(|| "you".to_owned(), |name| safe(&name));
    let subject = |member| name(member).map_or_else(|| "You".to_owned(), |name| safe(&name));
    let who = subject(change.by);
    match change.news {
        GroupNews::Made => format!("{who} made {group}."),
        GroupNews::Joined => {
            format!("{who} put you into {group}. What is said in it comes from each member in turn.")
        }
        GroupNews::Added(member) => format!("{who} added {} to {group}.", object(member)),
        GroupNews::Left => format!("{who} left {group}."),
        GroupNews::Removed(member) => format!("{who} removed {} from {group}.", object(member)),
        GroupNews::Dropped(member) => dropped(name(member).as_deref(), &group),
        GroupNews::Handed(member) => {
            format!("{who} left the keeping of {group} to {}, who can now remove members.", object(member))
        }
    }
}

/// Returns the sentence for a member who is no longer in a group, because no valid signature keeps them in it.
/// `member` is `None` for the owner.
pub(super) fn dropped(member: Option<&str>, group: &str) -> String {
    let (who, is, them) = match member {
        Some(name) => (safe(name), "is", "them"),
        None => ("You".to_owned(), "are", "you"),
    };
    format!("{who} {is} no longer in {group}: no signature that still holds puts {them} into it.")
}

/// Returns one word for the kind of a change, for programs.
#[must_use]
pub const fn group_code(news: GroupNews) -> &'static str {
    match news {
        GroupNews::Made => "group-made",
        GroupNews::Joined => "group-joined",
        GroupNews::Added(_) => "member-added",
        GroupNews::Left => "member-left",
        GroupNews::Removed(_) => "member-removed",
        GroupNews::Dropped(_) => "member-dropped",
        GroupNews::Handed(_) => "keeper-changed",
    }
}
