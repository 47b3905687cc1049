//! Every experiment: the columns of the matrix.

use pillarbox_access::demand::Demand;

use super::experiment::Experiment;
use super::{effects, notice, operators, phones};

/// Returns every experiment, in the order of the columns.
pub(crate) fn all() -> Vec<&'static dyn Experiment> {
    static KEEPING: [operators::OrderToKeep; 2] =
        [operators::OrderToKeep::Log, operators::OrderToKeep::Retain];
    let stored = operators::STORED.iter().map(|one| -> &dyn Experiment { one });
    let mut all: Vec<&'static dyn Experiment> = stored.collect();
    all.push(&operators::Interception);
    all.push(&operators::PenRegister);
    all.extend(KEEPING.iter().map(|one| -> &dyn Experiment { one }));
    all.push(&operators::PushLookUp);
    all.push(&operators::Backup);
    all.extend(phones::SEIZED.iter().map(|one| -> &dyn Experiment { one }));
    all.push(&phones::Participant);
    all.push(&phones::Report);
    all.push(&effects::Takedown);
    all.push(&effects::Blocking);
    all.push(&notice::Notice);
    all
}

/// Returns the names of the demands, in the order of the columns.
#[must_use]
pub fn demands() -> Vec<&'static str> {
    all().iter().map(|experiment| experiment.name()).collect()
}

/// Returns true if the steps of a demand depend on the country that makes it, and not only the words of law and
/// operator.
#[must_use]
pub fn is_for_a_country(demand: &str) -> bool {
    all().into_iter().any(|experiment| experiment.name() == demand && experiment.is_for_a_country())
}

/// Returns the name of a column for people, with its article. A column that is one case of a demand names the case: *a
/// seized phone, open*.
#[must_use]
pub fn title_of(name: &str) -> String {
    demand_of(name).map_or_else(String::new, |demand| titled(demand, name))
}

/// Returns the name for people of one case of a demand.
pub(super) fn titled(demand: &Demand, name: &str) -> String {
    let case = name.strip_prefix(demand.name).filter(|rest| !rest.is_empty());
    let case = case.map_or_else(String::new, |case| format!(",{}", case.replace('-', " ")));
    format!("{}{case}", demand.title)
}

/// Returns the demand of a column of the matrix. A column may be one case of a demand.
#[must_use]
pub fn demand_of(column: &str) -> Option<&'static Demand> {
    all().into_iter().find(|experiment| experiment.name() == column).map(Experiment::demand)
}
