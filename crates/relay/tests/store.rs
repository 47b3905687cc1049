//! The SQLite backend: the suite for every backend, and what a disk can do to it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::fs;
use std::path::Path;

use pillarbox_relay::store::{
    ACCOUNT, ATTACHMENT, CHANNEL, COMMIT_COUNT, COUNTERS, Changes, DEPOSIT, DEVICE, DEVICE_LISTS, EVENT,
    GROUP, GROUP_MEMBER, LEAF, LINKED_DEVICE, MESSAGE, PREKEY, PUBLISHED, Set,
};
use pillarbox_relay::testing::store_suite;
use pillarbox_relay::{
    Completeness, DATABASE_FILE, Holdings, HoldingsError, Input, Keeping, Limits, RelaySettings, SqliteStore,
    Store, StoreError,
};
use pillarbox_testkit::frames::{deliveries, submission};
use pillarbox_testkit::relay::{LoneRelay, START};
use pillarbox_wire::{Duration, Refusal, RelayFrame, RequestId};
use rusqlite::Connection;

#[test]
fn the_backend_in_memory_passes_the_suite() {
    let look = |store: &SqliteStore| store.holdings().unwrap();
    store_suite(|| SqliteStore::in_memory().unwrap(), |store| store, look);
}

#[test]
fn the_backend_on_disk_passes_the_suite() {
    on_disk(SqliteStore::open);
}

#[test]
fn the_backend_of_a_server_passes_the_suite() {
    on_disk(|folder| SqliteStore::open_serving(folder, 1 << 20, pillarbox_relay::OnLoss::Refuse));
}

fn on_disk(open: fn(&Path) -> Result<SqliteStore, StoreError>) {
    let folder = tempfile::tempdir().unwrap();
    let count = std::cell::Cell::new(0);
    let current = || folder.path().join(count.get().to_string());
    store_suite(
        || {
            count.set(count.get() + 1);
            fs::create_dir(current()).unwrap();
            open(&current()).unwrap()
        },
        |store| {
            drop(store);
            open(&current()).unwrap()
        },
        // The rows are read from the file, as they are when somebody serves a demand.
        |_| Holdings::read(&current()).unwrap(),
    );
}

#[test]
fn a_message_that_was_fetched_leaves_no_bytes_in_any_file_once_the_relay_has_tidied_up() {
    const WORDS: &[u8] = b"under the clock at six, with the red folder";
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    assert!(matches!(world.submit(ben_here, anne.address, WORDS), RelayFrame::Accepted(_)));
    let holding = |folder: &Path| -> Vec<String> {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let found =
            files.filter(|file| fs::read(file).unwrap().windows(WORDS.len()).any(|bytes| bytes == WORDS));
        found.map(|file| file.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    };
    assert!(!holding(world.folder()).is_empty(), "while it waits, it is there to be found");

    let got = world.take(anne_here);
    let messages: Vec<_> = deliveries(&got).iter().map(|deliver| deliver.message).collect();
    assert_eq!(messages.len(), 1);
    world.acknowledge(anne_here, &messages);
    assert_eq!(Holdings::read(world.folder()).unwrap().messages.len(), 0);
    assert_eq!(holding(world.folder()), [format!("{DATABASE_FILE}-wal")], "the log still has it");
    world.engine().tidy().unwrap();
    assert_eq!(holding(world.folder()), [""; 0]);
}

#[test]
fn a_full_disk_refuses_keeps_what_was_accepted_and_empties_as_phones_fetch() {
    let mut world = LoneRelay::with_pages(RelaySettings::default(), 100);
    let (anne, anne_here) = world.register(1, None);
    let (ben, ben_here) = world.register(2, None);
    world.process(vec![(anne_here, Input::Closed)]);
    let mut accepted: Vec<Vec<u8>> = Vec::new();
    let refused = loop {
        let payload = vec![accepted.len() as u8; 30_000];
        match world.submit(ben_here, anne.address, &payload) {
            RelayFrame::Accepted(_) => accepted.push(payload),
            RelayFrame::Refused(refused) => break refused.reason,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused, Refusal::StorageFailed);
    assert!(accepted.len() > 3);
    // Work that needs no room continues, and the relay reports the trouble.
    let (anne_here, came) = world.connect(&anne);
    assert_eq!(deliveries(&came)[0].payload.0, accepted[0]);
    let numbers: Vec<_> = deliveries(&came).into_iter().map(|deliver| deliver.message).collect();
    // One batch has an acknowledgement and messages that do not fit. The acknowledgement is not lost with them.
    let acknowledge = pillarbox_wire::Acknowledge { messages: numbers.clone() };
    let outcome = world.process(vec![
        (anne_here, Input::Frame(pillarbox_wire::ClientFrame::Acknowledge(acknowledge))),
        (ben_here, Input::Frame(submission(RequestId(900), anne.address, None, &[9; 39_000]))),
        (ben_here, Input::Frame(submission(RequestId(901), anne.address, None, &[9; 39_000]))),
    ]);
    let after = world.take(ben_here);
    assert_eq!(outcome.trouble, Some(StoreError::Full));
    assert!(matches!(after[..], [RelayFrame::Refused(_), RelayFrame::Refused(_)]));
    world.crash();
    let left = world.engine().counts().waiting;
    assert_eq!(left, accepted.len() - numbers.len());
    let (ben_again, _) = world.connect(&ben);
    assert!(matches!(world.submit(ben_again, anne.address, b"fits again"), RelayFrame::Accepted(_)));
}

#[test]
fn a_disk_that_cannot_be_read_holds_messages_back_and_loses_none() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    world.process(vec![(anne_here, Input::Closed)]);
    world.submit(ben_here, anne.address, b"payload");
    world.fail(Some(StoreError::Failed { code: 10 }));
    let (anne_here, came) = world.connect(&anne);
    assert_eq!(came, []);
    world.fail(None);
    world.submit(ben_here, anne.address, b"next");
    let came = world.take(anne_here);
    let payloads: Vec<_> = deliveries(&came).into_iter().map(|deliver| deliver.payload.as_slice()).collect();
    assert_eq!(payloads, [&b"payload"[..], b"next"]);
}

#[test]
fn acknowledged_messages_that_a_disk_refused_to_remove_go_later() {
    let mut world =
        LoneRelay::on_disk(RelaySettings { limits: Limits::default(), ..RelaySettings::default() });
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, b"payload");
    let number = deliveries(&world.take(anne_here))[0].message;
    world.fail(Some(StoreError::ReadOnly));
    assert_eq!(world.acknowledge(anne_here, &[number]), []);
    assert_eq!(Holdings::read(world.folder()).unwrap().messages.len(), 1);
    world.fail(None);
    world.finish();
    assert_eq!(Holdings::read(world.folder()).unwrap().messages.len(), 0);
}

fn made(folder: &Path) -> std::path::PathBuf {
    let mut store = SqliteStore::open(folder).unwrap();
    store
        .apply(&Changes { keeping: Some(Set { keeping: "{}".to_owned(), at: START }), ..Changes::default() })
        .unwrap();
    drop(store);
    folder.join(DATABASE_FILE)
}

fn opening(folder: &Path) -> StoreError {
    SqliteStore::open(folder).and_then(|mut store| store.contents()).err().unwrap()
}

#[test]
fn a_file_that_is_not_our_database_is_named_for_what_it_is_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(DATABASE_FILE);
    assert_eq!(opening(&folder.path().join("nowhere")), StoreError::CannotOpen);
    assert_eq!(Holdings::read(folder.path()), Err(HoldingsError::NoDatabase));

    fs::write(&file, vec![0x55; 20_000]).unwrap();
    assert_eq!(opening(folder.path()), StoreError::Damaged);
    assert_eq!(Holdings::read(folder.path()), Err(HoldingsError::Store(StoreError::Damaged)));
    assert_eq!(fs::read(&file).unwrap(), vec![0x55; 20_000]);

    fs::remove_file(&file).unwrap();
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    let before = fs::read(&file).unwrap();
    assert_eq!(opening(folder.path()), StoreError::Foreign);
    assert_eq!(Holdings::read(folder.path()), Err(HoldingsError::Store(StoreError::Foreign)));
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_database_of_a_newer_relay_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = made(folder.path());
    Connection::open(&file).unwrap().execute_batch("PRAGMA user_version = 7").unwrap();
    let before = fs::read(&file).unwrap();
    assert_eq!(opening(folder.path()), StoreError::Newer { found: 7, known: 6 });
    let read = Holdings::read(folder.path());
    assert_eq!(read, Err(HoldingsError::Store(StoreError::Newer { found: 7, known: 6 })));
    assert_eq!(fs::read(&file).unwrap(), before);
}

/// Creates a database of the first layout, with one account and a message.
fn of_the_first_layout(folder: &Path) -> std::path::PathBuf {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, _) = world.register(1, Some("+447700900001"));
    let (_, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, b"payload");
    let file = folder.join(DATABASE_FILE);
    let original = Connection::open(world.folder().join(DATABASE_FILE)).unwrap();
    original.execute("VACUUM INTO ?1", [file.to_str().unwrap()]).unwrap();
    Connection::open(&file)
        .unwrap()
        .execute_batch(
            "DROP TABLE attachments; DROP TABLE groups; DROP TABLE group_members; DROP TABLE device_lists; DROP TABLE linked_devices; DROP TABLE directory_log;
             DROP TABLE deposits; DROP TABLE events; DROP TABLE channels; DROP TABLE posts;
             ALTER TABLE counters DROP COLUMN next_event; ALTER TABLE counters DROP COLUMN commits;
             DELETE FROM meta WHERE name IN ('keeping_since', 'open');
             UPDATE meta SET value = 'an earlier text' WHERE name = 'about';
             PRAGMA user_version = 1;",
        )
        .unwrap();
    file
}

#[test]
fn a_database_of_the_first_layout_is_read_as_it_lies_there_and_gets_what_it_lacks_when_a_relay_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = of_the_first_layout(folder.path());
    let before = fs::read(&file).unwrap();
    let read = Holdings::read(folder.path()).unwrap();
    assert_eq!((read.accounts.len(), read.messages.len(), read.deposits.len()), (2, 1, 0));
    assert_eq!(read.completeness, Completeness::NotNoted);
    assert_eq!(fs::read(&file).unwrap(), before);
    assert!(Holdings::read_with_certificate_key(folder.path()).unwrap().1.is_some());

    let store = SqliteStore::open(folder.path()).unwrap();
    let migrated = store.holdings().unwrap();
    assert_eq!(migrated, Holdings { completeness: Completeness::Complete, ..read });
    drop(store);
    let version: i64 = Connection::open(&file)
        .unwrap()
        .query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 6);
    let about: String = Connection::open(&file)
        .unwrap()
        .query_row("SELECT value FROM meta WHERE name = 'about'", [], |row| row.get(0))
        .unwrap();
    assert!(about.contains("deposits: what phones left here"));
}

#[test]
fn a_database_of_a_layout_before_is_read_as_it_lies_there_and_gets_the_tables_that_it_lacks() {
    let lacking: [(i64, &[&str]); 2] =
        [(5, &["attachments"]), (4, &["attachments", "groups", "group_members"])];
    for (layout, tables) in lacking {
        let folder = tempfile::tempdir().unwrap();
        let file = made(folder.path());
        let database = Connection::open(&file).unwrap();
        tables.iter().for_each(|table| database.execute_batch(&format!("DROP TABLE {table};")).unwrap());
        database.pragma_update(None, "user_version", layout).unwrap();
        drop(database);
        let before = fs::read(&file).unwrap();
        let read = Holdings::read(folder.path()).unwrap();
        assert_eq!(fs::read(&file).unwrap(), before);
        let migrated = SqliteStore::open(folder.path()).unwrap().holdings().unwrap();
        assert_eq!(migrated, read);
        for table in tables {
            let query = format!("SELECT count(*) FROM {table}");
            let count: i64 =
                Connection::open(&file).unwrap().query_row(&query, [], |row| row.get(0)).unwrap();
            assert_eq!(count, 0, "{table}");
        }
    }
}

#[test]
fn only_the_owner_can_read_the_database_and_the_files_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(folder.path()).unwrap();
    let keeping = Some(Set { keeping: "{}".to_owned(), at: START });
    store.apply(&Changes { keeping, ..Changes::default() }).unwrap();
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap()).collect();
    assert_eq!(files.len(), 4, "database, log, the log's index and the mark");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.file_name());
    }
}

#[test]
fn a_value_that_cannot_be_is_damage_and_nothing_is_guessed() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    world.register(1, Some("+447700900001"));
    for damage in [
        "UPDATE accounts SET handle = 'anne'",
        "UPDATE accounts SET identity_signing = x'00'",
        "UPDATE devices SET account = x'00112233445566778899aabbccddeeff'",
        "INSERT INTO messages VALUES (5, 99, 0, NULL, NULL, NULL, 0, x'')",
        "UPDATE counters SET next_message = -1",
    ] {
        let copy = tempfile::tempdir().unwrap();
        let file = copy.path().join(DATABASE_FILE);
        let original = Connection::open(world.folder().join(DATABASE_FILE)).unwrap();
        original.execute("VACUUM INTO ?1", [file.to_str().unwrap()]).unwrap();
        Connection::open(&file).unwrap().execute_batch(damage).unwrap();
        let kept = || {
            let query = "SELECT (SELECT value FROM meta WHERE name = 'keeping') || (SELECT ageing_clock FROM counters)";
            Connection::open(&file).unwrap().query_row(query, [], |row| row.get::<_, String>(0)).unwrap()
        };
        let before = kept();
        let store = SqliteStore::open(copy.path()).unwrap();
        // The relay would write down another rule and another time when it opens.
        let settings = RelaySettings { keeping: Keeping::HISTORY, ..RelaySettings::default() };
        let later = world.now + Duration::from_days(1);
        let opened = pillarbox_relay::Relay::open(store, settings, later, &mut world.rng).err();
        assert_eq!(opened, Some(StoreError::Damaged), "{damage}");
        assert_eq!(kept(), before, "{damage}: nothing was written over it");
    }
}

#[test]
fn the_holdings_are_read_while_the_relay_runs_and_from_a_copy_of_its_file() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, _) = world.register(1, Some("+447700900001"));
    let (_, ben_here) = world.register(2, None);
    // The relay runs, and its write-ahead log is not checkpointed.
    world.submit(ben_here, anne.address, b"payload");
    let copy = tempfile::tempdir().unwrap();
    let file = copy.path().join(DATABASE_FILE);
    let original = Connection::open(world.folder().join(DATABASE_FILE)).unwrap();
    original.execute("VACUUM INTO ?1", [file.to_str().unwrap()]).unwrap();
    let held = Holdings::read(world.folder()).unwrap();
    // The copy has everything that the log had. It cannot say so by itself, so it says what a copy without those
    // rows would say.
    let copied = Holdings::read(copy.path()).unwrap();
    assert_eq!(copied.completeness, Completeness::LogMissing);
    assert_eq!(Holdings { completeness: Completeness::Complete, ..copied }, held);
    assert_eq!(held.messages[0].payload.as_slice(), b"payload");
    assert_eq!(held.address(held.messages[0].mailbox), Some(anne.address));
    assert_eq!(held.handles()[&anne.address.account], anne.handle.as_ref().unwrap());
    let text = serde_json::to_string(&held).unwrap();
    assert!(text.contains("7061796c6f6164") && text.contains(&anne.address.account.to_string()));
}

/// Copies a database, and the log of an earlier moment. Between the two moments, the relay accepted this many messages
/// of this size.
fn with_an_earlier_log(messages: usize, bytes: usize) -> Result<Holdings, HoldingsError> {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, _) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    let copy = tempfile::tempdir().unwrap();
    let log = format!("{DATABASE_FILE}-wal");
    world.engine().tidy().unwrap();
    world.submit(ben_here, anne.address, b"early");
    fs::copy(world.folder().join(&log), copy.path().join(&log)).unwrap();
    for _ in 0..messages {
        world.submit(ben_here, anne.address, &vec![7; bytes]);
    }
    world.engine().tidy().unwrap();
    fs::copy(world.folder().join(DATABASE_FILE), copy.path().join(DATABASE_FILE)).unwrap();
    assert_eq!(Holdings::read(world.folder()).unwrap().completeness, Completeness::Complete);
    Holdings::read(copy.path())
}

#[test]
fn a_log_of_an_earlier_moment_than_the_database_is_recognised() {
    let read = with_an_earlier_log(3, 30).unwrap();
    assert_eq!((read.messages.len(), read.completeness), (1, Completeness::LogOlder));
    // If the database has grown, its pages and the pages of the log do not form a database together.
    assert_eq!(with_an_earlier_log(30, 3_000), Err(HoldingsError::PartsDisagree));
}

#[test]
fn a_relay_that_had_nothing_to_do_and_was_killed_leaves_a_log_that_says_so() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    world.register(1, None);
    world.engine().tidy().unwrap();
    let copy = tempfile::tempdir().unwrap();
    for name in [DATABASE_FILE.to_owned(), format!("{DATABASE_FILE}-wal")] {
        fs::copy(world.folder().join(&name), copy.path().join(&name)).unwrap();
    }
    assert_eq!(Holdings::read(copy.path()).unwrap().completeness, Completeness::Complete);
    fs::remove_file(copy.path().join(format!("{DATABASE_FILE}-wal"))).unwrap();
    assert_eq!(Holdings::read(copy.path()).unwrap().completeness, Completeness::LogMissing);
}

#[test]
fn the_file_explains_itself_to_whoever_opens_it() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, _) = world.register(1, Some("+447700900001"));
    let (_, ben_here) = world.register(2, None);
    world.submit(ben_here, anne.address, b"payload");
    let connection = Connection::open(world.folder().join(DATABASE_FILE)).unwrap();
    let about: String =
        connection.query_row("SELECT value FROM meta WHERE name = 'about'", [], |row| row.get(0)).unwrap();
    assert!(about.contains("everything that a Pillarbox relay keeps"));
    let line: (i64, String, String, i64, String) = connection
        .query_row("SELECT message, accepted_utc, recipient, bytes, payload_begins FROM ledger", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .unwrap();
    let expected = (1, "2017-03-22 14:40:00.000", "+447700900001", 7, "7061796c6f6164");
    assert_eq!((line.0, line.1.as_str(), line.2.as_str(), line.3, line.4.as_str()), expected);
}

#[test]
fn what_is_gone_is_gone_from_the_file() {
    let mut world = LoneRelay::on_disk(RelaySettings::default());
    let (anne, anne_here) = world.register(1, None);
    let (_, ben_here) = world.register(2, None);
    let marker = b"a marker that stands nowhere else";
    world.submit(ben_here, anne.address, marker);
    let found = |world: &LoneRelay| {
        let checkpoint = Connection::open(world.folder().join(DATABASE_FILE)).unwrap();
        checkpoint.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let file = fs::read(world.folder().join(DATABASE_FILE)).unwrap();
        file.windows(marker.len()).any(|window| window == marker)
    };
    assert!(found(&world));
    let number = deliveries(&world.take(anne_here))[0].message;
    world.acknowledge(anne_here, &[number]);
    assert!(!found(&world));
}

#[test]
fn every_column_of_the_file_stands_in_the_inventory() {
    let folder = tempfile::tempdir().unwrap();
    let connection = Connection::open(made(folder.path())).unwrap();
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .and_then(|mut query| query.query_map([], |row| row.get(0))?.collect())
        .unwrap();
    assert_eq!(
        tables,
        [
            "accounts",
            "attachments",
            "channels",
            "counters",
            "deposits",
            "device_lists",
            "devices",
            "directory_log",
            "events",
            "group_members",
            "groups",
            "linked_devices",
            "messages",
            "meta",
            "posts",
            "prekeys"
        ]
    );
    let counters = [COUNTERS, COMMIT_COUNT].concat();
    for (table, declared) in [
        ("accounts", ACCOUNT),
        ("attachments", ATTACHMENT),
        ("channels", CHANNEL),
        ("counters", counters.as_slice()),
        ("deposits", DEPOSIT),
        ("device_lists", DEVICE_LISTS),
        ("devices", DEVICE),
        ("directory_log", LEAF),
        ("events", EVENT),
        ("group_members", GROUP_MEMBER),
        ("groups", GROUP),
        ("linked_devices", LINKED_DEVICE),
        ("messages", MESSAGE),
        ("posts", PUBLISHED),
        ("prekeys", PREKEY),
    ] {
        let columns: Vec<String> = connection
            .prepare("SELECT name FROM pragma_table_info(?1)")
            .and_then(|mut query| query.query_map([table], |row| row.get(0))?.collect())
            .unwrap();
        let mut columns: Vec<_> = columns
            .iter()
            .map(String::as_str)
            // These columns have no field of their own: the size is the payload's, a sender's address occupies two
            // columns, and the only row has a number.
            .filter(|column| !matches!(*column, "size" | "sender_device" | "only_row"))
            .map(|column| if column == "sender_account" { "sender" } else { column })
            .collect();
        let mut declared: Vec<_> = declared.iter().map(|field| field.name).collect();
        columns.sort_unstable();
        declared.sort_unstable();
        assert_eq!(columns, declared, "{table}");
    }
}
