//! Changes of groups as the owner is told them.

use pillarbox_client::{GroupChange, GroupId, GroupNews, Phone, sentences};
use pillarbox_text::wrap::{INDENT, break_words};
use serde::Serialize;

use super::super::context::{CliContext, now};
use super::super::failure::Failure;
use super::super::program::PhoneProgram;
use super::super::terminal::Form;
use super::super::words;
use super::find::member;

/// A change as JSON.
#[derive(Serialize)]
pub(super) struct Changed {
    kind: &'static str,
    group: String,
    group_id: String,
    /// `you`, or the name here of the member who said so first.
    by: String,
    by_account: String,
    member: Option<String>,
    member_account: Option<String>,
    stored_at_ms: u64,
}

/// Returns a change as JSON.
pub(super) fn changed(phone: &Phone, group: GroupId, change: &GroupChange) -> Changed {
    let named = |account| member(phone, account).unwrap_or_else(|| "you".to_owned());
    let whom = match change.news {
        GroupNews::Added(whom)
        | GroupNews::Removed(whom)
        | GroupNews::Dropped(whom)
        | GroupNews::Handed(whom) => Some(whom),
        GroupNews::Made | GroupNews::Joined | GroupNews::Left => None,
    };
    Changed {
        kind: sentences::group_code(change.news),
        group: words::group(phone, &group).unwrap_or_default(),
        group_id: group.to_string(),
        by: named(change.by),
        by_account: change.by.to_string(),
        member: whom.map(named),
        member_account: whom.map(|account| account.to_string()),
        stored_at_ms: change.at.0,
    }
}

/// Returns the sentence for a change.
pub(crate) fn sentence(phone: &Phone, group: GroupId, change: &GroupChange) -> String {
    let name = words::group(phone, &group).unwrap_or_default();
    match phone.group_admin(group) {
        Ok(Some(_)) => {
            let by = phone.account().address.and_then(|own| change.named_by_operator(own.account));
            sentences::operator_says(change.news, by, &name, |account| member(phone, account))
        }
        _ => sentences::group_change(change, &name, |account| member(phone, account)),
    }
}

/// Formats a change with the time at which this phone heard it.
pub(crate) fn line(
    context: &CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    group: GroupId,
    change: &GroupChange,
) -> String {
    let when = context.clock.time(change.at, now());
    let said = break_words(&sentence(phone, group, change), INDENT, context.terminal.width());
    format!("[{when}: {said}]")
}

/// Prints a change.
pub(crate) fn print(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    group: GroupId,
    change: &GroupChange,
    form: Form,
) -> Result<(), Failure> {
    match form {
        Form::Text => {
            context.note_zone();
            let text = line(context, phone, group, change);
            context.terminal.result(&text)
        }
        Form::Plain => {
            let as_json = changed(phone, group, change);
            let (at, says) = (change.at.to_string(), sentence(phone, group, change));
            context.terminal.row(&[&as_json.by, "", &at, as_json.kind, &says, &as_json.group])
        }
        Form::Json => context.terminal.json(&changed(phone, group, change)),
    }
}

/// Prints a change and marks it as shown, only afterwards and only if somebody can have seen it.
pub(crate) fn show(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    (group, number, change): &(GroupId, usize, GroupChange),
    form: Form,
) -> Result<(), Failure> {
    print(context, phone, *group, change, form)?;
    if !change.shown && context.terminal.is_seen() {
        phone.mark_change_shown(*group, *number, &mut context.rng)?;
    }
    Ok(())
}

/// Prints the changes that were not shown yet, of one group or of all. Returns their number.
pub(crate) fn show_new(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    of: Option<GroupId>,
    form: Form,
) -> Result<usize, Failure> {
    let mut changes = phone.unshown_changes()?;
    changes.retain(|(group, ..)| of.is_none_or(|of| of == *group));
    changes.iter().try_for_each(|change| show(context, phone, change, form))?;
    Ok(changes.len())
}
