//! Notices about many strangers, combined into one report, so that a flood does not hide the rest of the screen.

use pillarbox_client::Notice;
use pillarbox_client::sentences::{self, Names, Tone};
use pillarbox_wire::AccountId;

/// The number of people who wrote first and are introduced one by one, with their suggested names. More people at once
/// are a crowd.
const INTRODUCED: usize = 10;

/// For each kind of notice, the number met and the number reported.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    unopened: Tally,
    /// The account of the last message that did not open.
    unopened_from: Option<AccountId>,
    /// New senders beyond those that were announced individually.
    newcomers: Tally,
    introduced: usize,
    /// Messages that nobody can have sent.
    senderless: Tally,
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

    /// Returns the count when a report is due: at the first, the tenth, the hundredth.
    fn news(&mut self) -> Option<usize> {
        let is_round = self.met.checked_ilog10().is_some_and(|zeros| self.met == 10_usize.pow(zeros));
        if is_round { self.rest() } else { None }
    }

    /// Returns the count unless it was reported.
    fn rest(&mut self) -> Option<usize> {
        (std::mem::replace(&mut self.told, self.met) < self.met).then_some(self.met)
    }
}

impl Crowd {
    /// Counts a notice. Returns false if it is of another kind.
    pub(crate) fn meet(&mut self, notice: &Notice) -> bool {
        match notice {
            Notice::StrangerUnopened { account } => {
                self.unopened_from = Some(*account);
                self.unopened.meet();
            }
            Notice::Undecryptable { contact: None, asked_again: false } => self.senderless.meet(),
            Notice::Requested { .. } if self.introduced < INTRODUCED => {
                self.introduced += 1;
                return false;
            }
            Notice::Requested { .. } => self.newcomers.meet(),
            Notice::RequestGaveWay { .. } => self.gave_way.meet(),
            _ => return false,
        }
        true
    }

    /// Returns the reports that are due in a command that keeps running.
    pub(crate) fn news(&mut self, names: &impl Names) -> Vec<(Tone, String)> {
        let counts = [&mut self.newcomers, &mut self.unopened, &mut self.senderless, &mut self.gave_way];
        let counts = counts.map(Tally::news);
        self.sentences(counts, names)
    }

    /// Returns the reports that are due before a command ends.
    pub(crate) fn rest(&mut self, names: &impl Names) -> Vec<(Tone, String)> {
        let counts = [&mut self.newcomers, &mut self.unopened, &mut self.senderless, &mut self.gave_way];
        let counts = counts.map(Tally::rest);
        self.sentences(counts, names)
    }

    fn sentences(
        &self,
        [newcomers, unopened, senderless, gave_way]: [Option<usize>; 4],
        names: &impl Names,
    ) -> Vec<(Tone, String)> {
        let unopened = unopened.map(|messages| match self.unopened_from {
            Some(account) if messages == 1 => sentences::unopened_from(account, names),
            _ => sentences::unopened(messages),
        });
        let warnings = unopened.into_iter().chain(senderless.map(sentences::senderless));
        let warnings = warnings.map(|says| (Tone::Warning, says));
        let notes = newcomers.map(more_wrote).into_iter().chain(gave_way.map(sentences::gave_way));
        warnings.chain(notes.map(|says| (Tone::Note, says))).collect()
    }
}

fn more_wrote(people: usize) -> String {
    let who = match people {
        1 => "1 more person whom you did not add wrote".to_owned(),
        more => format!("{more} more people whom you did not add wrote"),
    };
    format!(
        "{who}. `contact list` shows everybody, and `contact remove --strangers` forgets those whom you do not answer."
    )
}

#[cfg(test)]
mod tests {
    use super::super::words::Accounts;
    use super::*;

    #[test]
    fn a_flood_is_told_at_the_first_the_tenth_and_the_hundredth_and_at_the_end() {
        let (mut crowd, mut told) = (Crowd::default(), Vec::new());
        for _ in 0..250 {
            assert!(crowd.meet(&Notice::StrangerUnopened { account: AccountId([1; 16]) }));
            told.extend(crowd.news(&Accounts));
        }
        told.extend(crowd.rest(&Accounts));
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(told[0].1.starts_with("a message from somebody"));
        assert!(told[3].1.starts_with("250 messages"));
        assert_eq!(crowd.rest(&Accounts), []);
        assert!(!crowd.meet(&Notice::RequestsFull));
        let newcomer = Notice::Requested { contact: AccountId([1; 16]) };
        let told = (0..30).filter(|_| !crowd.meet(&newcomer)).count();
        assert_eq!(told, INTRODUCED);
        let rest = crowd.rest(&Accounts);
        assert!(matches!(&rest[..], [(Tone::Note, says)] if says.starts_with("20 more people")), "{rest:?}");
    }
}
