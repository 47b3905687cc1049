//! A person's use of `pillarbox`: one profile, driven by command lines alone.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::ended::Ended;
use super::place::Place;
use super::process::Process;
use super::relay::Relay;

/// One person's phone.
#[derive(Debug)]
pub struct Phone {
    place: Place,
    profile: String,
    data: Option<PathBuf>,
    /// The words behind `pillarbox-lab` that start this phone with altered software; none for the shipped program.
    altered: Vec<String>,
}

impl Phone {
    fn new(place: Place, profile: &str) -> Self {
        Self { place, profile: profile.to_owned(), data: None, altered: Vec::new() }
    }

    /// Returns the same phone with its data in a folder of the test's choice.
    #[must_use]
    pub fn in_folder(mut self, folder: PathBuf) -> Self {
        self.data = Some(folder);
        self
    }

    /// Returns the same profile in a program with altered software, which these words behind `pillarbox-lab` start.
    #[must_use]
    pub fn altered(&self, words: &[&str]) -> Self {
        let altered = words.iter().map(|word| (*word).to_owned()).collect();
        Self { place: self.place.clone(), profile: self.profile.clone(), data: self.data.clone(), altered }
    }

    /// Returns the program with the options that select this phone.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let programs = self.place.programs();
        let program = if self.altered.is_empty() { programs.phone() } else { programs.lab() };
        let mut command = self.place.command(program);
        command.args(&self.altered);
        match &self.data {
            Some(folder) => command.arg("--data").arg(folder),
            None => command.args(["--profile", &self.profile]),
        };
        command.arg("--passphrase-file").arg(self.place.passphrase_file()).args(arguments);
        command
    }

    /// Runs the program without input.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "")
    }

    /// Runs the program with input. In a whole-system test, it checks the next step that the program suggests (see
    /// [`Ended::next`]).
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        let ended = Process::run(self.command(arguments), input);
        if self.place.checks_next_steps() {
            let _checked = ended.next();
        }
        ended
    }

    /// Starts the program and leaves it running.
    #[must_use]
    pub fn start(&self, arguments: &[&str]) -> Process {
        Process::start(self.command(arguments))
    }

    /// Runs a next step in a shell, as a person does who copies the printed line.
    pub fn follow(&self, line: &str) -> Ended {
        let mut shell = self.place.command("sh");
        shell.arg("-c").arg(format!("exec {line}"));
        Process::run(shell, "")
    }

    /// Creates the account. Its name is the profile's with a capital letter.
    pub fn register(&self, relay: &Relay, options: &[&str]) {
        let mut name = self.profile.clone();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let mut arguments = vec!["account", "create", "--relay", relay.address(), "--name", &name];
        arguments.extend(options);
        drop(self.run(&arguments).expect(0));
    }

    /// Returns this account's invitation.
    #[must_use]
    pub fn invitation(&self) -> String {
        self.run(&["account", "invite", "--plain"]).expect(0).out.trim().to_owned()
    }

    /// Adds the other account by its invitation.
    pub fn add(&self, other: &Self) {
        drop(self.run(&["contact", "add", &other.invitation()]).expect(0));
    }

    /// Returns the safety number that this phone shows for a contact.
    #[must_use]
    pub fn number(&self, contact: &str) -> String {
        let shown = self.run(&["verify", contact, "--show", "--json"]).expect(0).json();
        shown["safety_number"].as_str().unwrap().to_owned()
    }

    /// Returns this phone's trust in a contact: `verified`, `unverified` or `changed`.
    #[must_use]
    pub fn trust(&self, contact: &str) -> String {
        let shown = self.run(&["verify", contact, "--show", "--json"]).expect(0).json();
        shown["trust"].as_str().unwrap().to_owned()
    }

    /// Verifies a contact by the number that the other phone shows.
    pub fn verify(&self, contact: &str, other: &Self, own_name: &str) {
        let heard = other.number(own_name);
        drop(self.run(&["verify", contact, "--heard", &heard]).expect(0).prints("is VERIFIED"));
    }

    /// Returns the number of messages that wait to be sent.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.run(&["account", "show", "--json"]).expect(0).json()["waiting"].as_u64().unwrap()
    }

    /// Fetches messages, and returns the new texts in the order in which they are shown.
    #[must_use]
    pub fn inbox(&self) -> Vec<String> {
        let shown = self.run(&["inbox", "--json"]).expect(0).json_lines();
        shown.iter().filter_map(text).collect()
    }

    /// Returns the environment of this phone.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns the profile's folder.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| self.place.home().join(&self.profile))
    }
}

impl Place {
    /// Returns a phone without an account.
    #[must_use]
    pub fn phone(&self, profile: &str) -> Phone {
        Phone::new(self.clone(), profile)
    }

    /// Returns a phone with an account. Its name is the profile's with a capital letter.
    #[must_use]
    pub fn account(&self, relay: &Relay, profile: &str) -> Phone {
        let phone = self.phone(profile);
        phone.register(relay, &[]);
        phone
    }

    /// Returns two phones with accounts that have added each other.
    #[must_use]
    pub fn alice_and_bob(&self, relay: &Relay) -> (Phone, Phone) {
        let (alice, bob) = (self.account(relay, "alice"), self.account(relay, "bob"));
        alice.add(&bob);
        bob.add(&alice);
        (alice, bob)
    }
}

/// Returns the text of a message from `inbox --json`, or nothing for other entries.
fn text(message: &Value) -> Option<String> {
    message["text"].as_str().map(str::to_owned)
}
