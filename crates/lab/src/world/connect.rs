//! Connections: opened over a handshake, unless the network blocks them, and cut.

use std::collections::VecDeque;

use pillarbox_client::Link;
use pillarbox_transport::handshake::{AwaitingAnswer, AwaitingOffer, HandshakeRefused};
use pillarbox_transport::{Established, HandshakeError, Versions};

use super::copied::may_connect;
use super::error::WorldError;
use super::state::World;
use super::state::profile::{Line, ProfileId};
use super::state::transit::{Handshake, Parcel, RelayEnd};
use crate::record::{Kind, Way};
use crate::scenario::PersonId;

/// Both ends of a channel, the phone's first message and the others.
struct Shaken {
    phone_end: Established,
    relay_end: Established,
    offer: Vec<u8>,
    handshake: Handshake,
}

impl World {
    /// Returns true if somebody's phone is off or asleep.
    pub(super) fn is_away(&self, who: PersonId) -> bool {
        self.offline.contains(&who) || self.sleepers.contain(who)
    }

    /// Opens a connection, unless the network blocks it.
    pub(super) fn connect(&mut self, id: ProfileId, link: Link) -> Result<bool, WorldError> {
        let profile = self.profile(id)?;
        let (who, site_id) = (profile.who, profile.site);
        if self.is_away(who) || !may_connect(profile, self.now) {
            return Ok(false);
        }
        let person = self.scenario.person(who).ok_or(WorldError::Missing("a person"))?;
        if let Some(why) = self.site(site_id)?.unreachable_from(&person.country) {
            if !std::mem::replace(&mut self.profile_mut(id)?.unreachable_said, true) {
                let kind = Kind::Unreachable { who: self.name(who), relay: site_id.0, why };
                self.record.push(self.now, kind);
            }
            return Ok(false);
        }
        let mut connection = self.profile_mut(id)?.streams.connection();
        while self.connections.contains_key(&connection) {
            connection = self.profile_mut(id)?.streams.connection();
        }
        let Shaken { phone_end, relay_end, offer, handshake } = self.shake_hands(id)?;
        let peer = self.next_address(id)?;
        self.is_seen_at(id, connection, peer)?;
        self.connections.insert(connection, RelayEnd::new(id, link, relay_end, peer));
        let profile = self.profile_mut(id)?;
        profile.unreachable_said = false;
        *profile.line_mut(link) =
            Some(Line { connection, peer, phone_end, arrived: VecDeque::new(), ended: false });
        self.crosses(id, peer, Way::Up, &offer)?;
        self.send_parcel(connection, Parcel::Offer(handshake))?;
        Ok(true)
    }

    /// Creates both ends of a channel. The messages between them are sent afterwards.
    fn shake_hands(&mut self, id: ProfileId) -> Result<Shaken, WorldError> {
        let Self { profiles, sites, .. } = self;
        let profile = profiles.get_mut(id.0).ok_or(WorldError::Missing("a profile"))?;
        let (site_id, rng) = (profile.site, &mut profile.streams.channel);
        let key = &sites.get(site_id.0).ok_or(WorldError::Missing("a relay"))?.key;
        let refused = |refused: HandshakeRefused| -> HandshakeError { refused.reason };
        let (phone, offer) = AwaitingAnswer::begin(&key.public(), Versions::SUPPORTED, rng);
        let relay = AwaitingOffer::begin(key, Versions::SUPPORTED, rng);
        let (relay, answer) = relay.offered(&offer).map_err(refused)?;
        let (phone, opening) = phone.answered(&answer)?;
        let (relay_end, reply) = relay.opened(&opening).map_err(refused)?;
        let phone_end = phone.replied(&reply)?;
        let handshake_hash = phone_end.handshake_hash;
        let [answer, opening, reply] = [answer.to_vec(), opening.to_vec(), reply.to_vec()];
        let handshake = Handshake { answer, opening, reply, handshake_hash };
        Ok(Shaken { phone_end, relay_end, offer: offer.to_vec(), handshake })
    }

    /// Ends a phone's connections. The relay is informed after everything that the phone sent before.
    pub(super) fn cut(&mut self, id: ProfileId) -> Result<(), WorldError> {
        for link in [Link::Named, Link::Nameless] {
            let profile = self.profile_mut(id)?;
            let Some(line) = profile.line_mut(link).take() else { continue };
            if let Some(phone) = profile.phone.as_mut() {
                phone.disconnected(link);
            }
            self.send_parcel(line.connection, Parcel::Closed)?;
        }
        Ok(())
    }
}
