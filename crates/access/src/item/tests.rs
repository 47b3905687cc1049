//! Each item is found where it is, and not where it is not.

use std::collections::BTreeSet;

use pillarbox_client::PicturePointer;
use pillarbox_client::body::{Body, BodyId, Content};
use pillarbox_client::picture::PictureTold;
use pillarbox_relay::Keeping;
use pillarbox_relay::store::{AttachmentRow, DeviceNumber, GroupMemberRow, GroupRow, MessageRow};
use pillarbox_wire::inventory::Class;
use pillarbox_wire::{Bytes, DeviceAddress, DeviceId, FixedBytes, GroupStanding, MessageId};

use super::*;
use crate::facts::{Facts, Knows, Member, Wrote};
use crate::returned::{Blank, ItemAnswer};
use crate::testing::{AT, OTHER, TARGET, WORDS, account, everything, least, number};
use crate::view::RelayHoldings;

/// Items that no messenger here has.
const NO_SUCH_THING: [Item; 6] = [
    Item::PostalAddress,
    Item::PaymentDetails,
    Item::CallDetailRecords,
    Item::AppDownloadTime,
    Item::Cookies,
    Item::Voicemail,
];

fn read(item: Item, holdings: &RelayHoldings) -> ItemReading {
    let row = holdings.rows().accounts.iter().find(|row| row.account == account(TARGET)).unwrap();
    item.read(holdings, row)
}

#[test]
fn every_item_is_found_where_it_is() {
    let holdings = everything();
    for item in Item::ALL {
        let reply = read(*item, &holdings);
        if NO_SUCH_THING.contains(item) {
            assert_eq!(reply.answer, ItemAnswer::NoneHeld { reason: Blank::NoSuchThing }, "{item:?}");
        } else {
            assert!(matches!(reply.answer, ItemAnswer::Returned { .. }), "{item:?}: {:?}", reply.answer);
            assert!(!reply.exhibits.is_empty(), "{item:?} rests on something");
        }
    }
}

#[test]
fn no_item_is_found_where_it_is_not() {
    let holdings = least();
    // No account exists without keys and a record.
    let always = [Item::AccountRecord, Item::PublicKey];
    for item in Item::ALL.iter().filter(|item| !always.contains(item)) {
        let reply = read(*item, &holdings);
        assert!(matches!(reply.answer, ItemAnswer::NoneHeld { .. }), "{item:?}: {:?}", reply.answer);
        assert_eq!((reply.facts, reply.exhibits.len()), (Facts::default(), 0), "{item:?}");
    }
}

#[test]
fn what_is_seen_and_not_kept_is_said_to_be() {
    let answer = read(Item::IpLog, &least()).answer;
    let reason = Blank::SeenNotKept { what: pillarbox_relay::Logged::Connected };
    assert_eq!(answer, ItemAnswer::NoneHeld { reason });
    assert!(answer.to_string().contains("could have them from now on"));
}

#[test]
fn the_facts_are_those_of_the_rows() {
    let holdings = everything();
    let name = |who| Some(number(who).to_string());
    let pairs = read(Item::MessageSourceDestination, &holdings).facts.wrote;
    let sent = |from, to| Wrote { at: AT, from: name(from), to: name(to) };
    let expected: BTreeSet<Wrote> = [sent(TARGET, OTHER), sent(OTHER, TARGET)].into();
    assert_eq!(pairs.into_iter().collect::<BTreeSet<_>>(), expected, "once each, from row and log together");

    let said = read(Item::MessageContent, &holdings).facts.said;
    assert_eq!(said.iter().map(|said| said.text.as_str()).collect::<Vec<_>>(), [WORDS]);

    let knows =
        |owner: (u8, &str), contact: (u8, &str)| Knows { owner: owner.1.into(), contact: contact.1.into() };
    assert_eq!(read(Item::AddressBookContacts, &holdings).facts.knows, [knows(TARGET, OTHER)]);
    assert_eq!(read(Item::UsersWithTargetInAddressBook, &holdings).facts.knows, [knows(OTHER, TARGET)]);

    let members = read(Item::GroupInfo, &holdings).facts.members;
    let member = |who: (u8, &str)| Member { group: "The Clock".into(), member: who.1.into() };
    assert_eq!(members, [member(TARGET), member(OTHER)]);
    assert_eq!(read(Item::GroupMembership, &holdings).facts.members, [member(TARGET)]);
}

#[test]
fn an_operator_s_own_rows_say_who_is_in_a_group_and_who_was() {
    let group_id = FixedBytes([8; 16]);
    let row = |who, standing| GroupMemberRow {
        group_id,
        account: account(who),
        standing,
        acted_by: Some(account(OTHER)),
        at: AT,
    };
    let holdings = |standing| {
        let mut rows = least().rows().clone();
        rows.keeping = Some(Keeping { groups: true, ..Keeping::LEAST });
        for (row, who) in rows.accounts.iter_mut().zip([TARGET, OTHER]) {
            row.handle = Some(number(who));
        }
        rows.groups = vec![GroupRow { group_id, version: 2, name: "The Clock".to_owned() }];
        rows.group_members = vec![row(TARGET, standing), row(OTHER, GroupStanding::Admin)];
        RelayHoldings::of(rows, None, Vec::new())
    };
    let lines = |item, holdings: &RelayHoldings| match read(item, holdings).answer {
        ItemAnswer::Returned { lines, .. } => lines,
        other => panic!("{other:?}"),
    };
    let inside = holdings(GroupStanding::Member);
    let [one, other] = [TARGET, OTHER].map(|(_, number)| number);
    assert_eq!(lines(Item::GroupInfo, &inside), [format!("The Clock: {one}, {other}")]);
    assert_eq!(lines(Item::GroupMembership, &inside), ["The Clock"]);
    assert_eq!(read(Item::GroupInfo, &inside).facts.members.len(), 2);
    let outside = holdings(GroupStanding::Removed);
    for item in [Item::GroupInfo, Item::GroupMembership] {
        assert_eq!(lines(item, &outside), ["The Clock, until 2017-03-22"]);
        assert!(read(item, &outside).facts.members.is_empty(), "nothing of who is in it now");
    }
    let mut rows = inside.rows().clone();
    rows.group_members.remove(0);
    let none = RelayHoldings::of(rows, None, Vec::new());
    assert_eq!(read(Item::GroupMembership, &none).answer, ItemAnswer::NoneHeld { reason: Blank::NoGroup });
}

#[test]
fn a_roster_that_is_no_text_is_held_and_not_read() {
    let mut rows = everything().rows().clone();
    for row in rows.deposits.iter_mut().filter(|row| row.kind == pillarbox_wire::DepositKind::Group) {
        row.value = Bytes(vec![0xff; 80]);
    }
    let holdings = RelayHoldings::of(rows, None, Vec::new());
    assert!(matches!(read(Item::GroupInfo, &holdings).answer, ItemAnswer::HeldUnreadable { count: 1, .. }));
}

#[test]
fn a_day_tells_no_time() {
    let mut rows = everything().rows().clone();
    for row in &mut rows.accounts {
        row.registered_at = Some(AT.day());
    }
    for row in &mut rows.devices {
        row.last_seen = Some(AT.day());
    }
    let with_log = RelayHoldings::of(rows.clone(), None, Vec::new());
    let ItemAnswer::Returned { lines, .. } = read(Item::RegisteredAt, &with_log).answer else { panic!() };
    assert_eq!(lines, [AT.to_string()], "the log has the time that the account's row lacks");
    rows.events.clear();
    let holdings = RelayHoldings::of(rows, None, Vec::new());
    assert_eq!(
        read(Item::RegisteredAt, &holdings).answer,
        ItemAnswer::NoneHeld { reason: Blank::NotWrittenDown }
    );
    for item in [Item::RegisteredDate, Item::LastSeenDate] {
        let ItemAnswer::Returned { lines, .. } = read(item, &holdings).answer else { panic!("{item:?}") };
        assert_eq!(lines, ["2017-03-22 (day only)"]);
    }
}

#[test]
fn an_exhibit_is_the_digest_of_what_it_shows() {
    let reply = read(Item::MessageContent, &everything());
    for exhibit in &reply.exhibits {
        let bytes = data_encoding::HEXLOWER.decode(exhibit.value.as_bytes());
        let bytes = bytes.unwrap_or_else(|_| exhibit.value.clone().into_bytes());
        assert_eq!(exhibit.sha256, crate::evidence::sha256(&bytes));
    }
    let header = read(Item::MessageTimes, &everything());
    let text = serde_json::to_string(&header.exhibits).unwrap();
    assert!(!text.contains(WORDS) && !text.contains(&crate::evidence::hexadecimal(WORDS.as_bytes())));
}

#[test]
fn every_item_has_one_word_and_serde_writes_it() {
    let words: BTreeSet<&str> = Item::ALL.iter().map(|item| item.as_str()).collect();
    assert_eq!(words.len(), Item::ALL.len());
    for item in Item::ALL {
        assert_eq!(serde_json::to_string(item).unwrap(), format!("\"{}\"", item.as_str()));
        assert_eq!(Item::named(item.as_str()), Some(*item));
    }
    assert_eq!(Item::named("messages"), None);
}

#[test]
fn the_tables_of_outside_truth_use_no_other_word() {
    /// Words of the chart that describe a row as a whole and are not items.
    const MARKERS: [&str; 3] = ["none", "no_message_content", "not_stated"];
    let tables = [
        (include_str!("../../oracles/fbi-2021.csv"), 2),
        (include_str!("../../oracles/published-returns.csv"), 4),
    ];
    let mut seen = 0;
    for (table, column) in tables {
        for line in table.lines().skip(1) {
            let word = line.split(',').nth(column).unwrap();
            assert!(MARKERS.contains(&word) || Item::named(word).is_some(), "{word}");
            seen += 1;
        }
    }
    assert!(seen > 150, "the tables were read: {seen}");
}

#[test]
fn content_is_content_in_both_laws() {
    for item in Item::ALL {
        assert_eq!(item.reach() == Reach::Contents, item.class() == Class::Content, "{}", item.as_str());
    }
}

#[test]
fn a_backup_opens_with_the_key_that_lies_beside_it_and_not_without() {
    use pillarbox_client::BackupKey;
    use pillarbox_client::backup::{Backup, BackupContents, SavedText};
    use pillarbox_client::{BodyId, EntryDirection};
    use pillarbox_crypto::SecretBytes;
    use pillarbox_wire::{Bytes, DepositKind, FixedBytes};
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    let text = SavedText {
        id: BodyId(FixedBytes([1; 16])),
        sent_at: AT,
        stored_at: AT,
        contact: Some(account(OTHER)),
        group: None,
        direction: EntryDirection::Received { sealed: false, verified: false },
        text: WORDS.into(),
    };
    let contents = BackupContents { texts: vec![text], ..BackupContents::default() };
    let key = || SecretBytes::from_bytes([8; 32]);
    let left = |held_by, with_key: bool| {
        let sealed = held_by != BackupKey::None;
        let backup =
            Backup::make(contents.clone(), held_by, sealed.then(key), &mut ChaCha20Rng::seed_from_u64(1))
                .unwrap();
        let mut rows = least().rows().clone();
        let deposit = |kind, subject: Vec<u8>, value: Vec<u8>| pillarbox_relay::store::DepositRow {
            account: account(TARGET),
            kind,
            subject: Bytes(subject),
            value: Bytes(value),
            left_at: AT,
        };
        for (number, part) in (0_u32..).zip(&backup.parts) {
            rows.deposits.push(deposit(DepositKind::BackupPart, number.to_be_bytes().into(), part.clone()));
        }
        if with_key {
            rows.deposits.push(deposit(DepositKind::BackupKey, Vec::new(), key().as_bytes().to_vec()));
        }
        read(Item::MessageContent, &RelayHoldings::of_rows(rows))
    };
    for opens in [left(BackupKey::None, false), left(BackupKey::Provider, true)] {
        let texts: Vec<&str> = opens.facts.said.iter().map(|said| said.text.as_str()).collect();
        assert_eq!(texts, [WORDS]);
        assert_eq!(opens.facts.said[0].to, Some(format!("account {}", account(TARGET))));
    }
    let owners = left(BackupKey::Owner, false);
    assert!(matches!(owners.answer, ItemAnswer::HeldUnreadable { count: 1, .. }), "{:?}", owners.answer);
    assert_eq!(owners.facts, Facts::default());
}

/// A relay's rows with one picture of the target in two parts, and a message to it that carries the pointer.
fn with_a_picture(pointer_readable: bool, key: [u8; 32]) -> RelayHoldings {
    let picture = [7; 40_000];
    let pointer = PicturePointer::to(&picture, FixedBytes([9; 32]), FixedBytes(key));
    let sealed = pointer.sealed(&picture);
    let told = PictureTold {
        id: BodyId(FixedBytes([1; 16])),
        sent_at: AT,
        picture: pointer.clone(),
        expires_after: None,
    };
    let body = Body { introduction: None, content: Content::Picture(told) }.write().unwrap();
    let mut rows = least().rows().clone();
    let halves = sealed.chunks(32_768).zip(0..);
    rows.attachments = halves
        .map(|(part, number)| AttachmentRow {
            attachment: pointer.attachment,
            number,
            owner: account(TARGET),
            left_at: AT,
            part: Bytes(part.to_vec()),
        })
        .collect();
    if pointer_readable {
        rows.counters.next_message = MessageId(2);
        rows.messages = vec![MessageRow {
            message: MessageId(1),
            mailbox: DeviceNumber(OTHER.0.into()),
            accepted_at: AT,
            sender: Some(DeviceAddress { account: account(TARGET), device: DeviceId::FIRST }),
            delivered_at: None,
            payload: Bytes([&[pillarbox_session::kind::SERVER_READABLE], body.as_slice()].concat()),
        }];
    }
    RelayHoldings::of_rows(rows)
}

#[test]
fn a_picture_is_handed_over_as_ciphertext_unless_its_key_stands_in_a_message_that_the_operator_reads() {
    let sealed = read(Item::MessageContent, &with_a_picture(false, [3; 32]));
    assert!(matches!(sealed.answer, ItemAnswer::HeldUnreadable { count: 1, .. }), "{:?}", sealed.answer);
    let parts: Vec<_> = sealed.exhibits.iter().filter(|it| it.place == "attachments").collect();
    assert_eq!(parts.len(), 2);

    let lines = |holdings: &RelayHoldings| match read(Item::MessageContent, holdings).answer {
        ItemAnswer::Returned { lines, .. } => lines,
        other => panic!("{other:?}"),
    };
    let open = with_a_picture(true, [3; 32]);
    let expected = ["(sends a picture of 40000 bytes, with its key)", "(a picture of 40000 bytes)"];
    assert_eq!(lines(&open), expected);
    // The recipient's file leads to it too, although the sender left it.
    let account = open.rows().accounts.iter().find(|row| row.account == account(OTHER)).unwrap();
    let of_other = Item::MessageContent.read(&open, account);
    assert!(of_other.exhibits.iter().any(|exhibit| exhibit.place == "attachments"));
    // A key among the operator's own values opens it: that no key did above is a finding.
    let mut rows = with_a_picture(false, [3; 32]).rows().clone();
    rows.devices[0].device_key = FixedBytes([3; 32]);
    assert_eq!(lines(&RelayHoldings::of_rows(rows)), ["(a picture of 40000 bytes)"]);
}
