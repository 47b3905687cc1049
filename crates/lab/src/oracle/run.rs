//! One design's world after the scenario, and the returns of its operators about the person whom the demand names.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use pillarbox_access::demand::{
    BLOCKING_ORDER, CONTENT_WARRANT, Case, Demand, DemandTarget as Named, ENTITY_DATA, EVENTS_DATA,
    interception, pen_register, stored,
};
use pillarbox_access::design::{Design, Operator};
use pillarbox_access::oracle::conditions::CONDITIONS;
use pillarbox_access::oracle::{
    Ages, Asked, AskedParty, Observed, Process, QuestionSubject, Returned, StandIn,
};
use pillarbox_access::view::OperatorTap;
use pillarbox_access::{Blank, Item, ItemAnswer, RelayHoldings, Served};
use pillarbox_wire::{AccountId, Duration, Timestamp};

use super::error::OracleError;
use crate::scenario::{Act, Audience, PersonId, Scenario, Sought};
use crate::world::{Order, Role, Site, SiteId, World, WorldError};

/// A scenario about a person who has everything that a person can have.
const SCENARIO: &str = include_str!("../../../../examples/oracle/scenario.toml");

/// An item that no phone here sends. Nobody could distinguish it from messages, so its absence says nothing.
const NO_COVER_TRAFFIC: Item = Item::RealVsNoiseMessages;

/// An operator, and its means of answering about the target.
struct Respondent {
    operator: Operator,
    holdings: Arc<RelayHoldings>,
    target: AccountId,
}

impl Respondent {
    /// Returns the items that nobody could have deposited here, whatever is asked. Their absence says nothing.
    fn has_no_such_thing(&self) -> BTreeSet<Item> {
        let Some(account) = self.holdings.rows().accounts.iter().find(|row| row.account == self.target)
        else {
            return BTreeSet::new();
        };
        let nothing = |item: &Item| {
            let answer = item.read(&self.holdings, account).answer;
            matches!(answer, ItemAnswer::NoneHeld { reason: Blank::NoSuchThing })
        };
        Item::ALL.iter().copied().filter(nothing).collect()
    }
}

/// A finished world under one design.
pub struct OracleRun {
    design: String,
    asked_by: Option<Item>,
    scenario: Scenario,
    messenger: Respondent,
    cloud: Option<Respondent>,
    /// The target's traffic since the order.
    ordered: OperatorTap,
    /// Everybody's traffic since the beginning, as seen by an operator that looks at it.
    everything: OperatorTap,
    /// The target's own accounts at the messenger.
    own: BTreeSet<AccountId>,
    /// Every account at the messenger, as a paper names it, to find the ones that an answer names.
    accounts: BTreeSet<AccountId>,
    /// Items that nobody could have deposited at the messenger's operator.
    no_such_thing: BTreeSet<Item>,
    world: World,
    answers: RefCell<BTreeMap<Asked, Returned>>,
}

impl std::fmt::Debug for OracleRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Run({})", self.design)
    }
}

impl OracleRun {
    /// Runs the scenario under `design`.
    ///
    /// # Errors
    /// [`OracleError`].
    pub fn of(design: &Design, standing: &StandIn) -> Result<Self, OracleError> {
        let scenario = Scenario::parse("oracle/scenario.toml", SCENARIO)?;
        let stopped = |error: WorldError| OracleError::World { design: design.name.clone(), error };
        let mut world = World::new(design, &scenario, scenario.seed).map_err(stopped)?;
        let about = scenario.inquiry.about;
        let none = || OracleError::NoAccount { design: design.name.clone() };
        let site = home(&world, about).ok_or_else(none)?;
        let (own, accounts) = (accounts_at(&world, site, Some(about)), accounts_at(&world, site, None));
        let numbers = scenario.person(about).and_then(|person| person.number.clone()).into_iter().collect();
        let everybody = Order::Tap { site, accounts: accounts.clone(), numbers: Vec::new() };
        world.order(scenario.start, everybody);
        world.order(scenario.inquiry.ordered, Order::Tap { site, accounts: own.clone(), numbers });
        world.run().map_err(stopped)?;

        let at = |role, operator| respondent(&world, role, operator, about).map_err(stopped);
        let messenger = at(Role::Messenger, design.operator.clone())?.ok_or_else(none)?;
        let cloud = match &design.cloud {
            Some(cloud) => at(Role::Cloud, cloud.operator.clone())?,
            None => None,
        };
        let taps = world.sites().get(site.0).map(Site::taps).unwrap_or_default();
        let [everything, ordered] = taps else { return Err(none()) };
        let (everything, ordered) = (everything.clone(), ordered.clone());
        Ok(Self {
            no_such_thing: messenger.has_no_such_thing(),
            design: design.name.clone(),
            asked_by: standing.asked_by,
            scenario,
            messenger,
            cloud,
            ordered,
            everything,
            own: own.into_iter().collect(),
            accounts: accounts.into_iter().collect(),
            world,
            answers: RefCell::default(),
        })
    }

    /// Returns the world at the time when the demand is served.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// Returns the holdings of the messenger's operator.
    #[must_use]
    pub fn holdings(&self) -> &RelayHoldings {
        &self.messenger.holdings
    }

    /// Returns the scenario that ran.
    #[must_use]
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Returns the account that demands on the messenger's operator are about.
    #[must_use]
    pub const fn target(&self) -> AccountId {
        self.messenger.target
    }

    /// Serves the pen register, from the scenario's order until the answer is due.
    #[must_use]
    pub fn pen_register(&self) -> pen_register::PenRegister {
        let named = self.named(&self.messenger, QuestionSubject::Target);
        let case = Case::new(&named, &self.messenger.operator);
        pen_register::serve(&case, &self.ordered, &self.messenger.holdings, self.scenario.inquiry.served)
    }

    /// Returns the longest time between a message and its batch.
    #[must_use]
    pub fn longest_gap(&self) -> Option<Duration> {
        let batches = self.pen_register().batches;
        let late =
            batches.iter().flat_map(|batch| batch.messages.iter().map(|message| batch.at.since(message.at)));
        late.max()
    }

    /// Serves a demand for stored data.
    #[must_use]
    pub fn stored(&self, asked: &Asked) -> Option<Served> {
        let respondent = match asked.of {
            AskedParty::Operator => &self.messenger,
            AskedParty::Cloud => self.cloud.as_ref()?,
        };
        let words = asked.circumstances.iter().filter_map(|word| CONDITIONS.circumstance(word));
        let words: Vec<&str> = words.collect();
        let named = self.named(respondent, asked.about);
        let case = Case { circumstances: &words, ..Case::new(&named, &respondent.operator) };
        Some(stored::serve(demand(asked.process)?, &case, &respondent.holdings))
    }

    /// Counts the items that a blocking order returns to the authority.
    #[must_use]
    pub fn brought_by_blocking(&self) -> usize {
        let named = self.named(&self.messenger, QuestionSubject::Target);
        let case = Case::new(&named, &self.messenger.operator);
        stored::serve(&BLOCKING_ORDER, &case, &self.messenger.holdings).returned().len()
    }

    /// Returns the name in a demand: a number if the tables' demands name one, and an account otherwise.
    fn named(&self, respondent: &Respondent, about: QuestionSubject) -> Named {
        let nobody = self.scenario.events.iter().find_map(|event| match &event.act {
            Act::LooksUp { whom: Sought::Number(number) } => Some(number.clone()),
            _ => None,
        });
        let target =
            self.scenario.person(self.scenario.inquiry.about).and_then(|person| person.number.clone());
        let number = match about {
            QuestionSubject::Nobody => nobody,
            QuestionSubject::Target => target.filter(|number| {
                self.asked_by == Some(Item::PhoneNumber) && respondent.holdings.account(number).is_some()
            }),
        };
        number.map_or(Named::Account(respondent.target), Named::Number)
    }

    /// Returns the knowledge of an operator that looks at its traffic, whether or not it hands it over.
    fn learned(&self) -> Returned {
        let named = Named::Account(self.messenger.target);
        let curious = Operator::default();
        let served =
            interception::serve(&Case::new(&named, &curious), &self.everything, &self.messenger.holdings);
        let mut returned = self.read(&served);
        if !self.really_joined(&served) {
            returned.items.remove(&Item::QueueCorrelation);
        }
        returned
    }

    /// Returns true if the accounts that an answer joins with the target's are exactly the target's other accounts.
    fn really_joined(&self, served: &Served) -> bool {
        let Some(ItemAnswer::Returned { lines, .. }) = served.answer(Item::QueueCorrelation) else {
            return false;
        };
        let named = |account: &&AccountId| lines.contains(&format!("account {account}"));
        let joined: BTreeSet<AccountId> = self.accounts.iter().filter(named).copied().collect();
        let others: BTreeSet<AccountId> =
            self.own.iter().copied().filter(|account| *account != self.messenger.target).collect();
        !others.is_empty() && joined == others
    }

    fn read(&self, served: &Served) -> Returned {
        let mut not_modelled = self.no_such_thing.clone();
        let items = served.returned();
        if !items.contains(&NO_COVER_TRAFFIC) {
            not_modelled.insert(NO_COVER_TRAFFIC);
        }
        Returned { items, ages: self.ages(served), longest_gap: None, not_modelled }
    }

    /// Returns the ages of the rows for which the tables state ages: look-ups and texts.
    fn ages(&self, served: &Served) -> BTreeMap<Item, Ages> {
        let about = self.scenario.inquiry.about;
        let events = || self.scenario.events.iter();
        let looked_up = events().filter(|event| match &event.act {
            Act::LooksUp { whom } => event.who == about || *whom == Sought::Person(about),
            _ => false,
        });
        let said = events().filter(|event| match &event.act {
            Act::Says { to: Audience::Person(to), .. } => event.who == about || *to == about,
            Act::Says { to: Audience::Group(_), .. } => event.who == about,
            _ => false,
        });
        let lookups = Ages {
            happened: looked_up.map(|event| self.age(event.at)).collect(),
            came: served
                .lines
                .iter()
                .filter(|line| line.item == Item::LookupLog)
                .flat_map(|line| &line.exhibits)
                .filter_map(|exhibit| at(&exhibit.value))
                .map(|at| self.age(at))
                .collect(),
        };
        let texts = Ages {
            happened: said.map(|event| self.age(event.at)).collect(),
            came: served.facts.said.iter().map(|said| self.age(said.at)).collect(),
        };
        BTreeMap::from([(Item::LookupLog, lookups), (Item::MessageContent, texts)])
    }

    /// Returns the number of whole days from a moment to the answer.
    fn age(&self, at: Timestamp) -> u32 {
        let seconds = self.scenario.inquiry.served.since(at).as_seconds();
        u32::try_from(seconds / Duration::from_days(1).as_seconds()).unwrap_or(u32::MAX)
    }
}

impl Observed for OracleRun {
    fn returned(&self, asked: &Asked) -> Returned {
        if let Some(known) = self.answers.borrow().get(asked) {
            return known.clone();
        }
        let returned = match asked.process {
            Process::PenRegister => {
                let register = self.pen_register();
                // The tables state what is delivered in batches. An operator that is not known to deliver live
                // delivers nothing.
                let delivers = self.messenger.operator.pen_register.is_some();
                let items = if delivers { register.served.returned() } else { BTreeSet::new() };
                Returned { items, longest_gap: self.longest_gap(), ..Returned::default() }
            }
            Process::ServerOperator => self.learned(),
            _ => self.stored(asked).map(|served| self.read(&served)).unwrap_or_default(),
        };
        self.answers.borrow_mut().insert(asked.clone(), returned.clone());
        returned
    }
}

/// Returns the demand that corresponds to a process of the tables.
const fn demand(process: Process) -> Option<&'static Demand> {
    match process {
        Process::Subpoena => Some(&ENTITY_DATA),
        Process::Order => Some(&EVENTS_DATA),
        Process::SearchWarrant | Process::Any => Some(&CONTENT_WARRANT),
        Process::PenRegister | Process::ServerOperator => None,
    }
}

/// Returns the accounts at a relay, of one person or of everybody.
fn accounts_at(world: &World, site: SiteId, of: Option<PersonId>) -> Vec<AccountId> {
    let accounts = world.scorer().accounts().iter();
    let wanted = accounts.filter(|behind| behind.relay == site.0 && of.is_none_or(|who| behind.who == who));
    wanted.map(|behind| behind.account).collect()
}

/// Returns the messenger's relay with somebody's first account.
fn home(world: &World, who: PersonId) -> Option<SiteId> {
    let messenger = |site: usize| world.sites().get(site).is_some_and(|site| site.role() == Role::Messenger);
    let mut accounts = world.scorer().accounts().iter();
    accounts.find(|behind| behind.who == who && messenger(behind.relay)).map(|behind| SiteId(behind.relay))
}

fn respondent(
    world: &World,
    role: Role,
    operator: Operator,
    about: PersonId,
) -> Result<Option<Respondent>, WorldError> {
    let sites = world.sites();
    let found = world.scorer().accounts().iter().find_map(|behind| {
        let site: &Site = sites.get(behind.relay)?;
        (behind.who == about && site.role() == role).then_some((site, behind.account))
    });
    let Some((site, target)) = found else { return Ok(None) };
    Ok(Some(Respondent { operator, holdings: site.holdings()?, target }))
}

/// Reads the time in the JSON of an exhibit of a log's row.
fn at(exhibit: &str) -> Option<Timestamp> {
    let row: serde_json::Value = serde_json::from_str(exhibit).ok()?;
    row.get("at")?.as_u64().map(Timestamp)
}
