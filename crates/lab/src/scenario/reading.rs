//! Reading a whole story. A mistake is refused before anything runs.

use pillarbox_access::law::Country;
use pillarbox_wire::{Duration, Timestamp};
use sha2::{Digest as _, Sha256};
use toml::de::DeTable;

use super::error::{Lines, ScenarioError, Source};
use super::fields::Fields;
use super::ids::PersonId;
use super::names::PeopleByName;
use super::story::{Inquiry, MAX_SEED, Person, Scenario};
use super::{chatter, check, events, moment, network, people};

const SEED_FORM: &str = "Write a whole number from 0 to 9007199254740991.";

impl Scenario {
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

    /// Returns the person of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<PersonId> {
        PeopleByName::of(&self.people).meant(name)
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
    // An unknown section is reported first: its content would be reported as missing elsewhere.
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
        numbers_by_code: false,
    })
}

/// Computes the SHA-256 of a story's content: of its TOML data as JSON, with the keys sorted by name. Comments, white
/// space, line ends and the order of keys do not change it. The order of people and events does.
pub(super) fn digest(text: &str) -> [u8; 32] {
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
