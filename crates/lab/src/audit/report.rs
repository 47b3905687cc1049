//! The report of an audit, as data: the terminal's text and the JSON are two views of it.

use serde::Serialize;

use super::form::Form;
use super::lengths::{Measured, Misfit};
use super::needle::{Planted, Role};
use super::search::Hit;

/// What was searched, what was found, and what follows.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Version of this layout.
    pub v: u32,
    /// Whether every claim holds.
    pub finding: Finding,
    /// What is claimed, each with its count.
    pub claims: Vec<Claim>,
    /// What had to be found for the search to count. In a report whose claims hold, all was.
    pub controls: Vec<Control>,
    /// Each design's run: first the one under which the relay can read.
    pub runs: Vec<Run>,
    /// The run of the phone's program.
    pub locking: Locking,
    /// The run of a patched phone.
    pub self_test: SelfTest,
    /// What this audit does not look at.
    pub not_searched: &'static [&'static str],
}

impl Report {
    /// Every row and payload that has a length that it must not have.
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
    /// Something was found that must not be there.
    NotAsClaimed,
}

/// A sentence that says that nothing is found, and how often something was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// The sentence.
    pub claim: String,
    /// How often the search found what must not be there.
    pub hits: usize,
    /// Bytes that were searched for it.
    pub searched_bytes: u64,
    /// Whether it holds: nothing was found.
    pub holds: bool,
}

/// Something that a good search finds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Control {
    /// What and where.
    pub control: String,
    /// How often it was found.
    pub hits: usize,
}

/// One conversation under one design.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// The design's name.
    pub design: String,
    /// What it is, in one plain phrase.
    pub plain: String,
    /// What was said, in the order in which it was.
    pub planted: Vec<Planted>,
    /// At the relay and on the way to it.
    pub relay: Vec<Searched>,
    /// With the message that waits: its row, and the connection without a name that it came on.
    pub message: Vec<Searched>,
    /// The phones' files.
    pub phones: Vec<Searched>,
    /// The lengths of rows and payloads.
    pub lengths: Measured,
}

/// A conversation of the phone's program that is locked and opened again.
#[derive(Clone, Debug, Serialize)]
pub struct Locking {
    /// What was said: first by the program, then to it.
    pub planted: Vec<Planted>,
    /// The program's memory and its profile's files, at each moment.
    pub looked: Vec<Searched>,
    /// The lengths of rows and payloads.
    pub lengths: Measured,
}

impl Locking {
    /// What was looked at in one place and at one moment.
    pub fn at(&self, place: Place, moment: Moment) -> impl Iterator<Item = &Searched> {
        self.looked.iter().filter(move |looked| looked.place == place && looked.moment == moment)
    }
}

/// The words in one form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plant {
    /// The form.
    #[serde(flatten)]
    pub form: Form,
    /// Writings of it, as many as it has alignments.
    pub writings: usize,
    /// Those that were found on the relay's disk.
    pub on_disk: usize,
    /// Those that were found in its memory, of what it had not given up again.
    pub in_memory: usize,
}

/// What was planted, and what was found of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelfTest {
    /// Each form.
    pub plants: Vec<Plant>,
    /// Payloads that were made longer: those, and one with the words in pieces, and one with a single byte.
    pub lengthened: usize,
    /// Those of them whose length gave them away: as they were submitted and as rows.
    pub noticed: usize,
}

impl SelfTest {
    /// Forms of which every writing was found.
    #[must_use]
    pub fn found(&self) -> usize {
        self.plants.iter().filter(|plant| plant.on_disk == plant.writings).count()
    }
}

/// When it was looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// Both phones are connected, and three texts have passed.
    Talking,
    /// One phone is off, and a text waits for it.
    Waiting,
    /// The text was fetched and both phones have gone.
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
    /// In words.
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

/// Where it was looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
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
    /// What the relay printed, its log at its most talkative among it.
    Log,
    /// What it answers at /metrics.
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

impl Place {
    /// In words.
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

    /// Whether it is on the relay's disk.
    #[must_use]
    pub const fn is_disk(self) -> bool {
        matches!(self, Self::Database | Self::WriteAheadLog | Self::SharedMemory | Self::OtherFiles)
    }
}

/// One look at one place.
#[derive(Clone, Debug, Serialize)]
pub struct Searched {
    /// Where.
    pub place: Place,
    /// When.
    pub moment: Moment,
    /// What it consists of: files, mappings, directions of connections.
    pub parts: Vec<Part>,
    /// The sum of their bytes.
    pub bytes: u64,
    /// Parts that are there and that nobody can read.
    pub not_read: Vec<String>,
    /// How many different things were searched for, without the witnesses.
    pub needles: usize,
    /// Everything that was found.
    pub hits: Vec<Hit>,
}

impl Searched {
    /// What was found of one role.
    pub fn found(&self, role: Role) -> impl Iterator<Item = &Hit> {
        self.hits.iter().filter(move |hit| hit.role == role)
    }
}

/// A part of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// A file's name, a mapping's, a connection's direction.
    pub name: String,
    /// How many pieces of that name there are.
    pub pieces: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Part {
    /// A part in one piece.
    #[must_use]
    pub const fn new(name: String, bytes: u64) -> Self {
        Self { name, pieces: 1, bytes }
    }

    /// Adds a piece to the part of its name.
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
