//! The demonstration behind `pillarbox-lab try`: one conversation over a relay between two phones, once under each
//! design, over real TCP on loopback and in real time. Then two demands are served on the relay's data.
//!
//! The runs differ in the design's data alone. Everything in the [`report`] is read back: from the phones' vaults, from
//! the traffic at the relay, and from the relay's database after it has stopped.

mod error;
pub mod glance;
pub mod report;
mod script;
mod stage;
pub mod text;

use pillarbox_access::designs;

use crate::progress::Progress;
pub use error::DemonstrationError;
use report::DemonstrationReport;
use script::{ALONE, BOB, PEOPLE, TOGETHER};

/// The number of steps of the whole demonstration, for [`Progress`].
pub const STEPS: usize = 2 * stage::STEPS;

/// Runs the conversation under every design.
///
/// # Errors
/// [`DemonstrationError`]; in this case, too, no files remain.
pub async fn run(progress: &Progress) -> Result<DemonstrationReport, DemonstrationError> {
    let mut runs = Vec::new();
    for design in [designs::plain_server(), designs::end_to_end()] {
        runs.push(stage::play(design, progress).await?);
    }
    Ok(DemonstrationReport {
        v: 1,
        people: PEOPLE.to_vec(),
        texts_said: TOGETHER.len() + 1,
        switched_off: BOB.name,
        switched_off_before: ALONE.text,
        runs,
    })
}
