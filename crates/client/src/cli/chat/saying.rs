//! Lines typed into a chat: a message, which is stored before anything is done with it, or a command.

use pillarbox_client::body::MAX_TEXT_LEN;
use pillarbox_client::{BodyId, PhoneError};
use pillarbox_text::wrap::{INDENT, break_words};
use tokio::time::Instant;

use super::super::context::now;
use super::super::failure::Failure;
use super::super::program::PhoneProgram;
use super::super::send;
use super::super::typing::{Kept, TABS_ARE_BLANKS, without_tabs};
use super::keyboard::InputLine;
use super::said::Said;
use super::talk::{Chat, ChatState};
use super::typed::Typed;
use super::wishes::Wishes;

impl<P: PhoneProgram> Chat<'_, '_, P> {
    /// Sends or runs a line.
    pub(super) fn take(&mut self, line: InputLine) -> Result<ChatState, Failure> {
        self.context.terminal.answered();
        let line = match line {
            InputLine::Text(line) => line,
            InputLine::TooLong => {
                self.refuse(&Failure::TooLong { most: MAX_TEXT_LEN });
                return Ok(ChatState::Running);
            }
            InputLine::NotText => {
                self.refuse(&Failure::NotText);
                return Ok(ChatState::Running);
            }
            InputLine::Failed(error) => return Err(Failure::Input(error)),
        };
        match Typed::from(line.as_str()) {
            Typed::Say(text) => self.say(&text).map(|_| ChatState::Running),
            other => self.perform(other),
        }
    }

    /// Sends or runs an edited line. A line that could not be sent stays and can be edited.
    pub(super) fn enter(&mut self, kept: Kept, wishes: &mut Wishes) -> Result<ChatState, Failure> {
        match Typed::from(&kept) {
            Typed::Say(text) => {
                // The message is above the line, with its sender and its time.
                self.context.terminal.erase();
                if !self.say(&text)?
                    && let Some(draft) = wishes.draft_mut()
                {
                    draft.give_back(kept);
                }
                Ok(ChatState::Running)
            }
            other => {
                self.context.terminal.leave();
                self.perform(other)
            }
        }
    }

    /// Queues a text. Returns false if it was refused.
    pub(super) fn say(&mut self, text: &str) -> Result<bool, Failure> {
        let (text, tabs) = without_tabs(text);
        let text = text.as_ref();
        if tabs && !std::mem::replace(&mut self.told_of_tabs, true) {
            self.context.terminal.note(TABS_ARE_BLANKS);
        }
        if let Err(failure) = send::check(text) {
            self.refuse(&failure);
            return Ok(false);
        }
        match self.partner.queue(self.phone, text, now(), &mut self.context.rng) {
            Ok(id) => {
                let untold = self.status.connected.then(Instant::now);
                self.said.push(Said { id, settled: false, untold });
            }
            Err(
                PhoneError::KeyChanged
                | PhoneError::Blocked
                | PhoneError::UnknownGroup
                | PhoneError::EmptyGroup,
            ) => {
                self.partner.refresh(self.phone)?;
                if let Err(failure) = self.partner.may_say(self.phone) {
                    self.refuse(&failure);
                }
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        let number = self.said.len();
        if self.keys || !self.person {
            let at = self.context.clock.time(now(), now());
            let which = if self.keys { format!(", message {number}") } else { String::new() };
            let text = pillarbox_client::display::safe_lines(text);
            let width = self.context.terminal.width();
            let text = if self.keys { break_words(&text, INDENT, width) } else { text };
            self.context.terminal.result(&format!("You, {at}{which}: {text}"))?;
        }
        if !self.status.connected {
            self.tell_waiting(number);
        }
        Ok(true)
    }

    /// Records and reports the result for a message typed here.
    pub(super) fn report(&mut self, message: BodyId, what: &str) {
        let mut said = self.said.iter_mut().enumerate();
        if let Some((at, said)) = said.find(|(_, said)| said.id == message) {
            said.settled = true;
            self.tell_step(at + 1, what);
        }
    }

    /// Reports which messages typed here wait because the relay does not answer. While the relay asks to wait, nothing
    /// more is reported here, because one report covers them all.
    pub(super) fn tell_unanswered(&mut self) {
        if self.status.is_throttled() {
            return;
        }
        let now = Instant::now();
        let said = self.said.iter_mut().enumerate();
        let late: Vec<_> = said.filter_map(|(at, said)| said.begins_to_wait(now).then_some(at + 1)).collect();
        late.into_iter().for_each(|number| self.tell_waiting(number));
    }

    /// Reports that a message typed here waits.
    pub(super) fn tell_waiting(&mut self, number: usize) {
        self.tell_step(number, if self.keys { "waiting" } else { "waiting on this phone" });
    }

    /// Reports the progress of a message typed here.
    pub(super) fn tell_step(&mut self, number: usize, step: &str) {
        if self.keys && !step.contains(' ') {
            self.context.terminal.step(number, step);
        } else {
            self.context.terminal.note(&format!("Message {number}: {step}."));
        }
    }
}
