//! Sentences about messages that did not open and have not yet been requested again.

use pillarbox_client::Phone;
use pillarbox_client::phone::Missing;
use pillarbox_client::sentences::{Choice, Names, span};
use pillarbox_wire::Timestamp;

use super::context::{CliContext, now};
use super::failure::Failure;
use super::program::PhoneProgram;
use super::words::{self, OnThisPhone};

/// Reports missing messages, one sentence a contact. Returns true if there are any.
pub(crate) fn tell(context: &mut CliContext<'_, impl PhoneProgram>, phone: &Phone) -> Result<bool, Failure> {
    let now = now();
    let mut missing = Vec::new();
    for one in phone.missing(now)? {
        missing.push((words::name(&phone.contact(one.contact)?), one));
    }
    missing.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, one) in &missing {
        context.terminal.note(&sentence(name, one, now, &OnThisPhone(phone)));
    }
    Ok(!missing.is_empty())
}

fn sentence(name: &str, missing: &Missing, now: Timestamp, names: &impl Names) -> String {
    let (what, is, it) = match missing.messages {
        1 => ("1 message".to_owned(), "is", "It has"),
        more => (format!("{more} messages"), "are", "They have"),
    };
    let when = match missing.asked_at {
        _ if missing.stopped => {
            let choice = names.choice(Choice::CompareOrAccept(name));
            format!(
                "The safety number has changed since you verified it. Nothing is asked until you choose: {choice}."
            )
        }
        None => "The next command that connects asks again.".to_owned(),
        Some(at) => {
            let minutes = at.since(now).as_seconds().div_ceil(60).max(1);
            let wait = span(u32::try_from(60 * minutes).unwrap_or(u32::MAX));
            format!(
                "This phone has asked {name} for a new start as often as it may in an hour. \
                 A command that connects in {wait} or later asks again."
            )
        }
    };
    format!(
        "{what} from {name} {is} missing: what came would not open. {it} not been asked for again yet. {when}"
    )
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::{AccountId, Duration};

    use super::super::words::Accounts;
    use super::*;

    #[test]
    fn what_is_missing_is_said_with_the_time_at_which_it_is_asked_for() {
        let now = Timestamp::from_seconds(1_490_193_600);
        let mut page = String::new();
        let contact = AccountId([1; 16]);
        for (messages, wait, stopped) in [
            (1, None, false),
            (3, None, false),
            (1, Some(20), false),
            (3, Some(3_599), false),
            (3, None, true),
        ] {
            let asked_at = wait.map(|seconds| now + Duration::from_seconds(seconds));
            page += &sentence("Bob", &Missing { contact, messages, asked_at, stopped }, now, &Accounts);
            page.push('\n');
        }
        insta::assert_snapshot!(page);
    }
}
