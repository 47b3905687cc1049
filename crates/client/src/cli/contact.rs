//! `pillarbox contact`: the people this phone talks to.

use pillarbox_client::{Contact, ContactOrigin, Invitation, Phone, PhoneError, Trust, check_name};
use pillarbox_client::{naming, sentences};
use pillarbox_text::columns::fit;
use pillarbox_text::read::{link, value};
use pillarbox_text::wrap::{INDENT, TABLE_WIDTH, break_words, wrap};
use pillarbox_wire::{AccountId, Handle};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::context::{CliContext, find, may_say, may_write, now};
use super::failure::Failure;
use super::grammar::{Contact as Command, quote};
use super::period::Period;
use super::program::PhoneProgram;
use super::terminal::Form;
use super::{net, strangers, words};

/// The maximum number of bytes read from standard input for an invitation: several times the longest one.
const MAX_LINK_LEN: usize = 8 * 1_024;

/// Columns of the list: name, trust and origin.
const NAME_COLUMNS: usize = 24;
const TRUST_COLUMNS: usize = 14;

/// The space between two columns.
const GAP: &str = "  ";

/// A contact as JSON.
#[derive(Serialize)]
struct Listed<'a> {
    contact: String,
    account: String,
    number: Option<&'a str>,
    trust: &'static str,
    origin: &'static str,
    accepted: bool,
    blocked: bool,
    sealed: bool,
    timer_seconds: Option<u32>,
    added_at_ms: u64,
}

#[derive(Serialize)]
struct List<'a> {
    contacts: Vec<Listed<'a>>,
    /// Blocked accounts that are not contacts; present only if blocked accounts are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<Vec<String>>,
}

/// Runs `pillarbox contact`.
pub(crate) fn run(context: &mut CliContext<'_, impl PhoneProgram>, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Add { whom, name } => add(context, whom, name.as_deref()),
        Command::List { blocked, machine } => list(context, *blocked, machine.form()),
        Command::Rename { name, new_name } => rename(context, name, new_name),
        Command::Accept { name } => accept(context, name),
        Command::Timer { name, period } => timer(context, name, *period),
        Command::Block { who } => strangers::block(context, who),
        Command::Unblock { who } => strangers::unblock(context, who),
        Command::Remove { name: Some(name), yes, .. } => remove(context, name, *yes),
        Command::Remove { name: None, yes, .. } => strangers::remove(context, *yes),
    }
}

fn add(
    context: &mut CliContext<'_, impl PhoneProgram>,
    whom: &str,
    name: Option<&str>,
) -> Result<(), Failure> {
    let read;
    let whom = link(match whom {
        "-" => {
            read = context.read_stdin(MAX_LINK_LEN)?;
            &read
        }
        typed => typed,
    });
    let name = name.map(value);
    if let Some(name) = name {
        check_name(name).map_err(|_| Failure::BadName)?;
    }
    if let Some(account) = strangers::account(whom) {
        let mut phone = context.open()?;
        let contact =
            phone.add_stranger(account, name, now(), &mut context.rng).map_err(|error| match error {
                PhoneError::UnknownContact => Failure::NeverWrote,
                other => other.into(),
            })?;
        return added(context, &phone, &contact);
    }
    // A number, even one with an invalid form.
    if whom.starts_with(['+', '(']) || whom.starts_with(|c: char| c.is_numeric()) {
        let handle = Handle::parse(whom).map_err(|error| Failure::Invitation(error.to_string()))?;
        return add_number(context, handle, name);
    }
    // Read before the passphrase is asked for, so that a typing error is reported first.
    let invitation = whom.parse::<Invitation>()?;
    let mut phone = context.open()?;
    let before = phone.contacts()?.into_iter().find(|known| known.account == invitation.account);
    let contact = phone.add_invited(&invitation, name, now(), &mut context.rng)?;
    if before.as_ref().is_some_and(|before| before.identity != contact.identity) {
        may_write(&phone, &contact)?;
        context.terminal.warn(&format!(
            "{}'s safety number has changed: the invitation brings another key for the account that you had added. A new \
             phone, or somebody in between.",
            words::name(&contact)
        ));
        return goes_on(context, &contact);
    }
    match before.filter(|before| before.accepted) {
        Some(before) => known_already(context, &before, &contact),
        None => added(context, &phone, &contact),
    }
}

/// Reports that a contact continues under a new key.
fn goes_on(context: &mut CliContext<'_, impl PhoneProgram>, contact: &Contact) -> Result<(), Failure> {
    let (name, sure) = (words::name(contact), words::sure(contact.trust));
    context.terminal.result(&format!("{name} goes on under the new key. {sure}."))?;
    context.next(&format!("verify {}", quote(&name)));
    Ok(())
}

/// Reports that the contact had been added before, and under which name if the name has changed.
fn had_already(
    context: &mut CliContext<'_, impl PhoneProgram>,
    before: &Contact,
    contact: &Contact,
) -> Result<(), Failure> {
    let (former, name, sure) = (words::name(before), words::name(contact), words::sure(contact.trust));
    let renamed = if former == name { String::new() } else { format!("; it is now called {name} here") };
    context.terminal.result(&format!("You have {former} already{renamed}. {sure}."))
}

/// Reports that the invitation belongs to a known contact, and what else the invitation says.
fn known_already(
    context: &mut CliContext<'_, impl PhoneProgram>,
    before: &Contact,
    contact: &Contact,
) -> Result<(), Failure> {
    had_already(context, before, contact)?;
    if before.origin != ContactOrigin::Invitation {
        context.terminal.note(match contact.trust {
            Trust::Verified => "The invitation has the key that you have verified.",
            _ => "The invitation brings the same key as the relay did.",
        });
    }
    if contact.trust != Trust::Verified {
        context.next(&format!("verify {}", quote(&words::name(contact))));
    }
    Ok(())
}

fn added(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    contact: &Contact,
) -> Result<(), Failure> {
    let name = words::name(contact);
    let sure = words::sure(contact.trust);
    context.terminal.result(&format!("Added {name}. {sure}."))?;
    tell_claim(context, contact);
    tell_alike(context, phone, contact)?;
    if contact.trust != Trust::Verified {
        context.terminal.note(match contact.origin {
            ContactOrigin::Invitation => {
                "The keys came with the invitation: whoever could change it on its way to you could be in \
                 the middle."
            }
            ContactOrigin::Number
            | ContactOrigin::Stranger
            | ContactOrigin::Group
            | ContactOrigin::Backup => "The relay introduced you. A relay that lies could be in the middle.",
        });
        context.next(&format!("verify {}", quote(&name)));
    }
    Ok(())
}

/// Reports that a new contact's suggested name was not taken over and that the owner chose none.
fn tell_claim(context: &mut CliContext<'_, impl PhoneProgram>, contact: &Contact) {
    let stand_in = contact.account.to_string().starts_with(&contact.name);
    if let Some(claim) = words::claim(contact).filter(|_| stand_in) {
        context.terminal.note(&format!(
            "That phone {claim}. On this phone that means something else than a person, so it was not taken over. To call \
             them otherwise: `contact rename {} NEW-NAME`.",
            quote(&contact.name)
        ));
    }
}

/// Warns that a name looks like another contact's.
fn tell_alike(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    contact: &Contact,
) -> Result<(), Failure> {
    let contacts = phone.contacts()?;
    if let Some(other) = contacts.iter().find(|other| naming::look_alike(&other.name, &contact.name)) {
        let (name, other, sure) = (words::name(contact), words::name(other), words::sure(other.trust));
        context.terminal.warn(&format!(
            "this {name} looks like {other} ({sure}), whom you have already, and is somebody else: a letter of the name is \
             another one. To tell them apart: `contact rename {} NEW-NAME`.",
            quote(&name)
        ));
    }
    Ok(())
}

/// Asks the relay for the account of a number. This is the only question that reaches the relay before anything is
/// stored.
fn add_number(
    context: &mut CliContext<'_, impl PhoneProgram>,
    handle: Handle,
    name: Option<&str>,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    let known = phone.contacts()?;
    let holder = known.iter().find(|known| known.handle.as_ref() == Some(&handle)).cloned();
    phone.look_up(handle, name)?;
    let (account, by_code) = net::look_up(context, &mut phone)?;
    let contact = phone.contact(account)?;
    match holder.or_else(|| known.into_iter().find(|known| known.account == account)) {
        Some(before) if words::name(&before) != words::name(&contact) && name.is_none() => {
            let (name, sure) = (words::name(&contact), words::sure(contact.trust));
            context.terminal.result(&format!("This number leads to {name} now. {sure}."))?;
        }
        // Another key or account for a known number was reported with the answer.
        Some(before) if before.account != account || before.identity != contact.identity => {
            may_write(&phone, &contact)?;
            goes_on(context, &contact)?;
        }
        Some(before) => had_already(context, &before, &contact)?,
        None => added(context, &phone, &contact)?,
    }
    context.terminal.note(if by_code { words::NUMBERS_BY_CODE } else { words::NUMBERS_PROVE_NOTHING });
    Ok(())
}

/// Lists all contacts, or everybody who is blocked, contact or not.
fn list(context: &mut CliContext<'_, impl PhoneProgram>, blocked: bool, form: Form) -> Result<(), Failure> {
    let phone = context.open()?;
    let mut contacts = phone.contacts()?;
    let known: Vec<AccountId> = contacts.iter().map(|contact| contact.account).collect();
    let mut accounts = if blocked { phone.blocked()? } else { Vec::new() };
    accounts.retain(|account| !known.contains(account));
    contacts.retain(|contact| !blocked || contact.blocked);
    match form {
        Form::Json => {
            let contacts = contacts.iter().map(listed).collect();
            let accounts = blocked.then(|| accounts.iter().map(ToString::to_string).collect());
            return context.terminal.json(&List { contacts, accounts });
        }
        Form::Text if blocked && contacts.is_empty() && accounts.is_empty() => {
            return context.terminal.result("Nobody is blocked.");
        }
        Form::Text | Form::Plain => {}
    }
    if !blocked || !contacts.is_empty() {
        write_list(context, &contacts, form)?;
    }
    accounts.iter().try_for_each(|account| match form {
        Form::Plain => context.terminal.row(&["", "", "", "", &account.to_string()]),
        _ => context.terminal.verbatim(&format!("{account}  no contact")),
    })
}

fn write_list(
    context: &mut CliContext<'_, impl PhoneProgram>,
    contacts: &[Contact],
    form: Form,
) -> Result<(), Failure> {
    match form {
        Form::Json => Ok(()),
        Form::Plain => contacts.iter().try_for_each(|contact| {
            let listed = listed(contact);
            let timer = listed.timer_seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
            let number = listed.number.unwrap_or_default();
            context.terminal.row(&[&listed.contact, listed.trust, number, &timer, &listed.account])
        }),
        Form::Text if contacts.is_empty() => {
            context.terminal.result("No contacts yet.")?;
            context.next("account invite");
            Ok(())
        }
        Form::Text => {
            let width = context.terminal.width();
            contacts.iter().zip(naming::alike(contacts)).try_for_each(|(contact, alike)| {
                let alike = alike.map(words::name);
                context.terminal.verbatim(&line(contact, alike.as_deref(), width))
            })
        }
    }
}

/// Formats a contact as a line of the list, with the contact whose name looks alike. In a narrow window, or if the
/// name is too long, the remarks are below that line.
fn line(contact: &Contact, alike: Option<&str>, width: usize) -> String {
    let (name, remarks) = (words::name(contact), remarks(contact, alike));
    let below = wrap(&format!("{:INDENT$}{}", "", break_words(&remarks, INDENT, width)), INDENT, width);
    if width < TABLE_WIDTH {
        let (sure, trust) = (words::sure(contact.trust), sentences::trust(contact.trust));
        let fits = name.width() + GAP.len() + trust.len() <= width;
        let head = if fits {
            format!("{name}{GAP}{sure}")
        } else {
            format!("{}\n{:INDENT$}{sure}", wrap(&break_words(&name, INDENT, width), INDENT, width), "")
        };
        return format!("{head}\n{below}").trim_end().to_owned();
    }
    let fill = " ".repeat(TRUST_COLUMNS.saturating_sub(sentences::trust(contact.trust).len()));
    let (name, sure) = (fit(&name, NAME_COLUMNS), words::sure(contact.trust));
    let head = format!("{name}{GAP}{sure}{fill}{GAP}");
    let fits = NAME_COLUMNS + TRUST_COLUMNS + 2 * GAP.len() + remarks.width() <= width;
    let line = if fits { head + &remarks } else { format!("{}\n{below}", head.trim_end()) };
    line.trim_end().to_owned()
}

fn remarks(contact: &Contact, alike: Option<&str>) -> String {
    let mut remarks = Vec::new();
    remarks.extend(contact.handle.as_ref().map(ToString::to_string));
    if !contact.accepted {
        remarks.push(match words::claim(contact) {
            Some(claim) => format!("{}; {claim}", sentences::WROTE_FIRST),
            None => sentences::WROTE_FIRST.to_owned(),
        });
    }
    remarks.extend(alike.map(|other| format!("looks like {other}, and is somebody else")));
    if contact.blocked {
        remarks.push(sentences::BLOCKED.to_owned());
    }
    if contact.expires_after.is_some() {
        remarks.push(format!("disappears: {}", Period(contact.expires_after)));
    }
    remarks.join(", ")
}

fn listed(contact: &Contact) -> Listed<'_> {
    Listed {
        contact: words::name(contact),
        account: contact.account.to_string(),
        number: contact.handle.as_ref().map(Handle::as_str),
        trust: words::trust_code(contact.trust),
        origin: match contact.origin {
            ContactOrigin::Invitation => "invitation",
            ContactOrigin::Number => "number",
            ContactOrigin::Stranger => "wrote first",
            ContactOrigin::Group => "group",
            ContactOrigin::Backup => "backup",
        },
        accepted: contact.accepted,
        blocked: contact.blocked,
        sealed: contact.sealed,
        timer_seconds: contact.expires_after,
        added_at_ms: contact.added_at.0,
    }
}

fn rename(
    context: &mut CliContext<'_, impl PhoneProgram>,
    typed: &str,
    new_name: &str,
) -> Result<(), Failure> {
    let new_name = value(new_name);
    check_name(new_name).map_err(|_| Failure::BadName)?;
    let mut phone = context.open()?;
    let contact = find(&phone, typed)?;
    phone.rename(contact.account, new_name, &mut context.rng)?;
    let renamed = phone.contact(contact.account)?;
    context.terminal.result(&format!(
        "{} is called {} here from now on. {}.",
        words::name(&contact),
        words::name(&renamed),
        words::sure(renamed.trust)
    ))?;
    tell_alike(context, &phone, &renamed)
}

/// Accepts a changed key. The contact is no longer verified, because the owner verified another key.
fn accept(context: &mut CliContext<'_, impl PhoneProgram>, typed: &str) -> Result<(), Failure> {
    let mut phone = context.open()?;
    let contact = find(&phone, typed)?;
    let name = words::name(&contact);
    if contact.trust != Trust::Changed {
        return Err(Failure::NothingToAccept(name));
    }
    phone.accept_new_key(contact.account, &mut context.rng)?;
    context
        .terminal
        .result(&format!("{name}'s new key is used from now on. {}.", words::sure(Trust::Unverified)))?;
    context.next(&format!("verify {}", quote(&name)));
    Ok(())
}

fn timer(
    context: &mut CliContext<'_, impl PhoneProgram>,
    typed: &str,
    period: Period,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    let contact = find(&phone, typed)?;
    may_say(&phone, &contact)?;
    phone.set_timer(contact.account, period.0, now(), &mut context.rng)?;
    let name = words::name(&contact);
    context.terminal.result(&match period.0 {
        Some(_) => format!("New messages with {name} disappear after {period}, on both phones."),
        None => format!("New messages with {name} stay."),
    })?;
    context.terminal.note(
        "The other phone is told with the next connection. It is software that keeps this promise: who \
         wants to keep a message can.",
    );
    context.next("inbox");
    Ok(())
}

fn remove(context: &mut CliContext<'_, impl PhoneProgram>, typed: &str, yes: bool) -> Result<(), Failure> {
    let mut phone = context.open()?;
    let contact = find(&phone, typed)?;
    let name = words::name(&contact);
    if !yes {
        context.agree(&format!("Forget {name} and everything said, on this phone?"), "--yes")?;
    }
    phone.remove_contact(contact.account, &mut context.rng)?;
    context.terminal.result(&format!("Removed {name}. Their phone keeps what it has."))
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::Timestamp;

    use super::*;

    fn contact(name: &str, trust: Trust, number: Option<&str>) -> Contact {
        Contact {
            account: AccountId([1; 16]),
            name: name.to_owned(),
            suggested_name: None,
            handle: number.map(|number| Handle::parse(number).unwrap()),
            identity: None,
            former_identity: None,
            trust,
            origin: ContactOrigin::Number,
            accepted: true,
            sealed: true,
            blocked: false,
            expires_after: None,
            added_at: Timestamp(0),
        }
    }

    #[test]
    fn the_list_reads_like_this() {
        let mut stranger = contact("3c891561", Trust::Unverified, None);
        stranger.accepted = false;
        stranger.suggested_name = Some("Dr No (VERIFIED)".to_owned());
        let contacts = [
            contact("Alice", Trust::Verified, Some("+447700900101")),
            contact("Bob with a long name for a list", Trust::Unverified, Some("+447700900102")),
            contact("Carol", Trust::Changed, None),
            stranger,
        ];
        for width in [40, 60, 80] {
            let lines: Vec<_> = contacts.iter().map(|contact| line(contact, None, width)).collect();
            let list = anstream::adapter::strip_str(&lines.join("\n")).to_string();
            insta::assert_snapshot!(format!("list_{width}"), list);
        }
    }
}
