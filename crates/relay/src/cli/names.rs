//! What accounts are called on a terminal: by the number that the relay holds, or by the start of their id.

use std::collections::HashMap;

use pillarbox_relay::Holdings;
use pillarbox_wire::{AccountId, DeviceAddress, DeviceId};

use super::text;

/// The first bytes of an account id: enough to tell the accounts of one screen apart.
const SHORT_ID: usize = 4;

/// The numbers that the relay holds.
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

    /// The account, and which device if it is not the first.
    pub(crate) fn device(&self, address: DeviceAddress) -> String {
        let DeviceAddress { account, device } = address;
        let name = self.account(account);
        if device == DeviceId::FIRST { name } else { format!("{name}.{device}") }
    }
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
}
