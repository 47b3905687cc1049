//! `[[people]]`: the people of a story.

use std::ops::Range;

use pillarbox_client::naming::{self, Looks};
use pillarbox_text::read::value;
use pillarbox_wire::{DepositKind, Handle};

use super::error::{ScenarioError, Source, Warning, nearest, one_of};
use super::fields::{Fields, Spot};
use super::ids::PersonId;
use super::names::PeopleByName;
use super::network::{self, AddressKind};
use super::story::{Passcode, Person};

/// The longest name of a person. It becomes a profile's name on the phones of others.
const MAX_NAME_CHARS: usize = 40;

/// The largest number of people in one world. Each gets an internet address from two of the networks reserved for
/// documentation (RFC 5737).
pub(super) const MAX_PEOPLE: usize = 500;

/// The facts that a person may have told the phone. All other facts about them come from the other keys.
const FACTS: [(&str, DepositKind); 9] = [
    ("display-name", DepositKind::DisplayName),
    ("user-name", DepositKind::UserName),
    ("about", DepositKind::About),
    ("profile-image", DepositKind::ProfileImage),
    ("avatar", DepositKind::Avatar),
    ("device-type", DepositKind::DeviceType),
    ("app-version", DepositKind::AppVersion),
    ("external-id", DepositKind::ExternalId),
    ("full-name", DepositKind::Name),
];

/// Names that one person's table contains, before all names are known, and the person's position in the file.
struct Named<'t> {
    knows: Vec<Spot<&'t str>>,
    home_of: Option<Spot<&'t str>>,
    at: Range<usize>,
}

pub(super) fn read(
    tables: Vec<Fields<'_>>,
    source: Source<'_>,
    has_network: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Person>, ScenarioError> {
    let mut people: Vec<Person> = Vec::new();
    let mut looks: Vec<Looks> = Vec::new();
    let mut named: Vec<Named<'_>> = Vec::new();
    for table in tables {
        if people.len() >= MAX_PEOPLE {
            return Err(table.mistake(
                &table.at,
                format!("there are more than {MAX_PEOPLE} people"),
                "Leave some out.",
            ));
        }
        let (person, look, names) = read_one(table, &people, &looks, has_network, warnings)?;
        people.push(person);
        looks.push(look);
        named.push(names);
    }
    let names = PeopleByName::of(&people);
    let other = |who: PersonId, name: &Spot<&str>, at: &Range<usize>, does: &str| {
        let found = names.meant(name.is).ok_or_else(|| unknown(source, &name.at, name.is, names.all()))?;
        if found != who {
            return Ok(found);
        }
        Err(source.mistake(at, format!("{} {does} themselves", names.name(found)), "Leave that name out."))
    };
    let mut known = Vec::with_capacity(named.len());
    for (at, table) in named.iter().enumerate() {
        let who = PersonId(at);
        let knows = table.knows.iter().map(|name| other(who, name, &table.at, "knows"));
        let knows = knows.collect::<Result<Vec<_>, _>>()?;
        let home = match &table.home_of {
            Some(name) => {
                let of = other(who, name, &table.at, "is at home of")?;
                let lives = named.get(of.0).is_some_and(|host| host.home_of.is_none());
                let host = people.get(of.0).map(|host| host.connectivity.address);
                if !lives || host != Some(AddressKind::OwnHome) {
                    let wrong = format!("{} has no home of their own", names.name(of));
                    return Err(source.mistake(&name.at, wrong, "Name the person whose home it is."));
                }
                Some(of)
            }
            None => None,
        };
        known.push((knows, home));
    }
    for (person, (knows, home)) in people.iter_mut().zip(known) {
        person.knows = knows;
        if let Some(of) = home {
            person.connectivity.address = AddressKind::HomeOf(of);
        }
    }
    Ok(people)
}

/// Reports a story without people.
pub(super) fn nobody(source: Source<'_>) -> ScenarioError {
    source.mistake(&(0..0), "there is nobody in it", "Write a [[people]] table for each person.")
}

/// Reports a name that is not in the story.
pub(super) fn unknown<'n>(
    source: Source<'_>,
    at: &Range<usize>,
    typed: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> ScenarioError {
    let instead = match nearest(typed, names.clone()) {
        Some(known) => format!("Did you mean {known}?"),
        None => format!("Write {}, or add a [[people]] table.", one_of(names)),
    };
    source.mistake(at, format!("there is no person `{typed}`"), instead)
}

fn read_one<'t>(
    mut table: Fields<'t>,
    before: &[Person],
    looks: &[Looks],
    has_network: bool,
    warnings: &mut Vec<Warning>,
) -> Result<(Person, Looks, Named<'t>), ScenarioError> {
    let at = table.at.clone();
    let (name, look) = name(&mut table, before, looks, warnings)?;
    let number = match table.text("number")? {
        Some(text) => Some(number(&table, &text, before, warnings)?),
        None => None,
    };
    let country = table.needed_text("country", "\"GB\"")?;
    let country = country_code(&table, &country)?;
    let email = table.text("email")?.map(|text| text.is.to_owned());
    let os_account = table.text("os-account")?.map(|text| text.is.to_owned());
    let passcode = match table.text("passcode")? {
        None => Passcode::default(),
        Some(text) => word(&table, "passcode", &text, &Passcode::ALL)?,
    };
    let knows = table.texts("knows")?;
    let mut facts = Vec::new();
    for (key, kind) in FACTS {
        if let Some(value) = table.text(key)? {
            facts.push((kind, value.is.to_owned()));
        }
    }
    let network::Connected { connectivity, home_of, at: connected_at } = network::connected(&mut table)?;
    if let Some(place) = connected_at.filter(|_| !has_network) {
        let instead = "Add a [network] section, or leave this line out.";
        return Err(table.mistake(&place, "this story has no network", instead));
    }
    table.end("a person")?;
    let knows_nobody = Vec::new();
    let person = Person {
        name,
        number,
        country,
        email,
        os_account,
        passcode,
        knows: knows_nobody,
        facts,
        connectivity,
        other_program: false,
        own_backup_key: false,
        patches: false,
    };
    Ok((person, look, Named { knows, home_of, at }))
}

/// Reads a name that nobody before has, and its folded form.
fn name(
    table: &mut Fields<'_>,
    before: &[Person],
    looks: &[Looks],
    warnings: &mut Vec<Warning>,
) -> Result<(String, Looks), ScenarioError> {
    let text = table.needed_text("name", "\"Ada\"")?;
    let name = value(text.is);
    if name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) || name.is_empty() {
        let wrong = format!("a name has 1 to {MAX_NAME_CHARS} characters and no control characters");
        return Err(table.mistake(&text.at, wrong, "Write another one."));
    }
    if name.starts_with('+') || naming::is_number(name) {
        let wrong = format!("{name} is a number and no name");
        return Err(table.mistake(&text.at, wrong, "Write number = \"...\" beside a name."));
    }
    let look = Looks::of(name);
    let mut others = looks.iter().zip(before);
    if let Some((_, other)) = others.clone().find(|(other, _)| look.is_same(other)) {
        let wrong = if other.name == name {
            format!("there are two people called {name}")
        } else {
            format!(
                "{name} and {} are one name: capitals, spaces and how an accent is typed do not count",
                other.name
            )
        };
        return Err(table.mistake(&text.at, wrong, "Give one of them another name."));
    }
    if let Some((_, other)) = others.find(|(other, _)| look.is_like(other)) {
        let (line, _) = table.source.position(text.at.start);
        let says = format!("{name} and {} are two people, and their names look alike.", other.name);
        warnings.push(Warning { line, says });
    }
    Ok((name.to_owned(), look))
}

fn number(
    table: &Fields<'_>,
    text: &Spot<&str>,
    before: &[Person],
    warnings: &mut Vec<Warning>,
) -> Result<Handle, ScenarioError> {
    let number = Handle::parse(text.is).map_err(|error| {
        table.mistake(&text.at, error.to_string(), "Write a drama number, as +447700900123 or +12025550143.")
    })?;
    if let Some(other) = before.iter().find(|person| person.number.as_ref() == Some(&number)) {
        return Err(table.mistake(
            &text.at,
            format!("{number} is {}'s number", other.name),
            "Give each person a number of their own.",
        ));
    }
    if !is_drama_number(&number) {
        let (line, _) = table.source.position(text.at.start);
        let says = format!(
            "{number} may be a real person's. Numbers kept for drama are +447700900000 to +447700900999 (Ofcom) and \
             555-0100 to 555-0199 in US area codes."
        );
        warnings.push(Warning { line, says });
    }
    Ok(number)
}

/// Returns true if a regulator reserves this number for drama.
pub(super) fn is_drama_number(number: &Handle) -> bool {
    let number = number.as_str();
    let uk = number.strip_prefix("+447700900").is_some_and(|rest| rest.len() == 3);
    let us =
        number.strip_prefix("+1").is_some_and(|rest| rest.len() == 10 && rest.get(3..8) == Some("55501"));
    uk || us
}

pub(super) fn country_code(table: &Fields<'_>, text: &Spot<&str>) -> Result<String, ScenarioError> {
    if text.is.len() == 2 && text.is.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Ok(text.is.to_owned());
    }
    Err(table.mistake(
        &text.at,
        format!("`{}` is no country", text.is),
        "Write two capital letters (ISO 3166), as GB, US or BR.",
    ))
}

/// Reads one of a few words.
pub(super) fn word<T: Copy>(
    table: &Fields<'_>,
    key: &str,
    text: &Spot<&str>,
    words: &[(T, &'static str)],
) -> Result<T, ScenarioError> {
    let known = words.iter().find(|(_, word)| *word == text.is);
    known.map(|(value, _)| *value).ok_or_else(|| {
        let words = words.iter().map(|(_, word)| *word);
        table.mistake(&text.at, format!("`{key}` is no `{}`", text.is), format!("Write {}.", one_of(words)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drama_numbers_are_told_from_others() {
        for (number, drama) in [
            ("+447700900000", true),
            ("+447700900999", true),
            ("+447700901000", false),
            ("+12025550143", true),
            ("+12025551143", false),
            ("+5511999990000", false),
        ] {
            assert_eq!(is_drama_number(&Handle::parse(number).unwrap()), drama, "{number}");
        }
    }
}
