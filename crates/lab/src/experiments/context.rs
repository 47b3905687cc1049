//! The context of a cell: names, the law of the day, and the operator's statements about itself. None of it is
//! measured.

use pillarbox_access::Item;
use pillarbox_access::demand::{NOTICE_TO_CHANGE, ViewKind, backup_warrant::BACKUP};
use pillarbox_access::design::{Design, Stated};
use pillarbox_access::law::{Day, Footing};

use super::every::titled;
use super::experiment::Experiment;
use crate::answer::own_question;
use crate::evidence::{Context, OperatorsWord, WordIs};
use crate::matrix::rerun::option;
use crate::scenario::{Act, Event, Scenario};
use crate::score::Counted;

/// Returns the context of one cell.
pub(super) fn of(experiment: &dyn Experiment, design: &Design, scenario: &Scenario, seed: u64) -> Context {
    let demand = experiment.demand();
    let inquiry = &scenario.inquiry;
    // A demand that looks back is served at the end. A demand on the future begins with the order.
    let is_ordered = is_from_now_on(experiment) || !experiment.asks() || experiment.only_from_now_on();
    let own_day = if is_ordered { inquiry.ordered } else { inquiry.served };
    let day = inquiry.day.unwrap_or_else(|| Day::of(own_day));
    let footing = Footing::of(demand, design, inquiry.country, day);
    let is_a_notice = demand.name == NOTICE_TO_CHANGE.name;
    Context {
        design: design.title.clone(),
        demand: titled(demand, experiment.name()),
        party: party(demand.view).to_owned(),
        on: day.to_string(),
        country: inquiry.country.to_string(),
        power: footing.in_short(),
        law: footing.sentences(),
        word: word(experiment, design, scenario),
        assumed: assumed(demand.view, design, scenario),
        repeat: repeat(experiment.name(), design, scenario, seed),
        question: own_question(demand.view, &inquiry.country.to_string(), demand.title),
        hypothetical: is_a_notice && design.operator.answer_to_notice(inquiry.country).is_none(),
    }
}

/// Returns statements that nobody checked, and the bench's additions to the story.
fn assumed(view: ViewKind, design: &Design, scenario: &Scenario) -> Vec<String> {
    let mut assumed: Vec<String> = design.assumed().map(|source| source.says.clone()).collect();
    // The story's file has no line for an event that the bench added.
    let is_told = |event: &Event| matches!(event.act, Act::Reports { .. }) && event.line > 0;
    if view == ViewKind::ReportedMessage && !scenario.events.iter().any(is_told) {
        assumed.push("Nobody in this story reports anything: the bench has a contact report the last text that is still there.".to_owned());
    }
    assumed
}

/// Returns the operator's own words on the subject of such a demand. Returns nothing if no operator is asked for
/// anything, or if nobody knows its words.
fn word(experiment: &dyn Experiment, design: &Design, scenario: &Scenario) -> Option<OperatorsWord> {
    let operator = match experiment.demand().view {
        ViewKind::RelayHoldings | ViewKind::OperatorTap | ViewKind::PushRecords => &design.operator,
        ViewKind::BackupStore => design.cloud.as_ref().map_or(&design.operator, |cloud| &cloud.operator),
        ViewKind::SeizedPhone
        | ViewKind::OpenPhone
        | ViewKind::ReportedMessage
        | ViewKind::PublicChannel
        | ViewKind::Nothing => {
            return None;
        }
    };
    let word =
        |is, says: &str, from: &str| OperatorsWord { is, says: says.to_owned(), from: from.to_owned() };
    if experiment.demand().name == NOTICE_TO_CHANGE.name
        && let Some(given) = operator.answer_to_notice(scenario.inquiry.country)
    {
        return Some(word(WordIs::Notice(given.answer), &given.says, &given.from));
    }
    let circumstances: Vec<&str> = scenario.inquiry.circumstances.iter().map(String::as_str).collect();
    let says = |item: &Item| match operator.stated(*item, &circumstances) {
        // A statement about past data, or about handing over existing data, does not say what the operator would do
        // from now on.
        Stated::HasNone { .. } | Stated::HandsOver { .. } if is_from_now_on(experiment) => None,
        Stated::HandsOver { says, from } => Some(word(WordIs::HandsOver, says, from)),
        Stated::Withholds { says, from } => Some(word(WordIs::Withholds, says, from)),
        Stated::HasNone { says, from } => Some(word(WordIs::HasNone, says, from)),
        Stated::NotKnown => None,
    };
    let live = || {
        let live =
            operator.pen_register.as_ref().filter(|_| experiment.demand().view == ViewKind::OperatorTap)?;
        Some(word(WordIs::HandsOver, &live.says, &live.from))
    };
    let own: &[Item] = match experiment.demand().view {
        ViewKind::PushRecords => &[Item::PushToken],
        ViewKind::BackupStore => &BACKUP,
        _ => experiment.what().own_items().unwrap_or(&[Item::AccountRecord, Item::BasicSubscriberRecord]),
    };
    match experiment.what() {
        Counted::Messages | Counted::MessagesAfter => live().or_else(|| own.iter().find_map(says)),
        Counted::Texts | Counted::TextsAfter | Counted::Entries => own.iter().find_map(says),
    }
}

/// Returns true if the experiment is about what happens from the order on.
fn is_from_now_on(experiment: &dyn Experiment) -> bool {
    matches!(experiment.what(), Counted::TextsAfter | Counted::MessagesAfter)
}

/// Returns the answering party, as the subject of a sentence.
const fn party(view: ViewKind) -> &'static str {
    match view {
        ViewKind::RelayHoldings
        | ViewKind::OperatorTap
        | ViewKind::PublicChannel
        | ViewKind::ReportedMessage
        | ViewKind::Nothing => "The operator",
        ViewKind::PushRecords => "The push service",
        ViewKind::BackupStore => "Whoever holds the backup",
        ViewKind::SeizedPhone => "The phone",
        ViewKind::OpenPhone => "Asking every contact",
    }
}

fn repeat(column: &str, design: &Design, scenario: &Scenario, seed: u64) -> String {
    let seed = if seed == scenario.seed { String::new() } else { format!(" --seed {seed}") };
    let (story, design) = (option("--scenario", &scenario.name), option("--design", &design.name));
    format!("pillarbox-lab demand {column} {story} {design}{seed}")
}
