//! Carries frames for a phone that stays connected.

use std::time::Duration;

use pillarbox_transport::timeouts;
use pillarbox_wire::{ClientFrame, RelayFrame};
use rand_core::CryptoRng;
use tokio::time::{Instant, sleep, timeout};

use super::clock::now;
use super::dial::{LinkEvent, LinkState, Open};
use super::error::NetError;
use crate::phone::{Link, Phone, PhoneError};
use crate::records::notice::Notice;
use crate::software::{Shipped, Software};

/// Interval at which the phone is asked for work that only the passing of time makes due, such as after an hour's
/// pause or at the expiry of a certificate.
const TICK: Duration = Duration::from_secs(1);

/// An event for the code that runs a phone.
#[derive(Debug, PartialEq, Eq)]
pub enum CarrierEvent {
    /// Notices for the owner.
    Told(Vec<Notice>),
    /// A link is connected.
    Up(Link),
    /// Everything that can be done now is done; see [`Carrier::is_quiet`]. Reported each time this state is reached.
    Quiet,
    /// A link is not connected, and will be tried again.
    Down {
        /// The link that is down.
        link: Link,
        /// The reason that it is down.
        error: NetError,
        /// Time until the next attempt.
        retry_in: Duration,
    },
}

/// The connections of one phone.
///
/// It stores no message of its own: if it is dropped, the next carrier sends everything unfinished again.
pub struct Carrier {
    named: LinkState,
    nameless: LinkState,
    failures: u32,
    /// True if nothing has arrived since everything that could be sent was sent.
    at_rest: bool,
    /// True once that was reported.
    quiet: bool,
    /// The relay's last word on the named link.
    farewell: Option<NetError>,
    /// Time of the last event that made progress.
    stirred: Instant,
}

impl Default for Carrier {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Carrier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Carrier")
    }
}

impl Carrier {
    /// Starts disconnected; the first [`next`](Self::next) connects.
    #[must_use]
    pub fn new() -> Self {
        let at_once = Instant::now();
        Self {
            named: LinkState::Down(at_once),
            nameless: LinkState::Down(at_once),
            failures: 0,
            at_rest: false,
            quiet: false,
            farewell: None,
            stirred: at_once,
        }
    }

    /// Carries frames until there is something to report. Call this repeatedly; work given to the phone in between
    /// is sent by the next call. Cancel-safe.
    ///
    /// # Errors
    /// [`PhoneError`] if the phone could not store something; the connections are then closed.
    pub async fn next(
        &mut self,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
    ) -> Result<CarrierEvent, PhoneError> {
        self.next_with(phone, rng, &Shipped).await
    }

    /// Carries frames until there is something to report, as this software makes and takes them; see
    /// [`next`](Self::next). Cancel-safe.
    ///
    /// # Errors
    /// [`PhoneError`] if the phone could not store something; the connections are then closed.
    pub async fn next_with(
        &mut self,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<CarrierEvent, PhoneError> {
        loop {
            match self.turn(phone, rng, software).await {
                Ok(None) => {}
                Ok(Some(event)) => return Ok(event),
                Err(error) => {
                    self.drop_line(Link::Named, phone, Duration::ZERO);
                    self.drop_line(Link::Nameless, phone, Duration::ZERO);
                    return Err(error);
                }
            }
        }
    }

    /// Returns true if everything that can be done now is done: the links that are needed are ready, all waiting
    /// messages have arrived, and the relay has accepted all that can be sent. Work given to the phone since the
    /// last [`next`](Self::next) does not count.
    ///
    /// # Errors
    /// [`PhoneError::Storage`].
    pub fn is_quiet(&self, phone: &Phone) -> Result<bool, PhoneError> {
        let connected =
            phone.is_ready(Link::Named) && (phone.is_ready(Link::Nameless) || !phone.wants_nameless()?);
        Ok(self.at_rest && connected && phone.is_settled())
    }

    /// Returns the time since anything arrived other than a sign of life. A frame still arriving counts, however slow
    /// the line.
    #[must_use]
    pub fn idle(&self) -> Duration {
        let receiving = [&self.named, &self.nameless]
            .into_iter()
            .any(|line| matches!(line, LinkState::Up(open) if !open.reader.is_idle()));
        if receiving { Duration::ZERO } else { self.stirred.elapsed() }
    }

    /// Closes the connections in order, so that the last bytes written are read.
    pub async fn close(mut self, phone: &mut Phone) {
        for link in [Link::Named, Link::Nameless] {
            if let LinkState::Up(open) = self.line(link) {
                // A relay that is gone receives no farewell, and nothing depends on the farewell.
                let _told = timeout(timeouts::FAREWELL, open.writer.close()).await;
            }
            phone.disconnected(link);
        }
    }

    /// Runs one round: dials, sends what is due, and waits for one event.
    async fn turn(
        &mut self,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Option<CarrierEvent>, PhoneError> {
        self.dial(phone, rng)?;
        for link in [Link::Named, Link::Nameless] {
            if let Err(error) = self.send(link, phone, rng, software).await? {
                return Ok(Some(self.failed(link, error, phone, rng)));
            }
        }
        self.at_rest = true;
        let quiet = self.is_quiet(phone)?;
        let was_quiet = std::mem::replace(&mut self.quiet, quiet);
        if quiet && !was_quiet {
            return Ok(Some(CarrierEvent::Quiet));
        }
        self.wait(phone, rng, software).await
    }

    async fn wait(
        &mut self,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Option<CarrierEvent>, PhoneError> {
        let (link, event) = tokio::select! {
            event = self.named.next_event() => (Link::Named, event),
            event = self.nameless.next_event() => (Link::Nameless, event),
            () = sleep(TICK) => return Ok(None),
        };
        match event {
            LinkEvent::Opened(open) => {
                phone.connected(link, open.handshake_hash);
                *self.line(link) = LinkState::Up(open);
                self.stirred = Instant::now();
                Ok(Some(CarrierEvent::Up(link)))
            }
            LinkEvent::Frame(frame) => self.took(link, frame, phone, rng, software),
            LinkEvent::Failed(error) => Ok(Some(self.failed(link, error, phone, rng))),
        }
    }

    fn dial(&mut self, phone: &Phone, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        let due = |line: &LinkState| matches!(line, LinkState::Down(at) if *at <= Instant::now());
        let address = &phone.account().relay;
        if due(&self.named) {
            self.named = LinkState::dial(address, rng);
        }
        // The nameless link is opened when something is to be sent over it, and only once the named one works:
        // otherwise the same errors would be reported twice.
        if due(&self.nameless) && phone.is_ready(Link::Named) && phone.wants_nameless()? {
            self.nameless = LinkState::dial(address, rng);
        }
        Ok(())
    }

    async fn send(
        &mut self,
        link: Link,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Result<(), NetError>, PhoneError> {
        if let LinkState::Up(open) = self.line(link) {
            // Frames that an earlier round could not finish sending are sent first.
            if let Err(error) = Open::in_time(&open.signs, open.writer.flush()).await {
                return Ok(Err(error));
            }
            let mut frames = phone.outgoing_with(link, now(), rng, software)?;
            let works = !frames.is_empty();
            if open.is_quiet() {
                frames.extend(phone.ping(link));
            }
            if let Err(error) = deliver(open, &frames).await {
                return Ok(Err(error));
            }
            if !phone.is_asking(link) {
                open.unanswered = None;
            } else if open.unanswered.is_none() {
                open.unanswered = Some(Instant::now());
            }
            if works {
                self.stirred = Instant::now();
            }
        }
        Ok(Ok(()))
    }

    fn took(
        &mut self,
        link: Link,
        frame: RelayFrame,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
        software: &impl Software,
    ) -> Result<Option<CarrierEvent>, PhoneError> {
        if let LinkState::Up(open) = self.line(link) {
            // Any frame shows that the relay is alive; the next silence is counted from here.
            open.unanswered = None;
        }
        if !matches!(frame, RelayFrame::Pong(_)) {
            self.stirred = Instant::now();
        }
        if let RelayFrame::Goodbye(goodbye) = &frame {
            self.farewell = Some(NetError::Farewell(goodbye.reason));
        }
        (self.at_rest, self.quiet) = (false, false);
        let notices = phone.on_frame_with(link, frame, now(), rng, software)?;
        if phone.is_ready(link) {
            self.failures = 0;
        }
        Ok((!notices.is_empty()).then_some(CarrierEvent::Told(notices)))
    }

    fn failed(
        &mut self,
        link: Link,
        error: NetError,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
    ) -> CarrierEvent {
        let error = match (error, self.farewell.take()) {
            (NetError::Lost, Some(farewell)) => farewell,
            (error, _) => error,
        };
        self.failures = self.failures.saturating_add(1);
        let retry_in = timeouts::back_off(self.failures, rng);
        self.drop_line(link, phone, retry_in);
        CarrierEvent::Down { link, error, retry_in }
    }

    fn drop_line(&mut self, link: Link, phone: &mut Phone, retry_in: Duration) {
        phone.disconnected(link);
        *self.line(link) = LinkState::Down(Instant::now() + retry_in);
    }

    const fn line(&mut self, link: Link) -> &mut LinkState {
        match link {
            Link::Named => &mut self.named,
            Link::Nameless => &mut self.nameless,
        }
    }
}

async fn deliver(open: &mut Open, frames: &[ClientFrame]) -> Result<(), NetError> {
    if frames.is_empty() { Ok(()) } else { Open::in_time(&open.signs, open.writer.send(frames)).await }
}
