//! Another process's memory: every mapping that the process itself can read, searched while it is stopped.
//!
//! Linux shows the memory of a process as two files (proc(5): `/proc/PID/maps`, `/proc/PID/mem`) to a user who may
//! trace it: its own user, if the system allows that, or root. A refusal is an error here and never an empty finding.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::report::Part;
use super::search::{Hit, Search};

/// The number of bytes read at a time: large enough for few calls, and small compared with the process that is
/// searched.
const PIECE: usize = 1 << 20;

/// The time within which a process must stop. It takes microseconds, unless the process waits for a disk.
const STANDSTILL: Duration = Duration::from_secs(5);

/// Mappings that the kernel lends to every process and lets nobody else read: clock pages and an entry point.
const KERNELS_OWN: [&str; 2] = ["[vvar", "[vsyscall]"];

/// The places that were searched, and the findings.
#[derive(Debug)]
pub struct Looked {
    /// The mappings. Mappings with the same name are added up.
    pub parts: Vec<Part>,
    /// The kernel's own mappings, which nobody can read.
    pub not_read: Vec<String>,
    /// The findings.
    pub hits: Vec<Hit>,
}

/// Reasons that a memory could not be searched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// This system has no `/proc/PID/mem`.
    #[error("this system does not show the memory of a process under /proc, as Linux does")]
    NoProc,
    /// The system does not allow this user to look.
    #[error("this system does not let the audit read the memory of a program that it started")]
    Refused,
    /// A mapping could not be read, so the search would have a hole.
    #[error("the mapping {name} of the program's memory could not be read: {kind}")]
    Unread {
        /// The name of the mapping.
        name: String,
        /// The system's error.
        kind: io::ErrorKind,
    },
    /// The process did not stop or could not be inspected.
    #[error("the program could not be stopped for a look at its memory: {0}")]
    NotHeld(io::ErrorKind),
}

/// Searches the memory of a child process. The process is stopped meanwhile and continues afterwards.
///
/// # Errors
/// [`MemoryError`].
pub fn search(child: &Child, search: &Search) -> Result<Looked, MemoryError> {
    let pid = child.id();
    let _held = Held::hold(child)?;
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).map_err(|error| opening(&error))?;
    let memory = File::open(format!("/proc/{pid}/mem")).map_err(|error| opening(&error))?;
    let mut looked = Looked { parts: Vec::new(), not_read: Vec::new(), hits: Vec::new() };
    for mapping in maps.lines().filter_map(Mapping::parse) {
        match mapping.search(&memory, search) {
            Ok(hits) => {
                looked.hits.extend(hits);
                Part::add(&mut looked.parts, mapping.name, mapping.end.saturating_sub(mapping.start));
            }
            Err(_) if KERNELS_OWN.iter().any(|own| mapping.name.starts_with(own)) => {
                looked.not_read.push(mapping.name.to_owned());
            }
            Err(error) => {
                return Err(MemoryError::Unread { name: mapping.name.to_owned(), kind: error.kind() });
            }
        }
    }
    // A process whose list is empty has ended, and a process without readable memory does not exist.
    if looked.parts.is_empty() { Err(MemoryError::Refused) } else { Ok(looked) }
}

fn opening(error: &io::Error) -> MemoryError {
    match error.kind() {
        io::ErrorKind::NotFound => MemoryError::NoProc,
        _ => MemoryError::Refused,
    }
}

/// A readable mapping.
#[derive(Debug, PartialEq, Eq)]
struct Mapping<'a> {
    start: u64,
    end: u64,
    name: &'a str,
}

impl<'a> Mapping<'a> {
    /// Parses one line of `maps`: range, permissions, offset, device, inode, name. Returns nothing if the process
    /// itself cannot read the mapping.
    fn parse(line: &'a str) -> Option<Self> {
        let mut rest = line;
        let mut word = || {
            let (word, after) = rest.trim_start().split_once(' ').unwrap_or((rest.trim_start(), ""));
            rest = after;
            word
        };
        let (range, permissions) = (word(), word());
        let _offset_device_inode = (word(), word(), word());
        let (start, end) = range.split_once('-')?;
        let address = |digits| u64::from_str_radix(digits, 16).ok();
        let name = match rest.trim() {
            "" => "anonymous",
            name => name,
        };
        permissions.starts_with('r').then_some(Self { start: address(start)?, end: address(end)?, name })
    }

    fn search(&self, memory: &File, search: &Search) -> io::Result<Vec<Hit>> {
        let mut scan = search.scan(self.name, self.start);
        let mut piece = vec![0; PIECE];
        let mut at = self.start;
        while at < self.end {
            let wanted = usize::try_from(self.end - at).unwrap_or(PIECE).min(PIECE);
            let room = piece.get_mut(..wanted).unwrap_or_default();
            memory.read_exact_at(room, at)?;
            scan.feed(room);
            at += wanted as u64;
        }
        Ok(scan.finish())
    }
}

/// A process that is stopped until this value is dropped, so that nothing moves from an address still to be
/// searched to one already searched.
struct Held(Pid);

impl Held {
    fn hold(child: &Child) -> Result<Self, MemoryError> {
        let pid = Pid::from_child(child);
        kill_process(pid, Signal::STOP)
            .map_err(|error| MemoryError::NotHeld(io::Error::from(error).kind()))?;
        let held = Self(pid);
        let until = Instant::now() + STANDSTILL;
        while !stands_still(child.id())? {
            if Instant::now() > until {
                return Err(MemoryError::NotHeld(io::ErrorKind::TimedOut));
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(held)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // A process that has ended meanwhile needs no continuing.
        let _ = kill_process(self.0, Signal::CONT);
    }
}

/// Returns true if every thread has stopped, according to the letter after the name in brackets (proc(5)).
fn stands_still(pid: u32) -> Result<bool, MemoryError> {
    for thread in fs::read_dir(format!("/proc/{pid}/task")).map_err(|error| opening(&error))? {
        let stat = thread.and_then(|thread| fs::read_to_string(thread.path().join("stat")));
        match stat {
            Ok(stat) if stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with(['T', 't'])) => {}
            Ok(_) => return Ok(false),
            // The thread was just ending. The next check shows it gone.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(MemoryError::NotHeld(error.kind())),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_maps_are_read() {
        let line = "55e0c5a4b000-55e0c5a6c000 rw-p 00000000 00:00 0                          [heap]";
        let heap = Mapping { start: 0x55e0_c5a4_b000, end: 0x55e0_c5a6_c000, name: "[heap]" };
        assert_eq!(Mapping::parse(line), Some(heap));
        let anonymous = Mapping::parse("7f00-7f10 r--p 00000000 00:00 0 ").unwrap();
        assert_eq!((anonymous.name, anonymous.start), ("anonymous", 0x7f00));
        let spaced = Mapping::parse("7f00-7f10 r-xp 00001000 08:01 42     /a folder/a file").unwrap();
        assert_eq!(spaced.name, "/a folder/a file");
        assert_eq!(Mapping::parse("7f00-7f10 ---p 00000000 00:00 0"), None);
        assert_eq!(Mapping::parse("no mapping"), None);
    }
}
