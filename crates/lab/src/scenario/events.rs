//! `[[events]]` and `[[orders]]`: the acts of a story. Each table has a time, mostly a person, and one verb.

use pillarbox_text::read::value;
use pillarbox_wire::{ChannelName, Handle, Timestamp};

use super::error::{ScenarioError, nearest, one_of};
use super::fields::{Fields, Spot};
use super::ids::PersonId;
use super::moment::{SPAN_FORM, TIME_FORM, moment, span};
use super::names::PeopleByName;
use super::people::{country_code, unknown, word};
use super::story::{Act, Audience, Command, Commanded, Event, LOCK_STATES, Sought};

type Read<T> = Result<T, ScenarioError>;

/// The verbs of people.
const VERBS: [&str; 19] = [
    "says",
    "makes-group",
    "leaves-group",
    "opens-channel",
    "posts",
    "follows",
    "backs-up",
    "blocks",
    "looks-up",
    "goes-offline",
    "comes-online",
    "re-registers",
    "phone-seized",
    "loses-phone",
    "hides-previews",
    "sets-timer",
    "reports",
    "deletes-account",
    "moves-to-other-relay",
];

/// The verbs of authorities.
const COMMANDS: [&str; 3] = ["blocks", "unblocks", "takes-down"];

/// The keys that may accompany a verb.
const BESIDE: [&str; 7] = ["at", "who", "to", "group", "with", "channel", "country"];

/// The longest text of an event, well below what one message holds.
const MAX_TEXT_LEN: usize = 4_000;

pub(super) fn read(tables: Vec<Fields<'_>>, names: &PeopleByName<'_>, start: Timestamp) -> Read<Vec<Event>> {
    let mut before = start;
    let mut events = Vec::with_capacity(tables.len());
    for mut table in tables {
        let at = time(&mut table, before)?;
        before = at;
        let who = needed_person(&mut table, "who", names)?;
        let verb = verb(&table, &VERBS)?;
        let act = act(&mut table, verb, who, names)?;
        let (line, _) = table.source.position(table.at.start);
        table.end(&format!("an event with `{verb}`"))?;
        events.push(Event { at, who, act, line });
    }
    Ok(events)
}

pub(super) fn read_orders(tables: Vec<Fields<'_>>, start: Timestamp) -> Read<Vec<Commanded>> {
    let mut before = start;
    let mut orders = Vec::with_capacity(tables.len());
    for mut table in tables {
        let at = time(&mut table, before)?;
        before = at;
        let verb = verb(&table, &COMMANDS)?;
        let text = table.needed_text(verb, "\"...\"")?;
        let command = match verb {
            "takes-down" => Command::TakesDown { channel: channel(&table, &text)? },
            "unblocks" => Command::Unblocks { country: country_code(&table, &text)? },
            _ => Command::Blocks { country: country_code(&table, &text)? },
        };
        table.end(&format!("an order with `{verb}`"))?;
        orders.push(Commanded { at, command });
    }
    Ok(orders)
}

fn time(table: &mut Fields<'_>, before: Timestamp) -> Read<Timestamp> {
    let Some(text) = table.time("at")? else {
        return Err(table.mistake(&table.at, "`at` is missing", TIME_FORM));
    };
    let at = moment(&text.is, before)
        .ok_or_else(|| table.mistake(&text.at, format!("`{}` is no time", text.is), TIME_FORM))?;
    if at < before {
        return Err(table.mistake(
            &text.at,
            format!("the time goes backwards, from {before} to {at}"),
            "Put the tables in the order in which things happen.",
        ));
    }
    Ok(at)
}

/// Returns the one verb of a table.
fn verb(table: &Fields<'_>, verbs: &[&'static str]) -> Read<&'static str> {
    let mut there = verbs.iter().copied().filter(|verb| table.keys().any(|key| key == *verb));
    let (first, second) = (there.next(), there.next());
    if let (Some(first), Some(second)) = (first, second) {
        return Err(table.mistake(
            &table.place_of(second),
            format!("one event has both `{first}` and `{second}`"),
            "Write a table for each.",
        ));
    }
    if let Some(verb) = first {
        return Ok(verb);
    }
    let odd = table.keys().find(|key| !BESIDE.contains(key));
    let all = format!("Write one of {}.", one_of(verbs.iter().copied()));
    Err(match odd {
        None => table.mistake(&table.at, "nothing happens in this event", all),
        Some(odd) => {
            let instead = nearest(odd, verbs.iter().copied()).map(|verb| format!("Did you mean `{verb}`?"));
            table.mistake(&table.place_of(odd), format!("there is no verb `{odd}`"), instead.unwrap_or(all))
        }
    })
}

fn act(table: &mut Fields<'_>, verb: &'static str, who: PersonId, names: &PeopleByName<'_>) -> Read<Act> {
    Ok(match verb {
        "says" => Act::Says { text: words(table, verb)?, to: audience(table, who, names)? },
        "makes-group" => Act::MakesGroup { group: named(table, verb)?, with: members(table, who, names)? },
        "leaves-group" => Act::LeavesGroup { group: named(table, verb)? },
        "opens-channel" => Act::OpensChannel { channel: needed_channel(table, verb)? },
        "posts" => Act::Posts { text: words(table, verb)?, channel: needed_channel(table, "channel")? },
        "follows" => Act::Follows { channel: needed_channel(table, verb)? },
        "blocks" => Act::Blocks { whom: another(table, verb, who, names)? },
        "looks-up" => Act::LooksUp { whom: sought(table, who, names)? },
        "phone-seized" => {
            let text = table.needed_text(verb, "\"unlocked\"")?;
            Act::PhoneSeized { state: word(table, verb, &text, &LOCK_STATES)? }
        }
        "sets-timer" => Act::SetsTimer { after: timer(table)?, with: another(table, "with", who, names)? },
        "reports" => Act::Reports { whom: another(table, verb, who, names)? },
        other => {
            table.yes(other)?;
            match other {
                "backs-up" => Act::BacksUp,
                "goes-offline" => Act::GoesOffline,
                "comes-online" => Act::ComesOnline,
                "re-registers" => Act::ReRegisters,
                "loses-phone" => Act::LosesPhone,
                "hides-previews" => Act::HidesPreviews,
                "deletes-account" => Act::DeletesAccount,
                _ => Act::MovesToOtherRelay,
            }
        }
    })
}

pub(super) fn needed_person(
    table: &mut Fields<'_>,
    key: &'static str,
    names: &PeopleByName<'_>,
) -> Read<PersonId> {
    let example = names.all().next().map_or_else(|| "\"Ada\"".to_owned(), |name| format!("\"{name}\""));
    let text = table.needed_text(key, &example)?;
    person(table, &text, names)
}

/// Reads an optional person.
pub(super) fn some_person(
    table: &mut Fields<'_>,
    key: &'static str,
    names: &PeopleByName<'_>,
) -> Read<Option<PersonId>> {
    let Some(text) = table.text(key)? else { return Ok(None) };
    person(table, &text, names).map(Some)
}

fn person(table: &Fields<'_>, text: &Spot<&str>, names: &PeopleByName<'_>) -> Read<PersonId> {
    names.meant(text.is).ok_or_else(|| unknown(table.source, &text.at, text.is, names.all()))
}

/// Reads a person other than the one who acts.
fn another(
    table: &mut Fields<'_>,
    key: &'static str,
    who: PersonId,
    names: &PeopleByName<'_>,
) -> Read<PersonId> {
    let place = table.place_of(key);
    let whom = needed_person(table, key, names)?;
    if whom == who {
        return Err(table.mistake(&place, "that is the same person", "Name somebody else."));
    }
    Ok(whom)
}

fn words(table: &mut Fields<'_>, key: &'static str) -> Read<String> {
    let text = table.needed_text(key, "\"...\"")?;
    if text.is.len() > MAX_TEXT_LEN {
        let wrong =
            format!("the text has {} bytes, and an event's has at most {MAX_TEXT_LEN}", text.is.len());
        return Err(table.mistake(&text.at, wrong, "Make two events of it."));
    }
    Ok(text.is.to_owned())
}

fn named(table: &mut Fields<'_>, key: &'static str) -> Read<String> {
    Ok(value(table.needed_text(key, "\"harbour\"")?.is).to_owned())
}

fn audience(table: &mut Fields<'_>, who: PersonId, names: &PeopleByName<'_>) -> Read<Audience> {
    let (to, group) = (table.place_of("to"), table.text("group")?);
    let person = table.text("to")?;
    match (person, group) {
        (Some(_), None) => Ok(Audience::Person(another(table, "to", who, names)?)),
        (None, Some(group)) => Ok(Audience::Group(value(group.is).to_owned())),
        (Some(_), Some(_)) => Err(table.mistake(
            &to,
            "it is said both to a person and to a group",
            "Leave `to` or `group` out.",
        )),
        (None, None) => Err(table.mistake(
            &table.at,
            "nobody is there to hear it",
            "Write to = \"...\" with a name, or group = \"...\".",
        )),
    }
}

fn members(table: &mut Fields<'_>, who: PersonId, names: &PeopleByName<'_>) -> Read<Vec<PersonId>> {
    let place = table.place_of("with");
    let mut members = Vec::new();
    for text in table.texts("with")? {
        let member = person(table, &text, names)?;
        if member == who || members.contains(&member) {
            return Err(table.mistake(
                &text.at,
                format!("{} is in the group twice", text.is),
                "Leave that name out.",
            ));
        }
        members.push(member);
    }
    if members.is_empty() {
        return Err(table.mistake(
            &place,
            "the group has nobody else in it",
            "Write with = [\"...\"] with names.",
        ));
    }
    Ok(members)
}

fn needed_channel(table: &mut Fields<'_>, key: &'static str) -> Read<ChannelName> {
    let text = table.needed_text(key, "\"@harbour_news\"")?;
    channel(table, &text)
}

fn channel(table: &Fields<'_>, text: &Spot<&str>) -> Read<ChannelName> {
    ChannelName::try_from(value(text.is).to_owned())
        .map_err(|error| table.mistake(&text.at, error.to_string(), "Write it as \"@harbour_news\"."))
}

fn sought(table: &mut Fields<'_>, who: PersonId, names: &PeopleByName<'_>) -> Read<Sought> {
    let text = table.needed_text("looks-up", "\"+447700900999\"")?;
    if value(text.is).starts_with('+') {
        let number = Handle::parse(text.is);
        let number = number.map_err(|error| {
            table.mistake(&text.at, error.to_string(), "Write it as +447700900123, or write a name.")
        })?;
        return Ok(Sought::Number(number));
    }
    Ok(Sought::Person(another(table, "looks-up", who, names)?))
}

fn timer(table: &mut Fields<'_>) -> Read<Option<u32>> {
    let text = table.needed_text("sets-timer", "\"1d\"")?;
    if text.is == "off" {
        return Ok(None);
    }
    let seconds =
        span(text.is).and_then(|span| u32::try_from(span.as_seconds()).ok()).filter(|seconds| *seconds > 0);
    let wrong = || {
        table.mistake(
            &text.at,
            format!("`{}` is no time to disappear after", text.is),
            format!("{SPAN_FORM} Or \"off\"."),
        )
    };
    seconds.map(Some).ok_or_else(wrong)
}
