//! Statistical disclosure as in Martiny and others, NDSS 2021 (their `variant_3`).
//!
//! A *target epoch* begins with a message to Bob, a *random epoch* at any other time. A person's score is the
//! number of target epochs in which they received a message, minus the number of random epochs in which they did.
//! Bob's correspondents receive receipts in target epochs. Everybody else receives messages as often in one kind as
//! in the other, so correspondents rise. Nobody is ever ruled out. The attack therefore works if Bob has several
//! correspondents and receipts get lost, where the intersection fails.

/// The scores of everybody, for one target.
#[derive(Clone, Debug)]
pub struct Scores {
    /// The score of each person.
    scores: Vec<i32>,
    /// The number of target epochs in which each person was seen.
    targets: Vec<u32>,
    /// The epoch in which each person was last counted. Nobody counts twice in one epoch.
    counted: Vec<u32>,
    /// Everybody who was ever counted.
    touched: Vec<u32>,
    epoch: u32,
}

impl Scores {
    /// Creates the scores of `people` people, none of whom has been seen yet.
    #[must_use]
    pub fn of(people: usize) -> Self {
        Self {
            scores: vec![0; people],
            targets: vec![0; people],
            counted: vec![0; people],
            touched: Vec::new(),
            epoch: 0,
        }
    }

    /// Adds one to the score of everybody who received a message in a target epoch.
    pub fn target_epoch(&mut self, got: impl IntoIterator<Item = u32>) {
        self.count(got, 1);
    }

    /// Subtracts one from the score of everybody who received a message in a random epoch.
    pub fn random_epoch(&mut self, got: impl IntoIterator<Item = u32>) {
        self.count(got, -1);
    }

    fn count(&mut self, got: impl IntoIterator<Item = u32>, by: i32) {
        self.epoch += 1;
        for person in got {
            let place = person as usize;
            let (Some(score), Some(counted)) = (self.scores.get_mut(place), self.counted.get_mut(place))
            else {
                continue;
            };
            if *counted == self.epoch {
                continue;
            }
            if *counted == 0 {
                self.touched.push(person);
            }
            *counted = self.epoch;
            *score += by;
            if let Some(targets) = self.targets.get_mut(place).filter(|_| by > 0) {
                *targets += 1;
            }
        }
    }

    /// Forgets everything, for another target among the same people.
    pub fn begin_again(&mut self) {
        for person in self.touched.drain(..) {
            let place = person as usize;
            if let Some(score) = self.scores.get_mut(place) {
                *score = 0;
            }
            if let Some(counted) = self.counted.get_mut(place) {
                *counted = 0;
            }
            if let Some(targets) = self.targets.get_mut(place) {
                *targets = 0;
            }
        }
        self.epoch = 0;
    }

    /// Returns everybody who was counted: the person, the number of target epochs in which they were seen, and their
    /// score.
    pub fn seen(&self) -> impl Iterator<Item = (u32, u32, i32)> {
        let targets = |person: u32| self.targets.get(person as usize).copied().unwrap_or(0);
        self.touched.iter().map(move |person| (*person, targets(*person), self.score(*person)))
    }

    /// Returns a person's score.
    #[must_use]
    pub fn score(&self, person: u32) -> i32 {
        self.scores.get(person as usize).copied().unwrap_or(0)
    }

    /// Returns true if the person received a message in any epoch.
    #[must_use]
    pub fn is_seen(&self, person: u32) -> bool {
        self.counted.get(person as usize).is_some_and(|epoch| *epoch > 0)
    }

    /// Returns a person's rank, pessimistic about ties: everybody with the same score is before them. A person with
    /// rank 1 is alone in front.
    #[must_use]
    pub fn rank(&self, person: u32) -> usize {
        let own = self.score(person);
        self.touched.iter().filter(|one| self.score(**one) >= own).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_counts_everybody_with_the_same_score() {
        let mut scores = Scores::of(10);
        scores.target_epoch([1, 2, 3, 3]);
        assert_eq!((scores.rank(1), scores.score(3)), (3, 1), "nobody counts twice in one epoch");
        scores.random_epoch([2]);
        scores.target_epoch([1, 4]);
        assert_eq!((scores.score(1), scores.rank(1)), (2, 1));
        assert_eq!((scores.score(2), scores.rank(2)), (0, 4));
        assert!(scores.is_seen(2) && !scores.is_seen(9));
        scores.target_epoch([10, 1_000]);
    }
}
