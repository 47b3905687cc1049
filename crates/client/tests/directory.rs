//! The directory that proves itself, between a phone and a relay that may lie: who notices a false entry, and when.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use std::cell::RefCell;
use std::rc::Rc;

use pillarbox_client::{Notice, Unproved};
use pillarbox_crypto::log::binding;
use pillarbox_relay::Keeping;
use pillarbox_relay::log_audit::{AuditFinding, audit};
use pillarbox_testkit::forged_log::{FORGED, ForgedLog, answer_from, forged, settings, swap_keys, watch};
use pillarbox_testkit::world::{Who, World};
use pillarbox_wire::{AccountId, ClientFrame, Duration, FixedBytes, Proof, RelayFrame};
use proptest::prelude::*;

fn about_the_log(notice: &Notice) -> bool {
    matches!(notice, Notice::DirectoryUnproved { .. } | Notice::NotMyEntry { .. })
}

/// Notices about the log that a phone has had.
fn told(world: &mut World, who: Who) -> Vec<Notice> {
    let mut told = world.take_notices(who);
    told.retain(about_the_log);
    told
}

fn unproved(world: &World, contact: Who, why: Unproved) -> Notice {
    Notice::DirectoryUnproved { contact: Some(world.id(contact)), handle: None, why }
}

/// A phone that checks the directory from its first connection on.
fn phone(world: &mut World, name: &str) -> Who {
    let who = world.phone(name);
    watch(world, who);
    who
}

fn again(world: &mut World, who: Who) {
    world.cut(who);
    world.run();
}

#[test]
fn phones_that_check_talk_as_others_do_and_are_told_nothing() {
    let mut world = World::with(settings());
    let (alice, bob) = (phone(&mut world, "Alice"), phone(&mut world, "Bob"));
    world.introduce(alice, bob);
    let number = "+447700900001";
    let carol = world.phone_with_number("Carol", number);
    world.look_up(alice, number);
    world.tell(alice, carol, "found you");
    assert_eq!(world.heard(carol, alice), ["found you"]);
    for who in [alice, bob] {
        again(&mut world, who);
        assert_eq!(told(&mut world, who), []);
        assert_eq!(world.see(who).directory_heads().len(), 1);
    }
    // The questions were asked.
    assert!(
        world.received.iter().filter(|(_, frame)| matches!(frame, ClientFrame::ProveEntry(_))).count() > 5
    );
}

#[test]
fn a_phone_that_does_not_check_asks_for_no_proof() {
    let mut world = World::with(settings());
    world.pair();
    assert!(!world.received.iter().any(|(_, frame)| matches!(frame, ClientFrame::ProveEntry(_))));
}

#[test]
fn the_owner_of_a_false_entry_notices_at_the_next_connection_or_within_the_hour() {
    for waits in [false, true] {
        let (mut world, forger, alice, _, mallory) = forged();
        let (account, own) = (world.id(alice), world.identity(alice));
        assert_eq!(told(&mut world, alice), []);
        forger.borrow_mut().publish(account, &mallory);
        world.run();
        assert_eq!(told(&mut world, alice), [], "nothing is noticed before she looks");
        if waits {
            world.pass(Duration::from_seconds(3_600));
            world.run();
        } else {
            again(&mut world, alice);
        }
        assert_eq!(told(&mut world, alice), [Notice::NotMyEntry { at: FORGED }]);
        // An entry that restores her keys does not hide the one before it.
        forger.borrow_mut().publish(account, &own);
        again(&mut world, alice);
        assert_eq!(told(&mut world, alice), [Notice::NotMyEntry { at: FORGED }]);
        again(&mut world, alice);
        assert_eq!(told(&mut world, alice), []);
    }
}

#[test]
fn keys_that_the_log_does_not_have_are_not_written_to() {
    let (mut world, _, alice, bob, mallory) = forged();
    let account = world.id(bob);
    swap_keys(&mut world, account, mallory, alice);
    world.invite(alice, bob);
    world.tell(alice, bob, "for Bob alone");
    for _ in 0..3 {
        world.pass(Duration::from_seconds(61));
        world.run();
    }
    assert_eq!(told(&mut world, alice), [unproved(&world, bob, Unproved::OtherKeys)], "told once");
    let sent =
        |frame: &ClientFrame| matches!(frame, ClientFrame::Submit(submit) if submit.to.account == account);
    assert!(!world.received.iter().any(|(way, frame)| way.who == alice && sent(frame)));
}

#[test]
fn nobody_looks_and_nothing_is_noticed() {
    let (mut world, forger, alice, bob, mallory) = forged();
    let mut rng = world.fork();
    for who in [alice, bob] {
        world.at(who).check_directory(false, &mut rng).unwrap();
    }
    let account = world.id(alice);
    forger.borrow_mut().publish(account, &mallory);
    for who in [alice, bob] {
        again(&mut world, who);
        assert_eq!(told(&mut world, who), []);
    }
}

#[test]
fn an_entry_that_is_shown_to_one_side_only_is_found_by_an_audit_with_that_side_s_head() {
    let (mut world, honest_log, alice, bob, mallory) = forged();
    // Alice is shown a log in which Bob has Mallory's keys; everybody else the other one.
    let shown_to_alice = Rc::new(RefCell::new(honest_log.borrow().clone()));
    shown_to_alice.borrow_mut().publish(world.id(bob), &mallory);
    let (one, other) = (Rc::clone(&shown_to_alice), Rc::clone(&honest_log));
    answer_from(&mut world, move |who| Rc::clone(if who == alice { &one } else { &other }));
    let account = world.id(bob);
    swap_keys(&mut world, account, mallory, alice);
    for who in [alice, bob] {
        again(&mut world, who);
        assert_eq!(told(&mut world, who), [], "each log is in order by itself");
    }
    let heads: Vec<_> = [alice, bob].iter().flat_map(|who| world.see(*who).directory_heads()).collect();
    let entries = honest_log.borrow().leaves.clone();
    assert!(audit(&entries, None, &heads[1..]).is_ok(), "Bob's head agrees");
    let found = audit(&entries, None, &heads);
    assert_eq!(found, Err(AuditFinding::Shorter { size: 4, entries: 3 }));
    // Once the public log has grown as well, the audit names the place.
    honest_log.borrow_mut().publish(AccountId([8; 16]), &mallory);
    let entries = honest_log.borrow().leaves.clone();
    let found = audit(&entries, None, &heads);
    assert_eq!(found, Err(AuditFinding::OtherEntries { size: 4, from: 3 }));
}

#[test]
fn a_log_that_changes_its_past_is_noticed_and_both_heads_are_kept() {
    let (mut world, forger, alice, _, mallory) = forged();
    again(&mut world, alice);
    assert_eq!(told(&mut world, alice), []);
    forger.borrow_mut().leaves[1].binding =
        FixedBytes(binding(&mallory.signing.0, &mallory.agreement.0, 0, &[]));
    again(&mut world, alice);
    let own = Notice::DirectoryUnproved { contact: None, handle: None, why: Unproved::OtherLog };
    assert_eq!(told(&mut world, alice), std::slice::from_ref(&own));
    assert_eq!(world.see(alice).directory_heads().len(), 2, "the two heads prove it to anybody");
    forger.borrow_mut().leaves.truncate(1);
    again(&mut world, alice);
    assert_eq!(told(&mut world, alice), [own]);
}

#[test]
fn a_relay_that_takes_its_log_away_is_noticed() {
    let mut world = World::with(settings());
    let alice = phone(&mut world, "Alice");
    let now = world.now;
    world.relay.engine().set_keeping(Keeping::LEAST, now).unwrap();
    again(&mut world, alice);
    let why = Unproved::NoLog;
    assert_eq!(told(&mut world, alice), [Notice::DirectoryUnproved { contact: None, handle: None, why }]);
}

#[test]
fn a_log_signed_with_another_key_than_before_is_not_believed() {
    let mut world = World::with(settings());
    let alice = phone(&mut world, "Alice");
    let forger = ForgedLog::begin();
    answer_from(&mut world, move |_| Rc::clone(&forger));
    again(&mut world, alice);
    let why = Unproved::NotSigned;
    assert_eq!(told(&mut world, alice), [Notice::DirectoryUnproved { contact: None, handle: None, why }]);
}

#[test]
fn no_part_of_a_proof_may_be_altered() {
    type Alter = fn(&mut Proof);
    let alterations: [Alter; 9] = [
        |proof| proof.head.size += 1,
        |proof| proof.head.tree.0[0] ^= 1,
        |proof| proof.head.map.0[0] ^= 1,
        |proof| proof.head.at.0 ^= 1,
        |proof| proof.entry = None,
        |proof| proof.entry.as_mut().unwrap().leaf.binding.0[0] ^= 1,
        |proof| proof.entry.as_mut().unwrap().leaf.count += 1,
        |proof| proof.entry.as_mut().unwrap().index += 1,
        |proof| proof.entry.as_mut().unwrap().latest.push(FixedBytes([0; 32])),
    ];
    for alter in alterations {
        let mut world = World::with(settings());
        for name in ["Bob", "Carol", "Dave"] {
            world.phone(name);
        }
        let alice = phone(&mut world, "Alice");
        world.down = Box::new(move |_, mut frame| {
            if let RelayFrame::Proof(proof) = &mut frame {
                alter(proof);
            }
            vec![frame]
        });
        again(&mut world, alice);
        let found = told(&mut world, alice);
        assert!(matches!(found[..], [Notice::DirectoryUnproved { contact: None, .. }]), "{found:?}");
    }
}

#[test]
fn what_a_phone_has_seen_outlasts_its_program_and_goes_when_it_stops_checking() {
    let mut world = World::with(settings());
    let alice = phone(&mut world, "Alice");
    let heads = world.see(alice).directory_heads();
    world.crash(alice);
    world.run();
    assert!(world.see(alice).checks_directory());
    assert_eq!(world.see(alice).directory_heads()[0].log_key, heads[0].log_key);
    assert_eq!(told(&mut world, alice), []);
    let mut rng = world.fork();
    world.at(alice).check_directory(false, &mut rng).unwrap();
    assert!(world.see(alice).directory_heads().is_empty());
    world.crash(alice);
    assert!(!world.see(alice).checks_directory());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_honest_relay_causes_no_notice_whatever_happens(steps in proptest::collection::vec((0..5_u8, 0..3_usize, 0..3_usize), 1..25)) {
        let mut world = World::with(settings());
        let people: Vec<_> = ["Alice", "Bob", "Carol"].map(|name| phone(&mut world, name)).to_vec();
        for (one, other) in [(0, 1), (1, 2), (2, 0)] {
            world.introduce(people[one], people[other]);
        }
        for (number, (what, one, other)) in steps.into_iter().enumerate() {
            let (one, other) = (people[one], people[other]);
            match what {
                0 if one != other => world.tell(one, other, &format!("text {number}")),
                1 => again(&mut world, one),
                2 => drop(world.phone("Somebody")),
                3 => {
                    world.crash(one);
                    world.run();
                }
                _ => {
                    world.pass(Duration::from_seconds(3_601));
                    world.run();
                }
            }
        }
        for who in people {
            prop_assert_eq!(told(&mut world, who), []);
        }
    }
}
