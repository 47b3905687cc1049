//! A relay's database that somebody has rewritten: one cell of one row contains what the fuzzer chooses, or the file
//! itself is altered.
//!
//! Whoever reads such a file (a relay that starts, its operator's `ledger`, a demand) may answer "damaged", and must
//! not panic, loop, or serve what cannot be.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use pillarbox_client::{BackupKey, Vault};
use pillarbox_relay::{Holdings, Relay, RelaySettings, SqliteStore};
use pillarbox_wire::ChannelName;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rusqlite::types::Value;
use rusqlite::{Connection, params};

use crate::feed::Feed;
use crate::vault_row::folder;
use crate::world::{NOW, World};

/// The name of the database in a relay's folder.
const FILE: &str = pillarbox_relay::store::DATABASE_FILE;

/// A sound file, and its columns by table.
struct Template {
    file: Vec<u8>,
    columns: Vec<(String, String)>,
    empty: Vec<String>,
}

static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    let folder = folder();
    let mut world = World::on_disk(folder.path());
    let vault = |world: &mut World| Vault::in_memory(&mut world.rng).expect("memory");
    let alice_vault = vault(&mut world);
    let alice = world.phone(alice_vault, "Alice", "+447700900001");
    let bob_vault = vault(&mut world);
    let bob = world.phone(bob_vault, "Bob", "+447700900002");
    world.at(bob).0.show_pictures();
    world.greet(alice, bob);
    world.greet(bob, alice);
    let device_vault = vault(&mut world);
    world.device(alice, device_vault);
    let to = world.id(bob);
    let (phone, rng) = world.at(alice);
    let channel = ChannelName::try_from("@harbour_news".to_owned()).expect("a name");
    phone.open_channel(channel.clone(), rng).expect("room");
    phone.post(channel, "the ferry is late".to_owned(), rng).expect("a short post");
    phone.turn_on_backups(BackupKey::Provider, NOW, rng).expect("room");
    world.believes_operator(alice);
    world.run();
    let (phone, rng) = world.at(alice);
    phone.make_group("Harbour", &[to], NOW, rng).expect("a contact");
    world.run();
    drop(world.take(bob));
    let (phone, rng) = world.at(alice);
    phone.queue_picture(to, b"a picture", NOW, rng).expect("a contact that shows pictures");
    world.run();
    let (phone, rng) = world.at(alice);
    phone.queue_text(to, "it waits", NOW, rng).expect("a contact");
    world.run();
    drop(world);

    let connection = Connection::open(folder.path().join(FILE)).expect("a database");
    connection.pragma_update(None, "journal_mode", "DELETE").expect("a database");
    let tables = strings(&connection, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    let mut columns = Vec::new();
    let mut empty = Vec::new();
    for table in tables.into_iter().filter(|table| !table.starts_with("sqlite_")) {
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a count");
        if count(&format!("SELECT count(*) FROM {table}")) == 0 {
            empty.push(table.clone());
        }
        let names = strings(&connection, &format!("SELECT name FROM pragma_table_info('{table}')"));
        columns.extend(names.into_iter().map(|name| (table.clone(), name)));
    }
    drop(connection);
    let file = fs::read(folder.path().join(FILE)).expect("a file");
    Template { file, columns, empty }
});

/// Returns the first column of a query.
fn strings(connection: &Connection, sql: &str) -> Vec<String> {
    let mut query = connection.prepare(sql).expect("a schema");
    let rows = query.query_map([], |row| row.get(0)).expect("rows");
    rows.map(|name| name.expect("a name")).collect()
}

/// Returns the tables of a relay's database for which this target has no row to alter.
#[must_use]
pub fn relay_tables_without_a_row() -> &'static [String] {
    &TEMPLATE.empty
}

/// Runs the target of this module.
pub fn relay_row(bytes: &[u8]) {
    let template = &*TEMPLATE;
    let mut feed = Feed::new(bytes);
    let folder = folder();
    let path = folder.path().join(FILE);
    if feed.byte() % 8 == 7 {
        fs::write(&path, feed.altered(&template.file)).expect("room");
    } else {
        fs::write(&path, &template.file).expect("room");
        let (table, column) = &template.columns[feed.below(template.columns.len())];
        let connection = Connection::open(&path).expect("a database");
        connection.pragma_update(None, "ignore_check_constraints", true).expect("a database");
        let row = format!("SELECT rowid, {column} FROM {table} ORDER BY rowid LIMIT 1");
        let row = connection.query_row(&row, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Value>(1)?)));
        if let Ok((rowid, value)) = row {
            let value = match value {
                Value::Integer(_) | Value::Null | Value::Real(_) => {
                    Value::Integer(i64::from_be_bytes(feed.array()))
                }
                Value::Blob(was) => Value::Blob(feed.altered(&was)),
                Value::Text(was) => {
                    Value::Text(String::from_utf8_lossy(&feed.altered(was.as_bytes())).into_owned())
                }
            };
            // Some columns of the file take only what the table allows; the file is then as it was.
            let _changed_or_refused = connection.execute(
                &format!("UPDATE {table} SET {column} = ?1 WHERE rowid = ?2"),
                params![value, rowid],
            );
        }
    }
    use_it(folder.path());
}

/// Reads the file as its operator does, and as a relay that starts. Either may call it damaged.
fn use_it(folder: &Path) {
    let mut rng = ChaCha20Rng::seed_from_u64(9);
    let _shown_or_damaged = Holdings::read(folder);
    let Ok(store) = SqliteStore::open_with_reserve(folder, 0) else { return };
    let Ok(mut relay) = Relay::open(store, RelaySettings::default(), NOW, &mut rng) else { return };
    let _served_or_damaged = relay.process(Vec::new(), NOW, &mut rng);
}
