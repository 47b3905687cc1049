//! One phone during one life of its relay: it connects and talks until the connection breaks.
//!
//! This module carries the frames instead of the client's own carrier, so that the test knows at every moment which
//! frames are in transit. The frames and all their effects are the engine's own.

use std::convert::Infallible;
use std::time::Duration;

use pillarbox_client::net::now;
use pillarbox_client::{Link, Notice, Phone};
use pillarbox_transport::{Reader, RelayAddress, Writer, connect};
use pillarbox_wire::{ClientFrame, MessageId, RelayFrame};
use rand::rngs::StdRng;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// The interval at which a phone is asked for what has become due by time alone.
const TICK: Duration = Duration::from_millis(200);

/// The fate of a phone's frames during one life of its relay.
#[derive(Debug, Default)]
pub(crate) struct Life {
    /// True if the relay had authenticated the phone.
    pub(crate) authenticated: bool,
    /// The number of submissions without an answer.
    pub(crate) unanswered: usize,
    /// The number of submissions that the relay accepted.
    pub(crate) accepted: i64,
    /// The messages that the phone received.
    pub(crate) delivered: Vec<MessageId>,
}

/// The phone's owner, who writes texts and sees the phone's notices.
pub(crate) trait Owner {
    /// Speaks before each round of frames.
    fn speak(&mut self, phone: &mut Phone, rng: &mut StdRng);
    /// Hears a notice of the phone.
    fn hear(&mut self, notice: &Notice);
    /// Hears that the relay has accepted a message.
    fn accepted(&mut self);
}

/// The end of a connection, or the failure to get one.
struct Over;

struct Line {
    reader: Reader<ReadHalf<TcpStream>>,
    writer: Writer<WriteHalf<TcpStream>>,
}

/// Connects a phone and carries its frames until the relay has ended.
pub(crate) async fn live(phone: &mut Phone, owner: &mut impl Owner, rng: &mut StdRng) -> Life {
    let mut life = Life::default();
    let Err(Over) = carry(phone, owner, rng, &mut life).await;
    phone.disconnected(Link::Named);
    phone.disconnected(Link::Nameless);
    life
}

async fn carry(
    phone: &mut Phone,
    owner: &mut impl Owner,
    rng: &mut StdRng,
    life: &mut Life,
) -> Result<Infallible, Over> {
    let mut named = dial(phone, Link::Named, rng).await?;
    let mut nameless = None;
    loop {
        owner.speak(phone, rng);
        if nameless.is_none() && phone.is_ready(Link::Named) && phone.wants_nameless().unwrap() {
            nameless = Some(dial(phone, Link::Nameless, rng).await?);
        }
        send(phone, Link::Named, &mut named, rng, life).await?;
        if let Some(line) = &mut nameless {
            send(phone, Link::Nameless, line, rng, life).await?;
        }
        let nameless_frame = async {
            match &mut nameless {
                Some(line) => line.reader.receive().await,
                None => std::future::pending().await,
            }
        };
        let (link, received) = tokio::select! {
            frame = named.reader.receive() => (Link::Named, frame),
            frame = nameless_frame => (Link::Nameless, frame),
            () = sleep(TICK) => continue,
        };
        let Ok(Some(frame)) = received else { return Err(Over) };
        match &frame {
            RelayFrame::Authenticated(_) => life.authenticated = true,
            RelayFrame::Accepted(_) => {
                life.unanswered -= 1;
                life.accepted += 1;
                owner.accepted();
            }
            RelayFrame::Deliver(deliver) => life.delivered.push(deliver.message),
            RelayFrame::Refused(refused) => panic!("within the limits nothing is refused: {refused:?}"),
            _ => {}
        }
        for notice in phone.on_frame(link, frame, now(), rng).unwrap() {
            owner.hear(&notice);
        }
    }
}

async fn dial(phone: &mut Phone, link: Link, rng: &mut StdRng) -> Result<Line, Over> {
    let address: &RelayAddress = &phone.account().relay;
    let stream = TcpStream::connect((address.host(), address.port())).await.map_err(|_| Over)?;
    stream.set_nodelay(true).map_err(|_| Over)?;
    let channel = connect(stream, address.key(), rng).await.map_err(|_| Over)?;
    phone.connected(link, *channel.handshake_hash());
    let (reader, writer) = channel.split();
    Ok(Line { reader, writer })
}

async fn send(
    phone: &mut Phone,
    link: Link,
    line: &mut Line,
    rng: &mut StdRng,
    life: &mut Life,
) -> Result<(), Over> {
    let frames = phone.outgoing(link, now(), rng).unwrap();
    life.unanswered += frames.iter().filter(|frame| matches!(frame, ClientFrame::Submit(_))).count();
    if frames.is_empty() { Ok(()) } else { line.writer.send(&frames).await.map_err(|_| Over) }
}
