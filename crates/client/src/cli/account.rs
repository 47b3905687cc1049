//! `pillarbox account`: this phone's own account.

mod closed;
mod making;

use std::fs;
use std::path::Path;

use pillarbox_client::display::safe;
use pillarbox_client::{Account, Habits, NewAccount, PaddingRule, Phone, Protection};
use pillarbox_text::read::value;
use pillarbox_wire::Timestamp;
use serde::Serialize;

use super::context::{CliContext, must_be_open, now, passphrase};
use super::device_words::DeviceTrouble;
use super::failure::Failure;
use super::grammar::{Account as Command, source};
use super::passphrase::{Purpose, is_short};
use super::program::PhoneProgram;
use super::qr::{Code, Size};
use super::send::is_unknown_there;
use super::terminal::Form;
use super::{lock, net};

pub(super) use making::remove_unfinished;

/// The message for an account that the relay has closed.
const CLOSED_THERE: &str = "The account is closed: the relay has deleted it and its mailbox. What you sent unsealed and still waits for \
others keeps your account's id until it is fetched.";

/// The message for an account that the relay does not know, so that the relay has nothing to close.
const GONE_THERE: &str = "The account is closed on this phone. The relay did not know this phone any more: whoever runs it has \
removed the account, or another phone has registered its number.";

/// The account as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    relay: String,
    account: Option<String>,
    number: Option<&'a str>,
    name: &'a str,
    protection: &'static str,
    contacts: usize,
    waiting: usize,
    created_at_ms: u64,
    /// Time at which the relay closed the account; absent while it is open.
    closed_at_ms: Option<u64>,
}

#[derive(Serialize)]
struct Invited<'a> {
    invitation: &'a str,
}

/// Runs `pillarbox account`.
pub(crate) fn run(context: &mut CliContext<'_, impl PhoneProgram>, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Create { relay, number, code, name, replace_closed } => {
            let new = NewAccount {
                relay: relay.clone(),
                handle: number.clone(),
                name: name.as_deref().map(value).unwrap_or_default().to_owned(),
                protection: Protection::EndToEnd,
                padding: PaddingRule::Padme,
                habits: Habits::default(),
            };
            match closed::place_of(context, *replace_closed)? {
                Some(place) => closed::replace(context, &place, new, *code),
                None => making::create(context, new, *code),
            }
        }
        Command::Show { machine } => show(context, machine.form()),
        Command::Invite { qr, svg, machine } => invite(context, *qr, svg.as_deref(), machine.form()),
        Command::Passphrase { new_passphrase_file, new_passphrase_fd } => {
            let new = source(new_passphrase_file.clone(), *new_passphrase_fd, context.options.no_input);
            change_passphrase(context, &new)
        }
        Command::Lock => lock::tell(context),
        Command::Close { yes } => close(context, *yes),
    }
}

fn show(context: &mut CliContext<'_, impl PhoneProgram>, form: Form) -> Result<(), Failure> {
    let phone = context.open()?;
    let directory = context.directory()?;
    let account = phone.account().clone();
    let contacts = phone.contacts()?.len();
    let (waiting, closed_at) = (phone.unsent(), phone.closed_at()?);
    let devices = devices(&phone)?;
    let shown = shown(&account, contacts, waiting, closed_at);
    match form {
        Form::Json => context.terminal.json(&shown),
        Form::Plain => context.terminal.row(&[
            &shown.relay,
            shown.account.as_deref().unwrap_or_default(),
            shown.number.unwrap_or_default(),
            shown.name,
            shown.protection,
            &shown.contacts.to_string(),
            &shown.waiting.to_string(),
        ]),
        Form::Text => {
            if closed_at.is_some() {
                context.note_zone();
            }
            let registered = shown.account.as_deref().unwrap_or("not registered yet");
            let closed =
                closed_at.map(|at| format!("{}; nothing goes or comes", context.clock.date_and_time(at)));
            let waits = match closed {
                None => format!("{waiting} to be sent"),
                Some(_) => format!("nothing any more; {waiting} never sent"),
            };
            let backups = account.habits.backup.map_or("", pillarbox_client::sentences::backup_readers);
            for (what, fact) in [
                ("Account", registered),
                ("Closed", closed.as_deref().unwrap_or_default()),
                ("Number", shown.number.unwrap_or("none")),
                ("Name", if shown.name.is_empty() { "none" } else { shown.name }),
                ("Relay", &shown.relay),
                (
                    "Protection",
                    pillarbox_client::sentences::protection(account.protection).unwrap_or_default(),
                ),
                ("Contacts", &shown.contacts.to_string()),
                ("Devices", &devices),
                ("Waiting", &waits),
                ("Backups", backups),
                ("Profile", &directory.display().to_string()),
            ] {
                if fact.is_empty() {
                    continue;
                }
                context.terminal.verbatim(&format!("{what:<11} {}", safe(fact)))?;
            }
            if closed.is_some() {
                context
                    .terminal
                    .note("To begin anew here, with this profile moved aside and nothing deleted:");
                context.next(&closed::anew(&account));
            }
            Ok(())
        }
    }
}

/// Describes the devices of the account; empty if this phone is the only one.
fn devices(phone: &Phone) -> Result<String, Failure> {
    let count = if phone.account().address.is_some() { phone.devices()?.len() } else { 1 };
    Ok(match count {
        0 | 1 => String::new(),
        count if phone.is_linked_device() => format!("{count}; this is a linked one"),
        count => format!("{count}; this is the first phone"),
    })
}

fn shown(account: &Account, contacts: usize, waiting: usize, closed_at: Option<Timestamp>) -> Shown<'_> {
    Shown {
        relay: account.relay.to_string(),
        account: account.address.map(|address| address.to_string()),
        number: account.handle.as_ref().map(|handle| handle.as_str()),
        name: &account.name,
        protection: match account.protection {
            Protection::EndToEnd => "end-to-end",
            Protection::ServerReadable => "server-readable",
        },
        contacts,
        waiting,
        created_at_ms: account.created_at.0,
        closed_at_ms: closed_at.map(|at| at.0),
    }
}

fn invite(
    context: &mut CliContext<'_, impl PhoneProgram>,
    qr: Option<Size>,
    svg: Option<&Path>,
    form: Form,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    if phone.account().address.is_none() {
        net::register(context, &mut phone)?;
    }
    let link = phone.invitation()?.to_string();
    match form {
        Form::Json => return context.terminal.json(&Invited { invitation: &link }),
        Form::Plain => return context.terminal.verbatim(&link),
        Form::Text => context.terminal.verbatim(&link)?,
    }
    context.terminal.note(
        "Give the link to people who may write to you, over something you both trust. Whoever has it can \
         write to you; nobody can read anything with it. They type: pillarbox contact add LINK",
    );
    // In capitals the code has fewer modules, and the link reads the same.
    let Some(code) = Code::new(&link.to_ascii_uppercase()) else { return Ok(()) };
    if let Some(file) = svg {
        fs::write(file, code.svg()).map_err(|error| Failure::File(file.to_owned(), error.to_string()))?;
        context.terminal.note(&format!("The code is in {}.", file.display()));
    }
    draw(context, &code, qr)
}

/// Draws the code after everything else, so that it is at the end of the window, or explains why it is not drawn.
pub(super) fn draw(
    context: &mut CliContext<'_, impl PhoneProgram>,
    code: &Code,
    asked: Option<Size>,
) -> Result<(), Failure> {
    let (window, colours) = (context.terminal.window(), context.terminal.shows_colours());
    let size = match (asked, window) {
        (Some(asked), _) => asked,
        (None, None) => return Ok(()),
        (None, Some(_)) if !colours => {
            context
                .terminal
                .note("No code without colours. On a light background: --qr small. Else: --svg FILE.");
            return Ok(());
        }
        (None, Some(window)) => match code.fitting(window) {
            Some(size) => size,
            None => {
                context.terminal.note(&too_small(code, Size::Small, window));
                return Ok(());
            }
        },
    };
    for line in code.draw(size) {
        context.terminal.verbatim(&line)?;
    }
    match window {
        _ if size == Size::None => {}
        Some(window) if code.columns(size) > window.0 || code.rows(size) >= window.1 => {
            context.terminal.note(&too_small(code, size, window));
        }
        _ if !colours => {
            context.terminal.note("Without colours, this code scans on a light background only.")
        }
        _ => {}
    }
    Ok(())
}

/// Explains why the window shows no code or only part of one, and what helps.
fn too_small(code: &Code, size: Size, (columns, lines): (usize, usize)) -> String {
    let (wide, high) = (code.columns(size), code.rows(size) + 1);
    format!("The code takes {wide}x{high}; this window is {columns}x{lines}. Enlarge it, or use --svg FILE.")
}

fn change_passphrase(
    context: &mut CliContext<'_, impl PhoneProgram>,
    new: &super::passphrase::Source,
) -> Result<(), Failure> {
    let mut phone = context.open()?;
    let secret = new.read(Purpose::New)?;
    if is_short(&secret) {
        context.terminal.warn("this passphrase is short. Whoever copies the profile can try many.");
    }
    phone.change_passphrase(&passphrase(secret)?, &mut context.rng)?;
    context.terminal.result("The passphrase is changed.")?;
    context.terminal.note("A copy of the profile that somebody took before still opens with the old one.");
    Ok(())
}

fn close(context: &mut CliContext<'_, impl PhoneProgram>, yes: bool) -> Result<(), Failure> {
    let mut phone = context.open()?;
    must_be_open(&phone)?;
    if phone.is_linked_device() {
        return Err(Failure::Device(DeviceTrouble::FirstPhoneOnly));
    }
    if !yes {
        context.agree("Close the account at the relay, for good? Messages on this phone stay.", "--yes")?;
    }
    let outcome = net::close(context, &mut phone);
    let says = if is_unknown_there(&outcome) {
        phone.close_here(now(), &mut context.rng)?;
        GONE_THERE
    } else {
        outcome?;
        CLOSED_THERE
    };
    context.terminal.result(says)?;
    let directory = context.directory()?;
    context.terminal.note(&format!(
        "What this phone holds is still in {}. To begin anew in its place, which moves it aside and deletes nothing:",
        directory.display()
    ));
    context.next(&closed::anew(phone.account()));
    Ok(())
}
