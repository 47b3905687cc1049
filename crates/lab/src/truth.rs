//! The truth of a world: what was really said, to whom and when, who read it, and the owner of each account.
//!
//! The fields are private, and only a [`Scorer`] reads them. A demand is served on views (`pillarbox_access`), and
//! no view gives access to this module. This crate's experiments compare returned data with the statements of a
//! scorer.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use pillarbox_client::BodyId;
use pillarbox_wire::{AccountId, ChannelName, Timestamp};

use crate::scenario::PersonId;

/// A text that was said: an index in the order of saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SaidId(pub usize);

/// The conversation of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhereSaid {
    /// A conversation between two people.
    Private,
    /// A group, by name.
    Group(String),
    /// A public channel.
    Channel(ChannelName),
}

/// An utterance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The time at which it was said.
    pub at: Timestamp,
    /// The author.
    pub by: PersonId,
    /// The recipients; for a channel, the followers at that time.
    pub to: Vec<PersonId>,
    /// The conversation in which it was said.
    pub place: WhereSaid,
    /// The words as said.
    pub text: String,
}

/// A phone that showed a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadBy {
    /// The text that was read or confirmed.
    pub said: SaidId,
    /// The person whose phone showed it.
    pub who: PersonId,
    /// The time at which it was read or confirmed.
    pub at: Timestamp,
}

/// An account, and the person behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The person behind the account.
    pub who: PersonId,
    /// The position of the relay among the world's.
    pub relay: usize,
    /// The account's id at that relay.
    pub account: AccountId,
    /// The time of its creation.
    pub since: Timestamp,
}

/// A group as it really is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueGroup {
    /// The person who created the group.
    pub by: PersonId,
    /// The time at which it was created.
    pub at: Timestamp,
    /// Everybody who was ever in it.
    pub members: Vec<PersonId>,
}

/// Everything that really happened in a world. Only a [`Scorer`] sees it.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    said: Vec<Said>,
    bodies: BTreeMap<(PersonId, BodyId), SaidId>,
    read: Vec<ReadBy>,
    confirmed: Vec<ReadBy>,
    accounts: Vec<Behind>,
    owners: BTreeMap<AccountId, PersonId>,
    addresses: BTreeMap<IpAddr, BTreeSet<PersonId>>,
    groups: BTreeMap<String, TrueGroup>,
    followers: BTreeMap<ChannelName, Vec<PersonId>>,
}

/// The records that the world makes as things happen.
impl Truth {
    pub(crate) fn say(&mut self, said: Said, body: Option<BodyId>) -> SaidId {
        let id = SaidId(self.said.len());
        if let Some(body) = body {
            self.bodies.insert((said.by, body), id);
        }
        self.said.push(said);
        id
    }

    /// Records that a phone showed a text, if it was really said. Returns the text.
    pub(crate) fn read(
        &mut self,
        by: PersonId,
        body: BodyId,
        who: PersonId,
        at: Timestamp,
    ) -> Option<SaidId> {
        let said = self.bodies.get(&(by, body)).copied()?;
        self.read.push(ReadBy { said, who, at });
        Some(said)
    }

    /// Records that the author's phone received a receipt for the text from somebody's phone.
    pub(crate) fn confirm(&mut self, by: PersonId, body: BodyId, who: PersonId, at: Timestamp) {
        if let Some(said) = self.bodies.get(&(by, body)).copied() {
            self.confirmed.push(ReadBy { said, who, at });
        }
    }

    pub(crate) fn read_post(&mut self, channel: &ChannelName, text: &str, who: PersonId, at: Timestamp) {
        let place = WhereSaid::Channel(channel.clone());
        let found = self.said.iter().position(|said| said.place == place && said.text == text).map(SaidId);
        if let Some(said) = found
            && !self.read.iter().any(|read| read.said == said && read.who == who)
        {
            self.read.push(ReadBy { said, who, at });
        }
    }

    pub(crate) fn own(&mut self, behind: Behind) {
        self.owners.entry(behind.account).or_insert(behind.who);
        self.accounts.push(behind);
    }

    pub(crate) fn is_at(&mut self, who: PersonId, address: IpAddr) {
        self.addresses.entry(address).or_default().insert(who);
    }

    pub(crate) fn group(&mut self, name: &str, group: TrueGroup) {
        self.groups.insert(name.to_owned(), group);
    }

    pub(crate) fn follow(&mut self, channel: &ChannelName, who: PersonId) {
        self.followers.entry(channel.clone()).or_default().push(who);
    }

    pub(crate) fn followers(&self, channel: &ChannelName) -> Vec<PersonId> {
        self.followers.get(channel).cloned().unwrap_or_default()
    }

    /// Returns the person behind an account.
    pub(crate) fn behind(&self, account: AccountId) -> Option<PersonId> {
        self.owners.get(&account).copied()
    }
}

/// The only reader of a world's truth: it compares, and serves no demand.
#[derive(Clone, Copy, Debug)]
pub struct Scorer<'w> {
    truth: &'w Truth,
}

impl<'w> Scorer<'w> {
    /// Creates a scorer over what happened.
    #[must_use]
    pub const fn new(truth: &'w Truth) -> Self {
        Self { truth }
    }

    /// Returns everything that was said, in order.
    #[must_use]
    pub fn said(&self) -> &'w [Said] {
        &self.truth.said
    }

    /// Returns everything that somebody's phone showed, in order.
    #[must_use]
    pub fn read(&self) -> &'w [ReadBy] {
        &self.truth.read
    }

    /// Returns the texts for which the author's phone received a receipt from somebody's phone, in order. Each has
    /// that person, and the time at which the author's phone received the receipt.
    #[must_use]
    pub fn confirmed(&self) -> &'w [ReadBy] {
        &self.truth.confirmed
    }

    /// Returns every account that ever existed, and the person behind it.
    #[must_use]
    pub fn accounts(&self) -> &'w [Behind] {
        &self.truth.accounts
    }

    /// Returns the person behind an account.
    #[must_use]
    pub fn behind(&self, account: AccountId) -> Option<PersonId> {
        self.truth.behind(account)
    }

    /// Returns the person who connects from an internet address; `None` if several do.
    #[must_use]
    pub fn behind_address(&self, address: IpAddr) -> Option<PersonId> {
        let people = self.truth.addresses.get(&address)?;
        people.first().copied().filter(|_| people.len() == 1)
    }

    /// Returns every group, by name.
    #[must_use]
    pub fn groups(&self) -> &'w BTreeMap<String, TrueGroup> {
        &self.truth.groups
    }

    /// Returns the followers of each channel.
    #[must_use]
    pub fn followers(&self) -> &'w BTreeMap<ChannelName, Vec<PersonId>> {
        &self.truth.followers
    }
}
