//! A `pillarbox-relay` that runs, is killed, and runs again on the same port with the same data.

use std::fmt::Display;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use pillarbox_transport::RelayAddress;

use super::ended::Ended;
use super::place::Place;
use super::process::{Process, Stream};
use crate::PATIENCE;

/// A running relay.
#[derive(Debug)]
pub struct Relay {
    process: Process,
    data: PathBuf,
    address: String,
    admin: String,
    options: Vec<String>,
}

impl Relay {
    /// Starts a relay over the data in `data`, on a free port.
    #[must_use]
    pub fn start(place: &Place, data: &Path) -> Self {
        Self::listen(place, data, "127.0.0.1:0")
    }

    /// Starts a relay on the port and the data of an earlier one.
    #[must_use]
    pub fn start_again(place: &Place, earlier: &Stopped) -> Self {
        let options: Vec<&str> = earlier.options.iter().map(String::as_str).collect();
        let again = Self::listen_with(place, &earlier.data, &host_and_port(&earlier.address), &options);
        assert_eq!(again.address, earlier.address, "its phones find it where it was");
        again
    }

    /// Returns the command line of a relay on this data, for a test that expects it not to start.
    #[must_use]
    pub fn command(place: &Place, data: &Path, listen: &str) -> Command {
        let mut command = place.command(place.programs().relay());
        command.args(["run", "--listen", listen, "--admin", "127.0.0.1:0", "--data"]).arg(data);
        command
    }

    /// Starts a relay that listens at `listen`.
    #[must_use]
    pub fn listen(place: &Place, data: &Path, listen: &str) -> Self {
        Self::listen_with(place, data, listen, &[])
    }

    /// Starts a relay with a number of file descriptors, and a limit up to which it may raise that number.
    #[must_use]
    pub fn with_descriptors(place: &Place, data: &Path, given: u32, most: u32) -> Self {
        let relay = Self::command(place, data, "127.0.0.1:0");
        let mut command = place.command("sh");
        command.arg("-c").arg(format!("ulimit -Sn {given} && ulimit -Hn {most} && exec \"$0\" \"$@\""));
        command.arg(relay.get_program()).args(relay.get_args());
        Self::run(command, data, &[])
    }

    /// Starts a relay that listens at `listen`, with more options.
    #[must_use]
    pub fn listen_with(place: &Place, data: &Path, listen: &str, options: &[&str]) -> Self {
        let mut command = Self::command(place, data, listen);
        command.args(options);
        Self::run(command, data, options)
    }

    /// Starts a relay from a command line that a test has altered, on this data.
    #[must_use]
    pub fn run(command: Command, data: &Path, options: &[&str]) -> Self {
        let mut process = Process::start(command);
        let admin = process.wait_for(Stream::Out, |line| line.starts_with("Admin"));
        let ready = process.wait_for(Stream::Out, |line| line.starts_with("Relay ready"));
        let last = |line: String| line.split_whitespace().last().unwrap().to_owned();
        let admin = admin.split_whitespace().nth(1).unwrap().strip_prefix("http://").unwrap().to_owned();
        let admin = admin.strip_suffix("/healthz").unwrap().to_owned();
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        Self { process, data: data.to_owned(), address: last(ready), admin, options }
    }

    /// Returns the relay's address as given to phones.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the address as the transport reads it.
    #[must_use]
    pub fn parsed_address(&self) -> RelayAddress {
        self.address.parse().unwrap()
    }

    /// Returns the same address with another relay's key.
    #[must_use]
    pub fn with_key_of(&self, other: &Self) -> String {
        let place = self.address.split('#').next().unwrap();
        format!("{place}#{}", other.address.split('#').nth(1).unwrap())
    }

    /// Returns the relay's data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Starts `ledger --follow --all` on the relay, and waits until it follows.
    #[must_use]
    pub fn follow(&self, place: &Place) -> Process {
        self.follow_with(place, &["--all"])
    }

    /// Starts `ledger --follow` on the relay with more options, and waits until it follows.
    #[must_use]
    pub fn follow_with(&self, place: &Place, options: &[&str]) -> Process {
        let mut command = place.command(place.programs().relay());
        command.args(["ledger", "--follow", "--data"]).arg(&self.data).args(options);
        let mut follow = Process::start(command);
        follow.wait_for(Stream::Out, |line| line.starts_with("UTC "));
        follow
    }

    /// Kills the relay without warning.
    #[must_use]
    pub fn kill(self) -> Stopped {
        drop(self.process.kill());
        Stopped { data: self.data, address: self.address, options: self.options }
    }

    /// Sends the relay a signal. `STOP` suspends it, and `CONT` resumes it.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Stops the relay as a service manager does, and returns how it ended.
    #[must_use]
    pub fn stop(self) -> (Stopped, Ended) {
        self.process.signal("TERM");
        let stopped = Stopped { data: self.data, address: self.address, options: self.options };
        (stopped, self.process.finish())
    }

    /// Waits for the end of a relay that ends by itself or by a signal.
    pub fn finish(self) -> Ended {
        self.process.finish()
    }

    /// Returns the id of the relay's process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits for the next line of the relay's log that `wanted` accepts, and returns it.
    pub fn wait_for_log(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        self.process.wait_for(Stream::Err, wanted)
    }

    /// Returns the address of the relay's admin port.
    #[must_use]
    pub fn admin(&self) -> &str {
        &self.admin
    }

    /// Requests `path` from the admin port, and returns the status and the body.
    #[must_use]
    pub fn get(&self, path: &str) -> (u16, String) {
        admin_get(&self.admin, path)
    }

    /// Requests `path` again and again until the answer is as wanted.
    pub fn wait_until(&self, path: &str, wanted: impl Fn(u16, &str) -> bool) {
        let until = Instant::now() + PATIENCE;
        loop {
            let (status, body) = self.get(path);
            if wanted(status, &body) {
                return;
            }
            assert!(Instant::now() < until, "{path} still answers {status}: {body}");
        }
    }
}

impl Place {
    /// Starts a relay in this environment, on a free port.
    #[must_use]
    pub fn relay(&self) -> Relay {
        Relay::start(self, &self.path("relay"))
    }
}

/// A relay that has ended: its data and its address.
#[derive(Clone, Debug)]
pub struct Stopped {
    data: PathBuf,
    address: String,
    options: Vec<String>,
}

impl Stopped {
    /// Returns the relay's data directory.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Returns the host and port, where nobody listens now.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        host_and_port(&self.address)
    }

    /// Starts the relay again.
    #[must_use]
    pub fn start_again(&self, place: &Place) -> Relay {
        Relay::start_again(place, self)
    }
}

fn host_and_port(address: &str) -> String {
    address.strip_prefix("pillarbox://").and_then(|rest| rest.split('/').next()).unwrap().to_owned()
}

/// Requests `path` from an admin port, and returns the status and the body.
pub fn admin_get(admin: impl ToSocketAddrs + Display, path: &str) -> (u16, String) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {admin}\r\nConnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(admin).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Runs `pillarbox-relay` to its end with these arguments.
pub fn relay_command(place: &Place, arguments: &[&str]) -> Ended {
    let mut command = place.command(place.programs().relay());
    command.args(arguments);
    Process::run(command, "")
}
