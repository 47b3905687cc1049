//! A demand on the folder of a relay that ran over TCP, under a rule that logs, takes backups and has channels. The
//! answer is in its database, and the command finds it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use pillarbox_client::net::{now, sync};
use pillarbox_client::{BackupKey, Habits, NewAccount, PaddingRule, Passphrase, Phone, Protection};
use pillarbox_relay::server::{RelayServer, ServerConfig};
use pillarbox_relay::{Keeping, LogRule, Logged, RelaySettings};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{AccountId, ChannelName, DepositKind, Handle};
use serde_json::Value;

const ALICE: &str = "+447700900101";
const BOB: &str = "+447700900102";
const TEXT: &str = "Under the clock at six.";
const POST: &str = "The clock is being mended.";

async fn settled(phone: &mut Phone) {
    sync(phone, Duration::from_secs(30), &mut rand::rng()).await.unwrap();
}

async fn phone(name: &str, number: &str, relay: &RelayAddress, folder: &Path) -> Phone {
    let habits = Habits {
        sealed_sender: false,
        backup: Some(BackupKey::None),
        deposits: vec![DepositKind::Name, DepositKind::Follows],
        ..Habits::default()
    };
    let new = NewAccount {
        relay: relay.clone(),
        handle: Some(Handle::parse(number).unwrap()),
        name: name.into(),
        protection: Protection::EndToEnd,
        padding: PaddingRule::None,
        habits,
    };
    let passphrase = Passphrase::new("a test has no secrets".into()).unwrap();
    let mut phone = Phone::create(&folder.join(name), &passphrase, new, now(), &mut rand::rng()).unwrap();
    settled(&mut phone).await;
    phone
}

async fn introduced(phone: &mut Phone, to: &Phone) -> AccountId {
    let invitation = to.invitation().unwrap();
    phone.add_invited(&invitation, Some("them"), now(), &mut rand::rng()).unwrap().account
}

/// Creates a history: one text, delivered and deleted; a backup that needs no key; a channel with a post and a
/// reader.
async fn history(folder: &Path) {
    let log = Logged::ALL.map(|what| LogRule {
        what,
        keep: pillarbox_wire::Duration::from_days(30),
        address: true,
        only: Vec::new(),
    });
    let keeping =
        Keeping { log: log.into(), deposits: DepositKind::ALL.to_vec(), channels: true, ..Keeping::LEAST };
    let mut config = ServerConfig::on_loopback(folder.join("relay"));
    config.settings = RelaySettings { keeping, ..RelaySettings::default() };
    let relay = RelayServer::start(config).await.unwrap();
    let mut alice = phone("Alice", ALICE, relay.address(), folder).await;
    let mut bob = phone("Bob", BOB, relay.address(), folder).await;
    let to = introduced(&mut alice, &bob).await;
    introduced(&mut bob, &alice).await;
    let mut rng = rand::rng();
    alice.queue_text(to, TEXT, now(), &mut rng).unwrap();
    settled(&mut alice).await;
    settled(&mut bob).await;
    settled(&mut alice).await;
    bob.leave_backup(now(), &mut rng).unwrap();
    settled(&mut bob).await;
    let channel = ChannelName::try_from("@clock".to_owned()).unwrap();
    alice.open_channel(channel.clone(), &mut rng).unwrap();
    settled(&mut alice).await;
    alice.post(channel.clone(), POST.to_owned(), &mut rng).unwrap();
    settled(&mut alice).await;
    bob.follow(channel, &mut rng).unwrap();
    settled(&mut bob).await;
    settled(&mut bob).await;
    drop((alice, bob));
    relay.stop().await.unwrap();
}

fn demand(folder: &Path, name: &str, about: &str, more: &[&str]) -> Output {
    let mut lab = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
    lab.args(["demand", name, "--about", about, "--i-own-this-data", "--data"]).arg(folder.join("relay"));
    lab.args(more).output().unwrap()
}

fn text(folder: &Path, name: &str, about: &str) -> String {
    let done = demand(folder, name, about, &["--full"]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let text = String::from_utf8(done.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // Line breaks of the paper do not matter here.
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn json(folder: &Path, name: &str, about: &str) -> Value {
    let done = demand(folder, name, about, &["--json"]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Returns the lines that were returned of an item.
fn lines(answer: &Value, item: &str) -> Vec<String> {
    let lines = answer["lines"].as_array().unwrap();
    let line = lines.iter().find(|line| line["item"] == item).unwrap_or_else(|| panic!("no line of {item}"));
    let lines = line["answer"]["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    lines.iter().map(|line| line.as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_log_deposits_backups_and_channels_comes_back() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path();
    history(folder).await;

    // No message waits. Only the log can show that one passed, from whom and to whom.
    let records = json(folder, "events-data", ALICE);
    let wrote = records["facts"]["wrote"].as_array().unwrap();
    assert!(wrote.iter().any(|wrote| wrote["from"] == ALICE && wrote["to"] == BOB), "{wrote:?}");
    assert!(lines(&records, "ip_log").iter().all(|line| line.ends_with("from 127.0.0.1")));
    assert!(!lines(&records, "ip_log").is_empty());
    assert!(lines(&records, "channels_opened").iter().any(|line| line.starts_with("@clock, ")));
    assert!(lines(&records, "channels_read").iter().any(|line| line.ends_with("read @clock")));
    assert_eq!(lines(&records, "message_content"), [""; 0]);
    let page = text(folder, "events-data", ALICE);
    assert!(page.contains(&format!("{ALICE} to {BOB}")) && page.contains("from 127.0.0.1"), "{page}");
    // One answer, as text and as data.
    let headline = records["answer"]["headline"].as_str().unwrap();
    assert_eq!(
        headline,
        format!(
            "The rows give a record of 2 messages (receipts included) and 14 other kinds of data about {ALICE}. They also name {BOB}."
        )
    );
    assert!(page.contains(headline), "{page}");

    // Delivered rows are deleted, and the words are in the backup.
    let words = format!("\"{TEXT}\"");
    for name in ["content-warrant", "backup-warrant"] {
        let warrant = json(folder, name, BOB);
        assert_eq!(lines(&warrant, "message_content"), [words.as_str()], "{name}");
        assert_eq!(warrant["facts"]["said"][0]["text"], TEXT);
        assert_eq!(lines(&warrant, "device_backup").len(), 1);
    }
    let warrant = json(folder, "content-warrant", BOB);
    assert!(lines(&warrant, "channels_read").contains(&"follows @clock".to_owned()));

    // A warrant for a backup is about the backup, on a folder as in a story.
    let warrant = json(folder, "backup-warrant", BOB);
    let asked: Vec<&str> =
        warrant["lines"].as_array().unwrap().iter().map(|line| line["item"].as_str().unwrap()).collect();
    assert_eq!(asked, ["message_content", "device_backup", "backup_keys"]);
    let page = text(folder, "backup-warrant", BOB);
    let found = format!("A backup of {BOB} lies here and opens: it gives 1 text. It also names {ALICE}.");
    assert!(page.contains(&found), "{page}");
    for (about, why) in [(ALICE, ""), ("+447700900109", "No account of this relay has the number")] {
        let page = text(folder, "backup-warrant", about);
        assert!(page.contains(&format!("No backup of {about} lies here.")) && page.contains(why), "{page}");
        assert!(!page.contains(TEXT), "{page}");
    }
    let page = text(folder, "content-warrant", BOB);
    assert!(page.contains(&format!("what the messages say {words}")), "{page}");
    let posts = lines(&json(folder, "content-warrant", ALICE), "channel_posts");
    assert!(posts.iter().any(|line| line.contains(POST)), "{posts:?}");

    // Without options the answer is one screen, laid out as the screen of a story: what was returned first, the
    // answer last, and no key in full.
    for name in ["entity-data", "events-data", "content-warrant", "retention", "backup-warrant"] {
        let done = demand(folder, name, ALICE, &[]);
        let page = String::from_utf8(done.stdout).unwrap();
        assert!(
            page.lines().count() <= 24 && page.starts_with("If the operator of this relay is served "),
            "{page}"
        );
        let words = page.split_whitespace();
        assert!(!words.clone().any(|word| word.len() == 64), "{page}");
        let headline = json(folder, name, ALICE)["answer"]["headline"].as_str().unwrap().to_owned();
        assert!(words.collect::<Vec<_>>().join(" ").contains(&headline), "{page}");
        assert!(!page.contains("DEMAND:") && page.find("CAME BACK") < page.find("\nLaw: "), "{page}");
        let said = String::from_utf8(done.stderr).unwrap();
        let next = said.lines().next().unwrap();
        assert!(next.starts_with(&format!("Next: pillarbox-lab demand {name} ")), "{said}");
        assert!(next.contains(" --full"), "{said}");
    }

    // The controls follow each answer, as text and as data.
    assert!(
        page.contains("Of what was planted there they found 4 of 4 texts, 4 of 4 messages and"),
        "{page}"
    );
    assert!(page.contains("before anything was said they found nobody's text"), "{page}");
    for name in ["entity-data", "events-data", "content-warrant", "retention", "backup-warrant"] {
        let controls = &json(folder, name, BOB)["controls"];
        for found in ["texts", "messages", "tables"] {
            assert_eq!(controls["planted"][found]["n"], controls["planted"][found]["of"], "{name}: {found}");
            assert_eq!(controls["before"][found]["n"], 0, "{name}: {found}");
        }
        let least = if name == "backup-warrant" { 1 } else { 3 };
        assert!(controls["planted"]["tables"]["of"].as_u64() >= Some(least), "{name}");
    }
}
