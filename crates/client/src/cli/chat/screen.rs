//! Events that concern the screen and not the conversation.

use pillarbox_client::body::MAX_TEXT_LEN;

use super::super::context::CliContext;
use super::super::errors;
use super::super::failure::Failure;
use super::super::program::PhoneProgram;
use super::super::typing::{Cleaned, TABS_ARE_BLANKS, TooMuch};
use super::wishes::{Wish, Wishes};

/// Handles an event that concerns the screen only. Returns any other event.
pub(super) fn settle(
    context: &mut CliContext<'_, impl PhoneProgram>,
    wishes: &Wishes,
    wish: Wish,
) -> Result<Option<Wish>, Failure> {
    match wish {
        Wish::Redraw => {}
        Wish::Resize => context.terminal.erase(),
        Wish::Clear => context.terminal.empty(),
        Wish::Suspend => {
            context.terminal.leave();
            wishes.suspend()?;
        }
        Wish::Cleaned(Cleaned { tabs, taken_out }) => {
            if tabs {
                context.terminal.note(TABS_ARE_BLANKS);
            }
            if taken_out > 0 {
                context.terminal.note(&cleaned(taken_out));
            }
        }
        Wish::TooMuch(paste) => context.terminal.error(&too_much(&paste)),
        other => return Ok(Some(other)),
    }
    Ok(None)
}

/// The warning about control characters removed from a paste.
fn cleaned(taken_out: usize) -> String {
    match taken_out {
        1 => "1 control character was taken out of the pasted text.".to_owned(),
        many => format!("{many} control characters were taken out of the pasted text."),
    }
}

/// The warning about a paste that is too long to keep.
fn too_much(paste: &TooMuch) -> String {
    format!(
        "The pasted text has {} bytes, and a message at most {MAX_TEXT_LEN}. It was not taken in; your line is as it was.",
        paste.got
    )
}

/// Reports a failure. Leaves out the command to type next, because that command would find this profile in use.
pub(super) fn complain(context: &mut CliContext<'_, impl PhoneProgram>, failure: &Failure) {
    if let Some(explained) = errors::explain(failure, &context.place()) {
        context.terminal.error(&explained.what);
    }
}
