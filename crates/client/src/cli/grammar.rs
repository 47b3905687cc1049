//! The grammar of the command line.
//!
//! Secrets are not part of it: a passphrase in a flag would appear in the shell's history and in the list of
//! processes. So there are a prompt, a file and a descriptor, and no flag takes its value.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use pillarbox_system::color::Color;
use pillarbox_text::wrap::WIDTH;
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{Handle, NumberCode};

use super::device_grammar::Device;
use super::group_grammar::Group;
use super::help;
use super::machine::Machine;
use super::passphrase::Source;
use super::period::Period;
use super::profile::{self, Profile, ProfileName};
use super::program::PhoneProgram;
use super::qr::Size;
use super::services::{BackupCommand, ChannelCommand, DirectoryCommand, PictureCommand};
pub(crate) use pillarbox_text::shell::quote;

/// Talk end to end encrypted, through a relay that you can put a legal demand to
#[derive(Debug, Parser)]
#[command(name = "pillarbox", version, before_help = help::PILLARBOX, subcommand_required = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Every command")]
pub(crate) struct Options {
    /// The phone to use: one name, one phone
    #[arg(long, global = true, value_name = "NAME", default_value = profile::DEFAULT)]
    profile: ProfileName,
    /// The directory to use instead of a profile's
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "profile")]
    data: Option<PathBuf>,
    /// Take the passphrase from the first line of this file
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "passphrase_fd")]
    passphrase_file: Option<PathBuf>,
    /// Take the passphrase from this open descriptor
    #[arg(long, global = true, value_name = "N")]
    passphrase_fd: Option<u32>,
    /// Never ask; fail instead
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    pub(crate) color: Color,
    /// Show times in UTC instead of this computer's zone; JSON has UTC always
    #[arg(long, global = true)]
    pub(crate) utc: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// This phone's account: create, show, invite, passphrase, lock, close
    #[command(subcommand, before_help = help::ACCOUNT)]
    Account(Account),
    /// The people you talk to: add, list, rename, accept, timer, block, remove
    #[command(subcommand, before_help = help::CONTACT)]
    Contact(Contact),
    /// Groups: create, add, leave, list, show
    #[command(subcommand, before_help = help::GROUP)]
    Group(Group),
    /// Compare safety numbers: the check that nobody stands in between
    #[command(before_help = help::VERIFY)]
    Verify(Verify),
    /// Send one message
    #[command(before_help = help::SEND)]
    Send(Send),
    /// Fetch and print what is new
    #[command(before_help = help::INBOX)]
    Inbox(Inbox),
    /// Print a conversation as this phone has kept it
    #[command(before_help = help::HISTORY)]
    History(History),
    /// Pictures of a conversation: save
    #[command(subcommand, before_help = help::PICTURE)]
    Picture(PictureCommand),
    /// Talk, one line a message; works in a pipe and with a screen reader
    #[command(before_help = help::CHAT)]
    Chat(Chat),
    /// A copy of what was said, at the relay: on, restore, off
    #[command(subcommand, before_help = help::BACKUP)]
    Backup(BackupCommand),
    /// Public channels: create, post, follow, read
    #[command(subcommand, before_help = help::CHANNEL)]
    Channel(ChannelCommand),
    /// The devices of this account: link, list, remove
    #[command(subcommand, before_help = help::DEVICE)]
    Device(Device),
    /// Check the keys that the relay gives against its public log: on, off, head
    #[command(subcommand, before_help = help::DIRECTORY)]
    Directory(DirectoryCommand),
}

/// `pillarbox account`.
#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Make an account at a relay
    #[command(before_help = help::ACCOUNT_CREATE)]
    Create {
        /// The relay, as it prints its address when it starts: pillarbox://HOST:PORT/#KEY
        #[arg(long, value_name = "ADDRESS")]
        relay: RelayAddress,
        /// A telephone number that others find you by; without one only your invitation finds you
        #[arg(long, value_parser = Handle::parse)]
        number: Option<Handle>,
        /// The code that the relay sent to the number, where it sends codes. If the number has an account, this phone
        /// takes its place there
        // The code needs no file: it is valid once, for this number, for minutes.
        #[arg(long, requires = "number", value_parser = NumberCode::parse)]
        code: Option<NumberCode>,
        /// What you call yourself to people you write to; the relay is not told
        #[arg(long)]
        name: Option<String>,
        /// Where this profile's account is closed: move the profile aside, unchanged, and make a new one in its place
        #[arg(long)]
        replace_closed: bool,
    },
    /// Show the account and how it stands
    #[command(before_help = help::ACCOUNT_SHOW)]
    Show {
        #[command(flatten)]
        machine: Machine,
    },
    /// Print the link, and the code to scan, that others add you by
    #[command(before_help = help::ACCOUNT_INVITE)]
    Invite {
        /// How to draw the code; by default the largest that the window holds
        #[arg(long, value_enum)]
        qr: Option<Size>,
        /// Also write the code as a picture
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        #[command(flatten)]
        machine: Machine,
    },
    /// Change the passphrase
    #[command(before_help = help::ACCOUNT_PASSPHRASE)]
    Passphrase {
        /// Take the new one from the first line of this file
        #[arg(long, value_name = "FILE", conflicts_with = "new_passphrase_fd")]
        new_passphrase_file: Option<PathBuf>,
        /// Take the new one from this open descriptor
        #[arg(long, value_name = "N")]
        new_passphrase_fd: Option<u32>,
    },
    /// Tell a running chat to lock: no text and no key stays in its memory
    #[command(before_help = help::ACCOUNT_LOCK)]
    Lock,
    /// Close the account at the relay, for good
    #[command(before_help = help::ACCOUNT_CLOSE)]
    Close {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// `pillarbox contact`.
#[derive(Debug, Subcommand)]
pub(crate) enum Contact {
    /// Add somebody, by invitation or by number
    #[command(before_help = help::CONTACT_ADD)]
    Add {
        /// An invitation, a number with its +, the account of a message that did not open, or - to read it from
        /// standard input
        #[arg(value_name = "LINK|+NUMBER|ACCOUNT|-")]
        whom: String,
        /// What to call them here
        #[arg(long)]
        name: Option<String>,
    },
    /// List everybody
    #[command(before_help = help::CONTACT_LIST)]
    List {
        /// Only those whom you have blocked, also accounts that are no contacts
        #[arg(long)]
        blocked: bool,
        #[command(flatten)]
        machine: Machine,
    },
    /// Call somebody by another name, on this phone only
    #[command(before_help = help::CONTACT_RENAME)]
    Rename {
        /// The contact
        name: String,
        /// What to call them from now on
        #[arg(value_name = "NEW-NAME")]
        new_name: String,
    },
    /// Go on with a changed key without comparing numbers
    #[command(before_help = help::CONTACT_ACCEPT)]
    Accept {
        /// The contact
        name: String,
    },
    /// Let messages disappear after a time
    #[command(before_help = help::CONTACT_TIMER)]
    Timer {
        /// The contact
        name: String,
        /// A number and s, m, h, d or w, as in 1h; or off
        period: Period,
    },
    /// Hear nothing more from somebody; they are not told
    #[command(before_help = help::CONTACT_BLOCK)]
    Block {
        /// The contact, or an account as `contact list --json` prints it
        #[arg(value_name = "NAME|ACCOUNT")]
        who: String,
    },
    /// Hear somebody again
    #[command(before_help = help::CONTACT_UNBLOCK)]
    Unblock {
        /// The contact, or an account as `contact list --blocked` prints it
        #[arg(value_name = "NAME|ACCOUNT")]
        who: String,
    },
    /// Forget somebody, with everything said
    #[command(before_help = help::CONTACT_REMOVE)]
    Remove {
        /// The contact
        #[arg(required_unless_present = "strangers")]
        name: Option<String>,
        /// Forget everybody who wrote first and whom you have neither answered nor verified
        #[arg(long, conflicts_with = "name")]
        strangers: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// `pillarbox verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The contact
    pub(crate) name: String,
    /// The number that the contact read out, instead of a question
    #[arg(long, value_name = "DIGITS", conflicts_with = "show")]
    pub(crate) heard: Option<String>,
    /// Show the number and change nothing
    #[arg(long)]
    pub(crate) show: bool,
    #[command(flatten)]
    pub(crate) machine: Machine,
}

/// `pillarbox send`.
#[derive(Debug, Args)]
pub(crate) struct Send {
    /// The contact; with --group the message begins here
    pub(crate) name: String,
    /// The message, or - to read it from standard input
    #[arg(required_unless_present_any = ["group", "picture"], value_name = "TEXT|-")]
    pub(crate) text: Vec<String>,
    /// Send this picture instead: the relay keeps it encrypted for 30 days
    #[arg(long, value_name = "FILE", conflicts_with_all = ["text", "group"])]
    pub(crate) picture: Option<PathBuf>,
    /// Send it to every member of this group instead
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `pillarbox inbox`.
#[derive(Debug, Args)]
pub(crate) struct Inbox {
    /// Stay and print what comes, until Ctrl-C
    #[arg(long)]
    pub(crate) follow: bool,
    #[command(flatten)]
    pub(crate) machine: Machine,
}

/// `pillarbox history`.
#[derive(Debug, Args)]
pub(crate) struct History {
    /// The contact
    #[arg(required_unless_present = "group")]
    pub(crate) name: Option<String>,
    /// The conversation of this group, with the changes of its members
    #[arg(long, value_name = "GROUP", conflicts_with = "name")]
    pub(crate) group: Option<String>,
    /// Only the last so many
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<usize>,
    #[command(flatten)]
    pub(crate) machine: Machine,
}

/// `pillarbox chat`.
#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// The contact; asked for if left out
    pub(crate) name: Option<String>,
    /// Talk in this group
    #[arg(long, value_name = "GROUP", conflicts_with = "name")]
    pub(crate) group: Option<String>,
    /// Lock when nothing was typed for so long: 30s, 10m, 1h; or off
    #[arg(long, value_name = "PERIOD")]
    pub(crate) lock_after: Option<Period>,
    /// Begin with the last N messages; 10 on a terminal, with --lines too, and none in a pipe
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<usize>,
    /// Lines only, as in a pipe: nothing is drawn again, and no line can be edited. For screen readers
    #[arg(long)]
    pub(crate) lines: bool,
    /// Start locked: hold nothing of the profile until the passphrase is given
    #[arg(long, conflicts_with_all = ["name", "group"])]
    pub(crate) locked: bool,
}

impl Options {
    /// Returns the profile to work on.
    pub(crate) fn profile(&self) -> Profile {
        match &self.data {
            Some(directory) => Profile::Directory(directory.clone()),
            None => Profile::Named(self.profile.clone()),
        }
    }

    /// Returns the source of the passphrase.
    pub(crate) fn passphrase(&self) -> Source {
        source(self.passphrase_file.clone(), self.passphrase_fd, self.no_input)
    }

    /// Returns the options for a program that takes this one's place.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let option = |name: &str, value: &OsStr| [OsStr::new(name), value].join(OsStr::new("="));
        let mut words = vec![match &self.data {
            Some(directory) => option("--data", directory.as_os_str()),
            None => option("--profile", self.profile.to_string().as_ref()),
        }];
        words.extend(self.passphrase_file.as_ref().map(|file| option("--passphrase-file", file.as_os_str())));
        words.extend(self.passphrase_fd.map(|number| option("--passphrase-fd", number.to_string().as_ref())));
        words.extend(self.no_input.then(|| "--no-input".into()));
        words.extend(self.utc.then(|| "--utc".into()));
        let colour = self.color.to_possible_value();
        words.extend(colour.map(|colour| option("--color", colour.get_name().as_ref())));
        words
    }

    /// Returns the program's name with the options that lead a next command to the same profile.
    pub(crate) fn prefix(&self, program: &impl PhoneProgram) -> String {
        let mut words: Vec<_> = program.words().iter().map(|word| quote(&word.to_string_lossy())).collect();
        let mut option = |name: &str, value: String| words.extend([name.to_owned(), quote(&value)]);
        if let Some(directory) = &self.data {
            option("--data", directory.display().to_string());
        } else if self.profile.to_string() != profile::DEFAULT {
            option("--profile", self.profile.to_string());
        }
        if let Some(file) = &self.passphrase_file {
            option("--passphrase-file", file.display().to_string());
        }
        words.join(" ")
    }
}

/// Returns the source named by a pair of options.
pub(crate) fn source(file: Option<PathBuf>, descriptor: Option<u32>, no_input: bool) -> Source {
    match (file, descriptor) {
        (Some(file), _) => Source::File(file),
        (None, Some(number)) => Source::Descriptor(number),
        (None, None) if no_input => Source::Nowhere,
        (None, None) => Source::Prompt,
    }
}

/// Returns the grammar with its help in place at every level.
#[must_use]
pub fn command() -> clap::Command {
    // Plain throughout, because the use of colours is not known before the line is parsed.
    dress(Cli::command().styles(clap::builder::Styles::plain()).max_term_width(WIDTH))
}

/// Parses a command line.
pub(crate) fn parse<W: Into<OsString> + Clone>(
    words: impl IntoIterator<Item = W>,
) -> Result<Cli, clap::Error> {
    Cli::from_arg_matches(&command().try_get_matches_from(words)?)
}

fn dress(command: clap::Command) -> clap::Command {
    command
        .help_template(help::TEMPLATE)
        .after_help(help::SHORT_END)
        .after_long_help(help::LONG_END)
        .mut_subcommands(dress)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn a_next_command_meets_the_same_profile() {
        let cases: [(&[&str], &str); 4] = [
            (&[], "pillarbox"),
            (&["--profile", "alice"], "pillarbox --profile alice"),
            (&["--passphrase-file", "/tmp/it's"], r"pillarbox --passphrase-file '/tmp/it'\''s'"),
            (&["--data", "my phone"], "pillarbox --data 'my phone'"),
        ];
        for (options, expected) in cases {
            let words = ["pillarbox"].iter().chain(options).chain(&["inbox"]);
            let cli = parse(words).unwrap();
            assert_eq!(cli.options.prefix(&pillarbox_client::Shipped), expected);
        }
    }

    #[test]
    fn a_program_that_takes_this_ones_place_has_the_same_options() {
        let all = ["--data=my phone", "--passphrase-fd=3", "--no-input", "--utc", "--color=never"];
        let some = ["--profile=bob", "--passphrase-file=/tmp/it's", "--color=auto"];
        for options in [&all[..], &some[..], &["--profile=default", "--color=auto"][..]] {
            let words = ["pillarbox"].iter().chain(options).chain(&["chat"]);
            let cli = parse(words).unwrap();
            assert_eq!(cli.options.arguments(), options);
        }
    }

    #[test]
    fn a_passphrase_never_stands_on_the_command_line() {
        for words in [["pillarbox", "--passphrase=x", "inbox"], ["pillarbox", "-px", "inbox"]] {
            assert!(parse(words).is_err());
        }
    }
}
