//! Four people who talk all the time, each in a thread with a phone in memory, and the record of what they say.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use pillarbox_client::net::{now, sync};
use pillarbox_client::{BodyId, Habits, NewAccount, Notice, PaddingRule, Phone, Protection, Vault};
use pillarbox_testkit::{Deliveries, PATIENCE};
use pillarbox_wire::AccountId;
use rand::rngs::StdRng;
use tokio::runtime::{Builder, Runtime};

use super::life::{Life, Owner, live};

/// The number of people. Everybody writes to two others, so that two senders meet in every mailbox.
const PEOPLE: usize = 4;

/// The number of messages that a person has in transit at once.
const WINDOW: usize = 8;

/// The speaker and the recipient, by number.
pub(crate) type Way = (usize, usize);

/// The record of what everybody has sent and seen.
#[derive(Default)]
pub(crate) struct Account {
    pub(crate) ways: HashMap<Way, Deliveries>,
    /// True if nobody may send anything more.
    hushed: bool,
}

/// The four people, their threads and their record.
pub(crate) struct Crowd {
    account: Arc<Mutex<Account>>,
    people: Vec<(Sender<()>, JoinHandle<Phone>)>,
    lives: Receiver<Life>,
    accepted: Receiver<()>,
    ids: Vec<AccountId>,
}

/// One of the four people.
struct Person {
    own: usize,
    /// The two people to whom this one writes. The first is next.
    correspondents: [usize; 2],
    turn: usize,
    number: usize,
    ids: Vec<AccountId>,
    texts: HashMap<BodyId, (usize, String)>,
    account: Arc<Mutex<Account>>,
    told: Sender<()>,
}

pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Creates a phone in memory with an account at the relay.
pub(crate) fn registered(relay: &str, name: &str) -> Phone {
    let new = NewAccount {
        relay: relay.parse().unwrap(),
        handle: None,
        name: name.to_owned(),
        protection: Protection::EndToEnd,
        padding: PaddingRule::Padme,
        habits: Habits::default(),
    };
    let mut rng = rand::rng();
    let mut phone = Phone::create_in(Vault::in_memory(&mut rng).unwrap(), new, now(), &mut rng).unwrap();
    visit(&mut phone);
    phone
}

/// Sends and fetches everything that waits.
pub(crate) fn visit(phone: &mut Phone) -> Vec<Notice> {
    let mut rng: StdRng = rand::make_rng();
    runtime().block_on(sync(phone, PATIENCE, &mut rng)).unwrap()
}

impl Crowd {
    /// Creates their accounts at the relay, and has them wait for its next start.
    pub(crate) fn gather(relay: &str) -> Self {
        let mut phones: Vec<Phone> =
            (0..PEOPLE).map(|own| registered(relay, &format!("person {own}"))).collect();
        let links: Vec<_> = phones.iter().map(|phone| phone.invitation().unwrap()).collect();
        let ids: Vec<_> = links.iter().map(|link| link.account).collect();
        let account = Arc::<Mutex<Account>>::default();
        let ((told, accepted), (ended, lives)) = (channel(), channel());
        let mut people = Vec::new();
        for (own, mut phone) in phones.drain(..).enumerate() {
            for (_, link) in links.iter().enumerate().filter(|(other, _)| *other != own) {
                phone.add_invited(link, None, now(), &mut rand::rng()).unwrap();
            }
            let correspondents = [1, 2].map(|step| (own + step) % PEOPLE);
            let mut person = Person {
                own,
                correspondents,
                turn: 0,
                number: 0,
                ids: ids.clone(),
                texts: HashMap::new(),
                account: Arc::clone(&account),
                told: told.clone(),
            };
            let (go, relay_is_up) = channel();
            let ended = ended.clone();
            let thread = thread::spawn(move || {
                let (runtime, mut rng) = (runtime(), rand::make_rng());
                while relay_is_up.recv().is_ok() {
                    let life = runtime.block_on(live(&mut phone, &mut person, &mut rng));
                    ended.send(life).unwrap();
                }
                phone
            });
            people.push((go, thread));
        }
        Self { account, people, lives, accepted, ids }
    }

    /// Tells everybody that the relay is running.
    pub(crate) fn go(&self) {
        self.people.iter().for_each(|(go, _)| go.send(()).unwrap());
    }

    /// Waits until the relay has accepted `count` messages.
    pub(crate) fn wait_for_accepted(&self, count: usize) {
        (0..count).for_each(|_| self.accepted.recv_timeout(PATIENCE).unwrap());
    }

    /// Returns the fate of everybody's frames. Call it once after each [`go`](Self::go), when the relay has ended.
    pub(crate) fn lives(&self) -> Vec<Life> {
        let lives = self.people.iter().map(|_| self.lives.recv_timeout(PATIENCE).unwrap()).collect();
        self.accepted.try_iter().for_each(drop);
        lives
    }

    /// Stops everybody from speaking, and waits until everything that was said has been accepted and shown.
    pub(crate) fn hush(&self) {
        self.account.lock().unwrap().hushed = true;
        let until = Instant::now() + PATIENCE;
        let is_heard = |said: &Deliveries| said.counts()[1..].iter().all(|count| *count >= said.counts()[0]);
        while !self.account.lock().unwrap().ways.values().all(is_heard) {
            assert!(Instant::now() < until, "{:?}", self.counts());
            thread::yield_now();
        }
    }

    /// Returns the total numbers of texts sent, accepted and shown.
    pub(crate) fn counts(&self) -> [usize; 3] {
        let account = self.account.lock().unwrap();
        let sum = |at: usize| account.ways.values().map(|said| said.counts()[at]).sum();
        [sum(0), sum(1), sum(2)]
    }

    /// Ends all threads. Returns what was said and, for each direction, the texts that the recipient's phone has kept.
    pub(crate) fn part(self) -> (HashMap<Way, Deliveries>, HashMap<Way, Vec<String>>) {
        let Self { account, people, ids, .. } = self;
        let threads: Vec<_> = people.into_iter().map(|(_, thread)| thread).collect();
        let phones: Vec<Phone> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        let mut kept = HashMap::new();
        for (to, phone) in phones.iter().enumerate() {
            for (from, id) in ids.iter().enumerate().filter(|(from, _)| *from != to) {
                let history = phone.history(*id).unwrap();
                let received = history.iter().filter(|entry| entry.is_received());
                kept.insert((from, to), received.map(|entry| entry.text().unwrap().to_owned()).collect());
            }
        }
        let ways = std::mem::take(&mut account.lock().unwrap().ways);
        (ways, kept)
    }
}

impl Person {
    fn who(&self, id: AccountId) -> usize {
        self.ids.iter().position(|other| *other == id).unwrap()
    }
}

impl Owner for Person {
    fn speak(&mut self, phone: &mut Phone, rng: &mut StdRng) {
        while phone.unsent() < WINDOW {
            let mut account = self.account.lock().unwrap();
            if account.hushed {
                return;
            }
            let to = self.correspondents[self.turn % self.correspondents.len()];
            let text = format!("{} to {to}: {}", self.own, self.number);
            (self.turn, self.number) = (self.turn + 1, self.number + 1);
            account.ways.entry((self.own, to)).or_default().say(&text);
            let id = phone.queue_text(self.ids[to], &text, now(), rng).unwrap();
            self.texts.insert(id, (to, text));
        }
    }

    fn hear(&mut self, notice: &Notice) {
        let mut account = self.account.lock().unwrap();
        match notice {
            Notice::Accepted { message, .. } | Notice::Delivered { message, .. } => {
                let (to, text) = &self.texts[message];
                account.ways.entry((self.own, *to)).or_default().accept(text);
            }
            Notice::Received { contact, entry } => {
                let way = (self.who(*contact), self.own);
                account.ways.entry(way).or_default().show(entry.text().unwrap());
            }
            Notice::Connected { .. } => {}
            other => panic!("nothing else happens to whoever only talks: {other:?}"),
        }
    }

    fn accepted(&mut self) {
        // If the receiver is dropped, the test is over.
        self.told.send(()).unwrap_or_default();
    }
}
