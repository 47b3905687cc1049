//! The views of an experiment that serves a demand. It may inspect nothing else in the world.
//!
//! [`Views`] holds a world and does not expose it. A serving step gets views:
//!
//! ```
//! use std::sync::Arc;
//!
//! use pillarbox_access::{RelayHoldings, Served};
//! use pillarbox_lab::experiments::Views;
//! # use pillarbox_lab::truth::Truth;
//! fn serve(views: &Views<'_>, _truth: &Truth) -> Vec<Arc<RelayHoldings>> { views.operators().unwrap_or_default() }
//! fn experiment(views: &Views<'_>, truth: &Truth) -> usize { serve(views, truth).len() }
//! ```
//!
//! They do not expose the truth. The same code with the truth instead of the views does not compile:
//!
//! ```compile_fail,E0308
//! use std::sync::Arc;
//!
//! use pillarbox_access::{RelayHoldings, Served};
//! use pillarbox_lab::experiments::Views;
//! # use pillarbox_lab::truth::Truth;
//! fn serve(views: &Views<'_>, _truth: &Truth) -> Vec<Arc<RelayHoldings>> { views.operators().unwrap_or_default() }
//! fn experiment(views: &Views<'_>, truth: &Truth) -> usize { serve(truth, truth).len() }
//! ```

use std::sync::Arc;

use pillarbox_access::RelayHoldings;
use pillarbox_access::demand::seized_phone::PasscodeKind;
use pillarbox_access::demand::{Case, DemandTarget};
use pillarbox_access::design::{Design, Operator};
use pillarbox_access::law::Country;
use pillarbox_access::view::{NotificationStore, OperatorTap, PushRecords, ReportedMessage, SeizedPhone};
use pillarbox_client::Phone;
use pillarbox_proposals::escrow::EscrowAuthority;
use pillarbox_proposals::harvest::HarvestKey;
use pillarbox_relay::stamp::StampKey;
use pillarbox_wire::{AccountId, ChannelName, Timestamp};

use super::error::ExperimentError;
use super::staging::{Staged, accounts_of, main_contact};
use crate::scenario::{PersonId, Scenario};
use crate::world::{Copied, HarvestReport, PlantAttempt, Role, Seized, World, WorldError};

/// The time at which a demand named its accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    /// The time of the order, which settles the accounts that it covers.
    WhenOrdered,
    /// The time at which the demand was served, for the accounts that existed then.
    WhenServed,
}

/// The views of the parties of one world.
pub struct Views<'w> {
    world: &'w World,
    design: &'w Design,
    scenario: &'w Scenario,
    target: PersonId,
    about: DemandTarget,
    accounts: Vec<AccountId>,
    named_by: Option<PersonId>,
    circumstances: Vec<&'w str>,
    before: &'w [Arc<RelayHoldings>],
    recorded: &'w [OperatorTap],
}

impl<'w> Views<'w> {
    pub(super) fn new(
        staged: &'w Staged,
        design: &'w Design,
        target: PersonId,
        named: Named,
    ) -> Result<Self, ExperimentError> {
        let Staged { world, scenario, accounts, named_by, before, recorded, .. } = staged;
        let named_by = match named {
            Named::WhenOrdered => named_by.get(&target).copied().flatten(),
            Named::WhenServed => main_contact(world, target),
        };
        let accounts = match named {
            Named::WhenOrdered => accounts.get(&target).cloned().unwrap_or_default(),
            Named::WhenServed => accounts_of(world, target),
        };
        let person = scenario.person(target);
        let number = person.and_then(|person| person.number.clone()).filter(|_| design.phone.number);
        let about = match (number, accounts.first()) {
            (Some(number), _) => DemandTarget::Number(number),
            // If there are no numbers, a demand names the account as a person who writes to it knows it.
            (None, Some(account)) => DemandTarget::Account(*account),
            (None, None) => return Err(ExperimentError::NobodyToAskAbout),
        };
        let circumstances = scenario.inquiry.circumstances.iter().map(String::as_str).collect();
        Ok(Self {
            world,
            design,
            scenario,
            target,
            about,
            accounts,
            named_by,
            circumstances,
            before,
            recorded,
        })
    }

    /// Returns the contact whose account for the target the demand names, if the target has one for each contact.
    pub(super) fn named_by(&self) -> Option<&'w str> {
        self.scenario.person(self.named_by?).map(|person| person.name.as_str())
    }

    /// Returns the person whom the demand is about.
    pub(super) const fn target(&self) -> PersonId {
        self.target
    }

    /// Counts the accounts that the target has created since those that the demand names.
    pub(super) fn accounts_since(&self) -> usize {
        let all = accounts_of(self.world, self.target);
        all.iter().filter(|account| !self.accounts.contains(account)).count()
    }

    /// Returns the same party's views for a demand about a contact of the target.
    pub(super) fn about_contact(
        &self,
        staged: &'w Staged,
        contact: PersonId,
    ) -> Result<Self, ExperimentError> {
        Self::new(staged, self.design, contact, Named::WhenServed)
    }

    /// Returns the case, at the messenger's operator.
    #[must_use]
    pub fn case(&self) -> Case<'_> {
        Case { circumstances: &self.circumstances, ..Case::new(&self.about, &self.design.operator) }
    }

    /// Returns the name in the demand: a number or an account.
    #[must_use]
    pub const fn about(&self) -> &DemandTarget {
        &self.about
    }

    /// Returns the design.
    #[must_use]
    pub const fn design(&self) -> &Design {
        self.design
    }

    /// Returns the country that asks.
    #[must_use]
    pub const fn country(&self) -> Country {
        self.scenario.inquiry.country
    }

    /// Returns the time from which an order applies, and the time at which the answer is due.
    #[must_use]
    pub const fn times(&self) -> (Timestamp, Timestamp) {
        (self.scenario.inquiry.ordered, self.scenario.inquiry.served)
    }

    /// Returns the holdings of the messenger's operator, one for each relay.
    ///
    /// # Errors
    /// A store cannot be read.
    pub fn operators(&self) -> Result<Vec<Arc<RelayHoldings>>, ExperimentError> {
        self.holdings_of(Role::Messenger)
    }

    /// Returns the holdings of the messenger's operator the moment before a channel was taken down, one for each relay.
    /// Returns an empty list if no channel was taken down.
    #[must_use]
    pub const fn before(&self) -> &[Arc<RelayHoldings>] {
        self.before
    }

    /// Returns the holdings of the operator that keeps the backups, if it is another one.
    ///
    /// # Errors
    /// A store cannot be read.
    pub fn cloud(&self) -> Result<Option<(Arc<RelayHoldings>, &Operator)>, ExperimentError> {
        let Some(cloud) = &self.design.cloud else { return Ok(None) };
        Ok(self.holdings_of(Role::Cloud)?.pop().map(|holdings| (holdings, &cloud.operator)))
    }

    /// Returns the name that a demand uses at an operator: the number, or the target's account there.
    #[must_use]
    pub fn about_at(&self, holdings: &RelayHoldings) -> DemandTarget {
        let here = |account: &AccountId| holdings.rows().accounts.iter().any(|row| row.account == *account);
        match &self.about {
            DemandTarget::Number(number) if holdings.account(number).is_some() => self.about.clone(),
            _ => self
                .accounts
                .iter()
                .copied()
                .find(here)
                .map_or_else(|| self.about.clone(), DemandTarget::Account),
        }
    }

    /// Returns true if a relay's statement that it lacks something counts: the relay has the target's account, or no
    /// relay has it.
    pub(super) fn speaks(
        &self,
        holdings: &RelayHoldings,
        all: impl IntoIterator<Item: AsRef<RelayHoldings>>,
    ) -> bool {
        let has = |holdings: &RelayHoldings| {
            let about = self.about_at(holdings);
            Case { about: &about, ..self.case() }.account(holdings).is_some()
        };
        has(holdings) || !all.into_iter().any(|other| has(other.as_ref()))
    }

    fn holdings_of(&self, role: Role) -> Result<Vec<Arc<RelayHoldings>>, ExperimentError> {
        let sites = self.world.sites().iter().filter(|site| site.role() == role);
        sites.map(|site| Ok(site.holdings()?)).collect()
    }

    /// Returns the traffic at the messenger's operator from an order on, with its other holdings, relay by relay.
    ///
    /// # Errors
    /// A store cannot be read.
    pub fn tapped(&self) -> Result<Vec<(Arc<RelayHoldings>, &OperatorTap)>, ExperimentError> {
        let mut tapped = Vec::new();
        for (_, site) in self.world.messengers() {
            for tap in site.taps() {
                tapped.push((site.holdings()?, tap));
            }
        }
        Ok(tapped)
    }

    /// Returns the records of the push service.
    #[must_use]
    pub const fn push(&self) -> &PushRecords {
        self.world.push_records()
    }

    /// Returns the target's seized phones.
    pub fn phones(&self) -> impl Iterator<Item = SeizedPhone<'_>> {
        self.phones_of(self.target)
    }

    /// Returns the notifications that the operating systems of the target's seized phones keep.
    pub(super) fn notifications(&self) -> impl Iterator<Item = &'w NotificationStore> {
        let taken = self.world.seized().iter().any(|seized| seized.who == self.target);
        self.world.notifications_of(self.target).filter(|_| taken).into_iter()
    }

    /// Returns the copies of the target's phones, each with the phone that it became if it went online.
    pub(crate) fn copies(&self) -> impl Iterator<Item = (&'w Copied, Option<&'w Phone>)> {
        let copies = self.world.copies().iter().filter(|copied| copied.who == self.target);
        copies.map(|copied| (copied, self.world.copy_online(copied)))
    }

    /// Returns the eavesdropping phones of an authority.
    pub(super) fn reading_phones(&self) -> impl Iterator<Item = &'w Phone> {
        self.world.reading_phones()
    }

    /// Returns the authority to which every message's key is escrowed.
    pub(super) const fn escrow(&self) -> Option<&'w EscrowAuthority> {
        self.world.escrow()
    }

    /// Returns the key of the authority to which software on a phone reports.
    pub(super) const fn harvest_key(&self) -> Option<&'w HarvestKey> {
        self.world.harvest_key()
    }

    /// Returns the reports of software on phones, each with the name of the phone's owner in the papers.
    pub(super) fn harvest_reports(&self) -> impl Iterator<Item = (String, &'w [u8])> {
        let named = |report: &'w HarvestReport| {
            let person = self.scenario.person(report.of)?;
            let number = person.number.as_ref().filter(|_| self.design.phone.number);
            let name = number.map_or_else(|| person.name.clone(), ToString::to_string);
            Some((name, report.sealed.as_slice()))
        };
        self.world.harvest_reports().iter().filter_map(named)
    }

    /// Returns every attempt to put software on a phone, with its outcome.
    pub(super) fn plant_attempts(&self) -> &'w [PlantAttempt] {
        self.world.plant_attempts()
    }

    /// Returns everything that has passed the relays since the story began, relay by relay with the operator's
    /// rows, for a party that recorded it; empty if nobody did.
    pub(super) fn watched(&self) -> Result<Vec<(Arc<RelayHoldings>, &'w OperatorTap)>, ExperimentError> {
        let watched = self.world.messengers().filter_map(|(_, site)| Some((site, site.watched()?)));
        watched.map(|(site, tap)| Ok((site.holdings()?, tap))).collect()
    }

    /// Returns everything that passed the relays before the order, relay by relay, for a party that recorded it.
    pub(super) const fn recorded(&self) -> &'w [OperatorTap] {
        self.recorded
    }

    /// Returns the target's phones, open, no matter who holds them.
    pub(super) fn own_phones(&self) -> impl Iterator<Item = &'w Phone> {
        let taken = self.world.seized().iter().filter(|seized| seized.who == self.target);
        let taken = taken.filter_map(|seized| seized.view().memory());
        taken.chain(self.world.phones_of(self.target))
    }

    /// Returns the kind of passcode of the target's phone, as its locked screen shows it.
    #[must_use]
    pub fn passcode(&self) -> PasscodeKind {
        let person = self.scenario.person(self.target);
        super::guessing::kind(person.map(|person| person.passcode).unwrap_or_default())
    }

    /// Returns the contacts of the target, each with their name in the papers and the phones in their possession.
    /// The contact to whom the target wrote last comes first.
    pub fn contacts(&self) -> impl Iterator<Item = (String, Vec<&'w Phone>)> {
        super::contacts::contacts_of(self.scenario, self.target).into_iter().filter_map(|who| {
            let person = self.scenario.person(who)?;
            let number = person.number.as_ref().filter(|_| self.design.phone.number);
            let name = number.map_or_else(|| person.name.clone(), ToString::to_string);
            Some((name, self.world.phones_of(who).collect()))
        })
    }

    fn phones_of(&self, who: PersonId) -> impl Iterator<Item = SeizedPhone<'_>> {
        self.world.seized().iter().filter(move |seized| seized.who == who).map(Seized::view)
    }

    /// Returns the reports of recipients, with the operator's means of checking them: its stamp key and its rows.
    ///
    /// # Errors
    /// A store cannot be read.
    pub fn reports(&self) -> Result<Vec<(ReportedMessage, StampKey, Arc<RelayHoldings>)>, ExperimentError> {
        let mut reports = Vec::new();
        for filed in self.world.reports() {
            let Some(site) = self.world.sites().get(filed.site.0) else { continue };
            let key = site.relay().store().certificate_key().map_err(WorldError::from)?;
            let Some(key) = key else { continue };
            reports.push((filed.report.clone().into(), StampKey::derive(&key), site.holdings()?));
        }
        Ok(reports)
    }

    /// Returns the accounts of the target that a person who writes to them knows.
    #[must_use]
    pub fn accounts(&self) -> &[AccountId] {
        &self.accounts
    }

    /// Returns the first public channel of the story.
    #[must_use]
    pub fn channel(&self) -> Option<&ChannelName> {
        super::staging::channel_of(self.scenario)
    }
}
