//! One phone for as long as its relay lives: connected, saying what there is to say, until the connection breaks.
//!
//! The frames are carried here and not by the client's own carrier, so that it is known at every moment which of
//! them are under way. They are the engine's own, and so is all that follows from them.

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

/// How often a phone is asked for what has become due with time alone.
const TICK: Duration = Duration::from_millis(200);

/// What became of a phone's frames while its relay lived.
#[derive(Debug, Default)]
pub(crate) struct Life {
    /// Whether the relay had taken the phone for what it is.
    pub(crate) authenticated: bool,
    /// Submissions without an answer.
    pub(crate) unanswered: usize,
    /// Submissions that the relay said were accepted.
    pub(crate) accepted: i64,
    /// Messages that came.
    pub(crate) delivered: Vec<MessageId>,
}

/// Whose life it is: has something to say, and hears what the phone tells.
pub(crate) trait Owner {
    /// Asked before each round of frames.
    fn speak(&mut self, phone: &mut Phone, rng: &mut StdRng);
    /// Told what the phone tells.
    fn hear(&mut self, notice: &Notice);
    /// Told each time the relay has accepted something.
    fn accepted(&mut self);
}

/// The connection broke, or there never was one.
struct Over;

struct Line {
    reader: Reader<ReadHalf<TcpStream>>,
    writer: Writer<WriteHalf<TcpStream>>,
}

/// Connects a phone and carries its frames until the relay is gone.
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
