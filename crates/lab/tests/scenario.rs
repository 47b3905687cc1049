//! Each mistake in a scenario is refused with its file, line and column, what is wrong, and what to write instead.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

use pillarbox_lab::scenario::{Act, Audience, PersonId, Scenario};
use proptest::prelude::*;

/// A scenario without a mistake: lines 1 to 17.
const GOOD: &str = r#"[scenario]
name = "harbour"
title = "A word at the harbour"
start = 2017-03-22T08:00:00Z

[[people]]
name = "Ada"
number = "+447700900123"
country = "GB"
knows = ["Ben"]

[[people]]
name = "Ben"
number = "+447700900124"
country = "US"

"#;

fn parse(text: &str) -> Result<Scenario, String> {
    Scenario::parse("harbour.toml", text).map_err(|error| error.to_string())
}

fn with(events: &str) -> Result<Scenario, String> {
    parse(&format!("{GOOD}{events}"))
}

/// Returns the refusal of a scenario, after the file's name.
fn refusal(text: &str) -> String {
    let refusal = parse(text).expect_err("a mistake");
    refusal.strip_prefix("harbour.toml:").expect("the file stands first").to_owned()
}

fn event_refusal(event: &str) -> String {
    refusal(&format!("{GOOD}[[events]]\n{event}\n"))
}

#[test]
fn the_country_that_asks_is_the_targets_unless_the_file_names_another() {
    let asks = |demand: &str| with(demand).map(|scenario| scenario.inquiry.country.to_string());
    assert_eq!(asks("").unwrap(), "GB", "without a demand it is about the first");
    assert_eq!(asks("[demand]\nabout = \"Ben\"\n").unwrap(), "US");
    assert_eq!(asks("[demand]\nabout = \"Ben\"\ncountry = \"GB\"\n").unwrap(), "GB");
    let wrong = asks("[demand]\nabout = \"Ben\"\ncountry = \"Britain\"\n").unwrap_err();
    assert!(wrong.contains("`Britain` is no country"), "{wrong}");
}

#[test]
fn a_scenario_without_a_mistake_is_read() {
    let text = "[[events]]\nat = \"+2m\"\nwho = \"Ada\"\nsays = \"Six o'clock\"\nto = \"Ben\"\n";
    let scenario = with(text).unwrap();
    assert_eq!((scenario.design.as_str(), scenario.seed), ("end-to-end", 1));
    assert_eq!(scenario.people[0].knows, [PersonId(1)]);
    let event = &scenario.events[0];
    assert_eq!(event.at.to_string(), "2017-03-22 08:02:00 UTC");
    assert_eq!(event.line, 17);
    let to = Audience::Person(PersonId(1));
    assert_eq!(event.act, Act::Says { text: "Six o'clock".into(), to });
    assert_eq!(scenario.inquiry.served.to_string(), "2017-03-22 08:03:00 UTC");
}

#[test]
fn a_seed_that_some_reader_of_json_would_round() {
    let with = |seed: u64| GOOD.replace("title =", &format!("seed = {seed}\ntitle ="));
    assert_eq!(parse(&with((1 << 53) - 1)).unwrap().seed, 9_007_199_254_740_991);
    let refused = refusal(&with(1 << 53));
    assert!(refused.contains("9007199254740992 is too large for a seed"), "{refused}");
    assert!(refused.contains("Write a whole number from 0 to 9007199254740991."), "{refused}");
}

#[test]
fn a_person_that_is_not_there() {
    assert_eq!(
        event_refusal("at = \"+1m\"\nwho = \"Adda\"\nsays = \"x\"\nto = \"Ben\""),
        "19:7: there is no person `Adda`. Did you mean Ada?"
    );
    assert_eq!(
        event_refusal("at = \"+1m\"\nwho = \"Ada\"\nsays = \"x\"\nto = \"Zacharias\""),
        "21:6: there is no person `Zacharias`. Write Ada or Ben, or add a [[people]] table."
    );
}

#[test]
fn a_time_that_goes_backwards_or_is_none() {
    assert_eq!(
        event_refusal("at = 2017-03-22T07:59:59Z\nwho = \"Ada\"\ngoes-offline = true"),
        "18:6: the time goes backwards, from 2017-03-22 08:00:00 UTC to 2017-03-22 07:59:59 UTC. \
         Put the tables in the order in which things happen."
    );
    let wrong = event_refusal("at = \"half past two\"\nwho = \"Ada\"\ngoes-offline = true");
    assert!(
        wrong.starts_with("18:6: `half past two` is no time. Write a time as 2017-03-22T14:37:00Z"),
        "{wrong}"
    );
    assert!(event_refusal("who = \"Ada\"\ngoes-offline = true").starts_with("17:1: `at` is missing."));
}

#[test]
fn an_unknown_verb_with_the_nearest_known_one() {
    assert_eq!(
        event_refusal("at = \"+1m\"\nwho = \"Ada\"\nsay = \"x\"\nto = \"Ben\""),
        "20:1: there is no verb `say`. Did you mean `says`?"
    );
    let far = event_refusal("at = \"+1m\"\nwho = \"Ada\"\ntelephones = \"Ben\"");
    assert!(far.starts_with("20:1: there is no verb `telephones`. Write one of says, makes-group,"), "{far}");
    let two = event_refusal("at = \"+1m\"\nwho = \"Ada\"\nsays = \"x\"\nto = \"Ben\"\nblocks = \"Ben\"");
    assert_eq!(two, "22:1: one event has both `says` and `blocks`. Write a table for each.");
    let none = event_refusal("at = \"+1m\"\nwho = \"Ada\"");
    assert!(none.starts_with("17:1: nothing happens in this event."), "{none}");
}

#[test]
fn an_unknown_key_with_the_nearest_known_one() {
    let wrong = refusal(&GOOD.replace("country = \"US\"", "county = \"US\""));
    assert!(wrong.starts_with("12:1: `country` is missing."), "{wrong}");
    let wrong = refusal(&GOOD.replace("country = \"US\"", "country = \"US\"\nemial = \"b@example.org\""));
    assert_eq!(wrong, "16:1: a person has no `emial`. Did you mean `email`?");
    let wrong = event_refusal("at = \"+1m\"\nwho = \"Ada\"\ngoes-offline = true\nwhy = \"tired\"");
    assert!(wrong.starts_with("21:1: an event with `goes-offline` has no `why`."), "{wrong}");
    assert!(refusal("[scenery]\n").starts_with("1:1: there is no [scenario]."));
    let wrong = refusal(&format!("{GOOD}[[evens]]\nat = \"+1m\"\n"));
    assert!(wrong.contains("a scenario has no `evens`. Did you mean `events`?"), "{wrong}");
}

#[test]
fn a_number_that_is_none_or_somebody_else_s() {
    let wrong = refusal(&GOOD.replace("+447700900124", "07700 900124"));
    assert!(wrong.starts_with("14:10: a number starts with + and the country code"), "{wrong}");
    let wrong = refusal(&GOOD.replace("900124", "900123"));
    assert_eq!(wrong, "14:10: +447700900123 is Ada's number. Give each person a number of their own.");
}

#[test]
fn two_people_never_have_one_name() {
    for (other, wrong) in [
        ("Ada", "there are two people called Ada"),
        ("Ada ", "there are two people called Ada"),
        ("\u{A0}ada", "ada and Ada are one name"),
        ("A\u{200D}da", "A\u{200D}da and Ada are one name"),
        ("ＡＤＡ", "ＡＤＡ and Ada are one name"),
        ("+447700900125", "+447700900125 is a number and no name"),
        ("\u{200B}", "a name has 1 to 40 characters"),
    ] {
        let text = GOOD.replace("name = \"Ben\"", &format!("name = \"{other}\""));
        let refused = refusal(&text.replace("knows = [\"Ben\"]", ""));
        assert!(refused.contains(wrong), "{other}: {refused}");
    }
    let alike = parse(&GOOD.replace("\"Ben\"", "\"Аda\"")).unwrap();
    assert_eq!((alike.warnings.len(), alike.warnings[0].line), (1, 13));
    assert!(alike.warnings[0].says.contains("their names look alike"), "{:?}", alike.warnings);
    assert_eq!(alike.people[0].knows, [PersonId(1)], "and each is found by their own");
}

#[test]
fn a_person_is_found_by_their_name_as_on_a_phone() {
    let written = |who: &str, to: &str| {
        format!("[[events]]\nat = \"+1m\"\nwho = \"{who}\"\nsays = \"x\"\nto = \"{to}\"\n")
    };
    let plain = with(&written("Ada", "Ben")).unwrap();
    let other = with(&written(" ada", "BEN\u{A0}")).unwrap();
    assert_eq!(plain.events, other.events);
    assert_eq!(plain.named("ben"), Some(PersonId(1)));
    let trimmed = parse(&GOOD.replace("name = \"Ben\"", "name = \" Ben \"")).unwrap();
    assert_eq!(trimmed.people[1].name, "Ben");
}

#[test]
fn a_number_is_read_as_people_write_it() {
    let scenario = parse(&GOOD.replace("+447700900124", "+44 (0) 7700 900-124")).unwrap();
    assert_eq!(scenario.people[1].number.as_ref().unwrap().as_str(), "+447700900124");
    assert_eq!(scenario.warnings, [], "it is a drama number");
}

#[test]
fn a_number_outside_the_drama_ranges_is_a_warning() {
    let scenario = parse(&GOOD.replace("+447700900124", "+447911123456")).unwrap();
    assert_eq!(scenario.warnings.len(), 1);
    assert_eq!(scenario.warnings[0].line, 14);
    assert!(scenario.warnings[0].says.contains("may be a real person's"));
    assert_eq!(parse(GOOD).unwrap().warnings, []);
}

#[test]
fn what_the_whole_story_contradicts() {
    let events = |events: &[&str]| {
        let tables: String =
            events.iter().map(|event| format!("[[events]]\nat = \"+1m\"\n{event}\n")).collect();
        refusal(&format!("{GOOD}{tables}"))
    };
    let seized = "who = \"Ada\"\nphone-seized = \"unlocked\"";
    for (events, expected) in [
        (
            events(&[seized, "who = \"Ada\"\nsays = \"x\"\nto = \"Ben\""]),
            "21:1: Ada can do nothing here: the phone was seized in line 17. Move the event up, or leave it out.",
        ),
        (
            events(&["who = \"Ada\"\nsays = \"x\"\ngroup = \"choir\""]),
            "17:1: there is no group `choir` yet. Make it first: makes-group = \"...\".",
        ),
        (
            events(&["who = \"Ada\"\nposts = \"x\"\nchannel = \"@harbour\""]),
            "17:1: there is no channel @harbour yet. Open it first: opens-channel = \"...\".",
        ),
        (
            events(&["who = \"Ada\"\ncomes-online = true"]),
            "17:1: Ada is online already. Leave the event out.",
        ),
        (
            events(&["who = \"Ada\"\nreports = \"Ben\""]),
            "17:1: Ben has said nothing to Ada that could be reported. Put the event after a text between the two.",
        ),
        (events(&["who = \"Ada\"\nblocks = \"Ada\""]), "20:1: that is the same person. Name somebody else."),
    ] {
        assert_eq!(events, expected);
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_at_its_place() {
    let wrong = refusal("[scenario\nname = 1\n");
    assert!(wrong.starts_with("1:10: "), "{wrong}");
    assert!(wrong.ends_with("A scenario is a TOML file (toml.io)."), "{wrong}");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        let _ = parse(&text);
        let _ = with(&text);
    }

    #[test]
    fn a_scenario_cut_anywhere_is_read_or_refused(cut in 0_usize..4_000) {
        let text = include_str!("../../../examples/cloud-chat-2017/scenario.toml");
        if let Some(text) = text.get(..cut) {
            let _ = parse(text);
        }
    }
}
