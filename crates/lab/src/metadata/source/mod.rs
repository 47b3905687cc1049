//! Sources: everything that can be read as a trace.

pub mod csv;
pub mod holdings;
pub mod ledger;
mod people;
pub mod record;
pub mod world;

use pillarbox_metadata::{Observer, PairTruth, Trace, observer};

/// The maximum number of rows that are read from one source: about twice the number analysed in a minute, and below two
/// gigabytes of memory.
pub const MOST_ROWS: usize = 5_000_000;

/// A source that was read.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// A few words that name the source.
    pub what: String,
    /// Everything that passed; `None` if the source has only the kept rows.
    pub passed: Option<Trace>,
    /// Everything that is kept; `None` if the source does not say.
    pub kept: Option<Trace>,
    /// The moment from which the operator writes a log, if an order requires one.
    pub ordered: Option<u64>,
    /// The name of the person whom the source is about, if it says so.
    pub about: Option<String>,
    /// The pairs who really wrote to each other, as far as the source says.
    pub truth: PairTruth,
    /// Notes about the source, in sentences that every reader should see.
    pub notes: Vec<String>,
}

/// Reasons that there is nothing to analyse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A line has the wrong form.
    #[error("{what}, line {line}: {why}")]
    Line {
        /// The name of the source.
        what: String,
        /// The line, from 1.
        line: usize,
        /// The mistake, and what to write instead.
        why: String,
    },
    /// The source is too large to be analysed.
    #[error("{what} has more than {most} rows, and is not analysed. Cut it into parts.", most = MOST_ROWS)]
    TooLong {
        /// The name of the source.
        what: String,
    },
    /// Nobody has this name.
    #[error("nobody here is called {name}. Leave --about away, or name somebody whom the source names.")]
    Nobody {
        /// The name that was asked for.
        name: String,
    },
    /// The source has no rows of the kind that this observer would see.
    #[error("{0}")]
    NotOfThis(&'static str),
}

impl Source {
    /// Returns the rows that an observer has.
    ///
    /// # Errors
    /// [`SourceError::NotOfThis`].
    pub fn observed(&self, observer: Observer) -> Result<Trace, SourceError> {
        if observer == Observer::Keeps {
            return self.kept.clone().ok_or(SourceError::NotOfThis(
                "this source says what passed and not what the operator keeps. Name a story, whose world is then run \
                 here, or a relay's data folder.",
            ));
        }
        let passed = self.passed.as_ref().ok_or(SourceError::NotOfThis(
            "a relay's data folder holds what is kept, and nothing else: its observer is --observer keeps.",
        ))?;
        Ok(observer::observed(passed, observer, self.ordered))
    }
}
