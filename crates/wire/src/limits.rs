//! The sizes that a phone and a relay hold each other to. A relay's other limits stand in its own table.

/// Longest frame in bytes. One frame must fit, with its length, in one Noise message, which ends at
/// 65,535 bytes with a 16-byte tag (Noise specification, section 3). Larger would need fragments, and with
/// them a peer that opens a frame and never ends it.
pub const MAX_FRAME_LEN: usize = 65_535 - 16 - FRAME_LENGTH_PREFIX;

/// Bytes that name the length of a frame inside a record.
pub const FRAME_LENGTH_PREFIX: usize = 2;

/// Longest message payload in bytes: two padding blocks of 16 KiB and what the session adds, rounded up.
/// Larger would let one sender fill a mailbox's byte quota with fewer, costlier messages.
pub const MAX_PAYLOAD_LEN: usize = 40_000;

/// One-time prekeys of one kind in one upload: 25 KEM prekeys of 1,252 bytes stay under half a frame.
pub const MAX_PREKEYS_PER_UPLOAD: usize = 25;

/// Devices of one account. Each multiplies the work of a sender; more than 8 is nobody's set of devices.
pub const MAX_DEVICES: usize = 8;

/// Messages acknowledged by one frame: a relay's delivery window, so that one frame can empty it.
pub const MAX_ACKNOWLEDGEMENTS: usize = 256;

/// Deposits in one frame. An address book of a thousand entries takes ten frames; a larger frame would hold the
/// relay's one transaction longer.
pub const MAX_DEPOSITS: usize = 100;

/// Longest subject of a deposit in bytes: a hash, a number, a channel's name.
pub const MAX_DEPOSIT_SUBJECT_LEN: usize = 64;

/// Longest post in a channel in bytes: as a text message.
pub const MAX_POST_LEN: usize = 16_384;

/// A record of our own at rest or inside a payload, in bytes. It bounds what a decoder may claim before it has
/// seen the bytes, whatever the type.
pub const MAX_RECORD_LEN: usize = 1 << 20;

const _: () = assert!(MAX_PAYLOAD_LEN + 512 < MAX_FRAME_LEN);
const _: () = assert!(MAX_PREKEYS_PER_UPLOAD * (1_252 + 36) + 2_048 < MAX_FRAME_LEN);
const _: () = assert!(MAX_PAYLOAD_LEN + MAX_DEPOSITS * (MAX_DEPOSIT_SUBJECT_LEN + 32) + 512 < MAX_FRAME_LEN);
const _: () = assert!(MAX_DEVICES * 2_700 + 512 < MAX_FRAME_LEN);
const _: () = assert!(MAX_FRAME_LEN <= MAX_RECORD_LEN);
