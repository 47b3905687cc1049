//! Whole engines against a peer that follows no protocol: a phone whose relay lies, and a relay whose phones lie.
//!
//! The frames are well formed, or altered honest ones. The fuzzer chooses their order, their numbers and their
//! contents. Nothing may panic, and an honest neighbour must still be served afterwards.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};

use pillarbox_client::body::MAX_GROUP_MEMBERS;
use pillarbox_client::group::MAX_GROUPS;
use pillarbox_client::{Link, Vault};
use pillarbox_relay::{ConnectionId, Effect, Input};
use pillarbox_wire::{
    Accepted, AccountId, Acknowledge, AddDevice, AttachmentLeft, AttachmentPart, Authenticate, Bytes,
    ClientFrame, Deliver, DeviceAddress, DeviceId, DeviceList, DeviceOffer, Devices, DevicesPublished,
    Farewell, FetchAttachment, FetchBundles, FetchDevice, FetchDevices, FixedBytes, Goodbye, IdentityKey,
    LatestEntry, LeaveAttachment, Linked, ListedDevice, LogEntries, LogHead, LogLeaf, LookUp, MessageId,
    OpenPlace, Ping, PlaceOpened, PlaceRead, Pong, PreKeyCounts, PreKeyUpload, Proof, ProveEntry,
    PublishDevices, ReadLog, ReadPlace, Refusal, Refused, RelayFrame, RequestId, Submit, Timestamp, Welcome,
    decode,
};

use crate::feed::Feed;
use crate::group_frames;
use crate::world::{NOW, World};

/// The maximum number of frames in one run.
const MAX_FRAMES: usize = 32;

/// Connections that one run opens.
const CONNECTIONS: u64 = 3;

/// The number of the first hostile connection: honest ones have lower numbers.
const FIRST_HOSTILE: u64 = 1_000;

/// Runs that one relay serves. No clock moves here, so all messages of an honest phone count against one limit of
/// 2,000 submissions.
const WORLD_LIFE: u64 = 1_000;

fn pair() -> (World, usize, usize) {
    let mut world = World::new();
    let vault = |world: &mut World| Vault::in_memory(&mut world.rng).expect("memory");
    let alice_vault = vault(&mut world);
    let alice = world.phone(alice_vault, "Alice", "+447700900001");
    let bob_vault = vault(&mut world);
    let bob = world.phone(bob_vault, "Bob", "+447700900002");
    world.greet(alice, bob);
    world.greet(bob, alice);
    (world, alice, bob)
}

/// Runs a phone whose relay sends what the fuzzer chooses. The phone's vault is kept from run to run, as a real
/// phone's is.
pub fn relay_lies(bytes: &[u8]) {
    thread_local! {
        static WORLD: RefCell<Option<(World, usize, [AccountId; 2])>> = const { RefCell::new(None) };
    }
    WORLD.with_borrow_mut(|kept| {
        let (world, alice, [own, bob]) = kept.get_or_insert_with(|| {
            let (mut world, alice, bob) = pair();
            let (phone, rng) = world.at(alice);
            // A phone that checks the log asks more of its relay.
            phone.check_directory(true, rng).expect("a sound vault");
            // So does one that lets its operator say who is in groups.
            world.believes_operator(alice);
            let ids = [world.id(alice), world.id(bob)];
            (world, alice, ids)
        });
        let mut feed = Feed::new(bytes);
        let (phone, rng) = world.at(*alice);
        for link in [Link::Named, Link::Nameless] {
            phone.connected(link, [3; 32]);
        }
        for _ in 0..MAX_FRAMES {
            if feed.is_empty() {
                break;
            }
            let choice = feed.byte();
            let link = if choice & 1 == 0 { Link::Named } else { Link::Nameless };
            if let Some(frame) = lie(choice >> 1, &mut feed, [*own, *bob]) {
                // The phone may report only damage to the vault, and this vault is sound.
                phone.on_frame(link, frame, NOW, rng).expect("a sound vault");
            }
            for link in [Link::Named, Link::Nameless] {
                phone.outgoing(link, NOW, rng).expect("a sound vault");
            }
        }
        assert!(phone.contacts().expect("a sound vault").iter().any(|contact| contact.account == *bob));
        let groups = phone.groups().expect("a sound vault");
        assert!(
            groups.len() <= MAX_GROUPS && groups.iter().all(|group| group.members.len() <= MAX_GROUP_MEMBERS)
        );
    });
}

fn lie(kind: u8, feed: &mut Feed<'_>, people: [AccountId; 2]) -> Option<RelayFrame> {
    let [_, bob] = people;
    // Phones count their requests from 1, so a small number often names an open request.
    let request = |feed: &mut Feed<'_>| RequestId(u32::from(feed.byte() % 16));
    Some(match kind % 11 {
        0 => RelayFrame::Welcome(Welcome {
            time: Timestamp(u64::from_be_bytes(feed.array())),
            certificate_key: FixedBytes(feed.array()),
        }),
        1 => RelayFrame::Authenticated(pillarbox_wire::Authenticated {
            request: request(feed),
            waiting: u32::from_be_bytes(feed.array()),
        }),
        2 => RelayFrame::PreKeyCounts(PreKeyCounts {
            request: request(feed),
            one_time: u32::from_be_bytes(feed.array()),
            one_time_kem: u32::from_be_bytes(feed.array()),
        }),
        3 => RelayFrame::Accepted(Accepted { request: request(feed) }),
        4 => RelayFrame::Refused(Refused { request: request(feed), reason: refusal(feed) }),
        5 => {
            let from = match feed.byte() % 3 {
                0 => None,
                1 => Some(DeviceAddress { account: bob, device: DeviceId(feed.byte()) }),
                _ => Some(DeviceAddress { account: AccountId(feed.array()), device: DeviceId::FIRST }),
            };
            RelayFrame::Deliver(Deliver {
                message: MessageId(u64::from_be_bytes(feed.array())),
                from,
                accepted_at: Timestamp(u64::from_be_bytes(feed.array())),
                payload: Bytes(feed.piece().to_vec()),
                stamp: None,
            })
        }
        6 => about_devices_and_the_log(request(feed), feed, bob),
        7 => RelayFrame::Goodbye(Goodbye { reason: Farewell::Stopping }),
        8 => RelayFrame::Pong(Pong { request: request(feed) }),
        9 => group_frames::told(request(feed), feed, &people),
        _ => return decode(feed.piece()).ok(),
    })
}

/// Returns an answer about somebody's devices, about the public log of keys, or about attachments.
fn about_devices_and_the_log(request: RequestId, feed: &mut Feed<'_>, bob: AccountId) -> RelayFrame {
    let account = if feed.byte().is_multiple_of(2) { bob } else { AccountId(feed.array()) };
    let hashes = |feed: &mut Feed<'_>| (0..feed.byte() % 70).map(|_| FixedBytes(feed.array())).collect();
    let leaf = |feed: &mut Feed<'_>| LogLeaf {
        label: FixedBytes(feed.array()),
        count: u32::from(feed.byte()),
        binding: FixedBytes(feed.array()),
        at: NOW,
    };
    let head = |feed: &mut Feed<'_>| LogHead {
        size: u64::from_be_bytes(feed.array()),
        tree: FixedBytes(feed.array()),
        map: FixedBytes(feed.array()),
        at: NOW,
        signature: FixedBytes(feed.array()),
    };
    match feed.byte() % 9 {
        0 => {
            let list = (!feed.byte().is_multiple_of(4)).then(|| list(feed, account));
            RelayFrame::Devices(Box::new(Devices { request, list }))
        }
        1 => RelayFrame::DevicesPublished(DevicesPublished { request }),
        2 => RelayFrame::PlaceOpened(PlaceOpened { request }),
        3 => RelayFrame::PlaceRead(Box::new(PlaceRead { request, offer: offer(feed) })),
        4 => {
            let address = DeviceAddress { account, device: DeviceId(feed.byte()) };
            RelayFrame::Linked(Linked { request, address, waiting: u32::from(feed.byte()) })
        }
        7 => RelayFrame::AttachmentLeft(AttachmentLeft { request }),
        8 => {
            let part = Bytes(feed.piece().to_vec());
            RelayFrame::AttachmentPart(AttachmentPart { request, part })
        }
        5 => {
            let leaves = (0..feed.byte() % 8).map(|_| leaf(feed)).collect();
            let (log_key, head) = (FixedBytes(feed.array()), head(feed));
            RelayFrame::LogEntries(LogEntries { request, log_key, head, leaves })
        }
        _ => {
            let (log_key, head) = (FixedBytes(feed.array()), head(feed));
            let entry = (!feed.byte().is_multiple_of(4)).then(|| LatestEntry {
                index: u64::from_be_bytes(feed.array()),
                leaf: leaf(feed),
                inclusion: hashes(feed),
                latest: hashes(feed),
            });
            let consistency = hashes(feed);
            RelayFrame::Proof(Box::new(Proof { request, log_key, head, consistency, entry }))
        }
    }
}

/// Returns a list that nobody has signed.
fn list(feed: &mut Feed<'_>, account: AccountId) -> DeviceList {
    let devices = (0..feed.byte() % 7).map(|_| ListedDevice {
        device: DeviceId(feed.byte()),
        identity: identity(feed),
        consent: FixedBytes(feed.array()),
    });
    let devices = devices.collect();
    DeviceList { account, version: u32::from(feed.byte()), devices, signature: FixedBytes(feed.array()) }
}

fn identity(feed: &mut Feed<'_>) -> IdentityKey {
    IdentityKey {
        signing: FixedBytes(feed.array()),
        agreement: FixedBytes(feed.array()),
        cross_signature: FixedBytes(feed.array()),
    }
}

fn offer(feed: &mut Feed<'_>) -> DeviceOffer {
    DeviceOffer {
        identity: identity(feed),
        device_key: FixedBytes(feed.array()),
        consent: FixedBytes(feed.array()),
        prekeys: PreKeyUpload::default(),
    }
}

fn refusal(feed: &mut Feed<'_>) -> Refusal {
    match feed.byte() % 5 {
        0 => Refusal::RateLimited { retry_after: u32::from_be_bytes(feed.array()) },
        1 => Refusal::MailboxFull,
        2 => Refusal::UnknownRecipient,
        3 => Refusal::DeliveryKeyRefused,
        _ => Refusal::StorageFailed,
    }
}

/// Runs a relay whose phones send what the fuzzer chooses, while two honest ones write to each other.
pub fn phones_lie(bytes: &[u8]) {
    thread_local! {
        static WORLD: RefCell<Option<(World, [usize; 3], u64)>> = const { RefCell::new(None) };
    }
    WORLD.with_borrow_mut(|kept| {
        if kept.as_ref().is_some_and(|(.., next)| *next >= FIRST_HOSTILE + WORLD_LIFE * CONNECTIONS) {
            *kept = None;
        }
        let (world, [alice, bob, mallory], next) = kept.get_or_insert_with(|| {
            let (mut world, alice, bob) = pair();
            // Mallory has an account, so that the relay does more for him than refuse.
            let vault = Vault::in_memory(&mut world.rng).expect("memory");
            let mallory = world.phone(vault, "Mallory", "+447700900003");
            for who in [alice, bob] {
                world.believes_operator(who);
            }
            world.run();
            (world, [alice, bob, mallory], FIRST_HOSTILE)
        });
        let first = *next;
        *next += CONNECTIONS;
        let mut feed = Feed::new(bytes);
        let mut batch = Vec::new();
        for _ in 0..MAX_FRAMES {
            if feed.is_empty() {
                break;
            }
            let choice = feed.byte();
            let connection = ConnectionId(first + u64::from(choice) % CONNECTIONS);
            let accounts = [*alice, *bob, *mallory].map(|who| world.id(who));
            match misbehave(choice / 3, &mut feed, accounts) {
                Some(Misdeed::ByNobody(input)) => batch.push((connection, input)),
                Some(Misdeed::ByMallory(frame)) => {
                    batch.extend(world.connection(*mallory).map(|named| (named, Input::Frame(frame))));
                }
                None => {}
            }
            if choice & 128 != 0 {
                none_to_others(&world.relay(std::mem::take(&mut batch)), first);
            }
        }
        batch.extend((first..*next).map(|number| (ConnectionId(number), Input::Closed)));
        none_to_others(&world.relay(batch), first);

        let (to, before) = (world.id(*bob), shown(world, *bob));
        let (phone, rng) = world.at(*alice);
        phone.queue_text(to, "still there?", NOW, rng).expect("a short text");
        world.run();
        assert!(shown(world, *bob) > before, "an honest message is stuck behind a hostile phone");
        let (phone, rng) = world.at(*bob);
        for (contact, entry) in phone.unshown().expect("a sound vault") {
            phone.mark_shown(contact, entry.place, NOW, rng).expect("a sound vault");
        }
    });
}

fn shown(world: &mut World, at: usize) -> usize {
    let (phone, _) = world.at(at);
    phone.contacts().expect("a sound vault").iter().map(|contact| history_len(phone, contact.account)).sum()
}

fn history_len(phone: &pillarbox_client::Phone, contact: AccountId) -> usize {
    phone.history(contact).expect("a sound vault").len()
}

/// Checks that only the hostile phones are answered, and that nobody else is disconnected for what they do.
fn none_to_others(effects: &[Effect], first: u64) {
    for effect in effects {
        match effect {
            Effect::Close(ConnectionId(number), reason) => {
                assert!(*number >= first, "an honest connection is closed: {reason:?}");
            }
            Effect::Send(ConnectionId(number), frame) => {
                assert!(*number >= first || is_for_others(frame));
            }
            Effect::Wake(_) | Effect::SendCode(..) => {}
        }
    }
}

/// Returns true for what somebody else's act brings to an honest phone, or an answer to Mallory.
const fn is_for_others(frame: &RelayFrame) -> bool {
    matches!(
        frame,
        RelayFrame::Deliver(_)
            | RelayFrame::GroupTold(_)
            | RelayFrame::GroupActed(_)
            | RelayFrame::GroupsFollow(_)
            | RelayFrame::Refused(_)
    )
}

/// What a hostile phone does.
enum Misdeed {
    /// On a connection that nobody has authenticated.
    ByNobody(Input),
    /// On the connection of an account.
    ByMallory(ClientFrame),
}

/// Returns a request about devices, about the public log of keys, or about attachments.
fn asked_about_devices_and_the_log(request: RequestId, feed: &mut Feed<'_>, bob: AccountId) -> ClientFrame {
    // Few places, so that one is read that another connection has opened.
    let place = FixedBytes([feed.byte() % 4; 16]);
    let delivery_key = feed.byte().is_multiple_of(2).then(|| FixedBytes(feed.array()));
    match feed.byte() % 10 {
        0 => {
            let signature = FixedBytes(feed.array());
            ClientFrame::OpenPlace(Box::new(OpenPlace { request, place, offer: offer(feed), signature }))
        }
        1 => ClientFrame::ReadPlace(ReadPlace { request, place }),
        2 => {
            ClientFrame::AddDevice(Box::new(AddDevice { request, list: list(feed, bob), offer: offer(feed) }))
        }
        3 => {
            let (list, delivery_verifier) = (list(feed, bob), FixedBytes(feed.array()));
            ClientFrame::PublishDevices(Box::new(PublishDevices { request, list, delivery_verifier }))
        }
        4 => ClientFrame::FetchDevices(FetchDevices { request, account: bob, delivery_key }),
        5 => {
            let address = DeviceAddress { account: bob, device: DeviceId(feed.byte()) };
            ClientFrame::FetchDevice(FetchDevice { request, address, delivery_key })
        }
        6 => {
            let since = u64::from_be_bytes(feed.array());
            ClientFrame::ProveEntry(ProveEntry { request, account: bob, since })
        }
        7 => {
            let (attachment, number) = (FixedBytes([feed.byte() % 4; 32]), feed.byte());
            let part = Bytes(vec![number; usize::from(feed.byte())]);
            ClientFrame::LeaveAttachment(LeaveAttachment { request, attachment, number, part })
        }
        8 => {
            let (attachment, number) = (FixedBytes([feed.byte() % 4; 32]), feed.byte());
            ClientFrame::FetchAttachment(FetchAttachment { request, attachment, number })
        }
        _ => ClientFrame::ReadLog(ReadLog { request, from: u64::from_be_bytes(feed.array()) }),
    }
}

fn misbehave(kind: u8, feed: &mut Feed<'_>, accounts: [AccountId; 3]) -> Option<Misdeed> {
    let [_, bob, _] = accounts;
    let request = RequestId(u32::from(feed.byte()));
    let to = DeviceAddress { account: bob, device: DeviceId(1 + feed.byte() % 2) };
    let key = |feed: &mut Feed<'_>| feed.byte().is_multiple_of(2).then(|| FixedBytes(feed.array()));
    Some(Misdeed::ByNobody(match kind % 13 {
        0 | 1 => Input::Opened {
            peer: IpAddr::V4(Ipv4Addr::new(198, 51, 100, feed.byte() % 4)),
            handshake_hash: [feed.byte(); 32],
        },
        2 => Input::Closed,
        3 => Input::Unreadable,
        4 => Input::Frame(ClientFrame::Authenticate(Authenticate {
            request,
            address: to,
            signature: FixedBytes(feed.array()),
        })),
        5 => {
            let digits = u32::from_be_bytes(feed.array()) % 1_000;
            let handle = pillarbox_wire::Handle::parse(&format!("+447700900{digits:03}")).ok()?;
            Input::Frame(ClientFrame::LookUp(LookUp { request, handle }))
        }
        6 => Input::Frame(ClientFrame::FetchBundles(FetchBundles {
            request,
            account: bob,
            delivery_key: key(feed),
        })),
        7 => Input::Frame(ClientFrame::Submit(Submit {
            request,
            to,
            delivery_key: key(feed),
            payload: Bytes(feed.piece().to_vec()),
        })),
        8 => {
            let messages = (0..feed.short() % 300).map(|_| MessageId(u64::from(feed.byte()))).collect();
            Input::Frame(ClientFrame::Acknowledge(Acknowledge { messages }))
        }
        9 => Input::Frame(ClientFrame::Ping(Ping { request })),
        10 => Input::Frame(asked_about_devices_and_the_log(request, feed, bob)),
        11 => return Some(Misdeed::ByMallory(group_frames::asked(request, feed, &accounts))),
        _ => Input::Frame(decode(feed.piece()).ok()?),
    }))
}
