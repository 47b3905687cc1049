//! Every sentence in every state, in the singular and in the plural.

use pillarbox_access::design::AnswersNotice;

use super::*;
use crate::answer::{OperatorsWord, WordIs};
use crate::score::{Holder, Sealed, Share, TextsAt, Thief};

const SUBJECT: Subject<'_> = Subject {
    party: "The operator",
    target: "Rhys",
    unit: "texts",
    container: "locked phone",
    is_an_operator: true,
    is_a_tap: false,
    is_about_the_time_after: false,
    is_from_the_order_on: false,
    is_about_everybody: false,
    is_anything_back: true,
    is_hypothetical: false,
    keeps_back: KeepsBack::ByItsOwnWord,
};

fn states(n: u64, of: u64) -> Vec<State> {
    let none = [Absence::NothingKept, Absence::NotInStory, Absence::NotAsked, Absence::NotKnown];
    let mut states = vec![
        State::Returned { n, of },
        State::FromNowOn { n, of },
        State::Withheld { n, of },
        State::Unreadable { n, of },
        State::Unreadable { n: 0, of },
        State::Removed { n, of },
        State::CutOff { n, of },
        State::InPlace { n, of },
        State::Withdrawn { n, of },
        State::Left { n, of },
        State::Refused { n, of },
        State::NotModelled,
    ];
    states.extend(none.map(|why| State::None { why }));
    states
}

#[test]
fn every_sentence_in_every_state_and_number() {
    let mut all = String::new();
    for unit in ["texts", "messages", "kinds of data", "devices", "posts", "reports"] {
        for (n, of) in [(0, 1), (0, 4), (1, 1), (2, 2), (1, 4), (3, 4), (4, 4)] {
            let subject = Subject { unit, ..SUBJECT };
            let counts = Counts { returned: n, of, closed: n.max(1), ..Counts::default() };
            for state in states(n, of) {
                all.push_str(&format!("{unit}, {state:?}\n  {}\n", has(&subject, state, &counts)));
            }
        }
    }
    let no = State::None { why: Absence::NotInStory };
    for (unit, is_about_everybody) in [("texts", false), ("messages", false), ("messages", true)] {
        let subject = Subject { unit, is_about_everybody, is_from_the_order_on: true, ..SUBJECT };
        all.push_str(&format!("{}\n", has(&subject, no, &Counts::default())));
        for is_anything_back in [true, false] {
            let subject = Subject { is_anything_back, ..subject.clone() };
            let named = Measures { named: vec!["Bea".into()], ..Measures::default() };
            all.push_str(&format!("{}\n", headline(&subject, no, &Counts::default(), &named)));
        }
    }
    insta::assert_snapshot!("every_has", all);
}

#[test]
fn every_sentence_about_others_and_statements() {
    let mut all = String::new();
    let people = ["Bea", "Callum", "Dilys", "Edwin", "Fay"].map(str::to_owned);
    for named in 0..=people.len() {
        for read in 0..=named {
            let measures = Measures {
                named: people[..named].to_vec(),
                read: people[..read].to_vec(),
                ..Measures::default()
            };
            let state = State::Returned { n: 2, of: 4 };
            let counts = Counts { returned: 2, of: 4, ..Counts::default() };
            all.push_str(&format!("{}\n", headline(&SUBJECT, state, &counts, &measures)));
        }
    }
    for is in [
        WordIs::HandsOver,
        WordIs::HasNone,
        WordIs::Withholds,
        WordIs::Notice(AnswersNotice::Complies),
        WordIs::Notice(AnswersNotice::Withdraws),
        WordIs::Notice(AnswersNotice::Leaves),
        WordIs::Notice(AnswersNotice::Refuses),
    ] {
        let word = OperatorsWord { is, says: "Dates alone.".into(), from: "a test".into() };
        for (returned, withheld) in [(0, 0), (1, 1), (4, 1), (4, 4)] {
            let counts = Counts { returned, withheld, of: 4, ..Counts::default() };
            all.push_str(&format!("{}\n", operators_word(&SUBJECT, Some(&word), &counts)));
        }
    }
    for of in [0, 1, 4] {
        for n in [0, 1, 4].into_iter().filter(|n| *n <= of) {
            for without in [None, Some(0), Some(1), Some(4)].into_iter().filter(|it| it.unwrap_or(0) <= of) {
                for unit in ["texts", "messages"] {
                    let subject = Subject { unit, ..SUBJECT };
                    let stolen = Thief { rows: Share { n, of }, without: without.map(|n| Share { n, of }) };
                    let more = without_the_order(&subject, &stolen).unwrap_or_default();
                    all.push_str(&format!(
                        "{n} of {of}, {without:?}: {} {more}\n",
                        thief(&subject, &stolen, n)
                    ));
                }
            }
        }
    }
    for accounts in [1, 18] {
        for named in [0, 1, 5] {
            let measures =
                Measures { named: people[..named].to_vec(), named_accounts: accounts, ..Measures::default() };
            let state = State::None { why: Absence::NothingKept };
            all.push_str(&format!("{}\n", headline(&SUBJECT, state, &Counts::default(), &measures)));
        }
    }
    let statements =
        [("A chart", Speaker::Others), ("A court", Speaker::Others), ("Its site", Speaker::Operator)]
            .map(|(from, by)| Statement { says: "Not that.".into(), from: from.into(), by });
    let speakers = [&statements[2..], &statements[..1], &statements[..2], &statements[1..]];
    for said in speakers.map(|said| KeepsBack::of(&said.iter().collect())) {
        for n in [1, 4] {
            let counts = Counts { returned: n, withheld: n, of: 4, ..Counts::default() };
            let (returned, kept) = (vec![Item::IpAddress], vec![Item::Name; usize::try_from(n).unwrap()]);
            let kinds = Measures { kinds: returned, kinds_withheld: kept, ..Measures::default() };
            let named = Measures { named: people[..1].to_vec(), ..Measures::default() };
            for (unit, state, measures) in [
                ("texts", State::Withheld { n, of: 4 }, &named),
                ("texts", State::InPlace { n, of: 4 }, &named),
                ("devices", State::Withheld { n, of: 4 }, &named),
                ("kinds of data", State::Returned { n, of: 4 }, &kinds),
            ] {
                let subject = Subject { unit, keeps_back: said.clone(), ..SUBJECT };
                all.push_str(&format!("{}\n", headline(&subject, state, &counts, measures)));
            }
        }
    }
    let tap = Subject { is_a_tap: true, ..SUBJECT };
    for (n, of) in [(1, 1), (1, 4), (4, 4)] {
        let counts = Counts { of, ..Counts::default() };
        all.push_str(&format!("{}\n", has(&tap, State::Unreadable { n, of }, &counts)));
        let none = State::None { why: Absence::NothingKept };
        all.push_str(&format!("{}\n", has(&tap, none, &counts)));
    }
    let memory = Subject { unit: "texts with a tool that reads memory", party: "The phone", ..SUBJECT };
    all.push_str(&format!("{}\n", has(&memory, State::Returned { n: 3, of: 4 }, &Counts::default())));
    for codes in ["10000", "1000000", "9106685769537214956799814036094976"] {
        all.push_str(&format!("{}\n", many(codes)));
    }
    for (texts, carrying, ciphertexts, read_elsewhere) in
        [(0, 0, 1, 0), (1, 1, 1, 0), (0, 0, 3, 0), (1, 1, 3, 0), (2, 3, 3, 0), (1, 4, 9, 1), (0, 4, 9, 2)]
    {
        let sealed = Sealed { texts: vec!["T01".into(); texts], ciphertexts, carrying, read_elsewhere };
        let measures = Measures { sealed, ..Measures::default() };
        all.push_str(&format!("{}\n", super::ciphertexts(&SUBJECT, &measures).unwrap_or_default()));
    }
    all.push_str(&format!("{}\n", operators_word(&SUBJECT, None, &Counts::default())));
    let context = Context {
        design: "WhatsApp, March 2017".into(),
        demand: "a content warrant".into(),
        on: "22 March 2017".into(),
        country: "GB".into(),
        ..Context::default()
    };
    all.push_str(&format!("{}\n", question(&context, "Rhys")));
    for view in [
        ViewKind::PushRecords,
        ViewKind::SeizedPhone,
        ViewKind::OpenPhone,
        ViewKind::ReportedMessage,
        ViewKind::Nothing,
        ViewKind::PublicChannel,
    ] {
        let own = Context { question: own_question(view, "GB", "a blocking order"), ..context.clone() };
        all.push_str(&format!("{}\n", question(&own, "Rhys")));
    }
    insta::assert_snapshot!("every_other", all);
}

#[test]
fn every_sentence_about_who_could_notice_and_who_did() {
    let people = ["Bea", "Callum", "Dilys", "Edwin", "Fay"].map(str::to_owned);
    let from_now_on = State::FromNowOn { n: 4, of: 4 };
    let mut all = String::new();
    for could in 0..=people.len() {
        for told in 0..=could {
            let noticed = people[..told].iter().map(|who| crate::score::Noticed {
                at: 1,
                who: who.clone(),
                says: "Something.".into(),
            });
            let measures = Measures {
                could_notice: people[..could].to_vec(),
                noticed: noticed.collect(),
                ..Measures::default()
            };
            all.push_str(&format!(
                "{told} of {could}: {}\n",
                notice(ViewKind::OperatorTap, true, from_now_on, &measures)
            ));
        }
    }
    for view in [
        ViewKind::RelayHoldings,
        ViewKind::BackupStore,
        ViewKind::SeizedPhone,
        ViewKind::OpenPhone,
        ViewKind::ReportedMessage,
    ] {
        all.push_str(&format!("{view:?}: {}\n", notice(view, false, from_now_on, &Measures::default())));
    }
    let in_place = State::InPlace { n: 4, of: 4 };
    all.push_str(&format!(
        "{in_place:?}: {}\n",
        notice(ViewKind::OperatorTap, true, in_place, &Measures::default())
    ));
    insta::assert_snapshot!("every_notice", all);
}

#[test]
fn every_sentence_about_copies() {
    const HOLDERS: [Holder; 3] = [Holder::OwnPhone, Holder::Contacts, Holder::Backup];
    let mut all = String::new();
    for of in [0, 1, 4] {
        for counts in [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 1], [1, 1, 1], [4, 3, 0], [4, 4, 4]] {
            let everywhere: Vec<TextsAt> = HOLDERS
                .into_iter()
                .zip(counts)
                .map(|(holder, n): (Holder, usize)| TextsAt {
                    holder,
                    texts: vec!["T01".into(); n.min(usize::try_from(of).unwrap())],
                    of,
                })
                .collect();
            for is_told in [true, false] {
                all.push_str(&format!("{counts:?} of {of}: {}\n", copies("Rhys", &everywhere, is_told)));
            }
        }
    }
    insta::assert_snapshot!("every_copies", all);
}
