//! Backups at the relay, with the owner's key and with the operator's.

use pillarbox_client::backup::{self, BackupError};
use pillarbox_client::{BackupKey, Habits, NewAccount};
use pillarbox_crypto::SecretBytes;
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::{Who, World, contains};
use pillarbox_wire::DepositKind;

use super::world;

/// Returns Alice, whose backup is stored at the relay under a key that `held_by` holds, and the words that are in
/// the backup.
fn backed_up(held_by: BackupKey) -> (World, Who, String) {
    let mut settings = RelaySettings::default();
    settings.keeping.deposits = vec![DepositKind::BackupPart, DepositKind::BackupKey];
    let mut world = world::with(settings);
    let (alice, bob) = world.pair();
    let words = world.words();
    world.tell(bob, alice, &words);
    back_up(&mut world, alice, held_by);
    (world, alice, words)
}

fn back_up(world: &mut World, who: Who, held_by: BackupKey) {
    let (now, mut rng) = (world.now, world.fork());
    world.at(who).turn_on_backups(held_by, now, &mut rng).unwrap();
    world.run();
    assert!(!world.see(who).backup_waits().unwrap());
}

/// Returns the deposits of a kind at the relay, in order.
fn at_relay(world: &World, kind: DepositKind) -> Vec<Vec<u8>> {
    let rows = world.holdings().deposits.into_iter().filter(|row| row.kind == kind);
    rows.map(|row| row.value.0).collect()
}

fn texts(parts: &[Vec<u8>], key: Option<&SecretBytes<32>>) -> Result<Vec<String>, BackupError> {
    let contents = backup::open(parts, key)?;
    Ok(contents.texts.into_iter().map(|text| text.text).collect())
}

fn key_at_relay(world: &World) -> Option<SecretBytes<32>> {
    let key = at_relay(world, DepositKind::BackupKey).pop();
    key.map(|key| SecretBytes::from_bytes(key.try_into().unwrap()))
}

#[test]
fn the_relay_can_read_a_backup_whose_key_lies_with_it() {
    let (world, _, words) = backed_up(BackupKey::Provider);
    let read = texts(&at_relay(&world, DepositKind::BackupPart), key_at_relay(&world).as_ref()).unwrap();
    assert!(read.contains(&words), "{read:?}");
}

#[test]
fn the_relay_cannot_read_a_backup_whose_key_the_owner_wrote_down() {
    let (mut world, alice, words) = backed_up(BackupKey::Provider);
    let former = key_at_relay(&world).unwrap();
    // A key that was once stored at the relay does not open any part that is made after the owner has taken over.
    back_up(&mut world, alice, BackupKey::Owner);
    let parts = at_relay(&world, DepositKind::BackupPart);
    assert!(key_at_relay(&world).is_none());
    assert_eq!(texts(&parts, None), Err(BackupError::NoKey));
    assert_eq!(texts(&parts, Some(&former)), Err(BackupError::NotOpened { part: 0 }));
    assert!(!world.relay_has(words.as_bytes()));
    // The control: the same parts open with the key that the owner has.
    let own = world.see(alice).backup_key().unwrap().unwrap();
    assert!(texts(&parts, Some(&own)).unwrap().contains(&words));
}

#[test]
fn the_relay_cannot_change_a_backup_unnoticed() {
    let (world, alice, words) = backed_up(BackupKey::Owner);
    let own = world.see(alice).backup_key().unwrap().unwrap();
    let mut parts = at_relay(&world, DepositKind::BackupPart);
    assert!(texts(&parts, Some(&own)).unwrap().contains(&words));
    for at in 0..parts[0].len() {
        parts[0][at] ^= 1;
        assert!(texts(&parts, Some(&own)).is_err(), "byte {at}");
        parts[0][at] ^= 1;
    }
}

#[test]
fn the_relay_can_give_an_old_backup_in_place_of_the_last() {
    let (mut world, alice, words) = backed_up(BackupKey::Owner);
    let old = at_relay(&world, DepositKind::BackupPart);
    let contact = world.see(alice).contacts().unwrap().remove(0).account;
    let mut rng = world.fork();
    world.at(alice).remove_contact(contact, &mut rng).unwrap();
    back_up(&mut world, alice, BackupKey::Owner);
    let own = world.see(alice).backup_key().unwrap().unwrap();
    assert_eq!(texts(&at_relay(&world, DepositKind::BackupPart), Some(&own)), Ok(Vec::new()));
    assert!(texts(&old, Some(&own)).unwrap().contains(&words), "the key is the same, and nothing tells");
}

#[test]
fn the_relay_can_see_whose_backup_it_has_and_how_large_it_is_and_when_it_was_left() {
    let (world, alice, words) = backed_up(BackupKey::Owner);
    let row = world.holdings().deposits.remove(0);
    assert_eq!((row.account, row.kind, row.left_at), (world.id(alice), DepositKind::BackupPart, world.now));
    assert!(row.value.len() > words.len());
}

#[test]
fn a_stranger_cannot_have_the_backup_of_another_account() {
    let (mut world, alice, _) = backed_up(BackupKey::Provider);
    let mallory = world.phone_of(NewAccount { habits: Habits::default(), ..world.new_account("Mallory") });
    for (who, parts) in [(mallory, 0), (alice, 1)] {
        world.at(who).recall_backup();
        world.run();
        let recalled = world.at(who).recalled_backup().unwrap().unwrap();
        assert_eq!((recalled.parts.len(), recalled.key.is_some()), (parts, parts > 0));
    }
    assert!(!contains(&at_relay(&world, DepositKind::BackupPart).concat(), b"Mallory"));
}
