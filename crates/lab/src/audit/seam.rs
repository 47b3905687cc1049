//! The seam between a phone of the audit and its connections. Every payload is seen here as it is submitted and as it
//! is delivered, and the audit's self-test changes it here.
//!
//! The program `pillarbox` has no such seam, and must have none. The phones here are its engine, carried by the code
//! below over real connections to a real relay.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pillarbox_client::net::{NetError, now};
use pillarbox_client::{Link, Notice, Phone};
use pillarbox_transport::{Reader, Writer, connect};
use pillarbox_wire::{Bytes, ClientFrame, RelayFrame};
use rand_core::CryptoRng;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::error::AuditError;

/// The interval at which the phone is asked whether something has become due merely because time has passed.
const TICK: Duration = Duration::from_millis(50);

/// A change to a payload before it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Appends bytes.
    Append(Vec<u8>),
    /// Replaces its last bytes, most of which are padding.
    Overwrite(Vec<u8>),
}

impl Patch {
    fn applied_to(&self, payload: &[u8]) -> Vec<u8> {
        match self {
            Self::Append(bytes) => [payload, bytes].concat(),
            Self::Overwrite(bytes) => {
                let kept = payload.len().saturating_sub(bytes.len());
                [payload.get(..kept).unwrap_or_default(), bytes].concat()
            }
        }
    }
}

/// The changes to payloads. With them, the phone at the other end can receive the original.
#[derive(Clone, Debug, Default)]
pub(super) struct Patched(Arc<Mutex<HashMap<Vec<u8>, Vec<u8>>>>);

impl Patched {
    fn note(&self, patched: &[u8], written: Vec<u8>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(patched.to_vec(), written);
    }

    fn taken_back(&self, payload: &[u8]) -> Option<Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(payload).cloned()
    }
}

/// An event at a seam.
pub(super) enum Event {
    /// A link is connected.
    Up(Link),
    /// The phone's notices to its owner.
    Told(Vec<Notice>),
    /// Everything that can be done now is done.
    Quiet,
    /// That was so already, and nothing has come since.
    Idle,
}

struct Open {
    reader: Reader<ReadHalf<TcpStream>>,
    writer: Writer<WriteHalf<TcpStream>>,
}

/// The connections of one phone, and the payloads that have passed them.
#[derive(Default)]
pub(super) struct Seam {
    named: Option<Open>,
    nameless: Option<Open>,
    quiet: bool,
    /// The change to each payload that is submitted.
    pub(super) patch: Option<Patch>,
    pub(super) patched: Patched,
    /// Payloads as submitted.
    pub(super) submitted: Vec<Vec<u8>>,
    /// Payloads as delivered.
    pub(super) delivered: Vec<Vec<u8>>,
}

impl Seam {
    /// Carries frames until it has an event to report.
    pub(super) async fn next(
        &mut self,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
    ) -> Result<Event, AuditError> {
        loop {
            if let Some(link) = self.to_open(phone)? {
                *self.line(link) = Some(open(phone, link, rng).await?);
                return Ok(Event::Up(link));
            }
            for link in [Link::Named, Link::Nameless] {
                self.send(link, phone, rng).await?;
            }
            let quiet = self.is_quiet(phone)?;
            let was_quiet = std::mem::replace(&mut self.quiet, quiet);
            if quiet && !was_quiet {
                return Ok(Event::Quiet);
            }
            let (link, frame) = tokio::select! {
                frame = receive(self.named.as_mut()) => (Link::Named, frame?),
                frame = receive(self.nameless.as_mut()) => (Link::Nameless, frame?),
                () = sleep(TICK) => if quiet { return Ok(Event::Idle) } else { continue },
            };
            self.quiet = false;
            let frame = self.came(frame);
            let notices = phone.on_frame(link, frame, now(), rng)?;
            if !notices.is_empty() {
                return Ok(Event::Told(notices));
            }
        }
    }

    /// Ends the connections.
    pub(super) async fn hang_up(&mut self, phone: &mut Phone) {
        for link in [Link::Named, Link::Nameless] {
            if let Some(mut open) = self.line(link).take() {
                // A relay that is gone cannot receive a goodbye, and nothing depends on it.
                let _told = open.writer.close().await;
            }
            phone.disconnected(link);
        }
        self.quiet = false;
    }

    const fn line(&mut self, link: Link) -> &mut Option<Open> {
        match link {
            Link::Named => &mut self.named,
            Link::Nameless => &mut self.nameless,
        }
    }

    fn to_open(&self, phone: &Phone) -> Result<Option<Link>, AuditError> {
        Ok(if self.named.is_none() {
            Some(Link::Named)
        } else if self.nameless.is_none() && phone.is_ready(Link::Named) && phone.wants_nameless()? {
            Some(Link::Nameless)
        } else {
            None
        })
    }

    fn is_quiet(&self, phone: &Phone) -> Result<bool, AuditError> {
        let connected =
            phone.is_ready(Link::Named) && (phone.is_ready(Link::Nameless) || !phone.wants_nameless()?);
        Ok(connected && phone.is_settled())
    }

    async fn send(
        &mut self,
        link: Link,
        phone: &mut Phone,
        rng: &mut impl CryptoRng,
    ) -> Result<(), AuditError> {
        if self.line(link).is_none() {
            return Ok(());
        }
        let mut frames = phone.outgoing(link, now(), rng)?;
        for frame in &mut frames {
            if let ClientFrame::Submit(submit) = frame {
                self.goes(&mut submit.payload);
            }
        }
        match self.line(link) {
            Some(open) if !frames.is_empty() => {
                open.writer.send(&frames).await.map_err(|error| NetError::from(error).into())
            }
            _ => Ok(()),
        }
    }

    fn goes(&mut self, payload: &mut Bytes) {
        if let Some(patch) = &self.patch {
            let patched = patch.applied_to(payload.as_slice());
            self.patched.note(&patched, payload.as_slice().to_vec());
            *payload = Bytes(patched);
        }
        self.submitted.push(payload.as_slice().to_vec());
    }

    fn came(&mut self, mut frame: RelayFrame) -> RelayFrame {
        if let RelayFrame::Deliver(deliver) = &mut frame {
            self.delivered.push(deliver.payload.as_slice().to_vec());
            if let Some(written) = self.patched.taken_back(deliver.payload.as_slice()) {
                deliver.payload = Bytes(written);
            }
        }
        frame
    }
}

async fn open(phone: &mut Phone, link: Link, rng: &mut impl CryptoRng) -> Result<Open, AuditError> {
    let address = phone.account().relay.clone();
    let unreachable = |error: std::io::Error| NetError::Unreachable(error.kind());
    let stream = TcpStream::connect((address.host(), address.port())).await.map_err(unreachable)?;
    stream.set_nodelay(true).map_err(unreachable)?;
    let channel = connect(stream, address.key(), rng).await.map_err(NetError::from)?;
    phone.connected(link, *channel.handshake_hash());
    let (reader, writer) = channel.split();
    Ok(Open { reader, writer })
}

/// Returns the next frame. Without a connection, it never returns.
async fn receive(open: Option<&mut Open>) -> Result<RelayFrame, AuditError> {
    match open {
        None => std::future::pending().await,
        Some(open) => match open.reader.receive().await {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) => Err(NetError::Lost.into()),
            Err(error) => Err(NetError::from(error).into()),
        },
    }
}
