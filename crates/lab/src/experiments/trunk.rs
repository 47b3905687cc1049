//! The trunk: the part before the order, which is the same in every arrangement of one story. It runs once, and each
//! arrangement's world branches off from there. A world with other people from the start runs on its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use pillarbox_access::demand::{compelled_logging, retention};
use pillarbox_access::design::{Accounts, Design};
use pillarbox_access::view::OperatorTap;
use pillarbox_access::{RelayHoldings, country};
use pillarbox_proposals::Altered;
use pillarbox_proposals::ghost_device::ReadAlong;
use pillarbox_proposals::readable_backup::ReadableBackupClient;
use pillarbox_relay::Keeping;
use pillarbox_wire::{AccountId, DepositKind, Handle, Timestamp};

use super::error::ExperimentError;
use super::staging::{
    Ordered, Staged, accounts_of, bystander, let_strangers_look, main_contact, move_everybody,
    with_one_elsewhere,
};
use crate::scenario::{Act, PersonId, Scenario};
use crate::world::{Order, SiteId, Whom, World, WorldError};

/// The beginning of an operator's words on a phone.
pub(crate) const ANNOUNCED: &str = "The operator says:";

/// Returns true if the world of an arrangement is the same as every other up to the order.
fn shares_the_trunk(ordered: &Ordered, scenario: &Scenario) -> bool {
    match ordered {
        Ordered::Block { and_people_move: true, .. } | Ordered::Escrow { .. } => false,
        Ordered::TakeDown { and_strangers_look, .. } => !and_strangers_look,
        Ordered::Block { and_people_move: false, .. } => {
            scenario.events.iter().all(|event| event.act != Act::MovesToOtherRelay)
        }
        _ => true,
    }
}

/// The common beginning of the arrangements of one story. The part before the order runs once.
#[derive(Default)]
pub(super) struct Trunk {
    /// The world up to the moment before the order.
    at_order: Option<World>,
    /// A world without an order that has run further, if the caller has one.
    further: Option<World>,
    /// True if somebody records everything that passes the relays before the order.
    is_recorded: bool,
}

impl Trunk {
    /// Wraps two worlds without an order: one at the moment before the order, and one that has run further.
    pub(super) const fn of(at_order: World, further: World) -> Self {
        Self { at_order: Some(at_order), further: Some(further), is_recorded: false }
    }

    /// Returns an empty trunk, on which somebody records everything that passes the relays before the order.
    pub(super) const fn recorded() -> Self {
        Self { at_order: None, further: None, is_recorded: true }
    }
}

/// An arrangement whose world is still running.
pub(super) struct Staging {
    ordered: Ordered,
    until: Timestamp,
    scenario: Scenario,
    design: Design,
    strangers: Option<[PersonId; 2]>,
    /// The world; `None` while the trunk is still running.
    world: Option<World>,
    /// Facts that are known once the order has been reached.
    staged: Option<Known>,
    /// SHA-256 of the world's record, once the world has ended.
    sha256: String,
}

/// Facts that are known at the moment of the order.
struct Known {
    accounts: BTreeMap<PersonId, Vec<AccountId>>,
    named_by: BTreeMap<PersonId, Option<PersonId>>,
    before: Vec<Arc<RelayHoldings>>,
    recorded: Vec<OperatorTap>,
}

impl Staging {
    /// Arranges a world that is to run up to `until`.
    pub(super) fn of(
        design: &Design,
        mut scenario: Scenario,
        ordered: &Ordered,
        seed: u64,
        until: Timestamp,
    ) -> Result<Self, ExperimentError> {
        let at = scenario.inquiry.ordered;
        let mut design = design.clone();
        let mut strangers = None;
        let shares_the_trunk = shares_the_trunk(ordered, &scenario);
        match ordered {
            Ordered::Block { country, and_people_move: true } => {
                design.operator.relays_in = with_one_elsewhere(&design, &scenario);
                move_everybody(&mut scenario, country, at);
            }
            Ordered::Block { and_people_move: false, .. } => {
                scenario.events.retain(|event| event.act != Act::MovesToOtherRelay);
            }
            Ordered::TakeDown { channel, and_strangers_look: true } => {
                strangers = Some(let_strangers_look(&mut scenario, channel, at));
            }
            _ => {}
        }
        let mut world = if shares_the_trunk { None } else { Some(begin(&design, &scenario, seed)?) };
        if let (Ordered::Escrow { is_kept, .. }, Some(world)) = (ordered, &mut world) {
            world.watch()?;
            for order in adopted(world, &design, *is_kept) {
                world.order(scenario.start, order);
            }
        }
        Ok(Self {
            ordered: ordered.clone(),
            until,
            scenario,
            design,
            strangers,
            world,
            staged: None,
            sha256: String::new(),
        })
    }

    /// Returns true if this is the staging of the arrangement.
    pub(super) fn is_of(&self, ordered: &Ordered) -> bool {
        self.ordered == *ordered
    }

    /// Returns the moment before the order. An order that names accounts names those that exist at that time.
    fn before_order(&self) -> Timestamp {
        Timestamp(self.scenario.inquiry.ordered.0.min(self.until.0).saturating_sub(1))
    }

    /// Continues until the budget of events is used up. Returns true once the world has ended.
    pub(super) fn go_on(
        &mut self,
        trunk: &mut Trunk,
        seed: u64,
        budget: &mut usize,
    ) -> Result<bool, ExperimentError> {
        let before_order = self.before_order();
        if self.staged.is_none() {
            let is_there = match &mut self.world {
                Some(world) => world.run_on(before_order, budget)?,
                None => {
                    let is_recorded = trunk.is_recorded;
                    let world = match &mut trunk.at_order {
                        Some(world) => world,
                        empty => {
                            let world = empty.insert(begin(&self.design, &self.scenario, seed)?);
                            if is_recorded {
                                world.watch()?;
                            }
                            world
                        }
                    };
                    world.run_on(before_order, budget)?
                }
            };
            if !is_there {
                return Ok(false);
            }
            self.order(trunk)?;
        }
        let world = self.world.as_mut().ok_or(WorldError::Missing("a world"))?;
        if !world.run_on(self.until, budget)? {
            return Ok(false);
        }
        self.sha256 = world.end()?;
        Ok(true)
    }

    /// Counts the events that have not run yet in its world.
    pub(super) fn left(&self, trunk: &Trunk) -> usize {
        match (&self.world, &trunk.at_order) {
            (Some(world), _) => world.left_until(self.until),
            (None, Some(common)) => common.left_until(self.until),
            (None, None) => self.scenario.events.len(),
        }
    }

    /// Applies the order.
    fn order(&mut self, trunk: &Trunk) -> Result<(), ExperimentError> {
        let Self { ordered, until, scenario, design, .. } = self;
        let at = scenario.inquiry.ordered;
        let mut world = match (self.world.take(), &trunk.at_order) {
            (Some(own), _) => own,
            (None, Some(common)) => common.fork()?,
            (None, None) => return Err(WorldError::Missing("a world").into()),
        };
        let targets = [scenario.inquiry.about, scenario.inquiry.from_now_on];
        let accounts: BTreeMap<_, _> = targets.map(|who| (who, accounts_of(&world, who))).into();
        let named_by = targets.map(|who| (who, main_contact(&world, who))).into();
        let ordered_about = accounts.get(&scenario.inquiry.from_now_on).cloned().unwrap_or_default();
        let whole = trunk.at_order.as_ref().unwrap_or(&world);
        let recorded = whole.messengers().filter_map(|(_, site)| site.watched().cloned()).collect();
        let mut before = Vec::new();
        if *until >= at {
            if matches!(ordered, Ordered::TakeDown { .. }) {
                before = world.messengers().map(|(_, site)| site.holdings()).collect::<Result<_, _>>()?;
            }
            if let (Ordered::Nothing, Some(further)) = (&*ordered, &trunk.further) {
                world = further.fork()?;
            }
            // Only bytes on the wire from the order on are compared.
            world.keep_wire();
            for order in orders(&world, design, ordered, &ordered_about) {
                world.order(at, order);
            }
            if ordered.changes_the_service() {
                // An operator that can eavesdrop begins at the moment at which it has something to read.
                for order in orders(&world, design, &Ordered::Tap, &ordered_about) {
                    world.order(at, order);
                }
            }
        }
        self.world = Some(world);
        self.staged = Some(Known { accounts, named_by, before, recorded });
        Ok(())
    }

    /// Returns the arrangement whose world has ended, with the SHA-256 of that world's record.
    pub(super) fn done(self) -> Result<(Staged, String), ExperimentError> {
        let Self { scenario, strangers, world, staged, sha256, .. } = self;
        let (Some(world), Some(Known { accounts, named_by, before, recorded })) = (world, staged) else {
            return Err(WorldError::Missing("a world").into());
        };
        Ok((Staged { world, scenario, accounts, named_by, before, recorded, strangers }, sha256))
    }
}

/// Returns the orders with which escrow is adopted.
fn adopted(world: &World, design: &Design, is_kept: bool) -> Vec<Order> {
    let keeping = Keeping { delivered: Some(retention::LONGEST), ..design.relay.clone() };
    let sites = world.messengers().filter(|_| is_kept).map(|(site, _)| site);
    let keep = sites.map(|site| Order::SetKeeping { site, keeping: keeping.clone() });
    std::iter::once(Order::AdoptEscrow).chain(keep).collect()
}

/// Creates a world at the start of a story. Nothing in it is compared before the order.
fn begin(design: &Design, scenario: &Scenario, seed: u64) -> Result<World, ExperimentError> {
    let mut world = World::new(design, scenario, seed)?;
    world.keep_no_wire();
    Ok(world)
}

/// Returns the orders of an arrangement, about these accounts, as the operators of a world receive them.
pub(crate) fn orders(
    world: &World,
    design: &Design,
    ordered: &Ordered,
    accounts: &[AccountId],
) -> Vec<Order> {
    // If no account identifies the person, an order names the one account that somebody can name.
    let accounts = match design.phone.accounts {
        Accounts::One => accounts,
        Accounts::PerContact => accounts.get(..1).unwrap_or_default(),
    };
    let sites = world.messengers().map(|(at, _)| at);
    let scenario = world.scenario();
    let person = scenario.person(scenario.inquiry.from_now_on);
    let numbers: Vec<Handle> = person.and_then(|person| person.number.clone()).into_iter().collect();
    match ordered {
        Ordered::Nothing => Vec::new(),
        Ordered::Escrow { is_tapped: false, .. } => Vec::new(),
        Ordered::Tap | Ordered::Escrow { is_tapped: true, .. } => sites
            .map(|site| Order::Tap { site, accounts: accounts.to_vec(), numbers: numbers.clone() })
            .collect(),
        Ordered::Log => {
            let keeping = compelled_logging::told(&design.relay, accounts);
            sites.map(|site| Order::SetKeeping { site, keeping: keeping.clone() }).collect()
        }
        Ordered::Retain(keep) => {
            let keeping = retention::told(&design.relay, *keep);
            sites.map(|site| Order::SetKeeping { site, keeping: keeping.clone() }).collect()
        }
        Ordered::Copy { goes_online, is_tapped } => {
            let tap = |site| Order::Tap { site, accounts: accounts.to_vec(), numbers: numbers.clone() };
            let mut all: Vec<Order> = sites.filter(|_| *is_tapped).map(tap).collect();
            all.push(Order::CopyPhone { who: scenario.inquiry.from_now_on, goes_online: *goes_online });
            all
        }
        Ordered::TakeNumber => vec![Order::TakeNumber { who: scenario.inquiry.from_now_on }],
        Ordered::Plant { by, on_bystander } => {
            let target = scenario.inquiry.from_now_on;
            let who = if *on_bystander { bystander(scenario, target) } else { Some(target) };
            who.into_iter().map(|who| Order::PlantSoftware { who, by: *by }).collect()
        }
        Ordered::Ghost { apps, of_everybody, is_named } => {
            let whom = || match of_everybody {
                true => ReadAlong::Everybody,
                false => ReadAlong::Accounts(accounts.iter().copied().collect()),
            };
            let software = apps.map(|apps| Order::AlterSoftware {
                whom: Whom::Everybody,
                software: Altered::GhostDevice(apps),
            });
            let makes_phones_ask = apps.is_none();
            let name = |site| Order::NameGhost { site, whom: whom(), makes_phones_ask };
            software.into_iter().chain(sites.filter(|_| *is_named).map(name)).collect()
        }
        Ordered::TakeDown { channel, .. } => vec![Order::TakeDown { channel: channel.clone() }],
        Ordered::Block { country, and_people_move: false } => vec![Order::Block { country: country.clone() }],
        Ordered::Block { country, and_people_move: true } => {
            // The last relay is the one elsewhere. The order does not know it.
            let all: Vec<SiteId> = sites.collect();
            let known = all.iter().take(all.len().saturating_sub(1));
            known.map(|site| Order::BlockRelay { country: country.clone(), site: *site }).collect()
        }
        Ordered::Update { habits, stops_encrypting, relay } => {
            let mut all = Vec::new();
            if **relay != design.relay {
                all.extend(sites.map(|site| Order::SetKeeping { site, keeping: (**relay).clone() }));
            }
            let (habits, stops_encrypting) = (habits.clone(), *stops_encrypting);
            let (whom, announced) = (Whom::Everybody, None);
            all.push(Order::UpdateSoftware { whom, habits, stops_encrypting, announced });
            all
        }
        Ordered::WithdrawBackups { country, habits, relay } => {
            let mut all = Vec::new();
            if **relay != design.relay {
                all.extend(sites.map(|site| Order::SetKeeping { site, keeping: (**relay).clone() }));
            }
            let (whom, habits) = (Whom::Country(country.clone()), habits.clone());
            let announced = format!(
                "{ANNOUNCED} backups that only you can open are no longer offered in {}.",
                country::name(country)
            );
            all.push(Order::UpdateSoftware {
                whom,
                habits,
                stops_encrypting: false,
                announced: Some(announced),
            });
            all
        }
        Ordered::CopyBackupKeys { country } => {
            let mut keeping = design.relay.clone();
            if !keeping.deposits.contains(&DepositKind::BackupKey) {
                keeping.deposits.push(DepositKind::BackupKey);
            }
            let mut all: Vec<Order> = Vec::new();
            if keeping != design.relay {
                all.extend(sites.map(|site| Order::SetKeeping { site, keeping: keeping.clone() }));
            }
            all.push(Order::AlterSoftware {
                whom: country.clone().map_or(Whom::Everybody, Whom::Country),
                software: Altered::ReadableBackup(ReadableBackupClient),
            });
            all
        }
        Ordered::StopServing { country, closes_accounts } => {
            let place = country::name(country);
            let announced = match closes_accounts {
                true => format!("{ANNOUNCED} we leave {place}, and your account is closed."),
                false => format!("{ANNOUNCED} messages are no longer offered in {place}."),
            };
            let (country, closes_accounts) = (country.clone(), *closes_accounts);
            vec![Order::StopServing { country, closes_accounts, announced }]
        }
    }
}
