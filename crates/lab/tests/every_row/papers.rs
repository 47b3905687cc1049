//! The answers about every account that a relay's rows name.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::demand::{CONTENT_WARRANT, Case, DemandTarget, stored};
use pillarbox_access::design::Operator;
use pillarbox_access::evidence::Exhibit;
use pillarbox_access::{Item, ItemAnswer, Reach, RelayHoldings};
use pillarbox_wire::AccountId;

/// One line: the answer, and the rows behind it.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) answer: ItemAnswer,
    pub(crate) exhibits: Vec<Exhibit>,
}

/// The lines for each account.
pub(crate) struct Papers {
    lines: BTreeMap<(AccountId, Item), Line>,
}

/// The form in which an exhibit shows a row.
pub(crate) enum Shows {
    /// The exhibit is this.
    Is(String),
    /// The exhibit begins like this.
    Begins(String),
    /// The exhibit contains this.
    Has(String),
}

impl Papers {
    pub(crate) fn of(holdings: &RelayHoldings) -> Self {
        let rows = holdings.rows();
        let here = rows.accounts.iter().map(|row| row.account);
        let logged = rows.events.iter().flat_map(|event| [event.account, event.about]).flatten();
        let accounts: BTreeSet<AccountId> = here.chain(logged).collect();
        let named: Vec<Item> =
            Item::ALL.iter().copied().filter(|item| item.reach() == Reach::Named).collect();
        let operator = Operator::default();
        let mut lines: BTreeMap<(AccountId, Item), Line> = BTreeMap::new();
        for account in accounts {
            let about = DemandTarget::Account(account);
            // A warrant reaches everything that any other demand on rows reaches, once it names what must be named.
            let case = Case { names: &named, ..Case::new(&about, &operator) };
            for line in stored::serve(&CONTENT_WARRANT, &case, holdings).lines {
                assert_ne!(line.answer, ItemAnswer::NotCovered, "{:?}", line.item);
                lines.insert((account, line.item), Line { answer: line.answer, exhibits: line.exhibits });
            }
        }
        Self { lines }
    }

    pub(crate) fn each(&self) -> impl Iterator<Item = (&(AccountId, Item), &Line)> {
        self.lines.iter()
    }

    /// Removes the lines of one item, as if nothing were read for it.
    pub(crate) fn without(&mut self, item: Item) -> Vec<((AccountId, Item), Line)> {
        let keys: Vec<_> = self.lines.keys().copied().filter(|(_, of)| *of == item).collect();
        keys.into_iter().filter_map(|key| Some((key, self.lines.remove(&key)?))).collect()
    }

    pub(crate) fn put_back(&mut self, lines: Vec<((AccountId, Item), Line)>) {
        self.lines.extend(lines);
    }

    pub(crate) fn line(&self, account: AccountId, item: Item) -> Option<&Line> {
        self.lines.get(&(account, item))
    }

    /// Returns true if a row is among the exhibits of a line.
    pub(crate) fn shows(&self, account: AccountId, item: Item, place: &str, how: &Shows) -> bool {
        let fits = |exhibit: &&Exhibit| {
            exhibit.place == place
                && match how {
                    Shows::Is(value) => exhibit.value == *value,
                    Shows::Begins(value) => exhibit.value.starts_with(value.as_str()),
                    Shows::Has(value) => exhibit.value.contains(value.as_str()),
                }
        };
        self.line(account, item).is_some_and(|line| line.exhibits.iter().any(|exhibit| fits(&exhibit)))
    }
}
