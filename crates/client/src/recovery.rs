//! What a phone owes a contact: receipts for what came, and a new start where something would not open.
//!
//! **Not to strangers.** Nothing that is owed is paid before the owner has accepted the contact: a stranger who writes
//! learns nothing by a receipt, nor by being asked again. It is kept and paid when the owner accepts or answers. That goes
//! for a first message that does not open, too: its sender becomes a request, and is asked once accepted. Without it a
//! relay that was put back, and hands out a key that was used, would lose a stranger's words for good.
//!
//! **Recovery.** A message from a contact that does not open is acknowledged and its digest kept. The phone then
//! fetches new prekeys, begins a new session and asks by digest for what it missed; the other phone encrypts those
//! texts again, under their old names, so that nothing is shown twice. The causes are few: one of the two phones, or
//! the relay, was put back from an old copy, or somebody sends bytes that were never a message.
//!
//! **A phone that took another one's place.** It knows nobody, and nobody knows its keys. Whom its owner adds is greeted by a
//! request without digests, under the new keys: the other phone tells that the safety number has changed, and says again
//! what it calls itself and who is in the groups that both are in.
//!
//! **No loop.** Two phones that open nothing of each other, or a hostile one, get [`MAX_RENEWALS`] new starts in
//! [`RENEWAL_WINDOW`]; what is missing by then is remembered and asked for when the window allows, and a text is
//! encrypted again at most [`MAX_RESENDS`](crate::outbox::MAX_RESENDS) times. No conversation stays stuck: each new
//! start makes all later messages open.
//!
//! **Only to the same key.** A text that the relay has taken is encrypted again only to the identity that it was
//! encrypted to before. Otherwise a relay could claim a new key for an absent contact and ask for what waits; that
//! is what was discussed about WhatsApp in January 2017 (T. Boelter; reply by M. Marlinspike, "There is no WhatsApp
//! 'backdoor'"). The price: what waits for a phone that was lost for good is lost with it. The rule begins with the relay's
//! word that it has the text: one that withholds that word can still have the text encrypted under a new key that it claims
//! for an *unverified* contact, whose owner is told; the threat model lists it.

use pillarbox_wire::{AccountId, Duration, Encoded, FixedBytes, Timestamp};
use serde::{Deserialize, Serialize};

use crate::body::{BodyId, MAX_RECEIPT_IDS, MAX_RESEND_DIGESTS};
use crate::habits::Receipts;

/// New starts with one contact in one [`RENEWAL_WINDOW`]. One heals a phone that was put back; both at once and a
/// copy that was put back twice are healed by four. Each costs the other phone a one-time prekey.
pub const MAX_RENEWALS: usize = 4;

/// See [`MAX_RENEWALS`].
pub const RENEWAL_WINDOW: Duration = Duration::from_seconds(3_600);

/// Stands among the missing digests for a greeting: the digest of nothing that was ever sent.
const GREETING: [u8; 32] = [0; 32];

/// What is owed to one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Errands {
    pub(crate) contact: AccountId,
    /// To be confirmed, when [`receipts_due`](Self::receipts_due) says.
    pub(crate) receipts: Vec<BodyId>,
    /// To be asked for again, in the next message to the contact.
    pub(crate) missing: Vec<FixedBytes<32>>,
    /// Whether the conversation has to begin anew first.
    pub(crate) renew: bool,
    /// When it did so before, oldest first.
    pub(crate) renewals: Vec<Timestamp>,
    /// When the receipts may go; none: now.
    pub(crate) receipts_due: Option<Timestamp>,
}

impl Encoded for Errands {
    const VERSION: u8 = 2;
    const MAX_LEN: usize = 80 + 16 * MAX_OWED_RECEIPTS + 32 * MAX_RESEND_DIGESTS + 8 * MAX_RENEWALS;
}

/// Receipts kept for a contact that cannot be answered at present. Beyond it the oldest are dropped: the other
/// phone then shows "sent" where "delivered" would be true.
const MAX_OWED_RECEIPTS: usize = 16 * MAX_RECEIPT_IDS;

impl Errands {
    pub(crate) const fn none(contact: AccountId) -> Self {
        Self {
            contact,
            receipts: Vec::new(),
            missing: Vec::new(),
            renew: false,
            renewals: Vec::new(),
            receipts_due: None,
        }
    }

    /// Whether there is anything to do.
    pub(crate) fn are_due(&self, now: Timestamp) -> bool {
        self.may_confirm(now) || !self.missing.is_empty() || self.renew
    }

    /// Whether there are receipts and they may go.
    pub(crate) fn may_confirm(&self, now: Timestamp) -> bool {
        !self.receipts.is_empty() && self.receipts_due.is_none_or(|due| due <= now)
    }

    /// When receipts that wait may go.
    pub(crate) fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.receipts_due.filter(|due| *due > now && !self.receipts.is_empty())
    }

    /// Notes a text that came. The first receipt of several decides when all of them go.
    pub(crate) fn owe_receipt(&mut self, id: BodyId, rule: Receipts, now: Timestamp) {
        let due = match rule {
            Receipts::Never => return,
            Receipts::AtOnce => None,
            Receipts::After(seconds) => Some(now + Duration::from_seconds(u64::from(seconds))),
        };
        if self.receipts.contains(&id) {
            return;
        }
        if self.receipts.is_empty() || due.is_none() {
            self.receipts_due = due;
        }
        push_bounded(&mut self.receipts, id, MAX_OWED_RECEIPTS);
    }

    /// Notes that the contact is to hear of this phone, which has taken the place of another one at its account.
    pub(crate) fn greet(&mut self) {
        self.miss(GREETING);
    }

    /// Takes out what is to be asked for again. A list without digests is a greeting.
    pub(crate) fn take_missing(&mut self) -> Vec<FixedBytes<32>> {
        let mut missing = std::mem::take(&mut self.missing);
        missing.retain(|digest| digest.0 != GREETING);
        missing
    }

    /// Notes a message that would not open.
    pub(crate) fn miss(&mut self, digest: [u8; 32]) {
        push_bounded(&mut self.missing, FixedBytes(digest), MAX_RESEND_DIGESTS);
        self.renew = true;
    }

    /// Whether the conversation should begin anew, and may.
    pub(crate) fn may_renew(&self, now: Timestamp) -> bool {
        // A clock that was set back must not stop recovery: times ahead of it do not count.
        let recent = |at: &&Timestamp| **at <= now && now.since(**at) < RENEWAL_WINDOW;
        self.renew && self.renewals.iter().filter(recent).count() < MAX_RENEWALS
    }

    /// Notes that it has.
    pub(crate) fn renewed(&mut self, now: Timestamp) {
        self.renew = false;
        push_bounded(&mut self.renewals, now, MAX_RENEWALS);
    }
}

fn push_bounded<T>(list: &mut Vec<T>, value: T, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.push(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_starts_are_bounded_in_time_and_what_is_missing_is_kept() {
        let mut errands = Errands::none(AccountId([1; 16]));
        let mut starts = 0;
        for second in 0..3_600 {
            let now = Timestamp::from_seconds(1_000_000 + second);
            errands.miss([u8::try_from(second % 200).unwrap(); 32]);
            if errands.may_renew(now) {
                errands.renewed(now);
                starts += 1;
            }
        }
        assert_eq!(starts, MAX_RENEWALS);
        assert_eq!(errands.missing.len(), MAX_RESEND_DIGESTS);
        assert!(errands.renew, "still wanted");
        assert!(
            errands.may_renew(Timestamp::from_seconds(1_000_000 + 3_600)),
            "and allowed when the hour is over"
        );
    }

    #[test]
    fn a_clock_set_back_does_not_stop_recovery() {
        let mut errands = Errands::none(AccountId([1; 16]));
        for _ in 0..MAX_RENEWALS {
            errands.renewed(Timestamp::from_seconds(5_000_000));
        }
        errands.miss([0; 32]);
        assert!(errands.may_renew(Timestamp::from_seconds(4_000_000)));
    }
}
