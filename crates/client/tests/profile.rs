//! The profile on disk: what its files reveal, which failures they survive, and what is erased from them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::path::Path;

use pillarbox_client::vault::FILE_NAME;
use pillarbox_client::{Notice, Passphrase, Phone, ProfileError, StorageError, Vault};
use pillarbox_crypto::PasswordCost;
use pillarbox_testkit::relay::START;
use pillarbox_testkit::world::{World, passphrase};
use pillarbox_wire::{Duration, Timestamp};
use rusqlite::Connection;

/// Returns true if these bytes are in any file of a directory.
fn on_disk(directory: &Path, bytes: &[u8]) -> bool {
    std::fs::read_dir(directory).unwrap().any(|file| {
        let content = std::fs::read(file.unwrap().path()).unwrap();
        content.windows(bytes.len()).any(|window| window == bytes)
    })
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn open(directory: &Path, now: Timestamp) -> Result<Phone, ProfileError> {
    Phone::open(directory, &passphrase(), now, &mut rand::rng())
}

/// Creates a profile with a conversation in it, closed.
fn profile() -> (tempfile::TempDir, Vec<Vec<u8>>) {
    let mut world = World::new();
    let (alice, bob) = (world.phone_on_disk(world.new_account("Alice")), world.phone("Bobolink"));
    world.introduce(alice, bob);
    world.say(alice, bob, "the owl of Minerva");
    world.run();
    world.say(bob, alice, "flies at dusk");
    world.run();
    world.offline(bob);
    world.say(alice, bob, "kept for later");
    let invitation = world.see(bob).invitation().unwrap();
    let mut planted: Vec<Vec<u8>> =
        ["the owl of Minerva", "flies at dusk", "kept for later", "Bobolink", "Alice"]
            .iter()
            .flat_map(|text| [text.as_bytes().to_vec(), utf16(text)])
            .collect();
    planted.push(invitation.account.0.to_vec());
    planted.push(invitation.identity.key_bytes().to_vec());
    planted.push(invitation.delivery_key.unwrap().0.to_vec());
    let own = world.see(alice).invitation().unwrap();
    planted.push(own.delivery_key.unwrap().0.to_vec());
    planted.push(own.identity.key_bytes()[..32].to_vec());
    (world.copy_folder(alice), planted)
}

#[test]
fn no_text_name_or_key_stands_in_the_files() {
    let (folder, planted) = profile();
    for bytes in &planted {
        assert!(!on_disk(folder.path(), bytes), "{}", String::from_utf8_lossy(bytes));
    }
    // The same search does find each of these secrets when it is unsealed in a database.
    let open = Connection::open(folder.path().join("control.sqlite")).unwrap();
    open.execute_batch("CREATE TABLE leak (bytes BLOB)").unwrap();
    for bytes in &planted {
        open.execute("INSERT INTO leak VALUES (?1)", [bytes]).unwrap();
    }
    drop(open);
    for bytes in &planted {
        assert!(on_disk(folder.path(), bytes), "the search would not find anything");
    }
}

#[test]
fn the_files_of_an_open_profile_show_nothing_either() {
    let mut world = World::new();
    let (alice, bob) = (world.phone_on_disk(world.new_account("Alice")), world.phone("Bob"));
    world.introduce(alice, bob);
    world.say(alice, bob, "the owl of Minerva");
    let path = world.folder(alice);
    assert!(path.join(format!("{FILE_NAME}-wal")).exists(), "the log is where a text would show");
    assert!(!on_disk(&path, b"the owl of Minerva"));
}

#[test]
fn a_row_put_in_another_rows_place_is_damage() {
    let (folder, _) = profile();
    let file = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    // Entries of conversations are table 5, contacts table 2: first within a table, then across two.
    let first = "(SELECT min(lookup) FROM row WHERE place = 5)";
    let last = "(SELECT max(lookup) FROM row WHERE place = 5)";
    for column in ["nonce", "sealed"] {
        let sql = format!(
            "UPDATE row SET {column} = (SELECT {column} FROM row WHERE place = 5 AND lookup = {last})
             WHERE place = 5 AND lookup = {first}"
        );
        assert_eq!(file.execute(&sql, []).unwrap(), 1);
    }
    drop(file);
    let phone = open(folder.path(), START).unwrap();
    let contact = phone.contacts().unwrap()[0].account;
    assert!(phone.history(contact).is_err());
    drop(phone);
    let file = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    let moved =
        "UPDATE row SET place = 2 WHERE place = 5 AND lookup = (SELECT max(lookup) FROM row WHERE place = 5)";
    assert_eq!(file.execute(moved, []).unwrap(), 1);
    drop(file);
    assert!(open(folder.path(), START).unwrap().contacts().is_err());
}

#[test]
fn a_wrong_passphrase_a_missing_profile_and_a_second_process_are_told_apart() {
    let (folder, _) = profile();
    let wrong = Passphrase::new("a guess".to_owned()).unwrap();
    let outcome = Phone::open(folder.path(), &wrong, START, &mut rand::rng());
    assert_eq!(outcome.err(), Some(ProfileError::WrongPassphrase));
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(open(empty.path(), START).err(), Some(ProfileError::NoProfile));
    let first = open(folder.path(), START).unwrap();
    assert_eq!(open(folder.path(), START).err(), Some(ProfileError::InUse));
    drop(first);
    assert!(open(folder.path(), START).is_ok(), "the lock goes with its holder");
}

#[test]
fn a_profile_is_not_written_over_and_one_never_finished_is_begun_again() {
    let (folder, _) = profile();
    let mut rng = rand::rng();
    let create = |folder: &Path, rng: &mut rand::rngs::ThreadRng| {
        Vault::create(folder, &passphrase(), PasswordCost::TESTING, rng).map(drop)
    };
    assert_eq!(create(folder.path(), &mut rng), Err(ProfileError::Exists));
    assert!(Vault::is_there(folder.path()));
    assert_eq!(open(folder.path(), START).unwrap().contacts().unwrap().len(), 1);

    let unfinished = tempfile::tempdir().unwrap();
    assert!(!Vault::is_there(unfinished.path()));
    create(unfinished.path(), &mut rng).unwrap();
    assert!(!Vault::is_there(unfinished.path()));
    assert_eq!(open(unfinished.path(), START).err(), Some(ProfileError::NoProfile));
    assert_eq!(create(unfinished.path(), &mut rng), Ok(()));
    std::fs::write(unfinished.path().join(FILE_NAME), [b'?'; 100]).unwrap();
    assert!(Vault::is_there(unfinished.path()), "in doubt nothing is written over");
    std::fs::write(unfinished.path().join(FILE_NAME), []).unwrap();
    assert!(!Vault::is_there(unfinished.path()));
    assert_eq!(open(unfinished.path(), START).err(), Some(ProfileError::NoProfile));
    assert_eq!(create(unfinished.path(), &mut rng), Ok(()));
}

#[test]
fn a_changed_passphrase_opens_and_the_old_one_does_not() {
    let (folder, _) = profile();
    let new = Passphrase::new("another secret".to_owned()).unwrap();
    let mut phone = open(folder.path(), START).unwrap();
    phone.change_passphrase(&new, &mut rand::rng()).unwrap();
    drop(phone);
    assert_eq!(open(folder.path(), START).err(), Some(ProfileError::WrongPassphrase));
    let phone = Phone::open(folder.path(), &new, START, &mut rand::rng()).unwrap();
    assert_eq!(phone.contacts().unwrap().len(), 1);
}

#[test]
fn a_file_that_is_no_database_and_a_later_layout_are_told() {
    let (folder, _) = profile();
    let file = Connection::open(folder.path().join(FILE_NAME)).unwrap();
    file.pragma_update(None, "user_version", 9).unwrap();
    drop(file);
    assert_eq!(open(folder.path(), START).err(), Some(ProfileError::NewerVersion { found: 9, known: 1 }));
    std::fs::write(folder.path().join(FILE_NAME), [7; 8192]).unwrap();
    assert_eq!(open(folder.path(), START).err(), Some(ProfileError::Storage(StorageError::Damaged)));
}

#[test]
fn a_text_disappears_from_both_phones_each_by_its_own_time() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let (whom, now, mut rng) = (world.id(bob), world.now, world.fork());
    world.at(alice).set_timer(whom, Some(60), now, &mut rng).unwrap();
    world.run();
    let told = world.take_notices(bob);
    assert!(told.contains(&Notice::TimerChanged { contact: world.id(alice), expires_after: Some(60) }));
    world.say(alice, bob, "read and forget");
    world.run();
    assert_eq!(world.heard(bob, alice).last().unwrap(), "read and forget");

    world.pass(Duration::from_seconds(61));
    let now = world.now;
    assert_eq!(world.at(alice).remove_expired(now, &mut rng), Ok(1));
    assert_eq!(world.at(bob).remove_expired(now, &mut rng), Ok(0), "nothing disappears unseen");
    let (writer, entry) = world.see(bob).unshown().unwrap().pop().unwrap();
    world.at(bob).mark_shown(writer, entry.place, now, &mut rng).unwrap();
    world.pass(Duration::from_seconds(60));
    world.crash(bob);
    assert_eq!(world.heard(bob, alice), ["hello"], "expired texts go when a profile opens, too");
}

#[test]
fn a_text_that_waits_does_not_disappear_before_it_is_sent() {
    let mut world = World::new();
    let (alice, bob) = world.pair();
    let (whom, now, mut rng) = (world.id(bob), world.now, world.fork());
    world.at(alice).set_timer(whom, Some(1), now, &mut rng).unwrap();
    world.run();
    world.offline(alice);
    world.say(alice, bob, "patience");
    world.pass(Duration::from_days(1));
    let now = world.now;
    assert_eq!(world.at(alice).remove_expired(now, &mut rng), Ok(0));
    world.online(alice);
    world.run();
    assert_eq!(world.heard(bob, alice).last().unwrap(), "patience");
}

#[test]
fn a_removed_rows_bytes_are_overwritten() {
    let mut world = World::new();
    let (alice, bob) = (world.phone_on_disk(world.new_account("Alice")), world.phone("Bob"));
    world.introduce(alice, bob);
    let (whom, now, mut rng) = (world.id(bob), world.now, world.fork());
    world.at(alice).set_timer(whom, Some(60), now, &mut rng).unwrap();
    world.say(alice, bob, "read and forget");
    world.run();
    let copy = world.copy_folder(alice);
    let sealed = |folder: &Path| -> Vec<Vec<u8>> {
        let file = Connection::open(folder.join(FILE_NAME)).unwrap();
        let mut statement = file.prepare("SELECT sealed FROM row WHERE place = 5").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let before = sealed(copy.path());
    assert!(before.iter().all(|bytes| on_disk(copy.path(), bytes)));
    drop(open(copy.path(), world.now + Duration::from_seconds(61)).unwrap());
    let after = sealed(copy.path());
    let removed: Vec<_> = before.iter().filter(|bytes| !after.contains(bytes)).collect();
    assert_eq!(removed.len(), 1);
    assert!(!on_disk(copy.path(), removed[0]));
}

#[test]
fn secrets_print_as_their_types_name() {
    let mut world = World::new();
    let (alice, _) = world.pair();
    let phone = world.see(alice);
    assert_eq!(format!("{phone:?}"), "Phone");
    assert_eq!(format!("{:?}", passphrase()), "Passphrase");
    let invitation = phone.invitation().unwrap();
    assert_eq!(format!("{invitation:?}"), format!("Invitation({})", invitation.account));
    let contact = phone.contacts().unwrap()[0].account;
    let entry = &phone.history(contact).unwrap()[0];
    assert!(!format!("{entry:?}").contains("hello"));
}
