//! The relay under attack: a process whose memory and processor time can be read.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use pillarbox_tests::{PATIENCE, Place, Relay};

/// Ticks of the processor clock in a second, as `/proc` counts them on every Linux (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// The relay's process. It ends when this value is dropped.
pub(crate) struct RelayProcess {
    child: Child,
    data: PathBuf,
    pub(crate) address: String,
    pub(crate) admin: SocketAddr,
}

impl RelayProcess {
    pub(crate) fn start(place: &Place) -> Self {
        Self::start_in(place, place.path("relay"))
    }

    /// Starts a relay with its data in this folder.
    pub(crate) fn start_in(place: &Place, data: PathBuf) -> Self {
        let mut command = Relay::command(place, &data, "127.0.0.1:0");
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut line = |start: &str| lines.find(|line| line.starts_with(start)).expect(start);
        let admin = line("Admin").split_whitespace().nth(1).unwrap().to_owned();
        let address = line("Relay ready").split_whitespace().last().unwrap().to_owned();
        let admin = admin.trim_start_matches("http://").trim_end_matches("/healthz").parse().unwrap();
        Self { child, data, address, admin }
    }

    /// Returns the token that admits to the stream of passing traffic.
    pub(crate) fn token(&self) -> String {
        let announced = fs::read_to_string(self.data.join("admin")).unwrap();
        announced.lines().nth(1).unwrap().to_owned()
    }

    /// Returns the resident memory now, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// Returns the largest resident memory since [`forget_peak`](Self::forget_peak), in KiB.
    pub(crate) fn peak_memory(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// Resets the peak to the present memory (`man 5 proc`, `clear_refs`).
    pub(crate) fn forget_peak(&self) {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
    }

    fn status(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("the relay runs");
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Returns the processor time that the relay has used, in user and system mode.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        // The second field is the name, and may contain anything but this bracket.
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS_PER_SECOND
    }

    /// Stops the relay as a service manager does. It must end in order after all that it went through.
    pub(crate) fn stop(mut self) {
        let told = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(told.success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        // The process may have ended already, which is what the test wants.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

/// Returns one of the counters on the admin port.
pub(crate) fn metric(admin: SocketAddr, name: &str) -> u64 {
    let mut stream = TcpStream::connect(admin).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET /metrics HTTP/1.0\r\nHost: {admin}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {answer}")).parse().unwrap()
}
