//! `pillarbox chat`: a conversation line by line.
//!
//! Nothing is ever redrawn, so that a pipe, a log and a screen reader get the same words in the same order: each
//! message starts with its sender's name, each delivery state is a sentence of its own. What is typed is stored
//! before anything is done with it. A chat can be locked and opened again (`super::lock`).

mod keyboard;
mod locked;
mod typed;
mod wishes;

use std::future::pending;
use std::time::Duration;

use pillarbox_client::net::{Carrier, Event};
use pillarbox_client::sentences;
use pillarbox_client::{BodyId, Contact, Notice, Phone, PhoneError};
use pillarbox_transport::RelayAddress;
use tokio::time::{Instant, interval, sleep_until};

use self::keyboard::Line;
use self::typed::{Typed, help};
use self::wishes::{Wish, Wishes};
use super::desk::{Desk, find, may_say, now};
use super::errors;
use super::exit::Exit;
use super::failure::Failure;
use super::grammar::Chat as Arguments;
use super::inbox::{EXPIRY, show, show_new_from};
use super::net::{self, Weather};
use super::period::Period;
use super::terminal::{Form, can_ask};
use super::{lock, send, verify, waiting, words};

/// How long the end of input waits for the relay to take the next of what was typed. It is above the time-out of one
/// attempt to connect; what has not gone by then goes with the next command.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// What a line leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goes {
    /// The next line.
    On,
    /// The locked state.
    Locked,
    /// The end.
    Over,
}

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
    let mut phone = if arguments.locked { locked::unlock(desk, arguments)? } else { desk.open()? };
    let directory = desk.directory()?;
    let runtime = net::runtime()?;
    let ended: Result<_, Failure> = runtime.block_on(async {
        let mut wishes = Wishes::listen(&directory, arguments.lock_after)?;
        let Some(contact) = whom(desk, &phone, arguments.name.as_deref(), &mut wishes).await? else {
            return Ok((Goes::Locked, wishes));
        };
        let ended = Chat::new(desk, &mut phone, contact).talk(&mut wishes).await?;
        Ok((ended, wishes))
    });
    match ended? {
        // The profile is closed before, and the wishes, which hold its place for as long as anything of it is here, after.
        (Goes::Locked, _wishes) => {
            drop(phone);
            Err(lock::lock(desk, arguments.lock_after))
        }
        (Goes::On | Goes::Over, _) => Ok(()),
    }
}

/// Whom to talk with, by the command line or by the first lines; none if it is to lock first.
async fn whom(
    desk: &mut Desk<'_>,
    phone: &Phone,
    name: Option<&str>,
    wishes: &mut Wishes,
) -> Result<Option<Contact>, Failure> {
    if let Some(name) = name {
        return find(phone, name).map(Some);
    }
    let mut unknown = Failure::NobodyNamed;
    loop {
        desk.terminal.ask("With whom? ");
        let line = match wishes.next().await {
            Wish::Lock => return Ok(None),
            Wish::End => return Err(unknown),
            Wish::Stop(failure) => return Err(failure),
            Wish::Line(line) => line,
        };
        desk.terminal.answered();
        match line {
            Line::Text(line) => match (Typed::from(line.as_str()), find(phone, line.trim())) {
                (Typed::Lock, _) => return Ok(None),
                (Typed::Quit, _) => return Err(Failure::Declined),
                (Typed::Nothing, _) => {}
                (_, Ok(contact)) => return Ok(Some(contact)),
                (_, Err(failure @ Failure::UnknownContact { .. })) => {
                    complain(desk, &failure);
                    unknown = failure;
                }
                (_, Err(failure)) => return Err(failure),
            },
            Line::TooLong | Line::NotText => complain(desk, &Failure::BadName),
            Line::Failed(error) => return Err(Failure::Input(error)),
        }
    }
}

/// Whether the relay has taken something that was said.
const fn is_progress(notice: &Notice) -> bool {
    matches!(notice, Notice::Accepted { .. })
}

/// Tells what is wrong. The next command of the table is left out: it would find this profile in use.
fn complain(desk: &mut Desk<'_>, failure: &Failure) {
    if let Some(explained) = errors::explain(failure, &desk.place()) {
        desk.terminal.error(&explained.what);
    }
}

impl<'a, 'd> Chat<'a, 'd> {
    fn new(desk: &'a mut Desk<'d>, phone: &'a mut Phone, contact: Contact) -> Self {
        let relay = phone.account().relay.clone();
        let person = can_ask() && !desk.options.no_input;
        let (weather, said) = (Weather::default(), Vec::new());
        Self { desk, phone, contact, relay, weather, said, person, refused: false }
    }

    async fn talk(mut self, wishes: &mut Wishes) -> Result<Goes, Failure> {
        self.greet()?;
        let mut carrier = Carrier::new();
        let outcome = self.converse(&mut carrier, wishes).await;
        carrier.close(self.phone).await;
        outcome
    }

    /// Goes on until `/quit`, the end of input and what was said before it, the wish to lock, Ctrl-C, or a failure.
    async fn converse(&mut self, carrier: &mut Carrier, wishes: &mut Wishes) -> Result<Goes, Failure> {
        let mut expiry = interval(EXPIRY);
        let mut last_words = None;
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
                    if let Some(at) = last_words.as_mut() {
                        let patience = at.saturating_duration_since(Instant::now());
                        match event {
                            Event::Down { .. } => return self.farewell(),
                            // Nothing more can go now, unless the relay has only asked to wait a little.
                            Event::Quiet if !self.goes_on_within(patience) => return self.farewell(),
                            // As long as it goes on, it may.
                            Event::Told(ref notices) if notices.iter().any(is_progress) => {
                                *at = Instant::now() + LAST_WORDS;
                            }
                            _ => {}
                        }
                    }
                }
                wish = wishes.next() => {
                    let goes = match wish {
                        Wish::Line(line) => self.take(line)?,
                        Wish::End => Goes::Over,
                        Wish::Lock => self.take_last(wishes)?,
                        Wish::Stop(failure) => return Err(failure),
                    };
                    match goes {
                        Goes::On => {}
                        Goes::Locked => return Ok(Goes::Locked),
                        Goes::Over => {
                            self.tell_unsaid(wishes.rest().await);
                            wishes.close();
                            last_words = Some(Instant::now() + LAST_WORDS);
                        }
                    }
                }
                _ = expiry.tick() => {
                    self.phone.remove_expired(now(), &mut self.desk.rng)?;
                }
                () = over => return self.farewell(),
            }
            self.prompt();
        }
    }

    fn greet(&mut self) -> Result<(), Failure> {
        let (name, sure) = (words::name(&self.contact), words::sure(self.contact.trust));
        self.desk.terminal.note(&format!(
            "Talking with {name}, {sure}, end-to-end encrypted. A line is a message; /help lists commands."
        ));
        if let Err(failure) = may_say(self.phone, &self.contact) {
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
        if let Some(news) = self.weather.hear(notice, self.phone.unsent()) {
            self.desk.terminal.note(&news);
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

    /// Tells how many lines came behind the one that ended the chat: a text that was pasted, perhaps.
    fn tell_unsaid(&mut self, lines: usize) {
        let what = match lines {
            0 => return,
            1 => "1 line after /quit was".to_owned(),
            more => format!("{more} lines after /quit were"),
        };
        self.refused = true;
        self.desk.terminal.warn(&format!("{what} not sent."));
    }

    /// Stores what has been typed before it locks.
    fn take_last(&mut self, wishes: &mut Wishes) -> Result<Goes, Failure> {
        while let Some(line) = wishes.waiting() {
            if self.take(line)? != Goes::On {
                break;
            }
        }
        Ok(Goes::Locked)
    }

    /// Does what a line says.
    fn take(&mut self, line: Line) -> Result<Goes, Failure> {
        self.desk.terminal.answered();
        let line = match line {
            Line::Text(line) => line,
            Line::TooLong => {
                self.refuse(&Failure::TooLong { most: pillarbox_client::body::MAX_TEXT_LEN });
                return Ok(Goes::On);
            }
            Line::NotText => {
                self.refuse(&Failure::NotText);
                return Ok(Goes::On);
            }
            Line::Failed(error) => return Err(Failure::Input(error)),
        };
        match Typed::from(line.as_str()) {
            Typed::Nothing => {}
            Typed::Say(text) => self.say(&text)?,
            Typed::Help => {
                let width = self.desk.terminal.width();
                self.desk.terminal.lines(&help(width));
            }
            Typed::Verify(heard) => self.verify(heard.as_deref())?,
            Typed::Timer(Ok(period)) => self.timer(period)?,
            Typed::Timer(Err(error)) => self.desk.terminal.note(&format!("Nothing was changed: {error}.")),
            Typed::Lock => return Ok(Goes::Locked),
            Typed::Quit => return Ok(Goes::Over),
            Typed::Unknown(verb) => {
                let verb = pillarbox_client::display::safe(&verb);
                let word = verb.split(' ').next().unwrap_or_default();
                self.desk.terminal.note(&format!(
                    "There is no command /{verb}; nothing was sent. /help lists them, and //{word} says it."
                ));
            }
        }
        Ok(Goes::On)
    }

    fn say(&mut self, text: &str) -> Result<(), Failure> {
        if let Err(failure) = send::check(text) {
            self.refuse(&failure);
            return Ok(());
        }
        match self.phone.queue_text(self.contact.account, text, now(), &mut self.desk.rng) {
            Ok(id) => self.said.push(Said { id, settled: false }),
            Err(PhoneError::KeyChanged | PhoneError::Blocked) => {
                self.contact = self.phone.contact(self.contact.account)?;
                if let Err(failure) = may_say(self.phone, &self.contact) {
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

    /// Whether the phone goes on by itself before so much time has passed.
    fn goes_on_within(&self, patience: Duration) -> bool {
        let then = now() + pillarbox_wire::Duration(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX));
        self.phone.goes_on_before(now(), then)
    }

    /// Whether everything typed here has left this phone.
    fn all_said(&self) -> bool {
        // A chat without a word still fetches what waits, once.
        self.said.iter().all(|said| said.settled) && (self.weather.connected || !self.said.is_empty())
    }

    /// How the chat ends when its input does: with what still waits, if anything does.
    fn farewell(&mut self) -> Result<Goes, Failure> {
        if !self.all_said() {
            self.refused |= waiting::tell(self.desk, self.phone, None)?;
        }
        if let Some(trouble) = self.weather.trouble.take() {
            return Err(trouble);
        }
        if self.refused { Err(Failure::Told(Exit::No)) } else { Ok(Goes::Over) }
    }

    /// Tells why a line did not do what it should have.
    fn refuse(&mut self, failure: &Failure) {
        self.refused = true;
        self.complain(failure);
    }

    fn complain(&mut self, failure: &Failure) {
        complain(self.desk, failure);
    }

    /// The recipient, and how sure of them the owner can be, always in sight of whoever types.
    fn prompt(&mut self) {
        if self.person && !self.desk.terminal.is_asking() {
            let (name, sure) = (words::name(&self.contact), words::sure(self.contact.trust));
            self.desk.terminal.ask(&format!("to {name} ({sure})> "));
        }
    }
}
