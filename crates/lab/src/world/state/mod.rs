//! The state of a world: the data. The code that works with the data is one folder up, in files of the same names.
//!
//! | file | what |
//! |---|---|
//! | `site`, `running` | a relay with its host and its operator's possessions; the relay itself |
//! | `profile` | phone accounts and their connections |
//! | `acquaintance`, `group` | who can write to whom; groups |
//! | `order` | what an authority orders |
//! | `planted` | software on single phones |
//! | `rows` | the message rows of a relay |
//! | `filed` | reports that arrived |
//! | `seized`, `copied`, `sleepers` | phones in other hands; copies of phones; phones that sleep |
//! | `transit`, `delay` | parcels in transit, and their delays |
//! | `randomness` | a stream for each actor |

pub(super) mod acquaintance;
pub(super) mod copied;
pub(super) mod delay;
pub(super) mod filed;
pub(super) mod group;
pub(super) mod order;
pub(super) mod planted;
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
use pillarbox_access::view::{NotificationStore, PushRecords, WireTap};
use pillarbox_client::{BodyId, Habits};
use pillarbox_proposals::Altered;
use pillarbox_proposals::escrow::EscrowAuthority;
use pillarbox_relay::ConnectionId;
use pillarbox_wire::{ChannelName, Handle, NumberCode, Timestamp};

use crate::record::{Kind, Record, Way, sha256, text_id};
use crate::scenario::{Event, PersonId, Scenario};
use crate::truth::{Said, Truth};
use acquaintance::{Acquaintance, Met};
use copied::Copied;
use filed::Filed;
use group::GroupHere;
use order::Order;
use planted::PlantedState;
use profile::{Profile, ProfileId};
use randomness::Randomness;
use seized::Seized;
use site::{Site, SiteId};
use sleepers::Sleepers;
use transit::{RelayEnd, Transit};

/// An event that happens at a set time.
#[derive(Clone, Debug)]
pub(crate) enum Due {
    /// An event of the scenario, by its position.
    Event(usize),
    /// An order.
    Order(Order),
}

/// One world.
pub struct World {
    pub(crate) design: Design,
    pub(crate) scenario: Scenario,
    pub(crate) now: Timestamp,
    pub(crate) randomness: Randomness,
    pub(crate) sites: Vec<Site>,
    pub(crate) profiles: Vec<Profile>,
    /// Everybody's profiles, closed ones included, in order of creation.
    pub(crate) owned: BTreeMap<PersonId, Vec<ProfileId>>,
    /// The relays' ends of connections.
    pub(crate) connections: BTreeMap<ConnectionId, RelayEnd>,
    /// The network of a story that has one. It appears after everybody's account is created.
    pub(crate) transit: Option<Transit>,
    pub(crate) sleepers: Sleepers,
    /// The times at which the addresses of homes change.
    pub(crate) moves: BTreeSet<(Timestamp, PersonId)>,
    /// Profiles that may have something to do.
    pub(crate) restless: BTreeSet<ProfileId>,
    pub(crate) acquaintances: BTreeMap<(PersonId, PersonId), Acquaintance>,
    pub(crate) groups: BTreeMap<String, GroupHere>,
    pub(crate) channels: BTreeMap<ChannelName, (SiteId, ProfileId)>,
    /// Codes that were sent to numbers and that nobody has shown yet. The holder of the number reads them.
    pub(crate) codes: BTreeMap<Handle, NumberCode>,
    pub(crate) offline: BTreeSet<PersonId>,
    /// People who no longer have an account, or whose phone is in other hands.
    pub(crate) gone: BTreeSet<PersonId>,
    /// Seized phones.
    pub(crate) seized: Vec<Seized>,
    /// Copies of phones.
    pub(crate) copies: Vec<Copied>,
    pub(crate) moved: BTreeMap<PersonId, SiteId>,
    pub(crate) met: Vec<Met>,
    /// Habits that a software update gave to somebody's phone.
    pub(crate) updated: BTreeMap<PersonId, Habits>,
    /// The altered software of an access proposal, by the owner of the phone.
    pub(crate) altered: BTreeMap<PersonId, Altered>,
    /// The authority to which every message's key is escrowed, once that is adopted.
    pub(crate) escrow: Option<EscrowAuthority>,
    /// Software on single phones.
    pub(crate) planted: PlantedState,
    /// The phones of an authority that eavesdrop.
    pub(crate) readers: Vec<ProfileId>,
    /// People whose software was made to stop encrypting.
    pub(crate) stopped_encrypting: BTreeSet<PersonId>,
    /// People whose phone is stored in a folder, because somebody will read it.
    pub(crate) on_disk: BTreeSet<PersonId>,
    pub(crate) passcodes: BTreeMap<PersonId, String>,
    /// Announcements of operators to people whose phones are off.
    pub(crate) unheard: BTreeMap<PersonId, Vec<String>>,
    pub(crate) due: BTreeMap<(Timestamp, u64), Due>,
    pub(crate) next_due: u64,
    /// The times at which the world checks a phone because something on it waits.
    pub(crate) alarms: BTreeSet<(Timestamp, ProfileId)>,
    /// The notifications that the operating system of each person's phone keeps.
    pub(crate) notifications: BTreeMap<PersonId, NotificationStore>,
    /// People whose notifications say only that a message arrived.
    pub(crate) without_previews: BTreeSet<PersonId>,
    pub(crate) reports: Vec<Filed>,
    pub(crate) push: PushRecords,
    pub(crate) wire: WireTap,
    /// The owner of the phone at one end of each crossing of the wire.
    pub(crate) crossed: Vec<(PersonId, Way)>,
    /// True if bytes that cross the wire are kept for a tap.
    pub(crate) keeps_wire: bool,
    pub(crate) truth: Truth,
    pub(crate) record: Record,
}

impl World {
    pub(crate) fn schedule(&mut self, at: Timestamp, due: Due) {
        self.next_due += 1;
        self.due.insert((at.max(self.now), self.next_due), due);
    }

    /// Schedules an event that the scenario does not have, as the scenario's last event. The watcher of a world
    /// uses this.
    pub fn happens(&mut self, event: Event) {
        let number = self.scenario.events.len();
        self.schedule(event.at, Due::Event(number));
        self.scenario.events.push(event);
    }

    /// Schedules an order. If several things are due at the same moment, the earlier call is served first. The
    /// scenario's own were scheduled when the world was created.
    pub fn order(&mut self, at: Timestamp, order: Order) {
        self.schedule(at, Due::Order(order));
    }

    /// Records a text that was really said.
    pub(crate) fn note_said(&mut self, said: Said, body: Option<BodyId>) {
        let (by, text_sha256) = (said.by, sha256(said.text.as_bytes()));
        let text = text_id(self.truth.say(said, body).0);
        self.record.push(self.now, Kind::Said { who: self.name(by), text, text_sha256 });
    }

    pub(crate) fn name(&self, who: PersonId) -> String {
        self.scenario.person(who).map_or_else(String::new, |person| person.name.clone())
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}
