//! Frames in records, and records in Noise transport messages (Noise specification, revision 34, sections 3, 5.1
//! and 13), over bytes that the caller carries.
//!
//! | layer | bytes |
//! |---|---|
//! | record | length (2, big-endian), Noise message (at most 65,535) |
//! | Noise message | frames, tag (16) |
//! | frame | length (2, big-endian), encoding (at most 65,517) |
//!
//! A record costs 18 bytes and a frame in it 2 more. Many small frames share a record, so an observer on the wire
//! sees the length of a batch and not of each frame. A record is authenticated and checked as a whole before any of
//! its frames is returned.
//!
//! Each direction has its own keys and counters, and the two share nothing that changes.

#[cfg(feature = "fork")]
mod fork;

use std::fmt;
use std::sync::Arc;

use pillarbox_crypto::TAG_LEN;
use pillarbox_wire::limits::{FRAME_LENGTH_PREFIX, MAX_FRAME_LEN};
use pillarbox_wire::{CodecError, Encoded, decode, encode_into};
use snow::StatelessTransportState;
use thiserror::Error;

use crate::unread::Unread;

/// Bytes that name the length of a record.
const RECORD_LENGTH_PREFIX: usize = 2;

/// Longest Noise message (Noise specification, section 3). This is also the largest number that fits the two bytes of
/// the length, so a peer cannot announce more than it may send.
const MAX_MESSAGE_LEN: usize = u16::MAX as usize;

/// The maximum number of bytes of frames, with their lengths, in one record.
const MAX_CONTENT_LEN: usize = MAX_MESSAGE_LEN - TAG_LEN;

/// Bytes that a record adds to the frames in it.
pub const RECORD_OVERHEAD: usize = RECORD_LENGTH_PREFIX + TAG_LEN;

const _: () = assert!(FRAME_LENGTH_PREFIX + MAX_FRAME_LEN == MAX_CONTENT_LEN);
const _: () = assert!(FRAME_LENGTH_PREFIX == size_of::<u16>() && RECORD_LENGTH_PREFIX == size_of::<u16>());

/// Reasons that frames were not sealed. After this error no frame is sealed, and the channel is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordSealError {
    /// A frame cannot be encoded.
    #[error("a frame cannot be sent: {0}")]
    Frame(#[from] CodecError),
    /// All 2^64 - 1 nonces are used (Noise specification, section 5.1).
    #[error("this channel has sent all it can; open a new one")]
    Exhausted,
}

/// Reasons that received bytes are not records. The channel is no longer usable, and each later call returns the
/// same error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordOpenError {
    /// A record was altered, repeated, left out or made under another key. The error does not say which.
    #[error("a record does not authenticate")]
    NotAuthentic,
    /// All 2^64 - 1 nonces are used (Noise specification, section 5.1).
    #[error("this channel has received all it can; open a new one")]
    Exhausted,
    /// A record has no frame in it.
    #[error("a record holds no frame")]
    Empty,
    /// A frame's length points past the end of its record.
    #[error("a frame of {announced} bytes, where {left} are left in the record")]
    FrameBeyondRecord {
        /// The length that the frame names.
        announced: usize,
        /// The number of bytes left in the record.
        left: usize,
    },
    /// Bytes follow the last frame, too few for another one.
    #[error("{count} bytes after the last frame of a record")]
    TrailingBytes {
        /// The number of bytes left over.
        count: usize,
    },
    /// The bytes of a frame do not decode.
    #[error("a frame cannot be read: {0}")]
    Frame(#[from] CodecError),
}

/// Turns frames into records, for one direction of one channel.
///
/// Invariants: no nonce is used twice; the caller sends the returned bytes in the order in which they were returned.
pub struct Sealer {
    cipher: Arc<StatelessTransportState>,
    nonce: u64,
}

impl Sealer {
    pub(crate) fn new(cipher: Arc<StatelessTransportState>) -> Self {
        Self { cipher, nonce: 0 }
    }

    /// Packs `frames`, in order, into as few records as possible. Without frames it returns no bytes.
    ///
    /// A type whose longest form is longer than a frame does not compile here.
    ///
    /// # Errors
    /// See [`RecordSealError`].
    pub fn seal<'a, T: Encoded + 'a>(
        &mut self,
        frames: impl IntoIterator<Item = &'a T>,
    ) -> Result<Vec<u8>, RecordSealError> {
        const { assert!(T::MAX_LEN <= MAX_FRAME_LEN, "longer than a frame") };
        // All frames are encoded before the first nonce is used, so an error leaves no gap.
        let contents = pack(frames)?;
        let last = u64::try_from(contents.len()).map_err(|_| RecordSealError::Exhausted)?;
        // The greatest nonce is reserved (section 5.1).
        self.nonce.checked_add(last).ok_or(RecordSealError::Exhausted)?;

        let total = contents.iter().map(|content| content.len() + RECORD_OVERHEAD).sum();
        let mut records = Vec::with_capacity(total);
        for content in contents {
            self.seal_record(&content, &mut records)?;
        }
        Ok(records)
    }

    fn seal_record(&mut self, content: &[u8], records: &mut Vec<u8>) -> Result<(), RecordSealError> {
        let message_len = content.len() + TAG_LEN;
        records.extend_from_slice(&length_prefix(message_len)?);
        let start = records.len();
        records.resize(start + message_len, 0);
        let message = records.get_mut(start..).unwrap_or_default();
        self.cipher.write_message(self.nonce, content, message).map_err(|_| RecordSealError::Exhausted)?;
        self.nonce += 1;
        Ok(())
    }
}

/// Encodes `frames` and packs them into the contents of records.
fn pack<'a, T: Encoded + 'a>(
    frames: impl IntoIterator<Item = &'a T>,
) -> Result<Vec<Vec<u8>>, RecordSealError> {
    let mut full = Vec::new();
    let mut content = Vec::new();
    for frame in frames {
        let start = content.len();
        content.extend_from_slice(&[0; FRAME_LENGTH_PREFIX]);
        let prefix = length_prefix(encode_into(frame, &mut content)?)?;
        if let Some(place) = content.get_mut(start..).and_then(|frame| frame.first_chunk_mut()) {
            *place = prefix;
        }
        if content.len() > MAX_CONTENT_LEN {
            let next = content.split_off(start);
            full.push(std::mem::replace(&mut content, next));
        }
    }
    if !content.is_empty() {
        full.push(content);
    }
    Ok(full)
}

fn length_prefix(length: usize) -> Result<[u8; 2], CodecError> {
    let short = u16::try_from(length);
    Ok(short.map_err(|_| CodecError::TooLong { most: MAX_MESSAGE_LEN, got: length })?.to_be_bytes())
}

/// Turns records into frames, for one direction of one channel.
///
/// Invariants: frames are returned in the order in which they were sealed; a record that fails changes nothing;
/// while no record is begun and no frame left, it owns no buffer.
pub struct Opener {
    cipher: Arc<StatelessTransportState>,
    nonce: u64,
    received: Unread,
    /// Frames of the last opened record, with their lengths. They are well formed.
    content: Unread,
}

impl Opener {
    pub(crate) fn new(cipher: Arc<StatelessTransportState>) -> Self {
        Self { cipher, nonce: 0, received: Unread::default(), content: Unread::default() }
    }

    /// Adds received bytes, in pieces of any length.
    ///
    /// The bytes are kept until [`next_frame`](Self::next_frame) has returned all their frames. Call it until it
    /// returns `None` before feeding more bytes; then no more than one record and one piece are kept.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.received.push(bytes);
    }

    /// Returns the next frame, if all of its record has arrived.
    ///
    /// # Errors
    /// See [`RecordOpenError`].
    pub fn next_frame<T: Encoded>(&mut self) -> Result<Option<T>, RecordOpenError> {
        if self.content.is_empty() && !self.open_record()? {
            return Ok(None);
        }
        let (encoding, _) = split_frame(self.content.rest())?;
        let length = encoding.len();
        let frame = decode(encoding)?;
        self.content.advance(FRAME_LENGTH_PREFIX + length);
        Ok(Some(frame))
    }

    /// Returns true if all frames have been returned and no part of a record is left. A stream that ends here ends
    /// between records.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.received.is_empty() && self.content.is_empty()
    }

    /// Opens the next record, if all of it has arrived.
    fn open_record(&mut self) -> Result<bool, RecordOpenError> {
        let Some((length, rest)) = self.received.rest().split_first_chunk() else { return Ok(false) };
        let message_len = usize::from(u16::from_be_bytes(*length));
        let content_len = message_len.checked_sub(TAG_LEN).ok_or(RecordOpenError::NotAuthentic)?;
        let Some(message) = rest.get(..message_len) else { return Ok(false) };
        if self.nonce == u64::MAX {
            return Err(RecordOpenError::Exhausted);
        }
        let mut content = vec![0; content_len];
        self.cipher
            .read_message(self.nonce, message, &mut content)
            .map_err(|_| RecordOpenError::NotAuthentic)?;
        check_content(&content)?;

        self.nonce += 1;
        self.received.advance(RECORD_LENGTH_PREFIX + message_len);
        self.content = Unread::from(content);
        Ok(true)
    }
}

fn check_content(content: &[u8]) -> Result<(), RecordOpenError> {
    let (_, mut rest) = split_frame(content)?;
    while !rest.is_empty() {
        (_, rest) = split_frame(rest)?;
    }
    Ok(())
}

/// Splits off the first frame. Returns its encoding and the rest.
fn split_frame(content: &[u8]) -> Result<(&[u8], &[u8]), RecordOpenError> {
    if content.is_empty() {
        return Err(RecordOpenError::Empty);
    }
    let trailing = RecordOpenError::TrailingBytes { count: content.len() };
    let (length, rest) = content.split_first_chunk().ok_or(trailing)?;
    let announced = usize::from(u16::from_be_bytes(*length));
    let beyond = RecordOpenError::FrameBeyondRecord { announced, left: rest.len() };
    rest.split_at_checked(announced).ok_or(beyond)
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener")
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_crypto::AgreementSecret;
    use pillarbox_wire::{ClientFrame, Ping, RequestId};
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;
    use crate::Versions;
    use crate::handshake::{AwaitingAnswer, AwaitingOffer};

    /// A phone's sealer and its relay's opener.
    fn pair() -> (Sealer, Opener) {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let relay = AgreementSecret::generate(&mut rng);
        let (phone, offer) = AwaitingAnswer::begin(&relay.public(), Versions::SUPPORTED, &mut rng);
        let server = AwaitingOffer::begin(&relay, Versions::SUPPORTED, &mut rng);
        let (server, answer) = server.offered(&offer).unwrap();
        let (phone, opening) = phone.answered(&answer).unwrap();
        let (server, reply) = server.opened(&opening).unwrap();
        (phone.replied(&reply).unwrap().sealer, server.opener)
    }

    fn ping(request: u32) -> ClientFrame {
        ClientFrame::Ping(Ping { request: RequestId(request) })
    }

    /// Returns the opener's result for a record with `content`, sealed by a peer that keeps no rules.
    fn opened(content: &[u8]) -> Result<Option<ClientFrame>, RecordOpenError> {
        let (mut sealer, mut opener) = pair();
        let mut record = Vec::new();
        sealer.seal_record(content, &mut record).unwrap();
        opener.feed(&record);
        let first = opener.next_frame();
        if first.is_err() {
            assert_eq!(opener.next_frame::<ClientFrame>(), first, "an error stays");
            assert_eq!(opener.nonce, 0, "a record that fails changes nothing");
        }
        first
    }

    fn framed(encoding: &[u8]) -> Vec<u8> {
        [&(encoding.len() as u16).to_be_bytes(), encoding].concat()
    }

    #[test]
    fn content_that_keeps_no_rules_has_its_error() {
        let good = framed(&pillarbox_wire::encode(&ping(1)).unwrap());
        assert_eq!(opened(&good), Ok(Some(ping(1))));
        assert_eq!(opened(&[]), Err(RecordOpenError::Empty));
        assert_eq!(opened(&[0]), Err(RecordOpenError::TrailingBytes { count: 1 }));
        assert_eq!(opened(&[&good[..], &[0]].concat()), Err(RecordOpenError::TrailingBytes { count: 1 }));
        let beyond = RecordOpenError::FrameBeyondRecord { announced: 3, left: 2 };
        assert_eq!(opened(&[&good[..], &[0, 3, 1, 1]].concat()), Err(beyond));
        let longest = RecordOpenError::FrameBeyondRecord { announced: 65_535, left: MAX_FRAME_LEN };
        assert_eq!(opened(&[&[0xff; 2][..], &[0; MAX_FRAME_LEN]].concat()), Err(longest));
    }

    #[test]
    fn a_frame_that_is_none_stays_an_error() {
        let (mut sealer, mut opener) = pair();
        let mut record = Vec::new();
        sealer.seal_record(&framed(&[]), &mut record).unwrap();
        opener.feed(&record);
        for _ in 0..2 {
            let error = opener.next_frame::<ClientFrame>();
            assert_eq!(error, Err(RecordOpenError::Frame(CodecError::Empty)));
        }
    }

    #[test]
    fn a_message_shorter_than_its_tag_is_refused_before_it_has_come() {
        let (_, mut opener) = pair();
        opener.feed(&[0, 15]);
        assert_eq!(opener.next_frame::<ClientFrame>(), Err(RecordOpenError::NotAuthentic));
    }

    #[test]
    fn the_last_nonce_is_never_used() {
        let (mut sealer, mut opener) = pair();
        (sealer.nonce, opener.nonce) = (u64::MAX - 1, u64::MAX - 1);
        let last = sealer.seal(&[ping(1)]).unwrap();
        assert_eq!(sealer.seal(&[ping(2)]), Err(RecordSealError::Exhausted));
        opener.feed(&last);
        assert_eq!(opener.next_frame(), Ok(Some(ping(1))));
        opener.feed(&last);
        assert_eq!(opener.next_frame::<ClientFrame>(), Err(RecordOpenError::Exhausted));
    }

    #[test]
    fn more_records_than_nonces_are_refused_whole() {
        let (mut sealer, _) = pair();
        sealer.nonce = u64::MAX - 1;
        let frames: Vec<_> = (0..6_000).map(ping).collect();
        assert!(pack(&frames).unwrap().len() > 1);
        assert_eq!(sealer.seal(&frames), Err(RecordSealError::Exhausted));
        assert_eq!(sealer.nonce, u64::MAX - 1);
    }

    #[test]
    fn nothing_is_held_between_records() {
        let (mut sealer, mut opener) = pair();
        let record = sealer.seal(&[ping(1), ping(2)]).unwrap();
        let (begin, end) = record.split_at(9);
        for piece in [begin, end] {
            assert_eq!(opener.next_frame::<ClientFrame>(), Ok(None));
            opener.feed(piece);
            assert!(!opener.is_idle());
        }
        assert_eq!(opener.next_frame(), Ok(Some(ping(1))));
        assert!(!opener.is_idle(), "a frame is left");
        assert_eq!(opener.next_frame(), Ok(Some(ping(2))));
        assert!(opener.is_idle());
        assert_eq!((opener.received.capacity(), opener.content.capacity()), (0, 0));
    }
}
