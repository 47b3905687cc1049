//! Properties of the measures.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn the_whole_truth_and_nothing_else_is_complete(truth in vec(0..20_u8, 0..20)) {
        let mut returned = truth.clone();
        returned.reverse();
        let found = agreement(&returned, &truth);
        prop_assert_eq!(found.recall.of_them, found.recall.all);
        prop_assert_eq!(found.precision, found.recall);
    }

    #[test]
    fn recall_and_precision_change_sides_with_the_sets(a in vec(0..9_u8, 0..20), b in vec(0..9_u8, 0..20)) {
        let (one, other) = (agreement(&a, &b), agreement(&b, &a));
        prop_assert_eq!((one.recall, one.precision), (other.precision, other.recall));
        prop_assert!(one.recall.of_them <= one.recall.all && one.precision.of_them <= one.precision.all);
    }

    #[test]
    fn more_returned_is_never_less_recalled(a in vec(0..9_u8, 0..20), b in vec(0..9_u8, 0..20), more: u8) {
        let longer = [a.clone(), vec![more]].concat();
        prop_assert!(agreement(&longer, &b).recall.of_them >= agreement(&a, &b).recall.of_them);
    }

    #[test]
    fn times_at_no_distance_are_equal_times(a in vec(0..30_u64, 0..20), b in vec(0..30_u64, 0..20)) {
        let stamps = |times: &[u64]| times.iter().copied().map(Timestamp).collect::<Vec<_>>();
        let (a, b) = (stamps(&a), stamps(&b));
        prop_assert_eq!(times(&a, &b, Duration(0)), agreement(&a, &b));
        let wide = times(&a, &b, Duration(30));
        prop_assert_eq!(wide.recall.of_them, count(&a).min(count(&b)), "everything is near everything");
    }

    #[test]
    fn times_pair_as_many_as_can_be_paired(a in vec(0..40_u64, 0..6), b in vec(0..40_u64, 0..6), within in 0..6_u64) {
        let stamps = |times: &[u64]| times.iter().copied().map(Timestamp).collect::<Vec<_>>();
        let found = times(&stamps(&a), &stamps(&b), Duration(within)).recall.of_them;
        prop_assert_eq!(found, most_pairs(&a, &b, within));
    }

    #[test]
    fn past_and_future_make_the_whole(truth in vec((0..100_u64, 0..9_u8), 0..20), returned in vec(0..9_u8, 0..20), at in 0..100_u64) {
        let said: Vec<Timed<u8>> =
            truth.iter().map(|(at, what)| Timed { at: Timestamp(*at), what: *what }).collect();
        let found = content_recall(&returned, &said, Timestamp(at));
        let all: Vec<u8> = truth.iter().map(|(_, what)| *what).collect();
        let whole = agreement(&returned, &all).recall;
        prop_assert_eq!(found.past.of_them + found.future.of_them, whole.of_them);
        prop_assert_eq!(found.past.all + found.future.all, whole.all);
    }

    #[test]
    fn targets_are_never_among_the_others(named in vec(0..9_u8, 0..20), targets in vec(0..9_u8, 0..5)) {
        let targets: BTreeSet<u8> = targets.into_iter().collect();
        let others = non_targets(named.clone(), &targets);
        prop_assert!(others.is_disjoint(&targets));
        for name in named {
            prop_assert!(others.contains(&name) || targets.contains(&name));
        }
    }
}

/// The most pairs by trying all: what the short way must find too.
fn most_pairs(a: &[u64], b: &[u64], within: u64) -> u64 {
    let Some((first, rest)) = a.split_first() else { return 0 };
    let mut best = most_pairs(rest, b, within);
    for (at, other) in b.iter().enumerate() {
        if first.abs_diff(*other) <= within {
            let mut left = b.to_vec();
            left.remove(at);
            best = best.max(1 + most_pairs(rest, &left, within));
        }
    }
    best
}

#[test]
fn a_share_of_nothing_is_no_number() {
    assert_eq!(Share::default().ratio(), None);
    assert_eq!(Share { of_them: 1, all: 4 }.ratio(), Some(0.25));
}

#[test]
fn look_back_and_delay_are_spans() {
    let at = |times: &[u64]| times.iter().copied().map(Timestamp).collect::<Vec<_>>();
    assert_eq!(look_back(&at(&[70, 20, 120]), Timestamp(100)), Some(Duration(80)));
    assert_eq!(look_back(&at(&[100, 120]), Timestamp(100)), None);
    assert_eq!(delay(&[(Timestamp(10), Timestamp(15)), (Timestamp(20), Timestamp(50))]), Some(Duration(30)));
    assert_eq!(delay(&[]), None);
}

#[test]
fn what_a_phone_always_says_is_no_notice_of_an_order() {
    let said = |at, who: &str, what: &str| Noticed { at: Timestamp(at), who: who.into(), what: what.into() };
    let without = [said(1, "Bob", "registered"), said(9, "Bob", "read")];
    let with = [
        said(1, "Bob", "registered"),
        said(5, "Bob", "the key has changed"),
        said(7, "Bob", "the key has changed"),
        said(8, "Bob", "read"),
        said(3, "Ann", "the key has changed"),
    ];
    assert_eq!(noticed(&with, &without, Timestamp(4)), [said(5, "Bob", "the key has changed")]);
}

#[test]
fn the_firmest_tie_counts() {
    let word = Origin { named_by_operator: true, ..Origin::default() };
    assert_eq!(attribution(Origin::default()), Attribution::Nobody);
    assert_eq!(attribution(word), Attribution::OperatorsWord);
    assert_eq!(attribution(Origin { shown_by_party: true, ..word }), Attribution::PartysWord);
    let taken = Origin { found_on_phone: true, ..word };
    assert_eq!(attribution(taken), Attribution::PhonesRecords);
    assert!(taken.or(Origin { shown_by_party: true, ..Origin::default() }).named_by_operator);
    let stamped = Origin { stamp_verified: true, shown_by_party: true, ..word };
    assert_eq!(attribution(stamped), Attribution::StampedByOperator);
}
