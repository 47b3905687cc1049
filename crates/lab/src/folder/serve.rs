//! A demand, served on a folder after its controls.

use pillarbox_access::RelayHoldings;
use pillarbox_access::Served;
use pillarbox_access::demand::{Demand, DemandTarget};
use pillarbox_access::law::{AS_OF, Country, Day, foremost};
use pillarbox_relay::Completeness;
use pillarbox_wire::Handle;
use serde::Serialize;

use super::control::{self, ControlFailed, Controls};
use super::rows::read;
use crate::answer::Answer;
use crate::paper::{as_checked, powers};

/// The version of the form of [`FolderAnswer`] as JSON.
pub const VERSION: u8 = 2;

/// The answer to a demand on a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FolderAnswer {
    /// [`VERSION`].
    pub v: u8,
    /// The findings of the controls, which ran first.
    pub controls: Controls,
    /// Messages that the relay has ever accepted, for everybody together. It does not know how many were one account's.
    pub accepted_in_all: u64,
    /// The completeness of the folder as a copy.
    pub completeness: Completeness,
    /// The completeness in a sentence, if rows may be missing.
    pub warning: Option<&'static str>,
    /// The answer in sentences.
    pub answer: Answer,
    /// The answer, item by item, with the rows behind it.
    #[serde(flatten)]
    pub served: Served,
}

/// Runs the controls, and then serves `demand` about the account with the number `about` on what a relay has, on the
/// day `on`.
///
/// # Errors
/// [`ControlFailed`]; in this case there is no answer, because nobody could say what it means.
pub fn serve(
    demand: &'static Demand,
    about: &Handle,
    holdings: &RelayHoldings,
    on: Day,
) -> Result<FolderAnswer, ControlFailed> {
    let controls = control::run(demand)?;
    let served = read(demand, &DemandTarget::Number(about.clone()), holdings);
    let completeness = holdings.completeness();
    let warning = completeness.sentence();
    let law =
        [Country::GB, Country::US].into_iter().flat_map(|country| powers(demand, country, AS_OF)).collect();
    let power = foremost(demand.name, Country::GB, AS_OF)
        .map(|power| format!("{}: {}", as_checked(Country::GB, AS_OF), power.phrase(AS_OF)));
    let law = (power.unwrap_or_default(), law);
    let answer = Answer::of_rows(&served, holdings.passed(), on, law, [controls.sentence()]);
    Ok(FolderAnswer {
        v: VERSION,
        controls,
        accepted_in_all: holdings.passed(),
        completeness,
        warning,
        answer,
        served,
    })
}
