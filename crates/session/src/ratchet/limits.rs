//! The limits of a ratchet. Only the peer can reach them: a header must authenticate first.

/// Messages in one chain: the most that the header's 24 bits can name as the length of a previous
/// chain. 16 million messages without one answer are nobody's conversation, and a wider field would
/// cost every message a byte.
pub(crate) const MAX_CHAIN_LEN: u32 = (1 << 24) - 1;

/// Messages that one message may skip in one chain: more than a mailbox holds, because messages age
/// out of it while their recipient is away, and the next one that comes must open all the same. Each
/// costs two HMACs, 11 ms for all of them, which a larger number would let a peer burn with one
/// message. libsignal allows the same number.
pub const MAX_JUMP: u32 = 25_000;

/// Message keys of skipped messages kept in one session, at 44 bytes each in the record. A jump may
/// pass over more messages than that: the keys of the last ones are kept, for a message overtaken by
/// so many others will not come. More would let a peer fill the vault.
pub(crate) const MAX_SKIPPED: usize = 2_000;

/// Chains with skipped messages that are kept. Each costs every message that is not ours one trial
/// decryption of a header; a message later than eight turns of the conversation is asked for again.
pub(crate) const MAX_CHAINS: usize = 8;

/// Messages received after which a skipped message key is deleted. A relay hands messages over in
/// order, so a message overtaken by so many others will not come; until then its key could open it
/// for whoever takes the phone.
pub(crate) const SKIPPED_LIFETIME: u64 = 1_000;

const _: () = assert!(MAX_SKIPPED <= u16::MAX as usize && MAX_CHAINS <= u8::MAX as usize);
const _: () = assert!(MAX_JUMP < MAX_CHAIN_LEN);
