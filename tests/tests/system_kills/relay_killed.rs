//! Kills the relay under load, repeatedly at random moments, and checks its file each time.
#![allow(clippy::print_stdout, reason = "the counts are for whoever reads the log")]

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;
use std::thread;
use std::time::Duration;

use pillarbox_testkit::Deliveries;
use pillarbox_testkit::program::{Place, Process, Relay};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::{Connection, OpenFlags};

use super::crowd::Crowd;

/// One relay in this many is killed while it starts. All others are killed while everybody talks.
const STARTING: u32 = 8;

/// One in this many of the others is killed as soon as it is ready, while phones connect.
const CONNECTING: u32 = 6;

/// The largest number of messages that are accepted before any other kill.
const MOST_ACCEPTED: usize = 40;

/// The longest time from the awaited message to the kill, which happens at a random moment in it. A few batches
/// take about as long, so that a kill lands before, in and after commits.
const MOMENT: Duration = Duration::from_millis(6);

/// The longest time from the start of a relay to its kill. A start takes about as long.
const START: Duration = Duration::from_millis(60);

/// The counts of the states in which kills landed. A kill can count in several, because it hits four phones and a
/// relay.
#[derive(Debug, Default)]
struct Landed {
    kills: u32,
    starting: u32,
    /// A phone had not been authenticated.
    connecting: u32,
    /// A submission had no answer.
    submitting: u32,
    /// A message was on the disk, and its sender had not been told.
    committed: u32,
    /// A message had reached its recipient, and was still on the disk.
    delivered: u32,
}

/// The contents of the relay's file.
struct Census {
    /// The number of messages ever accepted.
    accepted: i64,
    /// The messages that wait.
    waiting: BTreeSet<i64>,
}

impl Census {
    fn take(data: &Path) -> Self {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let file = Connection::open_with_flags(data.join("relay.sqlite3"), flags).unwrap();
        let next: i64 = file.query_row("SELECT next_message FROM counters", [], |row| row.get(0)).unwrap();
        let mut waiting = file.prepare("SELECT message FROM messages WHERE delivered_at IS NULL").unwrap();
        let waiting = waiting.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        Self { accepted: next - 1, waiting }
    }
}

/// Kills a relay `kills` times, and checks everything that was sent meanwhile.
pub(crate) fn check(kills: u32) {
    let place = Place::new();
    let data = place.path("relay");
    let seed: u64 = rand::rng().random();
    let mut dice = StdRng::seed_from_u64(seed);
    let listen = format!("127.0.0.1:{}", free_port(&mut dice));
    let relay = Relay::listen(&place, &data, &listen);
    let crowd = Crowd::gather(relay.address());
    drop(relay.kill());

    let mut landed = Landed::default();
    let mut before = Census::take(&data).accepted;
    let mut seen = BTreeSet::new();
    while landed.kills < kills {
        landed.kills += 1;
        if dice.random_ratio(1, STARTING) {
            landed.starting += 1;
            let relay = Process::start(Relay::command(&place, &data, &listen));
            thread::sleep(dice.random_range(Duration::ZERO..START));
            drop(relay.kill());
            continue;
        }
        let relay = Relay::listen(&place, &data, &listen);
        crowd.go();
        if !dice.random_ratio(1, CONNECTING) {
            crowd.wait_for_accepted(dice.random_range(0..=MOST_ACCEPTED));
        }
        // The kill must land at a random moment, so the test waits for nothing.
        thread::sleep(dice.random_range(Duration::ZERO..MOMENT));
        drop(relay.kill());
        let lives = crowd.lives();
        let census = Census::take(&data);
        let told: i64 = lives.iter().map(|life| life.accepted).sum();
        let committed = census.accepted - before;
        assert!(told <= committed, "{told} were said to be accepted, and {committed} were (seed {seed})");
        before = census.accepted;
        seen.extend(
            lives
                .iter()
                .flat_map(|life| life.delivered.iter().map(|message| i64::try_from(message.0).unwrap())),
        );
        landed.connecting += u32::from(lives.iter().any(|life| !life.authenticated));
        landed.submitting += u32::from(lives.iter().any(|life| life.unanswered > 0));
        landed.committed += u32::from(told < committed);
        landed.delivered += u32::from(!census.waiting.is_disjoint(&seen));
    }

    let relay = Relay::listen(&place, &data, &listen);
    crowd.go();
    crowd.hush();
    let [said, accepted, shown] = crowd.counts();
    drop(relay.kill());
    drop(crowd.lives());
    let (ways, kept) = crowd.part();
    let wrongs: Vec<_> = ways.values().flat_map(Deliveries::wrongs).collect();
    assert_eq!(wrongs, [], "seed {seed}");
    for (way, said) in &ways {
        assert_eq!(said.shown(), kept[way], "what was shown is what is kept (seed {seed})");
    }
    assert_eq!((accepted, shown), (said, said), "in the end everything has come (seed {seed})");
    tell(&landed, said);
}

/// Prints where the kills landed, and asserts that they landed in the critical states.
fn tell(landed: &Landed, said: usize) {
    let Landed { kills, starting, connecting, submitting, committed, delivered } = landed;
    println!(
        "{kills} kills of the relay, {said} messages said and accepted: none lost, none twice, all in order.\n\
         Killed while it started {starting}; while a phone connected {connecting}; with submissions unanswered \
         {submitting};\nwith messages on the disk whose sender was not told {committed}; with messages delivered \
         and still on the disk {delivered}."
    );
    assert!(submitting * 2 > *kills, "most kills meet requests under way: {landed:?}");
    assert!(committed * 20 > *kills, "a good share falls between commit and answer: {landed:?}");
    assert!(delivered * 20 > *kills, "a good share falls between delivery and deletion: {landed:?}");
}

/// Returns a port that no program takes while the relay is away. The system assigns no port below 32,768 by itself
/// (`ip_local_port_range`).
fn free_port(dice: &mut StdRng) -> u16 {
    loop {
        let port = dice.random_range(20_000..30_000);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
