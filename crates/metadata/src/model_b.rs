//! Model B: the simulation of statistical disclosure in Martiny and others, NDSS 2021 (`list_attack.py`, `variant_3`).
//!
//! A million users. In each target epoch some background messages pass, and one receipt from Bob to one of his
//! correspondents. Then one random epoch is subtracted, in which only background messages pass. A quarter of the
//! background answers messages of earlier target epochs and a quarter repeats them. The rest of the background goes
//! between random people. Ranks are computed after the target epoch, before its random epoch. *Popular* users
//! receive a message in every epoch.

use crate::disclosure::Scores;
use crate::random::Random;

/// The treatment of the message that a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replies {
    /// The stored message is reversed in place, as in the authors' program, and counts as a reply from then on.
    Faithful,
    /// The stored message is unchanged.
    Pure,
}

/// The settings of a simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The number of users.
    pub users: u32,
    /// The number of background messages in an epoch.
    pub background: u32,
    /// The number of users who receive a message in each epoch.
    pub popular: u32,
    /// The number of Bob's correspondents other than Alice.
    pub others: u32,
    /// The way in which replies are drawn.
    pub replies: Replies,
}

impl Settings {
    /// Returns one of the paper's four experiments: popular users in the second and fourth, five more correspondents in
    /// the third and fourth.
    #[must_use]
    pub const fn experiment(number: u8, background: u32, replies: Replies) -> Self {
        Self {
            users: 1_000_000,
            background,
            popular: if number.is_multiple_of(2) { 1_000 } else { 0 },
            others: if number >= 3 { 5 } else { 0 },
            replies,
        }
    }
}

/// The ranks of Bob's correspondents after some number of target epochs. A correspondent who was not seen yet has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// The rank of the best-placed correspondent.
    pub best: usize,
    /// The rank of the worst-placed correspondent.
    pub worst: usize,
}

/// Performs one run. Returns the ranks after each number of target epochs in `after`, in ascending order.
#[must_use]
pub fn run(settings: Settings, seed: u64, run: u64, after: &[u32]) -> Vec<Ranks> {
    let mut random = Random::new(seed, run);
    let cast = distinct(settings.users, settings.popular + settings.others + 2, &mut random);
    let (popular, rest) = cast.split_at(settings.popular as usize);
    let Some((bob, associates)) = rest.split_first() else { return Vec::new() };
    let mut generator = Generator { settings, messages: Vec::new(), record: Vec::new() };
    let mut scores = Scores::of(settings.users as usize);
    let mut ranks = Vec::new();
    for epoch in 1..=after.last().copied().unwrap_or(0) {
        let mut target = generator.epoch(popular, &mut random);
        let whom = random.pick(associates).copied().unwrap_or(*bob);
        generator.messages.push(Message { from: *bob, to: whom });
        target.push(generator.messages.len() - 1);
        scores.target_epoch(generator.recipients(&target));
        generator.record.push(target);
        if after.contains(&epoch) {
            let seen = associates.iter().filter(|one| scores.is_seen(**one)).map(|one| scores.rank(*one));
            let (best, worst) =
                seen.fold((usize::MAX, 0), |(best, worst), rank| (best.min(rank), worst.max(rank)));
            ranks.push(Ranks { best, worst });
        }
        let other = generator.epoch(popular, &mut random);
        scores.random_epoch(generator.recipients(&other));
    }
    ranks
}

/// Draws `number` different users.
fn distinct(users: u32, number: u32, random: &mut Random) -> Vec<u32> {
    let mut drawn = Vec::new();
    let mut is_drawn = std::collections::BTreeSet::new();
    while drawn.len() < number.min(users) as usize {
        let one = u32::try_from(random.below(u64::from(users))).unwrap_or(0);
        if is_drawn.insert(one) {
            drawn.push(one);
        }
    }
    drawn
}

#[derive(Clone, Copy, Debug)]
struct Message {
    from: u32,
    to: u32,
}

/// The background: all messages so far, and the messages of each target epoch.
struct Generator {
    settings: Settings,
    messages: Vec<Message>,
    record: Vec<Vec<usize>>,
}

impl Generator {
    /// Returns the background of one more epoch, by index into the messages.
    fn epoch(&mut self, popular: &[u32], random: &mut Random) -> Vec<usize> {
        let background = self.settings.background;
        let quarter = if self.record.is_empty() { 0 } else { background / 4 };
        let mut epoch = Vec::new();
        for _ in 0..quarter {
            let Some(old) = self.old(random) else { continue };
            let Some(message) = self.messages.get_mut(old) else { continue };
            let reply = Message { from: message.to, to: message.from };
            match self.settings.replies {
                Replies::Faithful => {
                    *message = reply;
                    epoch.push(old);
                }
                Replies::Pure => {
                    epoch.push(self.messages.len());
                    self.messages.push(reply);
                }
            }
        }
        epoch.extend((0..quarter).filter_map(|_| self.old(random)));
        for _ in 0..background - 2 * quarter {
            let message = Message { from: self.anybody(random), to: self.anybody(random) };
            epoch.push(self.messages.len());
            self.messages.push(message);
        }
        for to in popular {
            let message = Message { from: self.anybody(random), to: *to };
            epoch.push(self.messages.len());
            self.messages.push(message);
        }
        epoch
    }

    /// Draws a message of a random target epoch.
    fn old(&self, random: &mut Random) -> Option<usize> {
        random.pick(&self.record).and_then(|epoch| random.pick(epoch)).copied()
    }

    fn anybody(&self, random: &mut Random) -> u32 {
        u32::try_from(random.below(u64::from(self.settings.users))).unwrap_or(0)
    }

    fn recipients(&self, epoch: &[usize]) -> Vec<u32> {
        epoch.iter().filter_map(|place| self.messages.get(*place)).map(|message| message.to).collect()
    }
}
