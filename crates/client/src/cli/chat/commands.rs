//! The commands that can be typed into a chat.

use pillarbox_client::{Contact, PhoneError, sentences};

use super::super::context::{may_say, now};
use super::super::failure::Failure;
use super::super::period::Period;
use super::super::program::PhoneProgram;
use super::super::terminal::Form;
use super::super::{verify, words};
use super::talk::{Chat, ChatState};
use super::typed::{Typed, help};

impl<P: PhoneProgram> Chat<'_, '_, P> {
    /// Runs a command.
    pub(super) fn perform(&mut self, typed: Typed) -> Result<ChatState, Failure> {
        match typed {
            Typed::Nothing => {}
            Typed::Say(text) => {
                self.say(&text)?;
            }
            Typed::Help => {
                let width = self.context.terminal.width();
                self.context.terminal.lines(&help(width, self.keys));
            }
            Typed::Verify(heard) => self.verify(heard.as_deref())?,
            Typed::Timer(Ok(period)) => self.timer(period)?,
            Typed::Timer(Err(error)) => self.context.terminal.note(&format!("Nothing was changed: {error}.")),
            Typed::Lock => return Ok(ChatState::Locked),
            Typed::Quit => return Ok(ChatState::Over),
            Typed::Unknown(verb) => {
                let verb = pillarbox_client::display::safe(&verb);
                let word = verb.split(' ').next().unwrap_or_default();
                self.context.terminal.note(&format!(
                    "There is no command /{verb}; nothing was sent. /help lists them, and //{word} says it."
                ));
            }
        }
        Ok(ChatState::Running)
    }

    fn verify(&mut self, heard: Option<&str>) -> Result<(), Failure> {
        let Some(contact) = self.person() else { return Ok(()) };
        let name = words::name(&contact);
        let Some(heard) = heard else {
            let number = match self.phone.safety_number(contact.account) {
                Ok(number) => number.to_string(),
                Err(error) => {
                    self.complain(&error.into());
                    return Ok(());
                }
            };
            self.context.terminal.note(&format!("Safety number with {name}:\n{}", words::number(&number, 2)));
            self.context.terminal.note(&verify::what_is_this(&name));
            self.context.terminal.note(&format!(
                "If {name} reads out the same: type /verify and that number. If not, somebody may stand in \
                 between."
            ));
            return Ok(());
        };
        match verify::compare(self.context, self.phone, &contact, heard, Form::Text) {
            Ok(()) => {}
            Err(failure @ (Failure::Output(_) | Failure::ReaderGone)) => return Err(failure),
            Err(failure) => self.refuse(&failure),
        }
        self.partner.refresh(self.phone)
    }

    /// Returns the contact that the owner talks with. In a group, reports that the command is for one person only.
    fn person(&mut self) -> Option<Contact> {
        let contact = self.partner.contact().cloned();
        if contact.is_none() {
            self.context.terminal.note(
                "Nothing was changed: this is for a chat with one person, and texts in a group do not disappear.",
            );
        }
        contact
    }

    fn timer(&mut self, period: Period) -> Result<(), Failure> {
        let Some(contact) = self.person() else { return Ok(()) };
        match self.phone.set_timer(contact.account, period.0, now(), &mut self.context.rng) {
            Ok(()) => self.context.terminal.note(&sentences::timer(period.0)),
            Err(PhoneError::KeyChanged | PhoneError::Blocked) => {
                if let Err(failure) = may_say(self.phone, &contact) {
                    self.refuse(&failure);
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
