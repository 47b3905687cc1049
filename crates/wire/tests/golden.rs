//! The bytes of one example of each frame, kept in `golden.txt`. They change only together with a version byte, and
//! another codec would have to produce the same bytes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::fmt::Write;

use pillarbox_wire::*;

const REQUEST: RequestId = RequestId(0x0102_0304);
const ADDRESS: DeviceAddress = DeviceAddress { account: AccountId([0xaa; 16]), device: DeviceId(1) };
const IDENTITY: IdentityKey = IdentityKey {
    signing: FixedBytes([0x51; 32]),
    agreement: FixedBytes([0x52; 32]),
    cross_signature: FixedBytes([0x53; 64]),
};
const SIGNED: SignedPreKey =
    SignedPreKey { id: PreKeyId(7), key: FixedBytes([0x54; 32]), signature: FixedBytes([0x55; 64]) };

fn kem() -> KemPreKey {
    KemPreKey { id: PreKeyId(9), key: Box::new(FixedBytes([0x57; 1184])), signature: FixedBytes([0x58; 64]) }
}

fn channel() -> ChannelName {
    ChannelName::try_from("@harbour".to_owned()).unwrap()
}

fn upload() -> PreKeyUpload {
    PreKeyUpload {
        signed: Some(SIGNED),
        last_resort: None,
        one_time: vec![OneTimePreKey { id: PreKeyId(8), key: FixedBytes([0x56; 32]) }],
        one_time_kem: vec![],
    }
}

fn registration() -> Register {
    Register {
        request: REQUEST,
        handle: Some(Handle::parse("+447700900123").unwrap()),
        identity: IDENTITY,
        device_key: FixedBytes([0x62; 32]),
        delivery_verifier: FixedBytes([0x63; 32]),
        prekeys: upload(),
        signature: FixedBytes([0x64; 64]),
    }
}

fn list() -> DeviceList {
    DeviceList {
        account: ADDRESS.account,
        version: 2,
        devices: vec![ListedDevice {
            device: DeviceId(128),
            identity: IDENTITY,
            consent: FixedBytes([0x66; 64]),
        }],
        signature: FixedBytes([0x67; 64]),
    }
}

fn offer() -> DeviceOffer {
    DeviceOffer {
        identity: IDENTITY,
        device_key: FixedBytes([0x62; 32]),
        consent: FixedBytes([0x66; 64]),
        prekeys: upload(),
    }
}

fn phone_frames() -> Vec<ClientFrame> {
    vec![
        ClientFrame::Authenticate(Authenticate {
            request: REQUEST,
            address: ADDRESS,
            signature: FixedBytes([0x61; 64]),
        }),
        ClientFrame::Register(Box::new(registration())),
        ClientFrame::PublishPreKeys(PublishPreKeys { request: REQUEST, prekeys: upload() }),
        ClientFrame::CountPreKeys(CountPreKeys { request: REQUEST }),
        ClientFrame::LookUp(LookUp { request: REQUEST, handle: Handle::parse("+12025550143").unwrap() }),
        ClientFrame::FetchBundles(FetchBundles {
            request: REQUEST,
            account: ADDRESS.account,
            delivery_key: Some(FixedBytes([0x65; 32])),
        }),
        ClientFrame::RequestCertificate(RequestCertificate { request: REQUEST }),
        ClientFrame::Submit(Submit {
            request: REQUEST,
            to: ADDRESS,
            delivery_key: None,
            payload: Bytes(vec![1, 2, 3]),
        }),
        ClientFrame::Acknowledge(Acknowledge { messages: vec![MessageId(5), MessageId(6)] }),
        ClientFrame::CloseAccount(CloseAccount { request: REQUEST }),
        ClientFrame::Ping(Ping { request: REQUEST }),
        ClientFrame::LeaveDeposits(LeaveDeposits {
            request: REQUEST,
            deposits: vec![
                Deposit { kind: DepositKind::Name, subject: Bytes(vec![]), value: Some(Bytes(vec![7, 8])) },
                Deposit { kind: DepositKind::Contact, subject: Bytes(vec![9]), value: None },
            ],
        }),
        ClientFrame::Recall(Recall {
            request: REQUEST,
            kind: DepositKind::BackupPart,
            subject: Bytes(vec![1]),
        }),
        ClientFrame::OpenChannel(OpenChannel { request: REQUEST, channel: channel() }),
        ClientFrame::Post(Post { request: REQUEST, channel: channel(), content: Bytes(vec![1]) }),
        ClientFrame::ReadChannel(ReadChannel { request: REQUEST, channel: channel(), after: 2 }),
        ClientFrame::RegisterWithCode(Box::new(RegisterWithCode {
            registration: registration(),
            code: NumberCode::parse("004217").unwrap(),
        })),
        ClientFrame::OpenPlace(Box::new(OpenPlace {
            request: REQUEST,
            place: FixedBytes([0x68; 16]),
            offer: offer(),
            signature: FixedBytes([0x64; 64]),
        })),
        ClientFrame::ReadPlace(ReadPlace { request: REQUEST, place: FixedBytes([0x68; 16]) }),
        ClientFrame::AddDevice(Box::new(AddDevice { request: REQUEST, list: list(), offer: offer() })),
        ClientFrame::PublishDevices(Box::new(PublishDevices {
            request: REQUEST,
            list: list(),
            delivery_verifier: FixedBytes([0x63; 32]),
        })),
        ClientFrame::FetchDevices(FetchDevices {
            request: REQUEST,
            account: ADDRESS.account,
            delivery_key: Some(FixedBytes([0x65; 32])),
        }),
        ClientFrame::FetchDevice(FetchDevice { request: REQUEST, address: ADDRESS, delivery_key: None }),
        ClientFrame::ProveEntry(ProveEntry { request: REQUEST, account: ADDRESS.account, since: 6 }),
        ClientFrame::ReadLog(ReadLog { request: REQUEST, from: 500 }),
        ClientFrame::ProveGrowth(ProveGrowth { request: REQUEST, own: 6, told: 7 }),
        ClientFrame::ActOnGroup(Box::new(ActOnGroup {
            request: REQUEST,
            group: FixedBytes([0x69; 16]),
            act: GroupAct::Create { name: "Harbour".to_owned(), members: vec![AccountId([0xab; 16])] },
        })),
        ClientFrame::FollowGroups(FollowGroups { request: REQUEST }),
        ClientFrame::LeaveAttachment(LeaveAttachment {
            request: REQUEST,
            attachment: FixedBytes([0x6a; 32]),
            number: 2,
            part: Bytes(vec![7, 8]),
        }),
        ClientFrame::FetchAttachment(FetchAttachment {
            request: REQUEST,
            attachment: FixedBytes([0x6a; 32]),
            number: 2,
        }),
    ]
}

fn relay_frames() -> Vec<RelayFrame> {
    vec![
        RelayFrame::Welcome(Welcome {
            time: Timestamp(0x0158_0000_0000),
            certificate_key: FixedBytes([0x71; 32]),
        }),
        RelayFrame::Authenticated(Authenticated { request: REQUEST, waiting: 3 }),
        RelayFrame::Registered(Registered { request: REQUEST, address: ADDRESS }),
        RelayFrame::PreKeysStored(PreKeysStored { request: REQUEST }),
        RelayFrame::PreKeyCounts(PreKeyCounts { request: REQUEST, one_time: 4, one_time_kem: 5 }),
        RelayFrame::Found(Found { request: REQUEST, account: ADDRESS.account, identity: IDENTITY }),
        RelayFrame::Bundles(Bundles {
            request: REQUEST,
            identity: IDENTITY,
            devices: vec![DeviceBundle {
                device: DeviceId(1),
                signed: SIGNED,
                one_time: None,
                kem: kem(),
                kem_is_last_resort: true,
            }],
        }),
        RelayFrame::Certificate(Certificate {
            request: REQUEST,
            certificate: SenderCertificate {
                sender: ADDRESS,
                agreement: FixedBytes([0x72; 32]),
                expires_at: 0x6000_0000,
                signature: FixedBytes([0x73; 64]),
            },
        }),
        RelayFrame::Accepted(Accepted { request: REQUEST }),
        RelayFrame::Deliver(Deliver {
            message: MessageId(9),
            from: Some(ADDRESS),
            accepted_at: Timestamp(0x0158_0000_0001),
            payload: Bytes(vec![4, 5]),
            stamp: None,
        }),
        RelayFrame::Closed(Closed { request: REQUEST }),
        RelayFrame::Pong(Pong { request: REQUEST }),
        RelayFrame::Refused(Refused { request: REQUEST, reason: Refusal::RateLimited { retry_after: 60 } }),
        RelayFrame::Goodbye(Goodbye { reason: Farewell::Stopping }),
        RelayFrame::Deposited(Deposited {
            request: REQUEST,
            known: vec![Handle::parse("+12025550143").unwrap()],
        }),
        RelayFrame::Recalled(Recalled { request: REQUEST, value: Some(Bytes(vec![6])) }),
        RelayFrame::ChannelOpened(ChannelOpened { request: REQUEST }),
        RelayFrame::Posted(Posted { request: REQUEST, number: 3 }),
        RelayFrame::Posts(Posts {
            request: REQUEST,
            posts: vec![PostRow { number: 3, posted_at: Timestamp(5), content: Bytes(vec![1]) }],
        }),
        RelayFrame::Reregistered(Reregistered { request: REQUEST, address: ADDRESS, waiting: 3 }),
        RelayFrame::FoundByCode(Found { request: REQUEST, account: ADDRESS.account, identity: IDENTITY }),
        RelayFrame::PlaceOpened(PlaceOpened { request: REQUEST }),
        RelayFrame::PlaceRead(Box::new(PlaceRead { request: REQUEST, offer: offer() })),
        RelayFrame::Linked(Linked { request: REQUEST, address: ADDRESS, waiting: 3 }),
        RelayFrame::DevicesPublished(DevicesPublished { request: REQUEST }),
        RelayFrame::Devices(Box::new(Devices { request: REQUEST, list: Some(list()) })),
        RelayFrame::Proof(Box::new(Proof {
            request: REQUEST,
            log_key: FixedBytes([0x74; 32]),
            head: head(),
            consistency: vec![FixedBytes([0x78; 32])],
            entry: Some(LatestEntry {
                index: 6,
                leaf: leaf(),
                inclusion: vec![FixedBytes([0x79; 32])],
                latest: vec![FixedBytes([0x7a; 32]), FixedBytes([0x7b; 32])],
            }),
        })),
        RelayFrame::LogEntries(LogEntries {
            request: REQUEST,
            log_key: FixedBytes([0x74; 32]),
            head: head(),
            leaves: vec![leaf()],
        }),
        RelayFrame::Growth(Box::new(Growth {
            request: REQUEST,
            log_key: FixedBytes([0x74; 32]),
            head: head(),
            own: vec![FixedBytes([0x7c; 32])],
            told: vec![FixedBytes([0x7d; 32]), FixedBytes([0x7e; 32])],
        })),
        RelayFrame::GroupActed(Box::new(GroupActed { request: REQUEST, state: group() })),
        RelayFrame::GroupsFollow(GroupsFollow { request: REQUEST, groups: vec![group().group] }),
        RelayFrame::GroupTold(Box::new(GroupTold { state: group() })),
        RelayFrame::AttachmentLeft(AttachmentLeft { request: REQUEST }),
        RelayFrame::AttachmentPart(AttachmentPart { request: REQUEST, part: Bytes(vec![7, 8]) }),
    ]
}

fn group() -> GroupState {
    let by = Some(ADDRESS.account);
    GroupState {
        group: FixedBytes([0x69; 16]),
        version: 3,
        name: "Harbour".to_owned(),
        members: vec![
            ListedMember { account: ADDRESS.account, standing: GroupStanding::Admin, by, at: Timestamp(5) },
            ListedMember {
                account: AccountId([0xab; 16]),
                standing: GroupStanding::Removed,
                by: None,
                at: Timestamp(6),
            },
        ],
    }
}

/// The acts in one line: each has its variant number behind the group's name.
fn acts() -> Vec<GroupAct> {
    let member = AccountId([0xab; 16]);
    vec![
        GroupAct::Create { name: String::new(), members: vec![] },
        GroupAct::Add { member },
        GroupAct::Remove { member },
        GroupAct::Leave,
        GroupAct::HandOver { member },
    ]
}

#[test]
fn every_act_and_every_standing_has_its_number() {
    for (number, act) in acts().into_iter().enumerate() {
        let frame = ActOnGroup { request: REQUEST, group: FixedBytes([0x69; 16]), act };
        let bytes = encode(&ClientFrame::ActOnGroup(Box::new(frame))).unwrap();
        assert_eq!(usize::from(bytes[1 + 4 + 4 + 16 + 3]), number);
    }
    for (number, standing) in GroupStanding::ALL.into_iter().enumerate() {
        assert_eq!(standing as usize, number);
    }
}

fn leaf() -> LogLeaf {
    LogLeaf { label: FixedBytes([0x7c; 32]), count: 2, binding: FixedBytes([0x7d; 32]), at: Timestamp(5) }
}

fn head() -> LogHead {
    LogHead {
        size: 7,
        tree: FixedBytes([0x75; 32]),
        map: FixedBytes([0x76; 32]),
        at: Timestamp(8),
        signature: FixedBytes([0x77; 64]),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// The name of a variant, from its `Debug` form.
fn name(frame: &impl std::fmt::Debug) -> String {
    format!("{frame:?}").split('(').next().unwrap().to_owned()
}

#[test]
fn every_frame_has_its_golden_bytes() {
    let mut lines = String::from("# One line a frame: name, then its encoding in hexadecimal.\n");
    for frame in phone_frames() {
        writeln!(lines, "{} {}", name(&frame), hex(&encode(&frame).unwrap())).unwrap();
    }
    for frame in relay_frames() {
        writeln!(lines, "{} {}", name(&frame), hex(&encode(&frame).unwrap())).unwrap();
    }
    let kept = include_str!("golden.txt");
    for (line, (now, then)) in lines.lines().zip(kept.lines()).enumerate() {
        assert_eq!(now, then, "line {}", line + 1);
    }
    assert_eq!(lines.lines().count(), kept.lines().count());
}

/// Checks that the examples above use each variant number once, in order. The number is behind the version byte.
#[test]
fn no_frame_is_left_out() {
    for (position, frame) in phone_frames().iter().enumerate() {
        assert_eq!(usize::from(encode(frame).unwrap()[4]), position);
    }
    for (position, frame) in relay_frames().iter().enumerate() {
        assert_eq!(usize::from(encode(frame).unwrap()[4]), position);
    }
    let next_phone = [ClientFrame::VERSION, 0, 0, 0, phone_frames().len() as u8];
    let next_relay = [RelayFrame::VERSION, 0, 0, 0, relay_frames().len() as u8];
    let padding = [0; 4096];
    for length in 0..padding.len() {
        assert!(decode::<ClientFrame>(&[&next_phone[..], &padding[..length]].concat()).is_err());
        assert!(decode::<RelayFrame>(&[&next_relay[..], &padding[..length]].concat()).is_err());
    }
}
