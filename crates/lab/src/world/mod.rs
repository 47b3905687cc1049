//! Worlds: relays and phones under one design in one process, with a virtual clock and seeded randomness.
//!
//! Everything is the product's own code: [`Phone`](pillarbox_client::Phone) over a vault in memory,
//! [`Relay`](pillarbox_relay::Relay) over a database in memory, and between the two a Noise channel with the frames
//! that TCP would carry. A world adds their surroundings: people with a country and an internet address, a clock that
//! jumps from one event to the next, networks that refuse, a push service, and orders that reach an operator.
//!
//! The same scenario, design and seed give the same [`Record`], byte for byte (docs/decisions/0011-worlds.md).
//!
//! | file | what |
//! |---|---|
//! | `site`, `running` | relays, their operators and countries |
//! | `profile` | phone accounts |
//! | `randomness` | a stream for each actor |
//! | `clock` | time passes: alarms of phones, sweeps of relays |
//! | `carry`, `connect` | frames between phones and relays, and what a cable would show |
//! | `transit`, `delay`, `addresses`, `sleep` | the network of a story that has one |
//! | `acquaint` | who can write to whom |
//! | `anew` | somebody has a new phone |
//! | `acts`, `groups`, `channels`, `backups`, `reports`, `notices` | what people do, and what their phones tell them |
//! | `orders` | what authorities make operators and networks do |
//! | `withdrawal` | what operators take from a country, and tell its people |
//! | `rows` | what becomes of each message that a relay holds |
//! | `fork` | the same world a second time |
//! | `push` | the operating system's push service |
//! | `view` | what may be looked at from outside |

mod acquaint;
mod acts;
mod addresses;
mod anew;
mod backups;
mod carry;
mod channels;
mod clock;
mod connect;
mod delay;
mod error;
mod fork;
mod groups;
mod notices;
mod orders;
mod profile;
mod push;
mod randomness;
mod reports;
mod rows;
mod running;
mod site;
mod sleep;
mod transit;
mod view;
mod withdrawal;

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::design::{Cloud, Design};
use pillarbox_access::view::{PushRecords, WireTap};
use pillarbox_client::{BodyId, Habits};
use pillarbox_relay::{ConnectionId, Keeping};
use pillarbox_wire::{ChannelName, Handle, NumberCode, Timestamp};

pub use acquaint::Met;
pub use acts::Seized;
pub use error::WorldError;
pub use orders::{Order, Whom};
pub use profile::{ProfileId, Purpose};
pub use reports::Filed;
pub use site::{Role, Site, SiteId};

use acquaint::Acquaintance;
use groups::GroupHere;
use profile::Profile;
use randomness::Randomness;
use sleep::Sleepers;
use transit::{RelayEnd, Transit};

use crate::record::{Kind, Record, Way, sha256, text_id};
use crate::scenario::{Act, Command, Event, PersonId, Scenario};
use crate::truth::{Said, Truth};

/// The number of spans of time in which a story is told, for a progress bar: as fine as a person sees it.
pub const PARTS: u64 = 50;

/// Something that happens at a set time.
#[derive(Clone, Debug)]
enum Due {
    /// An event of the scenario, by its position.
    Event(usize),
    /// An order.
    Order(Order),
}

/// One world.
pub struct World {
    design: Design,
    scenario: Scenario,
    now: Timestamp,
    randomness: Randomness,
    sites: Vec<Site>,
    profiles: Vec<Profile>,
    /// Everybody's profiles, closed ones included, in the order in which they were made.
    owned: BTreeMap<PersonId, Vec<ProfileId>>,
    /// The relays' ends of connections.
    connections: BTreeMap<ConnectionId, RelayEnd>,
    /// The network of a story that has one. It appears after everybody's account is made.
    transit: Option<Transit>,
    sleepers: Sleepers,
    /// The times at which the addresses of homes change.
    moves: BTreeSet<(Timestamp, PersonId)>,
    /// Profiles that may have something to do.
    restless: BTreeSet<ProfileId>,
    acquaintances: BTreeMap<(PersonId, PersonId), Acquaintance>,
    groups: BTreeMap<String, GroupHere>,
    channels: BTreeMap<ChannelName, (SiteId, ProfileId)>,
    /// Codes that were sent to numbers and that nobody has shown yet. The holder of the number reads them.
    codes: BTreeMap<Handle, NumberCode>,
    offline: BTreeSet<PersonId>,
    /// People who have no account any more, or whose phone is in other hands.
    gone: BTreeSet<PersonId>,
    /// Phones in other hands.
    seized: Vec<Seized>,
    moved: BTreeMap<PersonId, SiteId>,
    met: Vec<Met>,
    /// Habits that a software update gave to somebody's phone.
    updated: BTreeMap<PersonId, Habits>,
    /// People whose software was made to stop encrypting.
    stopped_encrypting: BTreeSet<PersonId>,
    /// People whose phone lies in a folder, because somebody will read it.
    on_disk: BTreeSet<PersonId>,
    passcodes: BTreeMap<PersonId, String>,
    /// Announcements of operators to people whose phones are off.
    unheard: BTreeMap<PersonId, Vec<String>>,
    due: BTreeMap<(Timestamp, u64), Due>,
    next_due: u64,
    /// The times at which the world looks at a phone because something on it waits.
    alarms: BTreeSet<(Timestamp, ProfileId)>,
    reports: Vec<Filed>,
    push: PushRecords,
    wire: WireTap,
    /// The owner of the phone at one end of each crossing of the wire.
    crossed: Vec<(PersonId, Way)>,
    /// True if bytes that cross the wire are kept for a tap.
    keeps_wire: bool,
    truth: Truth,
    record: Record,
}

impl World {
    /// Creates a world at the start of a scenario. Everybody has an account and knows the people whom the scenario
    /// names. Two kinds of phone lie in folders: those that the scenario has seized, and those of the people whom its
    /// demands are about. All others lie in memory.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn new(design: &Design, scenario: &Scenario, seed: u64) -> Result<Self, WorldError> {
        let mut world = Self {
            design: design.clone(),
            scenario: scenario.clone(),
            now: scenario.start,
            randomness: Randomness::new(&scenario.name, seed),
            sites: Vec::new(),
            profiles: Vec::new(),
            owned: BTreeMap::new(),
            connections: BTreeMap::new(),
            transit: None,
            sleepers: Sleepers::default(),
            moves: BTreeSet::new(),
            restless: BTreeSet::new(),
            acquaintances: BTreeMap::new(),
            groups: BTreeMap::new(),
            channels: BTreeMap::new(),
            codes: BTreeMap::new(),
            offline: BTreeSet::new(),
            gone: BTreeSet::new(),
            seized: Vec::new(),
            moved: BTreeMap::new(),
            met: Vec::new(),
            updated: BTreeMap::new(),
            stopped_encrypting: BTreeSet::new(),
            on_disk: BTreeSet::new(),
            passcodes: BTreeMap::new(),
            unheard: BTreeMap::new(),
            due: BTreeMap::new(),
            next_due: 0,
            alarms: BTreeSet::new(),
            reports: Vec::new(),
            push: PushRecords::default(),
            wire: WireTap::default(),
            crossed: Vec::new(),
            keeps_wire: true,
            truth: Truth::default(),
            record: Record::default(),
        };
        world.head(seed);
        world.open_sites()?;
        world.begin()?;
        Ok(world)
    }

    /// Writes the record's header, and everybody.
    fn head(&mut self, seed: u64) {
        let design_text = serde_json::to_vec(&self.design).unwrap_or_default();
        let header = Kind::Header {
            scenario: self.scenario.name.clone(),
            scenario_sha256: data_encoding::HEXLOWER.encode(&self.scenario.digest),
            design: self.design.name.clone(),
            design_sha256: sha256(&design_text),
            seed,
            program: env!("CARGO_PKG_VERSION").to_owned(),
        };
        self.record.push(self.now, header);
        if let Some(network) = self.scenario.network {
            self.record.push(self.now, Kind::Network { network });
        }
        for (who, person) in self.scenario.everybody() {
            let address = self.fixed_address(who);
            address.into_iter().for_each(|address| self.truth.is_at(who, address));
            let kind = Kind::Person {
                who: person.name.clone(),
                country: person.country.clone(),
                number: person.number.as_ref().map(ToString::to_string),
                address,
                connects: self.connects_in_words(who),
            };
            self.record.push(self.now, kind);
        }
    }

    /// Opens a relay in each country in which the design's operator has one, and one more where its backups lie.
    fn open_sites(&mut self) -> Result<(), WorldError> {
        let countries = self.design.operator.relays();
        let keeping = self.design.relay.clone();
        for (number, jurisdiction) in countries.into_iter().enumerate() {
            self.open_site(
                &format!("relay-{number}.example"),
                Role::Messenger,
                jurisdiction,
                keeping.clone(),
            )?;
        }
        if let Some(Cloud { keeping, operator, .. }) = self.design.cloud.clone() {
            let seat = operator.seat.map(|seat| seat.to_string());
            self.open_site("cloud.example", Role::Cloud, seat, keeping)?;
        }
        Ok(())
    }

    fn open_site(
        &mut self,
        host: &str,
        role: Role,
        jurisdiction: Option<String>,
        keeping: Keeping,
    ) -> Result<(), WorldError> {
        let rng = self.randomness.stream(&["relay", host]);
        let kind = Kind::Relay {
            relay: self.sites.len(),
            name: host.to_owned(),
            jurisdiction: jurisdiction.clone(),
        };
        let rule = (keeping, role == Role::Messenger && self.sends_codes());
        self.sites.push(Site::open(host, role, jurisdiction, rule, self.now, rng)?);
        self.record.push(self.now, kind);
        Ok(())
    }

    /// Returns true if the operator sends codes to numbers. If nobody registers a number that already has an account, a
    /// code would cost two more frames for each account and tell nothing.
    fn sends_codes(&self) -> bool {
        let again = |event: &Event| matches!(event.act, Act::ReRegisters);
        self.design.phone.number && self.scenario.events.iter().any(again)
    }

    /// Gives everybody their account, acquaints them with the people whom they know, and puts the scenario's events on
    /// the calendar.
    fn begin(&mut self) -> Result<(), WorldError> {
        let scenario = self.scenario.clone();
        let read = scenario.events.iter().filter(|event| matches!(event.act, Act::PhoneSeized { .. }));
        self.on_disk.extend(read.map(|event| event.who));
        self.on_disk.insert(scenario.inquiry.about);
        self.meet_everybody()?;
        for commanded in scenario.orders {
            let order = match commanded.command {
                Command::Blocks { country } => Order::Block { country },
                Command::Unblocks { country } => Order::Unblock { country },
                Command::TakesDown { channel } => Order::TakeDown { channel },
            };
            self.order(commanded.at, order);
        }
        for (number, event) in scenario.events.iter().enumerate() {
            self.schedule(event.at, Due::Event(number));
        }
        if let Some(network) = scenario.network {
            self.transit = Some(Transit::new(network));
            self.begin_moves();
            self.begin_sleep()?;
            self.settle()?;
        }
        Ok(())
    }

    fn schedule(&mut self, at: Timestamp, due: Due) {
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

    /// Lets time pass up to `until`, and carries out everything that is due by then.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn run_until(&mut self, until: Timestamp) -> Result<(), WorldError> {
        let mut unlimited = usize::MAX;
        self.run_on(until, &mut unlimited).map(drop)
    }

    /// Does the same as [`run_until`](Self::run_until) in pieces. `budget` counts down the things that may still
    /// happen. Returns true once time has passed up to `until`.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn run_on(&mut self, until: Timestamp, budget: &mut usize) -> Result<bool, WorldError> {
        while let Some(next) = self.due.first_entry().filter(|next| next.key().0 <= until) {
            let Some(rest) = budget.checked_sub(1) else { return Ok(false) };
            *budget = rest;
            let ((at, _), due) = next.remove_entry();
            self.advance(at)?;
            match due {
                Due::Event(number) => {
                    self.record.in_the_wake_of(Some(number));
                    self.happen(number)?;
                }
                Due::Order(order) => self.obey(order)?,
            }
            self.settle()?;
            self.record.in_the_wake_of(None);
        }
        self.advance(until)?;
        Ok(true)
    }

    /// Counts the things that are due up to `until`.
    pub(crate) fn left_until(&self, until: Timestamp) -> usize {
        self.due.range(..=(until, u64::MAX)).count()
    }

    /// Runs the whole scenario in equal spans of time, calls `done` after each, and ends the record. The record is that
    /// of [`run`](Self::run).
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn run_in_parts(&mut self, mut done: impl FnMut()) -> Result<(), WorldError> {
        let (start, served) = (self.scenario.start, self.scenario.inquiry.served);
        let span = served.0.saturating_sub(start.0);
        for part in 1..=PARTS {
            self.run_until(Timestamp(start.0 + span * part / PARTS))?;
            done();
        }
        self.end().map(drop)
    }

    /// Runs the whole scenario up to the service of the demands, and ends the record.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn run(&mut self) -> Result<(), WorldError> {
        self.run_until(self.scenario.inquiry.served)?;
        self.end().map(drop)
    }

    /// Ends the record: the rows kept, their counts, and the footer.
    ///
    /// # Errors
    /// [`WorldError`].
    pub fn end(&mut self) -> Result<String, WorldError> {
        self.count_kept()?;
        Ok(self.record.end(self.now))
    }

    /// Notes a text that was really said.
    fn note_said(&mut self, said: Said, body: Option<BodyId>) {
        let (by, text_sha256) = (said.by, sha256(said.text.as_bytes()));
        let text = text_id(self.truth.say(said, body).0);
        self.record.push(self.now, Kind::Said { who: self.name(by), text, text_sha256 });
    }

    fn name(&self, who: PersonId) -> String {
        self.scenario.person(who).map_or_else(String::new, |person| person.name.clone())
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}
