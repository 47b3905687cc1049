//! Peers that tie up a relay's resources: connections, buffers, time.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use pillarbox_relay::limits::CONNECTIONS_PER_ADDRESS;
use pillarbox_testkit::PATIENCE;
use pillarbox_testkit::link::Link;
use pillarbox_wire::{Farewell, Goodbye, RelayFrame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::floods;
use super::peer::{self, Front, ping};
use super::relay::metric;

/// The outcome of an attack, and the resources that it still holds open.
pub(crate) struct Attacked {
    pub(crate) outcome: String,
    pub(crate) held: Box<dyn Any + Send>,
}

impl Attacked {
    pub(crate) fn done(outcome: String) -> Self {
        Self { outcome, held: Box::new(()) }
    }
}

/// A function that runs an attack.
type Attack = fn(Front) -> Pin<Box<dyn Future<Output = Attacked>>>;

/// Every attack, with its name.
pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("400 that connect and say nothing", |front| Box::pin(half_open(front))),
    ("200 that send a byte every 10 ms", |front| Box::pin(slow_senders(front))),
    ("256 that begin a record of 64 KiB and do not end it", |front| Box::pin(unended_records(front))),
    ("300 more connections than an address may have", |front| Box::pin(too_many(front))),
    ("2,000 handshakes, 64 at a time", |front| Box::pin(floods::handshakes(front))),
    ("500 that send noise, before or after the handshake", |front| Box::pin(floods::noise(front))),
    ("200 frames too large or absurd", |front| Box::pin(floods::oversized(front))),
    ("400 registrations from one address, 40 from each of 10", |front| {
        Box::pin(floods::registrations(front))
    }),
    ("one account that fills another's mailbox", |front| Box::pin(floods::quota(front))),
    ("64 that never read, one with a full mailbox", |front| Box::pin(never_reads(front))),
    ("one that follows what passes and never reads", |front| Box::pin(deaf_follower(front))),
];

/// The longest wait for a write to a relay that no longer reads.
const BLOCKED: Duration = Duration::from_millis(300);

async fn half_open(front: Front) -> Attacked {
    let mut ends = JoinSet::new();
    for _ in 0..400 {
        let stream = front.dial(2).await.unwrap();
        ends.spawn(ended(stream));
    }
    let closed = ends.join_all().await.len();
    Attacked::done(format!("the relay closed {closed}"))
}

/// Waits until the relay has closed a connection, and ignores what it sends before.
pub(crate) async fn ended(mut stream: TcpStream) {
    let mut rest = Vec::new();
    // A connection that is cut has ended too.
    let _how = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("the relay does not close it");
}

async fn slow_senders(front: Front) -> Attacked {
    let mut senders = JoinSet::new();
    for _ in 0..200 {
        let front = front.clone();
        senders.spawn(async move {
            let (mut stream, mut established) =
                front.secure(front.dial(3).await.unwrap()).await.unwrap().into_parts();
            for byte in established.sealer.seal([&ping()]).unwrap() {
                stream.write_all(&[byte]).await.unwrap();
                sleep(Duration::from_millis(10)).await;
            }
            let mut answers = vec![0; 4_096];
            loop {
                while let Some(frame) = established.opener.next_frame().unwrap() {
                    if matches!(frame, RelayFrame::Pong(_)) {
                        return;
                    }
                }
                let count = timeout(PATIENCE, stream.read(&mut answers)).await.expect("an answer").unwrap();
                assert!(count > 0, "closed before its frame was answered");
                established.opener.feed(&answers[..count]);
            }
        });
    }
    Attacked::done(format!("{} answered in the end", senders.join_all().await.len()))
}

async fn unended_records(front: Front) -> Attacked {
    let mut held = Vec::new();
    let record = [&u16::MAX.to_be_bytes()[..], &[0x41; 65_000]].concat();
    for _ in 0..CONNECTIONS_PER_ADDRESS {
        let (mut stream, _) = front.secure(front.dial(4).await.unwrap()).await.unwrap().into_parts();
        stream.write_all(&record).await.unwrap();
        held.push(stream);
    }
    let bytes = held.len() * record.len() / (1 << 20);
    Attacked { outcome: format!("{} held, {bytes} MiB begun", held.len()), held: Box::new(held) }
}

async fn too_many(front: Front) -> Attacked {
    let mut held: Vec<Link> = Vec::new();
    for _ in 0..CONNECTIONS_PER_ADDRESS {
        held.push(front.link(5).await);
    }
    let (mut told, mut cut) = (0, 0);
    let mut rest = JoinSet::new();
    for _ in 0..300 {
        let front = front.clone();
        rest.spawn(async move {
            let Ok(stream) = front.dial(5).await else { return false };
            let Ok(channel) = front.secure(stream).await else { return false };
            let (mut reader, _writer) = channel.split();
            let too_many = RelayFrame::Goodbye(Goodbye { reason: Farewell::TooMany });
            matches!(timeout(PATIENCE, reader.receive::<RelayFrame>()).await, Ok(Ok(Some(frame))) if frame == too_many)
        });
    }
    for was_told in rest.join_all().await {
        if was_told { told += 1 } else { cut += 1 }
    }
    assert!(told > 0, "nobody was told why");
    Attacked {
        outcome: format!("{} held, {told} told why not, {cut} cut off", held.len()),
        held: Box::new(held),
    }
}

async fn never_reads(front: Front) -> Attacked {
    let mut held = Vec::new();
    let mut sent = 0;
    for _ in 0..63 {
        let mut link = front.welcomed(front.dial_with(10, Some(4_096)).await.unwrap()).await;
        let pings = vec![ping(); 64];
        for _ in 0..20 {
            match timeout(BLOCKED, link.writer.send(&pings)).await {
                Ok(Ok(())) => sent += pings.len(),
                _ => break,
            }
        }
        held.push(link);
    }
    // Another attack has filled this mailbox.
    let mut link = front.welcomed(front.dial_with(10, Some(4_096)).await.unwrap()).await;
    let RelayFrame::Registered(victim) = peer::register(&mut link, floods::VICTIM).await else {
        panic!("no account")
    };
    let mut link = front.welcomed(front.dial_with(10, Some(4_096)).await.unwrap()).await;
    peer::authenticate(&mut link, floods::VICTIM, victim.address).await;
    held.push(link);
    let held_open = metric(front.admin, "pillarbox_connections_open");
    Attacked {
        outcome: format!("{sent} questions sent, no answer read; {held_open} connections open"),
        held: Box::new(held),
    }
}

async fn deaf_follower(front: Front) -> Attacked {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut follower = socket.connect(front.admin).await.unwrap();
    let (admin, token) = (front.admin, &front.token);
    let request = format!("GET /passing HTTP/1.1\r\nHost: {admin}\r\nAuthorization: Bearer {token}\r\n\r\n");
    follower.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 15];
    timeout(PATIENCE, follower.read_exact(&mut status)).await.expect("an answer").unwrap();
    assert_eq!(&status, b"HTTP/1.1 200 OK");

    let mut link = front.link(11).await;
    let pings = vec![ping(); 32];
    let mut answered = 0;
    for _ in 0..400 {
        link.writer.send(&pings).await.unwrap();
        for _ in &pings {
            let answer = link.receive_if_any().await;
            assert!(matches!(answer, Some(RelayFrame::Pong(_))), "{answer:?}");
            answered += 1;
        }
    }
    assert_eq!(metric(front.admin, "pillarbox_passing_followers"), 1);
    Attacked {
        outcome: format!("{answered} events passed it, all answered"),
        held: Box::new((follower, link)),
    }
}
