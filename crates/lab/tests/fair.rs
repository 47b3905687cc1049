//! Stories in which a slightly less exact answer would be unfair to somebody: the operator, the person asked about, a
//! bystander, the investigator.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;

use pillarbox_access::designs;
use pillarbox_lab::experiments::control::Control;
use pillarbox_lab::matrix::cell::Cell;
use pillarbox_lab::matrix::{self, Plan};
use pillarbox_lab::progress::Progress;
use pillarbox_lab::scenario::Scenario;
use pillarbox_lab::score::{Holder, Share};

fn cell(story: &str, design: &str, demand: &str) -> Cell {
    let scenario = Scenario::parse("story.toml", story).unwrap_or_else(|error| panic!("{error}"));
    let plan = Plan {
        seed: scenario.seed,
        scenario,
        designs: vec![designs::named(design).unwrap().clone()],
        demands: vec![demand.to_owned()],
        threads: NonZeroUsize::MIN,
        control: Control::built_in().unwrap(),
        rerun: "pillarbox-lab matrix".into(),
    };
    matrix::run(&plan, &Progress::none(), &AtomicBool::new(false)).unwrap().cells.remove(0)
}

/// The name, the country, and the people known.
type Somebody<'a> = (&'a str, &'a str, &'a [&'a str]);

/// Writes a story about Ivo, ordered at eight on the second day and served at noon on the fourth.
fn story(about: &str, people: &[Somebody<'_>], events: &[(&str, &str, &str)]) -> String {
    let mut text = format!(
        "[scenario]\nname = \"fair\"\ntitle = \"Fair\"\nstart = 2026-01-05T08:00:00Z\n\n[demand]\nabout = \"{about}\"\n\
         ordered = 2026-01-06T08:00:00Z\nserved = 2026-01-08T12:00:00Z\n\n"
    );
    for (at, (name, country, knows)) in people.iter().enumerate() {
        let number = if *country == "US" { format!("+1202555012{at}") } else { format!("+44770090016{at}") };
        let account = format!("{}.os@example.com", name.to_lowercase());
        text.push_str(&format!(
            "[[people]]\nname = \"{name}\"\nnumber = \"{number}\"\ncountry = \"{country}\"\nos-account = \"{account}\"\nknows = {knows:?}\n\n"
        ));
    }
    for (at, who, does) in events {
        text.push_str(&format!("[[events]]\nat = 2026-01-{at}:00Z\nwho = \"{who}\"\n{does}\n\n"));
    }
    text
}

const IVO_AND_JANA: [Somebody<'_>; 2] = [("Ivo", "GB", &["Jana"]), ("Jana", "GB", &["Ivo"])];

fn says(text: &str, to: &str) -> String {
    format!("says = \"{text}\"\nto = \"{to}\"")
}

/// The same words from the other person, or at another time, are another message, and confirm no report.
#[test]
fn nobody_is_reported_by_the_reporters_own_words() {
    let (threat, answer) = (says("I will come.", "Jana"), says("I will come.", "Ivo"));
    let echoed = story(
        "Ivo",
        &IVO_AND_JANA,
        &[
            ("05T09:00", "Ivo", &threat),
            ("06T09:00", "Ivo", "goes-offline = true"),
            ("06T10:00", "Jana", &answer),
        ],
    );
    let confirmed = cell(&echoed, "plain-deletes", "victims-report");
    assert_eq!(confirmed.state.counted().unwrap_or_default().0, 0, "{}", confirmed.says);
    // The control: if the operator keeps the texts, the same report is confirmed by that message and no other.
    let kept = cell(&echoed, "plain-server", "victims-report");
    assert_eq!(kept.state.counted(), Some((1, 1)), "{}", kept.says);
    assert!(kept.answer.assumed.iter().any(|it| it.contains("Nobody in this story reports anything")));
}

/// A demand that looks back finds everything that exists when it is served, whenever that was created.
#[test]
fn what_was_made_between_the_order_and_the_service_is_found_by_what_looks_back() {
    let (one, two) = (says("One.", "Jana"), says("Two.", "Jana"));
    let late_backup = story(
        "Jana",
        &IVO_AND_JANA,
        &[("05T09:00", "Ivo", &one), ("06T09:00", "Ivo", &two), ("06T12:00", "Jana", "backs-up = true")],
    );
    let backup = cell(&late_backup, "whatsapp-2017", "backup-warrant");
    assert_eq!(backup.state.counted(), Some((2, 2)), "{}", backup.says);
    // A new account without a number.
    let new_account = story(
        "Ivo",
        &IVO_AND_JANA,
        &[("05T09:00", "Ivo", &one), ("06T10:00", "Ivo", "re-registers = true"), ("06T11:00", "Ivo", &two)],
    );
    for demand in ["entity-data", "participant"] {
        let found = cell(&new_account, "threema", demand);
        assert!(found.state.counted().unwrap().0 > 0, "{demand}: {}", found.says);
    }
    assert_eq!(cell(&new_account, "threema", "participant").state.counted(), Some((2, 2)));
    // An order covers the accounts of its time, and the answer says so.
    let ordered = cell(&new_account, "threema", "interception");
    let why = ordered.answer.why.join(" ");
    assert!(
        why.contains("An account that the target has made since the order is not covered by it."),
        "{why}"
    );
}

/// A block touches people who are blocked and people to whom they write. A changed program touches phones that somebody
/// has.
#[test]
fn nobody_could_notice_whose_phone_nothing_reached() {
    let (one, two) = (says("One.", "Ynyr"), says("Two.", "Aled"));
    let far_away = story(
        "Aled",
        &[
            ("Aled", "GB", &["Zara"]),
            ("Zara", "US", &["Aled"]),
            ("Ynyr", "GB", &["Xan"]),
            ("Xan", "US", &["Ynyr"]),
        ],
        &[("05T09:00", "Xan", &one), ("06T09:00", "Zara", &two)],
    );
    for design in ["signal-now", "whatsapp-2017"] {
        let blocked = cell(&far_away, design, "blocking-order");
        assert!(!blocked.answer.could_notice.contains(&"Xan".to_owned()), "{design}");
        assert!(blocked.answer.could_notice.contains(&"Aled".to_owned()), "{design}");
    }
    let (one, two) = (says("One.", "Kim"), says("Two.", "Jana"));
    let gone_before = story(
        "Ivo",
        &[
            ("Ivo", "GB", &["Jana", "Kim"]),
            ("Jana", "GB", &["Ivo"]),
            ("Kim", "GB", &["Ivo"]),
            ("Lou", "GB", &["Ivo"]),
        ],
        &[
            ("05T09:00", "Ivo", &one),
            ("05T10:00", "Kim", "deletes-account = true"),
            ("05T10:30", "Lou", "phone-seized = \"locked-after-first-unlock\""),
            ("06T09:00", "Ivo", &two),
        ],
    );
    let changed = cell(&gone_before, "signal-2016", "notice-to-change");
    assert_eq!(changed.answer.could_notice, ["Ivo", "Jana"]);
}

/// A text in a contact's backup is counted at that place.
#[test]
fn a_contacts_backup_is_a_place_of_its_own() {
    let (one, two) = (says("One.", "Jana"), says("Two.", "Ivo"));
    let backed_up = story(
        "Ivo",
        &IVO_AND_JANA,
        &[("05T09:00", "Ivo", &one), ("05T09:10", "Jana", &two), ("05T12:00", "Jana", "backs-up = true")],
    );
    let answer = cell(&backed_up, "whatsapp-2017", "content-warrant").answer;
    let at = |holder| answer.elsewhere.iter().find(|it| it.holder == holder).unwrap().texts.len();
    assert_eq!((at(Holder::Backup), at(Holder::ContactsBackups)), (0, 2), "{}", answer.copies);
}

/// A thief's share is read from rows. Traffic that only passes is not in it, and rows created by an order are not
/// in it without the order.
#[test]
fn a_thief_has_what_lies_there_with_the_order_and_without_it() {
    let (one, two) = (says("One.", "Jana"), says("Two.", "Jana"));
    let plain = story("Ivo", &IVO_AND_JANA, &[("05T09:00", "Ivo", &one), ("06T09:00", "Ivo", &two)]);
    let stolen = |design, demand| {
        let thief = cell(&plain, design, demand).measures.thief.unwrap();
        (thief.rows, thief.without)
    };
    let share = |n, of| Share { n, of };
    // An observer of the traffic reads the text, and the rows are deleted on delivery.
    assert_eq!(stolen("plain-deletes", "interception"), (share(0, 1), Some(share(0, 1))));
    assert_eq!(stolen("plain-deletes", "notice-to-change"), (share(0, 1), Some(share(0, 1))));
    // An ordered log can be stolen, and does not exist without the order.
    assert_eq!(stolen("plain-deletes", "compelled-logging"), (share(1, 1), Some(share(0, 1))));
    // If rows are kept anyway, the order adds nothing.
    assert_eq!(stolen("plain-server", "compelled-logging"), (share(1, 1), Some(share(1, 1))));
    assert_eq!(stolen("plain-server", "content-warrant"), (share(2, 2), None));
}

/// An operator's statement about the data that it has is not a refusal of data that it would have with other software.
#[test]
fn nobody_is_said_to_refuse_what_they_do_not_have() {
    let (one, two) = (says("One.", "Jana"), says("Two.", "Jana"));
    let plain = story("Ivo", &IVO_AND_JANA, &[("05T09:00", "Ivo", &one), ("06T09:00", "Ivo", &two)]);
    let changed = cell(&plain, "telegram-secret-chat", "notice-to-change");
    assert!(!changed.answer.has.contains("does not hand"), "{}", changed.answer.has);
    assert_eq!(changed.state.word(), "from the order on");
    assert!(changed.answer.says.contains("is not known"), "{}", changed.answer.says);
    // The operator already has the data that it can read, and its statement about that data applies.
    let in_place = cell(&plain, "telegram-cloud-2017", "notice-to-change");
    assert!(in_place.answer.has.contains("does not hand"), "{}", in_place.answer.has);
}

/// With an account for each contact, the demand names one by the number of texts, and not by the order in the story's
/// file.
#[test]
fn which_account_a_demand_names_does_not_hang_on_the_order_of_people() {
    let (one, two, three) = (says("One.", "Jana"), says("Two.", "Jana"), says("Three.", "Kim"));
    let events = [
        ("05T09:00", "Ivo", one.as_str()),
        ("05T09:10", "Ivo", &three),
        ("05T09:20", "Ivo", &two),
        ("06T09:00", "Jana", "says = \"Four.\"\nto = \"Ivo\""),
    ];
    let ivo: Somebody<'_> = ("Ivo", "GB", &["Jana", "Kim"]);
    let jana: Somebody<'_> = ("Jana", "GB", &["Ivo"]);
    let kim: Somebody<'_> = ("Kim", "GB", &["Ivo"]);
    for demand in ["interception", "content-warrant"] {
        let first = cell(&story("Ivo", &[ivo, jana, kim], &events), "simplex", demand);
        let other = cell(&story("Ivo", &[kim, jana, ivo], &events), "simplex", demand);
        assert_eq!(first.says, other.says, "{demand}");
        assert!(first.answer.why.join(" ").contains("the one that Jana writes to"), "{:?}", first.answer.why);
    }
}

/// Traffic was handed over as it passed. Closing an account later does not undo that.
#[test]
fn what_a_tap_has_stays_handed_over_when_the_account_is_closed() {
    let (one, two) = (says("One.", "Jana"), says("Two.", "Jana"));
    let closed = story(
        "Ivo",
        &IVO_AND_JANA,
        &[
            ("05T09:00", "Ivo", &one),
            ("06T09:00", "Ivo", &two),
            ("07T09:00", "Ivo", "deletes-account = true"),
        ],
    );
    assert_eq!(cell(&closed, "plain-server", "interception").says, "from the order on: 1 of 1 text");
    assert_eq!(cell(&closed, "whatsapp-2017", "interception").says, "held but unreadable: 1 of 1 text");
    assert_eq!(cell(&closed, "plain-server", "pen-register").says, "from the order on: 1 of 1 message");
    // The same is true of an ordered log.
    let logged = cell(&closed, "plain-deletes", "compelled-logging");
    assert_eq!(logged.says, "from the order on: 1 of 1 message");
    assert_eq!(logged.measures.thief.unwrap().rows, Share { n: 1, of: 1 });
    // It does not have what passed before the order.
    let before = story(
        "Ivo",
        &IVO_AND_JANA,
        &[("05T09:00", "Ivo", &one), ("05T10:00", "Ivo", "deletes-account = true")],
    );
    assert_eq!(cell(&before, "plain-server", "interception").state.counted().unwrap_or_default().0, 0);
}

/// An order names an account when it is served. Later texts do not change which account it names.
#[test]
fn an_answer_names_the_contact_whose_account_the_order_named() {
    let (one, two, three) = (says("One.", "Jana"), says("Two.", "Kim"), says("Three.", "Kim"));
    let shifting = story(
        "Ivo",
        &[("Ivo", "GB", &["Jana", "Kim"]), ("Jana", "GB", &["Ivo"]), ("Kim", "GB", &["Ivo"])],
        &[("05T09:00", "Ivo", &one), ("06T09:00", "Ivo", &two), ("06T09:10", "Ivo", &three)],
    );
    let ordered = cell(&shifting, "simplex", "compelled-logging");
    let why = ordered.answer.why.join(" ");
    assert!(why.contains("the one that Jana writes to"), "{why}");
    // The thief's rows are the rows of the accounts that the order names.
    let (n, _) = ordered.state.counted().unwrap_or_default();
    assert_eq!(ordered.measures.thief.unwrap().rows.n, n, "{}", ordered.answer.thief);
    let served = cell(&shifting, "simplex", "content-warrant");
    assert!(served.answer.why.join(" ").contains("the one that Kim writes to"));
}
