//! Agreement on a protocol version, in the clear, before the Noise handshake.
//!
//! The phone offers a range. The relay answers with its own range and the version that it picked, if any. So a
//! refusal can name both ranges, and a person learns which side is older. Nothing here is authenticated yet. Both
//! preambles go into the Noise prologue (Noise specification, revision 34, section 6), so a handshake fails if either
//! was altered.
//!
//! | preamble | bytes |
//! |---|---|
//! | offer | magic (8), lowest (1), highest (1) |
//! | answer | magic (8), lowest (1), highest (1), picked (1; 0 for none) |

use std::fmt;

/// The first bytes of every Pillarbox connection, both ways. Servers of other protocols answer with something else,
/// and the first byte that differs shows it.
const MAGIC: [u8; 8] = *b"pillarbx";

/// Length of the phone's preamble.
pub const OFFER_LEN: usize = MAGIC.len() + 2;

/// Length of the relay's preamble.
pub const ANSWER_LEN: usize = MAGIC.len() + 3;

/// Byte in an answer when the relay could pick no version. Therefore no version has the number 0.
const NONE_PICKED: u8 = 0;

/// A range of protocol versions, both ends included.
///
/// Invariants: not empty, and without version 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    lowest: u8,
    highest: u8,
}

impl Versions {
    /// The versions of this program. Version 1 is Noise NK with the records of [`record`](crate::record).
    pub const SUPPORTED: Self = Self { lowest: 1, highest: 1 };

    /// Creates the range from `lowest` to `highest`, if it contains a version.
    #[must_use]
    pub const fn new(lowest: u8, highest: u8) -> Option<Self> {
        if lowest == NONE_PICKED || lowest > highest { None } else { Some(Self { lowest, highest }) }
    }

    /// Returns the newest version in both ranges.
    #[must_use]
    pub fn pick(self, theirs: Self) -> Option<u8> {
        let newest = self.highest.min(theirs.highest);
        (newest >= self.lowest.max(theirs.lowest)).then_some(newest)
    }

    pub(crate) fn to_offer(self) -> [u8; OFFER_LEN] {
        preamble([self.lowest, self.highest])
    }

    pub(crate) fn from_offer(offer: &[u8; OFFER_LEN]) -> Option<Self> {
        let [magic @ .., lowest, highest] = offer;
        (*magic == MAGIC).then_some(())?;
        Self::new(*lowest, *highest)
    }

    pub(crate) fn to_answer(self, picked: Option<u8>) -> [u8; ANSWER_LEN] {
        preamble([self.lowest, self.highest, picked.unwrap_or(NONE_PICKED)])
    }

    pub(crate) fn from_answer(answer: &[u8; ANSWER_LEN]) -> Option<(Self, Option<u8>)> {
        let [magic @ .., lowest, highest, picked] = answer;
        (*magic == MAGIC).then_some(())?;
        let picked = (*picked != NONE_PICKED).then_some(*picked);
        Some((Self::new(*lowest, *highest)?, picked))
    }
}

/// Writes `version 1` or `versions 1 to 3`.
impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lowest, highest } = self;
        if lowest == highest {
            write!(f, "version {lowest}")
        } else {
            write!(f, "versions {lowest} to {highest}")
        }
    }
}

/// Returns true if the bytes received so far can still become a preamble.
pub(crate) fn may_begin_preamble(received: &[u8]) -> bool {
    received.iter().zip(&MAGIC).all(|(received, magic)| received == magic)
}

/// Writes one sentence about two ranges that have no version in common.
pub(crate) fn mismatch(ours: Versions, theirs: Versions) -> String {
    let advice = if theirs.lowest > ours.highest {
        "this program is the older one, update it"
    } else {
        "the other side is the older one, ask whoever runs it to update it"
    };
    format!("this program speaks {ours} of the protocol, the other side {theirs}: {advice}")
}

fn preamble<const FIELDS: usize, const LEN: usize>(fields: [u8; FIELDS]) -> [u8; LEN] {
    const { assert!(LEN == MAGIC.len() + FIELDS) };
    let mut bytes = [0; LEN];
    bytes.iter_mut().zip(MAGIC.into_iter().chain(fields)).for_each(|(slot, byte)| *slot = byte);
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn versions() -> impl Strategy<Value = Versions> {
        (1..=u8::MAX, 1..=u8::MAX).prop_map(|(a, b)| Versions::new(a.min(b), a.max(b)).unwrap())
    }

    proptest! {
        #[test]
        fn both_sides_pick_the_same_newest_common_version(a in versions(), b in versions()) {
            let common = (1..=u8::MAX).rev().find(|version| {
                [a, b].iter().all(|range| (range.lowest..=range.highest).contains(version))
            });
            prop_assert_eq!(a.pick(b), common);
            prop_assert_eq!(b.pick(a), common);
        }

        #[test]
        fn preambles_survive_the_wire(range in versions(), picked: u8) {
            let picked = (picked != 0).then_some(picked);
            prop_assert_eq!(Versions::from_offer(&range.to_offer()), Some(range));
            prop_assert_eq!(Versions::from_answer(&range.to_answer(picked)), Some((range, picked)));
            prop_assert!(may_begin_preamble(&range.to_offer()));
        }
    }

    #[test]
    fn a_range_without_a_version_is_none() {
        assert_eq!(Versions::new(0, 3), None);
        assert_eq!(Versions::new(3, 2), None);
        assert_eq!(Versions::from_offer(b"pillarbx\x02\x01"), None);
        assert_eq!(Versions::from_offer(b"pillarby\x01\x01"), None);
    }

    #[test]
    fn the_older_side_is_named() {
        let [old, new] = [(1, 1), (2, 4)].map(|(lowest, highest)| Versions::new(lowest, highest).unwrap());
        assert_eq!(
            mismatch(old, new),
            "this program speaks version 1 of the protocol, the other side versions 2 to 4: \
             this program is the older one, update it"
        );
        assert_eq!(
            mismatch(new, old),
            "this program speaks versions 2 to 4 of the protocol, the other side version 1: \
             the other side is the older one, ask whoever runs it to update it"
        );
    }
}
