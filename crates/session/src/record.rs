//! The record of a conversation, in a versioned layout that is separate from the state.
//!
//! ```text
//! conversation  version (1)  our identity: signing (32), agreement (32)
//!               their identity: signing (32), agreement (32), cross-signature (64)
//!               sessions (1), each as below, the active one first
//!               forgotten names (1), 32 bytes each, oldest first
//! session       name (32)  role (1): 0 we began, 1 they did
//!               degraded (1): bit 0 no one-time prekey, bit 1 last-resort KEM prekey
//!               state (1): 0 unanswered: begun at (8), prekey header (1,261), initiated ratchet
//!                          1 running: established ratchet
//! ```
//!
//! The layouts of the ratchets are in `ratchet/record.rs`. Writing a record that was read yields the same bytes,
//! except for a record of version 1. That version did not say when an unanswered session began: the session counts
//! as begun long ago, and is written as version 2.

use crate::{
    conversation::{Conversation, MAX_ARCHIVED, MAX_FORGOTTEN},
    layout::{Reader, WrongLength},
    message::{ClaimedIdentity, PREKEY_HEADER_LEN, PreKeyHeader},
    parties::{IDENTITY_LEN, Parties, Role},
    pqxdh::Degraded,
    ratchet::{
        Established, Initiated,
        record::{INITIATED_LEN, MAX_ESTABLISHED_LEN, NotARatchet},
    },
    session::{Session, State},
};
use pillarbox_crypto::AgreementPublic;
use pillarbox_wire::{Timestamp, limits::MAX_RECORD_LEN};
use std::sync::Arc;
use thiserror::Error;
use zeroize::Zeroizing;

/// First byte of a record, the version of its layout.
const VERSION: u8 = 2;

/// The previous version, in which an unanswered session has no time.
const WITHOUT_TIMES: u8 = 1;

/// Bytes of the parts that a record has once: version, identities, two counts.
const HEAD_LEN: usize = 3 + IDENTITY_LEN + (IDENTITY_LEN + 64);
const SESSION_HEAD_LEN: usize = 32 + 3;
const UNANSWERED_LEN: usize = SESSION_HEAD_LEN + 8 + PREKEY_HEADER_LEN + INITIATED_LEN;
const MAX_SESSION_LEN: usize = SESSION_HEAD_LEN + MAX_ESTABLISHED_LEN;

const _: () = assert!(MAX_SESSION_LEN >= UNANSWERED_LEN);
const _: () = assert!(HEAD_LEN + (1 + MAX_ARCHIVED) * MAX_SESSION_LEN + MAX_FORGOTTEN * 32 <= MAX_RECORD_LEN);
const _: () = assert!(MAX_ARCHIVED < u8::MAX as usize);
const _: () = assert!(MAX_FORGOTTEN <= u8::MAX as usize);

/// Reasons that bytes are not a stored conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Another version of this crate wrote the record.
    #[error("conversation record of version {got}, where {expected} was expected")]
    Version {
        /// The version that is read here.
        expected: u8,
        /// The version that was found.
        got: u8,
    },
    /// The record is truncated or too long, or a value in it is out of range.
    #[error("the bytes do not hold a conversation")]
    Malformed,
}

impl From<WrongLength> for RecordError {
    fn from(WrongLength: WrongLength) -> Self {
        Self::Malformed
    }
}

impl From<NotARatchet> for RecordError {
    fn from(NotARatchet: NotARatchet) -> Self {
        Self::Malformed
    }
}

impl Conversation {
    /// Returns the record for the vault, which contains secrets in the clear.
    #[must_use]
    pub fn to_record(&self) -> Zeroizing<Vec<u8>> {
        let Self { parties, active: _, archived, forgotten } = self;
        let sessions_len: usize = self.sessions().map(|session| session_len(session)).sum();
        // Reserve the exact length at once: growing would leave copies of the keys behind.
        let len = HEAD_LEN + sessions_len + forgotten.len() * 32;
        let mut out = Zeroizing::new(Vec::with_capacity(len));
        out.push(VERSION);
        out.extend_from_slice(&parties.ours);
        ClaimedIdentity::of(&parties.theirs).write(&mut out);
        out.extend(u8::try_from(1 + archived.len()));
        for session in self.sessions() {
            write_session(session, &mut out);
        }
        out.extend(u8::try_from(forgotten.len()));
        for name in forgotten.iter() {
            out.extend_from_slice(name.as_bytes());
        }
        out
    }

    /// Reads a record that [`to_record`](Self::to_record) wrote. Nobody has changed the record since, because the
    /// vault authenticates its rows. So the identity in it is not verified again.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn from_record(record: &[u8]) -> Result<Self, RecordError> {
        let mut reader = Reader::new(record);
        let version = reader.u8()?;
        if version != VERSION && version != WITHOUT_TIMES {
            return Err(RecordError::Version { expected: VERSION, got: version });
        }
        let ours = *reader.take()?;
        let theirs = ClaimedIdentity::read(&mut reader)?.verified_before();
        let theirs = theirs.map_err(|_| RecordError::Malformed)?;
        let parties = Arc::new(Parties { ours, theirs });
        let archived_count = usize::from(reader.u8()?).checked_sub(1).ok_or(RecordError::Malformed)?;
        if archived_count > MAX_ARCHIVED {
            return Err(RecordError::Malformed);
        }
        let active = Arc::new(read_session(&mut reader, version)?);
        let archived = (0..archived_count).map(|_| read_session(&mut reader, version).map(Arc::new));
        let archived = archived.collect::<Result<_, _>>()?;
        let forgotten_count = usize::from(reader.u8()?);
        if forgotten_count > MAX_FORGOTTEN {
            return Err(RecordError::Malformed);
        }
        let names =
            (0..forgotten_count).map(|_| reader.take().map(|name| AgreementPublic::from_bytes(*name)));
        let forgotten = names.collect::<Result<_, _>>()?;
        reader.end()?;
        Ok(Self { parties, active, archived, forgotten })
    }
}

fn session_len(session: &Session) -> usize {
    match &session.state {
        State::Unanswered { .. } => UNANSWERED_LEN,
        State::Running(ratchet) => SESSION_HEAD_LEN + ratchet.record_len(),
    }
}

fn write_session(session: &Session, out: &mut Vec<u8>) {
    let Session { name, role, degraded, state } = session;
    out.extend_from_slice(name.as_bytes());
    out.push(match role {
        Role::Initiator => 0,
        Role::Responder => 1,
    });
    out.push(degraded.map_or(0, |Degraded { no_one_time, last_resort_kem }| {
        u8::from(no_one_time) | u8::from(last_resort_kem) << 1
    }));
    match state {
        State::Unanswered { begun, prefix, ratchet } => {
            out.push(0);
            out.extend_from_slice(&begun.0.to_be_bytes());
            out.extend(prefix.iter().skip(1));
            ratchet.write(out);
        }
        State::Running(ratchet) => {
            out.push(1);
            ratchet.write(out);
        }
    }
}

fn read_session(reader: &mut Reader<'_>, version: u8) -> Result<Session, RecordError> {
    let name = AgreementPublic::from_bytes(*reader.take()?);
    let role = match reader.u8()? {
        0 => Role::Initiator,
        1 => Role::Responder,
        _ => return Err(RecordError::Malformed),
    };
    let degraded = match reader.u8()? {
        bits @ 0..=3 => Degraded::new(bits & 1 != 0, bits & 2 != 0),
        _ => return Err(RecordError::Malformed),
    };
    let state = match (reader.u8()?, role) {
        (0, Role::Initiator) => {
            let begun = if version == WITHOUT_TIMES { Timestamp(0) } else { Timestamp(reader.u64()?) };
            let header = PreKeyHeader::read(reader).map_err(|_| RecordError::Malformed)?;
            if header.ephemeral != name {
                return Err(RecordError::Malformed);
            }
            State::Unanswered { begun, prefix: header.to_prefix().into(), ratchet: Initiated::read(reader)? }
        }
        (1, _) => State::Running(Established::read(reader)?),
        _ => return Err(RecordError::Malformed),
    };
    Ok(Session { name, role, degraded, state })
}
