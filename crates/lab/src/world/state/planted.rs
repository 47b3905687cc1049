//! Software that is put on single phones: how it gets there, and what it sends to an authority.

use std::collections::BTreeMap;

use pillarbox_proposals::builds::{Build, BuildLogHead, BuildRefused, LoggedBuild, Updater};
use pillarbox_proposals::device_hack::{HoleClosed, PhoneSystem};
use pillarbox_proposals::harvest::{Harvest, HarvestKey};
use pillarbox_wire::Timestamp;
use rand_chacha::ChaCha20Rng;

use super::profile::ProfileId;
use crate::record::Way;
use crate::scenario::PersonId;

/// A way by which software reaches one phone without its owner's wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlantedBy {
    /// The maker signs a build for that phone.
    Build(BuildLogging),
    /// A hole in the phone's system lets it in.
    Hole {
        /// True if everybody has installed the patch that closes the hole.
        is_patched: bool,
    },
}

/// The place of a build for one phone in a public log of builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildLogging {
    /// There is no log.
    NoLog,
    /// Phones insist on a log, and the build is not in it.
    LeftOut,
    /// Phones insist on a log, and the build is in it.
    Logged,
}

/// An attempt to put software on a phone, with its outcome.
#[derive(Clone, Debug)]
pub enum PlantAttempt {
    /// A build was offered to the phone's updater.
    Build(Box<OfferedBuild>),
    /// The phone's system was asked for the running program.
    Hole(Result<(), HoleClosed>),
}

/// A build that was offered to a phone.
#[derive(Clone, Debug)]
pub struct OfferedBuild {
    /// The build.
    pub build: Build,
    /// The proof that came with it.
    pub proof: Option<LoggedBuild>,
    /// The phone's updater, and the latest head of the log that it follows.
    pub updater: Updater,
    /// See `updater`.
    pub head: Option<BuildLogHead>,
    /// False for a copy that somebody other than the maker signed, which is offered first.
    pub is_by_maker: bool,
    /// The updater's decision.
    pub outcome: Result<(), BuildRefused>,
}

/// A report that reached the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HarvestReport {
    /// The owner of the phone.
    pub of: PersonId,
    /// The sealed bytes.
    pub sealed: Vec<u8>,
}

/// Bytes between a phone and somebody other than its relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRelay {
    /// The time.
    pub at: Timestamp,
    /// The owner of the phone.
    pub who: PersonId,
    /// The direction, as seen from the phone.
    pub way: Way,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Everything about software on single phones.
#[derive(Clone, Default)]
pub(crate) struct PlantedState {
    /// The authority's key, once somebody wants reports.
    pub(crate) authority: Option<HarvestKey>,
    /// The phones with the software.
    pub(crate) phones: BTreeMap<PersonId, PlantedPhone>,
    pub(crate) attempts: Vec<PlantAttempt>,
    pub(crate) reports: Vec<HarvestReport>,
    pub(crate) past_relays: Vec<PastRelay>,
}

/// The software on one phone.
#[derive(Clone)]
pub(crate) struct PlantedPhone {
    /// The phone's system, if a hole in it lends the messenger each time.
    pub(crate) system: Option<PhoneSystem>,
    /// The software beside each account.
    pub(crate) harvests: BTreeMap<ProfileId, Harvest>,
    /// The stream for its draws, so that the phone's own are as without it.
    pub(crate) rng: ChaCha20Rng,
}
