//! A mistake in a design's file is reported with its place, the mistake, and what to write instead.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use pillarbox_access::design::Accounts;
use pillarbox_access::law::Country;
use pillarbox_access::{Design, Item};
use pillarbox_client::Receipts;
use pillarbox_relay::Granularity;
use pillarbox_wire::{DepositKind, Duration};
use proptest::prelude::*;

const GOOD: &str = r#"plain = "an example"
as_of = "2017-03"
not_known = ["push-token"]

[phone]
protection = "end-to-end"
padding = "blocks-80"
number = true
receipts = "after 5 minutes"
deposits = ["display-name"]

[relay]
undelivered = "30 days"
last_seen = "day"
deposits = ["display-name"]

[operator]
seat = "GB"
offices = ["US"]
pen_register = { every = "15 minutes", says = "so we do", from = "a test" }

[[operator.withholds]]
items = ["ip_address"]
unless = "confirmed-terrorism"
says = "we give it in such cases only"
from = "a test"
"#;

fn parse(text: &str) -> Result<Design, String> {
    Design::parse("designs/example.toml", text).map_err(|error| error.to_string())
}

#[test]
fn a_file_becomes_a_design() {
    let design = parse(GOOD).unwrap();
    assert_eq!((design.name.as_str(), design.as_of.as_str()), ("example", "2017-03"));
    assert_eq!(design.phone.habits.receipts, Receipts::After(300));
    let random = parse(&GOOD.replace("\"after 5 minutes\"", "\"within 1 hour\"")).unwrap();
    assert_eq!(random.phone.habits.receipts, Receipts::Within(3_600));
    assert_eq!(design.phone.habits.deposits, [DepositKind::DisplayName]);
    assert_eq!(design.phone.accounts, Accounts::One);
    assert_eq!(
        (design.relay.undelivered, design.relay.last_seen),
        (Duration::from_days(30), Granularity::Day)
    );
    assert_eq!(design.title, "example", "the name, where the file gives no title");
    let live = design.operator.pen_register.as_ref().map(|live| live.every);
    assert_eq!(live, Some(Duration::from_seconds(900)));
    assert_eq!(design.operator.seat, Some(Country::GB));
    assert!(design.is_unknown_item(Item::PushToken) && !design.is_unknown_item(Item::DisplayName));
    assert_eq!(design.cloud, None);
}

#[test]
fn each_mistake_has_a_place_and_a_way_out() {
    let mistakes = [
        (
            "\"GB\"",
            "\"gb\"",
            "18:8: `gb` is no country: write two capital letters (ISO 3166-1), such as \"GB\"",
        ),
        ("offices =", "relays_in = [\"de\"]\noffices =", "17:1: `de` is no country"),
        (
            "[\"push-token\"]",
            "[\"display-name\"]",
            "3:13: the phones leave `display-name`, so that it is known",
        ),
        ("padding =", "paddin =", "7:1: there is no key `paddin` here; write `padding`"),
        ("last_seen", "last-sen", "14:1: there is no key `last-sen` here; write `last_seen`"),
        (
            "\"end-to-end\"",
            "\"end-too-end\"",
            "6:14: there is no value `end-too-end` here; write `end-to-end`",
        ),
        ("\"ip_address\"", "\"ip-adress\"", "23:10: there is no value `ip-adress` here; write `ip_address`"),
        ("\"2017-03\"", "\"spring\"", "2:9: a design has a date"),
        ("\"an example\"", "\" \"", "1:9: say in one phrase"),
        ("\"after 5 minutes\"", "\"later\"", "9:12: receipts go `at-once`"),
        ("\"after 5 minutes\"", "\"within the hour\"", "9:12: receipts go `at-once`"),
        ("\"30 days\"", "\"a month\"", "13:15: a span of time"),
        (
            "\ndeposits = [\"display-name\"]\n\n[op",
            "\n\n[op",
            "10:12: the phones leave `display-name` and the relay refuses it",
        ),
        (
            "number = true",
            "number = true\nreports = true",
            "9:11: a report can be checked only if the relay stamps",
        ),
        ("number = true", "number = true\naccounts = \"per-contact\"", "9:12: a number would join"),
        ("number = true", "number = true\nbackup = \"owner-key\"", "9:10: the phones leave `backup-part`"),
        ("[phone]", "[phone", "5:7: "),
        ("number = true\n", "", "5:1: missing field `number`"),
    ];
    for (right, wrong, expected) in mistakes {
        let text = GOOD.replacen(right, wrong, 1);
        assert_ne!(text, GOOD, "{right}");
        let error = parse(&text).unwrap_err();
        let expected = format!("designs/example.toml:{expected}");
        assert!(error.starts_with(&expected), "{error}\nwanted {expected}");
    }
}

#[test]
fn a_design_is_named_after_its_file() {
    assert!(Design::parse("Example Design.toml", GOOD).unwrap_err().message.contains("small letters"));
    assert_eq!(Design::parse("a-1", GOOD).unwrap().name, "a-1");
}

proptest! {
    #[test]
    fn any_text_is_a_design_or_refused_at_a_place_in_it(at: prop::sample::Index, put in "\\PC{0,4}", cut in 0..6_usize) {
        let chars: Vec<char> = GOOD.chars().collect();
        let at = at.index(chars.len());
        let end = (at + cut).min(chars.len());
        let text: String = chars[..at].iter().copied().chain(put.chars()).chain(chars[end..].iter().copied()).collect();
        if let Err(error) = Design::parse("example.toml", &text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
            prop_assert!(error.column >= 1 && !error.message.is_empty());
        }
    }
}
