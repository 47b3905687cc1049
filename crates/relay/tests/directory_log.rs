//! The directory's public log: who gets an entry when, what is proved, and what happens to it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_crypto::labels::DIRECTORY_HEAD;
use pillarbox_crypto::log::{
    LabelMap, LogTree, binding, label, verify_consistency, verify_inclusion, verify_latest,
};
use pillarbox_crypto::{Signature, SigningPublic};
use pillarbox_relay::log_audit::audit;
use pillarbox_relay::{Granularity, Keeping, Limits, Rate, RelaySettings, StoreError};
use pillarbox_testkit::frames::identity;
use pillarbox_testkit::relay::LoneRelay;
use pillarbox_wire::{
    AccountId, ClientFrame, CloseAccount, Duration, FixedBytes, Growth, LatestEntry, LogEntries, LogHead,
    LogLeaf, NumberCode, Proof, ProveEntry, ReadLog, Refusal, Refused, RegisterWithCode, RelayFrame,
    RequestId, SeenHead, Timestamp, encode,
};

fn keeping() -> Keeping {
    Keeping { directory_log: true, ..Keeping::LEAST }
}

fn settings() -> RelaySettings {
    let limits = Limits { register: Rate::UNLIMITED, ..Limits::default() };
    RelaySettings { keeping: keeping(), limits, ..RelaySettings::default() }
}

fn prove(world: &mut LoneRelay, account: AccountId, since: u64) -> Result<Proof, Refusal> {
    let connection = world.open();
    let asked = ProveEntry { request: RequestId(1), account, since };
    match world.ask(connection, ClientFrame::ProveEntry(asked)).pop().unwrap() {
        RelayFrame::Proof(proof) => Ok(*proof),
        RelayFrame::Refused(Refused { reason, .. }) => Err(reason),
        other => panic!("{other:?}"),
    }
}

fn read(world: &mut LoneRelay, from: u64) -> LogEntries {
    let connection = world.open();
    let asked = ReadLog { request: RequestId(1), from };
    match world.ask(connection, ClientFrame::ReadLog(asked)).pop().unwrap() {
        RelayFrame::LogEntries(entries) => entries,
        other => panic!("{other:?}"),
    }
}

/// Checks everything that a proof of these keys has to show, beginning at an earlier head.
fn holds(proof: &Proof, account: AccountId, seed: u8, count: u32, before: Option<&LogHead>) {
    let Proof { log_key, head, consistency, entry, request: _ } = proof;
    let key = SigningPublic::from_bytes(log_key.0).unwrap();
    let signature = Signature::from_bytes(head.signature.0);
    assert!(key.verify(DIRECTORY_HEAD, &head.signed_bytes(), &signature).is_ok());
    let entry = entry.as_ref().unwrap();
    let hashes = |proof: &[FixedBytes<32>]| proof.iter().map(|hash| hash.0).collect::<Vec<_>>();
    let leaf = entry.leaf.leaf_bytes();
    let tree = (head.size, &head.tree.0);
    assert_eq!(verify_inclusion(tree, entry.index, &leaf, &hashes(&entry.inclusion)), Ok(()));
    let label = label(&account.0);
    let latest = verify_latest(&head.map.0, &label, (count, entry.index), &hashes(&entry.latest));
    assert_eq!((latest, entry.leaf.count, entry.leaf.label.0), (Ok(()), count, label));
    let keys = identity(seed);
    assert_eq!(entry.leaf.binding.0, binding(&keys.signing.0, &keys.agreement.0, 0, &[]));
    if let Some(before) = before {
        let former = (before.size, &before.tree.0);
        assert_eq!(verify_consistency(former, tree, &hashes(consistency)), Ok(()));
    }
}

#[test]
fn without_the_rule_there_is_no_log_and_no_row_of_one() {
    let mut world = LoneRelay::in_memory(RelaySettings::default());
    let (anne, connection) = world.register(1, None);
    assert_eq!(prove(&mut world, anne.address.account, 0), Err(Refusal::NotOffered));
    let asked = ClientFrame::ReadLog(ReadLog { request: RequestId(9), from: 0 });
    let RelayFrame::Refused(refused) = world.ask_one(connection, asked) else { panic!() };
    assert_eq!(refused.reason, Refusal::NotOffered);
    assert!(world.holdings().leaves.is_empty());
}

#[test]
fn every_account_has_an_entry_that_is_proved_to_everybody() {
    let mut world = LoneRelay::in_memory(settings());
    let accounts: Vec<_> = (1..=9).map(|seed| world.register(seed, None).0.address.account).collect();
    let mut before = None;
    for (seed, account) in (1..).zip(&accounts) {
        let since = before.map_or(0, |head: LogHead| head.size);
        let proof = prove(&mut world, *account, since).unwrap();
        holds(&proof, *account, seed, 1, before.as_ref());
        before = Some(proof.head);
    }
    // The log continues, and so do the proofs.
    world.register(10, None);
    let proof = prove(&mut world, accounts[0], 9).unwrap();
    assert_eq!(proof.head.size, 10);
    holds(&proof, accounts[0], 1, 1, before.as_ref());
    assert_eq!(prove(&mut world, AccountId([0; 16]), 0).unwrap().entry, None);
    // Somebody who claims to have seen more than there is gets no proof of it.
    assert!(prove(&mut world, accounts[0], 11).unwrap().consistency.is_empty());
}

#[test]
fn a_new_phone_adds_an_entry_and_the_count_rises() {
    let mut world = LoneRelay::in_memory(RelaySettings { verify_numbers: true, ..settings() });
    let number = "+447700900001";
    let register = |world: &mut LoneRelay, seed: u8| {
        let connection = world.open();
        let asked = pillarbox_testkit::relay::registration(seed, Some(number), connection, RequestId(1));
        world.ask(connection, asked.clone());
        let code: NumberCode = world.codes.pop().unwrap().1;
        let ClientFrame::Register(registration) = asked else { panic!() };
        let shown = RegisterWithCode { registration: *registration, code };
        match world.ask(connection, ClientFrame::RegisterWithCode(Box::new(shown))).remove(0) {
            RelayFrame::Registered(done) => done.address.account,
            RelayFrame::Reregistered(done) => done.address.account,
            other => panic!("{other:?}"),
        }
    };
    let anne = register(&mut world, 1);
    let first = prove(&mut world, anne, 0).unwrap();
    holds(&first, anne, 1, 1, None);
    world.pass(Duration::from_days(1));
    assert_eq!(register(&mut world, 2), anne);
    let second = prove(&mut world, anne, first.head.size).unwrap();
    holds(&second, anne, 2, 2, Some(&first.head));
    assert_eq!(second.head.size, 2);
}

#[test]
fn the_log_outlasts_a_restart_and_a_closed_account() {
    let mut world = LoneRelay::on_disk(settings());
    let (anne, connection) = world.register(1, None);
    let (ben, _) = world.register(2, None);
    let before = prove(&mut world, anne.address.account, 0).unwrap();
    world.ask(connection, ClientFrame::CloseAccount(CloseAccount { request: RequestId(7) }));
    world.crash();
    let after = prove(&mut world, ben.address.account, before.head.size).unwrap();
    assert_eq!(
        (after.log_key, after.head.tree, after.head.map),
        (before.log_key, before.head.tree, before.head.map)
    );
    holds(&after, ben.address.account, 2, 1, Some(&before.head));
    assert_eq!(world.holdings().leaves.len(), 2);
}

#[test]
fn an_entry_is_added_with_the_account_or_not_at_all() {
    let mut world = LoneRelay::in_memory(settings());
    world.register(1, None);
    world.fail(Some(StoreError::Full));
    let connection = world.open();
    let asked = pillarbox_testkit::relay::registration(2, None, connection, RequestId(1));
    let answer = world.ask(connection, asked);
    assert!(matches!(answer[..], [RelayFrame::Refused(_)]), "{answer:?}");
    assert_eq!(read(&mut world, 0).leaves.len(), 1);
    world.fail(None);
    let (ben, _) = world.register(2, None);
    let proof = prove(&mut world, ben.address.account, 1).unwrap();
    assert_eq!(proof.head.size, 2);
    holds(&proof, ben.address.account, 2, 1, None);
}

#[test]
fn a_rule_that_begins_a_log_writes_down_who_is_there_and_one_that_ends_it_takes_it_out() {
    let mut world = LoneRelay::in_memory(RelaySettings { keeping: Keeping::LEAST, ..settings() });
    let accounts: Vec<_> = (1..=3).map(|seed| world.register(seed, None).0.address.account).collect();
    let now = world.now;
    world.engine().set_keeping(keeping(), now).unwrap();
    for (seed, account) in (1..).zip(&accounts) {
        holds(&prove(&mut world, *account, 0).unwrap(), *account, seed, 1, None);
    }
    // Setting it again adds nothing.
    world.engine().set_keeping(keeping(), now).unwrap();
    assert_eq!(read(&mut world, 0).head.size, 3);
    world.engine().set_keeping(Keeping::LEAST, now).unwrap();
    world.pass(Duration::from_seconds(7_200));
    world.finish();
    assert!(world.holdings().leaves.is_empty());
    assert_eq!(prove(&mut world, accounts[0], 0), Err(Refusal::NotOffered));
    world.engine().set_keeping(keeping(), now).unwrap();
    holds(&prove(&mut world, accounts[2], 0).unwrap(), accounts[2], 3, 1, None);
}

#[test]
fn the_log_tells_no_time_that_the_rule_does_not_keep() {
    for (registered, day) in
        [(Granularity::Nothing, None), (Granularity::Day, Some(())), (Granularity::Exact, None)]
    {
        let keeping = Keeping { registered, ..keeping() };
        let mut world = LoneRelay::in_memory(RelaySettings { keeping, ..settings() });
        world.register(1, None);
        let (at, now) = (read(&mut world, 0).leaves[0].at, world.now);
        let expected = registered.of(now).unwrap_or_default();
        assert_eq!((at, day.is_some()), (expected, at == now.day()));
    }
}

#[test]
fn everybody_reads_the_log_from_any_place_on_and_audits_it() {
    let mut world = LoneRelay::in_memory(settings());
    for seed in 0..250 {
        world.register(seed, None);
    }
    let first = read(&mut world, 0);
    let mut entries = first.leaves[..100].to_vec();
    entries.extend(read(&mut world, 100).leaves);
    assert_eq!(entries.len() as u64, first.head.size);
    let head = SeenHead { log_key: first.log_key, head: first.head };
    let audited = audit(&entries, Some(first.log_key), &[head]).unwrap();
    assert_eq!((audited.entries, audited.heads), (first.head.size, 1));
    assert!(read(&mut world, first.head.size).leaves.is_empty());
    assert!(read(&mut world, u64::MAX).leaves.is_empty());
}

#[test]
fn proofs_and_readings_have_a_rate() {
    let mut world = LoneRelay::in_memory(settings());
    let (anne, connection) = world.register(1, None);
    let limits = settings().limits;
    let mut refused = 0;
    for _ in 0..=limits.proofs.burst {
        let asked = ProveEntry { request: RequestId(1), account: anne.address.account, since: 0 };
        let answer = world.ask_one(connection, ClientFrame::ProveEntry(asked));
        refused += u32::from(matches!(answer, RelayFrame::Refused(_)));
    }
    for _ in 0..=limits.log_reads.burst {
        let asked = ReadLog { request: RequestId(1), from: 0 };
        let answer = world.ask_one(connection, ClientFrame::ReadLog(asked));
        refused += u32::from(matches!(answer, RelayFrame::Refused(_)));
    }
    assert_eq!(refused, 2);
}

/// The sizes of answers that `docs/measured.md` lists: `cargo test -p pillarbox-relay --test all
/// an_answer_takes_few_bytes -- --nocapture` prints them.
#[test]
fn an_answer_takes_few_bytes_and_grows_with_the_logarithm() {
    let mut last = 0;
    for (accounts, most) in [(10_u64, 700), (1_000, 1_200), (100_000, 1_700)] {
        let (mut tree, mut map) = (LogTree::default(), LabelMap::default());
        let leaf = |number: u64| {
            let account = u128::from(number).to_be_bytes();
            LogLeaf {
                label: FixedBytes(label(&account)),
                count: 1,
                binding: FixedBytes([7; 32]),
                at: Timestamp(1),
            }
        };
        for number in 0..accounts {
            tree.push(leaf(number).leaf_bytes());
            map.set(leaf(number).label.0, 1, number);
        }
        let zeros = FixedBytes([0; 32]);
        let (at, signature) = (Timestamp(1), FixedBytes([0; 64]));
        let head = LogHead { size: accounts, tree: zeros, map: zeros, at, signature };
        let hashes = |proof: Vec<[u8; 32]>| proof.into_iter().map(FixedBytes).collect::<Vec<_>>();
        let sampled = (0..accounts).step_by((accounts / 10) as usize);
        let (mut answers, mut bytes, mut long) = (0, 0, 0);
        for index in sampled {
            let entry = Some(LatestEntry {
                index,
                leaf: leaf(index),
                inclusion: hashes(tree.prove_inclusion(index).unwrap()),
                latest: hashes(map.prove(&leaf(index).label.0).unwrap()),
            });
            // The phone has last seen two thirds of the log.
            let consistency = hashes(tree.prove_consistency(accounts * 2 / 3).unwrap());
            let proof = Proof { request: RequestId(1), log_key: zeros, head, consistency, entry };
            let length = encode(&RelayFrame::Proof(Box::new(proof))).unwrap().len();
            (answers, bytes, long) = (answers + 1, bytes + length, long.max(length));
        }
        let average = bytes / answers;
        println!("{accounts} accounts: {average} bytes on average, {long} at most of {answers}");
        // A contact has last seen half of the log.
        let proved = |size| hashes(tree.prove_consistency(size).unwrap());
        let (own, told) = (proved(accounts * 2 / 3), proved(accounts / 2));
        let growth = Growth { request: RequestId(1), log_key: zeros, head, own, told };
        let growth = encode(&RelayFrame::Growth(Box::new(growth))).unwrap().len();
        println!("{accounts} accounts: {growth} bytes that two heads belong to one log");
        assert!(growth < most * 5 / 4, "{accounts} accounts: {growth}");
        assert!(average > last && long < most * 5 / 4, "{accounts} accounts: {average}, {long}");
        last = average;
    }
}
