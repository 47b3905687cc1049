//! Receipts and requests owed to a contact, and the restart of a conversation after a message did not open.
//!
//! **Not to strangers.** Nothing owed is sent before the owner has accepted the contact: a stranger who writes
//! learns nothing from a receipt or a request. It is stored, and sent when the owner accepts or answers. The same
//! is true of a first message that does not open: its sender becomes a request, and is asked once accepted.
//! Otherwise a relay that was restored from a copy, and hands out a used key, would lose a stranger's message for
//! good.
//!
//! **Recovery.** A contact's message that does not open is acknowledged, and its digest is kept. Once the mailbox is
//! empty, the phone fetches new prekeys, begins a new session and asks by digest for what it missed, in as many
//! requests as necessary. The other phone encrypts those texts again under their old ids, so that none is shown
//! twice. A request that the other phone cannot open is repeated like a text, until something sent after it is
//! confirmed. Receipts wait until all missing messages have been asked for, so that a receipt implies that the
//! request arrived. If a later message of the contact has opened, the request goes at once without a restart. The
//! causes are few: one of the two phones, or the relay, was restored from an old copy, or somebody sends bytes that
//! were never a message.
//!
//! **A phone that replaced another one.** It knows no contacts, and no contact knows its keys. A contact that its
//! owner adds is greeted by a request without digests, under the new keys. The other phone then reports the changed
//! safety number, and sends again its suggested name and the rosters of shared groups.
//!
//! **No answer.** A session without an answer is replaced after [`MAX_UNANSWERED_AGE`], so that no text names a
//! prekey that its recipient has deleted by the time it arrives. Texts encrypted in it that never reached the relay
//! are encrypted again.
//!
//! **No loop.** Two phones that open nothing of each other, or a hostile one, get [`MAX_RENEWALS`] restarts in
//! [`RENEWAL_WINDOW`]. Up to [`MAX_MISSING`] messages missing by then are remembered and asked for when the window
//! allows, and a text is encrypted again at most [`MAX_RESENDS`](crate::outbox::MAX_RESENDS) times. No conversation
//! stays stuck: after each restart all later messages open.
//!
//! **Only to the same key.** A text that the relay has accepted is encrypted again only to the identity that it was
//! encrypted to before. Otherwise a relay could claim a new key for an absent contact and ask for the waiting
//! texts; this was discussed about WhatsApp in January 2017 (T. Boelter; reply by M. Marlinspike, "There is no
//! WhatsApp 'backdoor'"). The price: texts that wait for a phone lost for good are lost with it. The rule applies
//! from the moment when the relay confirms that it has the text. A relay that withholds that confirmation can still
//! have the text encrypted under a new key that it claims for an *unverified* contact, whose owner is told; the
//! threat model lists it.

use pillarbox_session::Conversation;
use pillarbox_wire::{AccountId, Duration, Encoded, FixedBytes, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::body::{MAX_RECEIPT_IDS, MAX_RESEND_DIGESTS};
use crate::records::habits::ReceiptDue;
use crate::records::ids::BodyId;

/// Restarts with one contact in one [`RENEWAL_WINDOW`]. One restart heals a phone restored from a copy; four heal
/// both at once, or a copy restored twice. Each costs the other phone a one-time prekey.
pub const MAX_RENEWALS: usize = 4;

/// See [`MAX_RENEWALS`].
pub const RENEWAL_WINDOW: Duration = Duration::from_seconds(3_600);

/// Age at which a session without an answer from the contact is replaced, before anything more is sent. Its messages
/// name prekeys that the contact deletes [`RETIRED_KEPT`](crate::prekeys::RETIRED_KEPT) after they were replaced, and
/// the last of them may wait at the relay for its 30 days. libsignal replaces such a session after 30 days. Each
/// restart costs the contact a one-time prekey.
pub const MAX_UNANSWERED_AGE: Duration = Duration::from_days(14);

/// A greeting among the missing digests: the digest of no message.
const GREETING: [u8; 32] = [0; 32];

/// Receipts and requests owed to one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PendingReplies {
    pub(crate) contact: AccountId,
    /// Texts to be confirmed, at [`receipts_due`](Self::receipts_due).
    pub(crate) receipts: Vec<BodyId>,
    /// Messages to be requested again: the resend request that is not full yet.
    pub(crate) missing: Vec<FixedBytes<32>>,
    /// True if the conversation has to restart first.
    pub(crate) renew: bool,
    /// Times of earlier restarts, oldest first.
    pub(crate) renewals: Vec<Timestamp>,
    /// Time at which the receipts may be sent; `None` means now.
    pub(crate) receipts_due: Option<Timestamp>,
    /// The full resend requests, if there are any. Each is a separate row.
    pub(crate) full: Option<FullRequests>,
}

/// The numbers of the full resend requests to one contact in the vault.
///
/// Invariant: `count` is between 1 and [`MAX_FULL_REQUESTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FullRequests {
    /// Number of the oldest one.
    pub(crate) first: u32,
    pub(crate) count: u32,
}

/// A full resend request, waiting in the vault.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FullRequest {
    /// In order of arrival, [`MAX_RESEND_DIGESTS`] of them.
    pub(crate) digests: Vec<FixedBytes<32>>,
}

impl Encoded for FullRequest {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 16 + 32 * MAX_RESEND_DIGESTS;
}

/// The handling of a message that did not open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// The message is recorded, to be requested again.
    Noted,
    /// It is recorded, and the request before it is full and must be stored under this number.
    Filled(u32, FullRequest),
    /// Too many are recorded already. It is left at the relay.
    GivenUp,
}

/// Messages of one contact recorded as missing at once: a whole mailbox of the relay, so that a phone restored from
/// an old copy asks for everything that waited for it. Each takes 32 bytes in the vault; with more, a contact who
/// sends noise could fill it.
pub const MAX_MISSING: usize = MAX_RESEND_DIGESTS * (1 + MAX_FULL_REQUESTS);

/// See [`MAX_MISSING`].
const MAX_FULL_REQUESTS: usize = 156;

impl Encoded for PendingReplies {
    const VERSION: u8 = 3;
    const MAX_LEN: usize = 96 + 16 * MAX_OWED_RECEIPTS + 32 * MAX_RESEND_DIGESTS + 8 * MAX_RENEWALS;
}

/// Receipts kept for a contact that cannot be answered at present. If there are more, the oldest are dropped, and
/// the other phone shows "sent" where "delivered" would be true.
const MAX_OWED_RECEIPTS: usize = 16 * MAX_RECEIPT_IDS;

impl PendingReplies {
    pub(crate) const fn none(contact: AccountId) -> Self {
        Self {
            contact,
            receipts: Vec::new(),
            missing: Vec::new(),
            renew: false,
            renewals: Vec::new(),
            receipts_due: None,
            full: None,
        }
    }

    /// Returns true if anything may be sent now.
    pub(crate) fn are_due(&self, now: Timestamp) -> bool {
        self.may_confirm(now) || self.asks() || self.renew
    }

    /// Returns true if any message has to be requested again.
    pub(crate) const fn asks(&self) -> bool {
        self.full.is_some() || !self.missing.is_empty()
    }

    /// Counts the messages noted as missing.
    pub(crate) fn missed(&self) -> usize {
        let full = self.full.map_or(0, |full| full.count as usize * MAX_RESEND_DIGESTS);
        full + self.missing.iter().filter(|digest| digest.0 != GREETING).count()
    }

    /// Returns true if there are receipts and they may be sent.
    pub(crate) fn may_confirm(&self, now: Timestamp) -> bool {
        !self.receipts.is_empty() && self.receipts_due.is_none_or(|due| due <= now)
    }

    /// Returns the time at which waiting receipts may be sent.
    pub(crate) fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.receipts_due.filter(|due| *due > now && !self.receipts.is_empty())
    }

    /// Records a received text. The first of several receipts decides the time for all of them.
    pub(crate) fn owe_receipt(&mut self, id: BodyId, due: ReceiptDue) {
        if self.receipts.contains(&id) {
            return;
        }
        match due {
            ReceiptDue::Now => self.receipts_due = None,
            ReceiptDue::At(time) if self.receipts.is_empty() => self.receipts_due = Some(time),
            ReceiptDue::At(_) => {}
        }
        push_bounded(&mut self.receipts, id, MAX_OWED_RECEIPTS);
    }

    /// Schedules a greeting to the contact, because this phone has replaced another one at its account.
    pub(crate) fn greet(&mut self) {
        // Any request tells the other phone to introduce itself, so a full one needs no greeting beside it.
        if self.missing.len() < MAX_RESEND_DIGESTS {
            self.missing.push(FixedBytes(GREETING));
        }
        self.renew = true;
    }

    /// Removes and returns the number of the oldest full request.
    pub(crate) fn take_full(&mut self) -> Option<u32> {
        let FullRequests { first, count } = self.full.take()?;
        self.full = (count > 1).then(|| FullRequests { first: first.wrapping_add(1), count: count - 1 });
        Some(first)
    }

    /// Removes and returns the request that is not full yet.
    pub(crate) fn take_missing(&mut self) -> Vec<FixedBytes<32>> {
        std::mem::take(&mut self.missing)
    }

    /// Records a message that did not open.
    pub(crate) fn miss(&mut self, digest: [u8; 32]) -> Missed {
        self.renew = true;
        if self.missing.len() < MAX_RESEND_DIGESTS {
            self.missing.push(FixedBytes(digest));
            return Missed::Noted;
        }
        let FullRequests { first, count } = self.full.unwrap_or(FullRequests { first: 0, count: 0 });
        if count as usize >= MAX_FULL_REQUESTS {
            return Missed::GivenUp;
        }
        self.full = Some(FullRequests { first, count: count + 1 });
        let digests = std::mem::replace(&mut self.missing, vec![FixedBytes(digest)]);
        Missed::Filled(first.wrapping_add(count), FullRequest { digests })
    }

    /// Returns true if the missing messages may be requested: the conversation has restarted since the last of them
    /// arrived, so requests are as rare as restarts.
    pub(crate) const fn may_ask(&self) -> bool {
        !self.renew && self.asks()
    }

    /// Returns true if the conversation should restart and may.
    pub(crate) fn may_renew(&self, now: Timestamp) -> bool {
        self.renew && self.recent_renewals(now).count() < MAX_RENEWALS
    }

    /// Returns the time at which the conversation may restart, if it should and may not yet.
    pub(crate) fn renews_at(&self, now: Timestamp) -> Option<Timestamp> {
        let oldest = self.recent_renewals(now).min();
        oldest.filter(|_| self.renew && !self.may_renew(now)).map(|at| at + RENEWAL_WINDOW)
    }

    fn recent_renewals(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        // A clock that was set back must not stop recovery, so times in its future do not count.
        self.renewals.iter().copied().filter(move |at| *at <= now && now.since(*at) < RENEWAL_WINDOW)
    }

    /// Records a restart of the conversation.
    pub(crate) fn renewed(&mut self, now: Timestamp) {
        self.renew = false;
        push_bounded(&mut self.renewals, now, MAX_RENEWALS);
    }
}

/// Returns true if no one has answered for so long that the session must be replaced.
pub(crate) fn has_aged(conversation: &Conversation, now: Timestamp) -> bool {
    conversation.unanswered_since().is_some_and(|begun| is_aged(begun, now))
}

fn is_aged(begun: Timestamp, now: Timestamp) -> bool {
    // A session from the future was begun under a wrong clock, so its age is unknown.
    now.since(begun).max(begun.since(now)) >= MAX_UNANSWERED_AGE
}

/// Returns the digests of a request as sent. A request without digests is a greeting.
pub(crate) fn asked_for(mut noted: Vec<FixedBytes<32>>) -> Vec<FixedBytes<32>> {
    noted.retain(|digest| digest.0 != GREETING);
    noted
}

fn push_bounded<T>(list: &mut Vec<T>, value: T, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.push(value);
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::encode;

    use super::*;

    fn digest(number: u64) -> [u8; 32] {
        let mut digest = [0xaa; 32];
        digest[..8].copy_from_slice(&number.to_be_bytes());
        digest
    }

    #[test]
    fn a_mailbox_of_missing_messages_is_noted_in_order_and_one_more_is_given_up() {
        let mut pending = PendingReplies::none(AccountId([1; 16]));
        let mut kept = std::collections::BTreeMap::new();
        for number in 0..MAX_MISSING as u64 {
            match pending.miss(digest(number)) {
                Missed::Noted => {}
                Missed::Filled(number, request) => assert_eq!(kept.insert(number, request), None),
                Missed::GivenUp => panic!("message {number} is given up"),
            }
        }
        assert_eq!(pending.miss(digest(u64::MAX)), Missed::GivenUp);
        assert!(kept.values().all(|request| encode(request).is_ok()) && encode(&pending).is_ok());

        let mut asked = Vec::new();
        while let Some(number) = pending.take_full() {
            asked.extend(kept.remove(&number).unwrap().digests);
        }
        asked.extend(pending.take_missing());
        assert!(kept.is_empty() && !pending.asks());
        let expected: Vec<_> = (0..MAX_MISSING as u64).map(|number| FixedBytes(digest(number))).collect();
        assert_eq!(asked, expected);
    }

    #[test]
    fn with_too_many_receipts_owed_the_oldest_is_never_sent() {
        let mut pending = PendingReplies::none(AccountId([1; 16]));
        let id = |number: usize| {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&number.to_be_bytes());
            BodyId(FixedBytes(id))
        };
        (0..=MAX_OWED_RECEIPTS).for_each(|number| pending.owe_receipt(id(number), ReceiptDue::Now));
        let kept: Vec<_> = (1..=MAX_OWED_RECEIPTS).map(id).collect();
        assert_eq!(pending.receipts, kept);
        assert!(encode(&pending).is_ok());
    }

    #[test]
    fn nothing_is_asked_for_before_the_conversation_has_begun_anew() {
        let mut pending = PendingReplies::none(AccountId([1; 16]));
        pending.miss(digest(1));
        assert!(!pending.may_ask() && pending.are_due(Timestamp(1)));
        pending.renewed(Timestamp(1));
        assert!(pending.may_ask());
    }

    #[test]
    fn new_starts_are_bounded_in_time_and_what_is_missing_is_kept() {
        let mut pending = PendingReplies::none(AccountId([1; 16]));
        let mut starts = 0;
        for second in 0..3_600 {
            let now = Timestamp::from_seconds(1_000_000 + second);
            assert_ne!(pending.miss(digest(second)), Missed::GivenUp);
            if pending.may_renew(now) {
                pending.renewed(now);
                starts += 1;
            }
        }
        assert_eq!(starts, MAX_RENEWALS);
        let full = pending.full.unwrap();
        assert_eq!(
            full.count as usize * MAX_RESEND_DIGESTS + pending.missing.len(),
            3_600,
            "all are remembered"
        );
        assert!(pending.renew, "still wanted");
        let over = Timestamp::from_seconds(1_000_000 + 3_600);
        assert_eq!(pending.missed(), 3_600);
        assert_eq!(pending.renews_at(Timestamp(over.0 - 1)), Some(over));
        assert_eq!(pending.renews_at(over), None, "it may at once");
        assert!(
            pending.may_renew(Timestamp::from_seconds(1_000_000 + 3_600)),
            "and allowed when the hour is over"
        );
    }

    #[test]
    fn an_unanswered_session_ages_and_a_clock_that_is_a_little_off_does_not_age_it() {
        let days = |days: u64| Timestamp::from_seconds(days * 86_400);
        assert!(!is_aged(days(100), days(100)) && !is_aged(days(100), Timestamp(days(114).0 - 1)));
        assert!(is_aged(days(100), days(114)));
        assert!(!is_aged(days(100), days(99)), "set back by a day");
        assert!(is_aged(days(1_000), days(100)), "begun when the clock was years ahead");
        assert!(is_aged(Timestamp(0), days(100)), "of a record that does not say when");
    }

    #[test]
    fn a_clock_set_back_does_not_stop_recovery() {
        let mut pending = PendingReplies::none(AccountId([1; 16]));
        for _ in 0..MAX_RENEWALS {
            pending.renewed(Timestamp::from_seconds(5_000_000));
        }
        pending.miss([1; 32]);
        assert!(pending.may_renew(Timestamp::from_seconds(4_000_000)));
    }
}
