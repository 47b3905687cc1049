//! The sizes that a phone and a relay enforce on each other. A relay's other limits are in its own table.

use crate::log::LOG_LEAF_LEN;

/// Longest frame in bytes. One frame must fit, with its length, in one Noise message, which ends at 65,535 bytes with
/// a 16-byte tag (Noise specification, section 3). A larger frame would need fragments, and a peer could then open a
/// frame and never end it.
pub const MAX_FRAME_LEN: usize = 65_535 - 16 - FRAME_LENGTH_PREFIX;

/// Bytes that name the length of a frame inside a record.
pub const FRAME_LENGTH_PREFIX: usize = 2;

/// Longest message payload in bytes: two padding blocks of 16 KiB and the session's overhead, rounded up. A larger
/// limit would let one sender fill a mailbox's byte quota with fewer, larger messages.
pub const MAX_PAYLOAD_LEN: usize = 40_000;

/// One-time prekeys of one kind in one upload: 25 KEM prekeys of 1,252 bytes stay under half a frame.
pub const MAX_PREKEYS_PER_UPLOAD: usize = 25;

/// Devices of one account: its first phone and the linked ones. Each device multiplies a sender's work, and a text to a
/// full group is sealed once for each device of each member.
pub const MAX_DEVICES: usize = 1 + MAX_LINKED_DEVICES;

/// Linked devices of one account. Each is one more copy of every text that somebody may find or steal.
pub const MAX_LINKED_DEVICES: usize = 4;

/// Messages acknowledged by one frame: a relay's delivery window, so that one frame can empty it.
pub const MAX_ACKNOWLEDGEMENTS: usize = 256;

/// Deposits in one frame. An address book of a thousand entries takes ten frames. A larger frame would occupy the
/// relay's one transaction longer.
pub const MAX_DEPOSITS: usize = 100;

/// Longest subject of a deposit in bytes: a hash, a number, a channel's name.
pub const MAX_DEPOSIT_SUBJECT_LEN: usize = 64;

/// Longest post in a channel in bytes: the same as for a text message.
pub const MAX_POST_LEN: usize = 16_384;

/// Entries of the directory's log in one frame: 500 entries of 76 bytes stay under two thirds of a frame. An audit of a
/// million accounts takes 2,000 frames.
pub const MAX_LOG_LEAVES: usize = 500;

/// Accounts that are or were in one group whose operator manages its members. A text goes to each member in a message
/// of its own, so a larger group would multiply what one member sends.
pub const MAX_GROUP_ACCOUNTS: usize = 100;

/// Groups that one account may be in at once: their names fit one frame, and their states stay under half a megabyte
/// for a phone that comes back. Anybody can put an account into a group, so without a limit one such person could make
/// every connection of it slow.
pub const MAX_GROUPS_OF_ONE: usize = 100;

/// Longest name of a group in bytes: that of a person.
pub const MAX_GROUP_NAME_LEN: usize = 64;

/// Longest part of an attachment in bytes: half a frame. A longer one would keep the messages behind it waiting on a
/// slow line.
pub const MAX_ATTACHMENT_PART_LEN: usize = 32 * 1024;

/// Parts of one attachment: a mebibyte together. A photo scaled for a phone's screen takes a third of that; a larger
/// limit would let fewer accounts fill a relay's disk.
pub const MAX_ATTACHMENT_PARTS: u8 = 32;

/// Longest record at rest or inside a payload, in bytes. For every type, it bounds the length that encoded bytes may
/// claim before the decoder has seen those bytes.
pub const MAX_RECORD_LEN: usize = 1 << 20;

const _: () = assert!(MAX_PAYLOAD_LEN + 512 < MAX_FRAME_LEN);
const _: () = assert!(MAX_PREKEYS_PER_UPLOAD * (1_252 + 36) + 2_048 < MAX_FRAME_LEN);
const _: () = assert!(MAX_PAYLOAD_LEN + MAX_DEPOSITS * (MAX_DEPOSIT_SUBJECT_LEN + 32) + 512 < MAX_FRAME_LEN);
const _: () = assert!(MAX_LOG_LEAVES * LOG_LEAF_LEN + 512 < MAX_FRAME_LEN);
const _: () = assert!(MAX_DEVICES * 2_700 + 512 < MAX_FRAME_LEN);
// An account in a state takes 45 bytes: name, standing, actor with its mark, time.
const _: () = assert!(MAX_GROUP_ACCOUNTS * 45 + MAX_GROUP_NAME_LEN + 64 < MAX_FRAME_LEN);
const _: () = assert!(MAX_GROUPS_OF_ONE * 16 + 64 < MAX_FRAME_LEN);
const _: () = assert!(MAX_ATTACHMENT_PART_LEN + 128 < MAX_FRAME_LEN);
const _: () = assert!(MAX_FRAME_LEN <= MAX_RECORD_LEN);
