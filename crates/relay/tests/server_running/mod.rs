//! A relay in this process, and questions to its admin port.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed expectation is a failed test")]

use std::net::SocketAddr;
use std::time::Duration;

use pillarbox_relay::server::{RelayServer, Running, ServerConfig};
use pillarbox_testkit::PATIENCE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub(crate) async fn start(config: ServerConfig) -> Running {
    RelayServer::start(config).await.unwrap()
}

/// Asks the admin port. Returns the status code and the body.
pub(crate) async fn get(address: SocketAddr, path: &str, headers: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// Returns one of the relay's counters.
pub(crate) async fn metric(address: SocketAddr, name: &str) -> u64 {
    let (_, body) = get(address, "/metrics", "").await;
    let line = body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap();
    line.parse().unwrap()
}

/// Waits until a counter is no longer zero.
pub(crate) async fn rises(address: SocketAddr, name: &str) {
    let risen = async {
        while metric(address, name).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, risen).await.unwrap_or_else(|_| panic!("{name} stays 0"));
}
