//! What stands beside a cell and is not measured: names, the law of the day, and what the operator says of itself.

use pillarbox_access::demand::View;
use pillarbox_access::design::Design;
use pillarbox_access::law::{Country, Day};

use super::Experiment;
use crate::answer::Context;
use crate::paper;
use crate::scenario::Scenario;

/// The context of one cell.
pub(super) fn of(experiment: &dyn Experiment, design: &Design, scenario: &Scenario, seed: u64) -> Context {
    let demand = experiment.demand();
    let on = Day::of(scenario.inquiry.ordered);
    let country = Country::GB;
    Context {
        design: design.name.clone(),
        demand: demand.name.to_owned(),
        party: party(demand.view).to_owned(),
        on: on.to_string(),
        country: country.to_string(),
        law: paper::powers(demand, country, on),
        reach: Vec::new(),
        stated: None,
        assumed: Vec::new(),
        repeat: repeat(experiment.name(), design, scenario, seed),
    }
}

/// Who answers, as the subject of a sentence.
const fn party(view: View) -> &'static str {
    match view {
        View::RelayHoldings
        | View::OperatorTap
        | View::PublicChannel
        | View::ReportedMessage
        | View::Nothing => "The operator",
        View::PushRecords => "The push service",
        View::BackupStore => "Whoever holds the backup",
        View::SeizedPhone => "The phone",
        View::OpenPhone => "Asking every contact",
    }
}

fn repeat(column: &str, design: &Design, scenario: &Scenario, seed: u64) -> String {
    let seed = if seed == scenario.seed { String::new() } else { format!(" --seed {seed}") };
    format!("pillarbox-lab demand {column} --scenario {} --design {}{seed}", scenario.name, design.name)
}
