//! `ledger` and `inventory` as they are read: whole pages, from a database whose every row is known.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::net::Ipv4Addr;
use std::path::Path;

use pillarbox_relay::{
    ConnectionId, Effect, Input, Keeping, LogRule, Logged, Relay, RelaySettings, SqliteStore,
};
use pillarbox_testkit::frames::{plain_registration, submission};
use pillarbox_testkit::link::Link;
use pillarbox_testkit::program::{Process, Stream};
use pillarbox_wire::{
    Bytes, ChannelName, ClientFrame, Deposit, DepositKind, DeviceAddress, Duration, Handle, LeaveDeposits,
    LookUp, OpenChannel, Post, RelayFrame, RequestId, Timestamp,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde_json::Value;

use crate::cli_program::{program, say, start};

/// 22 March 2017, 14:40:07 UTC.
const WHEN: Timestamp = Timestamp(1_490_193_607_000);

/// A message that its phone left readable, in the format of `docs/protocol.md`: the kind, and a body with a length.
const READABLE: &[u8] = b"\x00\x01\x00\x00\x00\x00\x00\x00\x00\x0csee you at 6";

/// A relay that ran at a known time with known randomness.
struct Past {
    relay: Relay<SqliteStore>,
    rng: ChaCha20Rng,
}

impl Past {
    fn new(data: &Path, keeping: Keeping) -> Self {
        let mut rng = ChaCha20Rng::from_seed([17; 32]);
        let settings = RelaySettings { keeping, ..RelaySettings::default() };
        let store = SqliteStore::open(data).unwrap();
        Self { relay: Relay::open(store, settings, WHEN, &mut rng).unwrap(), rng }
    }

    fn process(&mut self, connection: u64, input: Input) -> Vec<Effect> {
        self.relay.process(vec![(ConnectionId(connection), input)], WHEN, &mut self.rng).unwrap().effects
    }

    fn frame(&mut self, connection: u64, frame: ClientFrame) -> RelayFrame {
        match self.process(connection, Input::Frame(frame)).swap_remove(0) {
            Effect::Send(_, frame) => frame,
            Effect::Close(_, reason) => panic!("{reason}"),
            Effect::Wake(_) => panic!("nobody left a push token"),
            Effect::SendCode(..) => panic!("this relay sends no codes"),
        }
    }

    fn register(&mut self, connection: u64, handle: Option<&str>) -> DeviceAddress {
        let handshake_hash = [connection as u8; 32];
        self.process(connection, Input::Opened { peer: Ipv4Addr::LOCALHOST.into(), handshake_hash });
        let frame = plain_registration(connection as u8, handle, &handshake_hash, RequestId(1));
        let answer = self.frame(connection, frame);
        let RelayFrame::Registered(registered) = answer else { panic!("{answer:?}") };
        registered.address
    }

    fn submit(&mut self, connection: u64, to: DeviceAddress, payload: &[u8]) {
        let answer = self.frame(connection, submission(RequestId(2), to, None, payload));
        assert!(matches!(answer, RelayFrame::Accepted(_)), "{answer:?}");
    }
}

/// Bytes that look like the ciphertext of a ratchet.
fn ciphertext() -> Vec<u8> {
    let mut state = 2_017_u32;
    let byte = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    std::iter::once(1).chain(std::iter::repeat_with(byte)).take(256).collect()
}

/// Two accounts with two messages, one of which can be read.
fn two_messages(data: &Path) {
    let mut past = Past::new(data, Keeping::LEAST);
    let numbered = past.register(1, Some("+447700900123"));
    let nameless = past.register(2, None);
    past.submit(1, nameless, READABLE);
    past.submit(2, numbered, &ciphertext());
}

fn page(arguments: &[&str]) -> String {
    let said = say(arguments);
    assert_eq!((said.code(), said.err.as_str()), (Some(0), ""), "{said:?}");
    said.out
}

#[test]
fn the_command_at_the_end_of_a_ledger_leads_to_the_same_relay() {
    let parent = tempfile::tempdir().unwrap();
    let data = parent.path().join("with  two spaces");
    std::fs::create_dir(&data).unwrap();
    two_messages(&data);
    let path = data.to_str().unwrap();
    for width in ["40", "80", "200"] {
        let output = program(&["ledger", "--data", path]).env("COLUMNS", width).output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        let last = shown.lines().next_back().unwrap();
        let at = last.find("pillarbox-relay ledger --fields").unwrap();
        let echo = format!("printf '%s\\n' {}", &last[at..]);
        let words = std::process::Command::new("sh").args(["-c", &echo]).output().unwrap().stdout;
        let typed = format!("pillarbox-relay\nledger\n--fields\n--data\n{path}\n");
        assert_eq!(String::from_utf8(words).unwrap(), typed, "{shown}");
    }
}

#[test]
fn the_ledger_shows_what_can_be_read_and_what_cannot() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    two_messages(data.path());
    insta::assert_snapshot!(page(&["ledger", "--data", path]).replace(path, "DIR"));
    insta::assert_snapshot!("last", page(&["ledger", "--data", path, "--last", "1"]).replace(path, "DIR"));
    insta::assert_snapshot!("plain", page(&["ledger", "--data", path, "--plain"]));
    insta::assert_snapshot!("fields", page(&["ledger", "--data", path, "--fields"]));
}

#[test]
fn the_ledger_shows_deposits_events_and_channels_where_there_are_any() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap();
    let log = [Logged::Sent, Logged::LookedUp, Logged::Changed].map(|what| LogRule {
        what,
        keep: Duration::from_days(30),
        address: what == Logged::Sent,
        only: Vec::new(),
    });
    let deposits = vec![DepositKind::DisplayName, DepositKind::Contact, DepositKind::BackupPart];
    let keeping = Keeping { deposits, log: log.to_vec(), channels: true, ..Keeping::LEAST };
    let mut past = Past::new(data.path(), keeping);
    let numbered = past.register(1, Some("+447700900123"));
    past.register(2, None);
    past.submit(2, numbered, READABLE);
    let deposit = |kind, subject: &[u8], value: &[u8]| Deposit {
        kind,
        subject: Bytes(subject.to_vec()),
        value: Some(Bytes(value.to_vec())),
    };
    let deposits = vec![
        deposit(DepositKind::DisplayName, b"", b"Anne \x1b[2J of the harbour office"),
        deposit(DepositKind::Contact, b"+447700900124", b"Ben from the office"),
        deposit(DepositKind::BackupPart, &[0, 0, 0, 1], &ciphertext()),
    ];
    past.frame(1, ClientFrame::LeaveDeposits(LeaveDeposits { request: RequestId(3), deposits }));
    let handle = Handle::parse("+447700900199").unwrap();
    past.frame(1, ClientFrame::LookUp(LookUp { request: RequestId(4), handle }));
    let channel = ChannelName::try_from("@harbour_news".to_owned()).unwrap();
    let open = OpenChannel { request: RequestId(5), channel: channel.clone() };
    past.frame(1, ClientFrame::OpenChannel(open));
    let content = Bytes("Fähre um 6\u{202e}".as_bytes().to_vec());
    past.frame(1, ClientFrame::Post(Post { request: RequestId(6), channel, content }));
    let shown = page(&["ledger", "--data", path]);
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    insta::assert_snapshot!("additions", shown.replace(path, "DIR"));
    let plain = page(&["ledger", "--data", path, "--plain"]);
    assert!(plain.contains("\tchanged\t") && plain.contains("\tbackup-part\t00000001\t256\t"), "{plain}");
    assert!(![shown, plain].concat().contains(['\u{1b}', '\u{202e}']));
    let document: Value = serde_json::from_str(&page(&["ledger", "--json", "--data", path])).unwrap();
    assert_eq!(document["deposits"].as_array().unwrap().len(), 3);
    assert_eq!(document["events"][0]["what"], "sent");
    assert_eq!(document["channels"][0]["posted"], 1);
    let fields = page(&["ledger", "--fields", "--data", path]);
    assert!(fields.contains("in the log, 30 days") && fields.contains("until taken back, or"), "{fields}");
}

#[test]
fn the_ledger_as_json_has_every_byte() {
    let data = tempfile::tempdir().unwrap();
    two_messages(data.path());
    let page = page(&["ledger", "--json", "--data", data.path().to_str().unwrap()]);
    let document: Value = serde_json::from_str(&page).unwrap();
    assert_eq!(document["v"], 1);
    let messages = document["messages"].as_array().unwrap();
    assert_eq!(messages[0]["readable_text"], "see you at 6");
    assert_eq!(messages[1]["readable_text"], Value::Null);
    let bytes: String = ciphertext().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(messages[1]["payload"], bytes);
    assert_eq!(document["accounts"].as_array().unwrap().len(), 2);
}

#[test]
fn an_empty_relay_has_one_sentence() {
    let data = tempfile::tempdir().unwrap();
    Past::new(data.path(), Keeping::LEAST);
    let page = page(&["ledger", "--data", data.path().to_str().unwrap()]);
    assert_eq!(page, "This relay holds nothing about anybody.\n");
}

#[test]
fn what_a_message_tells_a_terminal_to_do_is_not_done() {
    let data = tempfile::tempdir().unwrap();
    let mut past = Past::new(data.path(), Keeping::LEAST);
    let own = past.register(1, None);
    past.submit(1, own, b"\x00\x1b[2J\x1b]0;owned\x07 a text that is long enough \xe2\x80\xae to be found");
    for form in [&["ledger"][..], &["ledger", "--plain"], &["ledger", "--json"]] {
        let arguments: Vec<_> =
            form.iter().copied().chain(["--data", data.path().to_str().unwrap()]).collect();
        let page = page(&arguments);
        let hostile = |c: char| (c.is_control() && c != '\n' && c != '\t') || c == '\u{202e}';
        assert!(page.contains("a text that is") && !page.contains(hostile), "{page:?}");
    }
}

#[test]
fn colour_is_decoration() {
    let data = tempfile::tempdir().unwrap();
    two_messages(data.path());
    let path = data.path().to_str().unwrap();
    let coloured = page(&["ledger", "--color", "always", "--data", path]);
    assert!(coloured.contains("\u{1b}[1m"));
    let plain = page(&["ledger", "--color", "never", "--data", path]);
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    assert_eq!(page(&["ledger", "--data", path]), plain, "a pipe gets no colour");
}

#[test]
fn the_inventory_is_made_from_what_the_relay_is_told_to_keep() {
    insta::assert_snapshot!("inventory", page(&["inventory"]));
    let plain = page(&["inventory", "--plain", "--keep-delivered", "7", "--last-seen", "nothing"]);
    assert!(plain.contains("device row\tthe relay's own\tlast_seen\tevents data\tnot kept\t"), "{plain}");
    assert!(plain.contains("7 days after delivery"), "{plain}");
    let document: Value = serde_json::from_str(&page(&["inventory", "--json"])).unwrap();
    assert_eq!(document["v"], 1);
    assert_eq!(
        document["fields"].as_array().unwrap().len(),
        page(&["inventory", "--plain"]).lines().count() - 1
    );
}

#[tokio::test]
async fn a_running_relay_has_a_ledger_and_can_be_followed() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().to_str().unwrap().to_owned();
    let relay = start(data.path(), &[]);
    let mut link = Link::open(&relay.parsed_address()).await;
    let own = link.register(1, Some("+447700900123")).await;

    let mut follower = Process::start(program(&["ledger", "--follow", "--data", &path]));
    // The heading is printed once the relay has answered. It says what the list is, what it is not, and what its
    // columns are.
    follower.wait_for(Stream::Out, |_| true);
    let command = format!("pillarbox-relay ledger --fields --data {path}");
    follower.wait_for(Stream::Out, |line| line.ends_with(&command));
    follower.wait_for(Stream::Out, |line| line.starts_with("UTC "));
    link.submit(own.address, READABLE).await;
    let line = follower.wait_for(Stream::Out, |_| true);
    assert!(line.contains("sent to") && line.ends_with("+447700900123     22  127.0.0.1"), "{line}");
    assert!(!line.contains("see you"), "{line}");

    let held = page(&["ledger", "--data", &path]);
    assert!(held.contains("+447700900123  +447700900123") && held.contains("\"see you at"), "{held}");
    drop(link);
    relay.signal("TERM");
    relay.finish().expect(0);
    follower.wait_for_end().expect(3);
}
