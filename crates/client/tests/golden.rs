//! The bytes of one example of each body, kept in `golden.txt`. Phones of every release exchange bodies of version 1. A
//! change to the bytes of either version needs a new version.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write;

use pillarbox_client::body::{
    Body, Content, DevicesTold, GroupText, HeadTold, Introduction, Leave, MemberChanges, READS_VERSION_2,
    Receipt, ResendRequest, Roster, SeenGroupText, Text, Timer,
};
use pillarbox_client::membership::{GroupMember, MemberAct, MemberChange, MemberClaim, MembersSeen};
use pillarbox_client::own_news::{
    AccountNews, ContactFacts, ContactNews, EntryNews, EntryWay, GroupWish, OwnNews, OwnTold, ProgressNews,
    ShownNews, WishAnswer, WishFault,
};
use pillarbox_client::picture::PictureTold;
use pillarbox_client::{BodyId, ContactOrigin, DeliveryState, EntryKind, GroupId, PicturePointer, Trust};
use pillarbox_crypto::SigningSecret;
use pillarbox_wire::{
    AccountId, DeviceId, DeviceList, FixedBytes, GroupAct, IdentityKey, ListedDevice, LogHead, Timestamp,
};

const ID: BodyId = BodyId(FixedBytes([0x11; 16]));
const GROUP: GroupId = GroupId(FixedBytes([0x22; 16]));
const KEY: FixedBytes<32> = FixedBytes([0x33; 32]);
const AT: Timestamp = Timestamp(1_490_193_600_000);

fn changes() -> (GroupId, Vec<MemberChange>) {
    let secret = SigningSecret::from_bytes([0x44; 32]);
    let maker = GroupMember { account: AccountId([0xaa; 16]), key: FixedBytes(*secret.public().as_bytes()) };
    let other = GroupMember { account: AccountId([0xbb; 16]), key: KEY };
    let make = MemberClaim::make(maker, "Harbour".to_owned(), FixedBytes([0x55; 16]), AT).unwrap();
    let group = make.group;
    let first = make.clone().sign(&secret).unwrap().check(group).unwrap();
    let acts = [
        MemberAct::Add { member: other },
        MemberAct::Remove { member: other.account, honoured: vec![FixedBytes([0x66; 32])], before: first },
        MemberAct::Hand { to: other, before: first },
        MemberAct::Leave { honoured: Vec::new(), before: first },
    ];
    let claims = acts.map(|act| MemberClaim { group, by: maker, act, at: AT });
    let signed = [make].into_iter().chain(claims).map(|claim| claim.sign(&secret).unwrap());
    (group, signed.collect())
}

fn list() -> DeviceList {
    let identity = IdentityKey { signing: KEY, agreement: KEY, cross_signature: FixedBytes([0x77; 64]) };
    let consent = FixedBytes([0x88; 64]);
    let devices = vec![ListedDevice { device: DeviceId(128), identity, consent }];
    DeviceList { account: AccountId([0xaa; 16]), version: 2, devices, signature: FixedBytes([0x99; 64]) }
}

fn log_head() -> LogHead {
    LogHead { size: 7, tree: KEY, map: KEY, at: AT, signature: FixedBytes([0xab; 64]) }
}

fn own(told: OwnTold) -> Content {
    Content::OwnNews(OwnNews { id: ID, told })
}

fn account_news() -> AccountNews {
    let (handle, name) = (None, "Alice".to_owned());
    AccountNews { handle, name, delivery_key: KEY, sealed_sender: true, list: list() }
}

fn contact_news() -> ContactNews {
    let facts = ContactFacts {
        name: "Bob".to_owned(),
        suggested_name: None,
        handle: None,
        identity: None,
        former_identity: None,
        trust: Trust::Verified,
        origin: ContactOrigin::Invitation,
        accepted: true,
        expires_after: Some(60),
        timer_set_at: AT,
        added_at: AT,
        delivery_key: Some(KEY),
        devices: Some(list()),
        reads_newer: true,
        knows_devices: 2,
    };
    ContactNews { account: AccountId([0xbb; 16]), at: AT, blocked: false, contact: Some(facts) }
}

fn entry_news() -> EntryNews {
    EntryNews {
        with: AccountId([0xbb; 16]),
        group: None,
        message: ID,
        way: EntryWay::Received { sealed: true, verified: false, shown: true },
        kind: EntryKind::Text("six".to_owned()),
        sent_at: AT,
        expires_after: None,
        expires_at: None,
        is_history: true,
    }
}

fn picture() -> PicturePointer {
    PicturePointer {
        attachment: FixedBytes([0x6a; 32]),
        key: KEY,
        digest: FixedBytes([0x6b; 32]),
        size: 48_213,
    }
}

fn wish() -> GroupWish {
    let act = GroupAct::Create { name: "Harbour".to_owned(), members: vec![AccountId([0xbb; 16])] };
    GroupWish { wish: FixedBytes([0x55; 16]), group: GROUP, act, at: AT }
}

fn bodies() -> Vec<(&'static str, Body)> {
    let text = Text { id: ID, sent_at: AT, text: "six".to_owned(), expires_after: Some(60) };
    let said = GroupText { group: GROUP, text: Text { expires_after: None, ..text.clone() } };
    let members = vec![AccountId([0xaa; 16]), AccountId([0xbb; 16])];
    let seen = MembersSeen::new(GROUP, &members);
    let (signed, changes) = changes();
    let name = "Harbour".to_owned();
    let introduction = Introduction { delivery_key: Some(KEY), name: "Alice".to_owned() };
    let told = MemberChanges { id: ID, group: signed, key: KEY, seen, asks: true, changes };
    let (with, state) = (AccountId([0xbb; 16]), DeliveryState::Delivered);
    let answer = WishAnswer { wish: FixedBytes([0x55; 16]), refused: Some(WishFault::NotKeeper) };
    let progress = ProgressNews { with, group: Some(GROUP), message: ID, state };
    let contents = [
        ("Text", Content::Text(text)),
        ("Receipt", Content::Receipt(Receipt { ids: vec![ID, READS_VERSION_2] })),
        ("ResendRequest", Content::ResendRequest(ResendRequest { digests: vec![KEY] })),
        ("Timer", Content::Timer(Timer { id: ID, sent_at: AT, expires_after: None })),
        ("GroupText", Content::GroupText(said.clone())),
        ("Roster", Content::Roster(Roster { id: ID, group: GROUP, name, members, key: KEY })),
        ("Leave", Content::Leave(Leave { id: ID, group: GROUP })),
        ("SeenGroupText", Content::SeenGroupText(SeenGroupText { said, seen })),
        ("MemberChanges", Content::MemberChanges(told)),
        ("Devices", Content::Devices(DevicesTold { id: ID, list: list() })),
        ("LogHead", Content::LogHead(HeadTold { log_key: KEY, head: log_head() })),
        (
            "Picture",
            Content::Picture(PictureTold { id: ID, sent_at: AT, picture: picture(), expires_after: None }),
        ),
        ("OwnNewsAccount", own(OwnTold::Account(Box::new(account_news())))),
        ("OwnNewsContact", own(OwnTold::Contact(Box::new(contact_news())))),
        ("OwnNewsEntry", own(OwnTold::Entry(Box::new(entry_news())))),
        ("OwnNewsProgress", own(OwnTold::Progress(progress))),
        ("OwnNewsShown", own(OwnTold::Shown(ShownNews { with, message: ID, at: AT }))),
        ("OwnNewsSignOff", own(OwnTold::SignOff)),
        ("OwnNewsGroupWish", own(OwnTold::GroupWish(Box::new(wish())))),
        ("OwnNewsWishAnswered", own(OwnTold::WishAnswered(answer))),
    ];
    let bodies = contents.into_iter().enumerate().map(|(number, (name, content))| {
        let introduction = (number == 0).then(|| introduction.clone());
        (name, Body { introduction, content })
    });
    bodies.collect()
}

fn written() -> String {
    let mut lines = "# One line a body: content, then the body's encoding in hexadecimal.\n".to_owned();
    for (name, body) in bodies() {
        let bytes = body.write().unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(lines, "{name} {hex}").unwrap();
    }
    lines
}

/// To write the file after a change of version: `GOLDEN=write cargo test -p pillarbox-client --test all golden`.
#[test]
fn bodies_have_the_bytes_that_they_always_had() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt");
    if std::env::var_os("GOLDEN").is_some() {
        std::fs::write(path, written()).unwrap();
    }
    assert_eq!(written(), std::fs::read_to_string(path).unwrap());
}

#[test]
fn each_content_is_read_in_its_own_version_only() {
    for (name, body) in bodies() {
        let bytes = body.write().unwrap();
        assert_eq!(Body::read(&bytes).as_ref(), Ok(&body), "{name}");
        assert!(body.is_within_limits(), "{name}");
        let newer = ["SeenGroupText", "MemberChanges", "Devices", "OwnNews", "LogHead", "Picture"];
        let version = if newer.iter().any(|newer| name.starts_with(newer)) { 2 } else { 1 };
        assert_eq!(bytes[0], version, "{name}");
        let mut other = bytes;
        other[0] = 3 - version;
        assert!(Body::read(&other).is_err(), "{name} in the other version");
    }
}
