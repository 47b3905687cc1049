//! `pillarbox group`: who talks together. The members' phones tell each other; no relay is asked, unless the owner lets
//! the operator manage groups.

pub(crate) mod find;
pub(crate) mod news;
mod operator;
pub(crate) mod said;
mod wishes;

use pillarbox_client::sentences;
use pillarbox_client::{
    Contact, Group, GroupNews, GroupSignatures, Phone, PhoneError, Trust, check_name, naming,
};
use pillarbox_text::read::value;
use pillarbox_text::wrap::{INDENT, break_words};
use pillarbox_wire::AccountId;
use serde::Serialize;

use self::find::{basis, count, find_any, find_group, find_member, member, members, name};
use self::news::Changed;
use super::context::{CliContext, find, may_say, must_be_open, now};
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::quote;
use super::group_grammar::Group as Command;
use super::membership::GroupFailure;
use super::program::PhoneProgram;
use super::terminal::Form;
use super::{net, waiting, words};

/// A group as JSON.
#[derive(Serialize)]
struct Listed {
    group: String,
    group_id: String,
    /// True if the owner has left it or was removed.
    left: bool,
    /// True if the members have signed who belongs.
    signed: bool,
    /// `you`, or the name here of the one who may remove members; only for a signed group.
    keeper: Option<String>,
    /// `you`, or the name here of the admin by the operator's word; only for a group whose members it manages.
    operators_admin: Option<String>,
    members: Vec<Member>,
    /// The changes of its members, as this phone heard of them; only for one group.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Changed>>,
}

/// A member as JSON.
#[derive(Serialize)]
struct Member {
    /// `you`, or the name here; the account if they are no contact.
    member: String,
    account: String,
    /// Absent for the owner and for those who are no contacts.
    trust: Option<&'static str>,
    /// `you`, or the name here of the one who signed that they belong; absent if nobody did.
    signed_by: Option<String>,
    /// True if the signed key is the one that this phone knows; only for a signed group.
    known_key: Option<bool>,
    /// True if their phone has shown that it reads signed changes; only for a signed group.
    reads: Option<bool>,
}

#[derive(Serialize)]
struct List {
    groups: Vec<Listed>,
}

/// Runs `pillarbox group`.
pub(crate) fn run(context: &mut CliContext<'_, impl PhoneProgram>, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Create { name, members } => create(context, name, members),
        Command::Add { name, member } => add(context, name, member),
        Command::Remove { name, member, yes } => remove(context, name, member, *yes),
        Command::Leave { name, yes } => leave(context, name, *yes),
        Command::HandOver { name, member } => operator::hand_over(context, name, member),
        Command::Believe { whom } => operator::believe(context, *whom),
        Command::List { machine } => list(context, machine.form()),
        Command::Show { name, machine } => show(context, name, machine.form()),
    }
}

fn create(
    context: &mut CliContext<'_, impl PhoneProgram>,
    typed: &str,
    whom: &[String],
) -> Result<(), Failure> {
    let typed = value(typed);
    check_name(typed).map_err(|_| Failure::BadName)?;
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    if phone.groups()?.iter().any(|group| naming::is_same(&group.name, typed)) {
        return Err(Failure::Group(GroupFailure::NameTaken { name: typed.to_owned() }));
    }
    let accounts = whom
        .iter()
        .map(|whom| writable(&phone, whom).map(|contact| contact.account))
        .collect::<Result<Vec<AccountId>, Failure>>()?;
    if phone.account().follows_operator() {
        return operator::create(context, &mut phone, typed, &accounts);
    }
    let made = phone.make_group(typed, &accounts, now(), &mut context.rng).map_err(|error| match error {
        PhoneError::TooManyMembers => Failure::Group(GroupFailure::Full { name: typed.to_owned() }),
        PhoneError::NoIdentity => keyless(&phone, typed, &accounts),
        other => other.into(),
    })?;
    if phone.is_linked_device() {
        wishes::asked(context, &phone)?;
        return tell_members(context, &mut phone);
    }
    let group = phone.group(made)?;
    let says = format!("Made {}, with {}: {}.", name(&group), count(&group), members(&phone, &group));
    context.terminal.result(&says)?;
    context.terminal.note(&basis(&phone, &group)?);
    tell_members(context, &mut phone)?;
    context.next(&format!("chat --group {}", quote(&name(&group))));
    Ok(())
}

/// Returns the failure for a contact whose key is not on this phone yet.
fn keyless(phone: &Phone, group: &str, accounts: &[AccountId]) -> Failure {
    let contacts = accounts.iter().filter_map(|account| phone.contact(*account).ok());
    let whom =
        contacts.filter(|contact| contact.identity.is_none()).map(|contact| words::name(&contact)).next();
    let (member, name) = (whom.unwrap_or_default(), group.to_owned());
    Failure::Group(GroupFailure::NoKey { member, name })
}

fn add(context: &mut CliContext<'_, impl PhoneProgram>, typed: &str, whom: &str) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    let group = find_group(&phone, typed)?;
    let contact = writable(&phone, whom)?;
    if phone.group_admin(group.id)?.is_some() {
        return operator::add(context, &mut phone, &group, &contact);
    }
    let (group_name, contact_name) = (name(&group), words::name(&contact));
    let is_in = group.members.contains(&contact.account);
    let signed = phone.group_signatures(group.id)?;
    if is_in && signed.as_ref().is_none_or(|signed| knows_key(signed, contact.account)) {
        return context
            .terminal
            .result(&format!("{contact_name} is in {group_name} already. Nothing was changed."));
    }
    let has_left = phone.group_changes(group.id)?.iter().any(|change| match change.news {
        GroupNews::Left => change.by == contact.account,
        GroupNews::Removed(whom) => whom == contact.account,
        _ => false,
    });
    phone.add_to_group(group.id, contact.account, now(), &mut context.rng).map_err(|error| {
        let (member, name) = (contact_name.clone(), group_name.clone());
        match error {
            PhoneError::TooManyMembers if has_left => {
                Failure::Group(GroupFailure::WasMember { member, name })
            }
            PhoneError::TooManyMembers => Failure::Group(GroupFailure::Full { name }),
            PhoneError::OtherKey => Failure::Group(GroupFailure::OtherKey { name }),
            PhoneError::NoIdentity => Failure::Group(GroupFailure::NoKey { member, name }),
            other => other.into(),
        }
    })?;
    if phone.is_linked_device() {
        wishes::asked(context, &phone)?;
        return tell_members(context, &mut phone);
    }
    let group = phone.group(group.id)?;
    if is_in {
        context.terminal.result(&format!(
            "{contact_name} was in {group_name} already. You signed it, with the key that your phone knows."
        ))?;
        return tell_members(context, &mut phone);
    }
    context.terminal.result(&format!(
        "Added {contact_name} to {group_name}: {} now, {}. {contact_name} reads nothing from before.",
        count(&group),
        members(&phone, &group)
    ))?;
    tell_members(context, &mut phone)
}

/// Returns true if the group knows a member by the key that this phone knows.
fn knows_key(signed: &GroupSignatures, account: AccountId) -> bool {
    signed.members.iter().any(|one| one.member == account && one.at.is_some() && one.has_known_key)
}

fn remove(
    context: &mut CliContext<'_, impl PhoneProgram>,
    typed: &str,
    whom: &str,
    yes: bool,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    let group = find_group(&phone, typed)?;
    if phone.group_admin(group.id)?.is_some() {
        return operator::remove(context, &mut phone, &group, whom, yes);
    }
    let group_name = name(&group);
    let signed = may_remove(&phone, &group)?;
    let account = find_member(&phone, &group, whom)?;
    let Some(member_name) = member(&phone, account) else {
        return Err(Failure::Group(GroupFailure::Oneself { name: group_name }));
    };
    let reads = |account: AccountId| signed.members.iter().any(|one| one.member == account && one.reads);
    if !yes {
        let question =
            format!("Remove {member_name} from {group_name}? {member_name} cannot come back into it.");
        context.agree(&question, "--yes")?;
    }
    // What waits is fetched first: whom the member has added until now stays. Without a relay it works all the same.
    let _ = net::fetch(context, &mut phone);
    must_be_open(&phone)?;
    phone.remove_from_group(group.id, account, now(), &mut context.rng).map_err(|error| {
        let (member, name) = (member_name.clone(), group_name.clone());
        match error {
            PhoneError::NotMember => Failure::Group(GroupFailure::NotMember { member, name }),
            PhoneError::OtherKey => Failure::Group(GroupFailure::OtherKey { name }),
            other => other.into(),
        }
    })?;
    if phone.is_linked_device() {
        wishes::asked(context, &phone)?;
        return tell_members(context, &mut phone);
    }
    let group = phone.group(group.id)?;
    context.terminal.result(&format!(
        "Removed {member_name} from {group_name}: {} now, {}. {member_name} gets no later text from any phone that has \
         heard of it, and keeps what was said before.",
        count(&group),
        members(&phone, &group)
    ))?;
    if !reads(account) {
        context.terminal.note(&format!(
            "{member_name} is not told: their phone has not shown that it reads signed changes."
        ));
    }
    let unread = group.members.iter().filter(|other| !reads(**other));
    for other in unread.filter_map(|other| member(&phone, *other)) {
        context.terminal.warn(&format!(
            "{other}'s phone has not shown that it reads signed changes, so it goes on sending to {member_name}."
        ));
    }
    tell_members(context, &mut phone)
}

/// Fails unless the owner may remove members.
fn may_remove(phone: &Phone, group: &Group) -> Result<GroupSignatures, Failure> {
    let name = name(group);
    let Some(signed) = phone.group_signatures(group.id)? else {
        return Err(Failure::Group(GroupFailure::Unsigned { name }));
    };
    match member(phone, signed.keeper) {
        None => Ok(signed),
        Some(keeper) => Err(Failure::Group(GroupFailure::NotKeeper { name, keeper })),
    }
}

fn leave(context: &mut CliContext<'_, impl PhoneProgram>, typed: &str, yes: bool) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    let group = find_group(&phone, typed)?;
    if phone.group_admin(group.id)?.is_some() {
        return operator::leave(context, &mut phone, &group, yes);
    }
    let name = name(&group);
    if !yes {
        context.agree(&format!("Leave {name}? You cannot come back into it."), "--yes")?;
    }
    // What waits is fetched first: once the owner has left, texts to the group are dropped. Without a relay they leave
    // all the same.
    let _ = net::fetch(context, &mut phone);
    must_be_open(&phone)?;
    phone.leave_group(group.id, now(), &mut context.rng)?;
    if phone.is_linked_device() {
        wishes::asked(context, &phone)?;
        return tell_members(context, &mut phone);
    }
    context.terminal.result(&format!(
        "You left {name}. What was said stays on this phone: `history --group {}`.",
        quote(&name)
    ))?;
    context.terminal.note(
        "Each member's phone stops sending to you when it hears of it. What comes from now on is dropped here, unread.",
    );
    tell_members(context, &mut phone)
}

/// Returns the contact of this name if the owner may write to them.
fn writable(phone: &Phone, typed: &str) -> Result<Contact, Failure> {
    let contact = find(phone, typed)?;
    may_say(phone, &contact)?;
    Ok(contact)
}

/// Sends the news to the members, and reports what of it waits. It is stored, so it goes later if not now.
fn tell_members(context: &mut CliContext<'_, impl PhoneProgram>, phone: &mut Phone) -> Result<(), Failure> {
    let outcome = net::fetch(context, phone);
    let waits = waiting::tell(context, phone, outcome.as_ref().copied().unwrap_or_default())?;
    outcome?;
    if waits { Err(Failure::Told(Exit::No)) } else { Ok(()) }
}

fn list(context: &mut CliContext<'_, impl PhoneProgram>, form: Form) -> Result<(), Failure> {
    let phone = context.open()?;
    let groups = phone.all_groups()?;
    match form {
        Form::Json => {
            let groups = groups.iter().map(|group| listed(&phone, group)).collect::<Result<_, Failure>>()?;
            context.terminal.json(&List { groups })
        }
        Form::Plain => groups.iter().try_for_each(|group| {
            let left = if phone.is_in(group) { "" } else { "left" };
            context.terminal.row(&[
                &name(group),
                &group.members.len().to_string(),
                left,
                &group.id.to_string(),
            ])
        }),
        Form::Text if groups.is_empty() => {
            context.terminal.result("No groups yet.")?;
            wishes::list(context, &phone)?;
            context.next("group create --help");
            Ok(())
        }
        Form::Text => {
            let width = context.terminal.width();
            groups.iter().try_for_each(|group| {
                let who = members(&phone, group);
                let (unsigned, by) = match (phone.group_admin(group.id)?, phone.group_signatures(group.id)?) {
                    (Some(_), _) => ("", format!(". {}", sentences::BY_OPERATOR)),
                    (None, Some(_)) => ("", String::new()),
                    (None, None) => (" (unsigned)", String::new()),
                };
                let name = name(group);
                let says = match phone.is_in(group) {
                    true => format!("{name}{unsigned}, {}: {who}{by}", count(group)),
                    false => format!("{name}{unsigned}, {}. In it then: {who}.", gone(&phone, group)),
                };
                context.terminal.result(&break_words(&says, INDENT, width))
            })?;
            wishes::list(context, &phone)
        }
    }
}

fn show(context: &mut CliContext<'_, impl PhoneProgram>, typed: &str, form: Form) -> Result<(), Failure> {
    let phone = context.open()?;
    let group = find_any(&phone, typed)?;
    let changes = phone.group_changes(group.id)?;
    match form {
        Form::Json => {
            let changes = changes.iter().map(|change| news::changed(&phone, group.id, change)).collect();
            context.terminal.json(&Listed { changes: Some(changes), ..listed(&phone, &group)? })
        }
        Form::Plain => listed(&phone, &group)?.members.iter().try_for_each(|member| {
            context.terminal.row(&[&member.member, member.trust.unwrap_or_default(), &member.account])
        }),
        Form::Text => {
            let (width, left) = (context.terminal.width(), !phone.is_in(&group));
            let left = if left {
                format!(" This is how it was: it is a group {}.", gone(&phone, &group))
            } else {
                String::new()
            };
            let signed = phone.group_signatures(group.id)?;
            let head = format!("{} has {}, as this phone knows them.{left}", name(&group), count(&group));
            context.terminal.result(&break_words(&head, INDENT, width))?;
            // The owner first, then by name.
            let mut members = group.members.clone();
            members.sort_by_cached_key(|account| member(&phone, *account));
            for account in &members {
                let by =
                    signed.as_ref().map_or_else(String::new, |signed| signed_by(&phone, signed, *account));
                let who = match (member(&phone, *account), phone.contact(*account)) {
                    (None, _) => "You".to_owned(),
                    (Some(name), Ok(contact)) => {
                        let blocked = if contact.blocked { ", whom you have blocked" } else { "" };
                        format!("{name} ({}){blocked}", words::sure(contact.trust))
                    }
                    (Some(account), Err(_)) => format!("{account}, no contact of yours"),
                };
                let line = break_words(&(who + &by), INDENT, width);
                context.terminal.result(&format!("{:INDENT$}{line}", ""))?;
            }
            if !changes.is_empty() {
                context.terminal.result(match signed {
                    _ if phone.group_admin(group.id)?.is_some() => "What the operator has said of it:",
                    Some(_) => "What this phone did and heard, and who signed it:",
                    None => "What this phone did and heard, from whom it heard it first:",
                })?;
            }
            for change in &changes {
                context.note_zone();
                let text = news::line(context, &phone, group.id, change);
                context.terminal.result(&format!("{:INDENT$}{text}", ""))?;
            }
            context.terminal.note(&basis(&phone, &group)?);
            Ok(())
        }
    }
}

/// Returns who signed that an account is in a group, as the end of its line.
fn signed_by(phone: &Phone, signed: &GroupSignatures, account: AccountId) -> String {
    let Some(signature) = signed.members.iter().find(|one| one.member == account) else {
        return String::new();
    };
    let by = member(phone, signature.by).unwrap_or_else(|| "you".to_owned());
    let what = match signature.at {
        None => format!(", unsigned: by the word of {by}"),
        Some(_) if signature.by == account => ", who made it".to_owned(),
        Some(_) => format!(", signed by {by}"),
    };
    let key =
        if signature.has_known_key { "" } else { " under a key that your phone does not know as theirs" };
    let keeper = if account == signed.keeper { "; can remove members" } else { "" };
    format!("{what}{key}{keeper}")
}

/// Returns how the owner came out of a group, as the end of a sentence about it.
fn gone(phone: &Phone, group: &Group) -> String {
    match find::out_of(phone, group) {
        GroupFailure::Removed { by: Some(by), .. } => format!("from which {by} removed you"),
        GroupFailure::Removed { by: None, .. } => "that you are no longer in".to_owned(),
        _ => "which you left".to_owned(),
    }
}

fn listed(phone: &Phone, group: &Group) -> Result<Listed, Failure> {
    let signed = phone.group_signatures(group.id)?;
    let you = |account| member(phone, account).unwrap_or_else(|| "you".to_owned());
    let members = group.members.iter().map(|account| {
        let signature =
            signed.as_ref().and_then(|signed| signed.members.iter().find(|one| one.member == *account));
        Member {
            member: you(*account),
            account: account.to_string(),
            trust: phone.contact(*account).ok().map(|contact: Contact| trust(contact.trust)),
            signed_by: signature.filter(|one| one.at.is_some()).map(|signature| you(signature.by)),
            known_key: signature.filter(|one| one.at.is_some()).map(|signature| signature.has_known_key),
            reads: signature.map(|signature| signature.reads),
        }
    });
    Ok(Listed {
        group: name(group),
        group_id: group.id.to_string(),
        left: !phone.is_in(group),
        signed: signed.is_some(),
        keeper: signed.as_ref().map(|signed| you(signed.keeper)),
        operators_admin: phone.group_admin(group.id)?.map(you),
        members: members.collect(),
        changes: None,
    })
}

const fn trust(trust: Trust) -> &'static str {
    sentences::trust_code(trust)
}
