//! A conversation: all sessions with one device of one peer.
//!
//! One session is active and seals the messages that we send. The others are archived and still open messages in
//! transit. A conversation has several sessions after both sides started at once, and after a recovery. The session
//! that last opened a message is the active one. So both sides settle on one session as soon as a message arrives
//! that no other message crosses. This is the session management of Signal's Sesame, section 3, for a single
//! device.
//!
//! A broken session is abandoned, not repaired. When a message does not open, one side or both start a new session
//! with [`Conversation::initiate_again`], and every message sent from then on opens.
//!
//! This layer knows no accounts and no storage, and does not decide when to recover. It never drops a state because
//! of a message that failed: a failed call returns an error and leaves the conversation unchanged.

use crate::{
    content,
    franking::{Commitment, Opening},
    message::{Message, PREKEY_OVERHEAD, PreKeyHeader},
    outcome::{EncryptError, OpenError},
    parties::Parties,
    pqxdh::{self, Degraded, InitiateError},
    prekeys::{ConsumedPreKey, PreKeys},
    ratchet::RatchetError,
    redact::redacted_debug,
    sealed_sender::SEALED_OVERHEAD,
    session::{Plaintext, Session, State},
};
use pillarbox_crypto::{AgreementPublic, IdentityPublic, IdentitySecret, Padding};
use pillarbox_wire::{DeviceBundle, Timestamp, limits::MAX_PAYLOAD_LEN};
use rand_core::CryptoRng;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The maximum number of sessions kept in addition to the active one. Each costs up to 92 kB in the vault, and one or
/// two trial decryptions for a message that the active session does not open. A message in transit is lost only if both
/// sides start again eight times before it arrives.
pub const MAX_ARCHIVED: usize = 7;

/// The maximum number of names kept, at 32 bytes each, of sessions that the peer started and that were dropped from the
/// archive. A kept name stops a replayed first message from starting its session again and showing its text again.
pub const MAX_FORGOTTEN: usize = 64;

/// Longest padded plaintext (body and padding) in bytes. It fits a payload in its longest form, a first message in a
/// sealed-sender envelope.
pub const MAX_PLAINTEXT_LEN: usize = MAX_PAYLOAD_LEN - SEALED_OVERHEAD - PREKEY_OVERHEAD;

const _: () = assert!(MAX_PLAINTEXT_LEN == 38_470);

/// All sessions with one device of one peer.
///
/// Invariants: one identity on each side; no two sessions share a name; at most [`MAX_ARCHIVED`] sessions in
/// addition to the active one, the most recently used first. The secrets are wiped when the last state that shares
/// them is dropped. `Debug` prints the type's name.
pub struct Conversation {
    pub(crate) parties: Arc<Parties>,
    pub(crate) active: Arc<Session>,
    pub(crate) archived: Arc<[Arc<Session>]>,
    /// Names of sessions dropped from the archive, the oldest first.
    pub(crate) forgotten: Arc<[AgreementPublic]>,
}

/// An opened message. The caller commits everything here together, or nothing.
///
/// `Debug` prints only the type's name, because the message contains the body.
pub struct OpenedMessage {
    /// The body that the sender gave to `encrypt`.
    pub body: Zeroizing<Vec<u8>>,
    /// The conversation after the message, which replaces the stored one.
    pub next: Conversation,
    /// The identity that sent the message.
    pub sender_identity: IdentityPublic,
    /// The prekeys that the caller deletes.
    pub consumed: Vec<ConsumedPreKey>,
    /// True if the message started a session.
    pub started: bool,
    /// The prekeys that its session lacked at the beginning, repeated with every message of that session.
    pub degraded: Option<Degraded>,
    /// Opens `commitment`, together with the body.
    pub opening: Opening,
    /// The commitment that the relay saw beside the ciphertext.
    pub commitment: Commitment,
}

redacted_debug!(Conversation, OpenedMessage);

impl Conversation {
    /// Starts a conversation at the time `now` with the device whose bundle this is.
    ///
    /// # Errors
    /// [`InitiateError`] if the bundle is not valid.
    pub fn initiate(
        rng: &mut impl CryptoRng,
        ours: &IdentitySecret,
        theirs: &IdentityPublic,
        bundle: &DeviceBundle,
        now: Timestamp,
    ) -> Result<Self, InitiateError> {
        let session = start(rng, ours, theirs, bundle, now)?;
        let parties = Parties::new(&ours.public(), theirs);
        Ok(Self::of(parties, session))
    }

    /// Starts a new session in a conversation whose messages no longer open. The old sessions are archived. If
    /// `theirs` is another identity, nothing of the old conversation is kept.
    ///
    /// # Errors
    /// [`InitiateError`] if the bundle is not valid.
    pub fn initiate_again(
        &self,
        rng: &mut impl CryptoRng,
        ours: &IdentitySecret,
        theirs: &IdentityPublic,
        bundle: &DeviceBundle,
        now: Timestamp,
    ) -> Result<Self, InitiateError> {
        let session = start(rng, ours, theirs, bundle, now)?;
        let parties = Parties::new(&ours.public(), theirs);
        if self.parties.same_as(&parties) {
            Ok(self.with_new(session))
        } else {
            Ok(Self::of(parties, session))
        }
    }

    /// Encrypts `body` and returns the payload with the conversation after it. The caller stores the conversation
    /// before the payload is sent. If the same state seals twice, the same body yields the same payload, and a
    /// different body reuses the message's key.
    ///
    /// # Errors
    /// [`EncryptError::TooLong`], [`EncryptError::Exhausted`].
    pub fn encrypt(&self, body: &[u8], padding: Padding) -> Result<(Vec<u8>, Self), EncryptError> {
        let got = padding.padded_len(body.len());
        if got > MAX_PLAINTEXT_LEN {
            return Err(EncryptError::TooLong { most: MAX_PLAINTEXT_LEN, got });
        }
        let (payload, active) = self.active.seal(&self.parties, body, padding)?;
        let next = Self {
            parties: Arc::clone(&self.parties),
            active: Arc::new(active),
            archived: Arc::clone(&self.archived),
            forgotten: Arc::clone(&self.forgotten),
        };
        Ok((payload, next))
    }

    /// Opens a payload in the conversation that it belongs to, or begins a conversation with it.
    ///
    /// `theirs` is the identity that the sender must have. Without it, the sender must have the conversation's
    /// identity; without a conversation either, the identity that wrote the message is adopted.
    ///
    /// # Errors
    /// [`OpenError`]. `current` is unchanged, and no prekey is used up.
    pub fn decrypt(
        current: Option<&Self>,
        ours: &IdentitySecret,
        prekeys: &impl PreKeys,
        theirs: Option<&IdentityPublic>,
        payload: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<OpenedMessage, OpenError> {
        let message = Message::read(payload)?;
        let theirs = theirs.or(current.map(|current| &current.parties.theirs));
        let parties = theirs.map(|theirs| Parties::new(&ours.public(), theirs));
        let fitting =
            current.filter(|current| parties.is_some_and(|parties| current.parties.same_as(&parties)));
        match (&message.prekey, fitting) {
            (Some(header), fitting) => {
                let foreign = theirs.is_some_and(|theirs| !header.identity.is(theirs));
                if foreign || header.identity.is(&ours.public()) {
                    return Err(OpenError::ForeignIdentity);
                }
                match fitting.map(|current| (current, current.session_named(header.ephemeral))) {
                    Some((current, Named::At(at))) => current.open_in(at, &message, rng)?.finish(&message),
                    Some((_, Named::Forgotten)) => Err(OpenError::Duplicate),
                    Some((_, Named::Unknown)) | None => {
                        respond(fitting, ours, prekeys, header, &message, rng)
                    }
                }
            }
            (None, Some(current)) => current.open_somewhere(&message, rng)?.finish(&message),
            (None, None) if current.is_some() => Err(OpenError::ForeignIdentity),
            (None, None) => Err(OpenError::Undecryptable),
        }
    }

    /// Returns the prekeys that the active session lacked at its beginning.
    #[must_use]
    pub fn degraded(&self) -> Option<Degraded> {
        self.active.degraded
    }

    /// Returns the time at which the active session began, if the peer has not answered in it yet.
    ///
    /// After a time, the peer deletes the prekeys that such a session names. A sender who continues to write
    /// without an answer should [start again](Self::initiate_again) before that.
    #[must_use]
    pub fn unanswered_since(&self) -> Option<Timestamp> {
        match &self.active.state {
            State::Unanswered { begun, .. } => Some(*begun),
            State::Running(_) => None,
        }
    }

    fn of(parties: Parties, session: Session) -> Self {
        let (archived, forgotten) = (Arc::default(), Arc::default());
        Self { parties: Arc::new(parties), active: Arc::new(session), archived, forgotten }
    }

    /// The active session and then the archived ones.
    pub(crate) fn sessions(&self) -> impl Iterator<Item = &Arc<Session>> {
        std::iter::once(&self.active).chain(self.archived.iter())
    }

    fn session_named(&self, name: AgreementPublic) -> Named {
        match self.sessions().position(|session| session.name == name) {
            Some(at) => Named::At(at),
            None if self.forgotten.contains(&name) => Named::Forgotten,
            None => Named::Unknown,
        }
    }

    /// Tries every session. A header opens in one session only, so the first session that opens the header decides the
    /// result.
    fn open_somewhere(&self, message: &Message<'_>, rng: &mut impl CryptoRng) -> Result<Found, OpenError> {
        for (at, session) in self.sessions().enumerate() {
            match session.open(&self.parties, message, rng) {
                Err(RatchetError::NotOurs) => {}
                Err(error) => return Err(error.into()),
                Ok((plaintext, next)) => return Ok(self.found(at, plaintext, next)),
            }
        }
        Err(OpenError::Undecryptable)
    }

    fn open_in(
        &self,
        at: usize,
        message: &Message<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Found, OpenError> {
        let session = self.sessions().nth(at).ok_or(OpenError::Undecryptable)?;
        let (plaintext, next) = session.open(&self.parties, message, rng)?;
        Ok(self.found(at, plaintext, next))
    }

    /// Returns the conversation in which session `at` has become `next` and is the active one.
    fn found(&self, at: usize, plaintext: Plaintext, next: Session) -> Found {
        let archived = if at == 0 {
            Arc::clone(&self.archived)
        } else {
            let others = self.sessions().enumerate().filter(|(other, _)| *other != at);
            others.map(|(_, session)| Arc::clone(session)).collect()
        };
        let next = Self {
            parties: Arc::clone(&self.parties),
            active: Arc::new(next),
            archived,
            forgotten: Arc::clone(&self.forgotten),
        };
        Found { plaintext, next, consumed: Vec::new(), started: false }
    }

    /// Returns the conversation with a new active session and the others archived.
    fn with_new(&self, session: Session) -> Self {
        let kept = self.sessions().take(MAX_ARCHIVED).map(Arc::clone).collect();
        let dropped = self.sessions().skip(MAX_ARCHIVED).map(|session| session.name);
        let names: Vec<_> = self.forgotten.iter().copied().chain(dropped).collect();
        let surplus = names.len().saturating_sub(MAX_FORGOTTEN);
        Self {
            parties: Arc::clone(&self.parties),
            active: Arc::new(session),
            archived: kept,
            forgotten: names.into_iter().skip(surplus).collect(),
        }
    }
}

/// The session that a prekey message belongs to.
enum Named {
    /// The session at this position.
    At(usize),
    /// A session dropped from the archive.
    Forgotten,
    /// An unknown session, which the message starts.
    Unknown,
}

/// A message that authenticated and still has its padding.
struct Found {
    plaintext: Plaintext,
    next: Conversation,
    consumed: Vec<ConsumedPreKey>,
    started: bool,
}

impl Found {
    fn finish(self, message: &Message<'_>) -> Result<OpenedMessage, OpenError> {
        let Self { plaintext: Plaintext { padded, opening }, next, consumed, started } = self;
        let (body, commitment) = (content::unwrap(padded)?, message.commitment());
        let (sender_identity, degraded) = (next.parties.theirs, next.active.degraded);
        Ok(OpenedMessage { body, next, sender_identity, consumed, started, degraded, opening, commitment })
    }
}

fn start(
    rng: &mut impl CryptoRng,
    ours: &IdentitySecret,
    theirs: &IdentityPublic,
    bundle: &DeviceBundle,
    now: Timestamp,
) -> Result<Session, InitiateError> {
    let initiation = pqxdh::initiate(rng, ours, theirs, bundle)?;
    Ok(Session::initiate(initiation, now, rng)?)
}

fn respond(
    current: Option<&Conversation>,
    ours: &IdentitySecret,
    prekeys: &impl PreKeys,
    header: &PreKeyHeader,
    message: &Message<'_>,
    rng: &mut impl CryptoRng,
) -> Result<OpenedMessage, OpenError> {
    let theirs = header.identity.verify().map_err(|_| OpenError::Malformed)?;
    let parties = Parties::new(&ours.public(), &theirs);
    let mut response = pqxdh::respond(ours, prekeys, &theirs, header)?;
    let consumed = std::mem::take(&mut response.consumed);
    let (plaintext, session) = Session::respond(response, header, &parties, message, rng)?;
    let next = match current {
        Some(current) => current.with_new(session),
        None => Conversation::of(parties, session),
    };
    Found { plaintext, next, consumed, started: true }.finish(message)
}
