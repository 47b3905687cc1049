//! A world as a source: its record shows the traffic, and the rows of its relays show what is kept.

use pillarbox_metadata::{Trace, TraceTiming};
use pillarbox_wire::AccountId;

use super::people::{Addresses, People};
use super::record::Reader;
use super::{Source, SourceError, holdings};
use crate::world::{World, WorldError};

/// Reasons that a world cannot be a source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorldSourceError {
    /// A relay's rows cannot be read.
    #[error(transparent)]
    World(#[from] WorldError),
    /// The world's record cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// Reads a world in its present state.
///
/// # Errors
/// [`WorldSourceError`].
pub fn read(what: &str, world: &World) -> Result<Source, WorldSourceError> {
    Follower::new(what).read(world)
}

/// Reads one world repeatedly while it runs. Each line of its record is read once.
#[derive(Clone, Debug)]
pub struct Follower {
    reader: Reader,
}

impl Follower {
    /// Creates a follower of a world that `what` names.
    #[must_use]
    pub fn new(what: &str) -> Self {
        Self { reader: Reader::new(what) }
    }

    /// Reads the world in its present state.
    ///
    /// # Errors
    /// [`WorldSourceError`].
    pub fn read(&mut self, world: &World) -> Result<Source, WorldSourceError> {
        self.reader.lines(&world.record().to_json_lines_after(self.reader.told()))?;
        let (mut source, people, addresses) = self.reader.clone().finish();
        let timing = source.passed.as_ref().map_or(TraceTiming::Instant, |passed| passed.timing);
        let story = world.scenario();
        source.ordered = Some(story.inquiry.ordered.0);
        source.about = story.person(story.inquiry.about).map(|person| person.name.clone());
        source.kept = Some(kept(world, timing, people, addresses)?);
        Ok(source)
    }
}

/// Returns the rows that the relays of a world keep now. Both parts of a source give the same person the same
/// index.
fn kept(
    world: &World,
    timing: TraceTiming,
    mut people: People<String>,
    mut addresses: Addresses,
) -> Result<Trace, WorldSourceError> {
    let mut rows = Vec::new();
    for (_, site) in world.messengers() {
        let here = site.holdings()?;
        let mut person =
            |account: AccountId| people.called(account.to_string(), || format!("account {account}"));
        rows.extend(holdings::kept(&here, &mut person, &mut addresses));
    }
    rows.sort_by_key(|row| row.at);
    let (addresses, subscribers) = addresses.into_parts();
    Ok(Trace { people: people.into_names(), addresses, subscribers, rows, timing })
}
