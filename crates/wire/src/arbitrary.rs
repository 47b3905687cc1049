//! A generator for every frame, used by the property tests here and in the crates above.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::bytes::{Bytes, FixedBytes};
use crate::certificate::SenderCertificate;
use crate::code::NumberCode;
use crate::deposit::{ChannelName, Deposit, DepositKind};
use crate::devices::{DeviceList, DeviceOffer, ListedDevice};
use crate::frame::*;
use crate::groups::{GroupAct, GroupStanding, GroupState, ListedMember};
use crate::handle::Handle;
use crate::ids::{AccountId, DeviceAddress, DeviceId, MessageId, RequestId};
use crate::limits::{MAX_ACKNOWLEDGEMENTS, MAX_DEVICES, MAX_LINKED_DEVICES};
use crate::log::{LatestEntry, LogHead, LogLeaf};
use crate::prekeys::{
    DeviceBundle, IdentityKey, KemPreKey, OneTimePreKey, PreKeyId, PreKeyUpload, SignedPreKey,
};
use crate::time::Timestamp;

/// Generates any frame from a phone.
pub fn client_frame() -> BoxedStrategy<ClientFrame> {
    prop_oneof![
        (request(), address(), fixed()).prop_map(|(request, address, signature)| {
            ClientFrame::Authenticate(Authenticate { request, address, signature })
        }),
        register().prop_map(|register| ClientFrame::Register(Box::new(register))),
        (request(), upload()).prop_map(|(request, prekeys)| {
            ClientFrame::PublishPreKeys(PublishPreKeys { request, prekeys })
        }),
        request().prop_map(|request| ClientFrame::CountPreKeys(CountPreKeys { request })),
        (request(), handle()).prop_map(|(request, handle)| ClientFrame::LookUp(LookUp { request, handle })),
        (request(), account(), option::of(fixed())).prop_map(|(request, account, delivery_key)| {
            ClientFrame::FetchBundles(FetchBundles { request, account, delivery_key })
        }),
        request().prop_map(|request| ClientFrame::RequestCertificate(RequestCertificate { request })),
        (request(), address(), option::of(fixed()), payload()).prop_map(
            |(request, to, delivery_key, payload)| {
                ClientFrame::Submit(Submit { request, to, delivery_key, payload })
            }
        ),
        vec(message(), 0..MAX_ACKNOWLEDGEMENTS)
            .prop_map(|messages| ClientFrame::Acknowledge(Acknowledge { messages })),
        request().prop_map(|request| ClientFrame::CloseAccount(CloseAccount { request })),
        request().prop_map(|request| ClientFrame::Ping(Ping { request })),
        (request(), vec(deposit(), 0..6)).prop_map(|(request, deposits)| {
            ClientFrame::LeaveDeposits(LeaveDeposits { request, deposits })
        }),
        (request(), deposit_kind(), subject())
            .prop_map(|(request, kind, subject)| ClientFrame::Recall(Recall { request, kind, subject })),
        (request(), channel())
            .prop_map(|(request, channel)| ClientFrame::OpenChannel(OpenChannel { request, channel })),
        (request(), channel(), payload()).prop_map(|(request, channel, content)| ClientFrame::Post(Post {
            request,
            channel,
            content
        })),
        (request(), channel(), any::<u32>()).prop_map(|(request, channel, after)| {
            ClientFrame::ReadChannel(ReadChannel { request, channel, after })
        }),
        (register(), fixed()).prop_map(|(registration, code)| {
            ClientFrame::RegisterWithCode(Box::new(RegisterWithCode {
                registration,
                code: NumberCode::from(code),
            }))
        }),
        (request(), fixed(), offer(), fixed()).prop_map(|(request, place, offer, signature)| {
            ClientFrame::OpenPlace(Box::new(OpenPlace { request, place, offer, signature }))
        }),
        (request(), fixed())
            .prop_map(|(request, place)| ClientFrame::ReadPlace(ReadPlace { request, place })),
        (request(), device_list(), offer()).prop_map(|(request, list, offer)| {
            ClientFrame::AddDevice(Box::new(AddDevice { request, list, offer }))
        }),
        (request(), device_list(), fixed()).prop_map(|(request, list, delivery_verifier)| {
            ClientFrame::PublishDevices(Box::new(PublishDevices { request, list, delivery_verifier }))
        }),
        (request(), account(), option::of(fixed())).prop_map(|(request, account, delivery_key)| {
            ClientFrame::FetchDevices(FetchDevices { request, account, delivery_key })
        }),
        (request(), address(), option::of(fixed())).prop_map(|(request, address, delivery_key)| {
            ClientFrame::FetchDevice(FetchDevice { request, address, delivery_key })
        }),
        (request(), account(), any::<u64>()).prop_map(|(request, account, since)| {
            ClientFrame::ProveEntry(ProveEntry { request, account, since })
        }),
        (request(), any::<u64>()).prop_map(|(request, from)| ClientFrame::ReadLog(ReadLog { request, from })),
        (request(), any::<u64>(), any::<u64>()).prop_map(|(request, own, told)| {
            ClientFrame::ProveGrowth(ProveGrowth { request, own, told })
        }),
        (request(), fixed(), group_act()).prop_map(|(request, group, act)| {
            ClientFrame::ActOnGroup(Box::new(ActOnGroup { request, group, act }))
        }),
        request().prop_map(|request| ClientFrame::FollowGroups(FollowGroups { request })),
        (request(), fixed(), any::<u8>(), payload()).prop_map(|(request, attachment, number, part)| {
            ClientFrame::LeaveAttachment(LeaveAttachment { request, attachment, number, part })
        }),
        (request(), fixed(), any::<u8>()).prop_map(|(request, attachment, number)| {
            ClientFrame::FetchAttachment(FetchAttachment { request, attachment, number })
        }),
    ]
    .boxed()
}

/// Generates any frame from a relay.
pub fn relay_frame() -> BoxedStrategy<RelayFrame> {
    prop_oneof![
        (time(), fixed())
            .prop_map(|(time, certificate_key)| { RelayFrame::Welcome(Welcome { time, certificate_key }) }),
        (request(), any::<u32>())
            .prop_map(|(request, waiting)| { RelayFrame::Authenticated(Authenticated { request, waiting }) }),
        (request(), address())
            .prop_map(|(request, address)| RelayFrame::Registered(Registered { request, address })),
        request().prop_map(|request| RelayFrame::PreKeysStored(PreKeysStored { request })),
        (request(), any::<u32>(), any::<u32>()).prop_map(|(request, one_time, one_time_kem)| {
            RelayFrame::PreKeyCounts(PreKeyCounts { request, one_time, one_time_kem })
        }),
        (request(), account(), identity()).prop_map(|(request, account, identity)| {
            RelayFrame::Found(Found { request, account, identity })
        }),
        (request(), identity(), vec(bundle(), 0..=MAX_DEVICES)).prop_map(|(request, identity, devices)| {
            RelayFrame::Bundles(Bundles { request, identity, devices })
        }),
        (request(), certificate()).prop_map(|(request, certificate)| {
            RelayFrame::Certificate(Certificate { request, certificate })
        }),
        request().prop_map(|request| RelayFrame::Accepted(Accepted { request })),
        (message(), option::of(address()), time(), payload(), option::of(fixed())).prop_map(
            |(message, from, accepted_at, payload, stamp)| {
                RelayFrame::Deliver(Deliver { message, from, accepted_at, payload, stamp })
            }
        ),
        request().prop_map(|request| RelayFrame::Closed(Closed { request })),
        request().prop_map(|request| RelayFrame::Pong(Pong { request })),
        (request(), refusal()).prop_map(|(request, reason)| RelayFrame::Refused(Refused { request, reason })),
        farewell().prop_map(|reason| RelayFrame::Goodbye(Goodbye { reason })),
        (request(), vec(handle(), 0..6))
            .prop_map(|(request, known)| RelayFrame::Deposited(Deposited { request, known })),
        (request(), option::of(payload()))
            .prop_map(|(request, value)| RelayFrame::Recalled(Recalled { request, value })),
        request().prop_map(|request| RelayFrame::ChannelOpened(ChannelOpened { request })),
        (request(), any::<u32>())
            .prop_map(|(request, number)| RelayFrame::Posted(Posted { request, number })),
        (request(), vec(post(), 0..4))
            .prop_map(|(request, posts)| RelayFrame::Posts(Posts { request, posts })),
        (request(), address(), any::<u32>()).prop_map(|(request, address, waiting)| {
            RelayFrame::Reregistered(Reregistered { request, address, waiting })
        }),
        (request(), account(), identity()).prop_map(|(request, account, identity)| {
            RelayFrame::FoundByCode(Found { request, account, identity })
        }),
        request().prop_map(|request| RelayFrame::PlaceOpened(PlaceOpened { request })),
        (request(), offer())
            .prop_map(|(request, offer)| RelayFrame::PlaceRead(Box::new(PlaceRead { request, offer }))),
        (request(), address(), any::<u32>()).prop_map(|(request, address, waiting)| {
            RelayFrame::Linked(Linked { request, address, waiting })
        }),
        request().prop_map(|request| RelayFrame::DevicesPublished(DevicesPublished { request })),
        (request(), option::of(device_list()))
            .prop_map(|(request, list)| RelayFrame::Devices(Box::new(Devices { request, list }))),
        (request(), fixed(), log_head(), vec(fixed(), 0..8), option::of(latest_entry())).prop_map(
            |(request, log_key, head, consistency, entry)| {
                RelayFrame::Proof(Box::new(Proof { request, log_key, head, consistency, entry }))
            }
        ),
        (request(), fixed(), log_head(), vec(log_leaf(), 0..8)).prop_map(
            |(request, log_key, head, leaves)| {
                RelayFrame::LogEntries(LogEntries { request, log_key, head, leaves })
            }
        ),
        (request(), fixed(), log_head(), vec(fixed(), 0..8), vec(fixed(), 0..8)).prop_map(
            |(request, log_key, head, own, told)| {
                RelayFrame::Growth(Box::new(Growth { request, log_key, head, own, told }))
            }
        ),
        (request(), group_state())
            .prop_map(|(request, state)| { RelayFrame::GroupActed(Box::new(GroupActed { request, state })) }),
        (request(), vec(fixed(), 0..8))
            .prop_map(|(request, groups)| { RelayFrame::GroupsFollow(GroupsFollow { request, groups }) }),
        group_state().prop_map(|state| RelayFrame::GroupTold(Box::new(GroupTold { state }))),
        request().prop_map(|request| RelayFrame::AttachmentLeft(AttachmentLeft { request })),
        (request(), payload())
            .prop_map(|(request, part)| RelayFrame::AttachmentPart(AttachmentPart { request, part })),
    ]
    .boxed()
}

/// Generates any refusal.
pub fn refusal() -> impl Strategy<Value = Refusal> {
    prop_oneof![
        Just(Refusal::NotAuthentic),
        Just(Refusal::NotAuthenticated),
        Just(Refusal::AlreadyAuthenticated),
        Just(Refusal::HandleTaken),
        Just(Refusal::UnknownHandle),
        Just(Refusal::UnknownRecipient),
        Just(Refusal::DeliveryKeyRefused),
        Just(Refusal::MailboxFull),
        Just(Refusal::TooMuch),
        Just(Refusal::NotWellFormed),
        any::<u32>().prop_map(|retry_after| Refusal::RateLimited { retry_after }),
        Just(Refusal::StorageFailed),
        Just(Refusal::NotOffered),
        Just(Refusal::UnknownChannel),
        Just(Refusal::ChannelTaken),
        Just(Refusal::TakenDown),
        Just(Refusal::CodeSent),
        Just(Refusal::CodeRefused),
        Just(Refusal::KeysReplaced),
        Just(Refusal::NotFirstPhone),
        Just(Refusal::UnknownPlace),
        Just(Refusal::OlderDevices),
        Just(Refusal::UnknownGroup),
        Just(Refusal::NotGroupAdmin),
        Just(Refusal::UnknownAttachment),
    ]
}

fn group_act() -> impl Strategy<Value = GroupAct> {
    prop_oneof![
        (".{0,20}", vec(account(), 0..5)).prop_map(|(name, members)| GroupAct::Create { name, members }),
        account().prop_map(|member| GroupAct::Add { member }),
        account().prop_map(|member| GroupAct::Remove { member }),
        Just(GroupAct::Leave),
        account().prop_map(|member| GroupAct::HandOver { member }),
    ]
}

fn listed_member() -> impl Strategy<Value = ListedMember> {
    let standing = proptest::sample::select(&GroupStanding::ALL[..]);
    (account(), standing, option::of(account()), time())
        .prop_map(|(account, standing, by, at)| ListedMember { account, standing, by, at })
}

/// Generates any state of a group.
pub fn group_state() -> impl Strategy<Value = GroupState> {
    (fixed(), any::<u32>(), ".{0,20}", vec(listed_member(), 0..5))
        .prop_map(|(group, version, name, members)| GroupState { group, version, name, members })
}

/// Generates any farewell.
pub fn farewell() -> impl Strategy<Value = Farewell> {
    prop_oneof![
        Just(Farewell::Stopping),
        Just(Farewell::Idle),
        Just(Farewell::Replaced),
        Just(Farewell::Unreadable),
        Just(Farewell::TooSlow),
        Just(Farewell::TooMany),
        Just(Farewell::AccountClosed),
        Just(Farewell::Reregistered),
        Just(Farewell::DeviceRemoved),
    ]
}

/// Generates any number handle.
pub fn handle() -> impl Strategy<Value = Handle> {
    "\\+[1-9][0-9]{6,14}".prop_filter_map("a number", |text| Handle::try_from(text).ok())
}

/// Generates any device address.
pub fn address() -> impl Strategy<Value = DeviceAddress> {
    (account(), any::<u8>()).prop_map(|(account, device)| DeviceAddress { account, device: DeviceId(device) })
}

/// Generates any payload, mostly short ones.
pub fn payload() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..400).prop_map(Bytes)
}

/// Generates any name of a channel.
pub fn channel() -> impl Strategy<Value = ChannelName> {
    "@[a-z0-9_]{3,32}".prop_filter_map("a channel", |text| ChannelName::try_from(text).ok())
}

/// Generates any kind of deposit.
pub fn deposit_kind() -> impl Strategy<Value = DepositKind> {
    proptest::sample::select(DepositKind::ALL.as_slice())
}

fn subject() -> impl Strategy<Value = Bytes> {
    vec(any::<u8>(), 0..=64).prop_map(Bytes)
}

fn deposit() -> impl Strategy<Value = Deposit> {
    (deposit_kind(), subject(), option::of(payload())).prop_map(|(kind, subject, value)| Deposit {
        kind,
        subject,
        value,
    })
}

fn post() -> impl Strategy<Value = PostRow> {
    (any::<u32>(), time(), payload()).prop_map(|(number, posted_at, content)| PostRow {
        number,
        posted_at,
        content,
    })
}

fn account() -> impl Strategy<Value = AccountId> {
    any::<[u8; 16]>().prop_map(AccountId)
}

fn request() -> impl Strategy<Value = RequestId> {
    any::<u32>().prop_map(RequestId)
}

fn message() -> impl Strategy<Value = MessageId> {
    any::<u64>().prop_map(MessageId)
}

fn time() -> impl Strategy<Value = Timestamp> {
    any::<u64>().prop_map(Timestamp)
}

/// Generates a key or signature of random bytes. Frames carry keys unread, so none here needs to be a real one.
fn fixed<const N: usize>() -> impl Strategy<Value = FixedBytes<N>> {
    any::<u64>().prop_map(|seed| {
        let mut state = seed | 1;
        FixedBytes(std::array::from_fn(|_| {
            // Marsaglia's xorshift64 makes a thousand bytes from one drawn number, so they shrink together.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[0]
        }))
    })
}

fn identity() -> impl Strategy<Value = IdentityKey> {
    (fixed(), fixed(), fixed()).prop_map(|(signing, agreement, cross_signature)| IdentityKey {
        signing,
        agreement,
        cross_signature,
    })
}

fn signed_prekey() -> impl Strategy<Value = SignedPreKey> {
    (any::<u32>(), fixed(), fixed()).prop_map(|(id, key, signature)| SignedPreKey {
        id: PreKeyId(id),
        key,
        signature,
    })
}

fn one_time_prekey() -> impl Strategy<Value = OneTimePreKey> {
    (any::<u32>(), fixed()).prop_map(|(id, key)| OneTimePreKey { id: PreKeyId(id), key })
}

fn kem_prekey() -> impl Strategy<Value = KemPreKey> {
    (any::<u32>(), fixed(), fixed()).prop_map(|(id, key, signature)| KemPreKey {
        id: PreKeyId(id),
        key: Box::new(key),
        signature,
    })
}

fn upload() -> impl Strategy<Value = PreKeyUpload> {
    (
        option::of(signed_prekey()),
        option::of(kem_prekey()),
        vec(one_time_prekey(), 0..4),
        vec(kem_prekey(), 0..4),
    )
        .prop_map(|(signed, last_resort, one_time, one_time_kem)| PreKeyUpload {
            signed,
            last_resort,
            one_time,
            one_time_kem,
        })
}

fn bundle() -> impl Strategy<Value = DeviceBundle> {
    (any::<u8>(), signed_prekey(), option::of(one_time_prekey()), kem_prekey(), any::<bool>()).prop_map(
        |(device, signed, one_time, kem, kem_is_last_resort)| DeviceBundle {
            device: DeviceId(device),
            signed,
            one_time,
            kem,
            kem_is_last_resort,
        },
    )
}

fn certificate() -> impl Strategy<Value = SenderCertificate> {
    (address(), fixed(), any::<u32>(), fixed()).prop_map(|(sender, agreement, expires_at, signature)| {
        SenderCertificate { sender, agreement, expires_at, signature }
    })
}

fn register() -> impl Strategy<Value = Register> {
    (request(), option::of(handle()), identity(), fixed(), fixed(), upload(), fixed()).prop_map(
        |(request, handle, identity, device_key, delivery_verifier, prekeys, signature)| Register {
            request,
            handle,
            identity,
            device_key,
            delivery_verifier,
            prekeys,
            signature,
        },
    )
}

fn listed_device() -> impl Strategy<Value = ListedDevice> {
    (any::<u8>(), identity(), fixed()).prop_map(|(device, identity, consent)| ListedDevice {
        device: DeviceId(device),
        identity,
        consent,
    })
}

/// Generates any device list, whose signatures are no real ones.
pub fn device_list() -> impl Strategy<Value = DeviceList> {
    (account(), any::<u32>(), vec(listed_device(), 0..=MAX_LINKED_DEVICES), fixed()).prop_map(
        |(account, version, devices, signature)| DeviceList { account, version, devices, signature },
    )
}

fn offer() -> impl Strategy<Value = DeviceOffer> {
    (identity(), fixed(), fixed(), upload()).prop_map(|(identity, device_key, consent, prekeys)| {
        DeviceOffer { identity, device_key, consent, prekeys }
    })
}

fn log_leaf() -> impl Strategy<Value = LogLeaf> {
    (fixed(), any::<u32>(), fixed(), time()).prop_map(|(label, count, binding, at)| LogLeaf {
        label,
        count,
        binding,
        at,
    })
}

fn log_head() -> impl Strategy<Value = LogHead> {
    (any::<u64>(), fixed(), fixed(), time(), fixed()).prop_map(|(size, tree, map, at, signature)| LogHead {
        size,
        tree,
        map,
        at,
        signature,
    })
}

fn latest_entry() -> impl Strategy<Value = LatestEntry> {
    (any::<u64>(), log_leaf(), vec(fixed(), 0..8), vec(fixed(), 0..8))
        .prop_map(|(index, leaf, inclusion, latest)| LatestEntry { index, leaf, inclusion, latest })
}
