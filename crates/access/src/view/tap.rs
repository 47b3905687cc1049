//! What passes an operator from an order on, as far as it concerns the people that the order names.
//!
//! The order comes first: what passed before it is not here, and nothing of anybody else.

use std::collections::BTreeSet;
use std::net::IpAddr;

use pillarbox_relay::store::{EventNumber, EventRow};
use pillarbox_relay::{About, Logged, Passing};
use pillarbox_wire::{AccountId, Handle, Timestamp};

/// One frame that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tapped {
    /// When.
    pub at: Timestamp,
    /// What it was, in the words of the relay's log; none for a frame of which that has no word.
    pub what: Option<Logged>,
    /// The frame's name.
    pub frame: &'static str,
    /// Whose connection it came on, if the connection has a name.
    pub from: Option<AccountId>,
    /// The account that it concerns.
    pub to: Option<AccountId>,
    /// The number or channel that it concerns.
    pub name: Option<String>,
    /// The internet address at the other end.
    pub peer: IpAddr,
    /// What was handed over in it, byte for byte.
    pub payload: Vec<u8>,
    /// False for a request that the operator refused: it passed, and nothing came of it.
    pub accepted: bool,
}

impl Tapped {
    /// Returns true for a message that the operator took.
    fn is_message(&self) -> bool {
        self.what == Some(Logged::Sent) && self.accepted
    }
}

/// What passes from an order on.
#[derive(Clone, Debug)]
pub struct OperatorTap {
    since: Timestamp,
    accounts: BTreeSet<AccountId>,
    numbers: BTreeSet<Handle>,
    passed: Vec<Tapped>,
}

impl OperatorTap {
    /// A tap on these people, from `since` on.
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

    /// The accounts that the order names.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.accounts.iter().copied()
    }

    /// Hands it a frame that passes, and whether the operator `accepted` it. It keeps the frame if the order reaches it.
    pub fn passes(&mut self, passing: &Passing, payload: &[u8], accepted: bool) {
        let from = passing.from.map(|from| from.account);
        let (to, name) = match &passing.about {
            Some(About::Device(address)) => (Some(address.account), None),
            Some(About::Account(account)) => (Some(*account), None),
            Some(About::Handle(number)) => (None, Some(number.to_string())),
            Some(About::Channel(channel)) => (None, Some(channel.to_string())),
            None => (None, None),
        };
        let names = |account: &AccountId| self.accounts.contains(account);
        let asked_for =
            matches!(&passing.about, Some(About::Handle(number)) if self.numbers.contains(number));
        let concerned = from.as_ref().is_some_and(names) || to.as_ref().is_some_and(names) || asked_for;
        if passing.time < self.since || !concerned {
            return;
        }
        // A device that proves itself has no name yet: the frame says which one it is.
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

    /// Since when.
    #[must_use]
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// What passed, in order.
    #[must_use]
    pub fn passed(&self) -> &[Tapped] {
        &self.passed
    }

    /// Messages on their way in. One that the operator refused went nowhere, and is none.
    pub fn messages(&self) -> impl Iterator<Item = &Tapped> {
        self.passed.iter().filter(|tapped| tapped.is_message())
    }

    /// What passed, as a log of it would read if one were kept: without the messages that the operator refused.
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

/// The log's word for a frame from a phone.
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
