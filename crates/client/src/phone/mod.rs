//! The phone: an open profile and the engine that runs on it.
//!
//! This layer turns the owner's wishes and the relay's frames into frames, notices and rows. It knows no sockets,
//! clocks or terminals: time and randomness are arguments, and frames go in and out.
//!
//! **Commit, then answer.** Each call that changes something is one transaction of the vault. A frame that depends on
//! a change (an acknowledgement, a submission, an upload of keys) comes out of [`Phone::outgoing`] only after the
//! call that made the change has returned `Ok`. The carrier of frames between this engine and a relay can therefore
//! drop everything at any moment: no acknowledged message is lost, and no message is shown twice.
//!
//! **One message.** `owner/talk` queues a text: an entry of the conversation (`rows/entries`) and an item of the outbox
//! (`state/outbox`). `sending/outgoing` builds the next frames, and `sending/converse` seals the item and submits it.
//! `receiving/answers` routes the relay's answer to `receiving/submissions`, which marks the entry as sent. On the
//! other phone `receiving/arrival` decrypts the message, `receiving/contents` applies the body, and the recipient's
//! entry and the receipt owed for it (`rows/pending`) are stored in one transaction before the message is acknowledged
//! (`state/mailbox`).
//!
//! | folder or file | content |
//! |---|---|
//! | `engine` | the open profile: made, opened, connected |
//! | `owner` | the owner's actions: contacts, texts, groups, backups, reports |
//! | `sending` | frames to the relay: registration, keys, questions, conversations |
//! | `receiving` | frames from the relay: answers to questions, messages and their effects |
//! | `channels`, `facts` | public channels; facts about the owner that are left at the relay |
//! | `pictures` | pictures, which are left at the relay and fetched from it |
//! | `proofs`, `proved` | answers of the directory, held until the public log proves them; what follows from a proof |
//! | `state` | what a phone remembers while it runs |
//! | `rows` | what it writes in the vault |
//! | `exhibit` | what a phone shows, exported with the key to it |
//! | `release` | changes that another release of the program makes to an account |
//! | `fork` | the same phone in a second world of a laboratory |

pub(crate) mod channels;
mod engine;
mod error;
mod exhibit;
mod facts;
#[cfg(feature = "fork")]
mod fork;
mod owner;
pub(crate) mod pictures;
mod proofs;
mod proved;
mod receiving;
mod release;
mod rows;
mod sending;
pub(crate) mod state;
#[cfg(test)]
mod testing;

pub use engine::Phone;
pub use error::{ConfirmError, PhoneError};
pub use owner::group_signatures::{GroupSignatures, MemberSignature};
pub use owner::keys::KeysHeld;
pub use owner::missing::Missing;
pub use owner::talk::SEEN_KEPT;
pub use owner::waiting::UnsentMessages;
pub use owner::whom::ContactMatch;
pub use rows::strangers::{MAX_REQUESTS, MAX_UNOPENED};
pub use state::link::Link;
pub use state::pauses::WaitCause;
