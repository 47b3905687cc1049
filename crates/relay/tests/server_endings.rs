//! Endings of connections: a peer that can still be told is told why, and never at the cost of the others.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::time::{Duration, Instant};

use pillarbox_relay::server::{Running, ServerConfig};
use pillarbox_testkit::PATIENCE;
use pillarbox_testkit::frames::submission;
use pillarbox_testkit::link::{Link, socket};
use pillarbox_wire::{Encoded, Farewell, Ping, RelayFrame};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::server_running::{rises, start};

fn config(data: &tempfile::TempDir) -> ServerConfig {
    let mut config = ServerConfig::on_loopback(data.path().into());
    config.admin = Some(([127, 0, 0, 1], 0).into());
    config
}

/// Returns the reason of the goodbye that follows, and checks that the stream ends after it.
async fn farewell(link: &mut Link) -> Farewell {
    let frame = link.receive().await;
    let Some(RelayFrame::Goodbye(goodbye)) = frame else { panic!("{frame:?}") };
    assert_eq!(link.receive().await, None);
    goodbye.reason
}

async fn works(relay: &Running) {
    let mut link = Link::open(relay.address()).await;
    let request = link.request();
    let answer = link.ask(pillarbox_wire::ClientFrame::Ping(Ping { request })).await;
    assert!(matches!(answer, RelayFrame::Pong(_)));
}

/// Waits until the relay closes a stream on which it sends nothing.
async fn closed(mut stream: TcpStream) {
    let mut rest = Vec::new();
    // A reset counts as a close too.
    timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("still open").ok();
}

#[tokio::test]
async fn a_stop_says_goodbye_to_everybody() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(&data)).await;
    let mut links = Vec::new();
    for seed in 0..20 {
        let mut link = Link::open(relay.address()).await;
        if seed % 2 == 0 {
            link.register(seed, None).await;
        }
        links.push(link);
    }
    let address = relay.address().clone();
    let began = Instant::now();
    let stopping = tokio::spawn(relay.stop());
    for link in &mut links {
        assert_eq!(farewell(link).await, Farewell::Stopping);
    }
    drop(links);
    stopping.await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(TcpStream::connect(socket(&address)).await.is_err());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_phones_that_do_not_listen() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(&data)).await;
    let deaf = Link::open(relay.address()).await;
    let silent = TcpStream::connect(socket(relay.address())).await.unwrap();
    timeout(Duration::from_secs(10), relay.stop()).await.unwrap().unwrap();
    drop((deaf, silent));
}

#[tokio::test]
async fn silence_ends_with_a_goodbye() {
    let data = tempfile::tempdir().unwrap();
    let mut config = config(&data);
    config.timeouts.idle = Duration::from_millis(300);
    let relay = start(config).await;
    let mut link = Link::open(relay.address()).await;
    link.register(1, None).await;
    assert_eq!(farewell(&mut link).await, Farewell::Idle);
    rises(relay.admin().unwrap(), "pillarbox_connections_idle_total").await;
}

#[tokio::test]
async fn a_half_open_handshake_is_closed_in_time() {
    let data = tempfile::tempdir().unwrap();
    let mut config = config(&data);
    config.timeouts.handshake = Duration::from_millis(200);
    let relay = start(config).await;
    closed(TcpStream::connect(socket(relay.address())).await.unwrap()).await;
    rises(relay.admin().unwrap(), "pillarbox_handshakes_failed_total").await;
    works(&relay).await;
}

#[tokio::test]
async fn garbage_instead_of_a_handshake_is_closed() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(&data)).await;
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0; 64], &[0xff; 4_096]] {
        let mut stream = TcpStream::connect(socket(relay.address())).await.unwrap();
        // The relay may close before all of it is written.
        stream.write_all(garbage).await.ok();
        closed(stream).await;
    }
    works(&relay).await;
}

#[derive(Serialize, Deserialize)]
struct NoFrame([u8; 16]);

impl Encoded for NoFrame {
    const VERSION: u8 = 0xee;
    const MAX_LEN: usize = 64;
}

#[tokio::test]
async fn what_is_no_frame_ends_with_a_goodbye() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(&data)).await;
    let mut link = Link::open(relay.address()).await;
    link.writer.send([&NoFrame([0; 16])]).await.unwrap();
    assert_eq!(farewell(&mut link).await, Farewell::Unreadable);
    works(&relay).await;
}

#[tokio::test]
async fn the_older_of_two_connections_of_a_device_is_told() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(&data)).await;
    let mut first = Link::open(relay.address()).await;
    let phone = first.register(1, None).await;
    let mut second = Link::open(relay.address()).await;
    second.authenticate(&phone).await;
    assert_eq!(farewell(&mut first).await, Farewell::Replaced);
}

#[tokio::test]
async fn one_connection_too_many_is_told_so() {
    let data = tempfile::tempdir().unwrap();
    let mut config = config(&data);
    config.settings.limits.connections_per_address = 2;
    let relay = start(config).await;
    let held = [Link::open(relay.address()).await, Link::open(relay.address()).await];
    let stream = TcpStream::connect(socket(relay.address())).await.unwrap();
    let mut third = Link::secure(stream, relay.address()).await;
    assert_eq!(farewell(&mut third).await, Farewell::TooMany);
    drop(held);
    rises(relay.admin().unwrap(), "pillarbox_connections_refused_total").await;
}

#[tokio::test]
async fn a_phone_that_never_reads_is_cut_off_and_loses_nothing() {
    const MESSAGES: u32 = 120;
    const AT_ONCE: u32 = 20;
    let data = tempfile::tempdir().unwrap();
    let mut config = config(&data);
    config.timeouts.write = Duration::from_millis(300);
    // A window that these sockets' buffers cannot take, so that the relay has to wait for the phone.
    config.settings.limits.window_bytes = 64 << 20;
    let relay = start(config).await;
    let admin = relay.admin().unwrap();
    let recipient = Link::open(relay.address()).await.register(2, None).await;
    let narrow = TcpSocket::new_v4().unwrap();
    narrow.set_recv_buffer_size(4_096).unwrap();
    let stream = narrow.connect(socket(relay.address())).await.unwrap();
    let mut deaf = Link::secure(stream, relay.address()).await;
    deaf.receive().await;
    deaf.authenticate(&recipient).await;

    let mut alice = Link::open(relay.address()).await;
    alice.register(1, None).await;
    for _ in 0..MESSAGES / AT_ONCE {
        let submissions: Vec<_> = (0..AT_ONCE)
            .map(|_| submission(alice.request(), recipient.address, None, &[7; 40_000]))
            .collect();
        alice.writer.send(&submissions).await.unwrap();
        for _ in &submissions {
            let answer = alice.receive().await;
            assert!(matches!(answer, Some(RelayFrame::Accepted(_))), "{answer:?}");
        }
    }
    rises(admin, "pillarbox_connections_too_slow_total").await;
    works(&relay).await;
    let mut bob = Link::open(relay.address()).await;
    assert_eq!(bob.authenticate(&recipient).await, MESSAGES);
}
