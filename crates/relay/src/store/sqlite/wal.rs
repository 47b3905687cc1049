//! Checks a write-ahead log for committed transactions after a damaged spot.
//!
//! SQLite reads a log up to the first frame that does not check, and skips the rest without a word
//! (sqlite.org/fileformat2.html, section 4: The Write-Ahead Log). After a crash that is right: the rest was being
//! written. After damage it is a loss. Two facts distinguish the cases. A commit is on the disk before the next
//! transaction begins (`synchronous = FULL`). The checksum of a frame continues that of the frame before. A frame
//! that continues from a commit which SQLite does not reach therefore proves that a finished commit is lost. No
//! crash leaves such a pair. A torn or missing last transaction does not, in whatever order its blocks reached the
//! disk. Frames of an earlier round do not, because they have other salts. Frames of an abandoned transaction do
//! not, because no frame continues from them.
//!
//! A log that ends too early, or that is unreadable up to its last frame, cannot be recognised here. The
//! [mark](super::mark) detects that.

use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use pillarbox_system::private;

/// Bytes of the log's header.
const HEADER_LEN: usize = 32;

/// Bytes of a frame's header, before its page.
const FRAME_HEADER_LEN: usize = 24;

/// The first four bytes of a log without the last bit, which states the byte order of its checksums.
const MAGIC: u32 = 0x377f_0682;

/// The lengths that a page can have.
const PAGE_LENS: std::ops::RangeInclusive<u32> = 512..=65_536;

/// Result of a survey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Number of frames up to and including the last commit that SQLite reaches.
    pub(crate) recovered: u64,
    /// True if a finished commit follows a damaged spot.
    pub(crate) has_loss: bool,
}

/// Surveys the log in a file. Returns `None` if there is no file.
///
/// # Errors
/// The system's error.
pub(crate) fn survey_file(path: &Path) -> io::Result<Option<Survey>> {
    match private::open(private::options().read(true), path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        file => survey(BufReader::new(file?)).map(Some),
    }
}

/// Surveys a log.
///
/// # Errors
/// The reader's error.
pub(crate) fn survey(mut log: impl Read) -> io::Result<Survey> {
    let mut survey = Survey::default();
    let mut header = [0; HEADER_LEN];
    if !fill(&mut log, &mut header)? {
        return Ok(survey);
    }
    let Some(Header { order, page_len, salts, checksum }) = Header::read(&header) else {
        // The header is on the disk before the first frame is written, and is shorter than what a disk writes at once.
        survey.has_loss = fill(&mut log, &mut [0; FRAME_HEADER_LEN])?;
        return Ok(survey);
    };
    let mut frame = vec![0; FRAME_HEADER_LEN + page_len];
    let (mut reached, mut is_unbroken) = (0, true);
    // The checksum of the frame before, and whether that frame is a commit that SQLite does not reach.
    let (mut before, mut is_lost_commit) = (Some(checksum), false);
    while fill(&mut log, &mut frame)? {
        let Some(read) = Frame::read(&frame) else { return Ok(survey) };
        let is_of_this_round = read.salts == salts;
        let goes_on =
            is_of_this_round && before.is_some_and(|before| before.over(order, read.summed) == read.checksum);
        survey.has_loss |= goes_on && is_lost_commit;
        is_unbroken &= goes_on;
        reached += u64::from(is_unbroken);
        if is_unbroken && read.is_commit {
            survey.recovered = reached;
        }
        is_lost_commit = !is_unbroken && is_of_this_round && read.is_commit;
        before = is_of_this_round.then_some(read.checksum);
    }
    Ok(survey)
}

/// Fills the buffer. Returns false if the log ends before.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

/// The byte order of a log's checksums.
#[derive(Clone, Copy, Debug)]
enum Order {
    Little,
    Big,
}

/// A running checksum (section 4.2 of the format).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Checksum(u32, u32);

impl Checksum {
    /// Continues the sum over these bytes, whose number is a multiple of eight.
    fn over<'a>(self, order: Order, parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let word = |bytes: &[u8; 4]| match order {
            Order::Little => u32::from_le_bytes(*bytes),
            Order::Big => u32::from_be_bytes(*bytes),
        };
        let Self(mut first, mut second) = self;
        for part in parts {
            for [one, other] in part.as_chunks::<4>().0.as_chunks::<2>().0 {
                first = first.wrapping_add(word(one)).wrapping_add(second);
                second = second.wrapping_add(word(other)).wrapping_add(first);
            }
        }
        Self(first, second)
    }
}

/// Reads the header of a log, if it checks.
struct Header {
    order: Order,
    page_len: usize,
    salts: [u8; 8],
    checksum: Checksum,
}

impl Header {
    fn read(bytes: &[u8; HEADER_LEN]) -> Option<Self> {
        let (summed, sum) = bytes.split_last_chunk::<8>()?;
        let (words, salts) = summed.split_last_chunk::<8>()?;
        let magic = number(words, 0)?;
        let order = if magic & 1 == 0 { Order::Little } else { Order::Big };
        let page_len = number(words, 8)?;
        let is_one = magic & !1 == MAGIC && PAGE_LENS.contains(&page_len) && page_len.is_power_of_two();
        let checksum = Checksum::default().over(order, [summed]);
        let is_whole = is_one && checksum == sums(sum);
        is_whole.then_some(Self { order, page_len: page_len as usize, salts: *salts, checksum })
    }
}

/// A frame, read without checking it.
struct Frame<'a> {
    is_commit: bool,
    salts: [u8; 8],
    checksum: Checksum,
    /// The bytes that its checksum covers: the first eight of its header, and the page.
    summed: [&'a [u8]; 2],
}

impl<'a> Frame<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, page) = bytes.split_first_chunk::<FRAME_HEADER_LEN>()?;
        let (begins, rest) = header.split_first_chunk::<8>()?;
        let (salts, sum) = rest.split_first_chunk::<8>()?;
        // The length of the database after a commit; 0 in a frame that ends none.
        let is_commit = number(begins, 4)? != 0;
        let summed = bytes.get(..8)?;
        Some(Self { is_commit, salts: *salts, checksum: sums(sum.first_chunk()?), summed: [summed, page] })
    }
}

fn sums(bytes: &[u8; 8]) -> Checksum {
    let [a, b, c, d, e, f, g, h] = *bytes;
    Checksum(u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
}

/// Reads the big-endian number at this offset.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

#[cfg(test)]
#[path = "wal_tests.rs"]
mod tests;
