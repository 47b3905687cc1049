//! What many strangers bring about, told once for all of them: a flood must not bury the rest of a screen.

use pillarbox_client::Notice;
use pillarbox_client::sentences::{self, Names, Tone};
use pillarbox_wire::AccountId;

/// How often each kind has been met, and told.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    unopened: Tally,
    /// Whose was the last that would not open.
    unopened_from: Option<AccountId>,
    gave_way: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    met: usize,
    told: usize,
}

impl Tally {
    fn meet(&mut self) {
        self.met += 1;
    }

    /// The number, if it is time to tell it: at the first, the tenth, the hundredth.
    fn news(&mut self) -> Option<usize> {
        let is_round = self.met.checked_ilog10().is_some_and(|zeros| self.met == 10_usize.pow(zeros));
        if is_round { self.rest() } else { None }
    }

    /// The number, unless it was told.
    fn rest(&mut self) -> Option<usize> {
        (std::mem::replace(&mut self.told, self.met) < self.met).then_some(self.met)
    }
}

impl Crowd {
    /// Counts a notice. False if it is none of these.
    pub(crate) fn meet(&mut self, notice: &Notice) -> bool {
        match notice {
            Notice::StrangerUnopened { account } => {
                self.unopened_from = Some(*account);
                self.unopened.meet();
            }
            Notice::RequestGaveWay { .. } => self.gave_way.meet(),
            _ => return false,
        }
        true
    }

    /// What a command that stays tells now.
    pub(crate) fn news(&mut self, names: &impl Names) -> Vec<(Tone, String)> {
        let (unopened, gave_way) = (self.unopened.news(), self.gave_way.news());
        self.sentences(unopened, gave_way, names)
    }

    /// What a command tells before it ends.
    pub(crate) fn rest(&mut self, names: &impl Names) -> Vec<(Tone, String)> {
        let (unopened, gave_way) = (self.unopened.rest(), self.gave_way.rest());
        self.sentences(unopened, gave_way, names)
    }

    fn sentences(
        &self,
        unopened: Option<usize>,
        gave_way: Option<usize>,
        names: &impl Names,
    ) -> Vec<(Tone, String)> {
        let unopened = unopened.map(|messages| match self.unopened_from {
            Some(account) if messages == 1 => sentences::unopened_from(account, names),
            _ => sentences::unopened(messages),
        });
        let gave_way = gave_way.map(|requests| (Tone::Note, sentences::gave_way(requests)));
        unopened.map(|says| (Tone::Warning, says)).into_iter().chain(gave_way).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;

    impl Names for Plain {
        fn contact(&self, account: &AccountId) -> String {
            account.to_string()
        }
    }

    #[test]
    fn a_flood_is_told_at_the_first_the_tenth_and_the_hundredth_and_at_the_end() {
        let (mut crowd, mut told) = (Crowd::default(), Vec::new());
        for _ in 0..250 {
            assert!(crowd.meet(&Notice::StrangerUnopened { account: AccountId([1; 16]) }));
            told.extend(crowd.news(&Plain));
        }
        told.extend(crowd.rest(&Plain));
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].1.starts_with("a message from somebody"));
        assert!(told[3].1.starts_with("250 messages"));
        assert_eq!(crowd.rest(&Plain), []);
        assert!(!crowd.meet(&Notice::RequestsFull));
    }
}
