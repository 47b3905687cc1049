//! The record of a ratchet: fixed layouts, one after the other, separate from the states themselves.
//!
//! ```text
//! turn        RK (32)  DHs (32)  NHKs (32)  NHKr (32)  PN (4)
//! sending     HKs (32)  CKs (32)  Ns (4)
//! receiving   DHr (32)  HKr (32)  CKr (32)  Nr (4)
//! skipped     messages received (8)  chains (1), each: HK (32)  keys (2), each: N (4)  stored at (8)  MK (32)
//!
//! initiated   turn  sending
//! established turn  sending  receiving  skipped
//! ```
//!
//! The version precedes the conversation's record. A record is this phone's own and came out of a sealed vault. It
//! is nevertheless read as strictly as a stranger's bytes, so that writing a record that was read yields the same
//! bytes.

use super::{
    chain::{ReceivingChain, SendingChain},
    established::Established,
    initiated::Initiated,
    keys::{ChainKey, HeaderKey, MessageKey, RootKey},
    limits::{MAX_CHAIN_LEN, MAX_CHAINS, MAX_SKIPPED},
    skipped::{Skipped, SkippedChain, SkippedKey},
    turn::{Expecting, Turn},
};
use crate::layout::{Reader, WrongLength};
use pillarbox_crypto::{AgreementPublic, AgreementSecret};
use std::sync::Arc;

const TURN_LEN: usize = 4 * 32 + 4;
const SENDING_LEN: usize = 2 * 32 + 4;
const RECEIVING_LEN: usize = 3 * 32 + 4;
const SKIPPED_KEY_LEN: usize = 4 + 8 + 32;
const SKIPPED_CHAIN_LEN: usize = 32 + 2;

/// The length, in bytes, of the longest record of an established ratchet.
pub(crate) const MAX_ESTABLISHED_LEN: usize = TURN_LEN
    + SENDING_LEN
    + RECEIVING_LEN
    + 9
    + MAX_CHAINS * SKIPPED_CHAIN_LEN
    + MAX_SKIPPED * SKIPPED_KEY_LEN;

/// Bytes of the record of an initiated ratchet.
pub(crate) const INITIATED_LEN: usize = TURN_LEN + SENDING_LEN;

/// The bytes are not the record of a ratchet.
pub(crate) struct NotARatchet;

impl From<WrongLength> for NotARatchet {
    fn from(WrongLength: WrongLength) -> Self {
        Self
    }
}

impl Initiated {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let Self { turn, sending } = self;
        write_turn(turn, out);
        write_sending(sending, out);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, NotARatchet> {
        Ok(Self { turn: Arc::new(read_turn(reader)?), sending: read_sending(reader)? })
    }
}

impl Established {
    /// Returns the number of bytes that [`write`](Self::write) appends.
    pub(crate) fn record_len(&self) -> usize {
        let skipped = self.skipped.chains.len() * SKIPPED_CHAIN_LEN + self.skipped.len() * SKIPPED_KEY_LEN;
        TURN_LEN + SENDING_LEN + RECEIVING_LEN + 9 + skipped
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let Self { turn, sending, receiving, skipped, received } = self;
        write_turn(turn, out);
        write_sending(sending, out);
        write_receiving(receiving, out);
        out.extend_from_slice(&received.to_be_bytes());
        write_skipped(skipped, out);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, NotARatchet> {
        let turn = Arc::new(read_turn(reader)?);
        let sending = Arc::new(read_sending(reader)?);
        let receiving = Arc::new(read_receiving(reader)?);
        let received = reader.u64()?;
        let skipped = Arc::new(read_skipped(reader)?);
        Ok(Self { turn, sending, receiving, skipped, received })
    }
}

fn write_turn(turn: &Turn, out: &mut Vec<u8>) {
    let Turn { expecting, our_public: _, previous_count } = turn;
    let Expecting { root_key, ours, next_sending, next_receiving } = expecting;
    out.extend_from_slice(root_key.as_bytes());
    out.extend_from_slice(&*ours.to_bytes());
    out.extend_from_slice(next_sending.as_bytes());
    out.extend_from_slice(next_receiving.as_bytes());
    out.extend_from_slice(&previous_count.to_be_bytes());
}

fn read_turn(reader: &mut Reader<'_>) -> Result<Turn, NotARatchet> {
    let root_key = RootKey::from_bytes(*reader.take()?);
    let ours = AgreementSecret::from_bytes(*reader.take()?);
    let our_public = ours.public();
    let (next_sending, next_receiving) = (read_header_key(reader)?, read_header_key(reader)?);
    let expecting = Expecting { root_key, ours, next_sending, next_receiving };
    Ok(Turn { expecting, our_public, previous_count: read_count(reader)? })
}

fn write_sending(chain: &SendingChain, out: &mut Vec<u8>) {
    let SendingChain { header_key, key, number } = chain;
    out.extend_from_slice(header_key.as_bytes());
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(&number.to_be_bytes());
}

fn read_sending(reader: &mut Reader<'_>) -> Result<SendingChain, NotARatchet> {
    Ok(SendingChain {
        header_key: read_header_key(reader)?,
        key: ChainKey::from_bytes(*reader.take()?),
        number: read_count(reader)?,
    })
}

fn write_receiving(chain: &ReceivingChain, out: &mut Vec<u8>) {
    let ReceivingChain { ratchet_key, header_key, key, number } = chain;
    out.extend_from_slice(ratchet_key.as_bytes());
    out.extend_from_slice(header_key.as_bytes());
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(&number.to_be_bytes());
}

fn read_receiving(reader: &mut Reader<'_>) -> Result<ReceivingChain, NotARatchet> {
    Ok(ReceivingChain {
        ratchet_key: AgreementPublic::from_bytes(*reader.take()?),
        header_key: read_header_key(reader)?,
        key: ChainKey::from_bytes(*reader.take()?),
        number: reader.u32()?,
    })
}

fn write_skipped(skipped: &Skipped, out: &mut Vec<u8>) {
    out.extend(u8::try_from(skipped.chains.len()));
    for chain in &skipped.chains {
        let SkippedChain { header_key, keys } = &**chain;
        out.extend_from_slice(header_key.as_bytes());
        out.extend(u16::try_from(keys.len()).into_iter().flat_map(u16::to_be_bytes));
        for SkippedKey { number, stored_at, key } in keys {
            out.extend_from_slice(&number.to_be_bytes());
            out.extend_from_slice(&stored_at.to_be_bytes());
            out.extend_from_slice(key.as_bytes());
        }
    }
}

fn read_skipped(reader: &mut Reader<'_>) -> Result<Skipped, NotARatchet> {
    let chain_count = usize::from(reader.u8()?);
    if chain_count > MAX_CHAINS {
        return Err(NotARatchet);
    }
    let mut skipped = Skipped::default();
    for _ in 0..chain_count {
        let header_key = read_header_key(reader)?;
        let key_count = usize::from(reader.u16()?);
        let mut keys = Vec::with_capacity(key_count.min(MAX_SKIPPED));
        for _ in 0..key_count {
            let (number, stored_at) = (reader.u32()?, reader.u64()?);
            let key = Arc::new(MessageKey::from_bytes(*reader.take()?));
            keys.push(SkippedKey { number, stored_at, key });
        }
        if keys.is_empty() || !keys.is_sorted_by(|a, b| a.number < b.number) {
            return Err(NotARatchet);
        }
        skipped.chains.push(Arc::new(SkippedChain { header_key, keys }));
    }
    if skipped.len() > MAX_SKIPPED { Err(NotARatchet) } else { Ok(skipped) }
}

fn read_header_key(reader: &mut Reader<'_>) -> Result<Arc<HeaderKey>, WrongLength> {
    Ok(Arc::new(HeaderKey::from_bytes(*reader.take()?)))
}

fn read_count(reader: &mut Reader<'_>) -> Result<u32, NotARatchet> {
    let count = reader.u32()?;
    if count > MAX_CHAIN_LEN { Err(NotARatchet) } else { Ok(count) }
}
