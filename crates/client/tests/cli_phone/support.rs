//! Shared by the tests of the program: a relay, and phones driven through the command line only.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use pillarbox_client::net::{now, sync};
use pillarbox_client::{Habits, NewAccount, PaddingRule, Passphrase, Protection, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_relay::RelaySettings;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;

use crate::relay::Relay;

/// A relay, a home for profiles, and one passphrase file for all of them.
pub(crate) struct Place {
    // First, so that it stops before its folder goes.
    /// The relay, while it runs.
    pub(crate) relay: Relay,
    /// Holds everything, and is deleted with the test.
    pub(crate) root: TempDir,
}

/// One person's use of the program.
pub(crate) struct Phone {
    home: PathBuf,
    passphrase: PathBuf,
    profile: String,
}

/// The output and exit code of a run.
pub(crate) struct Ran {
    /// Text on standard output.
    pub(crate) out: String,
    /// Text on standard error.
    pub(crate) err: String,
    /// The exit code.
    pub(crate) code: i32,
}

impl Place {
    /// Starts a relay in a new folder.
    pub(crate) fn new() -> Self {
        Self::with(RelaySettings::default())
    }

    /// Starts a relay with these settings.
    pub(crate) fn with(settings: RelaySettings) -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("relay")).unwrap();
        let passphrase = root.path().join("passphrase");
        pillarbox_system::private::make(&passphrase).unwrap();
        std::fs::write(passphrase, "correct horse\n").unwrap();
        let relay = Relay::start(&root.path().join("relay"), settings);
        Self { root, relay }
    }

    /// Returns the relay's folder.
    pub(crate) fn relay_folder(&self) -> PathBuf {
        self.root.path().join("relay")
    }

    /// Returns a profile that does not exist yet.
    pub(crate) fn phone(&self, profile: &str) -> Phone {
        Phone {
            home: self.root.path().join("home"),
            passphrase: self.root.path().join("passphrase"),
            profile: profile.to_owned(),
        }
    }

    /// Makes a profile with an account, named like the profile with a capital. The library makes it as `account
    /// create` does, except for the cost of its passphrase, which each run in a test would pay again.
    pub(crate) fn account(&self, profile: &str) -> Phone {
        let phone = self.phone(profile);
        let mut rng = StdRng::from_rng(&mut rand::rng());
        let passphrase = Passphrase::new("correct horse".to_owned()).unwrap();
        let vault = Vault::create(&phone.directory(), &passphrase, PasswordCost::TESTING, &mut rng).unwrap();
        let new = NewAccount {
            relay: self.relay.address().parse().unwrap(),
            handle: None,
            name: profile[..1].to_uppercase() + &profile[1..],
            protection: Protection::EndToEnd,
            padding: PaddingRule::Padme,
            habits: Habits::default(),
        };
        let mut made = pillarbox_client::Phone::create_in(vault, new, now(), &mut rng).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(sync(&mut made, Duration::from_secs(20), &mut rng)).unwrap();
        phone
    }

    /// Makes two accounts that have added each other and have not compared numbers.
    pub(crate) fn alice_and_bob(&self) -> (Phone, Phone) {
        let (alice, bob) = (self.account("alice"), self.account("bob"));
        alice.add(&bob);
        bob.add(&alice);
        (alice, bob)
    }
}

impl Phone {
    /// Returns the program with this phone's options.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bare();
        command.env("PILLARBOX_HOME", &self.home).arg("--profile").arg(&self.profile);
        command.arg("--passphrase-file").arg(&self.passphrase).args(arguments);
        command
    }

    /// Runs it with nothing on standard input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(self.command(arguments), "")
    }

    /// Runs it with a text on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        run(self.command(arguments), input)
    }

    /// Starts it and leaves it running, with pipes on all three streams.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        piped(self.command(arguments)).spawn().unwrap()
    }

    /// Runs, in a shell, a command line that the program has printed after `Next:`.
    pub(crate) fn follow(&self, next: &str) -> Ran {
        let program = env!("CARGO_BIN_EXE_pillarbox");
        let line = next.strip_prefix("pillarbox").unwrap();
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("'{program}'{line}"));
        run(clean(command.env("PILLARBOX_HOME", &self.home)), "")
    }

    /// Returns this account's invitation.
    pub(crate) fn invitation(&self) -> String {
        self.run(&["account", "invite", "--plain"]).expect(0).out.trim().to_owned()
    }

    /// Adds the other phone by its invitation.
    pub(crate) fn add(&self, other: &Self) {
        self.run(&["contact", "add", &other.invitation()]).expect(0);
    }

    /// Returns the safety number that this phone shows for a contact.
    pub(crate) fn number(&self, contact: &str) -> String {
        let ran = self.run(&["verify", contact, "--show", "--plain"]).expect(0);
        ran.out.split('\t').nth(2).unwrap().to_owned()
    }

    /// Returns the profile's directory.
    pub(crate) fn directory(&self) -> PathBuf {
        self.home.join(&self.profile)
    }

    /// Returns the passphrase file.
    pub(crate) fn passphrase(&self) -> &Path {
        &self.passphrase
    }
}

impl Ran {
    /// Checks the exit code.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// Returns true if standard error contains these words, wherever its lines are broken.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.err.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
    }

    /// Returns the command after `Next:`. There is at most one, on standard error only.
    pub(crate) fn next(&self) -> Option<&str> {
        assert!(!self.out.contains("Next:"), "{}", self.out);
        let mut lines = self.err.lines().filter_map(|line| line.strip_prefix("Next: "));
        let next = lines.next();
        assert_eq!(lines.next(), None, "at most one next step");
        next
    }
}

/// Returns the program without options, and without any variable of this computer's environment that it reads.
pub(crate) fn bare() -> Command {
    clean(&mut Command::new(env!("CARGO_BIN_EXE_pillarbox")))
}

fn clean(command: &mut Command) -> Command {
    let mut fresh = Command::new(command.get_program());
    fresh.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => fresh.env(name, value),
            None => fresh.env_remove(name),
        };
    }
    for name in ["XDG_DATA_HOME", "HOME", "NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS"] {
        fresh.env_remove(name);
    }
    if !command.get_envs().any(|(name, _)| name == "TZ") {
        fresh.env("TZ", "UTC");
    }
    fresh
}

fn piped(mut command: Command) -> Command {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command to its end.
pub(crate) fn run(command: Command, input: &str) -> Ran {
    let mut child = piped(command).spawn().unwrap();
    // A program that does not read its input may be gone already.
    let written = child.stdin.take().unwrap().write_all(input.as_bytes());
    assert!(written.is_ok() || written.unwrap_err().kind() == std::io::ErrorKind::BrokenPipe);
    finish(child)
}

/// Waits for a started command.
pub(crate) fn finish(child: Child) -> Ran {
    let output = child.wait_with_output().unwrap();
    Ran {
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}
