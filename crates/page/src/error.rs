//! Reasons that a request has no result, in sentences for the person who made it.

use pillarbox_lab::experiments::ExperimentError;
use pillarbox_lab::metadata::source::world::WorldSourceError;
use pillarbox_lab::page::PageError;
use pillarbox_lab::scenario::ScenarioError;
use pillarbox_lab::world::WorldError;

use crate::story::MAX_CHARS;

/// Reasons that a request has no result. The stage is unchanged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StageError {
    /// The request asks for something that does not exist.
    #[error("this page cannot do that")]
    NoSuchRequest,
    /// The text has no words.
    #[error("there is nothing to send: type a text first")]
    Empty,
    /// The text is too long.
    #[error("this text has {0} characters, and a text may have {MAX_CHARS}: send it in parts")]
    TooLong(usize),
    /// The conversation has more texts than a page shows.
    #[error("this conversation is full: open the page again to begin anew")]
    Full,
    /// The demand was requested without a guess.
    #[error("guess first; “I don’t know” is a guess too")]
    NoGuess,
    /// There is nothing to download yet.
    #[error("serve a demand first: what comes back can then be taken away")]
    NothingServed,
    /// A file for download could not be built.
    #[error("the file could not be made: {0}")]
    Archive(String),
    /// The story has a mistake.
    #[error("{0}")]
    Story(#[from] ScenarioError),
    /// A world stopped.
    #[error("the relays stopped: {0}")]
    World(#[from] WorldError),
    /// The traffic at a relay, or the rows that it keeps, could not be read.
    #[error("the rows could not be read: {0}")]
    Rows(#[from] WorldSourceError),
    /// A demand could not be served.
    #[error("the demand could not be served: {0}")]
    Experiment(#[from] ExperimentError),
    /// A part of the page could not be rendered.
    #[error("the answer could not be shown: {0}")]
    Page(#[from] PageError),
    /// A part of the page could not be rendered.
    #[error("the page could not be written: {0}")]
    Template(#[from] askama::Error),
}
