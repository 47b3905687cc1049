//! Scenarios: the people of a story, what they say and when, and what happens. A scenario is a TOML file that is
//! checked as a whole before anything runs.
//!
//! A scenario names no design: the same one runs under each. If a design lacks something (a channel, a backup), the
//! world skips it and the record says so. People are invented and numbers are drama numbers.
//!
//! A mistake is refused with file, line, column, what is wrong and what to write instead ([`ScenarioError`]).
//!
//! | file | what |
//! |---|---|
//! | `story`, `ids` | the content of a story; names for people inside it |
//! | `reading`, `check` | a file as a whole; what no field alone shows |
//! | `people`, `events`, `network`, `chatter` | its sections |
//! | `fields`, `moment`, `names`, `error` | fields with their places in the file, times, names of people, mistakes |
//! | `library` | the stories in this program |

mod chatter;
mod check;
mod error;
mod events;
mod fields;
mod ids;
pub mod library;
mod moment;
mod names;
mod network;
mod people;
mod reading;
mod story;

pub use error::{ScenarioError, Warning, nearest};
pub use ids::PersonId;
pub use network::{AddressKind, Connectivity, DailyHours, Network};
pub use pillarbox_access::view::LockState;
pub(crate) use story::file_name;
pub use story::{
    Act, Audience, Command, Commanded, Event, Inquiry, LOCK_STATES, MAX_SEED, Passcode, Person, Scenario,
    Sought,
};
