//! The limits of a ratchet. Only the peer can reach them: a header must authenticate first.

/// Messages in one chain: the highest count that the header's 24 bits can represent as the length of a previous
/// chain. No conversation has 16 million messages without one answer, and a wider field would cost every message a
/// byte.
pub(crate) const MAX_CHAIN_LEN: u32 = (1 << 24) - 1;

/// Messages that one message may skip in one chain. The number is larger than a mailbox: messages expire in the
/// mailbox while their recipient is away, and the next one that arrives must open all the same. Each skipped
/// message costs two HMACs, 11 ms for all of them; with a larger number one message of a peer would cost more.
/// libsignal allows the same number.
pub const MAX_JUMP: u32 = 25_000;

/// Message keys of skipped messages kept in one session, at 44 bytes each in the record. A jump may skip more
/// messages than that. Then only the keys of the last ones are kept, because a message overtaken by that many
/// others will not arrive. A larger number would let a peer fill the vault.
pub(crate) const MAX_SKIPPED: usize = 2_000;

/// Chains with skipped messages that are kept. Each costs every message of another session one trial decryption of a
/// header. When a message is more than eight turns of the conversation late, its recipient asks for it again.
pub(crate) const MAX_CHAINS: usize = 8;

/// The number of further messages received after which a skipped message key is deleted. A relay delivers messages
/// in order, so a message overtaken by that many others will not arrive. Until the key is deleted, anyone who takes
/// the phone could open the skipped message with it.
pub(crate) const SKIPPED_LIFETIME: u64 = 1_000;

const _: () = assert!(MAX_SKIPPED <= u16::MAX as usize && MAX_CHAINS <= u8::MAX as usize);
const _: () = assert!(MAX_JUMP < MAX_CHAIN_LEN);
