//! The table as people read it, as one snapshot of the whole table.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use pillarbox_client::{DeviceFailure, PictureFault, Trust};
use pillarbox_text::wrap::{WIDTH, wrap};
use pillarbox_wire::{AccountId, ChannelName, Farewell, Refusal};
use unicode_width::UnicodeWidthStr;

use super::super::backup_key::BadKey;
use super::super::device_words::DeviceTrouble;
use super::super::failure::{BackupTrouble, Failure, PictureTrouble};
use super::super::grammar;
use super::super::membership::GroupFailure;
use super::super::passphrase::PassphraseError;
use super::super::profile::PlaceError;
use super::*;

/// Assigns each kind of failure a number. A new kind does not compile until it has a number here, and then fails
/// [`every_kind_is_in_the_table`] until it is in [`all`].
fn place(failure: &Failure) -> usize {
    match failure {
        Failure::Place(_) => 0,
        Failure::Passphrase(_) => 1,
        Failure::StdinTwice => 2,
        Failure::NeedsAnswer { .. } => 3,
        Failure::Declined => 4,
        Failure::NoProfile => 5,
        Failure::ProfileExists => 6,
        Failure::WrongPassphrase => 7,
        Failure::InUse => 8,
        Failure::NewerProfile => 9,
        Failure::Damaged => 10,
        Failure::DiskFull => 11,
        Failure::NotWritable => 12,
        Failure::Storage(_) => 13,
        Failure::NotRegistered => 14,
        Failure::Unreachable { .. } => 15,
        Failure::WrongKey { .. } => 16,
        Failure::NoRelay { .. } => 17,
        Failure::Version(_) => 18,
        Failure::Lost => 19,
        Failure::Goodbye(_) => 20,
        Failure::Refused(_) => 21,
        Failure::UnknownContact { .. } => 22,
        Failure::NameTaken => 23,
        Failure::BadName => 24,
        Failure::Invitation(_) => 25,
        Failure::OtherRelay => 26,
        Failure::OwnInvitation => 27,
        Failure::KeyChanged { .. } => 28,
        Failure::NothingToAccept(_) => 29,
        Failure::Mismatch { .. } => 30,
        Failure::NotANumber { .. } => 31,
        Failure::NotCompared { .. } => 32,
        Failure::EmptyText => 33,
        Failure::TooLong { .. } => 34,
        Failure::NotText => 35,
        Failure::File(..) => 36,
        Failure::Input(_) => 37,
        Failure::Output(_) => 38,
        Failure::ReaderGone => 39,
        Failure::Interrupted => 40,
        Failure::Told(_) => 41,
        Failure::NoRandomness(_) => 42,
        Failure::NoIdentity => 43,
        Failure::NoRuntime(_) => 44,
        Failure::AtWork => 45,
        Failure::LockUnheard { .. } => 46,
        Failure::NotLocked(_) => 47,
        Failure::NobodyNamed => 48,
        Failure::NoCodes => 49,
        Failure::SeveralContacts { .. } => 50,
        Failure::Blocked { .. } => 51,
        Failure::NeverWrote => 52,
        Failure::Exposed(_) => 53,
        Failure::NobodyKnown { .. } => 54,
        Failure::AccountClosed => 55,
        Failure::AccountOpen => 56,
        Failure::Backup(_) => 57,
        Failure::Channel { .. } => 58,
        Failure::Group(_) => 59,
        Failure::Device(_) => 60,
        Failure::Picture(_) => 61,
    }
}

const KINDS: usize = 62;

const NUMBER: &str = "40215 88310 55721 09164 71120 38865 24051 99003 17742 60018 45529 83310";
const OTHER: &str = "11111 22222 33333 44444 55555 66666 77777 88888 99999 00000 12345 67890";

const PROFILE: &str = "/home/alice/.local/share/pillarbox/default";

fn unknown(name: &str, known: &[&str]) -> Failure {
    let known = known.iter().map(|known| (*known).to_owned()).collect();
    let (name, is_number) = (name.to_owned(), naming::is_number(name));
    Failure::UnknownContact { name, is_number, called: None, claimed: Vec::new(), known }
}

fn all() -> Vec<Failure> {
    let relay = || "relay.example:4500".to_owned();
    let bob = || "Bob".to_owned();
    let broken = || io::Error::from(io::ErrorKind::StorageFull);
    let devices = [
        DeviceTrouble::BadCode,
        DeviceTrouble::FirstPhoneOnly,
        DeviceTrouble::TooManyWishes,
        DeviceTrouble::TooMany,
        DeviceTrouble::NoNumber,
        DeviceTrouble::Unknown(200),
        DeviceTrouble::ChangeWaits,
        DeviceTrouble::StillWaits,
        DeviceTrouble::LinkedOnly,
        DeviceTrouble::Left,
        DeviceTrouble::Gone,
        DeviceTrouble::NotLinked,
        DeviceTrouble::NotChanged(DeviceFailure::OtherKeys),
        DeviceTrouble::NotChanged(DeviceFailure::NoConsent),
        DeviceTrouble::NotChanged(DeviceFailure::Relay(Refusal::UnknownPlace)),
        DeviceTrouble::NotChanged(DeviceFailure::Relay(Refusal::StorageFailed)),
    ];
    let mut all = vec![
        Failure::Place(PlaceError::Name),
        Failure::Place(PlaceError::NoHome),
        Failure::StdinTwice,
        Failure::NeedsAnswer { flag: "--yes" },
        Failure::Declined,
        Failure::NoProfile,
        Failure::ProfileExists,
        Failure::WrongPassphrase,
        Failure::InUse,
        Failure::AtWork,
        Failure::LockUnheard { process: 4_242 },
        Failure::NotLocked("no such file".to_owned()),
        Failure::NobodyNamed,
        Failure::NobodyKnown { strangers: Vec::new() },
        Failure::NobodyKnown {
            strangers: vec![
                ("14272d14".to_owned(), Some("calls itself \"Zoë\"".to_owned())),
                ("3c89 1561".to_owned(), None),
            ],
        },
        Failure::AccountClosed,
        Failure::AccountOpen,
        Failure::NoCodes,
        Failure::Blocked { name: bob() },
        Failure::NeverWrote,
        Failure::NewerProfile,
        Failure::Damaged,
        Failure::DiskFull,
        Failure::Exposed(pillarbox_system::private::Exposure::Writable),
        Failure::NotWritable,
        Failure::Storage("the system says no".to_owned()),
        Failure::NotRegistered,
        Failure::Unreachable { relay: relay(), cause: "connection refused".to_owned() },
        Failure::WrongKey { relay: relay() },
        Failure::NoRelay { relay: relay() },
        Failure::Version("This program is older than the relay.".to_owned()),
        Failure::Lost,
        Failure::Goodbye(Farewell::Stopping),
        Failure::Goodbye(Farewell::Reregistered),
        unknown("Bob", &[]),
        unknown("bo", &["Carol", "Bob"]),
        unknown("Bоb", &["Carol", "Bob"]),
        unknown("+447700900102", &["Carol"]),
        Failure::UnknownContact {
            name: "Zoë".to_owned(),
            is_number: false,
            called: None,
            claimed: vec!["14272d14".to_owned()],
            known: vec!["Carol".to_owned(), "14272d14".to_owned()],
        },
        Failure::UnknownContact {
            name: "+447700900102".to_owned(),
            is_number: true,
            called: Some(AccountId([7; 16])),
            claimed: Vec::new(),
            known: vec![bob()],
        },
        Failure::SeveralContacts {
            name: bob(),
            meant: vec![
                (bob(), Trust::Verified, AccountId([1; 16])),
                ("bob".to_owned(), Trust::Unverified, AccountId([2; 16])),
            ],
        },
        Failure::NameTaken,
        Failure::BadName,
        Failure::Invitation("the invitation is cut off".to_owned()),
        Failure::OtherRelay,
        Failure::NoIdentity,
        Failure::OwnInvitation,
        Failure::KeyChanged { name: bob(), before: NUMBER.to_owned(), now: OTHER.to_owned() },
        Failure::KeyChanged { name: bob(), before: NUMBER.to_owned(), now: NUMBER.to_owned() },
        Failure::Goodbye(Farewell::DeviceRemoved),
        Failure::NothingToAccept(bob()),
        Failure::Mismatch {
            name: bob(),
            trust: Trust::Unverified,
            ours: NUMBER.to_owned(),
            heard: Some(OTHER.to_owned()),
        },
        Failure::Mismatch {
            name: "Bob B".to_owned(),
            trust: Trust::Verified,
            ours: NUMBER.to_owned(),
            heard: None,
        },
        Failure::NotANumber { name: bob(), digits: 59 },
        Failure::NotCompared { name: bob(), asked: true },
        Failure::NotCompared { name: bob(), asked: false },
        Failure::EmptyText,
        Failure::TooLong { most: 16_384 },
        Failure::NotText,
        Failure::File("/tmp/code.svg".into(), "no such directory".to_owned()),
        Failure::Input(broken()),
        Failure::Output(broken()),
        Failure::ReaderGone,
        Failure::NoRandomness("none".to_owned()),
        Failure::NoRuntime("none".to_owned()),
        Failure::Interrupted,
        Failure::Told(Exit::No),
    ];
    let harbour = || "Harbour".to_owned();
    all.extend(devices.map(Failure::Device));
    all.extend(
        [
            GroupFailure::Unknown { name: bob(), known: Vec::new() },
            GroupFailure::Unknown { name: "harb".to_owned(), known: vec![harbour()] },
            GroupFailure::Several {
                name: harbour(),
                meant: vec![("00".repeat(16), harbour(), 3), ("11".repeat(16), harbour(), 40)],
            },
            GroupFailure::Left { name: harbour() },
            GroupFailure::Removed { name: harbour(), by: Some(bob()) },
            GroupFailure::Removed { name: harbour(), by: None },
            GroupFailure::Unsigned { name: harbour() },
            GroupFailure::NotKeeper { name: harbour(), keeper: bob() },
            GroupFailure::NotAdmin { name: harbour(), admin: bob() },
            GroupFailure::NotOperators { name: harbour() },
            GroupFailure::OperatorOut { name: harbour() },
            GroupFailure::NotMember { member: bob(), name: harbour() },
            GroupFailure::Oneself { name: harbour() },
            GroupFailure::OtherKey { name: harbour() },
            GroupFailure::NoKey { member: bob(), name: harbour() },
            GroupFailure::NameTaken { name: harbour() },
            GroupFailure::Alone { name: harbour() },
            GroupFailure::Full { name: harbour() },
            GroupFailure::WasMember { member: bob(), name: harbour() },
        ]
        .map(Failure::Group),
    );
    all.extend(
        [
            Refusal::NotOffered,
            Refusal::UnknownChannel,
            Refusal::ChannelTaken,
            Refusal::TakenDown,
            Refusal::TooMuch,
            Refusal::StorageFailed,
        ]
        .map(|reason| Failure::Channel {
            channel: ChannelName::try_from("@harbour_news".to_owned()).unwrap(),
            reason,
        }),
    );
    all.extend(
        [
            BackupTrouble::NotOffered,
            BackupTrouble::NoKeysOffered,
            BackupTrouble::TooLarge,
            BackupTrouble::NotRestored,
            BackupTrouble::NoneThere,
            BackupTrouble::KeyNeeded,
            BackupTrouble::NotAKey(BadKey::Count(23)),
            BackupTrouble::NotAKey(BadKey::UnknownWord {
                place: 7,
                word: Some("abandn".to_owned()),
                meant: Some("abandon"),
            }),
            BackupTrouble::NotAKey(BadKey::Checksum),
            BackupTrouble::WrongKey,
            BackupTrouble::NotWhole,
        ]
        .map(Failure::Backup),
    );
    let file = || "cliff.png".to_owned();
    all.extend(
        [
            PictureTrouble::Empty { file: file() },
            PictureTrouble::TooLong { file: file() },
            PictureTrouble::Unreadable { file: file(), why: "no such file".to_owned() },
            PictureTrouble::NotShown { name: bob() },
            PictureTrouble::LinkedDevice,
            PictureTrouble::None { name: bob(), pictures: 0 },
            PictureTrouble::None { name: bob(), pictures: 1 },
            PictureTrouble::None { name: bob(), pictures: 2 },
            PictureTrouble::NotFetched { name: bob() },
            PictureTrouble::Lost { name: bob(), fault: PictureFault::Gone },
            PictureTrouble::Lost { name: bob(), fault: PictureFault::OtherBytes },
            PictureTrouble::Elsewhere,
            PictureTrouble::FileExists { file: file() },
        ]
        .map(Failure::Picture),
    );
    all.extend(
        [
            PassphraseError::NotAsked,
            PassphraseError::NoTerminal,
            PassphraseError::Interrupted,
            PassphraseError::Empty,
            PassphraseError::Differ,
            PassphraseError::TooLong,
            PassphraseError::NotText,
            PassphraseError::Exposed { file: "pass.txt".to_owned() },
            PassphraseError::Unreadable { from: "pass.txt".to_owned(), kind: io::ErrorKind::NotFound },
        ]
        .map(Failure::Passphrase),
    );
    all.extend(
        [
            Refusal::NotAuthentic,
            Refusal::NotAuthenticated,
            Refusal::AlreadyAuthenticated,
            Refusal::HandleTaken,
            Refusal::UnknownHandle,
            Refusal::UnknownRecipient,
            Refusal::DeliveryKeyRefused,
            Refusal::MailboxFull,
            Refusal::TooMuch,
            Refusal::NotWellFormed,
            Refusal::RateLimited { retry_after: 20 },
            Refusal::StorageFailed,
            Refusal::CodeSent,
            Refusal::CodeRefused,
        ]
        .map(Failure::Refused),
    );
    all
}

#[test]
fn every_kind_is_in_the_table() {
    let places: BTreeSet<usize> = all().iter().map(place).collect();
    assert_eq!(places, (0..KINDS).collect());
}

#[test]
fn the_table_reads_like_this() {
    let mut table = String::new();
    for failure in all() {
        let exit = exit(&failure).code();
        match explain(&failure, Path::new(PROFILE)) {
            None => writeln!(table, "[{exit}] (nothing is said)\n").unwrap(),
            Some(Explained { what, next, .. }) => {
                writeln!(table, "[{exit}] {}", wrap(&format!("Error: {what}"), 2, WIDTH)).unwrap();
                match next {
                    Some(next) => writeln!(table, "Next: pillarbox {next}\n").unwrap(),
                    None => writeln!(table).unwrap(),
                }
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_error_is_a_sentence_of_at_most_80_columns_and_no_success() {
    for failure in all() {
        let Some(Explained { what, exit, .. }) = explain(&failure, Path::new(PROFILE)) else { continue };
        assert_ne!(exit, Exit::Done, "{failure:?}");
        assert!(what.ends_with(['.', '?']), "{what}");
        assert!(what.starts_with(|c: char| c.is_uppercase() || c == '/'), "{what}");
        assert!(
            wrap(&format!("Error: {what}"), 2, WIDTH).lines().all(|line| line.width() <= WIDTH),
            "{what}"
        );
    }
}

#[test]
fn every_next_command_is_one_that_the_grammar_knows() {
    for failure in all() {
        let Some(next) = explain(&failure, Path::new(PROFILE)).and_then(|explained| explained.next) else {
            continue;
        };
        let words = next.replace("'Bob B'", "Bob").split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        match grammar::parse(std::iter::once("pillarbox".to_owned()).chain(words)) {
            Ok(_) => {}
            // `--help` ends the parsing, as intended.
            Err(error) => assert!(!error.use_stderr(), "{next}: {error}"),
        }
    }
}
