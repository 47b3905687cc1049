//! The article's paragraph on a US firm with a UK office, and the answer where no row applies.

use std::collections::BTreeSet;

use super::*;
use crate::demand::{
    ALL as DEMANDS, BACKUP_WARRANT, CONTENT_WARRANT, EVENTS_DATA, NOTICE_TO_CHANGE, PARTICIPANT, PUSH_LOOKUP,
};
use crate::designs;

const WESTMINSTER: Day = Day::new(2017, 3, 22);

/// Creates a design of a firm with its seat in `seat` and an office in the United Kingdom.
fn firm(seat: Option<Country>) -> Design {
    let mut design = designs::end_to_end().clone();
    design.operator = Operator { seat, offices: vec![Country::GB], ..Operator::default() };
    design
}

fn country(text: &str) -> Country {
    Country::parse(text).unwrap()
}

fn forces(asking: &str, demand: &Demand, day: Day) -> Vec<LegalForce> {
    let lines = reach(country(asking), demand, &firm(Some(Country::US)), day);
    lines.iter().map(|line| line.force).collect()
}

#[test]
fn a_us_firm_with_a_uk_office_is_reached_otherwise_in_2017_in_2022_and_by_a_third_country() {
    let then = forces("GB", &CONTENT_WARRANT, WESTMINSTER);
    // In order: the treaty, the UK's claim, the US bar, and the office, at which a paper can be delivered. Nobody read
    // a source for the claim's footing on this day.
    assert_eq!(then, [LegalForce::ByTreaty, LegalForce::NotChecked, LegalForce::Not, LegalForce::NotChecked]);
    assert!(!then.contains(&LegalForce::Directly));

    let [before, after] =
        [Day::new(2022, 10, 2), Day::new(2022, 10, 3)].map(|day| forces("GB", &CONTENT_WARRANT, day));
    assert!(before.contains(&LegalForce::Not) && !before.contains(&LegalForce::Directly), "{before:?}");
    assert!(after.contains(&LegalForce::Directly) && !after.contains(&LegalForce::Not), "{after:?}");
    assert!(
        after.contains(&LegalForce::ServiceOnly),
        "an office in the UK is where a paper can be delivered"
    );

    let third = forces("FR", &CONTENT_WARRANT, Day::new(2022, 10, 3));
    assert_eq!(third, [LegalForce::Not]);
    assert_ne!(then, after);
    assert_ne!(then, third);
}

#[test]
fn records_may_be_given_where_contents_may_not() {
    let records = forces("GB", &EVENTS_DATA, WESTMINSTER);
    assert!(records.contains(&LegalForce::Voluntary) && !records.contains(&LegalForce::Not), "{records:?}");
    assert_eq!(forces("FR", &EVENTS_DATA, WESTMINSTER), [LegalForce::Voluntary]);
}

#[test]
fn no_capability_notice_could_reach_anybody_in_march_2017() {
    assert!(forces("GB", &NOTICE_TO_CHANGE, WESTMINSTER).contains(&LegalForce::Not));
    let since = forces("GB", &NOTICE_TO_CHANGE, Day::new(2018, 3, 12));
    assert!(since.contains(&LegalForce::Untested) && !since.contains(&LegalForce::Not), "{since:?}");
}

#[test]
fn what_no_row_tells_is_not_checked_and_a_seat_that_nobody_knows_is_said() {
    let lines = reach(Country::GB, &CONTENT_WARRANT, &firm(Some(country("JP"))), WESTMINSTER);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].force, LegalForce::NotChecked);
    assert!(lines[0].phrase().contains("no row for GB"), "{}", lines[0].phrase());
    let lines = reach(Country::GB, &CONTENT_WARRANT, &firm(None), WESTMINSTER);
    assert!(lines[0].phrase().starts_with("not checked: no source of this design"), "{}", lines[0].phrase());
}

#[test]
fn an_office_is_a_place_to_deliver_a_paper_and_only_where_there_is_one() {
    let mut without = firm(Some(Country::US));
    without.operator.offices.clear();
    let day = Day::new(2022, 10, 3);
    let lines = reach(Country::GB, &CONTENT_WARRANT, &without, day);
    assert!(lines.iter().all(|line| line.force != LegalForce::ServiceOnly));
}

#[test]
fn data_abroad_were_out_of_reach_of_a_us_warrant_in_one_circuit_until_2018() {
    let mut abroad = firm(Some(Country::US));
    abroad.operator.data_in = vec![country("IE")];
    let at = |day| {
        let lines = reach(Country::US, &CONTENT_WARRANT, &abroad, day);
        lines.iter().any(|line| line.force == LegalForce::Not)
    };
    assert!(at(WESTMINSTER) && !at(Day::new(2018, 3, 23)));
    let home = reach(Country::US, &CONTENT_WARRANT, &firm(Some(Country::US)), WESTMINSTER);
    assert!(home.iter().all(|line| line.force == LegalForce::Directly), "{home:?}");
}

#[test]
fn a_union_asks_and_answers_as_its_states() {
    let line = |asking: &str| {
        let lines =
            reach(country(asking), &CONTENT_WARRANT, &firm(Some(country("LU"))), Day::new(2026, 9, 1));
        lines[0].force
    };
    assert_eq!((line("FR"), line("DK")), (LegalForce::Directly, LegalForce::NotChecked));
}

#[test]
fn the_backup_and_the_push_service_are_asked_where_they_are_and_a_phone_is_no_operator() {
    let mut design = firm(Some(country("JP")));
    design.cloud = designs::all().iter().find_map(|design| design.cloud.clone());
    assert!(design.cloud.is_some());
    let lines = reach(Country::GB, &BACKUP_WARRANT, &design, WESTMINSTER);
    assert!(lines.iter().any(|line| line.force == LegalForce::Not), "the cloud's seat counts: {lines:?}");
    let whom: BTreeSet<&str> =
        reach(Country::GB, &PUSH_LOOKUP, &design, WESTMINSTER).iter().map(|line| line.whom).collect();
    assert_eq!(whom.len(), 2);
    assert!(reach(Country::GB, &PARTICIPANT, &design, WESTMINSTER).is_empty());
}

#[test]
fn what_nobody_checked_has_no_other_word() {
    for row in all_rows() {
        let line = row.line("");
        assert_eq!(line.force == LegalForce::NotChecked, row.mark == Mark::Recheck, "{}", row.id);
        assert!(!line.phrase().contains("recheck"), "{}", row.id);
        assert!(row.mark == Mark::Recheck || !row.source.is_empty(), "{} has no source", row.id);
        assert!(row.until.is_none_or(|until| row.from.is_none_or(|from| from < until)), "{}", row.id);
    }
    let ids: BTreeSet<&str> = all_rows().iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), all_rows().len());
}

#[test]
fn every_demand_on_an_operator_has_lines_under_every_design() {
    for demand in DEMANDS {
        for design in designs::all() {
            let lines = reach(Country::GB, demand, design, WESTMINSTER);
            let phone = matches!(
                demand.view,
                ViewKind::SeizedPhone | ViewKind::OpenPhone | ViewKind::ReportedMessage
            );
            assert_eq!(lines.is_empty(), phone, "{} {}", demand.name, design.name);
        }
    }
}
