//! The rules of the event log, prepared for a quick answer on each event.
//!
//! Several rules may concern one event. It is logged if one of them says so, and with its address if one of those
//! says so. It is deleted when the last rule that had it logged has run out. This module does not know how events
//! are stored.

use pillarbox_wire::{AccountId, Timestamp};

use crate::rules::keeping::{Keeping, LogRule, Logged};
use crate::store::{Lapse, Staying};

/// The rules of one [`Keeping`].
#[derive(Clone, Debug, Default)]
pub(crate) struct LogRules {
    rules: Vec<LogRule>,
    /// One bit for each kind of event that a rule names. It is tested for every message, where most relays log
    /// nothing.
    kinds: u16,
}

/// The parts of an event that are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) address: bool,
}

const fn bit(what: Logged) -> u16 {
    1 << what as u16
}

impl LogRules {
    pub(crate) fn of(keeping: &Keeping) -> Self {
        let rules = keeping.log.clone();
        let kinds = rules.iter().fold(0, |kinds, rule| kinds | bit(rule.what));
        Self { rules, kinds }
    }

    /// Returns whether these rules never write anything down.
    pub(crate) fn is_empty(&self) -> bool {
        self.kinds == 0
    }

    /// Returns whether anything of this kind may be stored.
    pub(crate) fn concern(&self, what: Logged) -> bool {
        self.kinds & bit(what) != 0
    }

    /// Decides whether an event is logged, and which parts of it.
    pub(crate) fn decide(
        &self,
        what: Logged,
        account: Option<AccountId>,
        about: Option<AccountId>,
    ) -> Option<Written> {
        let mut written: Option<Written> = None;
        for rule in self.rules.iter().filter(|rule| rule.what == what) {
            let concerned = [account, about].into_iter().flatten().any(|one| rule.only.contains(&one));
            if rule.only.is_empty() || concerned {
                written.get_or_insert(Written { address: false }).address |= rule.address;
            }
        }
        written
    }

    /// The events that are retained at the time `clock`.
    pub(crate) fn lapse(&self, clock: Timestamp, most: u32) -> Lapse {
        let staying = |addresses: bool| {
            let of_kind = |what| {
                let mut staying = Staying { what, since: None, only: Vec::new() };
                let rules = self.rules.iter();
                for rule in rules.filter(|rule| rule.what == what && (rule.address || !addresses)) {
                    let since = clock - rule.keep;
                    if rule.only.is_empty() {
                        staying.since = Some(staying.since.map_or(since, |other| other.min(since)));
                    } else {
                        staying.only.extend(rule.only.iter().map(|account| (*account, since)));
                    }
                }
                staying
            };
            Logged::ALL.into_iter().map(of_kind).collect()
        };
        Lapse { rows: staying(false), addresses: staying(true), most }
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::Duration;

    use super::*;

    fn rule(what: Logged, days: u64, address: bool, only: &[AccountId]) -> LogRule {
        LogRule { what, keep: Duration::from_days(days), address, only: only.to_vec() }
    }

    const ANNE: AccountId = AccountId([1; 16]);
    const BEN: AccountId = AccountId([2; 16]);

    #[test]
    fn what_no_rule_names_is_not_written_down() {
        let rules = LogRules::of(&Keeping { log: vec![rule(Logged::Sent, 1, true, &[])], ..Keeping::LEAST });
        assert!(rules.concern(Logged::Sent) && !rules.is_empty());
        for what in Logged::ALL {
            assert_eq!(rules.decide(what, Some(ANNE), Some(BEN)).is_some(), what == Logged::Sent);
        }
        assert!(LogRules::of(&Keeping::LEAST).is_empty());
    }

    #[test]
    fn a_rule_for_some_accounts_is_about_what_they_do_and_what_concerns_them() {
        let log = vec![rule(Logged::Sent, 9, false, &[]), rule(Logged::Sent, 1, true, &[ANNE])];
        let rules = LogRules::of(&Keeping { log, ..Keeping::LEAST });
        let address = |account, about| rules.decide(Logged::Sent, account, about).unwrap().address;
        assert!(address(Some(ANNE), None) && address(None, Some(ANNE)));
        assert!(!address(Some(BEN), None) && !address(None, None));
    }

    #[test]
    fn the_longest_rule_holds_a_row_and_the_longest_with_an_address_the_address() {
        let log = vec![
            rule(Logged::Sent, 9, false, &[]),
            rule(Logged::Sent, 5, true, &[]),
            rule(Logged::Sent, 20, true, &[BEN]),
        ];
        let rules = LogRules::of(&Keeping { log, ..Keeping::LEAST });
        let clock = Timestamp(0) + Duration::from_days(100);
        let day = |day| Timestamp(0) + Duration::from_days(day);
        let lapse = rules.lapse(clock, 7);
        let of = |staying: &[Staying]| {
            staying.iter().find(|staying| staying.what == Logged::Sent).cloned().unwrap()
        };
        let only = vec![(BEN, day(80))];
        assert_eq!(of(&lapse.rows), Staying { what: Logged::Sent, since: Some(day(91)), only: only.clone() });
        assert_eq!(of(&lapse.addresses), Staying { what: Logged::Sent, since: Some(day(95)), only });
    }
}
