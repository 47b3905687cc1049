//! One conversation: sends what is typed and shows what the relay delivers, until it ends or is locked.

use std::future::pending;
use std::io::{IsTerminal, stdout};
use std::time::Duration;

use pillarbox_client::net::{Carrier, CarrierEvent};
use pillarbox_client::{DeliveryState, Notice, Phone};
use pillarbox_text::columns::fit;
use pillarbox_transport::RelayAddress;
use tokio::time::{Instant, interval, sleep_until};
use unicode_width::UnicodeWidthStr;

use super::super::context::{CliContext, now};
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::grammar::Chat as Arguments;
use super::super::group::find::{basis, members};
use super::super::group::news;
use super::super::inbox::{EXPIRY, show, show_new_from};
use super::super::net::{self, ConnectionStatus};
use super::super::program::PhoneProgram;
use super::super::terminal::{Form, can_ask};
use super::super::typing::Prompt;
use super::super::{waiting, words};
use super::earlier::Earlier;
use super::partner::Partner;
use super::said::Said;
use super::screen::{self, complain};
use super::wishes::{Wish, Wishes};

/// Messages shown at the start on a terminal. They leave room even in a small window.
const LAST: usize = 10;

/// Time after the end of input in which the relay may accept the next message. It exceeds the time-out of one
/// attempt to connect; messages that are still here afterwards are sent by the next command.
const LAST_WORDS: Duration = Duration::from_secs(15);

/// The state of the chat after a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ChatState {
    /// The chat continues.
    Running,
    /// The chat must lock.
    Locked,
    /// The chat has ended.
    Over,
}

/// A running conversation.
pub(super) struct Chat<'a, 'd, P> {
    pub(super) context: &'a mut CliContext<'d, P>,
    pub(super) phone: &'a mut Phone,
    pub(super) partner: Partner,
    pub(super) relay: RelayAddress,
    pub(super) status: ConnectionStatus,
    /// The messages typed here, in order. Their positions are the numbers that the user sees.
    pub(super) said: Vec<Said>,
    /// The messages that were waiting for the contact when the chat opened.
    pub(super) earlier: Earlier,
    /// True if a person types at a terminal and expects a prompt.
    pub(super) person: bool,
    /// True if lines can be edited.
    pub(super) keys: bool,
    /// Number of earlier messages to begin with.
    pub(super) last: usize,
    /// True if a line was refused.
    pub(super) refused: bool,
    /// True once the user was told that tabs become spaces.
    pub(super) told_of_tabs: bool,
}

/// Returns true if the relay has accepted a message.
const fn is_progress(notice: &Notice) -> bool {
    matches!(notice, Notice::Accepted { .. })
}

impl<'a, 'd, P: PhoneProgram> Chat<'a, 'd, P> {
    pub(super) fn new(
        context: &'a mut CliContext<'d, P>,
        phone: &'a mut Phone,
        partner: Partner,
        arguments: &Arguments,
        wishes: &Wishes,
    ) -> Result<Self, Failure> {
        let relay = phone.account().relay.clone();
        let person = can_ask() && !context.options.no_input;
        let keys = wishes.draft().is_some();
        let is_on_terminal = keys || (person && stdout().is_terminal());
        let last = arguments.last.unwrap_or(if is_on_terminal { LAST } else { 0 });
        let (status, said) = (ConnectionStatus::default(), Vec::new());
        let earlier = Earlier::of(phone, &partner)?;
        Ok(Self {
            context,
            phone,
            partner,
            relay,
            status,
            said,
            earlier,
            person,
            keys,
            last,
            refused: false,
            told_of_tabs: false,
        })
    }

    pub(super) async fn talk(mut self, wishes: &mut Wishes) -> Result<ChatState, Failure> {
        self.greet()?;
        self.prompt(wishes);
        let mut carrier = Carrier::new();
        let outcome = self.converse(&mut carrier, wishes).await;
        // Ctrl-C gets this report too, without waiting for the relay's farewell.
        let told = match outcome {
            Err(Failure::Interrupted) => waiting::tell(self.context, self.phone, None).map(drop),
            _ => Ok(()),
        };
        carrier.close(self.phone).await;
        told.and(outcome)
    }

    /// Runs until `/quit`, the end of input and the sending of earlier lines, a lock, Ctrl-C, or a failure.
    async fn converse(&mut self, carrier: &mut Carrier, wishes: &mut Wishes) -> Result<ChatState, Failure> {
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
                event = self.context.next_event(carrier, self.phone) => {
                    let event = event?;
                    self.meet(&event)?;
                    if let Some(at) = last_words.as_mut() {
                        let patience = at.saturating_duration_since(Instant::now());
                        match event {
                            CarrierEvent::Down { .. } => return self.farewell(),
                            // Nothing more can be sent now, unless the relay has only asked to wait a little.
                            CarrierEvent::Quiet if !self.goes_on_within(patience) => return self.farewell(),
                            // Progress extends the time.
                            CarrierEvent::Told(ref notices) if notices.iter().any(is_progress) => {
                                *at = Instant::now() + LAST_WORDS;
                            }
                            _ => {}
                        }
                    }
                }
                wish = wishes.next() => {
                    let state = match screen::settle(self.context, wishes, wish)? {
                        None => ChatState::Running,
                        Some(wish) => self.grant(wish, wishes)?,
                    };
                    match state {
                        ChatState::Running => {}
                        ChatState::Locked => return Ok(ChatState::Locked),
                        ChatState::Over => {
                            self.tell_unsaid(wishes.rest().await);
                            wishes.close();
                            last_words = Some(Instant::now() + LAST_WORDS);
                        }
                    }
                }
                _ = expiry.tick() => {
                    self.phone.remove_expired(now(), &mut self.context.rng)?;
                    self.tell_unanswered();
                }
                () = over => return self.farewell(),
            }
            self.prompt(wishes);
        }
    }

    /// Handles one wish: a typed line, a signal or a command to lock.
    fn grant(&mut self, wish: Wish, wishes: &mut Wishes) -> Result<ChatState, Failure> {
        match wish {
            Wish::Line(line) => self.take(line),
            Wish::Entered(kept) => self.enter(kept, wishes),
            Wish::Lock => self.take_last(wishes),
            Wish::Stop(failure) => Err(failure),
            Wish::End => {
                self.context.terminal.erase();
                Ok(ChatState::Over)
            }
            Wish::Redraw
            | Wish::Resize
            | Wish::Clear
            | Wish::Suspend
            | Wish::TooMuch(_)
            | Wish::Cleaned(_) => Ok(ChatState::Running),
        }
    }

    fn greet(&mut self) -> Result<(), Failure> {
        let (name, (_, standing)) = (self.partner.name(), self.partner.standing());
        let how = "end-to-end encrypted. A line is a message; /help lists commands.";
        self.context.terminal.note(&match &self.partner {
            Partner::Contact(_) => format!("Talking with {name}, {standing}, {how}"),
            Partner::Group(group) => {
                let who = members(self.phone, group);
                let basis = basis(self.phone, group)?;
                format!("Talking in {name}, {standing}: {who}. {basis} Each copy is {how}")
            }
        });
        if let Err(failure) = self.partner.may_say(self.phone) {
            self.complain(&failure);
        }
        self.open_conversation()
    }

    /// Handles an event from the network.
    fn meet(&mut self, event: &CarrierEvent) -> Result<(), Failure> {
        if let Some(news) = self.status.observe(event, &self.relay)? {
            self.context.terminal.note(&news);
        }
        let CarrierEvent::Told(notices) = event else { return Ok(()) };
        for notice in notices {
            self.hear(notice)?;
        }
        Ok(())
    }

    fn hear(&mut self, notice: &Notice) -> Result<(), Failure> {
        match notice {
            Notice::Received { contact, entry } if self.partner.has_said(*contact, entry) => {
                let contact = self.phone.contact(*contact)?;
                show(self.context, self.phone, &contact, entry, Form::Text)?;
            }
            Notice::TimerChanged { contact, .. }
                if self.partner.contact().is_some_and(|with| with.account == *contact) =>
            {
                self.partner.refresh(self.phone)?;
                let contact = self.phone.contact(*contact)?;
                show_new_from(self.context, self.phone, &contact, Form::Text)?;
            }
            Notice::GroupJoined { group, .. }
            | Notice::MemberAdded { group, .. }
            | Notice::MemberLeft { group, .. }
            | Notice::MemberRemoved { group, .. }
            | Notice::MemberDropped { group, .. }
            | Notice::KeeperChanged { group, .. }
            | Notice::OperatorSays { group, .. } => {
                // A change in another group is shown too, because its notice comes only once.
                news::show_new(self.context, self.phone, Some(*group), Form::Text)?;
                self.partner.refresh(self.phone)?;
            }
            Notice::Received { contact, .. } => {
                let name = words::name(&self.phone.contact(*contact)?);
                self.context.terminal.note(&format!("{name} wrote. `inbox` shows it after this chat."));
            }
            Notice::Accepted { message, .. } => {
                if self.partner.has_reached(self.phone, *message, DeliveryState::Sent)? {
                    self.report(*message, "sent");
                    // If the relay has asked to wait, this is reported once all waiting messages have been sent.
                    if self.earlier.settle(*message) && !self.status.is_throttled() {
                        self.context.terminal.note(net::ALL_GONE);
                    }
                }
            }
            Notice::Delivered { message, .. } => {
                if self.partner.has_reached(self.phone, *message, DeliveryState::Delivered)? {
                    self.report(*message, "delivered");
                }
            }
            Notice::NotSent { message: Some(message), reason, .. } if !self.earlier.has(*message) => {
                self.refused = true;
                match self.partner {
                    Partner::Contact(_) => self.report(*message, &format!("refused: {reason}")),
                    // This is one member's copy; the copies for other members are still sent.
                    Partner::Group(_) => {
                        net::tell(self.context, self.phone, notice)?;
                        if self.partner.has_reached(self.phone, *message, DeliveryState::Sent)? {
                            let is_lost =
                                self.partner.has_reached(self.phone, *message, DeliveryState::Refused)?;
                            self.report(*message, if is_lost { "refused" } else { "sent" });
                        }
                    }
                }
            }
            other => {
                if let Notice::NotSent { message: Some(message), .. } = other {
                    self.earlier.settle(*message);
                }
                net::tell(self.context, self.phone, other)?;
                self.partner.refresh(self.phone)?;
            }
        }
        if let Some(news) = self.status.hear(notice, self.phone.unsent()) {
            self.context.terminal.note(&news);
        }
        Ok(())
    }

    /// Reports lines that arrived after the one that ended the chat, such as the rest of a pasted text.
    fn tell_unsaid(&mut self, lines: usize) {
        let what = match lines {
            0 => return,
            1 => "1 line after /quit was".to_owned(),
            more => format!("{more} lines after /quit were"),
        };
        self.refused = true;
        self.context.terminal.warn(&format!("{what} not sent."));
    }

    /// Stores the lines typed before the lock.
    fn take_last(&mut self, wishes: &mut Wishes) -> Result<ChatState, Failure> {
        while let Some(line) = wishes.waiting() {
            if self.take(line)? != ChatState::Running {
                break;
            }
        }
        Ok(ChatState::Locked)
    }

    /// Returns true if the phone will retry by itself within `patience`.
    fn goes_on_within(&self, patience: Duration) -> bool {
        let then = now() + pillarbox_wire::Duration(u64::try_from(patience.as_millis()).unwrap_or(u64::MAX));
        self.phone.goes_on_before(now(), then)
    }

    /// Returns true if every message typed here has left this phone.
    fn all_said(&self) -> bool {
        // A chat without a message still fetches waiting ones, once.
        self.said.iter().all(|said| said.settled) && (self.status.connected || !self.said.is_empty())
    }

    /// Ends the chat after its input, and reports messages that still wait. Messages that waited before the chat do
    /// not make it fail.
    fn farewell(&mut self) -> Result<ChatState, Failure> {
        let waits = waiting::tell(self.context, self.phone, None)?;
        self.refused |= waits && !self.all_said();
        if let Some(trouble) = self.status.trouble.take() {
            return Err(trouble);
        }
        if self.refused { Err(Failure::Told(Exit::No)) } else { Ok(ChatState::Over) }
    }

    /// Reports why a line was refused.
    pub(super) fn refuse(&mut self, failure: &Failure) {
        self.refused = true;
        self.complain(failure);
    }

    pub(super) fn complain(&mut self, failure: &Failure) {
        complain(self.context, failure);
    }

    /// Keeps the recipient, and how far the owner can trust their key, always in the user's view.
    fn prompt(&mut self, wishes: &Wishes) {
        let (name, (standing, emphasised)) = (self.partner.name(), self.partner.standing());
        if let Some(draft) = wishes.draft() {
            if !wishes.is_listening() {
                return;
            }
            // A long name is cut, but the trust never is.
            let frame = format!("to  ({standing})> ").width();
            let room = self.context.terminal.width().saturating_sub(frame + 1);
            let name = if name.width() > room { fit(&name, room) } else { name };
            let plain = format!("to {name} ({standing})> ");
            let styled = format!("to {name} ({emphasised})> ");
            self.context.terminal.draw(&Prompt { plain, styled }, draft);
        } else if self.person && !self.context.terminal.is_asking() {
            self.context.terminal.ask(&format!("to {name} ({emphasised})> "));
        }
    }
}
