//! The context of a command: terminal, options, profile and clock.

use std::io::{self, Read};
use std::path::PathBuf;

use pillarbox_client::display::safe;
pub(crate) use pillarbox_client::net::now;
use pillarbox_client::net::{Carrier, CarrierEvent};
use pillarbox_client::{Contact, ContactMatch, Passphrase, Phone, PhoneError, Trust, naming};
use pillarbox_text::read;
use pillarbox_wire::Handle;
use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};

use super::clock::Clock;
use super::crowd::Crowd;
use super::device_words::DeviceTrouble;
use super::failure::Failure;
use super::grammar::Options;
use super::passphrase::{PassphraseError, Purpose, Secret, Source};
use super::profile::PlaceError;
use super::program::PhoneProgram;
use super::terminal::{Terminal, can_ask};
use super::words;

/// Bytes of a byte order mark and a last line end, which are not part of the text.
const AROUND: usize = 5;

/// The context that every command runs in.
pub(crate) struct CliContext<'a, P> {
    /// The program that runs.
    pub(crate) program: &'a P,
    pub(crate) terminal: &'a mut Terminal,
    pub(crate) options: Options,
    pub(crate) rng: StdRng,
    /// The clock for times shown to people.
    pub(crate) clock: Clock,
    /// Notices about strangers while the command runs.
    pub(crate) crowd: Crowd,
    /// True if the command itself reports what arrives about channels.
    pub(crate) reports_channels: bool,
    /// True if the command itself reports changes to the owner's devices.
    pub(crate) reports_devices: bool,
    /// True once posts of a followed channel were shown.
    pub(crate) showed_posts: bool,
}

impl<'a, P: PhoneProgram> CliContext<'a, P> {
    /// Prepares the context.
    pub(crate) fn new(program: &'a P, terminal: &'a mut Terminal, options: Options) -> Result<Self, Failure> {
        let rng =
            StdRng::try_from_rng(&mut SysRng).map_err(|error| Failure::NoRandomness(error.to_string()))?;
        let clock = Clock::new(options.utc);
        Ok(Self {
            program,
            terminal,
            options,
            rng,
            clock,
            crowd: Crowd::default(),
            reports_channels: false,
            reports_devices: false,
            showed_posts: false,
        })
    }

    /// Reports an unknown zone once, before the first time is shown.
    pub(crate) fn note_zone(&mut self) {
        if let Some(sentence) = self.clock.told_unknown() {
            self.terminal.note(&sentence);
        }
    }

    /// Returns the profile's directory.
    pub(crate) fn directory(&self) -> Result<PathBuf, Failure> {
        Ok(directory(&self.options)?)
    }

    /// Returns the profile's directory for an error message; empty if it cannot be determined.
    pub(crate) fn place(&self) -> PathBuf {
        directory(&self.options).unwrap_or_default()
    }

    /// Asks for the passphrase and opens the profile.
    pub(crate) fn open(&mut self) -> Result<Phone, Failure> {
        let source = self.options.passphrase();
        self.open_with(&source)
    }

    /// Opens the profile with a passphrase from a source that the command line has not named.
    pub(crate) fn open_with(&mut self, source: &Source) -> Result<Phone, Failure> {
        let phone = self.open_any(source)?;
        if phone.waits_for_link() {
            return Err(Failure::Device(DeviceTrouble::StillWaits));
        }
        Ok(phone)
    }

    fn open_any(&mut self, source: &Source) -> Result<Phone, Failure> {
        let directory = self.directory()?;
        // Check first: the user should not type a passphrase for a profile that does not exist.
        if !directory.join(pillarbox_client::vault::FILE_NAME).exists() {
            return Err(Failure::NoProfile);
        }
        let passphrase = passphrase(source.read(Purpose::Existing)?)?;
        let mut phone = Phone::open(&directory, &passphrase, now(), &mut self.rng)?;
        phone.keep_posts();
        phone.show_pictures();
        self.program.adopt(&mut phone, &mut self.rng)?;
        Ok(phone)
    }

    /// Asks for the passphrase and opens the profile of a device that may still wait to be linked.
    pub(crate) fn open_waiting(&mut self) -> Result<Phone, Failure> {
        let source = self.options.passphrase();
        self.open_any(&source)
    }

    /// Prints the command to type next, with the options that lead to the same profile.
    pub(crate) fn next(&mut self, arguments: &str) {
        let command = format!("{} {arguments}", self.options.prefix(self.program));
        self.terminal.next(&command);
    }

    /// Carries frames until there is something to report, as the program's software does. Notices that the program's
    /// screen does not show are left out. Cancel-safe.
    pub(crate) async fn next_event(
        &mut self,
        carrier: &mut Carrier,
        phone: &mut Phone,
    ) -> Result<CarrierEvent, PhoneError> {
        let mut event = carrier.next_with(phone, &mut self.rng, self.program.software()).await?;
        if let CarrierEvent::Told(notices) = &mut event {
            notices.retain(|notice| self.program.shows(notice));
        }
        Ok(event)
    }

    /// Asks a yes-or-no question. Where no one can be asked, `flag` answers it.
    pub(crate) fn agree(&mut self, question: &str, flag: &'static str) -> Result<(), Failure> {
        if !can_ask() || self.options.no_input {
            return Err(Failure::NeedsAnswer { flag });
        }
        self.terminal.ask(&format!("{question}  [y/N] "));
        let mut answer = String::new();
        if io::stdin().read_line(&mut answer).map_err(Failure::Input)? > 0 {
            self.terminal.answered();
        }
        match answer.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::Declined),
        }
    }

    /// Refuses to read a text from standard input when the passphrase comes from there.
    pub(crate) fn stdin_is_free(&self) -> Result<(), Failure> {
        if self.options.passphrase().takes_stdin() { Err(Failure::StdinTwice) } else { Ok(()) }
    }

    /// Reads at most `most` bytes of UTF-8 from standard input, without a byte order mark and the last line end.
    pub(crate) fn read_stdin(&self, most: usize) -> Result<String, Failure> {
        self.stdin_is_free()?;
        let mut bytes = Vec::new();
        // Of the two bytes of a Windows line end one is kept, so the input of a text that fits is at most twice as
        // long.
        let longest = 2 * most + AROUND;
        let limit = u64::try_from(longest + 1).unwrap_or(u64::MAX);
        io::stdin().take(limit).read_to_end(&mut bytes).map_err(Failure::Input)?;
        if bytes.len() > longest {
            return Err(Failure::TooLong { most });
        }
        let text = read::message(std::str::from_utf8(&bytes).map_err(|_| Failure::NotText)?);
        if text.len() > most { Err(Failure::TooLong { most }) } else { Ok(text) }
    }
}

/// Returns the directory named by the options and the environment.
pub(crate) fn directory(options: &Options) -> Result<PathBuf, PlaceError> {
    options.profile().directory(|variable| std::env::var_os(variable))
}

/// Converts a passphrase for the vault.
pub(crate) fn passphrase(secret: Secret) -> Result<Passphrase, Failure> {
    Passphrase::new((*secret).clone()).map_err(|_| Failure::Passphrase(PassphraseError::Empty))
}

/// Finds the contact that a name, a number or an account means ([`ContactMatch`]).
pub(crate) fn find(phone: &Phone, typed: &str) -> Result<Contact, Failure> {
    match phone.whom(typed)? {
        ContactMatch::One(contact) => Ok(*contact),
        ContactMatch::Several(contacts) => {
            let meant = contacts.iter().map(|known| (words::name(known), known.trust, known.account));
            Err(Failure::SeveralContacts { name: safe(typed), meant: meant.collect() })
        }
        ContactMatch::Nobody => {
            let contacts = phone.contacts()?;
            let number = Handle::parse(typed).ok();
            // A contact can be called by a number only in a profile older than the rule about numbers.
            let called =
                contacts.iter().find(|known| number.is_some() && Handle::parse(&known.name).ok() == number);
            Err(Failure::UnknownContact {
                name: safe(typed),
                is_number: number.is_some(),
                called: called.map(|contact| contact.account),
                claimed: strangers_called(&contacts, typed).map(words::name).collect(),
                known: contacts.iter().map(words::name).collect(),
            })
        }
    }
}

/// Returns those who wrote first, were not added, and suggest this name for themselves.
fn strangers_called<'a>(contacts: &'a [Contact], typed: &'a str) -> impl Iterator<Item = &'a Contact> {
    let is_so = |claim: &String| naming::is_same(claim, typed);
    contacts.iter().filter(move |one| !one.accepted && one.suggested_name.as_ref().is_some_and(is_so))
}

/// Fails for a closed account and for a device that has signed off, which can neither send nor receive.
pub(crate) fn must_be_open(phone: &Phone) -> Result<(), Failure> {
    if phone.has_left()? {
        return Err(Failure::Device(DeviceTrouble::Left));
    }
    if phone.closed_at()?.is_some() { Err(Failure::AccountClosed) } else { Ok(()) }
}

/// Fails for a contact that the owner has blocked, or that [`may_write`] refuses.
pub(crate) fn may_say(phone: &Phone, contact: &Contact) -> Result<(), Failure> {
    if contact.blocked {
        return Err(Failure::Blocked { name: words::name(contact) });
    }
    may_write(phone, contact)
}

/// Fails for a verified contact whose key has changed, and shows both numbers.
pub(crate) fn may_write(phone: &Phone, contact: &Contact) -> Result<(), Failure> {
    if contact.trust != Trust::Changed {
        return Ok(());
    }
    let before = phone.former_safety_number(contact.account)?;
    Err(Failure::KeyChanged {
        name: words::name(contact),
        before: before.map(|number| number.to_string()).unwrap_or_default(),
        now: phone.safety_number(contact.account)?.to_string(),
    })
}
