//! Kills the program on two phones again and again at random moments: one while it sends, the other while it receives,
//! shows and acknowledges, and both while they upload keys.
#![allow(clippy::print_stdout, reason = "the counts are for whoever reads the log")]

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use pillarbox_client::Notice;
use pillarbox_client::net::now;
use pillarbox_testkit::Deliveries;
use pillarbox_testkit::program::{Ended, Phone, Place, Relay, Stream};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rusqlite::Connection;
use serde_json::Value;

use super::crowd::{registered, visit};
use super::phones::alice_and_bob;

/// The number of lines that the sender types in each of its lives.
const LINES: usize = 3;

/// The number of rounds after which the relay has no one-time keys left, so that both phones generate and upload
/// new ones.
const DRY: u32 = 5;

/// The number of one-time prekeys of each kind that a phone keeps at the relay.
const STOCK: i64 = 100;

/// The number of strangers who write in the end, each with keys that were uploaded between kills.
const STRANGERS: usize = 3;

/// The one-time prekeys at the relay, as part of a query.
const ONE_TIME: &str = "prekeys WHERE kind LIKE 'one-time%'";

/// The counts of the states in which kills landed.
#[derive(Debug, Default)]
struct Landed {
    kills: u32,
    /// The sender had not yet stored what was typed.
    typing: u32,
    /// The sender had stored texts, and the relay had not accepted all of them.
    sending: u32,
    /// The relay had accepted everything that the sender stored.
    sent: u32,
    /// A message to one of the two waited at the relay.
    receiving: u32,
    /// A text had been printed and not yet marked as shown, so it was printed again.
    showing: u32,
    /// A phone had not yet uploaded its keys to the relay.
    uploading: u32,
}

/// The texts that the recipient's program has printed, life by life.
#[derive(Default)]
struct Printed {
    said: Deliveries,
    /// The last text of a life that was killed.
    unmarked: Option<String>,
    repeated: u32,
}

impl Printed {
    /// Processes the output of one life of the program. A text is marked as shown right after it was printed. If
    /// the program is killed in between, the next life prints this text again and no other.
    fn life(&mut self, out: &str, killed: bool) {
        let whole = out.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let texts: Vec<String> = whole
            .map(|line| serde_json::from_str(line).unwrap())
            .filter_map(|line: Value| text(&line))
            .collect();
        let again = texts.first().is_some_and(|first| self.unmarked.as_ref() == Some(first));
        self.repeated += u32::from(again);
        texts.iter().skip(usize::from(again)).for_each(|text| self.said.show(text));
        if let Some(last) = texts.last() {
            self.unmarked = killed.then(|| last.clone());
        }
    }
}

/// Kills phones `kills` times, and checks everything that was sent meanwhile.
pub(crate) fn check(kills: u32) {
    let place = Place::new();
    let relay = place.relay();
    let (alice, bob) = alice_and_bob(&place, &relay);
    let seed: u64 = rand::rng().random();
    let mut dice = StdRng::seed_from_u64(seed);
    let mut landed = Landed::default();
    let mut printed = Printed::default();
    // Some lives are long enough to do everything, and most are not.
    let whole = 2 * life_time(&alice, &bob, &mut printed);

    let mut number = 0;
    while landed.kills < kills {
        let dry = (landed.kills / 2).is_multiple_of(DRY);
        if dry {
            use_up_keys(relay.data());
        }
        let mut lines = Vec::new();
        for _ in 0..LINES {
            number += 1;
            lines.push(format!("line {number}"));
        }
        let mut follow = bob.start(&["inbox", "--follow", "--json"]);
        let mut chat = alice.start(&["chat", "Bob"]);
        for line in &lines {
            printed.said.say(line);
            chat.feed(&format!("{line}\n"));
        }
        // The kills must land at random moments, so the test waits for nothing after the events that are certain.
        let mut pause = |most: Duration| thread::sleep(dice.random_range(Duration::ZERO..most));
        let (sender, recipient) = match landed.kills / 2 % 4 {
            0 => {
                pause(whole);
                let sender = chat.kill();
                pause(whole);
                (sender, follow.kill())
            }
            1 => {
                pause(whole);
                let recipient = follow.kill();
                pause(whole);
                (chat.kill(), recipient)
            }
            2 => {
                for line in &lines[..dice.random_range(1..=LINES)] {
                    chat.wait_for(Stream::Out, |out| out.ends_with(line));
                }
                (chat.kill(), follow.kill())
            }
            _ => {
                (0..dice.random_range(1..=LINES)).for_each(|_| drop(follow.wait_for(Stream::Out, |_| true)));
                let recipient = follow.kill();
                (chat.kill(), recipient)
            }
        };
        landed.kills += 2;
        let (stored, accepted) = (stored(&sender), sender.err.matches(": sent.\n").count());
        stored.iter().for_each(|text| printed.said.accept(text));
        printed.life(&recipient.out, true);
        landed.typing += u32::from(stored.is_empty());
        landed.sending += u32::from(accepted < stored.len());
        landed.sent += u32::from(!stored.is_empty() && accepted == stored.len());
        landed.receiving += u32::from(count(relay.data(), "messages") > 0);
        landed.uploading += u32::from(dry && count(relay.data(), ONE_TIME) < 4 * STOCK);
    }

    // Every profile opens, and every waiting message is sent and received.
    drop(alice.run(&["inbox"]).expect(0));
    printed.life(&bob.run(&["inbox", "--json"]).expect(0).out, false);
    landed.showing = printed.repeated;
    assert_eq!(printed.said.wrongs(), [], "seed {seed}");
    assert_eq!((alice.waiting(), bob.inbox()), (0, Vec::new()));
    let kept: Vec<_> = history(&bob, "Alice").iter().filter_map(text).collect();
    assert_eq!(kept, printed.said.shown(), "what was shown is what is kept (seed {seed})");
    drop(alice.run(&["inbox"]).expect(0));
    let states: Vec<_> = history(&alice, "Bob").iter().map(|said| said["state"].clone()).collect();
    assert!(states.iter().all(|state| state == "delivered"), "{states:?} (seed {seed})");
    assert_eq!(states.len(), kept.len(), "what one phone sent, the other has (seed {seed})");
    keys_are_good(&relay, &bob);
    tell(&landed, &printed.said);
}

/// Prints where the kills landed, and asserts that they landed in the critical states.
fn tell(landed: &Landed, said: &Deliveries) {
    let Landed { kills, typing, sending, sent, receiving, showing, uploading } = landed;
    let [said, _, shown] = said.counts();
    println!(
        "{kills} kills of the program on a phone, {said} lines typed, {shown} of them stored and shown: none lost, none \
         twice, all in order.\nThe sender killed before it stored anything {typing}; with texts stored and not all \
         accepted {sending}; with all accepted {sent}.\nMessages left for the recipient {receiving}; a text printed \
         and not marked {showing}; keys not uploaded {uploading}."
    );
    assert!(sending * 20 > *kills, "a good share of kills falls while it sends: {landed:?}");
    assert!(receiving * 20 > *kills, "a good share of kills falls while it receives: {landed:?}");
    assert!(*uploading > 0, "some kills fall before keys are uploaded: {landed:?}");
}

/// Measures the time that the two phones need, from start to the last receipt, when nobody kills them.
fn life_time(alice: &Phone, bob: &Phone, printed: &mut Printed) -> Duration {
    let start = Instant::now();
    let follow = bob.start(&["inbox", "--follow", "--json"]);
    let mut chat = alice.start(&["chat", "Bob"]);
    for line in ["a", "b", "c"] {
        printed.said.say(line);
        printed.said.accept(line);
        chat.feed(&format!("{line}\n"));
    }
    chat.wait_for(Stream::Err, |line| line.contains("Message 3: delivered."));
    let whole = start.elapsed();
    drop(chat.finish().expect(0));
    follow.signal("INT");
    printed.life(&follow.finish().expect(130).out, false);
    whole
}

/// Returns the texts that a killed `chat` had stored, which it repeats once they are stored.
fn stored(sender: &Ended) -> Vec<String> {
    let whole = sender.out.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    whole
        .filter_map(|line| line.strip_prefix("You, ")?.split_once(": "))
        .map(|(_, text)| text.to_owned())
        .collect()
}

/// Counts rows of the relay's file.
fn count(data: &Path, of: &str) -> i64 {
    let file = Connection::open(data.join("relay.sqlite3")).unwrap();
    file.query_row(&format!("SELECT count(*) FROM {of}"), [], |row| row.get(0)).unwrap()
}

/// Uses up everybody's stock at the relay, as many first messages would.
fn use_up_keys(data: &Path) {
    let file = Connection::open(data.join("relay.sqlite3")).unwrap();
    file.busy_timeout(pillarbox_testkit::PATIENCE).unwrap();
    file.execute(&format!("DELETE FROM {ONE_TIME}"), []).unwrap();
}

/// Checks that strangers who use keys which a killed program uploaded are understood.
fn keys_are_good(relay: &Relay, bob: &Phone) {
    assert_eq!(count(relay.data(), ONE_TIME), 4 * STOCK, "two phones, two kinds");
    let invitation = bob.invitation().parse().unwrap();
    let mut strangers: Vec<_> = (0..STRANGERS).map(|_| registered(relay.address(), "")).collect();
    let mut said = Vec::new();
    for (number, stranger) in strangers.iter_mut().enumerate() {
        let contact = stranger.add_invited(&invitation, None, now(), &mut rand::rng()).unwrap();
        said.push(format!("stranger {number}"));
        stranger.queue_text(contact.account, &said[number], now(), &mut rand::rng()).unwrap();
        let told = visit(stranger);
        assert!(told.iter().any(|notice| matches!(notice, Notice::Accepted { .. })), "{told:?}");
    }
    // The strangers have uploaded their own keys, and each has used up one of Bob's of each kind.
    let strangers = strangers.len() as i64;
    assert_eq!(count(relay.data(), ONE_TIME), 4 * STOCK + strangers * 2 * STOCK - strangers * 2);
    let mut heard = bob.inbox();
    heard.sort();
    assert_eq!(heard, said);
}

fn history(phone: &Phone, with: &str) -> Vec<Value> {
    phone.run(&["history", with, "--json"]).expect(0).json_lines()
}

fn text(message: &Value) -> Option<String> {
    message["text"].as_str().map(str::to_owned)
}
