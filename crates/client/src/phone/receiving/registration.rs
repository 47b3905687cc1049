//! The relay's answers about the account: welcome, authentication, registration and closing.

use pillarbox_crypto::SigningPublic;
use pillarbox_wire::{DeviceAddress, Timestamp, Welcome};
use rand_core::CryptoRng;

use crate::phone::engine::Phone;
use crate::phone::error::PhoneError;
use crate::phone::rows::records::TOOK_OVER;
use crate::phone::state::link::Link;
use crate::phone::state::links::LinkStage;
use crate::records::account::Account;
use crate::records::notice::Notice;
use crate::vault::Table;

impl Phone {
    pub(super) fn welcomed(&mut self, link: Link, welcome: &Welcome, now: Timestamp) {
        if let Some(connection) = self.links.get_mut(link) {
            let key = SigningPublic::from_bytes(welcome.certificate_key.0).ok();
            connection.welcome(welcome.time, key, now);
            if link == Link::Nameless {
                connection.standing = LinkStage::Ready;
            }
        }
    }

    pub(super) fn authenticated(&mut self, link: Link, waiting: u32) -> Vec<Notice> {
        self.set_standing(link, LinkStage::Ready);
        self.mailbox.expect(waiting);
        vec![Notice::Connected { waiting }]
    }

    pub(super) fn registered(
        &mut self,
        link: Link,
        address: DeviceAddress,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.keep_address(address, rng)?;
        self.set_standing(link, LinkStage::Ready);
        Ok(vec![Notice::Registered { address }, Notice::Connected { waiting: 0 }])
    }

    pub(super) fn reregistered(
        &mut self,
        link: Link,
        address: DeviceAddress,
        waiting: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.vault.transact(rng, |rows| rows.put(Table::Account, TOOK_OVER, &[]))?;
        self.keep_address(address, rng)?;
        let mut notices = self.authenticated(link, waiting);
        notices.insert(0, Notice::Reregistered { address });
        Ok(notices)
    }

    fn keep_address(&mut self, address: DeviceAddress, rng: &mut impl CryptoRng) -> Result<(), PhoneError> {
        self.keep_account(Account { address: Some(address), ..self.account.clone() }, rng)?;
        self.code = None;
        Ok(())
    }

    pub(super) fn closed(
        &mut self,
        link: Link,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Notice>, PhoneError> {
        self.note_closed(now, rng)?;
        self.set_standing(link, LinkStage::Refused);
        Ok(vec![Notice::AccountClosed])
    }
}
