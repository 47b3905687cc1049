//! Each measure over invented answers, for which the right result is known.

use proptest::prelude::*;

use pillarbox_access::Blank;
use pillarbox_access::facts::ReadableText;
use pillarbox_access::speaker::Speaker;
use pillarbox_wire::Timestamp;

use super::super::state::{Capability, State};
use super::super::yields::Statement;
use super::*;

fn told(at: u64, by: &str, to: &str, text: &str) -> Utterance {
    Utterance { at, by: by.into(), to: vec![to.into()], public: false, sha256: sha256(text.as_bytes()) }
}

fn yardstick() -> Yardstick {
    let names = [("+1", "Ann"), ("+2", "Ben"), ("+3", "Cleo")];
    Yardstick {
        target: "Ann".into(),
        ordered: 1_000_000,
        served: 3_000_000,
        names: names.map(|(number, name)| (number.to_owned(), name.to_owned())).into(),
        said: vec![
            told(500_000, "Ann", "Ben", "one"),
            told(2_000_000, "Ben", "Ann", "two"),
            told(2_500_000, "Ben", "Cleo", "none of it"),
        ],
        ..Yardstick::default()
    }
}

fn entry(asked: Item, returned: usize) -> Entry {
    let lines = vec![String::new(); returned];
    Entry { asked, answer: ItemAnswer::of(lines, Blank::NotWrittenDown), was_known: false, withheld: None }
}

#[test]
fn each_thing_counts_once_whatever_words_it_came_in() {
    let entries = vec![
        // An umbrella word, and two of its parts, each in both of its forms.
        entry(Item::BasicSubscriberRecord, 4),
        entry(Item::RegisteredAt, 1),
        entry(Item::RegisteredDate, 1),
        entry(Item::IpLog, 3),
        entry(Item::IpAddress, 1),
        entry(Item::Name, 1),
        entry(Item::Email, 0),
    ];
    let brought = Yield { entries, ..Yield::default() };
    let (counts, measures) = score(Counted::Entries, &brought, &yardstick());
    assert_eq!((counts.returned, counts.of), (3, 4));
    assert!(measures.besides.is_empty());
    // If messages are counted, these are beside them: each once, in the form that says most.
    let (_, measures) = score(Counted::Messages, &brought, &yardstick());
    let besides: Vec<(Item, u64)> = measures.besides.iter().map(|it| (it.what, it.entries)).collect();
    assert_eq!(besides, [(Item::RegisteredAt, 1), (Item::Name, 1), (Item::IpLog, 3)]);
    // A date that was kept by the day is the same thing, in its other form.
    let by_day = Yield {
        entries: vec![entry(Item::RegisteredAt, 0), entry(Item::RegisteredDate, 1)],
        ..Yield::default()
    };
    let (counts, _) = score(Counted::Entries, &by_day, &yardstick());
    assert_eq!((counts.returned, counts.of), (1, 1));
}

#[test]
fn each_of_several_is_measured_alone() {
    let text = |text: &str| ReadableText {
        at: Timestamp(500_000),
        from: None,
        to: None,
        text: text.into(),
        group: None,
    };
    let party =
        |who: &str, said: &[&str]| Party { who: who.into(), said: said.iter().map(|it| text(it)).collect() };
    let parties = vec![party("Ben", &["one", "two", "two"]), party("Cleo", &["none of it"])];
    let (_, measures) = score(Counted::Texts, &Yield { parties, ..Yield::default() }, &yardstick());
    let shows = |who: &str, n| Shows { who: who.into(), texts: Share { n, of: 2 } };
    assert_eq!(measures.shows, [shows("Ben", 2), shows("Cleo", 0)]);
}

#[test]
fn what_came_back_says_where_from_and_nothing_says_nothing() {
    use pillarbox_access::attribution::Provenance;
    let origin = Provenance { named_by_operator: true, ..Provenance::default() };
    let nothing = Yield { origin, entries: vec![entry(Item::Name, 0)], ..Yield::default() };
    assert_eq!(score(Counted::Entries, &nothing, &yardstick()).1.attribution, None);
    let named = Yield { entries: vec![entry(Item::Name, 1)], ..nothing };
    let attribution = |brought: &Yield| score(Counted::Entries, brought, &yardstick()).1.attribution;
    assert_eq!(attribution(&named), Some(Attribution::OperatorsWord));
    let unnamed = Yield { origin: Provenance::default(), ..named };
    assert_eq!(attribution(&unnamed), Some(Attribution::Nobody));
}

fn wrote(at: u64, from: Option<&str>, to: Option<&str>) -> Wrote {
    Wrote { at: Timestamp(at), from: from.map(str::to_owned), to: to.map(str::to_owned) }
}

#[test]
fn a_text_counts_once_and_others_do_not_count() {
    let text = |text: &str| ReadableText {
        at: Timestamp(500_000),
        from: Some("+1".into()),
        to: Some("+2".into()),
        text: text.into(),
        group: None,
    };
    let brought = Yield {
        said: vec![text("one"), text("one"), text("none of it"), text("guessed")],
        ..Yield::default()
    };
    let (counts, measures) = score(Counted::Texts, &brought, &yardstick());
    assert_eq!((counts.returned, counts.of), (1, 2));
    assert_eq!(
        (measures.content_past, measures.content_future),
        (Share { n: 1, of: 1 }, Share { n: 0, of: 1 })
    );
    let (after, _) = score(Counted::TextsAfter, &brought, &yardstick());
    assert_eq!((after.returned, after.of), (0, 1));
    assert_eq!((measures.named, measures.read), (vec!["Ben".to_owned()], Vec::new()));
    assert_eq!(measures.texts, ["T01"]);
    assert_eq!(measures.look_back_ms, Some(2_500_000));
}

#[test]
fn a_row_stands_for_one_message_of_its_time_and_people() {
    let rows = vec![
        wrote(500_100, Some("+1"), Some("+2")),
        wrote(500_100, Some("+1"), Some("+2")),
        wrote(2_000_000, None, Some("+1")),
        wrote(2_000_000, None, None),
        wrote(2_900_000, Some("+3"), Some("+1")),
    ];
    let brought = Yield { wrote: rows, ..Yield::default() };
    let (_, measures) = score(Counted::Messages, &brought, &yardstick());
    assert_eq!(measures.times, PrecisionRecall { found: 5, right: 2, of: 2 });
    assert_eq!(measures.pairs, PrecisionRecall { found: 2, right: 1, of: 1 });
    let nobody = Yield { wrote: vec![wrote(500_000, None, None)], ..Yield::default() };
    assert_eq!(score(Counted::Messages, &nobody, &yardstick()).0.returned, 0, "a row about nobody");
}

#[test]
fn one_known_end_is_a_message_and_a_fuller_row_is_taken_first() {
    // Two messages to the target within a minute: the row that names both ends belongs to the first, and the row with
    // one end to the second.
    let mut yardstick = yardstick();
    yardstick.said.push(told(2_010_000, "Cleo", "Ann", "three"));
    let rows = vec![wrote(2_010_000, None, Some("+1")), wrote(2_000_000, Some("+2"), Some("+1"))];
    let (counts, measures) = score(Counted::Messages, &Yield { wrote: rows, ..Yield::default() }, &yardstick);
    assert_eq!((counts.returned, counts.of), (2, 3));
    assert_eq!(measures.pairs, PrecisionRecall { found: 1, right: 1, of: 2 });
}

#[test]
fn a_text_tells_when_it_passed() {
    let said = ReadableText { at: Timestamp(500_000), from: None, to: None, text: "one".into(), group: None };
    let (counts, _) = score(Counted::Messages, &Yield { said: vec![said], ..Yield::default() }, &yardstick());
    assert_eq!((counts.returned, counts.of), (1, 2));
}

#[test]
fn a_ciphertext_is_a_text_only_where_one_was_said() {
    let sealed =
        |rows: Vec<Wrote>| score(Counted::Texts, &Yield { sealed: rows, ..Yield::default() }, &yardstick());
    // A receipt returns to the author, so it fits no text of that time.
    let (counts, measures) = sealed(vec![wrote(500_200, None, Some("+1"))]);
    assert_eq!((counts.unreadable, measures.sealed.ciphertexts), (0, 1));
    assert_eq!(State::of(Capability::There, false, &counts), State::None { why: Absence::NothingKept });
    let (counts, measures) = sealed(vec![wrote(500_200, None, Some("+2")), wrote(500_300, None, Some("+1"))]);
    assert_eq!((counts.unreadable, measures.sealed.ciphertexts), (1, 2));
    assert_eq!(measures.sealed.texts, ["T01"]);
}

#[test]
fn other_data_does_not_decide_a_column() {
    let unreadable = ItemAnswer::HeldUnreadable { count: 1, private_keys: 2, public_values: 0 };
    let roster = Entry { answer: unreadable, ..entry(Item::GroupInfo, 0) };
    let brought = Yield { entries: vec![roster], ..Yield::default() };
    for what in [Counted::Messages, Counted::MessagesAfter, Counted::Texts, Counted::TextsAfter] {
        let (counts, _) = score(what, &brought, &yardstick());
        assert_eq!((counts.unreadable, counts.withheld), (0, 0), "{what:?}");
    }
    assert_eq!(score(Counted::Entries, &brought, &yardstick()).0.unreadable, 1);
}

#[test]
fn a_statement_about_the_item_is_about_all_of_it() {
    let says = Statement { says: "not that".into(), from: "a test".into(), by: Speaker::Others };
    let pairs = Entry { withheld: Some(says), ..entry(Item::MessageSourceDestination, 1) };
    let rows = vec![wrote(500_000, Some("+1"), Some("+2"))];
    let brought = Yield { wrote: rows, entries: vec![pairs.clone()], ..Yield::default() };
    let (counts, _) = score(Counted::Messages, &brought, &yardstick());
    assert_eq!(State::of(Capability::There, false, &counts), State::Withheld { n: 1, of: 2 });
    // An answer that states the time at which each message passed also shows that it passed.
    let brought = Yield { entries: vec![pairs, entry(Item::MessageTimes, 1)], ..brought };
    let (counts, _) = score(Counted::Messages, &brought, &yardstick());
    assert_eq!(State::of(Capability::There, false, &counts), State::Returned { n: 1, of: 2 });
}

#[test]
fn what_the_demand_does_not_reach_was_not_asked_for() {
    let uncovered = Entry { answer: ItemAnswer::NotCovered, ..entry(Item::MessageContent, 0) };
    let brought = Yield { entries: vec![uncovered], ..Yield::default() };
    let (counts, _) = score(Counted::Texts, &brought, &yardstick());
    assert_eq!(counts.absence, Absence::NotAsked);
    let nothing = Yardstick { said: Vec::new(), ..yardstick() };
    assert_eq!(score(Counted::Texts, &Yield::default(), &nothing).0.absence, Absence::NotInStory);
}

proptest! {
    #[test]
    fn never_more_than_there_was(rows in prop::collection::vec((0_u64..3_000_000, 0_u8..4, 0_u8..4), 0..20)) {
        let name = |at: u8| (at > 0).then(|| format!("+{at}"));
        let wrote =
            rows.iter().map(|(at, from, to)| Wrote { at: Timestamp(*at), from: name(*from), to: name(*to) });
        let brought = Yield { wrote: wrote.collect(), ..Yield::default() };
        for what in [Counted::Messages, Counted::MessagesAfter, Counted::Texts] {
            let (counts, measures) = score(what, &brought, &yardstick());
            prop_assert!(counts.returned <= counts.of);
            for rates in [measures.pairs, measures.times, measures.groups] {
                prop_assert!(rates.right <= rates.of && rates.right <= rates.found);
            }
        }
    }
}

#[test]
fn whoever_notices_several_times_is_one_person() {
    let noticed = |at, who: &str, says: &str| Noticed { at, who: who.to_owned(), says: says.to_owned() };
    let noticed = vec![noticed(1, "Ben", "one"), noticed(2, "Ann", "two"), noticed(3, "Ben", "three")];
    let measures = Measures { noticed, ..Measures::default() };
    assert_eq!(measures.first_noticed().into_iter().collect::<Vec<_>>(), [("Ann", 2), ("Ben", 1)]);
}
