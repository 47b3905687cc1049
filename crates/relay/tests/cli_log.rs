//! The log is retained data: every field of every line is declared, and no line names anybody.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::server::log::{ADDED_BY_TRACING, LOG};
use pillarbox_testkit::program::Ended;
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::cli_program::start;

/// Runs a relay with everything that it can log at `level`, and returns its lines.
async fn log(level: &str) -> (Vec<Map<String, Value>>, String) {
    let data = tempfile::tempdir().unwrap();
    let relay = start(data.path(), &["--log-format", "json", "--log-level", level]);
    let mut alice = Link::open(&relay.parsed_address()).await;
    let own = alice.register(1, Some("+447700900001")).await;
    alice.submit(own.address, b"nothing of this is for the log").await;
    let mut stranger = TcpStream::connect(socket(&relay.parsed_address())).await.unwrap();
    stranger.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    // The relay closes the connection once it has seen that this is not a phone. The system decides how the
    // connection ends.
    stranger.read_to_end(&mut Vec::new()).await.ok();
    drop((alice, stranger));
    relay.signal("TERM");
    let Ended { err, .. } = relay.finish();
    for secret in ["127.0.0.1", "447700900001", "nothing of this", &own.address.account.to_string()] {
        assert!(!err.contains(secret), "{secret} is in the log:\n{err}");
    }
    (err.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), err)
}

#[tokio::test]
async fn every_field_is_in_the_inventory() {
    let (lines, err) = log("debug").await;
    for name in lines.iter().flat_map(Map::keys) {
        let declared = LOG.iter().any(|field| field.name == name);
        assert!(declared || ADDED_BY_TRACING.contains(&name.as_str()), "{name} is not declared:\n{err}");
    }
    // The test makes sure that it has lines to check: one of each kind that this run must have written.
    for message in
        ["the relay is ready", "a connection was opened", "a handshake failed", "the relay has stopped"]
    {
        assert!(lines.iter().any(|line| line["message"] == message), "{message}:\n{err}");
    }
}

#[tokio::test]
async fn at_info_level_no_line_is_about_a_connection() {
    let (lines, err) = log("info").await;
    assert!(!lines.is_empty());
    for line in lines {
        assert!(!line.contains_key("connection") && !line.contains_key("peer"), "{err}");
    }
}

/// Several signals arrive if a terminal and a service manager both send one.
#[test]
fn a_relay_that_is_told_to_stop_says_that_it_has_however_often_it_is_told() {
    let mut codes = std::collections::BTreeSet::new();
    for signals in [1, 2, 2, 2, 2, 2, 2, 3] {
        let data = tempfile::tempdir().unwrap();
        let relay = start(data.path(), &[]);
        (0..signals).for_each(|_| relay.signal("TERM"));
        let Ended { status, err, .. } = relay.finish();
        assert_eq!(err.matches("the relay has stopped").count(), 1, "{signals}: {err}");
        codes.extend(status.code());
    }
    assert!(codes.iter().all(|code| [0, 130].contains(code)), "{codes:?}");
}

/// A lock that somebody removed is created again, and a line says so. A first start has no lock, and no line says
/// so.
#[test]
fn a_lock_that_is_missing_beside_a_database_is_told() {
    let data = tempfile::tempdir().unwrap();
    let says = "the file `lock` was missing beside the database, and was made anew";
    let start = || {
        let relay = start(data.path(), &[]);
        relay.signal("TERM");
        relay.finish().err
    };
    assert!(!start().contains(says));
    std::fs::remove_file(data.path().join("lock")).unwrap();
    let told = start();
    assert!(told.contains(says), "{told}");
    assert!(data.path().join("lock").exists() && !start().contains(says));
}
use pillarbox_testkit::link::{Link, socket};
