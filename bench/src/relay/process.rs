//! A server under measurement: its own process with its own folder, and the system's figures about it.

use crate::Failure;
use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Clock ticks in a second, as `/proc` counts them. The number is fixed for user space on Linux.
const TICKS: f64 = 100.0;

/// Time after which a server that does not listen has failed.
const START: Duration = Duration::from_secs(120);

/// A running server. Dropping it kills the process.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a program that prints nothing, and waits until it listens on `address`.
    pub(crate) fn listening(
        program: &str,
        arguments: &[impl AsRef<OsStr>],
        address: SocketAddr,
    ) -> Result<Self, Failure> {
        let quiet = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut process = Self { child: quiet };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if begun.elapsed() > START || process.child.try_wait()?.is_some() {
                return Err(format!("{program} does not start").into());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(process)
    }

    /// Starts a program. Returns the rest of the first line that starts with `announced`, and the time until that
    /// line appeared.
    pub(crate) fn announcing(
        program: &Path,
        arguments: &[impl AsRef<OsStr>],
        announced: &str,
    ) -> Result<(Self, String, Duration), Failure> {
        let begun = Instant::now();
        let child = Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut process = Self { child };
        let mut out = BufReader::new(process.child.stdout.take().ok_or("no output")?);
        let line = loop {
            let mut line = String::new();
            if out.read_line(&mut line)? == 0 {
                return Err("the program ended without an address".into());
            }
            if let Some(rest) = line.strip_prefix(announced) {
                break rest.trim().to_owned();
            }
        };
        let taken = begun.elapsed();
        // The rest of its output is read and discarded, so that the program never waits for a reader.
        thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        Ok((process, line, taken))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process, as a power cut would.
    pub(crate) fn kill(mut self) -> Result<(), Failure> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A process that has ended already needs nothing.
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

/// Returns the processor seconds that a process has used, its own and the kernel's for it.
pub(crate) fn processor_seconds(id: u32) -> Result<f64, Failure> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The name in parentheses may hold spaces; after it come state and then numbers (proc_pid_stat(5)).
    let (_, numbers) = stat.rsplit_once(')').ok_or("/proc/PID/stat has another form")?;
    let ticks = numbers.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
    Ok(ticks.sum::<Result<f64, _>>()? / TICKS)
}

/// Returns the bytes of memory that belong to a process alone and that it has written.
pub(crate) fn private_bytes(id: u32) -> Result<f64, Failure> {
    let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Private_Dirty:"));
    let kibibytes: f64 = line.ok_or("no Private_Dirty")?.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024.0)
}

/// Returns the bytes in all files of a folder and of the folders in it. A file that disappears meanwhile counts as
/// empty.
pub(crate) fn folder_bytes(folder: &Path) -> Result<f64, Failure> {
    let mut bytes = 0.0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(about) = entry.metadata() else { continue };
        bytes += if about.is_dir() { folder_bytes(&entry.path())? } else { about.len() as f64 };
    }
    Ok(bytes)
}

/// Returns an address on loopback that nobody listens on now.
pub(crate) fn free_address() -> Result<SocketAddr, Failure> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
