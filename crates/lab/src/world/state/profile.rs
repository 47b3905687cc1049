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
pub struct ProfileId(pub(in crate::world) usize);

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
    pub(in crate::world) fn is_like(&self, other: &Self) -> bool {
        let own = |it: &Self| matches!(it, Self::Own | Self::Guest);
        self == other || (own(self) && own(other))
    }
}

/// One connection of a phone: the phone's end of a channel, and the frames that have come out of it.
pub(in crate::world) struct Line {
    pub(in crate::world) connection: ConnectionId,
    /// The phone's address, as the relay sees it.
    pub(in crate::world) peer: IpAddr,
    pub(in crate::world) phone_end: Established,
    pub(in crate::world) arrived: VecDeque<RelayFrame>,
    /// True after the relay said goodbye. The frames that have arrived are still read, and nothing more is sent.
    pub(in crate::world) ended: bool,
}

/// One phone account.
pub(in crate::world) struct Profile {
    pub(in crate::world) who: PersonId,
    pub(in crate::world) site: SiteId,
    pub(in crate::world) purpose: Purpose,
    /// The phone. A closed profile, or one in other hands, has none.
    pub(in crate::world) phone: Option<Phone>,
    pub(in crate::world) folder: Option<Scratch>,
    pub(in crate::world) lines: [Option<Line>; 2],
    pub(in crate::world) streams: Streams,
    /// The time at which the world looks at this phone again of its own accord.
    pub(in crate::world) alarm: Option<Timestamp>,
    /// True if the relay does not accept this phone, which therefore does not try again.
    pub(in crate::world) refused: bool,
    /// True if a failed connection stands in the record and none has succeeded since.
    pub(in crate::world) unreachable_said: bool,
}

impl Profile {
    pub(in crate::world) const fn line(&self, link: Link) -> Option<&Line> {
        let [named, nameless] = &self.lines;
        match link {
            Link::Named => named.as_ref(),
            Link::Nameless => nameless.as_ref(),
        }
    }

    pub(in crate::world) const fn line_mut(&mut self, link: Link) -> &mut Option<Line> {
        let [named, nameless] = &mut self.lines;
        match link {
            Link::Named => named,
            Link::Nameless => nameless,
        }
    }

    /// Returns the phone, if its owner has it, and the stream of randomness that it draws from.
    pub(in crate::world) const fn in_hand(&mut self) -> Option<(&mut Phone, &mut ChaCha20Rng)> {
        match &mut self.phone {
            Some(phone) => Some((phone, &mut self.streams.phone)),
            None => None,
        }
    }

    /// Returns the account at the relay, once it is made.
    pub(in crate::world) fn account(&self) -> Option<AccountId> {
        Some(self.phone.as_ref()?.account().address?.account)
    }
}
