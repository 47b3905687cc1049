//! A vault that somebody has rewritten. One row contains bytes that the fuzzer chooses, correctly sealed, so that
//! the reader of every kind of record sees them. Or the file itself is altered.
//!
//! Only somebody with the passphrase can seal a row. The target tests the readers: they may answer "damaged", and
//! must not panic, loop, or take memory that a record merely claims to need.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use pillarbox_client::{BackupKey, Link, Passphrase, Phone, Vault};
use pillarbox_crypto::{AeadKey, PasswordCost, aead, kdf, labels, password};
use pillarbox_wire::{AccountId, ChannelName, FixedBytes, RelayFrame, Timestamp, Welcome};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::feed::Feed;
use crate::world::{NOW, World};

const FILE: &str = pillarbox_client::vault::FILE_NAME;
const WORDS: &str = "an open secret";

/// First byte of the associated data to which every row's seal is bound.
const LAYOUT: u8 = 1;

struct Row {
    place: u8,
    lookup: Vec<u8>,
    plaintext: Vec<u8>,
}

struct Template {
    file: Vec<u8>,
    key: AeadKey,
    /// The key under which a row's look-up key is hashed.
    lookup: [u8; 32],
    /// A contact's account, under which most tables that come rarely keep their rows.
    contact: AccountId,
    rows: Vec<Row>,
}

/// Tables that no honest conversation of this target fills: who came with another key, an account's later phone, lists
/// that no log has proved, pictures, requests and news that wait for a connection. The target puts rows of its own
/// there.
const RARE: &[u8] = &[7, 9, 13, 18, 19, 21, 22, 23, 37, 40, 41, 43, 50, 51, 52];

/// Returns the numbers of the vault's tables that this target has rows for.
#[must_use]
pub fn vault_places() -> BTreeSet<u8> {
    TEMPLATE.rows.iter().map(|row| row.place).chain(RARE.iter().copied()).collect()
}

fn passphrase() -> Passphrase {
    Passphrase::new(WORDS.to_owned()).expect("not empty")
}

fn news() -> ChannelName {
    ChannelName::try_from("@harbour_news".to_owned()).expect("a name")
}

/// Creates a folder in memory, or on disk if the system has no such place.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    let folder = folder();
    let mut world = World::new();
    let vault = Vault::create(folder.path(), &passphrase(), PasswordCost::TESTING, &mut world.rng);
    let alice = world.phone(vault.expect("a vault"), "Alice", "+447700900001");
    let memory = |world: &mut World| Vault::in_memory(&mut world.rng).expect("memory");
    let vault = memory(&mut world);
    let bob = world.phone(vault, "Bob", "+447700900002");
    world.greet(alice, bob);
    world.greet(bob, alice);
    let vault = memory(&mut world);
    world.device(alice, vault);
    let vault = memory(&mut world);
    let stranger = world.phone(vault, "Carol", "+447700900003");
    world.greet(stranger, alice);
    let to = world.id(bob);
    let (phone, rng) = world.at(alice);
    phone.block(AccountId([9; 16]), true, rng).expect("room");
    let group = phone.make_group("Harbour", &[to], NOW, rng).expect("a contact");
    phone.queue_group_text(group, "to all", NOW, rng).expect("a group");
    phone.keep_posts();
    phone.open_channel(news(), rng).expect("room");
    phone.post(news(), "the ferry is late".to_owned(), rng).expect("a short post");
    phone.follow(news(), rng).expect("room");
    phone.turn_on_backups(BackupKey::Provider, NOW, rng).expect("room");
    world.run();
    let (phone, rng) = world.at(alice);
    phone.set_timer(to, Some(60), NOW, rng).expect("a contact");
    phone.queue_text(to, "it waits", NOW, rng).expect("a contact");
    drop(world.take(alice));

    let connection = Connection::open(folder.path().join(FILE)).expect("a database");
    let wrapped: Vec<u8> =
        connection.query_row("SELECT wrapped FROM lock", [], |row| row.get(0)).expect("a lock");
    let (key, lookup) = row_keys(&wrapped);
    let mut statement = connection
        .prepare("SELECT place, lookup, nonce, sealed FROM row ORDER BY place, lookup")
        .expect("rows");
    let rows = statement.query_map([], |row| {
        let (place, lookup): (u8, Vec<u8>) = (row.get(0)?, row.get(1)?);
        let (nonce, sealed): ([u8; 24], Vec<u8>) = (row.get(2)?, row.get(3)?);
        let plaintext = aead::open_extended(&key, &nonce, &bound(place, &lookup), &sealed).expect("our row");
        Ok(Row { place, lookup, plaintext: plaintext.to_vec() })
    });
    // There are many one-time prekeys, all alike, so the first of each kind represents the others.
    let mut rows: Vec<Row> = rows.expect("rows").map(|row| row.expect("a row")).collect();
    let mut seen = [0_u8; 256];
    rows.retain(|row| {
        seen[usize::from(row.place)] += 1;
        seen[usize::from(row.place)] <= 6
    });
    drop(statement);
    connection.pragma_update(None, "journal_mode", "DELETE").expect("a database");
    drop(connection);
    let file = fs::read(folder.path().join(FILE)).expect("a file");
    Template { file, key, lookup, contact: to, rows }
});

/// Derives the keys under which rows are sealed and found, as the client's `vault/lock.rs` describes them.
fn row_keys(wrapped: &[u8]) -> (AeadKey, [u8; 32]) {
    let salt = wrapped[13..29].try_into().expect("16 bytes");
    let nonce = wrapped[29..53].try_into().expect("24 bytes");
    let stretched = password::stretch(WORDS.as_bytes(), &salt, PasswordCost::TESTING).expect("a cost");
    let wrapping = kdf::hkdf::<32>(&[], &[stretched.as_bytes()], labels::VAULT_WRAP, &[]);
    let sealed = &wrapped[53..101];
    let vault_key = aead::open_extended(&AeadKey::from_bytes(*wrapping), &nonce, &wrapped[..53], sealed);
    let vault_key = vault_key.expect("our passphrase");
    let row = kdf::hkdf::<32>(&[], &[vault_key.as_slice()], labels::VAULT_ROW, &[]);
    let lookup = kdf::hkdf::<32>(&[], &[vault_key.as_slice()], labels::VAULT_LOOKUP, &[]);
    (AeadKey::from_bytes(*row), *lookup)
}

fn bound(place: u8, lookup: &[u8]) -> Vec<u8> {
    [&[LAYOUT, place], lookup].concat()
}

/// Runs the target of this module.
pub fn vault_row(bytes: &[u8]) {
    let template = &*TEMPLATE;
    let mut feed = Feed::new(bytes);
    let folder = folder();
    let path = folder.path().join(FILE);
    let choice = feed.byte() % 8;
    if choice == 7 {
        fs::write(&path, feed.altered(&template.file)).expect("room");
    } else if choice == 6 {
        fs::write(&path, &template.file).expect("room");
        let place = RARE[feed.below(RARE.len())];
        let lookup = kdf::hmac(&template.lookup, &[&[place], &template.contact.0]);
        let sealed = aead::seal_extended(&template.key, &[1; 24], &bound(place, &lookup), feed.piece());
        let connection = Connection::open(&path).expect("a database");
        let put = "INSERT OR REPLACE INTO row (place, lookup, nonce, sealed) VALUES (?1, ?2, ?3, ?4)";
        assert_eq!(connection.execute(put, params![place, lookup, [1_u8; 24], sealed]), Ok(1));
    } else {
        fs::write(&path, &template.file).expect("room");
        let row = &template.rows[feed.below(template.rows.len())];
        let plaintext =
            if feed.byte() % 4 == 3 { feed.piece().to_vec() } else { feed.altered(&row.plaintext) };
        let sealed = aead::seal_extended(&template.key, &[1; 24], &bound(row.place, &row.lookup), &plaintext);
        let connection = Connection::open(&path).expect("a database");
        let changed = connection.execute(
            "UPDATE row SET nonce = ?1, sealed = ?2 WHERE place = ?3 AND lookup = ?4",
            params![[1_u8; 24], sealed, row.place, row.lookup],
        );
        assert_eq!(changed, Ok(1));
    }
    use_it(folder.path());
}

/// Does everything that a person can ask of a profile. A damaged profile may be refused at any point.
fn use_it(folder: &Path) {
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let Ok(mut phone) = Phone::open(folder, &passphrase(), NOW, &mut rng) else { return };
    let _shown_or_damaged = (phone.invitation(), phone.unshown(), phone.unsent());
    let _shown_or_damaged = (phone.kept_posts(&news()), phone.follows(&news()), phone.knows_backup());
    let _shown_or_damaged = (phone.backup_key(), phone.backup_waits(), phone.texts_to_back_up());
    let _kept_or_damaged = phone.refresh_backup(NOW, &mut rng);
    let _shown_or_damaged = (phone.devices(), phone.blocked(), phone.unshown_changes(), phone.has_left());
    for group in phone.all_groups().unwrap_or_default() {
        let _shown_or_damaged = (phone.group_history(group.id), phone.group_signatures(group.id));
        let _kept_or_damaged = phone.queue_group_text(group.id, "to all", NOW, &mut rng);
    }
    for contact in phone.contacts().unwrap_or_default() {
        let account = contact.account;
        let _shown_or_damaged = (phone.history(account), phone.safety_number(account));
        let _kept_or_damaged = phone.queue_text(account, "a text", NOW, &mut rng);
        let _kept_or_damaged = phone.mark_shown(account, 0, NOW, &mut rng);
    }
    for link in [Link::Named, Link::Nameless] {
        phone.connected(link, [4; 32]);
        let welcome = Welcome { time: NOW, certificate_key: FixedBytes([5; 32]) };
        let _kept_or_damaged = phone.on_frame(link, RelayFrame::Welcome(welcome), NOW, &mut rng);
        let _sent_or_damaged = phone.outgoing(link, NOW, &mut rng);
    }
    let _kept_or_damaged = phone.remove_expired(Timestamp(u64::MAX), &mut rng);
}
