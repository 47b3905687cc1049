//! The question that a demand asks.

use pillarbox_access::country;
use pillarbox_access::demand::ViewKind;

use crate::evidence::Context;

/// Writes the question for a demand that is served on an operator.
pub(crate) fn question(context: &Context, target: &str) -> String {
    let Context { design, question, .. } = context;
    match question.as_str() {
        "" => question_about(context, target),
        own => own.replace(DESIGN, design).replace(TARGET, target),
    }
}

/// Writes the question about a person, or about one account of a person.
pub(crate) fn question_about(context: &Context, about: &str) -> String {
    let Context { design, demand, on, .. } = context;
    let asks = country::name(&context.country);
    // A product's name ends with a date and is set between commas. Any other design is a kind of server without a
    // name.
    let year = design.rsplit([' ', ',']).next().unwrap_or_default();
    let is_dated =
        design.contains(',') && year.len() == 4 && year.bytes().all(|digit| digit.is_ascii_digit());
    let operator = if is_dated { format!("{design},") } else { format!("the operator of \"{design}\"") };
    format!("If {operator} is served {demand} by {asks} on {on} about {about}, what comes back?")
}

/// Placeholder for the design's name in its own question kind.
pub(crate) const DESIGN: &str = "DESIGN";
/// Placeholder for the target's name in its own question kind.
pub(crate) const TARGET: &str = "TARGET";

/// Returns the question of a demand that is not served on an operator.
#[must_use]
pub fn own_question(view: ViewKind, asks: &str, demand: &str) -> String {
    let asks = country::name(asks);
    match view {
        ViewKind::PushRecords => {
            format!("Under {DESIGN}: whose device does the push token of {TARGET}'s account stand for?")
        }
        ViewKind::SeizedPhone => {
            format!("Under {DESIGN}: what does {TARGET}'s phone give to whoever has taken it?")
        }
        ViewKind::OpenPhone => {
            format!("Under {DESIGN}: what do {TARGET}'s contacts show if all of them open their phones?")
        }
        ViewKind::ReportedMessage => {
            format!(
                "Under {DESIGN}: can the operator confirm a message of {TARGET}'s that a contact reports?"
            )
        }
        ViewKind::Nothing => format!("Under {DESIGN}: what does {demand} in {asks} stop?"),
        ViewKind::PublicChannel => format!("Under {DESIGN}: what does {demand} of {asks} remove?"),
        ViewKind::RelayHoldings | ViewKind::OperatorTap | ViewKind::BackupStore => String::new(),
    }
}

/// Narrows a question to a single account: the account that a contact writes to, or the newest one if no contact is
/// named. A question of another kind is unchanged.
pub(crate) fn name_the_account(context: &mut Context, contact: Option<&str>) {
    let account = match contact {
        Some(contact) => format!("the account of {TARGET} that {contact} writes to"),
        None => format!("the newest account of {TARGET}"),
    };
    if context.question.is_empty() {
        context.question = question_about(context, &account);
    }
}
