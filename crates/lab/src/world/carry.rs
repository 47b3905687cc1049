//! The path of frames: from phones through a Noise channel to a relay and back, until none are left.
//!
//! The wire codec encodes every frame, and the channel seals it into records, as over TCP. The sealed bytes are kept
//! for the wire tap. The relay's view of each frame goes into the record.

use std::collections::VecDeque;
use std::net::IpAddr;

use pillarbox_client::Link;
use pillarbox_relay::passing::FrameSubject;
use pillarbox_relay::{ConnectionId, Effect, Input, Passing};
use pillarbox_wire::{Bytes, ClientFrame, Farewell, Goodbye, RelayFrame};

use super::error::WorldError;
use super::push;
use super::state::World;
use super::state::profile::{Profile, ProfileId};
use super::state::site::{Site, SiteId};
use super::state::transit::Parcel;
use crate::record::{Kind, Way, sha256, starts};

/// The number of steps after which a run counts as a loop. An event of a large group takes several hundred.
const MAX_STEPS: usize = 200_000;

impl World {
    pub(super) fn profile(&self, id: ProfileId) -> Result<&Profile, WorldError> {
        self.profiles.get(id.0).ok_or(WorldError::Missing("a profile"))
    }

    pub(super) fn profile_mut(&mut self, id: ProfileId) -> Result<&mut Profile, WorldError> {
        self.profiles.get_mut(id.0).ok_or(WorldError::Missing("a profile"))
    }

    pub(super) fn site(&self, id: SiteId) -> Result<&Site, WorldError> {
        self.sites.get(id.0).ok_or(WorldError::Missing("a relay"))
    }

    pub(super) fn site_mut(&mut self, id: SiteId) -> Result<&mut Site, WorldError> {
        self.sites.get_mut(id.0).ok_or(WorldError::Missing("a relay"))
    }

    /// Carries frames until none are left.
    pub(super) fn settle(&mut self) -> Result<(), WorldError> {
        loop {
            self.settle_phones()?;
            if !self.feed_copies()? {
                return Ok(());
            }
        }
    }

    fn settle_phones(&mut self) -> Result<(), WorldError> {
        let mut steps = 0_usize;
        while let Some(id) = self.restless.pop_first() {
            while self.drive(id, Link::Named)? | self.drive(id, Link::Nameless)? {
                steps += 1;
                if steps > MAX_STEPS {
                    return Err(WorldError::Restless);
                }
            }
            self.harvest(id)?;
            self.set_alarm(id)?;
        }
        Ok(())
    }

    /// Does one thing on a link of a phone. Returns false if there is nothing to do.
    fn drive(&mut self, id: ProfileId, link: Link) -> Result<bool, WorldError> {
        let now = self.now;
        let software = self.altered.get(&self.profile(id)?.who).copied();
        let reads_along = self.readers.contains(&id);
        let profile = self.profile_mut(id)?;
        let refused = profile.refused;
        let has_line = profile.line(link).is_some();
        let ended = profile.line(link).is_some_and(|line| line.ended);
        let Some((phone, rng)) = profile.in_hand() else { return Ok(false) };
        if !has_line {
            let wanted = match link {
                Link::Named => !refused,
                // Everything that a phone of an authority sends must stay with the operator, which has to know it.
                Link::Nameless if reads_along => false,
                Link::Nameless => phone.is_ready(Link::Named) && phone.wants_nameless()?,
            };
            return if wanted { self.connect(id, link) } else { Ok(false) };
        }
        let frames = match &software {
            _ if ended => Vec::new(),
            Some(software) => phone.outgoing_with(link, now, rng, software)?,
            None => phone.outgoing(link, now, rng)?,
        };
        if !frames.is_empty() {
            self.carry_up(id, link, &frames)?;
            return Ok(true);
        }
        let profile = self.profile_mut(id)?;
        let Some(frame) = profile.line_mut(link).as_mut().and_then(|line| line.arrived.pop_front()) else {
            if ended {
                *profile.line_mut(link) = None;
                profile.phone.as_mut().into_iter().for_each(|phone| phone.disconnected(link));
            }
            return Ok(ended);
        };
        let Some((phone, rng)) = profile.in_hand() else { return Ok(false) };
        let mut notices = match &software {
            Some(software) => phone.on_frame_with(link, frame, now, rng, software)?,
            None => phone.on_frame(link, frame, now, rng)?,
        };
        if reads_along {
            self.read_along(id, &notices)?;
            return Ok(true);
        }
        notices.retain(|notice| software.is_none_or(|software| software.shows(notice)));
        for notice in notices {
            self.tell(id, &notice)?;
        }
        Ok(true)
    }

    fn carry_up(&mut self, id: ProfileId, link: Link, frames: &[ClientFrame]) -> Result<(), WorldError> {
        let profile = self.profile_mut(id)?;
        let line = profile.line_mut(link).as_mut().ok_or(WorldError::Missing("a connection"))?;
        let (connection, peer) = (line.connection, line.peer);
        let bytes = line.phone_end.sealer.seal(frames)?;
        self.crosses(id, peer, Way::Up, &bytes)?;
        self.send_parcel(connection, Parcel::Up(bytes))
    }

    /// Passes an account's input to its relay, and carries out the effects that the relay returns.
    pub(super) fn process(
        &mut self,
        id: ProfileId,
        connection: ConnectionId,
        input: Input,
    ) -> Result<(), WorldError> {
        let payload = match &input {
            Input::Frame(frame) => payload_up(frame),
            _ => None,
        };
        let site_id = self.profile(id)?.site;
        let closes = matches!(input, Input::Frame(ClientFrame::CloseAccount(_)));
        let mut batch = vec![(connection, input)];
        let came = payload.clone();
        let mut first = Some(payload);
        loop {
            let Self { profiles, sites, now, .. } = self;
            let profile = profiles.get_mut(id.0).ok_or(WorldError::Missing("a profile"))?;
            let site = sites.get_mut(site_id.0).ok_or(WorldError::Missing("a relay"))?;
            let batch = std::mem::take(&mut batch);
            let Site { relay, ghost, .. } = site;
            let rng = &mut profile.streams.relay;
            let outcome = match ghost {
                Some(ghost) => ghost.process(relay.change(), batch, *now, rng)?,
                None => relay.change().process(batch, *now, rng)?,
            };
            let mut passed = VecDeque::from(outcome.passed);
            // The only input of the first batch has its upward frame first, if the relay knows the connection at all.
            if let Some(payload) = first.take()
                && let Some(passing) = passed.pop_front()
            {
                let accepted = !outcome.effects.iter().any(|effect| refuses(effect, connection));
                self.note(site_id, passing, (Way::Up, accepted), payload)?;
            }
            self.rows_became(site_id, outcome.rows, came.as_ref().map(Bytes::as_slice))?;
            if closes {
                self.look_for_rows_of_closed(site_id)?;
            }
            for effect in outcome.effects {
                if let Effect::Send(connection, frame) = &effect {
                    let at = passed.iter().position(|passing| passing.connection == *connection);
                    if let Some(passing) = at.and_then(|at| passed.remove(at)) {
                        self.note(site_id, passing, (Way::Down, true), payload_down(frame))?;
                    }
                }
                self.carry_out(effect)?;
            }
            if !outcome.more {
                return Ok(());
            }
        }
    }

    /// Has a relay do everything that is due by the clock.
    pub(super) fn sweep(&mut self, site_id: SiteId) -> Result<(), WorldError> {
        loop {
            let now = self.now;
            let site = self.site_mut(site_id)?;
            let outcome = site.relay.change().process(Vec::new(), now, &mut site.rng)?;
            self.rows_became(site_id, outcome.rows, None)?;
            for effect in outcome.effects {
                self.carry_out(effect)?;
            }
            if !outcome.more {
                return self.look_for_lapsed_rows(site_id);
            }
        }
    }

    /// Carries out an effect that a relay returned.
    pub(super) fn carry_out(&mut self, effect: Effect) -> Result<(), WorldError> {
        match effect {
            Effect::Send(connection, frame) => self.send(connection, &frame),
            Effect::Close(connection, reason) => self.say_goodbye(connection, reason),
            Effect::SendCode(handle, code) => {
                self.codes.insert(handle, code);
                Ok(())
            }
            Effect::Wake(token) => {
                if push::wake(&mut self.push, token.as_slice(), self.now) {
                    self.record.push(self.now, Kind::Wake { token_sha256: sha256(token.as_slice()) });
                }
                Ok(())
            }
        }
    }

    /// Records a relay's view of a frame and whether the relay accepted it. Passes the frame to the tap if an order
    /// requires it.
    fn note(
        &mut self,
        site_id: SiteId,
        passing: Passing,
        (way, accepted): (Way, bool),
        payload: Option<Bytes>,
    ) -> Result<(), WorldError> {
        let kind = Kind::Frame {
            relay: site_id.0,
            way,
            connection: passing.connection.0,
            peer: passing.peer,
            frame: passing.frame,
            from: passing.from.map(|from| from.to_string()),
            about: passing.about.as_ref().map(about_in_words),
            bytes: passing.bytes,
            payload_sha256: payload.as_ref().map(|payload| sha256(payload.as_slice())),
            starts: payload.as_ref().map(|payload| starts(payload.as_slice())),
        };
        self.record.push(self.now, kind);
        let site = self.site_mut(site_id)?;
        for tap in site.taps.iter_mut().chain(&mut site.watched) {
            tap.passes(&passing, payload.as_ref().map(Bytes::as_slice).unwrap_or_default(), accepted);
        }
        Ok(())
    }

    /// Records bytes on the wire between a phone and a relay. The tap is at the phone's end.
    pub(super) fn crosses(
        &mut self,
        id: ProfileId,
        peer: IpAddr,
        way: Way,
        bytes: &[u8],
    ) -> Result<(), WorldError> {
        if !self.keeps_wire {
            return Ok(());
        }
        let Profile { who, site, .. } = *self.profile(id)?;
        let relay = site.internet_address();
        let (from, to) = if way == Way::Up { (peer, relay) } else { (relay, peer) };
        self.wire.crosses(self.now, from, to, bytes);
        self.crossed.push((who, way));
        Ok(())
    }

    fn send(&mut self, connection: ConnectionId, frame: &RelayFrame) -> Result<(), WorldError> {
        let Some(end) = self.connections.get_mut(&connection) else { return Ok(()) };
        let bytes = end.end.sealer.seal([frame])?;
        self.send_parcel(connection, Parcel::Down(bytes))
    }

    /// Ends a connection from the relay's side. Frames that it sent before still arrive.
    fn say_goodbye(&mut self, connection: ConnectionId, reason: Farewell) -> Result<(), WorldError> {
        self.send(connection, &RelayFrame::Goodbye(Goodbye { reason }))?;
        self.send_parcel(connection, Parcel::Ended)?;
        self.connections.remove(&connection);
        Ok(())
    }
}

fn payload_up(frame: &ClientFrame) -> Option<Bytes> {
    match frame {
        ClientFrame::Submit(submit) => Some(submit.payload.clone()),
        ClientFrame::Post(post) => Some(post.content.clone()),
        _ => None,
    }
}

fn payload_down(frame: &RelayFrame) -> Option<Bytes> {
    match frame {
        RelayFrame::Deliver(deliver) => Some(deliver.payload.clone()),
        _ => None,
    }
}

fn about_in_words(about: &FrameSubject) -> String {
    match about {
        FrameSubject::Device(device) => device.to_string(),
        FrameSubject::Account(account) => account.to_string(),
        FrameSubject::Handle(handle) => handle.to_string(),
        FrameSubject::Channel(channel) => channel.to_string(),
    }
}

/// Returns true if this effect refuses the input that came on this connection.
fn refuses(effect: &Effect, connection: ConnectionId) -> bool {
    matches!(effect, Effect::Send(to, RelayFrame::Refused(_)) if *to == connection)
}
