//! The end-to-end session protocol: PQXDH, the Double Ratchet with encrypted headers, franking and
//! sealed sender.
//!
//! This layer turns a body into a payload that one device of one peer can open, and back. It knows nothing of
//! sockets, storage, time or the owner of an identity; it has no randomness of its own and does not read bodies.
//! Every state is a value: sealing and opening return the next one, and the caller stores it in one transaction with
//! the result. A call that fails has changed nothing.
//!
//! | file | what | specification |
//! |---|---|---|
//! | [`prekeys`] | private prekeys and their wire forms | PQXDH 3.2 |
//! | `parties` | the two identities, and the data that binds messages to both | PQXDH 3.3 |
//! | `pqxdh` | key agreement with somebody who is away | PQXDH, revision 3 |
//! | `ratchet/` | Double Ratchet | Double Ratchet, section 4 |
//! | [`franking`] | the commitment to a body, checked by others | CRYPTO 2017, CRYPTO 2018 |
//! | `content` | body, padding | - |
//! | `message`, [`kind`](mod@kind), [`lengths`] | layouts, and the lengths that follow | `docs/protocol.md` |
//! | `session`, [`conversation`], `outcome` | one session; all sessions with one device; what can fail | Sesame 3 |
//! | `record` | how a conversation is stored | `docs/protocol.md` |
//! | [`sealed_sender`] | the envelope that hides the sender | Signal, 2018 |
//! | [`safety_number`](mod@safety_number) | what two people compare | Signal's numeric fingerprint |

mod content;
pub mod conversation;
pub mod franking;
pub mod kind;
mod layout;
pub mod lengths;
mod message;
mod outcome;
mod parties;
mod pqxdh;
pub mod prekeys;
mod ratchet;
mod record;
mod redact;
pub mod safety_number;
pub mod sealed_sender;
mod session;

pub use conversation::{Conversation, OpenedMessage};
pub use franking::{Commitment, Opening};
pub use kind::{KindError, PayloadKind, kind};
pub use message::{MalformedMessage, PREKEY_OVERHEAD, RATCHET_OVERHEAD, claimed_identity, commitment_of};
pub use outcome::{EncryptError, OpenError};
pub use pqxdh::{Degraded, InitiateError};
pub use prekeys::{
    ConsumedPreKey, KemPreKeySecret, KemUse, OneTimePreKeySecret, PreKeyRecordError, PreKeys,
    SignedPreKeySecret,
};
pub use ratchet::limits::MAX_JUMP;
pub use record::RecordError;
pub use safety_number::safety_number;
pub use sealed_sender::{SEALED_OVERHEAD, SealError, UnsealError, Unsealed, seal, unseal};
