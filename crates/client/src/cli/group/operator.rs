//! Groups whose operator manages their members: each command asks the relay, and says what has become of it.

use pillarbox_client::{Contact, Group, GroupBasis, GroupId, Habits, Phone, PhoneError};
use pillarbox_text::read::value;
use pillarbox_wire::AccountId;

use super::super::context::{CliContext, must_be_open, now};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::grammar::quote;
use super::super::group_grammar::Believed;
use super::super::membership::GroupFailure;
use super::super::program::PhoneProgram;
use super::super::{net, words};
use super::find::{basis, count, find_group, find_member, member, members, name};

/// `group believe`: whom this phone believes on who is in a group.
pub(super) fn believe(
    context: &mut CliContext<'_, impl PhoneProgram>,
    whom: Believed,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    let (groups, says) = match whom {
        Believed::Operator => (
            GroupBasis::Operator,
            "From the next command that connects this phone asks the relay for each change of a group, and believes what it \
             says of who is in one. The operator then knows the name and the members of each group that you make. Groups \
             whose members sign stay as they are.",
        ),
        Believed::Members => (
            GroupBasis::Signed,
            "From now on the members of the groups that you make sign who is in them. This phone takes no operator's word: \
             groups that the operator manages stay here as it last told of them.",
        ),
    };
    let habits = Habits { groups: Some(groups), ..phone.account().habits.clone() };
    phone.set_habits(habits, &mut context.rng)?;
    context.terminal.result(says)
}

/// Asks the relay to make a group.
pub(super) fn create(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    typed: &str,
    accounts: &[AccountId],
) -> Result<(), Failure> {
    let made = phone.make_group(typed, accounts, now(), &mut context.rng).map_err(|error| match error {
        PhoneError::TooManyMembers => Failure::Group(GroupFailure::Full { name: typed.to_owned() }),
        other => other.into(),
    })?;
    ask(context, phone, made, |phone| phone.group(made).is_ok())?;
    let group = phone.group(made)?;
    let says =
        format!("The relay made {}, with {}: {}.", name(&group), count(&group), members(phone, &group));
    context.terminal.result(&says)?;
    context.terminal.note(&basis(phone, &group)?);
    context.next(&format!("chat --group {}", quote(&name(&group))));
    Ok(())
}

/// Asks the relay to add a contact.
pub(super) fn add(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    group: &Group,
    contact: &Contact,
) -> Result<(), Failure> {
    let (group_name, contact_name) = (name(group), words::name(contact));
    if group.members.contains(&contact.account) {
        return context
            .terminal
            .result(&format!("{contact_name} is in {group_name} already. Nothing was changed."));
    }
    phone
        .add_to_group(group.id, contact.account, now(), &mut context.rng)
        .map_err(|error| not_asked(phone, group, error))?;
    ask(context, phone, group.id, |phone| is_in(phone, group.id, contact.account))?;
    let group = phone.group(group.id)?;
    context.terminal.result(&format!(
        "The relay added {contact_name} to {group_name}: {} now, {}. {contact_name} reads nothing from before.",
        count(&group),
        members(phone, &group)
    ))
}

/// Asks the relay to remove a member.
pub(super) fn remove(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    group: &Group,
    whom: &str,
    yes: bool,
) -> Result<(), Failure> {
    let group_name = name(group);
    let account = find_member(phone, group, whom)?;
    let Some(member_name) = member(phone, account) else {
        return Err(Failure::Group(GroupFailure::Oneself { name: group_name }));
    };
    must_be_admin(phone, group)?;
    if !yes {
        context.agree(&format!("Remove {member_name} from {group_name}?"), "--yes")?;
    }
    phone
        .remove_from_group(group.id, account, now(), &mut context.rng)
        .map_err(|error| not_asked(phone, group, error))?;
    ask(context, phone, group.id, |phone| !is_in(phone, group.id, account))?;
    let group = phone.group(group.id)?;
    context.terminal.result(&format!(
        "The relay removed {member_name} from {group_name}: {} now, {}. {member_name} keeps what was said before, and gets \
         no later text from any phone that has heard of it.",
        count(&group),
        members(phone, &group)
    ))
}

/// Asks the relay to take the owner out of a group.
pub(super) fn leave(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    group: &Group,
    yes: bool,
) -> Result<(), Failure> {
    let group_name = name(group);
    if !yes {
        let question = format!("Leave {group_name}? Only its admin can add you again.");
        context.agree(&question, "--yes")?;
    }
    phone.leave_group(group.id, now(), &mut context.rng).map_err(|error| not_asked(phone, group, error))?;
    ask(context, phone, group.id, |phone| phone.group(group.id).is_ok_and(|group| !phone.is_in(&group)))?;
    context.terminal.result(&format!(
        "The relay took you out of {group_name}. What was said stays on this phone: `history --group {}`.",
        quote(&group_name)
    ))
}

/// `group hand-over`: asks the relay to make another member the admin.
pub(super) fn hand_over(
    context: &mut CliContext<'_, impl PhoneProgram>,
    typed: &str,
    whom: &str,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    let group = find_group(&phone, value(typed))?;
    let group_name = name(&group);
    if phone.group_admin(group.id)?.is_none() {
        return Err(Failure::Group(GroupFailure::NotOperators { name: group_name }));
    }
    let account = find_member(&phone, &group, whom)?;
    let Some(member_name) = member(&phone, account) else {
        return context.terminal.result(&format!("That is you. Nothing was changed in {group_name}."));
    };
    phone.hand_over_group(group.id, account).map_err(|error| not_asked(&phone, &group, error))?;
    ask(context, &mut phone, group.id, |phone| phone.group_admin(group.id) == Ok(Some(account)))?;
    context.terminal.result(&format!(
        "The relay made {member_name} the admin of {group_name}: they alone can add and remove members now."
    ))
}

fn is_in(phone: &Phone, group: GroupId, account: AccountId) -> bool {
    phone.group(group).is_ok_and(|group| group.members.contains(&account))
}

fn must_be_admin(phone: &Phone, group: &Group) -> Result<(), Failure> {
    match phone.group_admin(group.id)?.and_then(|admin| member(phone, admin)) {
        None => Ok(()),
        Some(admin) => Err(Failure::Group(GroupFailure::NotAdmin { name: name(group), admin })),
    }
}

/// Returns the failure for an act that the relay was not even asked for.
fn not_asked(phone: &Phone, group: &Group, error: PhoneError) -> Failure {
    match error {
        PhoneError::NotKeeper => match must_be_admin(phone, group) {
            Err(failure) => failure,
            Ok(()) => error.into(),
        },
        PhoneError::NotOperators => Failure::Group(GroupFailure::NotOperators { name: name(group) }),
        other => other.into(),
    }
}

/// Carries an act to the relay. A refusal is told as it comes, and nothing has changed then.
fn ask(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    group: GroupId,
    is_done: impl FnOnce(&Phone) -> bool,
) -> Result<(), Failure> {
    let outcome = net::fetch(context, phone);
    if is_done(phone) {
        return Ok(());
    }
    if phone.awaits_group(group) {
        context
            .terminal
            .note("The relay has not said that it did this. Look with `group list` before you try again.");
    }
    match outcome? {
        Some(reason) => Err(Failure::Refused(reason)),
        None => Err(Failure::Told(Exit::No)),
    }
}
