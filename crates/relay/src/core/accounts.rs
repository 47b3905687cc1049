//! Registration and closing of accounts.

use pillarbox_wire::{
    AccountId, ClientFrame, CloseAccount, Closed, DeviceAddress, DeviceId, Farewell, NumberCode, Refusal,
    Register, RegisterWithCode, Registered, RelayFrame, RequestId, Reregistered, Timestamp,
};
use rand_core::CryptoRng;

use super::Relay;
use super::authentication::proves;
use super::connections::Connection;
use super::events::{Input, Outcome};
use super::log::LogEntry;
use super::room::{ACCOUNT_BYTES, upload_bytes};
use super::round::Round;
use super::upload::{after, check_upload};
use crate::memory::connection_id::ConnectionId;
use crate::memory::rate_limiter::{Request, Subject};
use crate::rules::keeping::Logged;
use crate::store::{AccountRow, Closing, DeviceNumber, DeviceRow, Registration, Store, StoreError};

/// Outcome of checking a registration.
enum Registering {
    New(Connection),
    /// The phone did not receive the first answer: the account exists, with the same keys.
    Again(Connection, DeviceAddress),
    /// The phone has shown the code that was sent to the number, and the number already has this account.
    Over(Connection, AccountId),
    /// Another registration in this round wants the same number or key, and takes precedence.
    Later,
}

impl<S: Store> Relay<S> {
    pub(super) fn register(
        &mut self,
        id: ConnectionId,
        frame: Box<Register>,
        code: Option<NumberCode>,
        round: &mut Round,
        rng: &mut impl CryptoRng,
    ) {
        match self.check_registration(id, &frame, code, round, rng) {
            Ok(Registering::New(connection)) => self.make_account(id, connection, *frame, round, rng),
            Ok(Registering::Again(connection, address)) => {
                self.bind(id, address, round);
                self.see(address, connection.peer, round);
                let connected = LogEntry::on(&connection, Logged::Connected).by(address.account);
                self.log(connected.anyway(), round);
                round.answer(id, self.answer_again(frame.request, address));
            }
            Ok(Registering::Over(connection, account)) => {
                let request = frame.request;
                if let Err(reason) = self.replace_keys(id, &connection, account, *frame, round) {
                    round.refuse(id, request, reason);
                }
            }
            Ok(Registering::Later) => {
                let again = match code {
                    Some(code) => ClientFrame::RegisterWithCode(Box::new(RegisterWithCode {
                        registration: *frame,
                        code,
                    })),
                    None => ClientFrame::Register(frame),
                };
                round.defer(id, Input::Frame(again));
            }
            Err(reason) => self.refuse_proof(id, frame.request, reason, round),
        }
    }

    /// Builds the answer that the phone did not receive. A device that is not the account's first has replaced
    /// another one.
    fn answer_again(&self, request: RequestId, address: DeviceAddress) -> RelayFrame {
        if address.device == DeviceId::FIRST {
            return RelayFrame::Registered(Registered { request, address });
        }
        let waiting = self.directory.device(&address).map_or(0, |device| device.mailbox.len());
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        RelayFrame::Reregistered(Reregistered { request, address, waiting })
    }

    fn check_registration(
        &mut self,
        id: ConnectionId,
        frame: &Register,
        code: Option<NumberCode>,
        round: &mut Round,
        rng: &mut impl CryptoRng,
    ) -> Result<Registering, Refusal> {
        let connection = self.connections.get(id).ok_or(Refusal::NotAuthenticated)?;
        if connection.device.is_some() {
            return Err(Refusal::AlreadyAuthenticated);
        }
        let contended = frame.handle.as_ref().is_some_and(|handle| round.claimed_handles.contains(handle));
        if contended || round.claimed_keys.contains(&frame.device_key) {
            return Ok(Registering::Later);
        }
        if frame.prekeys.signed.is_none() || frame.prekeys.last_resort.is_none() {
            return Err(Refusal::NotWellFormed);
        }
        check_upload(&frame.prekeys)?;
        if !proves(&frame.device_key, &connection, &frame.signature) {
            return Err(Refusal::NotAuthentic);
        }
        if let Some(address) = self.directory.device_by_key(&frame.device_key) {
            let account = self.directory.account(address.account).ok_or(Refusal::NotWellFormed)?;
            let same = !address.device.is_linked()
                && account.row.identity() == frame.identity
                && account.row.handle == frame.handle;
            return if same {
                Ok(Registering::Again(connection, address))
            } else {
                Err(Refusal::NotWellFormed)
            };
        }
        // A registration is counted only after its proof was checked, and not if the account exists already. So
        // neither a neighbour's noise nor a phone that did not receive its answer uses up the quota of newcomers
        // behind the same address.
        let subject = Subject::address(connection.peer);
        self.limiter.take(Request::Register, subject, self.settings.limits.register, round.now)?;
        self.take_room(ACCOUNT_BYTES + upload_bytes(&frame.prekeys), round)?;
        let Some(handle) = &frame.handle else { return Ok(Registering::New(connection)) };
        let holder = self.directory.account_by_handle(handle).map(|holder| holder.row.account);
        match (self.settings.verify_numbers, code, holder) {
            (false, _, Some(_)) => Err(Refusal::HandleTaken),
            (false, _, None) => Ok(Registering::New(connection)),
            (true, None, _) => Err(self.send_code(handle, round, rng)),
            (true, Some(code), holder) => {
                self.codes.show(handle, &code, &self.settings.limits, round.now)?;
                Ok(match holder {
                    Some(account) => Registering::Over(connection, account),
                    None => Registering::New(connection),
                })
            }
        }
    }

    fn make_account(
        &mut self,
        id: ConnectionId,
        connection: Connection,
        frame: Register,
        round: &mut Round,
        rng: &mut impl CryptoRng,
    ) {
        let Register { request, handle, identity, device_key, delivery_verifier, prekeys, signature: _ } =
            frame;
        let mut account = AccountId([0; 16]);
        rng.fill_bytes(&mut account.0);
        let keeping = &self.settings.keeping;
        let device_number = self.counters.next_device;
        self.counters.next_device = DeviceNumber(device_number.0.saturating_add(1));
        round.changes.counters.next_device = self.counters.next_device;
        round.claimed_handles.extend(handle.clone());
        round.claimed_keys.insert(device_key);
        let device = DeviceRow {
            device_number,
            account,
            device: DeviceId::FIRST,
            device_key,
            last_seen: keeping.last_seen.of(round.now),
            last_address: keeping.last_address.then_some(connection.peer),
            next_one_time: after(0, prekeys.one_time.iter().map(|prekey| prekey.id)),
            next_one_time_kem: after(0, prekeys.one_time_kem.iter().map(|prekey| prekey.id)),
        };
        let address = device.address();
        let account = AccountRow {
            account,
            handle,
            registered_at: keeping.registered.of(round.now),
            identity_signing: identity.signing,
            identity_agreement: identity.agreement,
            identity_cross_signature: identity.cross_signature,
            delivery_verifier,
        };
        for what in [Logged::Registered, Logged::Connected] {
            self.log(LogEntry::on(&connection, what).by(address.account), round);
        }
        self.log_keys(&account, None, round);
        round.changes.accounts.push(Registration { account, device, prekeys });
        round.registering.push(id);
        round.block(id);
        round.promise(id, request, RelayFrame::Registered(Registered { request, address }));
    }

    /// Closes the account of this connection, in its own round: nothing that was accepted for the account may be
    /// written after it is gone.
    pub(super) fn close_account(&mut self, id: ConnectionId, frame: CloseAccount, round: &mut Round) {
        let request = frame.request;
        let address =
            match self.connections.get(id).ok_or(Refusal::NotAuthenticated).and_then(|known| known.named()) {
                Ok(address) if address.device.is_linked() => {
                    return round.refuse(id, request, Refusal::NotFirstPhone);
                }
                Ok(address) => address,
                Err(reason) => return round.refuse(id, request, reason),
            };
        let whole = !round.is_untouched();
        round.barrier = true;
        if whole {
            round.deferred.push((id, Input::Frame(ClientFrame::CloseAccount(frame))));
            return;
        }
        let closing = self.closing(address.account, round.now);
        round.changes.closed.push(closing);
        round.promise(id, request, RelayFrame::Closed(Closed { request }));
    }

    /// Closes an account at its operator's request instead of its owner's. The account's connections end, its
    /// waiting messages are deleted, and senders learn that there is no such account. Does nothing if there is no
    /// such account.
    ///
    /// # Errors
    /// [`StoreError`]; the account is then unchanged.
    pub fn end_account(&mut self, account: AccountId, now: Timestamp) -> Result<Outcome, StoreError> {
        let mut outcome = Outcome::default();
        if self.directory.account(account).is_some() {
            let mut round = Round::new(now, self.counters);
            round.changes.closed.push(self.closing(account, now));
            self.settle(round, &mut outcome)?;
        }
        Ok(outcome)
    }

    /// Lists the rows that go with an account.
    fn closing(&self, account: AccountId, now: Timestamp) -> Closing {
        let devices = self.directory.account(account).map_or(&[][..], |account| &account.devices);
        let groups = self.groups.without(account, now);
        let mut closing = Closing { account, devices: Vec::new(), waiting: Vec::new(), groups };
        for device in devices {
            if let Some(device) = self.directory.device(&DeviceAddress { account, device: *device }) {
                closing.devices.push(device.row.device_number);
                closing.waiting.extend(device.mailbox.messages());
            }
        }
        closing
    }

    /// Removes a closed account from memory and ends its connections.
    pub(super) fn take_out(&mut self, account: AccountId, effects: &mut Vec<super::Effect>) {
        self.channels.close(account);
        for device in self.directory.remove(account) {
            if let Some(connection) = device.online {
                self.connections.remove(connection);
                effects.push(super::Effect::Close(connection, Farewell::AccountClosed));
            }
        }
    }
}
