//! The operator's half: it stands before the relay, and names the ghost in what goes out.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_relay::{ConnectionId, Effect, Input, Outcome, Relay, Store, StoreError};
use pillarbox_wire::{
    Accepted, AccountId, Bundles, Bytes, ClientFrame, Deliver, DeviceAddress, DeviceBundle, DeviceList,
    FetchBundles, FixedBytes, IdentityKey, ListedDevice, MessageId, Refusal, Refused, RelayFrame, RequestId,
    Submit, Timestamp,
};
use rand_core::CryptoRng;

use super::device::GHOST;

/// The request with which this half asks the relay for the ghost's keys, over the ghost's own connection.
const ASKED_BY_US: RequestId = RequestId(u32::MAX);

/// The first number of a message to the ghost. The relay counts its own messages up from 1 and never comes here.
const FIRST_COPY: u64 = 1 << 62;

/// The people whose texts are read along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadAlong {
    /// Those with these accounts.
    Accounts(BTreeSet<AccountId>),
    /// Everybody.
    Everybody,
}

/// The operator's half of a ghost device.
///
/// Everything that it knows comes from frames in the clear and from the relay's own names of connections. It opens no
/// payload. Frames that are not about the ghost pass unchanged.
#[derive(Clone, Debug)]
pub struct GhostRelay {
    whom: ReadAlong,
    /// True if phones that do not ask for devices are made to ask for keys.
    makes_phones_ask: bool,
    /// The ghost's phone, whose account is like everybody's.
    address: DeviceAddress,
    /// The identity of that phone.
    identity: IdentityKey,
    /// The connection of the ghost's phone.
    line: Option<ConnectionId>,
    /// Questions about keys and devices that the relay is about to answer, each with the account asked about.
    asked: BTreeMap<(ConnectionId, RequestId), AccountId>,
    /// The connections on which somebody was made to ask for an account's keys again.
    asks_again: BTreeSet<(ConnectionId, AccountId)>,
    /// The number of messages that the ghost was given.
    copies: u64,
}

impl GhostRelay {
    /// Creates the half that names a phone, which has an account and connects after this. A phone of the shipped
    /// software hears of devices from its contacts and asks the relay for none; with `makes_phones_ask`, its next
    /// message is refused once so that it asks for keys.
    #[must_use]
    pub const fn new(
        whom: ReadAlong,
        makes_phones_ask: bool,
        address: DeviceAddress,
        identity: IdentityKey,
    ) -> Self {
        Self {
            whom,
            makes_phones_ask,
            address,
            identity,
            line: None,
            asked: BTreeMap::new(),
            asks_again: BTreeSet::new(),
            copies: 0,
        }
    }

    /// Processes a batch as [`Relay::process`] does. The relay is the product's; this half changes what goes in and
    /// what comes out.
    ///
    /// # Errors
    /// Those of [`Relay::process`].
    pub fn process<S: Store>(
        &mut self,
        relay: &mut Relay<S>,
        batch: Vec<(ConnectionId, Input)>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Outcome, StoreError> {
        let (mut passes, mut answers) = (Vec::new(), Vec::new());
        for (connection, input) in batch {
            let Input::Frame(frame) = input else {
                passes.push((connection, input));
                continue;
            };
            match self.take(relay, connection, &frame, now, rng)? {
                None => passes.push((connection, Input::Frame(frame))),
                Some(effects) => answers.extend(effects),
            }
        }
        let mut outcome = relay.process(passes, now, rng)?;
        for effect in &mut outcome.effects {
            if let Effect::Send(connection, frame) = effect {
                self.give(relay, *connection, frame, now, rng)?;
            }
        }
        outcome.effects.extend(answers);
        Ok(outcome)
    }

    /// Returns true if the ghost is a device of this account to somebody on this connection: of a person who is read
    /// along to everybody, and of everybody to a person who is. Nobody is told of devices of their own.
    fn is_named<S: Store>(&self, relay: &Relay<S>, connection: ConnectionId, account: AccountId) -> bool {
        let is_read = |account: AccountId| match &self.whom {
            ReadAlong::Accounts(accounts) => accounts.contains(&account),
            ReadAlong::Everybody => true,
        };
        let asks = relay.device_on(connection).map(|device| device.account);
        let ghost = self.address.account;
        let is_somebody_else = asks != Some(account) && account != ghost && asks != Some(ghost);
        is_somebody_else && (is_read(account) || asks.is_some_and(is_read))
    }

    /// Handles a frame on its way in. Returns what is sent in the place of the relay, which then does not hear of the
    /// frame; none if the relay gets it.
    fn take<S: Store>(
        &mut self,
        relay: &mut Relay<S>,
        connection: ConnectionId,
        frame: &ClientFrame,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<Vec<Effect>>, StoreError> {
        let send = |frame| Ok(Some(vec![Effect::Send(connection, frame)]));
        match frame {
            ClientFrame::Authenticate(it) if it.address == self.address => {
                self.line = Some(connection);
            }
            // Nothing that the ghost's phone sends by itself reaches anybody.
            ClientFrame::Submit(submit) if self.line == Some(connection) => {
                return send(RelayFrame::Accepted(Accepted { request: submit.request }));
            }
            ClientFrame::Acknowledge(it)
                if self.line == Some(connection) && it.messages.iter().any(|it| it.0 >= FIRST_COPY) =>
            {
                return Ok(Some(Vec::new()));
            }
            ClientFrame::FetchBundles(fetch) if self.is_named(relay, connection, fetch.account) => {
                self.asked.insert((connection, fetch.request), fetch.account);
            }
            ClientFrame::FetchDevices(fetch) if self.is_named(relay, connection, fetch.account) => {
                self.asked.insert((connection, fetch.request), fetch.account);
            }
            ClientFrame::FetchDevice(fetch) if fetch.address.device == GHOST => {
                let devices = self.keys(relay, now, rng)?.into_iter().collect();
                let (request, identity) = (fetch.request, self.identity);
                return send(RelayFrame::Bundles(Bundles { request, identity, devices }));
            }
            ClientFrame::Submit(submit) if submit.to.device == GHOST => {
                return Ok(Some(self.copy(relay, connection, submit, now)));
            }
            // A phone with a running session has no reason to ask for anything. One refusal makes it ask.
            ClientFrame::Submit(submit)
                if self.makes_phones_ask
                    && self.is_named(relay, connection, submit.to.account)
                    && self.asks_again.insert((connection, submit.to.account)) =>
            {
                let (request, reason) = (submit.request, Refusal::KeysReplaced);
                return send(RelayFrame::Refused(Refused { request, reason }));
            }
            _ => {}
        }
        Ok(None)
    }

    /// Changes a frame on its way out.
    fn give<S: Store>(
        &mut self,
        relay: &mut Relay<S>,
        connection: ConnectionId,
        frame: &mut RelayFrame,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StoreError> {
        match frame {
            RelayFrame::Bundles(bundles) if self.asked.remove(&(connection, bundles.request)).is_some() => {
                bundles.devices.extend(self.keys(relay, now, rng)?);
            }
            RelayFrame::Devices(devices) => {
                if let Some(account) = self.asked.remove(&(connection, devices.request)) {
                    devices.list = Some(self.named(account, devices.list.take()));
                }
            }
            RelayFrame::Refused(refused) => drop(self.asked.remove(&(connection, refused.request))),
            _ => {}
        }
        Ok(())
    }

    /// Returns the list of an account with the ghost in it. Only the account could sign it, and did not.
    fn named(&self, account: AccountId, list: Option<DeviceList>) -> DeviceList {
        let none = DeviceList { account, version: 0, devices: Vec::new(), signature: FixedBytes([0; 64]) };
        let mut list = list.unwrap_or(none);
        list.version += 1;
        let consent = FixedBytes([0; 64]);
        list.devices.push(ListedDevice { device: GHOST, identity: self.identity, consent });
        list
    }

    /// Returns the keys with which a phone begins a session with the ghost, under the number that it has among
    /// somebody's devices. The relay hands them out as it hands out everybody's.
    fn keys<S: Store>(
        &self,
        relay: &mut Relay<S>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Option<DeviceBundle>, StoreError> {
        let Some(line) = self.line else { return Ok(None) };
        let account = self.address.account;
        let fetch = FetchBundles { request: ASKED_BY_US, account, delivery_key: None };
        let batch = vec![(line, Input::Frame(ClientFrame::FetchBundles(fetch)))];
        let mut bundle =
            relay.process(batch, now, rng)?.effects.into_iter().find_map(|effect| match effect {
                Effect::Send(to, RelayFrame::Bundles(bundles))
                    if to == line && bundles.request == ASKED_BY_US =>
                {
                    bundles.devices.into_iter().next()
                }
                _ => None,
            });
        if let Some(bundle) = &mut bundle {
            bundle.device = GHOST;
        }
        Ok(bundle)
    }

    /// Hands a message to the ghost's phone. It never lies at the relay.
    fn copy<S: Store>(
        &mut self,
        relay: &Relay<S>,
        connection: ConnectionId,
        submit: &Submit,
        now: Timestamp,
    ) -> Vec<Effect> {
        let Submit { request, to: _, delivery_key, payload } = submit;
        let from = relay.device_on(connection).filter(|_| delivery_key.is_none());
        let number = MessageId(FIRST_COPY + self.copies);
        self.copies += 1;
        let deliver = Deliver {
            message: number,
            from,
            accepted_at: now,
            payload: Bytes(payload.0.clone()),
            stamp: None,
        };
        let accepted = Effect::Send(connection, RelayFrame::Accepted(Accepted { request: *request }));
        let handed = self.line.map(|line| Effect::Send(line, RelayFrame::Deliver(deliver)));
        [Some(accepted), handed].into_iter().flatten().collect()
    }
}
