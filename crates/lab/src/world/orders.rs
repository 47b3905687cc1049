//! Orders: what authorities make an operator, a network or the maker of the phones' software do, at a time.

use std::collections::BTreeSet;

use pillarbox_access::country;
use pillarbox_access::view::OperatorTap;
use pillarbox_client::Habits;
use pillarbox_relay::Keeping;
use pillarbox_wire::{AccountId, ChannelName, Handle};

use super::{ProfileId, Purpose, Role, SiteId, World, WorldError};
use crate::record::{Kept, Kind};
use crate::scenario::{LockState, PersonId};

/// What is ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// An operator keeps something else from now on.
    SetKeeping {
        /// Which relay's.
        site: SiteId,
        /// What it keeps.
        keeping: Keeping,
    },
    /// An operator hands over what passes of some accounts from now on.
    Tap {
        /// Which relay's.
        site: SiteId,
        /// Of whom.
        accounts: Vec<AccountId>,
        /// And about which numbers somebody asks.
        numbers: Vec<Handle>,
    },
    /// Every operator takes a channel down.
    TakeDown {
        /// Which.
        channel: ChannelName,
    },
    /// The networks of a country let nobody connect to any of the messenger's relays.
    Block {
        /// The country.
        country: String,
    },
    /// The networks of a country let nobody connect to one relay.
    BlockRelay {
        /// The country.
        country: String,
        /// Which relay.
        site: SiteId,
    },
    /// They let connections through again, to every relay.
    Unblock {
        /// The country.
        country: String,
    },
    /// Somebody's phone is taken from them.
    Seize {
        /// Whose.
        who: PersonId,
        /// In which state.
        state: LockState,
    },
    /// The maker ships other software.
    UpdateSoftware {
        /// To whom.
        whom: Whom,
        /// What their phones do from now on.
        habits: Habits,
        /// Whether they stop encrypting end to end. Accounts, keys, contacts and conversations stay, as with any update. There is no
        /// order to begin encrypting: nobody's software is made to.
        stops_encrypting: bool,
        /// What the maker tells those who get it; `None` if it says nothing.
        announced: Option<String>,
    },
    /// The operator serves nobody in a country any more, and tells the people there.
    StopServing {
        /// The country.
        country: String,
        /// Whether it closes their accounts. Otherwise they stay, and nobody in the country reaches them.
        closes_accounts: bool,
        /// What it tells them.
        announced: String,
    },
}

/// Those who get other software.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Everybody.
    Everybody,
    /// The people of a country.
    Country(String),
}

impl Order {
    /// The word for it in the record.
    const fn word(&self) -> &'static str {
        match self {
            Self::SetKeeping { .. } => "set-keeping",
            Self::Tap { .. } => "tap",
            Self::TakeDown { .. } => "take-down",
            Self::Block { .. } => "block",
            Self::BlockRelay { .. } => "block-relay",
            Self::Unblock { .. } => "unblock",
            Self::Seize { .. } => "seize",
            Self::UpdateSoftware { .. } => "update-software",
            Self::StopServing { .. } => "stop-serving",
        }
    }
}

impl World {
    /// Carries an order out.
    pub(super) fn obey(&mut self, order: Order) -> Result<(), WorldError> {
        let word = order.word();
        let says = match order {
            Order::SetKeeping { site, keeping } => {
                let now = self.now;
                let here = self.site_mut(site)?;
                here.relay.set_keeping(keeping, now)?;
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
                    taken |= site.relay.take_down(&channel, now)?;
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
            Order::UpdateSoftware { whom, habits, stops_encrypting, announced } => {
                let whom = match whom {
                    Whom::Everybody => self.scenario.everybody().map(|(who, _)| who).collect(),
                    Whom::Country(country) => self.people_of(&country),
                };
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

    /// Whoever is in the country and at that relay loses the connection, and tries again. Nobody else's phone is touched.
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

    /// From now on, keeps what passes the messenger's relays of everybody who has an account there. No relay knows of it.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn watch(&mut self) -> Result<(), WorldError> {
        let now = self.now;
        for site in self.sites.iter_mut().filter(|site| site.role == Role::Messenger) {
            let accounts = site.relay.store().holdings()?.accounts;
            site.watched = Some(OperatorTap::on(accounts.iter().map(|row| row.account), [], now));
        }
        Ok(())
    }

    /// Every phone looks whether there is something to do.
    pub(super) fn everybody_looks(&mut self) {
        self.restless.extend((0..self.profiles.len()).map(ProfileId));
    }

    /// Whoever gets the software has it at once, also on a phone that is off: it is there when the phone is on again.
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
            if let Some((phone, rng)) = self.profile_mut(ProfileId(number))?.in_hand() {
                if stops_encrypting {
                    phone.stop_encrypting(rng)?;
                }
                phone.set_habits(habits, rng)?;
                self.restless.insert(ProfileId(number));
            }
        }
        Ok(())
    }

    /// Writes down how many rows each relay keeps.
    pub(super) fn count_kept(&mut self) -> Result<(), WorldError> {
        for (relay, site) in self.sites.iter().enumerate() {
            let rows = site.relay.store().holdings()?;
            let rows = Kept {
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
