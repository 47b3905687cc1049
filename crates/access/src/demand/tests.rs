//! Demands over a full set of rows: what each kind reaches, and what an operator does about it.

use std::collections::BTreeSet;

use pillarbox_relay::core::ConnectionId;
use pillarbox_relay::{FrameSubject as Concerning, Keeping, Passing};
use pillarbox_wire::{DeviceAddress, DeviceId, Duration, Timestamp};

use super::*;
use crate::design::{LiveDelivery, Operator, Practice, Withholding};
use crate::item::{Item, Reach};
use crate::returned::{Blank, ItemAnswer};
use crate::speaker::Speaker;
use crate::testing::{ADDRESS, AT, OTHER, TARGET, WORDS, account, everything, number, readable};
use crate::view::{OperatorTap, PushOwner, PushRecords, RelayHoldings};

fn target() -> DemandTarget {
    DemandTarget::Number(number(TARGET))
}

#[test]
fn every_demand_has_one_name_and_is_found_by_it() {
    let names: BTreeSet<&str> = ALL.iter().map(|demand| demand.name).collect();
    assert_eq!(names.len(), ALL.len());
    assert!(ALL.iter().all(|demand| named(demand.name) == Some(demand)));
    assert_eq!(named("wish"), None);
}

#[test]
fn a_harder_process_reaches_more() {
    let (about, operator, holdings) = (target(), Operator::default(), everything());
    let case = Case::new(&about, &operator);
    let [entity, events, content] =
        [&ENTITY_DATA, &EVENTS_DATA, &CONTENT_WARRANT].map(|demand| stored::serve(demand, &case, &holdings));
    assert!(entity.returned().is_subset(&events.returned()));
    assert!(events.returned().is_subset(&content.returned()));
    assert!(
        !entity.returned().contains(&Item::MessageTimes) && events.returned().contains(&Item::MessageTimes)
    );
    assert!(
        !events.returned().contains(&Item::MessageContent)
            && content.returned().contains(&Item::MessageContent)
    );
    for less in [&entity, &events] {
        assert!(
            !serde_json::to_string(less).unwrap().contains(WORDS),
            "what is not covered is nowhere in the answer"
        );
        assert_eq!(less.answer(Item::MessageContent), Some(&ItemAnswer::NotCovered));
    }
    assert_eq!(content.facts.said.len(), 1);
    assert_eq!(content.others(), BTreeSet::from([OTHER.1]));
}

#[test]
fn what_the_demand_says_is_not_learned() {
    let (operator, holdings) = (Operator::default(), everything());
    let by_number = target();
    let by_account = DemandTarget::Account(account(TARGET));
    let learned = |about| stored::serve(&ENTITY_DATA, &Case::new(about, &operator), &holdings).returned();
    assert!(!learned(&by_number).contains(&Item::PhoneNumber));
    assert!(learned(&by_account).contains(&Item::PhoneNumber));
}

#[test]
fn what_is_held_and_not_handed_over_is_said_to_be_held() {
    let about = target();
    let says = "only in a case of the kind that we name";
    let withheld = Withholding {
        items: vec![Item::IpAddress],
        unless: Some("that-kind".into()),
        says: says.into(),
        from: "a test".into(),
        by: Speaker::Operator,
    };
    let operator = Operator { withholds: vec![withheld], ..Operator::default() };
    let holdings = everything();
    let case = Case::new(&about, &operator);
    let served = stored::serve(&ENTITY_DATA, &case, &holdings);
    let expected =
        ItemAnswer::Withheld { count: 1, says: says.into(), from: "a test".into(), by: Speaker::Operator };
    assert_eq!(served.answer(Item::IpAddress), Some(&expected));
    let Some(ItemAnswer::Returned { lines, .. }) = served.answer(Item::BasicSubscriberRecord) else {
        panic!()
    };
    assert!(
        !lines.iter().any(|line| line.contains(ADDRESS)),
        "not as a part of something else either: {lines:?}"
    );

    let case = Case { circumstances: &["that-kind"], ..case };
    let served = stored::serve(&ENTITY_DATA, &case, &holdings);
    assert!(served.returned().contains(&Item::IpAddress));
}

#[test]
fn an_operator_may_hand_over_at_another_process() {
    let about = target();
    let practice = |items: &[Item], reach| Practice {
        items: items.to_vec(),
        reach: Some(reach),
        says: "so we do".into(),
        from: "a test".into(),
    };
    let operator = Operator {
        practice: vec![
            practice(&[Item::MessageTimes], Reach::Subscriber),
            practice(&[Item::Email], Reach::Contents),
        ],
        ..Operator::default()
    };
    let served = stored::serve(&ENTITY_DATA, &Case::new(&about, &operator), &everything());
    assert!(served.returned().contains(&Item::MessageTimes));
    assert_eq!(served.answer(Item::Email), Some(&ItemAnswer::NotCovered));
}

#[test]
fn nobody_has_no_account() {
    let about = DemandTarget::Account(pillarbox_wire::AccountId([9; 16]));
    let operator = Operator::default();
    let served = stored::serve(&CONTENT_WARRANT, &Case::new(&about, &operator), &everything());
    assert!(!served.has_account && served.returned().is_empty());
    assert_eq!(served.answer(Item::IpLog), Some(&ItemAnswer::NoneHeld { reason: Blank::NoSuchAccount }));
}

#[test]
fn what_the_log_says_about_an_account_that_is_gone_is_said_to_be_there() {
    let mut rows = everything().rows().clone();
    rows.accounts.retain(|row| row.account != account(TARGET));
    let holdings = RelayHoldings::of_rows(rows);
    let operator = Operator::default();
    let reason = |about: DemandTarget| {
        let served = stored::serve(&EVENTS_DATA, &Case::new(&about, &operator), &holdings);
        served.answer(Item::IpLog).cloned()
    };
    let closed = Blank::ClosedAndLogged { rows: 8 };
    assert_eq!(reason(DemandTarget::Account(account(TARGET))), Some(ItemAnswer::NoneHeld { reason: closed }));
    let sought = Blank::LookedUpInVain { rows: 1 };
    assert_eq!(reason(target()), Some(ItemAnswer::NoneHeld { reason: sought }));
}

fn passing(minute: u64, from: Option<(u8, &str)>, to: (u8, &str)) -> Passing {
    let device = |who| DeviceAddress { account: account(who), device: DeviceId::FIRST };
    Passing {
        time: AT + Duration::from_seconds(60 * minute),
        connection: ConnectionId(1),
        peer: ADDRESS.parse().unwrap(),
        frame: "Submit",
        from: from.map(device),
        about: Some(Concerning::Device(device(to))),
        bytes: 40,
    }
}

/// The traffic of an hour: one message before the order, two after it, one sealed, one that is refused, and one of
/// somebody else's.
fn tap() -> OperatorTap {
    let third = (3, "+447700900103");
    let mut tap = OperatorTap::on([account(TARGET)], [number(TARGET)], AT + Duration::from_seconds(600));
    for (minute, from, to, accepted) in [
        (5, Some(TARGET), OTHER, true),
        (11, Some(TARGET), OTHER, true),
        (12, Some(TARGET), OTHER, false),
        (31, Some(OTHER), TARGET, true),
        (32, None, TARGET, true),
        (33, Some(OTHER), third, true),
    ] {
        tap.passes(&passing(minute, from, to), &readable(&format!("minute {minute}")), accepted);
    }
    tap
}

#[test]
fn an_interception_begins_with_the_order_and_reaches_its_target() {
    let (about, operator) = (target(), Operator::default());
    let served = interception::serve(&Case::new(&about, &operator), &tap(), &everything());
    let texts: Vec<&str> = served.facts.said.iter().map(|said| said.text.as_str()).collect();
    assert_eq!(texts, ["minute 11", "minute 31", "minute 32"]);
    assert!(!texts.contains(&WORDS), "what the operator still has from before is another demand's");
}

#[test]
fn a_pen_register_delivers_pairs_in_batches_and_nothing_else() {
    let about = target();
    let every = Duration::from_seconds(15 * 60);
    let live = LiveDelivery { every, says: "so we do".into(), from: "a test".into() };
    let operator = Operator { pen_register: Some(live), ..Operator::default() };
    let until = AT + Duration::from_seconds(3_600);
    let register = pen_register::serve(&Case::new(&about, &operator), &tap(), &everything(), until);
    let sizes: Vec<(u64, usize)> = register
        .batches
        .iter()
        .map(|batch| (batch.at.since(AT).as_seconds() / 60, batch.messages.len()))
        .collect();
    assert_eq!(sizes, [(25, 1), (40, 2)], "each at most fifteen minutes after it happened");
    assert_eq!(register.one_ended, 1, "a sealed sender leaves the recipient");
    let items = BTreeSet::from([Item::MessageSourceDestination, Item::MessageTimes]);
    assert_eq!(register.served.returned(), items);
    assert!(!serde_json::to_string(&register).unwrap().contains("minute"));

    // The operator's practice decides when the record is delivered, and not whether the message passed.
    let silent = pen_register::serve(&Case::new(&about, &Operator::default()), &tap(), &everything(), until);
    assert!(silent.batches.is_empty());
    assert_eq!(silent.served.facts, register.served.facts);
}

#[test]
fn an_operator_that_is_told_to_keeps_more_and_nothing_less() {
    let least = Keeping::LEAST;
    let compelled = compelled_logging::told(&least, &[account(TARGET)]);
    assert!(compelled.log.iter().all(|rule| rule.only == [account(TARGET)] && rule.address));
    let retained = retention::told(&least, Duration::from_days(4_000));
    assert!(retained.log.iter().all(|rule| rule.only.is_empty() && rule.keep == retention::LONGEST));
    for told in [compelled, retained] {
        assert_eq!(Keeping { log: Vec::new(), ..told }, least);
    }
}

#[test]
fn a_demand_about_a_time_reaches_only_that_time() {
    let (about, operator, holdings) = (target(), Operator::default(), everything());
    let case = Case::new(&about, &operator);
    let after = compelled_logging::serve(&case, &holdings, Timestamp(AT.0 + 1));
    let from = compelled_logging::serve(&case, &holdings, AT);
    assert!(after.facts.wrote.is_empty());
    assert_eq!(from.facts.wrote.len(), stored::serve(&EVENTS_DATA, &case, &holdings).facts.wrote.len());
}

#[test]
fn a_push_token_leads_to_its_owner_in_two_steps() {
    let (about, operator, holdings) = (target(), Operator::default(), everything());
    let owner = |token: &[u8], name: &str| PushOwner {
        token: token.to_vec(),
        name: name.into(),
        email: "a@example".into(),
    };
    let push = PushRecords {
        owners: vec![owner(b"something", "Ann Example"), owner(b"x", "Bob")],
        woken: Vec::new(),
    };
    let case = Case::new(&about, &operator);
    let found = push_lookup::serve(&case, &holdings, &push);
    assert_eq!(found.owners, ["Ann Example"]);
    let nobody = push_lookup::serve(&case, &crate::testing::least(), &push);
    assert!(nobody.owners.is_empty());
    let unknown = push_lookup::serve(&case, &holdings, &PushRecords::default());
    assert!(matches!(unknown.second, ItemAnswer::NoneHeld { .. }));
}
