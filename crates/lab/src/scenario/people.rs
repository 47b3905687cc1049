//! `[[people]]`: who there is.

use std::ops::Range;

use pillarbox_wire::{DepositKind, Handle};

use super::error::{ScenarioError, Source, Warning, nearest, one_of};
use super::fields::{Fields, Spot};
use super::{Passcode, Person, PersonId};

/// Longest name of a person: it becomes a profile's name on the phones of others.
const MAX_NAME_CHARS: usize = 40;

/// Most people of one world: each gets an internet address of two of the networks kept for documentation (RFC 5737).
const MAX_PEOPLE: usize = 500;

/// What a person may be said to have told the phone; all else about them is drawn from the other keys.
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

/// Whom a person knows, before all names are known, and where the person stands in the file.
type Knows<'t> = (Vec<Spot<&'t str>>, Range<usize>);

pub(super) fn read(
    tables: Vec<Fields<'_>>,
    source: Source<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Person>, ScenarioError> {
    if tables.is_empty() {
        return Err(source.mistake(
            &(0..0),
            "there is nobody in it",
            "Write a [[people]] table for each person.",
        ));
    }
    let mut people: Vec<Person> = Vec::new();
    let mut known: Vec<Knows<'_>> = Vec::new();
    for table in tables {
        if people.len() >= MAX_PEOPLE {
            return Err(table.mistake(
                &table.at,
                format!("there are more than {MAX_PEOPLE} people"),
                "Leave some out.",
            ));
        }
        let (person, knows) = read_one(table, &people, warnings)?;
        people.push(person);
        known.push(knows);
    }
    let names: Vec<String> = people.iter().map(|person| person.name.clone()).collect();
    for (person, (knows, at)) in people.iter_mut().zip(known) {
        for name in knows {
            let spot = if name.is == person.name { Err(()) } else { Ok(name) };
            let name = spot.map_err(|()| {
                source.mistake(&at, format!("{} knows themselves", person.name), "Leave that name out.")
            })?;
            let found = names.iter().position(|known| known == name.is);
            let found =
                found.ok_or_else(|| unknown(source, &name.at, name.is, names.iter().map(String::as_str)))?;
            person.knows.push(PersonId(found));
        }
    }
    Ok(people)
}

/// The mistake of naming somebody who is not there.
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
    warnings: &mut Vec<Warning>,
) -> Result<(Person, Knows<'t>), ScenarioError> {
    let at = table.at.clone();
    let name = table.needed_text("name", "\"Ada\"")?;
    if name.is.chars().count() > MAX_NAME_CHARS || name.is.chars().any(char::is_control) {
        let wrong = format!("a name has at most {MAX_NAME_CHARS} characters and no control characters");
        return Err(table.mistake(&name.at, wrong, "Write a shorter one."));
    }
    if before.iter().any(|person| person.name == name.is) {
        return Err(table.mistake(
            &name.at,
            format!("there are two people called {}", name.is),
            "Give one of them another name.",
        ));
    }
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
    table.end("a person")?;
    let person = Person {
        name: name.is.to_owned(),
        number,
        country,
        email,
        os_account,
        passcode,
        knows: Vec::new(),
        facts,
    };
    Ok((person, (knows, at)))
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

/// Whether a regulator keeps this number for drama.
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

/// One of a few words.
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
