//! The relay as its own process: started, asked for its metrics, and stopped as a service manager does.

use std::io::{self, BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use pillarbox_relay::{Granularity, Keeping};
use pillarbox_transport::RelayAddress;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::error::AuditError;

/// The relay's program, in the same folder as this one.
const RELAY_PROGRAM: &str = "pillarbox-relay";

/// The time that the relay may take to start and to stop. It takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// The time between two checks while the program is awaited to end.
pub(super) const LOOK: Duration = Duration::from_millis(5);

/// The phone's program, also in the same folder as this one.
pub(super) const PHONE_PROGRAM: &str = "pillarbox";

/// Returns the relay's program beside the running one.
///
/// # Errors
/// [`AuditError::NoProgram`] if it does not exist.
pub fn beside_this_program() -> Result<PathBuf, AuditError> {
    let program = beside(RELAY_PROGRAM);
    if program.is_file() { Ok(program) } else { Err(AuditError::NoProgram { program }) }
}

/// Returns the path of a program beside the running one, whether or not it exists.
pub(super) fn beside(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    own.with_file_name(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// A running relay. It ends with this value.
#[derive(Debug)]
pub(super) struct RelayProcess {
    child: Child,
    address: RelayAddress,
    admin: SocketAddr,
    printed: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl RelayProcess {
    /// Starts a relay on free ports, with its log at its most talkative.
    pub(super) fn start(program: &Path, data: &Path, keeping: &Keeping) -> Result<Self, AuditError> {
        let mut command = Command::new(program);
        command.args([
            "run",
            "--listen",
            "127.0.0.1:0",
            "--admin",
            "127.0.0.1:0",
            "--log-level",
            "debug",
            "--data",
        ]);
        command.arg(data).args(options(keeping));
        // The relay's output is read line by line, in the layout for a window of the usual width.
        command.env("COLUMNS", crate::screen::USUAL_WIDTH.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => AuditError::NoProgram { program: program.to_owned() },
            kind => AuditError::NotStarted { program: program.to_owned(), kind },
        })?;
        let printed = Arc::new(Mutex::new(Vec::new()));
        let mut readers = Vec::new();
        if let Some(out) = child.stdout.take() {
            readers.push(keep(out, &printed));
        }
        if let Some(err) = child.stderr.take() {
            readers.push(keep(err, &printed));
        }
        let mut starting = Starting { child: Some(child), printed: Arc::clone(&printed) };
        let (address, admin) = starting.addresses()?;
        match starting.child.take() {
            Some(child) => Ok(Self { child, address, admin, printed, readers }),
            None => Err(AuditError::NotReady),
        }
    }

    pub(super) const fn child(&self) -> &Child {
        &self.child
    }

    pub(super) const fn address(&self) -> &RelayAddress {
        &self.address
    }

    /// Returns the address to which phones connect.
    pub(super) fn socket(&self) -> Result<SocketAddr, AuditError> {
        let host = self.address.host().parse().map_err(|_| AuditError::NotReady)?;
        Ok(SocketAddr::new(host, self.address.port()))
    }

    /// Returns its output until now, including its log.
    pub(super) fn printed(&self) -> Vec<u8> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the answer of its metrics port, head and body.
    pub(super) async fn metrics(&self) -> Result<Vec<u8>, AuditError> {
        let asked = async {
            let mut stream = TcpStream::connect(self.admin).await?;
            let request =
                format!("GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.admin);
            stream.write_all(request.as_bytes()).await?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).await?;
            Ok(answer)
        };
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer.map_err(|error: io::Error| AuditError::NoMetrics(error.kind())),
            Err(_) => Err(AuditError::NoMetrics(io::ErrorKind::TimedOut)),
        }
    }

    /// Stops it as a service manager does, and returns its whole output from its start to its end.
    pub(super) fn stop(mut self) -> Result<Vec<u8>, AuditError> {
        let asked = kill_process(Pid::from_child(&self.child), Signal::TERM);
        asked.map_err(|error| AuditError::NotStopped(io::Error::from(error).kind()))?;
        let until = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait() {
                Ok(Some(_)) => break,
                Ok(None) if Instant::now() > until => {
                    return Err(AuditError::NotStopped(io::ErrorKind::TimedOut));
                }
                Ok(None) => thread::sleep(LOOK),
                Err(error) => return Err(AuditError::NotStopped(error.kind())),
            }
        }
        for reader in self.readers.drain(..) {
            // A reader does nothing that could panic. Even if it panicked, the bytes that it read would still be here.
            let _ = reader.join();
        }
        Ok(self.printed())
    }
}

impl Drop for RelayProcess {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

pub(super) fn end(child: &mut Child) {
    // The process may have ended already, which is what is wanted.
    let _ = child.kill();
    let _ = child.wait();
}

/// A relay that has not printed its addresses yet.
struct Starting {
    child: Option<Child>,
    printed: Arc<Mutex<Vec<u8>>>,
}

impl Starting {
    fn addresses(&mut self) -> Result<(RelayAddress, SocketAddr), AuditError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(addresses) = read_addresses(&String::from_utf8_lossy(&printed)) {
                return Ok(addresses);
            }
            let ended = self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
            if ended || Instant::now() > until {
                return Err(AuditError::NotReady);
            }
            thread::sleep(LOOK);
        }
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            end(child);
        }
    }
}

/// Returns the relay's address and that of its metrics, once both were printed.
fn read_addresses(printed: &str) -> Option<(RelayAddress, SocketAddr)> {
    let after = |start: &str| printed.lines().find_map(|line| line.strip_prefix(start)).map(str::trim);
    let address = after("Relay ready")?.parse().ok()?;
    let admin = after("Admin")?.strip_prefix("http://")?.split('/').next()?.parse().ok()?;
    Some((address, admin))
}

/// Collects the bytes of a stream, line by line, so that the lines of two streams do not run into each other.
pub(super) fn keep(stream: impl Read + Send + 'static, printed: &Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    let printed = Arc::clone(printed);
    thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(1..)) {
            printed.lock().unwrap_or_else(PoisonError::into_inner).append(&mut line);
        }
    })
}

/// Returns the command line that makes a relay keep this.
fn options(keeping: &Keeping) -> Vec<String> {
    // The audited designs keep no deposits, no log of any kind, no channels, no groups and no attachments, and stamp
    // nothing, as a relay does without options.
    let Keeping {
        undelivered,
        delivered,
        last_seen,
        registered,
        sender,
        last_address,
        deposits: _,
        log: _,
        directory: _,
        channels: _,
        stamps: _,
        directory_log: _,
        groups: _,
        attachments: _,
    } = keeping;
    let exactness = |granularity: &Granularity| match granularity {
        Granularity::Nothing => "nothing".to_owned(),
        Granularity::Day => "day".to_owned(),
        Granularity::Exact => "exact".to_owned(),
    };
    let mut options = vec!["--keep-undelivered".to_owned(), undelivered.as_days().to_string()];
    if let Some(delivered) = delivered {
        options.extend(["--keep-delivered".to_owned(), delivered.as_days().to_string()]);
    }
    options.extend(["--last-seen".to_owned(), exactness(last_seen)]);
    options.extend(["--registered".to_owned(), exactness(registered)]);
    options.extend(last_address.then(|| "--keep-address".to_owned()));
    options.extend((!sender).then(|| "--drop-sender".to_owned()));
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_design_keeps_becomes_a_command_line() {
        assert_eq!(
            options(&Keeping::LEAST).join(" "),
            "--keep-undelivered 30 --last-seen day --registered exact"
        );
        assert_eq!(
            options(&Keeping { sender: false, ..Keeping::HISTORY }).join(" "),
            "--keep-undelivered 365 --keep-delivered 365 --last-seen exact --registered exact --keep-address \
             --drop-sender"
        );
    }

    #[test]
    fn the_addresses_are_read_from_what_the_relay_prints() {
        let key = "fwdls5ygmkkgmhcucspiejfrsiyde65h4epolewzyfn3s6xh4euq";
        let printed = format!(
            "INFO ready\nRelay ready    pillarbox://127.0.0.1:35007/#{key}\n\
             Admin          http://127.0.0.1:43927/healthz  /readyz  /metrics\n"
        );
        let (address, admin) = read_addresses(&printed).unwrap();
        assert_eq!((address.port(), admin.port()), (35007, 43927));
        assert!(read_addresses("Relay ready    pillarbox://127.0.0.1:35007/#").is_none());
    }
}
