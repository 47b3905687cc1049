//! The audit behind `pillarbox-lab audit`: evidence that the relay cannot read.
//!
//! Random words are said in a conversation between two phones over a relay that is a process of its own, once under a
//! design in which the relay can read and once end to end. Then they are searched for everywhere the relay keeps data:
//! its memory, its files, its log, its metrics, and the recorded connections. The search knows each
//! [encoding](encoding::Encoding) that a program is likely to leave, forwards, backwards and under the xor with any one
//! byte. The first run is the positive control: a search that does not find the words where they are readable is an
//! [error](AuditError::Control) and no finding.
//!
//! The phone's program has a run of its own ([`locking`]): the contents of its memory while a chat is open must be gone
//! from the same process once the chat is locked.
//!
//! | file | what |
//! |---|---|
//! | [`needle`], [`encoding`], [`form`], [`search`] | what is searched for, in which forms, and the search |
//! | [`memory`], [`files`], [`recorder`] | the places: another process, folders, the wire |
//! | [`lengths`] | the length of each payload and row |
//! | `program`, `person`, [`seam`], `randomness` | the relay's process, and phones whose secrets are remembered |
//! | `stage`, `phones` | one run |
//! | [`locking`], `chat` | the run of the phone's program |
//! | [`selftest`] | the run of a patched phone, in which everything has to be found |
//! | `verdict`, [`report`], [`text`] | what follows, as data and for a terminal |

mod chat;
pub mod encoding;
pub mod files;
pub mod form;
pub mod lengths;
pub mod locking;
pub mod memory;
pub mod needle;
mod person;
mod phones;
mod program;
mod randomness;
pub mod recorder;
pub mod report;
pub mod seam;
pub mod search;
pub mod selftest;
mod stage;
pub mod text;
mod verdict;

use std::io;
use std::path::PathBuf;

use pillarbox_access::Design;
use pillarbox_access::designs;
use pillarbox_client::net::NetError;
use pillarbox_client::{PhoneError, ProfileError};
use pillarbox_relay::HoldingsError;
use pillarbox_wire::HandleError;

use crate::progress::Progress;
use files::FileError;
use memory::MemoryError;
use needle::TooShort;
pub use program::{RELAY_PROGRAM, beside_this_program};
use report::{Finding, Report};
use seam::Patch;

/// The parts that an audit leaves out. Every report says them.
const NOT_SEARCHED: &[&str] = &[
    "the memory of the other phones: they run inside this program, which knows the words",
    "keys that the phone's program drew itself while it ran: the audit knows those that the phone was made with",
    "what the phone's program has printed, and what a terminal would keep of it",
    "swap space, core dumps and what the operating system keeps of connections",
    "words that are compressed, encrypted or cut into pieces and stand in the place of something as long: a key, a \
     nonce, padding; and what the times of messages could be made to tell",
    "who talks with whom, when, from where and how much: the relay sees that in part, see `pillarbox-relay inventory`",
];

/// The programs and designs of an audit.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The relay's program.
    pub relay_program: PathBuf,
    /// The phone's program.
    pub phone_program: PathBuf,
    /// A design under which the relay can read: the positive control.
    pub readable: Design,
    /// The design for which it is claimed that the relay cannot read.
    pub unreadable: Design,
    /// The change that a phone of that design makes to each payload with a text; none except in a test of the audit.
    pub patch: Option<fn(&str) -> Patch>,
}

impl Plan {
    /// Creates a plan with the plain server as the control, and end to end as the claim. The phone's program is the one
    /// beside this program.
    #[must_use]
    pub fn new(relay_program: PathBuf) -> Self {
        Self {
            relay_program,
            phone_program: program::beside(program::PHONE_PROGRAM),
            readable: designs::plain_server().clone(),
            unreadable: designs::end_to_end().clone(),
            patch: None,
        }
    }
}

/// The reason why an audit has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// There is no relay program.
    #[error("there is no relay program at {}", program.display())]
    NoProgram {
        /// The place that was searched.
        program: PathBuf,
    },
    /// There is no phone program.
    #[error(
        "there is no phone program at {}; `cargo build --release --workspace` puts it beside this one",
        program.display()
    )]
    NoPhone {
        /// The place that was searched.
        program: PathBuf,
    },
    /// A program does not run.
    #[error("{} does not start: {kind}", program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// The system's error.
        kind: io::ErrorKind,
    },
    /// The relay ended before it was ready, or does not say where it is.
    #[error("the relay did not become ready")]
    NotReady,
    /// The relay did not end when it was asked to.
    #[error("the relay did not stop: {0}")]
    NotStopped(io::ErrorKind),
    /// The relay's metrics port does not answer.
    #[error("the relay's metrics cannot be read: {0}")]
    NoMetrics(io::ErrorKind),
    /// The recorder gets no port.
    #[error("there is no free port to record the connections on: {0}")]
    NoPort(io::ErrorKind),
    /// A program's memory was not searched.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// A file was not searched.
    #[error(transparent)]
    File(#[from] FileError),
    /// The folder for the relay and the phones cannot be used.
    #[error("the folder {folder} cannot be used: {kind}")]
    Folder {
        /// The folder.
        folder: String,
        /// The system's error.
        kind: io::ErrorKind,
    },
    /// A phone could not be made.
    #[error("a phone could not be made: {0}")]
    Profile(#[from] ProfileError),
    /// A phone could not do what it was asked to.
    #[error("a phone could not go on: {0}")]
    Phone(#[from] PhoneError),
    /// A phone and the relay did not come together.
    #[error("a phone and the relay did not come together: {0}")]
    Net(#[from] NetError),
    /// The relay's rows could not be read.
    #[error("the relay's rows could not be read: {0}")]
    Holdings(#[from] HoldingsError),
    /// A telephone number of the conversation is invalid.
    #[error("a number in the conversation is wrong: {0}")]
    Number(#[from] HandleError),
    /// Something to search for is too short to mean anything.
    #[error(transparent)]
    Needle(#[from] TooShort),
    /// The search could not be prepared.
    #[error("the search could not be prepared: {0}")]
    Search(#[from] aho_corasick::BuildError),
    /// The conversation did not go as planned.
    #[error("the conversation did not go as planned: {what}")]
    WentWrong {
        /// The mistake.
        what: &'static str,
    },
    /// The search did not find what is there.
    #[error("the search counts for nothing, because it did not find what must be there: {control}")]
    Control {
        /// The control, and its place.
        control: String,
    },
}

/// The number of conversations of an audit, for [`Progress`].
pub const CONVERSATIONS: usize = 4;

/// Runs the conversations, searches, and draws the conclusions. It should run on more than one thread, because the
/// recorder and the search should not wait for each other.
///
/// # Errors
/// [`AuditError`]; in this case nothing is shown, and nothing is left behind.
pub async fn run(plan: &Plan, progress: &Progress) -> Result<Report, AuditError> {
    let readable = stage::play(&plan.relay_program, &plan.readable, None).await?;
    progress.step();
    let unreadable = stage::play(&plan.relay_program, &plan.unreadable, plan.patch).await?;
    progress.step();
    let locking = locking::play(plan, locking::Way::Typed).await?;
    progress.step();
    let self_test = selftest::play(plan).await?;
    progress.step();
    let claims = verdict::claims(&readable, &unreadable, &locking);
    let mut controls = verdict::controls(&readable, &unreadable, &locking);
    controls.extend(verdict::self_test(&self_test));
    let as_claimed = claims.iter().all(|claim| claim.holds);
    // A finding is a finding, however bad the search is. Only a good search can find nothing.
    if let (true, Some(missed)) = (as_claimed, controls.iter().find(|control| control.hits == 0)) {
        return Err(AuditError::Control { control: missed.control.clone() });
    }
    let finding = if as_claimed { Finding::AsClaimed } else { Finding::NotAsClaimed };
    Ok(Report {
        v: 1,
        finding,
        claims,
        controls,
        runs: vec![readable, unreadable],
        locking,
        self_test,
        not_searched: NOT_SEARCHED,
    })
}
