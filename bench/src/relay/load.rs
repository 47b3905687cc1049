//! The load generator: one thread, one epoll, and the same rules for every server.
//!
//! A pair is a sender and, if messages are to be fetched, their recipient. A [`Speaker`] decides the bytes on a
//! connection, and this file decides when they are sent. In a closed loop each pair has a fixed number of messages
//! in flight. In an open loop messages are sent at fixed moments, even if the previous message has not arrived.

use crate::Failure;
use rustix::event::{Timespec, epoll};
use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

/// Bytes of each message: the length of a short text once it is encrypted.
pub(crate) const PAYLOAD_LEN: usize = 300;

/// A message. Its first eight bytes are the time at which it was due, in nanoseconds since the load began.
pub(crate) type Payload = [u8; PAYLOAD_LEN];

/// Bytes read from a socket at once.
const READ_LEN: usize = 64 * 1024;

/// Silence after which a server counts as failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// The longest sleep of the generator while a socket accepts no more bytes.
const RETRY_NANOSECONDS: i64 = 200_000;

/// The messages that a speaker found in the received bytes.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// The number of messages that the server has accepted.
    pub(crate) accepted: u64,
    /// The due time of each message that was fetched and acknowledged.
    pub(crate) delivered: Vec<u64>,
}

impl Heard {
    /// Records a message that arrived.
    pub(crate) fn deliver(&mut self, payload: &[u8]) -> Result<(), Failure> {
        let stamp = payload.first_chunk().filter(|_| payload.len() == PAYLOAD_LEN);
        self.delivered.push(u64::from_be_bytes(*stamp.ok_or("a message arrived changed")?));
        Ok(())
    }
}

/// One side's part of the protocol on one connection, after the connection has been set up.
pub(crate) trait Speaker {
    /// Appends the bytes that submit these messages.
    fn send(&mut self, payloads: &[Payload], out: &mut Vec<u8>) -> Result<(), Failure>;

    /// Processes received bytes, and appends the bytes to answer with.
    fn receive(&mut self, bytes: &[u8], out: &mut Vec<u8>, heard: &mut Heard) -> Result<(), Failure>;
}

/// A connection and its speaker.
pub(crate) struct Line {
    stream: TcpStream,
    speaker: Box<dyn Speaker>,
    out: Vec<u8>,
}

impl Line {
    /// Creates a line over an established connection. `first` is sent before everything else.
    pub(crate) fn new(stream: TcpStream, speaker: Box<dyn Speaker>, first: Vec<u8>) -> Result<Self, Failure> {
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, speaker, out: first })
    }

    /// Sends as much as the socket accepts now.
    fn flush(&mut self) -> Result<(), Failure> {
        while !self.out.is_empty() {
            match self.stream.write(&self.out) {
                Ok(count) => drop(self.out.drain(..count)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// A sender and the recipient that fetches its messages, if there is a recipient.
pub(crate) struct Pair {
    pub(crate) sender: Line,
    pub(crate) recipient: Option<Line>,
}

/// The times at which messages are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// This many messages of each pair are in flight at any time.
    UnderWay(u64),
    /// This many messages a second in all, evenly spaced.
    EachSecond(u32),
}

/// The end of the measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Until {
    Time(Duration),
    Messages(u64),
}

/// The result of a load.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) accepted: u64,
    pub(crate) delivered: u64,
    pub(crate) seconds: f64,
    /// The time from the moment at which each message was due to its arrival, in microseconds.
    pub(crate) latencies: Vec<f64>,
}

impl Tally {
    pub(crate) fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.seconds
    }
}

/// The progress of a pair.
#[derive(Clone, Copy, Default)]
struct Progress {
    sent: u64,
    accepted: u64,
    delivered: u64,
}

/// All pairs of a load, under one epoll.
pub(crate) struct Load {
    pairs: Vec<(Pair, Progress)>,
    epoll: OwnedFd,
    began: Instant,
    payload: Payload,
    place: Vec<u8>,
    next_due: u64,
    next_pair: usize,
}

impl Load {
    pub(crate) fn new(pairs: Vec<Pair>) -> Result<Self, Failure> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        for (at, pair) in pairs.iter().enumerate() {
            let lines = std::iter::once(&pair.sender).chain(&pair.recipient);
            for (side, line) in lines.enumerate() {
                let name = epoll::EventData::new_u64((at * 2 + side) as u64);
                epoll::add(&epoll, &line.stream, name, epoll::EventFlags::IN)?;
            }
        }
        Ok(Self {
            pairs: pairs.into_iter().map(|pair| (pair, Progress::default())).collect(),
            epoll,
            began: Instant::now(),
            payload: [b'p'; PAYLOAD_LEN],
            place: vec![0; READ_LEN],
            next_due: 0,
            next_pair: 0,
        })
    }

    /// Sends at `pace` until `until` is reached. Messages in flight at the end remain so.
    pub(crate) fn run(&mut self, pace: Pace, until: Until) -> Result<Tally, Failure> {
        let mut tally = Tally::default();
        let start = Instant::now();
        self.next_due = self.now();
        for at in 0..self.pairs.len() {
            self.send(at, pace)?;
        }
        let mut events = Vec::with_capacity(2 * self.pairs.len());
        let mut heard_at = Instant::now();
        loop {
            let now = Instant::now();
            tally.seconds = (now - start).as_secs_f64();
            let done = match until {
                Until::Time(time) => now - start >= time,
                Until::Messages(count) => tally.accepted >= count,
            };
            if done {
                return Ok(tally);
            }
            if now - heard_at > PATIENCE {
                return Err("the server says nothing any more".into());
            }
            let pause = self.keep_pace(pace)?;
            events.clear();
            epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&pause))?;
            for event in &events {
                let name = event.data.u64() as usize;
                self.listen(name / 2, name % 2 == 1, &mut tally)?;
                self.send(name / 2, pace)?;
                heard_at = now;
            }
        }
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_nanos() as u64
    }

    /// Sends the messages that are due in an open loop, and returns the time to wait for an arrival.
    fn keep_pace(&mut self, pace: Pace) -> Result<Timespec, Failure> {
        let stuck = self.pairs.iter_mut().try_fold(false, |stuck, (pair, _)| {
            let lines = std::iter::once(&mut pair.sender).chain(&mut pair.recipient);
            lines
                .filter(|line| !line.out.is_empty())
                .try_fold(stuck, |stuck, line| line.flush().map(|()| stuck || !line.out.is_empty()))
        })?;
        let mut pause = if stuck { RETRY_NANOSECONDS } else { 10_000_000 };
        if let Pace::EachSecond(rate) = pace {
            let gap = 1_000_000_000 / u64::from(rate.max(1));
            let now = self.now();
            while self.next_due <= now {
                let payload = stamped(&self.payload, self.next_due);
                let at = self.next_pair;
                if let Some((pair, progress)) = self.pairs.get_mut(at) {
                    progress.sent += 1;
                    pair.sender.speaker.send(&[payload], &mut pair.sender.out)?;
                    pair.sender.flush()?;
                }
                self.next_pair = (at + 1) % self.pairs.len();
                self.next_due += gap;
            }
            pause = pause.min(self.next_due.saturating_sub(self.now()) as i64);
        }
        Ok(Timespec { tv_sec: 0, tv_nsec: pause })
    }

    /// Sends until one pair has its number of messages in flight.
    fn send(&mut self, at: usize, pace: Pace) -> Result<(), Failure> {
        let now = self.now();
        let Some((pair, progress)) = self.pairs.get_mut(at) else { return Ok(()) };
        if let Pace::UnderWay(most) = pace {
            let payload = stamped(&self.payload, now);
            let room = most.saturating_sub(progress.open(pair)) as usize;
            if room > 0 {
                progress.sent += room as u64;
                pair.sender.speaker.send(&vec![payload; room], &mut pair.sender.out)?;
            }
        }
        pair.sender.flush()
    }

    /// Reads the bytes that arrived on one line.
    fn listen(&mut self, at: usize, recipient: bool, tally: &mut Tally) -> Result<(), Failure> {
        let now = self.now();
        let Some((pair, progress)) = self.pairs.get_mut(at) else { return Ok(()) };
        let line = match (&mut pair.recipient, recipient) {
            (Some(line), true) => line,
            _ => &mut pair.sender,
        };
        let mut heard = Heard::default();
        let count = match line.stream.read(&mut self.place) {
            Ok(0) => return Err("the server closed a connection".into()),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let bytes = self.place.get(..count).unwrap_or_default();
        line.speaker.receive(bytes, &mut line.out, &mut heard)?;
        line.flush()?;
        progress.accepted += heard.accepted;
        progress.delivered += heard.delivered.len() as u64;
        tally.accepted += heard.accepted;
        tally.delivered += heard.delivered.len() as u64;
        let passed = |due: u64| now.saturating_sub(due) as f64 / 1e3;
        tally.latencies.extend(heard.delivered.into_iter().map(passed));
        Ok(())
    }
}

impl Progress {
    /// Returns the number of messages in flight: not yet accepted, or not yet fetched if the pair has a recipient.
    fn open(&self, pair: &Pair) -> u64 {
        let done = match pair.recipient {
            Some(_) => self.accepted.min(self.delivered),
            None => self.accepted,
        };
        self.sent - done
    }
}

fn stamped(payload: &Payload, due: u64) -> Payload {
    let mut payload = *payload;
    payload.iter_mut().zip(due.to_be_bytes()).for_each(|(place, byte)| *place = byte);
    payload
}
