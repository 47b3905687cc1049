//! The conversation of a group: what was said and how its members changed, in one order.

use pillarbox_client::{Group, GroupChange, GroupEntry, Phone};

use super::super::failure::Failure;

/// One line of a group's conversation.
pub(crate) enum GroupLine {
    /// A text.
    Said(GroupEntry),
    /// A change, with its number.
    Changed(usize, GroupChange),
}

impl GroupLine {
    /// Returns true if the owner has seen it.
    pub(crate) const fn is_shown(&self) -> bool {
        match self {
            Self::Said(said) => said.entry.shown,
            Self::Changed(_, change) => change.shown,
        }
    }
}

/// Returns the conversation in the order in which this phone stored it.
pub(crate) fn conversation(phone: &Phone, group: &Group) -> Result<Vec<GroupLine>, Failure> {
    let changes = phone.group_changes(group.id)?.into_iter().enumerate();
    let mut lines: Vec<_> =
        changes.map(|(number, change)| (change.at, GroupLine::Changed(number, change))).collect();
    let said = phone.group_history(group.id)?.into_iter();
    lines.extend(said.map(|said| (said.entry.stored_at, GroupLine::Said(said))));
    lines.sort_by_key(|(at, _)| *at);
    Ok(lines.into_iter().map(|(_, line)| line).collect())
}
