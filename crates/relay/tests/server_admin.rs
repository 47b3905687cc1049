//! The admin port: health, counters, and events for anyone who may read the data directory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::net::SocketAddr;
use std::path::Path;

use pillarbox_relay::server::metrics::METRICS;
use pillarbox_relay::server::{ADMIN_FILE, ServerConfig};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::server_running::{get, metric, rises, start};

fn config(data: &Path) -> ServerConfig {
    let mut config = ServerConfig::on_loopback(data.into());
    config.admin = Some(([127, 0, 0, 1], 0).into());
    config
}

fn token(data: &Path) -> String {
    std::fs::read_to_string(data.join(ADMIN_FILE)).unwrap().lines().nth(1).unwrap().to_owned()
}

async fn follow(address: SocketAddr, token: &str) -> Lines<BufReader<TcpStream>> {
    let narrow = TcpSocket::new_v4().unwrap();
    narrow.set_recv_buffer_size(4_096).unwrap();
    let mut stream = narrow.connect(address).await.unwrap();
    let request =
        format!("GET /passing HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(stream).lines();
    while !lines.next_line().await.unwrap().unwrap().is_empty() {}
    rises(address, "pillarbox_passing_followers").await;
    lines
}

async fn event(lines: &mut Lines<BufReader<TcpStream>>) -> Value {
    let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
    serde_json::from_str(&line).unwrap()
}

#[tokio::test]
async fn it_says_whether_the_relay_lives_and_what_it_counts() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(data.path())).await;
    let admin = relay.admin().unwrap();
    assert_eq!(get(admin, "/healthz", "").await, (200, "alive\n".to_owned()));
    assert_eq!(get(admin, "/readyz", "").await, (200, "ready\n".to_owned()));
    assert_eq!(get(admin, "/", "").await.0, 404);
    Link::open(relay.address()).await.register(1, None).await;
    assert_eq!(metric(admin, "pillarbox_frames_received_total").await, 1);
    assert_eq!(metric(admin, "pillarbox_connections_total").await, 1);
    relay.stop().await.unwrap();
    assert!(!data.path().join(ADMIN_FILE).exists());
}

#[tokio::test]
async fn every_metric_is_in_the_inventory() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(data.path())).await;
    let (_, body) = get(relay.admin().unwrap(), "/metrics", "").await;
    let mut shown = 0;
    for line in body.lines().filter(|line| !line.starts_with('#')) {
        // A label would be in braces and name a party by which the metric counts.
        let name = line.split(' ').next().unwrap().strip_prefix("pillarbox_").unwrap();
        assert!(METRICS.iter().any(|field| field.name == name), "{name} is not declared");
        shown += 1;
    }
    assert_eq!(shown, METRICS.len());
}

#[tokio::test]
async fn what_passes_is_for_whoever_may_read_the_data_directory() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(data.path())).await;
    let admin = relay.admin().unwrap();
    assert_eq!(get(admin, "/passing", "").await.0, 401);
    assert_eq!(get(admin, "/passing", "Authorization: Bearer 0123\r\n").await.0, 401);
    let mut stream = TcpStream::connect(admin).await.unwrap();
    stream.write_all(b"GET /metrics HTTP/1.0\r\nHost: rebound.example\r\n\r\n").await.unwrap();
    let status = BufReader::new(stream).lines().next_line().await.unwrap().unwrap();
    assert!(status.contains("403"), "{status}");
}

#[tokio::test]
async fn a_channel_is_taken_down_by_whoever_has_the_token_and_by_nobody_else() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(data.path())).await;
    let (admin, token) = (relay.admin().unwrap(), token(data.path()));
    let asked = async |method: &str, name: &str, token: &str| {
        let mut stream = TcpStream::connect(admin).await.unwrap();
        let head = format!("{method} /takedown/{name} HTTP/1.0\r\nHost: {admin}\r\n");
        let request = format!("{head}Authorization: Bearer {token}\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let status = BufReader::new(stream).lines().next_line().await.unwrap().unwrap();
        status.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(asked("POST", "harbour_news", "0123").await, "401");
    assert_eq!(asked("GET", "harbour_news", &token).await, "405");
    // Most of these are not names of channels, and one is a name that no channel has.
    for name in ["harbour_news", "X", "%40harbour", "..%2f..", "%ff"] {
        assert!(["404", "400"].contains(&&*asked("POST", name, &token).await), "{name}");
    }
    assert_eq!(get(admin, "/readyz", "").await.0, 200);
    relay.stop().await.unwrap();
}

#[tokio::test]
async fn a_follower_sees_what_passes_from_then_on() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(data.path())).await;
    let mut link = Link::open(relay.address()).await;
    let phone = link.register(1, None).await;
    let mut lines = follow(relay.admin().unwrap(), &token(data.path())).await;
    link.submit(phone.address, b"seen from outside").await;
    let seen = event(&mut lines).await;
    assert_eq!(seen["v"], 1);
    assert_eq!(seen["frame"], "Submit");
    assert_eq!(seen["from"], phone.address.to_string());
    assert_eq!(seen["bytes"], 17);
    assert!(!seen.to_string().contains("seen from outside"));
    relay.stop().await.unwrap();
    while timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().is_some() {}
}

#[tokio::test]
async fn a_slow_follower_is_told_what_it_missed_and_holds_nobody_up() {
    let data = tempfile::tempdir().unwrap();
    let relay = start(config(data.path())).await;
    let mut link = Link::open(relay.address()).await;
    link.register(1, None).await;
    let mut lines = follow(relay.admin().unwrap(), &token(data.path())).await;
    // These are more events than fit the ring and the sockets. The follower reads nothing meanwhile.
    for _ in 0..160 {
        let pings: Vec<_> = (0..250)
            .map(|_| pillarbox_wire::ClientFrame::Ping(pillarbox_wire::Ping { request: link.request() }))
            .collect();
        link.writer.send(&pings).await.unwrap();
        for _ in &pings {
            link.receive().await;
        }
    }
    let mut missed = 0;
    let mut seen = 0;
    while missed == 0 {
        match event(&mut lines).await["missed"].as_u64() {
            Some(count) => missed = count,
            None => seen += 1,
        }
        assert!(seen < 40_000, "nothing was missed");
    }
}
use pillarbox_testkit::PATIENCE;
use pillarbox_testkit::link::Link;
