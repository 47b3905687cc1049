//! Keys when uploads are lost, repeated or cut off.

use std::collections::VecDeque;

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::vault::Vault;

/// The fate of an upload.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Lost,
    /// The relay has it, and its answer was lost.
    Unanswered,
    Confirmed,
}

/// One kind of one-time keys at the relay, which accepts each number once and hands out the lowest first.
#[derive(Default)]
struct Shelved {
    stock: VecDeque<PreKeyId>,
    next: u32,
}

impl Shelved {
    fn take(&mut self, ids: impl Iterator<Item = PreKeyId>) {
        for id in ids.filter(|id| id.0 >= self.next).collect::<Vec<_>>() {
            self.next = id.0 + 1;
            self.stock.push_back(id);
        }
    }
}

/// A phone's vault, and the relay that it uploads keys to.
struct World {
    rng: StdRng,
    vault: Vault,
    identity: IdentitySecret,
    one_time: Shelved,
    kem: Shelved,
}

impl World {
    fn new() -> Self {
        let mut rng = StdRng::from_seed([2; 32]);
        let mut vault = Vault::in_memory(&mut rng).unwrap();
        let identity = IdentitySecret::generate(&mut rng);
        let now = Timestamp::from_seconds(1_490_193_600);
        vault.transact(&mut rng, |rows| begin(rows, &identity, now)).unwrap();
        Self { rng, vault, identity, one_time: Shelved::default(), kem: Shelved::default() }
    }

    /// Plays one connection: the phone asks for the count, and uploads what it believes is missing.
    fn connect(&mut self, fates: &[Fate]) {
        let left = (self.one_time.stock.len() as u32, self.kem.stock.len() as u32);
        let identity = &self.identity;
        let Refill { uploads, offered_before } =
            self.vault.transact(&mut self.rng, |rows| refill(rows, identity, left)).unwrap();
        for (at, upload) in uploads.iter().enumerate() {
            assert!(upload.one_time.len() <= MAX_PREKEYS_PER_UPLOAD);
            assert!(upload.one_time_kem.len() <= MAX_PREKEYS_PER_UPLOAD);
            match fates[at % fates.len()] {
                // The connection is lost, and with it every later frame.
                Fate::Lost => return,
                Fate::Unanswered => {
                    self.store(upload);
                    return;
                }
                Fate::Confirmed => {
                    self.store(upload);
                    let numbers = Numbers::of(upload);
                    let fill_up = offered_before && at + 1 == uploads.len();
                    self.vault.transact(&mut self.rng, |rows| stored(rows, &numbers, fill_up)).unwrap();
                }
            }
        }
    }

    fn store(&mut self, upload: &PreKeyUpload) {
        self.one_time.take(upload.one_time.iter().map(|key| key.id));
        self.kem.take(upload.one_time_kem.iter().map(|key| key.id));
    }

    /// Somebody fetches a bundle, and may write.
    fn hand_out(&mut self, writes: bool) {
        let (one_time, kem) = (self.one_time.stock.pop_front(), self.kem.stock.pop_front());
        let used = one_time.map(ConsumedPreKey::OneTime).into_iter().chain(kem.map(ConsumedPreKey::Kem));
        if writes {
            let used: Vec<_> = used.collect();
            self.vault.transact(&mut self.rng, |rows| consume(rows, &used)).unwrap();
        }
    }

    /// Checks that every key left at the relay opens a message, and is handed out for the first time.
    fn check(&self) {
        self.vault
            .read(|rows| {
                for id in &self.one_time.stock {
                    assert!(rows.has(Table::OneTimePreKeys, &key(*id))?, "one-time {id:?}");
                }
                for id in &self.kem.stock {
                    assert!(rows.has(Table::KemPreKeys, &key(*id))?, "KEM {id:?}");
                }
                let kept = rows.all(Table::OneTimePreKeys)?.len() + rows.all(Table::KemPreKeys)?.len();
                assert!(kept <= (NUMBERS_KEPT + 4 * FULL_STOCK) as usize, "{kept} keys are kept");
                Ok::<_, StorageError>(())
            })
            .unwrap();
    }
}

#[test]
fn a_stock_that_was_offered_twice_is_filled_up_though_the_program_ends_before_it_counts() {
    let mut world = World::new();
    let offered = |world: &World| (world.one_time.stock.len() as u32, world.kem.stock.len() as u32);
    world.connect(&[Fate::Confirmed, Fate::Unanswered]);
    // The relay has half of this upload already and adds nothing for it; then the program ends.
    world.connect(&[Fate::Confirmed]);
    let some = offered(&world);
    let is_some = |left: u32| (LOW_STOCK..FULL_STOCK).contains(&left);
    assert!(is_some(some.0) && is_some(some.1), "not low, and not full: {some:?}");
    world.connect(&[Fate::Confirmed]);
    assert_eq!(offered(&world), (FULL_STOCK, FULL_STOCK));
}

#[test]
fn uploads_that_are_lost_again_and_again_delete_no_key_that_the_relay_still_hands_out() {
    let mut world = World::new();
    world.connect(&[Fate::Confirmed]);
    assert_eq!(world.one_time.stock.len(), FULL_STOCK as usize);
    (0..=FULL_STOCK - LOW_STOCK).for_each(|_| world.hand_out(true));
    for _ in 0..30 {
        world.connect(&[Fate::Lost]);
        world.check();
    }
    world.connect(&[Fate::Confirmed]);
    world.check();
    assert_eq!(world.kem.stock.len(), FULL_STOCK as usize);
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![1 => Just(Fate::Lost), 1 => Just(Fate::Unanswered), 3 => Just(Fate::Confirmed)];
    prop::collection::vec(fate, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn whatever_becomes_of_uploads_the_relay_hands_out_only_keys_that_open(
        rounds in prop::collection::vec((fates(), 0_u32..120, any::<bool>()), 1..16),
    ) {
        let mut world = World::new();
        for (fates, fetched, write) in rounds {
            world.connect(&fates);
            world.check();
            (0..fetched).for_each(|_| world.hand_out(write));
            world.check();
        }
        // A good line at last. Earlier uploads may have had numbers that the relay knows.
        (0..3).for_each(|_| world.connect(&[Fate::Confirmed]));
        world.check();
        prop_assert!(world.one_time.stock.len() >= LOW_STOCK as usize);
        prop_assert!(world.kem.stock.len() >= LOW_STOCK as usize);
    }
}

#[test]
fn the_keys_that_were_handed_out_while_the_phone_was_away_are_there_when_it_is_back() {
    let mut rng = StdRng::from_seed([1; 32]);
    let mut vault = Vault::in_memory(&mut rng).unwrap();
    let identity = IdentitySecret::generate(&mut rng);
    let start = Timestamp::from_seconds(1_490_193_600);
    let mut at = |now: Timestamp, begins: bool| {
        let upload = vault.transact(&mut rng, |rows| {
            if begins {
                begin(rows, &identity, now)?;
            }
            let upload = current(rows, &identity, now, true)?.unwrap();
            let has = |id: PreKeyId| {
                Ok::<_, StorageError>((
                    rows.has(Table::SignedPreKeys, &key(id))?,
                    rows.has(Table::KemPreKeys, &key(PreKeyId(id.0 + 1)))?,
                ))
            };
            Ok::<_, StorageError>((upload.signed.unwrap().id, has(PreKeyId(1))?))
        });
        upload.unwrap()
    };
    let (handed_out, _) = at(start, true);
    assert_eq!(handed_out, PreKeyId(1));
    let back = start + Duration::from_days(100);
    let (replacement, first) = at(back, false);
    assert_ne!(replacement, handed_out);
    assert_eq!(first, (true, true), "a first message may have come under it yesterday");
    assert_eq!(at(back + RETIRED_KEPT, false).1, (false, false));
}
