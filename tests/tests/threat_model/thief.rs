//! A thief with the phone. One finds it switched off and has the profile's folder without the passphrase. Another finds
//! it switched on, with a chat that is open or locked.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use pillarbox_client::vault::FILE_NAME;
use pillarbox_client::{NewAccount, Passphrase, Phone, PhoneError, ProfileError, Protection, StorageError};
use pillarbox_crypto::labels::VAULT_WRAP;
use pillarbox_crypto::{AeadKey, PasswordCost, aead, kdf, password};
use pillarbox_lab::audit::AuditPlan;
use pillarbox_lab::audit::locking::{self, LockingWay};
use pillarbox_lab::audit::needle::NeedleRole;
use pillarbox_lab::audit::report::{Locking, Moment, SearchedPlace};
use pillarbox_testkit::frames::handle;
use pillarbox_testkit::program::programs;
use pillarbox_testkit::relay::START;
use pillarbox_testkit::world::{Who, World, folder_contains, passphrase};
use pillarbox_wire::AccountId;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::{Connection, params};

use super::copy::Copy;
use super::world;

const NUMBER: &str = "+44 7700 900123";

/// The vault's table of the account.
const ACCOUNT: u8 = 1;
/// The vault's table of contacts.
const CONTACTS: u8 = 2;
/// The vault's table of texts.
const ENTRIES: u8 = 5;

fn database(folder: &Path) -> Connection {
    Connection::open(folder.join(FILE_NAME)).unwrap()
}

/// Returns the number of rows in each table, and the length of each row.
fn sizes(folder: &Path) -> BTreeMap<u8, Vec<u32>> {
    let database = database(folder);
    let mut statement = database.prepare("SELECT place, length(sealed) FROM row").unwrap();
    let mut sizes: BTreeMap<u8, Vec<u32>> = BTreeMap::new();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.for_each(|row| {
        let (place, length) = row.unwrap();
        sizes.entry(place).or_default().push(length);
    });
    sizes
}

/// Returns Alice, with a profile in a folder, and Bob, after they have talked.
fn talked(world: &mut World) -> (Who, Who) {
    let alice = world.phone_on_disk(world.new_account("Alice"));
    let bob = world.phone("Bob");
    world.introduce(alice, bob);
    (alice, bob)
}

#[test]
fn a_thief_can_count_the_rows_of_a_vault_and_see_their_sizes() {
    let mut world = world::new();
    let (alice, bob) = talked(&mut world);
    let before = sizes(world.copy_folder(alice).path());
    world.run();
    let lengths = [100, 2_000];
    lengths.iter().for_each(|length| world.tell(alice, bob, &"x".repeat(*length)));
    let after = sizes(world.copy_folder(alice).path());
    world.run();
    assert_eq!(after[&CONTACTS].len(), 1);
    assert_eq!(after[&ENTRIES].len(), before[&ENTRIES].len() + 2, "one row for each text");
    let mut longest = after[&ENTRIES].clone();
    longest.sort_unstable();
    let [.., short, long] = longest[..] else { panic!("two texts") };
    assert_eq!(long - short, 1_900);
}

/// Computes one guess as a thief would: one Argon2id over the values that are in the clear beside the wrapped key.
fn guess(wrapped: &[u8], guess: &str) -> (PasswordCost, bool) {
    let number = |at: usize| u32::from_be_bytes(wrapped[at..at + 4].try_into().unwrap());
    let cost = PasswordCost { memory_kib: number(1), passes: number(5), lanes: number(9) };
    let (salt, nonce) = (wrapped[13..29].try_into().unwrap(), wrapped[29..53].try_into().unwrap());
    let stretched = password::stretch(guess.as_bytes(), &salt, cost).unwrap();
    let key = AeadKey::from_bytes(*kdf::hkdf::<32>(&[], &[stretched.as_bytes()], VAULT_WRAP, &[]));
    (cost, aead::open_extended(&key, &nonce, &wrapped[..53], &wrapped[53..101]).is_ok())
}

#[test]
fn a_thief_can_guess_passphrases_at_the_cost_of_one_argon2id_each() {
    let world = world::new();
    let folder = tempfile::tempdir().unwrap();
    let mut rng = StdRng::from_seed([3; 32]);
    let new = world.new_account("Alice");
    drop(Phone::create(folder.path(), &passphrase(), new, START, &mut rng).unwrap());
    let wrapped: Vec<u8> =
        database(folder.path()).query_row("SELECT wrapped FROM lock", [], |row| row.get(0)).unwrap();
    let cost = PasswordCost::INTERACTIVE;
    assert_eq!(guess(&wrapped, "an open secret"), (cost, true));
    assert_eq!(guess(&wrapped, "an open secret?"), (cost, false));
    let refused =
        Phone::open(folder.path(), &Passphrase::new("an open secret?".to_owned()).unwrap(), START, &mut rng);
    assert_eq!(refused.err(), Some(ProfileError::WrongPassphrase));
}

#[test]
fn a_thief_can_put_an_old_copy_of_the_vault_back() {
    let mut world = world::new();
    let (alice, bob) = talked(&mut world);
    let old = world.copy_folder(alice);
    world.run();
    world.tell(bob, alice, "after the copy");
    assert_eq!(world.heard(alice, bob), ["hello yourself", "after the copy"]);
    world.put_back(alice, old);
    world.run();
    assert_eq!(world.heard(alice, bob), ["hello yourself"], "it opens, as it was");
    // The two phones synchronise again.
    world.tell(bob, alice, "and now?");
    assert_eq!(world.heard(alice, bob).last().unwrap(), "and now?");
}

#[test]
fn a_thief_can_delete_rows_of_the_vault_unnoticed() {
    let mut world = world::new();
    let (alice, bob) = talked(&mut world);
    let folder = world.copy_folder(alice);
    world.run();
    assert_eq!(look(folder.path(), world.id(bob)), Ok(3), "a contact and two texts");
    let sql = "DELETE FROM row WHERE place = ?1 AND lookup IN (SELECT min(lookup) FROM row WHERE place = ?1)";
    assert_eq!(database(folder.path()).execute(sql, [ENTRIES]).unwrap(), 1);
    // To the owner, the text looks like one that has disappeared. The thief does not know which text it was.
    assert_eq!(look(folder.path(), world.id(bob)), Ok(2));
}

#[test]
fn a_thief_cannot_find_a_text_a_name_a_number_or_a_key_in_the_vault() {
    for protection in [Protection::ServerReadable, Protection::EndToEnd] {
        let mut world = world::new();
        let (name, sent, received) = (world.words(), world.words(), world.words());
        let account = NewAccount { protection, handle: Some(handle(NUMBER)), ..world.new_account(&name) };
        let alice = world.phone_on_disk(account);
        let bob = world.phone_of(NewAccount { protection, ..world.new_account("Bob") });
        world.invite(alice, bob);
        world.invite(bob, alice);
        world.tell(alice, bob, "hello");
        world.tell(bob, alice, &received);
        world.offline(bob);
        world.tell(alice, bob, &sent);
        let folder = world.copy_folder(alice);
        world.run();

        let readable = [name.as_bytes().to_vec(), sent.as_bytes().to_vec(), received.as_bytes().to_vec()];
        let known_to_relay = [alice, bob].into_iter().flat_map(|who| {
            let identity = world.identity(who);
            [world.id(who).0.to_vec(), identity.signing.0.to_vec(), identity.agreement.0.to_vec()]
        });
        let known_to_relay: Vec<_> =
            known_to_relay.chain([handle(NUMBER).as_str().as_bytes().to_vec()]).collect();
        for mark in readable.iter().chain(&known_to_relay) {
            assert!(!folder_contains(folder.path(), mark));
        }
        // The same search finds them where they are not sealed, in the file of a relay.
        assert!(known_to_relay.iter().all(|mark| world.relay_keeps(mark)));
        if protection == Protection::ServerReadable {
            assert!(world.relay_keeps(sent.as_bytes()));
        } else {
            let keys = [alice, bob].map(|who| world.delivery_key(who));
            assert!(keys.iter().all(|key| !folder_contains(folder.path(), key) && world.relay_has(key)));
        }
        // With the passphrase they are there.
        let opened = Copy::open(folder, world.now, &world);
        assert_eq!(opened.kept(world.id(bob)), ["hello", &*received, &sent]);
    }
}

/// Swaps the contents of two rows.
fn swap(folder: &Path, [one, other]: [(u8, u32); 2]) {
    type Row = (Vec<u8>, Vec<u8>, Vec<u8>);
    let database = database(folder);
    let [one, other] = [one, other].map(|(place, at)| {
        let sql = "SELECT lookup, nonce, sealed FROM row WHERE place = ?1 ORDER BY lookup LIMIT 1 OFFSET ?2";
        let read = |row: &rusqlite::Row<'_>| Ok::<Row, _>((row.get(0)?, row.get(1)?, row.get(2)?));
        (place, database.query_row(sql, params![place, at], read).unwrap())
    });
    for ((place, (lookup, ..)), (_, (_, nonce, sealed))) in [(&one, &other), (&other, &one)] {
        let sql = "UPDATE row SET nonce = ?1, sealed = ?2 WHERE place = ?3 AND lookup = ?4";
        assert_eq!(database.execute(sql, params![nonce, sealed, place, lookup]).unwrap(), 1);
    }
}

/// Opens the profile and reads everything that an owner would.
fn look(folder: &Path, contact: AccountId) -> Result<usize, StorageError> {
    let storage = |error| match error {
        PhoneError::Storage(error) => error,
        error => panic!("{error}"),
    };
    let phone = match Phone::open(folder, &passphrase(), START, &mut StdRng::from_seed([4; 32])) {
        Ok(phone) => phone,
        Err(ProfileError::Storage(error)) => return Err(error),
        Err(error) => panic!("{error}"),
    };
    Ok(phone.contacts().map_err(storage)?.len() + phone.history(contact).map_err(storage)?.len())
}

#[test]
fn a_thief_cannot_move_a_row_of_the_vault_to_another_place_unnoticed() {
    let mut world = world::new();
    let (alice, bob) = talked(&mut world);
    let folder = world.copy_folder(alice);
    world.run();
    let contact = world.id(bob);
    assert_eq!(look(folder.path(), contact), Ok(3), "a contact and two texts");
    for rows in [
        [(ACCOUNT, 0), (ACCOUNT, 1)],
        [(ENTRIES, 0), (ENTRIES, 1)],
        [(CONTACTS, 0), (ENTRIES, 0)],
        [(ACCOUNT, 0), (CONTACTS, 0)],
    ] {
        swap(folder.path(), rows);
        assert_eq!(look(folder.path(), contact), Err(StorageError::Damaged), "{rows:?}");
        swap(folder.path(), rows);
        assert_eq!(look(folder.path(), contact), Ok(3), "{rows:?}, put back");
    }
}

/// Returns the audit of the real program in a chat, made while it is open and after it was locked.
fn chat() -> &'static Locking {
    static LOOKED: OnceLock<Locking> = OnceLock::new();
    LOOKED.get_or_init(|| {
        let plan = AuditPlan { phone_program: programs().phone(), ..AuditPlan::new(programs().relay()) };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(locking::play(&plan, LockingWay::Typed)).unwrap()
    })
}

/// Returns the number of times that something of a role was found in the program's memory.
fn in_memory(moment: Moment, role: NeedleRole) -> usize {
    chat().at(SearchedPlace::PhoneMemory, moment).map(|looked| looked.found(role).count()).sum()
}

/// The roles that a thief is after.
const YIELD: [NeedleRole; 3] = [NeedleRole::Said, NeedleRole::Name, NeedleRole::Key];

#[test]
fn a_thief_can_find_texts_names_and_keys_in_the_memory_of_a_chat_that_is_open() {
    for role in YIELD {
        assert!(in_memory(Moment::Open, role) > 0, "{role:?}");
    }
}

#[test]
fn a_thief_cannot_find_a_text_a_name_or_a_key_in_the_memory_of_a_locked_chat() {
    for role in YIELD {
        assert_eq!(in_memory(Moment::Locked, role), 0, "{role:?}");
    }
    // The memory is that of a working program, and of the same process throughout. Once it is opened again, it contains
    // names and keys again.
    assert!(in_memory(Moment::Locked, NeedleRole::Witness) > 0);
    assert!(
        in_memory(Moment::Reopened, NeedleRole::Name) > 0 && in_memory(Moment::Reopened, NeedleRole::Key) > 0
    );
}
