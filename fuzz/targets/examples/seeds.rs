//! Writes honest inputs, which a fuzzer would not find by itself, into the corpora: `cargo run --example seeds --
//! FOLDER`.
#![allow(clippy::expect_used, reason = "a tool that cannot do its work should say so and stop")]

use std::path::PathBuf;
use std::{env, fs};

use data_encoding::HEXLOWER;
use pillarbox_client::BackupKey;
use pillarbox_client::Invitation;
use pillarbox_client::backup::{Backup, BackupContents, SavedContact};
use pillarbox_client::body::{
    Body, BodyId, Content, GroupText, Introduction, Leave, Receipt, ResendRequest, Roster, Text, Timer,
};
use pillarbox_client::group::{Group, GroupId};
use pillarbox_crypto::{AgreementSecret, IdentitySecret};
use pillarbox_session::{KemPreKeySecret, OneTimePreKeySecret, SignedPreKeySecret};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{
    AccountId, Acknowledge, Bytes, ChannelName, ClientFrame, Deliver, Deposit, DepositKind, Deposited,
    DeviceAddress, DeviceId, FetchBundles, FixedBytes, Handle, LeaveDeposits, LookUp, MessageId, OpenChannel,
    Ping, Post, PostRow, Posted, Posts, PreKeyId, ReadChannel, Recall, Recalled, Refusal, Refused,
    RelayFrame, RequestId, Submit, Timestamp, Welcome, decode, encode,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

type Seeds = Vec<(&'static str, Vec<Vec<u8>>)>;

fn main() {
    let folder = PathBuf::from(env::args_os().nth(1).expect("the folder of the corpora"));
    let seeds = [wire(), golden(), texts(), choices(), files(), kept()].concat();
    let inputs = seeds.iter().flat_map(|(target, inputs)| inputs.iter().map(move |input| (target, input)));
    for (number, (target, input)) in inputs.enumerate() {
        let corpus = folder.join(target);
        fs::create_dir_all(&corpus).expect("a folder that can be written to");
        fs::write(corpus.join(format!("honest-{number}")), input).expect("room");
    }
}

fn encoded<T: pillarbox_wire::Encoded>(values: &[T]) -> Vec<Vec<u8>> {
    values.iter().map(|value| encode(value).expect("an honest value")).collect()
}

fn wire() -> Seeds {
    let request = RequestId(1);
    let account = AccountId([1; 16]);
    let to = DeviceAddress { account, device: DeviceId::FIRST };
    let handle = Handle::parse("+447700900123").expect("a number");
    let (key, payload) = (Some(FixedBytes([2; 32])), Bytes(vec![1, 2, 3]));
    let channel = channel();
    let deposit = |kind, value| Deposit { kind, subject: Bytes(vec![7]), value };
    let phone = [
        ClientFrame::LeaveDeposits(LeaveDeposits {
            request,
            deposits: vec![
                deposit(DepositKind::Name, Some(payload.clone())),
                deposit(DepositKind::Contact, None),
                deposit(DepositKind::BackupPart, Some(payload.clone())),
            ],
        }),
        ClientFrame::Recall(Recall { request, kind: DepositKind::BackupKey, subject: Bytes(vec![7]) }),
        ClientFrame::OpenChannel(OpenChannel { request, channel: channel.clone() }),
        ClientFrame::Post(Post { request, channel: channel.clone(), content: payload.clone() }),
        ClientFrame::ReadChannel(ReadChannel { request, channel, after: 1 }),
        ClientFrame::Ping(Ping { request }),
        ClientFrame::LookUp(LookUp { request, handle: handle.clone() }),
        ClientFrame::FetchBundles(FetchBundles { request, account, delivery_key: key }),
        ClientFrame::Submit(Submit { request, to, delivery_key: key, payload: payload.clone() }),
        ClientFrame::Acknowledge(Acknowledge { messages: vec![MessageId(1), MessageId(2)] }),
    ];
    let reason = Refusal::RateLimited { retry_after: 1 };
    let time = Timestamp(1_490_193_600_000);
    let relay = [
        RelayFrame::Welcome(Welcome { time, certificate_key: FixedBytes([3; 32]) }),
        RelayFrame::Refused(Refused { request, reason }),
        RelayFrame::Deposited(Deposited { request, known: vec![handle] }),
        RelayFrame::Recalled(Recalled { request, value: Some(payload.clone()) }),
        RelayFrame::Posted(Posted { request, number: 1 }),
        RelayFrame::Posts(Posts {
            request,
            posts: vec![PostRow { number: 1, posted_at: time, content: payload.clone() }],
        }),
        RelayFrame::Deliver(Deliver {
            message: MessageId(1),
            from: Some(to),
            accepted_at: time,
            payload,
            stamp: Some(FixedBytes([6; 32])),
        }),
    ];
    let id = BodyId(FixedBytes([4; 16]));
    let introduction = Some(Introduction { delivery_key: key, name: "Alice".to_owned() });
    let text = Text { id, sent_at: time, text: "hello".to_owned(), expires_after: Some(60) };
    let group = GroupId(FixedBytes([6; 16]));
    let name = "Harbour".to_owned();
    let roster = Roster { id, group, name, members: vec![account], key: FixedBytes([7; 32]) };
    let plain = |content| Body { introduction: None, content };
    let bodies = [
        plain(Content::GroupText(GroupText { group, text: text.clone() })),
        plain(Content::Roster(roster)),
        plain(Content::Leave(Leave { id, group })),
        Body { introduction, content: Content::Text(text) },
        Body { introduction: None, content: Content::Receipt(Receipt { ids: vec![id] }) },
        Body {
            introduction: None,
            content: Content::ResendRequest(ResendRequest { digests: vec![FixedBytes([5; 32])] }),
        },
        Body {
            introduction: None,
            content: Content::Timer(Timer { id, sent_at: time, expires_after: None }),
        },
    ];
    vec![("client_frame", encoded(&phone)), ("relay_frame", encoded(&relay)), ("body", encoded(&bodies))]
}

/// Returns the golden bytes of every frame and of every body, so that none is left out.
fn golden() -> Seeds {
    let examples = |file: &str| -> Vec<Vec<u8>> {
        let lines = file.lines().filter(|line| !line.starts_with('#'));
        let digits = lines.filter_map(|line| line.split_once(' ')).map(|(_, digits)| digits);
        digits.map(|digits| HEXLOWER.decode(digits.as_bytes()).expect("golden bytes")).collect()
    };
    let frames = examples(include_str!("../../../crates/wire/tests/golden.txt"));
    let (phone, relay) = frames.into_iter().partition(|bytes| decode::<ClientFrame>(bytes).is_ok());
    let bodies = examples(include_str!("../../../crates/client/tests/golden.txt"));
    vec![("client_frame", phone), ("relay_frame", relay), ("body", bodies)]
}

fn channel() -> ChannelName {
    "@dawn".to_owned().try_into().expect("a channel's name")
}

fn texts() -> Seeds {
    let relay = RelayAddress::new("relay.example", 7455, AgreementSecret::from_bytes([7; 32]).public());
    let relay = relay.expect("an address");
    let invitation = Invitation {
        relay: relay.clone(),
        account: AccountId([1; 16]),
        identity: IdentitySecret::from_bytes([5; 64]).public(),
        delivery_key: Some(FixedBytes([2; 32])),
        name: Some("Alice".to_owned()),
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    vec![
        ("handle", texts(&["+447700900123", "+1 (202) 555.0143"])),
        ("relay_address", texts(&[&relay.to_string(), "pillarbox://[2001:db8::1]:1/#aaaa"])),
        ("invitation", texts(&[&format!("\0{invitation}")])),
        ("display", texts(&["\u{1b}[2J\u{9b}m\r\ngood\u{202e}\u{2028}\u{fe0f}", "שלום 你好 👩\u{200d}👧"])),
    ]
}

/// Builds inputs for the targets that read choices: one of each kind, most of them unaltered.
fn choices() -> Seeds {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let identity = IdentitySecret::generate(&mut rng);
    let records = vec![
        SignedPreKeySecret::generate(PreKeyId(1), &identity, &mut rng).to_record().to_vec(),
        OneTimePreKeySecret::generate(PreKeyId(2), &mut rng).to_record().to_vec(),
        KemPreKeySecret::generate(PreKeyId(3), &identity, &mut rng).to_record().to_vec(),
    ];
    let kinds = |count: u8| (0..count).map(|kind| vec![kind]).collect();
    let not_expired = [[1; 18].as_slice(), &[0xff; 4], &[0, 0, 3], b"abc"].concat();
    vec![
        ("prekey_record", records),
        ("payload", kinds(4)),
        ("conversation_record", kinds(3)),
        ("envelope", vec![not_expired]),
        ("records", vec![vec![0], vec![1, 1, 0, 8, 0, 0, 0, 10, 0, 0, 0, 1]]),
        ("handshake", vec![vec![1, 1], vec![1, 1, 0, 0, 1]]),
        ("session_events", vec![vec![0, 0, 2, 1, 3], vec![2, 0, 8, 2, 14, 30, 4, 0, 6, 1]]),
        ("vault_row", (0..24).map(|row| vec![0, 0, row]).collect()),
        ("device_lists", (1..4).map(|kind| vec![kind]).collect()),
        ("directory_log", (1..4).map(|kind| vec![kind, 0, 9]).collect()),
        ("relay_lies", vec![vec![0; 48], (0..96).collect()]),
        ("phones_lie", vec![vec![0, 0, 0, 27, 1], (0..96).collect()]),
        ("reported", vec![vec![0], vec![1], vec![2, 0, 3, 0, 1, 2, 0, 2, 1, 2]]),
        (
            "group_bodies",
            vec![grouped(0, &[0, 1, 2]), grouped(1, &[0, 9]), [grouped(0, &[0, 1, 2]), said()].concat()],
        ),
        ("run_folder", vec![vec![1], vec![2], vec![0], [&[0], MANIFEST.as_bytes()].concat()]),
    ]
}

/// Builds a roster of these members, from one of two contacts; see `group_bodies`.
fn grouped(from: u8, members: &[u8]) -> Vec<u8> {
    let count = u8::try_from(members.len()).expect("a few");
    [&[from, 1, 1, count], members, &[0, 2, b'h', b'i', 0]].concat()
}

/// Builds a text to that group, and the sender's farewell.
fn said() -> Vec<u8> {
    let text = [&[3 << 1, 1, 2], [0; 8].as_slice(), &[0, 2, b'h', b'o', 0]].concat();
    [text, vec![5 << 1, 1, 3, 0]].concat()
}

const MANIFEST: &str = r#"{"v":1,"program":"0","scenario":"s","scenario_sha256":"","seed":1,"designs":{},"demands":[],"files":{"a":""}}"#;

/// Builds files that people write, each with most of the entries that such a file can have.
fn files() -> Seeds {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let numbered = |texts: &[(u8, &str)]| {
        texts.iter().map(|(kind, text)| [&[*kind], text.as_bytes()].concat()).collect()
    };
    vec![
        (
            "scenario",
            texts(&[
                include_str!("../../../examples/channel-2015/scenario.toml"),
                include_str!("../../../examples/backup-2025/scenario.toml"),
                include_str!("../../../examples/cloud-chat-2017/scenario.toml"),
                "[scenario]\nname=\"a\"\ntitle=\"b\"\nstart=2100-12-31T23:59:59Z\n[[people]]\nname=\"A\"\n\
                 [[events]]\nat=\"+73200d\"\nwho=\"A\"\nsays=\"x\"\nto=\"A\"\n",
            ]),
        ),
        (
            "design",
            texts(&[
                include_str!("../../../crates/access/designs/telegram-cloud-2017.toml"),
                include_str!("../../../crates/access/designs/whatsapp-2017.toml"),
                include_str!("../../../crates/access/designs/imessage.toml"),
                include_str!("../../../crates/access/designs/covert-operator.toml"),
            ]),
        ),
        (
            "keeping",
            numbered(&[
                (
                    0,
                    "undelivered = \"7 days\"\ndelivered = \"1 year\"\nlast_seen = \"nothing\"\n\
                     deposits = [\"name\"]\n[[log]]\nwhat = \"sent\"\nkeep = \"12 hours\"\naddress = true\n\
                     only = [\"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a\"]\n",
                ),
                (
                    1,
                    r#"{"undelivered":1,"delivered":null,"log":[{"what":"read","keep":9,"only":[[1,2]]}],"stamps":true}"#,
                ),
                (0, "30 days"),
                (0, "99999999999999999999 years"),
            ]),
        ),
        (
            "tables",
            numbered(&[
                (
                    0,
                    "design,demand,state,why,found,because\na,b,returned,\"c, \"\"d\"\"\",,\na,c,returned,c,none held,d\n",
                ),
                (
                    1,
                    "app,process,item,real_time,window_days,condition,confidence,as_of\nx,subpoena,name,no,30,,confirmed,2020-11\n",
                ),
                (2, "condition,effect,circumstance,meaning\na,case,w,c\nb,remark,,c\n"),
                (
                    3,
                    "source,design,process,date,item,returned,confidence,reference\ns,x,subpoena,2020,name,yes,confirmed,r\n",
                ),
                (
                    4,
                    "id,experiment,parameter,expected,tolerance_or_spread,reference,confidence\nx_days,x_profile,days,30,exact,r,confirmed\n",
                ),
                (5, include_str!("../../../crates/access/oracles/differences.toml")),
            ]),
        ),
    ]
}

/// Builds a backup's contents as they are in its parts, and builds parts.
fn kept() -> Seeds {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let account = AccountId([1; 16]);
    let contact = SavedContact {
        account,
        name: "Bob".to_owned(),
        handle: Some(Handle::parse("+447700900123").expect("a number")),
        identity: None,
    };
    let group =
        Group { id: GroupId(FixedBytes([6; 16])), name: "Harbour".to_owned(), members: vec![account] };
    let contents = BackupContents {
        made_at: Timestamp(1_490_193_600_000),
        contacts: vec![contact],
        groups: vec![group],
        texts: Vec::new(),
    };
    let made = Backup::make(contents, BackupKey::None, None, &mut rng).expect("a small backup");
    let part = made.parts.concat();
    let len = u16::try_from(part.len()).expect("a small backup").to_be_bytes();
    // The contents of a readable part follow version, name, number, count, kind, and the length.
    let (_, portion) = part.split_at(1 + 16 + 4 + 4 + 4 + 8);
    let portion_len = u16::try_from(portion.len()).expect("a small backup").to_be_bytes();
    vec![(
        "backup",
        vec![
            [&[0, 0], len.as_slice(), &part].concat(),
            [&[1, 0], portion_len.as_slice(), portion].concat(),
            vec![2],
            vec![2, 1],
            [&[3], "0a".repeat(32).as_bytes()].concat(),
        ],
    )]
}
