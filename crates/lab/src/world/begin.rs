//! The beginning of a world: relays, everybody's account, and the calendar.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::design::{Cloud, Design};
use pillarbox_access::view::{PushRecords, WireTap};
use pillarbox_relay::Keeping;

use super::error::WorldError;
use super::state::order::Order;
use super::state::planted::PlantedState;
use super::state::randomness::Randomness;
use super::state::site::{Role, Site};
use super::state::sleepers::Sleepers;
use super::state::transit::Transit;
use super::state::{Due, World};
use crate::record::{Kind, Record, sha256};
use crate::scenario::{Act, Command, Event, Scenario};
use crate::truth::Truth;

impl World {
    /// Creates a world at the start of a scenario. Everybody has an account and knows the people whom the scenario
    /// names. Two kinds of phone are stored in folders: those that the scenario has seized, and those of the people
    /// whom its demands are about. All others are kept in memory.
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
            copies: Vec::new(),
            moved: BTreeMap::new(),
            met: Vec::new(),
            updated: BTreeMap::new(),
            altered: BTreeMap::new(),
            escrow: None,
            planted: PlantedState::default(),
            readers: Vec::new(),
            stopped_encrypting: BTreeSet::new(),
            on_disk: BTreeSet::new(),
            passcodes: BTreeMap::new(),
            unheard: BTreeMap::new(),
            due: BTreeMap::new(),
            next_due: 0,
            alarms: BTreeSet::new(),
            notifications: BTreeMap::new(),
            without_previews: BTreeSet::new(),
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

    /// Opens a relay in each country in which the design's operator has one, and one more where its backups are
    /// stored.
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

    /// Returns true if the operator sends codes to numbers. If nobody registers a number that already has an
    /// account, a code would cost two more frames for each account and show nothing.
    fn sends_codes(&self) -> bool {
        let again = |event: &Event| matches!(event.act, Act::ReRegisters);
        let again = self.scenario.numbers_by_code || self.scenario.events.iter().any(again);
        self.design.phone.number && again
    }

    /// Creates everybody's account, acquaints them with the people whom they know, and schedules the scenario's
    /// events.
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
}
