//! A soak test. Three people talk through the real programs, under limits that throttle them, while relay and phones
//! are killed and stopped at random moments. In the end nothing may be lost, doubled or reordered.
//!
//! Run it with `cargo run --release -p pillarbox-tests --example soak -- SECONDS [SEED]`. It lasts ten minutes by
//! default, and ends with 0 if all is well.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a soak fails by panicking"
)]

#[expect(dead_code, reason = "the loops of kills use more of it")]
#[path = "../tests/system_kills/phones.rs"]
mod phones;

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use pillarbox_testkit::program::{Ended, Phone, Place, Relay};
use pillarbox_testkit::{Deliveries, Wrong};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;

/// The default duration in seconds.
const LASTS: u64 = 600;

/// The people. Each talks with both others.
const PEOPLE: [&str; 3] = ["Alice", "Bob", "Carol"];

/// Limits that these fast typists reach all the time: a burst, and then twenty messages a second for everybody at
/// one address.
const LIMITS: &str =
    r#"{"sealed_submissions":{"burst":30,"every":50},"submissions":{"burst":30,"every":50}}"#;

/// The number of texts that may wait on a phone before its owner pauses.
const MOST_WAITING: u64 = 300;

/// The largest number of lines that somebody types in one chat.
const MOST_LINES: usize = 60;

/// The longest life of a chat after its last line was typed.
const CHAT: Duration = Duration::from_secs(3);

/// The longest time from one fault of the relay to the next.
const QUIET: Duration = Duration::from_secs(8);

/// The longest time for which the relay is stopped with SIGSTOP. Some stops are shorter than the patience of a phone,
/// and some are longer.
const STOPPED: Duration = Duration::from_secs(20);

/// The time after the last fault without any progress, after which a waiting message is given up. The limits let twenty
/// messages a second pass.
const STUCK: Duration = Duration::from_secs(60);

/// The number of quiet rounds in a row after which nothing more is in transit. A message that did not open is
/// requested in one round, sent again in the next and read in the third. A request that does not open itself takes
/// two rounds more.
const QUIET_ROUNDS: usize = 6;

/// The speaker and the recipient, as places in the list of people.
type Way = (usize, usize);

/// The record of one person's acts.
#[derive(Default)]
struct Diary {
    /// The texts sent to each of the others.
    said: BTreeMap<usize, Deliveries>,
    chats: u32,
    kills: u32,
    inboxes: u32,
    /// The phone's warnings, with the number of occurrences of each.
    warnings: BTreeMap<String, u32>,
}

/// The faults that the relay suffered.
#[derive(Debug, Default)]
struct Faults {
    kills: u32,
    stops: u32,
}

fn main() -> ExitCode {
    let numbers: Result<Vec<u64>, _> = std::env::args().skip(1).map(|argument| argument.parse()).collect();
    let (lasts, seed) = match numbers.as_deref() {
        Ok([]) => (LASTS, rand::rng().random()),
        Ok(&[lasts]) => (lasts, rand::rng().random()),
        Ok(&[lasts, seed]) => (lasts, seed),
        _ => {
            eprintln!("soak [SECONDS [SEED]], both whole numbers");
            return ExitCode::FAILURE;
        }
    };
    let lasts = Duration::from_secs(lasts);
    println!("A soak of {} s under {LIMITS}, seed {seed}.", lasts.as_secs());

    let place = Place::new();
    fs::write(place.path("limits"), LIMITS).unwrap();
    let limits = place.path("limits");
    let options = ["--limits", limits.to_str().unwrap()];
    let relay = Relay::listen_with(&place, &place.path("relay"), "127.0.0.1:0", &options);
    PEOPLE.into_iter().for_each(|name| phones::profile(&place, &relay, name));
    let people = PEOPLE.map(|name| place.phone(name));
    for (one, other) in pairs() {
        people[one].add(&people[other]);
    }

    let until = Instant::now() + lasts;
    let (diaries, relay, faults) = thread::scope(|scope| {
        let talking: Vec<_> = (0..PEOPLE.len())
            .map(|own| {
                let (people, dice) = (&people, StdRng::seed_from_u64(seed ^ (own as u64 + 1)));
                scope.spawn(move || talk(people, own, until, dice))
            })
            .collect();
        let (relay, faults) = trouble(&place, relay, until, StdRng::seed_from_u64(seed));
        let diaries: Vec<Diary> = talking.into_iter().map(|one| one.join().unwrap()).collect();
        (diaries, relay, faults)
    });
    let rounds = calm(&people);
    drop(relay);
    report(&people, &diaries, &faults, rounds)
}

fn pairs() -> impl Iterator<Item = Way> {
    let all = 0..PEOPLE.len();
    all.clone()
        .flat_map(move |one| all.clone().map(move |other| (one, other)))
        .filter(|(one, other)| one != other)
}

/// Acts for one person until the time is over: opens a chat, types, and may be interrupted, or reads the inbox.
fn talk(people: &[Phone; PEOPLE.len()], own: usize, until: Instant, mut dice: StdRng) -> Diary {
    let (me, mut diary, mut number) = (&people[own], Diary::default(), 0);
    while Instant::now() < until {
        if dice.random_ratio(1, 6) {
            let inbox = me.start(&["inbox", "--json"]);
            thread::sleep(dice.random_range(Duration::ZERO..CHAT));
            diary.warned(&inbox.kill());
            diary.inboxes += 1;
            continue;
        }
        let other = (own + dice.random_range(1..PEOPLE.len())) % PEOPLE.len();
        let said = diary.said.entry(other).or_default();
        let mut chat = me.start(&["chat", PEOPLE[other]]);
        // A person who types faster than the limits allow for ten minutes would need ten more minutes to send
        // everything.
        let lines = if waiting(me) > MOST_WAITING { 0 } else { dice.random_range(1..=MOST_LINES) };
        for _ in 0..lines {
            let text = format!("{} to {}: {number}", PEOPLE[own], PEOPLE[other]);
            number += 1;
            said.say(&text);
            chat.feed(&format!("{text}\n"));
        }
        thread::sleep(dice.random_range(Duration::ZERO..CHAT));
        let killed = dice.random_ratio(2, 3);
        // After its input has ended, a chat still sends the messages that the limits held back.
        let ended = if killed { chat.kill() } else { chat.finish_its_work() };
        diary.chats += 1;
        diary.kills += u32::from(killed);
        stored(&ended).for_each(|text| said.accept(text));
        diary.warned(&ended);
    }
    diary
}

/// Returns the number of messages that wait on a phone, if it reports one. A phone that was just killed may still
/// hold its profile.
fn waiting(phone: &Phone) -> u64 {
    let shown = phone.run(&["account", "show", "--json"]);
    if shown.status.success() { shown.json()["waiting"].as_u64().unwrap() } else { 0 }
}

impl Diary {
    fn warned(&mut self, ended: &Ended) {
        for warning in ended.err.lines().filter_map(|line| line.strip_prefix("Warning: ")) {
            *self.warnings.entry(warning.to_owned()).or_default() += 1;
        }
    }
}

/// Returns the texts that a `chat` had stored, which it repeats once they are stored. These texts must arrive.
fn stored(chat: &Ended) -> impl Iterator<Item = &str> {
    let whole = chat.out.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    whole.filter_map(|line| line.strip_prefix("You, ")?.split_once(": ")).map(|(_, text)| text)
}

/// Kills and stops the relay at random moments until the time is over.
fn trouble(place: &Place, relay: Relay, until: Instant, mut dice: StdRng) -> (Relay, Faults) {
    let (mut relay, mut faults) = (relay, Faults::default());
    loop {
        let left = until.saturating_duration_since(Instant::now());
        thread::sleep(dice.random_range(Duration::ZERO..QUIET).min(left));
        if Instant::now() >= until {
            return (relay, faults);
        }
        if dice.random_ratio(1, 6) {
            relay.signal("STOP");
            thread::sleep(dice.random_range(Duration::ZERO..STOPPED).min(left));
            relay.signal("CONT");
            faults.stops += 1;
        } else {
            relay = relay.kill().start_again(place);
            faults.kills += 1;
        }
    }
}

/// Waits until everything has arrived while nobody speaks and nothing fails. Every `inbox` ends well, or ends with
/// 1 and says that something is left to do. It stops after [`QUIET_ROUNDS`] in which nothing arrived, waited or was
/// missing, and returns the number of rounds.
///
/// A round counts as quiet only if nothing waited when it began. Otherwise a message that somebody sends in it may be
/// for a person who has already had a turn.
fn calm(people: &[Phone]) -> usize {
    let mut waiting: u64 = people.iter().map(Phone::waiting).sum();
    let (mut rounds, mut quiet, mut least, mut moved) = (0, 0, waiting, Instant::now());
    while quiet < QUIET_ROUNDS {
        rounds += 1;
        let waited = waiting > 0;
        let (mut came, mut is_done) = (0, true);
        for phone in people {
            let ended = phone.run(&["inbox", "--json"]);
            assert!(matches!(ended.status.code(), Some(0 | 1)), "{ended:?}");
            is_done &= ended.status.success();
            came += ended.json_lines().len();
        }
        waiting = people.iter().map(Phone::waiting).sum();
        let rests = came == 0 && !waited && waiting == 0 && is_done;
        quiet = if rests { quiet + 1 } else { 0 };
        if rests || came > 0 || waiting < least {
            moved = Instant::now();
        }
        least = waiting;
        assert!(moved.elapsed() < STUCK, "{waiting} messages still wait to go, and nothing moves");
    }
    rounds
}

/// Compares what everybody sent with what everybody has.
fn report(people: &[Phone], diaries: &[Diary], faults: &Faults, rounds: usize) -> ExitCode {
    let (mut counts, mut wrongs) = ([0; 3], Vec::new());
    for (from, to) in pairs() {
        let mut said = diaries[from].said.get(&to).cloned().unwrap_or_default();
        let kept = people[to].run(&["history", PEOPLE[from], "--json"]).expect(0).json_lines();
        kept.iter().filter_map(received).for_each(|text| said.show(text));
        counts.iter_mut().zip(said.counts()).for_each(|(sum, count)| *sum += count);
        let found = said.wrongs();
        if found.iter().any(|wrong| matches!(wrong, Wrong::Lost(_))) {
            let own = people[from].run(&["history", PEOPLE[to], "--json"]).expect(0).json_lines();
            for lost in
                found.iter().filter_map(|wrong| if let Wrong::Lost(text) = wrong { Some(text) } else { None })
            {
                let entry = own.iter().find(|entry| entry["text"] == *lost);
                println!(
                    "{lost}: its sender's phone has {}",
                    entry.map_or("nothing".into(), Value::to_string)
                );
            }
        }
        wrongs.extend(found);
    }
    let of = |which: fn(&Wrong) -> bool| wrongs.iter().filter(|wrong| which(wrong)).count();
    let sum = |of: fn(&Diary) -> u32| diaries.iter().map(of).sum::<u32>();
    let [typed, stored, kept] = counts;
    println!(
        "{typed} lines typed in {} chats, {stored} of them stored, {kept} received. Kills: relay {}, chats {}, inboxes {}; \
         the relay was stopped {} times. After that {rounds} rounds of inbox.\n\
         Lost {}, doubled {}, reordered {}, made up {}.",
        sum(|diary| diary.chats),
        faults.kills,
        sum(|diary| diary.kills),
        sum(|diary| diary.inboxes),
        faults.stops,
        of(|wrong| matches!(wrong, Wrong::Lost(_))),
        of(|wrong| matches!(wrong, Wrong::Doubled(_))),
        of(|wrong| matches!(wrong, Wrong::Swapped(_))),
        of(|wrong| matches!(wrong, Wrong::Unsaid(_))),
    );
    wrongs.iter().take(20).for_each(|wrong| println!("{wrong:?}"));
    for (name, diary) in PEOPLE.iter().zip(diaries) {
        diary.warnings.iter().for_each(|(warning, times)| println!("{name}, {times} times: {warning}"));
    }
    if wrongs.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Returns the text of a received entry.
fn received(entry: &Value) -> Option<&str> {
    entry["state"].is_null().then(|| entry["text"].as_str())?
}
