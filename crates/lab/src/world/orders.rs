//! Orders: acts that an authority imposes at a set time on an operator, a network or the maker of the phones' software.

use std::collections::BTreeSet;

use pillarbox_access::country;
use pillarbox_access::view::OperatorTap;
use pillarbox_client::Habits;
use pillarbox_proposals::Altered;
use pillarbox_proposals::escrow::{EscrowAuthority, EscrowClient};

use super::error::WorldError;
use super::state::World;
use super::state::order::{Order, Whom};
use super::state::profile::{ProfileId, Purpose};
use super::state::site::{Role, SiteId};
use crate::record::{KeptCounts, Kind};
use crate::scenario::PersonId;

impl World {
    /// Carries out an order.
    pub(super) fn obey(&mut self, order: Order) -> Result<(), WorldError> {
        let word = order.word();
        let says = match order {
            Order::SetKeeping { site, keeping } => {
                let now = self.now;
                let here = self.site_mut(site)?;
                here.relay.change().set_keeping(keeping, now)?;
                here.rows.are_kept_by(&here.relay.settings().keeping);
                format!("relay {} keeps what it is told to from now on", site.0)
            }
            Order::Tap { site, accounts, numbers } => {
                let says = format!("relay {} hands over what passes of {} accounts", site.0, accounts.len());
                let tap = OperatorTap::on(accounts, numbers, self.now);
                self.site_mut(site)?.taps.push(tap);
                says
            }
            Order::TakeDown { channel } => {
                let now = self.now;
                let mut taken = false;
                for site in &mut self.sites {
                    taken |= site.relay.change().take_down(&channel, now)?;
                }
                format!("{channel}: {}", if taken { "taken down" } else { "there is no such channel here" })
            }
            Order::Block { country } => {
                for number in 0..self.sites.len() {
                    if self.site(SiteId(number))?.role == Role::Messenger {
                        self.block(&country, SiteId(number))?;
                    }
                }
                format!("the networks of {} let nobody connect to the messenger", country::name(&country))
            }
            Order::BlockRelay { country, site } => {
                self.block(&country, site)?;
                format!("the networks of {} let nobody connect to relay {}", country::name(&country), site.0)
            }
            Order::Unblock { country } => {
                for site in &mut self.sites {
                    site.blocked_in.remove(&country);
                }
                self.everybody_looks();
                format!("the networks of {} let everybody connect", country::name(&country))
            }
            Order::Seize { who, state } => {
                self.seize(who, state)?;
                format!("{}'s phone is taken", self.name(who))
            }
            Order::CopyPhone { who, goes_online } => {
                self.copy_phone(who, goes_online)?;
                format!("{}'s phone is copied with its passcode and given back", self.name(who))
            }
            Order::AlterSoftware { whom, software } => self.alter(&whom, software),
            Order::AdoptEscrow => {
                let authority = EscrowAuthority::draw(&mut self.randomness.stream(&["escrow"]));
                let software = EscrowClient::for_authority(&authority.public_key());
                self.escrow = Some(authority);
                let software = software.ok_or(WorldError::Missing("a public key"))?;
                self.alter(&Whom::Everybody, Altered::Escrow(software))
            }
            Order::PlantSoftware { who, by } => self.plant(who, by)?,
            Order::NameGhost { site, whom, makes_phones_ask } => {
                self.name_ghost(site, whom, makes_phones_ask)?;
                format!("relay {} names one more device", site.0)
            }
            Order::TakeNumber { who } => {
                self.take_number(who)?;
                format!("{}'s number is registered on another phone", self.name(who))
            }
            Order::UpdateSoftware { whom, habits, stops_encrypting, announced } => {
                let whom = self.reached_by_the_maker(&whom);
                let says = match whom.len() {
                    1 => "1 person gets other software".to_owned(),
                    count => format!("{count} people get other software"),
                };
                self.update(&whom, &habits, stops_encrypting)?;
                if let Some(announced) = announced {
                    self.announce(&whom, &announced);
                }
                says
            }
            Order::StopServing { country, closes_accounts, announced } => {
                self.stop_serving(&country, closes_accounts, &announced)?;
                format!("the operator serves nobody in {} any more", country::name(&country))
            }
        };
        self.record.push(self.now, Kind::Order { order: word, says });
        self.count_kept()
    }

    /// Cuts everybody in the country off from that relay. Their phones try again. Nobody else's phone is touched.
    fn block(&mut self, country: &str, site: SiteId) -> Result<(), WorldError> {
        self.site_mut(site)?.blocked_in.insert(country.to_owned());
        for number in 0..self.profiles.len() {
            let profile = self.profile(ProfileId(number))?;
            let lives_there =
                self.scenario.person(profile.who).is_some_and(|person| person.country == country);
            if profile.site == site && lives_there {
                self.cut(ProfileId(number))?;
                self.restless.insert(ProfileId(number));
            }
        }
        Ok(())
    }

    /// Starts recording all traffic of everybody who has an account at the messenger's relays. The relays do not know
    /// of it.
    ///
    /// # Errors
    /// A store cannot be read.
    pub fn watch(&mut self) -> Result<(), WorldError> {
        let now = self.now;
        for site in self.sites.iter_mut().filter(|site| site.role == Role::Messenger) {
            let holdings = site.holdings()?;
            let accounts = holdings.rows().accounts.iter().map(|row| row.account);
            site.watched = Some(OperatorTap::on(accounts, [], now));
        }
        Ok(())
    }

    /// Makes every phone look for something to do.
    pub(super) fn everybody_looks(&mut self) {
        self.restless.extend((0..self.profiles.len()).map(ProfileId));
    }

    /// Gives people the phones' half of a proposal, and says so.
    fn alter(&mut self, whom: &Whom, software: Altered) -> String {
        let whom = self.reached_by_the_maker(whom);
        let says = format!("{} people get other software", whom.len());
        self.altered.extend(whom.into_iter().map(|who| (who, software)));
        self.everybody_looks();
        says
    }

    /// Returns those of the recipients whom an update of the maker reaches.
    fn reached_by_the_maker(&self, whom: &Whom) -> BTreeSet<PersonId> {
        let is_meant = |country: &str| match whom {
            Whom::Everybody => true,
            Whom::Country(meant) => meant == country,
        };
        let people = self.scenario.everybody();
        let people = people.filter(|(_, person)| !person.other_program && is_meant(&person.country));
        people.map(|(who, _)| who).collect()
    }

    /// Gives the recipients the new software at once. A phone that is off has it when it is on again.
    fn update(
        &mut self,
        whom: &BTreeSet<PersonId>,
        habits: &Habits,
        stops_encrypting: bool,
    ) -> Result<(), WorldError> {
        for who in whom {
            self.updated.insert(*who, habits.clone());
            if stops_encrypting {
                self.stopped_encrypting.insert(*who);
            }
        }
        for number in 0..self.profiles.len() {
            let profile = self.profile(ProfileId(number))?;
            if !whom.contains(&profile.who) || profile.purpose == Purpose::Backups {
                continue;
            }
            let habits = self.habits_of(profile.who, &profile.purpose);
            // An update that changes nothing else leaves the phone's later draws as they are.
            let mut rng = self.randomness.stream(&["update", &self.name(profile.who), &number.to_string()]);
            if let Some((phone, _)) = self.profile_mut(ProfileId(number))?.in_hand() {
                if stops_encrypting {
                    phone.stop_encrypting(&mut rng)?;
                }
                phone.set_habits(habits, &mut rng)?;
                self.restless.insert(ProfileId(number));
            }
        }
        Ok(())
    }

    /// Records the number of rows that each relay keeps.
    pub(super) fn count_kept(&mut self) -> Result<(), WorldError> {
        for (relay, site) in self.sites.iter().enumerate() {
            let holdings = site.holdings()?;
            let rows = holdings.rows();
            let rows = KeptCounts {
                accounts: rows.accounts.len(),
                devices: rows.devices.len(),
                prekeys: rows.prekeys.len(),
                messages: rows.messages.len(),
                message_bytes: rows.messages.iter().map(|row| row.payload.len()).sum(),
                deposits: rows.deposits.len(),
                events: rows.events.len(),
                channels: rows.channels.len(),
                posts: rows.posts.len(),
            };
            self.record.push(self.now, Kind::Kept { relay, rows });
        }
        Ok(())
    }
}
