//! One session: a ratchet, the two identities that it runs between, and its beginning.
//!
//! This layer turns a body into a payload and back. It does not know that there may be other sessions with the same
//! peer; the conversation does.

use crate::{
    content, kind,
    message::{Message, PreKeyHeader},
    parties::{ASSOCIATED_LEN, Parties, Role},
    pqxdh::{Degraded, Initiation, Response},
    ratchet::{Awaiting, Binding, Established, Exhausted, Initiated, RatchetError, Sealed},
    redact::redacted_debug,
};
use pillarbox_crypto::{AgreementPublic, NotContributory, Opening, Padding};
use pillarbox_wire::Timestamp;
use rand_core::CryptoRng;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The beginning of every message of a running session.
const RATCHET_PREFIX: &[u8] = &[kind::RATCHET];

/// The progress of a session.
pub(crate) enum State {
    /// The peer has not answered. Every message begins with `prefix`: kind byte and prekey header.
    Unanswered { begun: Timestamp, prefix: Arc<[u8]>, ratchet: Initiated },
    /// The peer has the session too.
    Running(Established),
}

/// A session, as the module describes it. Invariants: `name` is the initiator's ephemeral key, the same on both sides
/// and different in every session; only an initiator's session is unanswered.
pub(crate) struct Session {
    pub(crate) name: AgreementPublic,
    pub(crate) role: Role,
    pub(crate) degraded: Option<Degraded>,
    pub(crate) state: State,
}

/// The padded plaintext of a message, and the opening of its commitment.
pub(crate) struct Plaintext {
    pub(crate) padded: Zeroizing<Vec<u8>>,
    pub(crate) opening: Opening,
}

redacted_debug!(Plaintext, Session, State);

impl Session {
    pub(crate) fn initiate(
        initiation: Initiation,
        begun: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, NotContributory> {
        let Initiation { secret, header, signed_prekey, degraded } = initiation;
        let ratchet = Initiated::new(secret, signed_prekey, rng)?;
        let state = State::Unanswered { begun, prefix: header.to_prefix().into(), ratchet };
        Ok(Self { name: header.ephemeral, role: Role::Initiator, degraded, state })
    }

    /// Opens the message that starts a session at the responder.
    pub(crate) fn respond(
        response: Response,
        header: &PreKeyHeader,
        parties: &Parties,
        message: &Message<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(Plaintext, Self), RatchetError> {
        let Response { secret, signed_prekey, consumed: _, degraded } = response;
        let role = Role::Responder;
        let awaiting = Awaiting::new(secret, signed_prekey);
        let associated = parties.associated(role);
        let opened = awaiting.open(&message.sealed, &binding(&associated, message), rng)?;
        let state = State::Running(opened.next);
        let plaintext = Plaintext { padded: opened.plaintext, opening: opened.opening };
        Ok((plaintext, Self { name: header.ephemeral, role, degraded, state }))
    }

    /// Seals `body` and returns the payload with the session after it.
    pub(crate) fn seal(
        &self,
        parties: &Parties,
        body: &[u8],
        padding: Padding,
    ) -> Result<(Vec<u8>, Self), Exhausted> {
        let plaintext = content::wrap(body, padding);
        let associated = parties.associated(self.role);
        let bound = |prefix| Binding { parties: &associated, prefix };
        let (prefix, sealed, state) = match &self.state {
            State::Unanswered { begun, prefix, ratchet } => {
                let (sealed, ratchet) = ratchet.seal(&bound(prefix), plaintext)?;
                let state = State::Unanswered { begun: *begun, prefix: Arc::clone(prefix), ratchet };
                (&**prefix, sealed, state)
            }
            State::Running(ratchet) => {
                let (sealed, ratchet) = ratchet.seal(&bound(RATCHET_PREFIX), plaintext)?;
                (RATCHET_PREFIX, sealed, State::Running(ratchet))
            }
        };
        Ok((payload(prefix, &sealed), self.with(state)))
    }

    /// Opens a message and returns its plaintext with the session after it.
    pub(crate) fn open(
        &self,
        parties: &Parties,
        message: &Message<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(Plaintext, Self), RatchetError> {
        let associated = parties.associated(self.role);
        let binding = binding(&associated, message);
        let opened = match &self.state {
            State::Unanswered { begun: _, prefix: _, ratchet } => {
                ratchet.open(&message.sealed, &binding, rng)?
            }
            State::Running(ratchet) => ratchet.open(&message.sealed, &binding, rng)?,
        };
        let plaintext = Plaintext { padded: opened.plaintext, opening: opened.opening };
        Ok((plaintext, self.with(State::Running(opened.next))))
    }

    fn with(&self, state: State) -> Self {
        Self { name: self.name, role: self.role, degraded: self.degraded, state }
    }
}

fn binding<'a>(parties: &'a [u8; ASSOCIATED_LEN], message: &'a Message<'_>) -> Binding<'a> {
    Binding { parties, prefix: message.prefix }
}

fn payload(prefix: &[u8], sealed: &Sealed) -> Vec<u8> {
    let Sealed { commitment, header, ciphertext } = sealed;
    [prefix, commitment, header, ciphertext].concat()
}
