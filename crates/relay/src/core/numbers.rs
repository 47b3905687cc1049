//! Verified numbers: a code is sent to the number, and the client that submits the code gets the number.
//!
//! **The code** decides who has the number from now on. It proves nothing about who that person is. If the number
//! has an account, the account continues: the relay replaces the former phone's keys by the new phone's, and keeps
//! all else. The same steps follow whether the owner has a new phone or a thief has read the code. The phones of
//! the contacts have to tell their owners that the keys have changed.
//!
//! **One round.** The replacement has its own round, as the end of an account does. Otherwise a bundle that is
//! handed out in the same transaction would contain keys of both phones.

use pillarbox_wire::{
    AccountId, DeviceId, Farewell, Handle, Refusal, Register, RegisterWithCode, RelayFrame, Reregistered,
};
use rand_core::CryptoRng;

use super::Relay;
use super::connections::Connection;
use super::events::Input;
use super::log::LogEntry;
use super::round::Round;
use super::upload::after;
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::{Request, Subject};
use crate::rules::keeping::Logged;
use crate::store::{AccountRow, DeviceRow, Replacement, Store};

/// Returns the number of the phone that replaces this one. After the last number of first phones it begins again: a
/// sender that still writes to a phone of 127 registrations ago has long been told of other keys.
const fn next_phone(former: DeviceId) -> DeviceId {
    let next = DeviceId(former.0.saturating_add(1));
    if next.is_linked() { DeviceId::FIRST } else { next }
}

impl<S: Store> Relay<S> {
    /// Registers a number with the code that was sent to it.
    pub(super) fn register_with_code(
        &mut self,
        id: ConnectionId,
        frame: Box<RegisterWithCode>,
        round: &mut Round,
        rng: &mut impl CryptoRng,
    ) {
        let request = frame.registration.request;
        let Some(handle) = &frame.registration.handle else {
            return round.refuse(id, request, Refusal::NotWellFormed);
        };
        if !self.settings.verify_numbers {
            return round.refuse(id, request, Refusal::NotOffered);
        }
        if self.directory.account_by_handle(handle).is_some() && !round.is_untouched() {
            round.barrier = true;
            let input = Input::Frame(pillarbox_wire::ClientFrame::RegisterWithCode(frame));
            return round.deferred.push((id, input));
        }
        let RegisterWithCode { registration, code } = *frame;
        self.register(id, Box::new(registration), Some(code), round, rng);
    }

    /// Draws a code and has it sent. The answer does not depend on whether the number has an account.
    pub(super) fn send_code(
        &mut self,
        handle: &Handle,
        round: &mut Round,
        rng: &mut impl CryptoRng,
    ) -> Refusal {
        let limits = &self.settings.limits;
        let subject = Subject::number(handle);
        let sent = self
            .limiter
            .take(Request::Code, subject, limits.codes_per_number, round.now)
            .and_then(|()| self.codes.draw(handle, limits, round.now, rng));
        match sent {
            Ok(code) => {
                round.send_code(handle.clone(), code);
                Refusal::CodeSent
            }
            Err(reason) => reason,
        }
    }

    /// Replaces an account's keys with those of a registration. The device gets another number: senders that write
    /// to the former one are told to fetch the new keys.
    pub(super) fn replace_keys(
        &mut self,
        id: ConnectionId,
        connection: &Connection,
        account: AccountId,
        frame: Register,
        round: &mut Round,
    ) -> Result<(), Refusal> {
        let Register { request, handle: _, identity, device_key, delivery_verifier, prekeys, signature: _ } =
            frame;
        let known = self.directory.account(account).ok_or(Refusal::UnknownHandle)?;
        let former =
            known.devices.first().map(|device| pillarbox_wire::DeviceAddress { account, device: *device });
        let former =
            former.and_then(|address| self.directory.device(&address)).ok_or(Refusal::UnknownHandle)?;
        let keeping = &self.settings.keeping;
        let device = DeviceRow {
            device: next_phone(former.row.device),
            device_key,
            last_seen: keeping.last_seen.of(round.now),
            last_address: keeping.last_address.then_some(connection.peer),
            next_one_time: after(0, prekeys.one_time.iter().map(|prekey| prekey.id)),
            next_one_time_kem: after(0, prekeys.one_time_kem.iter().map(|prekey| prekey.id)),
            ..former.row.clone()
        };
        let waiting = u32::try_from(former.mailbox.len()).unwrap_or(u32::MAX);
        let unlinked = self.unlinking(former.row.address(), &self.directory.unlisted(account, None));
        let account = AccountRow {
            identity_signing: identity.signing,
            identity_agreement: identity.agreement,
            identity_cross_signature: identity.cross_signature,
            delivery_verifier,
            ..known.row.clone()
        };
        let address = device.address();
        self.log(LogEntry::on(connection, Logged::Changed).by(address.account).named("keys"), round);
        self.log(LogEntry::on(connection, Logged::Connected).by(address.account), round);
        self.log_keys(&account, None, round);
        round.changes.replaced.push(Replacement { account, device, prekeys, unlinked });
        round.replacing.push(id);
        round.barrier = true;
        let answer = RelayFrame::Reregistered(Reregistered { request, address, waiting });
        round.promise(id, request, answer);
        Ok(())
    }

    /// Brings memory up to date after a replacement was committed. The former phone is told that another one has
    /// replaced it.
    pub(super) fn bring_in_replacement(
        &mut self,
        id: ConnectionId,
        replaced: Replacement,
        round: &mut Round,
    ) {
        let address = replaced.device.address();
        let linked = self.directory.unlisted(address.account, None);
        let gone = self.directory.unlink(address.account, &linked);
        self.end_devices(gone, Farewell::DeviceRemoved, round);
        if let Some(former) = self.directory.replace(replaced) {
            self.connections.remove(former);
            round.close(former, Farewell::Reregistered);
        }
        self.bind(id, address, round);
    }
}
