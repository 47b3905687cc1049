//! Backups: their content, who can open them, detection of missing or altered parts, and restoring.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_client::backup::{self, Backup, BackupContents, BackupError, SavedText};
use pillarbox_client::{
    BackupKey, BodyId, EntryDirection, Habits, NewAccount, PhoneError, Protection, RecalledBackup,
};
use pillarbox_crypto::SecretBytes;
use pillarbox_relay::RelaySettings;
use pillarbox_testkit::world::World;
use pillarbox_wire::limits::MAX_PAYLOAD_LEN;
use pillarbox_wire::{AccountId, ClientFrame, DepositKind, FixedBytes, RelayFrame, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;

fn text(number: u8, len: usize) -> SavedText {
    SavedText {
        id: BodyId(FixedBytes([number; 16])),
        sent_at: Timestamp(u64::from(number)),
        stored_at: Timestamp(u64::from(number)),
        contact: Some(AccountId([9; 16])),
        group: None,
        direction: EntryDirection::Received { sealed: true, verified: false },
        text: "x".repeat(len),
    }
}

/// Makes a backup of four parts: two texts of 16 KiB go into each.
fn made(key: Option<[u8; 32]>) -> (BackupContents, Backup) {
    let contents = BackupContents {
        texts: (0..8).map(|number| text(number, 16_384)).collect(),
        ..BackupContents::default()
    };
    let held_by = if key.is_some() { BackupKey::Owner } else { BackupKey::None };
    let mut rng = StdRng::from_seed([3; 32]);
    let backup = Backup::make(contents.clone(), held_by, key.map(SecretBytes::from_bytes), &mut rng).unwrap();
    assert_eq!(backup.parts.len(), 4);
    (contents, backup)
}

const KEYS: [Option<[u8; 32]>; 2] = [None, Some([5; 32])];

fn reopened(parts: &[Vec<u8>], key: Option<[u8; 32]>) -> Result<BackupContents, BackupError> {
    backup::open(parts, key.map(SecretBytes::from_bytes).as_ref())
}

#[test]
fn what_was_backed_up_comes_back_and_every_part_fits_a_deposit() {
    for key in KEYS {
        let (contents, backup) = made(key);
        assert!(backup.parts.iter().all(|part| part.len() <= MAX_PAYLOAD_LEN));
        assert_eq!(reopened(&backup.parts, key), Ok(contents));
    }
    let nothing =
        Backup::make(BackupContents::default(), BackupKey::None, None, &mut StdRng::from_seed([3; 32]))
            .unwrap();
    assert_eq!(reopened(&nothing.parts, None), Ok(BackupContents::default()));
}

#[test]
fn missing_swapped_doubled_and_foreign_parts_are_noticed() {
    for key in KEYS {
        let (_, Backup { parts, .. }) = made(key);
        let other = Backup::make(
            BackupContents {
                texts: (0..8).map(|number| text(number, 16_384)).collect(),
                ..BackupContents::default()
            },
            BackupKey::Owner,
            key.map(SecretBytes::from_bytes),
            &mut StdRng::from_seed([4; 32]),
        );
        let other = other.unwrap().parts;
        let pick = |places: &[usize]| {
            let picked: Vec<_> = places.iter().map(|place| parts[*place].clone()).collect();
            reopened(&picked, key).err()
        };
        assert_eq!(pick(&[]), Some(BackupError::Count { expected: 1, got: 0 }));
        assert_eq!(pick(&[0, 1, 2]), Some(BackupError::Count { expected: 4, got: 3 }));
        assert_eq!(pick(&[0, 1, 3]), Some(BackupError::Count { expected: 4, got: 3 }));
        assert_eq!(pick(&[0, 2, 1, 3]), Some(BackupError::OutOfOrder { part: 1 }));
        assert_eq!(pick(&[0, 1, 1, 3]), Some(BackupError::OutOfOrder { part: 2 }));
        assert_eq!(pick(&[0, 1, 2, 3, 3]), Some(BackupError::Count { expected: 4, got: 5 }));
        let mixed = [parts[0].clone(), other[1].clone(), parts[2].clone(), parts[3].clone()];
        assert_eq!(reopened(&mixed, key).err(), Some(BackupError::OtherBackup { part: 1 }));
    }
}

#[test]
fn a_part_that_was_cut_off_anywhere_or_altered_anywhere_does_not_open() {
    let key = Some([5; 32]);
    let short = BackupContents { texts: vec![text(1, 20)], ..BackupContents::default() };
    let held = key.map(SecretBytes::from_bytes);
    let backup = Backup::make(short, BackupKey::Owner, held, &mut StdRng::from_seed([3; 32])).unwrap();
    let part = &backup.parts[0];
    assert!(reopened(&backup.parts, key).is_ok());
    for at in 0..part.len() {
        assert!(reopened(&[part[..at].to_vec()], key).is_err(), "cut at {at}");
        let mut altered = part.clone();
        altered[at] ^= 1;
        assert!(reopened(&[altered], key).is_err(), "altered at {at}");
    }
    // The numbers fit, but somebody without the key wrote them.
    let (_, sealed) = made(key);
    let mut renumbered = vec![sealed.parts[1].clone(), sealed.parts[0].clone()];
    renumbered.extend_from_slice(&sealed.parts[2..]);
    for (number, part) in renumbered.iter_mut().enumerate().take(2) {
        part[20] = u8::try_from(number).unwrap();
    }
    assert_eq!(reopened(&renumbered, key).err(), Some(BackupError::NotOpened { part: 0 }));
}

#[test]
fn without_the_key_or_with_another_a_sealed_backup_stays_shut_and_a_readable_one_needs_none() {
    let (_, sealed) = made(Some([5; 32]));
    assert_eq!(reopened(&sealed.parts, None).err(), Some(BackupError::NoKey));
    assert_eq!(reopened(&sealed.parts, Some([6; 32])).err(), Some(BackupError::NotOpened { part: 0 }));
    let (contents, readable) = made(None);
    assert_eq!(reopened(&readable.parts, Some([6; 32])), Ok(contents));
}

#[test]
fn a_key_of_64_digits_is_read_in_any_case_and_spacing() {
    let half = "a5".repeat(16);
    let typed = format!(" {} {half}\n", half.to_uppercase());
    assert_eq!(backup::key_from(&typed).unwrap().as_bytes(), &[0xA5; 32]);
    for wrong in ["", "a5", &"g".repeat(64), &"a".repeat(66)] {
        assert!(backup::key_from(wrong).is_none());
    }
}

fn backing_up(whose: Option<BackupKey>) -> (World, [usize; 2]) {
    let mut settings = RelaySettings::default();
    settings.keeping.deposits = vec![DepositKind::BackupPart, DepositKind::BackupKey];
    let mut world = World::with(settings);
    let phones = ["Alice", "Bob"].map(|name| {
        let habits = Habits { backup: whose, ..Habits::default() };
        let new = world.account(name, Protection::EndToEnd);
        world.phone_of(NewAccount { habits, ..new })
    });
    world.introduce(phones[0], phones[1]);
    (world, phones)
}

/// Returns the deposits at the relay: the parts in order, and the key.
fn left(world: &World) -> (Vec<Vec<u8>>, Option<Vec<u8>>) {
    let (mut parts, mut key) = (std::collections::BTreeMap::new(), None);
    for frame in world.seen() {
        let ClientFrame::LeaveDeposits(frame) = frame else { continue };
        for deposit in frame.deposits.clone() {
            let value = deposit.value.map(|value| value.0);
            match deposit.kind {
                DepositKind::BackupKey => key = value,
                _ => drop(parts.insert(deposit.subject.0, value)),
            }
        }
    }
    (parts.into_values().flatten().collect(), key)
}

fn leave(world: &mut World, at: usize) {
    let (now, mut rng) = (world.now, world.fork());
    world.at(at).leave_backup(now, &mut rng).unwrap();
    world.run();
}

#[test]
fn a_backup_at_the_relay_opens_for_whoever_holds_the_key_that_the_habit_says() {
    for whose in [BackupKey::None, BackupKey::Provider, BackupKey::Owner] {
        let (mut world, [alice, bob]) = backing_up(Some(whose));
        leave(&mut world, alice);
        let (parts, beside) = left(&world);
        let beside = beside.map(|key| SecretBytes::from_bytes(key.try_into().unwrap()));
        let by_relay = backup::open(&parts, beside.as_ref());
        let by_owner = world.see(alice).backup_key().unwrap();
        assert_eq!(by_owner.is_some(), whose != BackupKey::None);
        let contents = backup::open(&parts, by_owner.as_ref()).unwrap();
        let words: Vec<_> = contents.texts.iter().map(|text| text.text.as_str()).collect();
        assert_eq!(words, ["hello", "hello yourself"]);
        assert_eq!(contents.contacts[0].account, world.id(bob));
        match whose {
            BackupKey::Owner => assert_eq!(by_relay.err(), Some(BackupError::NoKey)),
            BackupKey::None | BackupKey::Provider => assert_eq!(by_relay, Ok(contents)),
        }
        assert_eq!(world.relay_saw("hello yourself"), whose == BackupKey::None);
    }
}

#[test]
fn a_later_backup_takes_the_place_of_the_one_before() {
    let (mut world, [alice, bob]) = backing_up(Some(BackupKey::Owner));
    for _ in 0..6 {
        world.say(bob, alice, &"x".repeat(16_000));
        world.run();
    }
    leave(&mut world, alice);
    assert!(left(&world).0.len() >= 3);
    let (whom, mut rng) = (world.id(bob), world.fork());
    world.at(alice).remove_contact(whom, &mut rng).unwrap();
    leave(&mut world, alice);
    let (parts, _) = left(&world);
    let key = world.see(alice).backup_key().unwrap().unwrap();
    let nothing = BackupContents { made_at: world.now, ..BackupContents::default() };
    assert_eq!(backup::open(&parts, Some(&key)), Ok(nothing));
}

#[test]
fn what_is_to_disappear_and_what_has_not_left_the_phone_is_not_backed_up() {
    let (mut world, [alice, bob]) = backing_up(Some(BackupKey::None));
    let (whom, now, mut rng) = (world.id(bob), world.now, world.fork());
    world.offline(alice);
    world.say(alice, bob, "still here");
    world.at(alice).set_timer(whom, Some(3_600), now, &mut rng).unwrap();
    world.say(alice, bob, "gone in an hour");
    let exported = world.at(alice).export_backup(now, &mut rng).unwrap();
    assert_eq!(backup::open(&exported.parts, None).unwrap().texts.len(), 2, "the two of the introduction");
    world.online(alice);
    world.run();
    let exported = world.at(alice).export_backup(now, &mut rng).unwrap();
    let texts = backup::open(&exported.parts, None).unwrap().texts;
    assert_eq!(texts.last().unwrap().text, "still here");
}

#[test]
fn another_phone_reads_a_backup_in_once_however_often_it_is_given_it() {
    let (mut world, [alice, bob]) = backing_up(Some(BackupKey::Owner));
    let (whom, mut now, mut rng) = (world.id(bob), world.now, world.fork());
    let group = world.at(alice).make_group("Pier", &[whom], now, &mut rng).unwrap();
    now = now + pillarbox_wire::Duration::from_seconds(1);
    world.at(alice).queue_group_text(group, "to all", now, &mut rng).unwrap();
    world.run();
    let exported = world.at(alice).export_backup(now, &mut rng).unwrap();
    let fresh = world.phone("Alice again");
    let phone = world.at(fresh);
    assert_eq!(
        phone.restore_backup(&exported.parts, None, now, &mut rng),
        Err(PhoneError::Backup(BackupError::NoKey))
    );
    assert!(phone.contacts().unwrap().is_empty());
    assert_eq!(phone.restore_backup(&exported.parts, exported.key.as_ref(), now, &mut rng), Ok(3));
    assert_eq!(phone.restore_backup(&exported.parts, exported.key.as_ref(), now, &mut rng), Ok(0));
    world.crash(fresh);
    assert_eq!(world.heard(fresh, bob), ["hello yourself"]);
    assert_eq!(world.see(fresh).group_history(group).unwrap()[0].entry.text(), Some("to all"));
    assert!(world.see(fresh).groups().unwrap().is_empty(), "it is to be read, and nobody's to write to");
    // Bob has his keys back, so a conversation continues.
    world.say(fresh, bob, "a new phone");
    world.run();
    assert_eq!(world.heard(bob, fresh), ["a new phone"]);
}

#[test]
fn a_phone_without_the_habit_makes_no_backup_and_one_at_another_operator_can_leave_it() {
    let (mut world, [alice, _]) = backing_up(None);
    let (now, mut rng) = (world.now, world.fork());
    assert_eq!(world.at(alice).leave_backup(now, &mut rng), Err(PhoneError::NoBackups));
    let (mut here, [bob, _]) = backing_up(Some(BackupKey::Provider));
    let exported = here.at(bob).export_backup(now, &mut rng).unwrap();
    assert_eq!(world.at(alice).deposit_parts(&exported, &mut rng), Err(PhoneError::NoBackups));
    let (mut cloud, [account, _]) = backing_up(Some(BackupKey::Provider));
    cloud.at(account).deposit_parts(&exported, &mut rng).unwrap();
    cloud.run();
    let (parts, key) = left(&cloud);
    let key = SecretBytes::from_bytes(key.unwrap().try_into().unwrap());
    assert_eq!(backup::open(&parts, Some(&key)).unwrap().texts.len(), 2);
}

/// Returns what the relay has of a phone's backup.
fn recalled(world: &mut World, at: usize) -> RecalledBackup {
    world.at(at).recall_backup();
    world.run();
    world.at(at).recalled_backup().unwrap().unwrap()
}

fn turn_on(world: &mut World, at: usize, whose: BackupKey) {
    let (now, mut rng) = (world.now, world.fork());
    world.at(at).turn_on_backups(whose, now, &mut rng).unwrap();
    world.run();
}

#[test]
fn a_backup_is_given_back_whole_also_over_a_connection_that_breaks() {
    let (mut world, [alice, bob]) = backing_up(None);
    for _ in 0..6 {
        world.say(bob, alice, &"x".repeat(16_000));
        world.run();
    }
    turn_on(&mut world, alice, BackupKey::Provider);
    let whole = recalled(&mut world, alice);
    assert!(whole.parts.len() >= 3 && whole.key.is_some() && whole.takes_keys);
    assert_eq!(backup::open(&whole.parts, whole.key.as_ref()).unwrap().texts.len(), 8);
    let mut answers = 0;
    world.lose = Box::new(move |_, frame| {
        let is_answer = matches!(frame, RelayFrame::Recalled(_));
        answers += u32::from(is_answer);
        is_answer && answers == 2
    });
    assert_eq!(recalled(&mut world, alice).parts, whole.parts);
}

#[test]
fn a_fresh_backup_is_left_if_something_has_changed_and_not_otherwise() {
    let (mut world, [alice, bob]) = backing_up(None);
    let (now, mut rng) = (world.now, world.fork());
    assert_eq!(world.at(alice).refresh_backup(now, &mut rng), Ok(false), "backups are off");
    turn_on(&mut world, alice, BackupKey::Owner);
    let first = recalled(&mut world, alice).parts;
    assert_eq!(world.at(alice).refresh_backup(now, &mut rng), Ok(false));
    world.crash(alice);
    assert_eq!(world.at(alice).refresh_backup(now, &mut rng), Ok(false), "it is remembered");
    world.say(bob, alice, "something new");
    world.run();
    assert_eq!(world.at(alice).refresh_backup(now, &mut rng), Ok(true));
    assert!(world.see(alice).backup_waits().unwrap());
    world.run();
    assert!(!world.see(alice).backup_waits().unwrap());
    assert_ne!(recalled(&mut world, alice).parts, first);
}

#[test]
fn backups_that_are_turned_off_are_deleted_also_those_that_another_phone_left() {
    let (mut world, [alice, _]) = backing_up(None);
    turn_on(&mut world, alice, BackupKey::Provider);
    let key = *world.see(alice).backup_key().unwrap().unwrap().as_bytes();
    let mut rng = world.fork();
    world.at(alice).mark_backup_key_shown(&mut rng).unwrap();
    let left = recalled(&mut world, alice);
    world.at(alice).turn_off_backups(&mut rng).unwrap();
    assert!(world.see(alice).backup_key().unwrap().is_none());
    assert!(!world.see(alice).knows_backup().unwrap());
    world.run();
    let nothing = recalled(&mut world, alice);
    assert!(nothing.parts.is_empty() && nothing.key.is_none());

    // Another phone, unknown to this one, left the same parts.
    turn_on(&mut world, alice, BackupKey::Provider);
    assert_ne!(*world.see(alice).backup_key().unwrap().unwrap().as_bytes(), key, "a new key each time");
    assert!(!world.see(alice).backup_key_was_shown().unwrap());
    let (other, now) = (world.phone("Alice again"), world.now);
    world.at(other).found_backup(&left, &mut rng).unwrap();
    assert!(world.see(other).knows_backup().unwrap());
    world.at(other).turn_on_backups(BackupKey::Owner, now, &mut rng).unwrap();
    world.run();
    assert!(world.seen().any(|frame| match frame {
        ClientFrame::LeaveDeposits(frame) =>
            frame.deposits.iter().any(|it| it.kind == DepositKind::BackupKey && it.value.is_none()),
        _ => false,
    }));
}
