//! Worlds: relays and phones under one design in one process, with a virtual clock and seeded randomness.
//!
//! Everything is the product's own code: [`Phone`](pillarbox_client::Phone) over a vault in memory,
//! [`Relay`](pillarbox_relay::Relay) over a database in memory, and between the two a Noise channel with the frames
//! that TCP would carry. A world adds their surroundings: people with a country and an internet address, a clock that
//! jumps from one event to the next, networks that refuse, a push service, and orders that reach an operator.
//!
//! The same scenario, design and seed yield the same [`Record`](crate::record::Record), byte for byte
//! (docs/decisions/0011-worlds.md).
//!
//! | file | what |
//! |---|---|
//! | `state` | the parts of a world: relays and their operators, phone accounts, a stream of randomness for each actor |
//! | `begin`, `run` | its beginning, its calendar and its end |
//! | `profile` | how phone accounts are made |
//! | `clock` | how time passes: alarms of phones, sweeps of relays |
//! | `carry`, `connect` | frames between phones and relays, and what a cable would show |
//! | `transit`, `addresses`, `sleep` | the network of a story that has one |
//! | `acquaint` | who can write to whom |
//! | `anew`, `copied` | somebody has a new phone; somebody else has a copy of one |
//! | `acts`, `groups`, `channels`, `backups`, `reports`, `notices` | people's acts, and their phones' notices |
//! | `orders` | what authorities make operators and networks do |
//! | `withdrawal` | features that operators withdraw from a country, and the announcement to its people |
//! | `rows` | the fate of each message that a relay holds |
//! | `readers` | eavesdropping phones of an authority |
//! | `planted` | software on single phones, and what it sends past the relays |
//! | `fork` | copies of a world, which continue from the same moment |
//! | `push` | the operating system's push service |
//! | `view` | the views from outside |

mod acquaint;
mod acts;
mod addresses;
mod anew;
mod backups;
mod begin;
mod carry;
mod channels;
mod clock;
mod connect;
mod copied;
mod error;
mod fork;
mod groups;
mod notices;
mod orders;
mod planted;
mod profile;
mod push;
mod readers;
mod reports;
mod rows;
mod run;
mod sleep;
mod state;
mod transit;
mod view;
mod withdrawal;

pub(crate) use copied::{as_delivered, is_unopened};
pub use error::WorldError;
pub use run::PARTS;
pub use state::World;
pub use state::acquaintance::Met;
pub use state::copied::Copied;
pub use state::filed::Filed;
pub use state::order::{Order, Whom};
pub use state::planted::{BuildLogging, HarvestReport, OfferedBuild, PastRelay, PlantAttempt, PlantedBy};
pub use state::profile::{ProfileId, Purpose};
pub use state::seized::Seized;
pub use state::site::{Role, Site, SiteId};
