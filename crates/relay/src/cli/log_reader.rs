//! A relay's public log, read over the network as anybody may: on a connection that names no device.

use std::io;
use std::time::Duration;

use pillarbox_relay::server::trouble::in_words;
use pillarbox_transport::{Reader, RelayAddress, Writer, connect, timeouts};
use pillarbox_wire::{
    ClientFrame, FixedBytes, LogEntries, LogHead, LogLeaf, ReadLog, Refusal, Refused, RelayFrame, RequestId,
    SeenHead,
};
use rand::SeedableRng;
use rand::rngs::{StdRng, SysRng};
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::failure::Failure;

/// The longest pause that a relay may ask for between two readings, in seconds. A longer one would never end.
const LONGEST_PAUSE: u32 = 60;

/// The log as it was read.
pub(super) struct WholeLog {
    pub(super) entries: Vec<LogLeaf>,
    /// The key of its heads, if the database has the relay's keys.
    pub(super) key: Option<FixedBytes<32>>,
    /// The head that the relay signed for it.
    pub(super) head: Option<SeenHead>,
}

/// Reads the whole log, up to the head that the relay signed at the first answer.
pub(super) fn read(address: &RelayAddress) -> Result<WholeLog, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut line = open(address).await?;
        line.read_whole().await
    })
}

/// A connection to a relay.
struct Line {
    reader: Reader<ReadHalf<TcpStream>>,
    writer: Writer<WriteHalf<TcpStream>>,
    host: String,
}

async fn open(address: &RelayAddress) -> Result<Line, Failure> {
    let host = address.host().to_owned();
    let unreached = |why: &str| Failure::Unreached(format!("the relay at {host} cannot be reached: {why}"));
    let mut rng = StdRng::try_from_rng(&mut SysRng)
        .map_err(|_| unreached("this computer gives no random numbers. Try again"))?;
    let dial = TcpStream::connect((address.host(), address.port()));
    let stream = timeout(timeouts::CONNECT, dial)
        .await
        .map_err(|_| unreached("it does not answer. Check that it runs"))?
        .map_err(|error| unreached(&format!("{}. Check that it runs", in_words(error.kind()))))?;
    let channel = connect(stream, address.key(), &mut rng)
        .await
        .map_err(|_| unreached("who answers there is not this relay. Check the address"))?;
    let (reader, writer) = channel.split();
    Ok(Line { reader, writer, host })
}

impl Line {
    async fn read_whole(&mut self) -> Result<WholeLog, Failure> {
        let LogEntries { log_key, head, leaves, request: _ } = self.read_from(0).await?;
        let mut entries = leaves;
        while (entries.len() as u64) < head.size {
            let more = self.read_from(entries.len() as u64).await?;
            self.check(log_key == more.log_key && !more.leaves.is_empty(), &head)?;
            entries.extend(more.leaves);
        }
        // What was added meanwhile belongs to a later head.
        let size = usize::try_from(head.size).unwrap_or(usize::MAX);
        entries.truncate(size);
        Ok(WholeLog { entries, key: Some(log_key), head: Some(SeenHead { log_key, head }) })
    }

    fn check(&self, good: bool, head: &LogHead) -> Result<(), Failure> {
        if good {
            return Ok(());
        }
        Err(Failure::No(format!(
            "the log is wrong: the relay at {} signed a head of {} entries and does not give them all. Keep this: {}",
            self.host,
            head.size,
            SeenHead { log_key: FixedBytes([0; 32]), head: *head }
        )))
    }

    /// Reads entries from an index on, retrying each time the relay asks to wait.
    async fn read_from(&mut self, from: u64) -> Result<LogEntries, Failure> {
        loop {
            match self.ask(from).await? {
                RelayFrame::LogEntries(entries) => return Ok(entries),
                RelayFrame::Refused(Refused { reason: Refusal::RateLimited { retry_after }, .. })
                    if retry_after <= LONGEST_PAUSE =>
                {
                    sleep(Duration::from_secs(u64::from(retry_after.max(1)))).await;
                }
                RelayFrame::Refused(Refused { reason: Refusal::NotOffered, .. }) => {
                    return Err(Failure::No(format!(
                        "the relay at {} has no public log of keys. Its operator starts one with: pillarbox-relay run \
                         --directory-log",
                        self.host
                    )));
                }
                RelayFrame::Refused(Refused { reason, .. }) => {
                    return Err(Failure::Unreached(format!(
                        "the relay at {} does not give its log: {reason}. Try again later",
                        self.host
                    )));
                }
                _ => {}
            }
        }
    }

    /// Asks, and waits for the next frame. The welcome frame comes first.
    async fn ask(&mut self, from: u64) -> Result<RelayFrame, Failure> {
        let request = RequestId(1);
        let asked = [ClientFrame::ReadLog(ReadLog { request, from })];
        let host = self.host.clone();
        let lost = || {
            Failure::Unreached(format!(
                "the relay at {host} ended the connection. It may be too old to have a log; try again later"
            ))
        };
        self.writer.send(&asked).await.map_err(|_| lost())?;
        self.writer.flush().await.map_err(|_| lost())?;
        loop {
            let frame = timeout(timeouts::ANSWER, self.reader.receive::<RelayFrame>()).await;
            match frame.map_err(|_| lost())?.map_err(|_| lost())? {
                Some(RelayFrame::Welcome(_)) => {}
                Some(RelayFrame::Goodbye(goodbye)) => {
                    let kind = io::Error::other(goodbye.reason.to_string());
                    return Err(Failure::Unreached(format!(
                        "the relay at {host} said: {kind}. Try again later"
                    )));
                }
                Some(frame) => return Ok(frame),
                None => return Err(lost()),
            }
        }
    }
}
