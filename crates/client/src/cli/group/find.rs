//! Groups and their members, found and named as the owner knows them.

use pillarbox_client::display::safe;
use pillarbox_client::{Group, GroupNews, Phone, naming, sentences};
use pillarbox_text::read::value;
use pillarbox_wire::AccountId;

use super::super::context::find;
use super::super::failure::Failure;
use super::super::membership::GroupFailure;
use super::super::words;

/// Finds the group that a name or an id means, also one that the owner has left.
pub(crate) fn find_any(phone: &Phone, typed: &str) -> Result<Group, Failure> {
    let (typed, mut groups) = (value(typed), phone.all_groups()?);
    let known = groups.iter().map(name).collect();
    if groups.iter().any(|group| group.id.to_string() == typed) {
        groups.retain(|group| group.id.to_string() == typed);
    } else {
        groups.retain(|group| naming::is_same(&group.name, typed));
    }
    // A group that the owner is in goes before those of the same name that they have left.
    if groups.iter().any(|group| phone.is_in(group)) {
        groups.retain(|group| phone.is_in(group));
    }
    match (groups.pop(), groups.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Failure::Group(GroupFailure::Unknown { name: safe(typed), known })),
        (Some(last), false) => {
            groups.push(last);
            let meant = groups.iter().map(|one| (one.id.to_string(), name(one), one.members.len()));
            Err(Failure::Group(GroupFailure::Several { name: safe(typed), meant: meant.collect() }))
        }
    }
}

/// Finds the group that a name or an id means, and fails for one that the owner has left.
pub(crate) fn find_group(phone: &Phone, typed: &str) -> Result<Group, Failure> {
    let group = find_any(phone, typed)?;
    match phone.is_in(&group) {
        true => Ok(group),
        false => Err(Failure::Group(out_of(phone, &group))),
    }
}

/// Returns how the owner came out of a group: by leaving, or not.
pub(crate) fn out_of(phone: &Phone, group: &Group) -> GroupFailure {
    let name = name(group);
    if phone.group_admin(group.id).is_ok_and(|admin| admin.is_some()) {
        return GroupFailure::OperatorOut { name };
    }
    let is_own = |account: AccountId| member(phone, account).is_none();
    let changes = phone.group_changes(group.id).unwrap_or_default();
    let last = changes.iter().rev().find_map(|change| match change.news {
        GroupNews::Removed(whom) if is_own(whom) => Some(Some(change.by)),
        GroupNews::Dropped(whom) if is_own(whom) => Some(None),
        _ => None,
    });
    match last {
        Some(by) => {
            let by = by.and_then(|by| member(phone, by));
            GroupFailure::Removed { name, by }
        }
        None => GroupFailure::Left { name },
    }
}

/// Finds the member of a group that a name, a number or an account means; the owner is nobody's name.
pub(crate) fn find_member(phone: &Phone, group: &Group, typed: &str) -> Result<AccountId, Failure> {
    let typed = value(typed);
    if let Some(stranger) = group.members.iter().find(|account| account.to_string() == typed) {
        return Ok(*stranger);
    }
    let contact = find(phone, typed)?;
    if group.members.contains(&contact.account) {
        return Ok(contact.account);
    }
    let (member, name) = (words::name(&contact), name(group));
    Err(Failure::Group(GroupFailure::NotMember { member, name }))
}

/// Returns the ground on which the phone knows who is in a group.
pub(crate) fn basis(phone: &Phone, group: &Group) -> Result<String, Failure> {
    if let Some(admin) = phone.group_admin(group.id)? {
        return Ok(sentences::group_of_operator(member(phone, admin).as_deref()));
    }
    Ok(match phone.group_signatures(group.id)? {
        Some(signed) => sentences::group_signed(member(phone, signed.keeper).as_deref()),
        None => sentences::GROUP_UNSIGNED.to_owned(),
    })
}

/// Returns a group's name, made safe.
pub(crate) fn name(group: &Group) -> String {
    safe(&group.name)
}

/// Returns the name of a member, or of nobody: the owner.
pub(crate) fn member(phone: &Phone, account: AccountId) -> Option<String> {
    if phone.account().address.is_some_and(|own| own.account == account) {
        return None;
    }
    Some(phone.contact(account).map_or_else(|_| account.to_string(), |contact| words::name(&contact)))
}

/// Lists the members in a sentence, the owner first.
pub(crate) fn members(phone: &Phone, group: &Group) -> String {
    let mut names: Vec<String> = group.members.iter().filter_map(|account| member(phone, *account)).collect();
    names.sort_by_key(|name| naming::fold(name));
    if phone.is_in(group) {
        names.insert(0, "you".to_owned());
    }
    match names.split_last() {
        None => "nobody".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// Counts the members.
pub(crate) fn count(group: &Group) -> String {
    match group.members.len() {
        1 => "1 member".to_owned(),
        more => format!("{more} members"),
    }
}
