//! Rates of requests for each account and each address: one bucket for each, in the time that the caller names.
//!
//! Each bucket is the generic cell rate algorithm (ITU-T I.371, annex A), whose whole state is one number: the time
//! at which the bucket would be full again. Memory is bounded: above [`Limits::rate_entries`](crate::Limits) new
//! subjects share one bucket for each kind of request, so that a flood of addresses slows strangers and nobody who
//! was known before.

use std::collections::HashMap;
use std::net::IpAddr;

use pillarbox_wire::{AccountId, Duration, Handle, Refusal, Timestamp};

use crate::memory::networks::Network;
use crate::rules::limits::Rate;

/// The kinds of request that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Request {
    Register,
    Code,
    AuthenticationFailure,
    LookUp,
    Bundles,
    BundlesOfOne,
    Certificate,
    Proof,
    LogRead,
    Submission,
    SealedSubmission,
    Deposit,
    Recall,
    Post,
    Read,
    OpenPlace,
    ReadPlace,
    Devices,
    Group,
    Attachment,
    AttachmentRead,
}

/// The party whose requests are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Subject {
    Account(AccountId),
    /// An address, with the networks around it.
    Address(Network),
    /// The digits of a number, of which there are at most 15.
    Number(u64),
    /// All subjects that arrived when the table was full.
    Everybody,
}

impl Subject {
    /// Returns the subject for a number.
    pub(crate) fn number(handle: &Handle) -> Self {
        let digits = handle.as_str().bytes().filter(u8::is_ascii_digit);
        Self::Number(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    /// Returns the subject for an address.
    pub(crate) fn address(peer: IpAddr) -> Self {
        Self::Address(Network::of(peer))
    }

    /// Returns the subject and those that are counted with it, each with its multiple of the rate.
    fn all(self) -> impl Iterator<Item = (Self, u32)> + Clone {
        let network = match self {
            Self::Address(network) => Some(network),
            Self::Account(_) | Self::Number(_) | Self::Everybody => None,
        };
        let wider = network.into_iter().flat_map(Network::wider);
        std::iter::once((self, 1)).chain(wider.map(|(wide, times)| (Self::Address(wide), times)))
    }
}

/// All buckets.
#[derive(Clone, Debug)]
pub(crate) struct RateLimiter {
    /// The time at which each bucket is full again. A bucket that is full needs no entry.
    full_at: HashMap<(Request, Subject), Timestamp>,
    most: usize,
    cleared: Timestamp,
}

/// Pause between two passes over a full table, so that a flood does not trigger one for each request.
const CLEARING: Duration = Duration::from_seconds(10);

impl RateLimiter {
    pub(crate) fn new(most: u32) -> Self {
        Self { full_at: HashMap::new(), most: most as usize, cleared: Timestamp(0) }
    }

    /// Counts the request, or returns when it may be repeated. A request from an address counts for the networks
    /// around it as well.
    pub(crate) fn take(
        &mut self,
        request: Request,
        subject: Subject,
        rate: Rate,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.take_all(request, &[(subject, rate)], now)
    }

    /// Counts the request for each of these subjects, or for none if one of them refuses: a subject that asks too often
    /// uses up nothing that it shares with others.
    pub(crate) fn take_all(
        &mut self,
        request: Request,
        subjects: &[(Subject, Rate)],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.full_at.len() >= self.most && now.0.abs_diff(self.cleared.0) >= CLEARING.0 {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.cleared = now;
        }
        let limited = subjects.iter().filter(|(_, rate)| rate.every.0 > 0 || rate.burst == 0);
        let all = limited.flat_map(|(subject, rate)| {
            subject.all().map(move |(subject, times)| (subject, rate.times(times)))
        });
        for (subject, rate) in all.clone() {
            let known = self.full_at.get(&(request, self.place(request, subject))).copied();
            next(known, rate, now)?;
        }
        for (subject, rate) in all {
            let key = (request, self.place(request, subject));
            let known = self.full_at.get(&key).copied();
            self.full_at.insert(key, next(known, rate, now)?);
        }
        Ok(())
    }

    fn place(&self, request: Request, subject: Subject) -> Subject {
        if self.full_at.len() < self.most || self.full_at.contains_key(&(request, subject)) {
            subject
        } else {
            Subject::Everybody
        }
    }
}

/// Returns the time at which the bucket is full again after one more request. If the request has to wait, returns how
/// long.
fn next(full_at: Option<Timestamp>, rate: Rate, now: Timestamp) -> Result<Timestamp, Refusal> {
    let whole = Duration(rate.every.0.saturating_mul(u64::from(rate.burst)));
    let known = full_at.unwrap_or(now);
    // No bucket can be empty for so long. The clock was set back since, so the bucket starts again.
    let known = if known.since(now) > whole { now } else { known.max(now) };
    let next = known + rate.every;
    let wait = next.since(now).0.saturating_sub(whole.0);
    if wait > 0 || rate.burst == 0 {
        let retry_after = u32::try_from(wait.max(rate.every.0).div_ceil(1_000)).unwrap_or(u32::MAX);
        return Err(Refusal::RateLimited { retry_after: retry_after.max(1) });
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATE: Rate = Rate { burst: 3, every: Duration(1_000) };

    fn account(name: u8) -> Subject {
        Subject::Account(AccountId([name; 16]))
    }

    proptest! {
        #[test]
        fn no_span_of_time_sees_more_than_the_burst_and_the_refill(gaps in proptest::collection::vec(0_u64..2_500, 1..80)) {
            let mut limiter = RateLimiter::new(10);
            let mut now = Timestamp(1_000_000);
            let mut taken: Vec<Timestamp> = Vec::new();
            for gap in gaps {
                now = now + Duration(gap);
                if limiter.take(Request::LookUp, account(1), RATE, now).is_ok() {
                    taken.push(now);
                }
            }
            for (at, first) in taken.iter().enumerate() {
                for (further, last) in taken.iter().enumerate().skip(at) {
                    let span = last.since(*first).0;
                    prop_assert!((further - at + 1) as u64 <= 3 + span / 1_000);
                }
            }
        }

        #[test]
        fn the_table_never_outgrows_its_bound(names in proptest::collection::vec(any::<u8>(), 1..200)) {
            let mut limiter = RateLimiter::new(8);
            for (at, name) in names.into_iter().enumerate() {
                let _ = limiter.take(Request::LookUp, account(name), RATE, Timestamp(at as u64));
                prop_assert!(limiter.full_at.len() <= 8 + 1);
            }
        }
    }

    #[test]
    fn waiting_as_long_as_told_is_enough() {
        let mut limiter = RateLimiter::new(10);
        let now = Timestamp(5_000);
        for _ in 0..3 {
            limiter.take(Request::LookUp, account(1), RATE, now).unwrap();
        }
        let refused = limiter.take(Request::LookUp, account(1), RATE, now);
        assert_eq!(refused, Err(Refusal::RateLimited { retry_after: 1 }));
        limiter.take(Request::LookUp, account(2), RATE, now).unwrap();
        limiter.take(Request::Certificate, account(1), RATE, now).unwrap();
        limiter.take(Request::LookUp, account(1), RATE, now + Duration(1_000)).unwrap();
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let mut limiter = RateLimiter::new(10);
        for _ in 0..3 {
            limiter.take(Request::LookUp, account(1), RATE, Timestamp(1 << 40)).unwrap();
        }
        limiter.take(Request::LookUp, account(1), RATE, Timestamp(5_000)).unwrap();
    }

    #[test]
    fn a_network_of_many_addresses_has_a_few_times_what_one_has() {
        let mut limiter = RateLimiter::new(1_000);
        let taken = |limiter: &mut RateLimiter, address: String| {
            let subject = Subject::address(address.parse().unwrap());
            (0..10).filter(|_| limiter.take(Request::LookUp, subject, RATE, Timestamp(5_000)).is_ok()).count()
        };
        // The 256 addresses of one household get four times what one address gets. The 256 households of one
        // organisation get sixteen times as much.
        let household: usize = (0..256).map(|at| taken(&mut limiter, format!("2001:db8:1:{at:x}::1"))).sum();
        assert_eq!(household, 3 * 4);
        let organisation: usize =
            (1..256).map(|at| taken(&mut limiter, format!("2001:db8:1:{at:x}00::1"))).sum();
        assert_eq!(household + organisation, 3 * 16);
        assert_eq!(
            taken(&mut limiter, "2001:db8:2::1".to_owned()),
            3,
            "whoever is elsewhere has not asked yet"
        );
        assert_eq!(taken(&mut limiter, "192.0.2.1".to_owned()), 3);
        // A refusal by a wide network leaves no entry for the narrow ones.
        assert!(limiter.full_at.len() < 60, "{}", limiter.full_at.len());
    }

    #[test]
    fn what_one_refuses_is_counted_for_none() {
        let mut limiter = RateLimiter::new(10);
        let address = Subject::address("192.0.2.1".parse().unwrap());
        let wide = RATE.times(2);
        let mut ask = |name| {
            limiter
                .take_all(Request::LookUp, &[(address, wide), (account(name), RATE)], Timestamp(5_000))
                .is_ok()
        };
        assert_eq!((0..9).filter(|_| ask(1)).count(), 3, "the account's own");
        assert_eq!((0..9).filter(|_| ask(2)).count(), 3, "and what is left is there for the next");
        assert!(!ask(3), "the address's");
    }

    #[test]
    fn a_rate_many_times_over_is_still_one() {
        let short = Rate { burst: 1, every: Duration(3) };
        assert_eq!(short.times(16), Rate { burst: 16, every: Duration(1) });
        assert_eq!(Rate::UNLIMITED.times(16), Rate::UNLIMITED);
    }
}
