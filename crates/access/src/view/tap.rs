//! The traffic that passes an operator from an order on, as far as it concerns the people whom the order names.
//!
//! The order comes first. Frames that passed before it are excluded, and so is everybody else's traffic.

use std::collections::BTreeSet;
use std::net::IpAddr;

use pillarbox_relay::store::{EventNumber, EventRow};
use pillarbox_relay::{FrameSubject, Logged, Passing};
use pillarbox_wire::{AccountId, Handle, Timestamp};

/// One frame that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tapped {
    /// The time at which it passed.
    pub at: Timestamp,
    /// The event, in the words of the relay's log. It is absent for a frame for which the log has no word.
    pub what: Option<Logged>,
    /// The name of the frame's type.
    pub frame: &'static str,
    /// The account of the connection on which the frame came, if the connection has a name.
    pub from: Option<AccountId>,
    /// The account that the frame concerns.
    pub to: Option<AccountId>,
    /// The number or channel that the frame concerns.
    pub name: Option<String>,
    /// The internet address at the other end.
    pub peer: IpAddr,
    /// The payload of the frame, byte for byte.
    pub payload: Vec<u8>,
    /// False for a request that the operator refused. The request passed and had no effect.
    pub accepted: bool,
}

impl Tapped {
    /// Returns true for a message that the operator accepted.
    fn is_message(&self) -> bool {
        self.what == Some(Logged::Sent) && self.accepted
    }
}

/// The frames that pass from an order on.
#[derive(Clone, Debug)]
pub struct OperatorTap {
    since: Timestamp,
    accounts: BTreeSet<AccountId>,
    numbers: BTreeSet<Handle>,
    passed: Vec<Tapped>,
}

impl OperatorTap {
    /// Creates a tap on these people that begins at `since`.
    #[must_use]
    pub fn on(
        accounts: impl IntoIterator<Item = AccountId>,
        numbers: impl IntoIterator<Item = Handle>,
        since: Timestamp,
    ) -> Self {
        Self {
            since,
            accounts: accounts.into_iter().collect(),
            numbers: numbers.into_iter().collect(),
            passed: Vec::new(),
        }
    }

    /// Returns the accounts that the order names.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.accounts.iter().copied()
    }

    /// Records a passing frame if the order reaches it. `accepted` says whether the operator accepted it.
    pub fn passes(&mut self, passing: &Passing, payload: &[u8], accepted: bool) {
        let from = passing.from.map(|from| from.account);
        let (to, name) = match &passing.about {
            Some(FrameSubject::Device(address)) => (Some(address.account), None),
            Some(FrameSubject::Account(account)) => (Some(*account), None),
            Some(FrameSubject::Handle(number)) => (None, Some(number.to_string())),
            Some(FrameSubject::Channel(channel)) => (None, Some(channel.to_string())),
            None => (None, None),
        };
        let names = |account: &AccountId| self.accounts.contains(account);
        let asked_for =
            matches!(&passing.about, Some(FrameSubject::Handle(number)) if self.numbers.contains(number));
        let concerned = from.as_ref().is_some_and(names) || to.as_ref().is_some_and(names) || asked_for;
        if passing.time < self.since || !concerned {
            return;
        }
        // A device that authenticates has no name yet. The frame names it.
        let (from, to) = if passing.frame == "Authenticate" { (to, None) } else { (from, to) };
        self.passed.push(Tapped {
            at: passing.time,
            what: in_the_log(passing.frame),
            frame: passing.frame,
            from,
            to,
            name,
            peer: passing.peer,
            payload: payload.to_vec(),
            accepted,
        });
    }

    /// Returns the time of the order.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// Returns the frames that passed, in order.
    #[must_use]
    pub fn passed(&self) -> &[Tapped] {
        &self.passed
    }

    /// Returns the messages that the operator accepted. A refused message went nowhere and does not count.
    pub fn messages(&self) -> impl Iterator<Item = &Tapped> {
        self.passed.iter().filter(|tapped| tapped.is_message())
    }

    /// Returns the traffic in the form of a log of it, without the messages that the operator refused.
    #[must_use]
    pub fn events(&self) -> Vec<EventRow> {
        let number = |at: usize| EventNumber(u64::try_from(at).unwrap_or(u64::MAX));
        let event = |(at, tapped): (usize, &Tapped)| {
            Some(EventRow {
                event: number(at),
                at: tapped.at,
                what: tapped.what.filter(|what| *what != Logged::Sent || tapped.accepted)?,
                account: tapped.from,
                about: tapped.to,
                name: tapped.name.clone(),
                address: Some(tapped.peer),
                bytes: u32::try_from(tapped.payload.len()).ok().filter(|bytes| *bytes > 0),
                message: None,
            })
        };
        self.passed.iter().enumerate().filter_map(event).collect()
    }
}

/// Returns the log's name for a frame from a phone.
fn in_the_log(frame: &str) -> Option<Logged> {
    Some(match frame {
        "Register" => Logged::Registered,
        "Authenticate" => Logged::Connected,
        "LookUp" => Logged::LookedUp,
        "FetchBundles" => Logged::Fetched,
        "Submit" => Logged::Sent,
        "PublishPreKeys" | "LeaveDeposits" => Logged::Changed,
        "ReadChannel" => Logged::Read,
        _ => return None,
    })
}
