//! redis-server with Streams. Like Pillarbox it syncs to disk before it answers (`appendfsync always`). A message is
//! an XADD; fetching is XREADGROUP, then XACK and XDEL.

use super::{
    load::{Heard, Line, Pair, Payload, Speaker},
    process::{Process, free_address},
    side::{Server, Side},
};
use crate::Failure;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
};

pub(crate) const PROGRAM: &str = "redis-server";

/// Messages that a consumer asks for at once: the number that its sender may have in flight.
const FETCHED_AT_ONCE: &str = "16";

pub(crate) struct Redis;

struct Running {
    process: Process,
    address: SocketAddr,
}

impl Side for Redis {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn start(&self, folder: &Path) -> Result<Box<dyn Server>, Failure> {
        let address = free_address()?;
        let (port, folder) = (address.port().to_string(), folder.display().to_string());
        let settings = [
            ["--bind", "127.0.0.1"],
            ["--port", &port],
            ["--dir", &folder],
            ["--requirepass", PASSWORD],
            ["--appendonly", "yes"],
            ["--appendfsync", "always"],
            ["--save", ""],
        ];
        let process = Process::listening(PROGRAM, settings.as_flattened(), address)?;
        Ok(Box::new(Running { process, address }))
    }
}

/// Password with which an idle connection has authenticated, as idle connections of the other servers have too.
const PASSWORD: &str = "benchmark";

impl Server for Running {
    fn process(&self) -> &Process {
        &self.process
    }

    fn pairs(&self, count: usize, online: bool) -> Result<Vec<Pair>, Failure> {
        let pair = |number: usize| {
            let stream = format!("mailbox-{number}");
            let sender = Talk { stream: stream.clone(), unread: Vec::new(), fetches: false };
            let sender = Line::new(self.connect()?, Box::new(sender), Vec::new())?;
            let recipient = online.then(|| self.recipient(stream)).transpose()?;
            Ok(Pair { sender, recipient })
        };
        (0..count).map(pair).collect()
    }

    fn idle(&self, count: usize) -> Result<Vec<TcpStream>, Failure> {
        let idle = |_| {
            // The port belongs to this connection alone, so no other stream has this number.
            let mut connection = self.connect()?;
            let stream = format!("mailbox-{}", connection.local_addr()?.port());
            let first = consume(&mut connection, &stream)?;
            connection.write_all(&first)?;
            Ok(connection)
        };
        (0..count).map(idle).collect()
    }
}

impl Running {
    fn connect(&self) -> Result<TcpStream, Failure> {
        let mut connection = TcpStream::connect(self.address)?;
        ask(&mut connection, &["AUTH", PASSWORD])?;
        Ok(connection)
    }

    fn recipient(&self, stream: String) -> Result<Line, Failure> {
        let mut connection = self.connect()?;
        let first = consume(&mut connection, &stream)?;
        Line::new(connection, Box::new(Talk { stream, unread: Vec::new(), fetches: true }), first)
    }
}

/// Creates a stream and its consumer, and returns the command by which the consumer fetches.
fn consume(connection: &mut TcpStream, stream: &str) -> Result<Vec<u8>, Failure> {
    ask(connection, &["XGROUP", "CREATE", stream, "phone", "$", "MKSTREAM"])?;
    let mut first = Vec::new();
    fetch(stream, &mut first)?;
    Ok(first)
}

fn ask(connection: &mut TcpStream, words: &[&str]) -> Result<(), Failure> {
    let mut request = Vec::new();
    command(words.iter().map(|word| word.as_bytes()), &mut request)?;
    connection.write_all(&request)?;
    let mut answer = [0; 64];
    let count = connection.read(&mut answer)?;
    let answer = answer.get(..count).unwrap_or_default();
    if answer.starts_with(b"+OK") { Ok(()) } else { Err("redis refuses".into()) }
}

fn fetch(stream: &str, out: &mut Vec<u8>) -> Result<(), Failure> {
    let words =
        ["XREADGROUP", "GROUP", "phone", "1", "COUNT", FETCHED_AT_ONCE, "BLOCK", "0", "STREAMS", stream, ">"];
    command(words.iter().map(|word| word.as_bytes()), out)
}

/// Writes a command in the Redis serialization protocol, version 2: an array of bulk strings.
fn command<'a>(words: impl ExactSizeIterator<Item = &'a [u8]>, out: &mut Vec<u8>) -> Result<(), Failure> {
    write!(out, "*{}\r\n", words.len())?;
    for word in words {
        write!(out, "${}\r\n", word.len())?;
        out.extend_from_slice(word);
        out.extend_from_slice(b"\r\n");
    }
    Ok(())
}

struct Talk {
    stream: String,
    unread: Vec<u8>,
    fetches: bool,
}

impl Speaker for Talk {
    fn send(&mut self, payloads: &[Payload], out: &mut Vec<u8>) -> Result<(), Failure> {
        for payload in payloads {
            command([b"XADD", self.stream.as_bytes(), b"*", b"p", payload].into_iter(), out)?;
        }
        Ok(())
    }

    fn receive(&mut self, bytes: &[u8], out: &mut Vec<u8>, heard: &mut Heard) -> Result<(), Failure> {
        self.unread.extend_from_slice(bytes);
        let mut rest = self.unread.as_slice();
        loop {
            let mut strings = Vec::new();
            let Some(next) = value(rest, &mut strings)? else { break };
            if self.fetches {
                acknowledge(&self.stream, &strings, out, heard)?;
            } else {
                heard.accepted += 1;
            }
            rest = next;
        }
        let read = self.unread.len() - rest.len();
        self.unread.drain(..read);
        Ok(())
    }
}

/// Acknowledges a fetched batch: the stream's name, then for each message its number, its field and its value.
fn acknowledge(stream: &str, strings: &[&[u8]], out: &mut Vec<u8>, heard: &mut Heard) -> Result<(), Failure> {
    // The answers to XACK and XDEL are numbers and hold no string.
    let Some((_, messages)) = strings.split_first() else { return Ok(()) };
    let mut numbers: Vec<&[u8]> = Vec::new();
    for message in messages.chunks(3) {
        let [number, _, payload] = message else { return Err("redis answers in another form".into()) };
        numbers.push(number);
        heard.deliver(payload)?;
    }
    let named = |head: &[&'static [u8]]| -> Vec<&[u8]> { [head, numbers.as_slice()].concat() };
    let mut acknowledged = named(&[b"XACK", b"", b"phone"]);
    let mut deleted = named(&[b"XDEL", b""]);
    for words in [&mut acknowledged, &mut deleted] {
        words.iter_mut().skip(1).take(1).for_each(|word| *word = stream.as_bytes());
        command(words.iter().copied(), out)?;
    }
    fetch(stream, out)
}

/// Reads one value, collects the strings in it, and returns the rest, or `None` if the value is not complete.
fn value<'a>(bytes: &'a [u8], strings: &mut Vec<&'a [u8]>) -> Result<Option<&'a [u8]>, Failure> {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return Ok(None) };
    let (line, mut rest) = bytes.split_at(end + 1);
    let (kind, number) = line.split_first().ok_or("an empty line")?;
    let number = || -> Result<i64, Failure> { Ok(std::str::from_utf8(number)?.trim_end().parse()?) };
    match kind {
        b'+' | b':' => Ok(Some(rest)),
        b'*' => {
            for _ in 0..number()? {
                match value(rest, strings)? {
                    Some(next) => rest = next,
                    None => return Ok(None),
                }
            }
            Ok(Some(rest))
        }
        b'$' => {
            let Ok(length) = usize::try_from(number()?) else { return Ok(Some(rest)) };
            // The number by which redis names an added message is a string as well.
            let Some((string, next)) = rest.split_at_checked(length) else { return Ok(None) };
            let Some(next) = next.get(2..) else { return Ok(None) };
            strings.push(string);
            Ok(Some(next))
        }
        _ => Err(format!("redis says {}", String::from_utf8_lossy(line)).into()),
    }
}
