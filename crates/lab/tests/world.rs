//! Worlds: their events, shown by record, views and truth.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeSet;

use pillarbox_access::designs;
use pillarbox_access::view::LockState;
use pillarbox_client::Receipts;
use pillarbox_lab::record::Kind;
use pillarbox_lab::scenario::{PersonId, Scenario, library};
use pillarbox_lab::world::{Order, Role, SiteId, Whom, World};
use pillarbox_wire::{DepositKind, Duration};

/// Ada and Ben in one country, Cai in another; everybody has a number. Events follow.
const PEOPLE: &str = r#"[scenario]
name = "three"
title = "Three people"
start = 2017-03-22T08:00:00Z

[[people]]
name = "Ada"
number = "+447700900123"
country = "GB"
email = "ada@example.org"
os-account = "ada.os@example.com"
knows = ["Ben"]

[[people]]
name = "Ben"
number = "+447700900124"
country = "US"
email = "ben@example.org"
os-account = "ben.os@example.com"
knows = ["Ada"]

[[people]]
name = "Cai"
number = "+12025550125"
country = "CN"
knows = ["Ada"]

"#;

const ADA: PersonId = PersonId(0);
const BEN: PersonId = PersonId(1);
const CAI: PersonId = PersonId(2);

/// Writes a story with one event per line, five minutes apart: the person, then verb and arguments as TOML.
fn story(events: &[(&str, &str)]) -> Scenario {
    let tables: String = events
        .iter()
        .map(|(who, does)| format!("[[events]]\nat = \"+5m\"\nwho = \"{who}\"\n{does}\n\n"))
        .collect();
    Scenario::parse("three.toml", &format!("{PEOPLE}{tables}")).unwrap_or_else(|error| panic!("{error}"))
}

fn world(design: &str, scenario: &Scenario) -> World {
    World::new(designs::named(design).unwrap(), scenario, 7).unwrap()
}

fn ran(design: &str, events: &[(&str, &str)]) -> World {
    let mut world = world(design, &story(events));
    world.run().unwrap();
    world
}

const HELLO: (&str, &str) = ("Ada", "says = \"hello\"\nto = \"Ben\"");

fn not_done(world: &World) -> Vec<String> {
    let lines = world.record().lines().iter();
    lines
        .filter_map(|line| match &line.kind {
            Kind::NotDone { who, does, why } => Some(format!("{who} {does}: {why}")),
            _ => None,
        })
        .collect()
}

/// Returns the readers and the words of the texts that were read.
fn read(world: &World) -> Vec<(PersonId, String)> {
    let scorer = world.scorer();
    scorer.read().iter().map(|read| (read.who, scorer.said()[read.said.0].text.clone())).collect()
}

#[test]
fn in_every_story_under_its_own_design_everybody_reads_what_reaches_them() {
    for scenario in library::all().unwrap() {
        let mut world = world(&scenario.design, &scenario);
        world.run().unwrap();
        assert_eq!(not_done(&world), [""; 0], "{}", scenario.name);
        let scorer = world.scorer();
        for read in scorer.read() {
            let said = &scorer.said()[read.said.0];
            assert!(said.by != read.who && read.at >= said.at, "{}", scenario.name);
        }
        assert!(scorer.read().len() * 2 > scorer.said().len(), "{}", scenario.name);
    }
}

#[test]
fn one_story_runs_under_every_design_and_what_a_design_lacks_is_said() {
    let scenario = story(&[
        HELLO,
        ("Cai", "looks-up = \"Ada\""),
        ("Ada", "makes-group = \"boat\"\nwith = [\"Ben\", \"Cai\"]"),
        ("Cai", "says = \"to all\"\ngroup = \"boat\""),
        ("Ben", "backs-up = true"),
        ("Ben", "reports = \"Ada\""),
        ("Ada", "opens-channel = \"@boats\""),
        ("Ben", "re-registers = true"),
        ("Ada", "says = \"still there?\"\nto = \"Ben\""),
    ]);
    for design in designs::all() {
        let mut world = World::new(design, &scenario, 7).unwrap();
        world.run().unwrap();
        assert_eq!(not_done(&world), [""; 0], "{}", design.name);
        let is_skipped = |kind: &Kind| matches!(kind, Kind::NotInDesign { .. });
        let skipped = world.record().lines().iter().filter(|line| is_skipped(&line.kind)).count();
        let lacks = [
            !design.phone.habits.reports,
            !design.phone.number || !design.relay.directory,
            !design.relay.channels,
            design.phone.habits.backup.is_none() && design.cloud.is_none(),
        ];
        assert_eq!(skipped, lacks.into_iter().filter(|lacks| *lacks).count(), "{}", design.name);
        assert_eq!(read(&world).len(), 4, "{}", design.name);
    }
}

#[test]
fn a_person_with_an_account_for_each_contact_has_one_address_and_no_number() {
    let world = ran("simplex", &[HELLO, ("Cai", "says = \"hello, too\"\nto = \"Ada\"")]);
    let rows = world.sites()[0].relay().store().holdings().unwrap();
    assert!(rows.accounts.iter().all(|row| row.handle.is_none()));
    let of_ada = world.scorer().accounts().iter().filter(|behind| behind.who == ADA).count();
    assert_eq!((of_ada, rows.accounts.len()), (2, 4));
    let peer = |kind: &Kind| match kind {
        Kind::Frame { peer, .. } => Some(*peer),
        _ => None,
    };
    let peers: BTreeSet<_> = world.record().lines().iter().filter_map(|line| peer(&line.kind)).collect();
    let of_people: BTreeSet<_> =
        peers.iter().filter_map(|peer| world.scorer().behind_address(*peer)).collect();
    assert_eq!((peers.len(), of_people), (3, BTreeSet::from([ADA, BEN, CAI])));
    assert_eq!(read(&world).len(), 2);
}

#[test]
fn groups_are_heard_by_their_members_and_nobody_else() {
    for design in ["plain-server", "end-to-end", "simplex"] {
        let world = ran(
            design,
            &[
                ("Ada", "makes-group = \"boat\"\nwith = [\"Ben\", \"Cai\"]"),
                ("Ada", "says = \"to all\"\ngroup = \"boat\""),
                ("Cai", "says = \"to all as well\"\ngroup = \"boat\""),
                ("Cai", "leaves-group = \"boat\""),
                ("Ben", "says = \"to two\"\ngroup = \"boat\""),
            ],
        );
        assert_eq!(not_done(&world), [""; 0], "{design}");
        let mut heard = read(&world);
        heard.sort();
        let expected = [
            (ADA, "to all as well"),
            (ADA, "to two"),
            (BEN, "to all"),
            (BEN, "to all as well"),
            (CAI, "to all"),
        ];
        assert_eq!(heard, expected.map(|(who, text)| (who, text.to_owned())), "{design}");
        assert_eq!(world.scorer().groups()["boat"].members, [ADA, BEN, CAI]);
    }
}

#[test]
fn a_backup_lies_where_the_design_says() {
    let parts = |world: &World, site: usize| {
        let rows = world.sites()[site].relay().store().holdings().unwrap();
        let kind = |kind| rows.deposits.iter().filter(|row| row.kind == kind).count();
        (kind(DepositKind::BackupPart), kind(DepositKind::BackupKey))
    };
    let events = [HELLO, ("Ada", "backs-up = true")];
    let elsewhere = ran("whatsapp-2017", &events);
    assert_eq!(elsewhere.sites()[1].role(), Role::Cloud);
    assert_eq!((parts(&elsewhere, 0), parts(&elsewhere, 1)), ((0, 0), (1, 0)));
    assert_eq!(parts(&ran("imessage", &events), 0), (1, 1));
    assert_eq!(parts(&ran("imessage-adp", &events), 0), (1, 0));
    let none = ran("end-to-end", &events);
    assert_eq!(parts(&none, 0), (0, 0));
    assert!(none.record().lines().iter().any(|line| matches!(&line.kind, Kind::NotInDesign { .. })));
}

#[test]
fn an_account_is_at_the_relay_of_its_country_and_people_meet_at_one_of_them() {
    // This operator has a relay in the United States and one in China. A person who is in neither country is at the
    // first relay.
    let world = ran(
        "wechat",
        &[("Cai", "says = \"hello\"\nto = \"Ada\""), ("Ada", "says = \"hello, Cai\"\nto = \"Cai\"")],
    );
    assert_eq!(not_done(&world), [""; 0]);
    let at: BTreeSet<_> = world.scorer().accounts().iter().map(|behind| (behind.who, behind.relay)).collect();
    assert_eq!(at, BTreeSet::from([(ADA, 0), (BEN, 0), (CAI, 0), (CAI, 1)]));
    assert_eq!(read(&world).len(), 2);
}

#[test]
fn a_block_holds_messages_up_and_another_relay_goes_round_it() {
    let events =
        [HELLO, ("Ben", "moves-to-other-relay = true"), ("Ada", "says = \"are you there\"\nto = \"Ben\"")];
    let scenario = story(&events);
    let started = scenario.start;
    let mut blocked = world("wechat", &scenario);
    blocked.order(
        started + Duration::from_seconds(60),
        Order::BlockRelay { country: "US".into(), site: SiteId(0) },
    );
    blocked.run().unwrap();
    assert!(blocked.record().lines().iter().any(|line| matches!(&line.kind, Kind::Unreachable { .. })));
    assert_eq!(read(&blocked), [(BEN, "are you there".to_owned())]);

    let mut lifted = world("end-to-end", &story(&[HELLO]));
    lifted.order(started + Duration::from_seconds(60), Order::Block { country: "US".into() });
    lifted.order(started + Duration::from_seconds(3_600), Order::Unblock { country: "US".into() });
    lifted.run_until(started + Duration::from_seconds(3_599)).unwrap();
    assert_eq!(read(&lifted), []);
    lifted.run_until(started + Duration::from_seconds(3_601)).unwrap();
    assert_eq!(read(&lifted), [(BEN, "hello".to_owned())]);
}

#[test]
fn a_tap_shows_what_passes_from_the_order_on_and_only_of_those_named() {
    let scenario = story(&[HELLO, HELLO, ("Cai", "says = \"hello, Ada\"\nto = \"Ada\"")]);
    let mut world = world("plain-server", &scenario);
    let ben = scenario.people[BEN.0].number.clone().unwrap();
    let account = world.sites()[0].holdings().unwrap().account(&ben).unwrap().account;
    let order = Order::Tap { site: SiteId(0), accounts: vec![account], numbers: vec![] };
    let ordered = scenario.start + Duration::from_seconds(420);
    world.order(ordered, order);
    world.run().unwrap();
    let tap = &world.sites()[0].taps()[0];
    assert_eq!(tap.messages().filter(|message| message.to == Some(account)).count(), 1);
    assert!(tap.passed().iter().all(|frame| frame.at >= ordered));
    assert!(tap.passed().iter().all(|frame| frame.from == Some(account) || frame.to == Some(account)));
    assert_eq!(world.scorer().behind(account), Some(BEN));
}

#[test]
fn the_wire_shows_sizes_and_addresses_and_no_words() {
    for design in ["plain-server", "end-to-end"] {
        let world = ran(design, &[("Ada", "says = \"under the clock at six\"\nto = \"Ben\"")]);
        let words = b"under the clock at six";
        let shows = |bytes: &[u8]| bytes.windows(words.len()).any(|part| part == words);
        assert!(shows(b"at noon, under the clock at six"), "the search finds them where they are");
        assert!(!world.wire().crossings.iter().any(|crossing| shows(&crossing.bytes)), "{design}");
        assert!(world.wire().crossings.len() > 20);
        let relay = SiteId(0).internet_address();
        assert!(
            world.wire().crossings.iter().all(|crossing| (crossing.from == relay) != (crossing.to == relay))
        );
    }
    // The same search does find words in the rows of the readable design's relay.
    let readable = ran("plain-server", &[("Ada", "says = \"under the clock at six\"\nto = \"Ben\"")]);
    let rows = readable.sites()[0].relay().store().holdings().unwrap();
    let words = b"under the clock at six";
    assert!(
        rows.messages.iter().any(|row| row.payload.as_slice().windows(words.len()).any(|part| part == words))
    );
}

#[test]
fn a_device_that_is_away_is_woken_by_its_token() {
    let world = ran("imessage", &[("Ben", "goes-offline = true"), HELLO, ("Ben", "comes-online = true")]);
    let records = world.push_records();
    let owner = records.owners.iter().find(|owner| owner.email == "ben.os@example.com").unwrap();
    assert_eq!(records.woken(&owner.token).count(), 1);
    assert_eq!(records.woken.len(), 1);
    assert_eq!(read(&world), [(BEN, "hello".to_owned())]);
}

#[test]
fn a_channel_is_read_by_its_followers_until_it_is_taken_down() {
    let scenario = story(&[
        ("Ada", "opens-channel = \"@boats\""),
        ("Ben", "follows = \"@boats\""),
        ("Ada", "posts = \"the first\"\nchannel = \"@boats\""),
        ("Ada", "posts = \"the second\"\nchannel = \"@boats\""),
    ]);
    let mut world = world("telegram-cloud-2017", &scenario);
    let channel = "@boats".to_owned().try_into().unwrap();
    world.order(scenario.start + Duration::from_seconds(17 * 60), Order::TakeDown { channel });
    world.run().unwrap();
    assert_eq!(read(&world), [(BEN, "the first".to_owned())]);
    let rows = world.sites()[0].relay().store().holdings().unwrap();
    assert_eq!((rows.posts.len(), rows.channels.len()), (0, 1));
    assert!(
        world
            .record()
            .lines()
            .iter()
            .any(|line| { matches!(&line.kind, Kind::Notice { notice, .. } if notice == "channel-refused") })
    );
}

#[test]
fn what_is_reported_is_the_last_text_from_that_person() {
    let world = ran(
        "messenger",
        &[HELLO, ("Ada", "says = \"a threat\"\nto = \"Ben\""), ("Ben", "reports = \"Ada\"")],
    );
    assert_eq!(not_done(&world), [""; 0]);
    let [filed] = world.reports() else { panic!("one report") };
    assert_eq!(filed.by, BEN);
    assert_eq!(world.scorer().behind(filed.report.from.account), Some(ADA));
    let words = b"a threat";
    assert!(filed.report.body.windows(words.len()).any(|part| part == words));
}

#[test]
fn a_phone_that_is_taken_says_nothing_more_and_lies_in_a_folder() {
    for (word, state) in [
        ("locked-before-first-unlock", LockState::BeforeFirstUnlock),
        ("locked-after-first-unlock", LockState::AfterFirstUnlock),
        ("unlocked", LockState::Unlocked),
    ] {
        let seized = format!("phone-seized = \"{word}\"");
        let world = ran("end-to-end", &[HELLO, ("Ben", &seized), HELLO]);
        let [taken] = world.seized() else { panic!("one phone") };
        let view = taken.view();
        assert_eq!((taken.who, view.state()), (BEN, state));
        assert!(view.folder().join("vault.sqlite").exists());
        assert_eq!(view.screen().is_some(), state == LockState::Unlocked);
        assert_eq!(view.memory().is_some(), state != LockState::BeforeFirstUnlock);
        assert_eq!(read(&world).len(), 1, "the second text waits");
    }
}

#[test]
fn an_order_takes_a_phone_as_an_event_does() {
    let scenario = story(&[HELLO]);
    let mut world = world("end-to-end", &scenario);
    let about = scenario.inquiry.about;
    world.order(scenario.inquiry.served, Order::Seize { who: about, state: LockState::Unlocked });
    world.run().unwrap();
    assert!(world.seized()[0].view().screen().is_some());
}

#[test]
fn receipts_wait_as_long_as_the_design_says() {
    let delivered = |world: &World| {
        let mut lines = world.record().lines().iter();
        let told =
            lines.find(|line| matches!(&line.kind, Kind::Notice { notice, .. } if notice == "delivered"));
        told.map(|line| line.at)
    };
    let scenario = story(&[HELLO]);
    let said = scenario.events[0].at;
    let waits = [(Receipts::AtOnce, Some(0)), (Receipts::After(3_600), Some(3_600)), (Receipts::Never, None)];
    for (receipts, late) in waits {
        let mut design = designs::end_to_end().clone();
        design.phone.habits.receipts = receipts;
        let mut world = World::new(&design, &scenario, scenario.seed).unwrap();
        world.run_until(said + Duration::from_days(2)).unwrap();
        assert_eq!(
            delivered(&world),
            late.map(|seconds| said + Duration::from_seconds(seconds)),
            "{receipts:?}"
        );
    }
}

#[test]
fn a_software_update_changes_what_phones_do_from_then_on() {
    let scenario = story(&[HELLO, HELLO, HELLO]);
    let mut world = world("end-to-end", &scenario);
    let habits = designs::named("plain-server").unwrap().phone.habits.clone();
    let update =
        Order::UpdateSoftware { whom: Whom::Everybody, habits, stops_encrypting: true, announced: None };
    world.order(scenario.start + Duration::from_seconds(13 * 60), update);
    world.run_until(scenario.start + Duration::from_seconds(12 * 60)).unwrap();
    let named = |world: &World| {
        let lines = world.record().lines().iter();
        lines.filter(|line| matches!(&line.kind, Kind::Frame { frame: "Submit", from: Some(_), .. })).count()
    };
    // The key for sealing arrives with the first answer of a contact who was found by number, so the first text
    // names its sender.
    let before = named(&world);
    assert_eq!((before, read(&world).len()), (1, 2));
    let accounts = world.scorer().accounts().to_vec();
    world.run().unwrap();
    assert!(named(&world) > before);
    assert_eq!(read(&world).len(), 3);
    // The people and their accounts are the same, and no phone says that a key has changed.
    assert_eq!(world.scorer().accounts(), accounts);
    let changed =
        |kind: &Kind| matches!(kind, Kind::Notice { notice, .. } if notice.starts_with("key-changed"));
    assert!(!world.record().lines().iter().any(|line| changed(&line.kind)));
}

#[test]
fn somebody_with_a_new_phone_is_found_again_and_somebody_who_left_is_not() {
    let back = ran("end-to-end", &[HELLO, ("Ben", "re-registers = true"), HELLO]);
    assert_eq!(read(&back).len(), 2);
    let of_ben = back.scorer().accounts().iter().filter(|behind| behind.who == BEN).count();
    assert_eq!(of_ben, 1, "the account goes on");
    let gone = ran("end-to-end", &[HELLO, ("Ben", "deletes-account = true"), HELLO]);
    assert_eq!(read(&gone).len(), 1);
    assert_eq!(gone.sites()[0].relay().store().holdings().unwrap().accounts.len(), 2);
}

#[test]
fn texts_disappear_from_phones_and_not_from_the_truth() {
    let world = ran("end-to-end", &[("Ada", "sets-timer = \"30s\"\nwith = \"Ben\""), HELLO]);
    assert_eq!(read(&world).len(), 1);
    assert_eq!(not_done(&world), [""; 0]);
}

#[test]
fn who_is_blocked_is_not_heard() {
    let world = ran("end-to-end", &[HELLO, ("Ben", "blocks = \"Ada\""), HELLO]);
    assert_eq!(read(&world).len(), 1);
}

#[test]
fn an_operator_that_leaves_a_country_closes_accounts_and_tells_people_when_their_phones_are_on() {
    // Ada and Ben are in one country here; Cai is abroad.
    let mut scenario = story(&[
        HELLO,
        ("Ben", "goes-offline = true"),
        ("Ada", "says = \"after it\"\nto = \"Cai\""),
        ("Cai", "says = \"where are you\"\nto = \"Ada\""),
        ("Ben", "comes-online = true"),
    ]);
    scenario.people[BEN.0].country = "GB".into();
    let mut world = world("end-to-end", &scenario);
    let leaves =
        Order::StopServing { country: "GB".into(), closes_accounts: true, announced: "we leave".into() };
    world.order(scenario.start + Duration::from_seconds(11 * 60), leaves);
    world.run().unwrap();
    assert_eq!(read(&world).len(), 1, "only what was said before arrives");
    let accounts = world.sites()[0].relay().store().holdings().unwrap().accounts;
    let owners: Vec<_> = accounts.iter().map(|row| world.scorer().behind(row.account)).collect();
    assert_eq!(owners, [Some(CAI)]);
    let heard = |who: &str| {
        let told = |kind: &Kind| matches!(kind, Kind::Notice { who: told, says, .. } if told == who && says == "we leave");
        world.record().lines().iter().filter(|line| told(&line.kind)).map(|line| line.at).collect::<Vec<_>>()
    };
    assert_eq!(heard("Ada"), [scenario.start + Duration::from_seconds(11 * 60)]);
    assert_eq!(heard("Ben"), [scenario.events[4].at]);
    assert!(heard("Cai").is_empty());
    let refused = |kind: &Kind| matches!(kind, Kind::Notice { who, notice, .. } if who == "Cai" && notice == "not-sent");
    assert!(world.record().lines().iter().any(|line| refused(&line.kind)));
}

#[test]
fn what_an_operator_has_is_read_anew_whenever_its_relay_has_done_something() {
    let scenario = story(&[HELLO, ("Ada", "says = \"and again\"\nto = \"Ben\"")]);
    let mut world = World::new(designs::named("plain-server").unwrap(), &scenario, 1).unwrap();
    for texts in [1, 2] {
        world.run_until(scenario.events[texts - 1].at).unwrap();
        let holdings = world.sites()[0].holdings().unwrap();
        let rows = world.sites()[0].relay().store().holdings().unwrap();
        assert_eq!(*holdings.rows(), rows);
        // A receipt for each text is a message too.
        assert_eq!(rows.messages.len(), 2 * texts);
        let fork = world.fork().unwrap();
        assert_eq!(*fork.sites()[0].holdings().unwrap().rows(), rows);
    }
    let digest = world.end().unwrap();
    assert_eq!(digest, world.record().sha256(), "and the record ends with the digest of all of it");
}
