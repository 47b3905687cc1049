//! The intersection attack: Martiny, Kaptchuk, Aviv, Roche, Wustrow, *Improving Signal's Sealed Sender*, NDSS 2021.
//!
//! An epoch begins with each message to Bob, from any sender. A person whom Bob's phone answers receives a delivery
//! receipt in that epoch. Everybody who received a message in each of the epochs is a candidate. The true sender is
//! always among the candidates. The attack ends when one candidate is left. It uses time and recipient alone, so
//! neither a sealed sender nor Tor helps.

/// The people who received a message in each epoch so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The candidates in ascending order, each once; `None` before the first epoch, when anybody can be the sender.
    left: Option<Vec<u32>>,
}

impl Candidates {
    /// Intersects the candidates with one more epoch.
    ///
    /// A person who received several messages in it counts once. The authors' lists contain such a person several
    /// times, which changes none of their medians.
    pub fn intersect(&mut self, mut got: Vec<u32>) {
        got.sort_unstable();
        got.dedup();
        self.left = Some(match self.left.take() {
            None => got,
            Some(left) => left.into_iter().filter(|one| got.binary_search(one).is_ok()).collect(),
        });
    }

    /// Returns the candidates, in ascending order; `None` before the first epoch.
    #[must_use]
    pub fn left(&self) -> Option<&[u32]> {
        self.left.as_deref()
    }

    /// Returns the one candidate, if only one is left.
    #[must_use]
    pub fn identified(&self) -> Option<u32> {
        match self.left.as_deref() {
            Some([one]) => Some(*one),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_paper_ends_with_one_candidate() {
        let mut candidates = Candidates::default();
        assert_eq!((candidates.left(), candidates.identified()), (None, None));
        candidates.intersect(vec![7, 3, 9, 3]);
        assert_eq!(candidates.left(), Some([3, 7, 9].as_slice()));
        candidates.intersect(vec![9, 7]);
        assert_eq!(candidates.identified(), None);
        candidates.intersect(vec![1, 9]);
        assert_eq!(candidates.identified(), Some(9));
    }
}
