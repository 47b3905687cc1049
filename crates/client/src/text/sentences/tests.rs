//! Every sentence in the singular and plural, as the program and a world show it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pillarbox_wire::{
    AccountId, Bytes, ChannelName, DepositKind, DeviceAddress, DeviceId, Farewell, FixedBytes, Handle,
    PostRow, Refusal, Timestamp,
};

use super::*;
use crate::records::devices::DeviceFault;
use crate::records::directory::{HeadConflict, Unproved};
use crate::records::group::GroupChange;
use crate::records::ids::BodyId;
use crate::records::notice::{Degraded, DeviceFailure, OperatorFault};
use crate::records::own_news::WishFault;
use crate::records::picture::PictureFault;

const BOB: AccountId = AccountId([2; 16]);
const CAROL: AccountId = AccountId([3; 16]);
const GROUP: GroupId = GroupId(FixedBytes([9; 16]));

/// The number of kinds of notice. A new kind also belongs in [`every`].
const KINDS: usize = 64;

struct Plain;

impl Names for Plain {
    fn contact(&self, account: &AccountId) -> String {
        if *account == BOB { "Bob".to_owned() } else { "Ca\u{202e}rol".to_owned() }
    }
}

/// Names for groups, and suggested names of strangers.
struct Named;

impl Names for Named {
    fn contact(&self, account: &AccountId) -> String {
        Plain.contact(account)
    }

    fn claim(&self, _: &AccountId) -> Option<String> {
        Some("the \u{1b}[2Jbank".to_owned())
    }

    fn group(&self, _: &GroupId) -> Option<String> {
        Some("the group choir".to_owned())
    }
}

fn entry(kind: EntryKind, verified: bool, group: Option<GroupId>) -> HistoryEntry {
    HistoryEntry {
        place: 0,
        id: BodyId(FixedBytes([1; 16])),
        direction: EntryDirection::Received { sealed: true, verified },
        kind,
        sent_at: Timestamp(0),
        stored_at: Timestamp(0),
        shown: false,
        expires_after: None,
        expires_at: None,
        group,
    }
}

fn every() -> Vec<Notice> {
    let message = BodyId(FixedBytes([1; 16]));
    let reason = Refusal::StorageFailed;
    let channel = || ChannelName::try_from("@harbour_news".to_owned()).unwrap();
    let number = |text: &str| Handle::parse(text).unwrap();
    let post = |number, content: &str| PostRow {
        number,
        posted_at: Timestamp(0),
        content: Bytes(content.as_bytes().to_vec()),
    };
    let unproved = |contact, handle, why| Notice::DirectoryUnproved { contact, handle, why };
    let operator_says = |news, by| Notice::OperatorSays { group: GROUP, news, by };
    let text = |text: &str| EntryKind::Text(text.to_owned());
    let blank = FixedBytes([0; 32]);
    let picture =
        EntryKind::Picture(PicturePointer { attachment: blank, key: blank, digest: blank, size: 48_213 });
    let received =
        |kind, verified, group| Notice::Received { contact: BOB, entry: entry(kind, verified, group) };
    vec![
        Notice::Registered { address: DeviceAddress { account: BOB, device: DeviceId::FIRST } },
        Notice::Reregistered { address: DeviceAddress { account: BOB, device: DeviceId::FIRST } },
        Notice::NumbersVerified,
        unproved(Some(BOB), None, Unproved::NoLog),
        unproved(Some(BOB), None, Unproved::NotSigned),
        unproved(Some(BOB), None, Unproved::OtherLog),
        unproved(Some(BOB), None, Unproved::NoEntry),
        unproved(Some(BOB), None, Unproved::OtherKeys),
        unproved(Some(BOB), None, Unproved::OtherDevices),
        unproved(None, Some(number("+12025550143")), Unproved::OtherKeys),
        unproved(None, None, Unproved::OtherLog),
        Notice::NotMyEntry { at: Timestamp(1_490_193_600_000) },
        Notice::NotMyEntry { at: Timestamp(0) },
        Notice::SplitView { contact: BOB, why: HeadConflict::OtherLog },
        Notice::SplitView { contact: BOB, why: HeadConflict::OtherKey },
        Notice::RegistrationRefused { reason: Refusal::CodeSent },
        Notice::RegistrationRefused { reason },
        Notice::AuthenticationRefused { reason },
        Notice::Connected { waiting: 0 },
        Notice::Connected { waiting: 1 },
        Notice::Connected { waiting: 3 },
        Notice::Farewell { reason: Farewell::Stopping },
        Notice::AccountClosed,
        Notice::Delayed { reason },
        received(text("six\r\no'clock \u{202e}then"), true, None),
        received(text("six"), false, Some(GROUP)),
        received(EntryKind::Timer(Some(3_600)), false, None),
        received(picture, true, None),
        Notice::PictureArrived { contact: BOB, message },
        Notice::PictureLost { contact: BOB, message, fault: PictureFault::Gone },
        Notice::PictureLost { contact: BOB, message, fault: PictureFault::Refused },
        Notice::PictureLost { contact: BOB, message, fault: PictureFault::OtherSize },
        Notice::PictureLost { contact: BOB, message, fault: PictureFault::OtherBytes },
        Notice::PictureLost { contact: BOB, message, fault: PictureFault::NotOpened },
        Notice::TimerChanged { contact: BOB, expires_after: Some(7_200) },
        Notice::TimerChanged { contact: BOB, expires_after: None },
        Notice::Accepted { contact: BOB, message },
        Notice::Delivered { contact: BOB, message },
        Notice::NotSent { contact: BOB, message: Some(message), reason },
        Notice::NotSent { contact: BOB, message: None, reason },
        Notice::NotStarted { contact: BOB, reason: Some(reason) },
        Notice::NotStarted { contact: BOB, reason: None },
        Notice::DepositRefused { kind: DepositKind::Contact, reason },
        Notice::ChannelOpened { channel: channel() },
        Notice::Posted { channel: channel(), number: 2 },
        Notice::ChannelPosts { channel: channel(), posts: Vec::new() },
        Notice::ChannelPosts {
            channel: channel(),
            posts: vec![post(1, "Ferry at\nsix"), post(2, "a\u{7}b")],
        },
        Notice::ChannelRefused { channel: channel(), reason },
        Notice::KnownNumbers { numbers: Vec::new() },
        Notice::KnownNumbers { numbers: vec![number("+447700900101")] },
        Notice::KnownNumbers { numbers: vec![number("+447700900101"), number("+447700900102")] },
        Notice::Requested { contact: BOB },
        Notice::Found { contact: BOB, handle: number("+447700900101") },
        Notice::NotFound { handle: number("+447700900101"), reason },
        Notice::GroupJoined { group: GROUP, by: BOB },
        Notice::GroupsFull { by: BOB },
        Notice::GroupFull { group: GROUP, by: BOB },
        Notice::MemberAdded { group: GROUP, member: CAROL, by: BOB },
        Notice::DevicesChanged { contact: BOB, added: 1, removed: 0, blocked: false },
        Notice::DevicesChanged { contact: BOB, added: 2, removed: 1, blocked: true },
        Notice::DevicesChanged { contact: BOB, added: 0, removed: 1, blocked: false },
        Notice::DevicesChanged { contact: BOB, added: 0, removed: 2, blocked: false },
        Notice::DeviceRefused { contact: BOB, fault: DeviceFault::Unlisted },
        Notice::DeviceRefused { contact: BOB, fault: DeviceFault::Unsigned },
        Notice::DeviceRefused { contact: BOB, fault: DeviceFault::Older },
        Notice::DeviceRefused { contact: BOB, fault: DeviceFault::Forked },
        Notice::DeviceLinked { device: DeviceId::FIRST_LINKED },
        Notice::DeviceSignedOff { device: DeviceId::FIRST_LINKED },
        Notice::DeviceRemoved { device: DeviceId::FIRST_LINKED },
        Notice::DeviceNotChanged { reason: DeviceFailure::Relay(Refusal::UnknownPlace) },
        Notice::DeviceNotChanged { reason: DeviceFailure::OtherKeys },
        Notice::DeviceNotChanged { reason: DeviceFailure::NoConsent },
        Notice::WaitsForLink,
        Notice::Linked { address: DeviceAddress { account: BOB, device: DeviceId::FIRST_LINKED } },
        Notice::LinkComplete,
        Notice::MemberLeft { group: GROUP, member: CAROL },
        Notice::MemberRemoved { group: GROUP, member: CAROL, by: BOB },
        Notice::MemberDropped { group: GROUP, member: CAROL },
        Notice::KeeperChanged { group: GROUP, keeper: CAROL, by: BOB },
        Notice::MembersDiffer { group: GROUP, contact: BOB, theirs: 1, ours: 3 },
        Notice::MembersDiffer { group: GROUP, contact: BOB, theirs: 3, ours: 3 },
        Notice::ChangeRefused { group: GROUP, contact: BOB },
        operator_says(GroupNews::Made, Some(BOB)),
        operator_says(GroupNews::Joined, Some(BOB)),
        operator_says(GroupNews::Joined, None),
        operator_says(GroupNews::Added(CAROL), Some(BOB)),
        operator_says(GroupNews::Added(CAROL), None),
        operator_says(GroupNews::Left, Some(CAROL)),
        operator_says(GroupNews::Removed(CAROL), Some(BOB)),
        operator_says(GroupNews::Removed(CAROL), None),
        operator_says(GroupNews::Dropped(CAROL), None),
        operator_says(GroupNews::Handed(CAROL), Some(BOB)),
        operator_says(GroupNews::Handed(CAROL), None),
        Notice::OperatorRefused { group: GROUP, reason: OperatorFault::NotBelieved },
        Notice::OperatorRefused { group: GROUP, reason: OperatorFault::Signed },
        Notice::OperatorRefused { group: GROUP, reason: OperatorFault::Unreadable },
        Notice::OperatorRefused { group: GROUP, reason: OperatorFault::TooMany },
        Notice::GroupNotChanged { group: GROUP, reason: Refusal::NotOffered },
        Notice::GroupNotChanged { group: GROUP, reason: Refusal::NotGroupAdmin },
        Notice::WishRefused { group: GROUP, fault: WishFault::UnknownGroup },
        Notice::WishRefused { group: GROUP, fault: WishFault::NotKeeper },
        Notice::WishRefused { group: GROUP, fault: WishFault::NotMember },
        Notice::WishRefused { group: GROUP, fault: WishFault::NoRoom },
        Notice::WishRefused { group: GROUP, fault: WishFault::NoKey },
        Notice::WishRefused { group: GROUP, fault: WishFault::NotSigned },
        Notice::WishRefused { group: GROUP, fault: WishFault::TooMany },
        Notice::KeyChanged { contact: BOB, blocked: true },
        Notice::KeyChanged { contact: BOB, blocked: false },
        Notice::Undecryptable { contact: Some(BOB), asked_again: true },
        Notice::Undecryptable { contact: Some(BOB), asked_again: false },
        Notice::Undecryptable { contact: None, asked_again: false },
        Notice::RequestUnopened { contact: BOB },
        Notice::StrangerUnopened { account: BOB },
        Notice::RequestGaveWay { name: "3c891561".to_owned(), entries: 0 },
        Notice::RequestGaveWay { name: "3c891561".to_owned(), entries: 1 },
        Notice::RequestGaveWay { name: "3c891561".to_owned(), entries: 3 },
        Notice::RequestsFull,
        Notice::MissingFull { contact: BOB },
        Notice::Recovered { contact: BOB },
        Notice::Resent { contact: BOB, messages: 0 },
        Notice::Resent { contact: BOB, messages: 1 },
        Notice::Resent { contact: BOB, messages: 2 },
        Notice::OtherProtection { contact: Some(BOB) },
        Notice::OtherProtection { contact: None },
        Notice::Degraded { contact: BOB, degraded: Degraded { no_one_time: true, last_resort_kem: false } },
        Notice::Unsealed { contact: BOB },
    ]
}

#[test]
fn every_notice_has_a_sentence() {
    let mut page = String::new();
    for one in every() {
        let (tone, says) = notice(&one, &Plain);
        writeln!(page, "{} ({tone:?})\n  {says}", word(&one)).unwrap();
        let (_, named) = notice(&one, &Named);
        if named != says {
            writeln!(page, "  {named}").unwrap();
        }
    }
    insta::assert_snapshot!(page);
}

#[test]
fn every_kind_of_notice_has_its_word_and_is_among_them() {
    let words: BTreeSet<_> = every().iter().map(word).collect();
    assert_eq!(words.len(), KINDS);
    assert!(words.iter().all(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
}

#[test]
fn no_sentence_holds_what_a_terminal_acts_on_or_a_programmer_s_print() {
    for one in every() {
        let (_, says) = notice(&one, &Named);
        assert!(says.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{says:?}");
        assert!(!["{", "Some(", "None", "::"].iter().any(|printed| says.contains(printed)), "{says}");
    }
}

#[test]
fn a_group_that_another_device_of_the_owner_joined_is_not_said_to_be_the_owners_own_act_here() {
    let joined = GroupChange { news: GroupNews::Joined, by: BOB, at: Timestamp(0), shown: false };
    let by_a_device = group_change(&joined, "choir", |_| None);
    assert!(by_a_device.starts_with("Another device of yours put you into choir."), "{by_a_device}");
    let by_bob = group_change(&joined, "choir", |_| Some("Bob".to_owned()));
    assert!(by_bob.starts_with("Bob put you into choir."), "{by_bob}");
}
