//! A real `pillarbox-relay` process, over Noise on loopback. The phones know their keys and no sessions, because
//! the relay never looks inside a payload.

use super::{
    load::{Heard, Line, Pair, Payload, Speaker},
    process::Process,
    side::{Server, Side},
};
use crate::Failure;
use pillarbox_crypto::SigningSecret;
use pillarbox_transport::{
    Established, Opener, RelayAddress, Sealer, Versions, handshake::AwaitingAnswer, sign_handshake,
};
use pillarbox_wire::{
    Acknowledge, Bytes, ClientFrame, DeviceAddress, FixedBytes, IdentityKey, KemPreKey, PreKeyId,
    PreKeyUpload, Register, RelayFrame, RequestId, SignedPreKey, Submit,
};
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// Limits of the relay, all of which are on. The limits listed here are so high that a run measures the relay and not
/// its limiter: the messages that one account may send and may have waiting, and the connections and accounts from one
/// address.
const LIMITS: &str = r#"{
    "connections_per_address": 20000,
    "mailbox_messages": 4000000,
    "mailbox_bytes": 4000000000,
    "register": {"burst": 1000000, "every": 1},
    "submissions": {"burst": 1000000000, "every": 1}
}"#;

/// The number of threads that open connections at once. Opening a connection is mostly waiting for the disk.
const OPENERS: usize = 16;

/// Pillarbox as a kind of server, with its program.
pub(crate) struct Pillarbox {
    pub(crate) program: PathBuf,
}

/// A running relay.
pub(crate) struct Relay {
    process: Process,
    address: RelayAddress,
}

impl Side for Pillarbox {
    fn name(&self) -> &'static str {
        "Pillarbox"
    }

    fn start(&self, folder: &Path) -> Result<Box<dyn Server>, Failure> {
        Ok(Box::new(self.relay(folder)?.0))
    }
}

impl Pillarbox {
    /// Starts a relay, and returns it with the time until it was ready.
    pub(crate) fn relay(&self, folder: &Path) -> Result<(Relay, Duration), Failure> {
        let limits = folder.join("limits.json");
        fs::create_dir_all(folder)?;
        fs::write(&limits, LIMITS)?;
        let (data, limits) = (folder.join("data").display().to_string(), limits.display().to_string());
        let arguments = ["run", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-level", "error"];
        let arguments = [arguments.as_slice(), &["--data", &data, "--limits", &limits]].concat();
        let (process, address, taken) = Process::announcing(&self.program, &arguments, "Relay ready")?;
        Ok((Relay { process, address: address.parse()? }, taken))
    }
}

impl Server for Relay {
    fn process(&self) -> &Process {
        &self.process
    }

    fn pairs(&self, count: usize, online: bool) -> Result<Vec<Pair>, Failure> {
        let phones = self.phones(2 * count)?;
        let mut phones = phones.into_iter();
        let mut pairs = Vec::new();
        while let (Some(sender), Some(recipient)) = (phones.next(), phones.next()) {
            let to = recipient.address;
            let recipient = if online { Some(recipient.line(to)?) } else { None };
            pairs.push(Pair { sender: sender.line(to)?, recipient });
        }
        Ok(pairs)
    }

    fn idle(&self, count: usize) -> Result<Vec<TcpStream>, Failure> {
        Ok(self.phones(count)?.into_iter().map(|phone| phone.stream).collect())
    }
}

impl Relay {
    /// Kills the process, as a power cut would.
    pub(crate) fn kill(self) -> Result<(), Failure> {
        self.process.kill()
    }

    fn phones(&self, count: usize) -> Result<Vec<Phone>, Failure> {
        let opened: Vec<Result<Vec<Phone>, String>> = thread::scope(|scope| {
            let share = |opener: usize| count / OPENERS + usize::from(opener < count % OPENERS);
            let open = |phones: usize| {
                // A failure may be of a type that cannot cross threads, but its text can.
                let phones = (0..phones).map(|_| Phone::register(&self.address));
                phones.collect::<Result<Vec<_>, _>>().map_err(|failure| failure.to_string())
            };
            let openers: Vec<_> =
                (0..OPENERS).map(|opener| scope.spawn(move || open(share(opener)))).collect();
            let joined = openers.into_iter().map(|opener| opener.join());
            joined.map(|opened| opened.unwrap_or_else(|_| Err("a phone gave up".to_owned()))).collect()
        });
        let mut phones = Vec::new();
        for opened in opened {
            phones.extend(opened?);
        }
        Ok(phones)
    }
}

/// A connection that belongs to a new account.
struct Phone {
    stream: TcpStream,
    sealer: Sealer,
    opener: Opener,
    address: DeviceAddress,
}

impl Phone {
    fn register(relay: &RelayAddress) -> Result<Self, Failure> {
        let mut stream = TcpStream::connect((relay.host(), relay.port()))?;
        stream.set_nodelay(true)?;
        let Established { mut sealer, mut opener, handshake_hash, .. } = shake_hands(&mut stream, relay)?;
        let RelayFrame::Welcome(_) = next(&mut stream, &mut opener)? else {
            return Err("the relay does not welcome".into());
        };
        stream.write_all(&sealer.seal([&registration(&handshake_hash)])?)?;
        let RelayFrame::Registered(registered) = next(&mut stream, &mut opener)? else {
            return Err("the relay does not register".into());
        };
        Ok(Self { stream, sealer, opener, address: registered.address })
    }

    fn line(self, to: DeviceAddress) -> Result<Line, Failure> {
        let Self { stream, sealer, opener, address: _ } = self;
        Line::new(stream, Box::new(Talk { sealer, opener, to, request: 1 }), Vec::new())
    }
}

fn shake_hands(stream: &mut TcpStream, relay: &RelayAddress) -> Result<Established, Failure> {
    let (state, offer) = AwaitingAnswer::begin(relay.key(), Versions::SUPPORTED, &mut rand::rng());
    stream.write_all(&offer)?;
    let (state, opening) = state.answered(&exactly(stream)?)?;
    stream.write_all(&opening)?;
    Ok(state.replied(&exactly(stream)?)?)
}

fn exactly<const N: usize>(stream: &mut TcpStream) -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn next(stream: &mut TcpStream, opener: &mut Opener) -> Result<RelayFrame, Failure> {
    loop {
        if let Some(frame) = opener.next_frame()? {
            return Ok(frame);
        }
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes)?;
        opener.feed(bytes.get(..count).filter(|bytes| !bytes.is_empty()).ok_or("the relay closed")?);
    }
}

/// Builds a registration that a relay accepts. Of these keys, the relay uses only the device's.
fn registration(handshake_hash: &[u8; 32]) -> ClientFrame {
    let device = SigningSecret::generate(&mut rand::rng());
    let key = FixedBytes([7; 32]);
    let signature = FixedBytes([7; 64]);
    ClientFrame::Register(Box::new(Register {
        request: RequestId(1),
        handle: None,
        identity: IdentityKey { signing: key, agreement: key, cross_signature: signature },
        device_key: FixedBytes(*device.public().as_bytes()),
        delivery_verifier: key,
        prekeys: PreKeyUpload {
            signed: Some(SignedPreKey { id: PreKeyId(1), key, signature }),
            last_resort: Some(KemPreKey { id: PreKeyId(1), key: Box::new(FixedBytes([7; 1184])), signature }),
            one_time: Vec::new(),
            one_time_kem: Vec::new(),
        },
        signature: sign_handshake(&device, handshake_hash),
    }))
}

struct Talk {
    sealer: Sealer,
    opener: Opener,
    to: DeviceAddress,
    request: u32,
}

impl Speaker for Talk {
    fn send(&mut self, payloads: &[Payload], out: &mut Vec<u8>) -> Result<(), Failure> {
        let frames: Vec<_> = payloads
            .iter()
            .map(|payload| {
                self.request = self.request.wrapping_add(1);
                ClientFrame::Submit(Submit {
                    request: RequestId(self.request),
                    to: self.to,
                    delivery_key: None,
                    payload: Bytes(payload.to_vec()),
                })
            })
            .collect();
        out.extend(self.sealer.seal(&frames)?);
        Ok(())
    }

    fn receive(&mut self, bytes: &[u8], out: &mut Vec<u8>, heard: &mut Heard) -> Result<(), Failure> {
        self.opener.feed(bytes);
        let mut messages = Vec::new();
        while let Some(frame) = self.opener.next_frame()? {
            match frame {
                RelayFrame::Accepted(_) => heard.accepted += 1,
                RelayFrame::Deliver(deliver) => {
                    heard.deliver(deliver.payload.as_slice())?;
                    messages.push(deliver.message);
                }
                other => return Err(format!("the relay says {other:?}").into()),
            }
        }
        if !messages.is_empty() {
            out.extend(self.sealer.seal([&ClientFrame::Acknowledge(Acknowledge { messages })])?);
        }
        Ok(())
    }
}
