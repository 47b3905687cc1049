//! What a phone owes a contact: receipts for what came, and a new start where something would not open.
//!
//! **Not to strangers.** Nothing that is owed is paid before the owner has accepted the contact: a stranger who writes
//! learns nothing by a receipt, nor by being asked again. It is kept and paid when the owner accepts or answers. That goes
//! for a first message that does not open, too: its sender becomes a request, and is asked once accepted. Without it a
//! relay that was put back, and hands out a key that was used, would lose a stranger's words for good.
//!
//! **Recovery.** A message from a contact that does not open is acknowledged and its digest kept. Once the mailbox is
//! empty, the phone fetches new prekeys, begins a new session and asks by digest for what it missed, in as many requests
//! as that takes; the other phone encrypts those texts again, under their old names, so that nothing is shown twice. A
//! request that the other phone cannot open is repeated like a text, until something that was said after it is confirmed.
//! So that a receipt tells the truth about it, receipts wait until all that is missing has been asked for. Where a later message of the contact has opened, no new
//! start is needed, and the request goes at once. The causes are few: one of the two phones, or
//! the relay, was put back from an old copy, or somebody sends bytes that were never a message.
//!
//! **A phone that took another one's place.** It knows nobody, and nobody knows its keys. Whom its owner adds is greeted by a
//! request without digests, under the new keys: the other phone tells that the safety number has changed, and says again
//! what it calls itself and who is in the groups that both are in.
//!
//! **No answer.** A session in which nobody has answered is left for a new one after [`MAX_UNANSWERED_AGE`], so that no
//! text names a prekey that its recipient has deleted by the time it comes. What was encrypted in it and never reached the
//! relay is encrypted again.
//!
//! **No loop.** Two phones that open nothing of each other, or a hostile one, get [`MAX_RENEWALS`] new starts in
//! [`RENEWAL_WINDOW`]; what is missing by then, up to [`MAX_MISSING`] messages, is remembered and asked for when the window
//! allows, and a text is encrypted again at most [`MAX_RESENDS`](crate::outbox::MAX_RESENDS) times. No conversation stays stuck: each new
//! start makes all later messages open.
//!
//! **Only to the same key.** A text that the relay has taken is encrypted again only to the identity that it was
//! encrypted to before. Otherwise a relay could claim a new key for an absent contact and ask for what waits; that
//! is what was discussed about WhatsApp in January 2017 (T. Boelter; reply by M. Marlinspike, "There is no WhatsApp
//! 'backdoor'"). The price: what waits for a phone that was lost for good is lost with it. The rule begins with the relay's
//! word that it has the text: one that withholds that word can still have the text encrypted under a new key that it claims
//! for an *unverified* contact, whose owner is told; the threat model lists it.

use pillarbox_session::Conversation;
use pillarbox_wire::{AccountId, Duration, Encoded, FixedBytes, Timestamp};
use serde::{Deserialize, Serialize};

use crate::records::body::{MAX_RECEIPT_IDS, MAX_RESEND_DIGESTS};
use crate::records::habits::ReceiptDue;
use crate::records::ids::BodyId;

/// New starts with one contact in one [`RENEWAL_WINDOW`]. One heals a phone that was put back; both at once and a
/// copy that was put back twice are healed by four. Each costs the other phone a one-time prekey.
pub const MAX_RENEWALS: usize = 4;

/// See [`MAX_RENEWALS`].
pub const RENEWAL_WINDOW: Duration = Duration::from_seconds(3_600);

/// Age at which a session that the contact has not answered in is left for a new one, before anything more is said. Its
/// messages name prekeys that the contact deletes [`RETIRED_KEPT`](crate::prekeys::RETIRED_KEPT) after they were replaced,
/// and the last of them may wait at the relay for its 30 days. libsignal leaves such a session after 30 days. Each new start
/// costs the contact a one-time prekey.
pub const MAX_UNANSWERED_AGE: Duration = Duration::from_days(14);

/// Stands among the missing digests for a greeting: the digest of nothing that was ever sent.
const GREETING: [u8; 32] = [0; 32];

/// What is owed to one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Errands {
    pub(crate) contact: AccountId,
    /// To be confirmed, when [`receipts_due`](Self::receipts_due) says.
    pub(crate) receipts: Vec<BodyId>,
    /// To be asked for again: the resend request that is not full yet.
    pub(crate) missing: Vec<FixedBytes<32>>,
    /// Whether the conversation has to begin anew first.
    pub(crate) renew: bool,
    /// When it did so before, oldest first.
    pub(crate) renewals: Vec<Timestamp>,
    /// When the receipts may go; none: now.
    pub(crate) receipts_due: Option<Timestamp>,
    /// The resend requests that are full, if there are any: each is a row of its own.
    pub(crate) full: Option<FullRequests>,
}

/// The numbers under which full resend requests to one contact stand in the vault.
///
/// Invariant: `count` is between 1 and [`MAX_FULL_REQUESTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FullRequests {
    /// The oldest one.
    pub(crate) first: u32,
    pub(crate) count: u32,
}

/// A full resend request as it waits in the vault.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FullRequest {
    /// In the order in which the messages came, [`MAX_RESEND_DIGESTS`] of them.
    pub(crate) digests: Vec<FixedBytes<32>>,
}

impl Encoded for FullRequest {
    const VERSION: u8 = 1;
    const MAX_LEN: usize = 16 + 32 * MAX_RESEND_DIGESTS;
}

/// What is done about a message that would not open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// It is noted, to be asked for again.
    Noted,
    /// So it is, and the request before it is full: to be kept under this number.
    Filled(u32, FullRequest),
    /// As many as may be are noted already, and this one is not: it is left at the relay.
    GivenUp,
}

/// Messages of one contact that are noted as missing at once: all that a relay keeps in one mailbox, so that a phone
/// put back from an old copy asks for everything that waited for it. Each takes 32 bytes in the vault; with more, a
/// contact who sends noise could fill it.
pub const MAX_MISSING: usize = MAX_RESEND_DIGESTS * (1 + MAX_FULL_REQUESTS);

/// See [`MAX_MISSING`].
const MAX_FULL_REQUESTS: usize = 156;

impl Encoded for Errands {
    const VERSION: u8 = 3;
    const MAX_LEN: usize = 96 + 16 * MAX_OWED_RECEIPTS + 32 * MAX_RESEND_DIGESTS + 8 * MAX_RENEWALS;
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
            full: None,
        }
    }

    /// Whether there is anything to do.
    pub(crate) fn are_due(&self, now: Timestamp) -> bool {
        self.may_confirm(now) || self.asks() || self.renew
    }

    /// Whether anything is to be asked for again.
    pub(crate) const fn asks(&self) -> bool {
        self.full.is_some() || !self.missing.is_empty()
    }

    /// How many messages are noted as missing.
    pub(crate) fn missed(&self) -> usize {
        let full = self.full.map_or(0, |full| full.count as usize * MAX_RESEND_DIGESTS);
        full + self.missing.iter().filter(|digest| digest.0 != GREETING).count()
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

    /// Notes that the contact is to hear of this phone, which has taken the place of another one at its account.
    pub(crate) fn greet(&mut self) {
        // Any request tells the other phone to introduce itself, so a full one needs no greeting beside it.
        if self.missing.len() < MAX_RESEND_DIGESTS {
            self.missing.push(FixedBytes(GREETING));
        }
        self.renew = true;
    }

    /// Takes the number of the oldest full request.
    pub(crate) fn take_full(&mut self) -> Option<u32> {
        let FullRequests { first, count } = self.full.take()?;
        self.full = (count > 1).then(|| FullRequests { first: first.wrapping_add(1), count: count - 1 });
        Some(first)
    }

    /// Takes out the request that is not full yet.
    pub(crate) fn take_missing(&mut self) -> Vec<FixedBytes<32>> {
        std::mem::take(&mut self.missing)
    }

    /// Notes a message that would not open.
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

    /// Whether the messages noted as missing may be asked for: in a conversation that has begun anew since the last of
    /// them came, and so as often as one may.
    pub(crate) const fn may_ask(&self) -> bool {
        !self.renew && self.asks()
    }

    /// Whether the conversation should begin anew, and may.
    pub(crate) fn may_renew(&self, now: Timestamp) -> bool {
        self.renew && self.recent_renewals(now).count() < MAX_RENEWALS
    }

    /// When the conversation may begin anew, if it should and may not yet.
    pub(crate) fn renews_at(&self, now: Timestamp) -> Option<Timestamp> {
        let oldest = self.recent_renewals(now).min();
        oldest.filter(|_| self.renew && !self.may_renew(now)).map(|at| at + RENEWAL_WINDOW)
    }

    fn recent_renewals(&self, now: Timestamp) -> impl Iterator<Item = Timestamp> + '_ {
        // A clock that was set back must not stop recovery: times ahead of it do not count.
        self.renewals.iter().copied().filter(move |at| *at <= now && now.since(*at) < RENEWAL_WINDOW)
    }

    /// Notes that it has.
    pub(crate) fn renewed(&mut self, now: Timestamp) {
        self.renew = false;
        push_bounded(&mut self.renewals, now, MAX_RENEWALS);
    }
}

/// Whether nobody has answered for so long that the session is to be left for a new one.
pub(crate) fn has_aged(conversation: &Conversation, now: Timestamp) -> bool {
    conversation.unanswered_since().is_some_and(|begun| is_aged(begun, now))
}

fn is_aged(begun: Timestamp, now: Timestamp) -> bool {
    // A session from the future was begun by a clock that was wrong: nobody knows how old it is.
    now.since(begun).max(begun.since(now)) >= MAX_UNANSWERED_AGE
}

/// The digests of a request as it is sent. One without digests is a greeting.
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
        let mut errands = Errands::none(AccountId([1; 16]));
        let mut kept = std::collections::BTreeMap::new();
        for number in 0..MAX_MISSING as u64 {
            match errands.miss(digest(number)) {
                Missed::Noted => {}
                Missed::Filled(number, request) => assert_eq!(kept.insert(number, request), None),
                Missed::GivenUp => panic!("message {number} is given up"),
            }
        }
        assert_eq!(errands.miss(digest(u64::MAX)), Missed::GivenUp);
        assert!(kept.values().all(|request| encode(request).is_ok()) && encode(&errands).is_ok());

        let mut asked = Vec::new();
        while let Some(number) = errands.take_full() {
            asked.extend(kept.remove(&number).unwrap().digests);
        }
        asked.extend(errands.take_missing());
        assert!(kept.is_empty() && !errands.asks());
        let expected: Vec<_> = (0..MAX_MISSING as u64).map(|number| FixedBytes(digest(number))).collect();
        assert_eq!(asked, expected);
    }

    #[test]
    fn with_too_many_receipts_owed_the_oldest_is_never_sent() {
        let mut errands = Errands::none(AccountId([1; 16]));
        let id = |number: usize| {
            let mut id = [0; 16];
            id[..8].copy_from_slice(&number.to_be_bytes());
            BodyId(FixedBytes(id))
        };
        (0..=MAX_OWED_RECEIPTS).for_each(|number| errands.owe_receipt(id(number), ReceiptDue::Now));
        let kept: Vec<_> = (1..=MAX_OWED_RECEIPTS).map(id).collect();
        assert_eq!(errands.receipts, kept);
        assert!(encode(&errands).is_ok());
    }

    #[test]
    fn nothing_is_asked_for_before_the_conversation_has_begun_anew() {
        let mut errands = Errands::none(AccountId([1; 16]));
        errands.miss(digest(1));
        assert!(!errands.may_ask() && errands.are_due(Timestamp(1)));
        errands.renewed(Timestamp(1));
        assert!(errands.may_ask());
    }

    #[test]
    fn new_starts_are_bounded_in_time_and_what_is_missing_is_kept() {
        let mut errands = Errands::none(AccountId([1; 16]));
        let mut starts = 0;
        for second in 0..3_600 {
            let now = Timestamp::from_seconds(1_000_000 + second);
            assert_ne!(errands.miss(digest(second)), Missed::GivenUp);
            if errands.may_renew(now) {
                errands.renewed(now);
                starts += 1;
            }
        }
        assert_eq!(starts, MAX_RENEWALS);
        let full = errands.full.unwrap();
        assert_eq!(
            full.count as usize * MAX_RESEND_DIGESTS + errands.missing.len(),
            3_600,
            "all are remembered"
        );
        assert!(errands.renew, "still wanted");
        let over = Timestamp::from_seconds(1_000_000 + 3_600);
        assert_eq!(errands.missed(), 3_600);
        assert_eq!(errands.renews_at(Timestamp(over.0 - 1)), Some(over));
        assert_eq!(errands.renews_at(over), None, "it may at once");
        assert!(
            errands.may_renew(Timestamp::from_seconds(1_000_000 + 3_600)),
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
        let mut errands = Errands::none(AccountId([1; 16]));
        for _ in 0..MAX_RENEWALS {
            errands.renewed(Timestamp::from_seconds(5_000_000));
        }
        errands.miss([1; 32]);
        assert!(errands.may_renew(Timestamp::from_seconds(4_000_000)));
    }
}
