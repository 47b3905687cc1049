//! The relay under attack: a process whose memory and processor time can be read.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use pillarbox_testkit::program::{Place, Relay, admin_get};

/// Ticks of the processor clock in a second, as `/proc` counts them on every Linux (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// The relay's process. It ends when this value is dropped.
pub(crate) struct RelayProcess {
    relay: Relay,
    pub(crate) address: String,
    pub(crate) admin: SocketAddr,
}

impl RelayProcess {
    pub(crate) fn start(place: &Place) -> Self {
        Self::of(place.relay())
    }

    /// Starts a relay with its data in this folder.
    pub(crate) fn start_in(place: &Place, data: &Path) -> Self {
        Self::of(Relay::start(place, data))
    }

    fn of(relay: Relay) -> Self {
        Self { address: relay.address().to_owned(), admin: relay.admin().parse().unwrap(), relay }
    }

    /// Returns the token that admits to the stream of passing traffic.
    pub(crate) fn token(&self) -> String {
        let announced = fs::read_to_string(self.relay.data().join("admin")).unwrap();
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
        fs::write(format!("/proc/{}/clear_refs", self.relay.id()), "5").unwrap();
    }

    fn status(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.relay.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)).expect("the relay runs");
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Returns the processor time that the relay has used, in user and system mode.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.relay.id())).unwrap();
        // The second field is the name, and may contain anything but this bracket.
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
        (ticks(11) + ticks(12)) / TICKS_PER_SECOND
    }

    /// Stops the relay as a service manager does. It must end in order after all that it went through.
    pub(crate) fn stop(self) {
        self.relay.stop().1.expect(0);
    }
}

/// Returns one of the counters on the admin port.
pub(crate) fn metric(admin: SocketAddr, name: &str) -> u64 {
    let (_, answer) = admin_get(admin, "/metrics");
    let line = answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {answer}")).parse().unwrap()
}
