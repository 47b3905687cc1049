//! Bodies that a contact can send to a phone, above all about groups: rosters, texts and farewells in any order, for
//! any group.
//!
//! The phones here run the plain-server design, so a body reaches its reader without encryption around it. The target
//! tries a phone's handling of bodies from somebody whom it knows.

use std::cell::RefCell;

use pillarbox_client::body::{Body, Content, GroupText, Introduction, Leave, Receipt, Roster, Text, Timer};
use pillarbox_client::group::{GroupId, MAX_GROUP_MEMBERS, MAX_GROUPS};
use pillarbox_client::{BodyId, Link, Protection, Vault};
use pillarbox_session::kind::SERVER_READABLE;
use pillarbox_wire::{
    AccountId, Bytes, Deliver, DeviceAddress, DeviceId, FixedBytes, MessageId, RelayFrame, Timestamp, decode,
    encode,
};

use crate::feed::Feed;
use crate::world::{NOW, World};

/// Most bodies of one run.
const MAX_BODIES: usize = 24;

/// Runs after which the phones begin anew, because their histories grow with each.
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
        return decode::<Body>(body).is_ok().then(|| body.to_vec());
    }
    // Few groups and few names, so that the same ones come again.
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
        _ if feed.byte().is_multiple_of(2) => {
            Content::Timer(Timer { id, sent_at: NOW, expires_after: Some(u32::from_be_bytes(feed.array())) })
        }
        _ => Content::Receipt(Receipt { ids: vec![id] }),
    };
    let introduction = (feed.byte() % 4 == 1)
        .then(|| Introduction { delivery_key: Some(FixedBytes(feed.array())), name: words(feed) });
    encode(&Body { introduction, content }).ok()
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
}
