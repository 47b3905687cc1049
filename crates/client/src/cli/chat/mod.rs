//! `pillarbox chat`: a conversation line by line.
//!
//! On a terminal the line being typed is below the conversation and can be edited (`super::typing`); the states of
//! a message share one line. Elsewhere, and with `--lines`, nothing is redrawn, so that a pipe, a log and a screen
//! reader get the same words in the same order: each message starts with its sender's name, and each delivery state
//! is a sentence. Every message is stored before anything is done with it. A chat can be locked and unlocked
//! (`super::lock`).

mod commands;
mod earlier;
mod keyboard;
mod keys;
mod locked;
mod opening;
mod partner;
mod said;
mod saying;
mod screen;
mod talk;
mod typed;
mod whom;
mod wishes;

use pillarbox_client::Phone;

use self::partner::Partner;
use self::talk::{Chat, ChatState};
use self::wishes::Wishes;
use super::context::{self, CliContext};
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::Chat as Arguments;
use super::program::PhoneProgram;
use super::terminal::can_ask;
use super::{lock, net, typing};

/// Runs `pillarbox chat`.
pub(crate) fn run(
    context: &mut CliContext<'_, impl PhoneProgram>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    context.stdin_is_free()?;
    let mut phone = if arguments.locked { locked::unlock(context, arguments)? } else { context.open()? };
    context::must_be_open(&phone)?;
    context.note_zone();
    let directory = context.directory()?;
    let keys = typing::is_possible() && !context.options.no_input && !arguments.lines;
    if arguments.name.is_none() && arguments.group.is_none() {
        whom::is_anybody_there(&phone, can_ask())?;
    }
    if keys {
        context.terminal.use_whole_window();
    }
    let runtime = net::runtime()?;
    let ended: Result<_, Failure> = runtime.block_on(async {
        let mut wishes = Wishes::listen(&directory, arguments.lock_after, keys)?;
        let outcome = begin(context, &mut phone, arguments, &mut wishes).await;
        let untaken = wishes.give_back().await;
        if !matches!(outcome, Ok(ChatState::Locked)) {
            tell_untaken(context, untaken);
        }
        Ok((outcome?, untaken, wishes))
    });
    match ended? {
        // The profile is closed first. `wishes` marks the profile as held while any part of it is left in memory, so
        // it is dropped last.
        (ChatState::Locked, untaken, _wishes) => {
            drop(phone);
            context.terminal.clear();
            tell_untaken(context, untaken);
            Err(lock::again(context, arguments))
        }
        (ChatState::Running | ChatState::Over, 0, _) => Ok(()),
        (ChatState::Running | ChatState::Over, ..) => Err(Failure::Told(Exit::No)),
    }
}

/// Determines the contact and runs the conversation.
async fn begin(
    context: &mut CliContext<'_, impl PhoneProgram>,
    phone: &mut Phone,
    arguments: &Arguments,
    wishes: &mut Wishes,
) -> Result<ChatState, Failure> {
    if arguments.locked && wishes.draft().is_some() {
        context
            .terminal
            .note("With whom you talked was forgotten with the rest, so that nobody could learn it.");
    }
    let partner = match &arguments.group {
        Some(group) => Partner::group(phone, group)?,
        None => match whom::whom(context, phone, arguments.name.as_deref(), wishes).await? {
            Some(contact) => Partner::Contact(Box::new(contact)),
            None => return Ok(ChatState::Locked),
        },
    };
    Chat::new(context, phone, partner, arguments, wishes)?.talk(wishes).await
}

/// Reports lines that were typed on the terminal and not sent.
fn tell_untaken(context: &mut CliContext<'_, impl PhoneProgram>, lines: usize) {
    context.terminal.erase();
    match lines {
        0 => {}
        1 => context.terminal.warn("1 line that you had typed was not sent."),
        more => context.terminal.warn(&format!("{more} lines that you had typed were not sent.")),
    }
}
