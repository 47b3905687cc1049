//! Sentences about the members of groups.

use pillarbox_text::show::safe;
use pillarbox_wire::{AccountId, Refusal};

use crate::records::group::{GroupChange, GroupNews};
use crate::records::notice::OperatorFault;
use crate::records::own_news::WishFault;

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

/// The beginning of the ground for the members of a group whose operator manages them.
pub const BY_OPERATOR: &str = "The operator says who is in this group.";

/// Returns the ground for the members of a group whose operator manages them. `admin` is the name of the one who may
/// add and remove members, and `None` is the owner.
#[must_use]
pub fn group_of_operator(admin: Option<&str>) -> String {
    let admin = admin.map_or_else(|| "you".to_owned(), safe);
    format!(
        "{BY_OPERATOR} Nobody signs it: by its rule only {admin} can add and remove somebody, and \
         your phone believes what the relay says. The operator can add somebody whom no member added. It knows the group's \
         name and members; a text to the group is a message to each member."
    )
}

/// Returns the sentence for a change in a group, as stated by the operator who manages its members. `name` returns a
/// person's name, and `None` for the owner.
#[must_use]
pub fn operator_says(
    news: GroupNews,
    by: Option<AccountId>,
    group: &str,
    name: impl Fn(AccountId) -> Option<String>,
) -> String {
    let group = safe(group);
    let called = |who| name(who).map_or_else(|| "you".to_owned(), |name| safe(&name));
    let is = |who| if name(who).is_some() { "is" } else { "are" };
    let them = |who| if name(who).is_some() { "them" } else { "you" };
    let said = match (news, by) {
        (GroupNews::Made, Some(by)) => format!("{} made {group}", called(by)),
        (GroupNews::Joined, Some(by)) => format!("{} put you into {group}", called(by)),
        (GroupNews::Made | GroupNews::Joined, None) => {
            format!("you are in {group}, and does not say who added you")
        }
        (GroupNews::Added(member), Some(by)) => format!("{} added {} to {group}", called(by), called(member)),
        (GroupNews::Added(member), None) => {
            let (who, is, them) = (called(member), is(member), them(member));
            format!("{who} {is} in {group}, and does not say who added {them}")
        }
        (GroupNews::Left, Some(by)) => format!("{} left {group}", called(by)),
        (GroupNews::Left, None) => format!("somebody left {group}"),
        (GroupNews::Removed(member), Some(by)) => {
            format!("{} removed {} from {group}", called(by), called(member))
        }
        (GroupNews::Removed(member) | GroupNews::Dropped(member), _) => {
            let (who, is, them) = (called(member), is(member), them(member));
            format!("{who} {is} no longer in {group}, and does not say who removed {them}")
        }
        (GroupNews::Handed(member), Some(by)) => {
            format!("{} made {} the admin of {group}", called(by), called(member))
        }
        (GroupNews::Handed(member), None) => {
            format!("{} {} now the admin of {group}", called(member), is(member))
        }
    };
    format!("The operator says that {said}.")
}

/// Returns the sentence for an operator's statement about a group that this phone does not believe.
pub(super) fn operator_refused(reason: OperatorFault, group: Option<&str>) -> String {
    let group = group.unwrap_or("a group");
    match reason {
        OperatorFault::NotBelieved => {
            format!(
                "the operator says who is in {group}. This phone believes members alone, and took nothing of it."
            )
        }
        OperatorFault::Signed => {
            format!(
                "the operator says who is in {group}. Its members sign that, and nothing of it was taken."
            )
        }
        OperatorFault::Unreadable => {
            format!("what the operator says of {group} contradicts itself. Nothing of it was taken.")
        }
        OperatorFault::TooMany => {
            "the operator says that you are in one more group. You are in as many as this phone \
                                   keeps, so it was not taken. Leave one of them first."
                .to_owned()
        }
    }
}

/// Returns the sentence for an act on a group that the operator has refused.
pub(super) fn not_changed(reason: Refusal, group: Option<&str>) -> String {
    let group = group.unwrap_or("the group");
    match reason {
        Refusal::NotOffered => {
            "this relay does not manage who is in groups, and this phone asks nobody else. Nothing was changed.".to_owned()
        }
        reason => format!("{group} stays as it is: {reason}."),
    }
}

/// Returns the sentence for a wish of a linked device that the first phone has refused.
pub(super) fn wish_refused(fault: WishFault, group: Option<&str>) -> String {
    let group = group.unwrap_or("the new group");
    let why = match fault {
        WishFault::UnknownGroup => "you are not in it there",
        WishFault::NotKeeper => "somebody else alone can remove members",
        WishFault::NotMember => "they are no member there",
        WishFault::NoRoom => "it has no room for them, or they have been in it and cannot come back",
        WishFault::NoKey => "it does not have the key of somebody whom you named. Write to them first",
        WishFault::NotSigned => "nothing that it signs is valid there",
        WishFault::TooMany => "too many changes wait there. Try again later",
    };
    format!("your first phone did not change {group}: {why}.")
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
            let who =
                name(change.by).map_or_else(|| "Another device of yours".to_owned(), |name| safe(&name));
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

/// Returns the sentence for a member who is no longer in a group, because no valid signature keeps them in it. `member`
/// is `None` for the owner.
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
