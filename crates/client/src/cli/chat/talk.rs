//! One conversation: what is typed goes out, what the relay brings is shown, until somebody ends it or locks it.

use std::future::pending;
use std::io::{IsTerminal, stdout};
use std::time::Duration;

use pillarbox_client::net::{Carrier, Event};
use pillarbox_client::{Contact, Notice, Phone, sentences};
use pillarbox_transport::RelayAddress;
use tokio::time::{Instant, interval, sleep_until};
use unicode_width::UnicodeWidthStr;

use super::super::desk::{Desk, may_say, now};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::grammar::Chat as Arguments;
use super::super::inbox::{EXPIRY, show, show_new_from};
use super::super::net::{self, Weather};
use super::super::terminal::{Form, can_ask};
use super::super::typing::Prompt;
use super::super::wrap::fit;
use super::super::{waiting, words};
use super::earlier::Earlier;
use super::said::Said;
use super::screen::{self, complain};
use super::wishes::{Wish, Wishes};

/// Messages that a chat begins with on a terminal: they fit a small window, with room to go on.
const LAST: usize = 10;

/// How long the end of input waits for the relay to take the next of what was typed. It is above the time-out of one
/// attempt to connect; what has not gone by then goes with the next command.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// What a line leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goes {
    /// The next line.
    On,
    /// The locked state.
    Locked,
    /// The end.
    Over,
}

/// A conversation under way.
pub(super) struct Chat<'a, 'd> {
    pub(super) desk: &'a mut Desk<'d>,
    pub(super) phone: &'a mut Phone,
    pub(super) contact: Contact,
    pub(super) relay: RelayAddress,
    pub(super) weather: Weather,
    /// The messages typed here, in order: their numbers are what a person is told.
    pub(super) said: Vec<Said>,
    /// What waited for the contact when it opened.
    pub(super) earlier: Earlier,
    /// Whether a person types at a terminal and wants a prompt.
    pub(super) person: bool,
    /// Whether lines are edited on it.
    pub(super) keys: bool,
    /// How many of the last messages it begins with.
    pub(super) last: usize,
    /// Whether a line was refused.
    pub(super) refused: bool,
    /// Whether it was said that tabs become blanks.
    pub(super) told_of_tabs: bool,
}

/// Whether the relay has taken something that was said.
const fn is_progress(notice: &Notice) -> bool {
    matches!(notice, Notice::Accepted { .. })
}

impl<'a, 'd> Chat<'a, 'd> {
    pub(super) fn new(
        desk: &'a mut Desk<'d>,
        phone: &'a mut Phone,
        contact: Contact,
        arguments: &Arguments,
        wishes: &Wishes,
    ) -> Result<Self, Failure> {
        let relay = phone.account().relay.clone();
        let person = can_ask() && !desk.options.no_input;
        let keys = wishes.draft().is_some();
        let is_on_terminal = keys || (person && stdout().is_terminal());
        let last = arguments.last.unwrap_or(if is_on_terminal { LAST } else { 0 });
        let (weather, said) = (Weather::default(), Vec::new());
        let earlier = Earlier::of(phone, contact.account)?;
        Ok(Self {
            desk,
            phone,
            contact,
            relay,
            weather,
            said,
            earlier,
            person,
            keys,
            last,
            refused: false,
            told_of_tabs: false,
        })
    }

    pub(super) async fn talk(mut self, wishes: &mut Wishes) -> Result<Goes, Failure> {
        self.greet()?;
        self.prompt(wishes);
        let mut carrier = Carrier::new();
        let outcome = self.converse(&mut carrier, wishes).await;
        // Whoever ends it with Ctrl-C is told too, and does not wait for the relay's goodbye.
        let told = match outcome {
            Err(Failure::Interrupted) => waiting::tell(self.desk, self.phone, None).map(drop),
            _ => Ok(()),
        };
        carrier.close(self.phone).await;
        told.and(outcome)
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
                    let goes = match screen::settle(self.desk, wishes, wish)? {
                        None => Goes::On,
                        Some(wish) => self.grant(wish, wishes)?,
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
                    self.tell_unanswered();
                }
                () = over => return self.farewell(),
            }
            self.prompt(wishes);
        }
    }

    /// Does what somebody wishes.
    fn grant(&mut self, wish: Wish, wishes: &mut Wishes) -> Result<Goes, Failure> {
        match wish {
            Wish::Line(line) => self.take(line),
            Wish::Entered(kept) => self.enter(kept, wishes),
            Wish::Lock => self.take_last(wishes),
            Wish::Stop(failure) => Err(failure),
            Wish::End => {
                self.desk.terminal.erase();
                Ok(Goes::Over)
            }
            Wish::Redraw
            | Wish::Resize
            | Wish::Clear
            | Wish::Suspend
            | Wish::TooMuch(_)
            | Wish::Cleaned(_) => Ok(Goes::On),
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
        self.open_conversation()
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
            Notice::Accepted { message, .. } => {
                self.report(*message, "sent");
                // Where the relay has asked to wait, the same is told once all that waits has gone.
                if self.earlier.settle(*message) && !self.weather.is_throttled() {
                    self.desk.terminal.note(net::ALL_GONE);
                }
            }
            Notice::Delivered { message, .. } => self.report(*message, "delivered"),
            Notice::NotSent { message: Some(message), reason, .. } if !self.earlier.has(*message) => {
                self.refused = true;
                self.report(*message, &format!("refused: {reason}"));
            }
            other => {
                if let Notice::NotSent { message: Some(message), .. } = other {
                    self.earlier.settle(*message);
                }
                net::tell(self.desk, self.phone, other)?;
                self.contact = self.phone.contact(self.contact.account)?;
            }
        }
        if let Some(news) = self.weather.hear(notice, self.phone.unsent()) {
            self.desk.terminal.note(&news);
        }
        Ok(())
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

    /// How the chat ends when its input does: with what still waits, if anything does. What waited before it counts as no
    /// failure of this chat.
    fn farewell(&mut self) -> Result<Goes, Failure> {
        let waits = waiting::tell(self.desk, self.phone, None)?;
        self.refused |= waits && !self.all_said();
        if let Some(trouble) = self.weather.trouble.take() {
            return Err(trouble);
        }
        if self.refused { Err(Failure::Told(Exit::No)) } else { Ok(Goes::Over) }
    }

    /// Tells why a line did not do what it should have.
    pub(super) fn refuse(&mut self, failure: &Failure) {
        self.refused = true;
        self.complain(failure);
    }

    pub(super) fn complain(&mut self, failure: &Failure) {
        complain(self.desk, failure);
    }

    /// The recipient, and how sure of them the owner can be, always in sight of whoever types.
    fn prompt(&mut self, wishes: &Wishes) {
        let (name, trust) = (words::name(&self.contact), self.contact.trust);
        if let Some(draft) = wishes.draft() {
            if !wishes.is_listening() {
                return;
            }
            // A long name gives way: how sure the owner can be is never cut.
            let frame = format!("to  ({})> ", sentences::trust(trust)).width();
            let room = self.desk.terminal.width().saturating_sub(frame + 1);
            let name = if name.width() > room { fit(&name, room) } else { name };
            let plain = format!("to {name} ({})> ", sentences::trust(trust));
            let styled = format!("to {name} ({})> ", words::sure(trust));
            self.desk.terminal.draw(&Prompt { plain, styled }, draft);
        } else if self.person && !self.desk.terminal.is_asking() {
            self.desk.terminal.ask(&format!("to {name} ({})> ", words::sure(trust)));
        }
    }
}
