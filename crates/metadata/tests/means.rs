//! Each means on small traces: the pairs that it finds, and those that it must not find.

use pillarbox_metadata::generator::{GeneratorSettings as Made, sealed};
use pillarbox_metadata::{
    Analysis, Known, Lead, Means, MeansRefusal, Observer, RowKind, TraceField, TracePerson, TraceRow,
};
use pillarbox_metadata::{MeansSettings, PairTruth, Trace, TraceTiming, observer};

const MINUTE: u64 = 60_000;

fn trace(people: usize, rows: Vec<TraceRow>) -> Trace {
    let people = (0..people).map(|place| format!("P{place}")).collect();
    Trace { people, rows, ..Trace::default() }
}

fn row(at: u64, kind: RowKind, from: Option<u32>, to: Option<u32>) -> TraceRow {
    TraceRow { from: from.map(TracePerson), to: to.map(TracePerson), ..TraceRow::new(at, kind) }
}

fn pairs(leads: &[Lead]) -> Vec<(u32, u32)> {
    leads.iter().map(|lead| (lead.one.0, lead.other.0)).collect()
}

fn find(means: Means, trace: &Trace) -> Result<Vec<(u32, u32)>, MeansRefusal> {
    means.find(trace, MeansSettings::default()).map(|leads| pairs(&leads))
}

#[test]
fn a_row_that_names_both_names_a_pair() {
    let rows = vec![
        row(1, RowKind::Sent, Some(1), Some(0)),
        row(2, RowKind::Sent, None, Some(2)),
        row(3, RowKind::Sent, Some(0), Some(1)),
    ];
    let leads = Means::Named.find(&trace(3, rows), MeansSettings::default()).unwrap();
    assert_eq!(pairs(&leads), [(0, 1)]);
    assert_eq!((leads[0].there, leads[0].back, leads[0].after, &leads[0].rows), (1, 1, 1, &vec![0, 2]));
    assert_eq!(find(Means::Named, &trace(2, Vec::new())), Err(MeansRefusal::NoRows(RowKind::Sent)));
}

#[test]
fn a_key_fetch_counts_only_if_a_message_follows() {
    let rows = vec![
        row(0, RowKind::LookedUp, Some(0), Some(2)),
        row(MINUTE * 10, RowKind::FetchedKeys, Some(0), Some(1)),
        row(MINUTE * 10 + 5, RowKind::Sent, None, Some(1)),
        row(MINUTE * 20, RowKind::FetchedKeys, Some(3), Some(1)),
        row(MINUTE * 20 + 5, RowKind::Sent, Some(2), Some(1)),
        row(MINUTE * 30, RowKind::Sent, None, Some(2)),
    ];
    assert_eq!(find(Means::Lookup, &trace(4, rows)), Ok(vec![(0, 1)]));
    assert!(find(Means::Lookup, &trace(4, vec![row(0, RowKind::Sent, None, Some(1))])).is_err());
}

#[test]
fn an_address_names_whoever_is_alone_at_it() {
    let at = |address, row: TraceRow| TraceRow { address: Some(address), ..row };
    let rows = vec![
        at(0, row(0, RowKind::Connected, Some(0), None)),
        at(1, row(1, RowKind::Connected, Some(1), None)),
        at(1, row(2, RowKind::Connected, Some(2), None)),
        at(0, row(3, RowKind::Sent, None, Some(3))),
        at(1, row(4, RowKind::Sent, None, Some(3))),
        // A day later, nobody had lately been seen at that address.
        at(0, row(86_400_000, RowKind::Sent, None, Some(2))),
    ];
    assert_eq!(find(Means::Address, &trace(4, rows.clone())), Ok(vec![(0, 3)]));
    let without = observer::without(&trace(4, rows), &[TraceField::Address]);
    assert_eq!(find(Means::Address, &without), Err(MeansRefusal::NoAddresses));
}

#[test]
fn a_connection_is_the_one_s_who_knows_its_recipients() {
    let on = |row: TraceRow| TraceRow { connection: Some(9), ..row };
    let mut rows = vec![
        row(0, RowKind::Sent, Some(0), Some(1)),
        row(1, RowKind::Sent, Some(0), Some(2)),
        row(2, RowKind::Sent, Some(4), Some(2)),
        on(row(3, RowKind::Sent, None, Some(1))),
        on(row(4, RowKind::Sent, None, Some(2))),
        on(row(5, RowKind::Sent, None, Some(3))),
    ];
    let expected = vec![(0, 1), (0, 2), (0, 3)];
    assert_eq!(find(Means::Connection, &trace(5, rows.clone())), Ok(expected));
    // Two people know both recipients, so nobody is named.
    rows.push(row(6, RowKind::Sent, Some(4), Some(1)));
    assert_eq!(find(Means::Connection, &trace(5, rows)), Ok(Vec::new()));
}

fn twice(text: u32, receipt: u32) -> Trace {
    let sized = |bytes, row: TraceRow| TraceRow { bytes: Some(bytes), ..row };
    let mut rows = Vec::new();
    for time in [0, MINUTE] {
        rows.push(sized(text, row(time, RowKind::Sent, None, Some(1))));
        rows.push(sized(receipt, row(time + 400, RowKind::Sent, None, Some(0))));
        rows.push(sized(text, row(time + 500, RowKind::Sent, None, Some(2))));
    }
    trace(3, rows)
}

#[test]
fn a_size_tells_a_receipt_from_a_text_beside_it() {
    assert_eq!(find(Means::Receipt, &twice(509, 349)), Ok(vec![(0, 2)]), "two candidates: the wrong pair");
    assert_eq!(find(Means::Size, &twice(509, 349)), Ok(vec![(0, 1)]));
    assert_eq!(find(Means::Size, &twice(349, 349)), Ok(Vec::new()), "padded to one size");
}

#[test]
fn a_tap_on_the_wire_ties_what_goes_up_to_what_comes_down() {
    let sized =
        |bytes, address, row: TraceRow| TraceRow { bytes: Some(bytes), address: Some(address), ..row };
    let mut rows = Vec::new();
    for time in [0, MINUTE] {
        rows.push(sized(700, 0, row(time, RowKind::Sent, None, Some(1))));
        rows.push(sized(600, 2, row(time + 10, RowKind::Sent, None, Some(1))));
        rows.push(sized(700, 1, row(time + 100, RowKind::Delivered, None, Some(1))));
    }
    let subscribers = vec![Some(TracePerson(0)), Some(TracePerson(1)), Some(TracePerson(2))];
    let all = Trace { subscribers, addresses: vec![String::new(); 3], ..trace(3, rows) };
    let wire = observer::observed(&all, Observer::Wire, None);
    assert_eq!(find(Means::Size, &wire), Ok(vec![(0, 1)]));
    assert_eq!(find(Means::Named, &wire), Err(MeansRefusal::NamesNobody));
}

#[test]
fn a_text_to_several_people_makes_a_group() {
    let burst = |time: u64, connection: Option<u64>| {
        [1, 2, 3].map(|to| TraceRow {
            connection,
            bytes: Some(509),
            ..row(time + u64::from(to), RowKind::Sent, None, Some(to))
        })
    };
    let one = trace(5, burst(0, Some(7)).to_vec());
    assert_eq!(find(Means::Groups, &one), Ok(vec![(1, 2), (1, 3), (2, 3)]));
    assert_eq!(
        find(Means::Groups, &trace(5, burst(0, None).to_vec())),
        Ok(Vec::new()),
        "once, by time alone"
    );
    let again = trace(5, [burst(0, None), burst(MINUTE, None)].concat());
    assert_eq!(find(Means::Groups, &again).unwrap().len(), 3);
    let analysis = Analysis::of(&one, &PairTruth::default(), MeansSettings::default());
    assert_eq!(analysis.ties(&one, Known::Seen, None).groups, [[1, 2, 3]]);
}

#[test]
fn wakes_that_answer_each_other_are_a_pair() {
    let mut rows = Vec::new();
    for time in 0..40_u64 {
        let base = time * 7_200_000;
        rows.push(row(base, RowKind::Woken, None, Some(0)));
        rows.push(row(base + MINUTE, RowKind::Woken, None, Some(1)));
        let stranger = u32::try_from(2 + time % 8).unwrap();
        rows.push(row(base + 3_600_000, RowKind::Woken, None, Some(stranger)));
    }
    let push = observer::observed(&trace(10, rows), Observer::Push, None);
    assert_eq!(find(Means::Push, &push), Ok(vec![(0, 1)]));
}

const CROWD: Made =
    Made { people: 40, contacts: 2, messages: 1_600, gap: 20_000, receipts_within: Some(800), seed: 5 };

#[test]
fn statistics_find_pairs_by_their_receipts_and_the_shuffled_trace_has_none() {
    let (trace, truth) = sealed(CROWD);
    let analysis = Analysis::of(&trace, &truth, MeansSettings::default());
    let found = analysis.found(Means::Statistics).unwrap();
    let score = found.score.as_ref().unwrap();
    assert!(score.right * 10 > score.there * 7, "{score:?}");
    assert!(score.named - score.right <= 2, "{score:?}");
    assert!(score.half_after.is_some_and(|after| after <= 1_600), "{score:?}");
    assert!(found.shuffled_named <= 1, "{found:?}");
    assert!(found.chance.unwrap() < 0.12);
}

#[test]
fn receipts_at_a_random_time_within_an_hour_hide_the_pairs() {
    let (trace, truth) = sealed(Made { receipts_within: Some(3_600_000), ..CROWD });
    let analysis = Analysis::of(&trace, &truth, MeansSettings::default());
    let score = analysis.found(Means::Statistics).unwrap().score.clone().unwrap();
    assert!(score.right * 10 < score.there, "{score:?}");
}

#[test]
fn a_coarse_clock_hides_what_a_fine_one_tells() {
    let (trace, truth) = sealed(Made { gap: 2_000, ..CROWD });
    let right = |trace: &Trace, window| {
        let analysis = Analysis::of(trace, &truth, MeansSettings { window, ..MeansSettings::default() });
        analysis.found(Means::Statistics).unwrap().score.clone().unwrap().right
    };
    assert!(right(&observer::rounded(&trace, MINUTE), MINUTE) < right(&trace, 1_000));
}

#[test]
fn a_story_without_a_network_is_not_inferred_from_and_names_still_count() {
    let (mut trace, _) = sealed(CROWD);
    trace.timing = TraceTiming::Instant;
    trace.rows[0].from = trace.rows[1].to;
    trace.rows.iter_mut().filter(|row| row.from == row.to).for_each(|row| row.from = Some(TracePerson(7)));
    for means in
        Means::ALL.into_iter().filter(|means| !matches!(means, Means::Named | Means::Lookup | Means::Groups))
    {
        assert_eq!(find(means, &trace), Err(MeansRefusal::NoNetwork), "{means:?}");
    }
    assert!(!find(Means::Named, &trace).unwrap().is_empty());
}

#[test]
fn what_a_row_names_is_never_told_as_inferred() {
    let (mut trace, truth) = sealed(CROWD);
    let inferred = Analysis::of(&trace, &truth, MeansSettings::default()).ties(&trace, Known::Seen, None);
    assert!(inferred.ties.iter().all(|tie| tie.known == Known::Inferred) && inferred.ties.len() > 20);
    let tie = inferred.ties[0].clone();
    let place = |person: usize| Some(TracePerson(u32::try_from(person).unwrap()));
    trace.rows[0].from = place(tie.one);
    trace.rows[0].to = place(tie.other);
    let ties = Analysis::of(&trace, &truth, MeansSettings::default()).ties(&trace, Known::Kept, None).ties;
    let same: Vec<_> = ties.iter().filter(|one| (one.one, one.other) == (tie.one, tie.other)).collect();
    assert_eq!(same.iter().map(|one| one.known).collect::<Vec<_>>(), [Known::Kept]);
    let early =
        Analysis::of(&trace, &truth, MeansSettings::default()).ties(&trace, Known::Seen, Some(10)).ties;
    assert!(early.len() < ties.len());
}

/// The means are in one folder, and none of its files may name anything that only the scorer reads.
#[test]
fn no_means_can_reach_the_truth() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/means");
    let mut files = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for word in ["score::", "Truth", "Scorer", "super::super"] {
            assert!(!text.contains(word), "{word}");
        }
        files += 1;
    }
    assert!(files > 9);
    // A trace does not reveal the truth either.
    let source = include_str!("../src/trace.rs");
    assert!(!source.contains("pub truth") && source.contains("pub rows"));
}
