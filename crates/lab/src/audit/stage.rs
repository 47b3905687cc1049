//! One run: a relay process and two phones under one design, a conversation, and a search of every place at each
//! moment.

use std::path::Path;

use pillarbox_access::Design;
use pillarbox_client::Link;
use pillarbox_relay::Holdings;
use pillarbox_relay::store::{DATABASE_FILE, MessageRow};
use tempfile::TempDir;

use super::error::AuditError;
use super::lengths::{Deeds, Lengths};
use super::needle::{Needle, NeedleRole, Planted};
use super::person::Person;
use super::phones;
use super::program::RelayProcess;
use super::recorder::Recording;
use super::report::{AuditRun, Measured, Moment, Part, Searched, SearchedPlace};
use super::seam::{Patch, Patched};
use super::search::Search;
use super::searched::searched;
use super::{files, memory};

/// Drama numbers (Ofcom).
pub(super) const ALICE: (&str, &str) = ("Alice", "+447700900101");
/// The person whose phone is switched off before the last text.
pub(super) const BOB: (&str, &str) = ("Bob", "+447700900102");

/// The number of texts. The last one waits in the mailbox.
const TEXTS: usize = 4;

/// The first bytes of every connection, in the clear. A recorder that does not have them has not recorded.
const MAGIC: &[u8] = b"pillarbx";

/// A line of every relay's log.
const LOG_LINE: &[u8] = b"the relay is ready";

/// A metric that every relay has.
const METRIC: &[u8] = b"pillarbox_frames_sent_total";

/// The part of the waiting message that is searched for, to show that the search looks where the message is. It starts
/// after the byte that names its kind.
const OF_MESSAGE: std::ops::Range<usize> = 1..33;

/// Plays the conversation under `design` over a process of `program`, and searches. Alice's texts go through `patch`.
///
/// # Errors
/// [`AuditError`].
pub async fn play(
    program: &Path,
    design: &Design,
    patch: Option<fn(&str) -> Patch>,
) -> Result<AuditRun, AuditError> {
    let folder = tempfile::tempdir().map_err(|error| AuditError::Folder {
        folder: std::env::temp_dir().display().to_string(),
        kind: error.kind(),
    })?;
    let data = folder.path().join("relay");
    let relay = RelayProcess::start(program, &data, &design.relay)?;
    let mut rng = rand::rng();
    let planted: Vec<Planted> = (0..TEXTS).map(|_| Planted::draw(&mut rng)).collect();
    let texts: Vec<String> = planted.iter().map(Planted::text).collect();
    let [first, second, third, last] = texts.as_slice() else {
        return Err(AuditError::WentWrong { what: "a text is missing" });
    };

    let mut alice = Person::begin(ALICE, design, &relay, folder.path()).await?;
    let mut bob = Person::begin(BOB, design, &relay, folder.path()).await?;
    alice.add(&bob)?;
    bob.add(&alice)?;
    let patched = Patched::default();
    alice.takes_back(&patched);
    bob.takes_back(&patched);
    let text_len = first.len();
    let lengths = Lengths::new(design, text_len, 1, &[ALICE.0, BOB.0]);
    let mut looker = Looker::new(needles(&planted, [&alice, &bob])?, relay, &folder, Some(lengths))?;

    for (speaker, text) in [(0, first), (1, second), (0, third)] {
        let (one, other) = if speaker == 0 { (&mut alice, &mut bob) } else { (&mut bob, &mut alice) };
        one.say_patched(text, patch.filter(|_| speaker == 0).map(|patch| patch(text))).await?;
        other.hear(text).await?;
        one.be_told().await?;
    }
    looker.look(Moment::Talking).await?;

    bob.hang_up().await;
    alice.say_patched(last, patch.map(|patch| patch(last))).await?;
    let row = waiting(&data)?;
    let of_row = row.payload.as_slice().get(OF_MESSAGE);
    looker
        .witness("the message itself", of_row.ok_or(AuditError::WentWrong { what: "an empty message" })?)?;
    looker.look(Moment::Waiting).await?;
    let message = with_message(&alice, row)?;
    let phones = phones::look(&planted, [&alice, &bob], folder.path())?;

    bob.hear(last).await?;
    alice.be_told().await?;
    alice.hang_up().await;
    bob.hang_up().await;
    looker.look(Moment::Afterwards).await?;
    looker.end(&[&alice, &bob])?;
    let Looker { lengths, mut measured, searched, .. } = looker;
    let lengths = lengths.ok_or(AuditError::WentWrong { what: "no lengths to compare with" })?;
    // Alice writes first, so Bob introduces himself in a receipt.
    let of_alice = Deeds { texts: TEXTS - 1, introducing: 0, sessions: 1 };
    lengths.measure_person(&mut measured, &alice, of_alice);
    lengths.measure_person(&mut measured, &bob, Deeds { texts: 1, introducing: 1, sessions: 0 });
    Ok(AuditRun {
        design: design.name.clone(),
        plain: design.plain.clone(),
        planted,
        relay: searched,
        message,
        phones,
        lengths: measured,
    })
}

/// Returns everything that must not be found at the relay: the texts, and the phones' identity keys.
pub(super) fn needles(planted: &[Planted], people: [&Person; 2]) -> Result<Vec<Needle>, AuditError> {
    let mut needles = phones::said(planted)?;
    for person in people {
        let identity = person.phone.invitation()?.identity;
        let keys = person.rng.identity(person.name, &identity)?;
        needles.extend(keys.ok_or(AuditError::WentWrong { what: "a phone's keys are not the drawn ones" })?);
    }
    Ok(needles)
}

/// Returns the only row that nobody has fetched.
fn waiting(data: &Path) -> Result<MessageRow, AuditError> {
    let messages = Holdings::read(data)?.messages;
    let mut undelivered = messages.into_iter().filter(|row| row.delivered_at.is_none());
    match (undelivered.next(), undelivered.next()) {
        (Some(row), None) => Ok(row),
        _ => Err(AuditError::WentWrong { what: "not exactly one message waits in the relay's database" }),
    }
}

/// Searches the relay, moment by moment.
pub(super) struct Looker<'a> {
    pub(super) needles: Vec<Needle>,
    relay: Option<RelayProcess>,
    folder: &'a TempDir,
    pub(super) searched: Vec<Searched>,
    /// The lengths of rows, for a conversation that has texts and receipts only.
    lengths: Option<Lengths>,
    measured: Measured,
}

impl<'a> Looker<'a> {
    /// Creates a search of a relay whose data are in `folder`, with a witness that every relay here has.
    pub(super) fn new(
        needles: Vec<Needle>,
        relay: RelayProcess,
        folder: &'a TempDir,
        lengths: Option<Lengths>,
    ) -> Result<Self, AuditError> {
        let (searched, measured) = (Vec::new(), Measured::default());
        let mut looker = Self { needles, relay: Some(relay), folder, searched, lengths, measured };
        looker.witness("the other's number", BOB.1.as_bytes())?;
        Ok(looker)
    }

    fn witness(&mut self, name: &str, bytes: &[u8]) -> Result<(), AuditError> {
        self.needles.push(Needle::new(NeedleRole::Witness, name, bytes)?);
        Ok(())
    }

    fn search(&self) -> Result<Search, AuditError> {
        Ok(Search::new(self.needles.clone())?)
    }

    /// Returns the same search with another witness: something that must be found.
    fn search_with(&self, name: &str, bytes: &[u8]) -> Result<Search, AuditError> {
        let own = self.needles.iter().filter(|needle| needle.role() != NeedleRole::Witness).cloned();
        let witness = Needle::new(NeedleRole::Witness, name, bytes)?;
        Ok(Search::new(own.chain([witness]).collect())?)
    }

    /// Searches a relay that runs.
    pub(super) async fn look(&mut self, moment: Moment) -> Result<(), AuditError> {
        let search = self.search()?;
        if let Some(relay) = &self.relay {
            let memory::Looked { parts, not_read, hits } = memory::search(relay.child(), &search)?;
            let metrics = relay.metrics().await?;
            let of_metrics = self.search_with("a figure's name", METRIC)?;
            let looked = searched(SearchedPlace::Memory, moment, &search, parts, hits);
            self.searched.push(Searched { not_read, ..looked });
            self.searched.push(bytes(
                SearchedPlace::Metrics,
                moment,
                &of_metrics,
                [("the answer", &*metrics)],
            ));
        }
        self.files(moment, &search)
    }

    /// Stops the relay and searches the remaining data, and the recordings from beginning to end.
    pub(super) fn end(&mut self, people: &[&Person]) -> Result<(), AuditError> {
        let relay = self.relay.take().ok_or(AuditError::NotReady)?;
        let printed = relay.stop()?;
        let search = self.search_with("the line that it is ready", LOG_LINE)?;
        self.searched.push(bytes(SearchedPlace::Log, Moment::Ended, &search, [("all lines", &*printed)]));
        let mut directions = Vec::new();
        for person in people {
            for (link, name) in [(Link::Named, "named"), (Link::Nameless, "nameless")] {
                for Recording { up, down } in person.recordings(link)? {
                    directions.push((format!("{}, {name}, to the relay", person.name), up));
                    directions.push((format!("{}, {name}, from the relay", person.name), down));
                }
            }
        }
        let search = self.search_with("what each begins with", MAGIC)?;
        let directions = directions.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        self.searched.push(bytes(SearchedPlace::Connections, Moment::Ended, &search, directions));
        let search = self.search()?;
        self.files(Moment::Ended, &search)
    }

    /// Searches the files, and compares the rows in them with their lengths.
    fn files(&mut self, moment: Moment, search: &Search) -> Result<(), AuditError> {
        if let Some(lengths) = &self.lengths {
            let holdings = Holdings::read(&self.folder.path().join("relay"))?;
            lengths.rows(&mut self.measured, &holdings, moment.name());
        }
        let mut looked: Vec<Searched> = [
            SearchedPlace::Database,
            SearchedPlace::WriteAheadLog,
            SearchedPlace::SharedMemory,
            SearchedPlace::OtherFiles,
        ]
        .map(|place| searched(place, moment, search, Vec::new(), Vec::new()))
        .into();
        for file in files::files(&self.folder.path().join("relay"))? {
            let (part, hits) = files::search(&file, search)?;
            let place = match part.name.strip_prefix(DATABASE_FILE) {
                Some("") => SearchedPlace::Database,
                Some("-wal") => SearchedPlace::WriteAheadLog,
                Some("-shm") => SearchedPlace::SharedMemory,
                _ => SearchedPlace::OtherFiles,
            };
            if let Some(searched) = looked.iter_mut().find(|searched| searched.place == place) {
                searched.bytes += part.bytes;
                searched.parts.push(part);
                searched.hits.extend(hits);
            }
        }
        self.searched.extend(looked);
        Ok(())
    }
}

/// Looks for the sender of the waiting message in the data that belongs to the message: its whole row, and all traffic
/// of the sender's nameless connection.
fn with_message(sender: &Person, row: MessageRow) -> Result<Vec<Searched>, AuditError> {
    let invitation = sender.phone.invitation()?;
    // The number is searched for without its plus sign, so it is found with the sign and without it.
    let number = ALICE.1.trim_start_matches('+');
    let names =
        |name: &str, bytes: &[u8]| Needle::new(NeedleRole::Sender, format!("the sender's {name}"), bytes);
    let needles = vec![
        names("number", number.as_bytes())?,
        names("account", &invitation.account.0)?,
        names("public signing key", invitation.identity.signing().as_bytes())?,
        names("public agreement key", invitation.identity.agreement().as_bytes())?,
        Needle::new(NeedleRole::Witness, "what each begins with", MAGIC)?,
    ];
    let search = Search::new(needles)?;
    let MessageRow { message, mailbox, accepted_at, sender: from, delivered_at, payload } = row;
    let from =
        from.map(|from| [&from.account.0[..], &from.device.0.to_be_bytes()].concat()).unwrap_or_default();
    let numbers = format!("{message} {} {accepted_at:?} {delivered_at:?}", mailbox.0);
    let row = bytes(
        SearchedPlace::Row,
        Moment::Waiting,
        &search,
        [("sender", &*from), ("payload", payload.as_slice()), ("numbers and times", numbers.as_bytes())],
    );
    let recordings = sender.recordings(Link::Nameless)?;
    let directions = recordings.iter().flat_map(|Recording { up, down }| {
        [("to the relay", up.as_slice()), ("from the relay", down.as_slice())]
    });
    Ok(vec![row, bytes(SearchedPlace::NamelessConnection, Moment::Waiting, &search, directions)])
}

/// Searches bytes in memory, part by part.
fn bytes<'a>(
    place: SearchedPlace,
    moment: Moment,
    search: &Search,
    parts: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Searched {
    let mut sizes = Vec::new();
    let mut hits = Vec::new();
    for (name, bytes) in parts {
        Part::add(&mut sizes, name, bytes.len() as u64);
        hits.extend(search.over(name, bytes));
    }
    searched(place, moment, search, sizes, hits)
}
