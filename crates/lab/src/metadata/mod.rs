//! `metadata`: who talks to whom, as far as rows reveal it without a word of content.
//!
//! The methods are in `pillarbox_metadata`, which knows no relay. This layer makes traces of the readable sources, and
//! reports the outcome. The truth goes into a [`PairTruth`](pillarbox_metadata::PairTruth) for the scorer and into no
//! trace.
//!
//! | file | what |
//! |---|---|
//! | `source` | records, live events, relays' folders and tables of others, as traces |
//! | `text`, `json`, `table`, `files` | the outcome on a screen, as a document, as a table of pairs, as files with pictures |
//! | `defences` | what each defence takes from an observer, and what it costs |
//! | `month` | every design, and what it keeps of who talks to whom |
//! | `models` | the published simulations beside this program's |

pub mod defences;
pub mod files;
pub mod json;
pub mod models;
pub mod month;
pub mod source;
pub mod table;
pub mod text;

use pillarbox_metadata::{
    Analysis, Known, MeansSettings, Observer, Ties, Trace, TraceField, TracePerson, observer,
};

pub use source::{Source, SourceError};

/// The choices of the user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The observer.
    pub observer: Observer,
    /// The fields that are removed.
    pub without: Vec<TraceField>,
    /// The milliseconds to which times are rounded down; 0 leaves them unchanged.
    pub round: u64,
    /// Window and seed.
    pub settings: MeansSettings,
    /// The person asked about, by name; `None` selects the one that the source is about.
    pub about: Option<String>,
}

/// A source, analysed.
#[derive(Clone, Debug)]
pub struct AnalysedSource {
    /// The source, in a few words.
    pub what: String,
    /// Notes about the source, in sentences that every reader should see.
    pub notes: Vec<String>,
    /// The choices.
    pub choices: Choices,
    /// The person asked about, if the choices or the source name one.
    pub about: Option<TracePerson>,
    /// The rows that the observer has.
    pub trace: Trace,
    /// The outcome.
    pub analysis: Analysis,
}

impl AnalysedSource {
    /// Analyses the part of a source that an observer has.
    ///
    /// # Errors
    /// [`SourceError::NotOfThis`], if the source has nothing that this observer has.
    pub fn of(source: &Source, choices: Choices) -> Result<Self, SourceError> {
        let whole = source.observed(choices.observer)?;
        let trace = observer::rounded(&observer::without(&whole, &choices.without), choices.round);
        let place = |name: &String| trace.people.iter().position(|known| known == name);
        let about = match &choices.about {
            Some(name) => Some(place(name).ok_or_else(|| SourceError::Nobody { name: name.clone() })?),
            None => source.about.as_ref().and_then(place),
        };
        let about = about.and_then(|place| u32::try_from(place).ok()).map(TracePerson);
        let analysis = Analysis::of(&trace, &source.truth, choices.settings);
        Ok(Self { what: source.what.clone(), notes: source.notes.clone(), choices, about, trace, analysis })
    }

    /// Returns how a pair that a row names is known.
    #[must_use]
    pub const fn named(&self) -> Known {
        match self.choices.observer {
            Observer::Keeps => Known::Kept,
            _ => Known::Seen,
        }
    }

    /// Returns the network of people as observed after this number of messages; `None` means all of them.
    #[must_use]
    pub fn ties(&self, messages: Option<u64>) -> Ties {
        self.analysis.ties(&self.trace, self.named(), messages)
    }
}
