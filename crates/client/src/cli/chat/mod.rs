//! `pillarbox chat`: a conversation line by line.
//!
//! Nothing is ever redrawn, so that a pipe, a log and a screen reader get the same words in the same order: each
//! message starts with its sender's name, each delivery state is a sentence of its own. What is typed is stored
//! before anything is done with it.

mod keyboard;
mod typed;

use std::future::pending;
use std::pin::pin;
use std::time::Duration;

use pillarbox_client::net::{Carrier, Event};
use pillarbox_client::{BodyId, Contact, Notice, Phone, PhoneError};
use pillarbox_transport::RelayAddress;
use tokio::time::{Instant, interval, sleep_until};

use self::keyboard::Line;
use self::typed::{HELP, Typed};
use super::desk::{Desk, find, may_write, now};
use super::errors;
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::Chat as Arguments;
use super::inbox::{EXPIRY, show, show_new_from};
use super::net::{self, Weather};
use super::period::Period;
use super::terminal::{Form, can_ask};
use super::{send, verify, words};

/// How long the end of input waits for what was typed to be sent. It is above the time-out of one attempt to
/// connect; what has not gone by then goes with the next command.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// A message typed here.
struct Said {
    id: BodyId,
    /// Whether the relay has decided about it.
    settled: bool,
}

/// A conversation under way.
struct Chat<'a, 'd> {
    desk: &'a mut Desk<'d>,
    phone: &'a mut Phone,
    contact: Contact,
    relay: RelayAddress,
    weather: Weather,
    /// The messages typed here, in order: their numbers are what a person is told.
    said: Vec<Said>,
    /// Whether a person types at a terminal and wants a prompt.
    person: bool,
    /// Whether a line was refused.
    refused: bool,
}

/// Runs `pillarbox chat`.
pub(crate) fn run(desk: &mut Desk<'_>, arguments: &Arguments) -> Result<(), Failure> {
    desk.stdin_is_free()?;
    let mut phone = desk.open()?;
    let contact = find(&phone, &arguments.name)?;
    let relay = phone.account().relay.clone();
    let person = can_ask() && !desk.options.no_input;
    let chat = Chat {
        desk,
        phone: &mut phone,
        contact,
        relay,
        weather: Weather::default(),
        said: Vec::new(),
        person,
        refused: false,
    };
    net::runtime()?.block_on(chat.talk())
}

impl Chat<'_, '_> {
    async fn talk(mut self) -> Result<(), Failure> {
        self.greet()?;
        let mut carrier = Carrier::new();
        let outcome = self.converse(&mut carrier).await;
        carrier.close(self.phone).await;
        outcome
    }

    /// Goes on until `/quit`, the end of input and what was said before it, Ctrl-C, or a failure.
    async fn converse(&mut self, carrier: &mut Carrier) -> Result<(), Failure> {
        let mut lines = keyboard::listen();
        let mut expiry = interval(EXPIRY);
        let mut last_words = None;
        // One listener for all rounds: Ctrl-C while a round is busy is heard by the next.
        let mut pressed = pin!(net::pressed());
        loop {
            if last_words.is_some() && self.all_said() {
                return self.farewell();
            }
            let over = async {
                match last_words {
                    Some(at) => sleep_until(at).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                event = carrier.next(self.phone, &mut self.desk.rng) => {
                    let event = event?;
                    self.meet(&event)?;
                    let away = matches!(event, Event::Down { .. }) || matches!(event, Event::Quiet);
                    if last_words.is_some() && away {
                        return self.farewell();
                    }
                }
                line = lines.recv(), if last_words.is_none() => {
                    let goes_on = match line {
                        Some(line) => self.take(line)?,
                        None => false,
                    };
                    if !goes_on {
                        last_words = Some(Instant::now() + LAST_WORDS);
                    }
                }
                _ = expiry.tick() => {
                    self.phone.remove_expired(now(), &mut self.desk.rng)?;
                }
                () = over => return self.farewell(),
                interrupted = pressed.as_mut() => return Err(interrupted),
            }
            self.prompt();
        }
    }

    fn greet(&mut self) -> Result<(), Failure> {
        let (name, sure) = (words::name(&self.contact), words::trust(self.contact.trust));
        self.desk.terminal.note(&format!(
            "Talking with {name}, {sure}, end-to-end encrypted. A line is a message; /help lists commands."
        ));
        if let Err(failure) = may_write(self.phone, &self.contact) {
            self.complain(&failure);
        }
        show_new_from(self.desk, self.phone, &self.contact, Form::Text)?;
        self.prompt();
        Ok(())
    }

    /// Takes in what the network brought.
    fn meet(&mut self, event: &Event) -> Result<(), Failure> {
        if let Some(news) = self.weather.observe(event, &self.relay)? {
            self.desk.terminal.note(&news);
        }
        let Event::Told(notices) = event else { return Ok(()) };
        for notice in notices {
            self.hear(notice)?;
        }
        Ok(())
    }

    fn hear(&mut self, notice: &Notice) -> Result<(), Failure> {
        match notice {
            Notice::Received { contact, entry } if *contact == self.contact.account => {
                show(self.desk, self.phone, &self.contact, entry, Form::Text)?;
            }
            Notice::TimerChanged { contact, .. } if *contact == self.contact.account => {
                self.contact = self.phone.contact(*contact)?;
                show_new_from(self.desk, self.phone, &self.contact, Form::Text)?;
            }
            Notice::Received { contact, .. } => {
                let name = words::name(&self.phone.contact(*contact)?);
                self.desk.terminal.note(&format!("{name} wrote. `inbox` shows it after this chat."));
            }
            Notice::Accepted { message, .. } => self.report(*message, "sent."),
            Notice::Delivered { message, .. } => self.report(*message, "delivered."),
            Notice::NotSent { message: Some(message), reason, .. } => {
                self.refused = true;
                self.report(*message, &format!("refused: {reason}."));
            }
            other => {
                net::tell(self.desk, self.phone, other)?;
                self.contact = self.phone.contact(self.contact.account)?;
            }
        }
        Ok(())
    }

    fn report(&mut self, message: BodyId, what: &str) {
        let mut said = self.said.iter_mut().enumerate();
        if let Some((at, said)) = said.find(|(_, said)| said.id == message) {
            said.settled = true;
            self.desk.terminal.note(&format!("Message {}: {what}", at + 1));
        }
    }

    /// Does what a line says. False if it ends the chat.
    fn take(&mut self, line: Line) -> Result<bool, Failure> {
        self.desk.terminal.answered();
        let line = match line {
            Line::Text(line) => line,
            Line::TooLong => {
                self.refuse(&Failure::TooLong { most: pillarbox_client::body::MAX_TEXT_LEN });
                return Ok(true);
            }
            Line::NotText => {
                self.refuse(&Failure::NotText);
                return Ok(true);
            }
            Line::Failed(error) => return Err(Failure::Input(error)),
        };
        match Typed::from(line.as_str()) {
            Typed::Nothing => {}
            Typed::Say(text) => self.say(&text)?,
            Typed::Help => self.desk.terminal.lines(HELP),
            Typed::Verify(heard) => self.verify(heard.as_deref())?,
            Typed::Timer(Ok(period)) => self.timer(period)?,
            Typed::Timer(Err(error)) => self.desk.terminal.note(&format!("Nothing was changed: {error}.")),
            Typed::Quit => return Ok(false),
            Typed::Unknown(verb) => {
                let verb = pillarbox_client::display::safe(&verb);
                self.desk.terminal.note(&format!(
                    "There is no command /{verb}; nothing was sent. /help lists them, and //{verb} says it."
                ));
            }
        }
        Ok(true)
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        if let Err(failure) = send::check(text) {
            self.refuse(&failure);
            return Ok(());
        }
        match self.phone.queue_text(self.contact.account, text, now(), &mut self.desk.rng) {
            Ok(id) => self.said.push(Said { id, settled: false }),
            Err(PhoneError::KeyChanged) => {
                self.contact = self.phone.contact(self.contact.account)?;
                if let Err(failure) = may_write(self.phone, &self.contact) {
                    self.refuse(&failure);
                }
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        if !self.person {
            let at = words::time(now(), now());
            let text = pillarbox_client::display::safe_lines(text);
            self.desk.terminal.result(&format!("You, {at}: {text}"))?;
        }
        if !self.weather.connected {
            self.desk.terminal.note(&format!("Message {}: waiting on this phone.", self.said.len()));
        }
        Ok(())
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
            Ok(()) => self.desk.terminal.note(&words::timer(period.0)),
            Err(PhoneError::KeyChanged) => {
                if let Err(failure) = may_write(self.phone, &self.contact) {
                    self.refuse(&failure);
                }
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Whether everything typed here has left this phone.
    fn all_said(&self) -> bool {
        // A chat without a word still fetches what waits, once.
        self.said.iter().all(|said| said.settled) && (self.weather.connected || !self.said.is_empty())
    }

    /// How the chat ends when its input does.
    fn farewell(&mut self) -> Result<(), Failure> {
        if let Some(trouble) = self.weather.trouble.take() {
            return Err(trouble);
        }
        if self.refused { Err(Failure::Told(Exit::No)) } else { Ok(()) }
    }

    /// Tells why a line did not do what it should have.
    fn refuse(&mut self, failure: &Failure) {
        self.refused = true;
        self.complain(failure);
    }

    /// Tells what is wrong. The next command of the table is left out: it would find this profile in use.
    fn complain(&mut self, failure: &Failure) {
        if let Some(explained) = errors::explain(failure, &self.desk.place()) {
            self.desk.terminal.error(&explained.what);
        }
    }

    /// The recipient, and how sure of them the owner can be, always in sight of whoever types.
    fn prompt(&mut self) {
        if self.person && !self.desk.terminal.is_asking() {
            let (name, sure) = (words::name(&self.contact), words::trust(self.contact.trust));
            self.desk.terminal.ask(&format!("to {name} ({sure})> "));
        }
    }
}
