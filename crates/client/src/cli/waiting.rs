//! Sentences about messages waiting on this phone, and the reason.

use pillarbox_client::Phone;
use pillarbox_client::phone::{UnsentMessages, WaitCause};
use pillarbox_client::sentences::{Choice, Names};
use pillarbox_wire::Refusal;

use super::context::CliContext;
use super::failure::Failure;
use super::program::PhoneProgram;
use super::words::{self, OnThisPhone};

/// Reports waiting messages, one sentence a contact. Returns true if there are any. `delayed` is the relay's reason
/// if it asked this phone to wait with something else, or if it accepted nothing.
pub(crate) fn tell(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    delayed: Option<Refusal>,
) -> Result<bool, Failure> {
    let mut waiting = Vec::new();
    for one in phone.waiting()? {
        waiting.push((words::name(&phone.contact(one.contact)?), one));
    }
    waiting.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (name, one) in &waiting {
        context.terminal.note(&sentence(name, one, delayed, &OnThisPhone(phone)));
    }
    Ok(!waiting.is_empty())
}

fn sentence(name: &str, waiting: &UnsentMessages, delayed: Option<Refusal>, names: &impl Names) -> String {
    let (what, goes) = match waiting.messages {
        1 => ("1 message".to_owned(), "waits on this phone"),
        more => (format!("{more} messages"), "wait on this phone"),
    };
    let later = match waiting.messages {
        1 => "It goes with a later command that connects.",
        _ => "They go with a later command that connects, in their order.",
    };
    let asked = |reason| format!("the relay asks to wait ({reason}). {later}");
    let why = match (waiting.cause, delayed) {
        (_, Some(Refusal::NotAuthentic)) => {
            "the relay does not know this account, and takes nothing from it.".to_owned()
        }
        (WaitCause::Relay(reason), _) | (WaitCause::NotReached, Some(reason)) => asked(reason),
        (WaitCause::NoKeys, _) => {
            format!("the relay gave no good keys to begin the conversation with. {later}")
        }
        (WaitCause::NotProved, _) => {
            format!("the relay's public log did not prove the keys that it gave for {name}. {later}")
        }
        (WaitCause::TooManyStarts, _) => {
            format!("the relay says again and again that {name} has other keys. {later}")
        }
        (WaitCause::KeyChanged, _) => {
            let choice = names.choice(Choice::CompareOrAccept(name));
            format!(
                "the safety number has changed since you verified it. Nothing is sent until you choose: {choice}."
            )
        }
        (WaitCause::NotReached, None) => format!("not sent yet. {later}"),
    };
    format!("{what} to {name} {goes}: {why}")
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::AccountId;

    use super::super::words::Accounts;
    use super::*;

    #[test]
    fn what_waits_is_said_with_its_reason() {
        let limited = Refusal::RateLimited { retry_after: 3 };
        let causes = [
            WaitCause::Relay(limited),
            WaitCause::Relay(Refusal::MailboxFull),
            WaitCause::NoKeys,
            WaitCause::NotProved,
            WaitCause::TooManyStarts,
            WaitCause::KeyChanged,
            WaitCause::NotReached,
        ];
        let mut page = String::new();
        for (messages, delayed) in
            [(1, None), (3, None), (3, Some(limited)), (2, Some(Refusal::NotAuthentic))]
        {
            for cause in causes {
                let waiting = UnsentMessages { contact: AccountId([1; 16]), messages, cause };
                page += &sentence("Bob", &waiting, delayed, &Accounts);
                page.push('\n');
            }
        }
        insta::assert_snapshot!(page);
    }
}
