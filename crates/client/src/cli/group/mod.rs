//! `pillarbox group`: who talks together. The members' phones tell each other; no relay is asked.

pub(crate) mod find;
pub(crate) mod news;
pub(crate) mod said;

use pillarbox_client::sentences::{self, GROUP_BASIS};
use pillarbox_client::{Contact, Group, GroupNews, Phone, PhoneError, Trust, check_name, naming};
use pillarbox_text::read::value;
use pillarbox_text::wrap::{INDENT, break_words};
use pillarbox_wire::AccountId;
use serde::Serialize;

use self::find::{count, find_any, find_group, member, members, name};
use self::news::Changed;
use super::context::{CliContext, find, may_say, must_be_open, now};
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::quote;
use super::group_grammar::Group as Command;
use super::membership::GroupFailure;
use super::terminal::Form;
use super::{net, waiting, words};

/// A group as JSON.
#[derive(Serialize)]
struct Listed {
    group: String,
    group_id: String,
    /// True if the owner has left it.
    left: bool,
    /// True if the members have signed who belongs.
    signed: bool,
    members: Vec<Member>,
    /// What happened, as this phone heard it; only for one group.
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
}

#[derive(Serialize)]
struct List {
    groups: Vec<Listed>,
}

/// Runs `pillarbox group`.
pub(crate) fn run(context: &mut CliContext<'_>, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Create { name, members } => create(context, name, members),
        Command::Add { name, member } => add(context, name, member),
        Command::Leave { name, yes } => leave(context, name, *yes),
        Command::List { machine } => list(context, machine.form()),
        Command::Show { name, machine } => show(context, name, machine.form()),
    }
}

fn create(context: &mut CliContext<'_>, typed: &str, whom: &[String]) -> Result<(), Failure> {
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
    let made = phone.make_group(typed, &accounts, now(), &mut context.rng).map_err(|error| match error {
        PhoneError::TooManyMembers => Failure::Group(GroupFailure::Full { name: typed.to_owned() }),
        other => other.into(),
    })?;
    let group = phone.group(made)?;
    let says = format!("Made {}, with {}: {}.", name(&group), count(&group), members(&phone, &group));
    context.terminal.result(&says)?;
    context.terminal.note(GROUP_BASIS);
    tell_members(context, &mut phone)?;
    context.next(&format!("chat --group {}", quote(&name(&group))));
    Ok(())
}

fn add(context: &mut CliContext<'_>, typed: &str, whom: &str) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    let group = find_group(&phone, typed)?;
    let contact = writable(&phone, whom)?;
    let (group_name, contact_name) = (name(&group), words::name(&contact));
    if group.members.contains(&contact.account) {
        return context
            .terminal
            .result(&format!("{contact_name} is in {group_name} already. Nothing was changed."));
    }
    let has_left = phone
        .group_changes(group.id)?
        .iter()
        .any(|change| change.news == GroupNews::Left && change.by == contact.account);
    phone.add_to_group(group.id, contact.account, now(), &mut context.rng).map_err(|error| {
        let (member, name) = (contact_name.clone(), group_name.clone());
        match error {
            PhoneError::TooManyMembers if has_left => {
                Failure::Group(GroupFailure::WasMember { member, name })
            }
            PhoneError::TooManyMembers => Failure::Group(GroupFailure::Full { name }),
            other => other.into(),
        }
    })?;
    let group = phone.group(group.id)?;
    context.terminal.result(&format!(
        "Added {contact_name} to {group_name}: {} now, {}. {contact_name} reads nothing from before.",
        count(&group),
        members(&phone, &group)
    ))?;
    tell_members(context, &mut phone)
}

fn leave(context: &mut CliContext<'_>, typed: &str, yes: bool) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    let group = find_group(&phone, typed)?;
    let name = name(&group);
    if !yes {
        context.agree(&format!("Leave {name}? You cannot come back into it."), "--yes")?;
    }
    // What waits is fetched first: once the owner has left, texts to the group are dropped. Without a relay they leave
    // all the same.
    let _ = net::fetch(context, &mut phone);
    must_be_open(&phone)?;
    phone.leave_group(group.id, now(), &mut context.rng)?;
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
fn tell_members(context: &mut CliContext<'_>, phone: &mut Phone) -> Result<(), Failure> {
    let outcome = net::fetch(context, phone);
    let waits = waiting::tell(context, phone, outcome.as_ref().copied().unwrap_or_default())?;
    outcome?;
    if waits { Err(Failure::Told(Exit::No)) } else { Ok(()) }
}

fn list(context: &mut CliContext<'_>, form: Form) -> Result<(), Failure> {
    let phone = context.open()?;
    let groups = phone.all_groups()?;
    match form {
        Form::Json => {
            let groups = groups.iter().map(|group| listed(&phone, group)).collect();
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
            context.next("group create --help");
            Ok(())
        }
        Form::Text => {
            let width = context.terminal.width();
            groups.iter().try_for_each(|group| {
                let who = members(&phone, group);
                let says = match phone.is_in(group) {
                    true => format!("{}, {}: {who}", name(group), count(group)),
                    false => format!("{}, which you left. In it then: {who}.", name(group)),
                };
                context.terminal.result(&break_words(&says, INDENT, width))
            })
        }
    }
}

fn show(context: &mut CliContext<'_>, typed: &str, form: Form) -> Result<(), Failure> {
    let phone = context.open()?;
    let group = find_any(&phone, typed)?;
    let changes = phone.group_changes(group.id)?;
    match form {
        Form::Json => {
            let changes = changes.iter().map(|change| news::changed(&phone, group.id, change)).collect();
            context.terminal.json(&Listed { changes: Some(changes), ..listed(&phone, &group) })
        }
        Form::Plain => listed(&phone, &group).members.iter().try_for_each(|member| {
            context.terminal.row(&[&member.member, member.trust.unwrap_or_default(), &member.account])
        }),
        Form::Text => {
            let (width, left) = (context.terminal.width(), !phone.is_in(&group));
            let left = if left { " You left it; this is how it was." } else { "" };
            let head = format!("{} has {}, as this phone knows them.{left}", name(&group), count(&group));
            context.terminal.result(&break_words(&head, INDENT, width))?;
            for account in &group.members {
                let who = match (member(&phone, *account), phone.contact(*account)) {
                    (None, _) => "You".to_owned(),
                    (Some(name), Ok(contact)) => {
                        let blocked = if contact.blocked { ", whom you have blocked" } else { "" };
                        format!("{name} ({}){blocked}", words::sure(contact.trust))
                    }
                    (Some(account), Err(_)) => format!("{account}, no contact of yours"),
                };
                context.terminal.result(&format!("{:INDENT$}{}", "", break_words(&who, INDENT, width)))?;
            }
            if !changes.is_empty() {
                context.terminal.result("What this phone did and heard, from whom it heard it first:")?;
            }
            for change in &changes {
                context.note_zone();
                let text = news::line(context, &phone, group.id, change);
                context.terminal.result(&format!("{:INDENT$}{text}", ""))?;
            }
            context.terminal.note(GROUP_BASIS);
            Ok(())
        }
    }
}

fn listed(phone: &Phone, group: &Group) -> Listed {
    let members = group.members.iter().map(|account| Member {
        member: member(phone, *account).unwrap_or_else(|| "you".to_owned()),
        account: account.to_string(),
        trust: phone.contact(*account).ok().map(|contact: Contact| trust(contact.trust)),
    });
    Listed {
        group: name(group),
        group_id: group.id.to_string(),
        left: !phone.is_in(group),
        signed: false,
        members: members.collect(),
        changes: None,
    }
}

const fn trust(trust: Trust) -> &'static str {
    sentences::trust_code(trust)
}
