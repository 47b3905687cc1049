//! The grammar of the command line.

use std::net::{SocketAddr, ToSocketAddrs};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pillarbox_relay::server::{DEFAULT_ADMIN_PORT, DEFAULT_PORT};
use pillarbox_relay::{Granularity, Keeping};
use pillarbox_system::color::Color;
use pillarbox_wire::{ChannelName, DepositKind, Duration};

use super::failure::Failure;
use super::public_host::public_host;
use super::rule;

/// The text above the options in `--help`.
const EXAMPLES: &str = "\
Examples:
  pillarbox-relay run                            start a relay on this computer
  pillarbox-relay run --data DIR --listen 0.0.0.0:7455 --public-host relay.example
  pillarbox-relay ledger --last 10               what the relay holds, newest last
  pillarbox-relay ledger --follow                what passes through it, live
  pillarbox-relay ledger --fields                each field that it keeps, why and for how long
  pillarbox-relay inventory                      each field that it can see
  pillarbox-relay mailbox empty NUMBER           take out what waits for an account, while no relay runs
  pillarbox-relay account remove NUMBER          take out an account with all that is held of it
  pillarbox-relay log-audit ADDRESS --heads FILE check the public log of everybody's keys
  pillarbox-relay takedown @NAME                 take a public channel down, also while the relay runs";

/// The text below the options.
const CLOSING: &str = "\
Exit codes:
  0  done                      3  no relay there, or its address cannot be used
  1  the answer is no          4  the data directory or the database
  2  wrong usage             130  interrupted (Ctrl-C stops `run` cleanly: 0)

No telemetry and no update check: this program talks to nobody but the phones that connect to it.
Without --data, data lies in $PILLARBOX_HOME/relay, or else in $XDG_DATA_HOME/pillarbox/relay, or else in
~/.local/share/pillarbox/relay.";

/// The server of an end-to-end encrypted messenger, and a look at what it holds.
#[derive(Debug, Parser)]
#[command(name = "pillarbox-relay", version, before_help = EXAMPLES, after_help = CLOSING, max_term_width = 100)]
#[command(override_usage = "pillarbox-relay COMMAND [OPTIONS]")]
pub(crate) struct Arguments {
    /// When to use colour. NO_COLOR and TERM=dumb are obeyed.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the relay; Ctrl-C stops it.
    Run(Box<Run>),
    /// Show what the relay holds, running or not.
    Ledger(Ledger),
    /// Show every field that the relay can see: what it tells, whether it is kept, for how long and why.
    Inventory(Inventory),
    /// Take an account out of the data of a relay that has stopped.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Take out what waits in a mailbox of a relay that has stopped.
    #[command(subcommand)]
    Mailbox(MailboxCommand),
    /// Check the public log of everybody's keys, of a relay that runs or of its data.
    LogAudit(LogAudit),
    /// Take a public channel down, at a relay that runs or has stopped. Its name stays taken.
    Takedown(Takedown),
}

#[derive(Debug, Args)]
pub(crate) struct LogAudit {
    /// The relay's address, pillarbox://HOST:PORT/#KEY, or a data directory.
    #[arg(value_name = "ADDRESS|DIR")]
    pub(crate) whence: String,
    /// Heads of the log that phones were shown, one in each line, as `pillarbox directory head` prints them. The log is
    /// checked against each of them.
    #[arg(long, value_name = "FILE")]
    pub(crate) heads: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Takedown {
    /// The channel, as `ledger` shows it.
    #[arg(value_name = "@NAME", value_parser = channel_name)]
    pub(crate) channel: ChannelName,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Do it. Without this, the command says what it would remove and changes nothing.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Remove an account with its number, its keys, what waits for it and what it has left here. What it has sent to
    /// others stays, and so do its entries in the public log.
    Remove(Removal),
}

#[derive(Debug, Subcommand)]
pub(crate) enum MailboxCommand {
    /// Remove what waits for an account. The account stays.
    Empty(Removal),
}

#[derive(Debug, Args)]
pub(crate) struct Removal {
    /// The account: its number, or its id as `ledger` shows it, eight digits at least.
    #[arg(value_name = "WHO")]
    pub(crate) who: String,
    #[command(flatten)]
    pub(crate) data: Data,
    /// Do it. Without this, the command says what it would remove and changes nothing.
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Where phones connect. Only this computer can reach the default. `0.0.0.0` and `[::]` are all of this computer's
    /// addresses.
    #[arg(long, value_name = "HOST:PORT", value_parser = listen_address,
          default_value_t = SocketAddr::from(([127, 0, 0, 1], DEFAULT_PORT)))]
    pub(crate) listen: SocketAddr,
    /// The host in the address that phones are given, where it is not the one in --listen: a name, an IPv4 address, or
    /// an IPv6 address with brackets or without.
    #[arg(long, value_name = "HOST", value_parser = public_host)]
    pub(crate) public_host: Option<String>,
    /// Where /healthz, /readyz, /metrics and `ledger --follow` are answered, or `off`.
    #[arg(long, value_name = "HOST:PORT|off", default_value_t = AdminAddress::default())]
    pub(crate) admin: AdminAddress,
    #[command(flatten)]
    pub(crate) keeping: KeepingArguments,
    #[command(flatten)]
    pub(crate) numbers: Numbers,
    /// Limits other than the shipped ones: a JSON object with those that differ, such as
    /// {"connections_per_address": 1000}. Rates are {"burst": COUNT, "every": MILLISECONDS}.
    #[arg(long, value_name = "FILE")]
    pub(crate) limits: Option<PathBuf>,
    /// Start although some of what the relay had accepted is missing, as when its log was damaged. What is missing
    /// stays missing, and whoever sent it sees it as sent. Without this the relay does not start then, and changes
    /// nothing.
    #[arg(long)]
    pub(crate) accept_loss: bool,
    /// How lines on stderr look.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
    /// The least important lines to write.
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub(crate) log_level: LogLevel,
}

#[derive(Debug, Args)]
pub(crate) struct Ledger {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Only the newest N messages.
    #[arg(long, value_name = "N")]
    pub(crate) last: Option<NonZeroU32>,
    /// The fields that are kept instead of the messages: why, and for how long.
    #[arg(long, conflicts_with_all = ["last", "follow"])]
    pub(crate) fields: bool,
    /// What passes through the running relay, as it happens, until Ctrl-C. The list is not written down.
    #[arg(long, conflicts_with = "last")]
    pub(crate) follow: bool,
    /// With --follow, also what only the protocol needs: openings and closings, prekeys, bare answers. Programs get it
    /// anyway.
    #[arg(long, requires = "follow")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Inventory {
    #[command(flatten)]
    pub(crate) keeping: KeepingArguments,
    #[command(flatten)]
    pub(crate) numbers: Numbers,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct Data {
    /// The relay's data directory.
    #[arg(long = "data", value_name = "DIR")]
    pub(crate) directory: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Args)]
#[group(multiple = false)]
pub(crate) struct Output {
    /// One JSON document; with --follow, one line for each event.
    #[arg(long)]
    pub(crate) json: bool,
    /// One line for each row, its columns separated by tabs.
    #[arg(long)]
    pub(crate) plain: bool,
}

/// What the relay keeps. `inventory` takes the same options and says what they would mean.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "What is kept")]
pub(crate) struct KeepingArguments {
    /// Keep what the rule in FILE says: TOML, such as `undelivered = "30 days"`, `deposits = ["name"]` or
    /// `log = [{ what = "sent", keep = "7 days" }]`. What it does not name is as without options.
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "keep_delivered", "keep_undelivered", "last_seen", "registered", "keep_address", "drop_sender", "backups", "channels", "directory_log", "groups", "attachments",
    ])]
    keep: Option<PathBuf>,
    /// Keep each message, its payload included, for DAYS after it was delivered. Otherwise it goes at once.
    #[arg(long, value_name = "DAYS")]
    keep_delivered: Option<NonZeroU32>,
    /// How long a message waits for a phone that does not come.
    #[arg(long, value_name = "DAYS", default_value_t = default_days())]
    keep_undelivered: NonZeroU32,
    /// How exactly it is kept when a device was last connected.
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Exactness::of(Keeping::LEAST.last_seen))]
    last_seen: Exactness,
    /// How exactly it is kept when an account was made.
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Exactness::of(Keeping::LEAST.registered))]
    registered: Exactness,
    /// Keep the internet address that each device last connected from.
    #[arg(long)]
    keep_address: bool,
    /// Do not keep who sent a message. Its recipient is then not told either.
    #[arg(long)]
    drop_sender: bool,
    /// Keep the backups that phones leave, each until its owner deletes it. A key comes with those whose owners leave
    /// it here; the others are sealed.
    #[arg(long)]
    backups: bool,
    /// Have public channels: names, owners and posts, until the account is closed or the channel taken down.
    #[arg(long)]
    channels: bool,
    /// Write everybody's keys, as digests, into a public log that only grows, so that phones can check what they are
    /// told. The log keeps its entries when an account is closed.
    #[arg(long)]
    directory_log: bool,
    /// Manage who is in groups: phones ask this relay for each change and believe what it says. It keeps each group's
    /// name and members, and who added or removed them.
    #[arg(long)]
    groups: bool,
    /// Keep the encrypted pictures that phones leave for each other, each for 30 days, with the account that left it
    /// and the time.
    #[arg(long)]
    attachments: bool,
}

/// The time for which `--attachments` keeps each: as long as a message waits without options, so that whoever fetches
/// the message in time finds the picture too.
const ATTACHMENTS_KEPT: Duration = Duration::from_days(30);

/// The rule for numbers.
#[derive(Clone, Debug, Args)]
pub(crate) struct Numbers {
    /// Send a code to each number that somebody registers, and let only whoever shows it have the number. Codes go to
    /// FILE, which stands in for the telephone network; without a name, to number-codes in the data directory. Without
    /// this option a number proves nothing.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    verify_numbers: Option<Option<PathBuf>>,
}

impl Numbers {
    /// Returns true if numbers are verified.
    pub(crate) const fn are_verified(&self) -> bool {
        self.verify_numbers.is_some()
    }

    /// Returns the file that the operator named for codes.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        self.verify_numbers.clone().flatten()
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Exactness {
    Exact,
    Day,
    Nothing,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
}

/// An admin address, or `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdminAddress(pub(crate) Option<SocketAddr>);

/// Reads the name of a channel. The @ may be left out.
fn channel_name(typed: &str) -> Result<ChannelName, String> {
    let name = if typed.starts_with('@') { typed.to_owned() } else { format!("@{typed}") };
    ChannelName::try_from(name).map_err(|error| error.to_string())
}

/// Reads an address, or a name of this computer's with a port.
fn listen_address(text: &str) -> Result<SocketAddr, String> {
    const WANTED: &str = "an address and a port, such as 0.0.0.0:7455, [::]:7455 or localhost:7455";
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let Some((host, port)) = text.rsplit_once(':') else { return Err(format!("expected {WANTED}")) };
    if host.is_empty() || host.contains(':') || port.parse::<u16>().is_err() {
        return Err(format!("expected {WANTED}"));
    }
    let found = text.to_socket_addrs().ok().and_then(|mut found| found.next());
    found.ok_or_else(|| format!("no address of this computer is called {host}; expected {WANTED}"))
}

fn default_days() -> NonZeroU32 {
    NonZeroU32::new(Keeping::LEAST.undelivered.as_days() as u32).unwrap_or(NonZeroU32::MIN)
}

impl KeepingArguments {
    /// Builds the rule from the options or the file.
    pub(crate) fn keeping(self) -> Result<Keeping, Failure> {
        let Self {
            keep,
            keep_delivered,
            keep_undelivered,
            last_seen,
            registered,
            keep_address,
            drop_sender,
            backups,
            channels,
            directory_log,
            groups,
            attachments,
        } = self;
        if let Some(file) = keep {
            return rule::read(&file);
        }
        let days = |days: NonZeroU32| Duration::from_days(days.get().into());
        Ok(Keeping {
            undelivered: days(keep_undelivered),
            delivered: keep_delivered.map(days),
            last_seen: last_seen.granularity(),
            registered: registered.granularity(),
            sender: !drop_sender,
            last_address: keep_address,
            channels,
            directory_log,
            groups,
            attachments: attachments.then_some(ATTACHMENTS_KEPT),
            deposits: if backups {
                vec![DepositKind::BackupPart, DepositKind::BackupKey]
            } else {
                Vec::new()
            },
            ..Keeping::LEAST
        })
    }
}

impl Exactness {
    const fn of(granularity: Granularity) -> Self {
        match granularity {
            Granularity::Nothing => Self::Nothing,
            Granularity::Day => Self::Day,
            Granularity::Exact => Self::Exact,
        }
    }

    const fn granularity(self) -> Granularity {
        match self {
            Self::Nothing => Granularity::Nothing,
            Self::Day => Granularity::Day,
            Self::Exact => Granularity::Exact,
        }
    }
}

impl Default for AdminAddress {
    fn default() -> Self {
        Self(Some(SocketAddr::from(([127, 0, 0, 1], DEFAULT_ADMIN_PORT))))
    }
}

impl std::fmt::Display for AdminAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(address) => address.fmt(f),
            None => f.write_str("off"),
        }
    }
}

impl FromStr for AdminAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self(None)),
            _ => text
                .parse()
                .map(|address| Self(Some(address)))
                .map_err(|_| "expected an address such as 127.0.0.1:7456, or off".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_help_is_no_wider_than_the_window() {
        for width in [40, 60, 80] {
            let help = Arguments::command().term_width(width).render_help().to_string();
            let wide: Vec<&str> = help.lines().filter(|line| line.chars().count() > width).collect();
            assert_eq!(wide, [""; 0], "{width}");
        }
    }

    #[test]
    fn without_options_the_least_is_kept() {
        let arguments = Arguments::parse_from(["pillarbox-relay", "run"]);
        let Command::Run(run) = arguments.command else { panic!("not run") };
        assert_eq!(run.keeping.keeping(), Ok(Keeping::LEAST));
        assert!(run.listen.ip().is_loopback());
    }

    #[test]
    fn a_relay_listens_at_an_address_or_at_a_name_with_a_port() {
        for text in ["0.0.0.0:7455", "[::]:0", "[::1]:7455"] {
            assert_eq!(listen_address(text), Ok(text.parse().unwrap()));
        }
        assert!(listen_address("localhost:7455").unwrap().ip().is_loopback());
        for text in ["", "7455", ":7455", "localhost", "::1:7455", "localhost:port", "localhost:70000"] {
            assert!(listen_address(text).unwrap_err().contains("such as 0.0.0.0:7455"), "{text}");
        }
    }

    #[test]
    fn the_admin_port_can_be_off() {
        assert_eq!("off".parse(), Ok(AdminAddress(None)));
        assert_eq!("[::1]:9".parse(), Ok(AdminAddress(Some("[::1]:9".parse().unwrap()))));
        assert!("7456".parse::<AdminAddress>().is_err());
    }
}
