//! The state of a world.

pub(super) mod acquaintance;
pub(super) mod delay;
pub(super) mod filed;
pub(super) mod group;
pub(super) mod order;
pub(super) mod profile;
pub(super) mod randomness;
pub(super) mod rows;
pub(super) mod running;
pub(super) mod seized;
pub(super) mod site;
pub(super) mod sleepers;
pub(super) mod transit;

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::design::Design;
use pillarbox_access::view::{PushRecords, WireTap};
use pillarbox_client::{BodyId, Habits};
use pillarbox_relay::ConnectionId;
use pillarbox_wire::{ChannelName, Handle, NumberCode, Timestamp};

use crate::record::{Kind, Record, Way, sha256, text_id};
use crate::scenario::{Event, PersonId, Scenario};
use crate::truth::{Said, Truth};
use acquaintance::{Acquaintance, Met};
use filed::Filed;
use group::GroupHere;
use order::Order;
use profile::{Profile, ProfileId};
use randomness::Randomness;
use seized::Seized;
use site::{Site, SiteId};
use sleepers::Sleepers;
use transit::{RelayEnd, Transit};

/// Something that happens at a set time.
#[derive(Clone, Debug)]
pub(in crate::world) enum Due {
    /// An event of the scenario, by its position.
    Event(usize),
    /// An order.
    Order(Order),
}

/// One world.
pub struct World {
    pub(in crate::world) design: Design,
    pub(in crate::world) scenario: Scenario,
    pub(in crate::world) now: Timestamp,
    pub(in crate::world) randomness: Randomness,
    pub(in crate::world) sites: Vec<Site>,
    pub(in crate::world) profiles: Vec<Profile>,
    /// Everybody's profiles, closed ones included, in the order in which they were made.
    pub(in crate::world) owned: BTreeMap<PersonId, Vec<ProfileId>>,
    /// The relays' ends of connections.
    pub(in crate::world) connections: BTreeMap<ConnectionId, RelayEnd>,
    /// The network of a story that has one. It appears after everybody's account is made.
    pub(in crate::world) transit: Option<Transit>,
    pub(in crate::world) sleepers: Sleepers,
    /// The times at which the addresses of homes change.
    pub(in crate::world) moves: BTreeSet<(Timestamp, PersonId)>,
    /// Profiles that may have something to do.
    pub(in crate::world) restless: BTreeSet<ProfileId>,
    pub(in crate::world) acquaintances: BTreeMap<(PersonId, PersonId), Acquaintance>,
    pub(in crate::world) groups: BTreeMap<String, GroupHere>,
    pub(in crate::world) channels: BTreeMap<ChannelName, (SiteId, ProfileId)>,
    /// Codes that were sent to numbers and that nobody has shown yet. The holder of the number reads them.
    pub(in crate::world) codes: BTreeMap<Handle, NumberCode>,
    pub(in crate::world) offline: BTreeSet<PersonId>,
    /// People who have no account any more, or whose phone is in other hands.
    pub(in crate::world) gone: BTreeSet<PersonId>,
    /// Phones in other hands.
    pub(in crate::world) seized: Vec<Seized>,
    pub(in crate::world) moved: BTreeMap<PersonId, SiteId>,
    pub(in crate::world) met: Vec<Met>,
    /// Habits that a software update gave to somebody's phone.
    pub(in crate::world) updated: BTreeMap<PersonId, Habits>,
    /// People whose software was made to stop encrypting.
    pub(in crate::world) stopped_encrypting: BTreeSet<PersonId>,
    /// People whose phone lies in a folder, because somebody will read it.
    pub(in crate::world) on_disk: BTreeSet<PersonId>,
    pub(in crate::world) passcodes: BTreeMap<PersonId, String>,
    /// Announcements of operators to people whose phones are off.
    pub(in crate::world) unheard: BTreeMap<PersonId, Vec<String>>,
    pub(in crate::world) due: BTreeMap<(Timestamp, u64), Due>,
    pub(in crate::world) next_due: u64,
    /// The times at which the world looks at a phone because something on it waits.
    pub(in crate::world) alarms: BTreeSet<(Timestamp, ProfileId)>,
    pub(in crate::world) reports: Vec<Filed>,
    pub(in crate::world) push: PushRecords,
    pub(in crate::world) wire: WireTap,
    /// The owner of the phone at one end of each crossing of the wire.
    pub(in crate::world) crossed: Vec<(PersonId, Way)>,
    /// True if bytes that cross the wire are kept for a tap.
    pub(in crate::world) keeps_wire: bool,
    pub(in crate::world) truth: Truth,
    pub(in crate::world) record: Record,
}

impl World {
    pub(in crate::world) fn schedule(&mut self, at: Timestamp, due: Due) {
        self.next_due += 1;
        self.due.insert((at.max(self.now), self.next_due), due);
    }

    /// Puts an event on the calendar that the scenario does not have, as the scenario's last one. The watcher of a
    /// world uses it.
    pub fn happens(&mut self, event: Event) {
        let number = self.scenario.events.len();
        self.schedule(event.at, Due::Event(number));
        self.scenario.events.push(event);
    }

    /// Puts an order on the calendar. If several things are due at the same moment, the earlier call comes first. The
    /// scenario's own were put there when the world was made.
    pub fn order(&mut self, at: Timestamp, order: Order) {
        self.schedule(at, Due::Order(order));
    }

    /// Notes a text that was really said.
    pub(in crate::world) fn note_said(&mut self, said: Said, body: Option<BodyId>) {
        let (by, text_sha256) = (said.by, sha256(said.text.as_bytes()));
        let text = text_id(self.truth.say(said, body).0);
        self.record.push(self.now, Kind::Said { who: self.name(by), text, text_sha256 });
    }

    pub(in crate::world) fn name(&self, who: PersonId) -> String {
        self.scenario.person(who).map_or_else(String::new, |person| person.name.clone())
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}
