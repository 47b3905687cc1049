//! Reasons that an audit has no result.

use std::io;
use std::path::PathBuf;

use pillarbox_client::net::NetError;
use pillarbox_client::{PhoneError, ProfileError};
use pillarbox_relay::HoldingsError;
use pillarbox_wire::HandleError;

use super::files::FileError;
use super::memory::MemoryError;
use super::needle::TooShort;

/// Reasons that an audit has no result.
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
        /// The path of the program.
        program: PathBuf,
        /// The system's error.
        kind: io::ErrorKind,
    },
    /// The relay ended before it was ready, or does not report its address.
    #[error("the relay did not become ready")]
    NotReady,
    /// The relay did not end when it was asked to.
    #[error("the relay did not stop: {0}")]
    NotStopped(io::ErrorKind),
    /// The relay's metrics port does not answer.
    #[error("the relay's metrics cannot be read: {0}")]
    NoMetrics(io::ErrorKind),
    /// The recorder could not open a port.
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
    /// A phone could not be created.
    #[error("a phone could not be made: {0}")]
    Profile(#[from] ProfileError),
    /// A phone could not do what was asked.
    #[error("a phone could not go on: {0}")]
    Phone(#[from] PhoneError),
    /// A phone could not connect to the relay.
    #[error("a phone and the relay did not come together: {0}")]
    Net(#[from] NetError),
    /// The relay's rows could not be read.
    #[error("the relay's rows could not be read: {0}")]
    Holdings(#[from] HoldingsError),
    /// A telephone number of the conversation is invalid.
    #[error("a number in the conversation is wrong: {0}")]
    Number(#[from] HandleError),
    /// A value to search for is too short for a find to mean anything.
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
    /// The search did not find something known to be there.
    #[error("the search counts for nothing, because it did not find what must be there: {control}")]
    Control {
        /// The control, and where it is.
        control: String,
    },
}
