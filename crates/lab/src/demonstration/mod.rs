//! The demonstration behind `pillarbox-lab try`: one conversation over a relay between two phones, once under each
//! design, over real TCP on loopback and in real time. Then two demands are served on the relay's data.
//!
//! The runs differ in the design's data alone. Everything in the [`report`] is read back: from the phones' vaults, from
//! the traffic at the relay, and from the relay's database after it has stopped.

pub mod glance;
pub mod report;
mod script;
mod stage;
pub mod text;

use std::io;

use pillarbox_access::designs;
use pillarbox_client::net::NetError;
use pillarbox_client::{PhoneError, ProfileError};
use pillarbox_relay::HoldingsError;
use pillarbox_relay::server::{Broken, StartError};
use pillarbox_wire::HandleError;

use crate::progress::Progress;
use report::Report;
use script::{ALONE, BOB, PEOPLE, TOGETHER};

/// The reason why the demonstration did not come to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemonstrationError {
    /// No folder could be made for the relay and the phones.
    #[error("no folder for the relay and the phones could be made in {folder}: {kind}")]
    Folder {
        /// The place that was tried.
        folder: String,
        /// The system's error.
        kind: io::ErrorKind,
    },
    /// The relay did not start.
    #[error("the relay did not start: {0}")]
    Start(#[from] StartError),
    /// The relay ended by itself.
    #[error(transparent)]
    Relay(#[from] Broken),
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
    /// A number of the script is invalid.
    #[error("a number in the script is wrong: {0}")]
    Script(#[from] HandleError),
    /// The texts did not arrive, so there is nothing to show.
    #[error("the conversation did not go as written: {what}")]
    WentWrong {
        /// The missing part.
        what: &'static str,
    },
}

/// The number of steps of the whole demonstration, for [`Progress`].
pub const STEPS: usize = 2 * stage::STEPS;

/// Runs the conversation under every design.
///
/// # Errors
/// [`DemonstrationError`]; in this case, too, nothing is left behind.
pub async fn run(progress: &Progress) -> Result<Report, DemonstrationError> {
    let mut runs = Vec::new();
    for design in [designs::plain_server(), designs::end_to_end()] {
        runs.push(stage::play(design, progress).await?);
    }
    Ok(Report {
        v: 1,
        people: PEOPLE.to_vec(),
        texts_said: TOGETHER.len() + 1,
        switched_off: BOB.name,
        switched_off_before: ALONE.text,
        runs,
    })
}
