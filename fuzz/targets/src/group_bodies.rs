//! Bodies that a contact can send to a phone, above all about groups: rosters, texts, farewells and signed
//! changes in any order, for any group.
//!
//! The phones here run the plain-server design, so a body reaches its reader without encryption around it. The target
//! tries a phone's handling of bodies from somebody whom it knows.

use std::cell::RefCell;

use pillarbox_client::body::{
    Body, Content, DevicesTold, GroupText, Introduction, Leave, MemberChanges, READS_VERSION_2, Receipt,
    Roster, Text, Timer,
};
use pillarbox_client::group::{GroupId, MAX_GROUP_MEMBERS, MAX_GROUPS};
use pillarbox_client::membership::{GroupMember, MemberAct, MemberClaim, MembersSeen};
use pillarbox_client::{BodyId, Link, Protection, Vault};
use pillarbox_crypto::SigningSecret;
use pillarbox_session::kind::SERVER_READABLE;
use pillarbox_wire::{
    AccountId, Bytes, Deliver, DeviceAddress, DeviceId, DeviceList, FixedBytes, IdentityKey, ListedDevice,
    MessageId, RelayFrame, Timestamp,
};

use crate::feed::Feed;
use crate::world::{NOW, World};

/// Most bodies of one run.
const MAX_BODIES: usize = 24;

/// Runs after which the phones begin again, because their histories grow with each.
const MAX_RUNS: u32 = 300;

struct Scene {
    world: World,
    phone: usize,
    others: [AccountId; 2],
    next: u64,
    runs: u32,
}

impl Scene {
    fn new() -> Self {
        let mut world = World::new();
        let numbers = ["+447700900001", "+447700900002", "+447700900003"];
        let phones = numbers.map(|number| {
            let vault = Vault::in_memory(&mut world.rng).expect("memory");
            world.protected_phone(vault, "Somebody", number, Protection::ServerReadable)
        });
        for other in [1, 2] {
            world.greet(phones[0], phones[other]);
            world.greet(phones[other], phones[0]);
        }
        let others = [world.id(phones[1]), world.id(phones[2])];
        Self { world, phone: phones[0], others, next: 1_000_000, runs: 0 }
    }
}

/// Runs the target of this module.
pub fn group_bodies(bytes: &[u8]) {
    groups_after(bytes);
}

/// Returns the number of groups in which the phone is afterwards.
fn groups_after(bytes: &[u8]) -> usize {
    thread_local! {
        static SCENE: RefCell<Option<Scene>> = const { RefCell::new(None) };
    }
    SCENE.with_borrow_mut(|kept| {
        if kept.as_ref().is_some_and(|scene| scene.runs >= MAX_RUNS) {
            *kept = None;
        }
        let scene = kept.get_or_insert_with(Scene::new);
        scene.runs += 1;
        let own = scene.world.id(scene.phone);
        let (phone, rng) = scene.world.at(scene.phone);
        phone.connected(Link::Named, [3; 32]);
        let mut feed = Feed::new(bytes);
        for _ in 0..MAX_BODIES {
            if feed.is_empty() {
                break;
            }
            let choice = feed.byte();
            let from = scene.others[usize::from(choice & 1)];
            let Some(body) = said(choice >> 1, &mut feed, own, scene.others) else { continue };
            scene.next += 1;
            let payload = [&[SERVER_READABLE], body.as_slice()].concat();
            let frame = RelayFrame::Deliver(Deliver {
                message: MessageId(scene.next),
                from: Some(DeviceAddress { account: from, device: DeviceId::FIRST }),
                accepted_at: NOW,
                payload: Bytes(payload),
                stamp: None,
            });
            // The phone may report only damage to the vault, and this vault is sound.
            phone.on_frame(Link::Named, frame, NOW, rng).expect("a sound vault");
            phone.outgoing(Link::Named, NOW, rng).expect("a sound vault");
        }
        let groups = phone.groups().expect("a sound vault");
        assert!(groups.len() <= MAX_GROUPS);
        for group in &groups {
            assert!(group.members.len() <= MAX_GROUP_MEMBERS, "{} members", group.members.len());
        }
        if let Some(group) = groups.first() {
            phone.group_history(group.id).expect("a sound vault");
        }
        assert!(phone.contacts().expect("a sound vault").len() >= 2, "a contact is gone");
        groups.len()
    })
}

fn said(kind: u8, feed: &mut Feed<'_>, own: AccountId, others: [AccountId; 2]) -> Option<Vec<u8>> {
    if kind % 8 == 7 {
        let body = feed.piece();
        return Body::read(body).is_ok().then(|| body.to_vec());
    }
    // Few groups and few names, so that the same ones recur.
    let group = GroupId(FixedBytes([feed.byte() % 4; 16]));
    let id = BodyId(FixedBytes([feed.byte(); 16]));
    let words = |feed: &mut Feed<'_>| String::from_utf8_lossy(feed.piece()).into_owned();
    let content = match kind % 8 {
        0..=2 => {
            let member = |feed: &mut Feed<'_>| match feed.byte() {
                0 => own,
                1 => others[0],
                2 => others[1],
                other => AccountId([other; 16]),
            };
            let count = usize::from(feed.byte()) % (MAX_GROUP_MEMBERS + 2);
            let members = (0..count).map(|_| member(feed)).collect();
            Content::Roster(Roster { id, group, name: words(feed), members, key: FixedBytes([1; 32]) })
        }
        3 | 4 => {
            let sent_at = Timestamp(u64::from_be_bytes(feed.array()));
            let text = Text { id, sent_at, text: words(feed), expires_after: None };
            Content::GroupText(GroupText { group, text })
        }
        5 => Content::Leave(Leave { id, group }),
        _ => match feed.byte() % 4 {
            0 => {
                let expires_after = Some(u32::from_be_bytes(feed.array()));
                Content::Timer(Timer { id, sent_at: NOW, expires_after })
            }
            2 => Content::MemberChanges(signed(id, feed, own, others)),
            3 => Content::Devices(DevicesTold { id, list: listed(feed, others) }),
            _ => Content::Receipt(Receipt { ids: vec![id, READS_VERSION_2] }),
        },
    };
    let introduction = (feed.byte() % 4 == 1)
        .then(|| Introduction { delivery_key: Some(FixedBytes(feed.array())), name: words(feed) });
    Body { introduction, content }.write().ok()
}

/// Builds a device list that nobody has signed, with keys that may be invalid.
fn listed(feed: &mut Feed<'_>, others: [AccountId; 2]) -> DeviceList {
    let device = |feed: &mut Feed<'_>| {
        let signing = FixedBytes([feed.byte(); 32]);
        let identity = IdentityKey { signing, agreement: signing, cross_signature: FixedBytes([2; 64]) };
        ListedDevice { device: DeviceId(feed.byte()), identity, consent: FixedBytes([3; 64]) }
    };
    let devices = (0..feed.byte() % 6).map(|_| device(feed)).collect();
    let account = others[usize::from(feed.byte() % 2)];
    DeviceList { account, version: u32::from(feed.byte()), devices, signature: FixedBytes([4; 64]) }
}

/// Builds signed changes of one of two groups that the first contact keeps. Each is signed by the member it names,
/// who need not be entitled to it.
fn signed(id: BodyId, feed: &mut Feed<'_>, own: AccountId, others: [AccountId; 2]) -> MemberChanges {
    let people = [others[0], others[1], own, AccountId([9; 16])];
    let secret = |person: usize| SigningSecret::from_bytes([u8::try_from(person).expect("a few"); 32]);
    let member = |person: usize| GroupMember {
        account: people[person],
        key: FixedBytes(*secret(person).public().as_bytes()),
    };
    let salt = FixedBytes([feed.byte() % 2; 16]);
    let make = MemberClaim::make(member(0), "Harbour".to_owned(), salt, NOW).expect("a short name");
    let group = make.group;
    let first = make.clone().sign(&secret(0)).expect("a short name");
    let mut last = first.check(group).expect("signed");
    let mut changes = vec![first];
    for _ in 0..feed.byte() % 8 {
        let (by, whom) = (usize::from(feed.byte() % 4), usize::from(feed.byte() % 4));
        let before = last;
        let act = match feed.byte() % 6 {
            0..=2 => MemberAct::Add { member: member(whom) },
            3 => MemberAct::Remove { member: people[whom], honoured: Vec::new(), before },
            4 => MemberAct::Hand { to: member(whom), before },
            _ => MemberAct::Leave { honoured: Vec::new(), before },
        };
        let is_keepers = matches!(act, MemberAct::Remove { .. } | MemberAct::Hand { .. });
        let claim = MemberClaim { group, by: member(by), act, at: NOW };
        let change = claim.sign(&secret(by)).expect("short lists");
        if is_keepers {
            last = change.check(group).expect("signed");
        }
        changes.push(change);
    }
    let seen = MembersSeen::new(group, &people[..usize::from(feed.byte() % 5)]);
    MemberChanges { id, group, key: FixedBytes([1; 32]), seen, asks: feed.byte().is_multiple_of(2), changes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_roster_makes_a_group_and_another_group_another() {
        let roster = |group| vec![0, group, group, 3, 0, 1, 2, 0, 2, b'h', b'i', 0];
        assert_eq!(groups_after(&roster(1)), 1);
        assert_eq!(groups_after(&[roster(1), roster(2)].concat()), 2);
    }

    #[test]
    fn signed_changes_make_a_group_if_they_add_the_owner() {
        // By the first contact: a body of kind 6, one addition by the maker, of the owner or of somebody else.
        let told = |whom| vec![6 << 1, 1, 9, 2, 0, 1, 0, whom, 0, 3, 1, 0];
        assert_eq!(groups_after(&told(3)), 0);
        assert_eq!(groups_after(&told(2)), 1);
    }
}
