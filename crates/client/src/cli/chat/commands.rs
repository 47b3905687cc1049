//! The commands that can be typed into a chat.

use pillarbox_client::{PhoneError, sentences};

use super::super::desk::{may_say, now};
use super::super::failure::Failure;
use super::super::period::Period;
use super::super::terminal::Form;
use super::super::{verify, words};
use super::talk::{Chat, ChatState};
use super::typed::{Typed, help};

impl Chat<'_, '_> {
    /// Runs a command.
    pub(super) fn perform(&mut self, typed: Typed) -> Result<ChatState, Failure> {
        match typed {
            Typed::Nothing => {}
            Typed::Say(text) => {
                self.say(&text)?;
            }
            Typed::Help => {
                let width = self.desk.terminal.width();
                self.desk.terminal.lines(&help(width, self.keys));
            }
            Typed::Verify(heard) => self.verify(heard.as_deref())?,
            Typed::Timer(Ok(period)) => self.timer(period)?,
            Typed::Timer(Err(error)) => self.desk.terminal.note(&format!("Nothing was changed: {error}.")),
            Typed::Lock => return Ok(ChatState::Locked),
            Typed::Quit => return Ok(ChatState::Over),
            Typed::Unknown(verb) => {
                let verb = pillarbox_client::display::safe(&verb);
                let word = verb.split(' ').next().unwrap_or_default();
                self.desk.terminal.note(&format!(
                    "There is no command /{verb}; nothing was sent. /help lists them, and //{word} says it."
                ));
            }
        }
        Ok(ChatState::On)
    }

    fn verify(&mut self, heard: Option<&str>) -> Result<(), Failure> {
        let name = words::name(&self.contact);
        let Some(heard) = heard else {
            let number = match self.phone.safety_number(self.contact.account) {
                Ok(number) => number.to_string(),
                Err(error) => {
                    self.complain(&error.into());
                    return Ok(());
                }
            };
            self.desk.terminal.note(&format!("Safety number with {name}:\n{}", words::number(&number, 2)));
            self.desk.terminal.note(&verify::what_is_this(&name));
            self.desk.terminal.note(&format!(
                "If {name} reads out the same: type /verify and that number. If not, somebody may stand in \
                 between."
            ));
            return Ok(());
        };
        match verify::compare(self.desk, self.phone, &self.contact, heard, Form::Text) {
            Ok(()) => {}
            Err(failure @ (Failure::Output(_) | Failure::ReaderGone)) => return Err(failure),
            Err(failure) => self.refuse(&failure),
        }
        self.contact = self.phone.contact(self.contact.account)?;
        Ok(())
    }

    fn timer(&mut self, period: Period) -> Result<(), Failure> {
        match self.phone.set_timer(self.contact.account, period.0, now(), &mut self.desk.rng) {
            Ok(()) => self.desk.terminal.note(&sentences::timer(period.0)),
            Err(PhoneError::KeyChanged | PhoneError::Blocked) => {
                if let Err(failure) = may_say(self.phone, &self.contact) {
                    self.refuse(&failure);
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
