//! The choice of the contact for a chat.

use pillarbox_client::{Contact, Phone};

use super::super::context::{CliContext, find};
use super::super::failure::Failure;
use super::super::program::PhoneProgram;
use super::super::typing::Prompt;
use super::super::words;
use super::keyboard::InputLine;
use super::screen::{self, complain};
use super::typed::Typed;
use super::wishes::{Wish, Wishes};

/// The prompt for a contact.
const QUESTION: &str = "With whom? ";

/// The answer to a command typed before a contact is chosen.
const NO_COMMANDS_YET: &str =
    "Commands work once a contact is chosen: type a name first. Here only /lock and /quit do something.";

fn prompt() -> Prompt {
    Prompt { plain: QUESTION.to_owned(), styled: QUESTION.to_owned() }
}

/// Fails if no contact was added, and names those who wrote first and wait for an answer.
///
/// Without a terminal, a line can still name somebody who wrote first.
pub(super) fn is_anybody_there(phone: &Phone, person: bool) -> Result<(), Failure> {
    let contacts = phone.contacts()?;
    if contacts.iter().any(|contact| contact.accepted) || !person && !contacts.is_empty() {
        return Ok(());
    }
    let strangers = contacts.iter().filter(|contact| !contact.blocked);
    Err(Failure::NobodyKnown {
        strangers: strangers.map(|one| (words::name(one), words::claim(one))).collect(),
    })
}

/// Returns the contact named on the command line or in the first lines, or nothing if the chat must lock first.
///
/// A half-typed answer is part of a name and not of a message, so it is dropped when the question ends without an
/// answer.
pub(super) async fn whom(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    name: Option<&str>,
    wishes: &mut Wishes,
) -> Result<Option<Contact>, Failure> {
    let answer = ask(context, phone, name, wishes).await;
    if !matches!(answer, Ok(Some(_)))
        && let Some(draft) = wishes.draft_mut()
    {
        draft.take();
    }
    answer
}

async fn ask(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &Phone,
    name: Option<&str>,
    wishes: &mut Wishes,
) -> Result<Option<Contact>, Failure> {
    if let Some(name) = name {
        return find(phone, name).map(Some);
    }
    let mut unknown = Failure::NobodyNamed;
    loop {
        match wishes.draft() {
            Some(draft) => context.terminal.draw(&prompt(), draft),
            None if context.terminal.is_asking() => {}
            None => context.terminal.ask(QUESTION),
        }
        let wish = wishes.next().await;
        let line = match screen::settle(context, wishes, wish)? {
            Some(Wish::Lock) => return Ok(None),
            Some(Wish::End) => return Err(unknown),
            Some(Wish::Stop(failure)) => return Err(failure),
            Some(Wish::Line(line)) => line,
            Some(Wish::Entered(kept)) => InputLine::Text(kept.text),
            _ => continue,
        };
        context.terminal.leave();
        context.terminal.answered();
        match line {
            InputLine::Text(line) => match (Typed::from(line.as_str()), find(phone, line.trim())) {
                (Typed::Lock, _) => return Ok(None),
                (Typed::Quit, _) => return Err(Failure::Declined),
                (Typed::Nothing, _) => {}
                (_, Ok(contact)) => return Ok(Some(contact)),
                (typed, Err(Failure::UnknownContact { .. })) if typed.is_command() => {
                    context.terminal.note(NO_COMMANDS_YET);
                }
                (_, Err(failure @ Failure::UnknownContact { .. })) => {
                    complain(context, &failure);
                    unknown = failure;
                }
                (_, Err(failure)) => return Err(failure),
            },
            InputLine::TooLong | InputLine::NotText => complain(context, &Failure::BadName),
            InputLine::Failed(error) => return Err(Failure::Input(error)),
        }
    }
}
