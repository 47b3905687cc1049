//! Two worlds differ only where something causes it. Everything about actors who have nothing to do with the difference
//! is the same, byte for byte. Every comparison of two worlds (who noticed, what was lost) rests on this.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use pillarbox_access::demand::compelled_logging;
use pillarbox_access::designs;
use pillarbox_lab::record::{Kind, sha256};
use pillarbox_lab::scenario::{PersonId, Scenario};
use pillarbox_lab::world::{Order, SiteId, World};
use pillarbox_wire::AccountId;
use proptest::prelude::*;

/// Ada and Ben know each other, and so do Cleo, Dan and Eve. The two groups have nothing to do with each other.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("Ada", "GB", r#"["Ben"]"#),
    ("Ben", "US", r#"["Ada"]"#),
    ("Cleo", "GB", r#"["Dan"]"#),
    ("Dan", "US", r#"["Cleo", "Eve"]"#),
    ("Eve", "GB", r#"["Dan"]"#),
];

const ADA: PersonId = PersonId(0);

/// The people who have nothing to do with Ada.
const OTHERS: [usize; 3] = [2, 3, 4];

/// Seconds after the start, the person, and the act.
type Event<'s> = (u64, &'s str, &'s str);

const ALWAYS: [Event<'_>; 17] = [
    (60, "Ada", "says = \"hello\"\nto = \"Ben\""),
    (70, "Cleo", "says = \"are you there\"\nto = \"Dan\""),
    (80, "Dan", "says = \"I am\"\nto = \"Cleo\""),
    (200, "Dan", "makes-group = \"harbour\"\nwith = [\"Cleo\", \"Eve\"]"),
    (260, "Eve", "says = \"to all\"\ngroup = \"harbour\""),
    (400, "Ben", "says = \"yes\"\nto = \"Ada\""),
    (420, "Cleo", "sets-timer = \"30m\"\nwith = \"Dan\""),
    (430, "Cleo", "says = \"for half an hour\"\nto = \"Dan\""),
    (500, "Dan", "backs-up = true"),
    (900, "Eve", "goes-offline = true"),
    (950, "Dan", "says = \"for later\"\nto = \"Eve\""),
    (5_000, "Eve", "comes-online = true"),
    (9_000, "Eve", "says = \"now I read it\"\nto = \"Dan\""),
    (90_000, "Ada", "says = \"the next day\"\nto = \"Ben\""),
    (90_010, "Cleo", "says = \"the next day\"\nto = \"Dan\""),
    (200_000, "Dan", "says = \"and again\"\ngroup = \"harbour\""),
    (260_000, "Cleo", "backs-up = true"),
];

/// Acts of Ada and of nobody else.
const EXTRA: [&str; 9] = [
    "says = \"one more\"\nto = \"Ben\"",
    "makes-group = \"quay\"\nwith = [\"Ben\"]",
    "backs-up = true",
    "looks-up = \"Ben\"",
    "looks-up = \"+447700900999\"",
    "sets-timer = \"10m\"\nwith = \"Ben\"",
    "blocks = \"Ben\"",
    "opens-channel = \"@quay_news\"",
    "goes-offline = true",
];

fn story(extra: &[(u64, &str)]) -> Scenario {
    let mut text =
        "[scenario]\nname = \"two circles\"\ntitle = \"Two circles\"\nstart = 2017-03-22T08:00:00Z\n\n"
            .to_owned();
    for (at, (name, country, knows)) in PEOPLE.iter().enumerate() {
        text.push_str(&format!(
            "[[people]]\nname = \"{name}\"\ncountry = \"{country}\"\nnumber = \"+44770090010{at}\"\nknows = {knows}\n\n"
        ));
    }
    let mut events: Vec<Event<'_>> = ALWAYS.to_vec();
    events.extend(extra.iter().map(|(at, does)| (*at, "Ada", *does)));
    events.sort_by_key(|(at, ..)| *at);
    let mut before = 0;
    for (at, who, does) in events {
        text.push_str(&format!("[[events]]\nat = \"+{}s\"\nwho = \"{who}\"\n{does}\n\n", at - before));
        before = at;
    }
    text.push_str("[demand]\nabout = \"Ada\"\nserved = 2017-03-26T08:00:00Z\n");
    Scenario::parse("circles.toml", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn ran(design: &str, scenario: &Scenario, orders: impl FnOnce(&World) -> Vec<Order>) -> Seen {
    let mut world = World::new(designs::named(design).unwrap(), scenario, 7).unwrap();
    for order in orders(&world) {
        world.order(scenario.start, order);
    }
    world.run().unwrap();
    Seen::of(&world)
}

/// Returns lines of the record that are about these people. A line's number counts everybody's lines, so it is compared
/// separately.
fn lines(world: &World, people: &[usize]) -> Vec<String> {
    let names: Vec<&str> = people.iter().map(|at| PEOPLE[*at].0).collect();
    let owners = owners(world);
    let mut addresses = Vec::new();
    let (mut kept, mut payloads) = (Vec::new(), BTreeSet::new());
    for line in world.record().lines() {
        if let Kind::Person { who, address, .. } = &line.kind
            && names.contains(&who.as_str())
        {
            addresses.extend(*address);
        }
        let is = match &line.kind {
            Kind::Person { who, .. }
            | Kind::Account { who, .. }
            | Kind::Event { who, .. }
            | Kind::NotInDesign { who, .. }
            | Kind::NotDone { who, .. }
            | Kind::Unreachable { who, .. }
            | Kind::Notice { who, .. } => names.contains(&who.as_str()),
            Kind::Frame { peer, payload_sha256, .. } => {
                let is = addresses.contains(peer);
                payloads.extend(payload_sha256.clone().filter(|_| is));
                is
            }
            Kind::Row { payload_sha256, .. } => payloads.contains(payload_sha256),
            Kind::Wake { token_sha256 } => {
                owners.get(token_sha256).is_some_and(|who| names.contains(&who.as_str()))
            }
            Kind::Relay { .. } => true,
            // A text's number counts everybody's texts, so it is compared separately, too.
            Kind::Said { .. } => false,
            Kind::Connects { who, .. } => names.contains(&who.as_str()),
            Kind::Network { .. }
            | Kind::Header { .. }
            | Kind::Order { .. }
            | Kind::Kept { .. }
            | Kind::Footer { .. } => false,
        };
        if is {
            let kind = match line.kind.clone() {
                Kind::Notice { who, notice, says, .. } => Kind::Notice { who, notice, says, text: None },
                kind => kind,
            };
            kept.push(format!("{} {}", line.at, serde_json::to_string(&kind).unwrap()));
        }
    }
    kept
}

/// Returns the owner of each push token.
fn owners(world: &World) -> BTreeMap<String, String> {
    let owners = &world.push_records().owners;
    owners.iter().map(|it| (sha256(&it.token), it.name.clone())).collect()
}

/// Returns rows that the relays keep about these people, without the numbers that count everybody's.
fn rows(world: &World, people: &[usize]) -> Vec<String> {
    let scorer = world.scorer();
    let is = |account: &AccountId| scorer.behind(*account).is_some_and(|who| people.contains(&who.0));
    let mut all = Vec::new();
    for site in world.sites() {
        let holdings = site.holdings().unwrap();
        let rows = holdings.rows();
        let of = |number| rows.address(number).unwrap().account;
        let named = |account: Option<AccountId>, row: serde_json::Value| {
            let mut row = row;
            for counted in ["device_number", "mailbox", "message", "event"] {
                row.as_object_mut().unwrap().remove(counted);
            }
            format!("{} {account:?} {row}", site.address().host())
        };
        let accounts =
            rows.accounts.iter().filter(|row| is(&row.account)).map(|row| (row.account, value(row)));
        let devices = rows.devices.iter().filter(|row| is(&row.account)).map(|row| (row.account, value(row)));
        let prekeys = rows.prekeys.iter().map(|row| (of(row.device_number), value(row)));
        let messages = rows.messages.iter().map(|row| (of(row.mailbox), value(row)));
        let deposits = rows.deposits.iter().map(|row| (row.account, value(row)));
        let rest = prekeys.chain(messages).chain(deposits).filter(|(account, _)| is(account));
        all.extend(accounts.chain(devices).chain(rest).map(|(account, row)| named(Some(account), row)));
        let events = rows.events.iter().filter(|row| row.account.or(row.about).as_ref().is_some_and(is));
        all.extend(events.map(|row| named(row.account, value(row))));
    }
    all.sort();
    all
}

fn value(row: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(row).unwrap()
}

#[track_caller]
fn same(what: &str, one: &[String], other: &[String]) {
    if let Some((one, other)) = one.iter().zip(other).find(|(one, other)| one != other) {
        panic!("{what}:\n{one}\n{other}");
    }
    assert_eq!(one.len(), other.len(), "{what}: one has more");
    assert!(!one.is_empty(), "{what}: there is nothing to compare");
}

/// The parts of a world that are compared.
struct Seen {
    /// Lines about anybody.
    all: Vec<String>,
    /// Lines about Ada.
    ada: Vec<String>,
    /// Lines about the people who have nothing to do with Ada.
    others: Vec<String>,
    /// Rows about the same people.
    rows: Vec<String>,
}

impl Seen {
    fn of(world: &World) -> Self {
        Self {
            all: lines(world, &[0, 1, 2, 3, 4]),
            ada: lines(world, &[0]),
            others: lines(world, &OTHERS),
            rows: rows(world, &OTHERS),
        }
    }

    #[track_caller]
    fn has_the_same_others(&self, what: &str, other: &Self) {
        same(&format!("{what}, lines"), &self.others, &other.others);
        same(&format!("{what}, rows"), &self.rows, &other.rows);
    }
}

/// Together these designs have readable, sealed and late texts, numbers and no numbers, an account for each contact,
/// and backups elsewhere.
const DESIGNS: [&str; 6] =
    ["plain-server", "whatsapp-2017", "signal-now", "simplex", "imessage-adp", "telegram-cloud-2017"];

/// Returns the world without an extra act, which runs once for each design.
fn usual(design: &str) -> &'static Seen {
    static USUAL: [OnceLock<Seen>; DESIGNS.len()] = [const { OnceLock::new() }; DESIGNS.len()];
    let at = DESIGNS.iter().position(|known| *known == design).unwrap();
    USUAL[at].get_or_init(|| ran(design, &story(&[]), |_| Vec::new()))
}

#[test]
fn each_kind_of_extra_event_changes_nothing_of_people_who_have_nothing_to_do_with_it() {
    for (does, design) in EXTRA.into_iter().zip(DESIGNS.into_iter().cycle()) {
        let other = ran(design, &story(&[(450, does)]), |_| Vec::new());
        assert_ne!(usual(design).ada, other.ada, "{design}: {does} changes nothing at all");
        usual(design).has_the_same_others(&format!("{design}: {does}"), &other);
    }
}

#[test]
fn an_order_about_one_account_changes_nothing_that_anybody_s_phone_does() {
    let account = |world: &World| {
        let accounts = world.scorer().accounts().iter().filter(|behind| behind.who == ADA);
        accounts.map(|behind| behind.account).collect::<Vec<_>>()
    };
    let story = story(&[]);
    for design in DESIGNS {
        let usual = usual(design);
        let tapped = ran(design, &story, |world| {
            vec![Order::Tap { site: SiteId(0), accounts: account(world), numbers: Vec::new() }]
        });
        let logged = ran(design, &story, |world| {
            let keeping = compelled_logging::told(&world.design().relay, &account(world));
            vec![Order::SetKeeping { site: SiteId(0), keeping }]
        });
        for (what, other) in [("tap", &tapped), ("log", &logged)] {
            same(&format!("{design}: {what}"), &usual.all, &other.all);
            usual.has_the_same_others(&format!("{design}: {what}"), other);
        }
    }
}

#[test]
fn somebody_more_changes_nothing_of_those_who_do_not_know_them() {
    for design in DESIGNS {
        let mut more = story(&[]);
        let mut stranger = more.people[0].clone();
        stranger.name = "Finn".into();
        stranger.number = None;
        stranger.knows.clear();
        more.people.push(stranger);
        let more = ran(design, &more, |_| Vec::new());
        same(design, &usual(design).all, &more.all);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_somebody_does_more_and_whenever_others_are_the_same(
        design in prop::sample::select(&DESIGNS[..]),
        extra in prop::collection::btree_map(1_u64..250_000, prop::sample::select(&EXTRA[..6]), 1..4),
    ) {
        let mut extra: Vec<(u64, &str)> = extra.into_iter().collect();
        // A group's name is used once.
        let mut groups = 0;
        extra.retain(|(_, does)| { groups += usize::from(does.starts_with("makes")); !does.starts_with("makes") || groups == 1 });
        let other = ran(design, &story(&extra), |_| Vec::new());
        usual(design).has_the_same_others(design, &other);
    }
}
