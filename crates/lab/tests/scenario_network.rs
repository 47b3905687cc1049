//! Mistakes in `[network]`, in `[chatter]` and in how a phone is connected: each is one sentence with its place and
//! what to write.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fs;
use std::process::Command;

use pillarbox_lab::scenario::Scenario;

/// Two people with a network and chatter, without a mistake.
const GOOD: &str = r#"[scenario]
name = "net"
title = "A network"
start = 2026-01-05T08:00:00Z

[network]
delay = "400ms"
jitter = "300ms"
gateways = 2
exits = 10

[chatter]
people = 6
pairs = 5
texts = 12
mean-gap = "20s"
begins = 2026-01-05T09:00:00Z
groups = 1
to-groups = 10
replies = 30
mobile = 1
tor = 1
sharing = 1
sleeping = 1

[[people]]
name = "Ada"
number = "+447700900100"
country = "GB"
address = "home"
address-changes-every = "6h"

[[people]]
name = "Ben"
number = "+447700900101"
country = "GB"
knows = ["Ada"]
address = "home of Ada"
asleep = "23:00 to 07:00"
wakes-every = "15m"

[demand]
about = "Ada"
served = 2026-01-07T08:00:00Z
"#;

fn refusal(before: &str, after: &str) -> String {
    assert!(GOOD.contains(before), "{before}");
    match Scenario::parse("net.toml", &GOOD.replacen(before, after, 1)) {
        Ok(_) => panic!("`{after}` is taken"),
        Err(error) => error.to_string(),
    }
}

/// Runs one mistake after the other: the original text, its replacement, the reported position, and the words of
/// the report.
fn each_is_told(mistakes: &[(&str, &str, &str)]) {
    Scenario::parse("net.toml", GOOD).unwrap();
    for (before, after, told) in mistakes {
        let refused = refusal(before, after);
        assert_eq!(refused.strip_prefix("net.toml:").unwrap_or(&refused), *told, "{after}");
        assert!(
            refused.ends_with(['.', '?']) && !refused.contains('\n'),
            "one sentence, and what to write: {refused}"
        );
    }
}

#[test]
fn mistakes_in_the_network() {
    each_is_told(&[
        ("delay = \"400ms\"\n", "", "6:1: `delay` is missing. Write delay = \"400ms\"."),
        (
            "delay = \"400ms\"",
            "delay = \"0ms\"",
            "7:9: `0ms` is no such span. Write a span from 1ms to 60s, as 400ms or 2s.",
        ),
        (
            "delay = \"400ms\"",
            "delay = \"61s\"",
            "7:9: `61s` is no such span. Write a span from 1ms to 60s, as 400ms or 2s.",
        ),
        (
            "delay = \"400ms\"",
            "delay = \"fast\"",
            "7:9: `fast` is no such span. Write a span from 1ms to 60s, as 400ms or 2s.",
        ),
        (
            "delay = \"400ms\"",
            "delay = 400",
            "7:9: `delay` is of type integer. Write a text in quotation marks.",
        ),
        (
            "jitter = \"300ms\"",
            "jitter = \"a bit\"",
            "8:10: `a bit` is no such span. Write a span from 1ms to 60s, as 400ms or 2s.",
        ),
        (
            "gateways = 2",
            "gateways = 0",
            "9:1: there are from 1 to 1000 gateways. Write a number between the two.",
        ),
        (
            "gateways = 2",
            "gateways = \"two\"",
            "9:12: `gateways` is of type string. Write a whole number from 0 on.",
        ),
        (
            "exits = 10",
            "exits = 1001",
            "10:1: there are from 1 to 1000 exits. Write a number between the two.",
        ),
        ("exits = 10", "exit = 10", "10:1: [network] has no `exit`. Did you mean `exits`?"),
        ("[network]", "[netwrok]", "6:2: a scenario has no `netwrok`. Did you mean `network`?"),
    ]);
}

#[test]
fn mistakes_in_the_chatter() {
    each_is_told(&[
        ("people = 6\n", "", "12:1: `people` is missing. Write people = 2."),
        ("people = 6", "people = 1", "13:1: `people` cannot be 1 here. Write a number from 2 to 500."),
        ("people = 6", "people = 501", "13:1: `people` cannot be 501 here. Write a number from 2 to 500."),
        ("pairs = 5", "pairs = 16", "14:1: `pairs` cannot be 16 here. Write a number from 1 to 15."),
        ("texts = 12\n", "", "12:1: `texts` is missing. Write texts = 2."),
        ("texts = 12", "texts = 0", "15:1: `texts` cannot be 0 here. Write a number from 1 to 20000."),
        (
            "texts = 12",
            "texts = 20001",
            "15:1: `texts` cannot be 20001 here. Write a number from 1 to 20000.",
        ),
        (
            "texts = 12",
            "texts = \"many\"",
            "15:9: `texts` is of type string. Write a whole number from 0 on.",
        ),
        ("mean-gap = \"20s\"\n", "", "12:1: `mean-gap` is missing. Write mean-gap = \"20s\"."),
        (
            "mean-gap = \"20s\"",
            "mean-gap = \"now and then\"",
            "16:12: `now and then` is no such gap. Write a span from 10ms to 7d, as 20s or 5m.",
        ),
        (
            "begins = 2026-01-05T09:00:00Z",
            "begins = 2026-01-05T07:00:00Z",
            "17:10: `begins` is no time after the start. Write a time as 2017-03-22T14:37:00Z (UTC), or a span after the event before, as +30s, +2m, +1h or +3d.",
        ),
        ("groups = 1\n", "groups = 3\n", "18:1: `groups` cannot be 3 here. Write a number from 0 to 2."),
        (
            "groups = 1\n",
            "groups = 0\n",
            "19:1: there are no groups. Write groups = 2, or leave this line out.",
        ),
        (
            "to-groups = 10",
            "to-groups = 101",
            "19:1: `to-groups` cannot be 101 here. Write a number from 0 to 100.",
        ),
        (
            "replies = 30",
            "replies = 101",
            "20:1: `replies` cannot be 101 here. Write a number from 0 to 100.",
        ),
        ("mobile = 1", "mobile = 5", "21:1: `mobile` cannot be 5 here. Write a number from 0 to 4."),
        (
            "mobile = 1\ntor = 1\nsharing = 1",
            "mobile = 2\ntor = 2\nsharing = 1",
            "12:1: `mobile`, `tor` and `sharing` are more than the 4 people whom nobody names. Write fewer: each person has one address.",
        ),
        ("sleeping = 1", "sleepy = 1", "24:1: [chatter] has no `sleepy`. Did you mean `sleeping`?"),
        (
            "replies = 30",
            "replies = 30\ncountry = \"England\"",
            "21:11: `England` is no country. Write two capital letters (ISO 3166), as GB, US or BR.",
        ),
        (
            "[network]\ndelay = \"400ms\"\njitter = \"300ms\"\ngateways = 2\nexits = 10\n\n",
            "",
            "24:1: this story has no network. Add a [network] section, or leave this line out.",
        ),
    ]);
}

#[test]
fn mistakes_in_how_a_phone_is_connected() {
    each_is_told(&[
        (
            "address = \"home\"",
            "address = \"hut\"",
            "30:11: `hut` is no address. Write \"home\", \"home of Ada\", \"mobile\" or \"tor\".",
        ),
        (
            "address = \"home of Ada\"",
            "address = \"home of Cai\"",
            "38:11: there is no person `Cai`. Write Ada or Ben, or add a [[people]] table.",
        ),
        (
            "address = \"home of Ada\"",
            "address = \"home of Ben\"",
            "33:1: Ben is at home of themselves. Leave that name out.",
        ),
        (
            "address = \"home\"\n",
            "address = \"mobile\"\n",
            "31:25: only the address of a home of one's own changes by itself. Write it at the person whose home it is.",
        ),
        (
            "address = \"home of Ada\"",
            "address = \"home of Ada\"\naddress-changes-every = \"6h\"",
            "39:25: only the address of a home of one's own changes by itself. Write it at the person whose home it is.",
        ),
        (
            "address-changes-every = \"6h\"",
            "address-changes-every = \"1s\"",
            "31:25: `1s` is no such span. Write a span from 1m to 30d, as 15m or 6h.",
        ),
        (
            "asleep = \"23:00 to 07:00\"",
            "asleep = \"at night\"",
            "39:10: `at night` is no part of a day. Write two times of the day in UTC, as \"23:00 to 07:00\".",
        ),
        (
            "asleep = \"23:00 to 07:00\"",
            "asleep = \"07:00 to 07:00\"",
            "39:10: `07:00 to 07:00` is no part of a day. Write two times of the day in UTC, as \"23:00 to 07:00\".",
        ),
        (
            "wakes-every = \"15m\"",
            "wakes-every = \"31d\"",
            "40:15: `31d` is no such span. Write a span from 1m to 30d, as 15m or 6h.",
        ),
        (
            "wakes-every = \"15m\"",
            "wakes-every = \"often\"",
            "40:15: `often` is no such span. Write a span from 1m to 30d, as 15m or 6h.",
        ),
    ]);
}

/// The program prints the same, with exit code 2, as for any mistyped input.
#[test]
fn the_program_says_the_sentence_and_saves_nothing() {
    let place = tempfile::tempdir().unwrap();
    for (before, after, told) in [
        ("delay = \"400ms\"", "delay = \"61s\"", "net.toml:7:9: `61s` is no such span."),
        ("texts = 12", "texts = 0", "net.toml:15:1: `texts` cannot be 0 here."),
    ] {
        fs::write(place.path().join("net.toml"), GOOD.replacen(before, after, 1)).unwrap();
        for command in ["run", "matrix"] {
            let mut program = Command::new(env!("CARGO_BIN_EXE_pillarbox-lab"));
            let done = program.current_dir(place.path()).args([command, "net.toml"]).output().unwrap();
            let said = String::from_utf8(done.stderr).unwrap();
            assert_eq!((done.status.code(), done.stdout.len()), (Some(2), 0), "{command}: {said}");
            assert!(said.starts_with(&format!("pillarbox-lab: {told}")), "{command}: {said}");
            assert!(!place.path().join("runs").exists(), "{command}");
        }
    }
}
