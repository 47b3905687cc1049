//! A person's way to use `pillarbox`: one profile, driven by command lines only.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::{Ended, Place, Process, Relay, programs};

/// One phone.
#[derive(Debug)]
pub struct Phone<'a> {
    place: &'a Place,
    profile: String,
    data: Option<PathBuf>,
}

impl<'a> Phone<'a> {
    pub(crate) fn new(place: &'a Place, profile: &str) -> Self {
        Self { place, profile: profile.to_owned(), data: None }
    }

    /// The same phone with its data in a folder of the test's choice.
    #[must_use]
    pub fn in_folder(mut self, folder: PathBuf) -> Self {
        self.data = Some(folder);
        self
    }

    /// The program with the options that lead to this phone.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.place.command(&programs().phone);
        match &self.data {
            Some(folder) => command.arg("--data").arg(folder),
            None => command.args(["--profile", &self.profile]),
        };
        command.arg("--passphrase-file").arg(self.place.passphrase_file()).args(arguments);
        command
    }

    /// Runs the program with nothing to read.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    /// Runs the program with something to read. What it suggests as the next step is checked, see [`Ended::next`].
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        let ended = Process::run(self.command(arguments), input);
        let _checked = ended.next();
        ended
    }

    /// Starts the program and leaves it running.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Process {
        Process::start(self.command(arguments))
    }

    /// Runs a next step that a program has printed, in a shell, as a person who copies the line would.
    pub fn follow(&self, line: &str) -> Ended {
        let mut shell = self.place.command("sh");
        shell.arg("-c").arg(format!("exec {line}"));
        Process::run(shell, "")
    }

    /// Makes the account, named as the profile with a capital.
    pub fn register(&self, relay: &Relay, options: &[&str]) {
        let mut name = self.profile.clone();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let mut arguments = vec!["account", "create", "--relay", relay.address(), "--name", &name];
        arguments.extend(options);
        drop(self.run(&arguments).expect(0));
    }

    /// This account's invitation.
    #[must_use]
    pub fn invitation(&self) -> String {
        self.run(&["account", "invite", "--plain"]).expect(0).out.trim().to_owned()
    }

    /// Adds the other by its invitation.
    pub fn add(&self, other: &Self) {
        drop(self.run(&["contact", "add", &other.invitation()]).expect(0));
    }

    /// The safety number that this phone shows for a contact.
    #[must_use]
    pub fn number(&self, contact: &str) -> String {
        let shown = self.run(&["verify", contact, "--show", "--json"]).expect(0).json();
        shown["safety_number"].as_str().unwrap().to_owned()
    }

    /// How sure this phone is of a contact: `verified`, `unverified` or `changed`.
    #[must_use]
    pub fn trust(&self, contact: &str) -> String {
        let shown = self.run(&["verify", contact, "--show", "--json"]).expect(0).json();
        shown["trust"].as_str().unwrap().to_owned()
    }

    /// Compares the number that the other phone shows, so that the contact is verified.
    pub fn verify(&self, contact: &str, other: &Self, own_name: &str) {
        let heard = other.number(own_name);
        drop(self.run(&["verify", contact, "--heard", &heard]).expect(0).prints("is VERIFIED"));
    }

    /// How many messages wait to be sent.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.run(&["account", "show", "--json"]).expect(0).json()["waiting"].as_u64().unwrap()
    }

    /// Fetches, and gives the texts that are new, in the order in which they are shown.
    #[must_use]
    pub fn inbox(&self) -> Vec<String> {
        let shown = self.run(&["inbox", "--json"]).expect(0).json_lines();
        shown.iter().filter_map(text).collect()
    }

    /// The profile's folder.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| self.place.home().join(&self.profile))
    }
}

/// The text of a message as `inbox --json` prints it; none for other entries.
fn text(message: &Value) -> Option<String> {
    message["text"].as_str().map(str::to_owned)
}
