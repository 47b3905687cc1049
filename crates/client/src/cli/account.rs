//! `pillarbox account`: this phone's own account.

mod closed;

use std::fs;
use std::path::Path;

use pillarbox_client::display::safe;
use pillarbox_client::vault::FILE_NAME;
use pillarbox_client::{
    Account, Habits, NewAccount, PaddingRule, Passphrase, Phone, ProfileError, Protection, Vault,
};
use pillarbox_text::read::value;
use pillarbox_wire::{NumberCode, Refusal, Timestamp};
use serde::Serialize;

use super::desk::{Desk, must_be_open, now, passphrase};
use super::failure::Failure;
use super::grammar::{Account as Command, source};
use super::passphrase::{Purpose, is_short};
use super::qr::{Code, Size};
use super::send::is_unknown_there;
use super::terminal::Form;
use super::{lock, net, words};

/// What the relay's yes to closing means.
const CLOSED_THERE: &str = "The account is closed: the relay has deleted it and its mailbox. What you sent unsealed and still waits for \
others keeps your account's id until it is fetched.";

/// What it means that the relay knows no such phone, so that there is nothing for it to close.
const GONE_THERE: &str = "The account is closed on this phone. The relay did not know this phone any more: whoever runs it has \
removed the account, or another phone has registered its number.";

/// The account for programs.
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
    /// When the relay closed it; none for an account that is there.
    closed_at_ms: Option<u64>,
}

#[derive(Serialize)]
struct Invited<'a> {
    invitation: &'a str,
}

/// Runs `pillarbox account`.
pub(crate) fn run(desk: &mut Desk<'_>, command: &Command) -> Result<(), Failure> {
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
            match closed::place_of(desk, *replace_closed)? {
                Some(place) => closed::replace(desk, &place, new, *code),
                None => create(desk, new, *code),
            }
        }
        Command::Show { machine } => show(desk, machine.form()),
        Command::Invite { qr, svg, machine } => invite(desk, *qr, svg.as_deref(), machine.form()),
        Command::Passphrase { new_passphrase_file, new_passphrase_fd } => {
            let new = source(new_passphrase_file.clone(), *new_passphrase_fd, desk.options.no_input);
            change_passphrase(desk, &new)
        }
        Command::Lock => lock::tell(desk),
        Command::Close { yes } => close(desk, *yes),
    }
}

/// Makes the account here and at the relay, both or neither: a profile that no relay knows is only in the way
/// of typing the command again, corrected.
fn create(desk: &mut Desk<'_>, new: NewAccount, code: Option<NumberCode>) -> Result<(), Failure> {
    if Vault::is_there(&desk.directory()?) {
        return match code {
            Some(code) => go_on(desk, &new, code),
            None => Err(Failure::ProfileExists),
        };
    }
    let secret = desk.options.passphrase().read(Purpose::New)?;
    if is_short(&secret) {
        desk.terminal.warn("this passphrase is short. Whoever copies the profile can try many.");
    }
    make(desk, &passphrase(secret)?, new, code, None)
}

/// The same in a place that is free: the profile that stood there is `aside` now, if there was one.
fn make(
    desk: &mut Desk<'_>,
    passphrase: &Passphrase,
    new: NewAccount,
    code: Option<NumberCode>,
    aside: Option<&Path>,
) -> Result<(), Failure> {
    let directory = desk.directory()?;
    desk.terminal.note("Making keys, then asking the relay for an account.");
    let existed = directory.exists();
    let made = Phone::create(&directory, passphrase, new, now(), &mut desk.rng);
    if made.as_ref().is_err_and(|error| !matches!(error, ProfileError::Exists | ProfileError::InUse)) {
        // A file that a full disk broke off would stand in the way of the same command, typed again. What cannot be
        // taken away because it never came to be is no second trouble.
        clear(&directory, existed).unwrap_or_default();
    }
    let mut phone = made?;
    if let Some(code) = code {
        phone.enter_code(code).map_err(Failure::from)?;
    }
    let registered = net::register(desk, &mut phone).map_err(|failure| match failure {
        Failure::Refused(Refusal::NotOffered) if code.is_some() => Failure::NoCodes,
        other => other,
    });
    match registered {
        Ok(before) => made_known(desk, &phone, (before, code.is_some()), aside),
        Err(failure) => {
            if failure.leaves_account_unmade() {
                drop(phone);
                clear(&directory, existed).map_err(|error| Failure::File(directory, error.to_string()))?;
            }
            Err(failure)
        }
    }
}

/// Shows the code for a profile whose registration was not heard of again: its keys may have the account already.
fn go_on(desk: &mut Desk<'_>, new: &NewAccount, code: NumberCode) -> Result<(), Failure> {
    let mut phone = desk.open()?;
    if phone.account().address.is_some() || phone.account().handle != new.handle {
        return Err(Failure::ProfileExists);
    }
    phone.enter_code(code).map_err(Failure::from)?;
    let before = net::register(desk, &mut phone)?;
    made_known(desk, &phone, (before, true), None)
}

/// Says that the account is there, whether it was there `before`, what its number proves, and where the profile of a closed one is.
fn made_known(
    desk: &mut Desk<'_>,
    phone: &Phone,
    (before, by_code): (bool, bool),
    aside: Option<&Path>,
) -> Result<(), Failure> {
    let account = phone.account().clone();
    match &account.handle {
        Some(number) if before => {
            desk.terminal.strong("Account taken over.")?;
            desk.terminal.result(&format!(
                "{number} had an account. This phone has its place there now, and the former phone is signed out. What was \
                 said on that phone is not on this one. Your contacts' phones say that your safety number has changed, as soon as \
                 you add them or they write to you."
            ))?;
        }
        Some(number) => {
            desk.terminal.strong("Account made.")?;
            desk.terminal.result(&format!("Others find it by {number}."))?;
        }
        None => desk.terminal.strong("Account made.")?,
    }
    if account.handle.is_some() {
        desk.terminal.note(if by_code { words::NUMBERS_BY_CODE } else { words::NUMBERS_PROVE_NOTHING });
    }
    let directory = desk.directory()?;
    desk.terminal
        .note(&format!("The profile is sealed with the passphrase and lies in {}.", directory.display()));
    if let Some(aside) = aside {
        desk.terminal
            .note(&format!("The profile of the closed account is in {} now, unchanged.", aside.display()));
    }
    desk.next("account invite");
    Ok(())
}

/// Takes away what [`create`] has just made.
fn clear(directory: &Path, existed: bool) -> std::io::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(directory.join(format!("{FILE_NAME}{suffix}"))) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    if existed { Ok(()) } else { fs::remove_dir(directory) }
}

fn show(desk: &mut Desk<'_>, form: Form) -> Result<(), Failure> {
    let phone = desk.open()?;
    let directory = desk.directory()?;
    let account = phone.account().clone();
    let contacts = phone.contacts()?.len();
    let (waiting, closed_at) = (phone.unsent(), phone.closed_at()?);
    let shown = shown(&account, contacts, waiting, closed_at);
    match form {
        Form::Json => desk.terminal.json(&shown),
        Form::Plain => desk.terminal.row(&[
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
                desk.note_zone();
            }
            let registered = shown.account.as_deref().unwrap_or("not registered yet");
            let closed =
                closed_at.map(|at| format!("{}; nothing goes or comes", desk.clock.date_and_time(at)));
            let waits = match closed {
                None => format!("{waiting} to be sent"),
                Some(_) => format!("nothing any more; {waiting} never sent"),
            };
            for (what, fact) in [
                ("Account", registered),
                ("Closed", closed.as_deref().unwrap_or_default()),
                ("Number", shown.number.unwrap_or("none")),
                ("Name", if shown.name.is_empty() { "none" } else { shown.name }),
                ("Relay", &shown.relay),
                ("Protection", "end-to-end encrypted: only the recipient's phone can read"),
                ("Contacts", &shown.contacts.to_string()),
                ("Waiting", &waits),
                ("Profile", &directory.display().to_string()),
            ] {
                if fact.is_empty() {
                    continue;
                }
                desk.terminal.verbatim(&format!("{what:<11} {}", safe(fact)))?;
            }
            if closed.is_some() {
                desk.terminal.note("To begin anew here, with this profile moved aside and nothing deleted:");
                desk.next(&closed::anew(&account));
            }
            Ok(())
        }
    }
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

fn invite(desk: &mut Desk<'_>, qr: Option<Size>, svg: Option<&Path>, form: Form) -> Result<(), Failure> {
    let mut phone = desk.open()?;
    must_be_open(&phone)?;
    if phone.account().address.is_none() {
        net::register(desk, &mut phone)?;
    }
    let link = phone.invitation()?.to_string();
    match form {
        Form::Json => return desk.terminal.json(&Invited { invitation: &link }),
        Form::Plain => return desk.terminal.verbatim(&link),
        Form::Text => desk.terminal.verbatim(&link)?,
    }
    desk.terminal.note(
        "Give the link to people who may write to you, over something you both trust. Whoever has it can \
         write to you; nobody can read anything with it. They type: pillarbox contact add LINK",
    );
    // In capitals the code has fewer modules, and the link reads the same.
    let Some(code) = Code::new(&link.to_ascii_uppercase()) else { return Ok(()) };
    if let Some(file) = svg {
        fs::write(file, code.svg()).map_err(|error| Failure::File(file.to_owned(), error.to_string()))?;
        desk.terminal.note(&format!("The code is in {}.", file.display()));
    }
    draw(desk, &code, qr)
}

/// Draws the code last, so that the window ends with it, or says why there is none.
fn draw(desk: &mut Desk<'_>, code: &Code, asked: Option<Size>) -> Result<(), Failure> {
    let (window, colours) = (desk.terminal.window(), desk.terminal.shows_colours());
    let size = match (asked, window) {
        (Some(asked), _) => asked,
        (None, None) => return Ok(()),
        (None, Some(_)) if !colours => {
            desk.terminal
                .note("No code without colours. On a light background: --qr small. Else: --svg FILE.");
            return Ok(());
        }
        (None, Some(window)) => match code.fitting(window) {
            Some(size) => size,
            None => {
                desk.terminal.note(&too_small(code, Size::Small, window));
                return Ok(());
            }
        },
    };
    for line in code.draw(size) {
        desk.terminal.verbatim(&line)?;
    }
    match window {
        _ if size == Size::None => {}
        Some(window) if code.columns(size) > window.0 || code.rows(size) >= window.1 => {
            desk.terminal.note(&too_small(code, size, window));
        }
        _ if !colours => desk.terminal.note("Without colours, this code scans on a light background only."),
        _ => {}
    }
    Ok(())
}

/// Why a window shows no code, or not all of one, and what helps.
fn too_small(code: &Code, size: Size, (columns, lines): (usize, usize)) -> String {
    let (wide, high) = (code.columns(size), code.rows(size) + 1);
    format!("The code takes {wide}x{high}; this window is {columns}x{lines}. Enlarge it, or use --svg FILE.")
}

fn change_passphrase(desk: &mut Desk<'_>, new: &super::passphrase::Source) -> Result<(), Failure> {
    let mut phone = desk.open()?;
    let secret = new.read(Purpose::New)?;
    if is_short(&secret) {
        desk.terminal.warn("this passphrase is short. Whoever copies the profile can try many.");
    }
    phone.change_passphrase(&passphrase(secret)?, &mut desk.rng)?;
    desk.terminal.result("The passphrase is changed.")?;
    desk.terminal.note("A copy of the profile that somebody took before still opens with the old one.");
    Ok(())
}

fn close(desk: &mut Desk<'_>, yes: bool) -> Result<(), Failure> {
    let mut phone = desk.open()?;
    must_be_open(&phone)?;
    if !yes {
        desk.agree("Close the account at the relay, for good? Messages on this phone stay.", "--yes")?;
    }
    let outcome = net::close(desk, &mut phone);
    let says = if is_unknown_there(&outcome) {
        phone.close_here(now(), &mut desk.rng)?;
        GONE_THERE
    } else {
        outcome?;
        CLOSED_THERE
    };
    desk.terminal.result(says)?;
    let directory = desk.directory()?;
    desk.terminal.note(&format!(
        "What this phone holds is still in {}. To begin anew in its place, which moves it aside and deletes nothing:",
        directory.display()
    ));
    desk.next(&closed::anew(phone.account()));
    Ok(())
}
