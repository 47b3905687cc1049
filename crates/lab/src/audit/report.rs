//! The report of an audit, as data. The terminal's text and the JSON are two views of it.

use pillarbox_client::GroupBasis;
use serde::Serialize;

use super::form::Form;
use super::needle::{NeedleRole, Planted};
use super::search::Hit;

/// The searched places, the findings, and the conclusions.
#[derive(Clone, Debug, Serialize)]
pub struct AuditReport {
    /// The version of this layout.
    pub v: u32,
    /// The answer: whether every claim holds.
    pub finding: Finding,
    /// The claims, each with its count.
    pub claims: Vec<Claim>,
    /// The things that had to be found for the search to count. In a report whose claims hold, all were found.
    pub controls: Vec<AuditControl>,
    /// Each design's run. The first is the one in which the relay can read.
    pub runs: Vec<AuditRun>,
    /// The runs with a group, a linked device, a backup and a channel: first that whose members sign.
    pub features: [FeatureRun; 2],
    /// The run of the phone's program.
    pub locking: Locking,
    /// The run of a patched phone.
    pub self_test: SelfTest,
    /// The parts that this audit does not search.
    pub not_searched: &'static [&'static str],
}

impl AuditReport {
    /// Returns every row and payload with a wrong length.
    pub fn misfits(&self) -> impl Iterator<Item = &Misfit> {
        let runs = self.runs.iter().map(|run| &run.lengths);
        runs.chain([&self.locking.lengths]).flat_map(|measured| &measured.misfits)
    }
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// Every claim holds.
    AsClaimed,
    /// The search found something that must not be there.
    NotAsClaimed,
}

/// A sentence that says that nothing is found, and the number of findings against it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// The sentence.
    pub claim: String,
    /// The number of times that the search found something that must not be there.
    pub hits: usize,
    /// The number of bytes that were searched for it.
    pub searched_bytes: u64,
    /// True if it holds, because nothing was found.
    pub holds: bool,
    /// True if the answer prints its count, so that the short report does not repeat it while it holds.
    #[serde(skip)]
    pub is_in_answer: bool,
}

/// A value that a working search finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditControl {
    /// The control and where it is.
    pub control: String,
    /// The number of times that it was found.
    pub hits: usize,
}

/// One conversation under one design.
#[derive(Clone, Debug, Serialize)]
pub struct AuditRun {
    /// The design's name.
    pub design: String,
    /// The design in one plain phrase.
    pub plain: String,
    /// The texts, in the order in which they were sent.
    pub planted: Vec<Planted>,
    /// The searches at the relay and on the way to it.
    pub relay: Vec<Searched>,
    /// The searches with the waiting message: its row, and the connection without a name that carried it.
    pub message: Vec<Searched>,
    /// The searches of the phones' files.
    pub phones: Vec<Searched>,
    /// The lengths of rows and payloads.
    pub lengths: Measured,
}

/// A conversation with a group, a linked device, a backup and a channel.
#[derive(Clone, Debug, Serialize)]
pub struct FeatureRun {
    /// Who says who is in the group. An operator who does also holds the backup's key.
    pub groups: GroupBasis,
    /// The names and texts that were drawn.
    pub planted: Vec<PlantedName>,
    /// The searches at the relay and on the way to it.
    pub relay: Vec<Searched>,
    /// The searches of the phones' files.
    pub phones: Vec<Searched>,
}

impl FeatureRun {
    /// Returns the run's name in claims, controls and headings.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.groups {
            GroupBasis::Operator => "operator manages",
            GroupBasis::Signed | GroupBasis::Word => "members sign",
        }
    }
}

/// A name or a text that was drawn for a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlantedName {
    /// What it is.
    pub what: String,
    /// The drawn words.
    pub words: String,
}

/// A conversation of the phone's program that is locked and opened again.
#[derive(Clone, Debug, Serialize)]
pub struct Locking {
    /// The texts: first the program's own text, then the texts to the program.
    pub planted: Vec<Planted>,
    /// The searches of the program's memory and its profile's files, at each moment.
    pub looked: Vec<Searched>,
    /// The lengths of rows and payloads.
    pub lengths: Measured,
}

impl Locking {
    /// Returns the searches of one place at one moment.
    pub fn at(&self, place: SearchedPlace, moment: Moment) -> impl Iterator<Item = &Searched> {
        self.looked.iter().filter(move |looked| looked.place == place && looked.moment == moment)
    }
}

/// The words in one form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plant {
    /// The form.
    #[serde(flatten)]
    pub form: Form,
    /// The number of writings of this form: one for each alignment.
    pub writings: usize,
    /// The number of writings that were found on the relay's disk.
    pub on_disk: usize,
    /// The number of writings that were found in its memory, unless the memory had been released.
    pub in_memory: usize,
}

/// The planted words, and the part of them that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelfTest {
    /// Each form.
    pub plants: Vec<Plant>,
    /// The number of payloads that were lengthened: one for each writing, one with the words in pieces, and one
    /// with a single byte.
    pub lengthened: usize,
    /// The number of those payloads whose length gave them away, both as they were submitted and as rows.
    pub noticed: usize,
}

impl SelfTest {
    /// Counts the forms whose every writing was found.
    #[must_use]
    pub fn found(&self) -> usize {
        self.plants.iter().filter(|plant| plant.on_disk == plant.writings).count()
    }
}

/// The moment of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// Both phones are connected, and three texts have passed.
    Talking,
    /// One phone is off, and a text waits for it.
    Waiting,
    /// The text was fetched and both phones have disconnected.
    Afterwards,
    /// The relay was stopped.
    Ended,
    /// The phone's program is in a chat.
    Open,
    /// The chat is locked, in the same process.
    Locked,
    /// The chat was opened again.
    Reopened,
}

impl Moment {
    /// Returns the moment in words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Talking => "both phones on",
            Self::Waiting => "a text waits",
            Self::Afterwards => "all was fetched",
            Self::Ended => "relay stopped",
            Self::Open => "chat open",
            Self::Locked => "chat locked",
            Self::Reopened => "opened again",
        }
    }
}

/// The place of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SearchedPlace {
    /// The relay process: every mapping that it can read itself.
    Memory,
    /// The relay's database file.
    Database,
    /// The database's write-ahead log.
    WriteAheadLog,
    /// The database's shared-memory file.
    SharedMemory,
    /// Everything else in the relay's folder.
    OtherFiles,
    /// The relay's output, including its log at its most talkative.
    Log,
    /// The relay's answer at /metrics.
    Metrics,
    /// All bytes on the phones' connections, both ways.
    Connections,
    /// The row of the message that waits.
    Row,
    /// All bytes on the sender's connection without a name.
    NamelessConnection,
    /// The phones' folders.
    PhoneFiles,
    /// The phone's program: every mapping that it can read itself.
    PhoneMemory,
}

impl SearchedPlace {
    /// Returns the place's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Memory => "relay's memory",
            Self::Database => "database",
            Self::WriteAheadLog => "its log file (WAL)",
            Self::SharedMemory => "its index (SHM)",
            Self::OtherFiles => "other files",
            Self::Log => "what it printed",
            Self::Metrics => "/metrics",
            Self::Connections => "the connections",
            Self::Row => "message's row",
            Self::NamelessConnection => "its connection",
            Self::PhoneFiles => "phones' files",
            Self::PhoneMemory => "phone's memory",
        }
    }

    /// Returns true if the place is on the relay's disk.
    #[must_use]
    pub const fn is_disk(self) -> bool {
        matches!(self, Self::Database | Self::WriteAheadLog | Self::SharedMemory | Self::OtherFiles)
    }
}

/// One search of one place.
#[derive(Clone, Debug, Serialize)]
pub struct Searched {
    /// The place.
    pub place: SearchedPlace,
    /// The moment of the search.
    pub moment: Moment,
    /// The parts of the place: files, mappings, directions of connections.
    pub parts: Vec<Part>,
    /// The sum of their bytes.
    pub bytes: u64,
    /// Parts that exist but that nobody can read.
    pub not_read: Vec<String>,
    /// The number of different things that were searched for, without the witnesses.
    pub needles: usize,
    /// The findings.
    pub hits: Vec<Hit>,
}

impl Searched {
    /// Returns the findings of one role.
    pub fn found(&self, role: NeedleRole) -> impl Iterator<Item = &Hit> {
        self.hits.iter().filter(move |hit| hit.role == role)
    }
}

/// A part of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The name of a file, of a mapping, or of a connection's direction.
    pub name: String,
    /// The number of pieces of that name.
    pub pieces: u64,
    /// The number of their bytes.
    pub bytes: u64,
}

impl Part {
    /// Creates a part in one piece.
    #[must_use]
    pub const fn new(name: String, bytes: u64) -> Self {
        Self { name, pieces: 1, bytes }
    }

    /// Adds a piece to the part with its name.
    pub fn add(parts: &mut Vec<Self>, name: &str, bytes: u64) {
        match parts.iter_mut().find(|part| part.name == name) {
            Some(part) => {
                part.pieces += 1;
                part.bytes = part.bytes.saturating_add(bytes);
            }
            None => parts.push(Self::new(name.to_owned(), bytes)),
        }
    }
}

/// A value whose length does not follow from the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Misfit {
    /// The row or the payload.
    pub what: String,
    /// Its length in bytes.
    pub bytes: usize,
    /// The lengths that are allowed; empty if the bytes are of no kind that the protocol has, or do not decode.
    pub allowed: Vec<usize>,
    /// The mistake, if the length by itself is allowed.
    pub why: Option<&'static str>,
}

/// The number of things whose length was compared, and the things that do not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// The number of payloads that phones submitted or received.
    pub payloads: u64,
    /// The number of rows of messages and prekeys, counted at each check.
    pub rows: u64,
    /// The number of their bytes.
    pub bytes: u64,
    /// The things that do not fit.
    pub misfits: Vec<Misfit>,
}

impl Misfit {
    /// Describes the row or payload, its length, and the lengths that are allowed.
    #[must_use]
    pub fn sentence(&self) -> String {
        let Self { what, bytes, allowed, why } = self;
        let why = why.map_or_else(String::new, |why| format!(", {why}"));
        if allowed.is_empty() {
            return format!("{what}: {bytes} bytes{why}, which are no payload of this design");
        }
        let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        format!("{what}: {bytes} bytes{why} (allowed: {})", allowed.join(", "))
    }
}
