//! Codes that were sent to numbers and have not been submitted yet. They are in memory only: a restarted relay
//! knows none of them.
//!
//! A code shows that its holder reads what is sent to the number. It does not show who the holder is. The code reaches
//! a person with a new phone, somebody who took over the number, and anybody who can read the telephone network on the
//! way.

use std::collections::HashMap;

use pillarbox_crypto::equal;
use pillarbox_wire::{Handle, NumberCode, Refusal, Timestamp};
use rand_core::CryptoRng;

use crate::rules::limits::Limits;

/// A code that was sent and not shown yet.
#[derive(Clone, Debug)]
struct Sent {
    code: NumberCode,
    at: Timestamp,
    /// The number of wrong codes that somebody has shown for this number since.
    wrong: u32,
}

/// All codes that are valid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Codes {
    sent: HashMap<Handle, Sent>,
}

impl Codes {
    /// Draws a code for a number. It replaces one that was sent before.
    pub(crate) fn draw(
        &mut self,
        handle: &Handle,
        limits: &Limits,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<NumberCode, Refusal> {
        let most = limits.codes as usize;
        if self.sent.len() >= most && !self.sent.contains_key(handle) {
            self.sent.retain(|_, sent| sent.is_good(limits, now));
            if self.sent.len() >= most {
                let wait = limits.code_lifetime.as_seconds();
                return Err(Refusal::RateLimited { retry_after: u32::try_from(wait).unwrap_or(u32::MAX) });
            }
        }
        let mut drawn = [0; 8];
        rng.fill_bytes(&mut drawn);
        // 2^64 is no multiple of a million, so some codes are likelier than others, by less than 10^-13.
        let number = u32::try_from(u64::from_le_bytes(drawn) % 1_000_000).unwrap_or_default();
        let code = NumberCode::from_number(number);
        self.sent.insert(handle.clone(), Sent { code, at: now, wrong: 0 });
        Ok(code)
    }

    /// Checks a submitted code. A right code is valid once; a wrong one counts against the number's code.
    pub(crate) fn show(
        &mut self,
        handle: &Handle,
        shown: &NumberCode,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let sent = self.sent.get_mut(handle);
        let expected = sent.as_ref().map_or(NumberCode::from_number(0), |sent| sent.code);
        let same = equal(expected.as_bytes(), shown.as_bytes());
        let Some(sent) = sent else { return Err(Refusal::CodeRefused) };
        sent.wrong = sent.wrong.saturating_add(u32::from(!same));
        let (good, over) = (sent.is_good(limits, now), sent.wrong >= limits.code_tries);
        if same || over || !good {
            self.sent.remove(handle);
        }
        if same && good { Ok(()) } else { Err(Refusal::CodeRefused) }
    }
}

impl Sent {
    /// Returns true while the code is young enough. A clock that was set back makes no code older or younger than its
    /// lifetime.
    fn is_good(&self, limits: &Limits, now: Timestamp) -> bool {
        now.0.abs_diff(self.at.0) < limits.code_lifetime.0
    }
}

#[cfg(test)]
mod tests {
    use pillarbox_wire::Duration;
    use rand_chacha::ChaCha20Rng;
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    const NOW: Timestamp = Timestamp(1_490_193_600_000);

    fn number(last: u32) -> Handle {
        Handle::parse(&format!("+447700900{last:03}")).unwrap()
    }

    fn other(code: &NumberCode, by: u32) -> NumberCode {
        NumberCode::from_number(code.to_string().parse::<u32>().unwrap() + by)
    }

    fn drawn(codes: &mut Codes, last: u32) -> NumberCode {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(last));
        codes.draw(&number(last), &Limits::default(), NOW, &mut rng).unwrap()
    }

    fn show(codes: &mut Codes, last: u32, code: &NumberCode, later: Duration) -> Result<(), Refusal> {
        codes.show(&number(last), code, &Limits::default(), NOW + later)
    }

    #[test]
    fn a_code_is_good_once_for_its_number_and_for_its_time() {
        let mut codes = Codes::default();
        let (lifetime, now) = (Limits::default().code_lifetime, Duration(0));
        let (first, second) = (drawn(&mut codes, 1), drawn(&mut codes, 2));
        assert_ne!(first, second);
        assert_eq!(show(&mut codes, 1, &second, now), Err(Refusal::CodeRefused));
        assert_eq!(show(&mut codes, 3, &first, now), Err(Refusal::CodeRefused));
        assert_eq!(show(&mut codes, 1, &first, Duration(lifetime.0 - 1)), Ok(()));
        assert_eq!(show(&mut codes, 1, &first, now), Err(Refusal::CodeRefused));
        assert_eq!(show(&mut codes, 2, &second, lifetime), Err(Refusal::CodeRefused));
        assert_eq!(show(&mut codes, 2, &second, now), Err(Refusal::CodeRefused));
    }

    #[test]
    fn after_too_many_wrong_tries_the_right_code_is_no_longer_good() {
        let mut codes = Codes::default();
        let code = drawn(&mut codes, 1);
        for by in 1..Limits::default().code_tries {
            assert_eq!(show(&mut codes, 1, &other(&code, by), Duration(0)), Err(Refusal::CodeRefused));
        }
        assert_eq!(show(&mut codes, 1, &code, Duration(0)), Ok(()));
        let code = drawn(&mut codes, 1);
        for by in 1..=Limits::default().code_tries {
            assert_eq!(show(&mut codes, 1, &other(&code, by), Duration(0)), Err(Refusal::CodeRefused));
        }
        assert_eq!(show(&mut codes, 1, &code, Duration(0)), Err(Refusal::CodeRefused));
    }

    #[test]
    fn the_table_of_codes_has_an_end_and_what_is_over_makes_room() {
        let limits = Limits { codes: 2, ..Limits::default() };
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut codes = Codes::default();
        let mut draw = |last, at| codes.draw(&number(last), &limits, at, &mut rng);
        draw(1, NOW).unwrap();
        draw(2, NOW).unwrap();
        draw(2, NOW).unwrap();
        assert!(matches!(draw(3, NOW), Err(Refusal::RateLimited { .. })));
        draw(3, NOW + limits.code_lifetime).unwrap();
    }
}
