//! Model A: the simulation of the intersection attack in Martiny and others, NDSS 2021 (`sms_gen.c`, `attack_test.c`,
//! `attack.c`).
//!
//! Everybody sends 50 messages a day. Alice writes to Bob once in each epoch. After the first epoch a quarter of
//! the other messages repeat earlier ones and a quarter answer earlier ones. Counts are rounded up, and earlier
//! means before the latest epoch. The rest of the messages are fresh. Each goes from one random person to another,
//! where the authors choose two neighbours in a random graph with 90 contacts for each person. Each message
//! triggers a receipt to its sender in the same epoch. Each run here draws from its own random stream. The authors'
//! streams are seeded from the clock, so that runs that begin in the same second are the same run.

use crate::intersection::Candidates;
use crate::random::Random;

/// The settings of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The number of users.
    pub users: u32,
    /// The length of an epoch, in seconds.
    pub epoch: u32,
}

/// The messages of one user in one day.
const A_DAY: u64 = 50;

/// The seconds of a day.
const DAY: u64 = 86_400;

/// The number of epochs after which a run without an end is given up. The longest that was published is 11.
const MOST_EPOCHS: u32 = 100;

/// Alice, who writes, and Bob, who is watched. The numbers do not matter to the attack.
const ALICE: u32 = 1;
const BOB: u32 = 0;

impl Settings {
    /// Returns the number of messages in one epoch, Alice's included. As many receipts pass.
    #[must_use]
    pub fn messages(self) -> u64 {
        // As in the published files, the day is first divided into whole epochs.
        (A_DAY * u64::from(self.users)).checked_div(DAY / u64::from(self.epoch.max(1))).unwrap_or(0)
    }

    /// Returns the number of Bob's epochs until Alice is the only candidate; `None` if 100 epochs do not suffice.
    #[must_use]
    pub fn epochs_to_one(self, seed: u64, run: u64) -> Option<u32> {
        let mut random = Random::new(seed, run);
        let mut epochs: Vec<Vec<Message>> = Vec::new();
        let mut candidates = Candidates::default();
        for number in 1..=MOST_EPOCHS {
            let messages = self.epoch_after(&epochs, &mut random);
            candidates.intersect(messages.iter().map(|message| message.from).collect());
            epochs.push(messages);
            if candidates.identified().is_some() {
                return Some(number);
            }
        }
        None
    }

    fn epoch_after(self, epochs: &[Vec<Message>], random: &mut Random) -> Vec<Message> {
        let all = self.messages();
        let others = all.saturating_sub(1);
        // The latest epoch is left out, unless it is the only one.
        let earlier = epochs.get(..epochs.len().saturating_sub(1).max(1)).unwrap_or_default();
        let quarter = if epochs.is_empty() { 0 } else { all.div_ceil(4).min(others / 2) };
        let mut messages = Vec::new();
        let old = |random: &mut Random| random.pick(earlier)?.get(random.place(all as usize)).copied();
        messages.extend((0..quarter).filter_map(|_| old(random)));
        messages.extend((0..quarter).filter_map(|_| old(random)).map(Message::answer));
        for _ in 0..others - 2 * quarter {
            messages.push(Message { from: self.anybody(random), to: self.anybody(random) });
        }
        messages.push(Message { from: ALICE, to: BOB });
        messages
    }

    fn anybody(self, random: &mut Random) -> u32 {
        u32::try_from(random.below(u64::from(self.users))).unwrap_or(0)
    }
}

#[derive(Clone, Copy, Debug)]
struct Message {
    from: u32,
    to: u32,
}

impl Message {
    const fn answer(self) -> Self {
        Self { from: self.to, to: self.from }
    }
}

/// Returns the epochs to one candidate for each run. A run that does not end counts as 100.
#[must_use]
pub fn runs(settings: Settings, seed: u64, runs: u64) -> Vec<f64> {
    (0..runs).map(|run| settings.epochs_to_one(seed, run).unwrap_or(MOST_EPOCHS).into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::quartiles;

    #[test]
    fn an_epoch_has_as_many_messages_as_in_the_published_files() {
        let messages = |users, epoch| Settings { users, epoch }.messages();
        assert_eq!([messages(10_000, 1), messages(50_000, 1), messages(95_000, 1)], [5, 28, 54]);
        assert_eq!([messages(10_000, 60), messages(30_000, 60), messages(50_000, 60)], [347, 1_041, 1_736]);
    }

    #[test]
    fn the_median_of_independent_runs_is_the_published_one() {
        for (users, epoch, number, median) in
            [(10_000, 1, 401, 3.0), (50_000, 1, 201, 4.0), (10_000, 60, 101, 6.0)]
        {
            let sample = runs(Settings { users, epoch }, 1, number);
            assert_eq!(quartiles(&sample)[1], median, "{users} users, epochs of {epoch} s");
        }
    }

    #[test]
    fn more_people_in_an_epoch_hide_alice_longer() {
        let median = |users, epoch| quartiles(&runs(Settings { users, epoch }, 2, 51))[1];
        assert!(median(10_000, 1) < median(10_000, 60));
    }
}
