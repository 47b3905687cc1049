//! mosquitto, for orientation: MQTT 3.1.1, QoS 1, sessions that outlast their connection. mosquitto keeps messages in
//! memory and writes them to disk at intervals. So it answers before it syncs, and promises less than the other two
//! servers.

use super::{
    load::{Heard, Line, Pair, Payload, Speaker},
    process::{Process, free_address},
    side::{Server, Side},
};
use crate::Failure;
use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
};

pub(crate) const PROGRAM: &str = "mosquitto";

/// Packet types (MQTT 3.1.1, section 2.2.1), with the flags that are fixed for them.
const CONNECT: u8 = 0x10;
const PUBLISH_QOS_1: u8 = 0x32;
const PUBACK: u8 = 0x40;
const SUBSCRIBE: u8 = 0x82;

pub(crate) struct Mosquitto;

struct Running {
    process: Process,
    address: SocketAddr,
}

impl Side for Mosquitto {
    fn name(&self) -> &'static str {
        "mosquitto"
    }

    fn start(&self, folder: &Path) -> Result<Box<dyn Server>, Failure> {
        let address = free_address()?;
        let settings = folder.join("mosquitto.conf");
        fs::write(
            &settings,
            format!(
                "listener {} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {}/\n\
                 max_queued_messages 0\nmax_queued_bytes 0\nmax_inflight_messages 0\nset_tcp_nodelay true\n\
                 user root\n",
                address.port(),
                folder.display()
            ),
        )?;
        let arguments = ["-c".as_ref(), settings.as_os_str()];
        Ok(Box::new(Running { process: Process::listening(PROGRAM, &arguments, address)?, address }))
    }
}

impl Server for Running {
    fn process(&self) -> &Process {
        &self.process
    }

    fn pairs(&self, count: usize, online: bool) -> Result<Vec<Pair>, Failure> {
        let pair = |number: usize| {
            let recipient = self.subscriber(number)?;
            let recipient = online.then(|| line(recipient, String::new())).transpose()?;
            let sender = line(self.connect(&format!("sender-{number}"))?, format!("mailbox-{number}"))?;
            Ok(Pair { sender, recipient })
        };
        (0..count).map(pair).collect()
    }

    fn idle(&self, count: usize) -> Result<Vec<TcpStream>, Failure> {
        (0..count).map(|number| self.subscriber(number)).collect()
    }
}

impl Running {
    /// Opens a connection whose session survives its end.
    fn connect(&self, name: &str) -> Result<TcpStream, Failure> {
        let mut stream = TcpStream::connect(self.address)?;
        // Protocol name and level, no clean session, no keep-alive (section 3.1).
        let mut body = b"\x00\x04MQTT\x04\x00\x00\x00".to_vec();
        text(name, &mut body)?;
        packet(CONNECT, &body, &mut stream)?;
        answered::<4>(&mut stream)?;
        Ok(stream)
    }

    fn subscriber(&self, number: usize) -> Result<TcpStream, Failure> {
        let mut stream = self.connect(&format!("recipient-{number}"))?;
        let mut body = vec![0, 1];
        text(&format!("mailbox-{number}"), &mut body)?;
        body.push(1); // at QoS 1
        packet(SUBSCRIBE, &body, &mut stream)?;
        answered::<5>(&mut stream)?;
        Ok(stream)
    }
}

fn line(stream: TcpStream, topic: String) -> Result<Line, Failure> {
    Line::new(stream, Box::new(Talk { topic, number: 0, unread: Vec::new() }), Vec::new())
}

fn text(text: &str, out: &mut Vec<u8>) -> Result<(), Failure> {
    out.extend_from_slice(&u16::try_from(text.len())?.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn packet(kind: u8, body: &[u8], out: &mut impl Write) -> Result<(), Failure> {
    let mut whole = vec![kind];
    let mut left = body.len();
    // The length is written seven bits at a time, the lowest first (section 2.2.3).
    loop {
        let digit = (left % 128) as u8;
        left /= 128;
        whole.push(if left > 0 { digit | 128 } else { digit });
        if left == 0 {
            break;
        }
    }
    whole.extend_from_slice(body);
    Ok(out.write_all(&whole)?)
}

fn answered<const N: usize>(stream: &mut TcpStream) -> Result<(), Failure> {
    let mut answer = [0; N];
    Ok(stream.read_exact(&mut answer)?)
}

struct Talk {
    topic: String,
    number: u16,
    unread: Vec<u8>,
}

impl Speaker for Talk {
    fn send(&mut self, payloads: &[Payload], out: &mut Vec<u8>) -> Result<(), Failure> {
        for payload in payloads {
            // 0 is not a packet number.
            self.number = self.number.checked_add(1).unwrap_or(1);
            let mut body = Vec::with_capacity(payload.len() + self.topic.len() + 4);
            text(&self.topic, &mut body)?;
            body.extend_from_slice(&self.number.to_be_bytes());
            body.extend_from_slice(payload);
            packet(PUBLISH_QOS_1, &body, out)?;
        }
        Ok(())
    }

    fn receive(&mut self, bytes: &[u8], out: &mut Vec<u8>, heard: &mut Heard) -> Result<(), Failure> {
        self.unread.extend_from_slice(bytes);
        let mut rest = self.unread.as_slice();
        while let Some((kind, body, next)) = split(rest) {
            match kind & 0xf0 {
                PUBACK => heard.accepted += 1,
                0x30 => {
                    let (length, body) = body.split_first_chunk().ok_or("a short packet")?;
                    let body = body.get(usize::from(u16::from_be_bytes(*length))..).unwrap_or_default();
                    let (number, payload) = body.split_first_chunk::<2>().ok_or("a short packet")?;
                    heard.deliver(payload)?;
                    packet(PUBACK, number, out)?;
                }
                _ => return Err("mosquitto says something else".into()),
            }
            rest = next;
        }
        let read = self.unread.len() - rest.len();
        self.unread.drain(..read);
        Ok(())
    }
}

/// Splits off the first packet. Returns its type, its body and the rest, or `None` if the packet is not complete.
fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (kind, mut rest) = bytes.split_first()?;
    let mut length = 0;
    for place in 0..4 {
        let (digit, next) = rest.split_first()?;
        rest = next;
        length += usize::from(digit & 127) << (7 * place);
        if digit & 128 == 0 {
            break;
        }
    }
    let (body, next) = rest.split_at_checked(length)?;
    Some((*kind, body, next))
}
