//! The truth of a world: what was really said, to whom and when, who read it, and who is who.
//!
//! The fields are private, and [`Scorer`] is the only way to them. A demand is served on views (`pillarbox_access`), and
//! no view leads here; this crate's experiments compare what came back with what a scorer says.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use pillarbox_client::BodyId;
use pillarbox_wire::{AccountId, ChannelName, Timestamp};

use crate::scenario::PersonId;

/// Which of the things that were said: a position in the order of saying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SaidId(pub usize);

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Between two people.
    Private,
    /// In a group.
    Group(String),
    /// In public.
    Channel(ChannelName),
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PersonId,
    /// To whom; the followers at that time for a channel.
    pub to: Vec<PersonId>,
    /// Where.
    pub place: Place,
    /// The words.
    pub text: String,
}

/// Somebody's phone showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadBy {
    /// What.
    pub said: SaidId,
    /// Who.
    pub who: PersonId,
    /// When.
    pub at: Timestamp,
}

/// An account, and who is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Whose it is.
    pub who: PersonId,
    /// The position of the relay among the world's.
    pub relay: usize,
    /// The account.
    pub account: AccountId,
    /// Since when.
    pub since: Timestamp,
}

/// A group as it really is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrueGroup {
    /// Who made it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
    /// Who was ever in it.
    pub members: Vec<PersonId>,
}

/// What really happened in a world. Only a [`Scorer`] sees it.
#[derive(Clone, Debug, Default)]
pub struct Truth {
    said: Vec<Said>,
    bodies: BTreeMap<(PersonId, BodyId), SaidId>,
    read: Vec<ReadBy>,
    accounts: Vec<Behind>,
    owners: BTreeMap<AccountId, PersonId>,
    addresses: BTreeMap<IpAddr, BTreeSet<PersonId>>,
    groups: BTreeMap<String, TrueGroup>,
    followers: BTreeMap<ChannelName, Vec<PersonId>>,
}

/// What the world writes down as it happens.
impl Truth {
    pub(crate) fn say(&mut self, said: Said, body: Option<BodyId>) -> SaidId {
        let id = SaidId(self.said.len());
        if let Some(body) = body {
            self.bodies.insert((said.by, body), id);
        }
        self.said.push(said);
        id
    }

    /// Notes that a phone showed a text: one that was really said, or nothing is noted.
    /// Says which.
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

    pub(crate) fn read_post(&mut self, channel: &ChannelName, text: &str, who: PersonId, at: Timestamp) {
        let place = Place::Channel(channel.clone());
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

    /// Who is behind an account.
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
    /// A scorer over what happened.
    #[must_use]
    pub const fn new(truth: &'w Truth) -> Self {
        Self { truth }
    }

    /// Everything that was said, in order.
    #[must_use]
    pub fn said(&self) -> &'w [Said] {
        &self.truth.said
    }

    /// Everything that somebody's phone showed, in order.
    #[must_use]
    pub fn read(&self) -> &'w [ReadBy] {
        &self.truth.read
    }

    /// Every account there ever was, and who is behind it.
    #[must_use]
    pub fn accounts(&self) -> &'w [Behind] {
        &self.truth.accounts
    }

    /// Who is behind an account.
    #[must_use]
    pub fn behind(&self, account: AccountId) -> Option<PersonId> {
        self.truth.behind(account)
    }

    /// The person who connects from an internet address; none if several do.
    #[must_use]
    pub fn behind_address(&self, address: IpAddr) -> Option<PersonId> {
        let people = self.truth.addresses.get(&address)?;
        people.first().copied().filter(|_| people.len() == 1)
    }

    /// Every group, by name.
    #[must_use]
    pub fn groups(&self) -> &'w BTreeMap<String, TrueGroup> {
        &self.truth.groups
    }

    /// Who follows which channel.
    #[must_use]
    pub fn followers(&self) -> &'w BTreeMap<ChannelName, Vec<PersonId>> {
        &self.truth.followers
    }
}
