//! One table with the message, the next command and the exit code for each [`Failure`].
//!
//! A message says what happened and why. If a single command helps, it is on the next line and can be typed as
//! printed. If the next step needs something that only the user has, the message says so.

mod backup;
mod channel;
mod picture;

use std::fmt::Write;
use std::path::Path;

use pillarbox_client::Trust;
use pillarbox_client::display::safe;
use pillarbox_client::{naming, sentences};
use pillarbox_wire::{AccountId, Farewell, Refusal};

use super::device_words::{self, new_device};
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::quote;
use super::passphrase::PassphraseError;
use super::words::number;

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Explained {
    /// The message: what happened, why, and what the user can do.
    pub(crate) what: String,
    /// The arguments of the command to type next, without the program's name.
    pub(crate) next: Option<String>,
    /// The exit code.
    pub(crate) exit: Exit,
}

impl Explained {
    fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { what: what.into(), next: None, exit }
    }

    fn then(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

/// Returns the row for a failure, with the profile in the directory `profile`, or `None` if there is nothing to
/// report.
pub(crate) fn explain(failure: &Failure, profile: &Path) -> Option<Explained> {
    // A path is shown as typed, and somebody else may have written it.
    let profile = safe(&profile.display().to_string());
    use Exit::{No, Relay, Store, Usage};
    Some(match failure {
        Failure::ReaderGone | Failure::Told(_) => return None,

        Failure::Place(error) => Explained::new(Usage, sentence(&error.to_string())),
        Failure::Passphrase(error) => passphrase(error),
        Failure::StdinTwice => Explained::new(
            Usage,
            "The passphrase and the text cannot both come from standard input. Use --passphrase-file FILE.",
        ),
        Failure::NeedsAnswer { flag } => Explained::new(
            Usage,
            format!(
                "This asks before it does anything, and there is nobody to ask. If you mean it, add {flag}."
            ),
        ),
        Failure::Declined => Explained::new(No, "Nothing was changed."),

        Failure::NoProfile => Explained::new(Store, format!("There is no profile in {profile} yet."))
            .then("account create --help"),
        Failure::ProfileExists => Explained::new(
            Store,
            format!(
                "There is a profile in {profile} already. Choose another one with --profile NAME. If its account is closed, \
                 --replace-closed moves it aside and begins anew."
            ),
        )
        .then("account show"),
        Failure::AccountClosed => Explained::new(
            No,
            "This account is closed, so nothing was kept or sent. `history` still shows what was said. To begin anew here, \
             type the command at the end of `account show`: it moves this profile aside.",
        )
        .then("account show"),
        Failure::AccountOpen => Explained::new(
            Store,
            format!(
                "The account of the profile in {profile} is not closed, so nothing was changed. `account close` closes it; \
                 --profile NAME makes another one beside it."
            ),
        )
        .then("account show"),
        Failure::WrongPassphrase => Explained::new(
            Store,
            "The passphrase does not open this profile. Nothing was changed. It cannot be reset: \
             the messages are sealed with it.",
        ),
        Failure::InUse => Explained::new(
            Store,
            format!(
                "Another pillarbox has the profile in {profile} open. End it first: two would overwrite \
                 each other's keys."
            ),
        ),
        Failure::AtWork => Explained::new(
            No,
            "A command is at work on this profile. It ends by itself and leaves nothing in memory; look again then.",
        )
        .then("account lock"),
        Failure::LockUnheard { process } => Explained::new(
            No,
            format!(
                "Process {process} has this profile open, and has not locked when it was told to. End it: with it \
                 goes what it holds in memory."
            ),
        ),
        Failure::NotLocked(words) => Explained::new(
            No,
            format!(
                "This program could not put a locked one in its place, so it has ended instead, and with it goes what \
                 it held in memory. The reason: {words}."
            ),
        ),
        Failure::NewerProfile => Explained::new(
            Store,
            "This profile was written by a later version of pillarbox. Use that version; nothing was changed.",
        ),
        Failure::Damaged => Explained::new(
            Store,
            format!(
                "The profile in {profile} is damaged: what it holds does not fit its seals. Put back a \
                 copy of the whole directory; conversations recover by themselves."
            ),
        ),
        Failure::DiskFull => Explained::new(
            Store,
            format!(
                "The disk that holds {profile} is full. What was stored before is safe. Make room and type \
                 the same command again."
            ),
        ),
        #[cfg(unix)]
        Failure::Exposed(exposure) => Explained::new(Store, sentence(&exposure.sentence(Path::new(&profile)))),
        Failure::NotWritable => Explained::new(
            Store,
            format!(
                "{profile} cannot be written. Allow it, or choose another directory with --data DIR or \
                 PILLARBOX_HOME."
            ),
        ),
        Failure::Storage(words) => {
            Explained::new(Store, format!("The profile in {profile} could not be used: {words}."))
        }
        Failure::NotRegistered => {
            Explained::new(No, "The relay has not made this account yet. It is asked at the next connection.")
                .then("inbox")
        }

        Failure::Unreachable { relay, cause } => Explained::new(
            Relay,
            format!(
                "The relay at {relay} was not reached: {cause}. Check that it runs and that the address is right."
            ),
        ),
        Failure::WrongKey { relay } => Explained::new(
            Relay,
            format!(
                "Whoever answers at {relay} does not have the relay's key. Either the address has a typing \
                 error, or somebody stands in between. Nothing was sent. Get the address again from \
                 whoever runs the relay."
            ),
        ),
        Failure::NoRelay { relay } => Explained::new(
            Relay,
            format!("What answers at {relay} is no Pillarbox relay. Check host and port of the address."),
        ),
        Failure::Version(words) => Explained::new(Relay, sentence(words)),
        Failure::Lost => Explained::new(
            Relay,
            "The connection to the relay ended before everything was done. What waits is kept and will be \
             sent later.",
        )
        .then("inbox"),
        Failure::Goodbye(Farewell::Reregistered) => Explained::new(
            No,
            "Another phone has registered this account's number, with the code that was sent to it. This phone is signed out: \
             nothing more comes or goes here, and what it holds stays. If it was not you, whoever reads what is sent to \
             your number has your account: register the number again, and tell your contacts to compare safety numbers.",
        ),
        Failure::Goodbye(Farewell::DeviceRemoved) => Explained::new(
            No,
            "The first phone of the account has removed this device. Nothing more comes or goes here, and what it holds stays.",
        ),
        Failure::NoCodes => Explained::new(
            No,
            "This relay sends no codes, and takes none. Type the same command again without --code.",
        ),
        Failure::Goodbye(farewell) => Explained::new(
            Relay,
            format!(
                "The relay closed the connection: {farewell}. What waits is kept and will be sent later."
            ),
        )
        .then("inbox"),
        Failure::Refused(refusal) => refused(*refusal),

        Failure::UnknownContact { name, is_number: true, called, .. } => unknown_number(name, *called),
        Failure::UnknownContact { name, is_number: false, called: _, claimed, known } => {
            unknown_contact(name, claimed, known)
        }
        Failure::SeveralContacts { name, meant } => several_contacts(name, meant),
        Failure::NobodyNamed => Explained::new(Usage, "Nobody said whom to talk with, so nothing was done.")
            .then("chat --help"),
        Failure::NobodyKnown { strangers } => {
            let answer = strangers.first().map(|(name, _)| format!("chat {}", quote(name)));
            Explained::new(No, nobody_known(strangers)).then(answer.unwrap_or_else(|| "account invite".to_owned()))
        }
        Failure::NameTaken => {
            Explained::new(
                No,
                "You already call somebody by this name: capitals, spaces and the way an accent is typed make no difference. \
                 Choose another one; `contact add` takes it with --name NAME.",
            )
                .then("contact list")
        }
        Failure::BadName => Explained::new(
            Usage,
            "A name has 1 to 64 bytes of printable characters, is no telephone number, also without its +, and not the word You. It \
             does not start with - or +.",
        ),
        Failure::Invitation(words) => Explained::new(Usage, sentence(words)),
        Failure::OtherRelay => Explained::new(
            No,
            "This invitation is for another relay than yours, and relays do not talk to each other. Make \
             an account at that relay, under another name with --profile NAME.",
        ),
        Failure::OwnInvitation => {
            Explained::new(No, "This is your own invitation. Give it to somebody else.")
        }
        Failure::KeyChanged { name, before, now } if before == now => {
            Explained::new(No, new_device(name, &number(now, 4), &quote(name)))
                .then(format!("verify {}", quote(name)))
        }
        Failure::KeyChanged { name, before, now } => Explained::new(
            No,
            format!(
                "{name}'s safety number has changed since you verified it. Nothing is sent until you choose.\n\
                 Safety number before:\n{}\nSafety number now:\n{}\n\
                 A new phone or a new account changes the number. So does somebody in between. Compare \
                 again; or go on unverified with `contact accept {}`.",
                number(before, 4),
                number(now, 4),
                quote(name)
            ),
        )
        .then(format!("verify {}", quote(name))),
        Failure::NoIdentity => Explained::new(No, "There is no key of this contact to compare."),
        Failure::NothingToAccept(name) => Explained::new(
            No,
            format!(
                "There is nothing to accept: {name}'s key is the one that you have had, and messages go to it. Nothing was \
                 changed."
            ),
        ),
        Failure::Mismatch { name, trust, ours, heard } => {
            Explained::new(No, mismatch(name, *trust, ours, heard.as_deref()))
                .then(format!("verify {} --show", quote(name)))
        }
        Failure::NotANumber { name, digits } => Explained::new(
            Usage,
            format!("A safety number is 60 digits and nothing else; this has {digits} digits. Nothing was changed."),
        )
        .then(format!("verify {} --show", quote(name))),
        Failure::NotCompared { name, asked: true } => {
            Explained::new(No, "Not compared, so nothing was changed.")
                .then(format!("verify {}", quote(name)))
        }
        Failure::NotCompared { name, asked: false } => Explained::new(
            No,
            format!(
                "Not compared, so nothing was changed. Without a terminal, pass the number that {name} \
                 read out with --heard, or on standard input."
            ),
        ),

        Failure::NeverWrote => Explained::new(
            No,
            "Nothing that did not open has come from this account. Add them by their invitation or number instead.",
        )
        .then("contact add --help"),
        Failure::Blocked { name } => {
            Explained::new(No, format!("You have blocked {name}. Nothing was sent and nothing was changed."))
                .then(format!("contact unblock {}", quote(name)))
        }

        Failure::Channel { channel, reason } => match channel::advice(*reason) {
            Some(advice) => Explained::new(No, format!("The relay says no to {channel}: {reason}. {advice}")),
            None => refused(*reason),
        },
        Failure::Picture(trouble) => {
            let (exit, what, next) = picture::explained(trouble);
            Explained { what, next: next.map(str::to_owned), exit }
        }
        Failure::Backup(trouble) => {
            let (exit, what, next) = backup::explained(trouble);
            Explained { what, next: next.map(str::to_owned), exit }
        }
        Failure::Device(trouble) => {
            let (exit, what, next) = device_words::explained(*trouble);
            Explained { what, next: next.map(str::to_owned), exit }
        }
        Failure::Group(failure) => {
            let (what, next, exit) = failure.explain();
            Explained { what, next, exit }
        }

        Failure::EmptyText => Explained::new(Usage, "There is nothing to send: the message is empty."),
        Failure::TooLong { most } => Explained::new(
            Usage,
            format!("The message is longer than the {most} bytes that fit. Send it in parts."),
        ),
        Failure::NotText => Explained::new(Usage, "What came on standard input is not UTF-8 text."),
        Failure::File(path, words) => {
            Explained::new(No, format!("{} could not be written: {words}.", safe(&path.display().to_string())))
        }
        Failure::Input(error) => Explained::new(No, format!("Standard input could not be read: {error}.")),
        Failure::Output(error) => {
            Explained::new(No, format!("The result could not be written to standard output: {error}."))
        }
        Failure::NoRandomness(words) => Explained::new(
            Store,
            format!("This computer gives no random numbers to make keys from: {words}."),
        ),
        Failure::NoRuntime(words) => {
            Explained::new(Store, format!("This computer gives no way to wait for the network: {words}."))
        }
        Failure::Interrupted => {
            Explained::new(Exit::Interrupted, "Interrupted. What was stored before stays stored.")
        }
    })
}

/// Describes a connection failure in one sentence without advice, for a command that continues.
pub(crate) fn clause(failure: &Failure) -> String {
    match failure {
        Failure::Unreachable { relay, cause } => format!("The relay at {relay} was not reached: {cause}."),
        Failure::Goodbye(farewell) => format!("The relay closed the connection: {farewell}."),
        _ => "The connection to the relay was lost.".to_owned(),
    }
}

/// Returns the exit code of a failure.
pub(crate) fn exit(failure: &Failure) -> Exit {
    match failure {
        // The reader had all that it wanted: `pillarbox inbox | head` is not an error.
        Failure::ReaderGone => Exit::Done,
        Failure::Told(exit) => *exit,
        other => explain(other, Path::new("")).map_or(Exit::No, |explained| explained.exit),
    }
}

fn passphrase(error: &PassphraseError) -> Explained {
    let exit = match error {
        PassphraseError::Interrupted => Exit::Interrupted,
        PassphraseError::Unreadable { .. } => Exit::Store,
        #[cfg(unix)]
        PassphraseError::Exposed { .. } => Exit::Store,
        _ => Exit::Usage,
    };
    let advice = match error {
        PassphraseError::NotAsked | PassphraseError::NoTerminal => {
            " Use --passphrase-file FILE or --passphrase-fd N."
        }
        PassphraseError::Empty => " It would protect nothing; choose one.",
        PassphraseError::Differ => " Type the command again.",
        _ => "",
    };
    Explained::new(exit, sentence(&safe(&error.to_string())) + advice)
}

/// Describes a refusal by the relay and what the user can do. The clause itself comes from `wire`.
fn refused(refusal: Refusal) -> Explained {
    let advice = match refusal {
        Refusal::HandleTaken => {
            "Use the number's own account, or make one with another number or without --number"
        }
        Refusal::UnknownHandle => "Check the number, or ask for an invitation link: it needs no number",
        Refusal::UnknownRecipient => "The account may have been closed. Ask for a new invitation",
        Refusal::DeliveryKeyRefused => "Ask for a new invitation",
        Refusal::MailboxFull => {
            "It empties when their phone connects. Your message is kept here; send again later"
        }
        Refusal::RateLimited { .. } => "Wait, then type the same command again",
        Refusal::StorageFailed => "Nothing of it was kept there. Try later, or tell whoever runs the relay",
        Refusal::NotAuthentic => {
            "The account may have been closed, or removed by whoever runs the relay; another phone may have registered its number, or the relay may have lost its \
             data: whoever runs it can tell. If it is gone for good, make another one with --profile NAME, and give your contacts its invitation"
        }
        Refusal::TooMuch => "Send less at once",
        Refusal::CodeSent => {
            "It lies in a file at the relay that stands in for the telephone network. Type the same command again with \
             --code CODE"
        }
        Refusal::CodeRefused => "To have another one sent, type the same command without --code",
        _ => "This is a disagreement between the two programs; check that both have the same version",
    };
    Explained::new(Exit::No, format!("The relay says no: {refusal}. {advice}."))
}

/// The three usual reasons are in order of likelihood.
fn mismatch(name: &str, trust: Trust, ours: &str, heard: Option<&str>) -> String {
    let heard = heard.map_or_else(|| "    (not typed)".to_owned(), |heard| number(heard, 4));
    format!(
        "The numbers differ. {name} is {}, as before.\n\
         On this phone:\n{}\nOn the other:\n{heard}\n\
         The three usual reasons:\n\
         1. A digit was misread or misheard. Read the number out again, slowly.\n\
         2. {name} has a new phone or a new account, or read out the number of another chat. Ask for a new \
         invitation and add it.\n\
         3. Somebody stands in between: the relay gave each of you a key of its own.\n\
         Until you know which, say nothing here that nobody else may read.",
        sentences::trust(trust),
        number(ours, 4)
    )
}

/// Advises what to do if nobody was added, and names those who wait.
fn nobody_known(strangers: &[(String, Option<String>)]) -> String {
    let mut says = "You have no contacts yet. Give somebody the link that `account invite` prints, or add them by theirs with \
                    `contact add LINK`."
        .to_owned();
    for (name, claim) in strangers {
        let claim = claim.as_ref().map_or_else(String::new, |claim| format!(", {claim},"));
        // Writing to a string cannot fail.
        let _ = write!(
            says,
            "\n{name}{claim} wrote first and waits for an answer: `chat {}` answers.",
            quote(name)
        );
    }
    says
}

fn unknown_contact(name: &str, claimed: &[String], known: &[String]) -> Explained {
    let mut what = format!("There is no contact called {name}.");
    for stranger in claimed {
        write!(
            what,
            " Somebody who wrote first calls itself so, as anybody can; here they are called {stranger}: `chat {}` answers.",
            quote(stranger)
        )
        .unwrap_or_default();
    }
    let explained = |what, next: &str| Explained::new(Exit::No, what).then(next);
    if known.is_empty() {
        return explained(what + " You have none yet.", "contact add --help");
    }
    let alike = known.iter().find(|other| naming::look_alike(other, name));
    let contains = |other: &&String| naming::fold(other).contains(&naming::fold(name));
    if let Some(close) = alike.or_else(|| known.iter().find(contains)) {
        // Writing to a string cannot fail.
        write!(what, " Did you mean {close}?").unwrap_or_default();
    }
    if alike.is_some() {
        what += " It looks the same, and a letter of it is another one.";
    }
    explained(what, "contact list")
}

fn unknown_number(number: &str, called: Option<AccountId>) -> Explained {
    let mut what = format!("There is no contact with the number {number}. A number finds by number only.");
    if let Some(account) = called {
        write!(what, " For the contact that has it for a name, type the account: {account}.")
            .unwrap_or_default();
    }
    Explained::new(Exit::No, what).then(format!("contact add {}", quote(number)))
}

fn several_contacts(name: &str, meant: &[(String, Trust, AccountId)]) -> Explained {
    let mut what = format!("{name} can mean {} of your contacts, so nothing was done:\n", meant.len());
    for (name, trust, account) in meant {
        writeln!(what, "{account}  {name}, {}", sentences::trust(*trust)).unwrap_or_default();
    }
    what += "Type those 32 digits of the one you mean in place of the name. `contact rename DIGITS NEW-NAME` gives one of \
             them another name.";
    Explained::new(Exit::No, what).then("contact list")
}

/// Turns a clause into a sentence.
fn sentence(clause: &str) -> String {
    let mut characters = clause.chars();
    let first = characters.next().map(char::to_uppercase).into_iter().flatten();
    let end = if clause.ends_with(['.', '?']) { "" } else { "." };
    first.chain(characters).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests;
