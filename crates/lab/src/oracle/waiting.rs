//! The time that a message waits for a phone that does not connect: one text, sent to somebody whose phone is off.

use pillarbox_access::design::Design;
use pillarbox_access::oracle::figures::MeasuredFigure;
use pillarbox_wire::{Duration, Timestamp};

use super::error::OracleError;
use crate::scenario::{Act, Scenario};
use crate::world::{World, WorldError};

/// A scenario with a message that nobody fetches.
const SCENARIO: &str = include_str!("../../../../examples/oracle/waiting.toml");

/// Checks a day before `days` have passed since the text was sent, and a day after.
///
/// # Errors
/// [`OracleError`].
pub(super) fn days(design: &Design, days: u64) -> Result<Option<MeasuredFigure>, OracleError> {
    let scenario = Scenario::parse("oracle/waiting.toml", SCENARIO)?;
    let stopped = |error: WorldError| OracleError::World { design: design.name.clone(), error };
    let said =
        scenario.events.iter().find(|event| matches!(event.act, Act::Says { .. })).map(|event| event.at);
    let Some(said) = said else { return Ok(None) };
    let mut world = World::new(design, &scenario, scenario.seed).map_err(stopped)?;
    let mut waiting_at = |time: Timestamp| -> Result<bool, OracleError> {
        world.run_until(time).map_err(stopped)?;
        let mut waits = false;
        for site in world.sites() {
            waits |= site.relay().store().holdings()?.messages.iter().any(|row| row.delivered_at.is_none());
        }
        Ok(waits)
    };
    if !waiting_at(said)? {
        return Ok(None);
    }
    let (before, after) = (days.saturating_sub(1), days + 1);
    let there = waiting_at(said + Duration::from_days(before))?;
    let still_there = waiting_at(said + Duration::from_days(after))?;
    #[expect(clippy::cast_precision_loss, reason = "days of a lifetime")]
    let (before, after) = (before as f64, after as f64);
    Ok(Some(match (there, still_there) {
        (false, _) => MeasuredFigure::Between(0.0, before),
        (true, false) => MeasuredFigure::Between(before, after),
        (true, true) => MeasuredFigure::Between(after, f64::INFINITY),
    }))
}
