//! Scenarios: the people of a story, what they say and when, and what happens. A scenario is a TOML file that is
//! checked as a whole before anything runs.
//!
//! A scenario names no design: the same one runs under each. If a design lacks something (a channel, a backup), the
//! world skips it and the record says so. People are invented and numbers are drama numbers.
//!
//! A mistake is refused with file, line, column, what is wrong and what to write instead ([`ScenarioError`]).

mod chatter;
mod check;
mod error;
mod events;
mod fields;
pub mod library;
mod moment;
mod names;
mod network;
mod people;

use pillarbox_wire::{ChannelName, DepositKind, Duration, Handle, Timestamp};
use sha2::{Digest as _, Sha256};
use toml::de::DeTable;

pub use error::{ScenarioError, Warning, nearest};
pub use network::{AddressKind, Connectivity, DailyHours, Network};
use pillarbox_access::law::{Country, Day};
pub use pillarbox_access::view::LockState;

use error::{Lines, Source};
use fields::Fields;
use names::PeopleByName;

/// The longest part of a story's name in a file's name, in characters. File systems take 255 bytes, and more is added
/// to the name.
const MAX_FILE_NAME_CHARS: usize = 60;

/// One of a scenario's people: a position in [`Scenario::people`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonId(pub usize);

/// The strength of a phone's passcode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Passcode {
    /// Four digits.
    FourDigits,
    /// Six digits.
    #[default]
    SixDigits,
    /// Six lower-case letters and digits.
    SixLetters,
    /// Several words.
    Passphrase,
}

impl Passcode {
    /// Every class, with the words for it in scenarios.
    pub const ALL: [(Self, &str); 4] = [
        (Self::FourDigits, "4 digits"),
        (Self::SixDigits, "6 digits"),
        (Self::SixLetters, "6 letters and digits"),
        (Self::Passphrase, "passphrase"),
    ];
}

/// The words for the lock states in which a phone can be taken.
pub const LOCK_STATES: [(LockState, &str); 3] = [
    (LockState::BeforeFirstUnlock, "locked-before-first-unlock"),
    (LockState::AfterFirstUnlock, "locked-after-first-unlock"),
    (LockState::Unlocked, "unlocked"),
];

/// One of the people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name in the scenario.
    pub name: String,
    /// The telephone number; none for somebody without one.
    pub number: Option<Handle>,
    /// The country where the person is: two capital letters (ISO 3166).
    pub country: String,
    /// The e-mail address.
    pub email: Option<String>,
    /// The account at the maker of the operating system to which the person's device is signed in.
    pub os_account: Option<String>,
    /// The strength of the device's passcode.
    pub passcode: Passcode,
    /// The people known at the start.
    pub knows: Vec<PersonId>,
    /// Other facts that the person has told the phone about themselves.
    pub facts: Vec<(DepositKind, String)>,
    /// The way in which their phone is connected, in a story that has a network.
    pub connectivity: Connectivity,
}

/// The audience of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// One person.
    Person(PersonId),
    /// All members of a group.
    Group(String),
}

/// The account that somebody looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    /// One of the people, by their number.
    Person(PersonId),
    /// A number that belongs to nobody.
    Number(Handle),
}

/// An act of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Says something.
    Says {
        /// The text.
        text: String,
        /// The audience.
        to: Audience,
    },
    /// Makes a group.
    MakesGroup {
        /// Its name.
        group: String,
        /// The people put into it.
        with: Vec<PersonId>,
    },
    /// Leaves a group.
    LeavesGroup {
        /// Its name.
        group: String,
    },
    /// Opens a public channel.
    OpensChannel {
        /// Its name.
        channel: ChannelName,
    },
    /// Posts to their channel.
    Posts {
        /// The channel.
        channel: ChannelName,
        /// The words.
        text: String,
    },
    /// Follows a channel.
    Follows {
        /// The channel.
        channel: ChannelName,
    },
    /// Makes a backup of their phone.
    BacksUp,
    /// Blocks somebody.
    Blocks {
        /// The person.
        whom: PersonId,
    },
    /// Asks whether a number has an account.
    LooksUp {
        /// The account looked for.
        whom: Sought,
    },
    /// Switches the phone off.
    GoesOffline,
    /// Switches the phone on again.
    ComesOnline,
    /// Gets a new phone for the same number.
    ReRegisters,
    /// Loses the phone to somebody who wants to read it.
    PhoneSeized {
        /// The lock state.
        state: LockState,
    },
    /// Lets texts disappear, or stay again.
    SetsTimer {
        /// The other person of the conversation.
        with: PersonId,
        /// The lifetime of texts in seconds; none for texts that stay.
        after: Option<u32>,
    },
    /// Reports the last text that they got from somebody.
    Reports {
        /// The author of the text.
        whom: PersonId,
    },
    /// Closes the account.
    DeletesAccount,
    /// Opens an account at another relay and tells those they know.
    MovesToOtherRelay,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The time.
    pub at: Timestamp,
    /// The person who acts.
    pub who: PersonId,
    /// The act.
    pub act: Act,
    /// The line of the file on which it stands.
    pub line: usize,
}

/// A command of an authority to an operator or a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The networks of a country let nobody connect to the relay any more.
    Blocks {
        /// The country.
        country: String,
    },
    /// The networks of a country let people connect to the relay again.
    Unblocks {
        /// The country.
        country: String,
    },
    /// The operator takes a channel down.
    TakesDown {
        /// The channel.
        channel: ChannelName,
    },
}

/// An order that is part of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commanded {
    /// The time.
    pub at: Timestamp,
    /// The command.
    pub command: Command,
}

/// The time and the target of the demands in this story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// The target of a demand that looks back: on stored data, on a phone that was taken, on contacts.
    pub about: PersonId,
    /// The target of demands that begin with the order. It may be another person: somebody who still writes.
    pub from_now_on: PersonId,
    /// The country that asks.
    pub country: Country,
    /// The day whose law stands beside the answers, if the file asks for a day other than that of each demand.
    pub day: Option<Day>,
    /// The time from which orders hold.
    pub ordered: Timestamp,
    /// The time at which the answer is due: after the last event.
    pub served: Timestamp,
    /// The circumstances of the case, as far as an operator's practice turns on them: words of designs, such as
    /// `confirmed-terrorism`.
    pub circumstances: Vec<String>,
}

/// The largest seed: the largest number that every reader of JSON reads exactly (RFC 8259, section 6). Some readers
/// would round a larger one, and the story would turn out differently.
pub const MAX_SEED: u64 = (1 << 53) - 1;

/// The form of a seed, in words.
const SEED_FORM: &str = "Write a whole number from 0 to 9007199254740991.";

/// A whole story, checked. Times never go backwards, and everybody and everything that it names exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The name on the command line.
    pub name: String,
    /// The subject, in one line.
    pub title: String,
    /// The plot, in a few sentences; may be empty.
    pub story: String,
    /// The design under which it runs unless another one is asked for.
    pub design: String,
    /// The seed with which it runs unless another one is asked for.
    pub seed: u64,
    /// The beginning. Everybody has an account from then on.
    pub start: Timestamp,
    /// The sources of the story.
    pub sources: Vec<String>,
    /// The network; none if frames take no time.
    pub network: Option<Network>,
    /// All people.
    pub people: Vec<Person>,
    /// The events, in order.
    pub events: Vec<Event>,
    /// Orders that are part of the story, in order.
    pub orders: Vec<Commanded>,
    /// The time and the target of the demands.
    pub inquiry: Inquiry,
    /// The file, as it was read.
    pub text: String,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// Warnings: things that are allowed and probably not meant.
    pub warnings: Vec<Warning>,
}

/// Converts a story's name into part of a file's name.
pub(crate) fn file_name(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    name.chars().take(MAX_FILE_NAME_CHARS).map(plain).collect()
}

impl Scenario {
    /// Returns the name as part of a file's name. A story from elsewhere may have any name, also a path to another
    /// folder.
    #[must_use]
    pub fn file_name(&self) -> String {
        file_name(&self.name)
    }

    /// Reads and checks a scenario. `file` is only a name for messages.
    ///
    /// # Errors
    /// The first mistake.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let lines = Lines::of(text);
        let source = Source::new(file, text, &lines);
        let table = DeTable::parse(text).map_err(|error| {
            let place = error.span().unwrap_or_default();
            let wrong = error.message().trim_end_matches('.').replace('\n', ", ");
            source.mistake(&place, wrong, "A scenario is a TOML file (toml.io).")
        })?;
        read(source, table.get_ref())
    }

    /// Returns somebody's entry.
    #[must_use]
    pub fn person(&self, who: PersonId) -> Option<&Person> {
        self.people.get(who.0)
    }

    /// Returns the person of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<PersonId> {
        PeopleByName::of(&self.people).meant(name)
    }

    /// Returns everybody.
    pub fn everybody(&self) -> impl Iterator<Item = (PersonId, &Person)> {
        self.people.iter().enumerate().map(|(at, person)| (PersonId(at), person))
    }

    /// Returns the time of the last event or order.
    #[must_use]
    pub fn last_event(&self) -> Timestamp {
        let events = self.events.iter().map(|event| event.at);
        events.chain(self.orders.iter().map(|order| order.at)).max().unwrap_or(self.start)
    }
}

fn read<'t>(source: Source<'t>, table: &'t DeTable<'t>) -> Result<Scenario, ScenarioError> {
    let mut file = Fields::new(source, table, 0..0);
    let head = file.table("scenario")?;
    let mut head = head.ok_or_else(|| {
        source.mistake(&(0..0), "there is no [scenario]", "Begin the file with [scenario] and a name.")
    })?;
    let name = head.needed_text("name", "\"harbour-2017\"")?.is.to_owned();
    let title = head.needed_text("title", "\"One message before\"")?.is.to_owned();
    let story = head.text("story")?.map_or_else(String::new, |story| story.is.trim().to_owned());
    let design = head.text("design")?.map_or("end-to-end", |design| design.is).to_owned();
    let seed_at = head.place_of("seed");
    let seed = head.number("seed")?.unwrap_or(1);
    if seed > MAX_SEED {
        return Err(head.mistake(&seed_at, format!("{seed} is too large for a seed"), SEED_FORM));
    }
    let start_at = head.place_of("start");
    let start = head
        .time("start")?
        .ok_or_else(|| head.mistake(&start_at, "there is no time at which it starts", moment::TIME_FORM))?;
    let start = moment::moment(&start.is, Timestamp(0)).ok_or_else(|| {
        head.mistake(&start.at, format!("`{}` is no time in UTC", start.is), moment::TIME_FORM)
    })?;
    let sources = head.texts("sources")?.into_iter().map(|source| source.is.to_owned()).collect();
    head.end("[scenario]")?;

    let (network, chatter, inquiry) = (file.table("network")?, file.table("chatter")?, file.table("demand")?);
    let (people, events, orders) = (file.tables("people")?, file.tables("events")?, file.tables("orders")?);
    // A section that nobody knows comes first: what it would have said is missed elsewhere.
    file.end("a scenario")?;

    let mut warnings = Vec::new();
    let network = network::read(network)?;
    let mut people = people::read(people, source, network.is_some(), &mut warnings)?;
    let chatter = chatter::read(chatter, start, people.len(), network.is_some())?;
    match &chatter {
        Some(chatter) => chatter.add_people(&mut people, (&name, seed)),
        None if people.is_empty() => return Err(people::nobody(source)),
        None => {}
    }
    let names = PeopleByName::of(&people);
    let mut events = events::read(events, &names, start)?;
    if let Some(chatter) = chatter {
        chatter.add_events(&people, &mut events, (&name, seed));
    }
    let orders = events::read_orders(orders, start)?;
    check::check(source, &names, &people, &events)?;
    let last = events.iter().map(|event| event.at).chain(orders.iter().map(|order| order.at)).max();
    let inquiry = read_inquiry(inquiry, &names, &people, start, last.unwrap_or(start))?;
    let digest = digest(source.text);
    Ok(Scenario {
        name,
        title,
        story,
        design,
        seed,
        start,
        sources,
        network,
        people,
        events,
        orders,
        inquiry,
        text: source.text.to_owned(),
        digest,
        warnings,
    })
}

/// SHA-256 of a story's content: of its TOML data as JSON, with the keys sorted by name. Comments, white space, line
/// ends and the order of keys do not change it. The order of people and events does.
fn digest(text: &str) -> [u8; 32] {
    let said: toml::Table = toml::from_str(text).unwrap_or_default();
    Sha256::digest(serde_json::to_vec(&said).unwrap_or_default()).into()
}

/// Reads `[demand]`. Without it, the demand is about the first person, ordered at the start and served a minute after
/// the end. The country that asks is the target's, unless the file names another.
fn read_inquiry(
    table: Option<Fields<'_>>,
    names: &PeopleByName<'_>,
    people: &[Person],
    start: Timestamp,
    last: Timestamp,
) -> Result<Inquiry, ScenarioError> {
    let home = |who: PersonId| people.get(who.0).and_then(|person| Country::parse(&person.country));
    let by_itself = Inquiry {
        about: PersonId(0),
        from_now_on: PersonId(0),
        country: home(PersonId(0)).unwrap_or(Country::GB),
        day: None,
        ordered: start,
        served: last + Duration::from_seconds(60),
        circumstances: Vec::new(),
    };
    let Some(mut table) = table else { return Ok(by_itself) };
    let about = events::needed_person(&mut table, "about", names)?;
    let from_now_on = events::some_person(&mut table, "from-now-on-about", names)?.unwrap_or(about);
    let asking = table.text("country")?.map(|text| people::country_code(&table, &text)).transpose()?;
    let asking = asking.as_deref().and_then(Country::parse);
    let time = |table: &mut Fields<'_>, key: &'static str, before: Timestamp, otherwise: Timestamp| {
        let Some(text) = table.time(key)? else { return Ok(otherwise) };
        let time = moment::moment(&text.is, before)
            .ok_or_else(|| table.mistake(&text.at, format!("`{key}` is no time"), moment::TIME_FORM))?;
        if time < before {
            return Err(table.mistake(
                &text.at,
                format!("`{key}` is before {before}"),
                "An order comes after the start, and an answer after the last event.",
            ));
        }
        Ok(time)
    };
    let ordered = time(&mut table, "ordered", start, start)?;
    let served = time(&mut table, "served", last.max(ordered), by_itself.served.max(ordered))?;
    let circumstances = table.texts("circumstances")?.into_iter().map(|word| word.is.to_owned()).collect();
    table.end("[demand]")?;
    let country = asking.or_else(|| home(about)).unwrap_or(by_itself.country);
    Ok(Inquiry { about, from_now_on, country, day: None, ordered, served, circumstances })
}
