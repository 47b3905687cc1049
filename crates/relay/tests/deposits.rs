//! Deposits and attachments: what phones store here, and which of these things the relay accepts.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed expectation is a failed test"
)]

use pillarbox_relay::{ConnectionId, Keeping, Limits, RelaySettings, StoreError};
use pillarbox_testkit::relay::LoneRelay;
use pillarbox_wire::limits::{MAX_ATTACHMENT_PART_LEN, MAX_ATTACHMENT_PARTS};
use pillarbox_wire::{
    Bytes, ClientFrame, CloseAccount, Deposit, DepositKind, Duration, FetchAttachment, FixedBytes, Handle,
    LeaveAttachment, LeaveDeposits, LookUp, Recall, Refusal, RelayFrame,
};

fn keeping(deposits: &[DepositKind]) -> Keeping {
    Keeping { deposits: deposits.to_vec(), ..Keeping::LEAST }
}

fn world(deposits: &[DepositKind]) -> LoneRelay {
    LoneRelay::in_memory(RelaySettings { keeping: keeping(deposits), ..RelaySettings::default() })
}

fn deposit(kind: DepositKind, subject: &str, value: Option<&str>) -> Deposit {
    Deposit {
        kind,
        subject: Bytes(subject.as_bytes().to_vec()),
        value: value.map(|value| Bytes(value.as_bytes().to_vec())),
    }
}

fn leave(
    world: &mut LoneRelay,
    connection: ConnectionId,
    deposits: Vec<Deposit>,
) -> Result<Vec<Handle>, Refusal> {
    let request = world.request();
    let frame = ClientFrame::LeaveDeposits(LeaveDeposits { request, deposits });
    match world.ask_one(connection, frame) {
        RelayFrame::Deposited(answer) => Ok(answer.known),
        RelayFrame::Refused(refused) => Err(refused.reason),
        other => panic!("{other:?}"),
    }
}

fn recall(
    world: &mut LoneRelay,
    connection: ConnectionId,
    kind: DepositKind,
    subject: &str,
) -> Result<Option<Bytes>, Refusal> {
    let request = world.request();
    let subject = Bytes(subject.as_bytes().to_vec());
    match world.ask_one(connection, ClientFrame::Recall(Recall { request, kind, subject })) {
        RelayFrame::Recalled(answer) => Ok(answer.value),
        RelayFrame::Refused(refused) => Err(refused.reason),
        other => panic!("{other:?}"),
    }
}

/// The deposits that are kept, as kind, subject and value.
fn held(world: &mut LoneRelay) -> Vec<(DepositKind, String, String)> {
    let text = |bytes: &Bytes| String::from_utf8(bytes.0.clone()).unwrap();
    let rows = world.holdings().deposits;
    rows.iter().map(|row| (row.kind, text(&row.subject), text(&row.value))).collect()
}

#[test]
fn a_kind_that_this_relay_does_not_keep_is_refused_and_nothing_of_the_frame_is_kept() {
    let mut world = world(&[DepositKind::Name]);
    let (_, anne) = world.register(1, None);
    let both =
        vec![deposit(DepositKind::Name, "", Some("Anne")), deposit(DepositKind::Email, "", Some("a@b"))];
    assert_eq!(leave(&mut world, anne, both.clone()), Err(Refusal::NotOffered));
    assert_eq!(held(&mut world), []);
    assert_eq!(leave(&mut world, anne, both[..1].to_vec()), Ok(Vec::new()));
    assert_eq!(held(&mut world), [(DepositKind::Name, String::new(), "Anne".to_owned())]);
    assert_eq!(recall(&mut world, anne, DepositKind::Email, ""), Err(Refusal::NotOffered));
}

#[test]
fn a_deposit_is_replaced_given_back_taken_back_and_is_its_owners_alone() {
    let mut world = world(&[DepositKind::About]);
    let (_, anne) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    let nameless = world.open();
    leave(&mut world, anne, vec![deposit(DepositKind::About, "a", Some("first"))]).unwrap();
    leave(&mut world, anne, vec![deposit(DepositKind::About, "a", Some("second"))]).unwrap();
    assert_eq!(recall(&mut world, anne, DepositKind::About, "a"), Ok(Some(Bytes(b"second".to_vec()))));
    assert_eq!(recall(&mut world, anne, DepositKind::About, "b"), Ok(None));
    assert_eq!(recall(&mut world, ben, DepositKind::About, "a"), Ok(None));
    assert_eq!(recall(&mut world, nameless, DepositKind::About, "a"), Err(Refusal::NotAuthenticated));
    let nobody = leave(&mut world, nameless, vec![deposit(DepositKind::About, "a", None)]);
    assert_eq!(nobody, Err(Refusal::NotAuthenticated));
    leave(&mut world, anne, vec![deposit(DepositKind::About, "a", None)]).unwrap();
    assert_eq!(held(&mut world), []);
}

#[test]
fn the_entries_of_an_address_book_that_have_accounts_are_named_where_numbers_can_be_looked_up() {
    let mut world = world(&[DepositKind::Contact]);
    let (_, anne) = world.register(1, Some("+447700900001"));
    world.register(2, Some("+447700900002"));
    let book = || {
        let entries = ["+447700900002", "+447700900003", "a hash of something"];
        entries.map(|subject| deposit(DepositKind::Contact, subject, Some("a name"))).to_vec()
    };
    let known = leave(&mut world, anne, book()).unwrap();
    assert_eq!(known, [Handle::parse("+447700900002").unwrap()]);

    let now = world.now;
    let closed = Keeping { directory: false, ..keeping(&[DepositKind::Contact]) };
    world.engine().set_keeping(closed, now).unwrap();
    assert_eq!(leave(&mut world, anne, book()), Ok(Vec::new()));
    let request = world.request();
    let handle = Handle::parse("+447700900002").unwrap();
    let answer = world.ask_one(anne, ClientFrame::LookUp(LookUp { request, handle }));
    assert!(matches!(answer, RelayFrame::Refused(refused) if refused.reason == Refusal::NotOffered));
}

#[test]
fn an_account_has_room_for_so_much_and_makes_room_by_taking_back() {
    let limits = Limits { deposit_rows: 3, deposit_bytes: 30, ..Limits::default() };
    let settings =
        RelaySettings { limits, keeping: keeping(&[DepositKind::Group]), ..RelaySettings::default() };
    let mut world = LoneRelay::in_memory(settings);
    let (_, anne) = world.register(1, None);
    let group = |subject: &str, value: &str| vec![deposit(DepositKind::Group, subject, Some(value))];
    for subject in ["1", "2", "3"] {
        leave(&mut world, anne, group(subject, "12345")).unwrap();
    }
    assert_eq!(leave(&mut world, anne, group("4", "")), Err(Refusal::TooMuch));
    assert_eq!(leave(&mut world, anne, group("3", "12345678901234567890")), Err(Refusal::TooMuch));
    leave(&mut world, anne, group("3", "12345678901234567")).unwrap();
    leave(&mut world, anne, vec![deposit(DepositKind::Group, "3", None)]).unwrap();
    leave(&mut world, anne, group("4", "12345678901234567")).unwrap();
    let too_long = vec![deposit(DepositKind::Group, &"x".repeat(65), Some(""))];
    assert_eq!(leave(&mut world, anne, too_long), Err(Refusal::TooMuch));
    let too_many = (0..101).map(|_| deposit(DepositKind::Group, "4", None)).collect();
    assert_eq!(leave(&mut world, anne, too_many), Err(Refusal::TooMuch));
}

#[test]
fn deposits_go_with_their_account_and_nobody_elses_do() {
    let mut world = world(&[DepositKind::Name]);
    let (_, anne) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    leave(&mut world, anne, vec![deposit(DepositKind::Name, "", Some("Anne"))]).unwrap();
    leave(&mut world, ben, vec![deposit(DepositKind::Name, "", Some("Ben"))]).unwrap();
    let request = world.request();
    world.ask(anne, ClientFrame::CloseAccount(CloseAccount { request }));
    assert_eq!(held(&mut world), [(DepositKind::Name, String::new(), "Ben".to_owned())]);
}

#[test]
fn a_rule_that_no_longer_keeps_a_kind_removes_it_at_the_next_sweep() {
    let mut world = world(&[DepositKind::Name, DepositKind::Email]);
    let (_, anne) = world.register(1, None);
    for kind in [DepositKind::Name, DepositKind::Email] {
        leave(&mut world, anne, vec![deposit(kind, "", Some("x"))]).unwrap();
    }
    let now = world.now;
    world.engine().set_keeping(keeping(&[DepositKind::Name]), now).unwrap();
    assert_eq!(held(&mut world).len(), 2);
    world.pass(pillarbox_relay::ageing::SWEEP_INTERVAL);
    assert_eq!(held(&mut world), [(DepositKind::Name, String::new(), "x".to_owned())]);
    let kept = world.holdings();
    assert_eq!(kept.keeping, Some(keeping(&[DepositKind::Name])));
    assert_eq!(kept.keeping_since, Some(now));
}

#[test]
fn a_disk_that_refuses_keeps_no_deposit_and_the_phone_is_told() {
    let mut world = world(&[DepositKind::Name]);
    let (_, anne) = world.register(1, None);
    world.fail(Some(StoreError::Full));
    let left = leave(&mut world, anne, vec![deposit(DepositKind::Name, "", Some("Anne"))]);
    assert_eq!(left, Err(Refusal::StorageFailed));
    world.fail(None);
    assert_eq!(held(&mut world), []);
    assert_eq!(recall(&mut world, anne, DepositKind::Name, ""), Ok(None));
}

const NAME: FixedBytes<32> = FixedBytes([0x6a; 32]);

/// A relay that keeps attachments for three days.
fn with_attachments(limits: Limits) -> LoneRelay {
    let keeping = Keeping { attachments: Some(Duration::from_days(3)), ..Keeping::LEAST };
    LoneRelay::in_memory(RelaySettings { keeping, limits, ..RelaySettings::default() })
}

fn leave_part(
    world: &mut LoneRelay,
    connection: ConnectionId,
    (attachment, number): (FixedBytes<32>, u8),
    part: &[u8],
) -> Result<(), Refusal> {
    let request = world.request();
    let part = Bytes(part.to_vec());
    let frame = ClientFrame::LeaveAttachment(LeaveAttachment { request, attachment, number, part });
    match world.ask_one(connection, frame) {
        RelayFrame::AttachmentLeft(_) => Ok(()),
        RelayFrame::Refused(refused) => Err(refused.reason),
        other => panic!("{other:?}"),
    }
}

fn fetch_part(
    world: &mut LoneRelay,
    connection: ConnectionId,
    (attachment, number): (FixedBytes<32>, u8),
) -> Result<Vec<u8>, Refusal> {
    let request = world.request();
    let frame = ClientFrame::FetchAttachment(FetchAttachment { request, attachment, number });
    match world.ask_one(connection, frame) {
        RelayFrame::AttachmentPart(answer) => Ok(answer.part.0),
        RelayFrame::Refused(refused) => Err(refused.reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_relay_without_the_rule_takes_and_gives_no_attachment() {
    let mut world = world(&[]);
    let (_, anne) = world.register(1, None);
    assert_eq!(leave_part(&mut world, anne, (NAME, 0), b"sealed"), Err(Refusal::NotOffered));
    assert_eq!(fetch_part(&mut world, anne, (NAME, 0)), Err(Refusal::NotOffered));
    assert_eq!(world.holdings().attachments, []);
}

#[test]
fn an_attachment_is_left_by_a_named_account_and_fetched_by_whoever_knows_its_name() {
    let mut world = with_attachments(Limits::default());
    let (_, anne) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    let nameless = world.open();
    assert_eq!(leave_part(&mut world, nameless, (NAME, 0), b"one"), Err(Refusal::NotAuthenticated));
    leave_part(&mut world, anne, (NAME, 0), b"one").unwrap();
    leave_part(&mut world, anne, (NAME, 1), b"two").unwrap();
    // A lost answer: the same part again. Another part in its place, or somebody else's, is refused.
    leave_part(&mut world, anne, (NAME, 1), b"two").unwrap();
    assert_eq!(leave_part(&mut world, anne, (NAME, 1), b"other"), Err(Refusal::NotWellFormed));
    assert_eq!(leave_part(&mut world, ben, (NAME, 1), b"two"), Err(Refusal::NotWellFormed));
    for connection in [anne, ben, nameless] {
        assert_eq!(fetch_part(&mut world, connection, (NAME, 0)).unwrap(), b"one");
        assert_eq!(fetch_part(&mut world, connection, (NAME, 1)).unwrap(), b"two");
    }
    let unknown = Err(Refusal::UnknownAttachment);
    assert_eq!(fetch_part(&mut world, nameless, (NAME, 2)), unknown);
    assert_eq!(fetch_part(&mut world, nameless, (FixedBytes([1; 32]), 0)), unknown);
    assert_eq!(world.holdings().attachments.len(), 2);
}

#[test]
fn attachments_have_limits_of_size_and_number_for_each_account() {
    let limits = Limits { attachments: 2, attachment_bytes: 10, ..Limits::default() };
    let mut world = with_attachments(limits);
    let (_, anne) = world.register(1, None);
    let name = |number: u8| FixedBytes([number; 32]);
    let too_much = Err(Refusal::TooMuch);
    assert_eq!(leave_part(&mut world, anne, (NAME, 0), &vec![7; MAX_ATTACHMENT_PART_LEN + 1]), too_much);
    assert_eq!(leave_part(&mut world, anne, (NAME, MAX_ATTACHMENT_PARTS), b"x"), too_much);
    assert_eq!(leave_part(&mut world, anne, (NAME, 0), b""), Err(Refusal::NotWellFormed));
    leave_part(&mut world, anne, (name(1), 0), b"1234").unwrap();
    leave_part(&mut world, anne, (name(2), 0), b"1234").unwrap();
    assert_eq!(leave_part(&mut world, anne, (name(3), 0), b"1"), too_much);
    assert_eq!(leave_part(&mut world, anne, (name(2), 1), b"123"), too_much);
    leave_part(&mut world, anne, (name(2), 1), b"12").unwrap();
    // Another account has room of its own.
    let (_, ben) = world.register(2, None);
    leave_part(&mut world, ben, (name(3), 0), b"1").unwrap();
}

#[test]
fn attachments_go_by_age_with_their_account_and_with_the_rule() {
    let mut world = with_attachments(Limits::default());
    let (_, anne) = world.register(1, None);
    let (_, ben) = world.register(2, None);
    leave_part(&mut world, anne, (NAME, 0), b"old").unwrap();
    world.pass(Duration::from_days(2));
    leave_part(&mut world, anne, (FixedBytes([1; 32]), 0), b"new").unwrap();
    leave_part(&mut world, ben, (FixedBytes([2; 32]), 0), b"ben").unwrap();
    world.pass(Duration::from_days(2));
    let held = |world: &mut LoneRelay| -> Vec<Vec<u8>> {
        world.holdings().attachments.iter().map(|row| row.part.0.clone()).collect()
    };
    assert_eq!(held(&mut world), [b"new", b"ben"]);
    let request = world.request();
    world.ask(anne, ClientFrame::CloseAccount(CloseAccount { request }));
    assert_eq!(held(&mut world), [b"ben"]);
    let now = world.now;
    world.engine().set_keeping(Keeping::LEAST, now).unwrap();
    world.pass(pillarbox_relay::ageing::SWEEP_INTERVAL);
    assert!(held(&mut world).is_empty());
}

#[test]
fn a_disk_that_refuses_keeps_no_part_and_the_phone_is_told() {
    let mut world = with_attachments(Limits::default());
    let (_, anne) = world.register(1, None);
    world.fail(Some(StoreError::Full));
    assert_eq!(leave_part(&mut world, anne, (NAME, 0), b"one"), Err(Refusal::StorageFailed));
    world.fail(None);
    assert_eq!(world.holdings().attachments, []);
    leave_part(&mut world, anne, (NAME, 0), b"one").unwrap();
}
