//! One design's world while the conversation continues: its relay's view of each text, the data that it keeps, and
//! the effect of its keys.

use std::collections::{BTreeMap, BTreeSet};

use pillarbox_access::RelayHoldings;
use pillarbox_access::design::Design;
use pillarbox_access::evidence::hexadecimal;
use pillarbox_access::reading::{self, Attempts};
use pillarbox_access::view::OperatorTap;
use pillarbox_lab::metadata::Source;
use pillarbox_lab::metadata::source::world::Follower;
use pillarbox_lab::record::{Fate, Kind, Line, sha256, starts};
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::world::{Site, World, WorldError};
use pillarbox_wire::AccountId;

use crate::error::StageError;
use crate::keys::{self, Held, KeyShelf};
use crate::timeline::Timeline;

/// One design's world on the stage.
pub(crate) struct Live {
    pub(crate) design: &'static Design,
    timeline: Timeline,
    /// Texts, by the index of their events in the story.
    passages: BTreeMap<usize, Passage>,
    /// Texts that the relay can read.
    reads: usize,
    known: Known,
    shelf: KeyShelf,
    follower: Follower,
    /// The traffic at the relay and the rows that it keeps, as traces.
    source: Source,
    /// The number of lines of the record that are learnt already.
    told: usize,
    /// The number of messages of the relay's tap that have been examined already.
    seen: usize,
}

/// Facts that the record has reported so far.
#[derive(Debug, Default)]
struct Known {
    names: BTreeMap<AccountId, String>,
    /// The event that caused a payload, by the payload's digest.
    events: BTreeMap<String, usize>,
    /// The fate of a payload's row, by the payload's digest.
    rows: BTreeMap<String, Row>,
    /// Events whose text a person's phone has shown.
    received: BTreeSet<(usize, String)>,
}

impl Known {
    /// Reads a line. It adds to `news` what a phone has shown and what happened to a row.
    fn learn(&mut self, line: &Line, holdings: &RelayHoldings, news: &mut News) {
        match (&line.kind, line.event) {
            (Kind::Frame { payload_sha256: Some(digest), .. }, Some(event)) => {
                self.events.entry(digest.clone()).or_insert(event);
            }
            (Kind::Account { who, account, .. }, _) => {
                let row = holdings.rows().accounts.iter().find(|row| row.account.to_string() == *account);
                self.names.extend(row.map(|row| (row.account, who.clone())));
            }
            (Kind::Notice { who, notice, .. }, Some(event)) if notice == "received" => {
                self.received.insert((event, who.clone()));
                news.events.insert(event);
            }
            (Kind::Row { payload_sha256, became, why, .. }, _) => {
                let row = match became {
                    Fate::Kept => Row::Kept { is_delivered: false },
                    Fate::Delivered => Row::Kept { is_delivered: true },
                    Fate::Gone => Row::Gone(why.unwrap_or_default()),
                };
                self.rows.insert(payload_sha256.clone(), row);
                news.rows.push(payload_sha256.clone());
            }
            _ => {}
        }
    }
}

/// The changes since the last look.
#[derive(Debug, Default)]
struct News {
    /// Events of the story whose texts passed or were shown, or whose rows have changed.
    events: BTreeSet<usize>,
    /// Rows with a new fate, by the digests of their payloads.
    rows: Vec<String>,
}

/// One text as its relay saw it.
#[derive(Clone, Debug)]
pub(crate) struct Passage {
    /// The sender, if the relay saw one.
    pub(crate) from: Option<String>,
    /// The recipient, if the relay saw one.
    pub(crate) to: Option<String>,
    /// The payload's length in bytes.
    pub(crate) bytes: usize,
    /// The payload's first bytes.
    pub(crate) starts: String,
    /// The words, if the relay can read them with what it has.
    pub(crate) says: Option<String>,
    /// The row, as recorded.
    pub(crate) row: Row,
    /// The number of receipts: messages that phones sent by themselves because of the text.
    pub(crate) receipts: usize,
    payload: Vec<u8>,
    digest: String,
}

/// The row of a message at the relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// The relay never kept a row.
    None,
    /// The row exists.
    Kept {
        /// True if its phone has the message already.
        is_delivered: bool,
    },
    /// The row is deleted, for this reason.
    Gone(&'static str),
}

/// The results of trying a relay's keys on a payload.
#[derive(Clone, Debug)]
pub(crate) struct Tried {
    /// The number of tried values that are private keys of the relay, and the number of other tried values.
    pub(crate) keys: (usize, usize),
    /// The results.
    pub(crate) attempts: Attempts,
    /// The tried values, in the order in which they are tried.
    pub(crate) held: Vec<Held>,
    /// The payload, in hexadecimal.
    pub(crate) bytes: String,
}

impl Live {
    /// Creates a world of the story up to its last event. All traffic at its relay is observed.
    pub(crate) fn begin(design: &'static Design, story: &Scenario, texts: usize) -> Result<Self, StageError> {
        let mut timeline = Timeline::begin(design, story)?;
        timeline.world_mut().watch()?;
        let mut live = Self {
            design,
            timeline,
            passages: BTreeMap::new(),
            reads: 0,
            known: Known::default(),
            shelf: KeyShelf::default(),
            follower: Follower::new(&design.title),
            source: Source::default(),
            told: 0,
            seen: 0,
        };
        live.go_on(story, texts)?;
        Ok(live)
    }

    /// Returns the design's name, and a line about it.
    pub(crate) const fn titled(&self) -> (&'static str, &'static str) {
        (self.design.title.as_str(), self.design.plain.as_str())
    }

    /// Returns the conversation from which demands branch off.
    pub(crate) const fn timeline(&mut self) -> &mut Timeline {
        &mut self.timeline
    }

    /// Returns the relay, and the traffic at it.
    pub(crate) fn relay(&self) -> Option<(&Site, &OperatorTap)> {
        watched(self.timeline.world())
    }

    /// Continues until `texts` texts of the story have happened.
    pub(crate) fn go_on(&mut self, story: &Scenario, texts: usize) -> Result<BTreeSet<usize>, StageError> {
        self.timeline.go_on(story, texts, &mut { usize::MAX })?;
        let world = self.timeline.world();
        let mut news = News::default();
        let Some((site, watched)) = watched(world) else { return Ok(news.events) };
        let holdings = site.holdings()?;
        let lines = world.record().lines();
        for line in lines.iter().skip(self.told) {
            self.known.learn(line, &holdings, &mut news);
        }
        self.told = lines.len();
        for message in watched.messages().skip(self.seen) {
            self.seen += 1;
            let digest = sha256(&message.payload);
            let Some(event) = self.known.events.get(&digest) else { continue };
            news.events.insert(*event);
            // The first message that an event causes is the text. Phones send the rest by themselves.
            if let Some(passage) = self.passages.get_mut(event) {
                passage.receipts += 1;
                continue;
            }
            let name = |account: Option<AccountId>| self.known.names.get(&account?).cloned();
            let says = reading::read_with_private_keys(&message.payload, &holdings).text;
            self.reads += usize::from(says.is_some());
            let passage = Passage {
                from: name(message.from),
                to: name(message.to),
                bytes: message.payload.len(),
                starts: starts(&message.payload),
                says,
                row: Row::None,
                receipts: 0,
                payload: message.payload.clone(),
                digest,
            };
            self.passages.insert(*event, passage);
        }
        for digest in news.rows {
            let Some(event) = self.known.events.get(&digest) else { continue };
            let Some(passage) = self.passages.get_mut(event) else { continue };
            // An event can also have rows of receipts. They are left out here.
            if let Some(row) = self.known.rows.get(&digest).filter(|_| passage.digest == digest) {
                passage.row = row.clone();
                news.events.insert(*event);
            }
        }
        self.source = self.follower.read(world)?;
        self.shelf = KeyShelf::of(world, &holdings, (self.reads, self.passages.len()))?;
        Ok(news.events)
    }

    /// Returns the text of an event, as the relay saw it.
    pub(crate) fn passage(&self, event: usize) -> Option<&Passage> {
        self.passages.get(&event)
    }

    /// Returns true if the phone of the person with this name shows the text that an event is about.
    pub(crate) fn shows(&self, name: &str, event: usize) -> bool {
        self.known.received.contains(&(event, name.to_owned()))
    }

    /// Returns the traffic at the relay and the rows that it keeps, as traces.
    pub(crate) const fn source(&self) -> &Source {
        &self.source
    }

    /// Tries everything that the relay's operator has on a text, or one key alone, by its index.
    pub(crate) fn try_keys(&self, event: usize, key: Option<usize>) -> Result<Option<Tried>, WorldError> {
        let Some(passage) = self.passage(event) else { return Ok(None) };
        let Some((site, _)) = self.relay() else { return Ok(None) };
        let holdings = site.holdings()?;
        let private = holdings.keys().iter().filter(|key| key.is_private).count();
        let attempts = match key {
            Some(key) => reading::read_with_one(&passage.payload, &holdings, key),
            None => Some(reading::read(&passage.payload, &holdings)),
        };
        let Some(attempts) = attempts else { return Ok(None) };
        Ok(Some(Tried {
            keys: (private, holdings.keys().len() - private),
            attempts,
            held: keys::held(&holdings, &self.known.names),
            bytes: hexadecimal(&passage.payload),
        }))
    }

    /// Returns the keys of this world by holder.
    pub(crate) const fn shelf(&self) -> &KeyShelf {
        &self.shelf
    }
}

/// Returns the relay of a world that is watched, and the traffic at it.
fn watched(world: &World) -> Option<(&Site, &OperatorTap)> {
    world.sites().iter().find_map(|site| Some((site, site.watched()?)))
}
