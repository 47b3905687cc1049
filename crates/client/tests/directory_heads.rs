//! Contacts who both check the public log tell each other how they saw it: two logs are noticed by the one who
//! writes, and honest phones notice nothing.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::cell::RefCell;
use std::rc::Rc;

use pillarbox_client::{HeadConflict, Notice, Unproved};
use pillarbox_relay::log_audit::{AuditFinding, audit};
use pillarbox_testkit::forged_log::{ForgedLog, answer_from, forged, settings, watch};
use pillarbox_testkit::world::{Who, World, altering};
use pillarbox_wire::{AccountId, ClientFrame, Duration, IdentityKey, RelayFrame};
use proptest::prelude::*;

/// Notices about the log that a phone has had.
fn told(world: &mut World, who: Who) -> Vec<Notice> {
    let mut told = world.take_notices(who);
    told.retain(|notice| {
        matches!(
            notice,
            Notice::SplitView { .. } | Notice::DirectoryUnproved { .. } | Notice::NotMyEntry { .. }
        )
    });
    told
}

fn split(world: &World, contact: Who, why: HeadConflict) -> Notice {
    Notice::SplitView { contact: world.id(contact), why }
}

/// Both write and answer, which is how they learn that the other checks the log, and then write once more.
fn talk(world: &mut World, one: Who, other: Who) {
    for text in ["one", "two", "three"] {
        world.tell(one, other, text);
        world.tell(other, one, text);
    }
}

fn again(world: &mut World, who: Who) {
    world.cut(who);
    world.run();
}

/// Returns how many questions about two heads phones have asked.
fn compared(world: &World) -> usize {
    world.received.iter().filter(|(_, frame)| matches!(frame, ClientFrame::ProveGrowth(_))).count()
}

fn submitted(world: &World, who: Who) -> usize {
    world.submissions().filter(|(way, _)| way.who == who).count()
}

/// Alice and Bob, who know each other, check the log, and are each shown one of two. Alice's has an entry with
/// Mallory's keys in Bob's name. Bob's, which is returned, has none.
fn two_logs() -> (World, Rc<RefCell<ForgedLog>>, Who, Who, IdentityKey) {
    let (mut world, public, alice, bob, mallory) = forged();
    world.introduce(alice, bob);
    let hers = Rc::new(RefCell::new(public.borrow().clone()));
    hers.borrow_mut().publish(world.id(bob), &mallory);
    let (one, other) = (Rc::clone(&hers), Rc::clone(&public));
    answer_from(&mut world, move |who| Rc::clone(if who == alice { &one } else { &other }));
    // They compared heads when they met, and do so again on the next day.
    world.pass(Duration::from_days(1));
    for who in [alice, bob] {
        again(&mut world, who);
        assert_eq!(told(&mut world, who), [], "each log is in order by itself");
    }
    (world, public, alice, bob, mallory)
}

#[test]
fn two_logs_are_noticed_by_contacts_who_write_to_each_other_and_the_heads_prove_it() {
    let (mut world, public, alice, bob, mallory) = two_logs();
    public.borrow_mut().publish(AccountId([8; 16]), &mallory);
    public.borrow_mut().publish(AccountId([9; 16]), &mallory);
    again(&mut world, bob);
    talk(&mut world, alice, bob);
    assert_eq!(told(&mut world, alice), [split(&world, bob, HeadConflict::OtherLog)]);
    assert_eq!(told(&mut world, bob), [split(&world, alice, HeadConflict::OtherLog)]);
    let entries = public.borrow().leaves.clone();
    for who in [alice, bob] {
        assert!(world.see(who).has_seen_two_logs());
        let heads = world.see(who).directory_heads();
        assert!(heads.len() >= 2);
        let found = audit(&entries, None, &heads);
        assert!(matches!(found, Err(AuditFinding::OtherEntries { size: 4, .. })), "{found:?}");
    }
    // The proof outlasts the program, and the warning is repeated on the next day.
    world.crash(alice);
    world.pass(Duration::from_days(1));
    world.run();
    assert!(world.see(alice).has_seen_two_logs());
    talk(&mut world, alice, bob);
    assert!(told(&mut world, alice).contains(&split(&world, bob, HeadConflict::OtherLog)));
}

#[test]
fn two_logs_of_one_size_are_noticed_without_asking_the_relay() {
    let (mut world, public, alice, bob, mallory) = two_logs();
    public.borrow_mut().publish(AccountId([8; 16]), &mallory);
    again(&mut world, bob);
    talk(&mut world, alice, bob);
    assert_eq!(told(&mut world, alice), [split(&world, bob, HeadConflict::OtherLog)]);
    assert_eq!(told(&mut world, bob), [split(&world, alice, HeadConflict::OtherLog)]);
    assert_eq!(compared(&world), 0);
}

#[test]
fn a_log_that_is_held_back_from_one_phone_is_noticed_by_its_contact_s_longer_head() {
    // Bob is shown the log without the false entry, and nothing after it.
    let (mut world, _, alice, bob, _) = two_logs();
    talk(&mut world, alice, bob);
    assert_eq!(told(&mut world, bob), [split(&world, alice, HeadConflict::OtherLog)]);
    assert_eq!(told(&mut world, alice), [], "her log continues what Bob was shown");
}

#[test]
fn a_log_under_another_key_is_noticed() {
    let (mut world, public, alice, bob, _) = forged();
    world.introduce(alice, bob);
    let mut rng = world.fork();
    world.at(bob).check_directory(false, &mut rng).unwrap();
    let other = ForgedLog::with_key([78; 32]);
    other.borrow_mut().leaves.clone_from(&public.borrow().leaves);
    let (one, two) = (Rc::clone(&public), Rc::clone(&other));
    answer_from(&mut world, move |who| Rc::clone(if who == alice { &one } else { &two }));
    watch(&mut world, bob);
    assert_eq!(told(&mut world, bob), [], "it is the first that he sees");
    world.pass(Duration::from_days(1));
    talk(&mut world, alice, bob);
    assert_eq!(told(&mut world, alice), [split(&world, bob, HeadConflict::OtherKey)]);
    assert_eq!(told(&mut world, bob), [split(&world, alice, HeadConflict::OtherKey)]);
    assert_eq!(world.see(alice).directory_heads().len(), 2);
}

#[test]
fn honest_phones_at_different_sizes_compare_their_heads_and_notice_nothing() {
    let mut world = World::with(settings());
    let (alice, bob) = world.pair();
    watch(&mut world, alice);
    for name in ["Carol", "Dave", "Erin"] {
        world.phone(name);
    }
    watch(&mut world, bob);
    world.phone("Frank");
    talk(&mut world, alice, bob);
    assert!(compared(&world) >= 2, "each asked about the other's size");
    for who in [alice, bob] {
        assert_eq!(told(&mut world, who), []);
        assert_eq!(world.see(who).directory_heads()[0].head.size, 6, "the proof brings the newest head");
    }
}

#[test]
fn a_contact_who_does_not_check_the_log_is_sent_no_head_and_notices_nothing() {
    let messages = |watching: bool| {
        let mut world = World::with(settings());
        let (alice, bob) = world.pair();
        if watching {
            watch(&mut world, alice);
        }
        world.received.clear();
        for _ in 0..3 {
            talk(&mut world, alice, bob);
            world.pass(Duration::from_days(1));
        }
        assert_eq!((told(&mut world, alice), told(&mut world, bob)), (vec![], vec![]));
        assert!(world.see(bob).directory_heads().is_empty());
        assert_eq!(compared(&world), 0);
        (submitted(&world, alice), submitted(&world, bob))
    };
    assert_eq!(messages(true), messages(false), "not one message more");
}

#[test]
fn a_head_is_told_once_a_day_to_each_contact_who_checks_and_no_longer_when_they_stop() {
    let mut world = World::with(settings());
    let (alice, bob) = world.pair();
    let count = |world: &mut World| {
        world.received.clear();
        talk(world, alice, bob);
        submitted(world, alice)
    };
    let before = count(&mut world);
    watch(&mut world, alice);
    watch(&mut world, bob);
    assert_eq!(count(&mut world), before + 1);
    assert_eq!(count(&mut world), before, "not twice a day");
    world.pass(Duration::from_seconds(24 * 3_600 + 60));
    assert_eq!(count(&mut world), before + 1);
    let mut rng = world.fork();
    world.at(bob).check_directory(false, &mut rng).unwrap();
    world.tell(alice, bob, "before she knows");
    world.pass(Duration::from_seconds(24 * 3_600 + 60));
    assert_eq!(count(&mut world), before);
}

#[test]
fn the_question_about_two_heads_names_nobody() {
    let mut world = World::with(settings());
    let (alice, bob) = world.pair();
    watch(&mut world, alice);
    world.phone("Carol");
    watch(&mut world, bob);
    talk(&mut world, alice, bob);
    let asked = |frame: &ClientFrame| matches!(frame, ClientFrame::ProveGrowth(_));
    let links: Vec<_> =
        world.received.iter().filter(|(_, frame)| asked(frame)).map(|(way, _)| way.link).collect();
    assert!(!links.is_empty() && links.iter().all(|link| *link == pillarbox_client::Link::Nameless));
}

#[test]
fn an_answer_about_two_heads_that_does_not_continue_this_phone_s_own_is_told_as_another_log() {
    let mut world = World::with(settings());
    let (alice, bob) = world.pair();
    watch(&mut world, alice);
    world.phone("Carol");
    watch(&mut world, bob);
    world.down = altering(|_, frame: &mut RelayFrame| {
        if let RelayFrame::Growth(growth) = frame {
            growth.own.reverse();
            growth.own.push(pillarbox_wire::FixedBytes([7; 32]));
        }
    });
    talk(&mut world, alice, bob);
    let why = Unproved::OtherLog;
    let expected = Notice::DirectoryUnproved { contact: None, handle: None, why };
    assert_eq!(told(&mut world, alice), [expected]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn honest_phones_that_compare_heads_are_told_nothing_whatever_happens(steps in proptest::collection::vec((0..6_u8, 0..3_usize), 1..20)) {
        let mut world = World::with(settings());
        let people: Vec<_> = ["Alice", "Bob", "Carol"].map(|name| world.phone(name)).to_vec();
        for (one, other) in [(0, 1), (1, 2), (2, 0)] {
            world.introduce(people[one], people[other]);
        }
        people.iter().for_each(|who| watch(&mut world, *who));
        for (number, (what, one)) in steps.into_iter().enumerate() {
            let (one, other) = (people[one], people[(one + 1) % 3]);
            match what {
                0 => drop(world.phone("Somebody")),
                1 => again(&mut world, one),
                2 => {
                    world.crash(other);
                    world.run();
                }
                3 => {
                    world.pass(Duration::from_days(1));
                    world.run();
                }
                4 => {
                    world.offline(one);
                    world.tell(other, one, &format!("text {number}"));
                    world.phone("Somebody else");
                    world.online(one);
                    world.run();
                }
                _ => talk(&mut world, one, other),
            }
        }
        for who in people {
            prop_assert_eq!(told(&mut world, who), []);
        }
    }
}
