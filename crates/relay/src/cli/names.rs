//! Names of accounts on a terminal: the number that the relay has, or the start of the id.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use pillarbox_relay::Holdings;
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId};

use super::text;

/// The number of leading bytes of an account id that are shown: enough to distinguish the accounts on one screen.
const SHORT_ID: usize = 4;

/// The numbers of accounts, as stored by the relay.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<AccountId, String>);

impl Names {
    pub(crate) fn of(holdings: &Holdings) -> Self {
        let named = |(account, handle): (AccountId, &pillarbox_wire::Handle)| (account, handle.to_string());
        Self(holdings.handles().into_iter().map(named).collect())
    }

    pub(crate) fn account(&self, account: AccountId) -> String {
        match self.0.get(&account) {
            Some(handle) => handle.clone(),
            None => text::hex(account.0.iter().take(SHORT_ID)),
        }
    }

    /// Names an account, and also its device if that is not the account's first device.
    pub(crate) fn device(&self, address: DeviceAddress) -> String {
        let DeviceAddress { account, device } = address;
        let name = self.account(account);
        if device == DeviceId::FIRST { name } else { format!("{name}.{device}") }
    }
}

/// The shortest pause between two readings of the database for an unknown account. The pause lasts at least this long,
/// and at least `READING_SHARE` times as long as a reading takes. A command that follows a busy relay must not read its
/// database all the time.
const READ_AGAIN: Duration = Duration::from_secs(1);
const READING_SHARE: u32 = 20;

/// The numbers of accounts at a running relay. The database is read again when an unknown account appears.
#[derive(Debug)]
pub(crate) struct LiveNames {
    data: PathBuf,
    /// All accounts of the last reading, including those without a number.
    known: HashMap<AccountId, String>,
    not_before: Option<Instant>,
}

impl LiveNames {
    /// Returns the names of the relay in `data`.
    pub(crate) fn of(data: &Path) -> Self {
        Self { data: data.to_owned(), known: HashMap::new(), not_before: None }
    }

    /// Names an account or a device that is written as its digits. Anything else is returned unchanged.
    pub(crate) fn shown(&mut self, id: &str) -> String {
        let (digits, device) = id.split_once('.').unwrap_or((id, "1"));
        let Some(account) = parse(digits) else { return id.to_owned() };
        if !self.known.contains_key(&account) {
            self.read();
        }
        let name = match self.known.get(&account) {
            Some(name) => name.clone(),
            None => Names::default().account(account),
        };
        if device == "1" { name } else { format!("{name}.{device}") }
    }

    /// Reads the database, unless it was read just now. If it cannot be read, accounts get no new names, and their
    /// digits are shown.
    fn read(&mut self) {
        let begun = Instant::now();
        if self.not_before.is_some_and(|moment| begun < moment) {
            return;
        }
        if let Ok(holdings) = Holdings::read(&self.data) {
            let names = Names::of(&holdings);
            let accounts = holdings.accounts.iter();
            self.known = accounts.map(|row| (row.account, names.account(row.account))).collect();
        }
        self.not_before = Some(Instant::now() + READ_AGAIN.max(READING_SHARE * begun.elapsed()));
    }
}

/// Reads an account that is written as its 32 hexadecimal digits.
fn parse(digits: &str) -> Option<AccountId> {
    let all_digits = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u128::from_str_radix(digits, 16).ok().filter(|_| all_digits)?;
    Some(AccountId(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_goes_by_its_number_if_it_has_one() {
        let (nameless, numbered) = (AccountId([0xa9; 16]), AccountId([1; 16]));
        let names = Names(HashMap::from([(numbered, "+447700900123".to_owned())]));
        assert_eq!(names.account(nameless), "a9a9a9a9");
        assert_eq!(
            names.device(DeviceAddress { account: numbered, device: DeviceId::FIRST }),
            "+447700900123"
        );
        assert_eq!(names.device(DeviceAddress { account: nameless, device: DeviceId(2) }), "a9a9a9a9.2");
    }
    #[test]
    fn what_is_no_account_is_shown_as_it_is_and_an_unknown_one_by_its_first_digits() {
        let nowhere = tempfile::tempdir().unwrap();
        let mut names = LiveNames::of(nowhere.path());
        for (id, shown) in [
            ("+447700900123", "+447700900123"),
            ("@boats", "@boats"),
            ("a9a9a9a90000000000000000000000ff.1", "a9a9a9a9"),
            ("a9a9a9a90000000000000000000000ff.2", "a9a9a9a9.2"),
            ("a9a9a9a90000000000000000000000ff", "a9a9a9a9"),
            ("+a9a9a9a90000000000000000000000f", "+a9a9a9a90000000000000000000000f"),
        ] {
            assert_eq!(names.shown(id), shown);
        }
    }
}
