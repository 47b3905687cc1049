//! Writes honest inputs, which a fuzzer would not hit upon, into the corpora: `cargo run --example seeds -- FOLDER`.
#![allow(clippy::expect_used, reason = "a tool that cannot do its work should say so and stop")]

use std::path::PathBuf;
use std::{env, fs};

use pillarbox_client::Invitation;
use pillarbox_client::body::{Body, BodyId, Content, Introduction, Receipt, ResendRequest, Text, Timer};
use pillarbox_crypto::{AgreementSecret, IdentitySecret};
use pillarbox_session::{KemPreKeySecret, OneTimePreKeySecret, SignedPreKeySecret};
use pillarbox_transport::RelayAddress;
use pillarbox_wire::{
    AccountId, Acknowledge, Bytes, ClientFrame, Deliver, DeviceAddress, DeviceId, FetchBundles, FixedBytes,
    Handle, LookUp, MessageId, Ping, PreKeyId, Refusal, Refused, RelayFrame, RequestId, Submit, Timestamp,
    Welcome, encode,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

type Seeds = Vec<(&'static str, Vec<Vec<u8>>)>;

fn main() {
    let folder = PathBuf::from(env::args_os().nth(1).expect("the folder of the corpora"));
    for (target, inputs) in [wire(), texts(), choices()].concat() {
        let corpus = folder.join(target);
        fs::create_dir_all(&corpus).expect("a folder that can be written to");
        for (number, input) in inputs.iter().enumerate() {
            fs::write(corpus.join(format!("honest-{number}")), input).expect("room");
        }
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
    let phone = [
        ClientFrame::Ping(Ping { request }),
        ClientFrame::LookUp(LookUp { request, handle }),
        ClientFrame::FetchBundles(FetchBundles { request, account, delivery_key: key }),
        ClientFrame::Submit(Submit { request, to, delivery_key: key, payload: payload.clone() }),
        ClientFrame::Acknowledge(Acknowledge { messages: vec![MessageId(1), MessageId(2)] }),
    ];
    let reason = Refusal::RateLimited { retry_after: 1 };
    let time = Timestamp(1_490_193_600_000);
    let relay = [
        RelayFrame::Welcome(Welcome { time, certificate_key: FixedBytes([3; 32]) }),
        RelayFrame::Refused(Refused { request, reason }),
        RelayFrame::Deliver(Deliver { message: MessageId(1), from: Some(to), accepted_at: time, payload, stamp: None }),
    ];
    let id = BodyId(FixedBytes([4; 16]));
    let introduction = Some(Introduction { delivery_key: key, name: "Alice".to_owned() });
    let text = Text { id, sent_at: time, text: "hello".to_owned(), expires_after: Some(60) };
    let bodies = [
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

/// Inputs of targets that read choices: mostly "unaltered", of each kind.
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
        ("relay_lies", vec![vec![0; 48], (0..96).collect()]),
        ("phones_lie", vec![vec![0, 0, 0, 27, 1], (0..96).collect()]),
    ]
}
