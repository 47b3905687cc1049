//! Phone accounts, with their connections.

use std::collections::VecDeque;
use std::net::IpAddr;

use pillarbox_client::{Link, Phone};
use pillarbox_relay::ConnectionId;
use pillarbox_transport::Established;
use pillarbox_wire::{AccountId, RelayFrame, Timestamp};
use rand_chacha::ChaCha20Rng;

use super::randomness::Streams;
use super::site::SiteId;
use crate::scenario::PersonId;
use crate::scratch::Scratch;

/// The position of a profile among the world's profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfileId(pub(crate) usize);

/// The purpose of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The person's own account.
    Own,
    /// The person's account at a relay that is not their own.
    Guest,
    /// An account for one contact.
    ForContact(PersonId),
    /// An account for one group.
    ForGroup(String),
    /// An account for backups.
    Backups,
}

impl Purpose {
    /// Returns true if two accounts have the same purpose, wherever their owner's home is.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        let own = |it: &Self| matches!(it, Self::Own | Self::Guest);
        self == other || (own(self) && own(other))
    }
}

/// One connection of a phone: the phone's end of a channel, and the frames received from it.
pub(crate) struct Line {
    pub(crate) connection: ConnectionId,
    /// The phone's address, as the relay sees it.
    pub(crate) peer: IpAddr,
    pub(crate) phone_end: Established,
    pub(crate) arrived: VecDeque<RelayFrame>,
    /// True after the relay said goodbye. The frames that have arrived are still read, and nothing more is sent.
    pub(crate) ended: bool,
}

/// One phone account.
pub(crate) struct Profile {
    pub(crate) who: PersonId,
    pub(crate) site: SiteId,
    pub(crate) purpose: Purpose,
    /// The phone. A closed or seized profile has none.
    pub(crate) phone: Option<Phone>,
    pub(crate) folder: Option<Scratch>,
    pub(crate) lines: [Option<Line>; 2],
    pub(crate) streams: Streams,
    /// The time at which the world next looks at this phone unprompted.
    pub(crate) alarm: Option<Timestamp>,
    /// True if the relay does not accept this phone, which therefore does not try again.
    pub(crate) refused: bool,
    /// True if a failed connection is in the record and none has succeeded since.
    pub(crate) unreachable_said: bool,
    /// The time before which it does not connect, because a copy of the phone has replaced it.
    pub(crate) put_off_until: Option<Timestamp>,
}

impl Profile {
    /// Creates a profile whose phone has no connection yet.
    pub(crate) fn new(
        who: PersonId,
        (site, purpose): (SiteId, Purpose),
        phone: Phone,
        folder: Option<Scratch>,
        streams: Streams,
    ) -> Self {
        Self {
            who,
            site,
            purpose,
            phone: Some(phone),
            folder,
            lines: [None, None],
            streams,
            alarm: None,
            refused: false,
            unreachable_said: false,
            put_off_until: None,
        }
    }

    pub(crate) const fn line(&self, link: Link) -> Option<&Line> {
        let [named, nameless] = &self.lines;
        match link {
            Link::Named => named.as_ref(),
            Link::Nameless => nameless.as_ref(),
        }
    }

    pub(crate) const fn line_mut(&mut self, link: Link) -> &mut Option<Line> {
        let [named, nameless] = &mut self.lines;
        match link {
            Link::Named => named,
            Link::Nameless => nameless,
        }
    }

    /// Returns the phone, if its owner has it, and the stream of randomness that it draws from.
    pub(crate) const fn in_hand(&mut self) -> Option<(&mut Phone, &mut ChaCha20Rng)> {
        match &mut self.phone {
            Some(phone) => Some((phone, &mut self.streams.phone)),
            None => None,
        }
    }

    /// Returns the account at the relay, once it is created.
    pub(crate) fn account(&self) -> Option<AccountId> {
        Some(self.phone.as_ref()?.account().address?.account)
    }
}
